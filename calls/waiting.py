"""What the caller hears when the calendar of the business has to answer first: what the rows prove, and no more."""

from datetime import datetime

from booking import calendar_links, scheduling
from booking.models import Appointment, CalendarLink, CalendarReview
from calls import callbacks, offers, own_appointments
from calls.answers import Answer, Continuation, Waiting
from calls.models import Call, CallbackRequest
from calls.wishes import Wish

_UNKNOWN = "unknown"  # the calendar did not answer in time


def for_booking(
    call: Call, wish: Wish, appointment: Appointment, *, booked: Continuation
) -> Answer:
    """Return the answer to a booking that the calendar has to confirm; `booked` is said when it does."""

    def then(call: Call, now: datetime) -> Answer:
        stored = scheduling.appointment_for(call.tenant_id, appointment.pk)
        if stored.status == Appointment.Status.CANCELLED:
            return offers.others(
                call, wish, appointment.starts_at, state="slot_taken", rule="taken", now=now
            )
        if stored.status != Appointment.Status.PENDING:
            return booked(call, now)
        if _is_refused(stored):
            return _call_back(call, stored, now=now)
        return _pending(stored, opening="Ich habe die Zeit für Sie reserviert")

    return Answer(
        state="pending",
        say="Einen Moment bitte.",
        waiting=Waiting(appointment_id=appointment.pk, then=then),
    )


def for_move(appointment: Appointment, *, wish: Wish, moved: Continuation) -> Answer:
    """Return the answer to a move that the calendar has to confirm; `moved` is said when it does."""
    wanted = appointment.starts_at

    def then(call: Call, now: datetime) -> Answer:
        stored = scheduling.appointment_for(call.tenant_id, appointment.pk)
        if stored.starts_at != wanted:
            others = offers.others(call, wish, wanted, state="slot_taken", rule="taken", now=now)
            return Answer(
                state=others.state,
                say=f"Ihr Termin bleibt, wie er war: {own_appointments.spoken(stored)}. {others.say}",
                data=others.data,
            )
        if not calendar_links.waits(stored) and not _is_refused(stored):
            return moved(call, now)
        if _is_refused(stored):
            return _call_back(call, stored, now=now)
        return _pending(stored, opening="Ich habe die neue Zeit für Sie reserviert")

    return Answer(
        state="pending",
        say="Einen Moment bitte.",
        waiting=Waiting(appointment_id=appointment.pk, then=then),
    )


def call_back_refused(*, now: datetime) -> int:
    """Note a callback for each booking by telephone of the active business that its calendar refused after the call.

    Returns how many were noted.
    """
    count = 0
    refused = CalendarLink.objects.filter(
        appointment__source=Appointment.Source.PHONE,
        appointment__call_number__isnull=False,
        appointment__starts_at__gt=now,
        last_error="taken",
        agreed_over=True,
    ).select_related("appointment__service", "appointment__staff_member", "appointment__branch")
    for link in refused:
        call = Call.objects.filter(pk=link.appointment.call_number).first()
        if call is None or _was_dealt_with(call, link.appointment):
            continue
        _call_back(call, link.appointment, now=now)
        count += 1
    return count


def _was_dealt_with(call: Call, appointment: Appointment) -> bool:
    """Whoever is still on the telephone hears of other times, and may have booked one."""
    if call.status not in (Call.Status.ENDED, Call.Status.ANALYZED):
        return True
    booked = Appointment.objects.filter(call_number=call.pk, status__in=Appointment.ACTIVE).exclude(
        status=Appointment.Status.HELD
    )
    return booked.exists() or CallbackRequest.objects.filter(call=call).exists()


def _is_refused(appointment: Appointment) -> bool:
    return CalendarReview.objects.filter(
        link__appointment=appointment, resolved_at=None, kind=CalendarReview.Kind.REFUSED
    ).exists()


def _pending(appointment: Appointment, *, opening: str) -> Answer:
    return Answer(
        state="pending",
        say=f"{opening}: {own_appointments.spoken(appointment)}. Die Bestätigung aus dem Kalender steht noch "
        "aus. Falls es nicht klappt, melden wir uns bei Ihnen.",
        data={"appointment": own_appointments.shown(appointment), "calendar": _UNKNOWN},
    )


def _call_back(call: Call, appointment: Appointment, *, now: datetime) -> Answer:
    noted = callbacks.request(
        call,
        name=appointment.attendee_name,
        phone=call.from_number,
        reason=f"Der Kalender hat den Termin nicht angenommen: {own_appointments.spoken(appointment)}",
        wish="",
        priority=CallbackRequest.Priority.HIGH,
        now=now,
    )
    if noted.phone is None:
        return Answer(
            state="missing",
            say="Den Termin kann ich gerade nicht fest eintragen. Unter welcher Nummer dürfen wir zurückrufen?",
            data={"fields": ["phone"], "callback_id": noted.pk},
        )
    return Answer(
        state="callback_noted",
        say="Den Termin kann ich gerade nicht fest eintragen. Ich habe notiert, dass wir Sie zurückrufen.",
        data={"callback_id": noted.pk, "due_at": noted.due_at.isoformat()},
    )
