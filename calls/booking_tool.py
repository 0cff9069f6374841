"""The tool that books."""

from datetime import datetime
from typing import Any

from booking import customers, messages, scheduling
from booking.models import Appointment, Customer, Service
from calls import (
    arguments,
    assurances,
    checking,
    decisions,
    dictation,
    holding,
    lifecycle,
    naming,
    offers,
    speech,
    starts,
    waiting,
    when,
)
from calls.answers import Answer
from calls.models import Call
from calls.wishes import Ask, Wish
from tenants import actors, rows
from tenants.errors import Refused
from tenants.models import Branch

_LONGEST_NAME = 200
_TIMES = (when.State.EXACT, when.State.TIME_ONLY, when.State.WINDOW)


def book_appointment(
    call: Call,
    *,
    slot_id: str,
    service: str,
    date: str,
    time: str,
    staff: str,
    name: str,
    phone: str,
    email: str,
    notes: str,
    confirmed: str,
    now: datetime,
) -> Answer:
    """Book what was offered or said exactly. `booked` is answered only when the row stands.

    Who has not said yes yet hears what is free instead.
    """
    if confirmed in (arguments.NO, arguments.UNCLEAR):
        wanted = {"service": service, "date": date, "time": time, "staff": staff}
        if slot_id:
            return holding.hold_slot(call, slot_id=slot_id, now=now, **wanted)
        return checking.check_availability(call, now=now, **wanted)
    try:
        wish, starts_at = starts.of(
            call, slot_id=slot_id, service=service, date=date, time=time, staff=staff, now=now
        )
        name = dictation.name(name)
        _name_must_be_said(name, now=now)
        address = _email(email)
        number = _number(phone)
    except Ask as ask:
        return ask.answer
    is_own_number = number is None or number == call.from_number
    customer = customers.find_or_create(
        name=name,
        phone=number or call.from_number,
        email=address,
        fills_in=is_own_number,
        now=now,
    )
    try:
        booking = _book(call, wish, starts_at, customer=customer, name=name, notes=notes, now=now)
    except Refused as refusal:
        _note(wish, starts_at, said={"refused": refusal.code, "rule": refusal.facts.get("rule")})
        state = "slot_taken" if refusal.code == "slot_taken" else "not_available"
        rule = "taken" if state == "slot_taken" else str(refusal.facts.get("rule", refusal.code))
        return offers.others(call, wish, starts_at, state=state, rule=rule, now=now)
    _note(wish, starts_at, said={"staff": booking.appointment.staff_member.name})
    # Whose call it is, the number it comes from says first, in whatever order things arrive.
    caller = None if is_own_number else customers.match_by_phone(call.from_number)
    lifecycle.note_customer(call, caller or customer, now=now)
    made = booking.appointment
    mailed = _mailed(made, address, said=email, is_own_number=is_own_number)
    if made.status == Appointment.Status.PENDING:
        return waiting.for_booking(
            call,
            wish,
            made,
            booked=lambda *_: _booked(made, wish.branch, mailed=mailed),
            number=number,
            now=now,
        )
    if address and not booking.is_new:
        messages.confirm(made, now=now)  # there was no address before; nobody hears of it twice
    return _booked(made, wish.branch, mailed=mailed)


def collect_appointment_data(
    call: Call,
    *,
    slot_id: str,
    service: str,
    date: str,
    time: str,
    staff: str,
    confirmed: str,
    now: datetime,
    **who: str,
) -> Answer:
    """Take what was collected to the diary: first say whether it is free and ask, after the yes book.

    A yes is `confirmed`, or taking a time that was offered in this call and is kept for it: what is collected first is a
    wish, and nobody has been asked yet.
    """
    wanted = {"slot_id": slot_id, "service": service, "date": date, "time": time, "staff": staff}
    if not confirmed and not slot_id and not _was_offered(call, now=now, **wanted):
        confirmed = arguments.UNCLEAR
    return book_appointment(call, confirmed=confirmed, now=now, **wanted, **who)


def _was_offered(call: Call, *, now: datetime, **wanted: str) -> bool:
    try:
        wish, starts_at = starts.of(call, now=now, **wanted)
    except Ask:
        return False
    return bool(_mine(call, wish, starts_at))


def _mailed(
    appointment: Appointment, address: str | None, *, said: str, is_own_number: bool
) -> str:
    """Return where the confirmation goes: what was dictated is read back, and what we had before is not given away.

    Under somebody else's number not even that there is an address is told.
    """
    customer = appointment.customer
    known = customer.email if customer else None
    if address is None:
        return ""
    if known is None or known.casefold() != address.casefold():
        is_told = known and is_own_number
        return " Die Bestätigung geht an die Adresse, die wir schon haben." if is_told else ""
    return (
        f" Die Bestätigung geht an {dictation.read_back_email(address)}." if address != said else ""
    )


def _book(
    call: Call,
    wish: Wish,
    starts_at: datetime,
    *,
    customer: Customer,
    name: str,
    notes: str,
    now: datetime,
) -> scheduling.Booking:
    """Book once for each call, service, start and person, whatever they are called and whoever does it.

    What was booked so and is cancelled is booked anew.

    :raises Refused: the rules forbid it
    """
    mine = _mine(call, wish, starts_at)
    for each in mine:
        if each.status != Appointment.Status.HELD and _is_same(name, each.attendee_name):
            stands = scheduling.appointment_for(call.tenant_id, each.pk)
            return scheduling.Booking(appointment=stands, is_new=False)
    key = _key(call, wish.service, starts_at, name)
    while True:
        booking = scheduling.book(
            wish.service,
            branch=wish.branch,
            staff_member=wish.staff_member,
            starts_at=starts_at,
            customer=customer,
            attendee_name=name,
            source=Appointment.Source.PHONE,
            by=actors.call(call.pk),
            now=now,
            idempotency_key=key,
            call_number=call.pk,
            notes=notes,
            hold=next((each for each in mine if each.status == Appointment.Status.HELD), None),
        )
        if booking.appointment.status != Appointment.Status.CANCELLED:
            return booking
        # Whatever the caller believed of it, they hear now what becomes of the new one.
        assurances.correct(booking.appointment, now=now)
        key = f"{_key(call, wish.service, starts_at, name)}:{booking.appointment.pk}"


def _note(wish: Wish, starts_at: datetime, *, said: dict[str, Any]) -> None:
    given = {
        "service": wish.service.name,
        "staff": wish.staff_member.name if wish.staff_member else None,
        "start": starts_at.isoformat(),
    }
    decisions.note("book", given=given, said=said)


def _name_must_be_said(name: str, *, now: datetime) -> None:
    if (
        not 2 <= len(name) <= _LONGEST_NAME
        or naming.is_nobody(name)
        or not any(each.isalpha() for each in name)
        or _is_time(when.understand(name, now=now))  # "Acht Uhr" is nobody
    ):
        raise Ask(
            Answer(
                state="missing",
                say="Auf welchen Namen darf ich den Termin eintragen?",
                data={"fields": ["name"]},
            )
        )


def _is_time(said: when.When) -> bool:
    """Whether words name an hour, be it of the morning or of the evening; days are surnames too."""
    if said.state == when.State.AMBIGUOUS:
        return all(_is_time(each) for each in said.alternatives)
    return said.state in _TIMES or (said.state == when.State.PAST and said.time is not None)


def _email(said: str) -> str | None:
    if not said:
        return None
    address = dictation.email(said)
    if address is None:
        raise Ask(
            Answer(
                state="ask_email",
                say="Die E-Mail-Adresse habe ich nicht verstanden. Können Sie sie bitte buchstabieren?",
                data={"fields": ["email"]},
            )
        )
    return address


def _number(said: str) -> str | None:
    if not said:
        return None
    number = dictation.phone(said)
    if number is None:
        raise Ask(
            Answer(
                state="missing",
                say="Die Rufnummer habe ich nicht verstanden. Können Sie sie bitte wiederholen?",
                data={"fields": ["phone"]},
            )
        )
    return number


def _booked(appointment: Appointment, branch: Branch, *, mailed: str) -> Answer:
    local = appointment.starts_at.astimezone(branch.zone)
    spoken = speech.spoken_slot(local)
    return Answer(
        state="booked",
        say=f"Ihr Termin ist gebucht: {appointment.service.name} bei {appointment.staff_member.name}, "
        f"{spoken}.{mailed}",
        data={
            "appointment": {
                "id": appointment.pk,
                "service": appointment.service.name,
                "staff": appointment.staff_member.name,
                "starts_at": local.isoformat(),
                "spoken": spoken,
                "minutes": appointment.service.duration_minutes,
                "name": appointment.attendee_name,
            }
        },
    )


def _key(call: Call, service: Service, starts_at: datetime, name: str) -> str:
    """One booking per call, service, start and person, however often the tool is called."""
    person = " ".join(name.casefold().split())[:100]
    return f"call:{call.pk}:{service.pk}:{int(starts_at.timestamp())}:{person}"


def _mine(call: Call, wish: Wish, starts_at: datetime) -> list[Appointment]:
    """Return what this call has kept or booked at this start, the latest first."""
    if call.has_times is False:
        return []
    return rows.load(
        Appointment,
        "tenant_id = %s AND call_number = %s AND status IN ('held', 'pending', 'confirmed')"
        " AND service_id = %s AND starts_at = %s ORDER BY id DESC",
        (call.tenant_id, call.pk, wish.service.pk, starts_at),
    )


def _is_same(name: str, other: str) -> bool:
    """Whether two names are forms of one: "Frau Mustermann" and "Erika Mustermann". How they sound decides nothing."""
    return naming.is_part_of(name, other) or naming.is_part_of(other, name)
