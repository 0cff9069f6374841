"""One request to write into the diary, step by step: wait for the diary, make room, ask the rules, write.

The exclusion constraint is the proof that nothing overlaps; the lock is the courtesy that keeps rivals from deadlocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from booking import availability, diaries, history, messages, refusals
from booking.models import Appointment, Customer, Service, StaffMember
from booking.refusals import KeyReused, NotBookable, NotOffered, SlotTaken
from tenants import rows, statements
from tenants.actors import Actor
from tenants.errors import Refused
from tenants.models import Branch


@dataclass(frozen=True, kw_only=True)
class Order:
    """Everything that was asked for."""

    service: Service
    branch: Branch
    starts_at: datetime
    source: str
    by: Actor
    now: datetime
    call_number: int | None = None
    customer: Customer | None = None
    attendee_name: str = ""
    notes: str = ""
    idempotency_key: str | None = None
    hold: Appointment | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.service.duration_minutes)

    @property
    def blocked_from(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.service.buffer_before_minutes)

    @property
    def blocked_until(self) -> datetime:
        return self.ends_at + timedelta(minutes=self.service.buffer_after_minutes)

    def appointment(self, staff_member: StaffMember) -> Appointment:
        """Return the row as it would stand in this diary, not written yet."""
        return Appointment(
            tenant_id=self.branch.tenant_id,
            branch=self.branch,
            staff_member=staff_member,
            service=self.service,
            customer=self.customer,
            attendee_name=self.attendee_name,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            blocked_from=self.blocked_from,
            blocked_until=self.blocked_until,
            source=self.source,
            call_number=self.call_number,
            idempotency_key=self.idempotency_key,
            price_cents=self.service.price_cents,
            notes=self.notes,
            created_at=self.now,
            updated_at=self.now,
        )

    def is_for(self, hold: Appointment, staff_member: StaffMember) -> bool:
        """Whether a hold keeps exactly this start with this person."""
        return (hold.service_id, hold.branch_id, hold.staff_member_id, hold.starts_at) == (
            self.service.pk,
            self.branch.pk,
            staff_member.pk,
            self.starts_at,
        )


_OF_KEY = "SELECT id FROM booking_appointment WHERE tenant_id = %s AND idempotency_key = %s"


def booked_before(order: Order, staff_member: StaffMember | None) -> Appointment | None:
    """Return what was booked under this key.

    :raises KeyReused: it was something else
    """
    if order.idempotency_key is None:
        return None
    row = statements.run(_OF_KEY, (order.branch.tenant_id, order.idempotency_key)).fetchone()
    if row is None:
        return None
    stored = Appointment.objects.select_related(
        "service", "staff_member", "branch", "customer"
    ).get(pk=row[0])
    # It may have been moved since: what counts is what was asked for then.
    booked = stored.changes.filter(kind=history.Kind.BOOKED).order_by("pk").first()
    asked_start = booked.new_starts_at if booked else stored.starts_at
    is_same = (
        stored.service_id == order.service.pk
        and stored.branch_id == order.branch.pk
        and asked_start == order.starts_at
        and stored.attendee_name.casefold() == order.attendee_name.casefold()
        and (not staff_member or stored.version or stored.staff_member_id == staff_member.pk)
    )
    if not is_same:
        raise KeyReused
    return stored


def book_with_one_of_them(order: Order, staff_member: StaffMember | None) -> Appointment:
    refusal: Refused = SlotTaken(rule=diaries.TAKEN)
    for person in [staff_member] if staff_member else _free_people(order):
        try:
            # A refusal gives the diary back before the next one is waited for.
            with transaction.atomic():
                return _book_with(order, person)
        except (SlotTaken, NotBookable, NotOffered) as error:
            refusal = error
    raise refusal


def _free_people(order: Order) -> Iterator[StaffMember]:
    """Yield who seems free, in fair order.

    :raises SlotTaken, NotBookable, NotOffered: nobody is
    """
    found = availability.verdicts(
        order.service,
        branch=order.branch,
        starts_at=order.starts_at,
        now=order.now,
        for_call=order.call_number,
    )
    if not any(each.is_free for each in found):
        refusals.refuse(availability.nearest_rule(found))
    for verdict in found:
        if verdict.is_free:
            yield StaffMember.objects.get(pk=verdict.staff_member_id)


def _book_with(order: Order, staff_member: StaffMember) -> Appointment:
    staff_member.lock_diary()
    hold = _live_hold(order, staff_member)
    make_room(order, staff_member, keep=hold)
    if hold is not None:
        row = _confirm(hold, order, staff_member)
    else:
        ask_the_rules(order, staff_member)
        row = order.appointment(staff_member)
        row.status = Appointment.Status.CONFIRMED
        row.confirmed_at = order.now
        if not rows.insert_once(row, now=order.now):
            raise SlotTaken(rule=diaries.TAKEN)
    _give_up_elsewhere(order, staff_member)
    history.write_down(
        row, history.Kind.BOOKED, new=row.starts_at, by=order.by, source=order.source, now=order.now
    )
    messages.confirm(row, now=order.now)
    return row


def _live_hold(order: Order, staff_member: StaffMember) -> Appointment | None:
    """Return the hold of the order as it stands now, if it still keeps exactly this start."""
    if order.hold is None:
        return None
    hold = Appointment.objects.filter(
        pk=order.hold.pk, status=Appointment.Status.HELD, hold_expires_at__gt=order.now
    ).first()
    return hold if hold is not None and order.is_for(hold, staff_member) else None


def _confirm(hold: Appointment, order: Order, staff_member: StaffMember) -> Appointment:
    """Turn a hold into the appointment. The rules are asked with the clock of the hold: it was given in time."""
    if order.starts_at < order.now:
        refusals.refuse(diaries.PAST)
    ask_the_rules(order, staff_member, held=hold)
    hold.branch, hold.service, hold.staff_member = order.branch, order.service, staff_member
    hold.customer = order.customer
    hold.attendee_name = order.attendee_name
    hold.notes = order.notes
    hold.source = order.source
    hold.call_number = order.call_number or hold.call_number
    hold.idempotency_key = order.idempotency_key
    hold.status = Appointment.Status.CONFIRMED
    hold.hold_expires_at = None
    hold.confirmed_at = order.now
    hold.save()
    return hold


# In this diary only; what is in the way of the same call, or was given up by it, goes as well.
_MAKE_ROOM = """
DELETE FROM booking_appointment
WHERE tenant_id = %(tenant)s AND staff_member_id = %(staff_member)s AND status = 'held'
  AND id IS DISTINCT FROM %(keep)s::bigint
  AND (hold_expires_at <= %(now)s OR id = %(given_up)s::bigint
    OR (call_number = %(call_number)s::bigint
      AND blocked_from < %(blocked_until)s AND blocked_until > %(blocked_from)s))
"""


def make_room(order: Order, staff_member: StaffMember, *, keep: Appointment | None) -> None:
    statements.run(
        _MAKE_ROOM,
        {
            "tenant": order.branch.tenant_id,
            "staff_member": staff_member.pk,
            "keep": keep.pk if keep else None,
            "given_up": order.hold.pk if order.hold else None,
            "call_number": order.call_number,
            "blocked_from": order.blocked_from,
            "blocked_until": order.blocked_until,
            "now": order.now,
        },
    )


# In a diary that is not ours now: whoever works on the row there is left to it.
_GIVE_UP = """
DELETE FROM booking_appointment WHERE id IN (
  SELECT id FROM booking_appointment
  WHERE tenant_id = %s AND id = %s AND status = 'held' FOR UPDATE SKIP LOCKED)
"""


def _give_up_elsewhere(order: Order, staff_member: StaffMember) -> None:
    if order.hold is not None and order.hold.staff_member_id != staff_member.pk:
        statements.run(_GIVE_UP, (order.branch.tenant_id, order.hold.pk))


def ask_the_rules(
    order: Order, staff_member: StaffMember, *, held: Appointment | None = None
) -> None:
    rule = availability.why_not(
        order.service,
        branch=order.branch,
        staff_member=staff_member,
        starts_at=order.starts_at,
        now=held.created_at if held else order.now,
        ignoring=held,
    )
    if rule is not None:
        refusals.refuse(rule)
