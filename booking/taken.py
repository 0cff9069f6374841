"""What is taken in the diaries of a team, as lines of minutes."""

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
_TAKEN = """
SELECT staff_member_id,
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
FROM booking_appointment a
WHERE tenant_id = %(tenant)s AND staff_member_id = ANY(%(staff)s)
  AND status IN ('held', 'pending', 'confirmed', 'checked_in')
  AND blocked_from < %(until)s AND blocked_from > %(day_before)s AND blocked_until > %(from)s
"""
_BY_PERSON = " GROUP BY staff_member_id"


def lines(tenant_id: UUID, staff: list[int], who: Seeker, ruler: Ruler) -> list[int]:
    """Return for each staff member the line of minutes that are taken, on a fine ruler. A hold that has run out takes nothing."""
    base, size, _unit = ruler
    begins = instant_of(base)
    rows = statements.run(
        _TAKEN + counting(who) + _BY_PERSON,
        {
            "tenant": tenant_id,
            "staff": staff,
            "from": begins,
            "day_before": begins - timedelta(days=1),
            "until": instant_of(base + size),
            **who._asdict(),
        },
        is_binary=True,
    ).fetchall()
    found = dict.fromkeys(staff, 0)
    for person, alone, shared in rows:
        found[person] = timeline.of_disjoint_spans(
            timeline.unpack(alone), base=base, size=size
        ) | ruler.draw(timeline.unpack(shared))
    return list(found.values())
