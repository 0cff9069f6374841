"""Free times: /api/slots. What is offered here can be booked, under the same rules as on the telephone."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from booking import availability
from booking.api import naming
from booking.models import Service
from booking.openings import Slot
from booking.periods import Period
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import Invalid
from tenants.models import Branch

_LONGEST = timedelta(days=92)


class SlotShape(serializers.Serializer[Any]):
    """A start that can be booked with a person. Times are UTC, money is in cents."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    service_id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()
    price_cents = serializers.IntegerField(allow_null=True, help_text="With this person.")


class SlotsMeta(serializers.Serializer[Any]):
    """Whether these are all, and by which clock the days were counted."""

    has_more = serializers.BooleanField()
    time_zone = serializers.CharField()


class _Search(strict.Input):
    """What is looked for."""

    service_id = strict.QueryInteger(min_value=1)
    staff_id = strict.QueryInteger(required=False, min_value=1, help_text="Without it: anybody.")
    branch_id = strict.QueryInteger(
        required=False,
        min_value=1,
        help_text="Needed without `staff_id` if there are several branches.",
    )
    customer_id = strict.QueryInteger(
        required=False,
        min_value=1,
        help_text="For whom: their limits count, and their usual person comes first.",
    )
    seats = strict.QueryInteger(
        min_value=1, max_value=500, default=1, help_text="How many come, to a service with seats."
    )


class SlotQuery(_Search):
    from_date = strict.QueryDate(help_text="First day, by the clock of the branch.")
    to_date = strict.QueryDate(help_text="Last day, inclusive; at most 92 days in all.")
    every = strict.QueryFlag(
        default=False,
        help_text="true: a start with everybody who is free; false: once, with one of them.",
    )
    limit = strict.QueryInteger(
        min_value=1, max_value=1000, default=100, help_text="The search stops when it has so many."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return within(attrs, longest=_LONGEST)


def within(attrs: dict[str, Any], *, longest: timedelta) -> dict[str, Any]:
    """Return the input if its days are in order and not too many.

    :raises rest_framework.serializers.ValidationError: they are not
    """
    first, last = attrs["from_date"], attrs["to_date"]
    if last < first:
        raise serializers.ValidationError({"to_date": [_("This day is before from_date.")]})
    if last - first >= longest:
        text = _("At most %(count)d days at a time.") % {"count": longest.days}
        raise serializers.ValidationError({"to_date": [text]})
    return attrs


class ExplainQuery(_Search):
    starts_at = strict.Instant(help_text="The minute that is asked about.")


class FactsShape(serializers.Serializer[Any]):
    """The rows and numbers behind a rule; only those that belong to it."""

    appointment_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    hold_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    time_off_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    working_hours_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    special_hours_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    resource_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    session_id = serializers.IntegerField(required=False)
    seats_left = serializers.IntegerField(required=False)
    holiday = serializers.CharField(required=False, allow_null=True)
    day = serializers.DateField(required=False)
    limit_name = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False)


class ReasonShape(serializers.Serializer[Any]):
    """What the rules say to one person."""

    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()
    is_free = serializers.BooleanField()
    rule = serializers.CharField(allow_null=True, help_text="The first rule that blocks it.")
    sentence = serializers.CharField()
    facts = FactsShape()


class ExplanationShape(serializers.Serializer[Any]):
    """What the rules say to a start: to all together the rule that is nearest to a yes, then to each person."""

    starts_at = serializers.DateTimeField()
    is_free = serializers.BooleanField()
    rule = serializers.CharField(allow_null=True)
    sentence = serializers.CharField()
    facts = FactsShape()
    people = ReasonShape(many=True)


class Slots(TenantView):  # /api/slots
    @extend_schema(
        operation_id="slots_list",
        summary="Free times, the earliest first",
        tags=["slots"],
        parameters=[SlotQuery],
        responses={
            200: inline_serializer("SlotList", {"data": SlotShape(many=True), "meta": SlotsMeta()})
        },
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(SlotQuery, request.query_params.dict())
        service, branch, how = _named(wanted)
        found = availability.free_slots(
            service,
            branch=branch,
            period=days(wanted, branch),
            now=timezone.now(),
            limit=wanted["limit"] + 1,
            every=wanted["every"],
            **how,
        )
        slots = found[: wanted["limit"]]
        meta = {"has_more": len(found) > len(slots), "time_zone": branch.time_zone}
        return Response({"data": _show(slots), "meta": meta})


class Explain(TenantView):  # /api/slots/explain
    @extend_schema(
        operation_id="slots_explain",
        summary="Why a minute is offered, or is not",
        description="For everybody who offers the service: the first rule that blocks it, with the rows behind it.",
        tags=["slots"],
        parameters=[ExplainQuery],
        responses={200: ExplanationShape},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(ExplainQuery, request.query_params.dict())
        service, branch, how = _named(wanted)
        found = availability.explain(
            service, branch=branch, starts_at=wanted["starts_at"], now=timezone.now(), **how
        )
        people = [
            {
                "staff_id": each.staff_member_id,
                "staff_name": each.staff_name,
                "is_free": each.is_free,
                "rule": each.rule,
                "sentence": each.sentence,
                "facts": dict(each.facts),
            }
            for each in found.people
        ]
        return Response(
            {
                "starts_at": found.starts_at,
                "is_free": found.is_free,
                "rule": found.rule,
                "sentence": found.sentence,
                "facts": dict(found.facts),
                "people": people,
            }
        )


def _named(wanted: dict[str, Any]) -> tuple[Service, Branch, dict[str, Any]]:
    """Return the rows that a search names: the service, where, and how else it is narrowed."""
    service = naming.service(wanted["service_id"])
    person = naming.staff_member(wanted)
    branch = naming.branch(wanted, person)
    customer = naming.known_customer(wanted)
    return service, branch, {"staff_member": person, "customer": customer, "seats": wanted["seats"]}


def days(wanted: dict[str, Any], branch: Branch) -> Period:
    """Return the days from `from_date` to `to_date`, by the clock of the branch."""
    first = lists.midnight(wanted["from_date"], branch.zone)
    end = lists.midnight(wanted["to_date"], branch.zone, days_later=1)
    if first is None or end is None:
        raise Invalid(from_date=_("This day is out of reach."))
    return Period(first, end)


def _show(slots: list[Slot]) -> list[dict[str, Any]]:
    return [
        {
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "service_id": slot.service_id,
            "branch_id": slot.branch_id,
            "staff_id": slot.staff_member_id,
            "staff_name": slot.staff_name,
            "price_cents": slot.price_cents,
        }
        for slot in slots
    ]
