"""Everything at once: many workers do whatever they like in the same few diaries, and after each round the rows are counted.

What a worker does is drawn from a seed; how the statements of the workers fall between each other is up to the database.
The invariants are asked in plain statements of their own, not through the constraints they prove.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import psycopg
from django.db import DatabaseError

from askpro.operations import invariants, proof
from booking import attendance, customers, policies, scheduling, series, visits
from booking.models import (
    Appointment,
    Customer,
    Policy,
    Requirement,
    RequirementResource,
    Resource,
    ResourceUse,
    Series,
    Service,
    Session,
    Skill,
    StaffMember,
    Visit,
    WorkingHours,
)
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant

TENANT_ID = uuid5(UUID("8f0e5b0e-1c55-4be0-9f47-6a5b6a1c7d11"), "interleavings of the diary")
_BY = actors.system("proof")
# So many rounds share a day before it is emptied: later rounds find something to move and to cancel.
_ROUNDS_A_DAY = 4
_QUARTER = timedelta(minutes=15)
_EIGHT = 8 * 60


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


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One rival in one round, with dice and a clock of their own: clocks of servers differ, holds run out."""

    stage: Stage
    dice: random.Random
    round: int
    number: int
    now: datetime

    def start(self) -> datetime:
        return self.stage.midnight + timedelta(minutes=_EIGHT) + _QUARTER * self.dice.randrange(24)

    def any_service(self) -> Service:
        return self.dice.choice([*self.stage.plain, self.stage.group, *self.stage.roomy])

    def seats_of(self, service: Service) -> int:
        return self.dice.randint(1, min(service.seats, 4))

    def key(self) -> str | None:
        """Return one of few keys, so that workers meet under the same one."""
        return f"{self.round}:{self.dice.randrange(6)}" if self.dice.random() < 0.3 else None

    def one(self, *states: str) -> Appointment | None:
        found = Appointment.objects.filter(status__in=states, visit=None).order_by("pk")[:200]
        rows = list(found)
        return self.dice.choice(rows) if rows else None


Action = Callable[[Worker], object]


@dataclass(kw_only=True)
class Report:
    """What came of all rounds: how often what was done or refused, and what was wrong."""

    rounds: int = 0
    workers: int = 0
    seconds: float = 0.0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)

    @property
    def deadlocks(self) -> int:
        return sum(n for (_, outcome), n in self.outcomes.items() if outcome == "deadlock")

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Return what neither was done nor refused; `details` has the words of the database."""
        return sorted(each for each in self.outcomes if each[1].endswith("Error"))

    @property
    def holds(self) -> bool:
        return not (self.broken or self.deadlocks or self.faults)


def run(
    *,
    rounds: int,
    workers: int,
    seed: int,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
    actions: Sequence[tuple[str, int, Action]] = (),
) -> Report:
    """Let the workers meet in so many rounds. Leaves a business that is empty and inactive.

    `actions` are names, weights and verbs that take part beside our own.
    """
    report = Report(rounds=rounds, workers=workers)
    began = time.perf_counter()
    try:
        stage = _stage(now)
        everything = [*ACTIONS, *actions]
        with proof.rivals(workers) as at_once:
            for number in range(rounds):
                _round(at_once, stage, number, seed=seed, report=report, actions=everything)
                report.broken.update(invariants.broken(TENANT_ID))
                if number % _ROUNDS_A_DAY == _ROUNDS_A_DAY - 1:
                    _empty_the_day()
                progress(number + 1)
    finally:
        _leave()
    report.seconds = time.perf_counter() - began
    return report


def _round(
    at_once: proof.AtOnce,
    stage: Stage,
    number: int,
    *,
    seed: int,
    report: Report,
    actions: Sequence[tuple[str, int, Action]],
) -> None:
    names, weights, verbs = zip(*actions, strict=True)

    def act(rival: int) -> tuple[str, str]:
        dice = random.Random(f"{seed}:{number}:{rival}")  # noqa: S311 — the same dice again, no secret
        place = dice.choices(range(len(names)), weights)[0]
        clock = stage.midnight + timedelta(minutes=_EIGHT - 60, seconds=dice.randrange(9000))
        worker = Worker(stage=stage, dice=dice, round=number, number=rival, now=clock)
        return names[place], _outcome(verbs[place], worker, report.details)

    report.outcomes.update(at_once(act))


def _outcome(verb: Action, worker: Worker, details: list[str]) -> str:
    try:
        with scope.tenant(TENANT_ID):
            return "nothing to do" if verb(worker) is None else "done"
    except Refused as refusal:
        return refusal.code
    except DatabaseError as error:
        details.append(f"{error}")
        is_deadlock = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
        return "deadlock" if is_deadlock else type(error).__name__


# --- What workers do ------------------------------------------------------------------------------------


def _book(worker: Worker) -> scheduling.Booking:
    service = worker.any_service()
    named = worker.dice.random() < 0.7
    return scheduling.book(
        service,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people) if named else None,
        starts_at=worker.start(),
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=_BY,
        now=worker.now,
        idempotency_key=worker.key(),
        seats=worker.seats_of(service),
    )


def _hold(worker: Worker) -> Appointment:
    service = worker.any_service()
    return scheduling.hold(
        service,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people),
        starts_at=worker.start(),
        source=Appointment.Source.PHONE,
        by=_BY,
        now=worker.now,
        # Some calls change their minds; some holds run out while others still believe in them.
        call_number=worker.dice.randrange(1, 9),
        seconds=worker.dice.choice((30, 300, 3600)),
        seats=worker.seats_of(service),
    )


def _book_a_hold(worker: Worker) -> object:
    """Book what somebody holds, or decide for another start or person."""
    held = worker.one("held")
    if held is None:
        return None
    other = worker.dice.random() < 0.3
    return scheduling.book(
        held.service,
        branch=worker.stage.branch,
        staff_member=worker.dice.choice(worker.stage.people) if other else held.staff_member,
        starts_at=worker.start() if other else held.starts_at,
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.PHONE,
        by=_BY,
        now=worker.now,
        call_number=held.call_number,
        hold=held,
        seats=held.seats,
    )


def _release(worker: Worker) -> object:
    held = worker.one("held")
    if held is None:
        return None
    scheduling.release(held, by=_BY, now=worker.now)
    return held


def _move(worker: Worker) -> object:
    row = worker.one("confirmed")
    if row is None:
        return None
    return scheduling.reschedule(
        row,
        starts_at=worker.start(),
        staff_member=worker.dice.choice(worker.stage.people),
        by=_BY,
        source=Appointment.Source.PORTAL,
        now=worker.now,
        hold=worker.one("held") if worker.dice.random() < 0.2 else None,
    )


def _cancel(worker: Worker) -> object:
    row = worker.one("confirmed", "checked_in", "held")
    if row is None:
        return None
    scheduling.cancel(row, by=_BY, source=Appointment.Source.PHONE, now=worker.now)
    return row


def _visit(worker: Worker) -> object:
    services = worker.dice.sample([*worker.stage.plain, *worker.stage.roomy], 2)
    starts_at, parts = worker.start(), []
    for service in services:
        person = worker.dice.choice(worker.stage.people)
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
    return visits.book(
        parts,
        branch=worker.stage.branch,
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=_BY,
        now=worker.now,
        idempotency_key=worker.key(),
    )


def _one_visit(worker: Worker) -> Visit | None:
    found = list(Visit.objects.order_by("pk")[:100])
    return worker.dice.choice(found) if found else None


def _cancel_a_visit(worker: Worker) -> object:
    visit = _one_visit(worker)
    if visit is not None:
        visits.cancel(visit, by=_BY, source=Appointment.Source.API, now=worker.now)
    return visit


def _move_a_visit(worker: Worker) -> object:
    visit = _one_visit(worker)
    if visit is None:
        return None
    by = _QUARTER * worker.dice.choice((-4, -1, 1, 4))
    parts = [
        visits.Part(
            service=row.service,
            staff_member_id=row.staff_member_id,
            staff_name=row.staff_member.name,
            starts_at=row.starts_at + by,
            ends_at=row.ends_at + by,
        )
        for row in visits.parts_of(visit)
    ]
    if not parts:
        return None
    return visits.move(visit, parts, by=_BY, source=Appointment.Source.API, now=worker.now)


def _series(worker: Worker) -> object:
    return series.book(
        worker.dice.choice(worker.stage.plain),
        branch=worker.stage.branch,
        staff_member=worker.dice.choice([*worker.stage.people, None]),
        rule="FREQ=DAILY;COUNT=2",
        starts_at=worker.start(),
        customer=worker.dice.choice(worker.stage.customers),
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=_BY,
        now=worker.now,
        idempotency_key=worker.key(),
    )


def _check_in(worker: Worker) -> object:
    row = worker.one("confirmed", "no_show")
    if row is not None:
        attendance.check_in(row, by=_BY, source=Appointment.Source.BACK_OFFICE, now=worker.now)
    return row


def _mark_no_show(worker: Worker) -> object:
    row = worker.one("confirmed")
    if row is not None:
        attendance.mark_no_show(row, by=_BY, source=Appointment.Source.BACK_OFFICE, now=worker.now)
    return row


def _ask_the_fee(worker: Worker) -> object:
    row = worker.one("confirmed")
    return row and policies.terms_for(row, Policy.Kind.CANCEL, now=worker.now)


def _sweep_holds(worker: Worker) -> object:
    return scheduling.drop_expired_holds(worker.now)


def _sweep_attendance(worker: Worker) -> object:
    """Do later in the day what the sweep does with one appointment; it gives each a transaction of its own."""
    later = worker.now + timedelta(hours=3)
    missed = attendance.due_no_shows(now=later)
    over = attendance.due_completions(now=later)
    if missed:
        return attendance.mark_missed(missed[0], now=later)
    return attendance.complete_by_the_clock(over[0], now=later) if over else None


ACTIONS: tuple[tuple[str, int, Action], ...] = (
    ("book", 24, _book),
    ("hold", 14, _hold),
    ("book a hold", 10, _book_a_hold),
    ("release", 4, _release),
    ("move", 14, _move),
    ("cancel", 7, _cancel),
    ("book a visit", 6, _visit),
    ("move a visit", 3, _move_a_visit),
    ("cancel a visit", 2, _cancel_a_visit),
    ("book a series", 3, _series),
    ("check in", 4, _check_in),
    ("mark as missed", 2, _mark_no_show),
    ("ask for the fee", 1, _ask_the_fee),
    ("sweep holds", 3, _sweep_holds),
    ("sweep attendance", 3, _sweep_attendance),
)

# --- The stage ----------------------------------------------------------------------------------------


def _stage(now: datetime) -> Stage:
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
                    name="Rivale", phone=f"+4917139200{number:02d}", email=None, now=now
                )
                for number in range(4)
            ],
            midnight=tomorrow + timedelta(days=1),
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


def _empty_the_day() -> None:
    with scope.tenant(TENANT_ID):
        for model in (ResourceUse, Appointment, Session, Visit, Series):
            model._default_manager.all().delete()


def _leave() -> None:
    with scope.tenant(TENANT_ID):
        _clear()
        Tenant.objects.filter(pk=TENANT_ID).update(is_active=False)


def _clear() -> None:
    for model in (ResourceUse, Appointment, Session, Visit, Series, Customer):
        model._default_manager.all().delete()
    for owner in (StaffMember, Service, Resource, Branch):
        owner._default_manager.all().delete()
