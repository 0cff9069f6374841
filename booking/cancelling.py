"""Cancelling an appointment: the row stays, its time, seats and resources are free again."""

from dataclasses import dataclass
from datetime import datetime

from booking import (
    calendar_links,
    history,
    holding,
    hosts,
    messages,
    moving,
    policies,
    resources,
    states,
)
from booking.hosts import Override
from booking.models import Appointment, Policy
from booking.policies import Terms
from tenants.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """Who cancels, why, and what may be set aside for it."""

    by: Actor
    source: str
    now: datetime
    reason: str = ""
    override: Override | None = None
    with_policy: bool = False
    quietly: bool = False


def cancel(appointment: Appointment, wish: Cancellation) -> None:
    """Cancel an appointment, or give a hold back (of a visit: all of it). The diaries are in hand.

    :raises AgainstPolicy, AlreadyOver: it cannot be
    """
    if appointment.status == Appointment.Status.CANCELLED:
        return
    if appointment.status == Appointment.Status.HELD:
        for each in holding.together(appointment):
            holding.let_go(each, by=wish.by, now=wish.now)
        return
    moving.must_be_ahead(appointment, now=wish.now)
    terms = policies.enforce(
        appointment,
        Policy.Kind.CANCEL,
        now=wish.now,
        override=wish.override,
        applies=wish.with_policy,
    )
    write(appointment, wish, terms)
    if not wish.quietly:
        messages.tell_cancelled(appointment, now=wish.now)


def write(appointment: Appointment, wish: Cancellation, terms: Terms) -> None:
    """Write the cancellation and its story. The diary is in hand, the rules have been asked."""
    states.must_allow(appointment, Appointment.Status.CANCELLED)
    appointment.cancel(now=wish.now)
    resources.give_back(appointment)
    history.write_down(
        appointment,
        history.Kind.CANCELLED,
        old=appointment.starts_at,
        by=wish.by,
        source=wish.source,
        now=wish.now,
        reason=hosts.reason_of(wish.reason, wish.override, terms.overridden),
        fee_cents=terms.fee_cents,
        terms=terms.as_facts(),
        overridden=terms.overridden,
    )
    calendar_links.tell_changed(appointment, now=wish.now)
