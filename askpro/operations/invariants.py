"""What must be true of every diary, asked of the rows in plain statements and not of the constraints that hold it."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from booking.models import Appointment
from tenants import scope, statements

# Each counts what must not be there.
INVARIANTS = {
    "two appointments in one diary at one time": """
      SELECT count(*) FROM booking_appointment a JOIN booking_appointment b
        ON a.staff_member_id = b.staff_member_id AND a.id < b.id
       AND a.session_id IS DISTINCT FROM coalesce(b.session_id, -b.id)
       AND tstzmultirange(tstzrange(a.blocked_from, coalesce(a.processing_from, a.blocked_until)),
                          tstzrange(coalesce(a.processing_until, a.blocked_until), a.blocked_until))
        && tstzmultirange(tstzrange(b.blocked_from, coalesce(b.processing_from, b.blocked_until)),
                          tstzrange(coalesce(b.processing_until, b.blocked_until), b.blocked_until))
      WHERE a.tenant_id = %(tenant)s AND b.tenant_id = %(tenant)s
        AND a.status = ANY(%(active)s) AND b.status = ANY(%(active)s)""",
    "one room for two at one time": """
      SELECT count(*) FROM booking_resourceuse a JOIN booking_resourceuse b
        ON a.resource_id = b.resource_id AND a.id < b.id
       AND a.session_number IS DISTINCT FROM coalesce(b.session_number, -b.id)
       AND a.blocked_from < b.blocked_until AND b.blocked_from < a.blocked_until
      WHERE a.tenant_id = %(tenant)s AND b.tenant_id = %(tenant)s""",
    "an appointment without the room it needs": """
      SELECT count(*) FROM booking_appointment a
      WHERE a.tenant_id = %(tenant)s AND a.status = ANY(%(active)s) AND a.status <> 'held'
        AND (SELECT count(*) FROM booking_requirement r WHERE r.service_id = a.service_id)
         <> (SELECT count(*) FROM booking_resourceuse u WHERE u.appointment_id = a.id
             AND u.blocked_from = a.blocked_from AND u.blocked_until = a.blocked_until)""",
    "a room kept by something that is over": """
      SELECT count(*) FROM booking_resourceuse u JOIN booking_appointment a ON a.id = u.appointment_id
      WHERE u.tenant_id = %(tenant)s AND a.status <> ALL(%(active)s)""",
    "seats counted wrong, or too many": """
      SELECT count(*) FROM booking_session s
      WHERE s.tenant_id = %(tenant)s AND (s.seats_taken > s.capacity OR s.seats_taken <> (
        SELECT coalesce(sum(a.seats), 0) FROM booking_appointment a
        WHERE a.session_id = s.id AND a.status = ANY(%(active)s)))""",
    "a seat in somebody else's session": """
      SELECT count(*) FROM booking_appointment a JOIN booking_session s ON s.id = a.session_id
      WHERE a.tenant_id = %(tenant)s
        AND (a.starts_at, a.staff_member_id, a.service_id) <> (s.starts_at, s.staff_member_id, s.service_id)""",
    "one key for two appointments": """
      SELECT count(*) - count(DISTINCT idempotency_key) FROM booking_appointment
      WHERE tenant_id = %(tenant)s AND idempotency_key IS NOT NULL""",
    "half a visit": """
      SELECT count(*) FROM booking_visit v WHERE v.tenant_id = %(tenant)s AND v.customer_id IS NOT NULL AND (
        SELECT count(*) <> 2 OR count(DISTINCT a.status = 'cancelled') <> 1
        FROM booking_appointment a WHERE a.visit_id = v.id)""",
    "a hold in a visit that was booked": """
      SELECT count(*) FROM booking_visit v JOIN booking_appointment a ON a.visit_id = v.id
      WHERE v.tenant_id = %(tenant)s AND v.customer_id IS NOT NULL AND a.status = 'held'""",
    "half a held visit": """
      SELECT count(*) FROM booking_visit v WHERE v.tenant_id = %(tenant)s AND v.customer_id IS NULL AND (
        SELECT bool_or(a.status <> 'held') OR count(DISTINCT a.hold_expires_at) > 1
          OR count(*) <> 2 AND max(a.hold_expires_at) > %(latest)s
        FROM booking_appointment a WHERE a.visit_id = v.id)""",
    "an offer that stands without its hold": """
      SELECT count(*) FROM (
        SELECT o.tenant_id, o.hold_number, o.staff_member_id, o.starts_at FROM booking_waitingoffer o
        WHERE o.status = 'open' AND o.expires_at > %(latest)s
        UNION ALL
        SELECT p.tenant_id, p.hold_number, p.staff_member_id, p.starts_at FROM booking_proposal p
        WHERE p.status = 'open' AND p.expires_at > %(latest)s) x
      WHERE x.tenant_id = %(tenant)s AND NOT EXISTS (
        SELECT 1 FROM booking_appointment a WHERE a.id = x.hold_number AND a.status = 'held'
          AND a.starts_at = x.starts_at AND a.staff_member_id = x.staff_member_id)""",
    "somebody who got a time twice, or never, from the waiting list": """
      SELECT count(*) FROM booking_waitingentry e WHERE e.tenant_id = %(tenant)s AND (e.status = 'booked')::int <> (
        SELECT count(*) FROM booking_waitingoffer o WHERE o.entry_id = e.id AND o.status = 'accepted')""",
    "somebody with two offers, or with none": """
      SELECT count(*) FROM booking_waitingentry e WHERE e.tenant_id = %(tenant)s AND (e.status = 'offered')::int <> (
        SELECT count(*) FROM booking_waitingoffer o WHERE o.entry_id = e.id AND o.status = 'open')""",
    # Whoever moves the later dates of a series begins another one with them: together they keep two for each booked.
    "half a series": """
      SELECT abs(
        (SELECT count(*) FROM booking_appointment a
         WHERE a.tenant_id = %(tenant)s AND a.series_id IS NOT NULL)
        - 2 * (SELECT count(*) FROM booking_series s WHERE s.tenant_id = %(tenant)s AND NOT EXISTS (
          SELECT 1 FROM tenants_auditentry e WHERE e.tenant_id = s.tenant_id AND e.verb = 'moved'
            AND e.facts->>'successor' = s.id::text AND e.object_id <> s.id::text)))""",
    "a series with more dates than were booked": """
      SELECT count(*) FROM booking_series s WHERE s.tenant_id = %(tenant)s AND (
        SELECT count(*) > 2 FROM booking_appointment a WHERE a.series_id = s.id)""",
    "an appointment that was not booked once": """
      SELECT count(*) FROM booking_appointment a WHERE a.tenant_id = %(tenant)s AND a.status <> 'held' AND 1 <> (
        SELECT count(*) FROM booking_appointmentchange c WHERE c.appointment_id = a.id AND c.kind = 'booked')""",
    "something that happened twice": """
      SELECT count(*) FROM (
        SELECT c.appointment_id, count(*) FILTER (WHERE c.kind = 'cancelled') AS cancelled,
          count(*) FILTER (WHERE c.kind = 'completed') AS completed,
          count(*) FILTER (WHERE c.kind = 'no_show') - count(*) FILTER (WHERE c.kind = 'arrived') AS missed
        FROM booking_appointmentchange c WHERE c.tenant_id = %(tenant)s GROUP BY 1) x
      WHERE cancelled > 1 OR completed > 1 OR missed > 1""",
}


def broken(tenant_id: UUID, *, latest: datetime) -> Counter[str]:
    """Return how often each invariant is broken in the diaries of a business; empty when all hold.

    `latest` is the time on the last clock by which anything may have run out.
    """
    params = {"tenant": tenant_id, "active": list(Appointment.ACTIVE), "latest": latest}
    with scope.tenant(tenant_id):
        found = {name: int(statements.value(sql, params) or 0) for name, sql in INVARIANTS.items()}
    return Counter({name: count for name, count in found.items() if count})
