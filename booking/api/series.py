"""Appointments that repeat: /api/series. Each date is an ordinary appointment of /api/appointments as well."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.response import Response

from booking import availability, rules, scheduling, series, series_edits
from booking.api import appointments, naming
from booking.api.appointments import Booker
from booking.models import Appointment, Customer, Series
from booking.recurrence import DOUBLED, LONGEST_RULE, SKIPPED
from booking.series import Choice, OnConflict
from booking.series_edits import Change, Edit, Scope
from tenants.api import door, lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SOURCE = Appointment.Source.API
_STATES = [each for each in Appointment.Status.choices if each[0] != Appointment.Status.HELD]


# --- What is shown -------------------------------------------------------------------------------


class SeriesDateShape(serializers.Serializer[Any]):
    """One date of a series."""

    appointment_id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    staff_id = serializers.IntegerField()
    state = serializers.ChoiceField(_STATES)


class SeriesShape(serializers.Serializer[Any]):
    """A series with its dates as they stand. Times are UTC; the rule runs by the clock of the branch (`time_zone`)."""

    id = serializers.IntegerField()
    rule = serializers.CharField(help_text="RFC 5545")
    starts_at = serializers.DateTimeField(help_text="The first date by the rule.")
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was cancelled, or its later dates went to another one."
    )
    time_zone = serializers.CharField()
    branch_id = serializers.IntegerField()
    service_id = serializers.IntegerField()
    staff_id = serializers.IntegerField(allow_null=True, help_text="null: whoever is free")
    customer_id = serializers.IntegerField()
    attendee_name = serializers.CharField()
    seats = serializers.IntegerField(help_text="How many come each time.")
    created_at = serializers.DateTimeField()
    dates = SeriesDateShape(many=True)


class BookedSeriesShape(SeriesShape):
    """A new series, and the dates of its rule that were left out."""

    skipped = serializers.ListField(child=serializers.DateTimeField())


class SeriesEditShape(serializers.Serializer[Any]):
    """What a change came to: the series that has the later dates now, and which appointments were changed and left."""

    series = SeriesShape()
    changed = serializers.ListField(child=serializers.IntegerField())
    left = serializers.ListField(child=serializers.IntegerField())


class AlternativeShape(serializers.Serializer[Any]):
    """A free time of the same day."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()


class PreviewDateShape(serializers.Serializer[Any]):
    """What the rules say to one date."""

    starts_at = serializers.DateTimeField()
    clock = serializers.ChoiceField(
        [SKIPPED, DOUBLED],
        allow_null=True,
        help_text="The clocks are changed: the time is left out that day (an hour later counts), or comes twice.",
    )
    is_free = serializers.BooleanField()
    rule = serializers.ChoiceField(
        list(rules.RULES), allow_null=True, help_text="The first rule that forbids it."
    )
    staff_id = serializers.IntegerField(allow_null=True, help_text="Who would do it.")
    alternatives = AlternativeShape(many=True)


def show(rows: "QuerySet[Series]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in two queries."""
    shown = rows.values(
        "id", "rule", "starts_at", "ended_at", "branch_id", "service_id", "customer_id",
        "attendee_name", "seats", "created_at",
        time_zone=F("branch__time_zone"),
        staff_id=F("staff_member_id"),
    )  # fmt: skip
    found: list[dict[str, Any]] = [{**row, "dates": []} for row in shown]
    by_id = {row["id"]: row for row in found}
    dates = appointments.visible().filter(series__in=list(by_id)).order_by("starts_at", "pk")
    for each in dates.values(
        "pk", "series_id", "starts_at", "ends_at", "staff_member_id", "status"
    ):
        by_id[each["series_id"]]["dates"].append(
            {
                "appointment_id": each["pk"],
                "starts_at": each["starts_at"],
                "ends_at": each["ends_at"],
                "staff_id": each["staff_member_id"],
                "state": each["status"],
            }
        )
    return found


def _show_one(series_id: int) -> dict[str, Any]:
    shown = show(Series.objects.filter(pk=series_id))
    if not shown:
        raise NotFound
    return shown[0]


def _show_edit(edit: Edit) -> dict[str, Any]:
    return {
        "series": _show_one(edit.series.pk),
        "changed": [each.pk for each in edit.changed],
        "left": [each.pk for each in edit.left],
    }


def _show_verdict(verdict: series.Verdict) -> dict[str, Any]:
    return {
        "starts_at": verdict.occurrence.starts_at,
        "clock": verdict.occurrence.clock,
        "is_free": verdict.is_free,
        "rule": verdict.rule,
        "staff_id": verdict.staff_member_id,
        "alternatives": [_show_slot(slot) for slot in verdict.alternatives],
    }


def _show_slot(slot: availability.Slot) -> dict[str, Any]:
    return {
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "staff_id": slot.staff_member_id,
        "staff_name": slot.staff_name,
    }


# --- What may come in --------------------------------------------------------------------------------


@extend_schema_field({"type": "string", "pattern": f"^{_CLOCK}$", "example": "10:00"})
class Clock(serializers.RegexField):
    """A time of day on the clock of the branch."""

    default_error_messages = {"invalid": _("Write the time as 09:30.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(rf"^{_CLOCK}\Z", trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class SeriesQuery(lists.Page):
    customer_id = strict.QueryInteger(required=False, min_value=1)
    staff_id = strict.QueryInteger(required=False, min_value=1)
    service_id = strict.QueryInteger(required=False, min_value=1)


class SeriesChoice(strict.Input):
    """What becomes of one date: another time, perhaps with somebody else; without a time it is left out."""

    date = strict.Instant(help_text="The date by the rule (of a change: by the changed rule).")
    starts_at = strict.Instant(required=False)
    staff_id = strict.Id(required=False)


class _Conflicts(strict.Input):
    on_conflict = serializers.ChoiceField(
        [each.value for each in OnConflict],
        default=OnConflict.ABORT.value,
        help_text="What becomes of dates that cannot be and about which nothing is chosen.",
    )
    choices = SeriesChoice(many=True, required=False, max_length=100)  # type: ignore[call-arg]


def _seats() -> strict.Integer:
    return strict.Integer(
        min_value=1,
        max_value=500,
        default=1,
        help_text="How many come each time, to a service with seats.",
    )


class SeriesPreview(strict.Input):
    service_id = strict.Id()
    starts_at = strict.Instant(help_text="The first date.")
    rule = strict.Line(max_length=LONGEST_RULE, help_text="RFC 5545, with COUNT or UNTIL.")
    staff_id = strict.Id(required=False, help_text="Without it: whoever is free each time.")
    branch_id = strict.Id(
        required=False, help_text="Needed without `staff_id` if there are several branches."
    )
    customer_id = strict.Id(required=False, help_text="For whom: their limits count.")
    seats = _seats()


class NewSeries(_Conflicts):
    service_id = strict.Id()
    starts_at = strict.Instant(help_text="The first date.")
    rule = strict.Line(max_length=LONGEST_RULE, help_text="RFC 5545, with COUNT or UNTIL.")
    staff_id = strict.Id(required=False, help_text="Without it: whoever is free each time.")
    branch_id = strict.Id(
        required=False, help_text="Needed without `staff_id` if there are several branches."
    )
    customer = Booker()
    attendee_name = strict.Line(
        required=False, max_length=255, help_text="For whom, if not for the customer."
    )
    seats = _seats()


class _Meant(strict.Input):
    scope = serializers.ChoiceField([each.value for each in Scope])
    appointment_id = strict.Id(
        required=False, help_text="The date that `this` and `following` begin with."
    )
    reason = strict.Line(required=False, allow_blank=True, max_length=300)


class SeriesChanges(_Meant, _Conflicts):
    """What is not named stays as it is."""

    weekday = strict.Integer(
        required=False, min_value=1, max_value=7, help_text="In the same week; 1 is Monday."
    )
    time = Clock(required=False)
    staff_id = strict.Id(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() & {"weekday", "time", "staff_id"}:
            raise serializers.ValidationError([_("Nothing is to be changed.")])
        return attrs


class SeriesCancellation(_Meant):
    pass


# --- Doors -----------------------------------------------------------------------------------------------

_WISH = {
    "service_id": 1,
    "starts_at": "2026-11-24T10:00:00+01:00",
    "rule": "FREQ=WEEKLY;COUNT=3",
}


class SeriesList(TenantView):  # /api/series
    @extend_schema(
        operation_id="series_list",
        summary="Series, the latest first",
        tags=["series"],
        parameters=[SeriesQuery],
        responses={200: lists.list_of(SeriesShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(SeriesQuery, request.query_params.dict())
        columns = {
            "customer_id": "customer_id",
            "staff_id": "staff_member_id",
            "service_id": "service_id",
        }
        rows = Series.objects.filter(
            **{column: wanted[name] for name, column in columns.items() if name in wanted}
        )
        return lists.paged(rows.order_by("-pk"), wanted, show)

    @extend_schema(
        operation_id="series_book",
        summary="Book a series",
        description=(
            "All dates are looked at before the first one is written. The customer gets one message with all of them."
        ),
        tags=["series"],
        request=NewSeries,
        responses={201: BookedSeriesShape},
        examples=[
            OpenApiExample(
                "Three Tuesdays",
                request_only=True,
                value={
                    **_WISH,
                    "customer": {"name": "Erika Mustermann", "email": "erika@example.org"},
                },
            )
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewSeries, request.data)
        now = timezone.now()
        service = naming.service(wanted["service_id"])
        person = naming.staff_member(wanted)
        branch = naming.branch(wanted, person)
        customer = naming.customer(wanted["customer"], now=now)
        name = wanted.get("attendee_name") or wanted["customer"].get("name") or customer.name
        made = series.book(
            service,
            branch=branch,
            staff_member=person,
            rule=wanted["rule"],
            starts_at=wanted["starts_at"],
            customer=customer,
            attendee_name=name,
            source=_SOURCE,
            by=request.actor,
            now=now,
            seats=wanted["seats"],
            on_conflict=OnConflict(wanted["on_conflict"]),
            choices=dict(_choices(wanted)),
        )
        return Response(
            {**_show_one(made.series.pk), "skipped": made.skipped},
            status=201,
            headers={"Location": f"/api/series/{made.series.pk}"},
        )


class SeriesPreviewing(TenantView):  # /api/series/preview
    @extend_schema(
        operation_id="series_preview",
        summary="Look at every date of a series",
        description="Nothing is written and nothing is held. Free times of the same day are named for a conflict.",
        tags=["series"],
        request=SeriesPreview,
        responses={
            200: inline_serializer("SeriesPreviewAnswer", {"dates": PreviewDateShape(many=True)})
        },
        examples=[OpenApiExample("Three Tuesdays", request_only=True, value=_WISH)],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(SeriesPreview, request.data)
        service = naming.service(wanted["service_id"])
        person = naming.staff_member(wanted)
        customer = None
        if "customer_id" in wanted:
            customer = door.one(Customer.objects.all(), wanted["customer_id"], field="customer_id")
        found = series.preview(
            service,
            branch=naming.branch(wanted, person),
            staff_member=person,
            rule=wanted["rule"],
            starts_at=wanted["starts_at"],
            now=timezone.now(),
            customer=customer,
            seats=wanted["seats"],
        )
        return Response({"dates": [_show_verdict(each) for each in found]})


class SeriesDetail(TenantView):  # /api/series/{id}
    http_method_names = [*TenantView.http_method_names, "patch"]

    @extend_schema(
        operation_id="series_read",
        summary="One series",
        tags=["series"],
        responses={200: SeriesShape},
    )
    def get(self, request: TenantRequest, series_id: int) -> Response:
        return Response(_show_one(series_id))

    @extend_schema(
        operation_id="series_change",
        summary="Move dates of a series",
        description=(
            "All or none; what has begun or was moved on purpose stays. The later dates go to a new series, which is answered."
        ),
        tags=["series"],
        request=SeriesChanges,
        responses={200: SeriesEditShape},
        examples=[
            OpenApiExample(
                "All at three o'clock", request_only=True, value={"scope": "all", "time": "15:00"}
            )
        ],
    )
    def patch(self, request: TenantRequest, series_id: int) -> Response:
        meant = series.series_for(request.tenant_id, series_id)
        wanted = strict.read(SeriesChanges, request.data)
        clock = wanted.get("time")
        edit = series_edits.move(
            meant,
            Change(
                weekday=wanted.get("weekday"),
                clock=None if clock is None else time.fromisoformat(clock),
                staff_member=naming.staff_member(wanted),
            ),
            scope=Scope(wanted["scope"]),
            appointment=_appointment(request, wanted),
            by=request.actor,
            source=_SOURCE,
            now=timezone.now(),
            reason=wanted.get("reason", ""),
            on_conflict=OnConflict(wanted["on_conflict"]),
            choices=dict(_choices(wanted)),
        )
        return Response(_show_edit(edit))


class SeriesCancelling(TenantView):  # /api/series/{id}/cancel
    @extend_schema(
        operation_id="series_cancel",
        summary="Cancel dates of a series",
        description="All or none of what is meant and still ahead; the customer gets one message.",
        tags=["series"],
        request=SeriesCancellation,
        responses={200: SeriesEditShape},
        examples=[OpenApiExample("All", request_only=True, value={"scope": "all"})],
    )
    def post(self, request: TenantRequest, series_id: int) -> Response:
        meant = series.series_for(request.tenant_id, series_id)
        wanted = strict.read(SeriesCancellation, request.data)
        edit = series_edits.cancel(
            meant,
            scope=Scope(wanted["scope"]),
            appointment=_appointment(request, wanted),
            by=request.actor,
            source=_SOURCE,
            now=timezone.now(),
            reason=wanted.get("reason", ""),
        )
        return Response(_show_edit(edit))


# --- Finding what the input names ------------------------------------------------------------------------


def _appointment(request: TenantRequest, wanted: dict[str, Any]) -> Appointment | None:
    if "appointment_id" not in wanted:
        return None
    return scheduling.appointment_for(request.tenant_id, wanted["appointment_id"])


def _choices(wanted: dict[str, Any]) -> Iterable[tuple[Any, Choice]]:
    for each in wanted.get("choices", ()):
        yield (
            each["date"],
            Choice(starts_at=each.get("starts_at"), staff_member=naming.staff_member(each)),
        )
