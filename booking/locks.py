"""Waiting for several diaries at once: first the diaries, then the resources, each in the order of their ids."""

from collections.abc import Collection
from uuid import UUID

from booking.models import Requirement, Resource, Service, StaffMember
from tenants import statements
from tenants.models import Branch

_DIARIES = (
    "SELECT id FROM booking_staffmember WHERE tenant_id = %s AND id = ANY(%s)"
    " ORDER BY id FOR NO KEY UPDATE"
)


def diaries(tenant_id: UUID, staff_ids: Collection[int]) -> None:
    """Wait for everybody who is writing into one of these diaries; hold the others off until the commit."""
    statements.run(_DIARIES, (tenant_id, sorted(staff_ids)))


def resources_for(service: Service, branch: Branch) -> None:
    """Wait for everybody who takes a resource that the service may need here. Diaries come first."""
    wanted = Requirement.objects.filter(service=service, resources__branch=branch)
    ids = set(wanted.values_list("resources__pk", flat=True))
    if ids:
        Resource.lock(branch.tenant_id, sorted(ids))


def team_of(service: Service, branch: Branch) -> set[int]:
    """Return the ids of everybody who offers a service in a branch."""
    people = StaffMember.objects.filter(branch=branch, is_active=True, skills__service=service)
    return set(people.values_list("pk", flat=True))
