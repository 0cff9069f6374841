"""Plain typed functions that make rows. Each opens the scope of its business by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

from booking.models import (
    Appointment,
    Customer,
    DiaryRules,
    Policy,
    Proposal,
    Requirement,
    RequirementResource,
    Resource,
    Series,
    Service,
    ServiceAlias,
    Skill,
    StaffMember,
    TimeOff,
    Visit,
    WaitingEntry,
    WaitingOffer,
    WorkingHours,
)
from tenants import actors, api_keys, scope
from tenants.models import Branch, Membership, PhoneNumber, Tenant, User

PASSWORD = "ein langes Passwort 1"
NINE, FIVE = 9 * 60, 17 * 60


def make_salon(*, name: str, number: str, slug: str) -> Tenant:
    """Make a business that is open Monday to Friday, 9 to 17, with Jana and Mira, a cut and a colouring."""
    tenant = make_tenant(name=name, slug=slug)
    branch = make_branch(tenant, name="Hauptfiliale")
    make_number(branch, number=number)
    make_hours(branch)
    jana, mira = make_staff(branch, name="Jana"), make_staff(branch, name="Mira")
    cut = make_service(tenant, name="Haarschnitt", duration_minutes=30, price_cents=3500)
    colour = make_service(tenant, name="Färben", duration_minutes=90, price_cents=8900)
    make_alias(cut, "Haare schneiden")
    for person in (jana, mira):
        make_skill(person, cut)
    make_skill(jana, colour)
    return tenant


def make_tenant(*, name: str, slug: str) -> Tenant:
    with scope.platform():
        return Tenant.objects.create(name=name, slug=slug, industry=Tenant.Industry.SALON)


def make_branch(
    tenant: Tenant, *, name: str, time_zone: str = "Europe/Berlin", state: str = "BE"
) -> Branch:
    with scope.tenant(tenant):
        return Branch.objects.create(
            tenant=tenant, name=name, city="Berlin", state=state, time_zone=time_zone
        )


def make_number(branch: Branch, *, number: str, is_primary: bool = True) -> PhoneNumber:
    with scope.tenant(branch.tenant_id):
        return PhoneNumber.objects.create(
            tenant_id=branch.tenant_id, branch=branch, number=number, is_primary=is_primary
        )


def make_hours(
    branch: Branch,
    *,
    staff_member: StaffMember | None = None,
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5),
    from_minute: int = NINE,
    until_minute: int = FIVE,
) -> None:
    with scope.tenant(branch.tenant_id):
        for weekday in weekdays:
            WorkingHours.objects.create(
                tenant_id=branch.tenant_id,
                branch=branch,
                staff_member=staff_member,
                weekday=weekday,
                from_minute=from_minute,
                until_minute=until_minute,
            )


def make_staff(branch: Branch, *, name: str) -> StaffMember:
    with scope.tenant(branch.tenant_id):
        return StaffMember.objects.create(tenant_id=branch.tenant_id, branch=branch, name=name)


def make_service(
    tenant: Tenant, *, name: str, duration_minutes: int = 30, **fields: Any
) -> Service:
    with scope.tenant(tenant):
        return Service.objects.create(
            tenant=tenant, name=name, duration_minutes=duration_minutes, **fields
        )


def make_alias(service: Service, alias: str) -> ServiceAlias:
    with scope.tenant(service.tenant_id):
        return ServiceAlias.objects.create(
            tenant_id=service.tenant_id, service=service, alias=alias
        )


def make_skill(staff_member: StaffMember, service: Service, **fields: Any) -> Skill:
    with scope.tenant(staff_member.tenant_id):
        return Skill.objects.create(
            tenant_id=staff_member.tenant_id, staff_member=staff_member, service=service, **fields
        )


def make_resource(branch: Branch, *, name: str, is_active: bool = True) -> Resource:
    with scope.tenant(branch.tenant_id):
        return Resource.objects.create(
            tenant_id=branch.tenant_id, branch=branch, name=name, is_active=is_active
        )


def make_requirement(
    service: Service, *resources: Resource, mode: str = Requirement.Mode.ANY, name: str = "Raum"
) -> Requirement:
    """Make a service need any one (or all) of these resources."""
    with scope.tenant(service.tenant_id):
        requirement = Requirement.objects.create(
            tenant_id=service.tenant_id, service=service, mode=mode, name=name
        )
        for resource in resources:
            RequirementResource.objects.create(
                tenant_id=service.tenant_id, requirement=requirement, resource=resource
            )
    return requirement


def make_policy(tenant: Tenant, *, kind: str = Policy.Kind.CANCEL, **fields: Any) -> Policy:
    with scope.tenant(tenant):
        return Policy.objects.create(tenant=tenant, kind=kind, **fields)


def make_rules(tenant: Tenant, **fields: Any) -> DiaryRules:
    with scope.tenant(tenant):
        return DiaryRules.objects.create(tenant=tenant, **fields)


def make_time_off(
    branch: Branch,
    *,
    starts_at: datetime,
    ends_at: datetime,
    staff_member: StaffMember | None = None,
) -> TimeOff:
    with scope.tenant(branch.tenant_id):
        return TimeOff.objects.create(
            tenant_id=branch.tenant_id,
            branch=branch,
            staff_member=staff_member,
            starts_at=starts_at,
            ends_at=ends_at,
        )


def make_customer(
    tenant: Tenant,
    *,
    name: str = "Erika Mustermann",
    phone: str | None = "+491713920042",
    email: str | None = None,
) -> Customer:
    with scope.tenant(tenant):
        return Customer.objects.create(tenant=tenant, name=name, phone=phone, email=email)


def make_appointment(
    staff_member: StaffMember,
    service: Service,
    customer: Customer,
    *,
    starts_at: datetime,
    status: str = Appointment.Status.CONFIRMED,
) -> Appointment:
    """Write an appointment as it would stand in the diary; rules are not asked, constraints are."""
    ends_at = starts_at + timedelta(minutes=service.duration_minutes)
    with scope.tenant(staff_member.tenant_id):
        return Appointment.objects.create(
            tenant_id=staff_member.tenant_id,
            branch_id=staff_member.branch_id,
            staff_member=staff_member,
            service=service,
            customer=customer,
            attendee_name=customer.name,
            starts_at=starts_at,
            ends_at=ends_at,
            blocked_from=starts_at - timedelta(minutes=service.buffer_before_minutes),
            blocked_until=ends_at + timedelta(minutes=service.buffer_after_minutes),
            status=status,
            source=Appointment.Source.BACK_OFFICE,
            price_cents=service.price_cents,
        )


def make_user(*, email: str, is_superuser: bool = False) -> User:
    return User.objects.create_user(
        email, PASSWORD, name=email, is_staff=True, is_superuser=is_superuser
    )


def make_member(tenant: Tenant, *, email: str, role: str = Membership.Role.OWNER) -> User:
    user = make_user(email=email)
    with scope.tenant(tenant):
        Membership.objects.create(tenant=tenant, user=user, role=role)
    return user


def make_api_key(tenant: Tenant, *, scopes: tuple[str, ...] = ("read", "write")) -> str:
    """Issue a key and return its secret."""
    with scope.tenant(tenant):
        _, secret = api_keys.issue(
            tenant, name="Test", scopes=scopes, by=actors.system("tests"), now=datetime.now(UTC)
        )
    return secret


def branch_of(tenant: Tenant) -> Branch:
    with scope.tenant(tenant):
        return Branch.objects.order_by("pk")[0]


def service_of(tenant: Tenant, name: str) -> Service:
    with scope.tenant(tenant):
        return Service.objects.get(name=name)


def staff_of(tenant: Tenant, name: str) -> StaffMember:
    with scope.tenant(tenant):
        return StaffMember.objects.get(name=name)


def make_visit(tenant: Tenant, customer: Customer, *, starts_at: datetime) -> Visit:
    """Write a visit of two: Mira cuts, then Jana colours."""
    mira, jana = staff_of(tenant, "Mira"), staff_of(tenant, "Jana")
    cut, colour = service_of(tenant, "Haarschnitt"), service_of(tenant, "Färben")
    first = make_appointment(mira, cut, customer, starts_at=starts_at)
    second = make_appointment(jana, colour, customer, starts_at=first.ends_at)
    with scope.tenant(tenant):
        visit = Visit.objects.create(tenant=tenant, branch=branch_of(tenant), customer=customer)
        Appointment.objects.filter(pk__in=[first.pk, second.pk]).update(visit=visit)
    return visit


def make_stories(
    tenant: Tenant, appointment: Appointment, *, now: datetime
) -> tuple[Series, WaitingEntry, WaitingOffer, Proposal]:
    """Write a series of two dates, somebody who waits with an offer, and a proposal for an appointment."""
    jana, mira = staff_of(tenant, "Jana"), staff_of(tenant, "Mira")
    cut, branch = service_of(tenant, "Haarschnitt"), branch_of(tenant)
    customer = appointment.customer
    assert customer is not None
    with scope.tenant(tenant):
        series = Series.objects.create(
            tenant=tenant,
            branch=branch,
            service=cut,
            staff_member=jana,
            customer=customer,
            attendee_name=customer.name,
            rule="FREQ=WEEKLY;COUNT=2",
            starts_at=now + timedelta(days=3, hours=2),
        )
        for week in range(2):
            date = make_appointment(
                jana, cut, customer, starts_at=series.starts_at + timedelta(weeks=week)
            )
            Appointment.objects.filter(pk=date.pk).update(series=series)
        entry = WaitingEntry.objects.create(
            tenant=tenant,
            branch=branch,
            service=cut,
            customer=customer,
            attendee_name=customer.name,
            first_day=now.date(),
            last_day=now.date() + timedelta(days=7),
            status=WaitingEntry.Status.OFFERED,
            source=Appointment.Source.PHONE,
        )
        offered = {"staff_member": mira, "expires_at": now + timedelta(minutes=30)}
        offer = WaitingOffer.objects.create(
            tenant=tenant, entry=entry, starts_at=now + timedelta(days=3, hours=1), **offered
        )
        proposal = Proposal.objects.create(
            tenant=tenant, appointment=appointment, starts_at=appointment.starts_at, **offered
        )
    return series, entry, offer, proposal
