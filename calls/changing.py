"""The tools that move and cancel the caller's own appointment: said first, done after the yes, once."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from booking import calendar_standing, policies, scheduling
from booking.models import Appointment, AppointmentChange, Policy, StaffMember
from booking.periods import Period
from calls import (
    arguments,
    checking,
    decisions,
    offers,
    own_appointments,
    speech,
    starts,
    waiting,
    when,
    wishes,
)
from calls.answers import Answer
from calls.models import Call, ToolCall
from calls.wishes import Ask, Wish
from tenants import actors
from tenants.errors import Refused

_MOVED, _CANCELLED = AppointmentChange.Kind.MOVED, AppointmentChange.Kind.CANCELLED


def cancel_appointment(
    call: Call,
    *,
    appointment_id: str,
    date: str,
    service: str,
    name: str,
    reason: str,
    confirmed: str,
    now: datetime,
) -> Answer:
    """Say what would be cancelled; cancel it after the yes. Asked again, the answer is the same."""
    done, is_last = _changed_here(call, _CANCELLED)
    is_meant = done is not None and own_appointments.agrees(
        done, appointment_id=appointment_id, date=date, service=service, now=now
    )
    if done is not None and is_meant and (is_last or appointment_id):
        return _cancelled(done)
    try:
        appointment = own_appointments.the_one(
            call, appointment_id=appointment_id, name=name, date=date, service=service, now=now
        )
    except Ask as ask:
        return ask.answer
    terms = _terms_of(appointment, Policy.Kind.CANCEL, now=now)
    if terms.refusal is not None:
        return _denied(appointment, terms.refusal)
    asked = Answer(
        state="confirm_cancellation",
        say=f"{_fee(terms)}Soll ich diesen Termin absagen: {own_appointments.spoken(appointment)}?",
        data=_shown_with(appointment, terms),
    )
    # Who has cancelled already may only repeat themselves: that yes is none to another that nobody named.
    is_open = done is not None and not appointment_id and not _was_asked(call, asked)
    if (
        confirmed != arguments.YES
        or is_open
        or not _may_count_as_yes(call, appointment, asked, terms)
    ):
        return asked
    try:
        scheduling.cancel(
            appointment,
            by=actors.call(call.pk),
            source=Appointment.Source.PHONE,
            now=now,
            reason=reason[:300],
        )
    except Refused as refusal:
        return _denied(appointment, refusal)
    waiting.note_cancellation(call, appointment, now=now)
    return _cancelled(appointment)


def reschedule_appointment(
    call: Call,
    *,
    appointment_id: str,
    date: str,
    service: str,
    name: str,
    slot_id: str,
    new_date: str,
    new_time: str,
    staff: str,
    confirmed: str,
    now: datetime,
) -> Answer:
    """Look whether the new time is free, say so, and move the appointment after the yes. Asked again: the same."""
    try:
        done = _moved_already(call, slot_id, new_date, new_time, staff, now=now)
        if done is not None:
            wish = _wish(done, staff_member=done.staff_member, said=None)
            return _after_the_move(call, done, wish, now=now)
        appointment = own_appointments.the_one(
            call, appointment_id=appointment_id, name=name, date=date, service=service, now=now
        )
        wish = _new_wish(call, appointment, slot_id, new_date, new_time, staff, now=now)
    except Ask as ask:
        return ask.answer
    if wish.when is None:
        return Answer(
            state="ask_new_time",
            say="Auf welchen Tag und welche Uhrzeit möchten Sie den Termin verschieben?",
            data={"appointment": own_appointments.shown(appointment)},
        )
    if wish.when.state != when.State.EXACT or wish.when.start is None:
        return _free_times(call, wish, now=now)
    return _move(call, appointment, wish, wish.when.start, is_sure=confirmed, now=now)


# --- moving -------------------------------------------------------------------------------------------


def _new_wish(
    call: Call,
    appointment: Appointment,
    slot_id: str,
    new_date: str,
    new_time: str,
    staff: str,
    *,
    now: datetime,
) -> Wish:
    """Return where the appointment should go: the same service, with the same person if no other is named.

    :raises Ask: as for a booking
    """
    if slot_id:
        offered, start = starts.offered(call, slot_id)
        exact = when.When(state=when.State.EXACT, start=start)
        return _wish(appointment, staff_member=offered.staff_member, said=exact)
    person = wishes.staff_of(staff, service=appointment.service, branch=appointment.branch)
    said = wishes.time_of(date=new_date, time=new_time, branch=appointment.branch, now=now)
    return _wish(appointment, staff_member=person or appointment.staff_member, said=said)


def _wish(
    appointment: Appointment, *, staff_member: StaffMember | None, said: when.When | None
) -> Wish:
    return Wish(
        branch=appointment.branch,
        service=appointment.service,
        staff_member=staff_member,
        when=said,
        moving=appointment,
    )


def _free_times(call: Call, wish: Wish, *, now: datetime) -> Answer:
    if wish.when is None or wish.when.start is None:
        near = now
        found = offers.within(call, wish, when.When(state=when.State.EARLIEST), now=now)
    else:
        near = wish.when.start
        found = offers.within(call, wish, wish.when, now=now)
    if found:
        return offers.offer("alternatives", "Möglich wäre", found, wish, call)
    return offers.others(call, wish, near, state="alternatives", rule="taken", now=now)


def _move(
    call: Call,
    appointment: Appointment,
    wish: Wish,
    start: datetime,
    *,
    is_sure: str,
    now: datetime,
) -> Answer:
    minute = Period(start, start + timedelta(minutes=1))
    if not offers.free(call, wish, minute, now=now, limit=1):
        rule = checking.rule_of(call, wish, start, now=now) or "taken"
        return offers.others(call, wish, start, state="alternatives", rule=rule, now=now)
    terms = _terms_of(appointment, Policy.Kind.MOVE, now=now)
    if terms.refusal is not None:
        return _denied(appointment, terms.refusal)
    asked = _ask_to_move(appointment, wish, start, terms)
    if is_sure != arguments.YES or not _may_count_as_yes(call, appointment, asked, terms):
        return asked
    try:
        scheduling.reschedule(
            appointment,
            starts_at=start,
            staff_member=wish.staff_member,
            by=actors.call(call.pk),
            source=Appointment.Source.PHONE,
            now=now,
        )
    except scheduling.SlotTaken:
        return offers.others(call, wish, start, state="slot_taken", rule="taken", now=now)
    except scheduling.AlreadyOver:
        return own_appointments.NOTHING_THERE  # somebody cancelled it in this moment
    except Refused as refusal:
        return _denied(appointment, refusal)
    return _after_the_move(call, appointment, wish, now=now)


def _after_the_move(call: Call, appointment: Appointment, wish: Wish, *, now: datetime) -> Answer:
    """Say that it is moved, or wait for the calendar, which has still to agree or does not."""
    if calendar_standing.of(appointment).is_agreed:
        return _rescheduled(appointment)
    return waiting.for_move(
        call, appointment, wish=wish, moved=lambda *_: _rescheduled(appointment), now=now
    )


def _ask_to_move(
    appointment: Appointment, wish: Wish, start: datetime, terms: policies.Terms
) -> Answer:
    at = speech.spoken_slot(start.astimezone(wish.branch.zone))
    person = wish.staff_member.name if wish.staff_member else ""
    return Answer(
        state="confirm_move",
        say=f"{_fee(terms)}Soll ich Ihren Termin, {own_appointments.spoken(appointment)}, verschieben auf {at}, bei {person}?",
        data={
            **_shown_with(appointment, terms),
            "new_starts_at": start.astimezone(wish.branch.zone).isoformat(),
        },
    )


# --- what it costs --------------------------------------------------------------------------------------


def _terms_of(appointment: Appointment, kind: str, *, now: datetime) -> policies.Terms:
    """Return what the policy says, and write it into the decision log."""
    terms = policies.terms_for(appointment, kind, now=now)
    refused = None if terms.refusal is None else terms.refusal.code
    decisions.note(
        "policy",
        given={"kind": str(kind), "start": appointment.starts_at.isoformat()},
        said={"refused": refused, "fee_cents": terms.fee_cents},
    )
    return terms


def _fee(terms: policies.Terms) -> str:
    if not terms.fee_cents:
        return ""
    return f"Dafür fällt eine Gebühr von {speech.spoken_euros(terms.fee_cents)} an. "


def _shown_with(appointment: Appointment, terms: policies.Terms) -> dict[str, object]:
    return {"appointment": own_appointments.shown(appointment), "fee_cents": terms.fee_cents}


def _may_count_as_yes(
    call: Call, appointment: Appointment, asked: Answer, terms: policies.Terms
) -> bool:
    """Whether the yes was to this: with this fee, and to the appointment where it stands now."""
    heard_at = own_appointments.heard_at(call, appointment)
    stands_at = own_appointments.shown(appointment)["starts_at"]
    return heard_at in (None, stands_at) and _was_told(call, asked, terms)


def _was_told(call: Call, asked: Answer, terms: policies.Terms) -> bool:
    """Whether the caller heard the fee before the yes: it was asked in this call, with this fee."""
    if not terms.fee_cents:
        return True
    questions = ToolCall.objects.filter(call=call, state=asked.state)
    wanted = (asked.data["appointment"]["appointment_id"], terms.fee_cents)
    return any(_told_about(each.answer) == wanted for each in questions)


def _was_asked(call: Call, asked: Answer) -> bool:
    """Whether the caller was asked about this very appointment in this call."""
    questions = ToolCall.objects.filter(call=call, state=asked.state)
    wanted = asked.data["appointment"]["appointment_id"]
    return any(_told_about(each.answer)[0] == wanted for each in questions)


def _told_about(answer: dict[str, Any]) -> tuple[object, object]:
    data = answer.get("data", {})
    return data.get("appointment", {}).get("appointment_id"), data.get("fee_cents")


# --- what was done --------------------------------------------------------------------------------------


def _cancelled(appointment: Appointment) -> Answer:
    return Answer(
        state="cancelled",
        say=f"Der Termin ist abgesagt: {own_appointments.spoken(appointment)}.",
        data={"appointment": own_appointments.shown(appointment)},
    )


def _rescheduled(appointment: Appointment) -> Answer:
    return Answer(
        state="rescheduled",
        say=f"Ihr Termin ist verschoben auf {own_appointments.spoken(appointment)}.",
        data={"appointment": own_appointments.shown(appointment)},
    )


def _denied(appointment: Appointment, refusal: Refused) -> Answer:
    with translation.override(appointment.branch.language):
        sentence = str(refusal)
    return Answer(
        state="denied",
        say=f"{sentence} Der Termin bleibt, wie er ist. Soll Sie jemand zurückrufen?",
        data={"rule": refusal.code, "appointment": own_appointments.shown(appointment)},
    )


def _moved_already(
    call: Call, slot_id: str, new_date: str, new_time: str, staff: str, *, now: datetime
) -> Appointment | None:
    """Return what this very call moved last, if it stands where it is wanted: the question is a repetition.

    :raises Ask: the new time is not clear
    """
    done, is_last = _changed_here(call, _MOVED)
    if done is None or not is_last or done.status not in Appointment.ACTIVE:
        return None
    wish = _new_wish(call, done, slot_id, new_date, new_time, staff, now=now)
    is_there = wish.when is not None and wish.when.start == done.starts_at
    return done if is_there and wish.staff_member == done.staff_member else None


def _changed_here(call: Call, kind: str) -> tuple[Appointment | None, bool]:
    """Return what this very call changed in this way last, and whether that is the last thing it did at all."""
    changes = AppointmentChange.objects.filter(actor=str(actors.call(call.pk)))
    done = list(changes.order_by("-at", "-id").values_list("appointment_id", "kind"))
    changed = next((number for number, each in done if each == kind), None)
    if changed is None:
        return None, False
    return scheduling.appointment_for(call.tenant_id, changed), done[0][1] == kind
