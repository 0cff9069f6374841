"""A service with several seats: the first booking opens the session, the others share it.

Only who has the diary changes the seats of its sessions; the database counts them and refuses one too many
(`session_is_not_overbooked`).
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from booking.models import Service, StaffMember
from booking.refusals import SessionFull
from tenants import statements
from tenants.errors import Invalid
from tenants.models import Branch

# A session that nobody is in any more begins anew, as the service is now.
_OPEN = """
INSERT INTO booking_session AS s (
  tenant_id, branch_id, service_id, staff_member_id, starts_at, ends_at, capacity, seats_taken,
  created_at, updated_at)
VALUES (
  %(tenant)s, %(branch)s, %(service)s, %(staff_member)s, %(starts_at)s, %(ends_at)s, %(capacity)s, 0,
  %(now)s, %(now)s)
ON CONFLICT (service_id, staff_member_id, starts_at) DO UPDATE SET
  branch_id = excluded.branch_id,
  ends_at = CASE WHEN s.seats_taken = 0 THEN excluded.ends_at ELSE s.ends_at END,
  capacity = CASE WHEN s.seats_taken = 0 THEN excluded.capacity ELSE s.capacity END,
  updated_at = excluded.updated_at
RETURNING id, capacity - seats_taken
"""


def open_for(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember,
    starts_at: datetime,
    ends_at: datetime,
    seats: int,
    now: datetime,
) -> int | None:
    """Return the session in which so many more can sit, opened if need be; None for a service of one. Diary in hand.

    :raises SessionFull: fewer seats are left
    """
    if service.seats == 1:
        if seats > 1:
            raise SessionFull(seats=seats, left=1)
        return None
    row = statements.run(
        _OPEN,
        {
            "tenant": branch.tenant_id,
            "branch": branch.pk,
            "service": service.pk,
            "staff_member": staff_member.pk,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "capacity": service.seats,
            "now": now,
        },
    ).fetchone()
    if row is None or seats > row[1]:
        raise SessionFull(seats=seats, left=row[1] if row else 0)
    return int(row[0])


def must_fit(service: Service, seats: int) -> None:
    """Do nothing where so many people can book this service at all.

    :raises Invalid: they cannot
    """
    if not 1 <= seats <= service.seats:
        raise Invalid(seats=_("So many people cannot come at once."))
