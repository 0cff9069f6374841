"""Both sides change the same appointment, each without having heard of the other."""

from collections.abc import Callable
from datetime import datetime

from askpro.operations.calendar_world import BY, Contest, World
from booking import scheduling
from booking.models import Appointment, CalendarLink
from integrations.calendars.imitation import Booking
from tenants import scope

_Ours = Callable[[World, Appointment, datetime], None]
_Theirs = Callable[[World, Booking, datetime], None]


def _we_move(world: World, appointment: Appointment, to: datetime) -> None:
    scheduling.reschedule(appointment, starts_at=to, by=BY, source="back_office", now=world.now)


def _we_cancel(world: World, appointment: Appointment, _to: datetime) -> None:
    scheduling.cancel(appointment, by=BY, source="back_office", now=world.now)


def _they_move(world: World, booking: Booking, to: datetime) -> None:
    world.house.host_moves(booking.uid, starts_at=to)


def _they_cancel(world: World, booking: Booking, _to: datetime) -> None:
    world.house.host_cancels(booking.uid)


def _they_hand_over(world: World, booking: Booking, _to: datetime) -> None:
    others = [each for each in world.house.users if each != booking.host]
    world.house.host_hands_over(booking.uid, to=world.dice.choice(others))


def _clash(
    ours: _Ours, theirs: _Theirs, *, to_the_same: bool = False, is_contested: bool = False
) -> Callable[[World], bool]:
    """Return an edit of both sides. `is_contested`: what they did cannot both be, and has to be shown."""

    def clash(world: World) -> bool:
        link = _one_that_agrees(world)
        if link is None:
            return False
        booking, to = world.house.bookings[link.theirs_uid], world.a_start()
        theirs(world, booking, to)
        there = world.a_start()
        while there == to:
            there = world.a_start()
        with scope.tenant(world.tenant_id):
            assert link.appointment_id is not None
            appointment = scheduling.appointment_for(world.tenant_id, link.appointment_id)
            root = world.root_of(booking.uid)
            world.contested.pop(root, None)
            world.may_write += 1
            ours(world, appointment, to if to_the_same else there)
        if is_contested:
            world.contested[root] = Contest(link=link.pk, appointment=appointment.pk, at=world.now)
        return True

    return clash


def _one_that_agrees(world: World) -> CalendarLink | None:
    """Return something that stands on both sides as both sides know it, moved by nobody since."""
    with scope.tenant(world.tenant_id):
        links = CalendarLink.objects.filter(
            state=CalendarLink.State.AGREED,
            command_number=None,
            appointment__status=Appointment.Status.CONFIRMED,
        ).order_by("pk")
        found = [each for each in links.select_related("appointment") if _is_known(world, each)]
    return world.dice.choice(found) if found else None


def _is_known(world: World, link: CalendarLink) -> bool:
    booking = world.house.bookings.get(link.theirs_uid)
    appointment = link.appointment
    return (
        booking is not None
        and appointment is not None
        and booking.is_active
        and booking.starts_at == appointment.starts_at == link.agreed_starts_at
        and str(booking.host) == link.theirs_host == link.agreed_host
    )


EDITS: dict[str, tuple[int, Callable[[World], bool]]] = {
    "both move": (4, _clash(_we_move, _they_move, is_contested=True)),
    "both move to the same time": (2, _clash(_we_move, _they_move, to_the_same=True)),
    "both cancel": (2, _clash(_we_cancel, _they_cancel)),
    "we move, they cancel": (2, _clash(_we_move, _they_cancel, is_contested=True)),
    "we cancel, they move": (2, _clash(_we_cancel, _they_move, is_contested=True)),
    "we move, they hand over": (2, _clash(_we_move, _they_hand_over)),
    "we cancel, they hand over": (2, _clash(_we_cancel, _they_hand_over)),
}
