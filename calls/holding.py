"""The tools that keep a time for the caller while they think, and give it back."""

from datetime import datetime, timedelta

from booking import locking, scheduling
from booking.models import Appointment
from booking.periods import Period
from calls import checking, offers, starts
from calls.answers import Answer
from calls.models import Call
from calls.wishes import Ask
from tenants import actors
from tenants.errors import Refused


def hold_slot(
    call: Call, *, slot_id: str, service: str, date: str, time: str, staff: str, now: datetime
) -> Answer:
    """Keep a start for the caller for five minutes. What was held for this call before is given back."""
    try:
        wish, starts_at = starts.of(
            call, slot_id=slot_id, service=service, date=date, time=time, staff=staff, now=now
        )
    except Ask as ask:
        return ask.answer
    minute = Period(starts_at, starts_at + timedelta(minutes=1))
    found = offers.free(call, wish, minute, now=now, limit=1)
    try:
        if found:
            checking.keep(call, wish, found[0], now=now)
    except Refused:
        found = []
    if not found:
        rule = checking.rule_of(call, wish, starts_at, now=now) or "taken"
        return offers.others(call, wish, starts_at, state="alternatives", rule=rule, now=now)
    return Answer(
        state="held",
        say=f"{offers.at(found[0], wish.branch)}, bei {found[0].staff_name}, halte ich fünf Minuten für Sie frei."
        " Soll ich das buchen?",
        data={
            "slots": offers.as_data(found, wish, call),
            "held_until": (now + timedelta(seconds=scheduling.HOLD_SECONDS)).isoformat(),
        },
    )


def release_slot(call: Call, *, now: datetime) -> Answer:
    """Give back what is held for this call; where nothing is, nothing happens."""
    by = actors.call(call.pk)
    held = list(Appointment.objects.filter(call_number=call.pk, status=Appointment.Status.HELD))
    if held:
        locking.lock_diaries(call.tenant_id, [each.staff_member_id for each in held])
    for each in held:
        scheduling.release(each, by=by, now=now)
    return Answer(
        state="released", say="In Ordnung, die Zeit ist wieder frei. Was kann ich noch für Sie tun?"
    )
