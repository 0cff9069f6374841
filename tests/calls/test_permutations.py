"""However a call's events arrive – in any order, each up to three times – the same rows stand at the end."""

import itertools
import json
from typing import Any

import pytest

from askpro import courier
from booking.models import Appointment
from calls.models import Call, CallbackRequest
from integrations.models import Message
from tenants import scope
from tenants.models import Alert, Tenant
from tests.calls.test_aftercare import a_slot
from tests.retell import Retell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("retell")]
EVENTS = ("call_inbound", "call_started", "call_ended", "call_analyzed")
ORDERS = list(itertools.permutations(EVENTS))
LEFT_OUT = {"id", "external_id", "created_at", "updated_at", "from_number", "customer_id"}


def arrangements() -> list[tuple[str, ...]]:
    """Return every 20th of the 1,680 ways to send three events three times each."""
    found: list[tuple[str, ...]] = []

    def grow(head: tuple[str, ...], left: dict[str, int]) -> None:
        if not any(left.values()):
            found.append(head)
        for event, count in left.items():
            if count:
                grow((*head, event), {**left, event: count - 1})

    grow((), dict.fromkeys(EVENTS[1:], 3))
    assert len(found) == 1680
    return found[::20]


def bodies(retell: Retell, call: dict[str, Any], said: str) -> dict[str, dict[str, Any]]:
    ended = {
        **call,
        "call_status": "ended",
        "end_timestamp": call["start_timestamp"] + 41_230,
        "duration_ms": 41_230,
        "disconnection_reason": "user_hangup",
        "transcript": f"Agent: {said}\n",
        "transcript_object": [{"role": "agent", "content": said, "words": []}],
        "call_cost": {"combined_cost": 12.345},
    }
    analysis = {"call_summary": "Kurz.", "user_sentiment": "Neutral"}
    return {
        "call_started": call,
        "call_ended": ended,
        "call_analyzed": {**ended, "call_analysis": analysis},
    }


def send(retell: Retell, event: str, content: dict[str, dict[str, Any]]) -> None:
    call = content["call_started"]
    if event == "call_inbound":
        facts = {name: call[name] for name in ("call_id", "agent_id", "from_number", "to_number")}
        retell.rings(**facts)
    else:
        retell.sends(event, content[event])
    courier.carry_all()


def rows_of(tenant: Tenant, call_id: str) -> dict[str, Any]:
    """Return everything that stands because of a call, without what must differ from call to call."""
    with scope.tenant(tenant):
        call = Call.objects.get(external_id=call_id)
        return {
            "call": {
                name: value
                for name, value in Call.objects.filter(pk=call.pk).values().get().items()
                if name not in LEFT_OUT
            },
            "appointments": Appointment.objects.filter(call_number=call.pk, status="confirmed").count(),
            "callbacks": list(
                CallbackRequest.objects.filter(call=call).values_list("reason", "status", "priority")
            ),
            "alerts": list(
                Alert.objects.filter(about=str(call.pk)).values_list("code", "count", "facts")
            ),
            "messages": Message.objects.filter(recipient=f"{call_id}@example.org").count(),
        }  # fmt: skip


def test_all_orders_with_each_event_three_times_end_in_the_same_rows(salon: Tenant) -> None:
    """The agent promised what does not stand: one alert, one callback, whatever the order."""
    ends = set()
    for number, order in enumerate(ORDERS):
        retell = Retell(caller=f"+4917139200{number:02d}")
        call = retell.new_call(start_timestamp=1_795_428_000_000)
        content = bodies(retell, call, "Ihr Termin ist gebucht.")

        for event in (*order, *reversed(order), *order):
            send(retell, event, content)

        ends.add(json.dumps(rows_of(salon, call["call_id"]), default=str, sort_keys=True))

    assert len(ends) == 1
    [end] = map(json.loads, ends)
    assert end["call"]["status"] == "analyzed"
    assert end["alerts"][0][:2] == ["broken_promise", 1]
    assert len(end["callbacks"]) == 1


def test_three_of_each_in_any_arrangement_leave_one_booking(salon: Tenant) -> None:
    ends = set()
    for number, arrangement in enumerate(arrangements()):
        retell = Retell(caller=f"+4917139200{number:02d}")
        call = retell.new_call(start_timestamp=1_795_428_000_000)
        content = bodies(retell, call, "Auf Wiederhören!")
        slot = a_slot(retell, call)
        wish = {
            "slot_id": slot["slot_id"],
            "name": "Erika Muster",
            "email": f"{call['call_id']}@example.org",
        }

        for place, event in enumerate(arrangement):
            if place in (1, 4, 7):  # the model asks three times as well
                assert retell.asks_for("book_appointment", call, **wish)["state"] == "booked"
            send(retell, event, content)

        ends.add(json.dumps(rows_of(salon, call["call_id"]), default=str, sort_keys=True))

    assert len(ends) == 1
    [end] = map(json.loads, ends)
    assert (end["appointments"], end["messages"]) == (1, 1)
    assert (end["callbacks"], end["alerts"]) == ([], [])
    assert (end["call"]["outcome"], end["call"]["duration_seconds"]) == ("booked", 41)
