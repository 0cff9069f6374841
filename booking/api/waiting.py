"""The waiting list: /api/waiting-list, and the offers made to it: /api/offers."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking import waiting
from booking.api import appointments, naming
from booking.api.appointments import AppointmentShape, Booker
from booking.models import Appointment, WaitingEntry, WaitingOffer
from booking.waiting import Wish
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound

_SOURCE = Appointment.Source.API
WAITING = [each.value for each in WaitingEntry.Status]
ANSWERS = [each.value for each in WaitingOffer.Status]


# --- What is shown -------------------------------------------------------------------------------


class WaitingShape(serializers.Serializer[Any]):
    """Somebody who waits, and what would suit. Minutes are counted from midnight by the clock of the branch."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(WAITING)
    branch_id = serializers.IntegerField()
    service_id = serializers.IntegerField()
    staff_id = serializers.IntegerField(allow_null=True, help_text="null: anybody")
    customer_id = serializers.IntegerField()
    attendee_name = serializers.CharField()
    seats = serializers.IntegerField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), help_text="Empty: every one."
    )
    from_minute = serializers.IntegerField()
    until_minute = serializers.IntegerField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class OfferShape(serializers.Serializer[Any]):
    """A time that is kept for somebody who waits, until `expires_at`."""

    id = serializers.IntegerField()
    entry_id = serializers.IntegerField()
    status = serializers.ChoiceField(ANSWERS)
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    staff_id = serializers.IntegerField()
    staff_name = serializers.CharField()
    service_id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    customer_id = serializers.IntegerField()


def _show(rows: "QuerySet[WaitingEntry]") -> list[dict[str, Any]]:
    renamed = {"staff_id": F("staff_member_id")}
    return list(rows.values(*lists.columns(WaitingShape, but=renamed), **renamed))


def _show_offers(rows: "QuerySet[WaitingOffer]") -> list[dict[str, Any]]:
    renamed = {
        "staff_id": F("staff_member_id"),
        "staff_name": F("staff_member__name"),
        "service_id": F("entry__service_id"),
        "branch_id": F("entry__branch_id"),
        "customer_id": F("entry__customer_id"),
    }
    return list(rows.values(*lists.columns(OfferShape, but=renamed), **renamed))


def _show_one(entry_id: int) -> dict[str, Any]:
    shown = _show(WaitingEntry.objects.filter(pk=entry_id))
    if not shown:
        raise NotFound
    return shown[0]


# --- What may come in --------------------------------------------------------------------------------


class WaitingQuery(lists.Page):
    status = serializers.ChoiceField(WAITING, required=False)
    service_id = strict.QueryInteger(required=False, min_value=1)
    customer_id = strict.QueryInteger(required=False, min_value=1)


class OfferQuery(lists.Page):
    status = serializers.ChoiceField(ANSWERS, required=False)
    entry_id = strict.QueryInteger(required=False, min_value=1)


class Day(serializers.DateField):
    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class NewWaiting(strict.Input):
    service_id = strict.Id()
    customer = Booker()
    attendee_name = strict.Line(
        required=False, max_length=255, help_text="For whom, if not for the customer."
    )
    staff_id = strict.Id(required=False, help_text="Without it: anybody.")
    branch_id = strict.Id(
        required=False, help_text="Needed without `staff_id` if there are several branches."
    )
    seats = strict.Integer(min_value=1, max_value=500, default=1)
    first_day = Day()
    last_day = Day()
    weekdays = serializers.ListField(
        child=strict.Integer(min_value=1, max_value=7), required=False, max_length=7
    )
    from_minute = strict.Integer(min_value=0, max_value=1439, default=0)
    until_minute = strict.Integer(
        min_value=1, max_value=1440, default=1440, help_text="The appointment has ended by then."
    )
    note = strict.Text(required=False, allow_blank=True, max_length=5000)


# --- Doors -----------------------------------------------------------------------------------------------


class WaitingList(TenantView):  # /api/waiting-list
    @extend_schema(
        operation_id="waiting_list",
        summary="Who waits, the longest waiting first",
        tags=["waiting list"],
        parameters=[WaitingQuery],
        responses={200: lists.list_of(WaitingShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(WaitingQuery, request.query_params.dict())
        names = ("status", "service_id", "customer_id")
        rows = WaitingEntry.objects.filter(
            **{each: wanted[each] for each in names if each in wanted}
        )
        return lists.paged(rows.order_by("created_at", "pk"), wanted, _show)

    @extend_schema(
        operation_id="waiting_join",
        summary="Put somebody on the waiting list",
        description=(
            "When a suitable time becomes free, the customer is asked by e-mail, between 8 and 20 o'clock. "
            "The same wish again is answered with the entry that stands (200)."
        ),
        tags=["waiting list"],
        request=NewWaiting,
        responses={201: WaitingShape, 200: WaitingShape},
        examples=[
            OpenApiExample(
                "Tuesday mornings",
                request_only=True,
                value={
                    "service_id": 1,
                    "customer": {"name": "Erika Mustermann", "email": "erika@example.org"},
                    "first_day": "2026-11-24",
                    "last_day": "2026-12-24",
                    "weekdays": [2],
                    "until_minute": 720,
                },
            )
        ],
    )
    def post(self, request: TenantRequest) -> Response:
        wanted = strict.read(NewWaiting, request.data)
        now = timezone.now()
        service = naming.service(wanted["service_id"])
        person = naming.staff_member(wanted)
        branch = naming.branch(wanted, person)
        customer = naming.customer(wanted["customer"], now=now)
        name = wanted.get("attendee_name") or wanted["customer"].get("name") or customer.name
        joined = waiting.join(
            service,
            Wish(
                first_day=wanted["first_day"],
                last_day=wanted["last_day"],
                weekdays=wanted.get("weekdays", ()),
                from_minute=wanted["from_minute"],
                until_minute=wanted["until_minute"],
                staff_member=person,
                seats=wanted["seats"],
            ),
            branch=branch,
            customer=customer,
            attendee_name=name,
            source=_SOURCE,
            by=request.actor,
            now=now,
            note=wanted.get("note", ""),
        )
        return Response(
            _show_one(joined.entry.pk),
            status=201 if joined.is_new else 200,
            headers={"Location": f"/api/waiting-list/{joined.entry.pk}"},
        )


class WaitingDetail(TenantView):  # /api/waiting-list/{id}
    @extend_schema(
        operation_id="waiting_read",
        summary="One entry of the waiting list",
        tags=["waiting list"],
        responses={200: WaitingShape},
    )
    def get(self, request: TenantRequest, entry_id: int) -> Response:
        return Response(_show_one(entry_id))

    @extend_schema(
        operation_id="waiting_withdraw",
        summary="Take somebody off the waiting list",
        description="An open offer is given back. The entry stays to be read.",
        tags=["waiting list"],
        responses={204: None},
    )
    def delete(self, request: TenantRequest, entry_id: int) -> Response:
        entry = waiting.entry_for(request.tenant_id, entry_id)
        waiting.withdraw(entry, by=request.actor, now=timezone.now())
        return Response(status=204)


class Offers(TenantView):  # /api/offers
    @extend_schema(
        operation_id="offers_list",
        summary="Offers to the waiting list, the latest first",
        tags=["waiting list"],
        parameters=[OfferQuery],
        responses={200: lists.list_of(OfferShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(OfferQuery, request.query_params.dict())
        names = ("status", "entry_id")
        rows = WaitingOffer.objects.filter(
            **{each: wanted[each] for each in names if each in wanted}
        )
        return lists.paged(rows.order_by("-pk"), wanted, _show_offers)


class OfferAcceptance(TenantView):  # /api/offers/{id}/accept
    @extend_schema(
        operation_id="offers_accept",
        summary="Accept an offer: the time is booked",
        tags=["waiting list"],
        request=None,
        responses={201: AppointmentShape, 200: AppointmentShape},
    )
    def post(self, request: TenantRequest, offer_id: int) -> Response:
        offer = waiting.offer_for(request.tenant_id, offer_id)
        booking = waiting.accept(offer, by=request.actor, source=_SOURCE, now=timezone.now())
        shown = appointments.show_one(booking.appointment.pk)
        return Response(shown, status=201 if booking.is_new else 200)


class OfferRefusal(TenantView):  # /api/offers/{id}/decline
    @extend_schema(
        operation_id="offers_decline",
        summary="Decline an offer: the time goes to the next in line",
        tags=["waiting list"],
        request=None,
        responses={204: None},
    )
    def post(self, request: TenantRequest, offer_id: int) -> Response:
        offer = waiting.offer_for(request.tenant_id, offer_id)
        waiting.decline(offer, by=request.actor, now=timezone.now())
        return Response(status=204)
