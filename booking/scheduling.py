"""Writing the diary: hold, book, move, cancel.

Whoever writes waits for the diary first (the staff member's row), then asks the rules again, then writes. Who waits for
what in which order stands in `booking/locking.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from booking import cancelling, customers, holding, hosts, in_hand, moving, orders, sessions
from booking.hosts import Override
from booking.models import Appointment, Customer, Series, Service, StaffMember
from booking.refusals import (
    AgainstPolicy,
    AlreadyOver,
    CustomerBlocked,
    DepositNeeded,
    IllegalTransition,
    KeyReused,
    NotBookable,
    NotOffered,
    SlotTaken,
    StillHeld,
)
from tenants import scope
from tenants.actors import Actor
from tenants.errors import NotFound
from tenants.models import Branch

__all__ = [
    "AgainstPolicy",
    "AlreadyOver",
    "Booking",
    "CustomerBlocked",
    "DepositNeeded",
    "IllegalTransition",
    "KeyReused",
    "NotBookable",
    "NotOffered",
    "Override",
    "SlotTaken",
    "StillHeld",
    "appointment_for",
    "book",
    "cancel",
    "drop_expired_holds",
    "hold",
    "release",
    "reschedule",
]

HOLD_SECONDS = holding.SECONDS


@dataclass(frozen=True, kw_only=True)
class Booking:
    """The appointment, and whether this request made it or an earlier one with the same key did."""

    appointment: Appointment
    is_new: bool


def hold(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember,
    starts_at: datetime,
    source: str,
    by: Actor,
    now: datetime,
    call_number: int | None = None,
    seconds: int = HOLD_SECONDS,
    seats: int = 1,
    customer: Customer | None = None,
    idempotency_key: str | None = None,
    replaces: Sequence[Appointment] = (),
    moving: Appointment | None = None,
) -> Appointment:
    """Keep a start (of a group: so many seats) free for somebody who has not decided yet, and return the hold.

    Holds of the same call that are in its way are replaced, and so are the named ones. The same key again returns the
    hold as long as it lives. A time to which an appointment would be `moving` is kept as long as that one lasts.

    :raises SlotTaken: somebody else has it
    :raises NotBookable, NotOffered: the rules forbid it
    :raises KeyReused: the key stands for something else
    :raises CustomerBlocked, DepositNeeded: the customer did not come too often
    """
    sessions.must_fit(service, seats)
    order = orders.Order(
        service=service,
        branch=branch,
        starts_at=starts_at,
        source=source,
        by=by,
        now=now,
        call_number=call_number,
        customer=customer,
        idempotency_key=idempotency_key,
        seats=seats,
        moving=moving,
        at_any_minute=moving is not None and moving.visit_id is not None,
    )
    return holding.hold(order, staff_member, seconds=seconds, replaces=replaces)


def release(hold: Appointment, *, by: Actor, now: datetime) -> None:
    """Give a held time back; a hold that was booked or has run out needs nothing."""
    holding.release(hold, by=by, now=now)


def book(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember | None,
    starts_at: datetime,
    customer: Customer,
    attendee_name: str,
    source: str,
    by: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    call_number: int | None = None,
    notes: str = "",
    hold: Appointment | None = None,
    seats: int = 1,
    series: Series | None = None,
    override: Override | None = None,
    quietly: bool = False,
) -> Booking:
    """Write a confirmed appointment and tell the customer (`quietly`: somebody else does).

    Without a staff member the free person whose turn it is gets it. The same key again returns the stored appointment
    and does nothing. A live hold for the same service, person, start and seats becomes the appointment; one that has
    run out, or is for another time, is given up. `seats` is how many come, for a service with several. With an
    `override` the rules that the business may set aside are set aside and written down.

    :raises SlotTaken: somebody else has the time
    :raises NotBookable, NotOffered: the rules forbid it, or seats or resources are missing
    :raises KeyReused: the key stands for another booking
    :raises CustomerBlocked, DepositNeeded: the customer did not come too often
    :raises Invalid: nobody is named, or more come than the service has seats
    """
    sessions.must_fit(service, seats)
    order = orders.Order(
        service=service,
        branch=branch,
        starts_at=starts_at,
        source=source,
        by=by,
        now=now,
        call_number=call_number,
        customer=customer,
        attendee_name=customers.named(attendee_name),
        notes=notes,
        idempotency_key=idempotency_key,
        hold=hold,
        seats=seats,
        series=series,
        override=override,
        quietly=quietly,
    )
    stored = orders.booked_before(order, staff_member)
    if stored is not None:
        return Booking(appointment=stored, is_new=False)
    try:
        return Booking(appointment=orders.book_with_one_of_them(order, staff_member), is_new=True)
    except (SlotTaken, NotBookable, NotOffered, IntegrityError):
        # Who lost may have lost against themselves: the same request, sent twice at once.
        stored = orders.booked_before(order, staff_member)
        if stored is None:
            raise
        return Booking(appointment=stored, is_new=False)


def reschedule(
    appointment: Appointment,
    *,
    starts_at: datetime,
    by: Actor,
    source: str,
    now: datetime,
    staff_member: StaffMember | None = None,
    reason: str = "",
    hold: Appointment | None = None,
    override: Override | None = None,
    with_policy: bool | None = None,
    quietly: bool = False,
) -> Appointment:
    """Move an appointment and tell the customer. Row, customer, length and price stay.

    The rules of a booking hold, its own time apart; a `hold` that keeps the new time is given up for it. What the
    policy says is asked where the customer moves (telephone, API, portal), or as `with_policy` says; its fee stands
    in the history. Moving to where it is already does nothing.

    :raises SlotTaken, NotBookable, NotOffered: as for a booking
    :raises AgainstPolicy: the business does not allow it (any more)
    :raises AlreadyOver: it has begun, or is cancelled or completed
    :raises StillHeld: it was never booked
    :raises IllegalTransition: the customer has arrived already
    """
    wish = moving.Move(
        starts_at=starts_at,
        staff_member=staff_member,
        hold=hold,
        by=by,
        source=source,
        now=now,
        reason=reason,
        override=override,
        with_policy=not hosts.is_host(source) if with_policy is None else with_policy,
        quietly=quietly,
    )
    also = [each.pk for each in (staff_member,) if each is not None]
    also += [each.staff_member_id for each in (hold,) if each is not None]
    try:
        in_hand.change(appointment, lambda: moving.move(appointment, wish), *also)
    except IntegrityError as error:  # only somebody who did not wait for the diary can cause it
        raise SlotTaken from error
    return appointment


def cancel(
    appointment: Appointment,
    *,
    by: Actor,
    source: str,
    now: datetime,
    reason: str = "",
    override: Override | None = None,
    with_policy: bool | None = None,
    quietly: bool = False,
) -> None:
    """Cancel an appointment and tell the customer; its time is free again. A hold is given back.

    What the policy says is asked where the customer cancels (telephone, API, portal), or as `with_policy` says; its
    fee stands in the history.

    :raises AgainstPolicy: the business does not allow it (any more)
    :raises AlreadyOver: it has begun or is completed
    """
    wish = cancelling.Cancellation(
        by=by,
        source=source,
        now=now,
        reason=reason,
        override=override,
        with_policy=not hosts.is_host(source) if with_policy is None else with_policy,
        quietly=quietly,
    )
    is_held = appointment.status == Appointment.Status.HELD
    also = holding.together(appointment) if is_held else []
    diaries = [each.staff_member_id for each in also]
    in_hand.change(appointment, lambda: cancelling.cancel(appointment, wish), *diaries)


def appointment_for(tenant_id: UUID, appointment_id: int) -> Appointment:
    """Return an appointment of this business with service, staff member, branch and customer.

    :raises NotFound: there is none, or it is another business's
    """
    found = (
        Appointment.objects.filter(tenant_id=tenant_id, pk=appointment_id)
        .select_related("service", "staff_member", "branch", "customer")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def drop_expired_holds(now: datetime) -> int:
    """Remove the holds of the active business that have run out, and return how many. They blocked nothing any more."""
    return holding.drop_expired(scope.current().tenant_id, now=now)
