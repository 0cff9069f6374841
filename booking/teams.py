"""Who offers a service in a branch, and when they are there: everything that is not in the diary, in one statement."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from booking import bitmaps, editions, holidays, hours
from booking.bitmaps import Kept
from booking.hours import Schedule
from booking.models import StaffMember
from booking.periods import instant_of, minute_of
from booking.searching import LONGEST, Search, Seeker, counting
from booking.shape import Shape
from tenants import statements


class Person(NamedTuple):
    """Somebody who offers the service; hours, special hours and time off as the database packed them."""

    id: int
    name: str
    is_active: bool
    max_per_day: int | None
    last_day: int | None
    own_minutes: int | None
    own_price_cents: int | None
    weekly: bytes | None
    special: bytes | None
    off: bytes | None
    has_requirements: bool
    avoids_gaps: bool

    @property
    def has_own_hours(self) -> bool:
        return self.weekly is not None or self.special is not None


class Team(NamedTuple):
    """The people in the order of their ids, the schedule of the branch, and when it is closed besides.

    `turns` are the people's last turns; `reach` is the part of the stored lines that was
    read with them (`kept`), if any.
    """

    people: list[Person]
    turns: list[int]
    opening: Schedule
    closed: bytes | None
    has_requirements: bool
    avoids_gaps: bool
    edition: str | None
    kept: list[Kept]
    reach: range


# Staff member 0 stands for the branch.
_TEAM = """
WITH people AS (
  SELECT s.id, s.name, s.is_active, s.max_per_day, s.turn, k.valid_until - DATE '1970-01-01' AS last_day,
    k.duration_minutes, k.price_cents
  FROM booking_skill k JOIN booking_staffmember s ON s.tenant_id = k.tenant_id AND s.id = k.staff_member_id
  WHERE k.tenant_id = %(tenant)s AND k.service_id = %(service)s
    AND s.branch_id = %(branch)s AND (s.is_active OR s.id = %(staff_member)s)
    AND (%(staff_member)s::bigint IS NULL OR s.id = %(staff_member)s)
), weekly AS (
  SELECT coalesce(staff_member_id, 0) AS id, string_agg(
    int2send(weekday) || int2send(from_minute) || int2send(until_minute)
    || int4send(coalesce(valid_from - DATE '1970-01-01', %(no_first_day)s))
    || int4send(coalesce(valid_until - DATE '1970-01-01', %(no_last_day)s)),
    '' ORDER BY weekday, from_minute, booking_workinghours.id) AS packed
  FROM booking_workinghours
  WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s
  GROUP BY 1
), special AS (
  SELECT coalesce(staff_member_id, 0) AS id, string_agg(
    int4send(day - DATE '1970-01-01') || int2send(coalesce(from_minute, -1)::smallint)
    || int2send(coalesce(until_minute, -1)::smallint),
    '' ORDER BY day, from_minute, booking_specialhours.id) AS packed
  FROM booking_specialhours
  WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s
    AND day BETWEEN DATE '1970-01-01' + %(first_day)s::int AND DATE '1970-01-01' + %(last_day)s::int
  GROUP BY 1
), away AS (
  SELECT coalesce(staff_member_id, 0) AS id, string_agg(
    int4send(floor(date_part('epoch', starts_at) / 60)::int)
    || int4send(ceil(date_part('epoch', ends_at) / 60)::int), '') AS packed
  FROM booking_timeoff
  WHERE tenant_id = %(tenant)s AND starts_at < %(until)s AND ends_at > %(from)s
    AND (staff_member_id IS NOT NULL OR branch_id = %(branch)s)
  GROUP BY 1
){kept}
SELECT p.id, p.name, p.is_active, p.max_per_day, p.last_day, p.duration_minutes, p.price_cents,
  w.packed, x.packed, a.packed,
  p.id = 0 AND EXISTS (
    SELECT FROM booking_requirement WHERE tenant_id = %(tenant)s AND service_id = %(service)s),
  p.id = 0 AND EXISTS (SELECT FROM booking_diaryrules WHERE tenant_id = %(tenant)s AND avoids_gaps),
  p.turn, {edition}, {columns}
FROM (SELECT * FROM people UNION ALL SELECT 0, '', true, NULL, 0, NULL, NULL, NULL) p
LEFT JOIN weekly w ON w.id = p.id LEFT JOIN special x ON x.id = p.id LEFT JOIN away a ON a.id = p.id
{joined}
ORDER BY p.id
"""
_THEM, _LISTED = "ARRAY(SELECT id FROM people)", "%(staff)s::bigint[]"
_NO_LINES = range(0)
_FACTS = len(Person._fields)
_A_DAY = 24 * 60


def read(
    search: Search,
    staff_member: StaffMember | None,
    first: int,
    last: int,
    *,
    lines_for: Seeker | None = None,
    reach: range = _NO_LINES,
) -> Team:
    """Read who offers the service in this branch between two starts, one person switched off only when asked for.

    With a seeker, what the stored lines say there to them is read as well.
    """
    zone = search.zone
    rows = statements.run(
        _statement(None if lines_for is None else counting(lines_for)),
        {
            "tenant": search.branch.tenant_id,
            "service": search.service.pk,
            "branch": search.branch.pk,
            "staff_member": staff_member.pk if staff_member else None,
            "from": instant_of(first - LONGEST),
            "until": instant_of(last + LONGEST),
            # A shift of the day before and a night after the last start belong to it.
            "first_day": hours.day_of(zone, first) - 2,
            "last_day": hours.day_of(zone, last) + 2,
            "no_first_day": hours.NO_FIRST_DAY,
            "no_last_day": hours.NO_LAST_DAY,
            **(bitmaps.asked(lines_for, reach) if lines_for is not None else {}),
        },
        is_binary=True,
    ).fetchall()
    (*facts, _, edition, _, _, _), *others = rows
    branch = Person._make(facts)
    return Team(
        people=[Person._make(row[:_FACTS]) for row in others],
        turns=[row[_FACTS] for row in others],
        opening=Schedule(
            zone,
            branch.weekly or b"",
            branch.special or b"",
            holidays.keeping_of(search.branch),
        ),
        closed=branch.off,
        has_requirements=branch.has_requirements,
        avoids_gaps=branch.avoids_gaps,
        edition=edition,
        kept=[Kept._make(row[_FACTS + 2 :]) for row in others],
        reach=reach,
    )


# Of so many teams in so many editions; one of twenty people takes some kilobytes.
_remembered: editions.Memory[Team] = editions.Memory(most=512)


def of_edition(search: Search, edition: str, who: Seeker, reach: range) -> Team:
    """Return everybody who offers the service in this branch, as `read` does for all starts that can be booked.

    What is true as long as the edition stands is remembered; turns and stored lines are read.
    """
    known = _known(search, edition, who.now)
    if known is not None:
        return _with_lines(known, search, who, reach)
    return _read_and_remember(search, who.now, lines_for=who, reach=reach)


def alone(search: Search, edition: str, staff_member: StaffMember, now: datetime) -> Team | None:
    """Return one person of the same team, nobody's turn and no lines; None where they do not offer the service here."""
    team = _known(search, edition, now) or _read_and_remember(search, now)
    people = [person for person in team.people if person.id == staff_member.pk]
    return team._replace(people=people, turns=[0], kept=[], reach=_NO_LINES) if people else None


def _read_and_remember(
    search: Search, now: datetime, *, lines_for: Seeker | None = None, reach: range = _NO_LINES
) -> Team:
    where = _bookable(search, now)
    first, last = where[-2:]
    team = read(search, None, first, last, lines_for=lines_for, reach=reach)
    if team.edition is not None:
        lasting = team._replace(turns=[], kept=[], reach=_NO_LINES)
        _remembered.keep((team.edition, *where), lasting)
    return team


def _known(search: Search, edition: str, now: datetime) -> Team | None:
    """Return what is remembered; how the branch keeps holidays is in its own row, which may be of another edition."""
    team = _remembered.get((edition, *_bookable(search, now)))
    if team is None:
        return None
    keeping = holidays.keeping_of(search.branch)
    return team._replace(opening=team.opening._replace(keeping=keeping))


def _bookable(search: Search, now: datetime) -> tuple[UUID, int, int, str, int, int]:
    """Return for which starts the team is remembered: of this service in this branch, from today to the horizon."""
    branch, today = search.branch, minute_of(now) // _A_DAY * _A_DAY
    last = search.end_of_horizon(now)
    return branch.tenant_id, branch.pk, search.service.pk, search.zone, today, last


def _with_lines(team: Team, search: Search, who: Seeker, reach: range) -> Team:
    staff = [person.id for person in team.people]
    # As text: over a list the driver takes as long as over all the rest of the statement.
    listed = f"{{{','.join(map(str, staff))}}}"
    rows = statements.run(
        _lines_statement(counting(who)),
        {"tenant": search.branch.tenant_id, "staff": listed, **bitmaps.asked(who, reach)},
        is_binary=True,
    ).fetchall()
    found = {person: (turn, Kept._make(kept)) for person, turn, *kept in rows}
    turns, kept = zip(*(found[person] for person in staff), strict=True) if staff else ((), ())
    return team._replace(turns=list(turns), kept=list(kept), reach=reach)


@cache
def _lines_statement(counted: str) -> str:
    # Somebody who was removed a moment ago has no turn any more.
    turn = "coalesce((SELECT turn FROM booking_staffmember s WHERE s.tenant_id = %(tenant)s AND s.id = p.id), 0)"
    return (
        f"WITH {bitmaps.reading(_LISTED, counted)} SELECT p.id, {turn}, {bitmaps.COLUMNS}"  # noqa: S608 — our own words
        f" FROM unnest({_LISTED}) AS p(id) {bitmaps.JOINED}"
    )


@cache
def _statement(counted: str | None) -> str:
    """Return the statement; with the stored lines where it is said which holds count."""
    edition = editions.EDITION_OF.format(tenant="%(tenant)s")
    if counted is None:
        return _TEAM.format(kept="", edition=edition, columns=bitmaps.NO_COLUMNS, joined="")
    return _TEAM.format(
        kept="," + bitmaps.reading(_THEM, counted),
        edition=edition,
        columns=bitmaps.COLUMNS,
        joined=bitmaps.JOINED,
    )


def schedule_of(person: Person, team: Team) -> Schedule | None:
    """Return the hours of a person, None when they are those of the branch."""
    if person.weekly is not None:
        return Schedule(team.opening.zone, person.weekly, person.special or b"")
    if person.special is not None:
        return Schedule(team.opening.zone, b"", person.special, otherwise=team.opening)
    return None


def shape_of(person: Person, search: Search) -> Shape:
    return search.shape_at(person.own_minutes)


def price_of(person: Person, search: Search) -> int | None:
    return search.service.price_cents if person.own_price_cents is None else person.own_price_cents


def lapses_at(person: Person, search: Search) -> int | None:
    """Return the minute from which a person does not offer the service any more, if there is one."""
    return None if person.last_day is None else hours.midnight(search.zone, person.last_day + 1)


def has_lapsed(person: Person, search: Search, minute: int) -> bool:
    lapse = lapses_at(person, search)
    return lapse is not None and minute >= lapse
