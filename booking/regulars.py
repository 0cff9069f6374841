"""Customers who come back: who usually serves them."""

from datetime import date
from uuid import UUID

from tenants import scope, statements

_LAST = 20
# Of equals, whom they saw last.
_USUAL = """
SELECT l.staff_member_id
FROM (
  SELECT staff_member_id, starts_at FROM booking_appointment
  WHERE tenant_id = %(tenant)s AND customer_id = %(customer)s AND status NOT IN ('cancelled', 'held')
  ORDER BY starts_at DESC, id DESC LIMIT %(last)s
) l
JOIN booking_staffmember s ON s.tenant_id = %(tenant)s AND s.id = l.staff_member_id AND s.is_active
  AND s.branch_id = %(branch)s
JOIN booking_skill k ON k.tenant_id = %(tenant)s AND k.staff_member_id = s.id AND k.service_id = %(service)s
  AND (k.valid_until IS NULL OR k.valid_until >= %(on)s)
WHERE coalesce(
  (SELECT prefers_usual_staff FROM booking_diaryrules WHERE tenant_id = %(tenant)s), true)
GROUP BY 1 ORDER BY count(*) DESC, max(l.starts_at) DESC, 1 LIMIT 1
"""


def preferred(
    tenant_id: UUID, customer_id: int, service_id: int, *, branch_id: int, on: date
) -> int | None:
    """Return the number of who had most of the customer's last twenty appointments, of those who can do it.

    They offer the service in the branch, on that day at least. None if nobody, also where the business does not prefer
    them.
    """
    scope.current()
    number: int | None = statements.value(
        _USUAL,
        {
            "tenant": tenant_id,
            "customer": customer_id,
            "service": service_id,
            "branch": branch_id,
            "on": on,
            "last": _LAST,
        },
    )
    return number
