"""A caller waits while Cal.com is taken, silent, failing or slow: over real HTTP, by the clock on the wall.

Whatever it does, a true sentence comes within four seconds, and "gebucht" only for what stands on both sides.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from askpro import courier
from integrations import breaker, delivery, quota
from tenants.models import Tenant
from tests.calendars import calcom_outside, two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.calcom_outside import Mood, Outside
from tests.calendars.test_in_a_call import book, later
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
FOUR_SECONDS = 4.0
HERE, THERE = ("26. 09:00", "Jana"), [("26. 09:00", "Jana", "accepted")]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def outside(connected: Tenant, calcom: Calcom, settings: Settings) -> Iterator[Outside]:
    with calcom_outside.open_for(calcom, settings) as outside:
        yield outside


@pytest.fixture
def call(retell: Retell) -> dict[str, Any]:
    return retell.new_call()


def in_time(ask: Any) -> Any:
    """Return the answer, which must have come while a caller still waits."""
    began = time.perf_counter()
    answer = ask()
    assert time.perf_counter() - began < FOUR_SECONDS
    return answer


TROUBLES: dict[str, Mood] = {
    "hangs for thirty seconds": calcom_outside.hangs(30),
    "does it and hangs": calcom_outside.does_it_and_hangs(30),
    "sends headers drop by drop": calcom_outside.drips(30),
    "answers after three seconds": calcom_outside.is_slow(3.0),
    "is full": calcom_outside.says(429),
    "is broken": calcom_outside.says(500),
    "is being repaired": calcom_outside.says(200, "<html>maintenance</html>"),
    "says less than it has to": calcom_outside.says(201, '{"status": "success", "data": {}}'),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_booking_whose_outcome_is_unknown_is_said_to_be_open_and_settled_later(
    connected: Tenant,
    calcom: Calcom,
    outside: Outside,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
    trouble: str,
) -> None:
    outside.next = [TROUBLES[trouble]]

    answer = in_time(lambda: book(retell, call))

    assert answer["state"] == "pending"
    assert "gebucht" not in answer["say"]
    assert two_sides.ours(connected) == [(*HERE, "pending")]
    if trouble == "is full":
        # The pause that was asked for lives by the clock of Redis, which cannot be turned.
        quota.pause("calcom", key=calcom.house.key, seconds=0.001)
    later(clock, 3)
    later(clock, 3)
    assert two_sides.ours(connected) == [(*HERE, "confirmed")]
    assert two_sides.theirs(calcom) == THERE
    assert len(calcom.house.bookings) == 1


def test_a_taken_time_is_given_back_in_time_also_when_cal_com_is_slow(
    connected: Tenant, calcom: Calcom, outside: Outside, retell: Retell, call: dict[str, Any]
) -> None:
    two_sides.somebody_books(calcom, "Jana", two_sides.TEN)
    outside.always = calcom_outside.is_slow(0.8)

    answer = in_time(lambda: book(retell, call))

    assert answer["state"] == "slot_taken"
    assert "gebucht" not in answer["say"]
    assert two_sides.ours(connected) == []
    assert two_sides.theirs(calcom) == THERE  # that of somebody else


def test_looking_for_our_own_booking_does_not_make_a_caller_wait_twice(
    connected: Tenant, calcom: Calcom, outside: Outside, retell: Retell, call: dict[str, Any]
) -> None:
    """A 400 says taken; whether it is our own lost one is asked, and that question hangs."""
    two_sides.somebody_books(calcom, "Jana", two_sides.TEN)
    outside.next = [calcom_outside.is_slow(1.2), calcom_outside.hangs(30)]

    answer = in_time(lambda: book(retell, call))

    assert answer["state"] == "pending"
    assert "gebucht" not in answer["say"]


def test_nobody_there_is_told_at_once(
    connected: Tenant, retell: Retell, call: dict[str, Any], outside: Outside, settings: Settings
) -> None:
    settings.CALCOM_BASE_URL = "http://127.0.0.1:9/v2"  # nobody listens

    answer = in_time(lambda: book(retell, call))

    assert answer["state"] == "pending"


def test_after_five_failures_callers_hear_at_once_that_it_is_open(
    connected: Tenant, calcom: Calcom, outside: Outside, retell: Retell
) -> None:
    """The circuit opens: the sixth caller does not wait for a Cal.com that answers nobody."""
    outside.always = calcom_outside.says(500)
    hours = ("9 Uhr", "10 Uhr", "11 Uhr", "12 Uhr", "13 Uhr")
    for hour in hours:
        assert book(retell, retell.new_call(), time=hour)["state"] == "pending"
    assert breaker.is_open("calcom", whose=connected.pk)
    asked = len(outside.heard)
    outside.always = calcom_outside.hangs(30)

    began = time.perf_counter()
    answer = book(retell, retell.new_call(), time="14 Uhr")

    assert time.perf_counter() - began < 2.0
    assert answer["state"] == "pending"
    assert "gebucht" not in answer["say"]
    assert len(outside.heard) == asked
    assert len(two_sides.ours(connected)) == 6
    assert two_sides.theirs(calcom) == []


def test_a_move_whose_outcome_is_unknown_is_said_to_be_open(
    connected: Tenant,
    calcom: Calcom,
    outside: Outside,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    book(retell, call)
    outside.next = [calcom_outside.does_it_and_hangs(30)]

    answer = in_time(
        lambda: retell.asks_for(
            "reschedule_appointment", call, new_date="26.11.", new_time="11 Uhr", confirmed="ja"
        )
    )

    assert answer["state"] == "pending"
    assert "verschoben" not in answer["say"]
    later(clock, 2)
    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 10:00", "Jana", "accepted")]
    assert len(calcom.house.bookings) == 2


def test_cancelling_does_not_wait_for_cal_com(
    connected: Tenant,
    calcom: Calcom,
    outside: Outside,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    book(retell, call)
    outside.always = calcom_outside.says(500)

    answer = in_time(lambda: retell.asks_for("cancel_appointment", call, confirmed="ja"))

    assert answer["state"] == "cancelled"
    assert two_sides.ours(connected) == []
    courier.carry_all()
    outside.always = calcom_outside.properly
    later(clock, 3)
    assert two_sides.theirs(calcom) == []


def test_nobody_waits_for_cal_com_within_a_transaction(
    connected: Tenant,
    outside: Outside,
    retell: Retell,
    call: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The question goes out in a thread of its own, where the connection of this one cannot be seen."""
    ask, open_transactions = delivery.carry_out_now, []

    def watched(*given: Any, **named: Any) -> None:
        open_transactions.append(connection.in_atomic_block)
        ask(*given, **named)

    monkeypatch.setattr(delivery, "carry_out_now", watched)

    book(retell, call)

    assert open_transactions == [False]


def test_the_clock_of_these_tests_is_the_one_on_the_wall() -> None:
    began = time.perf_counter()
    with time_machine.travel(MONDAY_MORNING + timedelta(days=1), tick=False):
        time.sleep(0.05)
    assert 0.04 < time.perf_counter() - began < 3
