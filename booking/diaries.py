"""The diaries of a team over some days, drawn as lines of minutes.

What the database knows about the rules and the bookings is read in two statements, whatever the number of days and
people; everything after that is arithmetic on lines (`booking/timeline.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from booking import hours, timeline
from booking.models import Appointment, Service, StaffMember
from booking.periods import Period, instant_of, is_whole_minute, minute_of, next_minute
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
from tenants import scope, statements
from tenants.models import Branch

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
    "Person",
    "Search",
    "Seeker",
    "Team",
    "lengths_of",
    "team_for",
]

_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for, in minutes."""

    service: Service
    branch: Branch
    zone: str
    before: int
    duration: int
    after: int

    @classmethod
    def of(cls, service: Service, branch: Branch, moved: Appointment | None) -> "Search":
        scope.current()  # the statements below have only the second wall; the first one is asked here
        if moved is None:
            before = service.buffer_before_minutes
            duration, after = service.duration_minutes, service.buffer_after_minutes
        else:
            before, duration, after = (length // _A_MINUTE for length in lengths_of(moved))
        return cls(
            service=service,
            branch=branch,
            zone=branch.time_zone,
            before=before,
            duration=duration,
            after=after,
        )

    @property
    def total(self) -> int:
        return self.before + self.duration + self.after

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
            return PAST
        if starts_at < now + timedelta(minutes=self.service.min_notice_minutes):
            return TOO_SOON
        minute = minute_of(starts_at)
        if minute >= self.end_of_horizon(now):
            return BEYOND_HORIZON
        on_grid = hours.is_on_grid(self.zone, self.service.step_minutes, minute)
        return None if on_grid and is_whole_minute(starts_at) else OFF_GRID

    def lapses_at(self, person: "Person") -> int | None:
        """Return the minute from which a person does not offer the service any more, if there is one."""
        return None if person.last_day is None else hours.midnight(self.zone, person.last_day + 1)

    def has_lapsed(self, person: "Person", minute: int) -> bool:
        lapses_at = self.lapses_at(person)
        return lapses_at is not None and minute >= lapses_at


class Seeker(NamedTuple):
    """For whom is looked: what of the diary does not count."""

    now: datetime
    ignoring: list[int]
    for_call: int | None

    @classmethod
    def of(
        cls,
        now: datetime,
        ignoring: Appointment | None,
        ignoring_ids: frozenset[int],
        for_call: int | None,
    ) -> "Seeker":
        own = {ignoring.pk} if ignoring is not None else set()
        return cls(now=now, ignoring=sorted(own | ignoring_ids), for_call=for_call)


def lengths_of(appointment: Appointment) -> tuple[timedelta, timedelta, timedelta]:
    """Return how long before, during and after an appointment nobody else can come, as it was booked."""
    return (
        appointment.starts_at - appointment.blocked_from,
        appointment.ends_at - appointment.starts_at,
        appointment.blocked_until - appointment.ends_at,
    )


# --- What the database knows -------------------------------------------------------------------


class Person(NamedTuple):
    """Somebody who offers the service; hours and time off as the database packed them."""

    id: int
    name: str
    last_day: int | None
    hours: bytes | None
    off: bytes | None


class Team(NamedTuple):
    people: list[Person]
    branch_hours: bytes
    branch_off: bytes | None


# Everything that is not in the diary, in one answer. Staff member 0 stands for the branch.
_TEAM = """
WITH people AS (
  SELECT s.id, s.name, k.valid_until - DATE '1970-01-01' AS last_day
  FROM booking_skill k JOIN booking_staffmember s ON s.tenant_id = k.tenant_id AND s.id = k.staff_member_id
  WHERE k.tenant_id = %(tenant)s AND k.service_id = %(service)s
    AND s.branch_id = %(branch)s AND s.is_active
    AND (%(staff_member)s::bigint IS NULL OR s.id = %(staff_member)s)
), rules AS (
  SELECT coalesce(staff_member_id, 0) AS id, string_agg(
    int2send(weekday) || int2send(from_minute) || int2send(until_minute)
    || int4send(coalesce(valid_from - DATE '1970-01-01', %(no_first_day)s))
    || int4send(coalesce(valid_until - DATE '1970-01-01', %(no_last_day)s)),
    '' ORDER BY weekday, from_minute, booking_workinghours.id) AS packed
  FROM booking_workinghours
  WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s
  GROUP BY 1
), away AS (
  SELECT coalesce(staff_member_id, 0) AS id, string_agg(
    int4send(floor(date_part('epoch', starts_at) / 60)::int)
    || int4send(ceil(date_part('epoch', ends_at) / 60)::int), '') AS packed
  FROM booking_timeoff
  WHERE tenant_id = %(tenant)s AND starts_at < %(until)s AND ends_at > %(from)s
    AND (staff_member_id IS NOT NULL OR branch_id = %(branch)s)
  GROUP BY 1
)
SELECT p.id, p.name, p.last_day, r.packed, a.packed
FROM (SELECT * FROM people UNION ALL SELECT 0, '', NULL) p
LEFT JOIN rules r ON r.id = p.id LEFT JOIN away a ON a.id = p.id
ORDER BY p.id
"""


def team_for(search: Search, staff_member: StaffMember | None, first: int, last: int) -> Team:
    """Read who offers the service in this branch, with hours and time off; the branch's own row comes first."""
    rows = statements.run(
        _TEAM,
        {
            "tenant": search.branch.tenant_id,
            "service": search.service.pk,
            "branch": search.branch.pk,
            "staff_member": staff_member.pk if staff_member else None,
            "from": instant_of(first - search.before),
            "until": instant_of(last + search.duration + search.after),
            "no_first_day": hours.NO_FIRST_DAY,
            "no_last_day": hours.NO_LAST_DAY,
        },
    ).fetchall()
    branch_row, *people = map(Person._make, rows)
    return Team(people=people, branch_hours=branch_row.hours or b"", branch_off=branch_row.off)


# All of it stands in the index appointment_busy, rows are not visited. No span is longer than a day
# (appointment_blocks_a_day_at_most), so the index is read one day back only.
_TAKEN = """
SELECT staff_member_id, string_agg(
  int4send((date_part('epoch', blocked_from) / 60)::int)
  || int4send((date_part('epoch', blocked_until) / 60)::int), '')
FROM booking_appointment
WHERE tenant_id = %(tenant)s AND staff_member_id = ANY(%(staff)s)
  AND status IN ('held', 'pending', 'confirmed', 'checked_in')
  AND blocked_from < %(until)s AND blocked_from > %(day_before)s AND blocked_until > %(from)s
  AND (hold_expires_at IS NULL OR hold_expires_at > %(now)s)
"""
_BUT_SOME = " AND id <> ALL(%(ignoring)s)"
_BUT_OWN_HOLDS = " AND NOT (status = 'held' AND call_number IS NOT DISTINCT FROM %(for_call)s)"
_BY_PERSON = " GROUP BY staff_member_id"


def _taken(
    tenant_id: UUID, staff: list[int], who: Seeker, first: int, last: int
) -> dict[int, bytes]:
    """Read what is taken between two minutes, packed, by staff member. A hold that has run out takes nothing."""
    sql = _TAKEN
    if who.ignoring:
        sql += _BUT_SOME
    if who.for_call is not None:
        sql += _BUT_OWN_HOLDS
    begins = instant_of(first)
    rows = statements.run(
        sql + _BY_PERSON,
        {
            "tenant": tenant_id,
            "staff": staff,
            "from": begins,
            "day_before": begins - timedelta(days=1),
            "until": instant_of(last),
            **who._asdict(),
        },
    ).fetchall()
    return dict(rows)


# --- How it is drawn --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Days:
    """Some days of the team's diaries as lines. Bit `n` of a line is the minute `base + n`.

    The lines begin one buffer before the midnight `day_one`, so a run of free minutes that begins at bit `n` stands
    for the start `day_one + n`.
    """

    search: Search
    people: list[Person]
    day_one: int
    end: int
    base: int
    size: int
    branch: int
    own: list[int]
    off: list[int]
    taken: list[int]

    @classmethod
    def of(cls, search: Search, team: Team, who: Seeker, first: int, last: int) -> "Days":
        """Draw the whole local days that contain the starts from `first` to just before `last`."""
        zone = search.zone
        day_one = hours.midnight(zone, hours.day_of(zone, first))
        end = hours.midnight(zone, hours.day_of(zone, last - 1) + 1)
        base, size = day_one - search.before, end - day_one + search.total
        ids = [person.id for person in team.people]
        packed = _taken(search.branch.tenant_id, ids, who, base, base + size)
        branch = hours.working(zone, team.branch_hours, base=base, size=size)
        closed = timeline.of_spans(timeline.unpack(team.branch_off), base=base, size=size)
        return cls(
            search=search,
            people=team.people,
            day_one=day_one,
            end=end,
            base=base,
            size=size,
            branch=branch & ~closed,
            own=[
                hours.working(zone, person.hours, base=base, size=size) if person.hours else -1
                for person in team.people
            ],
            off=[
                timeline.of_spans(timeline.unpack(person.off), base=base, size=size)
                for person in team.people
            ],
            taken=[
                timeline.of_disjoint_spans(timeline.unpack(packed.get(each)), base=base, size=size)
                for each in ids
            ],
        )

    def starts(self, index: int, possible: int) -> int:
        """Return the line of those possible starts (counted from `day_one`) at which a person is free."""
        free = self.branch & self.own[index] & ~(self.off[index] | self.taken[index])
        starts = timeline.runs(free, self.search.total) & possible
        lapses_at = self.search.lapses_at(self.people[index])
        if lapses_at is not None:
            starts &= timeline.between(0, lapses_at - self.day_one)
        return starts

    def rule_at(self, minute: int, index: int) -> str | None:
        """Return the first rule that stands in the way of one start."""
        if self.search.has_lapsed(self.people[index], minute):
            return NOT_OFFERED
        wanted = timeline.full(self.search.total) << (minute - self.day_one)
        for rule, blocked in (
            (CLOSED, wanted & ~self.branch),
            (OFF_HOURS, wanted & ~self.own[index]),
            (TIME_OFF, wanted & self.off[index]),
            (TAKEN, wanted & self.taken[index]),
        ):
            if blocked:
                return rule
        return None

    def loads(self, midnights: list[int]) -> list[list[int]]:
        """Return the minutes taken on each day, person by person."""
        cuts = [midnight - self.base for midnight in midnights]
        return [[day.bit_count() for day in days] for days in timeline.split(self.taken, cuts)]
