"""When a branch is open: weekly hours, special hours, holidays and closures together."""

from datetime import date, datetime
from typing import NamedTuple

from booking import holidays, hours, timeline
from booking.hours import Schedule, Spans
from booking.periods import instant_of, minute_of
from tenants import statements
from tenants.models import Branch

_A_DAY = 24 * 60
# Packed as `booking/teams.py` packs them; a shift that began the evening before may still last.
_HOURS = """
  (SELECT string_agg(
     int2send(weekday) || int2send(from_minute) || int2send(until_minute)
     || int4send(coalesce(valid_from - DATE '1970-01-01', %(no_first_day)s))
     || int4send(coalesce(valid_until - DATE '1970-01-01', %(no_last_day)s)),
     '' ORDER BY weekday, from_minute, id)
   FROM booking_workinghours
   WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s AND staff_member_id IS NULL),
  (SELECT string_agg(
     int4send(day - DATE '1970-01-01') || int2send(coalesce(from_minute, -1)::smallint)
     || int2send(coalesce(until_minute, -1)::smallint),
     '' ORDER BY day, from_minute, id)
   FROM booking_specialhours
   WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s AND staff_member_id IS NULL
     AND day - DATE '1970-01-01' BETWEEN %(first_day)s::int - 1 AND %(last_day)s::int),
"""
_NOW = f"""
SELECT {_HOURS} EXISTS (
  SELECT FROM booking_timeoff
  WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s AND staff_member_id IS NULL
    AND starts_at <= %(now)s AND ends_at > %(now)s)
"""  # noqa: S608 — our own words
_DAYS = f"""
SELECT {_HOURS} (
  SELECT string_agg(
    int4send(floor(date_part('epoch', starts_at) / 60)::int)
    || int4send(ceil(date_part('epoch', ends_at) / 60)::int), '')
  FROM booking_timeoff
  WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s AND staff_member_id IS NULL
    AND starts_at < %(until)s AND ends_at > %(from)s)
"""  # noqa: S608 — our own words


class Today(NamedTuple):
    """Whether a branch is open now, and the shifts that begin today, in minutes of the local day."""

    is_open: bool
    spans: Spans


def today(branch: Branch, *, now: datetime) -> Today:
    """Return how a branch is open today. A branch without hours is never open, one that is away has none today."""
    minute = minute_of(now)
    zone = branch.time_zone
    day = hours.day_of(zone, minute)
    schedule, is_away = _read(_NOW, branch, range(day, day + 1), now=now)
    if is_away:
        return Today(is_open=False, spans=())
    shifts = [
        shift
        for each in (day - 1, day)
        for shift in hours.shift_windows(zone, hours.shifts_on(schedule, each), each)
    ]
    return Today(
        is_open=any(first <= minute < last for first, last in shifts),
        spans=hours.shifts_on(schedule, day),
    )


class Day(NamedTuple):
    """The shifts that begin on a date, in minutes of its clock, those of its weekday, and the holiday that decides."""

    date: date
    spans: Spans
    usual: Spans
    holiday: str | None


def days(branch: Branch, *, first: date, count: int) -> list[Day]:
    """Return how a branch is open from a date on, closures taken off; nothing where it has no hours at all."""
    start = hours.day_number(first)
    numbers = range(start, start + count)
    zone = branch.time_zone
    schedule, away = _read(
        _DAYS,
        branch,
        numbers,
        **{
            "from": instant_of(hours.midnight(zone, start)),
            "until": instant_of(hours.midnight(zone, start + count + 1)),
        },
    )
    if not schedule.weekly and not schedule.special:
        return []
    shut = [_on_the_wall(zone, span) for span in timeline.unpack(away)]
    return [
        Day(
            date=hours.date_of(number),
            spans=_without(hours.shifts_on(schedule, number), shut, number * _A_DAY),
            usual=hours.weekly_on(schedule, number),
            holiday=hours.holiday_of(schedule, number),
        )
        for number in numbers
    ]


def _read(sql: str, branch: Branch, numbers: range, **more: object) -> tuple[Schedule, bytes]:
    """Return the schedule of a branch for some days (since 1970), and what else was asked for."""
    weekly, special, rest = statements.run(
        sql,
        {
            "tenant": branch.tenant_id,
            "branch": branch.pk,
            "first_day": numbers[0],
            "last_day": numbers[-1],
            "no_first_day": hours.NO_FIRST_DAY,
            "no_last_day": hours.NO_LAST_DAY,
            **more,
        },
        is_binary=True,
    ).fetchall()[0]
    schedule = Schedule(
        branch.time_zone, weekly or b"", special or b"", holidays.keeping_of(branch)
    )
    return schedule, rest


def _on_the_wall(zone: str, span: tuple[int, int]) -> tuple[int, int]:
    """Return a span of real minutes as minutes of the wall clock since 1970."""
    start, end = (hours.wall_minute(zone, minute) for minute in span)
    return start, end


def _without(spans: Spans, shut: list[tuple[int, int]], midnight: int) -> Spans:
    """Return what closures leave of the shifts of a day that begins at a minute of the wall clock."""
    left = list(spans)
    for start, end in shut:
        first, last = start - midnight, end - midnight
        pieces = [((a, min(b, first)), (max(a, last), b)) for a, b in left]
        left = [each for both in pieces for each in both if each[0] < each[1]]
    return tuple(left)
