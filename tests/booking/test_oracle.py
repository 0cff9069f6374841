"""The search against an oracle that looks at every minute of every diary, and knows no trick."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking import availability, scheduling
from booking.models import Appointment, Service, Skill, StaffMember, TimeOff, WorkingHours
from booking.periods import Period
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Branch
from tests import factories

MINUTE = timedelta(minutes=1)
# Ordinary days, both changes of the clock in Europe, a change at midnight, a change by half an hour.
DAYS = (
    ("Europe/Berlin", "2026-11-24"),
    ("Europe/Berlin", "2026-10-24"),
    ("Europe/Berlin", "2027-03-27"),
    ("America/Havana", "2026-03-07"),
    ("America/Havana", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
)


@dataclass(frozen=True)
class World:
    """Everything that decides, as plain numbers. Minutes of the diary count from `begin`."""

    zone: str
    begin: datetime  # local midnight, two days before anything is asked
    service: dict[str, int]
    branch_hours: list[tuple[int, int, int]]
    own_hours: list[list[tuple[int, int, int]]]  # of each person; empty: as the branch
    closed: list[tuple[int, int]]
    away: list[list[tuple[int, int]]]
    booked: list[list[tuple[int, int]]]
    lead_minutes: int  # from `now` to the first minute that is asked for

    @property
    def ask_from(self) -> datetime:
        return self.begin + timedelta(days=2)

    @property
    def period(self) -> Period:
        return Period(self.ask_from, self.ask_from + timedelta(hours=37))

    @property
    def now(self) -> datetime:
        return self.ask_from - self.lead_minutes * MINUTE + timedelta(seconds=20)


# --- The oracle --------------------------------------------------------------------------------


def _shows(local: datetime, hours: list[tuple[int, int, int]]) -> bool:
    minute = local.hour * 60 + local.minute
    return any(day == local.isoweekday() and a <= minute < b for day, a, b in hours)


def _inside(instant: datetime, spans: list[tuple[int, int]], begin: datetime) -> bool:
    return any(begin + a * MINUTE <= instant < begin + b * MINUTE for a, b in spans)


def _is_free(world: World, person: int, start: datetime) -> bool:
    zone, service = ZoneInfo(world.zone), world.service
    local = start.astimezone(zone)
    today = world.now.astimezone(zone).date()
    if (local.hour * 60 + local.minute) % service["step_minutes"]:
        return False
    if start < world.now + service["min_notice_minutes"] * MINUTE:
        return False
    if (local.date() - today).days > service["horizon_days"]:
        return False
    minute = start - service["buffer_before_minutes"] * MINUTE
    end = start + (service["duration_minutes"] + service["buffer_after_minutes"]) * MINUTE
    while minute < end:
        wall = minute.astimezone(zone)
        if not _shows(wall, world.branch_hours):
            return False
        if world.own_hours[person] and not _shows(wall, world.own_hours[person]):
            return False
        if _inside(minute, world.closed + world.away[person] + world.booked[person], world.begin):
            return False
        minute += MINUTE
    return True


def _expected(world: World) -> list[tuple[datetime, int]]:
    found = []
    start = world.period.start
    while start < world.period.end:
        found += [(start, person) for person in range(2) if _is_free(world, person, start)]
        start += MINUTE
    return found


# --- Worlds -----------------------------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn) -> World:
    zone, day = draw(st.sampled_from(DAYS))
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    begin -= timedelta(days=1)
    hours = st.lists(
        st.tuples(st.integers(1, 7), st.integers(0, 1380), st.integers(20, 900)), max_size=5
    ).map(lambda rows: [(day, a, min(a + length, 1440)) for day, a, length in rows])
    open_all_day = st.just([(day, 0, 1440) for day in range(1, 8)])
    off = st.lists(
        st.tuples(st.integers(0, 6000), st.integers(1, 900)).map(lambda s: (s[0], s[0] + s[1])),
        max_size=2,
    )
    return World(
        zone=zone,
        begin=begin,
        service={
            "duration_minutes": draw(st.integers(5, 200)),
            "buffer_before_minutes": draw(st.sampled_from([0, 0, 7, 45])),
            "buffer_after_minutes": draw(st.sampled_from([0, 0, 13, 60])),
            "step_minutes": draw(st.sampled_from([5, 15, 20, 45, 60, 90, 120])),
            "min_notice_minutes": draw(st.sampled_from([0, 60, 1500])),
            "horizon_days": draw(st.sampled_from([1, 2, 60])),
        },
        branch_hours=draw(st.one_of(open_all_day, hours)),
        own_hours=[draw(st.one_of(st.just([]), hours)) for _ in range(2)],
        closed=draw(off),
        away=[draw(off) for _ in range(2)],
        booked=[_apart(draw(off) + draw(off)) for _ in range(2)],
        lead_minutes=draw(st.sampled_from([0, 30, 600, 1600])),
    )


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans that do not overlap, touching ones among them."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        begin = max(start, kept[-1][1]) if kept else start
        if begin < end:
            kept.append((begin, end))
    return kept


def _build(world: World) -> tuple[Branch, Service, list[StaffMember]]:
    """Write the world into the database, as a business of its own."""
    tenant = factories.make_tenant(name="Welt", slug=f"welt-{uuid4()}")
    branch = factories.make_branch(tenant, name="Welt", time_zone=world.zone, state="")
    people = [factories.make_staff(branch, name=name) for name in ("Jana", "Mira")]
    customer = factories.make_customer(tenant)
    with scope.tenant(tenant):
        service = Service.objects.create(tenant=tenant, name="Schnitt", **world.service)
        for person in people:
            Skill.objects.create(tenant=tenant, staff_member=person, service=service)
        owners: list[StaffMember | None] = [None, *people]
        for owner, hours in zip(owners, [world.branch_hours, *world.own_hours], strict=True):
            for day, a, b in hours:
                WorkingHours.objects.create(
                    tenant=tenant,
                    branch=branch,
                    staff_member=owner,
                    weekday=day,
                    from_minute=a,
                    until_minute=b,
                )
        for owner, spans in zip(owners, [world.closed, *world.away], strict=True):
            for a, b in spans:
                TimeOff.objects.create(
                    tenant=tenant,
                    branch=branch,
                    staff_member=owner,
                    starts_at=world.begin + a * MINUTE,
                    ends_at=world.begin + b * MINUTE,
                )
        for person, spans in zip(people, world.booked, strict=True):
            for a, b in spans:
                start, end = world.begin + a * MINUTE, world.begin + b * MINUTE
                Appointment.objects.create(
                    tenant=tenant,
                    branch=branch,
                    staff_member=person,
                    service=service,
                    customer=customer,
                    attendee_name="Erika",
                    starts_at=start,
                    ends_at=end,
                    blocked_from=start,
                    blocked_until=end,
                    status=Appointment.Status.CONFIRMED,
                    source=Appointment.Source.API,
                )
    return branch, service, people


@contextmanager
def _undone() -> Iterator[None]:
    """Do something and take it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds(), data=st.data())
def test_the_search_finds_what_the_oracle_finds_and_booking_agrees(
    world: World, data: st.DataObject
) -> None:
    branch, service, people = _build(world)
    expected = _expected(world)
    free = set(expected)

    with scope.tenant(branch.tenant_id):
        ask: dict[str, Any] = {"branch": branch, "period": world.period, "now": world.now}
        every = availability.free_slots(service, every=True, **ask)
        anybody = availability.free_slots(service, **ask)
        first = availability.free_slots(service, limit=2, **ask)
        ids = [person.pk for person in people]
        assert [(slot.starts_at, ids.index(slot.staff_member_id)) for slot in every] == expected
        assert [slot.starts_at for slot in anybody] == sorted({start for start, _ in expected})
        assert {(slot.starts_at, ids.index(slot.staff_member_id)) for slot in anybody} <= free
        assert first == anybody[:2]

        # The explanation agrees with the offer, at starts and between them.
        minutes = st.integers(0, 37 * 60 - 1)
        asked = [world.ask_from + data.draw(minutes) * MINUTE for _ in range(8)]
        for start in [*asked, *(start for start, _ in expected[:4])]:
            for place, person in enumerate(people):
                rule = availability.why_not(
                    service, branch=branch, staff_member=person, starts_at=start, now=world.now
                )
                assert (rule is None) == ((start, place) in free), rule
                assert _can_be_booked(service, branch, person, start, world.now) == (rule is None)


def _can_be_booked(
    service: Service, branch: Branch, person: StaffMember, start: datetime, now: datetime
) -> bool:
    try:
        with _undone():
            scheduling.hold(
                service,
                branch=branch,
                staff_member=person,
                starts_at=start,
                source=Appointment.Source.API,
                by=actors.system("oracle"),
                now=now,
            )
    except Refused:
        return False
    return True
