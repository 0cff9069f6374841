"""Appointments: /api/appointments. Public states are few; the exact one stands beside them."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking import notes, scheduling
from booking.api import naming, overrides
from booking.api.customers import Phone
from booking.models import Appointment
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound

_PUBLIC_STATUS = {
    Appointment.Status.HELD: "scheduled",
    Appointment.Status.PENDING: "scheduled",
    Appointment.Status.CONFIRMED: "scheduled",
    Appointment.Status.CHECKED_IN: "scheduled",
    Appointment.Status.COMPLETED: "completed",
    Appointment.Status.NO_SHOW: "no_show",
    Appointment.Status.CANCELLED: "cancelled",
}
_STATES = [each for each in Appointment.Status.choices if each[0] != Appointment.Status.HELD]
_COLUMN_OF = {
    "state": "status",
    "staff_id": "staff_member_id",
    "branch_id": "branch_id",
    "service_id": "service_id",
    "customer_id": "customer_id",
    "session_id": "session_id",
    "visit_id": "visit_id",
    "series_id": "series_id",
}
STATUSES = list(dict.fromkeys(_PUBLIC_STATUS.values()))


# --- What is shown -------------------------------------------------------------------------------


class AppointmentShape(serializers.Serializer[Any]):
    """An appointment. Times are UTC; `time_zone` is the clock of the branch. Money is in cents."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES)
    state = serializers.ChoiceField(_STATES)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    time_zone = serializers.CharField()
    branch_id = serializers.IntegerField()
    branch_name = serializers.CharField()
    service_id = serializers.IntegerField()
    service_name = serializers.CharField()
    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()
    customer_id = serializers.IntegerField()
    attendee_name = serializers.CharField()
    seats = serializers.IntegerField(help_text="How many come.")
    session_id = serializers.IntegerField(allow_null=True, help_text="Of a service with seats.")
    visit_id = serializers.IntegerField(allow_null=True, help_text="Several services in a row.")
    series_id = serializers.IntegerField(allow_null=True, help_text="It comes again and again.")
    price_cents = serializers.IntegerField(allow_null=True)
    notes = serializers.CharField()
    source = serializers.ChoiceField(Appointment.Source.choices)  # type: ignore[assignment]
    call_id = serializers.IntegerField(allow_null=True, help_text="The call it was booked in.")
    confirmed_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    checked_in_at = serializers.DateTimeField(allow_null=True)
    is_waived = serializers.BooleanField(help_text="Missed, and forgiven.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def visible() -> "QuerySet[Appointment]":
    """Return the appointments of the active tenant; a hold is a caller who is still thinking."""
    return Appointment.objects.exclude(status=Appointment.Status.HELD)


def show(rows: "QuerySet[Appointment]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in one query."""
    shown = rows.values(
        "id",
        "starts_at",
        "ends_at",
        "branch_id",
        "service_id",
        "customer_id",
        "attendee_name",
        "seats",
        "session_id",
        "visit_id",
        "series_id",
        "price_cents",
        "notes",
        "source",
        "confirmed_at",
        "cancelled_at",
        "checked_in_at",
        "is_waived",
        "created_at",
        "updated_at",
        state=F("status"),
        time_zone=F("branch__time_zone"),
        branch_name=F("branch__name"),
        service_name=F("service__name"),
        staff_id=F("staff_member_id"),
        staff_name=F("staff_member__name"),
        call_id=F("call_number"),
    )
    return [{**row, "status": _PUBLIC_STATUS[row["state"]]} for row in shown]


def show_one(appointment_id: int) -> dict[str, Any]:
    """Return one appointment as the API shows it.

    :raises NotFound: there is none under this id
    """
    shown = show(visible().filter(pk=appointment_id))
    if not shown:
        raise NotFound
    return shown[0]


# --- What may come in --------------------------------------------------------------------------------


class AppointmentQuery(lists.DaysPage):
    status = serializers.ChoiceField(STATUSES, required=False)
    state = serializers.ChoiceField(_STATES, required=False)
    staff_id = strict.QueryInteger(required=False, min_value=1)
    branch_id = strict.QueryInteger(required=False, min_value=1)
    service_id = strict.QueryInteger(required=False, min_value=1)
    customer_id = strict.QueryInteger(required=False, min_value=1)
    session_id = strict.QueryInteger(required=False, min_value=1)
    visit_id = strict.QueryInteger(required=False, min_value=1)
    series_id = strict.QueryInteger(required=False, min_value=1)


class Booker(strict.Input):
    """Who comes: a known customer by `id`, or a person by name and address."""

    also = {
        "oneOf": [
            {"required": ["id"], "maxProperties": 1},
            {"required": ["name"], "not": {"required": ["id"]}},
        ]
    }

    id = strict.Id(required=False)
    name = strict.Line(required=False, max_length=255)
    phone = Phone(required=False, allow_null=True)
    email = strict.Email(required=False, allow_null=True, max_length=254)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "id" in attrs and len(attrs) > 1:
            raise serializers.ValidationError({"id": [_("Give either an id or a person.")]})
        if not attrs.keys() & {"id", "name"}:
            raise serializers.ValidationError({"name": [_("Who comes? Give a name or an id.")]})
        return attrs


class NewAppointment(strict.Input):
    service_id = strict.Id()
    starts_at = strict.Instant()
    staff_id = strict.Id(required=False, help_text="Without it: whoever is free.")
    branch_id = strict.Id(
        required=False, help_text="Needed without `staff_id` if there are several branches."
    )
    customer = Booker()
    seats = strict.Integer(
        min_value=1, max_value=500, default=1, help_text="How many come, to a service with seats."
    )
    hold_id = strict.Id(
        required=False, help_text="A hold that keeps this time; a booking gives it up in any case."
    )
    attendee_name = strict.Line(
        required=False, max_length=255, help_text="For whom, if not for the customer."
    )
    notes = strict.Text(required=False, allow_blank=True, max_length=5000)
    override = overrides.OverrideInput(required=False)


class AppointmentChanges(strict.Input):
    """What is not named stays as it is."""

    also = {"minProperties": 1}

    starts_at = strict.Instant(required=False)
    staff_id = strict.Id(required=False)
    notes = strict.Text(required=False, allow_blank=True, max_length=5000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError([_("Nothing is to be changed.")])
        return attrs


# --- Doors -----------------------------------------------------------------------------------------------


class Appointments(TenantView):  # /api/appointments
    @extend_schema(
        operation_id="appointments_list",
        summary="Appointments, the latest first",
        tags=["appointments"],
        parameters=[AppointmentQuery],
        responses={200: lists.list_of(AppointmentShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(AppointmentQuery, request.query_params.dict())
        return lists.paged(_wanted(wanted).order_by("-starts_at", "-id"), wanted, show)

    @extend_schema(
        operation_id="appointments_book",
        summary="Book an appointment",
        description="Asks the same rules as a caller on the telephone: hours, time off, notice, what is taken.",
        tags=["appointments"],
        request=NewAppointment,
        responses={201: AppointmentShape},
        examples=[
            OpenApiExample(
                "A new customer",
                request_only=True,
                value={
                    "service_id": 1,
                    "starts_at": "2026-11-23T10:00:00+01:00",
                    "customer": {
                        "name": "Erika Mustermann",
                        "phone": "+491713920042",
                        "email": "erika@example.org",
                    },
                },
            )
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewAppointment, request.data)
        now = timezone.now()
        service = naming.service(wanted["service_id"])
        staff_member = naming.staff_member(wanted)
        hold = naming.hold(wanted)
        customer = naming.customer(wanted["customer"], now=now)
        booking = scheduling.book(
            service,
            branch=naming.branch(wanted, staff_member),
            staff_member=staff_member,
            starts_at=wanted["starts_at"],
            customer=customer,
            attendee_name=attendee_name(wanted) or customer.name,
            source=Appointment.Source.API,
            by=request.actor,
            now=now,
            notes=wanted.get("notes", ""),
            hold=hold,
            seats=wanted["seats"],
            override=overrides.of(wanted),
        )
        return Response(
            show_one(booking.appointment.pk),
            status=201,
            headers={"Location": f"/api/appointments/{booking.appointment.pk}"},
        )


class AppointmentDetail(TenantView):  # /api/appointments/{id}
    @extend_schema(
        operation_id="appointments_read",
        summary="One appointment",
        tags=["appointments"],
        responses={200: AppointmentShape},
    )
    def get(self, request: TenantRequest, appointment_id: int) -> Response:
        return Response(show_one(appointment_id))

    @extend_schema(
        operation_id="appointments_change",
        summary="Move an appointment, or change its notes",
        description="A move asks the same rules as a booking. What is not named stays as it is.",
        tags=["appointments"],
        request=AppointmentChanges,
        responses={200: AppointmentShape},
        examples=[
            OpenApiExample("Notes", request_only=True, value={"notes": "Pony kürzer"}),
            OpenApiExample(
                "Another time",
                request_only=True,
                value={"starts_at": "2026-11-26T11:00:00+01:00"},
            ),
        ],
    )
    def put(self, request: TenantRequest, appointment_id: int) -> Response:
        appointment = naming.appointment(request, appointment_id)
        wanted = strict.read(AppointmentChanges, request.data)
        now = timezone.now()
        if wanted.keys() & {"starts_at", "staff_id"}:
            scheduling.reschedule(
                appointment,
                starts_at=wanted.get("starts_at", appointment.starts_at),
                staff_member=naming.staff_member(wanted),
                by=request.actor,
                source=Appointment.Source.API,
                now=now,
            )
        if "notes" in wanted:
            notes.annotate(
                appointment,
                notes=wanted["notes"],
                by=request.actor,
                source=Appointment.Source.API,
                now=now,
            )
        return Response(show_one(appointment_id))

    @extend_schema(
        operation_id="appointments_cancel",
        summary="Cancel an appointment",
        description="The customer is told. Cancelling what is cancelled already changes nothing.",
        tags=["appointments"],
        responses={204: None},
    )
    def delete(self, request: TenantRequest, appointment_id: int) -> Response:
        scheduling.cancel(
            naming.appointment(request, appointment_id),
            by=request.actor,
            source=Appointment.Source.API,
            now=timezone.now(),
        )
        return Response(status=204)


# --- Finding what the input names ------------------------------------------------------------------------


def _wanted(wanted: dict[str, Any]) -> "QuerySet[Appointment]":
    rows = visible()
    since, until = lists.local_days(wanted)
    if since is not None:
        rows = rows.filter(starts_at__gte=since)
    if until is not None:
        rows = rows.filter(starts_at__lt=until)
    if "status" in wanted:
        states = [state for state, public in _PUBLIC_STATUS.items() if public == wanted["status"]]
        rows = rows.filter(status__in=states)
    named = {column: wanted[name] for name, column in _COLUMN_OF.items() if name in wanted}
    return rows.filter(**named)


def attendee_name(wanted: dict[str, Any]) -> str | None:
    """Return for whom it is; a known customer may book for somebody else and keeps the own name."""
    name: str | None = wanted.get("attendee_name") or wanted["customer"].get("name")
    return name
