"""What is free, and why a minute is not. Offers and bookings ask the same lines, so they cannot disagree.

For a stretch of days each person's diary is drawn as lines of minutes (`booking/timeline.py`): the hours of the
branch, their own hours, time off, what is taken. Free is an AND of them. `free_slots` looks for runs of free minutes
that are long enough, `verdicts` looks at one start and names the first line that stands in its way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from booking import diaries, explaining, hours, timeline
from booking.explaining import Explanation, Reason
from booking.models import Appointment, Customer, Service, StaffMember
from booking.periods import Period, instant_of, minute_of
from tenants.models import Branch

# Who wants three times gets them from the next days; the diary is read further only where these are full.
_LOOK_AHEAD_DAYS = (3, 15)


class Slot(NamedTuple):
    """A start that can be booked with a person. A tuple, because a month of a team is thousands of them."""

    service_id: int
    staff_member_id: int
    staff_name: str
    branch_id: int
    starts_at: datetime
    ends_at: datetime
    price_cents: int | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the rules say to one person at one start: the first rule that blocks it, or None."""

    staff_member_id: int
    staff_name: str
    rule: str | None
    minutes_taken_that_day: int

    @property
    def is_free(self) -> bool:
        return self.rule is None


def free_slots(
    service: Service,
    *,
    branch: Branch,
    period: Period,
    now: datetime,
    staff_member: StaffMember | None = None,
    limit: int | None = None,
    every: bool = False,
    avoiding_gaps: bool = False,
    ignoring: Appointment | None = None,
    ignoring_ids: frozenset[int] = frozenset(),
    for_call: int | None = None,
    customer: Customer | None = None,
    seats: int = 1,
) -> list[Slot]:
    """Return the starts within the period that can be booked, ordered by time and staff member.

    Without a staff member each start is offered once, with the free person who has the fewest minutes taken that
    day (then the lowest id); `every` gives all who are free. `limit` ends the search as soon as that many are found.
    `ignoring` is an appointment that would be moved: its own time does not block and its own length counts.
    `ignoring_ids` are more appointments that do not block. `for_call` is our number of a call whose own holds do not
    block. With a `customer` their limits count, and their usual person comes first. `seats` is how many come.
    With a limit, `avoiding_gaps` prefers starts of the same half-day that leave no gap too short for anything.
    """
    search = diaries.Search.of(service, branch, ignoring)
    first, last = search.bounds(period, now)
    if first >= last or not (service.is_active and branch.is_active):
        return []
    team = diaries.team_for(search, staff_member, first, last)
    if not team.people:
        return []
    who = diaries.Seeker.of(now, ignoring, ignoring_ids, for_call)
    found: list[Slot] = []
    for start, end in _portions(search.zone, first, last, limit):
        found += _slots(search, team, who, start, end, every=every)
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def why_not(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember,
    starts_at: datetime,
    now: datetime,
    ignoring: Appointment | None = None,
    ignoring_ids: frozenset[int] = frozenset(),
    for_call: int | None = None,
    customer: Customer | None = None,
    seats: int = 1,
) -> str | None:
    """Return the first rule that forbids this start with this person (one of `diaries.RULES`), None when it is free."""
    found = verdicts(
        service,
        branch=branch,
        starts_at=starts_at,
        now=now,
        staff_member=staff_member,
        ignoring=ignoring,
        ignoring_ids=ignoring_ids,
        for_call=for_call,
        customer=customer,
        seats=seats,
    )
    return found[0].rule if found else diaries.NOT_OFFERED


def why_nobody(
    service: Service,
    *,
    branch: Branch,
    starts_at: datetime,
    now: datetime,
    for_call: int | None = None,
    customer: Customer | None = None,
    seats: int = 1,
) -> str | None:
    """Return why nobody of the team can take this start, None when somebody can.

    Where the reasons differ, the one that is nearest to a yes is given: "taken" says more than "not at work".
    """
    found = verdicts(
        service,
        branch=branch,
        starts_at=starts_at,
        now=now,
        for_call=for_call,
        customer=customer,
        seats=seats,
    )
    return None if any(each.is_free for each in found) else nearest_rule(found)


def explain(
    service: Service,
    *,
    branch: Branch,
    starts_at: datetime,
    now: datetime,
    staff_member: StaffMember | None = None,
    customer: Customer | None = None,
    seats: int = 1,
    ignoring: Appointment | None = None,
    ignoring_ids: frozenset[int] = frozenset(),
    for_call: int | None = None,
) -> Explanation:
    """Return for each person, and for all together, the first rule that blocks a start, with what is behind it."""
    found = verdicts(
        service,
        branch=branch,
        starts_at=starts_at,
        now=now,
        staff_member=staff_member,
        customer=customer,
        seats=seats,
        ignoring=ignoring,
        ignoring_ids=ignoring_ids,
        for_call=for_call,
    )
    rule = None if any(each.is_free for each in found) else nearest_rule(found)
    return Explanation(
        starts_at=starts_at,
        rule=rule,
        sentence=explaining.sentence_of(rule),
        people=tuple(
            Reason(
                staff_member_id=each.staff_member_id,
                staff_name=each.staff_name,
                rule=each.rule,
                sentence=explaining.sentence_of(each.rule),
            )
            for each in found
        ),
    )


def nearest_rule(verdicts: Iterable[Verdict]) -> str:
    """Return the rule that is nearest to a yes among people who cannot; of nobody, that it is not offered."""
    rules = [each.rule for each in verdicts if each.rule]
    return max(rules, key=diaries.RULES.index, default=diaries.NOT_OFFERED)


def verdicts(
    service: Service,
    *,
    branch: Branch,
    starts_at: datetime,
    now: datetime,
    staff_member: StaffMember | None = None,
    ignoring: Appointment | None = None,
    ignoring_ids: frozenset[int] = frozenset(),
    for_call: int | None = None,
    customer: Customer | None = None,
    seats: int = 1,
) -> list[Verdict]:
    """Return what the rules say to everybody who offers the service, the free ones first and in fair order."""
    search = diaries.Search.of(service, branch, ignoring)
    if not (service.is_active and branch.is_active):
        return []
    minute = minute_of(starts_at)
    forbidden = search.rule_of_time(starts_at, now)
    if forbidden is not None:
        team = diaries.team_for(search, staff_member, minute_of(now), minute_of(now))
        return [
            _verdict(person, _general_rule(search, person, minute, forbidden))
            for person in team.people
        ]
    team = diaries.team_for(search, staff_member, minute, minute + 1)
    if not team.people:
        return []
    who = diaries.Seeker.of(now, ignoring, ignoring_ids, for_call)
    days = diaries.Days.of(search, team, who, minute, minute + 1)
    loads = days.loads([days.day_one, days.end])
    found = [
        _verdict(person, days.rule_at(minute, index), taken=loads[index][0])
        for index, person in enumerate(team.people)
    ]
    return sorted(
        found,
        key=lambda each: (not each.is_free, each.minutes_taken_that_day, each.staff_member_id),
    )


def _verdict(person: diaries.Person, rule: str | None, *, taken: int = 0) -> Verdict:
    return Verdict(
        staff_member_id=person.id,
        staff_name=person.name,
        rule=rule,
        minutes_taken_that_day=taken,
    )


def _general_rule(
    search: diaries.Search, person: diaries.Person, minute: int, forbidden: str
) -> str:
    return diaries.NOT_OFFERED if search.has_lapsed(person, minute) else forbidden


# --- What is offered --------------------------------------------------------------------------


def _portions(zone: str, first: int, last: int, limit: int | None) -> Iterator[tuple[int, int]]:
    """Yield the stretch of starts in one piece, or in growing pieces of whole days for a search with a limit."""
    if limit is not None:
        today = hours.day_of(zone, first)
        for days in _LOOK_AHEAD_DAYS:
            until = hours.midnight(zone, today + days)
            if until >= last:
                break
            yield first, until
            first = until
    yield first, last


def _slots(
    search: diaries.Search,
    team: diaries.Team,
    who: diaries.Seeker,
    first: int,
    last: int,
    *,
    every: bool,
) -> list[Slot]:
    days = diaries.Days.of(search, team, who, first, last)
    day_one = days.day_one
    possible = hours.grid(
        search.zone, search.service.step_minutes, base=day_one, size=days.end - day_one
    ) & timeline.between(first - day_one, last - day_one)
    starts = [days.starts(index, possible) for index in range(len(team.people))]
    in_all = every or len(starts) == 1
    pairs = _all_pairs(starts) if in_all else _fair_pairs(days, starts)
    service_id, branch_id, duration = search.service.pk, search.branch.pk, search.duration
    found = []
    for offset, index in pairs:
        person, minute = team.people[index], day_one + offset
        starts_at, ends_at = instant_of(minute), instant_of(minute + duration)
        found.append(
            Slot._make(
                (
                    service_id,
                    person.id,
                    person.name,
                    branch_id,
                    starts_at,
                    ends_at,
                    search.service.price_cents,
                )
            )
        )
    return found


def _all_pairs(starts: list[int]) -> list[tuple[int, int]]:
    """Return every (start, person) in order."""
    return sorted(
        (minute, index) for index, line in enumerate(starts) for minute in timeline.minutes(line)
    )


def _fair_pairs(days: diaries.Days, starts: list[int]) -> list[tuple[int, int]]:
    """Return each start once: day by day, who has the fewest minutes taken offers all they can, then the next."""
    zone, day_one = days.search.zone, days.day_one
    first_day, last_day = hours.day_of(zone, day_one), hours.day_of(zone, days.end - 1)
    midnights = [hours.midnight(zone, day) for day in range(first_day, last_day + 2)]
    cuts = [midnight - day_one for midnight in midnights]
    pieces = timeline.split(starts, cuts)
    loads = days.loads(midnights)
    found: list[tuple[int, int]] = []
    for day, start in enumerate(cuts[:-1]):
        left = 0
        for line in pieces:
            left |= line[day]
        if not left:
            continue
        for _load, index in sorted((loads[index][day], index) for index in range(len(starts))):
            mine = pieces[index][day] & left
            found += [(start + minute, index) for minute in timeline.minutes(mine)]
            left ^= mine
            if not left:
                break
    return sorted(found)
