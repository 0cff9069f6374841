"""A whole visit that is kept for somebody who has not decided yet: all its parts are held, or none of them.

The holds are rows of the diaries like any other, so every path honours them. What ties them together is a visit without a
customer; the sweep of holds removes it when nothing of it is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from booking import holding, in_hand, orders, standing, visit_orders
from booking.combining import Part
from booking.models import Appointment, Customer, StaffMember, Visit
from booking.visit_orders import VisitOrder
from tenants import audit
from tenants.actors import Actor
from tenants.errors import NotFound
from tenants.models import Branch


@dataclass(frozen=True, kw_only=True)
class HeldVisit:
    """A visit nobody has booked yet, and the holds of its parts in order of time."""

    visit: Visit
    holds: list[Appointment]


def hold(
    parts: Sequence[Part],
    *,
    branch: Branch,
    source: str,
    by: Actor,
    now: datetime,
    call_number: int | None = None,
    seconds: int = holding.SECONDS,
    customer: Customer | None = None,
) -> HeldVisit:
    """Keep all parts of a visit for so many seconds; or nothing at all. Holds of the same call give way.

    :raises SlotTaken, NotBookable, NotOffered: a part cannot be held
    :raises CustomerBlocked, DepositNeeded: the customer did not come too often
    :raises Invalid: the parts do not follow each other
    """
    order = VisitOrder(
        parts=visit_orders.in_order(parts),
        branch=branch,
        source=source,
        by=by,
        now=now,
        call_number=call_number,
        customer=customer,
    )
    expires_at = now + timedelta(seconds=seconds)
    with transaction.atomic():
        order.lock()
        team = order.team()
        visit = Visit.objects.create(tenant_id=branch.tenant_id, branch=branch)
        written: list[Appointment] = []
        for place, part in enumerate(order.parts):
            if written:
                visit_orders.must_follow(written[-1].ends_at, part.starts_at)
            person = team[part.staff_member_id]
            written.append(_hold(order.of_part(place, visit), person, expires_at=expires_at))
        audit.record("held", visit, tenant_id=visit.tenant_id, by=by, now=now, parts=len(written))
    return HeldVisit(visit=visit, holds=written)


def release(visit: Visit, *, by: Actor, now: datetime) -> None:
    """Give back all parts of a held visit; one that was booked or has run out needs nothing."""
    part = holds_of(visit).first()
    if part is not None:
        holding.release(part, by=by, now=now)


def held_visit_for(tenant_id: UUID, visit_id: int, *, source: str) -> Visit:
    """Return a visit of this business of which something is still held, from this source.

    :raises NotFound: there is none
    """
    found = Visit.objects.filter(tenant_id=tenant_id, pk=visit_id, customer=None).first()
    if found is None or not holds_of(found).filter(source=source).exists():
        raise NotFound
    return found


def holds_of(visit: Visit) -> QuerySet[Appointment]:
    """Return what is held of a visit, in order of time, also what has run out and was not removed yet."""
    rows = Appointment.objects.filter(visit=visit, status=Appointment.Status.HELD)
    return rows.order_by("starts_at", "pk")


def _hold(order: orders.Order, person: StaffMember, *, expires_at: datetime) -> Appointment:
    diary = in_hand.open_diary(
        person,
        order.service,
        customer_id=order.customer.pk if order.customer else None,
        now=order.now,
    )
    standing.ask(diary, source=order.source, override=None)
    return holding.keep(order, diary, expires_at=expires_at)
