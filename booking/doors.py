"""Whether a branch is open at an instant: weekly hours, special hours, holidays and closures together."""

from datetime import datetime
from typing import NamedTuple

from booking import holidays, hours
from booking.hours import Schedule, Spans
from booking.periods import minute_of
from tenants import statements
from tenants.models import Branch

# Packed as `booking/teams.py` packs them; a shift that began the evening before may still last.
_OPENING = """
SELECT
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
     AND day - DATE '1970-01-01' BETWEEN %(day)s::int - 1 AND %(day)s::int),
  EXISTS (
    SELECT FROM booking_timeoff
    WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s AND staff_member_id IS NULL
      AND starts_at <= %(now)s AND ends_at > %(now)s)
"""


class Today(NamedTuple):
    """Whether a branch is open now, and the shifts that begin today, in minutes of the local day."""

    is_open: bool
    spans: Spans


def today(branch: Branch, *, now: datetime) -> Today:
    """Return how a branch is open today. A branch without hours is never open, one that is away has none today."""
    minute = minute_of(now)
    zone = branch.time_zone
    day = hours.day_of(zone, minute)
    weekly, special, is_away = statements.run(
        _OPENING,
        {
            "tenant": branch.tenant_id,
            "branch": branch.pk,
            "now": now,
            "day": day,
            "no_first_day": hours.NO_FIRST_DAY,
            "no_last_day": hours.NO_LAST_DAY,
        },
        is_binary=True,
    ).fetchall()[0]
    if is_away:
        return Today(is_open=False, spans=())
    schedule = Schedule(zone, weekly or b"", special or b"", holidays.keeping_of(branch))
    shifts = [
        shift
        for each in (day - 1, day)
        for shift in hours.shift_windows(zone, hours.shifts_on(schedule, each), each)
    ]
    return Today(
        is_open=any(first <= minute < last for first, last in shifts),
        spans=hours.shifts_on(schedule, day),
    )
