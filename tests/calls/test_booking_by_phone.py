"""From the caller's words to the row in the diary: what was said, what was booked and what was heard are the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from askpro import courier
from booking.models import Appointment, Customer
from calls.models import Call, CallbackRequest, ToolCall
from integrations.models import Message
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


def _appointments(tenant: Tenant) -> list[Appointment]:
    with scope.tenant(tenant):
        rows = Appointment.objects.exclude(status=Appointment.Status.HELD)
        return list(rows.select_related("service", "staff_member", "customer").order_by("pk"))


def _book(retell: Retell, call: dict[str, Any], **said: str) -> dict[str, Any]:
    wish = {"service": "Haarschnitt", "date": "morgen", "time": "14 Uhr 30", "name": "Anna Berg"}
    answer: dict[str, Any] = retell.asks_for("book_appointment", call, **{**wish, **said})
    return answer


def test_an_offered_slot_is_booked_and_stands_in_the_diary(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()

    free = retell.asks_for(
        "check_availability", call, service="Haare schneiden", date="morgen", time="nachmittags"
    )
    slot = free["data"]["slots"][0]
    booked = retell.asks_for(
        "book_appointment",
        call,
        slot_id=slot["slot_id"],
        name="Anna Berg",
        email="anna@example.org",
    )

    assert free["state"] == "available"
    assert len(free["data"]["slots"]) == 3
    assert booked["state"] == "booked"
    assert (booked["today"], booked["weekday"]) == ("2026-11-23", "Montag")
    (row,) = _appointments(salon)
    assert row.status == Appointment.Status.CONFIRMED
    assert row.service.name == "Haarschnitt"
    assert row.attendee_name == "Anna Berg"
    assert (
        row.starts_at.isoformat()
        == datetime.fromisoformat(slot["starts_at"]).astimezone(UTC).isoformat()
    )
    assert booked["data"]["appointment"]["id"] == row.pk
    assert row.customer is not None
    assert row.customer.phone == retell.caller


def test_the_confirmation_is_owed_in_the_same_moment_and_sent_later(
    salon: Tenant, retell: Retell, mailoutbox: list[Any]
) -> None:
    _book(retell, retell.new_call(), email="anna@example.org")
    with scope.tenant(salon):
        owed = Message.objects.get()

    courier.carry_all()

    assert owed.state == Message.State.PENDING
    (mail,) = mailoutbox
    assert mail.to == ["anna@example.org"]
    assert "Dienstag" in mail.body
    assert "14:30" in mail.body
    assert "text/calendar" in mail.message().as_string()
    with scope.tenant(salon):
        sent = Message.objects.get()
    assert sent.state == Message.State.SENT
    assert sent.provider_ref


def test_an_exact_free_time_is_held_for_the_caller(salon: Tenant, retell: Retell) -> None:
    first, second = retell.new_call(), retell.new_call()

    answers = [
        retell.asks_for("check_availability", call, service="Färben", date="morgen", time="10 Uhr")
        for call in (first, second)
    ]

    assert [answer["state"] for answer in answers] == ["available", "alternatives"]
    assert "vergeben" in answers[1]["say"]
    booked = _book(retell, first, service="Färben", time="10 Uhr")
    assert booked["state"] == "booked"
    with scope.tenant(salon):
        assert Appointment.objects.count() == 1  # the hold became the appointment


def test_a_hold_runs_out_after_five_minutes(salon: Tenant, retell: Retell) -> None:
    retell.asks_for(
        "check_availability", retell.new_call(), service="Färben", date="morgen", time="10 Uhr"
    )

    with time_machine.travel(MONDAY_MORNING + timedelta(seconds=301), tick=True):
        booked = _book(retell, retell.new_call(), service="Färben", time="10 Uhr")

    assert booked["state"] == "booked"


def test_the_same_booking_asked_three_times_is_one(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()

    answers = [_book(retell, call, email="anna@example.org") for _ in range(3)]

    assert {answer["data"]["appointment"]["id"] for answer in answers} == {
        _appointments(salon)[0].pk
    }
    with scope.tenant(salon):
        assert Message.objects.count() == 1


def test_a_taken_time_brings_other_times_and_no_booking(salon: Tenant, retell: Retell) -> None:
    _book(retell, retell.new_call(), service="Färben", time="10 Uhr")

    second = _book(retell, retell.new_call(), service="Färben", time="10 Uhr", name="Bea Tal")

    assert second["state"] == "slot_taken"
    assert len(second["data"]["slots"]) == 3
    assert len(_appointments(salon)) == 1


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"service": "Raketenstart"}, "ask_service"),
        ({"service": ""}, "ask_service"),
        ({"date": "", "time": ""}, "missing"),
        ({"date": "morgen", "time": ""}, "missing"),
        ({"date": "", "time": "14 Uhr 30"}, "ask_date"),
        ({"date": "gestern"}, "past"),
        ({"date": "31.2."}, "invalid"),
        ({"date": "Dienstag, den 25.11.2026"}, "conflict"),
        ({"time": "25:61"}, "invalid"),
        ({"name": ""}, "missing"),
        ({"name": "null"}, "missing"),
        ({"name": "Anrufer"}, "missing"),
        ({"email": "anna at example"}, "ask_email"),
        ({"phone": "zwölf"}, "missing"),
        ({"staff": "Zacharias"}, "ask_staff"),
        ({"service": "Färben", "staff": "Mira"}, "ask_staff"),
        ({"time": "3 Uhr nachts"}, "not_available"),
        ({"date": "Sonntag", "time": "10 Uhr"}, "not_available"),
    ],
)
def test_what_is_missing_or_wrong_is_asked_and_never_filled_in(
    salon: Tenant, retell: Retell, said: dict[str, str], state: str
) -> None:
    answer = _book(retell, retell.new_call(), **said)

    assert answer["state"] == state
    assert answer["say"]
    assert _appointments(salon) == []


def test_an_invented_slot_id_is_not_believed(
    salon: Tenant, neighbour: Tenant, retell: Retell
) -> None:
    theirs = Retell(dialled="+494066969200")
    offered = theirs.asks_for(
        "check_availability", theirs.new_call(), service="Haarschnitt", date="morgen"
    )["data"]["slots"][0]["slot_id"]

    for slot_id in (offered, "slot_1", "slot_1-2-3-abc", "slot_--", "1", "ä" * 50):
        answer = _book(retell, retell.new_call(), slot_id=slot_id)
        assert answer["state"] == "missing"
    assert _appointments(salon) == _appointments(neighbour) == []


def test_a_known_number_is_not_renamed_by_another_caller(salon: Tenant, retell: Retell) -> None:
    erika = factories.make_customer(salon)

    _book(retell, retell.new_call(), name="Max Mustermann")

    (row,) = _appointments(salon)
    assert row.customer_id == erika.pk
    assert row.attendee_name == "Max Mustermann"
    with scope.tenant(salon):
        assert Customer.objects.get().name == "Erika Mustermann"


def test_a_withheld_number_may_book(salon: Tenant, retell: Retell) -> None:
    booked = _book(retell, retell.new_call(from_number="anonymous"))

    assert booked["state"] == "booked"
    customer = _appointments(salon)[0].customer
    assert customer is not None
    assert customer.phone is None


def test_the_call_ends_with_its_appointment_as_the_outcome(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    _book(retell, call)

    number = retell.sends("call_ended", call).json()["call_id"]
    courier.carry_all()

    with scope.tenant(salon):
        row = Call.objects.get(pk=number)
        assert row.outcome == Call.Outcome.BOOKED
        assert Appointment.objects.get().call_number == number
        assert ToolCall.objects.get(call=row).duration_ms >= 0


def test_a_callback_is_noted_once_per_call(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()

    first = retell.asks_for("request_callback", call, name="Anna Berg", reason="Rückfrage")
    again = retell.asks_for("request_callback", call, reason="Dringend", priority="urgent")

    assert first["state"] == again["state"] == "callback_noted"
    with scope.tenant(salon):
        noted = CallbackRequest.objects.get()
    assert (noted.name, noted.reason, noted.priority) == ("Anna Berg", "Dringend", "urgent")
    assert noted.due_at - MONDAY_MORNING < timedelta(hours=2, minutes=1)


def test_a_callback_without_any_number_asks_for_one(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("request_callback", retell.new_call(from_number="anonymous"))

    assert (answer["state"], answer["data"]["fields"]) == ("missing", ["phone"])
    with scope.tenant(salon):
        assert CallbackRequest.objects.count() == 0


def test_met_names_of_tools_and_arguments_are_understood(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for(
        "check_availability_v17", retell.new_call(),
        dienstleistung="Haarschnitt", datum="2026-11-24", uhrzeit="10:00",
    )  # fmt: skip

    assert answer["state"] == "available"


def test_the_context_tells_date_hours_and_services(salon: Tenant, retell: Retell) -> None:
    factories.make_customer(salon)

    data = retell.asks_for("get_context", retell.new_call())["data"]

    assert data["business"] == "Salon Sonnenschein"
    assert data["hours_today"] == [{"from": "09:00", "until": "17:00"}]
    assert data["services"] == ["Färben", "Haarschnitt"]
    assert data["caller_name"] == "Erika Mustermann"
