"""Visits under rules by chance, in both nights in which the clocks are changed: what is found can be booked, and moved."""

import random
from collections.abc import Callable
from datetime import UTC, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from booking import visits
from booking.models import Resource, Service, StaffMember, Visit
from booking.periods import Period
from booking.visits import Plan, Wish
from tenants.errors import Refused
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import at
from tests.booking.writing import BY

# Two hundred found nothing more.
SEEDS = 10
NIGHTS = ("2026-10-25", "2027-03-28")
MINUTE = timedelta(minutes=1)


class World:
    """A night with three people, three services and two chairs; everything else is thrown."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.dice = random.Random(seed)
        self.night = NIGHTS[seed % 2]
        self.now = at(self.night) - timedelta(days=1)
        self.branch = Branch.objects.get()
        self.people = list(StaffMember.objects.order_by("pk"))
        self.erika = factories.make_customer(tenant)
        scenes.hours(self.branch, self.night, (0, 6))
        chairs = [factories.make_resource(self.branch, name=name) for name in ("A", "B")]
        self.services = [self._service(tenant, name, chairs) for name in ("Eins", "Zwei", "Drei")]
        for person in self.people:
            self._fill(person)

    def _service(self, tenant: Tenant, name: str, chairs: list[Resource]) -> Service:
        dice = self.dice
        duration = dice.choice((20, 30, 45, 60))
        begins = dice.choice((None, None, 10))
        service = factories.make_service(
            tenant,
            name=name,
            duration_minutes=duration,
            processing_after_minutes=begins,
            processing_minutes=dice.choice((5, duration - 10)) if begins else 0,
            seats=1 if begins else dice.choice((1, 1, 3)),
            buffer_before_minutes=dice.choice((0, 0, 5)),
            buffer_after_minutes=dice.choice((0, 0, 10)),
            step_minutes=dice.choice((10, 15, 30)),
            horizon_days=2,
            min_notice_minutes=0,
            max_per_day=dice.choice((None, None, 1, 3)),
            max_per_customer_per_day=dice.choice((None, None, 1, 2)),
        )
        for person in dice.sample(self.people, dice.randint(1, 3)):
            own = duration if begins else dice.choice((None, 15, 50))
            factories.make_skill(person, service, duration_minutes=own)
        if dice.random() < 0.4:
            factories.make_requirement(service, *dice.sample(chairs, dice.randint(1, 2)))
        return service

    def _fill(self, person: StaffMember) -> None:
        dice = self.dice
        scenes.change(person, max_per_day=dice.choice((None, None, 1, 2)))
        for _ in range(dice.randint(0, 2)):
            start = at(self.night).astimezone(UTC) + dice.randrange(0, 400, 5) * MINUTE
            if dice.random() < 0.4:
                end = start + dice.choice((30, 60)) * MINUTE
                factories.make_time_off(
                    self.branch, starts_at=start, ends_at=end, staff_member=person
                )
            else:
                try:
                    with transaction.atomic():
                        scenes.appointment(person, self._single(), start)
                except IntegrityError:  # it would overlap
                    continue

    def _single(self) -> Service:
        alone = [each for each in self.services if each.seats == 1]
        return self.dice.choice(alone or [Service.objects.get(name="Haarschnitt")])

    def wishes(self) -> list[Wish]:
        dice = self.dice
        chosen = [dice.choice(self.services) for _ in range(dice.choice((2, 2, 3)))]
        return [Wish(service=each, gap_minutes=dice.choice((0, 0, 5)), seats=1) for each in chosen]

    def book(self, plan: Plan) -> visits.Booked:
        return visits.book(
            plan.parts,
            branch=self.branch,
            customer=self.erika,
            attendee_name="Erika",
            source="phone",
            by=BY,
            now=self.now,
        )

    def move(self, visit: Visit, plan: Plan) -> None:
        visits.move(visit, plan.parts, by=BY, source="phone", now=self.now)

    def find(self, wishes: list[Wish], **more: Any) -> list[Plan]:
        period = Period(at(self.night), at(self.night) + timedelta(hours=8))
        return visits.find(
            wishes,
            branch=self.branch,
            period=period,
            now=self.now,
            customer=self.erika,
            limit=100,
            **more,
        )


@pytest.fixture
def night(in_salon: Tenant) -> Tenant:
    factories.make_staff(Branch.objects.get(), name="Lea")
    return in_salon


def _said(verb: Callable[[], object]) -> str:
    """Return what becomes of it, and leave nothing behind."""
    try:
        with transaction.atomic():
            verb()
            transaction.set_rollback(True)
    except Refused as refusal:
        return refusal.code
    return "done"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_plan_that_is_found_can_be_booked_and_every_move(night: Tenant, seed: int) -> None:
    world = World(night, seed)
    for _ in range(3):
        wishes = world.wishes()
        plans = world.find(wishes)
        for plan in plans[:: max(len(plans) // 4, 1)]:
            assert _said(partial(world.book, plan)) == "done", plan
        if not plans:
            continue
        booked = world.book(world.dice.choice(plans))
        moves = world.find(wishes, moving=booked.appointments)
        for plan in moves[:: max(len(moves) // 4, 1)]:
            assert _said(partial(world.move, booked.visit, plan)) == "done", plan
