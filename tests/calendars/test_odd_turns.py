"""What the random edits of both sides brought to light: turns that nobody thought of when the rules were written."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
import time_machine

from askpro import courier
from booking import scheduling
from booking.calendars import connecting
from booking.models import CalendarAccount, CalendarEventType
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_comparing import sync
from tests.calendars.test_hearing import book, hear
from tests.calendars.two_sides import ELEVEN, NOON, TEN
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


def move(tenant: Tenant, *, staff: str | None = None) -> None:
    made = two_sides.appointment(tenant)
    with scope.tenant(tenant):
        scheduling.reschedule(
            made,
            starts_at=made.starts_at if staff else ELEVEN,
            staff_member=factories.staff_of(tenant, staff) if staff else None,
            by=ME,
            source="back_office",
            now=MONDAY_MORNING,
        )


def test_what_cannot_be_moved_there_any_more_is_shown_and_not_asked_for_again_and_again(
    connected: Tenant, calcom: Calcom
) -> None:
    """Its event type was deleted: Cal.com says 404 to the move, and still has the booking."""
    book(connected)
    hear(calcom)
    calcom.house.delete_event_type(two_sides.kind_of(calcom, "Jana").id)

    move(connected)
    courier.carry_all()

    assert two_sides.reviews(connected) == ["refused"]
    assert len(calcom.asked("POST", "/reschedule")) == 1


def test_what_was_moved_there_twice_while_we_moved_it_is_one_conflict(
    connected: Tenant, calcom: Calcom
) -> None:
    """It bears no id of ours, and the step between was never seen: only our own question tells that it is the same."""
    first = two_sides.somebody_books(calcom, "Jana", TEN)
    hear(calcom)
    second = calcom.house.host_moves(first.uid, starts_at=NOON)
    calcom.house.host_moves(second.uid, starts_at=NOON + timedelta(hours=2))
    calcom.house.fired.clear()

    move(connected)
    courier.carry_all()

    assert two_sides.reviews(connected) == ["both_changed"]
    assert len(two_sides.ours(connected)) == 1
    assert len(calcom.asked("POST", "/reschedule")) == 1


def test_an_event_type_that_was_deleted_is_made_and_mapped_anew(
    connected: Tenant, calcom: Calcom
) -> None:
    gone = two_sides.kind_of(calcom, "Jana").id
    calcom.house.delete_event_type(gone)

    report = connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)

    assert report.unmapped == []
    with scope.tenant(connected):
        assert CalendarEventType.objects.get(number=str(gone)).service is None
    book(connected)
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]


def test_a_booking_that_lasts_longer_there_is_found_when_its_answer_was_lost(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    two_sides.kind_of(calcom, "Jana").minutes = 45
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    book(connected)

    clock.shift(timedelta(minutes=1))
    courier.carry_all()

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert len(calcom.house.bookings) == 1


def test_a_hand_over_here_without_the_calendar_is_told_when_it_is_back(
    connected: Tenant, calcom: Calcom
) -> None:
    two_sides.somebody_books(calcom, "Jana", TEN)
    hear(calcom)
    sync(connected)
    with scope.tenant(connected):
        connecting.disconnect(CalendarAccount.objects.get(), by=ME, now=MONDAY_MORNING)
    move(connected, staff="Mira")
    connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)

    sync(connected)

    assert two_sides.ours(connected) == [("26. 09:00", "Mira", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Mira", "accepted")]


def test_a_move_of_theirs_is_followed_although_the_event_type_was_made_anew(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    hear(calcom)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_moves(booking.uid, starts_at=ELEVEN)
    calcom.house.fired.clear()
    calcom.house.delete_event_type(two_sides.kind_of(calcom, "Jana").id)
    connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)
    with scope.tenant(connected):
        two_sides.unmatch("Jana")

    sync(connected)

    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]
    assert len(two_sides.theirs(calcom)) == 1


def test_a_move_that_the_calendar_refuses_later_is_not_taken_back_behind_ones_back(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    hear(calcom)
    two_sides.somebody_books(calcom, "Jana", ELEVEN)
    calcom.house.fired.clear()  # our diary does not know

    move(connected)
    courier.carry_all()

    assert two_sides.reviews(connected) == ["move_refused"]
    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]
