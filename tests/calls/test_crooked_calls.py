"""Calls that do not go by the book: half a yes, somebody else's number, what arrives after the end."""

import itertools
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from askpro import courier
from booking.models import Service
from calls import replaying
from calls.models import Call, CallbackRequest, Desk
from integrations.models import Message
from tenants import scope
from tenants.models import Alert, Tenant
from tests import factories
from tests.calls.test_own_appointments import THURSDAY_TEN, _appointment
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("retell")]
BOOKING = {"service": "Haarschnitt", "date": "Donnerstag", "time": "10 Uhr", "name": "Anna Berg"}
STRANGER = "+491713920077"


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


def said(*words: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": each} for each in words]


def pressed(*keys: Any) -> list[dict[str, Any]]:
    return [{"role": "dtmf", "digit": each} for each in keys]


def over(call: dict[str, Any]) -> dict[str, Any]:
    return {
        **call,
        "call_status": "ended",
        "end_timestamp": call["start_timestamp"] + 41_000,
        "duration_ms": 41_000,
        "disconnection_reason": "user_hangup",
    }


def analyzed(call: dict[str, Any]) -> dict[str, Any]:
    return {**over(call), "call_analysis": {"call_summary": "Kurz."}}


def arrives(retell: Retell, event: str, call: dict[str, Any]) -> None:
    retell.sends(event, call)
    courier.carry_all()


# --- half a yes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "nein, noch nicht",
        "Nein, warte mal",
        "nicht bestätigt",
        "nein danke, lieber nicht",
        "ja, aber nicht bei Jana",
        "auf keinen Fall",
        "vielleicht",
        "Moment",
        "pending",
        "wenn es nichts kostet, ja",
    ],
)
def test_only_a_yes_books(salon: Tenant, retell: Retell, words: str) -> None:
    answer = retell.asks_for("book_appointment", retell.new_call(), **BOOKING, bestaetigung=words)

    assert answer["state"] == "available"


@pytest.mark.parametrize(
    "words",
    [
        "kein Problem",
        "von mir aus",
        "ja, das passt",
        "Ja klar",
        "jo",
        "natürlich",
        "Gerne, danke!",
        "yes please",
        True,
        1,
    ],
)
def test_a_yes_in_other_words_books(salon: Tenant, retell: Retell, words: Any) -> None:
    answer = retell.asks_for("book_appointment", retell.new_call(), **BOOKING, bestaetigung=words)

    assert answer["state"] == "booked"


# --- somebody else's number ----------------------------------------------------------------------------


def test_an_address_said_under_another_number_is_not_put_to_its_owner(
    salon: Tenant, retell: Retell
) -> None:
    owner = factories.make_customer(salon, name="Sibylle Geheim", phone=STRANGER, email=None)

    answer = retell.asks_for(
        "book_appointment",
        retell.new_call(from_number="anonymous"),
        **BOOKING,
        phone=STRANGER,
        email="neugierig@example.org",
    )

    assert answer["state"] == "booked"
    assert "Bestätigung" not in answer["say"]
    with scope.tenant(salon):
        owner.refresh_from_db()
        assert owner.email is None, "whatever is sent to the owner would be read by the caller"
        assert not Message.objects.filter(recipient="neugierig@example.org").exists()


def test_the_caller_hears_to_which_address_the_confirmation_goes(
    salon: Tenant, retell: Retell
) -> None:
    factories.make_customer(salon, name="Anna Berg", phone=retell.caller, email="alt@example.org")

    answer = retell.asks_for(
        "book_appointment",
        retell.new_call(),
        **BOOKING,
        email="anna punkt neu ät example punkt org",
    )

    assert "die wir schon haben" in answer["say"]
    assert "n e u" not in answer["say"]
    with scope.tenant(salon):
        assert set(Message.objects.values_list("recipient", flat=True)) == {"alt@example.org"}


def test_a_number_that_several_share_tells_nobodys_habits(salon: Tenant, retell: Retell) -> None:
    family = factories.make_customer(salon, name="Erika Mustermann", phone=retell.caller)
    _appointment(salon, family, THURSDAY_TEN, name="Erika Mustermann")
    alone = retell.rings().json()["call_inbound"]["dynamic_variables"]
    _appointment(salon, family, THURSDAY_TEN + timedelta(hours=2), name="Max Schmidt")
    shared = retell.rings().json()["call_inbound"]["dynamic_variables"]

    assert (alone["anrufer_name"], alone["anrufer_leistung"]) == ("Erika Mustermann", "Haarschnitt")
    assert (shared["anrufer_name"], shared["anrufer_leistung"]) == ("", "")


def test_whose_call_it_is_does_not_depend_on_the_order(salon: Tenant) -> None:
    owners = set()
    for number, starts_first in enumerate((True, False)):
        retell = Retell(caller=f"+4917139200{number:02d}")
        factories.make_customer(salon, name="Anna Berg", phone=retell.caller)
        call = retell.new_call()
        booking = {**BOOKING, "time": f"{10 + 2 * number} Uhr", "phone": f"+49171392008{number}"}
        if starts_first:
            arrives(retell, "call_started", call)
        assert retell.asks_for("book_appointment", call, **booking)["state"] == "booked"
        arrives(retell, "call_started", call)
        with scope.tenant(salon):
            row = Call.objects.select_related("customer").get(external_id=call["call_id"])
            owners.add(row.customer is not None and row.customer.phone == retell.caller)

    assert owners == {True}


# --- out of the machine ----------------------------------------------------------------------------------


def test_a_wish_for_a_person_is_heard_behind_what_was_said_after_it(
    salon: Tenant, retell: Retell
) -> None:
    heard = said("Ich will mit einem Menschen sprechen", "Hallo?")

    answer = retell.asks_for(
        "check_availability",
        retell.new_call(transcript_object=heard),
        service="Haarschnitt",
        date="Donnerstag",
    )

    assert answer["state"] == "callback_noted"


@pytest.mark.parametrize(
    ("keys", "state"),
    [
        (pressed(0), "callback_noted"),
        (pressed("0", "0", "0"), "callback_noted"),
        (pressed(*"01713920040"), "context"),
    ],
)
def test_the_zero_at_the_end_of_a_number_leads_nowhere(
    salon: Tenant, retell: Retell, keys: list[Any], state: str
) -> None:
    asked = {"role": "agent", "content": "Bitte tippen Sie Ihre Rufnummer ein."}

    answer = retell.asks_for(
        "get_context", retell.new_call(transcript_with_tool_calls=[asked, *keys])
    )

    assert answer["state"] == state


@pytest.mark.parametrize(
    ("words", "priority"),
    [
        ("Sehr dringend!", "urgent"),
        ("eilig", "urgent"),
        ("hoch", "high"),
        ("HIGH", "high"),
        ("nicht dringend", "normal"),
        ("niedrig", "normal"),
    ],
)
def test_how_urgent_a_callback_is_is_understood_in_german(
    salon: Tenant, retell: Retell, words: str, priority: str
) -> None:
    retell.asks_for("request_callback", retell.new_call(), name="Anna Berg", dringlichkeit=words)

    with scope.tenant(salon):
        assert CallbackRequest.objects.get().priority == priority


def test_nobody_is_called_back_where_it_costs_extra(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    asked = [
        retell.asks_for("request_callback", call, name="Anna Berg", phone=number)["state"]
        for number in ("+1 900 555 0100", "0171 3920077")
    ]

    assert asked == ["missing", "callback_noted"]


# --- after the end ----------------------------------------------------------------------------------------


def test_a_booking_that_stands_after_the_end_is_the_outcome(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    arrives(retell, "call_ended", over(call))
    arrives(retell, "call_analyzed", analyzed(call))

    answer = retell.asks_for("book_appointment", call, **BOOKING)
    courier.carry_all()

    with scope.tenant(salon):
        assert (answer["state"], Call.objects.get().outcome) == ("booked", "booked")


def test_a_transfer_that_failed_leaves_the_same_rows_in_every_order(salon: Tenant) -> None:
    with scope.tenant(salon):
        Desk.objects.create(
            tenant=salon, branch=factories.branch_of(salon), transfer_number="+493023125700"
        )
    events = ("call_started", "call_ended", "call_analyzed", "transfer_cancelled")
    ends = set()
    for number, order in enumerate(itertools.permutations(events)):
        retell = Retell(caller=f"+4917139200{number:02d}")
        call = retell.new_call(start_timestamp=1_795_428_000_000)
        bodies = {
            "call_started": call,
            "call_ended": over(call),
            "call_analyzed": analyzed(call),
            "transfer_cancelled": call,
        }
        retell.asks_for("transfer_to_human", call)
        for event in (*order, *order):
            arrives(retell, event, bodies[event])
        with scope.tenant(salon):
            row = Call.objects.get(external_id=call["call_id"])
            callbacks = CallbackRequest.objects.filter(call=row).count()
        ends.add((row.status, row.outcome, row.outcome_reason, callbacks))

    assert ends == {("analyzed", "callback", "", 1)}


# --- long lists, long calls ----------------------------------------------------------------------------------


def test_a_long_list_of_services_is_not_cut_off_by_the_platform(
    salon: Tenant, retell: Retell
) -> None:
    for number in range(60):
        factories.make_service(salon, name=f"Behandlung Nummer {number} " + "lang " * 20)
    with scope.tenant(salon):
        Service.objects.update(description="Ausführlich beschrieben. " * 40)

    for tool in ("get_context", "list_services"):
        answer = retell.asks_for(tool, retell.new_call())
        assert len(json.dumps(answer, ensure_ascii=False)) < 15_000


def test_a_call_that_used_every_tool_is_answered_the_same_once_more(
    salon: Tenant, retell: Retell, now: datetime
) -> None:
    call = retell.new_call()
    wish = {"service": "Färben", "date": "Freitag", "name": "Anna Berg"}
    to_friday = {"new_date": "Freitag", "new_time": "11 Uhr"}
    retell.asks_for("note_recording_consent", call, consent="ja")
    slots = retell.asks_for("check_availability", call, service="Haarschnitt", date="Donnerstag")[
        "data"
    ]["slots"]
    for tool, given in (
        ("hold_slot", {"slot_id": slots[0]["slot_id"]}),
        ("release_slot", {}),
        ("take_message", {"name": "Anna Berg", "text": "Rezept für Ibuprofen"}),
        ("answer_from_knowledge", {"question": "Gibt es WLAN?"}),
        ("join_waiting_list", wish),
        ("join_waiting_list", {**wish, "email": "anna@example.org"}),
        ("answer_offer", {}),
        ("collect_appointment_data", {"slot_id": slots[0]["slot_id"], "name": "Anna Berg"}),
        ("find_appointments", {"name": "Peter Falsch"}),
        ("reschedule_appointment", to_friday),
        ("reschedule_appointment", {**to_friday, "confirmed": "ja"}),
        ("transfer_to_human", {}),
        ("note_recording_consent", {"consent": "nein"}),
        ("cancel_appointment", {"confirmed": "ja"}),
    ):
        retell.asks_for(tool, call, **given)

    with scope.tenant(salon):
        steps = replaying.replay(Call.objects.get())

    assert len(steps) == 16
    assert [each.tool for each in steps if not each.is_same] == []


def test_an_agent_that_hides_what_it_is_is_told_once_in_every_order(salon: Tenant) -> None:
    hidden = [{"role": "agent", "content": "Hallo, hier ist die Praxis."}]
    counts = set()
    for number, order in enumerate(
        itertools.permutations(("call_started", "call_ended", "call_analyzed"))
    ):
        retell = Retell(caller=f"+4917139200{number:02d}")
        call = retell.new_call(agent_id=f"agent_{number}")
        bodies = {
            "call_started": call,
            "call_ended": over(call),
            "call_analyzed": {**analyzed(call), "transcript_object": hidden},
        }
        for event in (*order, *order):
            arrives(retell, event, bodies[event])
        with scope.tenant(salon):
            told = Alert.objects.filter(about=call["agent_id"])
            counts.add(tuple(told.values_list("code", "count")))

    assert counts == {(("ai_not_disclosed", 1),)}
