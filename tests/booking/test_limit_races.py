"""Limits that hold over several diaries: rivals with different people do not get past them together."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from askpro.operations import proof
from booking import locking, together, visits
from booking.models import Appointment, StaffMember
from tenants import scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.test_visits import _part
from tests.booking.writing import BY, TEN, book_said, cancel, hold, move

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 8


def _people(salon: Tenant) -> list[StaffMember]:
    """Return as many people as there are rivals, so that no two of them want the same diary."""
    branch, cut = factories.branch_of(salon), factories.service_of(salon, "Haarschnitt")
    found = [factories.make_staff(branch, name=f"Nr. {number}") for number in range(RIVALS)]
    for person in found:
        factories.make_skill(person, cut)
    return found


def _at_once(salon: Tenant, verb: Callable[[int], Any]) -> list[str]:
    def one(rival: int) -> str:
        try:
            with scope.tenant(salon):
                return str(verb(rival) or "done")
        except Refused as refusal:
            return refusal.code

    with proof.rivals(RIVALS) as at_once:
        return at_once(one)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"max_per_day": 2}, "day_full"),
        ({"max_per_customer_per_day": 2}, "customer_limit"),
        ({"max_ahead_per_customer": 2}, "customer_limit"),
    ],
)
def test_rivals_with_other_people_keep_to_one_limit(
    salon: Tenant, now: datetime, limits: dict[str, int], code: str
) -> None:
    cut, erika, people = (
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon),
        _people(salon),
    )
    scenes.change(cut, **limits)

    with proof.rivals(RIVALS) as at_once:
        said = at_once(lambda rival: book_said(salon, cut, people[rival], erika, now=now))

    assert (said.count("done"), said.count(code)) == (2, RIVALS - 2)


def test_holds_and_moves_keep_to_the_limit_of_a_day(salon: Tenant, now: datetime) -> None:
    """Half of the rivals hold a time on Tuesday, the others move an appointment of Wednesday there."""
    cut, erika, people = (
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon),
        _people(salon),
    )
    scenes.change(cut, max_per_day=3)
    stood = [
        scenes.appointment(person, cut, TEN + timedelta(days=1), customer=erika)
        for person in people
    ]

    said = _at_once(
        salon,
        lambda rival: (
            move(stood[rival], TEN, now=now) and None
            if rival % 2
            else hold(cut, people[rival], now=now) and None
        ),
    )

    assert (said.count("done"), said.count("day_full")) == (3, RIVALS - 3)


def test_visits_over_cross_keep_to_limits_without_waiting_in_a_circle(
    salon: Tenant, now: datetime
) -> None:
    """Half of them want a cut and then a colour, the others a colour and then a cut; each twice a day."""
    people = _people(salon)
    cut, colour = (factories.service_of(salon, name) for name in ("Haarschnitt", "Färben"))
    erika = factories.make_customer(salon)
    for service in (cut, colour):
        scenes.change(service, max_per_day=2, duration_minutes=30)
    for person in people:
        factories.make_skill(person, colour)

    def visit(rival: int) -> None:
        order = (cut, colour) if rival % 2 else (colour, cut)
        parts = [
            _part(service, people[rival], TEN + timedelta(minutes=30 * place))
            for place, service in enumerate(order)
        ]
        visits.book(
            parts,
            branch=Branch.objects.get(),
            customer=erika,
            attendee_name="Erika",
            source="phone",
            by=BY,
            now=now,
        )

    said = _at_once(salon, visit)

    assert (said.count("done"), said.count("day_full")) == (2, RIVALS - 2)
    with scope.tenant(salon):
        assert Appointment.objects.count() == 4


def test_who_moves_several_appointments_at_once_waits_for_nobody_in_a_circle(
    salon: Tenant, now: datetime
) -> None:
    """Half of them move a cut and then a colour, the others a colour and then a cut, in one transaction."""
    people = _people(salon)
    cut, colour = (factories.service_of(salon, name) for name in ("Haarschnitt", "Färben"))
    erika, day = factories.make_customer(salon), timedelta(days=1)
    for service in (cut, colour):
        scenes.change(service, max_per_day=RIVALS, duration_minutes=30)
    stood: list[list[Appointment]] = []
    for person in people:
        factories.make_skill(person, colour)
        both = [
            scenes.appointment(person, cut, TEN, customer=erika),
            scenes.appointment(person, colour, TEN + timedelta(hours=1), customer=erika),
        ]
        stood.append(both if len(stood) % 2 else both[::-1])

    def move_both(rival: int) -> None:
        with transaction.atomic():
            locking.lock_diaries(salon.pk, [people[rival].pk])
            together.wait_for(stood[rival])
            for each in stood[rival]:
                move(each, each.starts_at + day, now=now)
                time.sleep(0.02)  # the others have come as far

    said = _at_once(salon, move_both)

    assert said == ["done"] * RIVALS
    with scope.tenant(salon):
        assert Appointment.objects.filter(starts_at__gte=TEN + day).count() == 2 * RIVALS


def test_two_parts_of_a_visit_do_not_meet_where_both_move_at_once(
    salon: Tenant, now: datetime
) -> None:
    erika, afternoon = factories.make_customer(salon), TEN + timedelta(hours=4)
    visit = factories.make_visit(salon, erika, starts_at=TEN)
    with scope.tenant(salon):
        parts = list(visit.appointments.select_related("service", "staff_member", "branch"))

    said = _at_once(salon, lambda rival: move(parts[rival % 2], afternoon, now=now) and None)

    with scope.tenant(salon):
        moved = visit.appointments.filter(starts_at=afternoon).count()
    assert moved == 1
    assert set(said) == {"done", "slot_taken"}


def test_rivals_cancel_no_oftener_than_the_quota_allows(salon: Tenant, now: datetime) -> None:
    cut, erika = factories.service_of(salon, "Haarschnitt"), factories.make_customer(salon)
    factories.make_policy(salon, quota=2)
    stood = [scenes.appointment(person, cut, TEN, customer=erika) for person in _people(salon)]

    said = _at_once(salon, lambda rival: cancel(stood[rival], now=now))

    assert (said.count("done"), said.count("cancel_quota")) == (2, RIVALS - 2)
