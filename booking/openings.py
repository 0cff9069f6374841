"""The free starts of some days. Who is offered at which start is worked out day by day, when somebody looks."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import NamedTuple, overload

from booking import teams, timeline
from booking.diaries import Days
from booking.periods import instant_of


class Slot(NamedTuple):
    """A start that can be booked with a person. A tuple, because a month of a team is thousands of them."""

    service_id: int
    staff_member_id: int
    staff_name: str
    branch_id: int
    starts_at: datetime
    ends_at: datetime
    price_cents: int | None = None


class Openings(Sequence[Slot]):
    """Free starts in order: each once with the person whose turn it is, or with everybody who is free.

    Fair is: the usual person of the customer, then who has the fewest minutes taken that day, then whose last turn
    is longest ago, then the lowest id.
    """

    def __init__(self, days: Days, lines: list[int], *, usual: int | None, every: bool) -> None:
        self._days = days
        self.lines = lines
        self._usual = usual
        self._every = every or len(lines) == 1

    @cached_property
    def starts(self) -> list[datetime]:
        """The instants at which somebody is free, each once."""
        days = self._days
        return list(
            map(instant_of, timeline.marks(self._union, base=days.day_one, unit=days.ruler.unit))
        )

    def __len__(self) -> int:
        if self._every:
            return sum(line.bit_count() for line in self.lines)
        return self._union.bit_count()

    def __bool__(self) -> bool:
        return bool(self._union)

    def __iter__(self) -> Iterator[Slot]:
        if len(self.lines) == 1:
            return iter(self._of_one(self._union, base=self._days.day_one))
        days = range(len(self._days.midnights) - 1)
        return itertools.chain.from_iterable(map(self.of_day, days))

    @overload
    def __getitem__(self, place: int) -> Slot: ...
    @overload
    def __getitem__(self, place: slice) -> list[Slot]: ...
    def __getitem__(self, place: int | slice) -> Slot | list[Slot]:
        """Return a slot, or some; only the days up to there are worked out."""
        if isinstance(place, int):
            wanted = place if place >= 0 else place + len(self)
            found = self.first(wanted + 1) if wanted >= 0 else []
            if len(found) <= wanted or not found:
                raise IndexError(place)
            return found[wanted]
        start, stop, step = place.indices(len(self))
        return (
            self.first(max(start, stop) + 1)[place] if step < 0 else self.first(stop)[start::step]
        )

    def of_day(self, day: int, *, at_most: int | None = None) -> list[Slot]:
        """Return the slots of one of the days, counted from zero, or those of so many first starts."""
        if len(self.lines) == 1:
            start, line = self._day(self._union, day)
            return self._of_one(line, base=start)
        search, faces = self._days.search, self._faces
        service_id, branch_id = search.service.pk, search.branch.pk
        make = tuple.__new__  # a month of a team is thousands of them
        found = []
        for minute, index in self._pairs_of(day, at_most):
            person_id, name, duration, price = faces[index]
            starts_at, ends_at = instant_of(minute), instant_of(minute + duration)
            found.append(
                make(Slot, (service_id, person_id, name, branch_id, starts_at, ends_at, price))
            )
        return found

    def _of_one(self, line: int, *, base: int) -> list[Slot]:
        """Return the slots of the only person; no line of Python runs for each of them."""
        person_id, name, duration, price = self._faces[0]
        minutes = timeline.marks(line, base=base, unit=self._days.ruler.unit)
        parts = zip(
            itertools.repeat(self._days.search.service.pk),
            itertools.repeat(person_id),
            itertools.repeat(name),
            itertools.repeat(self._days.search.branch.pk),
            map(instant_of, minutes),
            map(instant_of, map(duration.__add__, minutes)),
            itertools.repeat(price),
            strict=False,
        )
        return list(map(partial(tuple.__new__, Slot), parts))

    def only(self, lines: list[int]) -> "Openings":
        """Return those of these starts; where the usual person of the customer is free, nobody else is offered."""
        theirs = 0
        for person, line in zip(self._days.people, self.lines, strict=True):
            if person.id == self._usual:
                theirs = line
        mine = [
            line if person.id == self._usual else line & ~theirs
            for person, line in zip(self._days.people, lines, strict=True)
        ]
        return Openings(self._days, mine, usual=self._usual, every=False)

    def first(self, count: int) -> list[Slot]:
        """Return the first slots; the days behind them are not worked out."""
        found: list[Slot] = []
        for day in range(len(self._days.midnights) - 1):
            if len(found) >= count:
                break
            found += self.of_day(day, at_most=count - len(found))
        return found[:count]

    @cached_property
    def _union(self) -> int:
        union = 0
        for line in self.lines:
            union |= line
        return union

    @cached_property
    def _faces(self) -> list[tuple[int, str, int, int | None]]:
        """Number, name, minutes and price of each person."""
        days = self._days
        return [
            (person.id, person.name, shape.duration, teams.price_of(person, days.search))
            for person, shape in zip(days.people, days.shapes, strict=True)
        ]

    def _day(self, line: int, day: int) -> tuple[int, int]:
        """Return the minute at which one of the days begins, and its part of a line."""
        days = self._days
        start, end = days.place(days.midnights[day]), days.place(days.midnights[day + 1])
        return days.start_at(start), (line >> start) & timeline.full(end - start)

    def _pairs_of(self, day: int, at_most: int | None) -> list[tuple[int, int]]:
        """Return the (minute, person) of one day, or of so many first starts of it, in order."""
        base, left = self._day(self._union, day)
        if at_most is not None:
            left = timeline.first_marks(left, at_most)
        if not left:
            return []
        start, unit, whole = self._days.place(base), self._days.ruler.unit, left
        found: list[tuple[int, int]] = []
        # Only who is free at one of these starts can have a turn.
        people = [index for index, line in enumerate(self.lines) if (line >> start) & left]
        if not self._every:
            people = self._in_turn(people, day)
        for index in people:
            mine = (self.lines[index] >> start) & (whole if self._every else left)
            if not mine:
                continue
            found += [(minute, index) for minute in timeline.marks(mine, base=base, unit=unit)]
            if not self._every:
                left ^= mine
                if not left:
                    break
        return sorted(found)

    def _in_turn(self, people: Sequence[int], day: int) -> list[int]:
        """Return the people in fair order of one day."""
        who, turns, usual = self._days.people, self._days.team.turns, self._usual
        return sorted(
            people,
            key=lambda index: (
                who[index].id != usual,
                self._days.load(index, day),
                turns[index],
                who[index].id,
            ),
        )
