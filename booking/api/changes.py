"""What happens to an appointment: moved, cancelled, arrived, completed, missed, forgiven; its story and its terms.

Below /api/appointments/{id}/. Each answers with the appointment and the latest change of it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking import attendance, moving, policies, scheduling
from booking.api import naming, overrides
from booking.api.appointments import AppointmentShape, show_one
from booking.models import Appointment, AppointmentChange, Policy
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import Refused

_API = Appointment.Source.API


# --- What is shown -------------------------------------------------------------------------------


class ChangeShape(serializers.Serializer[Any]):
    """One change: what, when, by whom, why, what it costs. Times are UTC, money is in cents."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(AppointmentChange.Kind.choices)
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()
    old_starts_at = serializers.DateTimeField(allow_null=True)
    new_starts_at = serializers.DateTimeField(allow_null=True)
    fee_cents = serializers.IntegerField()
    policy_id = serializers.IntegerField(allow_null=True, help_text="The policy that decided.")
    hours_before = serializers.FloatField(allow_null=True, help_text="How long before the start.")
    overridden = serializers.ListField(
        child=serializers.CharField(), help_text="Codes of the rules that were set aside."
    )


class ChangedAppointmentShape(AppointmentShape):
    """The appointment as it is now, and its latest change."""

    change = ChangeShape(allow_null=True)


class TermsShape(serializers.Serializer[Any]):
    """What the customer would get now."""

    is_allowed = serializers.BooleanField()
    code = serializers.CharField(allow_null=True, help_text="Why not.")
    sentence = serializers.CharField(help_text="Why not, or the business's own words.")
    fee_cents = serializers.IntegerField()
    hours_before = serializers.FloatField(help_text="How long it is until the start.")
    policy_id = serializers.IntegerField(allow_null=True)


class AllTermsShape(serializers.Serializer[Any]):
    """What cancelling and moving would cost."""

    cancel = TermsShape()
    move = TermsShape()


_OF_TERMS = {"policy_id", "hours_before", "overridden"}


def _show(rows: "QuerySet[AppointmentChange]") -> list[dict[str, Any]]:
    shown = rows.values(*lists.columns(ChangeShape, but=_OF_TERMS), "terms")
    return [_with_terms(row) for row in shown]


def _with_terms(row: dict[str, Any]) -> dict[str, Any]:
    terms = row.pop("terms")
    return {
        **row,
        "policy_id": terms.get("policy"),
        "hours_before": terms.get("hours_before"),
        "overridden": terms.get("overridden", []),
    }


def _changed(appointment_id: int) -> Response:
    latest = AppointmentChange.objects.filter(appointment_id=appointment_id).order_by("-at", "-pk")
    change = next(iter(_show(latest[:1])), None)
    return Response({**show_one(appointment_id), "change": change})


# --- What may come in --------------------------------------------------------------------------------


class Nothing(strict.Input):
    """An empty object, or no body."""


class Reason(strict.Input):
    reason = strict.Line(max_length=300, help_text="Kept with the change.")


class Move(strict.Input):
    starts_at = strict.Instant()
    staff_id = strict.Id(required=False, help_text="Without it: the same person.")
    hold_id = strict.Id(required=False, help_text="A hold that keeps the new time.")
    reason = strict.Line(required=False, allow_blank=True, max_length=300)
    override = overrides.OverrideInput(required=False)


class Cancellation(strict.Input):
    reason = strict.Line(required=False, allow_blank=True, max_length=300)
    override = overrides.OverrideInput(required=False)


# --- Moving and cancelling ------------------------------------------------------------------------------


class AppointmentMove(TenantView):  # /api/appointments/{id}/move
    @extend_schema(
        operation_id="appointments_move",
        summary="Move an appointment",
        description="Under the rules of a booking and the policy of moving; its fee stands in `change`. "
        "Moving to where it is changes nothing.",
        tags=["appointments"],
        request=Move,
        responses={200: ChangedAppointmentShape},
        examples=[
            OpenApiExample(
                "An hour later",
                request_only=True,
                value={"starts_at": "2026-11-25T11:00:00+01:00", "reason": "Zug verpasst"},
            )
        ],
    )
    def post(self, request: TenantRequest, appointment_id: int) -> Response:
        appointment = naming.appointment(request, appointment_id)
        wanted = strict.read(Move, request.data)
        scheduling.reschedule(
            appointment,
            starts_at=wanted["starts_at"],
            staff_member=naming.staff_member(wanted),
            hold=naming.hold(wanted),
            reason=wanted.get("reason", ""),
            override=overrides.of(wanted),
            by=request.actor,
            source=_API,
            now=timezone.now(),
        )
        return _changed(appointment_id)


class AppointmentCancel(TenantView):  # /api/appointments/{id}/cancel
    @extend_schema(
        operation_id="appointments_cancel_with_reason",
        summary="Cancel an appointment, with a reason",
        description="Under the policy of cancelling; its fee stands in `change`. The customer is told. "
        "Cancelling what is cancelled already changes nothing.",
        tags=["appointments"],
        request=Cancellation,
        responses={200: ChangedAppointmentShape},
        examples=[OpenApiExample("Why", request_only=True, value={"reason": "krank"})],
    )
    def post(self, request: TenantRequest, appointment_id: int) -> Response:
        appointment = naming.appointment(request, appointment_id)
        wanted = strict.read(Cancellation, request.data)
        scheduling.cancel(
            appointment,
            reason=wanted.get("reason", ""),
            override=overrides.of(wanted),
            by=request.actor,
            source=_API,
            now=timezone.now(),
        )
        return _changed(appointment_id)


# --- Who came -------------------------------------------------------------------------------------------

Verb = Callable[..., None]


def _door(verb: Verb, *, name: str, summary: str, about: str) -> type[TenantView]:
    """Return the endpoint of a verb that needs nothing but the appointment."""

    class Door(TenantView):
        @extend_schema(
            operation_id=f"appointments_{name}",
            summary=summary,
            description=about,
            tags=["appointments"],
            request=Nothing,
            responses={200: ChangedAppointmentShape},
            examples=[OpenApiExample("Nothing more", request_only=True, value={})],
        )
        def post(self, request: TenantRequest, appointment_id: int) -> Response:
            appointment = naming.appointment(request, appointment_id)
            strict.read(Nothing, request.data)
            verb(appointment, by=request.actor, source=_API, now=timezone.now())
            return _changed(appointment_id)

    return Door


CheckIn = _door(
    attendance.check_in,
    name="check_in",
    summary="The customer is there",
    about="On the day of the appointment. Who was marked as missing gets the time if it is still free.",
)
UndoCheckIn = _door(
    attendance.undo_check_in,
    name="undo_check_in",
    summary="The customer is not there after all",
    about="Takes a mistake back.",
)
Complete = _door(
    attendance.complete,
    name="complete",
    summary="It took place",
    about="After it has begun.",
)
NoShow = _door(
    attendance.mark_no_show,
    name="no_show",
    summary="The customer did not come",
    about="After it has begun. What the business asks for that stands in `change`.",
)


class Waive(TenantView):  # /api/appointments/{id}/waive
    @extend_schema(
        operation_id="appointments_waive",
        summary="Forgive a missed appointment",
        description="It does not count any more, and its fee is not asked for.",
        tags=["appointments"],
        request=Reason,
        responses={200: ChangedAppointmentShape},
        examples=[OpenApiExample("Why", request_only=True, value={"reason": "Unfall"})],
    )
    def post(self, request: TenantRequest, appointment_id: int) -> Response:
        appointment = naming.appointment(request, appointment_id)
        wanted = strict.read(Reason, request.data)
        attendance.waive(
            appointment,
            reason=wanted["reason"],
            by=request.actor,
            source=_API,
            now=timezone.now(),
        )
        return _changed(appointment_id)


# --- Its story and its terms ----------------------------------------------------------------------------


class Changes(TenantView):  # /api/appointments/{id}/changes
    @extend_schema(
        operation_id="appointments_changes",
        summary="What became of an appointment, from the beginning",
        tags=["appointments"],
        parameters=[lists.Page],
        responses={200: lists.list_of(ChangeShape)},
    )
    def get(self, request: TenantRequest, appointment_id: int) -> Response:
        appointment = naming.appointment(request, appointment_id)
        wanted = strict.read(lists.Page, request.query_params.dict())
        rows = AppointmentChange.objects.filter(appointment=appointment)
        return lists.paged(rows.order_by("at", "pk"), wanted, _show)


class Terms(TenantView):  # /api/appointments/{id}/terms
    @extend_schema(
        operation_id="appointments_terms",
        summary="What cancelling or moving would cost now",
        description="The same moment decides the same: what is said here is what is asked for.",
        tags=["appointments"],
        responses={200: AllTermsShape},
    )
    def get(self, request: TenantRequest, appointment_id: int) -> Response:
        appointment = naming.appointment(request, appointment_id)
        now = timezone.now()
        return Response(
            {
                kind.value: shown_terms(
                    partial(policies.terms_for, appointment, kind, now=now), [appointment], now=now
                )
                for kind in Policy.Kind
            }
        )


def shown_terms(
    ask: Callable[[], policies.Terms], parts: list[Appointment], *, now: datetime
) -> dict[str, Any]:
    """Return the terms of changing these appointments together; what is over has none."""
    refusal: Refused | None = None
    terms = policies.NOT_ASKED
    try:
        terms = ask()
        refusal = terms.refusal
        for part in parts:
            moving.must_be_ahead(part, now=now)
    except Refused as over:
        refusal = over
    return {
        "is_allowed": refusal is None,
        "code": refusal.code if refusal else None,
        "sentence": str(refusal) if refusal else terms.text,
        "fee_cents": 0 if refusal else terms.fee_cents,
        "hours_before": terms.hours_before,
        "policy_id": terms.policy_id,
    }
