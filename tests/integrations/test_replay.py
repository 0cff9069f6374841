"""The operators' command that has deliveries applied again."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations import inbox
from integrations.models import Delivery
from tenants import scope
from tests.integrations.providers import Network

pytestmark = pytest.mark.django_db
State = Delivery.State


def a_delivery(key: str, *, state: str, provider: str = "retell", day: int = 20) -> int:
    with scope.platform():
        inbox.record(provider, key=key, kind="call_ended", body=b"{}")
        at = datetime(2026, 11, day, 12, 0, tzinfo=UTC)
        Delivery.objects.filter(key=key).update(
            state=state, created_at=at, processed_at=at, attempts=9, error="broken"
        )
        return Delivery.objects.get(key=key).pk


def replay(*numbers: int, **options: Any) -> str:
    out = StringIO()
    call_command("replay_deliveries", *numbers, stdout=out, **options)
    return out.getvalue()


def waiting() -> list[str]:
    with scope.platform():
        return sorted(Delivery.objects.filter(state=State.NEW).values_list("key", flat=True))


def test_one_delivery_is_replayed_by_its_number(network: Network) -> None:
    a_delivery("a", state=State.DEAD)
    number = a_delivery("b", state=State.DONE)

    said = replay(number)

    assert waiting() == ["b"]
    assert f"{number} 2026-11-20T12:00:00+00:00 retell call_ended was done" in said
    assert "1 deliveries will be applied again" in said
    with scope.platform():
        replayed = Delivery.objects.get(pk=number)
    assert (replayed.attempts, replayed.processed_at) == (0, None)


def test_all_in_a_state_are_replayed_of_one_provider_and_since_a_day() -> None:
    a_delivery("old", state=State.DEAD, day=19)
    a_delivery("done", state=State.DONE, day=21)
    a_delivery("other", state=State.DEAD, day=21, provider="stripe")
    a_delivery("wanted", state=State.DEAD, day=21)

    replay(state="dead", provider="retell", since="2026-11-20")

    assert waiting() == ["wanted"]


def test_a_dry_run_changes_nothing() -> None:
    a_delivery("a", state=State.DEAD)

    said = replay(state="dead", dry_run=True)

    assert waiting() == []
    assert "1 deliveries would be replayed" in said


def test_without_a_choice_nothing_is_replayed() -> None:
    a_delivery("a", state=State.DEAD)

    with pytest.raises(CommandError, match="say which"):
        replay(provider="retell")

    assert waiting() == []


def test_a_number_that_is_not_there_is_named() -> None:
    number = a_delivery("a", state=State.DEAD)

    with pytest.raises(CommandError, match="987654"):
        replay(number, 987654)

    assert waiting() == ["a"]


def test_a_delivery_whose_body_is_forgotten_is_left_alone() -> None:
    number = a_delivery("a", state=State.DEAD)
    with scope.platform():
        Delivery.objects.update(body=b"")

    with pytest.raises(CommandError, match="forgotten"):
        replay(number)

    assert waiting() == []


@pytest.mark.parametrize("since", ["yesterday", "2026-13-45"])
def test_a_time_that_is_none_is_refused(since: str) -> None:
    a_delivery("a", state=State.DEAD)

    with pytest.raises(CommandError, match="not a time"):
        replay(state="dead", since=since)

    assert waiting() == []
