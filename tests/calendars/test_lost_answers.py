"""The answer to a booking is lost after success, and somebody at Cal.com is faster than we are to ask again."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
import time_machine

from askpro import courier
from booking import scheduling
from booking.calendars import deciding
from booking.models import CalendarReview
from tenants import actors, scope
from tenants.models import Tenant
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_hearing import book, hear
from tests.calendars.two_sides import ELEVEN, NOON
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


def test_a_booking_that_the_host_cancels_before_we_heard_of_it_is_not_put_again(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    """The answer is lost, the host cancels, we ask again: their word counts, also when the old news come late."""
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    book(connected)
    (first,) = calcom.house.bookings.values()
    calcom.house.host_cancels(first.uid)

    clock.shift(timedelta(minutes=1))
    courier.carry_all()

    assert len(calcom.house.bookings) == 1
    assert two_sides.ours(connected) == []
    assert two_sides.changes(connected) == [("booked", "back_office"), ("cancelled", "calendar")]
    hear(calcom)
    assert two_sides.ours(connected) == two_sides.theirs(calcom) == []
    assert two_sides.reviews(connected) == []


def test_one_that_was_moved_there_and_then_cancelled_is_not_put_again_either(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    book(connected)
    (first,) = calcom.house.bookings.values()
    moved = calcom.house.host_moves(first.uid, starts_at=NOON)
    calcom.house.host_cancels(moved.uid)
    calcom.house.fired.clear()

    clock.shift(timedelta(minutes=1))
    courier.carry_all()

    assert two_sides.ours(connected) == two_sides.theirs(calcom) == []
    assert len(calcom.house.bookings) == 2


def test_where_both_sides_changed_before_the_answer_a_person_decides(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    """The answer is lost, the host cancels, and meanwhile we move it: neither side is overruled."""
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    made = book(connected)
    (first,) = calcom.house.bookings.values()
    calcom.house.host_cancels(first.uid)
    calcom.house.fired.clear()
    with scope.tenant(connected):
        scheduling.reschedule(
            made, starts_at=ELEVEN, by=ME, source="back_office", now=MONDAY_MORNING
        )

    clock.shift(timedelta(minutes=1))
    courier.carry_all()

    assert two_sides.reviews(connected) == ["both_changed"]
    assert two_sides.theirs(calcom) == []
    with scope.tenant(connected):
        deciding.keep_ours(CalendarReview.objects.get(), by=ME, now=MONDAY_MORNING)
    courier.carry_all()
    assert two_sides.theirs(calcom) == [("26. 10:00", "Jana", "accepted")]
    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]


def test_what_was_put_anew_by_decision_is_not_taken_for_what_was_cancelled_before(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    """The customer is asked for another time, we keep ours, and the answer to putting it anew is lost."""
    book(connected)
    (first,) = calcom.house.bookings.values()
    calcom.house.host_asks_for_another_time(first.uid)
    hear(calcom)
    with scope.tenant(connected):
        deciding.keep_ours(CalendarReview.objects.get(), by=ME, now=MONDAY_MORNING)
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    courier.carry_all()

    clock.shift(timedelta(minutes=1))
    courier.carry_all()

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert two_sides.reviews(connected) == []
    assert len(calcom.house.bookings) == 2
