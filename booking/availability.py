"""What is free, and why a minute is not. Offers and bookings ask the same lines, so they cannot disagree.

For a stretch of days each person's diary is drawn as lines of minutes (`booking/timeline.py`): the hours of the
branch, their own hours, time off, what is taken. Free is an AND of them. `free_slots` looks for runs of free minutes
that are long enough, `verdicts` looks at one start and names the first line that stands in its way.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking import drawing, explaining, gaps, hours, regulars, rules, teams
from booking.diaries import Days
from booking.explaining import Explanation
from booking.models import Appointment, Customer, Service, StaffMember
from booking.openings import Openings, Slot
from booking.periods import Period, minute_of
from booking.rulers import Ruler
from booking.searching import Search, Seeker
from booking.teams import Person, Team
from tenants.models import Branch

__all__ = [
    "Explanation",
    "Openings",
    "Slot",
    "Verdict",
    "explain",
    "free_on_days",
    "free_slots",
    "nearest_rule",
    "openings",
    "verdicts",
    "verdicts_on",
    "why_nobody",
    "why_not",
]

# Who wants three times gets them from the next days; the diary is read further only where these are full.
_LOOK_AHEAD_DAYS = (3, 15)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the rules say to one person at one start: the first rule that blocks it, or None.

    Length and price are those of this person; `session_id` is the session that would be joined.
    """

    staff_member_id: int
    staff_name: str
    rule: str | None
    minutes_taken_that_day: int
    duration_minutes: int
    price_cents: int | None
    session_id: int | None = None

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
    avoiding_gaps: bool | None = None,
    ignoring: Appointment | None = None,
    ignoring_ids: frozenset[int] = frozenset(),
    for_call: int | None = None,
    customer: Customer | None = None,
    seats: int = 1,
    edition: str | None = None,
) -> list[Slot]:
    """Return the starts within the period that can be booked, ordered by time and staff member.

    Without a staff member each start is offered once, with the free person whose turn it is (see `Openings`); `every`
    gives all who are free. `limit` ends the search as soon as that many are found. `ignoring` is an appointment that
    would be moved: its own time does not block and its own length counts. `ignoring_ids` are more appointments that
    do not block. `for_call` is our number of a call whose own holds do not block. With a `customer` their limits
    count, and their usual person comes first. `seats` is how many come. With a limit, `avoiding_gaps` prefers behind
    the first start those of the same half-day that leave no gap too short for anything; None is as the business wants it. `edition` is the one
    from which service and branch are (`booking/editions.py`): then the team need not be read.
    """
    search = Search.of(service, branch, ignoring, seats)
    first, last = search.bounds(period, now)
    if first >= last or not (service.is_active and branch.is_active):
        return []
    who = _seeker(now, ignoring, ignoring_ids, for_call, customer)
    portions = list(_portions(search.zone, first, last, limit))
    team = drawing.team_for_offers(search, staff_member, who, portions, edition=edition)
    if not team.people:
        return []
    usual = _preferred(search, team, who)
    tidily = team.avoids_gaps if avoiding_gaps is None else avoiding_gaps
    found: list[Slot] = []
    prefers_tidy = tidily and not every and limit is not None
    for start, end in portions:
        days = drawing.days_for_offers(search, team, who, start, end, exactly=prefers_tidy)
        opened = _openings(days, start, end, usual=usual, every=every)
        if limit is None:
            return list(opened)
        wanted = limit - len(found)
        if prefers_tidy:
            found += gaps.avoiding(days, opened, wanted, is_first=not found)
        else:
            found += opened.first(wanted)
        if len(found) >= limit:
            break
    return found


def openings(
    service: Service,
    *,
    branch: Branch,
    period: Period,
    now: datetime,
    staff_member: StaffMember | None = None,
    every: bool = False,
    customer: Customer | None = None,
    seats: int = 1,
) -> Openings | None:
    """Return the same starts without working out yet who is offered at which; None when nothing can be."""
    search = Search.of(service, branch, None, seats)
    first, last = search.bounds(period, now)
    if first >= last or not (service.is_active and branch.is_active):
        return None
    who = _seeker(now, None, frozenset(), None, customer)
    team = drawing.team_for_offers(search, staff_member, who, [(first, last)])
    if not team.people:
        return None
    days = drawing.days_for_offers(search, team, who, first, last)
    return _openings(days, first, last, usual=_preferred(search, team, who), every=every)


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
    edition: str | None = None,
) -> str | None:
    """Return the first rule that forbids this start with this person (one of `rules.RULES`), None when it is free."""
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
        edition=edition,
    )
    if found:
        return found[0].rule
    return rules.NOT_OFFERED if service.is_active and branch.is_active else rules.INACTIVE


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
    search = Search.of(service, branch, ignoring, seats)
    who = _seeker(now, ignoring, ignoring_ids, for_call, customer)
    (judged,) = _judge(search, who, staff_member, [starts_at])
    found = judged.verdicts
    rule = None if any(each.is_free for each in found) else nearest_rule(found)
    return explaining.explain(
        search,
        who,
        judged.days,
        starts_at,
        rule=rule,
        people=[(each.staff_member_id, each.staff_name, each.rule) for each in found],
    )


def nearest_rule(verdicts: Iterable[Verdict]) -> str:
    """Return the rule that is nearest to a yes among people who cannot; of nobody, that it is not offered."""
    found = [each.rule for each in verdicts if each.rule]
    return max(found, key=rules.RULES.index, default=rules.NOT_OFFERED)


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
    edition: str | None = None,
) -> list[Verdict]:
    """Return what the rules say to everybody who offers the service, the free ones first and in fair order.

    The rows of the diary are asked, not the lines that are kept of them: who writes relies on this answer. `edition` is
    the one that stands now, for a single staff member: then they need not be read.
    """
    search = Search.of(service, branch, ignoring, seats)
    who = _seeker(now, ignoring, ignoring_ids, for_call, customer)
    (judged,) = _judge(search, who, staff_member, [starts_at], edition)
    return judged.verdicts


def verdicts_on(
    service: Service,
    *,
    branch: Branch,
    starts: Sequence[datetime],
    now: datetime,
    staff_member: StaffMember | None = None,
    customer: Customer | None = None,
    seats: int = 1,
) -> list[list[Verdict]]:
    """Return the verdicts of several starts, each as `verdicts` returns them, in as many statements as for one."""
    search = Search.of(service, branch, None, seats)
    who = _seeker(now, None, frozenset(), None, customer)
    return [each.verdicts for each in _judge(search, who, staff_member, starts)]


def free_on_days(
    service: Service,
    *,
    branch: Branch,
    days: Sequence[Period],
    now: datetime,
    staff_member: StaffMember | None = None,
    customer: Customer | None = None,
    seats: int = 1,
) -> list[list[Slot]]:
    """Return the starts of several periods, each as `free_slots` returns them, in as many statements as for one."""
    search = Search.of(service, branch, None, seats)
    bounds = [search.bounds(period, now) for period in days]
    asked = [each for each in bounds if each[0] < each[1]]
    if not asked or not (service.is_active and branch.is_active):
        return [[] for _ in days]
    first, last = min(each[0] for each in asked), max(each[1] for each in asked)
    team = teams.read(search, staff_member, first, last)
    if not team.people:
        return [[] for _ in days]
    who = _seeker(now, None, frozenset(), None, customer)
    usual = _preferred(search, team, who)
    drawn = iter(drawing.days_of_stretches(search, team, who, asked))
    return [
        list(_openings(next(drawn), *each, usual=usual, every=False)) if each[0] < each[1] else []
        for each in bounds
    ]


@dataclass(frozen=True)
class _Judged:
    """The verdicts, and the days they were read from, if the diary had to be read."""

    verdicts: list[Verdict]
    days: Days | None


def _judge(
    search: Search,
    who: Seeker,
    staff_member: StaffMember | None,
    starts: Sequence[datetime],
    edition: str | None = None,
) -> list[_Judged]:
    """Judge several starts: the team and each rule that is in force are read once."""
    forbidden = [_forbidden(search, starts_at, who.now) for starts_at in starts]
    asked = [
        minute_of(start) for start, rule in zip(starts, forbidden, strict=True) if rule is None
    ]
    around = (
        range(min(asked), max(asked) + 1)
        if asked
        else range(minute_of(who.now), minute_of(who.now))
    )
    team = None
    if edition is not None and staff_member is not None:
        team = teams.alone(search, edition, staff_member, who.now)
    if team is None:
        team = teams.read(search, staff_member, around.start, around.stop)
    drawn: Iterator[Days] = iter(())
    usual = None
    if asked and team.people:
        drawn = iter(_days_around(search, team, who, asked))
        usual = _preferred(search, team, who)
    found = []
    for starts_at, rule in zip(starts, forbidden, strict=True):
        if rule is None and team.people:
            found.append(_judged(search, team, next(drawn), minute_of(starts_at), usual))
            continue
        general = rule or rules.NOT_OFFERED
        minute = minute_of(starts_at)
        found.append(
            _Judged(
                [
                    _verdict(search, person, _general_rule(search, person, minute, general))
                    for person in team.people
                ],
                None,
            )
        )
    return found


def _forbidden(search: Search, starts_at: datetime, now: datetime) -> str | None:
    """Return the rule that forbids a start whoever does it and whatever is in the diary."""
    if not (search.service.is_active and search.branch.is_active):
        return rules.INACTIVE
    return search.rule_of_time(starts_at, now)


def _days_around(search: Search, team: Team, who: Seeker, minutes: Sequence[int]) -> list[Days]:
    if len(minutes) == 1:
        return [drawing.days_from_rows(search, team, who, minutes[0], minutes[0] + 1)]
    return drawing.days_of_stretches(
        search, team, who, [(minute, minute + 1) for minute in minutes]
    )


def _judged(search: Search, team: Team, days: Days, minute: int, usual: int | None) -> _Judged:
    """Return the verdicts of the diary, the free people first and in fair order."""
    found = []
    for index, person in enumerate(team.people):
        session = days.standing.get(person.id, {}).get(minute)
        found.append(
            (
                person,
                _verdict(
                    search,
                    person,
                    days.rule_at(minute, index),
                    taken=days.load(index, 0),
                    session_id=session.id if session else None,
                ),
                team.turns[index],
            )
        )
    found.sort(
        key=lambda each: (
            not each[1].is_free,
            each[0].id != usual,
            each[1].minutes_taken_that_day,
            each[2],
            each[0].id,
        )
    )
    return _Judged([verdict for _, verdict, _ in found], days)


def _verdict(
    search: Search,
    person: Person,
    rule: str | None,
    *,
    taken: int = 0,
    session_id: int | None = None,
) -> Verdict:
    return Verdict(
        staff_member_id=person.id,
        staff_name=person.name,
        rule=rule,
        minutes_taken_that_day=taken,
        duration_minutes=teams.shape_of(person, search).duration,
        price_cents=teams.price_of(person, search),
        session_id=session_id,
    )


def _general_rule(search: Search, person: Person, minute: int, forbidden: str) -> str:
    if forbidden == rules.INACTIVE or not person.is_active:
        return rules.INACTIVE
    return rules.NOT_OFFERED if teams.has_lapsed(person, search, minute) else forbidden


# --- What is offered --------------------------------------------------------------------------


def _seeker(
    now: datetime,
    ignoring: Appointment | None,
    ignoring_ids: frozenset[int],
    for_call: int | None,
    customer: Customer | None,
) -> Seeker:
    own = {ignoring.pk} if ignoring is not None else set()
    return Seeker(
        now=now,
        ignoring=sorted(own | ignoring_ids),
        for_call=for_call,
        customer=customer.pk if customer is not None else None,
    )


def _preferred(search: Search, team: Team, who: Seeker) -> int | None:
    """Return who comes first wherever they are free: the usual person of the customer."""
    if who.customer is None or len(team.people) < 2:
        return None
    return regulars.preferred(
        search.branch.tenant_id,
        who.customer,
        search.service.pk,
        branch_id=search.branch.pk,
        on=who.now.astimezone(search.branch.zone).date(),
    )


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


def _openings(days: Days, first: int, last: int, *, usual: int | None, every: bool) -> Openings:
    starts = Ruler(days.day_one, days.place(days.end), days.ruler.unit)
    possible = hours.grid(days.search.zone, days.search.service.step_minutes, starts)
    possible &= days.stretch(first, last)
    return Openings(days, days.starts(possible), usual=usual, every=every)
