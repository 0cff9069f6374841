"""Explanations in worlds by chance: they agree with the offer, name the first rule, and the rows that stand in the way."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from booking import availability, shape
from booking.models import Appointment, TimeOff
from tenants import scope
from tests.booking.oracle import MINUTE, Oracle
from tests.booking.test_oracle import Scene, _build, a_world

# Sixty with two hundred minutes each found nothing more.
WORLDS = 5
MINUTES = 60


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1000, 1000 + WORLDS))
def test_minutes_are_explained_as_the_oracle_does(seed: int) -> None:
    world = a_world(seed)
    scene, oracle, dice = _build(world), Oracle(world), random.Random(seed)
    with scope.tenant(scene.branch.tenant_id):
        offered = availability.free_slots(
            scene.service, every=True, **scene.ask(period=world.period)
        )
        free = {(slot.starts_at, slot.staff_member_id) for slot in offered}
        for _ in range(MINUTES):
            minutes = dice.choice((1, world.number("step_minutes")))
            start = world.ask_from + dice.randrange(0, 37 * 60, minutes) * MINUTE
            said = availability.explain(scene.service, **scene.ask(starts_at=start))
            assert said.is_free == any(start == each for each, _ in free)
            for reason in said.people:
                place = [person.pk for person in scene.people].index(reason.staff_member_id)
                assert reason.is_free == ((start, reason.staff_member_id) in free)
                assert reason.rule == oracle.first_rule(place, start), (start, place)
                _is_behind(scene, oracle, place, start, reason.rule, reason.facts)


def _is_behind(
    scene: Scene,
    oracle: Oracle,
    place: int,
    start: datetime,
    rule: str | None,
    facts: Mapping[str, Any],
) -> None:
    """The named rows are those that a look at every row finds."""
    person = scene.people[place]
    parts = shape.of(scene.service, scene.world.people[place].own_minutes)
    first, last = parts.blocked(start)
    free_from, free_until = parts.processing_at(start)
    worked = [(first, free_from or last), (free_until or last, last)]
    if rule == "taken":
        whole = Appointment.objects.filter(staff_member=person)
        live = whole.exclude(hold_expires_at__lte=scene.world.now)
        named = {*facts["appointment_ids"], *facts["hold_ids"]}
        assert named == {each.pk for each in live if _meet(worked, _taken(each))}
        assert named
    if rule == "time_off":
        away = TimeOff.objects.filter(pk__in=facts["time_off_ids"])
        assert away
        for off in away:
            assert off.staff_member_id == person.pk
            assert _meet(worked, [(off.starts_at, off.ends_at)])
    if rule == "closed" and "time_off_ids" in facts:
        for off in TimeOff.objects.filter(pk__in=facts["time_off_ids"]):
            assert off.staff_member_id is None
            assert _meet([(first, last)], [(off.starts_at, off.ends_at)])


def _taken(row: Appointment) -> list[tuple[datetime, datetime]]:
    return [
        (row.blocked_from, row.processing_from or row.blocked_until),
        (row.processing_until or row.blocked_until, row.blocked_until),
    ]


def _meet(some: list[tuple[datetime, datetime]], others: list[tuple[datetime, datetime]]) -> bool:
    return any(a < d and c < b for a, b in some for c, d in others)
