"""The smaller tools: services, alternatives, keeping and giving back, and the mission's own name for booking."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from booking.models import Appointment, Customer, WaitingEntry
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


def _held(salon: Tenant) -> list[datetime]:
    with scope.tenant(salon):
        rows = Appointment.objects.filter(status=Appointment.Status.HELD)
        return list(rows.order_by("starts_at").values_list("starts_at", flat=True))


def test_services_are_told_with_minutes_and_price(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("get_available_services", retell.new_call())

    assert answer["state"] == "services"
    assert answer["say"] == (
        "Wir bieten an: Färben, neunzig Minuten, neunundachtzig Euro und Haarschnitt, dreißig Minuten,"
        " fünfunddreißig Euro. Was davon möchten Sie?"
    )
    assert [(each["name"], each["price_cents"]) for each in answer["data"]["services"]] == [
        ("Färben", 8900),
        ("Haarschnitt", 3500),
    ]


def test_one_service_can_be_asked_for(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("list_services", retell.new_call(), dienstleistung="Haare schneiden")

    assert [each["name"] for each in answer["data"]["services"]] == ["Haarschnitt"]


def test_alternatives_leave_the_wished_time_out(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for(
        "find_alternatives", retell.new_call(), service="Färben", date="Donnerstag", time="10 Uhr"
    )

    starts = [each["starts_at"][11:16] for each in answer["data"]["slots"]]
    assert answer["state"] == "alternatives"
    assert starts == ["09:30", "09:45", "10:15"]


def test_alternatives_without_a_day_are_the_next_ones(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("find_next_available", retell.new_call(), service="Haarschnitt")

    # It is a moment past nine, and an hour of notice is asked for.
    assert [each["starts_at"] for each in answer["data"]["slots"]] == [
        f"2026-11-23T10:{minute}:00+01:00" for minute in ("15", "30", "45")
    ]


def test_a_slot_is_kept_and_given_back(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    wish = {"service": "Färben", "date": "Donnerstag", "time": "10 Uhr"}

    kept = retell.asks_for("reserve_slot", call, **wish)
    others = retell.asks_for("hold_slot", retell.new_call(), **wish)
    during = _held(salon)
    given_back = [retell.asks_for("release_slot", call)["state"] for _ in range(2)]

    assert kept["state"] == "held"
    assert kept["data"]["held_until"].startswith("2026-11-23T08:05")
    assert others["state"] == "alternatives"
    assert during == [datetime(2026, 11, 26, 9, 0, tzinfo=UTC)]
    assert given_back == ["released", "released"]
    assert _held(salon) == []


def test_keeping_another_time_gives_the_first_one_back(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    for time in ("10 Uhr", "13 Uhr"):
        retell.asks_for("hold_slot", call, service="Färben", date="Donnerstag", time=time)

    assert _held(salon) == [datetime(2026, 11, 26, 12, 0, tzinfo=UTC)]


MISSION = {
    "datum": "26.11.2026",
    "uhrzeit": "14:30",
    "name": "Anna Berg",
    "dienstleistung": "Haarschnitt",
    "email": "anna@example.org",
    "mitarbeiter": "Jana",
}


@pytest.mark.parametrize("yes", [{"bestaetigung": True}, {"bestaetigung": "ja"}, {}])
def test_the_missions_tool_asks_first_and_books_after_the_yes(
    salon: Tenant, retell: Retell, yes: dict[str, Any]
) -> None:
    call = retell.new_call()
    asked = retell.asks_for("collect_appointment_data", call, **MISSION)
    with scope.tenant(salon):
        was_booked = Appointment.objects.exclude(status=Appointment.Status.HELD).exists()

    answer = retell.asks_for("collect_appointment_data", call, **MISSION, **yes)

    assert (asked["state"], was_booked) == ("available", False)
    assert asked["say"].endswith("Soll ich das buchen?")
    assert answer["state"] == "booked"
    assert answer["data"]["appointment"]["starts_at"] == "2026-11-26T14:30:00+01:00"
    assert answer["data"]["appointment"]["staff"] == "Jana"


@pytest.mark.parametrize("no", [False, "false", "nein", "Nein."])
def test_without_the_yes_nothing_is_booked(salon: Tenant, retell: Retell, no: Any) -> None:
    answer = retell.asks_for(
        "collect_appointment_data", retell.new_call(), **MISSION, bestaetigung=no
    )

    assert answer["state"] == "available"
    with scope.tenant(salon):
        assert not Appointment.objects.exclude(status=Appointment.Status.HELD).exists()
        assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        {"customerName": "Anna Berg", "service_name": "Haarschnitt", "Datum": "Donnerstag", "Uhrzeit": "14:30"},
        {"appointment": {"name": "Anna Berg", "service": "Haarschnitt", "date": "Donnerstag", "time": "14:30"}},
        {"args": {"kundenname": "Anna Berg", "leistung": "Haarschnitt", "tag": "Donnerstag", "zeit": "14:30"}},
        {"vorname": "Anna", "nachname": "Berg", "service": "Haarschnitt", "datetime": "2026-11-26T14:30:00"},
        {"name": ["Anna Berg"], "service": {"value": "Haarschnitt"}, "date": "26.11.", "time": "14:30 Uhr"},
        {"Kunden-Name": "Anna Berg", "Dienstleistung": "Haarschnitt", "date": "26.11.2026", "time": "14.30"},
        {"name": "Anna Berg", "service": "Haarschnitt", "date": "Donnerstag", "time": "14 Uhr 30",
         "phone": "null", "email": "undefined", "notes": "{{notes}}", "staff": "<staff>", "slot_id": ""},
    ],
)  # fmt: skip
def test_envelopes_and_names_that_were_met_are_understood(
    salon: Tenant, retell: Retell, arguments: dict[str, Any]
) -> None:
    answer = retell.asks_for("book_appointment", retell.new_call(), **arguments)

    assert answer["state"] == "booked", answer
    assert answer["data"]["appointment"]["starts_at"] == "2026-11-26T14:30:00+01:00"
    assert answer["data"]["appointment"]["name"] == "Anna Berg"


@pytest.mark.parametrize("name", ["book_appointment_v17", "start_booking", "Confirm-Booking-v3"])
def test_tools_are_found_under_the_names_that_were_met(
    salon: Tenant, retell: Retell, name: str
) -> None:
    answer = retell.asks_for(name, retell.new_call(), **MISSION)

    assert answer["state"] == "booked"


@pytest.mark.parametrize(
    ("date", "hours"),
    [("nächste Woche vormittags", range(9, 12)), ("nächste Woche nachmittags", range(12, 18))],
)
def test_a_part_of_the_day_counts_on_every_day_of_a_week(
    salon: Tenant, retell: Retell, date: str, hours: range
) -> None:
    answer = retell.asks_for(
        "check_availability", retell.new_call(), service="Haarschnitt", date=date
    )

    assert answer["state"] == "available"
    assert len(answer["data"]["slots"]) == 3
    for slot in answer["data"]["slots"]:
        local = datetime.fromisoformat(slot["starts_at"])
        assert local.hour in hours
        assert "2026-11-30" <= local.date().isoformat() <= "2026-12-06"


def test_an_hour_said_for_a_week_is_offered_at_that_hour(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for(
        "check_availability",
        retell.new_call(),
        service="Haarschnitt",
        date="nächste Woche",
        time="15 Uhr",
    )

    assert [each["starts_at"][:16] for each in answer["data"]["slots"]] == [
        "2026-11-30T15:00",
        "2026-12-01T15:00",
        "2026-12-02T15:00",
    ]


def test_about_an_hour_offers_what_is_nearest_to_it(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for(
        "check_availability",
        retell.new_call(),
        service="Haarschnitt",
        date="Donnerstag",
        time="so gegen elf",
    )

    assert "11:00" in [each["starts_at"][11:16] for each in answer["data"]["slots"]]


def test_a_service_for_another_persons_words_stays_a_question(
    salon: Tenant, retell: Retell
) -> None:
    factories.make_staff(factories.branch_of(salon), name="Lea")

    answer = retell.asks_for(
        "book_appointment",
        retell.new_call(),
        **{**MISSION, "preferred_staff_id": 17, "mitarbeiter": ""},
    )

    assert answer["state"] == "ask_staff"


# --- the waiting list ----------------------------------------------------------------------------


def test_a_caller_waits_for_the_days_and_hours_they_said(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    wish = {"service": "Haarschnitt", "date": "nächste Woche", "time": "vormittags", "name": "Anna"}

    without = retell.asks_for("join_waiting_list", call, **wish)
    joined = [
        retell.asks_for(
            "join_waiting_list", call, **wish, email="anna punkt berg ät example punkt org"
        )
        for _ in range(2)
    ]

    assert without["state"] == "ask_email"
    assert [each["state"] for each in joined] == ["waiting"] * 2
    assert "Ein Termin ist das noch nicht" in joined[0]["say"]
    with scope.tenant(salon):
        entry = WaitingEntry.objects.get()
        assert not Appointment.objects.exists()
    assert (str(entry.first_day), str(entry.last_day)) == ("2026-11-30", "2026-12-06")
    assert (entry.from_minute, entry.until_minute) == (8 * 60, 12 * 60)
