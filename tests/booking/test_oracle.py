"""The search against an oracle that looks at every minute of every diary, and knows no trick."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from booking import availability, scheduling
from booking.editions import EDITION_OF
from booking.models import (
    Appointment,
    Customer,
    Resource,
    ResourceUse,
    Service,
    Session,
    Skill,
    SpecialHours,
    StaffMember,
    TimeOff,
    WorkingHours,
)
from booking.periods import Period
from tenants import actors, scope, statements
from tenants.errors import Refused
from tenants.models import Branch
from tests import factories
from tests.booking import scenes
from tests.booking.oracle import DAY, MINUTE, Booked, Oracle, Person, Spans, World

WORLDS = 54
# Ordinary days, holidays and half days, both changes of the clock in Europe, a change at midnight, one by half an hour.
DAYS = (
    ("Europe/Berlin", "2026-11-24"),
    ("Europe/Berlin", "2026-12-24"),
    ("Europe/Berlin", "2027-03-08"),
    ("Europe/Berlin", "2026-10-24"),
    ("Europe/Berlin", "2027-03-27"),
    ("America/Havana", "2026-03-07"),
    ("America/Havana", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
)


# --- Worlds -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dice:
    """Draws parts of a world whose minutes are multiples of a raster, five in most worlds."""

    random: random.Random
    raster: int

    def of(self, *options: Any) -> Any:
        return self.random.choice(options)

    def number(self, first: int, last: int) -> int:
        return self.random.randint(first, last)

    def flip(self) -> bool:
        return self.random.random() < 0.5

    def often(self) -> bool:
        return self.flip() or self.flip()

    def minute(self, first: int, last: int) -> int:
        return self.number(first // self.raster, last // self.raster) * self.raster

    def times(self, most: int) -> range:
        return range(self.number(0, most))

    def spans(self, most: int, *, until: int = 6000, longest: int = 900) -> Spans:
        starts = [self.minute(0, until) for _ in self.times(most)]
        return [(start, start + self.minute(self.raster, longest)) for start in starts]

    def hours(self) -> list[tuple[int, int, int]]:
        """Weekly rules, some of which end on the next day."""
        found = []
        for _ in self.times(5):
            start = self.minute(0, 1380)
            found.append((self.number(1, 7), start, start + self.minute(20, 900)))
        return found

    def special(self, first: date) -> dict[date, Spans]:
        found: dict[date, Spans] = {}
        for _ in self.times(2):
            day = first + timedelta(days=self.number(1, 4))
            spans = self.spans(2, until=1380, longest=700)
            found[day] = sorted(spans)
        return found


def a_world(seed: int) -> World:
    """Return a world by chance, the same one for the same seed."""
    dice = Dice(random.Random(seed), (5, 5, 1)[seed % 3])
    zone, day = DAYS[seed % len(DAYS)]
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    begin -= timedelta(days=1)
    first = begin.astimezone(ZoneInfo(zone)).date()
    service = _service(dice)
    open_all_day = [(each, 0, DAY) for each in range(1, 8)]
    resources = dice.of(0, 0, 3)
    return World(
        zone=zone,
        begin=begin,
        service=service,
        people=[_person(dice, service, first) for _ in range(2)],
        hours=open_all_day if dice.often() else dice.hours(),
        special={} if dice.often() else dice.special(first),
        closed=dice.spans(1, longest=300),
        keeps_holidays=zone == "Europe/Berlin" and dice.often(),
        half_day=dice.of(None, 0, 11 * 60) if zone == "Europe/Berlin" else None,
        resources=resources,
        needs=[
            (dice.of("all", "any"), sorted({dice.number(0, 2) for _ in range(2)}))
            for _ in range(min(resources, dice.of(1, 2)))
        ],
        uses=[
            (dice.number(0, 2), each)
            for each in (_booked(dice, {**service, "seats": 1}, None) if resources else [])
        ],
        lead_minutes=dice.of(1600, 600, 30, 0),
        asks_for_customer=dice.flip(),
        seats=dice.of(1, 1, 2) if service["seats"] != 1 else 1,
    )


def _service(dice: Dice) -> dict[str, int | None]:
    duration = dice.minute(5, 200)
    has_processing = duration >= 3 * dice.raster and dice.flip()
    begins = dice.minute(dice.raster, duration - dice.raster) if has_processing else None
    lasts = dice.minute(dice.raster, duration - begins) if begins else 0
    buffers = (0, 0, 10, 45) if dice.raster == 5 else (0, 7, 13, 60)
    return {
        "duration_minutes": duration,
        "buffer_before_minutes": dice.of(*buffers),
        "buffer_after_minutes": dice.of(*buffers),
        "processing_after_minutes": begins,
        "processing_minutes": lasts,
        "seats": 1 if begins else dice.of(1, 1, 3),
        "step_minutes": dice.of(5, 15, 20, 45, 60, 90, 120),
        "min_notice_minutes": dice.of(0, 0, 60, 1500),
        "horizon_days": dice.of(60, 60, 2, 1),
        "max_per_day": dice.of(None, None, None, 6, 2),
        "max_per_customer_per_day": dice.of(None, None, 1),
        "max_per_customer_per_week": dice.of(None, None, 2),
        "max_ahead_per_customer": dice.of(None, None, 3),
    }


def _person(dice: Dice, service: dict[str, int | None], first: date) -> Person:
    own = dice.of(None, None, max(dice.minute(5, 300), 5))
    return Person(
        hours=[] if dice.often() else dice.hours(),
        special={} if dice.often() else dice.special(first),
        away=dice.spans(2, longest=300),
        booked=_booked(dice, service, own),
        own_minutes=own,
        lasts_days=dice.of(None, None, None, 3, 2),
        max_per_day=dice.of(None, None, 5),
    )


def _booked(dice: Dice, service: dict[str, int | None], own: int | None) -> list[Booked]:
    """Return what stands in a diary; what would overlap is left out."""
    found: list[Booked] = []
    wished = [[_one(dice)] for _ in range(dice.of(6, 9, 3))]
    if service["seats"] != 1:
        wished = [_session(dice, service, own) for _ in range(3)] + wished[:3]
    for group in sorted(wished, key=lambda each: each[0].whole):
        if not found or found[-1].whole[1] <= group[0].whole[0]:
            found += group
    return found


def _one(dice: Dice) -> Booked:
    length = dice.minute(3 * dice.raster, 120)
    is_hold = dice.flip()
    processing = None
    if dice.flip():
        processing = (dice.raster, dice.minute(2 * dice.raster, length))
    return Booked(
        start=dice.minute(2 * DAY - 200, 4 * DAY - 600),
        before=dice.of(0, 15),
        length=length,
        after=dice.of(0, 10),
        processing=processing,
        is_live=not is_hold or dice.flip(),
        is_hold=is_hold,
        is_customers=dice.flip(),
        is_of_service=dice.flip(),
    )


def _session(dice: Dice, service: dict[str, int | None], own: int | None) -> list[Booked]:
    """Return up to three who share a session."""
    start = 2 * DAY + 60 * dice.number(0, 36)
    return [
        Booked(
            start=start,
            before=service["buffer_before_minutes"] or 0,
            length=own or service["duration_minutes"] or 0,
            after=service["buffer_after_minutes"] or 0,
            is_live=is_live,
            is_hold=not is_live or dice.flip(),
            is_customers=dice.flip(),
            in_session=True,
        )
        for is_live in [dice.often() for _ in range(dice.of(1, 2, 3))]
    ]


# --- Worlds in the database ---------------------------------------------------------------------


@dataclass
class Scene:
    """The world as rows of a business of its own."""

    world: World
    branch: Branch
    service: Service
    other: Service
    people: list[StaffMember]
    erika: Customer
    anybody: Customer

    def ask(self, **more: Any) -> dict[str, Any]:
        return {
            "branch": self.branch,
            "now": self.world.now,
            "seats": self.world.seats,
            "customer": self.erika if self.world.asks_for_customer else None,
            **more,
        }


def _build(world: World) -> Scene:
    tenant = factories.make_tenant(name="Welt", slug=f"welt-{uuid4()}")
    branch = factories.make_branch(
        tenant, name="Welt", time_zone=world.zone, state="BE" if world.keeps_holidays else ""
    )
    scenes.change(branch, half_day_until_minute=world.half_day)
    people = [factories.make_staff(branch, name=name) for name in ("Jana", "Mira")]
    with scope.tenant(tenant):
        scene = Scene(
            world=world,
            branch=branch,
            service=Service.objects.create(tenant=tenant, name="Schnitt", **world.service),
            other=Service.objects.create(tenant=tenant, name="Anderes", duration_minutes=30),
            people=people,
            erika=factories.make_customer(tenant),
            anybody=factories.make_customer(tenant, name="Jemand", phone=None),
        )
        _write_hours(scene, None, world.hours, world.special, world.closed)
        for row, person in zip(people, world.people, strict=True):
            row.max_per_day = person.max_per_day
            row.save()
            last = person.lasts_days
            Skill.objects.create(
                tenant=tenant,
                staff_member=row,
                service=scene.service,
                duration_minutes=person.own_minutes,
                valid_until=None if last is None else Oracle(world).day_number(last),
            )
            _write_hours(scene, row, person.hours, person.special, person.away)
            for booked in person.booked:
                _write(scene, row, booked)
        _write_resources(scene)
    return scene


def _write_hours(
    scene: Scene,
    owner: StaffMember | None,
    hours: list[tuple[int, int, int]],
    special: dict[date, Spans],
    away: Spans,
) -> None:
    of = {"tenant_id": scene.branch.tenant_id, "branch": scene.branch, "staff_member": owner}
    for weekday, a, b in hours:
        WorkingHours.objects.create(**of, weekday=weekday, from_minute=a, until_minute=b)
    for day, spans in special.items():
        for start, end in spans or ((None, None),):
            SpecialHours.objects.create(**of, day=day, from_minute=start, until_minute=end)
    for a, b in away:
        begin = scene.world.begin
        TimeOff.objects.create(**of, starts_at=begin + a * MINUTE, ends_at=begin + b * MINUTE)


def _write(scene: Scene, person: StaffMember, booked: Booked) -> Appointment:
    begin, now = scene.world.begin, scene.world.now
    starts_at = begin + booked.start * MINUTE
    ends_at = starts_at + booked.length * MINUTE
    session = None
    if booked.in_session:
        session, _ = Session.objects.get_or_create(
            tenant_id=scene.branch.tenant_id,
            branch=scene.branch,
            service=scene.service,
            staff_member=person,
            starts_at=starts_at,
            defaults={"ends_at": ends_at, "capacity": scene.service.seats},
        )
    processing = booked.processing
    customer = scene.erika if booked.is_customers else scene.anybody
    until = now + timedelta(seconds=60 if booked.is_live else -20)
    return Appointment.objects.create(
        tenant_id=scene.branch.tenant_id,
        branch=scene.branch,
        staff_member=person,
        service=scene.service if booked.is_of_service else scene.other,
        customer=customer,
        attendee_name=customer.name,
        starts_at=starts_at,
        ends_at=ends_at,
        blocked_from=starts_at - booked.before * MINUTE,
        blocked_until=ends_at + booked.after * MINUTE,
        processing_from=None if processing is None else starts_at + processing[0] * MINUTE,
        processing_until=None if processing is None else starts_at + processing[1] * MINUTE,
        session=session,
        status=Appointment.Status.HELD if booked.is_hold else Appointment.Status.CONFIRMED,
        hold_expires_at=until if booked.is_hold else None,
        source=Appointment.Source.API,
    )


def _write_resources(scene: Scene) -> None:
    """Resources are taken by appointments of somebody who does not offer the service."""
    world = scene.world
    rows = [scenes.resource(scene.branch, f"Stuhl {number}") for number in range(world.resources)]
    for place, (mode, numbers) in enumerate(world.needs):
        scenes.needs(scene.service, mode, *[rows[each] for each in numbers], name=str(place))
    pia = StaffMember.objects.create(
        tenant_id=scene.branch.tenant_id, branch=scene.branch, name="Pia"
    )
    for number, use in world.uses:
        _use(rows[number], _write(scene, pia, _not_counted(use)))


def _not_counted(use: Booked) -> Booked:
    return Booked(
        **{**vars(use), "is_of_service": False, "in_session": False, "is_customers": False}
    )


def _use(resource: Resource, by: Appointment) -> None:
    ResourceUse.objects.create(
        tenant_id=by.tenant_id,
        appointment=by,
        resource=resource,
        blocked_from=by.blocked_from,
        blocked_until=by.blocked_until,
    )


# --- Search, explanation and booking say the same ------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_search_finds_what_the_oracle_finds_and_booking_agrees(seed: int) -> None:
    world = a_world(seed)
    scene, oracle = _build(world), Oracle(world)
    expected = oracle.expected()
    free = set(expected)

    with scope.tenant(scene.branch.tenant_id):
        _offers_are(scene, expected)

        # The explanation agrees with the offer, at starts and between them, and so does who writes.
        step = world.number("step_minutes")
        dice = Dice(random.Random(seed), 1)
        asked = [
            world.ask_from + dice.number(0, 37 * 60 // step - 1) * step * MINUTE for _ in range(8)
        ]
        asked += [world.ask_from + dice.minute(0, 37 * 60 - 1) * MINUTE for _ in range(2)]
        _many_are_as_one_by_one(scene, asked)
        for start in [*asked, *(start for start, _ in expected[:4])]:
            for place, person in enumerate(scene.people):
                rule = availability.why_not(
                    scene.service, **scene.ask(staff_member=person, starts_at=start)
                )
                assert (rule is None) == ((start, place) in free), (rule, start, place)
                remembered = scene.ask(
                    staff_member=person, starts_at=start, edition=_edition(scene)
                )
                assert availability.why_not(scene.service, **remembered) == rule
                assert _can_be_booked(scene, person, start) == (rule is None), rule


def _offers_are(scene: Scene, expected: list[tuple[datetime, int]]) -> None:
    service, ask = scene.service, scene.ask(period=scene.world.period)
    ids = [person.pk for person in scene.people]
    every = availability.free_slots(service, every=True, **ask)
    anybody = availability.free_slots(service, **ask)
    first = availability.free_slots(service, limit=2, **ask)
    opened = availability.openings(service, **ask)

    assert [(slot.starts_at, ids.index(slot.staff_member_id)) for slot in every] == expected
    assert [slot.starts_at for slot in anybody] == sorted({start for start, _ in expected})
    assert {(slot.starts_at, ids.index(slot.staff_member_id)) for slot in anybody} <= set(expected)
    assert first == anybody[:2]
    assert ([] if opened is None else opened.starts) == [slot.starts_at for slot in anybody]
    # The same from the lines that are kept and from the appointments.
    assert availability.free_slots(service, ignoring_ids=frozenset({0}), **ask) == anybody
    # And from what is remembered of the business, once it is.
    edition = _edition(scene)
    for _ in range(2):
        assert availability.free_slots(service, edition=edition, **ask) == anybody

    plain = anybody[:3]
    tidy = availability.free_slots(service, limit=3, avoiding_gaps=True, **ask)
    assert {(slot.starts_at, ids.index(slot.staff_member_id)) for slot in tidy} <= set(expected)
    zone = ZoneInfo(scene.world.zone)
    halves = [
        [
            (local.date(), local.hour < 12)
            for slot in some
            for local in [slot.starts_at.astimezone(zone)]
        ]
        for some in (plain, tidy)
    ]
    assert halves[0] == halves[1]


def _edition(scene: Scene) -> str:
    sql = f"SELECT {EDITION_OF.format(tenant='%s')}"
    found = statements.value(sql, (scene.service.tenant_id,))
    assert isinstance(found, str)
    return found


def _many_are_as_one_by_one(scene: Scene, starts: list[datetime]) -> None:
    """What is asked in one go, for a series, is answered as if each were asked alone."""
    service, ask = scene.service, scene.ask()
    assert availability.verdicts_on(service, starts=starts, **ask) == [
        availability.verdicts(service, starts_at=start, **ask) for start in starts
    ]
    days = [Period(start, start + timedelta(hours=9)) for start in starts[:4]]
    assert availability.free_on_days(service, days=days, **ask) == [
        availability.free_slots(service, period=day, **ask) for day in days
    ]


def _can_be_booked(scene: Scene, person: StaffMember, start: datetime) -> bool:
    try:
        with _undone():
            scheduling.hold(
                scene.service,
                **scene.ask(staff_member=person, starts_at=start),
                source=Appointment.Source.API,
                by=actors.system("oracle"),
            )
    except Refused:
        return False
    return True


@contextmanager
def _undone() -> Iterator[None]:
    """Do something and take it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
