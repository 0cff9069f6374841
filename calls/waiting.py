"""What the caller hears when the calendar of the business has to answer first: what the rows prove, and no more."""

from datetime import datetime
from typing import Any

from booking import calendar_standing, scheduling
from booking.models import Appointment
from calls import assurances, offers, own_appointments
from calls.answers import Answer, Continuation, Waiting
from calls.models import Assurance, Call
from calls.wishes import Wish

_UNKNOWN = "unknown"  # the calendar did not answer in time
_MOMENT = "Einen Moment bitte."


def for_booking(
    call: Call,
    wish: Wish,
    appointment: Appointment,
    *,
    booked: Continuation,
    now: datetime,
    number: str | None = None,
) -> Answer:
    """Return the answer to a booking that the calendar has to confirm; `booked` is said when it does.

    `number` is where the caller wants to be reached, if they said so just now.
    """

    def then(call: Call, now: datetime) -> Answer:
        stored = scheduling.appointment_for(call.tenant_id, appointment.pk)
        if stored.status == Appointment.Status.CANCELLED:
            assurances.correct(stored, now=now)
            return offers.others(
                call, wish, appointment.starts_at, state="slot_taken", rule="taken", now=now
            )
        return _by_standing(
            call,
            stored,
            done=booked,
            opening="Ich habe die Zeit für Sie reserviert",
            number=number,
            now=now,
        )

    _give(call, appointment, Assurance.Kind.BOOKED, now=now)
    return Answer(
        state="pending", say=_MOMENT, waiting=Waiting(appointment_id=appointment.pk, then=then)
    )


def for_move(
    call: Call, appointment: Appointment, *, wish: Wish, moved: Continuation, now: datetime
) -> Answer:
    """Return the answer to a move that the calendar has to confirm; `moved` is said when it does."""
    wanted = appointment.starts_at

    def then(call: Call, now: datetime) -> Answer:
        stored = scheduling.appointment_for(call.tenant_id, appointment.pk)
        is_over = stored.status == Appointment.Status.CANCELLED
        if is_over or stored.starts_at != wanted:
            assurances.correct(stored, now=now)
            others = offers.others(call, wish, wanted, state="slot_taken", rule="taken", now=now)
            stays = f"Ihr Termin bleibt, wie er war: {own_appointments.spoken(stored)}. "
            said = "" if is_over else stays
            return Answer(state=others.state, say=f"{said}{others.say}", data=others.data)
        return _by_standing(
            call, stored, done=moved, opening="Ich habe die neue Zeit für Sie reserviert", now=now
        )

    _give(call, appointment, Assurance.Kind.MOVED, now=now)
    return Answer(
        state="pending", say=_MOMENT, waiting=Waiting(appointment_id=appointment.pk, then=then)
    )


def note_cancellation(call: Call, appointment: Appointment, *, now: datetime) -> None:
    """Note that the caller was told of a cancellation that the calendar has not carried out yet."""
    if not calendar_standing.of(appointment).is_agreed:
        _give(call, appointment, Assurance.Kind.CANCELLED, now=now)


def _give(call: Call, appointment: Appointment, kind: str, *, now: datetime) -> None:
    standing = calendar_standing.of(appointment)
    assurances.give(call, appointment, kind, link_number=standing.link_number, now=now)


def _by_standing(
    call: Call,
    stored: Appointment,
    *,
    done: Continuation,
    opening: str,
    now: datetime,
    number: str | None = None,
) -> Answer:
    """Answer for an appointment that stands here where it was wanted, by what the calendar says to it."""
    standing = calendar_standing.of(stored)
    if standing.is_disputed:
        return _call_back(call, stored, number=number, now=now)
    if standing.waits or stored.status == Appointment.Status.PENDING:
        number = number or assurances.number_of(call, stored)
        return _pending(stored, opening=opening, is_reachable=number is not None)
    assurances.keep(stored, now=now)
    return done(call, now)


def _pending(appointment: Appointment, *, opening: str, is_reachable: bool) -> Answer:
    """Say that it is open, and promise to get in touch only where somebody can be reached."""
    data: dict[str, Any] = {
        "appointment": own_appointments.shown(appointment),
        "calendar": _UNKNOWN,
    }
    promise = "Falls es nicht klappt, melden wir uns bei Ihnen."
    if not is_reachable:
        promise = "Unter welcher Nummer erreichen wir Sie, falls es nicht klappt?"
        data["fields"] = ["phone"]
    return Answer(
        state="pending",
        say=f"{opening}: {own_appointments.spoken(appointment)}. Die Bestätigung aus dem Kalender steht noch "
        f"aus. {promise}",
        data=data,
    )


def _call_back(
    call: Call, appointment: Appointment, *, number: str | None, now: datetime
) -> Answer:
    noted = assurances.call_back(call, appointment, number=number, now=now)
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
