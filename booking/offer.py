"""What the business offers and what it needs for that: services, with their other names and requirements; resources."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking.models import (
    Requirement,
    RequirementResource,
    Resource,
    Service,
    ServiceAlias,
    WaitingEntry,
)
from tenants import audit, records
from tenants.actors import Actor
from tenants.errors import Invalid


class Need(NamedTuple):
    """What a service needs: all of these resources, or any one of them."""

    name: str
    mode: str
    resources: Sequence[Resource]


def add_service(
    service: Service,
    *,
    by: Actor,
    now: datetime,
    other_names: Sequence[str] = (),
    needs: Sequence[Need] = (),
) -> Service:
    """Write a new service with the words callers use for it and what it needs.

    :raises Invalid: its parts do not fit together
    :raises tenants.records.AlreadyExists: there is a service of this name
    """
    _check(service)
    with transaction.atomic():
        records.add(service, by=by, now=now)
        _call_it(service, other_names)
        _let_it_need(service, needs)
    return service


def change_service(
    service: Service,
    wanted: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    other_names: Sequence[str] | None = None,
    needs: Sequence[Need] | None = None,
) -> None:
    """Change the given fields; names and needs are replaced as a whole where they are given.

    :raises Invalid: the parts would not fit together any more
    :raises tenants.records.AlreadyExists: there is another service of this name
    """
    _check(_as_it_would_be(service, wanted))
    with transaction.atomic():
        records.change(service, wanted, by=by, now=now)
        facts: dict[str, int] = {}
        if other_names is not None:
            ServiceAlias.objects.filter(service=service).delete()
            facts["servicealias"] = _call_it(service, other_names)
        if needs is not None:
            Requirement.objects.filter(service=service).delete()
            facts["requirement"] = _let_it_need(service, needs)
        if facts:
            audit.record(
                "changed", service, tenant_id=service.tenant_id, by=by, now=now, fields=[], **facts
            )


def remove_service(service: Service, *, by: Actor, now: datetime) -> None:
    """Delete a service that nobody has ever booked or waits for.

    :raises tenants.records.InUse: somebody has, or does
    """
    waiting = WaitingEntry.objects.filter(service=service)
    records.remove(service, by=by, now=now, unless=[waiting])


def remove_resource(resource: Resource, *, by: Actor, now: datetime) -> None:
    """Delete a resource that no service needs and no appointment has used.

    :raises tenants.records.InUse: one does, or has
    """
    needed = RequirementResource.objects.filter(resource=resource)
    records.remove(resource, by=by, now=now, unless=[needed])


PARTS = ("duration_minutes", "processing_after_minutes", "processing_minutes", "seats")


def problems_of(
    *,
    duration_minutes: int,
    processing_after_minutes: int | None,
    processing_minutes: int,
    seats: int,
) -> dict[str, object]:
    """Return by field, in sentences, what the database would refuse without one."""
    begins, lasts = processing_after_minutes, processing_minutes
    errors: dict[str, object] = {}
    if (begins is None) != (lasts == 0):
        errors["processing_minutes"] = _("Say when the processing time begins and how long it is.")
    elif begins is not None and not 0 < begins <= duration_minutes - lasts:
        errors["processing_minutes"] = _("The processing time is part of the duration.")
    if seats > 1 and lasts:
        errors["seats"] = _("A service with several seats has no processing time.")
    return errors


def choose_from(requirement: Requirement, resources: Iterable[Resource]) -> None:
    """Let a requirement be met by exactly these resources."""
    RequirementResource.objects.filter(requirement=requirement).delete()
    RequirementResource.objects.bulk_create(
        RequirementResource(
            tenant_id=requirement.tenant_id, requirement=requirement, resource=resource
        )
        for resource in resources
    )


def _as_it_would_be(service: Service, wanted: Mapping[str, Any]) -> Service:
    values = {
        field.attname: getattr(service, field.attname) for field in Service._meta.concrete_fields
    }
    return Service(**{**values, **wanted})


def _check(service: Service) -> None:
    errors = problems_of(**{name: getattr(service, name) for name in PARTS})
    if errors:
        raise Invalid(**errors)


def _call_it(service: Service, other_names: Iterable[str]) -> int:
    rows = [
        ServiceAlias(tenant_id=service.tenant_id, service=service, alias=name)
        for name in dict.fromkeys(other_names)
    ]
    return len(ServiceAlias.objects.bulk_create(rows))


def _let_it_need(service: Service, needs: Sequence[Need]) -> int:
    if len({need.name for need in needs}) != len(needs):
        raise Invalid(requirements=_("Every requirement needs a name of its own."))
    rows = Requirement.objects.bulk_create(
        Requirement(tenant_id=service.tenant_id, service=service, name=need.name, mode=need.mode)
        for need in needs
    )
    for row, need in zip(rows, needs, strict=True):
        choose_from(row, need.resources)
    return len(rows)
