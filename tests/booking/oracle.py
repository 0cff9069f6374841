"""The oracle: a naive reading of the rules of the diary, minute by minute, that knows nothing of the search.

It has its own calendar of holidays and its own idea of every rule; it shares nothing with `booking` but the words.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from booking.periods import Period

MINUTE = timedelta(minutes=1)
DAY = 1440
# Of Berlin, on the days the worlds are about.
HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2026-12-25", "2026-12-26", "2027-01-01", "2027-03-08", "2027-03-26", "2027-03-29",
    )
}  # fmt: skip
Spans = list[tuple[int, int]]
_HALF_DAYS = ((12, 24), (12, 31))


@dataclass(frozen=True)
class Booked:
    """Something in a diary, in minutes from the beginning of the world."""

    start: int
    before: int
    length: int
    after: int
    processing: tuple[int, int] | None = None  # from the start on
    is_live: bool = True
    is_hold: bool = False
    is_customers: bool = False
    is_of_service: bool = True
    in_session: bool = False
    seats: int = 1

    @property
    def whole(self) -> tuple[int, int]:
        return self.start - self.before, self.start + self.length + self.after

    @property
    def worked(self) -> Spans:
        first, last = self.whole
        if self.processing is None:
            return [(first, last)]
        a, b = self.processing
        return [(first, self.start + a), (self.start + b, last)]


@dataclass(frozen=True)
class Person:
    """Somebody who offers the service; without hours they work as the branch."""

    hours: list[tuple[int, int, int]] = field(default_factory=list)
    special: dict[date, Spans] = field(default_factory=dict)
    away: Spans = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    own_minutes: int | None = None
    lasts_days: int | None = None  # days of the world until the skill ends
    max_per_day: int | None = None


@dataclass(frozen=True)
class World:
    """Everything that decides, as plain numbers. Minutes of the diary count from `begin`."""

    zone: str
    begin: datetime  # local midnight, two days before anything is asked
    service: dict[str, int | None]
    people: list[Person]
    hours: list[tuple[int, int, int]]
    special: dict[date, Spans]
    closed: Spans
    keeps_holidays: bool
    half_day: int | None
    resources: int
    needs: list[tuple[str, list[int]]]
    uses: list[tuple[int, Booked]]
    lead_minutes: int  # from `now` to the first minute that is asked for
    asks_for_customer: bool
    seats: int

    @property
    def ask_from(self) -> datetime:
        return self.begin + timedelta(days=2)

    @property
    def period(self) -> Period:
        return Period(self.ask_from, self.ask_from + timedelta(hours=37))

    @property
    def now(self) -> datetime:
        return self.ask_from - self.lead_minutes * MINUTE + timedelta(seconds=20)

    def number(self, name: str) -> int:
        value = self.service[name]
        assert value is not None, name
        return value


class Oracle:
    """Reads a world, minute by minute."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo(world.zone)
        minutes = range(6 * DAY)
        self.walls = [(world.begin + each * MINUTE).astimezone(self.zone) for each in minutes]
        self.open = [
            self._branch_works(self.walls[each]) and not _inside(each, world.closed)
            for each in minutes
        ]

    def expected(self) -> list[tuple[datetime, int]]:
        found = []
        start = self.world.period.start
        while start < self.world.period.end:
            people = range(len(self.world.people))
            found += [(start, person) for person in people if self.is_free(person, start)]
            start += MINUTE
        return found

    def is_free(self, person: int, start: datetime) -> bool:
        minute = (start - self.world.begin) // MINUTE
        return (
            self._clock_allows(start)
            and self._still_offers(person, start)
            and self._diary_allows(person, minute)
        )

    def first_rule(self, person: int, start: datetime) -> str | None:
        """Return the name of the first rule that says no, None where none does."""
        minute = (start - self.world.begin) // MINUTE
        if not self._still_offers(person, start):
            return "not_offered"
        return self._rule_of_clock(start) or self._rule_of_diary(person, minute)

    def _rule_of_clock(self, start: datetime) -> str | None:
        world, local = self.world, start.astimezone(self.zone)
        if start < world.now:
            return "past"
        if start < world.now + world.number("min_notice_minutes") * MINUTE:
            return "too_soon"
        today = world.now.astimezone(self.zone).date()
        if (local.date() - today).days > world.number("horizon_days"):
            return "beyond_horizon"
        off = (local.hour * 60 + local.minute) % world.number("step_minutes")
        return "off_grid" if off else None

    def _rule_of_diary(self, index: int, minute: int) -> str | None:
        world, person = self.world, self.world.people[index]
        before, after, needed = self._parts(person)
        whole = range(minute - before, minute + self._length(person) + after)
        worked = [each for each in whole if needed(each - minute)]
        closed = next((each for each in whole if not self.open[each]), None)
        if closed is not None:
            return self.why_closed(closed)
        if not all(self.at_work[index][each] for each in whole):
            return "off_hours"
        if any(_inside(each, person.away) for each in worked):
            return "time_off"
        session = self._session_at(person, minute)
        others = [each for each in person.booked if each not in session]
        left = world.number("seats") - sum(each.seats for each in session)
        is_full, is_staff_full = self._full(person, minute)
        asked = {
            "day_full": is_full and not session,
            "staff_day_full": is_staff_full and not session,
            "customer_limit": not self._customer_may(minute),
            "resource_taken": not self._needs_are_met(whole),
            "session_full": world.seats > left,
            "taken": _any_taken(worked, others),
        }
        return next((rule for rule, says_no in asked.items() if says_no), None)

    def why_closed(self, minute: int) -> str:
        """Return why the branch is closed: what took away the weekly shift, or that there is none."""
        world, wall = self.world, self.walls[minute]
        if self._branch_works(wall):
            return "closed"  # for a closure
        weekly = self._weekly_shifts
        at, today, evening = wall.hour * 60 + wall.minute, wall.date(), wall.date() - timedelta(1)
        days = [today] if any(a <= at < min(b, DAY) for a, b in weekly(today)) else []
        days += [evening] if any(at < b - DAY for _, b in weekly(evening)) else []
        for day in dict.fromkeys([*days, today]):
            if day in world.special:
                return "special_day"
            if world.keeps_holidays and day in HOLIDAYS:
                return "holiday"
            if day in days and world.half_day is not None and (day.month, day.day) in _HALF_DAYS:
                return "holiday"
        return "closed"

    # --- The clock ------------------------------------------------------------------------------

    def _clock_allows(self, start: datetime) -> bool:
        world, local = self.world, start.astimezone(self.zone)
        if (local.hour * 60 + local.minute) % world.number("step_minutes"):
            return False
        if start < world.now + world.number("min_notice_minutes") * MINUTE:
            return False
        today = world.now.astimezone(self.zone).date()
        return (local.date() - today).days <= world.number("horizon_days")

    def _still_offers(self, person: int, start: datetime) -> bool:
        lasts = self.world.people[person].lasts_days
        if lasts is None:
            return True
        return start.astimezone(self.zone).date() <= self.day_number(lasts)

    def day_number(self, days: int) -> date:
        return self.world.begin.astimezone(self.zone).date() + timedelta(days=days)

    # --- Hours ----------------------------------------------------------------------------------

    def _branch_shifts(self, day: date) -> Spans:
        world = self.world
        if day in world.special:
            return world.special[day]
        if world.keeps_holidays and day in HOLIDAYS:
            return []
        spans = self._weekly_shifts(day)
        if world.half_day is not None and (day.month, day.day) in _HALF_DAYS:
            spans = [(a, min(b, world.half_day)) for a, b in spans]
        return spans

    def _weekly_shifts(self, day: date) -> Spans:
        return [(a, b) for weekday, a, b in self.world.hours if weekday == day.isoweekday()]

    def _own_shifts(self, person: Person, day: date) -> Spans:
        if day in person.special:
            return person.special[day]
        if person.hours:
            return [(a, b) for weekday, a, b in person.hours if weekday == day.isoweekday()]
        return self._branch_shifts(day)

    def _branch_works(self, wall: datetime) -> bool:
        return _shows(wall, self._branch_shifts)

    @cached_property
    def at_work(self) -> list[list[bool]]:
        return [
            [_shows(wall, partial(self._own_shifts, person)) for wall in self.walls]
            for person in self.world.people
        ]

    # --- The diary ------------------------------------------------------------------------------

    def _diary_allows(self, index: int, minute: int) -> bool:
        world, person = self.world, self.world.people[index]
        before, after, needed = self._parts(person)
        whole = range(minute - before, minute + self._length(person) + after)
        if not all(self.open[each] and self.at_work[index][each] for each in whole):
            return False
        if any(_inside(each, person.away) for each in whole if needed(each - minute)):
            return False
        if not self._customer_may(minute):
            return False
        session = self._session_at(person, minute)
        if session:
            left = world.number("seats") - sum(each.seats for each in session)
            others = [each for each in person.booked if each not in session]
            # In a world nobody in a session has resources yet.
            is_met = self._needs_are_met(whole)
            return is_met and world.seats <= left and not _any_taken(whole, others)
        if world.seats > world.number("seats"):
            return False
        if any(self._full(person, minute)) or not self._needs_are_met(whole):
            return False
        return not _any_taken([each for each in whole if needed(each - minute)], person.booked)

    def _length(self, person: Person) -> int:
        """Return the minutes with the customer; whoever is quick cannot shorten the processing time."""
        begins = self.world.service["processing_after_minutes"] or 0
        least = begins + self.world.number("processing_minutes")
        return max(person.own_minutes or self.world.number("duration_minutes"), least)

    def _parts(self, person: Person) -> tuple[int, int, Callable[[int], bool]]:
        """Return buffers, and whether the person is needed in a minute counted from the start."""
        world = self.world
        begins = world.service["processing_after_minutes"]
        lasts = world.number("processing_minutes")

        def is_needed(minute: int) -> bool:
            return begins is None or not begins <= minute < begins + lasts

        return (
            world.number("buffer_before_minutes"),
            world.number("buffer_after_minutes"),
            is_needed,
        )

    def _session_at(self, person: Person, minute: int) -> list[Booked]:
        return [
            each
            for each in person.booked
            if each.in_session and each.is_live and each.start == minute
        ]

    def _full(self, person: Person, minute: int) -> tuple[bool, bool]:
        """Return whether there are enough that day: of the service, and of the person."""
        most, own = self.world.service["max_per_day"], person.max_per_day
        day = self.walls[minute].date()
        everything = [each for who in self.world.people for each in who.booked if each.is_live]
        given = [each for each in everything if each.is_of_service and self._is_on(each, day)]
        mine = [each for each in person.booked if each.is_live and self._is_on(each, day)]
        return (
            most is not None and _starts(given, self.world) >= most,
            own is not None and _starts(mine, self.world) >= own,
        )

    def _customer_may(self, minute: int) -> bool:
        world = self.world
        if not world.asks_for_customer:
            return True
        mine = [
            each
            for who in world.people
            for each in who.booked
            if each.is_live and each.is_customers and each.is_of_service
        ]
        day = self.walls[minute].date()
        week = day.isocalendar()[:2]
        numbers = {
            "max_per_customer_per_day": sum(self._is_on(each, day) for each in mine),
            "max_per_customer_per_week": sum(
                self.walls[each.start].date().isocalendar()[:2] == week for each in mine
            ),
            "max_ahead_per_customer": sum(
                world.begin + each.start * MINUTE > world.now for each in mine
            ),
        }
        limits = {name: world.service[name] for name in numbers}
        return all(most is None or numbers[name] < most for name, most in limits.items())

    def _is_on(self, booked: Booked, day: date) -> bool:
        return self.walls[booked.start].date() == day

    def _needs_are_met(self, whole: range) -> bool:
        world = self.world
        busy = {
            number
            for number, use in world.uses
            if use.is_live and use.whole[0] < whole.stop and whole.start < use.whole[1]
        }
        fixed = [each for mode, some in world.needs if mode == "all" for each in some]
        if len(fixed) != len(set(fixed)) or not all(some for _, some in world.needs):
            return False
        choices = [some for mode, some in world.needs if mode == "any"]
        for chosen in itertools.product(*choices):
            wanted = [*fixed, *chosen]
            if len(wanted) == len(set(wanted)) and not busy & set(wanted):
                return True
        return False


def _shows(wall: datetime, shifts_on: Callable[[date], Spans]) -> bool:
    """Whether a wall clock shows a time inside a shift that begins on this day, or began on the one before."""
    minute, day = wall.hour * 60 + wall.minute, wall.date()
    return any(a <= minute < b for a, b in shifts_on(day)) or any(
        minute < b - DAY for _, b in shifts_on(day - timedelta(days=1))
    )


def _inside(minute: int, spans: Spans) -> bool:
    return any(a <= minute < b for a, b in spans)


def _any_taken(minutes: range | list[int], booked: list[Booked]) -> bool:
    spans = [span for each in booked if each.is_live for span in each.worked]
    return any(_inside(each, spans) for each in minutes)


def _starts(booked: list[Booked], world: World) -> int:
    """Count appointments; a session is one."""
    people = {id(each): who for who, person in enumerate(world.people) for each in person.booked}
    return len(
        {
            ("session", people[id(each)], each.start) if each.in_session else id(each)
            for each in booked
        }
    )
