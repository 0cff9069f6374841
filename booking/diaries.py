"""The diaries of a team over some days, drawn as lines of minutes.

What the database knows is read in a number of statements that depends on the rules in force, not on days or people;
everything after that is arithmetic on lines (`booking/timeline.py`).
"""

from dataclasses import dataclass
from datetime import timedelta

from booking import hours, teams, timeline
from booking.limits import Limits
from booking.models import Appointment
from booking.requirements import Needs
from booking.rulers import Ruler
from booking.rules import (
    BEYOND_HORIZON,
    CLOSED,
    CUSTOMER_LIMIT,
    DAY_FULL,
    HOLIDAY,
    INACTIVE,
    NOT_OFFERED,
    OFF_GRID,
    OFF_HOURS,
    PAST,
    RESOURCE_TAKEN,
    RULES,
    SESSION_FULL,
    SPECIAL_DAY,
    STAFF_DAY_FULL,
    TAKEN,
    TIME_OFF,
    TOO_SOON,
)
from booking.searching import Search
from booking.seating import Standing
from booking.shape import Shape
from booking.teams import Person, Team
from booking.visit_times import Part

__all__ = [
    "BEYOND_HORIZON",
    "CLOSED",
    "CUSTOMER_LIMIT",
    "DAY_FULL",
    "HOLIDAY",
    "INACTIVE",
    "NOT_OFFERED",
    "OFF_GRID",
    "OFF_HOURS",
    "PAST",
    "RESOURCE_TAKEN",
    "RULES",
    "SESSION_FULL",
    "SPECIAL_DAY",
    "STAFF_DAY_FULL",
    "TAKEN",
    "TIME_OFF",
    "TOO_SOON",
    "Days",
    "lengths_of",
]


def lengths_of(appointment: Appointment) -> tuple[timedelta, timedelta, timedelta]:
    """Return how long before, during and after an appointment nobody else can come, as it was booked."""
    return (
        appointment.starts_at - appointment.blocked_from,
        appointment.ends_at - appointment.starts_at,
        appointment.blocked_until - appointment.ends_at,
    )


@dataclass(frozen=True, kw_only=True)
class Days:
    """Some days of the team's diaries as lines along one ruler (`booking/drawing.py` draws them).

    The ruler begins one buffer before the midnight `day_one`, so a run of free cells that begins at bit `n` stands for
    the start `day_one + n * unit`. `shapes` are in minutes, `parts` are the same in cells of the ruler.
    """

    search: Search
    team: Team
    people: list[Person]
    shapes: list[Shape]
    parts: list[Shape]
    midnights: list[int]
    ruler: Ruler
    branch: int
    own: list[int | None]
    off: list[int]
    taken: list[int]
    standing: dict[int, dict[int, Standing]]
    needs: Needs | None
    limits: Limits
    visit: list[Part]

    @property
    def day_one(self) -> int:
        return self.midnights[0]

    @property
    def end(self) -> int:
        return self.midnights[-1]

    def day_of(self, minute: int) -> int:
        return hours.day_of(self.search.zone, minute)

    def place(self, minute: int) -> int:
        """Return the bit for a start."""
        return (minute - self.day_one) // self.ruler.unit

    def start_at(self, place: int) -> int:
        """Return the start for a bit."""
        return self.day_one + place * self.ruler.unit

    def stretch(self, first: int, last: int) -> int:
        """Return the line of the starts from `first` to just before `last`."""
        unit = self.ruler.unit
        return timeline.between(-((self.day_one - first) // unit), -((self.day_one - last) // unit))

    # --- What is free ---------------------------------------------------------------------------

    def starts(self, possible: int) -> list[int]:
        """Return for each person the line of those possible starts (counted from `day_one`) at which they are free."""
        met: dict[int, int] = {}
        found = []
        is_ruled = self.needs is not None or not self.limits.is_empty
        for index, person in enumerate(self.people):
            line = self._alone(index) & possible
            if is_ruled and line:
                line = self._allowed(index, line, met)
            if self.search.is_group:
                line = self._with_sessions(index, line, possible)
            for other in self.visit:
                line &= ~self.stretch(other.start - self.shapes[index].duration + 1, other.end)
            lapse = teams.lapses_at(person, self.search)
            if lapse is not None:
                line &= self.stretch(self.day_one, lapse)
            found.append(line if person.is_active else 0)
        return found

    def at_work(self, index: int) -> int:
        """Return the line of minutes in which the branch is open and the person there by their hours."""
        own = self.own[index]
        return self.branch if own is None else self.branch & own

    def _alone(self, index: int) -> int:
        """Return the starts that hours, time off and other appointments leave."""
        if self.search.seats > self.search.service.seats:
            return 0
        parts = self.parts[index]
        working, busy = self.at_work(index), self.taken[index]
        if self.off[index]:
            busy |= self.off[index]
        if not parts.processing:
            return timeline.runs(working ^ (working & busy), parts.total)
        free = timeline.full(self.ruler.size) ^ busy
        line = timeline.runs(working, parts.total)
        line &= timeline.runs(free, parts.before + parts.first)
        rest = parts.second + parts.after
        if rest:
            line &= timeline.runs(free, rest) >> (parts.total - rest)
        return line

    def _allowed(self, index: int, line: int, met: dict[int, int]) -> int:
        total = self.parts[index].total
        if self.needs is not None:
            if total not in met:
                met[total] = self.needs.met(total)
            line &= met[total]
        full = self.limits.service.keys() | self.limits.customer.keys()
        full |= self.limits.staff.get(self.people[index].id, {}).keys()
        for day in full:
            line &= ~self._day(day)
        return line

    def _with_sessions(self, index: int, line: int, possible: int) -> int:
        """Add the starts of sessions that have seats left; its seats share resources, and no other limit than the customer's is asked."""
        for session in self.standing.get(self.people[index].id, {}).values():
            place = self.place(session.minute)
            if (possible >> place) & 1 and self._rule_of_session(index, session) is None:
                line |= 1 << place
        return line

    def _day(self, day: int) -> int:
        zone = self.search.zone
        return self.stretch(hours.midnight(zone, day), hours.midnight(zone, day + 1))

    # --- Why a start is not ---------------------------------------------------------------------

    def rule_at(self, minute: int, index: int) -> str | None:
        """Return the first rule that stands in the way of one start."""
        person = self.people[index]
        if not person.is_active:
            return INACTIVE
        if teams.has_lapsed(person, self.search, minute):
            return NOT_OFFERED
        session = self.standing.get(person.id, {}).get(minute)
        if session is not None:
            return self._rule_of_session(index, session) or self._rule_of_visit(index, minute)
        return (
            self._rule_of_presence(index, minute)
            or self._rule_of_limits(index, minute)
            or self._rule_of_the_rest(index, minute)
            or self._rule_of_visit(index, minute)
        )

    def rules_at(self, minute: int, index: int) -> list[str]:
        """Return every rule that stands in the way of one start, in order: what is behind the first one."""
        session = self.standing.get(self.people[index].id, {}).get(minute)
        closed_at = self.first_closed(index, minute)
        own, day = self.own[index], self.day_of(minute)
        staff_full = self.limits.staff.get(self.people[index].id, {})
        asked = [
            (None if closed_at is None else hours.why_closed(self.team.opening, closed_at)[0]),
            OFF_HOURS if own is not None and self.wanted(index, minute) & ~own else None,
            TIME_OFF if self.worked(index, minute) & self.off[index] else None,
            DAY_FULL if session is None and day in self.limits.service else None,
            STAFF_DAY_FULL if session is None and day in staff_full else None,
            CUSTOMER_LIMIT if day in self.limits.customer else None,
            self._rule_of_the_rest(index, minute) if session is None else None,
            self._rule_of_visit(index, minute),
        ]
        found = [rule for rule in asked if rule is not None]
        # What is left stands before all of these, or belongs to the session.
        first = self.rule_at(minute, index)
        return found if first is None or first in found else [first, *found]

    def first_closed(self, index: int, minute: int) -> int | None:
        """Return the first minute of an appointment in which the branch is not open."""
        missing = self.wanted(index, minute) & ~self.branch
        return None if not missing else self.minute_at(timeline.lowest(missing))

    def minute_at(self, bit: int) -> int:
        """Return the minute that a bit of a line of minutes stands for (not of a line of starts)."""
        return self.ruler.base + bit * self.ruler.unit

    def wanted(self, index: int, minute: int) -> int:
        """Return the whole span of an appointment at a start as a line."""
        return timeline.full(self.parts[index].total) << self.place(minute)

    def worked(self, index: int, minute: int) -> int:
        """Return the minutes of an appointment in which the person is needed as a line."""
        parts, place = self.parts[index], self.place(minute)
        if not parts.processing:
            return self.wanted(index, minute)
        rest = parts.second + parts.after
        line = timeline.full(parts.before + parts.first) << place
        return line | timeline.full(rest) << (place + parts.total - rest)

    def others_at(self, index: int, minute: int) -> list[int]:
        """Return the other parts of the visit at whose time an appointment that is moved would be."""
        end = minute + self.shapes[index].duration
        return [each.id for each in self.visit if each.start < end and minute < each.end]

    def _rule_of_visit(self, index: int, minute: int) -> str | None:
        return TAKEN if self.others_at(index, minute) else None

    def _rule_of_presence(self, index: int, minute: int) -> str | None:
        closed_at = self.first_closed(index, minute)
        if closed_at is not None:
            return hours.why_closed(self.team.opening, closed_at)[0]
        if self.wanted(index, minute) & ~self.at_work(index):
            return OFF_HOURS
        return TIME_OFF if self.worked(index, minute) & self.off[index] else None

    def _rule_of_limits(self, index: int, minute: int) -> str | None:
        day = self.day_of(minute)
        if day in self.limits.service:
            return DAY_FULL
        if day in self.limits.staff.get(self.people[index].id, {}):
            return STAFF_DAY_FULL
        return CUSTOMER_LIMIT if day in self.limits.customer else None

    def _rule_of_the_rest(self, index: int, minute: int) -> str | None:
        if self.needs is not None:
            met = self.needs.met(self.parts[index].total)
            if not (met >> self.place(minute)) & 1:
                return RESOURCE_TAKEN
        if self.search.seats > self.search.service.seats:
            return SESSION_FULL
        return TAKEN if self.worked(index, minute) & self.taken[index] else None

    def _rule_of_session(self, index: int, session: Standing) -> str | None:
        presence = self._rule_of_presence(index, session.minute)
        if presence is not None:
            return presence
        if self.day_of(session.minute) in self.limits.customer:
            return CUSTOMER_LIMIT
        own = self.ruler.draw([(session.blocked_from, session.blocked_until)])
        if self.needs is not None:
            met = self.needs.joining(session.id, own).met(self.parts[index].total)
            if not (met >> self.place(session.minute)) & 1:
                return RESOURCE_TAKEN
        if session.seats_left < self.search.seats:
            return SESSION_FULL
        others = self.taken[index] & ~own
        return TAKEN if self.wanted(index, session.minute) & others else None

    # --- Who has how much to do -----------------------------------------------------------------

    def load(self, index: int, day: int) -> int:
        """Return the minutes a person has taken on one of the days (counted from the first)."""
        base, _size, unit = self.ruler
        start, end = ((self.midnights[each] - base) // unit for each in (day, day + 1))
        return ((self.taken[index] >> start) & timeline.full(end - start)).bit_count() * unit
