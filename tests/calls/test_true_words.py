"""Ways in which a caller could hear something that is not so: repeated questions, other words, holds that run out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment
from integrations.models import Message
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def call(retell: Retell) -> dict[str, Any]:
    return retell.new_call()


def book(retell: Retell, call: dict[str, Any], **more: str) -> Any:
    wish = {
        "service": "Haarschnitt",
        "date": "26.11.",
        "time": "10 Uhr",
        "name": "Erika Mustermann",
        **more,
    }
    return retell.asks_for("book_appointment", call, **wish)


def cancel(retell: Retell, call: dict[str, Any], **more: str) -> Any:
    return retell.asks_for("cancel_appointment", call, confirmed="ja", **more)


def standing(tenant: Tenant) -> list[tuple[str, str]]:
    """Return what stands: start in UTC and person."""
    with scope.tenant(tenant):
        rows = Appointment.objects.filter(status__in=("pending", "confirmed"))
        return sorted(
            (f"{each.starts_at:%d. %H:%M}", each.staff_member.name)
            for each in rows.select_related("staff_member")
        )


def changed_by_the_business(tenant: Tenant, *, to: datetime | None) -> None:
    """Move or cancel the one appointment there is at the back office."""
    with scope.tenant(tenant):
        row = Appointment.objects.filter(status="confirmed").get()
        wish: Any = {"by": ME, "source": "back_office", "now": timezone.now()}
        if to is None:
            scheduling.cancel(row, **wish)
        else:
            scheduling.reschedule(row, starts_at=to, **wish)


# --- The same booking in other words -------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["Erika", "Frau Mustermann", "Mustermann", "mustermann, erika"])
@pytest.mark.parametrize("staff", ["", "Jana"])
def test_the_same_booking_under_another_form_of_the_name_is_the_same(
    salon: Tenant, retell: Retell, call: dict[str, Any], again: str, staff: str
) -> None:
    first = book(retell, call, staff=staff)

    second = book(retell, call, staff=staff, name=again)

    assert [first["state"], second["state"]] == ["booked", "booked"]
    assert first["data"] == second["data"]
    assert len(standing(salon)) == 1


def test_a_longer_form_of_the_name_is_the_same_booking(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    first = book(retell, call, name="Mustermann")

    second = book(retell, call, name="Erika Mustermann")

    assert first["data"] == second["data"]
    assert len(standing(salon)) == 1


def test_somebody_else_at_the_same_time_is_another_booking(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    assert book(retell, call)["state"] == "booked"

    assert book(retell, call, name="Anna Beispiel")["state"] == "booked"

    assert standing(salon) == [("26. 09:00", "Jana"), ("26. 09:00", "Mira")]


def test_the_same_booking_with_somebody_else_is_said_to_stand_with_whom_it_does(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call, staff="Jana")

    answer = book(retell, call, staff="Mira")

    assert answer["state"] == "booked"
    assert "bei Jana" in answer["say"]
    assert standing(salon) == [("26. 09:00", "Jana")]


def test_what_was_held_and_booked_is_not_booked_again_under_another_name(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    offered = retell.asks_for(
        "check_availability", call, service="Haarschnitt", date="26.11.", time="10 Uhr"
    )
    slot = offered["data"]["slots"][0]["slot_id"]
    first = book(retell, call, slot_id=slot, name="Erika Mustermann")

    second = book(retell, call, slot_id=slot, name="Frau Mustermann")

    assert first["data"] == second["data"]
    assert len(standing(salon)) == 1


# --- Where the confirmation goes ----------------------------------------------------------------------------------


def mails(tenant: Tenant) -> list[tuple[str, str]]:
    with scope.tenant(tenant):
        return list(Message.objects.order_by("pk").values_list("topic", "recipient"))


def test_an_address_that_is_told_after_the_booking_gets_the_confirmation_once(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)
    assert mails(salon) == []

    answers = [book(retell, call, email="erika ät example punkt org") for _ in range(2)]

    assert all("Die Bestätigung geht an e r i k a ät" in each["say"] for each in answers)
    assert mails(salon) == [("appointment_confirmed", "erika@example.org")]


def test_a_confirmation_that_goes_to_another_address_is_not_said_to_go_to_the_dictated_one(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    """The number is known with an address; what a caller dictates does not replace it, nor is it given away."""
    factories.make_customer(salon, phone=retell.caller, email="alt@example.org")

    answer = book(retell, call, email="neu ät example punkt org")

    assert "an die Adresse, die wir schon haben" in answer["say"]
    assert "n e u" not in answer["say"]
    assert "alt" not in answer["say"].replace("halt", "")
    assert mails(salon) == [("appointment_confirmed", "alt@example.org")]


# --- Cancelled, booked, cancelled ------------------------------------------------------------------------------


def test_what_was_booked_again_after_a_cancellation_is_cancelled_after_another_yes(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    """A cancellation that the agent only repeats must not hit what was booked since."""
    book(retell, call)
    assert cancel(retell, call)["state"] == "cancelled"
    assert book(retell, call)["state"] == "booked"

    asked = cancel(retell, call)

    assert asked["state"] == "confirm_cancellation"
    assert len(standing(salon)) == 1
    assert cancel(retell, call)["state"] == "cancelled"
    assert standing(salon) == []


def test_a_cancellation_that_is_repeated_by_its_number_is_answered_as_before(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    first = book(retell, call)["data"]["appointment"]["id"]
    cancelled = cancel(retell, call, appointment_id=str(first))
    book(retell, call, time="12 Uhr")

    again = cancel(retell, call, appointment_id=str(first))

    assert again == cancelled
    assert [at for at, _person in standing(salon)] == ["26. 11:00"]


def test_a_cancellation_that_is_asked_twice_is_one(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, call)

    answers = [cancel(retell, call) for _ in range(2)]

    assert answers[0] == answers[1]
    assert standing(salon) == []


# --- The business was faster ------------------------------------------------------------------------------------


def test_what_the_business_cancelled_meanwhile_is_not_said_to_stay(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    book(retell, retell.new_call())
    found = retell.asks_for("find_appointments", call)["data"]["appointments"]
    changed_by_the_business(salon, to=None)

    answers = [
        retell.asks_for(
            "reschedule_appointment",
            call,
            appointment_id=found[0]["appointment_id"],
            new_date="26.11.",
            new_time="12 Uhr",
            confirmed="ja",
        ),
        cancel(retell, call, appointment_id=found[0]["appointment_id"]),
    ]

    assert [each["state"] for each in answers] == ["none_found", "none_found"]
    assert not any("bleibt" in each["say"] for each in answers)


def test_what_is_cancelled_in_the_moment_of_the_move_is_not_said_to_stay(
    salon: Tenant,
    retell: Retell,
    call: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book(retell, retell.new_call())
    move = scheduling.reschedule

    def too_late(row: Appointment, **wish: Any) -> Appointment:
        scheduling.cancel(Appointment.objects.get(), by=ME, source="back_office", now=wish["now"])
        return move(row, **wish)

    monkeypatch.setattr(scheduling, "reschedule", too_late)
    answer = retell.asks_for(
        "reschedule_appointment", call, new_date="26.11.", new_time="12 Uhr", confirmed="ja"
    )

    assert answer["state"] == "none_found"
    assert "bleibt" not in answer["say"]
    assert standing(salon) == []


def test_a_cancellation_after_a_move_by_the_business_is_asked_once_more(
    salon: Tenant, retell: Retell, call: dict[str, Any]
) -> None:
    """The yes was to ten o'clock."""
    book(retell, retell.new_call())
    asked = retell.asks_for("cancel_appointment", call)
    assert asked["state"] == "confirm_cancellation"
    changed_by_the_business(salon, to=datetime.fromisoformat("2026-11-26T11:00:00+00:00"))

    answer = cancel(retell, call, appointment_id=asked["data"]["appointment"]["appointment_id"])

    assert answer["state"] == "confirm_cancellation"
    assert "zwölf Uhr" in answer["say"]
    assert standing(salon) == [("26. 11:00", "Jana")]
    assert cancel(retell, call)["state"] == "cancelled"


# --- Holds ------------------------------------------------------------------------------------------------------


def test_a_hold_that_ran_out_and_was_taken_is_said_to_be_taken(
    salon: Tenant, retell: Retell, call: dict[str, Any], clock: time_machine.Traveller
) -> None:
    held = retell.asks_for(
        "hold_slot", call, service="Färben", date="26.11.", time="10 Uhr", staff="Jana"
    )
    assert held["state"] == "held"
    clock.shift(timedelta(seconds=301))
    wish = {"service": "Färben", "staff": "Jana"}
    assert book(retell, retell.new_call(), **wish, name="Bea Tal")["state"] == "booked"

    answer = book(retell, call, slot_id=held["data"]["slots"][0]["slot_id"])

    assert answer["state"] == "slot_taken"
    assert "gebucht" not in answer["say"]
    assert len(standing(salon)) == 1


def test_a_hold_that_ran_out_and_was_not_taken_is_booked(
    salon: Tenant, retell: Retell, call: dict[str, Any], clock: time_machine.Traveller
) -> None:
    held = retell.asks_for("hold_slot", call, service="Färben", date="26.11.", time="10 Uhr")
    clock.shift(timedelta(seconds=301))

    assert book(retell, call, slot_id=held["data"]["slots"][0]["slot_id"])["state"] == "booked"


# --- Two calls at once --------------------------------------------------------------------------------------------


def test_two_calls_of_one_customer_at_once_hear_what_stands(salon: Tenant, retell: Retell) -> None:
    """Both move the one appointment, each somewhere else: who was last has moved it, and the other heard so before."""
    book(retell, retell.new_call())

    def move(hour: str) -> Any:
        try:
            return retell.asks_for(
                "reschedule_appointment",
                retell.new_call(),
                new_date="26.11.",
                new_time=hour,
                confirmed="ja",
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(move, ["12 Uhr", "14 Uhr"]))

    [(at, _person)] = standing(salon)
    moved = [
        each["data"]["appointment"]["starts_at"]
        for each in answers
        if each["state"] == "rescheduled"
    ]
    assert {"26. 11:00": "12:00", "26. 13:00": "14:00"}[at] in {each[11:16] for each in moved}


def test_two_calls_that_cancel_at_once_both_hear_that_it_is_cancelled(
    salon: Tenant, retell: Retell
) -> None:
    book(retell, retell.new_call())

    def do(_caller: int) -> Any:
        try:
            return cancel(retell, retell.new_call())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(do, range(2)))

    assert {each["state"] for each in answers} <= {"cancelled", "none_found"}
    assert "cancelled" in {each["state"] for each in answers}
    assert standing(salon) == []
