"""What is looked for, for whom, and what the clock alone forbids."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from booking import hours, rules, shape
from booking.models import Appointment, Service
from booking.periods import Period, is_whole_minute, minute_of, next_minute
from booking.shape import Shape
from tenants import scope
from tenants.models import Branch

# No appointment blocks more than a day (appointment_blocks_a_day_at_most).
LONGEST = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Search:
    """A service in a branch for a number of people. An appointment that is moved keeps its shape and its people."""

    service: Service
    branch: Branch
    zone: str
    seats: int
    usual: Shape
    moved: Shape | None
    # Of which an appointment that is moved is a part.
    visit: int | None

    @classmethod
    def of(
        cls, service: Service, branch: Branch, moved: Appointment | None = None, seats: int = 1
    ) -> "Search":
        scope.current()  # the statements below have only the second wall; the first one is asked here
        kept = None if moved is None else shape.of_appointment(moved)
        return cls(
            service=service,
            branch=branch,
            zone=branch.time_zone,
            seats=seats if moved is None else moved.seats,
            usual=kept or shape.of(service),
            moved=kept,
            visit=None if moved is None or moved.status == moved.Status.HELD else moved.visit_id,
        )

    @property
    def before(self) -> int:
        return self.usual.before

    @property
    def is_group(self) -> bool:
        return self.service.seats > 1

    def shape_at(self, own_minutes: int | None) -> Shape:
        """Return the shape with somebody who needs `own_minutes`, or the usual time."""
        if own_minutes is None or self.moved is not None:
            return self.usual
        return shape.of(self.service, own_minutes)

    def bounds(self, period: Period, now: datetime) -> tuple[int, int]:
        """Return the first minute that may be a start, and the first one that may not be any more."""
        earliest = next_minute(now + timedelta(minutes=self.service.min_notice_minutes))
        first = max(next_minute(period.start), earliest)
        return first, min(next_minute(period.end), self.end_of_horizon(now))

    def end_of_horizon(self, now: datetime) -> int:
        """Return the end of the last local day that can be booked."""
        today = hours.day_of(self.zone, minute_of(now))
        return hours.midnight(self.zone, today + self.service.horizon_days + 1)

    def rule_of_time(self, starts_at: datetime, now: datetime) -> str | None:
        """Return the rule about the clock alone that forbids this start."""
        if starts_at < now:
            return rules.PAST
        if starts_at < now + timedelta(minutes=self.service.min_notice_minutes):
            return rules.TOO_SOON
        minute = minute_of(starts_at)
        if minute >= self.end_of_horizon(now):
            return rules.BEYOND_HORIZON
        on_grid = hours.is_on_grid(self.zone, self.service.step_minutes, minute)
        return None if on_grid and is_whole_minute(starts_at) else rules.OFF_GRID


class Seeker(NamedTuple):
    """For whom is looked: what of the diary does not count, and whose limits do."""

    now: datetime
    ignoring: list[int]
    for_call: int | None
    customer: int | None = None

    @property
    def has_own(self) -> bool:
        """Whether appointments of their own do not count, so that the stored lines cannot be used."""
        return bool(self.ignoring)


# What of the diary counts for a seeker: no hold that has run out, nothing of their own. `a` is the appointment.
LIVE = """
 AND (a.hold_expires_at IS NULL OR a.hold_expires_at > %(now)s)
"""
_BUT_SOME = " AND a.id <> ALL(%(ignoring)s)"
_BUT_OWN_HOLDS = " AND NOT (a.status = 'held' AND a.call_number IS NOT DISTINCT FROM %(for_call)s)"


def counting(who: Seeker) -> str:
    """Return the condition on `booking_appointment a` under which a row counts for the seeker."""
    return (
        LIVE
        + (_BUT_SOME if who.ignoring else "")
        + (_BUT_OWN_HOLDS if who.for_call is not None else "")
    )
