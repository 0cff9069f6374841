"""One request to write into the diary, step by step: wait for the diary, make room, ask the rules, write.

The exclusion constraint is the proof that nothing overlaps; the lock is the courtesy that keeps rivals from deadlocks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from booking import (
    asking,
    availability,
    calendar_links,
    diaries,
    editions,
    history,
    in_hand,
    locking,
    messages,
    refusals,
    resources,
    sessions,
    shape,
    standing,
)
from booking.hosts import Override
from booking.in_hand import OpenDiary
from booking.models import Appointment, Customer, Series, Service, StaffMember, Visit
from booking.refusals import KeyReused, NotBookable, NotOffered, SlotTaken
from booking.shape import Shape
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
    seats: int = 1
    series: Series | None = None
    visit: Visit | None = None
    override: Override | None = None
    quietly: bool = False
    at_any_minute: bool = False
    # Somebody else has to say yes first: the calendar it was asked for in.
    waits: bool = False
    # A time is kept for this appointment, which takes its length along and does not count against limits.
    moving: Appointment | None = None

    def shape(self, diary: OpenDiary) -> Shape:
        """Return how long it takes in this diary, part by part."""
        return diary.shape if self.moving is None else shape.of_appointment(self.moving)

    def appointment(self, diary: OpenDiary) -> Appointment:
        """Return the row as it would stand in this diary, not written yet."""
        form = self.shape(diary)
        blocked_from, blocked_until = form.blocked(self.starts_at)
        processing_from, processing_until = form.processing_at(self.starts_at)
        return Appointment(
            tenant_id=self.branch.tenant_id,
            branch=self.branch,
            staff_member=diary.staff_member,
            service=self.service,
            customer=self.customer,
            attendee_name=self.attendee_name,
            starts_at=self.starts_at,
            ends_at=form.ends_at(self.starts_at),
            blocked_from=blocked_from,
            blocked_until=blocked_until,
            processing_from=processing_from,
            processing_until=processing_until,
            seats=self.seats,
            series=self.series,
            visit=self.visit,
            source=self.source,
            call_number=self.call_number,
            idempotency_key=self.idempotency_key,
            price_cents=None if diary.price_cents is None else diary.price_cents * self.seats,
            notes=self.notes,
            created_at=self.now,
            updated_at=self.now,
        )

    def is_for(self, hold: Appointment, staff_member: StaffMember) -> bool:
        """Whether a hold keeps exactly this start with this person."""
        return (
            hold.service_id,
            hold.branch_id,
            hold.staff_member_id,
            hold.starts_at,
            hold.seats,
        ) == (self.service.pk, self.branch.pk, staff_member.pk, self.starts_at, self.seats)


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
    if stored.status == Appointment.Status.HELD:
        if order.hold is not None and order.hold.pk == stored.pk:
            return None
        raise KeyReused
    # It may have been moved since: what counts is what was asked for then.
    booked = stored.changes.filter(kind=history.Kind.BOOKED).order_by("pk").first()
    asked_start = booked.new_starts_at if booked else stored.starts_at
    is_same = (
        stored.service_id == order.service.pk
        and stored.branch_id == order.branch.pk
        and asked_start == order.starts_at
        and stored.seats == order.seats
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
                return _book_with(order, person, for_anybody=staff_member is None)
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
        customer=order.customer,
        seats=order.seats,
    )
    if not any(each.is_free for each in found):
        refusals.refuse(availability.nearest_rule(found))
    for verdict in found:
        if verdict.is_free:
            yield StaffMember.objects.get(pk=verdict.staff_member_id)


def _book_with(order: Order, staff_member: StaffMember, *, for_anybody: bool) -> Appointment:
    if order.hold is not None and order.hold.staff_member_id != staff_member.pk:
        locking.lock_diaries(order.branch.tenant_id, (staff_member.pk, order.hold.staff_member_id))
    diary = in_hand.open_diary(
        staff_member,
        order.service,
        customer_id=order.customer.pk if order.customer else None,
        now=order.now,
    )
    overridden = standing.ask(diary, source=order.source, override=order.override)
    stays = calendar_links.stays_with_us(order.service, source=order.source)
    place = None if stays else diary.calendar_place
    waits = order.waits or place is not None
    row, set_aside = put_down(order, diary, waits=waits)
    overridden += set_aside
    _give_up_elsewhere(order, staff_member)
    if for_anybody:
        statements.run(_TAKE_TURN, (staff_member.tenant_id, staff_member.pk))
    history.write_down(
        row,
        history.Kind.BOOKED,
        new=row.starts_at,
        by=order.by,
        source=order.source,
        now=order.now,
        reason=order.override.reason if order.override and overridden else "",
        overridden=overridden,
    )
    if place is not None:
        calendar_links.tell_booked(row, place, now=order.now)
    if not order.quietly and not waits:
        messages.confirm(row, now=order.now)
    return row


def put_down(order: Order, diary: OpenDiary, *, waits: bool) -> tuple[Appointment, list[str]]:
    """Make room and write an appointment, out of its hold where that still stands. Diary in hand.

    Returns which rules were set aside as well.

    :raises SlotTaken, NotBookable, NotOffered: the rules or the constraints forbid it
    """
    hold = _live_hold(order, diary.staff_member)
    edition = make_room(order, diary, keep=hold)
    if hold is not None:
        return _confirm(hold, order, diary, waits=waits, edition=edition), []
    row = order.appointment(diary)
    _decide(row, order, waits=waits)
    return row, write(row, order, diary, edition=edition)


def _decide(row: Appointment, order: Order, *, waits: bool) -> None:
    row.status = Appointment.Status.PENDING if waits else Appointment.Status.CONFIRMED
    row.confirmed_at = None if waits else order.now


# Who had the last turn comes last among equals.
_TAKE_TURN = (
    "UPDATE booking_staffmember SET turn = nextval('booking_turn') WHERE tenant_id = %s AND id = %s"
)


def write(row: Appointment, order: Order, diary: OpenDiary, *, edition: str | None) -> list[str]:
    """Ask the rules, then write a row with its seats and resources; return which rules were set aside. Diary in hand.

    `edition` is what `make_room` told.

    :raises SlotTaken, NotBookable, NotOffered: the rules or the constraints forbid it
    """
    row.session_id = sessions.open_for(
        order.service,
        branch=order.branch,
        staff_member=diary.staff_member,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        seats=row.seats,
        now=order.now,
    )
    needs = _needs(order, diary)
    overridden = asking.ask(
        order.service,
        branch=order.branch,
        staff_member=diary.staff_member,
        starts_at=order.starts_at,
        now=order.now,
        customer=order.customer,
        seats=order.seats,
        override=order.override,
        ignoring=order.moving,
        at_any_minute=order.at_any_minute,
        edition=edition,
    )
    if not rows.insert_once(row, now=order.now):
        raise SlotTaken(rule=diaries.TAKEN)
    if needs:
        resources.take(row, needs, now=order.now)
    return overridden


def _needs(order: Order, diary: OpenDiary) -> list[resources.Need]:
    if not diary.needs_resources:
        return []
    return resources.lock_for([order.service], order.branch).get(order.service.pk, [])


def _live_hold(order: Order, staff_member: StaffMember) -> Appointment | None:
    """Return the hold of the order as it stands now, if it still keeps exactly this start."""
    if order.hold is None:
        return None
    # A sweep whose clock is ahead may be about to delete it: then it is not there for us.
    living = Appointment.objects.select_for_update(skip_locked=True, no_key=True)
    hold = living.filter(
        pk=order.hold.pk, status=Appointment.Status.HELD, hold_expires_at__gt=order.now
    ).first()
    return hold if hold is not None and order.is_for(hold, staff_member) else None


def _confirm(
    hold: Appointment, order: Order, diary: OpenDiary, *, waits: bool, edition: str | None
) -> Appointment:
    """Turn a hold into the appointment. The rules are asked with the clock of the hold: it was given in time."""
    if order.starts_at < order.now:
        refusals.refuse(diaries.PAST)
    needs = _needs(order, diary)
    asking.ask(
        order.service,
        branch=order.branch,
        staff_member=diary.staff_member,
        starts_at=order.starts_at,
        now=hold.created_at,
        customer=order.customer,
        seats=order.seats,
        override=order.override,
        ignoring=hold,
        at_any_minute=order.at_any_minute,
        edition=edition,
    )
    if needs and not resources.keeps_all(hold, needs):
        resources.take(hold, needs, now=order.now)
    hold.branch, hold.service, hold.staff_member = order.branch, order.service, diary.staff_member
    hold.series, hold.visit = order.series, order.visit
    hold.customer = order.customer
    hold.attendee_name = order.attendee_name
    hold.notes = order.notes
    hold.source = order.source
    hold.call_number = order.call_number or hold.call_number
    hold.idempotency_key = order.idempotency_key
    hold.hold_expires_at = None
    _decide(hold, order, waits=waits)
    hold.save()
    return hold


# In this diary only; what is in the way of the same call, or was given up by it, goes as well. Parts of a visit that is
# held go together or not at all, so they do not go by this way before they have run out.
_MAKE_ROOM = f"""
WITH gone AS (
  DELETE FROM booking_appointment
  WHERE tenant_id = %(tenant)s AND staff_member_id = %(staff_member)s AND status = 'held'
  AND id IS DISTINCT FROM %(keep)s::bigint
  AND (hold_expires_at <= %(now)s OR id = %(given_up)s::bigint
    OR (call_number = %(call_number)s::bigint AND visit_id IS NULL
      AND blocked_from < %(blocked_until)s AND blocked_until > %(blocked_from)s))
  RETURNING id),
freed AS (DELETE FROM booking_resourceuse WHERE appointment_id IN (SELECT id FROM gone))
SELECT {editions.EDITION_OF.format(tenant="%(tenant)s")}
"""  # noqa: S608 — our own words


def make_room(order: Order, diary: OpenDiary, *, keep: Appointment | None) -> str | None:
    """Drop the holds of this diary that keep nobody out of this time any more. Diary in hand.

    Returns the edition of the business, told after the diary was waited for: whoever held it may have made a new one.
    """
    blocked_from, blocked_until = order.shape(diary).blocked(order.starts_at)
    edition: str | None = statements.value(
        _MAKE_ROOM,
        {
            "tenant": order.branch.tenant_id,
            "staff_member": diary.staff_member.pk,
            "keep": keep.pk if keep else None,
            "given_up": order.hold.pk if order.hold else None,
            "call_number": order.call_number,
            "blocked_from": blocked_from,
            "blocked_until": blocked_until,
            "now": order.now,
        },
    )
    return edition


def _give_up_elsewhere(order: Order, staff_member: StaffMember) -> None:
    if order.hold is not None and order.hold.staff_member_id != staff_member.pk:
        drop(order.branch.tenant_id, [order.hold.pk])


_DROP = """
WITH gone AS (
  DELETE FROM booking_appointment
  WHERE tenant_id = %s AND id = ANY(%s) AND status = 'held' RETURNING id),
freed AS (DELETE FROM booking_resourceuse WHERE appointment_id IN (SELECT id FROM gone))
SELECT id FROM gone
"""


def drop(tenant_id: UUID, hold_ids: Iterable[int]) -> list[int]:
    """Delete those of these rows that are holds, with what they take, and return which. Diaries in hand."""
    return [number for (number,) in statements.run(_DROP, (tenant_id, list(hold_ids))).fetchall()]


_DROP_EXPIRED_OF = """
WITH gone AS (
  DELETE FROM booking_appointment
  WHERE tenant_id = %s AND staff_member_id = %s AND status = 'held' AND hold_expires_at <= %s
  RETURNING id)
DELETE FROM booking_resourceuse WHERE appointment_id IN (SELECT id FROM gone)
"""


def drop_expired_of(staff_member: StaffMember, *, now: datetime) -> None:
    """Delete the holds of a diary that have run out. Diary in hand."""
    statements.run(_DROP_EXPIRED_OF, (staff_member.tenant_id, staff_member.pk, now))
