"""Where the workers meet: a business of its own, and what one of them knows."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from django.db.models import Model, QuerySet

from askpro.operations.interleaving import doors
from askpro.operations.interleaving.doors import Visitor
from booking import customers, visits
from booking.models import (
    Appointment,
    Customer,
    Proposal,
    Requirement,
    RequirementResource,
    Resource,
    ResourceUse,
    Series,
    Service,
    Session,
    Skill,
    StaffMember,
    TimeOff,
    Visit,
    WaitingEntry,
    WaitingOffer,
    WorkingHours,
)
from integrations.models import Message
from tenants import actors, api_keys, scope
from tenants.models import ApiKey, Branch, KeyedRequest, Membership, Tenant, User

TENANT_ID = uuid5(UUID("8f0e5b0e-1c55-4be0-9f47-6a5b6a1c7d11"), "interleavings of the diary")
BY = actors.system("proof")
QUARTER = timedelta(minutes=15)
# Workers want times from eight on; the clocks of their servers go from seven to half past nine.
OPENS = timedelta(hours=8)
FIRST_CLOCK, CLOCKS_DIFFER_BY = timedelta(hours=7), timedelta(seconds=9000)
# So many rounds share a day before it is emptied: later rounds find something to move and to cancel.
ROUNDS_A_DAY = 4
_EMAIL = "rivale@example.org"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Four people, services of every kind, two rooms and a device, open day and night."""

    branch: Branch
    people: list[StaffMember]
    plain: list[Service]
    group: Service
    roomy: list[Service]
    customers: list[Customer]
    midnight: datetime
    # A key for each worker, as each program would have one; the session of somebody at the back office.
    keys: list[str]
    visitor: Visitor

    @property
    def latest(self) -> datetime:
        """Return the time on the last clock: nothing runs out after it."""
        return self.midnight + FIRST_CLOCK + CLOCKS_DIFFER_BY


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One rival in one round, with dice and a clock of their own: clocks of servers differ, holds run out."""

    stage: Stage
    dice: random.Random
    round: int
    number: int
    now: datetime

    def start(self) -> datetime:
        return self.stage.midnight + OPENS + QUARTER * self.dice.randrange(24)

    def any_service(self) -> Service:
        return self.dice.choice([*self.stage.plain, self.stage.group, *self.stage.roomy])

    def seats_of(self, service: Service) -> int:
        return self.dice.randint(1, min(service.seats, 4))

    def key(self) -> str | None:
        """Return one of few keys, so that workers meet under the same one."""
        return f"{self.round}:{self.dice.randrange(6)}" if self.dice.random() < 0.3 else None

    def one(self, *states: str) -> Appointment | None:
        """Return some appointment, or some hold of a caller or a program; those that offers stand upon are nobody's."""
        rows = Appointment.objects.filter(status__in=states, visit=None)
        theirs = (Appointment.Source.BACK_OFFICE, Appointment.Source.PORTAL)
        return self.any_of(rows.exclude(status=Appointment.Status.HELD, source__in=theirs))

    def any_of(self, rows: QuerySet[Row]) -> Row | None:
        found = list(rows.order_by("pk")[:200])
        return self.dice.choice(found) if found else None

    def number_of(self, rows: Callable[[], QuerySet[Row]]) -> int | None:
        """Return the number of some row, looked up before a request: it may be gone or changed by then."""
        with scope.tenant(TENANT_ID):
            row = self.any_of(rows())
        return None if row is None else int(row.pk)

    def parts(self) -> list[visits.Part]:
        """Return a plan of two services that nobody has asked the search for."""
        starts_at, parts = self.start(), []
        for service in self.dice.sample([*self.stage.plain, *self.stage.roomy], 2):
            person = self.dice.choice(self.stage.people)
            parts.append(
                visits.Part(
                    service=service,
                    staff_member_id=person.pk,
                    staff_name=person.name,
                    starts_at=starts_at,
                    ends_at=starts_at,
                )
            )
            starts_at += timedelta(minutes=service.duration_minutes + 15)
        return parts


# --- The stage ----------------------------------------------------------------------------------------


def build(now: datetime, *, workers: int) -> Stage:
    """Make the business, as empty as its audit trail allows."""
    tomorrow = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with scope.tenant(TENANT_ID):
        tenant, _ = Tenant.objects.update_or_create(
            pk=TENANT_ID,
            defaults={"name": "Alles zugleich", "slug": "everything-at-once", "is_active": True},
        )
        _clear()
        branch = Branch.objects.create(tenant=tenant, name="Tag und Nacht", time_zone="UTC")
        for weekday in range(1, 8):
            WorkingHours.objects.create(
                tenant=tenant, branch=branch, weekday=weekday, from_minute=0, until_minute=1440
            )
        people = [
            StaffMember.objects.create(tenant=tenant, branch=branch, name=name)
            for name in ("Eins", "Zwei", "Drei", "Vier")
        ]
        short = _service(tenant, people, "Kurz", 30)
        long = _service(
            tenant, people, "Lang", 45, buffer_before_minutes=5, buffer_after_minutes=10
        )
        perm = _service(
            tenant, people, "Dauerwelle", 90, processing_after_minutes=30, processing_minutes=30
        )
        group = _service(tenant, people, "Kurs", 60, seats=6)
        massage = _service(tenant, people, "Massage", 30, buffer_after_minutes=5)
        laser = _service(tenant, people, "Laser", 60)
        rooms = [
            Resource.objects.create(tenant=tenant, branch=branch, name=name)
            for name in ("Raum 1", "Raum 2", "Gerät")
        ]
        for service, name, options in (
            (massage, "Raum", rooms[:2]),
            (laser, "Raum", rooms[:2]),
            (laser, "Gerät", rooms[2:]),
        ):
            _requirement(tenant, service, name, options)
        return Stage(
            branch=branch,
            people=people,
            plain=[short, long, perm],
            group=group,
            roomy=[massage, laser],
            customers=[
                customers.find_or_create(
                    name="Rivale",
                    phone=f"+4917139200{number:02d}",
                    # Offers of the waiting list go by e-mail; nobody reads there.
                    email=f"rivale{number}@example.org",
                    now=now,
                )
                for number in range(6)
            ],
            midnight=tomorrow + timedelta(days=1),
            keys=[_key(tenant, now=now) for _ in range(workers)],
            visitor=doors.sign_in(_somebody(tenant)),
        )


def _service(
    tenant: Tenant, people: list[StaffMember], name: str, minutes: int, **more: int
) -> Service:
    service = Service.objects.create(
        tenant=tenant,
        name=name,
        duration_minutes=minutes,
        step_minutes=15,
        min_notice_minutes=0,
        horizon_days=30,
        **more,
    )
    for person in people:
        Skill.objects.create(tenant=tenant, staff_member=person, service=service)
    return service


def _requirement(tenant: Tenant, service: Service, name: str, options: list[Resource]) -> None:
    requirement = Requirement.objects.create(
        tenant=tenant, service=service, name=name, mode=Requirement.Mode.ANY
    )
    for each in options:
        RequirementResource.objects.create(tenant=tenant, requirement=requirement, resource=each)


def _key(tenant: Tenant, *, now: datetime) -> str:
    scopes = [ApiKey.Scope.READ, ApiKey.Scope.WRITE]
    return api_keys.issue(tenant, name="Rivale", scopes=scopes, by=BY, now=now)[1]


def _somebody(tenant: Tenant) -> User:
    user, _ = User.objects.get_or_create(
        email=_EMAIL, defaults={"name": "Rivale", "is_staff": True, "is_active": True}
    )
    user.set_unusable_password()
    user.save()
    Membership.objects.get_or_create(
        tenant=tenant, user=user, defaults={"role": Membership.Role.OWNER}
    )
    return user


def empty_the_day() -> None:
    """Delete what was booked, held, offered and told; hours, people and services stay."""
    with scope.tenant(TENANT_ID):
        for model in _OF_A_DAY:
            model._default_manager.all().delete()


def leave() -> None:
    """Leave a business that is empty and inactive, and to which nobody has a key."""
    with scope.tenant(TENANT_ID):
        _clear()
        User.objects.filter(email=_EMAIL).delete()
        Tenant.objects.filter(pk=TENANT_ID).update(is_active=False)


# Who refers to others first.
_OF_A_DAY = (
    Proposal,
    WaitingOffer,
    WaitingEntry,
    ResourceUse,
    Appointment,
    Session,
    Visit,
    Series,
    TimeOff,
    KeyedRequest,
    Message,
)


def _clear() -> None:
    for model in (*_OF_A_DAY, Customer, ApiKey, Membership):
        model._default_manager.all().delete()
    for owner in (StaffMember, Service, Resource, Branch):
        owner._default_manager.all().delete()
