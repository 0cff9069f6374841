"""The process dies at each step of a booking: after the restart both sides agree."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from askpro import courier
from booking import calendar_links
from booking.calendars import settling
from integrations import delivery
from tenants.models import Tenant
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_in_a_call import book
from tests.conftest import MONDAY_MORNING
from tests.integrations.providers import Killed
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING: list[tuple[str, str, str]] = []
BOOKED = ("26. 09:00", "Jana")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


def dies(*_: Any, **__: Any) -> Any:
    raise Killed


Death = Callable[[pytest.MonkeyPatch, Calcom], None]
DEATHS: dict[str, Death] = {
    "before the commit": lambda patch, _: patch.setattr(calendar_links, "tell_booked", dies),
    "after the commit": lambda patch, _: patch.setattr(delivery, "carry_out_now", dies),
    "while asking": lambda _, calcom: calcom.fails_with(Killed()),
    "after it was done there": lambda _, calcom: calcom.does_it_and_then(Killed()),
    "before the answer is noted": lambda patch, _: patch.setattr(delivery, "_note_success", dies),
    "before the answer is folded in": lambda patch, _: patch.setattr(settling, "fold_answer", dies),
}


@pytest.mark.parametrize("step", DEATHS)
def test_after_the_restart_both_sides_agree(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    with monkeypatch.context() as patch:
        DEATHS[step](patch, calcom)
        with pytest.raises(Killed):
            book(retell, retell.new_call())

    # Longer than the lease of a command whose worker died.
    for _ in range(3):
        clock.shift(timedelta(minutes=2))
        courier.carry_all()

    was_written = step != "before the commit"
    assert two_sides.ours(connected) == ([(*BOOKED, "confirmed")] if was_written else NOTHING)
    assert two_sides.theirs(calcom) == ([(*BOOKED, "accepted")] if was_written else NOTHING)
    assert len(calcom.house.bookings) == was_written
    assert two_sides.reviews(connected) == []
