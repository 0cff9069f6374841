"""Rows of a diary with everything that can be in one, written as they would stand there; no rule is asked."""

from datetime import date, datetime, timedelta
from typing import Any

from booking import shape
from booking.models import (
    Appointment,
    Customer,
    Requirement,
    RequirementResource,
    Resource,
    ResourceUse,
    Service,
    Session,
    Skill,
    SpecialHours,
    StaffMember,
    WorkingHours,
)
from tenants import scope
from tenants.models import Branch
from tests import factories

Row = Service | Branch | StaffMember


def change(row: Row, **fields: Any) -> None:
    """Set fields of a row."""
    with scope.tenant(row.tenant_id):
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()


def skill(person: StaffMember, service: Service, **fields: Any) -> None:
    with scope.tenant(person.tenant_id):
        Skill.objects.update_or_create(
            tenant_id=person.tenant_id, staff_member=person, service=service, defaults=fields
        )


def hours(
    branch: Branch, day: str, *spans: tuple[float, float], of: StaffMember | None = None
) -> None:
    """Replace the weekly rules of the weekday of a date, in hours: `(9, 17)`."""
    weekday = date.fromisoformat(day).isoweekday()
    with scope.tenant(branch.tenant_id):
        WorkingHours.objects.filter(branch=branch, staff_member=of, weekday=weekday).delete()
    for start, end in spans:
        factories.make_hours(
            branch,
            staff_member=of,
            weekdays=(weekday,),
            from_minute=round(start * 60),
            until_minute=round(end * 60),
        )


def special(
    branch: Branch, day: str, *spans: tuple[float, float], of: StaffMember | None = None
) -> list[int]:
    """Give a date hours of its own, none for "closed"; return the numbers of the rows."""
    with scope.tenant(branch.tenant_id):
        return [
            SpecialHours.objects.create(
                tenant_id=branch.tenant_id,
                branch=branch,
                staff_member=of,
                day=date.fromisoformat(day),
                from_minute=None if start is None else round(start * 60),
                until_minute=None if end is None else round(end * 60),
            ).pk
            for start, end in (spans or ((None, None),))
        ]


def appointment(
    person: StaffMember,
    service: Service,
    starts_at: datetime,
    *,
    customer: Customer | None = None,
    status: str = Appointment.Status.CONFIRMED,
    session: Session | None = None,
    own_minutes: int | None = None,
    **fields: Any,
) -> Appointment:
    """Write an appointment in the shape of its service."""
    parts = shape.of(service, own_minutes)
    blocked_from, blocked_until = parts.blocked(starts_at)
    processing_from, processing_until = parts.processing_at(starts_at)
    with scope.tenant(person.tenant_id):
        who = customer or _anybody(person)
        return Appointment.objects.create(
            tenant_id=person.tenant_id,
            branch_id=person.branch_id,
            staff_member=person,
            service=service,
            customer=who,
            attendee_name=who.name,
            starts_at=starts_at,
            ends_at=parts.ends_at(starts_at),
            blocked_from=blocked_from,
            blocked_until=blocked_until,
            processing_from=processing_from,
            processing_until=processing_until,
            session=session,
            status=status,
            source=Appointment.Source.BACK_OFFICE,
            **fields,
        )


def hold(
    person: StaffMember, service: Service, starts_at: datetime, *, until: datetime, **fields: Any
) -> Appointment:
    return appointment(
        person,
        service,
        starts_at,
        status=Appointment.Status.HELD,
        hold_expires_at=until,
        **fields,
    )


def session(person: StaffMember, service: Service, starts_at: datetime) -> Session:
    """Open a session in which nobody is yet."""
    with scope.tenant(person.tenant_id):
        return Session.objects.create(
            tenant_id=person.tenant_id,
            branch_id=person.branch_id,
            service=service,
            staff_member=person,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=service.duration_minutes),
            capacity=service.seats,
        )


def resource(branch: Branch, name: str, **fields: Any) -> Resource:
    with scope.tenant(branch.tenant_id):
        return Resource.objects.create(
            tenant_id=branch.tenant_id, branch=branch, name=name, **fields
        )


def needs(service: Service, mode: str, *resources: Resource, name: str = "") -> Requirement:
    with scope.tenant(service.tenant_id):
        requirement = Requirement.objects.create(
            tenant_id=service.tenant_id,
            service=service,
            name=name or f"{mode} {[each.name for each in resources]}",
            mode=mode,
        )
        for each in resources:
            RequirementResource.objects.create(
                tenant_id=service.tenant_id, requirement=requirement, resource=each
            )
    return requirement


def use(of: Appointment, resource: Resource) -> None:
    """Let an appointment take a resource for its whole span."""
    with scope.tenant(of.tenant_id):
        ResourceUse.objects.create(
            tenant_id=of.tenant_id,
            appointment=of,
            resource=resource,
            blocked_from=of.blocked_from,
            blocked_until=of.blocked_until,
            session_number=of.session_id,
        )


def _anybody(person: StaffMember) -> Customer:
    name = "Jemand"
    found = Customer.objects.filter(name=name).first()
    return found or Customer.objects.create(tenant_id=person.tenant_id, name=name)


def change_resource(resource: Resource, **fields: Any) -> None:
    with scope.tenant(resource.tenant_id):
        Resource.objects.filter(pk=resource.pk).update(**fields)
