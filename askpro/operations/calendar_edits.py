"""What people do on both sides of two diaries: book, move, hand over, cancel, and now and then the same appointment."""

from collections.abc import Callable
from datetime import timedelta

from askpro.operations import calendar_clashes, calendar_upheavals
from askpro.operations.calendar_world import BY, World
from booking import customers, scheduling
from booking.calendars import settling
from booking.models import Appointment, CalendarLink
from integrations.calendars.imitation import Booking, No
from tenants import scope
from tenants.errors import Refused

# How often somebody edits what the other side has just touched: that is how conflicts come about.
_AT_THE_SAME_THING = 0.35


def edit(world: World) -> None:
    """Let one of both sides do something. What a diary refuses at once is an edit as well."""
    name = world.dice.choices(list(EDITS), weights=[weight for weight, _ in EDITS.values()])[0]
    try:
        if EDITS[name][1](world):
            world.outcome.edits[name] += 1
    except (Refused, No):
        world.outcome.edits["refused at once"] += 1
    world.now += timedelta(seconds=world.dice.randint(1, 90))
    world.on_its_way += world.house.fired
    world.house.fired.clear()


# --- Our side -----------------------------------------------------------------------------------------------


def _we_book(world: World) -> bool:
    _book(world, source=Appointment.Source.BACK_OFFICE)
    return True


def _we_book_in_a_call(world: World) -> bool:
    """The request itself asks the calendar; what it leaves open is the courier's."""
    made = _book(world, source=Appointment.Source.PHONE)
    settling.wait_for(made.pk, tenant_id=world.tenant_id, now=world.now)
    return True


def _book(world: World, *, source: str) -> Appointment:
    with scope.tenant(world.tenant_id):
        customer = customers.find_or_create(
            name="Erika Mustermann", phone=None, email=None, now=world.now
        )
        booking = scheduling.book(
            world.service,
            branch=world.branch,
            staff_member=world.dice.choice(world.people),
            starts_at=world.a_start(),
            customer=customer,
            attendee_name="Erika Mustermann",
            source=source,
            by=BY,
            now=world.now,
        )
    world.may_write += 1
    return booking.appointment


def _we_move(world: World) -> bool:
    with scope.tenant(world.tenant_id):
        appointment = _one_of_ours(world)
        if appointment is None:
            return False
        scheduling.reschedule(
            appointment, starts_at=world.a_start(), by=BY, source="back_office", now=world.now
        )
    world.may_write += 1
    return True


def _we_hand_over(world: World) -> bool:
    """Somebody else does it: at Cal.com that is another place, so it is removed and put anew."""
    with scope.tenant(world.tenant_id):
        appointment = _one_of_ours(world)
        if appointment is None:
            return False
        other = next(each for each in world.people if each.pk != appointment.staff_member_id)
        scheduling.reschedule(
            appointment,
            starts_at=appointment.starts_at,
            staff_member=other,
            by=BY,
            source="back_office",
            now=world.now,
        )
    world.may_write += 2
    return True


def _we_cancel(world: World) -> bool:
    with scope.tenant(world.tenant_id):
        appointment = _one_of_ours(world)
        if appointment is None:
            return False
        scheduling.cancel(appointment, by=BY, source="back_office", now=world.now)
    world.may_write += 1
    return True


def _one_of_ours(world: World) -> Appointment | None:
    active = Appointment.objects.filter(status__in=Appointment.ACTIVE).order_by("pk")
    numbers = list(active.values_list("pk", flat=True))
    if not numbers:
        return None
    number = world.dice.choice(numbers)
    if world.dice.random() < _AT_THE_SAME_THING:
        latest = max(world.house.bookings.values(), key=lambda each: each.updated_at, default=None)
        link = CalendarLink.objects.filter(
            bookings__uid=latest.uid if latest else "", appointment__in=numbers
        ).first()
        number = link.appointment_id if link and link.appointment_id else number
    world.contested = {k: v for k, v in world.contested.items() if v.appointment != number}
    return scheduling.appointment_for(world.tenant_id, number)


# --- Their side --------------------------------------------------------------------------------------------


def _they_book(world: World) -> bool:
    kinds = [
        each
        for each in world.house.event_types.values()
        if each.title.startswith("Termin bei") and each.id not in world.house.deleted_types
    ]
    if not kinds:
        return False
    _host_books(world, world.dice.choice(kinds).id)
    return True


def _they_block(world: World) -> bool:
    kind = next(e for e in world.house.event_types.values() if e.slug == "30min")
    _host_books(world, kind.id)
    return True


def _host_books(world: World, kind: int) -> Booking:
    return world.house.host_books(
        kind, starts_at=world.a_start(), name="Anna Beispiel", email="anna@example.org"
    )


def _they_move(world: World) -> bool:
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    world.house.host_moves(booking.uid, starts_at=world.a_start())
    return True


def _they_cancel(world: World) -> bool:
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    world.house.host_cancels(booking.uid)
    return True


def _they_hand_over(world: World) -> bool:
    """Nobody hears of it but who compares."""
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    others = [each for each in world.house.users if each != booking.host]
    world.house.host_hands_over(booking.uid, to=world.dice.choice(others))
    return True


def _they_rename(world: World) -> bool:
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    world.house.host_renames(booking.uid, attendee=f"Anna {world.dice.randrange(99)}")
    return True


def _they_ask_for_another_time(world: World) -> bool:
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    world.house.host_asks_for_another_time(booking.uid)
    return True


def _one_of_theirs(world: World) -> Booking | None:
    active = [each for each in world.house.bookings.values() if each.is_active]
    if not active:
        return None
    booking = world.dice.choice(active)
    if world.dice.random() < _AT_THE_SAME_THING:
        with scope.tenant(world.tenant_id):
            latest = CalendarLink.objects.filter(appointment__isnull=False)
            link = latest.order_by("-appointment__updated_at", "-pk").first()
        touched = world.house.bookings.get(link.theirs_uid) if link else None
        booking = touched if touched and touched.is_active else booking
    world.contested.pop(world.root_of(booking.uid), None)
    return booking


EDITS: dict[str, tuple[int, Callable[[World], bool]]] = {
    "we book": (4, _we_book),
    "we book in a call": (4, _we_book_in_a_call),
    "we move": (6, _we_move),
    "we hand over": (2, _we_hand_over),
    "we cancel": (3, _we_cancel),
    "they book": (7, _they_book),
    "they block": (2, _they_block),
    "they move": (7, _they_move),
    "they cancel": (3, _they_cancel),
    "they hand over": (2, _they_hand_over),
    "they rename": (1, _they_rename),
    "they ask for another time": (1, _they_ask_for_another_time),
    **calendar_clashes.EDITS,
    **calendar_upheavals.EDITS,
}
