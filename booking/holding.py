"""Holds: a time that is kept for somebody who has not decided yet. A hold is a row of the diary like an appointment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from booking import in_hand, locking, orders, standing
from booking.in_hand import OpenDiary
from booking.models import Appointment, StaffMember
from booking.orders import Order
from booking.refusals import KeyReused, SlotTaken
from tenants import audit, statements
from tenants.actors import Actor

SECONDS = 300


def hold(
    order: Order, staff_member: StaffMember, *, seconds: int, replaces: Sequence[Appointment]
) -> Appointment:
    """Write a hold for so many seconds, in place of others.

    :raises SlotTaken, NotBookable, NotOffered: the rules forbid it
    :raises KeyReused: the key stands for something else
    """
    before = _of_key(order, staff_member)
    if before is not None and _lives(before, now=order.now):
        return before
    # One that has run out stands in the way of its own key. It goes with the others: their diaries are waited for at once.
    run_out = [] if before is None else together(before)
    try:
        with transaction.atomic():
            return _hold(order, staff_member, seconds=seconds, replaces=[*replaces, *run_out])
    except SlotTaken:
        # Who lost may have lost against themselves: the same request, sent twice at once.
        before = _of_key(order, staff_member)
        if before is None or not _lives(before, now=order.now):
            raise
        return before


def _hold(
    order: Order, staff_member: StaffMember, *, seconds: int, replaces: Sequence[Appointment]
) -> Appointment:
    if replaces:
        others = [each.staff_member_id for each in replaces]
        locking.lock_diaries(order.branch.tenant_id, [staff_member.pk, *others])
    diary = in_hand.open_diary(
        staff_member,
        order.service,
        customer_id=order.customer.pk if order.customer else None,
        now=order.now,
    )
    standing.ask(diary, source=order.source, override=None)
    for each in replaces:
        let_go(each, by=order.by, now=order.now)
    row = keep(order, diary, expires_at=order.now + timedelta(seconds=seconds))
    audit.record("held", row, tenant_id=row.tenant_id, by=order.by, now=order.now)
    return row


def keep(order: Order, diary: OpenDiary, *, expires_at: datetime) -> Appointment:
    """Make room and write a hold, if the rules allow it. Diary in hand.

    :raises SlotTaken, NotBookable, NotOffered: they do not
    """
    edition = orders.make_room(order, diary, keep=None)
    row = order.appointment(diary)
    row.status = Appointment.Status.HELD
    row.hold_expires_at = expires_at
    orders.write(row, order, diary, edition=edition)
    return row


def _of_key(order: Order, staff_member: StaffMember) -> Appointment | None:
    """Return the hold of this key, also one that has run out and was not removed yet.

    :raises KeyReused: the key stands for something else
    """
    if order.idempotency_key is None:
        return None
    found = Appointment.objects.filter(
        tenant_id=order.branch.tenant_id, idempotency_key=order.idempotency_key
    ).first()
    if found is None:
        return None
    if found.status != Appointment.Status.HELD or not order.is_for(found, staff_member):
        raise KeyReused
    return found


def _lives(hold: Appointment, *, now: datetime) -> bool:
    return hold.hold_expires_at is not None and hold.hold_expires_at > now


def release(hold: Appointment, *, by: Actor, now: datetime) -> None:
    """Give a held time back, with the whole visit of which it is a part; what was booked or has run out needs nothing."""
    with transaction.atomic():
        held = together(hold)
        locking.lock_diaries(hold.tenant_id, [each.staff_member_id for each in held])
        for each in held:
            let_go(each, by=by, now=now)


def together(hold: Appointment) -> list[Appointment]:
    """Return what is given back with a hold: itself, and all that is held of the same visit."""
    if hold.visit_id is None:
        return [hold]
    held = Appointment.Status.HELD
    return list(Appointment.objects.filter(visit_id=hold.visit_id, status=held).order_by("pk"))


def let_go(hold: Appointment, *, by: Actor, now: datetime) -> None:
    """Delete a hold, with what it takes, if it still is one. Diary in hand."""
    if orders.drop(hold.tenant_id, [hold.pk]):
        audit.record("released", hold, tenant_id=hold.tenant_id, by=by, now=now)


_DIARIES_OF_SESSIONS = """
SELECT DISTINCT staff_member_id FROM booking_appointment
WHERE tenant_id = %s AND status = 'held' AND hold_expires_at <= %s AND session_id IS NOT NULL
"""
# Rows that a booking is looking at are left to it.
_EXPIRED = """
SELECT id FROM booking_appointment
WHERE tenant_id = %s AND status = 'held' AND hold_expires_at <= %s
  AND (session_id IS NULL OR staff_member_id = ANY(%s))
FOR UPDATE SKIP LOCKED
"""

# Visits that were only held and of which nothing is left; one that is being booked is left alone.
_DROP_EMPTY_VISITS = """
DELETE FROM booking_visit WHERE id IN (
  SELECT v.id FROM booking_visit v WHERE v.tenant_id = %s AND v.customer_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM booking_appointment a WHERE a.visit_id = v.id)
  FOR UPDATE SKIP LOCKED)
"""


def drop_expired(tenant_id: UUID | None, *, now: datetime) -> int:
    """Delete the holds of a business that have run out, and return how many."""
    with transaction.atomic():
        rows = statements.run(_DIARIES_OF_SESSIONS, (tenant_id, now)).fetchall()
        diaries = [number for (number,) in rows]
        if tenant_id is not None and diaries:
            locking.lock_diaries(tenant_id, diaries)
        expired = statements.run(_EXPIRED, (tenant_id, now, diaries)).fetchall()
        if tenant_id is None or not expired:
            return 0
        dropped = orders.drop(tenant_id, [number for (number,) in expired])
        statements.run(_DROP_EMPTY_VISITS, (tenant_id,))
        return len(dropped)
