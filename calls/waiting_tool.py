"""The tool that puts a caller on the waiting list, where nothing that suits is free."""

from datetime import date, datetime, timedelta

from django.utils import translation

from booking import customers, waiting
from booking.models import Appointment
from calls import dictation, naming, speech, when, wishes
from calls.answers import Answer
from calls.models import Call
from calls.when import When
from calls.wishes import Ask, Wish
from tenants import actors
from tenants.errors import Refused

_A_DAY = 24 * 60
_NAME = Answer(
    state="missing",
    say="Auf welchen Namen darf ich Sie auf die Warteliste setzen?",
    data={"fields": ["name"]},
)
_EMAIL = Answer(
    state="ask_email",
    say="Wird etwas frei, schreiben wir Ihnen eine E-Mail. An welche Adresse? Gern buchstabiert.",
    data={"fields": ["email"]},
)


def join_waiting_list(
    call: Call,
    *,
    service: str,
    date: str,
    time: str,
    staff: str,
    name: str,
    email: str,
    now: datetime,
) -> Answer:
    """Put the caller on the waiting list for a service, in the days and hours that were said, else for the bookable weeks."""
    spelled = dictation.name(name)
    address = dictation.email(email) if email else None
    try:
        wish = wishes.of(call, service=service, date=date, time=time, staff=staff, now=now)
        if len(spelled) < 2 or naming.is_nobody(spelled):
            raise Ask(_NAME)
        if email and address is None:
            raise Ask(_EMAIL)
    except Ask as ask:
        return ask.answer
    customer = customers.find_or_create(
        name=spelled, phone=call.from_number, email=address, now=now
    )
    wanted = _wanted(wish, now=now)
    try:
        joined = waiting.join(
            wish.service,
            wanted,
            branch=wish.branch,
            customer=customer,
            attendee_name=spelled,
            source=Appointment.Source.PHONE,
            by=actors.call(call.pk),
            now=now,
            call_number=call.pk,
        )
    except waiting.Unreachable:
        return _EMAIL
    except Refused as refusal:
        return _refused(wish, refusal)
    return Answer(
        state="waiting",
        say=f"Ich habe Sie auf die Warteliste gesetzt: {wish.service.name},"
        f" von {speech.spoken_date(wanted.first_day)} bis {speech.spoken_date(wanted.last_day)}."
        " Wird etwas frei, schreiben wir Ihnen. Ein Termin ist das noch nicht.",
        data={
            "waiting_id": joined.entry.pk,
            "first_day": wanted.first_day.isoformat(),
            "last_day": wanted.last_day.isoformat(),
        },
    )


def _wanted(wish: Wish, *, now: datetime) -> waiting.Wish:
    first, last = _days(wish, now=now)
    from_minute, until_minute = _hours(wish.when)
    return waiting.Wish(
        first_day=first,
        last_day=last,
        from_minute=from_minute,
        until_minute=until_minute,
        staff_member=wish.staff_member,
    )


def _days(wish: Wish, *, now: datetime) -> tuple[date, date]:
    today = now.astimezone(wish.branch.zone).date()
    horizon = today + timedelta(days=wish.service.horizon_days)
    said = wish.when
    if said is None or (said.start is None and said.date is None):
        return today, horizon
    if said.date is not None:
        return said.date, said.date
    first = max(said.start.date(), today) if said.start else today
    last = (said.end - timedelta(minutes=1)).date() if said.end else horizon
    return first, last


def _hours(said: When | None) -> tuple[int, int]:
    """Return the hours that would suit; who names a minute takes what is free around it, on that part of the day."""
    if said is None or said.window_minutes is None:
        if said is not None and said.state == when.State.EXACT and said.time is not None:
            minute = said.time.hour * 60 + said.time.minute
            return max(0, minute - 120), min(_A_DAY, minute + 120)
        return 0, _A_DAY
    first, last = said.window_minutes
    return first, min(last, _A_DAY)


def _refused(wish: Wish, refusal: Refused) -> Answer:
    with translation.override(wish.branch.language):
        sentence = str(refusal)
    return Answer(
        state="denied",
        say=f"{sentence} Soll Sie jemand zurückrufen?",
        data={"rule": refusal.code},
    )
