"""Sessions that stand: a service with several seats, at one time with one person, with somebody in it."""

from typing import NamedTuple

from booking.periods import instant_of
from booking.searching import Search, Seeker, counting
from tenants import statements


class Standing(NamedTuple):
    """A session in minutes, with the span it blocks."""

    id: int
    staff_member_id: int
    minute: int
    blocked_from: int
    blocked_until: int
    seats_left: int


# Seats of holds that have run out are free again. A session in which nobody is any more does not stand.
_STANDING = """
SELECT s.id, s.staff_member_id, (date_part('epoch', s.starts_at) / 60)::int,
  (date_part('epoch', min(a.blocked_from)) / 60)::int, (date_part('epoch', max(a.blocked_until)) / 60)::int,
  (s.capacity - sum(a.seats))::int
FROM booking_session s JOIN booking_appointment a ON a.tenant_id = s.tenant_id AND a.session_id = s.id
WHERE s.tenant_id = %(tenant)s AND s.service_id = %(service)s AND s.staff_member_id = ANY(%(staff)s)
  AND s.starts_at >= %(from)s AND s.starts_at < %(until)s
  AND a.status IN ('held', 'pending', 'confirmed', 'checked_in')
"""
_EACH = " GROUP BY s.id"


def standing(
    search: Search, staff: list[int], who: Seeker, first: int, last: int
) -> dict[int, dict[int, Standing]]:
    """Return the sessions of the service that begin between two minutes, by staff member and start."""
    found: dict[int, dict[int, Standing]] = {}
    if not search.is_group:
        return found
    rows = statements.run(
        _STANDING + counting(who) + _EACH,
        {
            "tenant": search.branch.tenant_id,
            "service": search.service.pk,
            "staff": staff,
            "from": instant_of(first),
            "until": instant_of(last),
            **who._asdict(),
        },
    ).fetchall()
    for session in map(Standing._make, rows):
        found.setdefault(session.staff_member_id, {})[session.minute] = session
    return found
