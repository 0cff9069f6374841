"""Holds: /api/holds. A time kept for somebody who has not decided yet; it ends by itself."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking import scheduling
from booking.api import naming
from booking.models import Appointment
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound


class HoldShape(serializers.Serializer[Any]):
    """A time that nobody else can have until `expires_at`. Times are UTC."""

    id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    service_id = serializers.IntegerField()
    staff_id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    customer_id = serializers.IntegerField(allow_null=True)
    seats = serializers.IntegerField()
    visit_id = serializers.IntegerField(
        allow_null=True, help_text="The held visit of which it is a part."
    )
    created_at = serializers.DateTimeField()


def live(now: datetime) -> "QuerySet[Appointment]":
    """Return the holds of this API that still stand. Those of callers are theirs."""
    return Appointment.objects.filter(
        status=Appointment.Status.HELD,
        source=Appointment.Source.API,
        hold_expires_at__gt=now,
    )


def show(rows: "QuerySet[Appointment]") -> list[dict[str, Any]]:
    renamed = {"expires_at": F("hold_expires_at"), "staff_id": F("staff_member_id")}
    columns = lists.columns(HoldShape, but=renamed)
    return list(rows.values(*columns, **renamed))


def _show_one(hold_id: int, now: datetime) -> dict[str, Any]:
    shown = show(live(now).filter(pk=hold_id))
    if not shown:
        raise NotFound
    return shown[0]


def seconds() -> strict.Integer:
    return strict.Integer(
        min_value=30,
        max_value=900,
        default=scheduling.HOLD_SECONDS,
        help_text="How long it stands.",
    )


class HoldQuery(lists.Page):
    service_id = strict.QueryInteger(required=False, min_value=1)
    staff_id = strict.QueryInteger(required=False, min_value=1)
    branch_id = strict.QueryInteger(required=False, min_value=1)


class NewHold(strict.Input):
    service_id = strict.Id()
    staff_id = strict.Id(help_text="Every free time names one.")
    starts_at = strict.Instant()
    seats = strict.Integer(
        min_value=1, max_value=500, default=1, help_text="How many come, to a service with seats."
    )
    customer_id = strict.Id(required=False, help_text="For whom: their limits count.")
    seconds = seconds()


class Holds(TenantView):  # /api/holds
    @extend_schema(
        operation_id="holds_list",
        summary="Holds that stand, the first to end first",
        tags=["holds"],
        parameters=[HoldQuery],
        responses={200: lists.list_of(HoldShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(HoldQuery, request.query_params.dict())
        columns = {
            "service_id": "service_id",
            "staff_id": "staff_member_id",
            "branch_id": "branch_id",
        }
        rows = live(timezone.now()).filter(
            **{column: wanted[name] for name, column in columns.items() if name in wanted}
        )
        return lists.paged(rows.order_by("hold_expires_at", "pk"), wanted, show)

    @extend_schema(
        operation_id="holds_take",
        summary="Keep a free time",
        description="Book it with `hold_id` in POST /api/appointments before it ends.",
        tags=["holds"],
        request=NewHold,
        responses={201: HoldShape},
        examples=[
            OpenApiExample(
                "A free time",
                request_only=True,
                value={
                    "service_id": 1,
                    "staff_id": 1,
                    "starts_at": "2026-11-23T10:00:00+01:00",
                },
            )
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewHold, request.data)
        now = timezone.now()
        service = naming.service(wanted["service_id"])
        person = naming.person(wanted["staff_id"])
        hold = scheduling.hold(
            service,
            branch=person.branch,
            staff_member=person,
            starts_at=wanted["starts_at"],
            source=Appointment.Source.API,
            by=request.actor,
            now=now,
            seconds=wanted["seconds"],
            seats=wanted["seats"],
            customer=naming.known_customer(wanted),
        )
        where = {"Location": f"/api/holds/{hold.pk}"}
        return Response(_show_one(hold.pk, now), status=201, headers=where)


class HoldDetail(TenantView):  # /api/holds/{id}
    @extend_schema(
        operation_id="holds_read",
        summary="One hold",
        tags=["holds"],
        responses={200: HoldShape},
    )
    def get(self, request: TenantRequest, hold_id: int) -> Response:
        return Response(_show_one(hold_id, timezone.now()))

    @extend_schema(
        operation_id="holds_release",
        summary="Give a time back",
        description="A part of a held visit is given back with the whole visit.",
        tags=["holds"],
        responses={204: None},
    )
    def delete(self, request: TenantRequest, hold_id: int) -> Response:
        now = timezone.now()
        hold = live(now).filter(pk=hold_id).first()
        if hold is None:
            raise NotFound
        scheduling.release(hold, by=request.actor, now=now)
        return Response(status=204)
