"""The rows behind a no: what is in the diaries, hours and absences around one start, for everybody in one statement."""

from datetime import timedelta
from typing import NamedTuple

from booking import hours
from booking.diaries import Days
from booking.hours import NO_FIRST_DAY, NO_LAST_DAY
from booking.periods import instant_of
from booking.searching import Search, Seeker, counting
from tenants import statements

# The owner of what is the branch's.
BRANCH = 0


class Row(NamedTuple):
    """A row and whose it is; what `numbers` are depends on the kind."""

    kind: str
    owner: int
    id: int
    is_hold: bool
    numbers: tuple[int, int, int, int]


class Evidence(NamedTuple):
    """The rows around one start, in the order in which they are told."""

    rows: list[Row]

    def taken(self, person: int) -> list[tuple[Row, list[tuple[int, int]]]]:
        """Return the appointments and holds of a person with the spans (in minutes) in which they need them."""
        return [
            (row, [row.numbers[:2], row.numbers[2:]]) for row in self._of("a taken", owner=person)
        ]

    def away(self, owner: int, minute: int) -> list[int]:
        """Return the times off that cover a minute."""
        return [
            row.id
            for row in self._of("b away", owner=owner)
            if row.numbers[0] <= minute < row.numbers[1]
        ]

    def weekly(self, owner: int, day: int) -> list[int]:
        """Return the weekly rules for a day (since 1970); none when it has no hours."""
        weekday = hours.weekday_of(day)
        return [
            row.id
            for row in self._of("c weekly", owner=owner)
            if row.numbers[0] == weekday and row.numbers[1] <= day <= row.numbers[2]
        ]

    def special(self, owner: int, day: int) -> list[int]:
        """Return the special hours of a day (since 1970)."""
        return [row.id for row in self._of("d special", owner=owner) if row.numbers[0] == day]

    def _of(self, kind: str, *, owner: int) -> list[Row]:
        return [row for row in self.rows if row.kind == kind and row.owner == owner]


# Ordered by kind, then by time. `id` stands third.
_ROWS = """
SELECT 'a taken', a.staff_member_id, a.id, a.status = 'held',
  (date_part('epoch', a.blocked_from) / 60)::int,
  (date_part('epoch', coalesce(a.processing_from, a.blocked_until)) / 60)::int,
  (date_part('epoch', coalesce(a.processing_until, a.blocked_until)) / 60)::int,
  (date_part('epoch', a.blocked_until) / 60)::int, a.blocked_from
FROM booking_appointment a
WHERE a.tenant_id = %(tenant)s AND a.staff_member_id = ANY(%(staff)s)
  AND a.status IN ('held', 'pending', 'confirmed', 'checked_in')
  AND a.blocked_from < %(until)s AND a.blocked_from > %(day_before)s AND a.blocked_until > %(from)s
  {counting}
UNION ALL
SELECT 'b away', coalesce(staff_member_id, 0), id, false,
  floor(date_part('epoch', starts_at) / 60)::int, ceil(date_part('epoch', ends_at) / 60)::int, 0, 0, NULL
FROM booking_timeoff
WHERE tenant_id = %(tenant)s AND starts_at < %(until)s AND ends_at > %(from)s
  AND (staff_member_id = ANY(%(staff)s) OR staff_member_id IS NULL AND branch_id = %(branch)s)
UNION ALL
SELECT 'c weekly', coalesce(staff_member_id, 0), id, false,
  weekday, coalesce(valid_from - DATE '1970-01-01', %(no_first_day)s),
  coalesce(valid_until - DATE '1970-01-01', %(no_last_day)s), from_minute, NULL
FROM booking_workinghours
WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s AND weekday = ANY(%(weekdays)s)
  AND (staff_member_id IS NULL OR staff_member_id = ANY(%(staff)s))
UNION ALL
SELECT 'd special', coalesce(staff_member_id, 0), id, false, day - DATE '1970-01-01', 0, 0, coalesce(from_minute, 1440), NULL
FROM booking_specialhours
WHERE tenant_id = %(tenant)s AND branch_id = %(branch)s
  AND day BETWEEN DATE '1970-01-01' + %(first_day)s::int AND DATE '1970-01-01' + %(last_day)s::int
  AND (staff_member_id IS NULL OR staff_member_id = ANY(%(staff)s))
ORDER BY 1, 9, 8, 3
"""


def read(search: Search, who: Seeker, days: Days, minute: int) -> Evidence:
    """Read what can stand in the way of a start, for everybody whose days these are."""
    first = minute - max(shape.before for shape in days.shapes)
    last = minute + max(shape.total for shape in days.shapes)
    # A shift of the evening before may be what is missing.
    around = range(days.day_of(first) - 1, days.day_of(last) + 1)
    found = statements.run(
        _ROWS.format(counting=counting(who)),
        {
            "tenant": search.branch.tenant_id,
            "branch": search.branch.pk,
            "staff": [person.id for person in days.people],
            "from": instant_of(first),
            "until": instant_of(last),
            "day_before": instant_of(first) - timedelta(days=1),
            "first_day": around[0],
            "last_day": around[-1],
            "weekdays": [hours.weekday_of(day) for day in around],
            "no_first_day": NO_FIRST_DAY,
            "no_last_day": NO_LAST_DAY,
            **who._asdict(),
        },
    ).fetchall()
    return Evidence(
        [
            Row(kind, owner, id_, is_hold, (a, b, c, d))
            for kind, owner, id_, is_hold, a, b, c, d, _order in found
        ]
    )
