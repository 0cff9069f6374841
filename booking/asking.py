"""Asking the rules of the diary before writing into it, and setting aside what the host may set aside."""

import copy
from datetime import datetime

from booking import availability, drawing, locking, refusals, rules, teams
from booking.hosts import Override
from booking.models import Appointment, Customer, Service, StaffMember
from booking.periods import minute_of
from booking.searching import Search, Seeker
from tenants.models import Branch

# Rules that stand in the service: softened so, they no longer hide the ones behind them.
_SOFTENED: dict[str, dict[str, int | None]] = {
    rules.TOO_SOON: {"min_notice_minutes": 0},
    rules.BEYOND_HORIZON: {"horizon_days": 3650},
    rules.OFF_GRID: {"step_minutes": 1},
    rules.DAY_FULL: {"max_per_day": None},
    rules.CUSTOMER_LIMIT: {
        "max_per_customer_per_day": None,
        "max_per_customer_per_week": None,
        "max_ahead_per_customer": None,
    },
}


def ask(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember,
    starts_at: datetime,
    now: datetime,
    customer: Customer | None = None,
    seats: int = 1,
    override: Override | None = None,
    ignoring: Appointment | None = None,
    ignoring_ids: frozenset[int] = frozenset(),
    at_any_minute: bool = False,
    edition: str | None = None,
) -> list[str]:
    """Return the rules that are set aside for this start; none without an override.

    What follows something else in a visit begins `at_any_minute`: when the other part ends. `edition` was told with the
    diary in hand. Limits that hold over several diaries are kept from others until the commit.

    :raises SlotTaken, NotBookable, NotOffered: a rule forbids it
    """
    locking.lock_limits([service], branch, customer)
    overridden: list[str] = []
    if at_any_minute:
        service = softened(service, rules.OFF_GRID)
    while True:
        rule = availability.why_not(
            service,
            branch=branch,
            staff_member=staff_member,
            starts_at=starts_at,
            now=now,
            ignoring=ignoring,
            ignoring_ids=ignoring_ids,
            customer=customer,
            seats=seats,
            edition=edition,
        )
        if rule is None:
            return overridden
        if override is None or not override.covers(rule) or rule in overridden:
            refusals.refuse(rule)
        if rule not in _SOFTENED:
            break
        overridden.append(rule)
        service = softened(service, rule)
    # Hours and absence stand in no service: all of them are looked at, at once.
    search = Search.of(service, branch, ignoring, seats)
    who = Seeker(
        now=now,
        ignoring=sorted(ignoring_ids | ({ignoring.pk} if ignoring else set())),
        for_call=None,
        customer=customer.pk if customer else None,
    )
    return overridden + _set_aside(search, who, staff_member, starts_at, override)


def _set_aside(
    search: Search, who: Seeker, staff_member: StaffMember, starts_at: datetime, override: Override
) -> list[str]:
    minute = minute_of(starts_at)
    team = teams.read(search, staff_member, minute, minute + 1)
    found = drawing.days_from_rows(search, team, who, minute, minute + 1).rules_at(minute, 0)
    for rule in found:
        if not override.covers(rule):
            refusals.refuse(rule)
    return found


def softened(service: Service, rule: str) -> Service:
    """Return the service as it would be without a rule that stands in it; the row stays as it is."""
    changed = copy.copy(service)
    for name, value in _SOFTENED[rule].items():
        setattr(changed, name, value)
    return changed
