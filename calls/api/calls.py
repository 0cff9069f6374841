"""Calls: /api/calls, and the history of a customer, which needs both calls and appointments."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking.api import appointments, customers
from booking.api.appointments import AppointmentShape
from booking.api.customers import CustomerShape, Phone
from calls import imports
from calls.models import Call, ToolCall
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import Invalid, NotFound
from tenants.models import PhoneNumber

# A year-long regular has a few hundred of each; the lists below a customer show the latest.
_HISTORY_LIMIT = 100
_LONGEST_CALL = timedelta(days=1)


# --- What is shown -------------------------------------------------------------------------------


class CallShape(serializers.Serializer[Any]):
    """A call. Times are UTC; `time_zone` is the clock of the branch that was dialled."""

    id = serializers.IntegerField()
    external_id = serializers.CharField(help_text="The provider's id of the call.")
    conversation_id = serializers.CharField()
    direction = serializers.CharField()
    from_number = serializers.CharField(allow_null=True, help_text="null: withheld")
    to_number = serializers.CharField()
    status = serializers.ChoiceField(Call.Status.choices)
    outcome = serializers.ChoiceField(
        Call.Outcome.choices, allow_blank=True, help_text="Empty until the end."
    )
    outcome_reason = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.IntegerField(allow_null=True)
    time_zone = serializers.CharField()
    branch_id = serializers.IntegerField()
    customer_id = serializers.IntegerField(allow_null=True)
    intent = serializers.CharField()
    sentiment = serializers.CharField()
    summary = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TurnShape(serializers.Serializer[Any]):
    """One thing that was said."""

    role = serializers.CharField()
    content = serializers.CharField()


class ToolCallShape(serializers.Serializer[Any]):
    """What the agent asked us during the call, and what we answered."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    arguments = serializers.DictField()
    state = serializers.CharField()
    answer = serializers.DictField()
    duration_ms = serializers.IntegerField()
    at = serializers.DateTimeField()


class WholeCallShape(CallShape):
    """A call with everything that is known of it."""

    transcript = serializers.CharField()
    turns = TurnShape(many=True)
    analysis = serializers.DictField()
    end_reason = serializers.CharField()
    agent_id = serializers.CharField()
    agent_version = serializers.IntegerField(allow_null=True)
    tool_calls = ToolCallShape(many=True)
    appointments = AppointmentShape(many=True)


class CustomerWithHistoryShape(CustomerShape):
    """A customer with the latest 100 calls and the latest 100 appointments."""

    calls = CallShape(many=True)
    appointments = AppointmentShape(many=True)


_SHORT = (
    "id",
    "external_id",
    "conversation_id",
    "direction",
    "from_number",
    "to_number",
    "status",
    "outcome",
    "outcome_reason",
    "started_at",
    "ended_at",
    "duration_seconds",
    "branch_id",
    "customer_id",
    "intent",
    "sentiment",
    "summary",
    "created_at",
    "updated_at",
)
_WHOLE = (*_SHORT, "transcript", "turns", "analysis", "end_reason", "agent_id", "agent_version")
_TOOL_CALL = ("id", "name", "arguments", "state", "answer", "duration_ms", "at")


def show(rows: "QuerySet[Call]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them in lists, read in one query."""
    return list(rows.values(*_SHORT, time_zone=F("branch__time_zone")))


def show_whole(call_id: int) -> dict[str, Any]:
    """Return one call with everything that is known of it, read in three queries.

    :raises NotFound: there is none under this id
    """
    rows = Call.objects.filter(pk=call_id).values(*_WHOLE, time_zone=F("branch__time_zone"))
    call = rows.first()
    if call is None:
        raise NotFound
    tool_calls = ToolCall.objects.filter(call_id=call_id).order_by("id").values(*_TOOL_CALL)
    booked = appointments.visible().filter(call_number=call_id).order_by("starts_at", "id")
    return {**call, "tool_calls": list(tool_calls), "appointments": appointments.show(booked)}


# --- What may come in --------------------------------------------------------------------------------


class CallQuery(lists.DaysPage):
    status = serializers.ChoiceField(Call.Status.choices, required=False)
    outcome = serializers.ChoiceField(Call.Outcome.choices, required=False)


class NewCall(strict.Input):
    also = {"dependentRequired": {"ended_at": ["started_at"]}}

    to_number = Phone(help_text="The number that was dialled: one of yours.")
    from_number = Phone(required=False, allow_null=True, help_text="null: withheld")
    started_at = strict.Instant(required=False)
    ended_at = strict.Instant(required=False)
    transcript = strict.Text(required=False, allow_blank=True, max_length=1_000_000)
    summary = strict.Text(required=False, allow_blank=True, max_length=10_000)
    intent = strict.Line(required=False, allow_blank=True, max_length=100)
    sentiment = strict.Line(required=False, allow_blank=True, max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        began, ended = attrs.get("started_at"), attrs.get("ended_at")
        if ended is not None and (began is None or not began <= ended <= began + _LONGEST_CALL):
            raise serializers.ValidationError(
                {"ended_at": [_("A call ends after it began, within a day.")]}
            )
        return attrs


_EXAMPLE = {
    "to_number": "+493023125777",
    "from_number": "+491713920042",
    "started_at": "2026-11-23T10:00:00+01:00",
    "ended_at": "2026-11-23T10:02:30+01:00",
    "transcript": "Agent: Salon Sonnenschein, guten Tag.\nUser: Ich hätte gern einen Termin.",
}


# --- Doors -----------------------------------------------------------------------------------------------


class Calls(TenantView):  # /api/calls
    @extend_schema(
        operation_id="calls_list",
        summary="Calls, the latest first",
        tags=["calls"],
        parameters=[CallQuery],
        responses={200: lists.list_of(CallShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(CallQuery, request.query_params.dict())
        return lists.paged(_wanted(wanted).order_by("-created_at", "-id"), wanted, show)

    @extend_schema(
        operation_id="calls_take_down",
        summary="Write down a call",
        description="For tests, and for calls that did not come through the voice platform.",
        tags=["calls"],
        request=NewCall,
        responses={201: WholeCallShape},
        examples=[OpenApiExample("A call that is over", request_only=True, value=_EXAMPLE)],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewCall, request.data)
        call = imports.take_down(
            _line(wanted.pop("to_number")),
            imports.Told(**wanted),
            by=request.actor,
            now=timezone.now(),
        )
        return Response(
            show_whole(call.pk), status=201, headers={"Location": f"/api/calls/{call.pk}"}
        )


class CallDetail(TenantView):  # /api/calls/{id}
    @extend_schema(
        operation_id="calls_read",
        summary="One call, with transcript, analysis, tool calls and appointments",
        tags=["calls"],
        responses={200: WholeCallShape},
    )
    def get(self, request: TenantRequest, call_id: int) -> Response:
        return Response(show_whole(call_id))


class CustomerDetail(customers.CustomerDetail):  # /api/customers/{id}
    @extend_schema(
        operation_id="customers_read",
        summary="One customer, with calls and appointments",
        tags=["customers"],
        responses={200: CustomerWithHistoryShape},
    )
    def get(self, request: TenantRequest, customer_id: int) -> Response:
        customer = customers.show_one(customer_id)
        calls = Call.objects.filter(customer_id=customer_id).order_by("-created_at", "-id")
        booked = (
            appointments.visible().filter(customer_id=customer_id).order_by("-starts_at", "-id")
        )
        return Response(
            {
                **customer,
                "calls": show(calls[:_HISTORY_LIMIT]),
                "appointments": appointments.show(booked[:_HISTORY_LIMIT]),
            }
        )


def _wanted(wanted: dict[str, Any]) -> "QuerySet[Call]":
    """Return the calls that are asked for. A call that never began counts for the day it was announced."""
    rows = Call.objects.filter(
        **{name: wanted[name] for name in ("status", "outcome") if name in wanted}
    )
    since, until = lists.local_days(wanted)
    if since is not None:
        rows = rows.filter(
            Q(started_at__gte=since) | Q(started_at__isnull=True, created_at__gte=since)
        )
    if until is not None:
        rows = rows.filter(
            Q(started_at__lt=until) | Q(started_at__isnull=True, created_at__lt=until)
        )
    return rows


def _line(number: str) -> PhoneNumber:
    line = PhoneNumber.objects.filter(number=number, is_active=True).first()
    if line is None:
        raise Invalid(to_number=_("This is not one of your numbers."))
    return line
