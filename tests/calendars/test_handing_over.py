"""Somebody else does it: handed over at Cal.com, where no webhook says so, or chosen by Cal.com itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from askpro import courier
from booking import scheduling
from booking.calendars import deciding
from booking.models import (
    Appointment,
    CalendarHost,
    CalendarReview,
    Skill,
    TimeOff,
)
from integrations.calendars.imitation import Booking
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom, knock
from tests.calendars.test_comparing import sync
from tests.calendars.test_hearing import book, hear
from tests.calendars.two_sides import ELEVEN, TEN
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def booking(connected: Tenant, calcom: Calcom) -> Booking:
    """Jana's appointment at ten, on both sides."""
    book(connected)
    hear(calcom)
    mail.outbox.clear()
    (booking,) = calcom.house.bookings.values()
    return booking


def hand_over(calcom: Calcom, booking: Booking, to: str = "Mira") -> None:
    host = next(each.id for each in calcom.house.users.values() if each.name == to)
    calcom.house.host_hands_over(booking.uid, to=host)


def decide_for_ours(tenant: Tenant) -> None:
    with scope.tenant(tenant):
        review = CalendarReview.objects.get(resolved_at=None)
        deciding.keep_ours(review, by=ME, now=MONDAY_MORNING)
    courier.carry_all()


def decide_for_theirs(tenant: Tenant) -> None:
    with scope.tenant(tenant):
        review = CalendarReview.objects.get(resolved_at=None)
        deciding.take_theirs(review, by=ME, now=MONDAY_MORNING)
    courier.carry_all()


def without_the_skill(tenant: Tenant) -> None:
    with scope.tenant(tenant):
        Skill.objects.filter(staff_member__name="Mira", service__name="Haarschnitt").delete()


# --- Followed ---------------------------------------------------------------------------------------------


def test_a_hand_over_to_somebody_who_can_do_it_is_followed_and_told(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    with scope.tenant(connected):
        made = Appointment.objects.get()
        assert made.customer is not None
        made.customer.email = "erika@example.org"
        made.customer.save()
    hand_over(calcom, booking)

    sync(connected, is_whole=False)

    assert two_sides.ours(connected) == [("26. 09:00", "Mira", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Mira", "accepted")]
    assert two_sides.changes(connected) == [("booked", "back_office"), ("moved", "calendar")]
    assert two_sides.reviews(connected) == []
    assert len(calcom.asked("POST")) == 1, "nothing is put anew for it"
    (sent,) = mail.outbox
    assert "bei Mira" in sent.body


def test_once_it_was_followed_nothing_more_happens(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    hand_over(calcom, booking)
    sync(connected)
    before = two_sides.changes(connected), len(calcom.asked("POST"))

    report = sync(connected)

    assert (report.changed, report.told, report.differences) == (0, 0, [])
    assert (two_sides.changes(connected), len(calcom.asked("POST"))) == before


def test_old_news_do_not_give_it_back(connected: Tenant, calcom: Calcom, booking: Booking) -> None:
    two_sides.somebody_books(calcom, "Jana", ELEVEN)
    (created,) = calcom.house.fired
    calcom.house.fired.clear()
    other = next(each for each in calcom.house.bookings.values() if each.starts_at == ELEVEN)
    sync(connected)
    hand_over(calcom, other)
    sync(connected)

    assert knock(created, calcom.house).status_code == 200
    courier.carry_all()

    assert ("26. 10:00", "Mira", "confirmed") in two_sides.ours(connected)
    assert sync(connected).changed == 0


def test_it_is_moved_and_cancelled_where_it_stands_afterwards(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    two_sides.kind_of(calcom, "Jana").hosts.append(booking.host)
    two_sides.kind_of(calcom, "Jana").hosts[:] = [
        each.id for each in calcom.house.users.values() if each.name == "Mira"
    ]
    hand_over(calcom, booking)
    sync(connected)
    made = two_sides.appointment(connected)

    with scope.tenant(connected):
        scheduling.reschedule(
            made, starts_at=ELEVEN, by=ME, source="back_office", now=MONDAY_MORNING
        )
    courier.carry_all()

    assert two_sides.theirs(calcom) == [("26. 10:00", "Mira", "accepted")]
    assert two_sides.ours(connected) == [("26. 10:00", "Mira", "confirmed")]
    assert len(calcom.asked("POST", "/reschedule")) == 1
    with scope.tenant(connected):
        scheduling.cancel(made, by=ME, source="back_office", now=MONDAY_MORNING)
    courier.carry_all()
    assert two_sides.theirs(calcom) == []


def test_moved_and_handed_over_at_once_is_followed_at_once(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    """Jana has something else at eleven: only with Mira the new time is free."""
    book(connected, at=ELEVEN)
    blocker = next(each for each in calcom.house.bookings.values() if each.starts_at == ELEVEN)
    blocker.status = "cancelled"
    moved = calcom.house.host_moves(booking.uid, starts_at=ELEVEN)
    hand_over(calcom, moved)
    blocker.status = "accepted"
    calcom.house.fired.clear()

    sync(connected)

    assert two_sides.ours(connected) == two_sides.theirs_confirmed(calcom)
    assert two_sides.ours(connected) == [
        ("26. 10:00", "Jana", "confirmed"),
        ("26. 10:00", "Mira", "confirmed"),
    ]
    assert two_sides.reviews(connected) == []


def test_one_that_comes_from_there_follows_as_well_and_nobody_is_written_to(
    connected: Tenant, calcom: Calcom
) -> None:
    there = two_sides.somebody_books(calcom, "Jana", TEN)
    hear(calcom)
    hand_over(calcom, there)

    sync(connected)

    assert two_sides.ours(connected) == [("26. 09:00", "Mira", "confirmed")]
    assert mail.outbox == []


# --- Shown ------------------------------------------------------------------------------------------------


def test_one_that_cannot_be_followed_is_shown_and_nothing_is_moved(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    without_the_skill(connected)
    hand_over(calcom, booking)

    report = sync(connected)

    assert two_sides.reviews(connected) == ["handed_over"]
    assert report.conflicts == 1
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    with scope.tenant(connected):
        blocked = TimeOff.objects.get()
        assert (blocked.staff_member.name, blocked.starts_at) == ("Mira", TEN), "she has it there"
    assert sync(connected).conflicts == 1


def test_somebody_who_has_something_else_is_not_given_a_second_one(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    calcom.says(500, {})
    book(connected, staff="Mira")  # nobody has told Cal.com yet
    hand_over(calcom, booking)

    sync(connected)

    assert "handed_over" in two_sides.reviews(connected)
    assert [each[:2] for each in two_sides.ours(connected)] == [
        ("26. 09:00", "Jana"),
        ("26. 09:00", "Mira"),
    ]


def test_one_to_a_host_who_is_nobody_of_ours_is_shown(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    hand_over(calcom, booking, to="Salon Sonnenschein")

    sync(connected)

    assert two_sides.reviews(connected) == ["handed_over"]
    with scope.tenant(connected), pytest.raises(deciding.CannotTakeOver):
        deciding.take_theirs(CalendarReview.objects.get(), by=ME, now=MONDAY_MORNING)


def test_a_host_whom_cal_com_chose_itself_is_shown_because_another_one_was_promised(
    connected: Tenant, calcom: Calcom
) -> None:
    kind = two_sides.kind_of(calcom, "Jana")
    kind.hosts[:] = [each.id for each in calcom.house.users.values() if each.name == "Mira"]
    book(connected)

    sync(connected)

    assert two_sides.theirs(calcom) == [("26. 09:00", "Mira", "accepted")]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.reviews(connected) == ["handed_over"]


def test_whoever_is_matched_with_nobody_there_is_not_missed(
    connected: Tenant, calcom: Calcom
) -> None:
    """A personal account has one host for everybody."""
    with scope.tenant(connected):
        CalendarHost.objects.all().delete()
    two_sides.kind_of(calcom, "Jana").hosts[:] = [calcom.house.owner.id]

    book(connected)
    report = sync(connected)

    assert (two_sides.reviews(connected), report.differences) == ([], [])


# --- Decided ----------------------------------------------------------------------------------------------


def test_our_diary_is_right_puts_it_back_to_whom_we_have_it_with(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    without_the_skill(connected)
    hand_over(calcom, booking)
    sync(connected)

    decide_for_ours(connected)

    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.reviews(connected) == []
    with scope.tenant(connected):
        assert not TimeOff.objects.exists()
    report = sync(connected)
    assert (report.changed, report.told, report.differences) == (0, 0, [])


def test_the_calendar_is_right_needs_somebody_who_can_do_it(
    connected: Tenant, calcom: Calcom, booking: Booking
) -> None:
    without_the_skill(connected)
    hand_over(calcom, booking)
    sync(connected)
    with pytest.raises(deciding.CannotTakeOver):
        decide_for_theirs(connected)
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    factories.make_skill(
        factories.staff_of(connected, "Mira"), factories.service_of(connected, "Haarschnitt")
    )

    decide_for_theirs(connected)

    assert two_sides.ours(connected) == [("26. 09:00", "Mira", "confirmed")]
    assert two_sides.reviews(connected) == []
    assert two_sides.theirs(calcom) == [("26. 09:00", "Mira", "accepted")]


def test_what_has_no_place_there_stays_as_it_was_decided_and_is_named(
    connected: Tenant, calcom: Calcom
) -> None:
    there = two_sides.somebody_books(calcom, "Jana", TEN)
    hear(calcom)
    without_the_skill(connected)
    with scope.tenant(connected):
        two_sides.unmap("Jana")
    hand_over(calcom, there)
    sync(connected)

    decide_for_ours(connected)

    report = sync(connected)
    assert two_sides.reviews(connected) == []
    (named,) = report.differences
    assert named.endswith("Mira (Cal.com)")
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]


def test_a_hand_over_on_both_sides_to_different_people_is_a_conflict_of_persons(
    connected: Tenant, calcom: Calcom, booking: Booking, clock: time_machine.Traveller
) -> None:
    """They give it to the owner while we give it to Mira: ours is put anew for her, theirs is taken away."""
    hand_over(calcom, booking, to="Salon Sonnenschein")
    made = two_sides.appointment(connected)
    with scope.tenant(connected):
        scheduling.reschedule(
            made,
            starts_at=TEN,
            staff_member=factories.staff_of(connected, "Mira"),
            by=ME,
            source="back_office",
            now=MONDAY_MORNING,
        )
    courier.carry_all()
    clock.shift(timedelta(minutes=6))

    sync(connected)

    assert two_sides.theirs(calcom) == [("26. 09:00", "Mira", "accepted")]
    assert two_sides.ours(connected) == [("26. 09:00", "Mira", "confirmed")]
