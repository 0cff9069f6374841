"""Asking Retell: every request is held against its description, every answer becomes our words."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from integrations import credentials
from integrations.delivery import deliver_next
from integrations.errors import ConfigurationError, PermanentError, RetryableError
from integrations.models.outbox import Outgoing
from integrations.voice import client
from tenants import actors, scope
from tenants.models import Tenant
from tests.integrations import asking
from tests.integrations.asking import seen
from tests.integrations.conftest import RETELL_KEY
from tests.integrations.providers import Network, Retell
from tests.retell import Retell as Platform

State = Outgoing.State


def a_call(call_id: str, **facts: Any) -> dict[str, Any]:
    """A call as Retell tells it, with a transcript."""
    return Platform().new_call(call_id=call_id, transcript="Agent: Guten Tag!", **facts)


def test_a_call_becomes_our_words(workspace: Retell) -> None:
    workspace.calls["call_1"] = a_call("call_1", duration_ms=61_000, call_status="ended")

    fetched = client.get_call("call_1", key=RETELL_KEY)

    assert fetched is not None
    assert (fetched.facts.call_id, fetched.facts.duration_ms) == ("call_1", 61_000)
    assert fetched.facts.transcript == workspace.calls["call_1"]["transcript"]
    assert b'"call_1"' in fetched.body


def test_a_call_that_is_not_there_under_this_key_is_none(workspace: Retell) -> None:
    assert client.get_call("call_of_somebody_else", key=RETELL_KEY) is None


def test_an_id_cannot_change_the_path(workspace: Retell, network: Network) -> None:
    client.get_call("../../list-agents", key=RETELL_KEY)

    [request] = workspace.requests
    assert request.url.raw_path == b"/v2/get-call/..%2F..%2Flist-agents"
    network.problems.clear()  # the description has no path of this shape, which is the point


def test_calls_of_a_period_come_page_by_page(workspace: Retell, now: datetime) -> None:
    began = int(now.timestamp() * 1000)
    for number in range(5):
        workspace.calls[f"call_{number}"] = a_call(
            f"call_{number}", start_timestamp=began + number * 60_000
        )

    found: list[str] = []
    page: str | None = None
    while True:
        answer = client.list_calls(
            since=now,
            until=now + timedelta(minutes=3),
            key=RETELL_KEY,
            page=page,
            limit=3,
        )
        found += [call.call_id for call in answer.calls]
        page = answer.next_page
        if page is None:
            break

    assert found == ["call_0", "call_1", "call_2", "call_3"]
    assert len(workspace.requests) == 2


def test_a_list_that_is_none_is_an_unknown_outcome(workspace: Retell, now: datetime) -> None:
    workspace.says(200, {"items": "none", "has_more": False})

    with pytest.raises(RetryableError, match="unreadable_answer"):
        client.list_calls(since=now, until=now, key=RETELL_KEY)


def test_our_own_data_is_stored_with_the_call(workspace: Retell) -> None:
    workspace.calls["call_1"] = a_call("call_1")

    client.update_call("call_1", metadata={"tenant": "salon"}, key=RETELL_KEY)

    assert workspace.calls["call_1"]["metadata"] == {"tenant": "salon"}


def test_a_deleted_call_is_gone_and_deleting_it_again_is_fine(workspace: Retell) -> None:
    workspace.calls["call_1"] = a_call("call_1")

    assert client.delete_call("call_1", key=RETELL_KEY) is True
    assert client.delete_call("call_1", key=RETELL_KEY) is False


def test_a_refusal_of_another_kind_is_not_taken_for_gone(workspace: Retell) -> None:
    workspace.says(400, {"status": "error", "message": "no"})

    with pytest.raises(PermanentError):
        client.delete_call("call_1", key=RETELL_KEY)


def test_a_key_says_whose_it_is(workspace: Retell) -> None:
    assert client.key_info(key=RETELL_KEY).org_id == workspace.org_id
    with pytest.raises(ConfigurationError):
        client.key_info(key="key_of_nobody")


@pytest.mark.django_db(transaction=True)
class TestCommands:
    def test_a_call_is_forgotten_at_the_provider(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        workspace.calls["call_1"] = a_call("call_1")
        command = asking.do(salon, "delete_call", now=now, call_id="call_1")

        deliver_next(now)

        assert workspace.calls == {}
        assert (seen(command).state, seen(command).provider_ref) == (State.SENT, "call_1")

    def test_what_was_gone_already_is_said_to_be(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        command = asking.do(salon, "delete_call", now=now, call_id="call_1")

        deliver_next(now)

        assert (seen(command).state, seen(command).provider_ref) == (
            State.SENT,
            "call_1 (was gone)",
        )

    def test_metadata_is_written(self, salon: Tenant, workspace: Retell, now: datetime) -> None:
        workspace.calls["call_1"] = a_call("call_1")
        command = asking.do(salon, "update_call", now=now, call_id="call_1", metadata={"a": 1})

        deliver_next(now)

        assert workspace.calls["call_1"]["metadata"] == {"a": 1}
        assert seen(command).state == State.SENT

    def test_the_own_key_of_the_business_is_used(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        with scope.tenant(salon):
            credentials.store(
                salon.pk, provider="retell", secret="key_salon", by=actors.user(1), now=now
            )
        workspace.key = "key_salon"
        workspace.calls["call_1"] = a_call("call_1")

        asking.do(salon, "delete_call", now=now, call_id="call_1")
        deliver_next(now)

        assert workspace.calls == {}

    def test_a_refused_key_of_the_business_is_the_matter_of_the_business(
        self, salon: Tenant, workspace: Retell, now: datetime
    ) -> None:
        with scope.tenant(salon):
            credentials.store(
                salon.pk, provider="retell", secret="key_expired", by=actors.user(1), now=now
            )
        command = asking.do(salon, "delete_call", now=now, call_id="call_1")

        deliver_next(now)

        assert (seen(command).state, seen(command).error_kind) == (State.FAILED, "configuration")
        assert asking.alerts() == [(salon.pk, "credentials_refused", "retell")]

    def test_without_any_key_the_platform_is_told(
        self, salon: Tenant, workspace: Retell, now: datetime, settings: Any
    ) -> None:
        settings.RETELL_API_KEY = ""
        command = asking.do(salon, "delete_call", now=now, call_id="call_1")

        deliver_next(now)

        assert seen(command).error == "retell look up key: no_key"
        assert asking.alerts() == [(None, "credentials_refused", "retell")]

    @pytest.mark.parametrize(
        ("operation", "arguments", "code"),
        [
            ("dance", {}, "unknown_operation"),
            ("delete_call", {}, "without_call_id"),
            ("delete_call", {"call_id": ""}, "without_call_id"),
            ("update_call", {"call_id": "call_1"}, "without_metadata"),
        ],
    )
    def test_a_command_that_cannot_be_understood_fails_at_once(
        self,
        salon: Tenant,
        workspace: Retell,
        now: datetime,
        operation: str,
        arguments: dict[str, str],
        code: str,
    ) -> None:
        command = asking.do(salon, operation, now=now, **arguments)

        deliver_next(now)

        assert (seen(command).state, seen(command).error) == (
            State.FAILED,
            f"retell {operation}: {code}",
        )
        assert workspace.requests == []
