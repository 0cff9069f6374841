"""Whose appointment it is, who may hear of it, and how it is moved and cancelled on the telephone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from booking.models import Appointment, AppointmentChange, Customer, Policy
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

THURSDAY_TEN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
FRIDAY_ELEVEN = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
OTHER_NUMBER = "+491713920077"


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


@pytest.fixture
def erika(salon: Tenant) -> Customer:
    return factories.make_customer(salon, name="Erika Mustermann")


def _appointment(
    salon: Tenant, customer: Customer, starts_at: datetime, *, name: str = "", staff: str = "Jana"
) -> Appointment:
    row = factories.make_appointment(
        factories.staff_of(salon, staff),
        factories.service_of(salon, "Haarschnitt"),
        customer,
        starts_at=starts_at,
    )
    if name:
        with scope.tenant(salon):
            Appointment.objects.filter(pk=row.pk).update(attendee_name=name)
    return row


def _row(salon: Tenant, row: Appointment) -> Appointment:
    with scope.tenant(salon):
        return Appointment.objects.select_related("staff_member").get(pk=row.pk)


def _changes(salon: Tenant) -> list[str]:
    with scope.tenant(salon):
        return list(AppointmentChange.objects.order_by("pk").values_list("kind", flat=True))


# --- hearing about them --------------------------------------------------------------------------


def test_a_caller_hears_what_stands_under_their_full_number(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    answer = retell.asks_for("find_appointments", retell.new_call())

    assert answer["state"] == "appointments_found"
    assert answer["say"].startswith(
        "Sie haben einen Termin: Donnerstag, den sechsundzwanzigsten November, um zehn Uhr,"
        " Haarschnitt bei Jana."
    )
    assert [each["appointment_id"] for each in answer["data"]["appointments"]] == [str(row.pk)]


@pytest.mark.parametrize(
    "caller", ["anonymous", "Restricted", "", None, "266696687", "+49", "116117"]
)
@pytest.mark.parametrize(
    "tool", ["find_appointments", "reschedule_appointment", "cancel_appointment"]
)
def test_a_withheld_or_impossible_number_opens_nothing(
    salon: Tenant, erika: Customer, retell: Retell, tool: str, caller: str | None
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    answer = retell.asks_for(
        tool,
        retell.new_call(from_number=caller),
        name="Erika Mustermann",
        appointment_id=str(row.pk),
        confirmed="ja",
    )

    assert answer["state"] == "number_withheld"
    assert answer["data"] == {}
    assert "Erika" not in answer["say"]
    assert _row(salon, row).status == Appointment.Status.CONFIRMED


def test_a_withheld_number_may_still_book(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for(
        "book_appointment",
        retell.new_call(from_number="anonymous"),
        service="Haarschnitt",
        date="Donnerstag",
        time="10 Uhr",
        name="Anna Berg",
    )

    assert answer["state"] == "booked"


def test_the_end_of_a_number_is_not_the_number(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    # The same last eight digits, another network.
    answer = retell.asks_for(
        "cancel_appointment",
        retell.new_call(from_number="+491793920042"),
        name="Erika Mustermann",
        appointment_id=str(row.pk),
        confirmed="ja",
    )

    assert answer["state"] == "not_identified"
    assert _row(salon, row).status == Appointment.Status.CONFIRMED


def test_a_refusal_sounds_the_same_whether_or_not_there_is_anything(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    _appointment(salon, erika, THURSDAY_TEN)

    known_name = retell.asks_for(
        "find_appointments", retell.new_call(from_number=OTHER_NUMBER), name="Erika Mustermann"
    )
    unknown_name = retell.asks_for(
        "find_appointments", retell.new_call(from_number=OTHER_NUMBER), name="Karl Niemand"
    )

    assert known_name == unknown_name
    assert "Mustermann" not in str(known_name)


def test_several_people_on_one_number_are_asked_for_the_name(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    hers = _appointment(salon, erika, THURSDAY_TEN)
    his = _appointment(salon, erika, FRIDAY_ELEVEN, name="Max Mustermann")

    nobody = retell.asks_for("find_appointments", retell.new_call())
    surname = retell.asks_for("find_appointments", retell.new_call(), name="Mustermann")
    hearing_his = retell.asks_for("find_appointments", retell.new_call(), name="Max Mustermann")

    assert (nobody["state"], surname["state"]) == ("ask_name", "ask_name")
    assert "Erika" not in str(nobody)
    found = [each["appointment_id"] for each in hearing_his["data"]["appointments"]]
    assert found == [str(his.pk)]
    assert str(hers.pk) not in found


def test_the_sound_of_a_name_helps_only_under_the_right_number(
    salon: Tenant, retell: Retell
) -> None:
    meyer = factories.make_customer(salon, name="Jo Meyer")
    _appointment(salon, meyer, THURSDAY_TEN)

    right = retell.asks_for("find_appointments", retell.new_call(), name="Maier")
    wrong = retell.asks_for(
        "find_appointments", retell.new_call(from_number=OTHER_NUMBER), name="Jo Meyer"
    )

    assert right["state"] == "appointments_found"
    assert wrong["state"] == "not_identified"


def test_three_wrong_names_within_an_hour_are_enough(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    _appointment(salon, erika, THURSDAY_TEN)

    states = [
        retell.asks_for("find_appointments", retell.new_call(), name=name)["state"]
        for name in ("Karl Eins", "Karl Zwei", "Karl Drei", "Erika Mustermann")
    ]

    assert states == ["not_identified"] * 3 + ["too_many_attempts"]


def test_the_neighbour_knows_nothing_of_it(
    salon: Tenant, neighbour: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    answer = retell.asks_for(
        "cancel_appointment",
        retell.new_call(to_number="+494066969200"),
        appointment_id=str(row.pk),
        confirmed="ja",
    )

    assert answer["state"] == "none_found"
    assert _row(salon, row).status == Appointment.Status.CONFIRMED


def test_the_greeting_names_nobody_where_several_share_a_number(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    alone = retell.asks_for("get_context", retell.new_call())
    _appointment(salon, erika, FRIDAY_ELEVEN, name="Max Mustermann")
    shared = retell.asks_for("get_context", retell.new_call())

    assert alone["data"]["caller_name"] == "Erika Mustermann"
    assert shared["data"]["caller_name"] == ""


# --- cancelling ----------------------------------------------------------------------------------


def test_an_appointment_is_cancelled_after_the_yes_and_once(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)
    other = _appointment(salon, erika, FRIDAY_ELEVEN)
    call = retell.new_call()

    asked = retell.asks_for("cancel_appointment", call, date="am Donnerstag")
    before = _row(salon, row).status
    answers = [
        retell.asks_for("cancel_appointment", call, date="am Donnerstag", confirmed=True)
        for _ in range(3)
    ]
    once_more = retell.asks_for("cancel_appointment", call, confirmed="ja")

    assert asked["state"] == "confirm_cancellation"
    assert before == Appointment.Status.CONFIRMED
    assert [each["state"] for each in answers] == ["cancelled"] * 3
    assert answers[0]["data"] == answers[2]["data"] == once_more["data"]
    assert _row(salon, row).status == Appointment.Status.CANCELLED
    assert _row(salon, other).status == Appointment.Status.CONFIRMED
    assert _changes(salon) == ["cancelled"]


def test_two_appointments_are_told_apart_before_anything_happens(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    rows = [_appointment(salon, erika, each) for each in (THURSDAY_TEN, FRIDAY_ELEVEN)]

    answer = retell.asks_for("cancel_appointment", retell.new_call(), confirmed="ja")

    assert answer["state"] == "ask_appointment"
    assert len(answer["data"]["appointments"]) == 2
    assert {_row(salon, row).status for row in rows} == {Appointment.Status.CONFIRMED}


def test_words_that_agree_with_no_appointment_cancel_none(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    answer = retell.asks_for(
        "cancel_appointment", retell.new_call(), date="Mittwoch", confirmed="ja"
    )

    assert answer["state"] == "ask_appointment"
    assert _row(salon, row).status == Appointment.Status.CONFIRMED


def test_what_has_begun_stays(salon: Tenant, erika: Customer, retell: Retell) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    with time_machine.travel(THURSDAY_TEN, tick=True):
        answer = retell.asks_for(
            "cancel_appointment", retell.new_call(), appointment_id=str(row.pk), confirmed="ja"
        )

    assert answer["state"] == "none_found"
    assert _row(salon, row).status == Appointment.Status.CONFIRMED


# --- moving --------------------------------------------------------------------------------------


def _moves(retell: Retell, call: dict[str, Any], **said: Any) -> Any:
    wish = {"date": "Donnerstag", "new_date": "Freitag", "new_time": "14 Uhr"}
    return retell.asks_for("reschedule_appointment", call, **{**wish, **said})


def test_an_appointment_moves_after_the_yes_and_once(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)
    call = retell.new_call()

    asked = _moves(retell, call)
    before = _row(salon, row).starts_at
    answers = [_moves(retell, call, confirmed="ja, bitte") for _ in range(3)]

    assert asked["state"] == "confirm_move"
    assert "um vierzehn Uhr, bei Jana" in asked["say"]
    assert before == THURSDAY_TEN
    assert [each["state"] for each in answers] == ["rescheduled"] * 3
    moved = _row(salon, row)
    assert moved.starts_at == datetime(2026, 11, 27, 13, 0, tzinfo=UTC)
    assert moved.staff_member.name == "Jana"
    assert _changes(salon) == ["moved"]


def test_without_a_new_time_it_is_asked_for(salon: Tenant, erika: Customer, retell: Retell) -> None:
    _appointment(salon, erika, THURSDAY_TEN)

    answer = retell.asks_for("reschedule_appointment", retell.new_call())

    assert answer["state"] == "ask_new_time"


def test_a_part_of_a_day_is_answered_with_free_times_of_the_same_person(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)
    call = retell.new_call()

    offered = _moves(retell, call, new_time="nachmittags")
    slot = offered["data"]["slots"][0]
    moved = _moves(retell, call, slot_id=slot["slot_id"], new_date="", new_time="", confirmed="ja")

    assert offered["state"] == "alternatives"
    assert {each["staff"] for each in offered["data"]["slots"]} == {"Jana"}
    assert moved["state"] == "rescheduled"
    assert _row(salon, row).starts_at == datetime.fromisoformat(slot["starts_at"])


def test_its_own_time_does_not_stand_in_the_way(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)

    answer = _moves(
        retell, retell.new_call(), new_date="Donnerstag", new_time="10 Uhr 15", confirmed="ja"
    )

    assert answer["state"] == "rescheduled"
    assert _row(salon, row).starts_at == datetime(2026, 11, 26, 9, 15, tzinfo=UTC)


def test_a_taken_time_moves_nothing_and_offers_others(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    row = _appointment(salon, erika, THURSDAY_TEN)
    somebody = factories.make_customer(salon, name="Karl Anders", phone=OTHER_NUMBER)
    _appointment(salon, somebody, datetime(2026, 11, 27, 13, 0, tzinfo=UTC))

    answer = _moves(retell, retell.new_call(), confirmed="ja")

    assert answer["state"] == "alternatives"
    assert answer["data"]["rule"] == "taken"
    assert 1 <= len(answer["data"]["slots"]) <= 3
    assert _row(salon, row).starts_at == THURSDAY_TEN


# --- policies ------------------------------------------------------------------------------------


def _policy(salon: Tenant, kind: str, **terms: Any) -> None:
    with scope.tenant(salon):
        Policy.objects.create(tenant=salon, kind=kind, **terms)


def test_a_fee_is_said_before_the_yes_counts(
    salon: Tenant, erika: Customer, retell: Retell
) -> None:
    _policy(salon, "cancel", fee_tiers=[{"under_hours": 240, "cents": 1500}])
    row = _appointment(salon, erika, THURSDAY_TEN)
    call = retell.new_call()

    # The agent says yes at once; the caller has not heard of the fee.
    too_early = retell.asks_for("cancel_appointment", call, confirmed="ja")
    before = _row(salon, row).status
    done = retell.asks_for("cancel_appointment", call, confirmed="ja")

    assert too_early["state"] == "confirm_cancellation"
    assert "Gebühr von fünfzehn Euro" in too_early["say"]
    assert before == Appointment.Status.CONFIRMED
    assert done["state"] == "cancelled"
    with scope.tenant(salon):
        assert AppointmentChange.objects.get().fee_cents == 1500


@pytest.mark.parametrize(
    ("kind", "tool"), [("cancel", "cancel_appointment"), ("move", "reschedule_appointment")]
)
def test_what_the_policy_forbids_is_said_before_anybody_says_yes(
    salon: Tenant, erika: Customer, retell: Retell, kind: str, tool: str
) -> None:
    _policy(salon, kind, notice_hours=96)
    row = _appointment(salon, erika, THURSDAY_TEN)

    answer = retell.asks_for(tool, retell.new_call(), new_date="Freitag", new_time="14 Uhr")

    assert answer["state"] == "denied"
    assert "Der Termin bleibt, wie er ist." in answer["say"]
    after = _row(salon, row)
    assert (after.status, after.starts_at) == (Appointment.Status.CONFIRMED, THURSDAY_TEN)
