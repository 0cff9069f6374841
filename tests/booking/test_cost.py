"""What a search costs does not depend on how many days or people are searched."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from booking import availability, series
from booking.models import Service
from booking.periods import Period
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import at


@pytest.fixture
def statements_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that reaches the driver, by the ORM or past it."""
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        seen.append(str(query))
        return execute(self, query, *args, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    return seen


@contextmanager
def _at_most(count: int, seen: list[str]) -> Iterator[None]:
    before = len(seen)
    yield
    run = seen[before:]
    assert 0 < len(run) <= count, run


def _open(tenant: Tenant) -> tuple[Service, Branch]:
    return factories.service_of(tenant, "Haarschnitt"), factories.branch_of(tenant)


def test_a_search_takes_one_statement_whatever_it_searches(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    cut, branch = _open(salon)

    for days, people in ((1, 0), (30, 5), (60, 10)):
        for number in range(people):
            person = factories.make_staff(branch, name=f"{days}-{number}")
            factories.make_skill(person, cut)
            factories.make_hours(branch, staff_member=person)
        period = Period(now, now + timedelta(days=days))
        with scope.tenant(salon), _at_most(1, statements_run):
            assert availability.free_slots(cut, branch=branch, period=period, now=now)


def test_the_next_three_starts_take_one_statement_and_three_when_the_diary_is_full(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    cut, branch = _open(salon)
    period = Period(now, now + timedelta(days=60))
    with scope.tenant(salon), _at_most(1, statements_run):
        assert availability.free_slots(cut, branch=branch, period=period, now=now, limit=3)
    factories.make_time_off(branch, starts_at=now, ends_at=now + timedelta(days=40))

    with scope.tenant(salon), _at_most(3, statements_run):
        assert availability.free_slots(cut, branch=branch, period=period, now=now, limit=3)


def test_an_explanation_takes_two_statements(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    cut, branch = _open(salon)
    jana = factories.staff_of(salon, "Jana")

    with scope.tenant(salon), _at_most(2, statements_run):
        availability.why_not(
            cut, branch=branch, staff_member=jana, starts_at=at("2026-11-24", "10:00"), now=now
        )


def test_the_rows_behind_a_no_take_one_statement_for_everybody(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    """Nobody is free, everybody for a reason of their own: the team, what is taken, and the rows behind all reasons."""
    cut, branch = _open(salon)
    ten = at("2026-11-24", "10:00")
    people = [factories.staff_of(salon, name) for name in ("Jana", "Mira")]
    for number in range(20):
        if number:
            people.append(factories.make_staff(branch, name=f"Person {number:02d}"))
            factories.make_skill(people[-1], cut)
        blocked = number % 4
        if blocked == 0:
            scenes.appointment(people[-1], cut, ten)
        elif blocked == 1:
            scenes.hold(people[-1], cut, ten, until=now + timedelta(minutes=5))
        elif blocked == 2:
            factories.make_time_off(
                branch, starts_at=ten, ends_at=ten + timedelta(hours=1), staff_member=people[-1]
            )
        else:
            scenes.special(branch, "2026-11-24", (14, 15), of=people[-1])
    scenes.appointment(people[0], cut, ten)

    for staff_member, count in ((people[0], 1), (None, 21)):
        with scope.tenant(salon), _at_most(3, statements_run):
            said = availability.explain(
                cut, branch=branch, starts_at=ten, now=now, staff_member=staff_member
            )
        assert len(said.people) == count
        assert not any(each.is_free for each in said.people)
        assert all(any(each.facts.values()) for each in said.people)


def test_looking_at_a_series_takes_as_many_statements_for_forty_dates_as_for_four(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    """The team and what is taken, for the dates and once more for the free times of those that cannot be."""
    cut, branch = _open(salon)
    scenes.change(cut, horizon_days=365)
    ten = at("2026-11-24", "10:00")
    for person in ("Jana", "Mira"):
        for week in (1, 2, 5, 10):
            scenes.appointment(factories.staff_of(salon, person), cut, ten + timedelta(weeks=week))

    for count, conflicts in ((4, 2), (40, 4)):
        with scope.tenant(salon), _at_most(4, statements_run):
            found = series.preview(
                cut,
                branch=branch,
                staff_member=None,
                rule=f"FREQ=WEEKLY;COUNT={count}",
                starts_at=ten,
                now=now,
            )
        assert len(found) == count
        assert sum(each.rule == "taken" for each in found) == conflicts
        assert all(len(each.alternatives) == 3 for each in found if each.rule == "taken")


def test_with_every_rule_in_force_a_search_takes_six_statements_whatever_it_searches(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    cut, branch = _open(salon)
    erika = factories.make_customer(salon)
    scenes.change(cut, seats=4, max_per_day=90, max_per_customer_per_week=5)
    chairs = [scenes.resource(branch, f"Stuhl {number}") for number in range(3)]
    scenes.needs(cut, "any", *chairs)
    scenes.special(branch, "2026-11-26", (10, 12))

    for days, people in ((1, 0), (30, 5), (60, 10)):
        for number in range(people):
            person = factories.make_staff(branch, name=f"{days}-{number}")
            factories.make_skill(person, cut)
            scenes.change(person, max_per_day=5)
            scenes.special(branch, "2026-11-25", (9, 12), of=person)
        period = Period(now, now + timedelta(days=days))
        with scope.tenant(salon), _at_most(6, statements_run):
            assert availability.free_slots(
                cut, branch=branch, period=period, now=now, customer=erika, seats=2
            )
