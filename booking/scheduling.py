"""Writing the diary: hold, book, move, cancel.

Whoever writes waits for the diary first (the staff member's row), then asks the rules again, then writes. One
transaction waits for one diary at a time, or for several in the order of their ids, so nobody waits in a circle.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from booking import availability, customers, diaries, history, messages, orders, refusals
from booking.models import Appointment, Customer, Service, StaffMember
from booking.refusals import (
    AlreadyOver,
    KeyReused,
    NotBookable,
    NotOffered,
    SlotTaken,
    StillHeld,
)
from tenants import audit, rows, scope, statements
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound
from tenants.models import Branch

__all__ = [
    "AlreadyOver",
    "Booking",
    "KeyReused",
    "NotBookable",
    "NotOffered",
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

HOLD_SECONDS = 300


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
) -> Appointment:
    """Keep a start free for somebody who has not decided yet, and return the hold.

    Holds of the same call that are in its way are replaced.

    :raises SlotTaken: somebody else has it
    :raises NotBookable, NotOffered: the rules forbid it
    """
    order = orders.Order(
        service=service,
        branch=branch,
        starts_at=starts_at,
        source=source,
        by=by,
        now=now,
        call_number=call_number,
    )
    with transaction.atomic():
        staff_member.lock_diary()
        orders.make_room(order, staff_member, keep=None)
        orders.ask_the_rules(order, staff_member)
        row = order.appointment(staff_member)
        row.status = Appointment.Status.HELD
        row.hold_expires_at = now + timedelta(seconds=seconds)
        if not rows.insert_once(row, now=now):
            raise SlotTaken(rule=diaries.TAKEN)
        audit.record("held", row, tenant_id=row.tenant_id, by=by, now=now)
    return row


def release(hold: Appointment, *, by: Actor, now: datetime) -> None:
    """Give a held time back; a hold that was booked or has run out needs nothing."""
    with transaction.atomic():
        gone, _deleted = Appointment.objects.filter(
            pk=hold.pk, status=Appointment.Status.HELD
        ).delete()
        if gone:
            audit.record("released", hold, tenant_id=hold.tenant_id, by=by, now=now)


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
) -> Booking:
    """Write a confirmed appointment and tell the customer.

    Without a staff member the free person with the fewest minutes taken that day is chosen. The same key again
    returns the stored appointment and does nothing. A live hold for the same service, person and start becomes the
    appointment; one that has run out, or is for another time, is given up.

    :raises SlotTaken: somebody else has the time
    :raises NotBookable, NotOffered: the rules forbid it
    :raises KeyReused: the key stands for another booking
    :raises Invalid: nobody is named
    """
    order = orders.Order(
        service=service,
        branch=branch,
        starts_at=starts_at,
        source=source,
        by=by,
        now=now,
        call_number=call_number,
        customer=customer,
        attendee_name=_named(attendee_name),
        notes=notes,
        idempotency_key=idempotency_key,
        hold=hold,
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
) -> Appointment:
    """Move an appointment and tell the customer. Row, customer, length and price stay.

    The rules of a booking hold, its own time apart. Moving to where it is already does nothing.

    :raises SlotTaken, NotBookable, NotOffered: as for a booking
    :raises AlreadyOver: it has begun, or is cancelled or completed
    :raises StillHeld: it was never booked
    """
    try:
        with transaction.atomic():
            _reread(appointment)
            _must_be_ahead(appointment, now=now)
            if staff_member is None:
                staff_member = appointment.staff_member
            if (staff_member.pk, starts_at) != (appointment.staff_member_id, appointment.starts_at):
                _move(
                    appointment,
                    to=staff_member,
                    starts_at=starts_at,
                    by=by,
                    source=source,
                    now=now,
                    reason=reason,
                )
    except IntegrityError as error:  # only somebody who did not wait for the diary can cause it
        raise SlotTaken from error
    return appointment


def cancel(
    appointment: Appointment, *, by: Actor, source: str, now: datetime, reason: str = ""
) -> None:
    """Cancel an appointment and tell the customer; its time is free again. A hold is given back.

    :raises AlreadyOver: it has begun or is completed
    """
    with transaction.atomic():
        _reread(appointment)
        if appointment.status == Appointment.Status.CANCELLED:
            return
        if appointment.status == Appointment.Status.HELD:
            release(appointment, by=by, now=now)
            return
        _must_be_ahead(appointment, now=now)
        appointment.cancel(now=now)
        history.write_down(
            appointment,
            history.Kind.CANCELLED,
            old=appointment.starts_at,
            by=by,
            source=source,
            now=now,
            reason=reason,
        )
        messages.tell_cancelled(appointment, now=now)


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


# Rows that a booking is looking at are left to it.
_DROP_EXPIRED = """
DELETE FROM booking_appointment WHERE id IN (
  SELECT id FROM booking_appointment
  WHERE tenant_id = %s AND status = 'held' AND hold_expires_at <= %s
  FOR UPDATE SKIP LOCKED)
"""


def drop_expired_holds(now: datetime) -> int:
    """Remove the holds of the active business that have run out, and return how many. They blocked nothing any more."""
    return statements.run(_DROP_EXPIRED, (scope.current().tenant_id, now)).rowcount


def _named(attendee_name: str) -> str:
    name = customers.readable(attendee_name)
    if not name or len(name) > customers.LONGEST_NAME:
        raise Invalid(attendee_name=_("A name of 1 to 255 characters is needed."))
    return name


def _reread(appointment: Appointment) -> None:
    """Read the row again and keep others from changing it. Diaries are waited for after rows, never before."""
    appointment.refresh_from_db(from_queryset=Appointment.objects.select_for_update(no_key=True))


def _must_be_ahead(appointment: Appointment, *, now: datetime) -> None:
    if appointment.status == Appointment.Status.HELD:
        raise StillHeld
    if appointment.status not in Appointment.ACTIVE or appointment.starts_at <= now:
        raise AlreadyOver


def _move(
    appointment: Appointment,
    *,
    to: StaffMember,
    starts_at: datetime,
    by: Actor,
    source: str,
    now: datetime,
    reason: str,
) -> None:
    old = appointment.starts_at
    before, duration, after = diaries.lengths_of(appointment)
    for person in sorted({appointment.staff_member, to}, key=lambda each: each.pk):
        person.lock_diary()
    statements.run(_DROP_EXPIRED_OF, (appointment.tenant_id, to.pk, now))
    rule = availability.why_not(
        appointment.service,
        branch=appointment.branch,
        staff_member=to,
        starts_at=starts_at,
        now=now,
        ignoring=appointment,
    )
    if rule is not None:
        refusals.refuse(rule)
    appointment.staff_member = to
    appointment.starts_at = starts_at
    appointment.ends_at = starts_at + duration
    appointment.blocked_from = starts_at - before
    appointment.blocked_until = appointment.ends_at + after
    appointment.version += 1
    appointment.save(
        update_fields=[
            "staff_member",
            "starts_at",
            "ends_at",
            "blocked_from",
            "blocked_until",
            "version",
            "updated_at",
        ]
    )
    history.write_down(
        appointment,
        history.Kind.MOVED,
        old=old,
        new=starts_at,
        by=by,
        source=source,
        now=now,
        reason=reason,
    )
    messages.tell_moved(appointment, now=now)


_DROP_EXPIRED_OF = """
DELETE FROM booking_appointment
WHERE tenant_id = %s AND staff_member_id = %s AND status = 'held' AND hold_expires_at <= %s
"""
