"""Visits: /api/visits. Several services one after the other, perhaps by several people: all of it, or nothing."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from booking import shape, visit_holds, visits
from booking.api import appointments, holds, naming, overrides, slots
from booking.api.appointments import AppointmentShape, Booker
from booking.api.changes import AllTermsShape, Cancellation, shown_terms
from booking.api.holds import HoldShape
from booking.models import Appointment, Policy, Visit
from booking.refusals import AlreadyOver
from booking.visits import Part, Plan, Wish
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import Invalid, NotFound

_API = Appointment.Source.API


# --- What is shown -------------------------------------------------------------------------------


class VisitShape(serializers.Serializer[Any]):
    """A visit with its appointments in order of time, the cancelled ones too."""

    id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    customer_id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    appointments = AppointmentShape(many=True)


class HeldVisitShape(serializers.Serializer[Any]):
    """All parts of a visit, held together: nobody else can have any of them until `expires_at`."""

    id = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    holds = HoldShape(many=True)


class PartShape(serializers.Serializer[Any]):
    """One service of a plan. Times are UTC, money is in cents."""

    service_id = serializers.IntegerField()
    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    seats = serializers.IntegerField()
    price_cents = serializers.IntegerField(allow_null=True)


class PlanShape(serializers.Serializer[Any]):
    """A visit as it can be booked; `parts` are what POST /api/visits takes."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    parts = PartShape(many=True)


def _show(rows: "QuerySet[Visit]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in two queries."""
    found = list(rows.values(*lists.columns(VisitShape, but=["appointments"])))
    booked = Appointment.objects.filter(visit_id__in=[each["id"] for each in found])
    parts: dict[int, list[dict[str, Any]]] = {each["id"]: [] for each in found}
    for row in appointments.show(booked.order_by("starts_at", "pk")):
        parts[row["visit_id"]].append(row)
    return [{**each, "appointments": parts[each["id"]]} for each in found]


def _show_one(visit_id: int) -> dict[str, Any]:
    shown = _show(Visit.objects.filter(pk=visit_id, customer__isnull=False))
    if not shown:
        raise NotFound
    return shown[0]


def _show_held(visit_id: int, now: datetime) -> dict[str, Any]:
    parts = holds.live(now).filter(visit_id=visit_id).order_by("starts_at", "pk")
    shown = holds.show(parts)
    if not shown:
        raise NotFound
    expires_at = min(each["expires_at"] for each in shown)
    return {"id": visit_id, "expires_at": expires_at, "holds": shown}


def _show_plan(plan: Plan) -> dict[str, Any]:
    parts = [
        {
            "service_id": part.service.pk,
            "staff_id": part.staff_member_id,
            "staff_name": part.staff_name,
            "starts_at": part.starts_at,
            "ends_at": part.ends_at,
            "seats": part.seats,
            "price_cents": part.price_cents,
        }
        for part in plan.parts
    ]
    return {"starts_at": plan.starts_at, "ends_at": plan.ends_at, "parts": parts}


# --- What may come in --------------------------------------------------------------------------------


class VisitQuery(lists.Page):
    customer_id = strict.QueryInteger(required=False, min_value=1)
    branch_id = strict.QueryInteger(required=False, min_value=1)


class WishInput(strict.Input):
    service_id = strict.Id()
    staff_id = strict.Id(required=False, help_text="Without it: anybody.")
    gap_minutes = strict.Integer(
        min_value=0, max_value=720, default=0, help_text="At least so long after the part before."
    )
    seats = strict.Integer(min_value=1, max_value=500, default=1)


class PlanWish(strict.Input):
    wishes = serializers.ListField(
        child=WishInput(), min_length=1, max_length=visits.MOST_PARTS, help_text="In this order."
    )
    branch_id = strict.Id(required=False, help_text="Needed if there are several branches.")
    from_date = strict.Day(help_text="First day, by the clock of the branch.")
    to_date = strict.Day(help_text="Last day, inclusive; at most 31 days in all.")
    customer_id = strict.Id(required=False, help_text="For whom: their limits count.")
    visit_id = strict.Id(
        required=False,
        help_text="To move this visit: a wish for each of its parts. Its own time does not block, and "
        "its parts keep their length, their seats and their price.",
    )
    longest_wait_minutes = strict.Integer(
        min_value=0, max_value=240, default=15, help_text="Between two parts."
    )
    limit = strict.Integer(min_value=1, max_value=100, default=10)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return slots.within(attrs, longest=timedelta(days=31))


class PartInput(strict.Input):
    service_id = strict.Id()
    staff_id = strict.Id()
    starts_at = strict.Instant()
    seats = strict.Integer(min_value=1, max_value=500, default=1)


def _parts() -> serializers.ListField:
    return serializers.ListField(
        child=PartInput(), min_length=1, max_length=visits.MOST_PARTS, help_text="As in a plan."
    )


class NewHeldVisit(strict.Input):
    parts = _parts()
    branch_id = strict.Id(required=False, help_text="Needed if there are several branches.")
    customer_id = strict.Id(required=False, help_text="For whom: their limits count.")
    seconds = holds.seconds()


def _hold_id() -> strict.Id:
    return strict.Id(required=False, help_text="A held visit (POST /api/visits/holds).")


class NewVisit(strict.Input):
    parts = _parts()
    hold_id = _hold_id()
    branch_id = strict.Id(required=False, help_text="Needed if there are several branches.")
    customer = Booker()
    attendee_name = strict.Line(
        required=False, max_length=255, help_text="For whom, if not for the customer."
    )
    notes = strict.Text(required=False, allow_blank=True, max_length=5000)
    override = overrides.OverrideInput(required=False)


class VisitMove(strict.Input):
    parts = _parts()
    hold_id = _hold_id()
    reason = strict.Line(required=False, allow_blank=True, max_length=300)
    override = overrides.OverrideInput(required=False)


def _read_parts(wanted: dict[str, Any]) -> list[Part]:
    found = []
    for number, part in enumerate(wanted["parts"]):
        service = naming.service(part["service_id"], field=f"parts.{number}.service_id")
        person = naming.person(part["staff_id"], field=f"parts.{number}.staff_id")
        found.append(
            Part(
                service=service,
                staff_member_id=person.pk,
                staff_name=person.name,
                starts_at=part["starts_at"],
                ends_at=shape.of(service).ends_at(part["starts_at"]),
                seats=part["seats"],
            )
        )
    return found


def _read_wishes(wanted: dict[str, Any]) -> list[Wish]:
    found = []
    for number, wish in enumerate(wanted["wishes"]):
        named = wish.get("staff_id")
        found.append(
            Wish(
                service=naming.service(wish["service_id"], field=f"wishes.{number}.service_id"),
                staff_member=naming.person(named, field=f"wishes.{number}.staff_id")
                if named
                else None,
                gap_minutes=wish["gap_minutes"],
                seats=wish["seats"],
            )
        )
    return found


def _read_moving(request: TenantRequest, wanted: dict[str, Any]) -> list[Appointment]:
    if "visit_id" not in wanted:
        return []
    parts = visits.parts_of(visits.visit_for(request.tenant_id, wanted["visit_id"]))
    if not parts:
        raise AlreadyOver
    return parts


_EXAMPLE = [
    {"service_id": 1, "staff_id": 1, "starts_at": "2026-11-26T10:00:00+01:00"},
    {"service_id": 1, "staff_id": 1, "starts_at": "2026-11-26T10:30:00+01:00"},
]


# --- Doors -----------------------------------------------------------------------------------------------


class Plans(TenantView):  # /api/visits/plans
    @extend_schema(
        operation_id="visits_plan",
        summary="Find times for a visit",
        description="Writes nothing. Of the possible people as few different ones as possible are taken.",
        tags=["visits"],
        request=PlanWish,
        responses={200: inline_serializer("PlanList", {"data": PlanShape(many=True)})},
        examples=[
            OpenApiExample(
                "Cut, then colour",
                request_only=True,
                value={
                    "wishes": [{"service_id": 1}, {"service_id": 1, "gap_minutes": 10}],
                    "from_date": "2026-11-26",
                    "to_date": "2026-11-27",
                },
            )
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(PlanWish, request.data)
        branch = naming.branch(wanted, None)
        wishes, moving = _read_wishes(wanted), _read_moving(request, wanted)
        if moving and [each.service for each in wishes] != [each.service for each in moving]:
            raise Invalid(wishes=_("These are not the services of this visit."))
        plans = visits.find(
            wishes,
            branch=branch,
            period=slots.days(wanted, branch),
            now=timezone.now(),
            customer=naming.known_customer(wanted) or (moving[0].customer if moving else None),
            moving=moving,
            limit=wanted["limit"],
            longest_wait_minutes=wanted["longest_wait_minutes"],
        )
        return Response({"data": [_show_plan(plan) for plan in plans]})


class Visits(TenantView):  # /api/visits
    @extend_schema(
        operation_id="visits_list",
        summary="Visits, the latest first",
        tags=["visits"],
        parameters=[VisitQuery],
        responses={200: lists.list_of(VisitShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(VisitQuery, request.query_params.dict())
        named = {name: wanted[name] for name in ("customer_id", "branch_id") if name in wanted}
        booked = Visit.objects.filter(customer__isnull=False, **named)
        return lists.paged(booked.order_by("-pk"), wanted, _show)

    @extend_schema(
        operation_id="visits_book",
        summary="Book a visit",
        description="All parts or none of them; the customer is told once.",
        tags=["visits"],
        request=NewVisit,
        responses={201: VisitShape},
        examples=[
            OpenApiExample(
                "Two services in a row",
                request_only=True,
                value={"parts": _EXAMPLE, "customer": {"name": "Erika Mustermann"}},
            )
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewVisit, request.data)
        now = timezone.now()
        parts = _read_parts(wanted)
        branch = naming.branch(wanted, None)
        customer = naming.customer(wanted["customer"], now=now)
        booked = visits.book(
            parts,
            branch=branch,
            customer=customer,
            attendee_name=appointments.attendee_name(wanted) or customer.name,
            source=_API,
            by=request.actor,
            now=now,
            notes=wanted.get("notes", ""),
            hold=naming.held_visit(request, wanted),
            override=overrides.of(wanted),
        )
        where = {"Location": f"/api/visits/{booked.visit.pk}"}
        return Response(_show_one(booked.visit.pk), status=201, headers=where)


class VisitHolds(TenantView):  # /api/visits/holds
    @extend_schema(
        operation_id="visits_hold",
        summary="Keep all parts of a visit",
        description="All of them or none, for 300 seconds. Book it with `hold_id` in POST /api/visits before it ends.",
        tags=["visits"],
        request=NewHeldVisit,
        responses={201: HeldVisitShape},
        examples=[
            OpenApiExample("Two services in a row", request_only=True, value={"parts": _EXAMPLE})
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewHeldVisit, request.data)
        now = timezone.now()
        held = visits.hold(
            _read_parts(wanted),
            branch=naming.branch(wanted, None),
            source=_API,
            by=request.actor,
            now=now,
            seconds=wanted["seconds"],
            customer=naming.known_customer(wanted),
        )
        where = {"Location": f"/api/visits/holds/{held.visit.pk}"}
        return Response(_show_held(held.visit.pk, now), status=201, headers=where)


class VisitHoldDetail(TenantView):  # /api/visits/holds/{id}
    @extend_schema(
        operation_id="visits_read_hold",
        summary="One held visit",
        tags=["visits"],
        responses={200: HeldVisitShape},
    )
    def get(self, request: TenantRequest, held_visit_id: int) -> Response:
        return Response(_show_held(held_visit_id, timezone.now()))

    @extend_schema(
        operation_id="visits_release",
        summary="Give all parts of a held visit back",
        tags=["visits"],
        responses={204: None},
    )
    def delete(self, request: TenantRequest, held_visit_id: int) -> Response:
        visit = visit_holds.held_visit_for(request.tenant_id, held_visit_id, source=_API)
        visits.release(visit, by=request.actor, now=timezone.now())
        return Response(status=204)


class VisitDetail(TenantView):  # /api/visits/{id}
    @extend_schema(
        operation_id="visits_read",
        summary="One visit",
        tags=["visits"],
        responses={200: VisitShape},
    )
    def get(self, request: TenantRequest, visit_id: int) -> Response:
        return Response(_show_one(visit_id))


class VisitMoved(TenantView):  # /api/visits/{id}/move
    @extend_schema(
        operation_id="visits_move",
        summary="Move a visit",
        description="To other times, perhaps with other people; the services stay the same.",
        tags=["visits"],
        request=VisitMove,
        responses={200: VisitShape},
        examples=[OpenApiExample("To Thursday", request_only=True, value={"parts": _EXAMPLE})],
    )
    def post(self, request: TenantRequest, visit_id: int) -> Response:
        visit = visits.visit_for(request.tenant_id, visit_id)
        wanted = strict.read(VisitMove, request.data)
        visits.move(
            visit,
            _read_parts(wanted),
            by=request.actor,
            source=_API,
            now=timezone.now(),
            reason=wanted.get("reason", ""),
            hold=naming.held_visit(request, wanted),
            override=overrides.of(wanted),
        )
        return Response(_show_one(visit_id))


class VisitCancelled(TenantView):  # /api/visits/{id}/cancel
    @extend_schema(
        operation_id="visits_cancel",
        summary="Cancel a visit",
        description="All parts that are not cancelled yet; the customer is told once.",
        tags=["visits"],
        request=Cancellation,
        responses={200: VisitShape},
        examples=[OpenApiExample("Why", request_only=True, value={"reason": "krank"})],
    )
    def post(self, request: TenantRequest, visit_id: int) -> Response:
        visit = visits.visit_for(request.tenant_id, visit_id)
        wanted = strict.read(Cancellation, request.data)
        visits.cancel(
            visit,
            by=request.actor,
            source=_API,
            now=timezone.now(),
            reason=wanted.get("reason", ""),
            override=overrides.of(wanted),
        )
        return Response(_show_one(visit_id))


class VisitTerms(TenantView):  # /api/visits/{id}/terms
    @extend_schema(
        operation_id="visits_terms",
        summary="What cancelling or moving the whole visit would cost now",
        tags=["visits"],
        responses={200: AllTermsShape},
    )
    def get(self, request: TenantRequest, visit_id: int) -> Response:
        visit = visits.visit_for(request.tenant_id, visit_id)
        now = timezone.now()
        parts = visits.parts_of(visit)
        return Response(
            {
                kind.value: shown_terms(
                    partial(visits.terms_for, visit, kind, now=now), parts, now=now
                )
                for kind in Policy.Kind
            }
        )
