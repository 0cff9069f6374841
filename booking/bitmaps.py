"""What is taken, from the lines that the database keeps: a search over a month reads two rows a person, and of these
only the bytes of the month.

Booked appointments are in the lines (`booking_takenline`, migration 0006). Holds are read beside them, because they
end by themselves. Who writes into the diary asks the appointments, never the lines.
"""

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from booking import timeline
from booking.models.lines import LINE_CELLS
from booking.periods import instant_of
from booking.rulers import COARSE, Ruler
from booking.searching import LONGEST, Seeker, counting
from tenants import scope, statements

_BYTE_MINUTES, _LINE_BYTES = 8 * COARSE, LINE_CELLS // 8
_LINE_MINUTES = LINE_CELLS * COARSE
# What stands before the bytes of a line.
_NUMBER = struct.Struct(">i")
# The columns of a person: no cell is too coarse; the lines; the spans of holds, of which there are few.
COLUMNS = "kept.is_even, kept.packed, held.packed"
NO_COLUMNS = "NULL::boolean, NULL::bytea, NULL::bytea"
JOINED = "LEFT JOIN kept ON kept.id = p.id LEFT JOIN held ON held.id = p.id"


def reading(staff: str, counted: str) -> str:
    """Return two sub-queries `kept` and `held` of a WITH, for the staff members in an SQL array; `counted` says which holds count."""
    return f"""
kept AS (
  SELECT l.staff_member_id AS id, bool_and(l.uneven = 0) AS is_even,
    string_agg(int4send(l.number) || substring(bit_send(l.cells)
      FROM %(last_cell)s - least(%(last_byte)s - l.number * %(line_bytes)s, %(line_bytes)s)
      FOR least(%(last_byte)s - l.number * %(line_bytes)s, %(line_bytes)s)
        - greatest(%(first_byte)s - l.number * %(line_bytes)s, 0)), '') AS packed
  FROM booking_takenline l
  WHERE l.tenant_id = %(tenant)s AND l.staff_member_id = ANY({staff})
    AND l.number BETWEEN %(first_line)s AND %(last_line)s
  GROUP BY 1
), held AS (
  SELECT a.staff_member_id AS id, string_agg(
    int4send((date_part('epoch', each.starts) / 60)::int) || int4send((date_part('epoch', each.ends) / 60)::int),
    '') AS packed
  FROM booking_appointment a, LATERAL (VALUES
    (a.blocked_from, coalesce(a.processing_from, a.blocked_until)),
    (coalesce(a.processing_until, a.blocked_until), a.blocked_until)) AS each(starts, ends)
  WHERE a.tenant_id = %(tenant)s AND a.staff_member_id = ANY({staff}) AND a.status = 'held'
    AND each.starts < each.ends AND a.blocked_from < %(held_until)s AND a.blocked_from > %(held_from)s
    {counted}
  GROUP BY 1
)"""  # noqa: S608 — our own words


def asked(who: Seeker, reach: range) -> dict[str, Any]:
    """Return the parameters of these sub-queries."""
    first, last = reach[0] // _LINE_BYTES, reach[-1] // _LINE_BYTES
    return {
        "first_line": first,
        "last_line": last,
        "first_byte": reach.start,
        "last_byte": reach.stop,
        "line_bytes": _LINE_BYTES,
        # The bytes of a line begin with the last cells; the length of the bit string stands before them.
        "last_cell": _LINE_BYTES + 5,
        "held_from": instant_of(first * _LINE_MINUTES - LONGEST),
        "held_until": instant_of((last + 1) * _LINE_MINUTES),
        **who._asdict(),
    }


def reach_between(first: int, last: int) -> range:
    """Return the bytes, counted from 1970, that hold the minutes from `first` to just before `last`."""
    return range(first // _BYTE_MINUTES, (last - 1) // _BYTE_MINUTES + 1)


class Kept(NamedTuple):
    """What the database keeps of a person, as it packed it."""

    is_even: bool | None
    lines: bytes | None
    holds: bytes | None


def lines(tenant_id: UUID, staff: list[int], who: Seeker, ruler: Ruler) -> list[int] | None:
    """Return for each staff member the line of cells that are taken; None where a cell is too coarse."""
    sql = f"WITH {reading('%(staff)s', counting(who))} SELECT p.id, {COLUMNS} FROM unnest(%(staff)s) AS p(id) {JOINED}"  # noqa: S608
    reach = reach_between(ruler.base, ruler.end)
    rows = statements.run(
        sql, {"tenant": tenant_id, "staff": staff, **asked(who, reach)}, is_binary=True
    ).fetchall()
    found = {person: Kept(*kept) for person, *kept in rows}
    return along(ruler, [found[person] for person in staff], reach)


def along(ruler: Ruler, everybody: Iterable[Kept], reach: range) -> list[int] | None:
    """Return the line of each person from what was read of this reach; None where a cell is too coarse for somebody."""
    pieces, full = _pieces(ruler, reach), timeline.full(ruler.size)
    found = []
    for is_even, packed, holds in everybody:
        if is_even is False:
            return None
        line = _joined(packed, pieces) & full if packed else 0
        if holds:
            spans = list(timeline.unpack(holds))
            if not ruler.fits(spans):
                return None
            line |= ruler.draw(spans)
        found.append(line)
    return found


def _pieces(ruler: Ruler, reach: range) -> dict[int, tuple[int, int]]:
    """Return for each stored line how many of its bytes are in the reach, and which bit of the ruler they begin at."""
    pieces = {}
    for number in range(reach[0] // _LINE_BYTES, reach[-1] // _LINE_BYTES + 1):
        first = max(reach.start, number * _LINE_BYTES)
        last = min(reach.stop, (number + 1) * _LINE_BYTES)
        pieces[number] = (last - first, first * 8 - ruler.base // COARSE)
    return pieces


def _joined(packed: bytes, pieces: dict[int, tuple[int, int]]) -> int:
    line, place, size = 0, 0, len(packed)
    while place < size:
        length, bit = pieces[_NUMBER.unpack_from(packed, place)[0]]
        begin, place = place + 4, place + 4 + length
        cells = int.from_bytes(packed[begin:place], "big")
        line |= cells << bit if bit >= 0 else cells >> -bit
    return line


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
