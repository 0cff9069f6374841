"""The other parts of a visit: nobody sits in two chairs at once, so a part is not moved to where another one is."""

from typing import NamedTuple

from booking.searching import Search, Seeker, counting
from tenants import statements


class Part(NamedTuple):
    """Another part of the visit, in minutes, without buffers: they belong to the staff member."""

    id: int
    start: int
    end: int


_OTHERS = """
SELECT a.id, (date_part('epoch', a.starts_at) / 60)::int, (date_part('epoch', a.ends_at) / 60)::int
FROM booking_appointment a
WHERE a.tenant_id = %(tenant)s AND a.visit_id = %(visit)s
  AND a.status IN ('pending', 'confirmed', 'checked_in')
"""


def read(search: Search, who: Seeker) -> list[Part]:
    """Read the other parts of the visit of an appointment that is moved; nothing where it is part of none."""
    if search.visit is None:
        return []
    rows = statements.run(
        _OTHERS + counting(who) + " ORDER BY a.starts_at, a.id",
        {"tenant": search.branch.tenant_id, "visit": search.visit, **who._asdict()},
    ).fetchall()
    return [Part._make(row) for row in rows]
