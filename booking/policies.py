"""What the business allows its customers when they cancel or move, and what that costs.

Of the policies that apply the most specific one counts: staff member, service, branch, business. Without any everything
is allowed and free.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypedDict

from booking import locking
from booking.hosts import Override
from booking.models import Appointment, Policy
from booking.refusals import (
    AgainstPolicy,
    CancelledTooOften,
    MovedTooOften,
    TooLateToCancel,
    TooLateToMove,
)
from tenants import statements

QUOTA_DAYS = 30


class Tier(TypedDict, total=False):
    """A fee for changes less than so many hours before the start, in cents or in percent of the price."""

    under_hours: int
    cents: int
    percent: int


# Of a policy that says nothing about fees: from 48 hours on free, from 24 hours on 10 euros, later 15 euros.
USUAL_TIERS: tuple[Tier, ...] = (
    {"under_hours": 24, "cents": 1500},
    {"under_hours": 48, "cents": 1000},
)
_TOO_LATE = {Policy.Kind.CANCEL: TooLateToCancel, Policy.Kind.MOVE: TooLateToMove}
_TOO_OFTEN = {Policy.Kind.CANCEL: CancelledTooOften, Policy.Kind.MOVE: MovedTooOften}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What would happen: whether it is allowed, under which code and in which words not, and what it costs.

    `is_asked` is False where no policy had to be asked. `hours_before` is the time left, in hours; `overridden` are the codes that the host has set aside.
    """

    is_asked: bool = True
    refusal: AgainstPolicy | None = None
    fee_cents: int = 0
    policy_id: int | None = None
    hours_before: float = 0.0
    quota: int | None = None
    tier: Tier | None = None
    text: str = ""
    overridden: list[str] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    @property
    def code(self) -> str | None:
        return self.refusal.code if self.refusal else None

    @property
    def sentence(self) -> str:
        """What the customer is told: why not, or the business's own words, or nothing."""
        return str(self.refusal) if self.refusal else self.text

    def as_facts(self) -> dict[str, Any]:
        """Return what the history keeps; quotas count what was asked about."""
        if not self.is_asked:
            return {}
        facts: dict[str, Any] = {"policy": self.policy_id, "hours_before": self.hours_before}
        return {**facts, "tier": self.tier} if self.tier else facts


NOT_ASKED = Terms(is_asked=False)

# The rule with the most specific owner, and how often the customer (or the appointment) has been changed already.
# The parts of one visit are cancelled once, and so are the dates of a series that are cancelled together.
_RULE = """
SELECT p.id, p.notice_hours, p.quota, p.fee_tiers::text, p.text,
  CASE WHEN p.quota IS NULL THEN 0
    WHEN p.kind = 'move' THEN (
      SELECT count(*) FROM booking_appointmentchange c
      WHERE c.tenant_id = p.tenant_id AND c.appointment_id = %(appointment)s AND c.kind = 'moved'
        AND c.terms ? 'policy')
    ELSE (
      SELECT count(DISTINCT CASE WHEN a.visit_id IS NOT NULL THEN (1, a.visit_id, NULL::timestamptz)
        WHEN a.series_id IS NOT NULL THEN (2, a.series_id, c.at)
        ELSE (3, a.id, NULL) END) FROM booking_appointment a
      JOIN booking_appointmentchange c ON c.tenant_id = a.tenant_id AND c.appointment_id = a.id
      WHERE a.tenant_id = p.tenant_id AND a.customer_id = %(customer)s AND a.status = 'cancelled'
        AND c.kind = 'cancelled' AND c.at > %(since)s AND c.terms ? 'policy'
        AND (a.visit_id IS NULL OR a.visit_id IS DISTINCT FROM %(visit)s::bigint)
        AND NOT (a.series_id IS NOT NULL AND a.series_id IS NOT DISTINCT FROM %(series)s::bigint AND c.at = %(now)s)) END
FROM booking_policy p
WHERE p.tenant_id = %(tenant)s AND p.kind = %(kind)s
  AND (p.staff_member_id IS NULL OR p.staff_member_id = %(staff_member)s)
  AND (p.service_id IS NULL OR p.service_id = %(service)s)
  AND (p.branch_id IS NULL OR p.branch_id = %(branch)s)
ORDER BY p.staff_member_id IS NULL, p.service_id IS NULL, p.branch_id IS NULL, p.id
LIMIT 1
"""


def terms_for(
    appointment: Appointment, kind: str, *, now: datetime, until: datetime | None = None
) -> Terms:
    """Return what the customer would get for cancelling or moving (`Policy.Kind`) an appointment now.

    The fee can be said before the yes: the same moment decides the same. Exactly at a limit the milder side counts.
    Time counts to the start, or `until` the start of the visit it belongs to.
    """
    row = statements.run(
        _RULE,
        {
            "tenant": appointment.tenant_id,
            "kind": kind,
            "appointment": appointment.pk,
            "customer": appointment.customer_id,
            "visit": appointment.visit_id,
            "series": appointment.series_id,
            "now": now,
            "staff_member": appointment.staff_member_id,
            "service": appointment.service_id,
            "branch": appointment.branch_id,
            "since": now - timedelta(days=QUOTA_DAYS),
        },
    ).fetchone()
    left = (until or appointment.starts_at) - now
    hours_before = round(left / timedelta(hours=1), 2)
    if row is None:
        return Terms(hours_before=hours_before)
    policy_id, notice_hours, quota, tiers, text, used = row
    tier = tier_for(json.loads(tiers) or USUAL_TIERS, left)
    refusal: AgainstPolicy | None = None
    if left < timedelta(hours=notice_hours):
        refusal = _TOO_LATE[Policy.Kind(kind)](text=text, notice_hours=notice_hours)
    elif quota is not None and used >= quota:
        refusal = _TOO_OFTEN[Policy.Kind(kind)](text=text, quota=quota)
    return Terms(
        refusal=refusal,
        fee_cents=fee_of(tier, appointment.price_cents),
        policy_id=policy_id,
        hours_before=hours_before,
        quota=quota,
        tier=tier,
        text=text,
    )


def enforce(
    appointment: Appointment,
    kind: str,
    *,
    now: datetime,
    override: Override | None,
    applies: bool,
) -> Terms:
    """Return the terms under which a change is made: none where the policy does not apply, no fee where set aside.

    :raises AgainstPolicy: it is not allowed
    """
    if not applies:
        return NOT_ASKED
    (terms,) = binding([appointment], kind, now=now)
    return settle(terms, override)


def binding(parts: Sequence[Appointment], kind: str, *, now: datetime) -> list[Terms]:
    """Return the terms under which appointments are changed together now. Diaries in hand.

    Whoever counts against the same quota of a customer waits until the commit, also in other diaries.
    """
    found = terms_of_parts(parts, kind, now=now)
    customer_id = parts[0].customer_id
    counted = kind == Policy.Kind.CANCEL and any(terms.quota is not None for terms in found)
    if counted and customer_id is not None:
        locking.lock_quota(customer_id)
        found = terms_of_parts(parts, kind, now=now)
    return found


def settle(terms: Terms, override: Override | None) -> Terms:
    """Return the terms as they are, or without fee where the refusal in them is set aside.

    :raises AgainstPolicy: it is not allowed
    """
    if terms.refusal is None:
        return terms
    if override is None or not override.covers(terms.refusal.code):
        raise terms.refusal
    return replace(terms, refusal=None, fee_cents=0, tier=None, overridden=[terms.refusal.code])


def terms_of_parts(parts: Sequence[Appointment], kind: str, *, now: datetime) -> list[Terms]:
    """Return the terms of each part of a visit that is changed as a whole.

    Time counts to the beginning of the visit. What cannot be done to one part cannot be done to any. Shares of a price
    add up; of fixed fees the highest counts, once.
    """
    first = min(part.starts_at for part in parts)
    found = [terms_for(part, kind, now=now, until=first) for part in parts]
    refusal = next((terms.refusal for terms in found if terms.refusal), None)
    fixed = [terms for terms in found if terms.tier and "cents" in terms.tier]
    counts = max(fixed, key=lambda terms: terms.fee_cents, default=None)
    return [
        replace(terms, refusal=refusal, fee_cents=0)
        if terms in fixed and terms is not counts
        else replace(terms, refusal=refusal)
        for terms in found
    ]


def tier_for(tiers: "list[Tier] | tuple[Tier, ...]", left: timedelta) -> Tier | None:
    """Return the narrowest tier that applies with so much time left, None when it is free."""
    within = [tier for tier in tiers if left < timedelta(hours=tier["under_hours"])]
    return min(within, key=lambda tier: tier["under_hours"], default=None)


def fee_of(tier: Tier | None, price_cents: int | None) -> int:
    """Return a fee in cents, half a cent up. A share of a price that nobody has named is nothing."""
    if tier is None:
        return 0
    if "cents" in tier:
        return tier["cents"]
    share = Decimal(tier["percent"]) * Decimal(price_cents or 0) / 100
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))
