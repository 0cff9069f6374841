"""Working hours: what the clock on the wall of a branch means in UTC.

A rule says "Mondays 9:00 to 12:00" in local wall-clock time; the diary counts minutes in UTC. An instant is working
time when the wall clock shows a time inside a rule. In the night of the long hour the clock shows two o'clock twice
and both count, in the night of the short hour 2:30 is never shown and nothing begins then.

A shift belongs to the day on which it begins, also when it ends on the next one. Special hours and holidays replace
the shifts that begin on their day.
"""

import struct
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking import holidays, rules
from booking.holidays import Keeping
from booking.models import WorkingHours
from booking.periods import instant_of, minute_of
from booking.rulers import COARSE, Ruler
from tenants import rows
from tenants.models import Branch

_A_DAY = 24 * 60
_FIRST_DAY = date(1970, 1, 1).toordinal()
# As packed by the database: weekday, from, until, first and last day of validity (days since 1970).
_RULE = struct.Struct(">hhhii")
NO_FIRST_DAY, NO_LAST_DAY = -(2**31), 2**31 - 1
# Special hours: day (since 1970), from, until; both are -1 where the day has no hours at all.
_SPECIAL = struct.Struct(">ihh")

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Stretch:
    """A part of a local day in which the wall clock runs evenly: [start, end) in UTC, `wall` at its start."""

    start: int
    end: int
    wall: int


class Schedule(NamedTuple):
    """All that decides about the shifts of a branch or a person, packed: it is the key of what is drawn from it.

    Somebody without weekly rules of their own works `otherwise` as the branch.
    """

    zone: str
    weekly: bytes
    special: bytes
    keeping: Keeping | None = None
    otherwise: "Schedule | None" = None


def opening_of(branch: Branch, *, on: date | None = None) -> dict[int, list[tuple[int, int]]]:
    """Return the hours of the branch by ISO weekday, in minutes of the day; with `on`, as valid on that day."""
    opening: dict[int, list[tuple[int, int]]] = {}
    found = rows.load(
        WorkingHours,
        "tenant_id = %s AND branch_id = %s AND staff_member_id IS NULL ORDER BY weekday, from_minute, id",
        (branch.tenant_id, branch.pk),
    )
    for rule in found:
        if on is None or _is_valid(rule, on):
            opening.setdefault(rule.weekday, []).append((rule.from_minute, rule.until_minute))
    return opening


def day_of(zone: str, minute: int) -> int:
    """Return the local day (days since 1970) in which a minute lies."""
    return instant_of(minute).astimezone(ZoneInfo(zone)).toordinal() - _FIRST_DAY


def weekday_of(day: int) -> int:
    """Return the ISO weekday of a day (since 1970)."""
    return (day + 3) % 7 + 1  # the first of January 1970 was a Thursday


def day_number(day: date) -> int:
    """Return a date as days since 1970."""
    return day.toordinal() - _FIRST_DAY


def date_of(day: int) -> date:
    """Return the date of a day (since 1970)."""
    return date.fromordinal(day + _FIRST_DAY)


def wall_minute(zone: str, minute: int) -> int:
    """Return what the wall clock shows in a minute, as minutes since 1970."""
    return minute + _ahead(zone, minute)


@lru_cache(maxsize=8192)
def midnight(zone: str, day: int) -> int:
    """Return the minute at which a local day begins."""
    return minute_of(_local(zone, day))


@lru_cache(maxsize=1024)
def working(schedule: Schedule, ruler: Ruler) -> int:
    """Return the line on which a schedule says "working" all through."""
    spans: list[tuple[int, int]] = []
    zone = schedule.zone
    # The day before may have a shift that ends in the first night.
    for day in range(day_of(zone, ruler.base) - 1, day_of(zone, ruler.end) + 1):
        spans += shift_windows(zone, shifts_on(schedule, day), day)
    return ruler.draw_inside(spans)


@lru_cache(maxsize=4096)
def is_coarse(schedule: Schedule) -> bool:
    """Whether all shifts begin and end at multiples of five minutes."""
    minutes = [minute for rule in _RULE.iter_unpack(schedule.weekly) for minute in rule[1:3]]
    minutes += [
        minute
        for spans in _specials(schedule.special).values()
        for span in spans
        for minute in span
    ]
    if schedule.keeping is not None and schedule.keeping.half_day_until is not None:
        minutes.append(schedule.keeping.half_day_until)
    return all(minute % COARSE == 0 for minute in minutes)


def shifts_on(schedule: Schedule, day: int) -> Spans:
    """Return the shifts that begin on a day, in minutes of its wall clock; past 1440 is the next day."""
    special = _specials(schedule.special).get(day)
    if special is not None:
        return special
    if schedule.otherwise is not None:
        return shifts_on(schedule.otherwise, day)
    keeping = schedule.keeping
    if keeping is None:
        return _weekly_on(schedule.weekly, day)
    if holidays.closed_for(keeping, day):
        return ()
    spans = _weekly_on(schedule.weekly, day)
    if keeping.half_day_until is not None and holidays.half_day(keeping, day):
        cut = keeping.half_day_until
        return tuple((start, min(end, cut)) for start, end in spans if start < cut)
    return spans


def weekly_on(schedule: Schedule, day: int) -> Spans:
    """Return the shifts that begin on a day by the weekly rules alone."""
    return _weekly_on(schedule.weekly, day)


def holiday_of(schedule: Schedule, day: int) -> str | None:
    """Return the holiday or half day that decides about the hours of a day, None where something else does."""
    keeping = schedule.keeping
    if keeping is None or day in _specials(schedule.special):
        return None
    return holidays.closed_for(keeping, day) or holidays.half_day(keeping, day)


def why_closed(schedule: Schedule, minute: int) -> tuple[str, int]:
    """Return why a branch is not open in a minute (closed, holiday, special_day), and the day that decides.

    A day whose weekly shift would have reached the minute decides before one that has none then: at one in the night it
    is the evening before.
    """
    day = day_of(schedule.zone, minute)
    if any(
        _covers(schedule, shifts_on(schedule, each), minute, on=each) for each in (day, day - 1)
    ):
        return rules.CLOSED, day  # it would be open, but for a closure
    reaching = [each for each in (day, day - 1) if _would_be_open(schedule, minute, on=each)]
    for each in dict.fromkeys((*reaching, day)):
        if each in _specials(schedule.special):
            return rules.SPECIAL_DAY, each
        if holiday_on(schedule, each, minute):
            return rules.HOLIDAY, each
    return rules.CLOSED, day


def holiday_on(schedule: Schedule, day: int, minute: int) -> str | None:
    """Return the holiday or half day that keeps a branch closed in a minute of a day, if there is one."""
    keeping = schedule.keeping
    if keeping is None:
        return None
    whole = holidays.closed_for(keeping, day)
    if whole or not holidays.half_day(keeping, day):
        return whole
    is_cut = _would_be_open(schedule, minute, on=day)
    return holidays.half_day(keeping, day) if is_cut else None


def _would_be_open(schedule: Schedule, minute: int, *, on: int) -> bool:
    """Whether a minute lies in a weekly shift that begins on a day, whatever is special about the day."""
    return _covers(schedule, _weekly_on(schedule.weekly, on), minute, on=on)


def _covers(schedule: Schedule, spans: Spans, minute: int, *, on: int) -> bool:
    """Whether a minute lies in shifts that begin on a day."""
    return any(start <= minute < end for start, end in shift_windows(schedule.zone, spans, on))


@lru_cache(maxsize=16384)
def shift_windows(zone: str, spans: Spans, day: int) -> Spans:
    """Return the shifts that begin on a day as spans in UTC minutes; the night is measured by the next day's clock."""
    tonight = tuple((start, min(end, _A_DAY)) for start, end in spans)
    after_midnight = tuple((0, end - _A_DAY) for _, end in spans if end > _A_DAY)
    found = windows(zone, tonight, day)
    return found + windows(zone, after_midnight, day + 1) if after_midnight else found


@lru_cache(maxsize=16384)
def windows(zone: str, spans: Spans, day: int) -> Spans:
    """Return local spans of one day (minutes since midnight on the wall clock) as spans in UTC minutes."""
    found: list[tuple[int, int]] = []
    for first, last in spans:
        for stretch in _stretches(zone, day):
            start = max(stretch.start, stretch.start + first - stretch.wall)
            end = min(stretch.end, stretch.start + last - stretch.wall)
            if start < end:
                found.append((start, end))
    return tuple(sorted(found))


@lru_cache(maxsize=512)
def grid(zone: str, step: int, ruler: Ruler) -> int:
    """Return the line on which the wall clock shows a multiple of `step` minutes since midnight."""
    line = 0
    for day in range(day_of(zone, ruler.base), day_of(zone, ruler.end) + 1):
        for stretch in _stretches(zone, day):
            for start in range(stretch.start + -stretch.wall % step, stretch.end, step):
                place = (start - ruler.base) // ruler.unit
                if 0 <= place < ruler.size:
                    line |= 1 << place
    return line


def is_on_grid(zone: str, step: int, minute: int) -> bool:
    """Whether the wall clock shows a multiple of `step` minutes since midnight."""
    local = instant_of(minute).astimezone(ZoneInfo(zone))
    return (local.hour * 60 + local.minute) % step == 0


def _is_valid(rule: WorkingHours, day: date) -> bool:
    return (rule.valid_from is None or rule.valid_from <= day) and (
        rule.valid_until is None or day <= rule.valid_until
    )


@lru_cache(maxsize=4096)
def _weekly(packed: bytes) -> dict[int, tuple[tuple[int, int, int, int], ...]]:
    """Return (from, until, first day, last day) by ISO weekday."""
    found: dict[int, tuple[tuple[int, int, int, int], ...]] = {}
    for weekday, start, end, first, last in _RULE.iter_unpack(packed):
        found[weekday] = (*found.get(weekday, ()), (start, end, first, last))
    return found


def _weekly_on(packed: bytes, day: int) -> Spans:
    that_day = _weekly(packed).get(weekday_of(day), ())
    return tuple((start, end) for start, end, first, last in that_day if first <= day <= last)


@lru_cache(maxsize=4096)
def _specials(packed: bytes) -> dict[int, Spans]:
    """Return the spans of each special day; none where it is closed."""
    found: dict[int, Spans] = {}
    for day, start, end in _SPECIAL.iter_unpack(packed):
        spans = found.get(day, ())
        found[day] = (*spans, (start, end)) if start >= 0 else spans
    return found


@lru_cache(maxsize=8192)
def _stretches(zone: str, day: int) -> tuple[_Stretch, ...]:
    """Return the even stretches of a local day: one, or two when the clocks are changed."""
    start, end = midnight(zone, day), midnight(zone, day + 1)
    before, after = _ahead(zone, start), _ahead(zone, end - 1)
    day_start = day * _A_DAY
    if before == after:
        return (_Stretch(start, end, start + before - day_start),)
    low, high = start, end - 1  # the change lies in (low, high]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _ahead(zone, middle) == before else (low, middle)
    return (
        _Stretch(start, high, start + before - day_start),
        _Stretch(high, end, high + after - day_start),
    )


def _local(zone: str, day: int) -> datetime:
    midnight_on_the_wall = datetime.fromordinal(day + _FIRST_DAY)
    return midnight_on_the_wall.replace(tzinfo=ZoneInfo(zone))


def _ahead(zone: str, minute: int) -> int:
    """Return how many minutes the wall clock is ahead of UTC."""
    offset = instant_of(minute).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)
