"""Moving an appointment: the row, its history, its length and its price stay, the time is another one."""

from dataclasses import dataclass
from datetime import datetime

from booking import (
    asking,
    calendar_links,
    history,
    hosts,
    locking,
    messages,
    orders,
    policies,
    resources,
    sessions,
    shape,
)
from booking.hosts import Override
from booking.models import Appointment, Policy, StaffMember
from booking.policies import Terms
from booking.refusals import AlreadyOver, IllegalTransition, StillHeld
from tenants.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Move:
    """Where to, by whom, and what may be set aside for it."""

    starts_at: datetime
    staff_member: StaffMember | None
    by: Actor
    source: str
    now: datetime
    hold: Appointment | None = None
    reason: str = ""
    override: Override | None = None
    with_policy: bool = False
    quietly: bool = False


def move(appointment: Appointment, wish: Move) -> None:
    """Move an appointment. The diaries of both sides, and of the hold, are in hand.

    :raises SlotTaken, NotBookable, NotOffered, AgainstPolicy, AlreadyOver, StillHeld, IllegalTransition: it cannot be
    """
    must_be_ahead(appointment, now=wish.now)
    if appointment.status == Appointment.Status.CHECKED_IN:
        raise IllegalTransition(status=appointment.status)
    to = wish.staff_member or appointment.staff_member
    if (to.pk, wish.starts_at) == (appointment.staff_member_id, appointment.starts_at):
        return
    terms = policies.enforce(
        appointment,
        Policy.Kind.MOVE,
        now=wish.now,
        override=wish.override,
        applies=wish.with_policy,
    )
    old = appointment.starts_at
    # What follows something else in a visit begins when that ends.
    anyhow = appointment.visit_id is not None
    if appointment.visit_id is not None:
        locking.lock_visit(appointment.visit_id)
    overridden = [*terms.overridden, *put(appointment, to=to, wish=wish, at_any_minute=anyhow)]
    waits = write_down(appointment, wish, old=old, terms=terms, overridden=overridden)
    if waits and not wish.quietly:
        calendar_links.owe_word(appointment)
    elif not wish.quietly:
        messages.tell_moved(appointment, now=wish.now)


def put(
    appointment: Appointment,
    *,
    to: StaffMember,
    wish: Move,
    ignoring_ids: frozenset[int] = frozenset(),
    at_any_minute: bool = False,
) -> list[str]:
    """Ask the rules, then write the row at its new time; return which rules were set aside. Diaries in hand.

    :raises SlotTaken, NotBookable, NotOffered: the rules or the constraints forbid it
    """
    form = shape.of_appointment(appointment)
    orders.drop_expired_of(to, now=wish.now)
    if wish.hold is not None:
        orders.drop(appointment.tenant_id, [wish.hold.pk])
    service, branch = appointment.service, appointment.branch
    session_id = sessions.open_for(
        service,
        branch=branch,
        staff_member=to,
        starts_at=wish.starts_at,
        ends_at=form.ends_at(wish.starts_at),
        seats=appointment.seats,
        now=wish.now,
    )
    needs = resources.lock_for([service], branch).get(service.pk, [])
    overridden = asking.ask(
        service,
        branch=branch,
        staff_member=to,
        starts_at=wish.starts_at,
        now=wish.now,
        customer=appointment.customer,
        seats=appointment.seats,
        override=wish.override,
        ignoring=appointment,
        ignoring_ids=ignoring_ids,
        at_any_minute=at_any_minute,
    )
    appointment.staff_member = to
    appointment.session_id = session_id
    appointment.starts_at = wish.starts_at
    appointment.ends_at = form.ends_at(wish.starts_at)
    appointment.blocked_from, appointment.blocked_until = form.blocked(wish.starts_at)
    appointment.processing_from, appointment.processing_until = form.processing_at(wish.starts_at)
    appointment.version += 1
    appointment.save(update_fields=_MOVED)
    if needs:
        resources.take(appointment, needs, now=wish.now)
    else:
        resources.give_back(appointment)
    return overridden


def take_again(appointment: Appointment, *, now: datetime) -> None:
    """Take the resources again that an appointment has given back. Diary in hand.

    :raises ResourceTaken: somebody else has them
    """
    service = appointment.service
    needs = resources.lock_for([service], appointment.branch).get(service.pk, [])
    if needs:
        resources.take(appointment, needs, now=now)


_MOVED = [
    "staff_member",
    "session",
    "starts_at",
    "ends_at",
    "blocked_from",
    "blocked_until",
    "processing_from",
    "processing_until",
    "version",
    "updated_at",
]


def must_be_ahead(appointment: Appointment, *, now: datetime) -> None:
    """Do nothing for an appointment that is booked and has not begun.

    :raises StillHeld: it was never booked
    :raises AlreadyOver: it has begun, or is cancelled or completed
    """
    if appointment.status == Appointment.Status.HELD:
        raise StillHeld
    if appointment.status not in Appointment.ACTIVE or appointment.starts_at <= now:
        raise AlreadyOver


def write_down(
    appointment: Appointment, wish: Move, *, old: datetime, terms: Terms, overridden: list[str]
) -> bool:
    """Add the move to the history (what it cost, what was set aside for it) and have it told to the calendar.

    Returns whether the calendar has to agree first.
    """
    history.write_down(
        appointment,
        history.Kind.MOVED,
        old=old,
        new=appointment.starts_at,
        by=wish.by,
        source=wish.source,
        now=wish.now,
        reason=hosts.reason_of(wish.reason, wish.override, overridden),
        fee_cents=terms.fee_cents,
        terms=terms.as_facts(),
        overridden=overridden,
    )
    follows = wish.source == Appointment.Source.CALENDAR
    return calendar_links.tell_changed(appointment, now=wish.now, follows=follows)
