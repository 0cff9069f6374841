"""How many are enough: of a service in a branch, of a person's appointments, of what one customer may have.

Everything that is not cancelled counts, what is over and who did not come as well. The seats of one session are one
appointment in the diary, and one each for the customers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from booking import hours
from booking.periods import instant_of
from booking.searching import Search, Seeker, counting
from booking.teams import Person
from tenants import statements


class Reached(NamedTuple):
    """A limit that is reached: its name and its number."""

    name: str
    number: int


class Counted(NamedTuple):
    """A limit, and how many there are already in each period; `period_of` gives the period of a day."""

    name: str
    most: int
    numbers: Mapping[int, int]
    period_of: Callable[[int], int]

    def left(self, day: int) -> int:
        """Return how many more there can be in the period of a day."""
        return self.most - self.numbers.get(self.period_of(day), 0)

    def reached(self, days: range) -> dict[int, Reached]:
        return {day: Reached(self.name, self.most) for day in days if self.left(day) <= 0}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The local days (since 1970) on which a limit is reached."""

    service: dict[int, Reached] = field(default_factory=dict)
    staff: dict[int, dict[int, Reached]] = field(default_factory=dict)
    customer: dict[int, Reached] = field(default_factory=dict)
    # What was counted, for who wants several at once.
    of_service: list["Counted"] = field(default_factory=list)
    of_staff: dict[int, list["Counted"]] = field(default_factory=dict)
    of_customer: list["Counted"] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.service or self.staff or self.customer)


_NONE = Limits()
# What is counted where; `a` is the appointment.
_DAY = "(a.starts_at AT TIME ZONE %(zone)s)::date - DATE '1970-01-01'"
_COUNTS = f"""
SELECT 'service', 0, {_DAY}, count(DISTINCT coalesce(a.session_id, -a.id))
FROM booking_appointment a
WHERE %(of_service)s AND a.tenant_id = %(tenant)s AND a.branch_id = %(branch)s AND a.service_id = %(service)s
  AND a.starts_at >= %(from)s AND a.starts_at < %(until)s AND a.status <> 'cancelled' {{counting}}
GROUP BY 3
UNION ALL
SELECT 'staff', a.staff_member_id, {_DAY}, count(DISTINCT coalesce(a.session_id, -a.id))
FROM booking_appointment a
WHERE a.tenant_id = %(tenant)s AND a.staff_member_id = ANY(%(capped)s)
  AND a.starts_at >= %(from)s AND a.starts_at < %(until)s AND a.status <> 'cancelled' {{counting}}
GROUP BY 2, 3
UNION ALL
SELECT 'customer', 0, {_DAY}, count(*)
FROM booking_appointment a
WHERE a.tenant_id = %(tenant)s AND a.customer_id = %(of_customer)s AND a.service_id = %(service)s
  AND a.starts_at >= %(week_from)s AND a.starts_at < %(week_until)s AND a.status <> 'cancelled' {{counting}}
GROUP BY 3
UNION ALL
SELECT 'ahead', 0, 0, count(*)
FROM booking_appointment a
WHERE a.tenant_id = %(tenant)s AND a.customer_id = %(of_customer)s AND a.service_id = %(service)s
  AND a.starts_at > %(now)s AND a.status IN ('held', 'pending', 'confirmed', 'checked_in') {{counting}}
"""  # noqa: S608 — our own words


def read(search: Search, people: list[Person], who: Seeker, days: range) -> Limits:
    """Read which limits are reached on these local days; nothing is read where nothing is limited."""
    service = search.service
    capped = {each.id: each.max_per_day for each in people if each.max_per_day is not None}
    of_customer = who.customer if service.limits_customers else None
    if service.max_per_day is None and not capped and of_customer is None:
        return _NONE
    weeks = range(_monday(days[0]), _monday(days[-1]) + 7)
    zone = search.zone
    rows = statements.run(
        _COUNTS.format(counting=counting(who)),
        {
            "tenant": search.branch.tenant_id,
            "branch": search.branch.pk,
            "service": service.pk,
            "zone": zone,
            "of_service": service.max_per_day is not None,
            "capped": list(capped),
            "of_customer": of_customer,
            "from": instant_of(hours.midnight(zone, days[0])),
            "until": instant_of(hours.midnight(zone, days[-1] + 1)),
            "week_from": instant_of(hours.midnight(zone, weeks[0])),
            "week_until": instant_of(hours.midnight(zone, weeks[-1] + 1)),
            **who._asdict(),
        },
    ).fetchall()
    counts: dict[tuple[str, int], dict[int, int]] = {}
    for kind, owner, day, number in rows:
        counts.setdefault((kind, owner), {})[day] = number
    of_service = _by_day(service.max_per_day, counts.get(("service", 0), {}))
    of_staff = {
        person: _by_day(most, counts.get(("staff", person), {})) for person, most in capped.items()
    }
    mine = [] if of_customer is None else _of_customer(search, counts)
    return Limits(
        service=_reached(of_service, days),
        staff={person: _reached(counted, days) for person, counted in of_staff.items()},
        customer=_reached(mine, days),
        of_service=of_service,
        of_staff=of_staff,
        of_customer=mine,
    )


def _of_customer(search: Search, counts: dict[tuple[str, int], dict[int, int]]) -> list[Counted]:
    service, mine = search.service, counts.get(("customer", 0), {})
    weeks: dict[int, int] = {}
    for day, number in mine.items():
        weeks[_monday(day)] = weeks.get(_monday(day), 0) + number
    ahead = counts.get(("ahead", 0), {})
    found: list[tuple[str, int | None, dict[int, int], Callable[[int], int]]] = [
        ("max_per_customer_per_day", service.max_per_customer_per_day, mine, _itself),
        ("max_per_customer_per_week", service.max_per_customer_per_week, weeks, _monday),
        ("max_ahead_per_customer", service.max_ahead_per_customer, ahead, lambda _day: 0),
    ]
    return [
        Counted(name, most, numbers, period_of)
        for name, most, numbers, period_of in found
        if most is not None
    ]


def _by_day(most: int | None, numbers: dict[int, int]) -> list[Counted]:
    return [] if most is None else [Counted("max_per_day", most, numbers, _itself)]


def _reached(counted: list[Counted], days: range) -> dict[int, Reached]:
    """Return the first limit that is reached on each day on which one is."""
    found: dict[int, Reached] = {}
    for each in reversed(counted):
        found.update(each.reached(days))
    return found


def _itself(day: int) -> int:
    return day


def _monday(day: int) -> int:
    """Return the Monday of the ISO week of a day (since 1970)."""
    return day - (day + 3) % 7
