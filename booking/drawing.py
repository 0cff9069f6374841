"""Reading the days of a team and drawing them: which ruler fits, and where what is taken comes from."""

from collections.abc import Sequence
from typing import NamedTuple

from booking import (
    bitmaps,
    hours,
    limits,
    requirements,
    seating,
    taken,
    teams,
    timeline,
    visit_times,
)
from booking.diaries import Days
from booking.limits import Limits
from booking.models import StaffMember
from booking.requirements import Needs
from booking.rulers import COARSE, FINE, Ruler
from booking.searching import LONGEST, Search, Seeker
from booking.seating import Standing
from booking.shape import Shape
from booking.teams import Person, Team
from booking.visit_times import Part


def team_for_offers(
    search: Search,
    staff_member: StaffMember | None,
    who: Seeker,
    portions: list[tuple[int, int]],
    *,
    edition: str | None = None,
) -> Team:
    """Read the team for all stretches of starts, and the stored lines of the first one with it where these may do.

    Who knows the edition is given what is remembered of it.
    """
    first, last = portions[0][0], portions[-1][1]
    if not _may_use_lines(who):
        return teams.read(search, staff_member, first, last)
    # As far as the second stretch, and a day further: somebody may need more than the usual time.
    midnights = _midnights(search, first, portions[:2][-1][1])
    reach = bitmaps.reach_between(midnights[0] - search.before, midnights[-1] + LONGEST)
    if edition is not None and staff_member is None:
        return teams.of_edition(search, edition, who, reach)
    return teams.read(search, staff_member, first, last, lines_for=who, reach=reach)


def days_for_offers(
    search: Search, team: Team, who: Seeker, first: int, last: int, *, exactly: bool = False
) -> Days:
    """Draw the whole local days that contain the starts from `first` to just before `last`.

    Where the service and all appointments are multiples of five minutes, what is taken comes from the lines that the
    database keeps. `exactly`: hours and time off must be, too, because how long somebody is free matters.
    """
    midnights = _midnights(search, first, last)
    shapes = [teams.shape_of(person, search) for person in team.people]
    if _fits_coarse(search, team, who, shapes, midnights) and not (exactly and _is_uneven(team)):
        ruler = _ruler(search, shapes, midnights, COARSE)
        lines = _kept(search, team, who, ruler)
        if lines is not None:
            days = _drawn(search, team, who, shapes, midnights, ruler, lines)
            if _sessions_fit(days):
                return days
    return days_from_rows(search, team, who, first, last)


def days_from_rows(search: Search, team: Team, who: Seeker, first: int, last: int) -> Days:
    """Draw the same days from the appointments themselves, which are the truth, minute by minute."""
    midnights = _midnights(search, first, last)
    shapes = [teams.shape_of(person, search) for person in team.people]
    ruler = _ruler(search, shapes, midnights, FINE)
    ids = [person.id for person in team.people]
    lines = taken.lines(search.branch.tenant_id, ids, who, ruler)
    return _drawn(search, team, who, shapes, midnights, ruler, lines)


def days_of_stretches(
    search: Search, team: Team, who: Seeker, stretches: Sequence[tuple[int, int]]
) -> list[Days]:
    """Draw the days of several stretches of starts from the appointments, in as many statements as those of one."""
    shapes = [teams.shape_of(person, search) for person in team.people]
    midnights = [_midnights(search, first, last) for first, last in stretches]
    rulers = [_ruler(search, shapes, each, FINE) for each in midnights]
    ids = [person.id for person in team.people]
    lines = taken.lines_along(search.branch.tenant_id, ids, who, rulers)
    beside = _beside(search, team, who, midnights, rulers)
    return [
        _put_together(search, team, shapes, midnights[n], rulers[n], lines[n], beside[n])
        for n in range(len(stretches))
    ]


def _kept(search: Search, team: Team, who: Seeker, ruler: Ruler) -> list[int] | None:
    """Return what the stored lines say, read with the team or now; None where a cell is too coarse."""
    wanted = bitmaps.reach_between(ruler.base, ruler.end)
    if wanted[0] in team.reach and wanted[-1] in team.reach:
        return bitmaps.along(ruler, team.kept, team.reach)
    ids = [person.id for person in team.people]
    return bitmaps.lines(search.branch.tenant_id, ids, who, ruler)


class _Beside(NamedTuple):
    """What stands beside the diaries, where the rules in force ask for it."""

    standing: dict[int, dict[int, Standing]]
    needs: Needs | None
    limits: Limits
    visit: list[Part]


def _beside(
    search: Search,
    team: Team,
    who: Seeker,
    midnights: Sequence[list[int]],
    rulers: Sequence[Ruler],
) -> list[_Beside]:
    """Read what stands beside the diaries of several stretches, each kind in one statement."""
    first, last = min(each[0] for each in midnights), max(each[-1] for each in midnights)
    ids = [person.id for person in team.people]
    standing = seating.standing(search, ids, who, first, last)
    days = range(hours.day_of(search.zone, first), hours.day_of(search.zone, last - 1) + 1)
    reached = limits.read(search, team.people, who, days)
    others = visit_times.read(search, who)
    needs: list[Needs | None] = [None] * len(rulers)
    if team.has_requirements:
        needs = [*requirements.read(search, who, rulers)]
    return [
        _Beside(_between(standing, each[0], each[-1]), needs[n], reached, others)
        for n, each in enumerate(midnights)
    ]


def _between(
    standing: dict[int, dict[int, Standing]], first: int, last: int
) -> dict[int, dict[int, Standing]]:
    """Return the sessions that begin between two minutes."""
    return {
        person: {minute: each for minute, each in some.items() if first <= minute < last}
        for person, some in standing.items()
    }


def _drawn(
    search: Search,
    team: Team,
    who: Seeker,
    shapes: list[Shape],
    midnights: list[int],
    ruler: Ruler,
    lines: list[int],
) -> Days:
    (beside,) = _beside(search, team, who, [midnights], [ruler])
    return _put_together(search, team, shapes, midnights, ruler, lines, beside)


def _put_together(
    search: Search,
    team: Team,
    shapes: list[Shape],
    midnights: list[int],
    ruler: Ruler,
    lines: list[int],
    beside: _Beside,
) -> Days:
    people = team.people
    closed = ruler.draw_around(timeline.unpack(team.closed))
    return Days(
        search=search,
        team=team,
        people=people,
        shapes=shapes,
        parts=_in_cells(shapes, ruler.unit),
        midnights=midnights,
        ruler=ruler,
        branch=hours.working(team.opening, ruler) & ~closed,
        own=[_own(person, team, ruler) for person in people],
        off=[
            ruler.draw_around(timeline.unpack(person.off)) if person.off else 0 for person in people
        ],
        taken=lines,
        standing=beside.standing,
        needs=beside.needs,
        limits=beside.limits,
        visit=beside.visit,
    )


def _midnights(search: Search, first: int, last: int) -> list[int]:
    """Return where the local days begin that contain these starts, and where the last one ends."""
    zone = search.zone
    days = range(hours.day_of(zone, first), hours.day_of(zone, last - 1) + 2)
    return [hours.midnight(zone, day) for day in days]


def _ruler(search: Search, shapes: list[Shape], midnights: list[int], unit: int) -> Ruler:
    """Return the ruler from a buffer before the first midnight to the end of the longest last appointment."""
    longest = max((each.total for each in shapes), default=0)
    return Ruler(
        midnights[0] - search.before, (midnights[-1] - midnights[0] + longest) // unit, unit
    )


def _own(person: Person, team: Team, ruler: Ruler) -> int | None:
    schedule = teams.schedule_of(person, team)
    return None if schedule is None else hours.working(schedule, ruler)


def _in_cells(shapes: list[Shape], unit: int) -> list[Shape]:
    if unit == FINE:
        return shapes
    scaled = {id(each): each.divided(unit) for each in _kinds(shapes)}
    return [scaled[id(each)] for each in shapes]


def _may_use_lines(who: Seeker) -> bool:
    """Whether the stored lines can say what is taken: who moves an appointment has its own time in them."""
    return not who.has_own


def _kinds(shapes: list[Shape]) -> list[Shape]:
    """Return each shape once; most people share one object."""
    return list({id(each): each for each in shapes}.values())


def _fits_coarse(
    search: Search, team: Team, who: Seeker, shapes: list[Shape], midnights: list[int]
) -> bool:
    """Whether what is looked for begins and ends at multiples of five minutes, and nothing of the seeker's own is ignored."""
    if not _may_use_lines(who) or midnights[0] % COARSE:
        return False
    return all(each.is_multiple_of(COARSE) for each in _kinds(shapes))


def _is_uneven(team: Team) -> bool:
    """Whether hours or time off begin or end between multiples of five minutes."""
    schedules = {teams.schedule_of(person, team) for person in team.people if person.has_own_hours}
    schedules.add(team.opening)
    if not all(each is None or hours.is_coarse(each) for each in schedules):
        return True
    away = [team.closed, *(person.off for person in team.people if person.off)]
    return any(minute % COARSE for off in away for span in timeline.unpack(off) for minute in span)


def _sessions_fit(days: Days) -> bool:
    """Whether the sessions that can be joined begin and end on the ruler, as their service did when they were booked."""
    return all(
        days.ruler.fits([(each.minute, each.minute), (each.blocked_from, each.blocked_until)])
        for some in days.standing.values()
        for each in some.values()
    )
