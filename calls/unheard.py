"""Customers who cannot be written to, and whose appointment the calendar of the business moved or cancelled.

Whoever does that at Cal.com believes that the customer is told. Who booked with us hears from us: by mail where there is
an address, else somebody calls.
"""

from datetime import datetime
from uuid import UUID

import structlog

from booking import calendar_standing
from booking.models import Appointment, AppointmentChange, CalendarLink
from calls import assurances, callbacks
from calls.models import Assurance, Call, CallbackRequest
from tenants import actors, scope

log = structlog.get_logger("askpro.unheard")
_BY = actors.system("calendar")
_HIGH, _UNFULFILLED = CallbackRequest.Priority.HIGH, CallbackRequest.Kind.UNFULFILLED


def call_back_open(tenant_id: UUID, *, now: datetime) -> int:
    """Have everybody called who has not heard yet; return how many. Must be called with no scope open."""
    with scope.tenant(tenant_id):
        waiting = CalendarLink.objects.filter(owes_call=True).order_by("pk")
        numbers = list(waiting.values_list("pk", flat=True))
    count = 0
    for number in numbers:
        try:
            count += settle(tenant_id, number, now=now)
        except Exception as error:
            # Its turn comes again with the next sweep.
            log.exception("customer_not_told", link=number, error=type(error).__name__)
    return count


def settle(tenant_id: UUID, link_number: int, *, now: datetime) -> bool:
    """Note the call that one customer is owed, if what happened is still so; tell whether it was noted.

    Safe twice, at once and late: the row is locked, and the callback is noted with its end.
    """
    with scope.tenant(tenant_id):
        link = (
            CalendarLink.objects.select_for_update(of=("self",))
            .select_related(
                "appointment__service",
                "appointment__staff_member",
                "appointment__branch",
                "appointment__customer",
            )
            .filter(pk=link_number, owes_call=True)
            .first()
        )
        if link is None:
            return False
        appointment = link.appointment
        if (
            appointment is not None
            and Assurance.objects.filter(appointment=appointment, settled_at=None).exists()
        ):
            return (
                False  # what was said in the call is compared first, and may be all there is to say
            )
        link.owes_call = False
        link.save(update_fields=["owes_call", "updated_at"])
        return appointment is not None and _note(appointment, now=now)


def _note(appointment: Appointment, *, now: datetime) -> bool:
    change = (
        AppointmentChange.objects.filter(
            appointment=appointment,
            kind__in=(AppointmentChange.Kind.MOVED, AppointmentChange.Kind.CANCELLED),
        )
        .order_by("-id")
        .first()
    )
    before = change.old_starts_at if change else None
    ahead = [each for each in (appointment.starts_at, before) if each and each > now]
    customer = appointment.customer
    is_known = customer is not None and bool(customer.email)
    if not (ahead and calendar_standing.was_changed_there(appointment)) or is_known:
        return False  # changed once more since, over, or written to by now
    number = appointment.call_number
    call = None if number is None else Call.objects.filter(pk=number).first()
    phone = (call and call.from_number) or (customer.phone if customer else None)
    reason = _reason(appointment, before)
    due = assurances.before_it_begins(ahead, now=now)
    if call is not None:
        callbacks.request(
            call,
            name=appointment.attendee_name,
            phone=phone,
            reason=reason,
            wish="",
            priority=_HIGH,
            kind=_UNFULFILLED,
            service=appointment.service,
            before=due,
            now=now,
        )
    elif phone is not None:
        callbacks.take_down(
            branch=appointment.branch,
            name=appointment.attendee_name,
            phone=phone,
            reason=reason,
            wish="",
            priority=_HIGH,
            kind=_UNFULFILLED,
            service=appointment.service,
            staff_member=None,
            before=due,
            by=_BY,
            now=now,
        )
    return call is not None or phone is not None


def _reason(appointment: Appointment, before: datetime | None) -> str:
    what = f"{appointment.service.name} bei {appointment.staff_member.name}"
    stands = assurances.written(appointment.starts_at, appointment)
    closing = "Ohne E-Mail-Adresse noch nicht benachrichtigt."
    if appointment.status == Appointment.Status.CANCELLED:
        return f"Im Kalender abgesagt: {what}, {stands}. {closing}"
    was = assurances.written(before or appointment.starts_at, appointment)
    return f"Im Kalender geändert, bisher {was}: {what}, {stands}. {closing}"
