"""Finding starts for a visit: several services one after the other, each with a person who is free for it.

Every service's diaries are drawn once (`booking/diaries.py`); what follows is looking for bits. The first part begins on
the grid of its service, the others when the one before is over. From the last part back to the first, starts are left
out from which no next part can follow in time; of what is left, the earliest leads on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking import asking, drawing, hours, rules, teams, timeline
from booking.diaries import Days
from booking.limits import Counted
from booking.models import Appointment, Customer, Service, StaffMember
from booking.periods import Period, instant_of
from booking.rulers import Ruler
from booking.searching import Search, Seeker
from booking.shape import Shape
from tenants.models import Branch


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One service of a visit: with whom (nobody named: anybody), how long after the part before at least, for how many."""

    service: Service
    staff_member: StaffMember | None = None
    gap_minutes: int = 0
    seats: int = 1


@dataclass(frozen=True, kw_only=True)
class Part:
    """One service of a visit at its time with its person."""

    service: Service
    staff_member_id: int
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    seats: int = 1
    price_cents: int | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A visit as it can be booked."""

    parts: tuple[Part, ...]

    @property
    def starts_at(self) -> datetime:
        return self.parts[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.parts[-1].ends_at


def find(
    wishes: Sequence[Wish],
    *,
    branch: Branch,
    period: Period,
    now: datetime,
    customer: Customer | None = None,
    limit: int = 10,
    longest_wait_minutes: int = 15,
    moving: Sequence[Appointment] = (),
    for_call: int | None = None,
) -> list[Plan]:
    """Return plans whose first part begins in the period, in order of time, each start once.

    The customer waits at most `longest_wait_minutes` beyond the wanted gap between two parts. Of the possible people
    as few different ones as possible are taken, then those who are free soonest. `moving` are the parts of a visit that
    would be moved, one for each wish: their own time does not block, and each keeps its length and its people.
    """
    who = Seeker(
        now=now,
        ignoring=sorted(each.pk for each in moving),
        for_call=for_call,
        customer=customer.pk if customer else None,
    )
    present: Sequence[Appointment | None] = moving or [None] * len(wishes)
    lines: list[_Line] = []
    for place, (wish, moved) in enumerate(zip(wishes, present, strict=True)):
        line = _draw(wish, moved, place, branch, period, who)
        if line is None:
            return []
        lines.append(line)
    lines = _leading_on(lines, longest_wait_minutes)
    found: list[Plan] = []
    for minute in lines[0].minutes() if lines else ():
        chain = _best_chain(lines, minute, longest_wait_minutes)
        if chain is not None:
            found.append(_plan(wishes, lines, chain, present))
            if len(found) == limit:
                break
    return found


# --- What is free for each part -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """The free starts of one part: for each person a line whose bit `n` is the minute `base + n`."""

    days: Days
    lines: list[int]
    base: int
    gap: int
    needs_resources: bool

    def minutes(self) -> Iterator[int]:
        union = 0
        for line in self.lines:
            union |= line
        return (self.base + offset for offset in timeline.minutes(union))

    def first(self, index: int, since: int, until: int) -> int | None:
        """Return the first minute from `since` to `until` (both count) at which a person is free."""
        start = max(since - self.base, 0)
        if until < self.base + start:
            return None
        window = (self.lines[index] >> start) & timeline.full(until - self.base - start + 1)
        return None if not window else self.base + start + timeline.lowest(window)

    def shape(self, index: int) -> Shape:
        return self.days.shapes[index]

    def may_be_one_more(self, index: int, minute: int, before: Sequence["_Step"]) -> bool:
        """Whether limits leave room for a part after these earlier ones of the same visit."""
        days, person = self.days, self.days.people[index]
        service, day = days.search.service.pk, days.day_of(minute)
        alike = [step for step in before if step.service_id == service]
        mine = [step for step in before if step.person_id == person.id]
        asked = [(alike, each) for each in days.limits.of_customer]
        if minute not in days.standing.get(person.id, {}):  # who joins a session makes no new one
            asked += [(alike, each) for each in days.limits.of_service]
            asked += [(mine, each) for each in days.limits.of_staff.get(person.id, ())]
        return all(_so_many(steps, each, day) < each.left(day) for steps, each in asked)


@dataclass(frozen=True)
class _Step:
    """A part of a chain: who, when, and what of the time around it nobody else of the same chain can have."""

    index: int
    service_id: int
    person_id: int
    minute: int
    day: int
    ends: int
    blocked_until: int
    needs_resources: bool


def _so_many(steps: Sequence[_Step], limit: Counted, day: int) -> int:
    """Return how many of these steps lie in the period that a limit counts for a day."""
    period = limit.period_of(day)
    return sum(limit.period_of(step.day) == period for step in steps)


def _draw(
    wish: Wish,
    moved: Appointment | None,
    place: int,
    branch: Branch,
    period: Period,
    who: Seeker,
) -> _Line | None:
    service = wish.service if place == 0 else asking.softened(wish.service, rules.OFF_GRID)
    if not (service.is_active and branch.is_active):
        return None
    search = Search.of(service, branch, moved, wish.seats)
    # Later parts may begin after the period; none begins more than a day after the first.
    end = period.end if place == 0 else period.end + timedelta(days=1)
    first, last = search.bounds(Period(period.start, end), who.now)
    if first >= last:
        return None
    team = teams.read(search, wish.staff_member, first, last)
    if not team.people:
        return None
    days = drawing.days_from_rows(search, team, who, first, last)
    size = days.end - days.day_one
    grid = (
        hours.grid(search.zone, service.step_minutes, Ruler(days.day_one, size))
        if place == 0
        else timeline.full(size)
    )
    possible = grid & days.stretch(first, last)
    return _Line(
        days=days,
        lines=days.starts(possible),
        base=days.day_one,
        gap=wish.gap_minutes,
        needs_resources=team.has_requirements,
    )


def _leading_on(lines: list[_Line], wait: int) -> list[_Line]:
    """Return the lines without the starts after which the next part cannot begin in time."""
    found = lines[-1:]
    for line in reversed(lines[:-1]):
        after = found[0]
        soon = 0
        for each in after.lines:
            soon |= each
        # Bit n says that the next part can begin within the wait from the minute `after.base - wait + n` on.
        soon = timeline.widened(soon, wait)
        kept = []
        for index, each in enumerate(line.lines):
            place = line.base + line.shape(index).duration + after.gap - after.base + wait
            kept.append(each & (soon >> place if place >= 0 else soon << -place))
        found.insert(0, replace(line, lines=kept))
    return found


# --- Who follows whom ----------------------------------------------------------------------------------


def _best_chain(lines: list[_Line], minute: int, wait: int) -> list[_Step] | None:
    """Return the chain that begins at a minute with the fewest people, then the one that is over first."""
    best: list[_Step] | None = None
    for index in _in_turn(lines[0], minute):
        if lines[0].first(index, minute, minute) is None:
            continue
        chain = _follow(lines, [_step(lines[0], index, minute)], wait, dead=set())
        if chain is not None and (best is None or _rank(chain) < _rank(best)):
            best = chain
    return best


def _rank(chain: list[_Step]) -> tuple[int, int]:
    return len({step.person_id for step in chain}), chain[-1].ends


def _follow(
    lines: list[_Line], chain: list[_Step], wait: int, *, dead: set[tuple[object, ...]]
) -> list[_Step] | None:
    """Return the chain with all parts, or None; `dead` are ends from which nothing leads on."""
    if len(chain) == len(lines):
        return chain
    here = (len(chain), *((step.person_id, step.blocked_until) for step in chain), chain[-1].ends)
    if here in dead:
        return None
    for index, minute in _next_steps(lines[len(chain)], chain, wait):
        found = _follow(lines, [*chain, _step(lines[len(chain)], index, minute)], wait, dead=dead)
        if found is not None:
            return found
    dead.add(here)
    return None


def _next_steps(line: _Line, chain: list[_Step], wait: int) -> list[tuple[int, int]]:
    """Return who could do the next part and when at the earliest: the same person first, then who is free soonest."""
    since = chain[-1].ends + line.gap
    found: list[tuple[bool, int, int, int]] = []
    for turn, index in enumerate(_in_turn(line, since)):
        person_id = line.days.people[index].id
        floor = max([since, *_floors(line, index, person_id, chain)])
        minute = line.first(index, floor, since + wait)
        if minute is not None and line.may_be_one_more(index, minute, chain):
            found.append((person_id != chain[-1].person_id, minute, turn, index))
    return [(index, minute) for _is_other, minute, _turn, index in sorted(found)]


def _floors(line: _Line, index: int, person_id: int, chain: list[_Step]) -> Iterator[int]:
    """Yield from when on a person, or a room that both parts may want, is over with earlier parts of the visit."""
    before = line.shape(index).before
    for step in chain:
        if step.person_id == person_id or (step.needs_resources and line.needs_resources):
            yield step.blocked_until + before


def _step(line: _Line, index: int, minute: int) -> _Step:
    form = line.shape(index)
    return _Step(
        index=index,
        service_id=line.days.search.service.pk,
        person_id=line.days.people[index].id,
        minute=minute,
        day=line.days.day_of(minute),
        ends=minute + form.duration,
        blocked_until=minute + form.duration + form.after,
        needs_resources=line.needs_resources,
    )


def _in_turn(line: _Line, minute: int) -> list[int]:
    """Return the people in the fair order of the day."""
    day = line.days.day_of(minute) - line.days.day_of(line.base)
    if not 0 <= day < len(line.days.midnights) - 1:
        return []
    people = line.days.people
    return sorted(
        range(len(people)),
        key=lambda index: (
            line.days.load(index, day),
            line.days.team.turns[index],
            people[index].id,
        ),
    )


def _plan(
    wishes: Sequence[Wish],
    lines: list[_Line],
    chain: list[_Step],
    present: Sequence[Appointment | None],
) -> Plan:
    return Plan(
        parts=tuple(
            Part(
                service=wish.service,
                staff_member_id=step.person_id,
                staff_name=line.days.people[step.index].name,
                starts_at=instant_of(step.minute),
                ends_at=instant_of(step.ends),
                seats=line.days.search.seats,
                price_cents=teams.price_of(line.days.people[step.index], line.days.search)
                if moved is None
                else moved.price_cents,
            )
            for wish, line, step, moved in zip(wishes, lines, chain, present, strict=True)
        )
    )
