"""Sick days under rules by chance: every proposal can be accepted, in any order, and nobody is anywhere twice."""

import random
from datetime import UTC, timedelta

import pytest
from django.db import transaction

from booking import cascade, scheduling
from booking.models import Appointment, Resource, Service, StaffMember, TimeOff
from tenants.errors import Refused
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import at
from tests.booking.writing import BY

# A hundred and fifty found nothing.
SEEDS = 6
# The day on which the clocks are set back is a Sunday; the salon is open then, from midnight on.
DAY = "2026-10-25"
NOW = at("2026-10-23", "12:00")


class World:
    """Four people, three services and two rooms on a day and the next one; everything else is thrown."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.dice = random.Random(seed)
        self.branch = Branch.objects.get()
        for name in ("Lea", "Pia"):
            factories.make_staff(self.branch, name=name)
        self.people = list(StaffMember.objects.order_by("pk"))
        scenes.hours(self.branch, DAY, (0, 9))
        rooms = [factories.make_resource(self.branch, name=name) for name in ("A", "B")]
        self.services = [self._service(tenant, name, rooms) for name in ("Eins", "Zwei", "Drei")]
        self.customers = [
            factories.make_customer(tenant, name=name, phone=None, email=f"{name}@example.org")
            for name in ("Anton", "Berta", "Caesar", "Dora")
        ]
        for _ in range(25):
            self._book()

    def _service(self, tenant: Tenant, name: str, rooms: list[Resource]) -> Service:
        dice = self.dice
        duration = dice.choice((30, 45, 60, 90))
        begins = dice.choice((None, None, 10))
        service = factories.make_service(
            tenant,
            name=name,
            duration_minutes=duration,
            processing_after_minutes=begins,
            processing_minutes=dice.choice((10, duration - 10)) if begins else 0,
            seats=1 if begins else dice.choice((1, 1, 3)),
            buffer_before_minutes=dice.choice((0, 0, 5)),
            buffer_after_minutes=dice.choice((0, 0, 10)),
            step_minutes=dice.choice((10, 15, 30)),
            min_notice_minutes=0,
            max_per_day=dice.choice((None, None, 3)),
            max_per_customer_per_day=dice.choice((None, None, 2)),
        )
        for person in dice.sample(self.people, dice.randint(2, 4)):
            own = duration if begins else dice.choice((None, 15, 75))
            factories.make_skill(person, service, duration_minutes=own)
        if dice.random() < 0.4:
            factories.make_requirement(service, *dice.sample(rooms, dice.randint(1, 2)))
        return service

    def _book(self) -> None:
        dice, service = self.dice, self.dice.choice(self.services)
        customer = dice.choice(self.customers)
        start = at(DAY).astimezone(UTC) + timedelta(minutes=dice.randrange(0, 600, 30))
        try:
            with transaction.atomic():
                scheduling.book(
                    service,
                    branch=self.branch,
                    staff_member=dice.choice(self.people),
                    starts_at=start,
                    customer=customer,
                    attendee_name=customer.name,
                    source="back_office",
                    by=BY,
                    now=NOW,
                    seats=dice.randint(1, service.seats),
                )
        except Refused:
            return

    def falls_ill(self) -> TimeOff:
        begins = at(DAY).astimezone(UTC) + timedelta(minutes=self.dice.choice((0, 0, 90)))
        return factories.make_time_off(
            self.branch,
            staff_member=self.dice.choice(self.people),
            starts_at=begins,
            ends_at=begins + timedelta(hours=self.dice.choice((3, 24))),
        )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_proposals_can_be_accepted_in_any_order(in_salon: Tenant, seed: int) -> None:
    world = World(in_salon, seed)
    offs = [world.falls_ill() for _ in range(world.dice.randint(1, 2))]

    made = [each for off in offs for each in cascade.propose(off, by=BY, now=NOW).made]
    again = [each for off in offs for each in cascade.propose(off, by=BY, now=NOW).made]
    before = {each.pk: each.version for each in Appointment.objects.all()}
    world.dice.shuffle(made)
    for proposal in made:
        cascade.accept(proposal, by=BY, source="portal", now=NOW)

    assert again == []
    assert len({each.appointment_id for each in made}) == len(made)
    assert not Appointment.objects.filter(status="held").exists()
    for proposal in made:
        moved = Appointment.objects.get(pk=proposal.appointment_id)
        assert (moved.starts_at, moved.staff_member_id, moved.version) == (
            proposal.starts_at,
            proposal.staff_member_id,
            before[moved.pk] + 1,
        )
        assert not cascade.affected(proposal.time_off, now=NOW).count(moved)
