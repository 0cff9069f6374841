"""The tool that says what is free."""

from datetime import datetime, timedelta

from booking import availability, doors, scheduling
from booking.availability import Slot
from booking.models import Appointment, StaffMember
from booking.periods import Period
from calls import decisions, offers, when, wishes
from calls.answers import Answer
from calls.models import Call
from calls.wishes import Ask, Wish
from tenants import actors
from tenants.errors import Refused

_WHEN = "An welchem Tag und um wie viel Uhr möchten Sie kommen?"


def check_availability(
    call: Call, *, service: str, date: str, time: str, staff: str, now: datetime
) -> Answer:
    """Say what is free for a wish: the wanted time, or at most three others, or what is missing to know.

    The wanted time is held for the caller for five minutes, if it is free.
    """
    try:
        wish = wishes.of(call, service=service, date=date, time=time, staff=staff, now=now)
    except Ask as ask:
        return ask.answer
    said = wish.when
    if said is not None and said.state == when.State.EXACT and said.start is not None:
        return _about_one_start(call, wish, said.start, now=now)
    return _about_a_period(call, wish, now=now)


def _about_one_start(call: Call, wish: Wish, start: datetime, *, now: datetime) -> Answer:
    found = offers.free(call, wish, Period(start, start + timedelta(minutes=1)), now=now, limit=1)
    if not found:
        return offers.others(
            call,
            wish,
            start,
            state="alternatives",
            rule=rule_of(call, wish, start, now=now),
            now=now,
        )
    try:
        keep(call, wish, found[0], now=now)
    except Refused:
        return offers.others(call, wish, start, state="alternatives", rule="taken", now=now)
    spoken = offers.at(found[0], wish.branch)
    return Answer(
        state="available",
        say=f"{spoken}, ist frei, bei {found[0].staff_name}. Soll ich das buchen?",
        data={"slots": offers.as_data(found, wish, call)},
    )


def _about_a_period(call: Call, wish: Wish, *, now: datetime) -> Answer:
    if wish.when is None:
        return Answer(state="ask_date", say=_WHEN)
    found = offers.within(call, wish, wish.when, now=now)
    if found:
        return offers.offer("available", "Frei wäre", found, wish, call)
    period = offers.period_of(wish, wish.when, now=now)
    rule = "taken" if _is_open(wish, period) else "closed"
    return offers.others(call, wish, period.start, state="alternatives", rule=rule, now=now)


def _is_open(wish: Wish, period: Period) -> bool:
    """Whether the branch is open at all on a day of the period."""
    first, last = (each.astimezone(wish.branch.zone).date() for each in (period.start, period.end))
    days = min((last - first).days + 1, 7)
    return any(day.spans for day in doors.days(wish.branch, first=first, count=days))


def keep(call: Call, wish: Wish, slot: Slot, *, now: datetime) -> None:
    """Keep the slot for the caller; what was held for this call before is let go."""
    by = actors.call(call.pk)
    live = Appointment.objects.filter(
        call_number=call.pk, status=Appointment.Status.HELD, hold_expires_at__gt=now
    )
    kept = (slot.starts_at, slot.staff_member_id, wish.service.pk)
    before = list(live)
    if any((each.starts_at, each.staff_member_id, each.service_id) == kept for each in before):
        return
    scheduling.hold(
        wish.service,
        branch=wish.branch,
        staff_member=StaffMember.objects.get(pk=slot.staff_member_id),
        starts_at=slot.starts_at,
        source=Appointment.Source.PHONE,
        by=by,
        now=now,
        call_number=call.pk,
        replaces=before,
    )


def rule_of(call: Call, wish: Wish, start: datetime, *, now: datetime) -> str:
    """Return the rule that stands in the way of a start, or nothing."""
    if wish.staff_member is None:
        rule = availability.why_nobody(
            wish.service, branch=wish.branch, starts_at=start, now=now, for_call=call.pk
        )
    else:
        rule = availability.why_not(
            wish.service,
            branch=wish.branch,
            staff_member=wish.staff_member,
            starts_at=start,
            now=now,
            ignoring=wish.moving,
            for_call=call.pk,
        )
    decisions.note(
        "why_not",
        given={
            "service": wish.service.name,
            "staff": wish.staff_member.name if wish.staff_member else None,
            "start": start.isoformat(),
        },
        said={"rule": rule},
    )
    return rule or ""
