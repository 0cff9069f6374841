"""Offers that leave no useless gap, on five hundred small days, against trying everything by hand."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import pytest

from booking import availability
from booking.models import Service, StaffMember
from booking.periods import Period
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import BERLIN

Stretch = tuple[int, int]  # minutes of the clock, half open
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OPEN: Stretch = (9 * 60, 15 * 60)
SERVICE, SHORTEST, GRID = 45, 30, 15
DAYS = [
    day
    for each in range(720)
    if (day := date(2026, 11, 24) + timedelta(days=each)).isoweekday() < 6
][:500]


@pytest.mark.slow
def test_on_five_hundred_days_offers_are_those_of_trying_everything(salon: Tenant) -> None:
    dice = random.Random(11)
    branch, colour = factories.branch_of(salon), factories.service_of(salon, "Färben")
    jana = factories.staff_of(salon, "Jana")
    scenes.change(branch, state="")
    scenes.change(colour, duration_minutes=SERVICE, horizon_days=730)
    scenes.change(factories.service_of(salon, "Haarschnitt"), duration_minutes=SHORTEST)
    for day in DAYS[:5]:
        scenes.hours(branch, day.isoformat(), (OPEN[0] / 60, OPEN[1] / 60))

    wrong, saved = [], 0
    for day in DAYS:
        taken = _take_some(dice, jana, colour, day)
        wish = dice.randrange(OPEN[0], 13 * 60, GRID)
        count = dice.randint(1, 5)
        plain = _offered(salon, branch, colour, jana, day, wish, count, avoiding_gaps=False)
        tidy = _offered(salon, branch, colour, jana, day, wish, count, avoiding_gaps=True)
        if plain != _plain(taken, wish, count) or tidy != _tidy(taken, wish, count):
            wrong.append((day, taken, wish, count, plain, tidy))
        useless = [sum(_is_useless(start, taken) for start in each) for each in (plain, tidy)]
        assert useless[1] <= useless[0]
        assert [_half(start) for start in tidy] == [_half(start) for start in plain]
        saved += useless[0] - useless[1]

    assert wrong == []
    assert saved > 100  # otherwise the days were too easy to show anything


def _take_some(
    dice: random.Random, person: StaffMember, service: Service, day: date
) -> list[Stretch]:
    taken: list[Stretch] = []
    for _ in range(dice.randint(0, 4)):
        start = dice.randrange(OPEN[0], OPEN[1] - 30, GRID)
        end = start + dice.choice((30, 45, 60))
        if end <= OPEN[1] and all(end <= first or last <= start for first, last in taken):
            taken.append((start, end))
            begins = _instant(day, start)
            scenes.appointment(person, service, begins, own_minutes=end - start)
    return sorted(taken)


def _offered(
    tenant: Tenant,
    branch: Branch,
    service: Service,
    person: StaffMember,
    day: date,
    wish: int,
    count: int,
    *,
    avoiding_gaps: bool,
) -> list[int]:
    period = Period(_instant(day, wish), _instant(day, 24 * 60 - 1))
    with scope.tenant(tenant):
        found = availability.free_slots(
            service,
            branch=branch,
            period=period,
            now=NOW,
            staff_member=person,
            limit=count,
            avoiding_gaps=avoiding_gaps,
        )
    local = [slot.starts_at.astimezone(BERLIN) for slot in found]
    return [each.hour * 60 + each.minute for each in local]


def _instant(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=BERLIN)


# --- trying everything --------------------------------------------------------------------------------


def _is_free(start: int, taken: Sequence[Stretch]) -> bool:
    end = start + SERVICE
    return OPEN[0] <= start and end <= OPEN[1] and all(end <= a or b <= start for a, b in taken)


def _is_useless(start: int, taken: Sequence[Stretch]) -> bool:
    """Whether too little for anything stays free right before or right after."""
    before = start - max([OPEN[0], *(b for _, b in taken if b <= start)])
    after = min([OPEN[1], *(a for a, _ in taken if a >= start + SERVICE)]) - (start + SERVICE)
    return 0 < before < SHORTEST or 0 < after < SHORTEST


def _half(start: int) -> bool:
    return start < 12 * 60


def _all(taken: Sequence[Stretch], wish: int) -> list[int]:
    return [start for start in range(wish, OPEN[1], GRID) if _is_free(start, taken)]


def _plain(taken: Sequence[Stretch], wish: int, count: int) -> list[int]:
    return _all(taken, wish)[:count]


def _tidy(taken: Sequence[Stretch], wish: int, count: int) -> list[int]:
    found: list[int] = []
    for half, group in groupby(_plain(taken, wish, count), key=_half):
        usual = list(group)
        free = [start for start in _all(taken, wish) if _half(start) == half]
        first = usual[:1] if not found else []
        best = sorted(
            free, key=lambda start: (start not in first, _is_useless(start, taken), start)
        )
        found += sorted(best[: len(usual)])
    return found
