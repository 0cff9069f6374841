"""What calls cost: few messages to the database, and no waiting for the disk where nothing is promised."""

from datetime import datetime
from typing import Any

import orjson
import pytest

from askpro import courier
from calls import arrivals, conversation, lifecycle
from calls.answers import Answer
from calls.models import Call, ToolCall
from integrations import inbox
from integrations.voice import retell
from integrations.voice.events import FunctionRequest
from tenants import scope, statements
from tenants.models import Tenant
from tests.booking.test_cost import statements_run

__all__ = ["statements_run"]


_CALL = {"call_id": "call_cost", "to_number": "+493023125777", "from_number": "+491713920042"}
_READER = inbox.Reader(apply=arrivals.apply)


def _asked(tool: str, call_id: str = "call_cost", **arguments: Any) -> FunctionRequest:
    content = {"call": {**_CALL, "call_id": call_id}, "args": arguments}
    return retell.function_request(content, tool=tool)


def _answer(asked: FunctionRequest, now: datetime) -> dict[str, Any]:
    return conversation.answer(asked, body=b"{}", began=0.0, now=now)


@pytest.mark.django_db(transaction=True)
def test_what_is_free_takes_three_statements(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    """The call with its business and menu, the team with what is taken, the note."""
    asked = _asked("check_availability", service="Haarschnitt", date="so bald wie möglich")
    assert _answer(asked, now)["state"] == "available"
    before = len(statements_run)

    assert _answer(asked, now)["state"] == "available"

    run = statements_run[before:]
    assert len(run) == 3, run


@pytest.mark.django_db(transaction=True)
def test_a_question_reads_nothing_of_other_calls(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    """Left to itself, the planner reads the appointments of all calls to answer for one: eight milliseconds instead of none."""
    _answer(_asked("check_availability", service="Haarschnitt", date="morgen"), now)
    opening = next(each for each in statements_run if "calls_open" in each)

    with scope.platform():
        asked = ("retell", "call_cost", "+493023125777", "{}")
        plan = [line for (line,) in statements.run(f"EXPLAIN {opening}", asked).fetchall()]

    assert any("call_number = o.id" in line for line in plan), plan


def test_a_question_is_kept_as_it_was_asked_and_answered(salon: Tenant, now: datetime) -> None:
    strange: dict[str, Any] = {
        "service": "Haarschnitt",
        "date": "heute",
        "wünscht": ["Ä", {"tief": None}],
    }

    answer = _answer(_asked("check_availability", **strange), now)

    with scope.tenant(salon):
        kept = ToolCall.objects.get()
        assert kept.arguments == orjson.loads(orjson.dumps(strange))
        assert kept.answer == {"say": answer["say"], "data": answer["data"]}
        assert (kept.name, kept.state, kept.at) == ("check_availability", answer["state"], now)
        assert [each["rule"] for each in kept.decisions] == ["service", "time", "free"]


def _waits_for_the_disk(now: datetime, *, after: str) -> bool:
    """Write a note behind what the statement does, and tell whether its commit would wait."""
    with lifecycle.opened(_asked("x").facts, now=now) as reached:
        assert reached is not None
        statements.run("SET LOCAL synchronous_commit = on")
        statements.run(after)
        _note(reached[0], now)
        return bool(statements.value("SHOW synchronous_commit") == "on")


def _note(call: Call, now: datetime) -> None:
    reply = Answer(state="available", say="Frei.")
    conversation._note(call, _asked("x"), reply, began=0.0, now=now)


@pytest.mark.django_db(transaction=True)
def test_only_a_question_that_wrote_nothing_does_not_wait_for_the_disk(
    salon: Tenant, now: datetime
) -> None:
    with lifecycle.opened(_asked("x").facts, now=now):
        pass

    assert not _waits_for_the_disk(now, after="SELECT count(*) FROM booking_staffmember")
    assert _waits_for_the_disk(now, after="UPDATE booking_staffmember SET turn = turn")
    assert _waits_for_the_disk(now, after="SELECT id FROM booking_staffmember FOR NO KEY UPDATE")


@pytest.mark.django_db(transaction=True)
def test_the_first_question_of_a_call_waits_for_the_disk(salon: Tenant, now: datetime) -> None:
    assert _waits_for_the_disk(now, after="SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_the_beginning_of_a_call_is_applied_with_twelve_statements(
    salon: Tenant, statements_run: list[str]
) -> None:
    """Taken, wall, delivery, line, wall, call, customer, the row, agent, wall, done, let go."""
    body = orjson.dumps({"event": "call_started", "call": _CALL})
    inbox.record(
        retell.PROVIDER, key="started", kind="call_started", body=body, external_id="call_cost"
    )
    before = len(statements_run)

    assert courier.carry_in()

    run = statements_run[before:]
    assert len(run) == 12, run
    with scope.tenant(salon):
        assert Call.objects.get().status == Call.Status.ONGOING


@pytest.mark.django_db(transaction=True)
def test_a_look_into_an_empty_inbox_is_one_statement(
    salon: Tenant, statements_run: list[str], now: datetime
) -> None:
    before = len(statements_run)

    assert not inbox.apply_oldest({"retell": _READER, "calcom": _READER}, now=now)

    assert len(statements_run) == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_booking_of_an_offered_time_takes_twelve_statements(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    """The call, the customer, whether it was asked before, seven to book, the call's customer, the note.

    What was chosen and who does it is remembered.
    """
    free = _asked("check_availability", service="Haarschnitt", date="morgen")
    first, _, slot = [each["slot_id"] for each in _answer(free, now)["data"]["slots"]]
    _answer(_asked("book_appointment", "call_before", slot_id=first, name="Max Muster"), now)
    before = len(statements_run)

    answer = _answer(_asked("book_appointment", slot_id=slot, name="Erika Muster"), now)

    assert answer["state"] == "booked"
    run = statements_run[before:]
    assert len(run) == 12, run
