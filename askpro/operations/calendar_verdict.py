"""What is wrong between two diaries: what stands on one side only, twice, or overlaps, and is shown to nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Q

from askpro.operations.calendar_world import Outcome, World
from booking.models import (
    Appointment,
    AppointmentChange,
    CalendarBlock,
    CalendarBooking,
    CalendarLink,
    CalendarReview,
)
from integrations.calendars.imitation import Booking
from tenants import scope

Place = tuple[str, datetime, datetime]


@dataclass(kw_only=True)
class _Both:
    """Both sides as they are: what lies ahead here and there, and what belongs together."""

    rows: list[Appointment]
    there: list[Booking]
    links: dict[int, CalendarLink]
    link_of_uid: dict[str, int]
    blocks: dict[int, Place]
    shown: set[int]
    hosts: dict[int, str]

    def place_of(self, booking: Booking) -> Place:
        return self.hosts[booking.host], booking.starts_at, booking.ends_at


def judge(world: World, *, is_decided: bool = False) -> None:
    """Count what is wrong now. `is_decided`: every conflict was decided, so none may be left."""
    outcome, both = world.outcome, _look(world)
    for row in both.rows:
        _judge_row(row, both, outcome)
    for booking in both.there:
        _judge_booking(booking, both, outcome)
    outcome.overlaps += _overlaps(_place(row) for row in both.rows)
    outcome.overlaps += _overlaps(both.place_of(each) for each in both.there)
    outcome.echoes += max(0, world.written - world.may_write)
    if is_decided:
        _judge_strictly(world)
    else:
        outcome.echoes += _made_of_our_own(world)
        _judge_contests(world)


def counted(world: World) -> tuple[int, int, int]:
    """Return what an echo would add to: changes here, bookings there, and what we wrote there."""
    with scope.tenant(world.tenant_id):
        changes = AppointmentChange.objects.count()
    return changes, len(world.house.bookings), world.written


def _look(world: World) -> _Both:
    with scope.tenant(world.tenant_id):
        links = {each.pk: each for each in CalendarLink.objects.select_related("appointment")}
        rows = Appointment.objects.filter(status__in=Appointment.ACTIVE, starts_at__gt=world.now)
        blocks = CalendarBlock.objects.filter(link__isnull=False).select_related(
            "time_off__staff_member"
        )
        return _Both(
            rows=list(rows.select_related("staff_member").order_by("pk")),
            there=[
                each
                for each in world.house.bookings.values()
                if each.is_active and each.starts_at > world.now
            ],
            links=links,
            link_of_uid=dict(
                CalendarBooking.objects.filter(link__isnull=False).values_list("uid", "link_id")
            ),
            blocks={
                each.link_id: (
                    str(each.time_off.staff_member),
                    each.time_off.starts_at,
                    each.time_off.ends_at,
                )
                for each in blocks
                if each.link_id is not None
            },
            shown=set(
                CalendarReview.objects.filter(resolved_at=None).values_list("link_id", flat=True)
            ),
            hosts={each.id: each.name for each in world.house.users.values()},
        )


def _judge_row(row: Appointment, both: _Both, outcome: Outcome) -> None:
    numbers = [each.pk for each in both.links.values() if each.appointment_id == row.pk]
    if set(numbers) & both.shown:
        return
    mine = [each for each in both.there if both.link_of_uid.get(each.uid) in numbers]
    if len(mine) != 1:
        outcome.disagreements.append(f"{len(mine)} bookings there: {_said(_place(row))}")
    outcome.left_waiting += row.status == Appointment.Status.PENDING


def _judge_booking(booking: Booking, both: _Both, outcome: Outcome) -> None:
    number = both.link_of_uid.get(booking.uid)
    link = both.links.get(number) if number is not None else None
    if link is None:
        outcome.orphans += 1
        return
    if link.pk in both.shown:
        return
    place = both.place_of(booking)
    row = next((each for each in both.rows if each.pk == link.appointment_id), None)
    here = _place(row) if row is not None else both.blocks.get(link.pk)
    if row is not None and here is not None:
        place = (*place[:2], here[2])  # a length is our service's own, whatever it is there
    if here != place:
        ours = _said(here) if here else "nothing"
        outcome.disagreements.append(f"{ours} here, {_said(place)} there: link {link.pk}")


def _judge_contests(world: World) -> None:
    """Where both sides changed the same in different ways, somebody has to have been asked."""
    with scope.tenant(world.tenant_id):
        for contest in world.contested.values():
            asked = CalendarReview.objects.filter(link=contest.link, opened_at__gte=contest.at)
            if not asked.exists():
                world.outcome.disagreements.append(f"link {contest.link} was decided by nobody")


def _overlaps(places: Iterable[Place]) -> int:
    ordered = sorted(places)
    return sum(a[0] == b[0] and a[2] > b[1] for a, b in pairwise(ordered))


def _made_of_our_own(world: World) -> int:
    """Return how many appointments were made of bookings that we had put there ourselves.

    The key of an appointment names the booking it was made of; that one may have been put anew elsewhere since.
    """
    with scope.tenant(world.tenant_id):
        made = Appointment.objects.filter(source=Appointment.Source.CALENDAR)
        keys = list(made.values_list("idempotency_key", flat=True))
    sources = (world.house.bookings.get((key or "").rpartition(":")[2]) for key in keys)
    return sum(each is not None and "appointment_id" in each.metadata for each in sources)


def _judge_strictly(world: World) -> None:
    with scope.tenant(world.tenant_id):
        left = CalendarReview.objects.filter(resolved_at=None).count()
        unsettled = CalendarLink.objects.filter(
            Q(appointment__starts_at__gt=world.now) & ~Q(state=CalendarLink.State.AGREED)
        ).count()
    if left or unsettled:
        world.outcome.disagreements.append(f"{left} to decide, {unsettled} unsettled")


def _place(row: Appointment) -> Place:
    return row.staff_member.name, row.starts_at, row.ends_at


def _said(place: Place) -> str:
    return f"{place[0]} {place[1]:%d.%m. %H:%M}"
