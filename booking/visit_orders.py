"""One request about a visit: its parts in order, and what is asked for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from booking import locking, orders, resources, sessions
from booking.combining import Part
from booking.hosts import Override
from booking.models import Appointment, Customer, StaffMember, Visit
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound
from tenants.models import Branch

MOST_PARTS = 8


@dataclass(frozen=True, kw_only=True)
class VisitOrder:
    """Everything that was asked for. Without a customer: a hold."""

    parts: list[Part]
    branch: Branch
    source: str
    by: Actor
    now: datetime
    customer: Customer | None = None
    attendee_name: str = ""
    idempotency_key: str | None = None
    call_number: int | None = None
    notes: str = ""
    override: Override | None = None

    def of_part(self, place: int, visit: Visit, held: Appointment | None = None) -> orders.Order:
        part = self.parts[place]
        return orders.Order(
            service=part.service,
            branch=self.branch,
            starts_at=part.starts_at,
            source=self.source,
            by=self.by,
            now=self.now,
            call_number=self.call_number,
            customer=self.customer,
            attendee_name=self.attendee_name,
            notes=self.notes,
            hold=held,
            seats=part.seats,
            visit=visit,
            override=self.override,
            at_any_minute=place > 0,
        )

    def team(self) -> Mapping[int, StaffMember]:
        """Return who serves, by number.

        :raises NotFound: somebody does not exist
        """
        wanted = {part.staff_member_id for part in self.parts}
        found = StaffMember.objects.in_bulk(wanted)
        if len(found) != len(wanted):
            raise NotFound
        return found

    def lock(self, *also: int) -> None:
        """Wait for the diaries of all parts, and for these, then for the resources and the limits."""
        people = [part.staff_member_id for part in self.parts]
        locking.lock_diaries(self.branch.tenant_id, [*people, *also])
        services = [part.service for part in self.parts]
        resources.lock_for(services, self.branch)
        locking.lock_limits(services, self.branch, self.customer)


def in_order(parts: Sequence[Part]) -> list[Part]:
    """Return the parts by time.

    :raises Invalid: there are none or too many, or more come than a service has seats
    """
    if not 1 <= len(parts) <= MOST_PARTS:
        raise Invalid(parts=_("A visit has one to eight parts."))
    for part in parts:
        sessions.must_fit(part.service, part.seats)
    return sorted(parts, key=lambda part: part.starts_at)


def must_follow(ends_at: datetime, starts_at: datetime) -> None:
    """Do nothing where a part begins when the one before it is over, or later.

    :raises Invalid: it begins earlier
    """
    if starts_at < ends_at:
        raise Invalid(parts=_("A part begins before the one before it is over."))
