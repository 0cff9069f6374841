"""Working hours: what the clock on the wall of a branch means in UTC.

A rule says "Mondays 9:00 to 12:00" in local wall-clock time; the diary counts minutes in UTC. An instant is working
time when the wall clock shows a time inside a rule. In the night of the long hour the clock shows two o'clock twice
and both count, in the night of the short hour 2:30 is never shown and nothing begins then.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking import timeline
from booking.models import WorkingHours
from booking.periods import instant_of, minute_of
from tenants import rows
from tenants.models import Branch

_A_DAY = 24 * 60
_FIRST_DAY = date(1970, 1, 1).toordinal()
# As packed by the database: weekday, from, until, first and last day of validity (days since 1970).
_RULE = struct.Struct(">hhhii")
NO_FIRST_DAY, NO_LAST_DAY = -(2**31), 2**31 - 1

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Stretch:
    """A part of a local day in which the wall clock runs evenly: [start, end) in UTC, `wall` at its start."""

    start: int
    end: int
    wall: int


def opening_of(branch: Branch, *, on: date | None = None) -> dict[int, list[tuple[int, int]]]:
    """Return the hours of the branch by ISO weekday, in minutes of the day; with `on`, as valid on that day."""
    opening: dict[int, list[tuple[int, int]]] = {}
    rules = rows.load(
        WorkingHours,
        "tenant_id = %s AND branch_id = %s AND staff_member_id IS NULL ORDER BY weekday, from_minute, id",
        (branch.tenant_id, branch.pk),
    )
    for rule in rules:
        if on is None or _is_valid(rule, on):
            opening.setdefault(rule.weekday, []).append((rule.from_minute, rule.until_minute))
    return opening


def day_of(zone: str, minute: int) -> int:
    """Return the local day (days since 1970) in which a minute lies."""
    return instant_of(minute).astimezone(ZoneInfo(zone)).toordinal() - _FIRST_DAY


@lru_cache(maxsize=8192)
def midnight(zone: str, day: int) -> int:
    """Return the minute at which a local day begins."""
    return minute_of(_local(zone, day))


@lru_cache(maxsize=1024)
def working(zone: str, packed: bytes, *, base: int, size: int) -> int:
    """Return the line of minutes in which these packed rules say "working". The bytes are the key: never stale."""
    spans: list[tuple[int, int]] = []
    rules = tuple(_RULE.iter_unpack(packed))
    for day in range(day_of(zone, base), day_of(zone, base + size) + 1):
        spans += windows(zone, _spans_on(rules, day), day)
    return timeline.of_spans(spans, base=base, size=size)


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
def grid(zone: str, step: int, *, base: int, size: int) -> int:
    """Return the line of minutes at which the wall clock shows a multiple of `step` since midnight."""
    line = 0
    for day in range(day_of(zone, base), day_of(zone, base + size) + 1):
        for stretch in _stretches(zone, day):
            for start in range(stretch.start + -stretch.wall % step, stretch.end, step):
                if 0 <= start - base < size:
                    line |= 1 << (start - base)
    return line


def is_on_grid(zone: str, step: int, minute: int) -> bool:
    """Whether the wall clock shows a multiple of `step` minutes since midnight."""
    local = instant_of(minute).astimezone(ZoneInfo(zone))
    return (local.hour * 60 + local.minute) % step == 0


def _is_valid(rule: WorkingHours, day: date) -> bool:
    return (rule.valid_from is None or rule.valid_from <= day) and (
        rule.valid_until is None or day <= rule.valid_until
    )


def _spans_on(rules: Iterable[tuple[int, int, int, int, int]], day: int) -> Spans:
    weekday = (day + 3) % 7 + 1  # the first of January 1970 was a Thursday
    return tuple(
        (start, end)
        for each, start, end, first, last in rules
        if each == weekday and first <= day <= last
    )


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
