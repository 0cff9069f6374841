"""What arrives about a call, in any order and any number of times, ends in the same row."""

import itertools
from typing import Any

import pytest

from askpro import courier
from calls.models import Call
from integrations.models import Delivery
from tenants import scope
from tenants.models import Alert, Tenant
from tests.retell import Retell

STARTED_MS = 1_795_428_000_000
TRANSCRIPT = "Agent: Guten Tag.\nUser: Auf Wiederhören.\n"


def _events(retell: Retell) -> dict[str, dict[str, Any]]:
    started = retell.new_call(start_timestamp=STARTED_MS)
    ended = {
        **started,
        "call_status": "ended",
        "end_timestamp": STARTED_MS + 41_230,
        "duration_ms": 41_230,
        "disconnection_reason": "user_hangup",
        "transcript": TRANSCRIPT,
        "transcript_object": [{"role": "agent", "content": "Guten Tag.", "words": []}],
        "call_cost": {"combined_cost": 12.345},
    }
    analyzed = {
        **ended,
        "call_analysis": {"call_summary": "Kurzes Gespräch.", "user_sentiment": "Neutral"},
    }
    return {"call_started": started, "call_ended": ended, "call_analyzed": analyzed}


def _row(tenant: Tenant, number: int) -> dict[str, Any]:
    with scope.tenant(tenant):
        row = Call.objects.filter(pk=number).values().get()
    return {name: value for name, value in row.items() if name not in ("created_at", "updated_at")}


def test_the_answer_carries_our_number_of_the_call(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()

    first = retell.sends("call_started", call).json()
    again = retell.sends("call_ended", call).json()

    assert first["success"] is True
    assert first["message"] == "Webhook processed successfully"
    assert first["call_id"] == again["call_id"] > 0


@pytest.mark.parametrize(
    "order", list(itertools.permutations(("call_started", "call_ended", "call_analyzed")))
)
def test_every_order_with_repetitions_ends_in_the_same_row(
    salon: Tenant, retell: Retell, order: tuple[str, ...]
) -> None:
    events = _events(retell)

    for name in (*order, *order, order[0]):
        number = retell.sends(name, events[name]).json()["call_id"]
        courier.carry_all()

    row = _row(salon, number)
    assert row["status"] == Call.Status.ANALYZED
    assert row["duration_seconds"] == 41
    assert row["transcript"] == TRANSCRIPT
    assert row["summary"] == "Kurzes Gespräch."
    assert row["end_reason"] == "user_hangup"
    assert row["outcome"] == Call.Outcome.NO_WISH
    assert str(row["cost_us_cents"]) == "12.3450"
    assert row["started_at"].timestamp() * 1000 == STARTED_MS
    with scope.platform():
        assert Delivery.objects.filter(state=Delivery.State.DONE).count() == 3


def test_the_older_envelope_with_seconds_is_understood(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call(
        conversation_id="conv_1",
        start_timestamp=STARTED_MS // 1000,
        end_timestamp=STARTED_MS // 1000 + 60,
        transcript=TRANSCRIPT,
        call_analysis={"intent": "appointment", "sentiment": "positive"},
    )

    number = retell.sends("call_ended", call, envelope="data").json()["call_id"]
    courier.carry_all()

    row = _row(salon, number)
    assert row["started_at"].timestamp() * 1000 == STARTED_MS
    assert (row["intent"], row["sentiment"]) == ("appointment", "positive")
    assert row["conversation_id"] == "conv_1"


@pytest.mark.parametrize("withheld", ["anonymous", "Restricted", "unavailable", "", "266696687"])
def test_a_withheld_number_is_no_number(salon: Tenant, retell: Retell, withheld: str) -> None:
    number = retell.sends("call_ended", retell.new_call(from_number=withheld)).json()["call_id"]
    courier.carry_all()

    assert _row(salon, number)["from_number"] is None


def test_a_call_to_a_number_of_nobody_is_kept_and_alerted(salon: Tenant, retell: Retell) -> None:
    response = retell.sends("call_ended", retell.new_call(to_number="+49891234567"))
    courier.carry_all()

    assert response.status_code == 200
    with scope.platform():
        assert Call.objects.count() == 0
        assert Delivery.objects.get().state == Delivery.State.IGNORED
        assert Alert.objects.get().code == "number_unknown"


def test_an_event_that_we_do_not_use_is_kept_as_not_ours(salon: Tenant, retell: Retell) -> None:
    response = retell.sends("transfer_started", retell.new_call())
    courier.carry_all()

    assert response.status_code == 200
    with scope.platform():
        assert Delivery.objects.get().state == Delivery.State.IGNORED


def test_the_neighbour_does_not_see_the_call(
    salon: Tenant, neighbour: Tenant, retell: Retell
) -> None:
    retell.sends("call_ended", retell.new_call())
    courier.carry_all()

    with scope.tenant(neighbour):
        assert Call.objects.count() == 0
        assert Delivery.objects.count() == 0
