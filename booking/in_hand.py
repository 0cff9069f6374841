"""A diary in hand: ours until the commit, and the appointments that are changed with it.

Who waits for what in which order stands in `booking/locking.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from booking import locking, shape
from booking.models import Appointment, Service, StaffMember
from booking.refusals import SlotTaken
from booking.shape import Shape
from tenants import statements
from tenants.errors import NotFound

_Result = TypeVar("_Result")
# Somebody moves the same appointment from diary to diary again and again: nobody does.
_PATIENCE = 5


@dataclass(frozen=True, kw_only=True)
class OpenDiary:
    """A diary that is ours until the commit, and what has to be known to write into it.

    `no_shows` is how often the customer did not come, counted only where the business limits that. `calendar_place` is
    the event type under which the service with this person stands in a connected calendar (`booking/calendar_links.py`).
    """

    staff_member: StaffMember
    shape: Shape
    price_cents: int | None
    needs_resources: bool
    no_show_limit: int | None = None
    no_show_consequence: str | None = None
    no_shows: int | None = None
    calendar_place: str | None = None


# One statement waits and tells: a booking has no time for questions that most businesses never ask.
_OPEN = """
SELECT k.duration_minutes, k.price_cents,
  EXISTS (SELECT 1 FROM booking_requirement r WHERE r.tenant_id = s.tenant_id AND r.service_id = %(service)s),
  d.no_show_limit, d.no_show_consequence,
  CASE WHEN d.no_show_limit IS NOT NULL AND %(customer)s::bigint IS NOT NULL THEN (
    SELECT count(*) FROM booking_appointment a
    WHERE a.tenant_id = s.tenant_id AND a.customer_id = %(customer)s::bigint
      AND a.status = 'no_show' AND NOT a.is_waived
      AND a.starts_at > %(now)s::timestamptz - make_interval(days => d.no_show_window_days)) END,
  (SELECT e.number FROM booking_calendaraccount c JOIN booking_calendareventtype e ON e.tenant_id = c.tenant_id
   WHERE c.tenant_id = s.tenant_id AND c.is_active AND e.is_bookable
     AND e.service_id = %(service)s AND e.staff_member_id = s.id LIMIT 1)
FROM booking_staffmember s
LEFT JOIN booking_skill k
  ON k.tenant_id = s.tenant_id AND k.staff_member_id = s.id AND k.service_id = %(service)s
LEFT JOIN booking_diaryrules d ON d.tenant_id = s.tenant_id
WHERE s.tenant_id = %(tenant)s AND s.id = %(staff_member)s
FOR NO KEY UPDATE OF s
"""


def open_diary(
    staff_member: StaffMember, service: Service, *, customer_id: int | None, now: datetime
) -> OpenDiary:
    """Wait for everybody who is writing into this diary; hold the others off until the commit."""
    row = statements.run(
        _OPEN,
        {
            "tenant": staff_member.tenant_id,
            "staff_member": staff_member.pk,
            "service": service.pk,
            "customer": customer_id,
            "now": now,
        },
    ).fetchone()
    minutes, cents, needs_resources, limit, consequence, no_shows, place = row or (None,) * 7
    return OpenDiary(
        staff_member=staff_member,
        shape=shape.of(service, minutes),
        price_cents=service.price_cents if cents is None else cents,
        needs_resources=bool(needs_resources),
        no_show_limit=limit,
        no_show_consequence=consequence,
        no_shows=no_shows,
        calendar_place=place,
    )


def change(appointment: Appointment, verb: Callable[[], _Result], *also: int) -> _Result:
    """Have the diary of an appointment (and these others), read the row again, then do what the verb says.

    All in one transaction. Where somebody moved it to another diary meanwhile, that one is waited for instead.

    :raises SlotTaken: it never stands still
    :raises NotFound: it was a hold and is gone
    """
    return change_all([appointment], verb, *also)


def change_all(
    appointments: Sequence[Appointment], verb: Callable[[], _Result], *also: int
) -> _Result:
    """Do the same with several appointments of one business.

    :raises SlotTaken, NotFound: as for one
    """
    for _attempt in range(_PATIENCE):
        staff = [each.staff_member_id for each in appointments]
        with transaction.atomic():
            locking.lock_diaries(appointments[0].tenant_id, (*staff, *also))
            for each in appointments:
                _read_again(each)
            if [each.staff_member_id for each in appointments] == staff:
                return verb()
            transaction.set_rollback(True)
    raise SlotTaken


def _read_again(appointment: Appointment) -> None:
    try:
        appointment.refresh_from_db(
            from_queryset=Appointment.objects.select_for_update(no_key=True)
        )
    except Appointment.DoesNotExist as error:  # a hold that was given up
        raise NotFound from error
