"""Who plays in the benchmark: one business with a team of twenty, its month half taken, and a neighbour."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.models import Appointment, Customer, Service, Skill, StaffMember, WorkingHours
from calls.models import Call
from integrations import inbox
from tenants import actors, api_keys, scope
from tenants.models import Branch, PhoneNumber, Tenant

SLUG = "benchmark"
NUMBER = "+493023125900"
TEAM, TOWN = 20, 40
DAYS = 30
_CALLS = 5000
_ZONE = ZoneInfo("Europe/Berlin")


def enter(*, now: datetime) -> Tenant:
    """Return the business of the benchmark, made at the first run."""
    with scope.platform():
        known = Tenant.objects.filter(slug=SLUG).first()
        if known is not None:
            return known
        tenant = Tenant.objects.create(name="Benchmark", slug=SLUG)
    with scope.tenant(tenant):
        branch = Branch.objects.create(
            tenant=tenant, name="Filiale", state="BE", time_zone="Europe/Berlin"
        )
        number = PhoneNumber.objects.create(
            tenant=tenant, branch=branch, number=NUMBER, is_primary=True
        )
        service = Service.objects.create(tenant=tenant, name="Haarschnitt", duration_minutes=30)
        team = _team(tenant, branch, service, size=TEAM)
        _fill_the_month(tenant, branch, service, team, now=now, days=DAYS)
        _fill_the_calls(tenant, branch, number)
    return tenant


def town(*, now: datetime) -> list[str]:
    """Return the numbers of forty businesses with five people each, half taken for a fortnight."""
    numbers = [f"+49302312{5950 + n}" for n in range(TOWN)]
    with scope.platform():
        if Tenant.objects.filter(slug=f"{SLUG}-0").exists():
            return numbers
    for n, dialled in enumerate(numbers):
        with scope.platform():
            tenant = Tenant.objects.create(name=f"Benchmark {n}", slug=f"{SLUG}-{n}")
        with scope.tenant(tenant):
            branch = Branch.objects.create(
                tenant=tenant, name="Filiale", state="BE", time_zone="Europe/Berlin"
            )
            PhoneNumber.objects.create(
                tenant=tenant, branch=branch, number=dialled, is_primary=True
            )
            service = Service.objects.create(tenant=tenant, name="Haarschnitt", duration_minutes=30)
            team = _team(tenant, branch, service, size=5)
            _fill_the_month(tenant, branch, service, team, now=now, days=14)
    return numbers


def key_for(tenant: Tenant, *, now: datetime) -> str:
    """Return the secret of a fresh API key."""
    with scope.tenant(tenant):
        _, secret = api_keys.issue(
            tenant, name="Benchmark", scopes=("read",), by=actors.system("bench"), now=now
        )
    return secret


def _team(tenant: Tenant, branch: Branch, service: Service, *, size: int) -> list[StaffMember]:
    team = []
    for n in range(size):
        person = StaffMember.objects.create(tenant=tenant, branch=branch, name=f"Person {n:02d}")
        Skill.objects.create(tenant=tenant, staff_member=person, service=service)
        team.append(person)
    for weekday in range(1, 8):
        for first, last in ((9 * 60, 12 * 60), (13 * 60, 17 * 60)):
            WorkingHours.objects.create(
                tenant=tenant, branch=branch, weekday=weekday, from_minute=first, until_minute=last
            )
    return team


def _fill_the_month(
    tenant: Tenant,
    branch: Branch,
    service: Service,
    team: list[StaffMember],
    *,
    now: datetime,
    days: int,
) -> None:
    """Take half of every day with appointments of 15 to 60 minutes, the same ones in every run."""
    dice = random.Random(3)  # noqa: S311 — repeatable, guards nothing
    customer = Customer.objects.create(tenant=tenant, name="Erika Mustermann")
    rows = []
    for person in team:
        for day in range(days + 2):
            for first, last in ((9 * 60, 12 * 60), (13 * 60, 17 * 60)):
                minute = first
                while minute < last:
                    length = dice.choice((15, 30, 45, 60))
                    if dice.random() < 0.5 and minute + length <= last:
                        rows.append(
                            _taken(
                                tenant, branch, service, person, customer, now, day, minute, length
                            )
                        )
                    minute += length
    Appointment.objects.bulk_create(rows, batch_size=2000)


def _taken(
    tenant: Tenant,
    branch: Branch,
    service: Service,
    person: StaffMember,
    customer: Customer,
    now: datetime,
    day: int,
    minute: int,
    length: int,
) -> Appointment:
    midnight = datetime.combine(now.astimezone(_ZONE).date(), datetime.min.time(), _ZONE)
    local = midnight + timedelta(days=day)
    starts_at = local.replace(hour=minute // 60, minute=minute % 60).astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=length)
    return Appointment(
        tenant=tenant, branch=branch, service=service, staff_member=person, customer=customer,
        attendee_name=customer.name, starts_at=starts_at, ends_at=ends_at, blocked_from=starts_at,
        blocked_until=ends_at, status=Appointment.Status.CONFIRMED,
        source=Appointment.Source.BACK_OFFICE,
    )  # fmt: skip


def _fill_the_calls(tenant: Tenant, branch: Branch, number: PhoneNumber) -> None:
    rows = [
        Call(
            id=inbox.number_for("retell", f"bench_call_{n}"), tenant=tenant, branch=branch,
            phone_number=number, external_id=f"bench_call_{n}", to_number=NUMBER,
            status=Call.Status.ANALYZED, outcome=Call.Outcome.NO_WISH,
        )
        for n in range(_CALLS)
    ]  # fmt: skip
    Call.objects.bulk_create(rows, batch_size=1000)
