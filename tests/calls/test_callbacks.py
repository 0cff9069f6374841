"""Who waits to be called back: who calls, until when, and what happens when nobody does. And that a machine speaks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from askpro import courier
from calls import callbacks
from calls.models import Agent, AgentVersion, Call, CallbackRequest
from integrations.models import Message
from tenants import scope
from tenants.models import Alert, Branch, Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


def _ask(retell: Retell, number: str = "+491713920042", **said: Any) -> Any:
    return retell.asks_for("request_callback", retell.new_call(from_number=number), **said)


def _waiting(salon: Tenant) -> list[CallbackRequest]:
    with scope.tenant(salon):
        rows = CallbackRequest.objects.select_related("assigned_to")
        return list(rows.order_by("pk"))


def _person(request: CallbackRequest) -> str:
    return request.assigned_to.name if request.assigned_to else ""


@pytest.mark.parametrize(
    ("priority", "hours"), [("urgent", 2), ("high", 4), ("normal", 24), ("", 24)]
)
def test_the_priority_decides_until_when(
    salon: Tenant, retell: Retell, priority: str, hours: int
) -> None:
    _ask(retell, priority=priority)

    (noted,) = _waiting(salon)
    assert abs(noted.due_at - noted.created_at - timedelta(hours=hours)) < timedelta(seconds=5)


def test_the_wished_person_calls_back_else_who_offers_it_else_the_least_busy(
    salon: Tenant, retell: Retell
) -> None:
    _ask(retell, "+491713920001", staff="Mira")
    _ask(retell, "+491713920002", service="Färben")  # only Jana does it
    _ask(retell, "+491713920003", service="Färben")
    _ask(retell, "+491713920004", service="Haarschnitt")  # Mira has fewer
    _ask(retell, "+491713920005", staff="Kevin")  # nobody of this name; both have two: the first

    assert [_person(each) for each in _waiting(salon)] == ["Mira", "Jana", "Jana", "Mira", "Jana"]
    assert {each.status for each in _waiting(salon)} == {"assigned"}


def test_what_is_overdue_goes_to_somebody_else_once_with_an_alert(
    salon: Tenant, retell: Retell
) -> None:
    _ask(retell, staff="Mira")
    later = MONDAY_MORNING + timedelta(hours=25)

    with scope.tenant(salon):
        counts = [callbacks.escalate_overdue(now=later) for _ in range(2)]

    (noted,) = _waiting(salon)
    assert counts == [1, 0]
    assert (_person(noted), noted.priority) == ("Jana", "high")
    with scope.tenant(salon):
        assert Alert.objects.get().code == callbacks.OVERDUE


def test_the_sweep_leaves_the_others_alone(salon: Tenant, retell: Retell) -> None:
    _ask(retell)

    with scope.tenant(salon):
        assert callbacks.escalate_overdue(now=MONDAY_MORNING + timedelta(hours=23)) == 0


def test_the_branch_is_written_to_once_without_what_was_said(salon: Tenant, retell: Retell) -> None:
    with scope.tenant(salon):
        Branch.objects.update(email="salon@salon.example")
    call = retell.new_call()
    for _ in range(2):
        retell.asks_for("request_callback", call, name="Anna Berg", reason="Geheimnis")

    with scope.tenant(salon):
        message = Message.objects.get()
    assert message.recipient == "salon@salon.example"
    assert message.subject == "Rückrufwunsch bis 24.11.2026, 09:00 Uhr"
    assert "Geheimnis" not in message.body
    assert "Anna" not in message.body


def test_a_transfer_that_nobody_takes_becomes_a_callback(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    retell.sends("call_started", call)
    retell.sends("transfer_cancelled", call)
    courier.carry_all()

    (noted,) = _waiting(salon)
    assert (noted.kind, noted.priority, noted.phone) == ("person", "high", retell.caller)


# --- that a machine speaks ---------------------------------------------------------------------------


def _call(salon: Tenant) -> Call:
    with scope.tenant(salon):
        return Call.objects.get()


def _alerts(salon: Tenant) -> list[str]:
    with scope.tenant(salon):
        return list(Alert.objects.order_by("pk").values_list("code", flat=True))


def _publish(salon: Tenant, greeting: str) -> None:
    with scope.tenant(salon):
        agent = Agent.objects.create(
            tenant=salon,
            branch=factories.branch_of(salon),
            template="salon",
            agent_id="agent_1",
            live_number=1,
        )
        AgentVersion.objects.create(
            tenant=salon,
            agent=agent,
            number=1,
            greeting=greeting,
            prompt="…",
            content_hash="0",
            tools_version="0",
            provider_version=1,
        )


def test_the_disclosure_is_on_record_before_the_first_question(
    salon: Tenant, retell: Retell
) -> None:
    _publish(salon, "Guten Tag. Sie sprechen mit einer digitalen Assistentin.")
    call = retell.new_call()
    retell.sends("call_started", call)
    courier.carry_all()

    noted = _call(salon)
    assert noted.disclosed_at is not None
    assert len(noted.disclosure) == 12


def test_the_context_says_it_and_writes_it_down(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("get_context", retell.new_call())

    assert "digitalen Assistentin" in answer["say"]
    assert _call(salon).disclosed_at is not None


@pytest.mark.parametrize(
    ("first", "alerts"),
    [
        ("Guten Tag, Sie sprechen mit unserer digitalen Assistentin.", []),
        ("Hallo, hier ist Anna vom Salon.", ["ai_not_disclosed"]),
    ],
)
def test_what_was_really_said_first_is_compared(
    salon: Tenant, retell: Retell, first: str, alerts: list[str]
) -> None:
    turns = [{"role": "agent", "content": first}, {"role": "user", "content": "Hallo"}]
    retell.sends("call_ended", retell.new_call(transcript_object=turns))
    courier.carry_all()

    assert _alerts(salon) == alerts
    assert (_call(salon).disclosed_at is not None) is (alerts == [])
