"""What is taken in the diaries of a team, as lines of minutes."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from booking import timeline
from booking.periods import instant_of
from booking.rulers import Ruler
from booking.searching import Seeker, counting
from tenants import statements

# All of it stands in the index appointment_busy, rows are not visited. No span is longer than a day
# (appointment_blocks_a_day_at_most), so the index is read one day back only. Around a processing time there are two
# spans. Those of sessions come apart, because the seats of one session lie over each other.
_SPANS = """
  string_agg(
    int4send((date_part('epoch', blocked_from) / 60)::int)
    || int4send((date_part('epoch', coalesce(processing_from, blocked_until)) / 60)::int)
    || CASE WHEN processing_until < blocked_until THEN
         int4send((date_part('epoch', processing_until) / 60)::int)
         || int4send((date_part('epoch', blocked_until) / 60)::int)
       ELSE '' END, '') FILTER (WHERE session_id IS NULL),
  string_agg(
    int4send((date_part('epoch', blocked_from) / 60)::int)
    || int4send((date_part('epoch', blocked_until) / 60)::int), '') FILTER (WHERE session_id IS NOT NULL)
"""
_OF_THEM = """
WHERE tenant_id = %(tenant)s AND staff_member_id = ANY(%(staff)s)
  AND status IN ('held', 'pending', 'confirmed', 'checked_in')
"""
_TAKEN = f"""
SELECT staff_member_id, {_SPANS} FROM booking_appointment a {_OF_THEM}
  AND blocked_from < %(until)s AND blocked_from > %(day_before)s AND blocked_until > %(from)s
"""  # noqa: S608 — our own words
_BY_PERSON = " GROUP BY staff_member_id"


# The same for several stretches of time.
_TAKEN_OFTEN = f"""
SELECT stretch.place::int - 1, staff_member_id, {_SPANS}
FROM unnest(%(from)s::timestamptz[], %(until)s::timestamptz[]) WITH ORDINALITY AS stretch(begins, ends, place),
  booking_appointment a {_OF_THEM}
  AND blocked_from < stretch.ends AND blocked_from > stretch.begins - interval '24 hours'
  AND blocked_until > stretch.begins
"""  # noqa: S608 — our own words
_BY_STRETCH = " GROUP BY 1, staff_member_id"


def lines(tenant_id: UUID, staff: list[int], who: Seeker, ruler: Ruler) -> list[int]:
    """Return for each staff member the line of minutes that are taken, on a fine ruler. A hold that has run out takes nothing."""
    begins = instant_of(ruler.base)
    rows = statements.run(
        _TAKEN + counting(who) + _BY_PERSON,
        {
            "tenant": tenant_id,
            "staff": staff,
            "from": begins,
            "day_before": begins - timedelta(days=1),
            "until": instant_of(ruler.end),
            **who._asdict(),
        },
        is_binary=True,
    ).fetchall()
    found = dict.fromkeys(staff, 0)
    for person, alone, shared in rows:
        found[person] = _drawn(alone, shared, ruler)
    return list(found.values())


def lines_along(
    tenant_id: UUID, staff: list[int], who: Seeker, rulers: Sequence[Ruler]
) -> list[list[int]]:
    """Return the same along several rulers, in one statement."""
    rows = statements.run(
        _TAKEN_OFTEN + counting(who) + _BY_STRETCH,
        {
            "tenant": tenant_id,
            "staff": staff,
            "from": [instant_of(ruler.base) for ruler in rulers],
            "until": [instant_of(ruler.end) for ruler in rulers],
            **who._asdict(),
        },
        is_binary=True,
    ).fetchall()
    found = [dict.fromkeys(staff, 0) for _ in rulers]
    for place, person, alone, shared in rows:
        found[place][person] = _drawn(alone, shared, rulers[place])
    return [list(each.values()) for each in found]


def _drawn(alone: bytes | None, shared: bytes | None, ruler: Ruler) -> int:
    return timeline.of_disjoint_spans(
        timeline.unpack(alone), base=ruler.base, size=ruler.size
    ) | ruler.draw(timeline.unpack(shared))
