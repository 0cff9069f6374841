"""The proof that no time is booked twice: many rivals at once, on connections of their own, again and again.

It works in a business of its own, which is emptied and switched off afterwards (its audit trail cannot be emptied). Each
round wants a fresh day, so rounds do not help each other.
"""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID, uuid5

import psycopg
from django.db import DatabaseError, connection, connections

from booking import customers, scheduling
from booking.models import Appointment, Customer, Service, Skill, StaffMember, WorkingHours
from tenants import actors, scope, statements
from tenants.errors import Refused
from tenants.models import Branch, Tenant

TENANT_ID = uuid5(UUID("8f0e5b0e-1c55-4be0-9f47-6a5b6a1c7d11"), "proof of the diary")
_Result = TypeVar("_Result")
_BY = actors.system("proof")


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The business in which rivals meet: two people, three services of different lengths, open day and night."""

    branch: Branch
    people: list[StaffMember]
    services: list[Service]
    customer: Customer
    now: datetime

    def day(self, number: int) -> datetime:
        """Return ten o'clock (UTC) on a day that no other round uses."""
        tomorrow = self.now.astimezone(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
        return tomorrow + timedelta(days=1 + number)


# What one rival of a round does; it returns whether it got something that nobody had before.
Attempt = Callable[[Cast, datetime, int], bool]


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One kind of rivalry, and how many may win it."""

    name: str
    attempt: Attempt
    winners: int = 1
    refusals: str = scheduling.SlotTaken.code


@dataclass(kw_only=True)
class Score:
    """What came of all rounds of one contest."""

    contest: Contest
    rivals: int
    rounds: int = 0
    wrong_rounds: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def won(self) -> int:
        return self.outcomes["won"]

    @property
    def refused(self) -> int:
        return self.outcomes[self.contest.refusals]

    @property
    def deadlocks(self) -> int:
        return self.outcomes["deadlock"]

    @property
    def others(self) -> int:
        return sum(self.outcomes.values()) - self.won - self.refused - self.deadlocks

    @property
    def is_clean(self) -> bool:
        return not (self.wrong_rounds or self.deadlocks or self.others)

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def worst(self) -> float:
        return max(self.milliseconds)

    def add(self, outcomes: list[str], milliseconds: float) -> None:
        self.rounds += 1
        self.outcomes.update(outcomes)
        self.wrong_rounds += outcomes.count("won") != self.contest.winners
        self.milliseconds.append(milliseconds)


@dataclass(frozen=True, kw_only=True)
class Proof:
    scores: list[Score]
    overlaps: int

    @property
    def holds(self) -> bool:
        return not self.overlaps and all(score.is_clean for score in self.scores)


def prove(*, rounds: int, threads: int, now: datetime) -> Proof:
    """Let rivals meet in every contest and count what came of it. Leaves a business that is empty and inactive."""
    try:
        cast = _cast(now)
        scores = [Score(contest=contest, rivals=threads) for contest in CONTESTS]
        with rivals(threads) as at_once:
            for number in range(rounds * len(scores)):
                score = scores[number % len(scores)]
                score.add(*_round(at_once, cast, score.contest, number))
        return Proof(scores=scores, overlaps=overlaps())
    finally:
        _leave()


# Two active rows of one person whose blocked time overlaps, over the whole business; asked without the constraint.
_OVERLAPS = """
SELECT count(*) FROM booking_appointment a JOIN booking_appointment b
  ON b.staff_member_id = a.staff_member_id AND b.id > a.id
 AND b.blocked_from < a.blocked_until AND a.blocked_from < b.blocked_until
WHERE a.tenant_id = %(tenant)s AND b.tenant_id = %(tenant)s
  AND a.status IN ('held', 'pending', 'confirmed', 'checked_in')
  AND b.status IN ('held', 'pending', 'confirmed', 'checked_in')
"""


def overlaps(tenant_id: UUID = TENANT_ID) -> int:
    """Return how many pairs of active rows overlap in the diaries of a business. It must be none."""
    with scope.tenant(tenant_id):
        row = statements.run(_OVERLAPS, {"tenant": tenant_id}).fetchone()
    return int(row[0]) if row else 0


# --- The contests ------------------------------------------------------------------------------


def _book(
    cast: Cast,
    start: datetime,
    *,
    service: Service | None = None,
    anybody: bool = False,
    key: str | None = None,
) -> bool:
    return scheduling.book(
        service or cast.services[0],
        branch=cast.branch,
        staff_member=None if anybody else cast.people[0],
        starts_at=start,
        customer=cast.customer,
        attendee_name="Rivale",
        source=Appointment.Source.API,
        by=_BY,
        now=cast.now,
        idempotency_key=key,
    ).is_new


def _same_time(cast: Cast, start: datetime, rival: int) -> bool:
    return _book(cast, start)


def _overlapping_times(cast: Cast, start: datetime, rival: int) -> bool:
    """Want another service at another start; whatever two of them want overlaps."""
    earlier = timedelta(minutes=5 * (rival % 4))
    return _book(cast, start - earlier, service=cast.services[rival % len(cast.services)])


def _hold_or_book(cast: Cast, start: datetime, rival: int) -> bool:
    if rival % 2:
        return _book(cast, start)
    scheduling.hold(
        cast.services[0],
        branch=cast.branch,
        staff_member=cast.people[0],
        starts_at=start,
        source=Appointment.Source.API,
        by=_BY,
        now=cast.now,
        call_number=rival + 1,
    )
    return True


def _anybody(cast: Cast, start: datetime, rival: int) -> bool:
    return _book(cast, start, anybody=True)


def _same_key(cast: Cast, start: datetime, rival: int) -> bool:
    return _book(cast, start, anybody=bool(rival % 2), key=f"proof:{start:%Y-%m-%d}")


CONTESTS = (
    Contest(name="same time", attempt=_same_time),
    Contest(name="overlapping times", attempt=_overlapping_times),
    Contest(name="hold or book", attempt=_hold_or_book),
    Contest(name="anybody of two", attempt=_anybody, winners=2),
    # Who comes second with the same key is shown the appointment, not refused.
    Contest(name="same key", attempt=_same_key, refusals="same"),
)


def _round(at_once: "AtOnce", cast: Cast, contest: Contest, number: int) -> tuple[list[str], float]:
    """Return what became of each rival, and how many milliseconds the last one took."""
    start = cast.day(number)

    def compete(rival: int) -> tuple[str, float]:
        began = time.perf_counter()
        outcome = _outcome(cast, contest, start, rival)
        return outcome, (time.perf_counter() - began) * 1000

    results = at_once(compete)
    return [outcome for outcome, _ in results], max(took for _, took in results)


def _outcome(cast: Cast, contest: Contest, start: datetime, rival: int) -> str:
    try:
        with scope.tenant(TENANT_ID):
            return "won" if contest.attempt(cast, start, rival) else "same"
    except Refused as refusal:
        return refusal.code
    except DatabaseError as error:
        is_deadlock = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
        return "deadlock" if is_deadlock else type(error).__name__


# --- Many at once --------------------------------------------------------------------------------


class AtOnce(Protocol):
    """Do some work in every thread, all beginning at the same moment; the results come in the order of the threads."""

    def __call__(self, work: Callable[[int], _Result], /) -> list[_Result]: ...


@contextmanager
def rivals(count: int) -> Iterator[AtOnce]:
    """Give so many threads a connection each, kept from one piece of work to the next."""
    with _connections_of_their_own(), ThreadPoolExecutor(count) as pool:

        def at_once(work: Callable[[int], _Result], /) -> list[_Result]:
            ready = threading.Barrier(count)

            def wait_and_work(rival: int) -> _Result:
                connection.ensure_connection()
                ready.wait(timeout=60)
                return work(rival)

            return list(pool.map(wait_and_work, range(count)))

        try:
            yield at_once
        finally:
            at_once(lambda _rival: connection.close())


@contextmanager
def _connections_of_their_own() -> Iterator[None]:
    """Open connections past the pool, which would let the rivals in one after the other."""
    known = connections["default"].settings_dict
    pool, age = known["OPTIONS"].pop("pool", None), known["CONN_MAX_AGE"]
    known["CONN_MAX_AGE"] = None  # a request leaves its connection open for the next one
    try:
        yield
    finally:
        known["CONN_MAX_AGE"] = age
        if pool is not None:
            known["OPTIONS"]["pool"] = pool


# --- The stage -----------------------------------------------------------------------------------


def _cast(now: datetime) -> Cast:
    with scope.tenant(TENANT_ID):
        tenant, _ = Tenant.objects.update_or_create(
            pk=TENANT_ID,
            defaults={
                "name": "Beweis des Kalenders",
                "slug": "proof-of-the-diary",
                "is_active": True,
            },
        )
        _clear()
        branch = Branch.objects.create(tenant=tenant, name="Tag und Nacht", time_zone="UTC")
        for weekday in range(1, 8):
            WorkingHours.objects.create(
                tenant=tenant, branch=branch, weekday=weekday, from_minute=0, until_minute=1440
            )
        people = [
            StaffMember.objects.create(tenant=tenant, branch=branch, name=name)
            for name in ("Eins", "Zwei")
        ]
        services = [
            Service.objects.create(
                tenant=tenant,
                name=f"{minutes} Minuten",
                duration_minutes=minutes,
                buffer_after_minutes=after,
                step_minutes=5,
                min_notice_minutes=0,
                horizon_days=730,
            )
            for minutes, after in ((30, 0), (45, 10), (60, 5))
        ]
        for person in people:
            for service in services:
                Skill.objects.create(tenant=tenant, staff_member=person, service=service)
        customer = customers.find_or_create(name="Rivale", phone=None, email=None, now=now)
        return Cast(branch=branch, people=people, services=services, customer=customer, now=now)


def _leave() -> None:
    with scope.tenant(TENANT_ID):
        _clear()
        Tenant.objects.filter(pk=TENANT_ID).update(is_active=False)


def _clear() -> None:
    for model in (Appointment, Customer, StaffMember, Service, Branch):
        model._default_manager.all().delete()
