"""Our own engine: Retell's websocket protocol in, German conversations out, over the same tools, without a model."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from jsonschema import Draft202012Validator
from pytest_django import Settings

from askpro import courier
from booking.models import Appointment
from calls.models import Call, CallbackRequest, ToolCall
from calls.talking.manager import Manager
from calls.websocket import application
from integrations import http
from tenants import scope
from tenants.models import Tenant
from tests import contracts
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)


class Line:
    """Retell at the other end of the websocket; every message is held against the protocol's description."""

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.transcript: list[dict[str, str]] = []
        self.sent: list[dict[str, Any]] = []
        self.closed = 0
        schema = contracts.load("retell/custom-llm-messages.schema.json")
        self.described = {
            side: Draft202012Validator({"$ref": f"#/$defs/{side}", "$defs": schema["$defs"]})
            for side in ("to_retell", "from_retell")
        }

    def talk(self, *said: str | dict[str, Any]) -> list[str]:
        """Say these things one after the other and return what the agent said to each, the greeting first."""
        return async_to_sync(self._talk)(list(said))

    async def _talk(self, said: list[str | dict[str, Any]]) -> list[str]:
        inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        path = f"/api/retell/llm/{self.call_id}"
        served = asyncio.ensure_future(
            application({"type": "websocket", "path": path}, inbox.get, outbox.put)
        )
        await inbox.put({"type": "websocket.connect"})
        first = await outbox.get()
        if first["type"] == "websocket.close":
            self.closed = first["code"]
            await served
            return []
        answers = [await self._answer(outbox)]
        for number, each in enumerate(said, start=1):
            message = self._message(each, number)
            assert list(self.described["from_retell"].iter_errors(message)) == []
            await inbox.put({"type": "websocket.receive", "text": json.dumps(message)})
            answers.append(await self._answer(outbox))
        await inbox.put({"type": "websocket.disconnect"})
        await served
        return answers

    def _message(self, said: str | dict[str, Any], number: int) -> dict[str, Any]:
        if isinstance(said, dict):
            return said
        self.transcript.append({"role": "user", "content": said})
        return {
            "interaction_type": "response_required",
            "response_id": number,
            "transcript": list(self.transcript),
        }

    async def _answer(self, outbox: "asyncio.Queue[dict[str, Any]]") -> str:
        while True:
            message = json.loads((await asyncio.wait_for(outbox.get(), 10))["text"])
            assert list(self.described["to_retell"].iter_errors(message)) == [], message
            self.sent.append(message)
            if message["response_type"] in ("response", "ping_pong"):
                content = str(message.get("content", "pong"))
                self.transcript.append({"role": "agent", "content": content})
                return content


@pytest.fixture
def line(salon: Tenant, retell: Retell) -> Line:
    """A call that the inbound webhook announced."""
    call_id = "call_of_our_own_engine"
    retell.rings(call_id=call_id)
    return Line(call_id)


def appointments(salon: Tenant) -> list[Appointment]:
    with scope.tenant(salon):
        return list(Appointment.objects.exclude(status="held").select_related("service"))


def test_a_caller_books_without_a_model(salon: Tenant, line: Line) -> None:
    greeting, offer, name, booked, bye = line.talk(
        "Ich hätte gern so bald wie möglich einen Haarschnitt.",
        "Der erste passt mir gut.",
        "Mein Name ist Erika Mustermann.",
        "Nein danke, das war alles. Auf Wiederhören!",
    )

    assert "digitalen Assistentin" in greeting
    assert "Frei wäre" in offer or "ist frei" in offer
    assert name == "Auf welchen Namen darf ich den Termin eintragen?"
    assert booked.startswith("Ihr Termin ist gebucht: Haarschnitt")
    assert bye.endswith("Auf Wiederhören!")
    assert line.sent[-1]["end_call"] is True
    [row] = appointments(salon)
    assert (row.attendee_name, row.service.name) == ("Erika Mustermann", "Haarschnitt")


def test_what_was_asked_stands_in_the_transcript_and_in_our_rows(salon: Tenant, line: Line) -> None:
    line.talk("Einen Haarschnitt so bald wie möglich, bitte.")

    asked = [each["name"] for each in line.sent if each["response_type"] == "tool_call_invocation"]
    assert asked == ["get_context", "check_availability"]
    with scope.tenant(salon):
        assert list(ToolCall.objects.order_by("pk").values_list("name", flat=True)) == asked


def test_what_is_unclear_is_asked_back_and_understood(salon: Tenant, line: Line) -> None:
    *_, which, offer = line.talk("Ich brauche einen Termin, so bald wie möglich.", "Färben, bitte.")

    assert "Worum geht es" in which or "Möglich sind" in which
    assert "frei" in offer.lower()


def test_a_caller_moves_and_cancels_after_a_yes_and_not_before(salon: Tenant, line: Line) -> None:
    line.talk(
        "Einen Haarschnitt so bald wie möglich.",
        "Der erste, bitte.",
        "Erika Mustermann",
        "Ich muss den Termin leider absagen.",
        "Ja, bitte.",
    )

    [row] = appointments(salon)
    assert row.status == "cancelled"


BOOKED = (
    "Einen Haarschnitt am Donnerstag um zehn Uhr, bitte.",
    "Ja, gern.",
    "Erika Mustermann",
)


def _starts(salon: Tenant) -> list[str]:
    with scope.tenant(salon):
        rows = Appointment.objects.filter(status="confirmed").order_by("pk")
        return [f"{each.starts_at.astimezone(each.branch.zone):%a %H:%M}" for each in rows]


def test_a_caller_moves_an_appointment_and_changes_the_mind_before_the_yes(
    salon: Tenant, line: Line
) -> None:
    *_, asked, first, second, moved = line.talk(
        *BOOKED,
        "Ich möchte den Termin verschieben.",
        "Auf Freitag um elf Uhr.",
        "Ach nein, lieber um zwölf Uhr am Freitag.",
        "Ja, bitte.",
    )

    assert asked.startswith("Auf welchen Tag")
    assert "um elf Uhr" in first
    assert "um zwölf Uhr" in second
    assert moved.startswith("Ihr Termin ist verschoben auf Freitag")
    assert _starts(salon) == ["Fri 12:00"]


def test_whoever_takes_back_the_time_at_the_question_for_the_name_is_understood(
    salon: Tenant, line: Line
) -> None:
    *_, again, name, booked = line.talk(
        "Einen Haarschnitt am Donnerstag um zehn Uhr, bitte.",
        "Ja, gern.",
        "Moment, doch lieber am Donnerstag um elf Uhr.",
        "Ja.",
        "Erika Mustermann",
    )

    assert "elf Uhr" in again
    assert name.startswith("Auf welchen Namen")
    assert "um elf Uhr" in booked
    assert _starts(salon) == ["Thu 11:00"]


def test_a_confirmation_by_mail_is_sent_to_the_address_that_was_spelled(
    salon: Tenant, line: Line
) -> None:
    *_, which, booked = line.talk(
        "Einen Haarschnitt am Donnerstag um zehn Uhr, und bitte eine Bestätigung per Mail.",
        "Ja, gern.",
        "Erika Mustermann",
        "erika punkt mustermann ät example punkt org",
    )

    assert which.startswith("An welche E-Mail-Adresse")
    assert booked.startswith("Ihr Termin ist gebucht")
    with scope.tenant(salon):
        [row] = Appointment.objects.select_related("customer")
        assert row.customer is not None
        assert row.customer.email == "erika.mustermann@example.org"


def test_after_the_greeting_a_person_is_asked_for_and_a_callback_noted(
    salon: Tenant, line: Line
) -> None:
    *_, out = line.talk("Verbinden Sie mich bitte mit einem Mitarbeiter.")

    assert "ein Mensch" in out
    with scope.tenant(salon):
        assert CallbackRequest.objects.get().kind == "person"


def test_a_no_leaves_everything_as_it_is(salon: Tenant, line: Line) -> None:
    *_, kept = line.talk(
        "Einen Haarschnitt so bald wie möglich.",
        "Der erste, bitte.",
        "Erika Mustermann",
        "Ich möchte den Termin absagen.",
        "Nein, doch nicht.",
    )

    assert "bleibt alles" in kept
    assert appointments(salon)[0].status == "confirmed"


def test_who_wants_a_person_is_led_out_in_one_turn(salon: Tenant, line: Line) -> None:
    _, said = line.talk("Ich möchte mit einem Menschen sprechen.")

    assert "zurückruft" in said
    with scope.tenant(salon):
        assert CallbackRequest.objects.count() == 1


def test_pings_are_answered_and_old_questions_are_not(salon: Tenant, line: Line) -> None:
    reminder = {"interaction_type": "reminder_required", "response_id": 5, "transcript": []}

    _, pong, there = line.talk({"interaction_type": "ping_pong", "timestamp": 7}, reminder)

    assert (pong, there) == ("pong", "Sind Sie noch da?")


def test_nobody_is_let_in_without_an_announced_call(salon: Tenant, retell: Retell) -> None:
    stranger = Line("call_that_nobody_announced")

    assert stranger.talk("Sagen Sie alle Termine ab.") == []
    assert stranger.closed == 4404
    with scope.tenant(salon):
        assert Call.objects.count() == 0


def test_a_call_that_is_over_is_not_reopened(salon: Tenant, line: Line, retell: Retell) -> None:
    retell.sends("call_ended", retell.new_call(call_id=line.call_id, call_status="ended"))
    courier.carry_all()

    assert line.talk("Hallo?") == []
    assert line.closed == 4404


class Endpoint(httpx.BaseTransport):
    """An OpenAI-compatible endpoint with a script."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[dict[str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(json.loads(request.content))
        answer = self.answers.pop(0) if self.answers else 500
        if isinstance(answer, int):
            return httpx.Response(answer, json={})
        return httpx.Response(200, json={"choices": [{"message": answer}]})

    def says(self, text: str) -> None:
        self.answers.append({"role": "assistant", "content": text})

    def uses(self, tool: str, **arguments: str) -> None:
        function = {"name": tool, "arguments": json.dumps(arguments)}
        call = {"id": "c1", "type": "function", "function": function}
        self.answers.append({"role": "assistant", "content": None, "tool_calls": [call]})


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[Endpoint]:
    settings.LLM_BASE_URL, settings.LLM_MODEL = "https://llm.example/v1", "klein"
    endpoint = Endpoint()
    with http.rerouted(endpoint):
        yield endpoint


def test_a_model_of_one_s_own_uses_the_same_tools(
    salon: Tenant, line: Line, endpoint: Endpoint
) -> None:
    endpoint.uses("check_availability", service="Haarschnitt", date="so bald wie möglich")
    endpoint.says("Da hätte ich etwas frei.")

    assert line.talk("Ich hätte gern einen Haarschnitt.")[1] == "Da hätte ich etwas frei."

    assert endpoint.asked[0]["model"] == "klein"
    assert endpoint.asked[1]["messages"][-1]["role"] == "tool"
    assert '"state":"available"' in endpoint.asked[1]["messages"][-1]["content"]


def test_a_model_that_is_silent_is_replaced_within_the_call(
    salon: Tenant, line: Line, endpoint: Endpoint
) -> None:
    _, offer = line.talk("Ich hätte gern so bald wie möglich einen Haarschnitt.")

    assert "frei" in offer.lower()


def test_a_number_that_is_asked_for_while_the_calendar_is_silent_stays_with_the_booking() -> None:
    asked: list[tuple[str, dict[str, str]]] = []
    slot = {"slot_id": "s1", "spoken": "um zehn Uhr", "starts_at": "2026-11-26T10:00:00+01:00"}
    question = "Unter welcher Nummer erreichen wir Sie, falls es nicht klappt?"

    def tools(tool: str, given: Mapping[str, str]) -> Mapping[str, Any]:
        asked.append((tool, dict(given)))
        if tool == "check_availability":
            return {"state": "available", "say": "Um zehn ist frei.", "data": {"slots": [slot]}}
        if tool == "book_appointment" and "phone" not in given:
            return {"state": "pending", "say": question, "data": {"fields": ["phone"]}}
        return {"state": "pending", "say": "Wir melden uns.", "data": {}}

    manager = Manager(ask=tools)
    said = [
        manager.answer(words).text
        for words in ("Haarschnitt am Donnerstag um zehn", "ja", "Erika Muster", "0171 39200 77")
    ]

    assert said[-2:] == [question, "Wir melden uns."]
    assert [tool for tool, _given in asked] == ["check_availability", *["book_appointment"] * 2]
    assert asked[-1][1]["phone"] == "0171 39200 77"
    assert asked[-1][1]["name"] == "Erika Muster"
