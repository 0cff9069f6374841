"""Customers who come back: who usually serves them."""

from uuid import UUID

from booking.models import Customer, Service, StaffMember
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
JOIN booking_skill k ON k.tenant_id = %(tenant)s AND k.staff_member_id = s.id AND k.service_id = %(service)s
WHERE %(always)s OR coalesce(
  (SELECT prefers_usual_staff FROM booking_diaryrules WHERE tenant_id = %(tenant)s), true)
GROUP BY 1 ORDER BY count(*) DESC, max(l.starts_at) DESC, 1 LIMIT 1
"""


def usual_staff(customer: Customer, *, service: Service) -> StaffMember | None:
    """Return who had most of the customer's last twenty appointments, of those who offer the service; None if nobody."""
    found = _usual(customer.tenant_id, customer.pk, service.pk, always=True)
    return None if found is None else StaffMember.objects.get(pk=found)


def preferred(tenant_id: UUID, customer_id: int, service_id: int) -> int | None:
    """Return the number of the usual staff member, None also where the business does not prefer them."""
    return _usual(tenant_id, customer_id, service_id, always=False)


def _usual(tenant_id: UUID, customer_id: int, service_id: int, *, always: bool) -> int | None:
    scope.current()
    number: int | None = statements.value(
        _USUAL,
        {
            "tenant": tenant_id,
            "customer": customer_id,
            "service": service_id,
            "last": _LAST,
            "always": always,
        },
    )
    return number
