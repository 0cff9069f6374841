"""Offering times that leave no gap too short for anything, among times that are as good for the caller.

The first start stays what it is: the time that was asked for or, where that is taken, the soonest after it. Of the
others only starts of the same half-day change places, so nobody waits for another one.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from booking import timeline
from booking.diaries import Days
from booking.openings import Openings, Slot
from booking.periods import instant_of
from tenants import statements

# The shortest service a person offers, buffers included.
_SHORTEST = """
SELECT k.staff_member_id,
  min(s.buffer_before_minutes + coalesce(k.duration_minutes, s.duration_minutes) + s.buffer_after_minutes)
FROM booking_skill k JOIN booking_service s ON s.tenant_id = k.tenant_id AND s.id = k.service_id
WHERE k.tenant_id = %s AND k.staff_member_id = ANY(%s) AND s.is_active
GROUP BY 1
"""


def avoiding(days: Days, opened: Openings, count: int, *, is_first: bool) -> list[Slot]:
    """Return as many starts as the plain order would, in the same half-days, those without a useless gap first.

    `is_first`: nothing is offered before these, so the first of them is what the caller asked for.
    """
    plain = opened.first(count)
    if not plain:
        return plain
    tidy = opened.only(_without_gaps(days, opened.lines))
    found: list[Slot] = []
    for half, slots in groupby(plain, key=lambda slot: _half_day(slot, days)):
        usual = list(slots)
        wished = usual[:1] if is_first and not found else []
        better = [
            slot for slot in tidy.of_day(_place(half[0], days)) if _half_day(slot, days) == half
        ]
        found += sorted(
            _first_starts([*wished, *better, *usual], len(usual)), key=lambda slot: slot.starts_at
        )
    return found


def _first_starts(slots: Iterable[Slot], count: int) -> list[Slot]:
    """Return the first slots with different starts."""
    by_start: dict[datetime, Slot] = {}
    for slot in slots:
        if len(by_start) == count:
            break
        by_start.setdefault(slot.starts_at, slot)
    return list(by_start.values())


def _place(day: date, days: Days) -> int:
    """Return the how manieth of the days a date is, counted from zero."""
    first = instant_of(days.day_one).astimezone(days.search.branch.zone).date()
    return (day - first).days


def _half_day(slot: Slot, days: Days) -> tuple[date, bool]:
    local = slot.starts_at.astimezone(days.search.branch.zone)
    return local.date(), local.hour < 12


def _without_gaps(days: Days, lines: list[int]) -> list[int]:
    """Return for each person the starts before and after which nothing stays free, or enough for something."""
    shortest: dict[int, int] = dict(
        statements.run(
            _SHORTEST,
            (days.search.branch.tenant_id, [person.id for person in days.people]),
        ).fetchall()
    )
    found = []
    for index, person in enumerate(days.people):
        least = -(-shortest.get(person.id, 1) // days.ruler.unit)
        total = days.parts[index].total
        working = days.at_work(index)
        free = working & ~(days.taken[index] | days.off[index])
        enough = timeline.runs(free, least)
        # Bit n of the diary is where the appointment would begin to block, n + total where it would end.
        before = ~(free << 1) | enough << least
        after = ~(free >> total) | enough >> total
        found.append(lines[index] & before & after)
    return found
