"""A stored call answers the same once more, and leaves no trace of having been asked."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from askpro import courier
from booking.models import Appointment
from calls import replaying
from calls.models import Call, Desk, ToolCall
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.calls.test_aftercare import a_slot
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)


def replayed(tenant: Tenant, number: int) -> list[replaying.Step]:
    with scope.tenant(tenant):
        return replaying.replay(Call.objects.get(pk=number))


def number_of(tenant: Tenant, call: dict[str, Any]) -> int:
    with scope.tenant(tenant):
        return Call.objects.get(external_id=call["call_id"]).pk


def everything(tenant: Tenant) -> list[Any]:
    with scope.tenant(tenant):
        return [
            list(model._default_manager.order_by("pk").values())
            for model in (Appointment, ToolCall, Call)
        ]


def a_whole_call(retell: Retell) -> dict[str, Any]:
    """Ask what there is, book it, move it, cancel it."""
    call = retell.new_call()
    retell.asks_for("get_context", call)
    slot = a_slot(retell, call)
    other = retell.asks_for(
        "check_availability", call, service="Haarschnitt", date="nächste Woche Mittwoch"
    )["data"]["slots"][1]
    retell.asks_for("book_appointment", call, slot_id=slot["slot_id"], name="Erika Muster")
    retell.asks_for("find_appointments", call)
    move = {"slot_id": other["slot_id"]}
    retell.asks_for("reschedule_appointment", call, **move)
    retell.asks_for("reschedule_appointment", call, **move, confirmed="ja")
    retell.asks_for("cancel_appointment", call)
    retell.asks_for("cancel_appointment", call, confirmed="ja")
    retell.asks_for("request_callback", call, name="Erika Muster")
    retell.asks_for("dance", call)
    return call


def test_every_answer_is_the_same_and_nothing_is_changed(salon: Tenant, retell: Retell) -> None:
    call = a_whole_call(retell)
    before = everything(salon)

    steps = replayed(salon, number_of(salon, call))

    assert [(step.tool, step.before, step.after) for step in steps if not step.is_same] == []
    assert [step.before.get("state") for step in steps] == [
        "context", "available", "available", "booked", "appointments_found", "confirm_move",
        "rescheduled", "confirm_cancellation", "cancelled", "callback_noted", None,
    ]  # fmt: skip
    assert all(step.same_rules for step in steps)
    assert everything(salon) == before


def test_what_others_booked_since_does_not_change_the_answers(
    salon: Tenant, retell: Retell
) -> None:
    call = a_whole_call(retell)
    other = Retell(caller="+491713920043")
    slot = a_slot(other, (theirs := other.new_call()))
    other.asks_for("book_appointment", theirs, slot_id=slot["slot_id"], name="Jemand Anders")

    steps = replayed(salon, number_of(salon, call))

    assert [step.tool for step in steps if not step.is_same] == []


def test_an_answer_that_is_another_one_now_is_shown(salon: Tenant, retell: Retell) -> None:
    call = retell.new_call()
    a_slot(retell, call)
    with scope.tenant(salon):
        ToolCall.objects.update(answer={"say": "etwas anderes", "data": {}}, rules_version="alt")

    [step] = replayed(salon, number_of(salon, call))

    assert (step.is_same, step.same_rules) == (False, False)


def test_the_command_says_that_all_is_the_same(salon: Tenant, retell: Retell) -> None:
    number = number_of(salon, a_whole_call(retell))
    courier.carry_all()
    out = io.StringIO()

    call_command("replay_call", number, stdout=out)

    assert "11 Antworten, alle gleich." in out.getvalue()


def test_the_command_fails_where_something_differs(salon: Tenant, retell: Retell) -> None:
    number = number_of(salon, a_whole_call(retell))
    with scope.tenant(salon):
        ToolCall.objects.filter(name="book_appointment").update(state="slot_taken")

    with pytest.raises(CommandError, match="1 von 11 Antworten"):
        call_command("replay_call", number, stdout=io.StringIO())


def test_a_call_that_is_not_there_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="gibt es nicht"):
        call_command("replay_call", 4711)


def decided(tenant: Tenant, tool: str) -> list[str]:
    with scope.tenant(tenant):
        kept = ToolCall.objects.filter(name=tool).order_by("-pk")[0]
        return [each["rule"] for each in kept.decisions]


def test_the_log_has_what_the_diary_was_asked_and_what_it_said(
    salon: Tenant, retell: Retell
) -> None:
    call = retell.new_call()
    wish = {"service": "Haarschnitt", "date": "nächste Woche Mittwoch"}
    retell.asks_for("check_availability", call, **wish, time="zehn Uhr")
    retell.asks_for("check_availability", call, **wish, time="sechs Uhr morgens", staff="Jana")

    with scope.tenant(salon):
        free, refused = ToolCall.objects.order_by("pk")
    of_free = {each["rule"]: each for each in free.decisions}
    of_refused = {each["rule"]: each for each in refused.decisions}
    assert of_free["free"]["said"]["count"] == 1
    assert of_free["free"]["said"]["first"][0][0].endswith("T09:00:00+00:00")
    assert of_refused["why_not"]["given"]["staff"] == "Jana"
    assert of_refused["why_not"]["said"]["rule"] in ("closed", "off_hours")


def test_the_log_has_why_a_booking_was_refused_and_what_the_policy_said(
    salon: Tenant, retell: Retell
) -> None:
    number = number_of(salon, a_whole_call(retell))

    assert decided(salon, "book_appointment") == ["book"]
    assert "policy" in decided(salon, "cancel_appointment")
    assert [step.tool for step in replayed(salon, number) if not step.is_same] == []


def test_what_was_decided_by_words_of_the_conversation_is_decided_so_again(
    salon: Tenant, retell: Retell
) -> None:
    said = [{"role": "user", "content": "Mein Mann atmet nicht mehr"}]
    in_danger = retell.new_call(transcript_object=said)
    retell.asks_for("check_availability", in_danger, service="Haarschnitt", date="Donnerstag")
    said = [{"role": "user", "content": "Ich will einen Menschen sprechen"}]
    impatient = retell.new_call(transcript_object=said)
    retell.asks_for("check_availability", impatient, service="Haarschnitt", date="Donnerstag")

    for call, state in ((in_danger, "emergency"), (impatient, "callback_noted")):
        [step] = replayed(salon, number_of(salon, call))
        assert (step.is_same, step.before["state"]) == (True, state)


def test_a_refusal_after_hours_is_the_same_once_more(salon: Tenant, retell: Retell) -> None:
    with scope.tenant(salon):
        Desk.objects.create(tenant=salon, branch=factories.branch_of(salon), when_closed="callback")
    with time_machine.travel(datetime(2026, 11, 23, 21, 0, tzinfo=UTC), tick=True):
        call = retell.new_call()
        retell.asks_for(
            "book_appointment", call, service="Haarschnitt", date="Donnerstag", time="10 Uhr"
        )

    [step] = replayed(salon, number_of(salon, call))

    assert (step.is_same, step.before["state"]) == (True, "only_callbacks")
