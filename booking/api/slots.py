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
from booking.availability import Slot
from booking.models import Service, Skill
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


class SlotQuery(strict.Input):
    service_id = strict.QueryInteger(min_value=1)
    from_date = strict.QueryDate(help_text="First day, by the clock of the branch.")
    to_date = strict.QueryDate(help_text="Last day, inclusive; at most 92 days in all.")
    staff_id = strict.QueryInteger(required=False, min_value=1, help_text="Without it: anybody.")
    branch_id = strict.QueryInteger(
        required=False,
        min_value=1,
        help_text="Needed without `staff_id` if there are several branches.",
    )
    every = strict.QueryFlag(
        default=False,
        help_text="true: a start with everybody who is free; false: once, with one of them.",
    )
    limit = strict.QueryInteger(
        min_value=1, max_value=1000, default=100, help_text="The search stops when it has so many."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs["from_date"], attrs["to_date"]
        if last < first:
            raise serializers.ValidationError({"to_date": [_("This day is before from_date.")]})
        if last - first >= _LONGEST:
            raise serializers.ValidationError({"to_date": [_("At most 92 days at a time.")]})
        return attrs


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
        service = naming.service(wanted["service_id"])
        person = naming.staff_member(wanted)
        branch = naming.branch(wanted, person)
        found = availability.free_slots(
            service,
            branch=branch,
            period=_days(wanted, branch),
            now=timezone.now(),
            staff_member=person,
            limit=wanted["limit"] + 1,
            every=wanted["every"],
        )
        slots = found[: wanted["limit"]]
        meta = {"has_more": len(found) > len(slots), "time_zone": branch.time_zone}
        return Response({"data": _show(slots, service), "meta": meta})


def _days(wanted: dict[str, Any], branch: Branch) -> Period:
    first = lists.midnight(wanted["from_date"], branch.zone)
    end = lists.midnight(wanted["to_date"], branch.zone, days_later=1)
    if first is None or end is None:
        raise Invalid(from_date=_("This day is out of reach."))
    return Period(first, end)


def _show(slots: list[Slot], service: Service) -> list[dict[str, Any]]:
    own = dict(
        Skill.objects.filter(service=service, price_cents__isnull=False).values_list(
            "staff_member_id", "price_cents"
        )
    )
    return [
        {
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "service_id": slot.service_id,
            "branch_id": slot.branch_id,
            "staff_id": slot.staff_member_id,
            "staff_name": slot.staff_name,
            "price_cents": own.get(slot.staff_member_id, service.price_cents),
        }
        for slot in slots
    ]
