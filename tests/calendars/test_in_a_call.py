"""Booking on the telephone for a business that keeps a calendar at Cal.com: the caller hears what the rows prove."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from askpro import courier
from booking.models import Appointment
from calls import assurances
from calls.models import Call, CallbackRequest
from tenants import scope
from tenants.models import Tenant
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calls.test_aftercare import hang_up, invocation
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def call(retell: Retell) -> dict[str, Any]:
    return retell.new_call()


def book(retell: Retell, call: dict[str, Any], *, staff: str = "Jana", **more: str) -> Any:
    wish = {
        "service": "Haarschnitt",
        "date": "26.11.",
        "time": "10 Uhr",
        "name": "Erika Mustermann",
        **more,
    }
    return retell.asks_for("book_appointment", call, staff=staff, **wish)


def later(clock: time_machine.Traveller, minutes: float) -> None:
    clock.shift(timedelta(minutes=minutes))
    courier.carry_all()


def test_a_booking_stands_on_both_sides_before_the_caller_hears_it(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    answer = book(retell, call, email="erika@example.org")

    assert answer["state"] == "booked"
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    (booking,) = calcom.house.bookings.values()
    assert booking.metadata["call_number"] == str(two_sides.appointment(connected).call_number)
    courier.carry_all()
    (sent,) = mail.outbox
    assert sent.subject.startswith("Ihr Termin am Donnerstag, 26. November 2026 um 10:00 Uhr")


def test_a_time_that_is_taken_there_is_given_back_and_others_are_offered(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    two_sides.somebody_books(calcom, "Jana", two_sides.TEN)
    calcom.house.fired.clear()  # the webhook was lost: our diary does not know

    answer = book(retell, call)

    assert answer["state"] == "slot_taken"
    assert answer["data"]["slots"]
    assert two_sides.ours(connected) == []
    assert len(two_sides.theirs(calcom)) == 1
    assert "gebucht" not in answer["say"]


def test_a_silent_calendar_is_said_to_be_silent_and_settled_later(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    calcom.fails_with(httpx.ReadTimeout("silence"))

    answer = book(retell, call, email="erika@example.org")

    assert answer["state"] == "pending"
    assert "gebucht" not in answer["say"]
    assert "steht noch aus" in answer["say"]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "pending")]
    assert mail.outbox == []
    later(clock, 1)
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    courier.carry_all()
    assert len(mail.outbox) == 1


def test_an_answer_lost_after_success_books_once(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))

    answer = book(retell, call)
    later(clock, 1)

    assert answer["state"] == "pending"
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert len(calcom.house.bookings) == 1


def test_who_was_told_that_it_is_open_is_called_back_when_the_host_cancels_it(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    assert book(retell, call)["state"] == "pending"
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_cancels(booking.uid)
    hang_up(retell, call)

    later(clock, 1)
    noted = assurances.settle_open(connected.pk, now=timezone.now())

    assert (two_sides.ours(connected), two_sides.theirs(calcom)) == ([], [])
    assert noted == 1


def test_the_same_question_again_asks_the_calendar_again_and_books_once(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    calcom.says(500, {})
    first = book(retell, call)

    second = book(retell, call)

    assert [first["state"], second["state"]] == ["pending", "booked"]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert len(calcom.house.bookings) == 1


def test_a_refusal_becomes_a_callback_and_a_review(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    calcom.says(400, {"error": {"message": "Missing required booking field response: plate"}})

    answer = book(retell, call)

    assert answer["state"] == "callback_noted"
    assert "gebucht" not in answer["say"]
    assert two_sides.reviews(connected) == ["refused"]
    assert two_sides.theirs(calcom) == []
    with scope.tenant(connected):
        assert CallbackRequest.objects.get().phone == retell.caller


def test_a_time_that_turns_out_to_be_taken_after_the_call_becomes_a_callback(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    calcom.fails_with(httpx.ReadTimeout("silence"))
    book(retell, call)
    two_sides.somebody_books(calcom, "Jana", two_sides.TEN)
    calcom.house.fired.clear()
    retell.sends("call_ended", {**call, "call_status": "ended"})
    later(clock, 1)
    assert assurances.settle_open(connected.pk, now=timezone.now()) == 1
    assert assurances.settle_open(connected.pk, now=timezone.now()) == 0

    with scope.tenant(connected):
        assert CallbackRequest.objects.get().priority == "high"
        assert Call.objects.get().status == "ended"
    assert two_sides.ours(connected) == []


def test_what_was_collected_in_a_call_stands_on_both_sides_after_it(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    """The end of a call is all that reached us: call row, appointment row, booking at Cal.com."""
    wish = {"service": "Haarschnitt", "date": "26.11.2026", "time": "10:00", "name": "Erika Muster"}
    asked = invocation("collect_appointment_data", json.dumps(wish))

    hang_up(retell, call, ("agent", "Ihr Termin ist gebucht."), asked=asked)
    later(clock, 1)

    with scope.tenant(connected):
        assert Call.objects.get().status == "ended"
    (ours,) = two_sides.ours(connected)
    assert (ours[0], ours[2]) == ("26. 09:00", "confirmed")
    assert [each[0] for each in two_sides.theirs(calcom)] == ["26. 09:00"]


def test_moving_on_the_telephone_moves_both_sides(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)

    answer = retell.asks_for(
        "reschedule_appointment",
        call,
        new_date="26.11.",
        new_time="11 Uhr",
        confirmed="ja",
    )

    assert answer["state"] == "rescheduled"
    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 10:00", "Jana", "accepted")]


def test_a_move_onto_a_time_that_is_taken_there_leaves_everything_as_it_was(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)
    two_sides.somebody_books(calcom, "Jana", two_sides.ELEVEN)
    calcom.house.fired.clear()

    answer = retell.asks_for(
        "reschedule_appointment", call, new_date="26.11.", new_time="11 Uhr", confirmed="ja"
    )

    assert answer["state"] == "slot_taken"
    assert "bleibt, wie er war" in answer["say"]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert ("26. 09:00", "Jana", "accepted") in two_sides.theirs(calcom)


def test_cancelling_on_the_telephone_cancels_both_sides(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)

    answer = retell.asks_for("cancel_appointment", call, confirmed="ja")
    courier.carry_all()

    assert answer["state"] == "cancelled"
    assert two_sides.ours(connected) == []
    assert two_sides.theirs(calcom) == []
    assert two_sides.reviews(connected) == []


def test_a_business_without_a_calendar_books_as_before(
    salon: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    assert book(retell, call)["state"] == "booked"
    assert calcom.requests == []
    with scope.tenant(salon):
        assert Appointment.objects.get().status == "confirmed"


def test_nobody_waits_longer_than_the_budget(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)

    timeout = calcom.requests[-1].extensions["timeout"]
    assert sum(timeout.values()) <= 2.5
