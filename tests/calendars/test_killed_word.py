"""The process is killed while a caller waits, and the time is gone meanwhile: somebody calls back, or nothing was said.

As in `test_killed_booking.py` a child process dies of SIGKILL; here somebody else takes the time at Cal.com before the
courier comes.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from askpro import courier
from calls.models import Assurance
from integrations.calendars.imitation import No
from tenants.models import Tenant
from tests.calendars import calcom_outside, two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.calcom_outside import Outside
from tests.calendars.test_in_a_call import book
from tests.calendars.test_killed_booking import DEEDS, REQUESTS, STEPS, _dies_of_it, _restart
from tests.calendars.test_refused_afterwards import called_back, sweep, words
from tests.calls.test_aftercare import hang_up
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
# Where it dies before Cal.com has it, and after our row is there: the courier finds the time taken.
_TOO_LATE = {"after the commit", "while it asks"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def outside(connected: Tenant, calcom: Calcom, settings: Settings) -> Iterator[Outside]:
    with calcom_outside.open_for(calcom, settings) as outside:
        yield outside


@pytest.mark.parametrize("step", [*STEPS, *REQUESTS])
@pytest.mark.parametrize("what", ["booking", "moving"])
def test_whoever_dies_where_there_is_one_callback_or_none_is_needed(
    connected: Tenant,
    calcom: Calcom,
    outside: Outside,
    retell: Retell,
    clock: time_machine.Traveller,
    what: str,
    step: str,
) -> None:
    deed, before, _after = DEEDS[what]
    call = retell.new_call()
    if before is not None:
        earlier = retell.new_call()
        assert book(retell, earlier)["state"] == "booked"
        hang_up(retell, earlier)
        calcom.deliver()
        courier.carry_all()

    _dies_of_it(lambda: deed(retell, call), step, outside)
    wanted = two_sides.TEN if what == "booking" else two_sides.ELEVEN
    if step in (*_TOO_LATE, "before the commit"):
        two_sides.somebody_books(calcom, "Jana", wanted)
    else:
        with pytest.raises(No):  # it is ours
            two_sides.somebody_books(calcom, "Jana", wanted)
    calcom.house.fired.clear()
    hang_up(retell, call)
    for _ in range(2):
        _restart(clock)
        sweep()

    noted = called_back(connected)
    assert len(noted) == (step in _TOO_LATE)
    assert all("vom Kalender nicht angenommen" in each.reason for each in noted)
    assert all(outcome for _kind, outcome in words(connected))  # none is left open


def test_a_sweep_that_is_killed_between_the_callback_and_its_end_leaves_it_to_the_next(
    connected: Tenant,
    calcom: Calcom,
    outside: Outside,
    retell: Retell,
    clock: time_machine.Traveller,
) -> None:
    call = retell.new_call()
    outside.next = [calcom_outside.says(500)]
    assert book(retell, call)["state"] == "pending"
    two_sides.somebody_books(calcom, "Jana", two_sides.TEN)
    calcom.house.fired.clear()
    hang_up(retell, call)
    clock.shift(timedelta(minutes=1))
    courier.carry_all()
    STEPS["before the word is settled"] = (Assurance, "settle")
    try:
        _dies_of_it(sweep, "before the word is settled", outside)
    finally:
        del STEPS["before the word is settled"]
    assert called_back(connected) == []

    sweep()
    sweep()

    assert len(called_back(connected)) == 1
