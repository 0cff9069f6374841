"""Visits: several services one after the other, perhaps by several people, booked, moved and cancelled as a whole.

The diaries of everybody involved are taken at once, in the order of their ids; either all parts are written or none.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from booking import (
    calendar_links,
    cancelling,
    combining,
    customers,
    history,
    holding,
    hosts,
    in_hand,
    locking,
    moving,
    notices,
    orders,
    policies,
    resources,
    standing,
    visit_holds,
    visit_orders,
)
from booking.combining import Part, Plan, Wish
from booking.hosts import Override
from booking.models import Appointment, Customer, Policy, StaffMember, Visit
from booking.policies import Terms
from booking.refusals import AlreadyOver, KeyReused, NotBookable, SlotTaken
from booking.visit_holds import HeldVisit
from booking.visit_orders import VisitOrder
from tenants import rows
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound
from tenants.models import Branch

__all__ = [
    "Booked",
    "HeldVisit",
    "Part",
    "Plan",
    "Wish",
    "book",
    "cancel",
    "find",
    "hold",
    "move",
    "parts_of",
    "release",
    "terms_for",
    "visit_for",
]

_Result = TypeVar("_Result")
find = combining.find
hold, release = visit_holds.hold, visit_holds.release
MOST_PARTS = visit_orders.MOST_PARTS


@dataclass(frozen=True, kw_only=True)
class Booked:
    """The visit and its appointments in order, and whether this request made them."""

    visit: Visit
    appointments: list[Appointment]
    is_new: bool


def book(
    parts: Sequence[Part],
    *,
    branch: Branch,
    customer: Customer,
    attendee_name: str,
    source: str,
    by: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    call_number: int | None = None,
    notes: str = "",
    hold: Visit | None = None,
    override: Override | None = None,
    quietly: bool = False,
) -> Booked:
    """Write all parts of a visit and tell the customer in one message; or nothing at all.

    The same key again returns the stored visit. Holds of the same call give way. A held visit becomes this one; what
    was held of it for other times is given up.

    :raises SlotTaken, NotBookable, NotOffered: a part cannot be booked
    :raises KeyReused: the key stands for another visit
    :raises CustomerBlocked, DepositNeeded: the customer did not come too often
    :raises Invalid: nobody is named, or the parts do not follow each other
    """
    order = VisitOrder(
        parts=visit_orders.in_order(parts),
        branch=branch,
        customer=customer,
        attendee_name=customers.named(attendee_name),
        source=source,
        by=by,
        now=now,
        idempotency_key=idempotency_key,
        call_number=call_number,
        notes=notes,
        override=override,
    )
    stored = _booked_before(order)
    if stored is not None:
        return stored
    try:
        with transaction.atomic():
            visit, appointments = _book(order, hold)
            if not quietly:
                notices.tell_visit(visit, notices.BOOKED, appointments, now=now)
    except (SlotTaken, NotBookable, IntegrityError) as error:
        # Who lost may have lost against themselves: the same request, sent twice at once.
        stored = _booked_before(order)
        if stored is not None:
            return stored
        if isinstance(error, IntegrityError):
            raise SlotTaken from error
        raise
    return Booked(visit=visit, appointments=appointments, is_new=True)


def cancel(
    visit: Visit,
    *,
    by: Actor,
    source: str,
    now: datetime,
    reason: str = "",
    override: Override | None = None,
    with_policy: bool | None = None,
    quietly: bool = False,
) -> None:
    """Cancel all parts of a visit that are not cancelled yet, and tell the customer once.

    :raises AgainstPolicy: the business does not allow it (any more)
    :raises AlreadyOver: a part of it has begun or is completed
    """
    wish = cancelling.Cancellation(
        by=by, source=source, now=now, reason=reason, override=override, quietly=quietly
    )
    asked = not hosts.is_host(source) if with_policy is None else with_policy

    def verb(parts: list[Appointment]) -> None:
        for part in parts:
            moving.must_be_ahead(part, now=now)
        agreed = _terms(parts, Policy.Kind.CANCEL, now=now, override=override, applies=asked)
        for part, terms in zip(parts, agreed, strict=True):
            cancelling.write(part, wish, terms)
        if not quietly:
            notices.tell_visit(visit, notices.CANCELLED, parts, now=now)

    _change(visit, verb)


def move(
    visit: Visit,
    parts: Sequence[Part],
    *,
    by: Actor,
    source: str,
    now: datetime,
    reason: str = "",
    override: Override | None = None,
    with_policy: bool | None = None,
    hold: Visit | None = None,
    quietly: bool = False,
) -> list[Appointment]:
    """Move all parts of a visit to the times (and people) of a plan for the same services, and tell the customer once.

    A held visit that keeps the new times is given up for it.

    :raises SlotTaken, NotBookable, NotOffered: a part cannot be there
    :raises AgainstPolicy: the business does not allow it (any more)
    :raises AlreadyOver: a part of it has begun or is completed
    :raises Invalid: the parts are not those of the visit, or do not follow each other
    """
    wanted = visit_orders.in_order(parts)
    held = [] if hold is None else list(visit_holds.holds_of(hold))
    asked = not hosts.is_host(source) if with_policy is None else with_policy
    wish = moving.Move(
        starts_at=wanted[0].starts_at,
        staff_member=None,
        by=by,
        source=source,
        now=now,
        reason=reason,
        override=override,
    )

    def verb(present: list[Appointment]) -> list[Appointment]:
        if [each.service_id for each in present] != [part.service.pk for part in wanted]:
            raise Invalid(parts=_("These are not the services of this visit."))
        for each in present:
            moving.must_be_ahead(each, now=now)
        agreed = _terms(present, Policy.Kind.MOVE, now=now, override=override, applies=asked)
        for each in held:
            holding.let_go(each, by=by, now=now)
        _put_all(present, wanted, wish, agreed)
        if not quietly:
            notices.tell_visit(visit, notices.MOVED, present, now=now)
        return present

    try:
        people = [part.staff_member_id for part in wanted]
        moved = _change(visit, verb, *people, *(each.staff_member_id for each in held))
    except IntegrityError as error:
        raise SlotTaken from error
    if moved is None:
        raise AlreadyOver
    return moved


def terms_for(visit: Visit, kind: str, *, now: datetime) -> Terms:
    """Return what cancelling or moving (`Policy.Kind`) the whole visit would mean; the fee is that of all parts."""
    present = parts_of(visit)
    if not present:
        raise AlreadyOver
    each = policies.terms_of_parts(present, kind, now=now)
    return replace(each[0], fee_cents=sum(terms.fee_cents for terms in each))


def parts_of(visit: Visit) -> list[Appointment]:
    """Return the appointments of a visit that are not cancelled, in order."""
    found = Appointment.objects.filter(visit=visit).exclude(status=Appointment.Status.CANCELLED)
    related = found.select_related("service", "staff_member", "branch", "customer")
    return list(related.order_by("starts_at", "pk"))


def visit_for(tenant_id: UUID, visit_id: int) -> Visit:
    """Return a visit of this business; one that is only held is none.

    :raises NotFound: there is none, or it is another business's
    """
    booked = Visit.objects.filter(customer__isnull=False)
    found = booked.filter(tenant_id=tenant_id, pk=visit_id).first()
    if found is None:
        raise NotFound
    return found


# --- Booking --------------------------------------------------------------------------------------------


def _booked_before(order: VisitOrder) -> Booked | None:
    if order.idempotency_key is None:
        return None
    visit = (
        Visit.objects.filter(
            tenant_id=order.branch.tenant_id, idempotency_key=order.idempotency_key
        )
        .select_related("customer")
        .first()
    )
    if visit is None:
        return None
    stored = list(
        visit.appointments.select_related("service", "staff_member", "branch", "customer").order_by(
            "pk"
        )
    )
    # They may have been moved since: what counts is what was asked for then.
    asked = dict(
        visit.appointments.filter(changes__kind=history.Kind.BOOKED).values_list(
            "pk", "changes__new_starts_at"
        )
    )
    was = [(each.service_id, asked.get(each.pk), each.seats) for each in stored]
    wanted = [(part.service.pk, part.starts_at, part.seats) for part in order.parts]
    if was != wanted or visit.customer != order.customer:
        raise KeyReused
    return Booked(visit=visit, appointments=stored, is_new=False)


def _book(order: VisitOrder, hold: Visit | None) -> tuple[Visit, list[Appointment]]:
    held = [] if hold is None else list(visit_holds.holds_of(hold))
    order.lock(*(each.staff_member_id for each in held))
    visit = _opened(order, hold)
    team = order.team()
    written: list[Appointment] = []
    for place, part in enumerate(order.parts):
        person = team[part.staff_member_id]
        plain = order.of_part(place, visit)
        own = next((each for each in held if plain.is_for(each, person)), None)
        step = order.of_part(place, visit, own)
        written.append(_write(step, person, after=written))
    for each in held:  # what was held for another time than the one that is booked
        holding.let_go(each, by=order.by, now=order.now)
    return visit, written


def _opened(order: VisitOrder, hold: Visit | None) -> Visit:
    """Return the row of the visit: that of the hold while nobody has booked it, else a new one.

    :raises SlotTaken: somebody had the key a moment before; the caller looks
    """
    if hold is not None:
        unbooked = Visit.objects.filter(pk=hold.pk, customer=None, branch=order.branch)
        kept = unbooked.select_for_update(no_key=True).first()
        if kept is not None:
            kept.customer, kept.idempotency_key = order.customer, order.idempotency_key
            kept.save(update_fields=["customer", "idempotency_key", "updated_at"])
            return kept
    visit = Visit(
        tenant_id=order.branch.tenant_id,
        branch=order.branch,
        customer=order.customer,
        idempotency_key=order.idempotency_key,
    )
    if not rows.insert_once(visit, now=order.now):
        raise SlotTaken
    return visit


def _write(order: orders.Order, person: StaffMember, *, after: list[Appointment]) -> Appointment:
    diary = in_hand.open_diary(
        person,
        order.service,
        customer_id=order.customer.pk if order.customer else None,
        now=order.now,
    )
    overridden = standing.ask(diary, source=order.source, override=order.override)
    if after:
        visit_orders.must_follow(after[-1].ends_at, order.starts_at)
    row, set_aside = orders.put_down(order, diary, waits=False)
    overridden += set_aside
    history.write_down(
        row,
        history.Kind.BOOKED,
        new=row.starts_at,
        by=order.by,
        source=order.source,
        now=order.now,
        reason=hosts.reason_of("", order.override, overridden),
        overridden=overridden,
    )
    calendar_links.tell_changed(row, now=order.now)
    return row


# --- Changing -------------------------------------------------------------------------------------------


def _change(
    visit: Visit, verb: Callable[[list[Appointment]], _Result], *also: int
) -> _Result | None:
    """Do something with the parts that are not cancelled, their diaries in hand; nothing where all of them are."""
    parts = parts_of(visit)
    if not parts:
        return None

    def with_those_that_stand() -> _Result | None:
        left = [each for each in parts if each.status != Appointment.Status.CANCELLED]
        left.sort(key=lambda each: (each.starts_at, each.pk))
        return verb(left) if left else None

    return in_hand.change_all(parts, with_those_that_stand, *also)


def _terms(
    parts: list[Appointment],
    kind: str,
    *,
    now: datetime,
    override: Override | None,
    applies: bool,
) -> list[Terms]:
    if not applies:
        return [policies.NOT_ASKED] * len(parts)
    found = policies.binding(parts, kind, now=now)
    return [policies.settle(terms, override) for terms in found]


def _put_all(
    present: list[Appointment], wanted: list[Part], wish: moving.Move, agreed: list[Terms]
) -> None:
    staff = StaffMember.objects.in_bulk([part.staff_member_id for part in wanted])
    own = frozenset(each.pk for each in present)
    services = [each.service for each in present]
    resources.lock_for(services, present[0].branch)
    locking.lock_limits(services, present[0].branch, present[0].customer)
    for each in present:
        resources.give_back(each)
    steps = list(zip(present, wanted, agreed, range(len(present)), strict=True))
    # The last part makes room for the one before it when all go later, the first one when all go earlier.
    if wanted[0].starts_at > present[0].starts_at:
        steps.reverse()
    for each, part, terms, place in steps:
        person = staff.get(part.staff_member_id)
        if person is None:
            raise NotFound
        old, step = each.starts_at, replace(wish, starts_at=part.starts_at)
        if (old, each.staff_member_id) == (part.starts_at, person.pk):
            moving.take_again(each, now=wish.now)
            continue
        set_aside = moving.put(
            each, to=person, wish=step, ignoring_ids=own, at_any_minute=place > 0
        )
        overridden = [*terms.overridden, *set_aside]
        moving.write_down(each, step, old=old, terms=terms, overridden=overridden)
    for before, after in itertools.pairwise(present):
        visit_orders.must_follow(before.ends_at, after.starts_at)
