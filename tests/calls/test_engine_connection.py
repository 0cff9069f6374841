"""Our own engine on a bad line: pings while it thinks, interruptions, broken connections, danger, attacks."""

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from booking.models import Appointment
from calls import conversation
from calls.models import Desk, ToolCall
from calls.websocket import application
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.calls.test_attacks import ATTACKS, victims, world
from tests.retell import Retell

__all__ = ["victims"]
pytestmark = pytest.mark.django_db(transaction=True)
_calls = itertools.count(1)


class Wire:
    """One connection of the platform, message by message."""

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> "Wire":
        path = f"/api/retell/llm/{self.call_id}"
        self.served = asyncio.ensure_future(
            application({"type": "websocket", "path": path}, self.inbox.get, self.outbox.put)
        )
        await self.inbox.put({"type": "websocket.connect"})
        await self.outbox.get()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.inbox.put({"type": "websocket.disconnect"})
        await self.served

    async def send(self, message: dict[str, Any] | str) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.inbox.put({"type": "websocket.receive", "text": text})

    async def ask(self, number: int, *said: str) -> None:
        """Ask for an answer; what begins with "A: " was said by the agent."""
        turns = [
            {
                "role": "agent" if each.startswith("A: ") else "user",
                "content": each.removeprefix("A: "),
            }
            for each in said
        ]
        await self.send(
            {"interaction_type": "response_required", "response_id": number, "transcript": turns}
        )

    async def hear(self, *kinds: str) -> dict[str, Any]:
        while True:
            sent = await asyncio.wait_for(self.outbox.get(), 10)
            content: dict[str, Any] = json.loads(sent["text"])
            if content["response_type"] in (kinds or ("response",)):
                return content


@pytest.fixture
def call_id(salon: Tenant, retell: Retell) -> str:
    name = f"call_on_a_bad_line_{next(_calls)}"
    retell.rings(call_id=name)
    return name


def run(story: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return async_to_sync(story)()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Tools answer when they are let: a calendar that takes its time."""
    let, real = threading.Event(), conversation.answer

    def later(asked: Any, **how: Any) -> Any:
        if asked.tool != "get_context":
            let.wait(5)
        return real(asked, **how)

    monkeypatch.setattr(conversation, "answer", later)
    yield let
    let.set()


BOOK = "Ich hätte gern so bald wie möglich einen Haarschnitt."


def test_a_ping_is_answered_while_a_tool_works(call_id: str, slow: threading.Event) -> None:
    async def story() -> None:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.ask(1, BOOK)
            await wire.send({"interaction_type": "ping_pong", "timestamp": 7})
            assert (await wire.hear("ping_pong"))["timestamp"] == 7
            slow.set()
            assert (await wire.hear())["response_id"] == 1

    run(story)


def test_calls_do_not_wait_for_each_other(
    salon: Tenant, retell: Retell, call_id: str, slow: threading.Event
) -> None:
    retell.rings(call_id="call_next_to_it")

    async def story() -> None:
        async with Wire(call_id) as slow_one, Wire("call_next_to_it") as other:
            await slow_one.hear()
            await other.hear()
            await slow_one.ask(1, BOOK)
            await other.ask(1, "Auf Wiederhören!")
            assert (await other.hear())["end_call"] is True
            slow.set()
            await slow_one.hear()

    run(story)


def test_who_interrupts_is_answered_once_and_to_all_that_was_said(
    call_id: str, slow: threading.Event
) -> None:
    async def story() -> None:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.ask(1, "Hallo")
            await wire.ask(2, "Hallo", "Moment")
            await wire.ask(3, "Hallo", "Moment", "Auf Wiederhören!")
            await asyncio.sleep(0.1)
            slow.set()
            assert (await wire.hear())["response_id"] == 3

    run(story)


def test_what_was_booked_while_the_caller_went_on_talking_is_told_with_the_next_answer(
    salon: Tenant, call_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    let, begun, real = threading.Event(), threading.Event(), conversation.answer

    def later(asked: Any, **how: Any) -> Any:
        reply = real(asked, **how)
        if asked.tool == "book_appointment":
            begun.set()
            let.wait(5)
        return reply

    monkeypatch.setattr(conversation, "answer", later)

    async def story() -> dict[str, Any]:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.ask(1, BOOK)
            await wire.hear()
            await wire.ask(2, BOOK, "A: Frei ist …", "Der erste passt mir gut.")
            await wire.hear()
            name = (
                BOOK,
                "A: Frei ist …",
                "Der erste passt mir gut.",
                "A: Wie heißen Sie?",
                "Erika Mustermann",
            )
            await wire.ask(3, *name)
            await asyncio.get_running_loop().run_in_executor(None, begun.wait, 5)
            await wire.ask(4, *name, "Und auf Wiederhören!")
            await asyncio.sleep(0.1)
            let.set()
            return await wire.hear()

    heard = run(story)

    assert heard["response_id"] == 4
    assert heard["content"].startswith("Ihr Termin ist gebucht")
    with scope.tenant(salon):
        assert Appointment.objects.exclude(status="held").count() == 1


def test_a_broken_connection_goes_on_where_it_was(salon: Tenant, call_id: str) -> None:
    async def story() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.ask(1, BOOK)
            offer = await wire.hear()
        async with Wire(call_id) as wire:
            await wire.ask(1, BOOK)  # did you answer that?
            again = await wire.hear("response", "tool_call_invocation")
            await wire.ask(2, BOOK, f"A: {offer['content']}", "Der erste passt mir gut.")
            return offer, again, await wire.hear()

    offer, again, name = run(story)

    assert again == offer, "the same answer, and no second greeting before it"
    assert "Auf welchen Namen" in name["content"]


def test_another_process_does_not_greet_a_second_time(
    salon: Tenant, call_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> dict[str, Any]:
        async with Wire(call_id) as wire:
            await wire.hear()
        monkeypatch.setattr("calls.websocket._sessions", type(_sessions())())
        async with Wire(call_id) as wire:
            await wire.ask(1, "Auf Wiederhören!")
            return await wire.hear()

    def _sessions() -> Any:
        from calls import websocket

        return websocket._sessions

    assert run(story)["end_call"] is True


@pytest.mark.parametrize(
    "nonsense",
    [
        {"interaction_type": "response_required", "response_id": "eins", "transcript": []},
        {"interaction_type": "response_required", "response_id": True, "transcript": []},
        {"interaction_type": "response_required", "transcript": [BOOK]},
        {"interaction_type": "dance"},
        {"interaction_type": "update_only", "transcript": {"no": "list"}},
        {"interaction_type": "call_details", "call": None},
        {},
    ],
)
def test_what_makes_no_sense_gets_no_answer_and_breaks_nothing(
    call_id: str, nonsense: dict[str, Any]
) -> None:
    async def story() -> None:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.send(nonsense)
            await wire.ask(5, "Auf Wiederhören!")
            assert (await wire.hear())["response_id"] == 5

    run(story)


def test_a_mistake_of_ours_is_no_silence(call_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.talking.manager.Manager._check", lambda _: 1 / 0)

    async def story() -> None:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.ask(1, BOOK)
            assert "nicht geklappt" in (await wire.hear())["content"]
            await wire.ask(2, BOOK, "A: …", "Auf Wiederhören!")
            assert (await wire.hear())["end_call"] is True

    run(story)


@pytest.mark.parametrize("before", ["Ich möchte meinen Termin absagen.", BOOK, ""])
def test_danger_is_heard_at_every_question_until_it_is_taken_back(
    salon: Tenant, call_id: str, before: str
) -> None:
    danger = "Mein Mann ist umgekippt und reagiert nicht"
    said = [*([before, "A: Gern."] if before else []), danger]

    async def story() -> list[str]:
        heard: list[str] = []
        async with Wire(call_id) as wire:
            await wire.hear()
            if before:
                await wire.ask(1, before)
                await wire.hear()
            for number, more in (
                (2, ()),
                (3, ("A: 112", "Der erste passt mir, ich heiße Anna Berg")),
            ):
                await wire.ask(number, *said, *more)
                heard.append((await wire.hear())["content"])
            await wire.ask(4, *said, "A: 112", "Nein, es ist kein Notfall", "A: Gut", BOOK)
            heard.append((await wire.hear())["content"])
        return heard

    first, second, after = run(story)

    assert "112" in first
    assert "112" in second
    assert "112" not in after
    with scope.tenant(salon):
        assert not Appointment.objects.exclude(status="held").exists()
        assert ToolCall.objects.filter(state="emergency").count() == 2


def test_a_person_who_is_wished_for_between_other_words_takes_over(
    salon: Tenant, call_id: str
) -> None:
    with scope.tenant(salon):
        Desk.objects.create(
            tenant=salon,
            branch=factories.branch_of(salon),
            transfer_number="+493023125700",
            transfers_when_closed=True,
        )

    async def story() -> dict[str, Any]:
        async with Wire(call_id) as wire:
            await wire.hear()
            await wire.ask(1, "Mitarbeiter!", "Am Donnerstag einen Haarschnitt?")
            return await wire.hear()

    assert run(story)["transfer_number"] == "+493023125700"


def test_no_attack_changes_or_tells_anything_on_our_own_engine(
    salon: Tenant, neighbour: Tenant, victims: list[int], call_id: str
) -> None:
    before = world(salon, neighbour)
    attacks = [each for each in ATTACKS if "\u0000" not in each]

    async def story() -> str:
        told = []
        async with Wire(call_id) as wire:
            await wire.hear()
            for number, (attack, more) in enumerate(
                itertools.product(attacks, ("", "Ja", "Sibylle Geheimhuber")), start=1
            ):
                await wire.ask(number, "A: …", more or attack)
                told.append((await wire.hear())["content"].replace(attack, ""))
        return " ".join(told)

    told = run(story)

    assert world(salon, neighbour) == before
    assert "geheim.example" not in told
    assert "null sieben sieben" not in told
