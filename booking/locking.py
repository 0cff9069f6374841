"""Who waits for what, and in which order, so that nobody waits in a circle.

Diaries first (the rows of the staff members, ids ascending), then resources (ids ascending), then limits that hold over
several diaries, then rows. Whoever changes an appointment, a hold or the seats of a session has its diary. A transaction
that writes into several diaries takes all of them before the first change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from booking.models import Customer, Service, SpecialHours, TimeOff, WorkingHours
from tenants import statements
from tenants.models import Branch

# Weaker than FOR UPDATE: who only refers to the row does not wait.
_LOCK_ALL = (
    "SELECT id FROM booking_staffmember WHERE tenant_id = %s AND id = ANY(%s)"
    " ORDER BY id FOR NO KEY UPDATE"
)


def lock_diaries(tenant_id: UUID, staff_ids: Iterable[int]) -> None:
    """Wait for several diaries in the order of their ids; hold the others off until the commit."""
    statements.run(_LOCK_ALL, (tenant_id, sorted(set(staff_ids))))


_TEAM = "SELECT id FROM booking_staffmember WHERE tenant_id = %s AND branch_id = ANY(%s)"


def lock_teams(tenant_id: UUID, branch_ids: Iterable[int]) -> None:
    """Wait for the diaries of everybody who works in these branches."""
    lock_diaries(tenant_id, _team(tenant_id, branch_ids))


def lock_diaries_of(rows: Iterable[WorkingHours | SpecialHours | TimeOff]) -> None:
    """Wait for the diaries these rows are about; a row without a person is about the whole team of its branch."""
    people: dict[UUID, set[int]] = defaultdict(set)
    branches: dict[UUID, set[int]] = defaultdict(set)
    for row in rows:
        if row.staff_member_id is None:
            branches[row.tenant_id].add(row.branch_id)
        else:
            people[row.tenant_id].add(row.staff_member_id)
    for tenant_id in sorted(people.keys() | branches.keys()):
        lock_diaries(tenant_id, people[tenant_id] | _team(tenant_id, branches[tenant_id]))


_LOCK_LIMITS = (
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name"
)


def lock_limits(services: Iterable[Service], branch: Branch, customer: Customer | None) -> None:
    """Wait for everybody who counts against the same limits of these services; nothing where there are none.

    Two who write into different diaries would each count without the other. Days first, then customers, in order.
    Diaries and resources are locked before.
    """
    _lock_names(name for service in services for name in _limits(service, branch, customer))


def lock_counts(parts: Iterable[tuple[Service, Branch, Customer | None]]) -> None:
    """Wait for everybody who counts against the same limits and quotas as several appointments of one transaction.

    One after the other they would be waited for in the order of the appointments, which is another one elsewhere.
    """
    names: set[str] = set()
    for service, branch, customer in parts:
        names.update(_limits(service, branch, customer))
        if customer is not None:
            names.add(_quota(customer.pk))
    _lock_names(names)


def lock_visit(visit_id: int) -> None:
    """Wait for whoever moves another part of a visit; before resources and limits are locked."""
    _lock_names([f"0 visit {visit_id}"])


def lock_quota(customer_id: int) -> None:
    """Wait for everybody who changes appointments of a customer that count against a quota; limits are locked before."""
    _lock_names([_quota(customer_id)])


def _limits(service: Service, branch: Branch, customer: Customer | None) -> Iterator[str]:
    if service.max_per_day is not None:
        yield f"1 day {branch.pk} {service.pk}"
    if customer is not None and service.limits_customers:
        yield f"2 customer {customer.pk} {service.pk}"


def _quota(customer_id: int) -> str:
    return f"3 quota {customer_id}"


def _lock_names(names: Iterable[str]) -> None:
    wanted = sorted(set(names))
    if wanted:
        statements.run(_LOCK_LIMITS, (wanted,))


def _team(tenant_id: UUID, branch_ids: Iterable[int]) -> set[int]:
    wanted = list(branch_ids)
    return (
        {number for (number,) in statements.run(_TEAM, (tenant_id, wanted)).fetchall()}
        if wanted
        else set()
    )
