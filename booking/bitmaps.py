"""What is taken, from the lines that the database keeps: a search over a month reads two rows a person.

Booked appointments are in the lines (`booking_takenline`, migration 0006). Holds are read beside them, because they
end by themselves. Who writes into the diary asks the appointments, never the lines.
"""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from booking.models.lines import LINE_CELLS
from booking.periods import instant_of
from booking.rulers import COARSE, Ruler
from booking.searching import LONGEST, Seeker, counting
from tenants import scope, statements

_LINE_MINUTES = LINE_CELLS * COARSE
# The first four bytes of a bit string on the wire are its length. Of holds there are few.
_LINES = """
SELECT staff_member_id, number, CASE WHEN uneven = 0 THEN bit_send(cells) END, 0, 0
FROM booking_takenline
WHERE tenant_id = %(tenant)s AND staff_member_id = ANY(%(staff)s)
  AND number BETWEEN %(first_line)s AND %(last_line)s
UNION ALL
SELECT a.staff_member_id, NULL, NULL, (date_part('epoch', each.starts) / 60)::int, (date_part('epoch', each.ends) / 60)::int
FROM booking_appointment a, LATERAL (VALUES
  (a.blocked_from, coalesce(a.processing_from, a.blocked_until)),
  (coalesce(a.processing_until, a.blocked_until), a.blocked_until)) AS each(starts, ends)
WHERE a.tenant_id = %(tenant)s AND a.staff_member_id = ANY(%(staff)s) AND a.status = 'held'
  AND each.starts < each.ends AND a.blocked_from < %(until)s AND a.blocked_from > %(from)s
"""


def lines(tenant_id: UUID, staff: list[int], who: Seeker, ruler: Ruler) -> list[int] | None:
    """Return for each staff member the line of cells that are taken; None where a cell is too coarse."""
    first, last = ruler.base // _LINE_MINUTES, (ruler.end - 1) // _LINE_MINUTES
    rows = statements.run(
        _LINES + counting(who),
        {
            "tenant": tenant_id,
            "staff": staff,
            "first_line": first,
            "last_line": last,
            "from": instant_of(ruler.base - LONGEST),
            "until": instant_of(ruler.end),
            **who._asdict(),
        },
        is_binary=True,
    ).fetchall()
    found = dict.fromkeys(staff, 0)
    shift = (ruler.base - first * _LINE_MINUTES) // COARSE
    whole = (1 << ruler.size) - 1
    from_bytes = int.from_bytes
    for person, number, cells, start, end in rows:
        if number is None:
            if start % COARSE or end % COARSE:
                return None
            found[person] |= ruler.draw([(start, end)])
        elif cells is None:
            return None
        else:
            line, place = from_bytes(cells[4:], "big"), (number - first) * LINE_CELLS - shift
            found[person] |= (line << place if place >= 0 else line >> -place) & whole
    return list(found.values())


class Difference(NamedTuple):
    """A line that is not what the appointments say."""

    staff_member_id: int
    number: int


# What the lines should be; a line without a one may also be missing.
_COMPARE = """
WITH spans AS (
  SELECT a.staff_member_id, each.starts, each.ends
  FROM booking_appointment a, LATERAL (VALUES
    (a.blocked_from, coalesce(a.processing_from, a.blocked_until)),
    (coalesce(a.processing_until, a.blocked_until), a.blocked_until)) AS each(starts, ends)
  WHERE a.tenant_id = %(tenant)s AND a.status IN ('pending', 'confirmed', 'checked_in') AND each.starts < each.ends
), cells AS (
  SELECT staff_member_id, date_part('epoch', starts)::bigint / 300 AS first,
    (date_part('epoch', ends)::bigint + 299) / 300 AS last,
    date_part('epoch', starts)::bigint %% 300 <> 0 OR date_part('epoch', ends)::bigint %% 300 <> 0 AS is_uneven
  FROM spans
), drawn AS (
  SELECT staff_member_id, number, count(*) FILTER (WHERE is_uneven) AS uneven,
    bit_or(((~ B'0'::bit(8064)) >> (8064 - (least(last - number * 8064, 8064) - greatest(first - number * 8064, 0))::int))
      << greatest(first - number * 8064, 0)::int) AS cells
  FROM cells, generate_series(first / 8064, (last - 1) / 8064) AS number
  GROUP BY 1, 2
)
SELECT coalesce(d.staff_member_id, l.staff_member_id), coalesce(d.number, l.number)
FROM drawn d
FULL JOIN (SELECT * FROM booking_takenline WHERE tenant_id = %(tenant)s) l
  ON l.staff_member_id = d.staff_member_id AND l.number = d.number
WHERE coalesce(d.uneven, 0) <> coalesce(l.uneven, 0)
  OR coalesce(d.uneven, 0) = 0
    AND coalesce(d.cells, B'0'::bit(8064)) <> coalesce(l.cells, B'0'::bit(8064))
ORDER BY 1, 2
"""
# Nobody writes meanwhile, so nothing that ends now is drawn afterwards.
_KEEP_OFF = "LOCK TABLE booking_appointment IN SHARE MODE"
_WIPE = "DELETE FROM booking_takenline WHERE tenant_id = %s"
_DRAW = """
SELECT count(booking_draw_both(a, true, true)) FROM booking_appointment a
WHERE a.tenant_id = %s AND a.status IN ('pending', 'confirmed', 'checked_in')
"""


def differences() -> list[Difference]:
    """Return the lines of the active business that are not what its appointments say; there should be none."""
    rows = statements.run(_COMPARE, {"tenant": scope.current().tenant_id}).fetchall()
    return [Difference._make(row) for row in rows]


def rebuild() -> None:
    """Draw all lines of the active business again, while nobody writes into a diary."""
    tenant_id = scope.current().tenant_id
    with transaction.atomic():
        statements.run(_KEEP_OFF)
        statements.run(_WIPE, (tenant_id,))
        statements.run(_DRAW, (tenant_id,))
