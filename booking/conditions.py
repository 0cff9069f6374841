"""What the business sets: policies of cancelling and moving, and the rules of its diary."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking.models import DiaryRules, Policy
from tenants import records
from tenants.actors import Actor
from tenants.errors import Invalid


def add_policy(policy: Policy, *, by: Actor, now: datetime) -> Policy:
    """Write a new policy.

    :raises Invalid: a fee cannot be read
    :raises tenants.records.AlreadyExists: there is one about the same already
    """
    check_fees(policy.fee_tiers)
    records.add(policy, by=by, now=now)
    return policy


def change_policy(policy: Policy, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Change notice, quota, fees or wording; what it is about stays.

    :raises Invalid: a fee cannot be read
    """
    check_fees(wanted.get("fee_tiers", policy.fee_tiers))
    records.change(policy, wanted, by=by, now=now)


def check_fees(tiers: list[dict[str, int]]) -> None:
    """Say what is wrong with fees: each begins at hours of its own and is either an amount or a percentage.

    :raises Invalid: names the fee
    """
    seen: set[int] = set()
    for number, tier in enumerate(tiers):
        if ("cents" in tier) == ("percent" in tier):
            raise Invalid(**{f"fee_tiers.{number}": _("Either an amount or a percentage.")})
        if tier["under_hours"] in seen:
            raise Invalid(**{f"fee_tiers.{number}": _("There is already a fee for these hours.")})
        seen.add(tier["under_hours"])


def rules_of(tenant_id: UUID) -> DiaryRules:
    """Return how the diary of a business behaves; without a row, as it does by default."""
    return DiaryRules.objects.filter(tenant_id=tenant_id).first() or DiaryRules(tenant_id=tenant_id)


def change_rules(rules: DiaryRules, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Change how the diary of a business behaves."""
    with transaction.atomic():
        if rules._state.adding:
            for name, value in wanted.items():
                setattr(rules, name, value)
            records.add(rules, by=by, now=now)
        else:
            records.change(rules, wanted, by=by, now=now)
