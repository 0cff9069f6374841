"""After hours the desk decides: book as always, or only note callbacks. Nobody talks the machine into the other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking import doors
from booking.models import Appointment, SpecialHours, TimeOff
from calls.models import CallbackRequest, Desk
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

BEFORE_CLOSING = datetime(2026, 11, 23, 15, 58, tzinfo=UTC)  # 16:58 in Berlin, closed at 17:00
EVENING = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)  # 22:00 in Berlin
BOOKING = {"service": "Haarschnitt", "date": "Donnerstag", "time": "10 Uhr", "name": "Anna Berg"}
WISH = {"service": "Haarschnitt", "date": "Donnerstag", "time": "10 Uhr"}


def _desk(salon: Tenant, **rules: Any) -> None:
    with scope.tenant(salon):
        Desk.objects.create(tenant=salon, branch=factories.branch_of(salon), **rules)


def _diary(salon: Tenant) -> list[tuple[str, datetime]]:
    with scope.tenant(salon):
        return list(Appointment.objects.order_by("pk").values_list("status", "starts_at"))


@pytest.mark.parametrize("when_closed", ["callback", "reject"])
@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        ("book_appointment", BOOKING),
        ("collect_appointment_data", BOOKING),
        ("hold_slot", WISH),
        ("start_booking_v3", BOOKING),
    ],
)
def test_after_hours_nothing_is_booked_and_a_callback_is_offered(
    salon: Tenant, retell: Retell, when_closed: str, tool: str, asked: dict[str, str]
) -> None:
    _desk(salon, when_closed=when_closed)

    with time_machine.travel(EVENING, tick=True):
        answer = retell.asks_for(tool, retell.new_call(), **asked)

    assert answer["state"] == "only_callbacks"
    assert "nichts gebucht" in answer["say"]
    assert "zurückrufen?" in answer["say"]
    assert _diary(salon) == []


def test_after_hours_nothing_is_moved_but_it_can_be_told_and_cancelled(
    salon: Tenant, retell: Retell
) -> None:
    _desk(salon, when_closed="callback")
    customer = factories.make_customer(salon, phone=retell.caller)
    mine = factories.make_appointment(
        factories.staff_of(salon, "Jana"),
        factories.service_of(salon, "Haarschnitt"),
        customer,
        starts_at=MONDAY_MORNING + timedelta(days=3, hours=2),
    )

    with time_machine.travel(EVENING, tick=True):
        call = retell.new_call()
        moved = retell.asks_for(
            "reschedule_appointment", call, new_date="Freitag", new_time="10 Uhr", confirmed="ja"
        )
        found = retell.asks_for("find_appointments", call)
        gone = retell.asks_for("cancel_appointment", call, confirmed="ja")

    assert (moved["state"], found["state"]) == ("only_callbacks", "appointments_found")
    assert gone["state"] == "cancelled"
    assert _diary(salon) == [("cancelled", mine.starts_at)]


def test_after_hours_the_offered_callback_is_noted(salon: Tenant, retell: Retell) -> None:
    _desk(salon, when_closed="callback")

    with time_machine.travel(EVENING, tick=True):
        call = retell.new_call()
        retell.asks_for("book_appointment", call, **BOOKING)
        noted = retell.asks_for("request_callback", call, name="Anna Berg", reason="Haarschnitt")

    assert noted["state"] == "callback_noted"
    with scope.tenant(salon):
        assert CallbackRequest.objects.get().phone == retell.caller


def test_whoever_was_told_so_before_the_call_is_offered_no_times(
    salon: Tenant, retell: Retell
) -> None:
    _desk(salon, when_closed="callback")

    with time_machine.travel(EVENING, tick=True):
        told = retell.rings().json()["call_inbound"]["dynamic_variables"]
        call = retell.new_call(retell_llm_dynamic_variables=told)
        states = [
            retell.asks_for(tool, call, **WISH)["state"]
            for tool in ("check_availability", "find_alternatives")
        ]

    assert states == ["only_callbacks", "only_callbacks"]
    assert _diary(salon) == []


def test_what_a_caller_was_told_does_not_outlive_the_rule(salon: Tenant, retell: Retell) -> None:
    # A made-up variable alone closes nothing: the rule of the desk decides.
    told = {"nur_rueckruf": "true"}

    with time_machine.travel(EVENING, tick=True):
        call = retell.new_call(retell_llm_dynamic_variables=told)
        answer = retell.asks_for("check_availability", call, **WISH)

    assert answer["state"] == "available"


@pytest.mark.parametrize("when_closed", ["book", "callback", "reject"])
def test_within_the_hours_every_desk_books(salon: Tenant, retell: Retell, when_closed: str) -> None:
    _desk(salon, when_closed=when_closed)

    with time_machine.travel(MONDAY_MORNING, tick=True):
        answer = retell.asks_for("book_appointment", retell.new_call(), **BOOKING)

    assert answer["state"] == "booked"


def test_a_call_that_began_before_closing_is_served_to_its_end(
    salon: Tenant, retell: Retell
) -> None:
    _desk(salon, when_closed="callback")
    with time_machine.travel(BEFORE_CLOSING, tick=True):
        call = retell.new_call()

    with time_machine.travel(BEFORE_CLOSING + timedelta(minutes=4), tick=True):
        answer = retell.asks_for("book_appointment", call, **BOOKING)

    assert answer["state"] == "booked"


def test_the_context_says_what_holds_at_this_hour(salon: Tenant, retell: Retell) -> None:
    _desk(salon, when_closed="callback", transfer_number="+493023125700")

    said = []
    for moment in (MONDAY_MORNING, EVENING):
        with time_machine.travel(moment, tick=True):
            data = retell.asks_for("get_context", retell.new_call())["data"]
        said.append((data["open_now"], data["only_callbacks"], data["transfers"]))

    assert said == [(True, False, True), (False, True, False)]


def test_a_branch_that_was_switched_off_is_not_answered(salon: Tenant, retell: Retell) -> None:
    with scope.tenant(salon):
        Branch.objects.update(is_active=False)

    rung = retell.rings().json()
    asked = retell.asks_for("check_availability", retell.new_call(), **WISH)

    assert rung == {"call_inbound": {}}
    assert asked["state"] == "unknown_number"


# --- whether the doors are open ------------------------------------------------------------------------


def _is_open(branch: Branch, *local: int) -> bool:
    moment = datetime(*local, tzinfo=branch.zone)  # type: ignore[misc,arg-type]
    return doors.today(branch, now=moment).is_open


def test_doors_open_and_close_by_the_minute(in_salon: Tenant) -> None:
    branch = factories.branch_of(in_salon)

    around = [
        _is_open(branch, 2026, 11, 23, *clock) for clock in ((8, 59), (9, 0), (16, 59), (17, 0))
    ]

    assert around == [False, True, True, False]


def test_on_a_public_holiday_the_doors_are_closed(in_salon: Tenant) -> None:
    branch = factories.branch_of(in_salon)
    branch.state, branch.closes_on_holidays = "BE", True

    # Friday, the 25th of December, and the Monday after it.
    assert not _is_open(branch, 2026, 12, 25, 11, 0)
    assert _is_open(branch, 2026, 12, 28, 11, 0)
    christmas = datetime(2026, 12, 25, 11, 0, tzinfo=branch.zone)
    assert doors.today(branch, now=christmas).spans == ()


def test_special_hours_and_closures_count(in_salon: Tenant) -> None:
    branch = factories.branch_of(in_salon)
    SpecialHours.objects.create(
        tenant=in_salon, branch=branch, day="2026-11-23", from_minute=1200, until_minute=1320
    )
    TimeOff.objects.create(
        tenant=in_salon,
        branch=branch,
        starts_at=datetime(2026, 11, 24, 11, 0, tzinfo=UTC),
        ends_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    )

    assert not _is_open(branch, 2026, 11, 23, 10, 0)
    assert _is_open(branch, 2026, 11, 23, 21, 0)
    assert _is_open(branch, 2026, 11, 24, 11, 59)
    assert not _is_open(branch, 2026, 11, 24, 12, 30)
    assert _is_open(branch, 2026, 11, 24, 13, 0)
