"""Rooms, chairs, devices: chosen under their locks, in the transaction of the appointment that takes them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.models import Appointment, Requirement, Resource, Service
from booking.refusals import ResourceTaken
from tenants import statements
from tenants.models import Branch


@dataclass(frozen=True)
class Need:
    """One requirement of a service: all of these resources, or any one that no other need has."""

    is_all: bool
    resource_ids: tuple[int, ...]


_NEEDS = """
SELECT r.service_id, r.mode, coalesce(array_agg(x.id ORDER BY x.id) FILTER (WHERE x.id IS NOT NULL), '{}')
FROM booking_requirement r
LEFT JOIN booking_requirementresource o ON o.tenant_id = r.tenant_id AND o.requirement_id = r.id
LEFT JOIN booking_resource x
  ON x.tenant_id = o.tenant_id AND x.id = o.resource_id AND x.branch_id = %(branch)s AND x.is_active
WHERE r.tenant_id = %(tenant)s AND r.service_id = ANY(%(services)s)
GROUP BY r.id ORDER BY r.id
"""


def lock_for(services: Iterable[Service], branch: Branch) -> dict[int, list[Need]]:
    """Wait for everybody who takes a resource these services may need here, and return the needs by service.

    Diaries are locked before.
    """
    found = statements.run(
        _NEEDS,
        {
            "tenant": branch.tenant_id,
            "branch": branch.pk,
            "services": [service.pk for service in services],
        },
    ).fetchall()
    needs: dict[int, list[Need]] = {}
    for service_id, mode, ids in found:
        needs.setdefault(service_id, []).append(
            Need(is_all=mode == Requirement.Mode.ALL, resource_ids=tuple(ids))
        )
    if needs:
        ids = {number for each in needs.values() for need in each for number in need.resource_ids}
        Resource.lock(branch.tenant_id, sorted(ids))
    return needs


def take(row: Appointment, needs: list[Need], *, now: datetime) -> None:
    """Write down which resources an appointment takes. What it took before is given back, and taken again if it can be.

    Resources are locked before. Who shares a session shares the resources: its first choice is what the others have.

    :raises ResourceTaken: not everything that is needed is free
    """
    ids = sorted({number for need in needs for number in need.resource_ids})
    before = give_back(row)
    shared, busy = _in_use(row, ids, now=now)
    chosen = choose(needs, busy=busy, first=[*shared, *before])
    written = statements.run(
        _TAKE,
        {
            "tenant": row.tenant_id,
            "appointment": row.pk,
            "resources": sorted(chosen),
            "from": row.blocked_from,
            "until": row.blocked_until,
            "session": row.session_id,
            "now": now,
        },
    ).rowcount
    if written != len(chosen):
        raise ResourceTaken


_TAKE = """
INSERT INTO booking_resourceuse (
  tenant_id, appointment_id, resource_id, blocked_from, blocked_until, session_number, created_at, updated_at)
SELECT %(tenant)s, %(appointment)s, wanted, %(from)s, %(until)s, %(session)s, %(now)s, %(now)s
FROM unnest(%(resources)s::bigint[]) AS wanted
ON CONFLICT DO NOTHING
"""
_GIVE_BACK = """
DELETE FROM booking_resourceuse WHERE tenant_id = %s AND appointment_id = %s RETURNING resource_id
"""


def give_back(row: Appointment) -> list[int]:
    """Let go of the resources of an appointment, and return which they were."""
    found = statements.run(_GIVE_BACK, (row.tenant_id, row.pk)).fetchall()
    return [number for (number,) in found]


def keeps_all(row: Appointment, needs: list[Need]) -> bool:
    """Whether the resources that a hold took are still its own; one that ran out may have lost them."""
    wanted = sum(len(need.resource_ids) if need.is_all else 1 for need in needs)
    return row.uses.count() >= wanted


# A hold that has run out takes nothing any more, but its diary may be somebody else's: only its claim goes. A claim
# that somebody is just giving back counts as taken, so that nobody waits with resources in hand.
_IN_USE = """
WITH lapsed AS (
  DELETE FROM booking_resourceuse WHERE id IN (
    SELECT u.id FROM booking_resourceuse u
    JOIN booking_appointment a ON a.tenant_id = u.tenant_id AND a.id = u.appointment_id
    WHERE u.tenant_id = %(tenant)s AND u.resource_id = ANY(%(resources)s)
      AND u.blocked_from < %(until)s AND u.blocked_until > %(from)s
      AND a.status = 'held' AND a.hold_expires_at <= %(now)s
    FOR UPDATE OF u SKIP LOCKED)
  RETURNING id)
SELECT resource_id, bool_and(session_number IS NOT DISTINCT FROM %(session)s::bigint
                             AND session_number IS NOT NULL)
FROM booking_resourceuse
WHERE tenant_id = %(tenant)s AND resource_id = ANY(%(resources)s)
  AND blocked_from < %(until)s AND blocked_until > %(from)s
  AND id NOT IN (SELECT id FROM lapsed)
GROUP BY resource_id
"""


def _in_use(row: Appointment, ids: list[int], *, now: datetime) -> tuple[set[int], set[int]]:
    """Return the resources that the session of this appointment has already, and those that others have."""
    found = statements.run(
        _IN_USE,
        {
            "tenant": row.tenant_id,
            "resources": ids,
            "from": row.blocked_from,
            "until": row.blocked_until,
            "session": row.session_id,
            "now": now,
        },
    ).fetchall()
    shared = {number for number, is_shared in found if is_shared}
    return shared, {number for number, is_shared in found if not is_shared}


def choose(needs: list[Need], *, busy: Collection[int], first: Sequence[int] = ()) -> set[int]:
    """Return a resource for each need, never one for two; `first` are chosen where possible, in this order.

    :raises ResourceTaken: there is no such choice
    """
    all_of = [number for need in needs if need.is_all for number in need.resource_ids]
    fixed = set(all_of)
    if len(all_of) > len(fixed) or fixed & set(busy):
        raise ResourceTaken
    if not all(need.resource_ids for need in needs):
        raise ResourceTaken
    options = [
        [*dict.fromkeys(each for each in (*first, *sorted(need.resource_ids)) if each in free)]
        for need in needs
        if not need.is_all
        for free in [set(need.resource_ids) - fixed - set(busy)]
    ]
    owner: dict[int, int] = {}
    for index in range(len(options)):
        if not _find_one(index, options, owner, set()):
            raise ResourceTaken
    return fixed | set(owner)


def _find_one(index: int, options: list[list[int]], owner: dict[int, int], seen: set[int]) -> bool:
    """Give a need a resource; whoever has it may have to take another one (a matching by augmenting paths)."""
    for number in options[index]:
        if number in seen:
            continue
        seen.add(number)
        if number not in owner or _find_one(owner[number], options, owner, seen):
            owner[number] = index
            return True
    return False
