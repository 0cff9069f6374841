"""After the call: what was promised becomes true or somebody's task, within the same minute, and never both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from askpro import courier
from booking import scheduling
from booking.models import Appointment
from calls import aftercare, auditor, lifecycle
from calls.models import Call, CallbackRequest, ToolCall
from tenants import scope
from tenants.models import Alert, Tenant
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
Said = tuple[str, str]
GOODBYE: Said = ("agent", "Vielen Dank, auf Wiederhören!")


def a_slot(retell: Retell, call: dict[str, Any]) -> dict[str, str]:
    answer = retell.asks_for(
        "check_availability", call, service="Haarschnitt", date="so bald wie möglich"
    )
    slot: dict[str, str] = answer["data"]["slots"][0]
    return slot


def hang_up(
    retell: Retell, call: dict[str, Any], *said: Said, asked: tuple[Any, ...] = (), **facts: Any
) -> int:
    """End a call with these words; `asked` are tool calls as the platform tells them. Return its number."""
    turns = [{"role": role, "content": words, "words": []} for role, words in said]
    over = {
        **call,
        "call_status": "ended",
        "end_timestamp": call["start_timestamp"] + 90_000,
        "duration_ms": 90_000,
        "disconnection_reason": "user_hangup",
        "transcript_object": turns,
        "transcript_with_tool_calls": [*turns, *asked],
        **facts,
    }
    event = "call_analyzed" if "call_analysis" in facts else "call_ended"
    number: int = retell.sends(event, over).json()["call_id"]
    courier.carry_all()
    return number


def row(tenant: Tenant, number: int) -> Call:
    with scope.tenant(tenant):
        return Call.objects.get(pk=number)


def callbacks(tenant: Tenant) -> list[CallbackRequest]:
    with scope.tenant(tenant):
        return list(CallbackRequest.objects.order_by("pk"))


def appointments(tenant: Tenant) -> list[Appointment]:
    with scope.tenant(tenant):
        return list(Appointment.objects.exclude(status="held").order_by("pk"))


def alerts(tenant: Tenant) -> list[tuple[str, str]]:
    """Return what was raised about promises; these short transcripts do not begin with the disclosure."""
    with scope.tenant(tenant):
        rows = Alert.objects.exclude(code="ai_not_disclosed").order_by("pk")
        return list(rows.values_list("code", "about"))


def broken() -> pytest.MonkeyPatch:
    """Make bookings crash inside, as a defect would, until it is undone."""

    def crash(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("on purpose")

    patch = pytest.MonkeyPatch()
    patch.setattr(scheduling, "book", crash)
    return patch


def invocation(tool: str, arguments: str, *, answered: bool = False) -> tuple[dict[str, Any], ...]:
    asked = {
        "role": "tool_call_invocation",
        "tool_call_id": "t1",
        "name": tool,
        "arguments": arguments,
        "type": "custom",
    }
    result = {
        "role": "tool_call_result",
        "tool_call_id": "t1",
        "content": "",
        "successful": answered,
    }
    return asked, result


class TestPromises:
    def test_a_phantom_booking_becomes_an_alert_and_a_callback_at_once(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()

        number = hang_up(retell, call, ("agent", "Ihr Termin morgen um zehn Uhr ist gebucht."))

        assert alerts(salon) == [(aftercare.BROKEN_PROMISE, str(number))]
        [waiting] = callbacks(salon)
        assert waiting.phone == retell.caller
        assert "Termin zugesagt, aber nicht gebucht" in waiting.reason
        assert waiting.priority == CallbackRequest.Priority.HIGH
        assert row(salon, number).outcome == Call.Outcome.CALLBACK
        assert row(salon, number).findings[0]["trouble"] == "phantom_booking"

    def test_the_plain_transcript_is_enough(self, salon: Tenant, retell: Retell) -> None:
        call = retell.new_call()

        number = hang_up(
            retell,
            call,
            transcript="User: Haarschnitt bitte.\nAgent: Ihr Termin ist gebucht, bis Freitag!\n",
            transcript_object=[],
            transcript_with_tool_calls=[],
        )

        assert alerts(salon) == [(aftercare.BROKEN_PROMISE, str(number))]

    def test_another_time_than_the_booked_one_is_noticed(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        slot = a_slot(retell, call)
        retell.asks_for("book_appointment", call, slot_id=slot["slot_id"], name="Erika Muster")
        booked = datetime.fromisoformat(slot["starts_at"])
        other = booked + timedelta(hours=3)

        number = hang_up(
            retell,
            call,
            ("agent", f"Ihr Termin am {other:%d.%m.%Y} um {other:%H:%M} Uhr ist gebucht."),
        )

        assert [each["trouble"] for each in row(salon, number).findings] == ["wrong_time"]
        assert len(callbacks(salon)) == 1
        assert len(appointments(salon)) == 1
        assert row(salon, number).outcome == Call.Outcome.BOOKED

    def test_what_is_true_leaves_no_trace(self, salon: Tenant, retell: Retell) -> None:
        call = retell.new_call()
        slot = a_slot(retell, call)
        answer = retell.asks_for(
            "book_appointment", call, slot_id=slot["slot_id"], name="Erika Muster"
        )

        number = hang_up(retell, call, ("agent", answer["say"]), GOODBYE)

        assert row(salon, number).findings == []
        assert (alerts(salon), callbacks(salon)) == ([], [])

    def test_a_repetition_alarms_nobody_again(self, salon: Tenant, retell: Retell) -> None:
        call = retell.new_call()
        said = ("agent", "Ihr Termin ist gebucht.")

        hang_up(retell, call, said)
        hang_up(retell, call, said, call_analysis={"call_summary": "Kurz."})

        with scope.tenant(salon):
            assert Alert.objects.get(code=aftercare.BROKEN_PROMISE).count == 1
        assert len(callbacks(salon)) == 1

    def test_without_a_number_there_is_the_alert_alone(self, salon: Tenant, retell: Retell) -> None:
        call = retell.new_call(from_number="anonymous")

        number = hang_up(retell, call, ("agent", "Ihr Termin ist gebucht."))

        assert alerts(salon) == [(aftercare.BROKEN_PROMISE, str(number))]
        assert callbacks(salon) == []


class TestRecovery:
    def test_a_promised_booking_that_failed_is_made_under_its_own_key(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        slot = a_slot(retell, call)
        wish = {"slot_id": slot["slot_id"], "name": "Erika Muster"}
        patch = broken()
        assert retell.asks_for("book_appointment", call, **wish)["state"] == "failed"
        patch.undo()

        number = hang_up(retell, call, ("agent", "Ihr Termin ist gebucht."))

        [booked] = appointments(salon)
        assert booked.starts_at == datetime.fromisoformat(slot["starts_at"])
        assert (booked.call_number, booked.attendee_name) == (number, "Erika Muster")
        assert (callbacks(salon), alerts(salon)) == ([], [])
        assert row(salon, number).outcome == Call.Outcome.BOOKED
        # The same question once more finds what was recovered.
        again = retell.asks_for("book_appointment", call, **wish)
        assert again["data"]["appointment"]["id"] == booked.pk
        assert len(appointments(salon)) == 1

    def test_who_heard_of_the_failure_is_booked_only_if_a_mail_will_tell(
        self, salon: Tenant, retell: Retell
    ) -> None:
        honest = ("agent", "Das hat gerade technisch nicht geklappt, und es ist nichts gebucht.")
        results = {}
        for address in ("", "erika@example.org"):
            call = retell.new_call()
            slot = a_slot(retell, call)
            patch = broken()
            retell.asks_for(
                "book_appointment", call, slot_id=slot["slot_id"], name="Erika", email=address
            )
            patch.undo()
            results[address] = hang_up(retell, call, honest)

        without, told = results[""], results["erika@example.org"]
        assert [each.call_id for each in callbacks(salon)] == [without]
        assert [each.call_number for each in appointments(salon)] == [told]

    def test_a_question_that_never_reached_us_is_answered_after_the_call(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        slot = a_slot(retell, call)
        asked = invocation(
            "book_appointment",
            f'{{"slot_id": "{slot["slot_id"]}", "name": "Erika Muster"}}',
        )

        number = hang_up(retell, call, ("agent", "Ihr Termin ist gebucht."), asked=asked)

        assert [each.call_number for each in appointments(salon)] == [number]

    def test_words_mean_what_they_meant_when_they_were_said(
        self, salon: Tenant, retell: Retell
    ) -> None:
        began = datetime.now(UTC) - timedelta(hours=20)
        thursday = began + timedelta(days=(3 - began.weekday()) % 7 or 7)
        call = retell.new_call(start_timestamp=int(began.timestamp() * 1000))
        arguments = (
            f'{{"service": "Haarschnitt", "date": "{thursday:%d.%m.%Y}", "time": "10:00",'
            ' "name": "Erika Muster"}'
        )

        hang_up(
            retell,
            call,
            ("agent", "Ihr Termin ist gebucht."),
            asked=invocation("collect_appointment_data", arguments),
        )

        [booked] = appointments(salon)
        assert booked.starts_at.date() == thursday.date()

    @pytest.mark.parametrize(
        "arguments",
        [
            '{"name": "Erika Muster"}',
            '{"service": "Haarschnitt", "date": "Donnerstag", "name": "Erika"}',
            '{"service": "Haarschnitt", "date": "morgen", "time": "10:00"}',
            '{"slot_id": "slot_1-2-3-4", "name": "Erika"}',
            '{"slot_id": "x", "name": "Erika", "confirmed": "nein"}',
            '{"broken',
        ],
    )
    def test_what_is_incomplete_or_not_confirmed_becomes_a_callback(
        self, salon: Tenant, retell: Retell, arguments: str
    ) -> None:
        call = retell.new_call()

        hang_up(
            retell,
            call,
            ("agent", "Ihr Termin ist gebucht."),
            asked=invocation("book_appointment", arguments),
        )

        assert appointments(salon) == []
        assert len(callbacks(salon)) == 1

    def test_a_wish_that_was_never_understood_becomes_a_callback(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        retell.asks_for("check_availability", call, service="Haarschnitt", date="kauderwelsch")

        number = hang_up(retell, call, ("agent", "Das habe ich nicht verstanden."))

        [waiting] = callbacks(salon)
        assert (waiting.call_id, row(salon, number).outcome) == (number, Call.Outcome.CALLBACK)

    def test_an_offer_that_was_not_taken_is_nobody_s_task(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        a_slot(retell, call)

        number = hang_up(retell, call, ("user", "Das überlege ich mir."), GOODBYE)

        assert callbacks(salon) == []
        assert row(salon, number).outcome == Call.Outcome.NOT_COMPLETED

    def test_but_it_is_one_when_the_analysis_says_that_an_appointment_was_wanted(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        a_slot(retell, call)

        hang_up(
            retell,
            call,
            ("user", "Das Gespräch bricht ab."),
            call_analysis={"custom_analysis_data": {"appointment_requested": True}},
        )

        assert len(callbacks(salon)) == 1

    def test_who_was_promised_a_callback_is_not_booked_as_well(
        self, salon: Tenant, retell: Retell
    ) -> None:
        call = retell.new_call()
        slot = a_slot(retell, call)
        patch = broken()
        retell.asks_for(
            "book_appointment",
            call,
            slot_id=slot["slot_id"],
            name="Erika",
            email="erika@example.org",
        )
        patch.undo()
        retell.asks_for("request_callback", call, name="Erika")

        hang_up(retell, call, ("agent", "Ich habe notiert, dass wir Sie zurückrufen."))

        assert (len(callbacks(salon)), appointments(salon)) == (1, [])

    def test_yesterday_s_calls_are_history(self, salon: Tenant, retell: Retell) -> None:
        began = datetime.now(UTC) - timedelta(hours=30)
        call = retell.new_call(start_timestamp=int(began.timestamp() * 1000))
        slot = a_slot(retell, call)
        asked = invocation(
            "book_appointment", f'{{"slot_id": "{slot["slot_id"]}", "name": "Erika"}}'
        )

        number = hang_up(retell, call, ("agent", "Einen Moment."), asked=asked)

        assert (appointments(salon), callbacks(salon)) == ([], [])
        assert row(salon, number).settle_at is None


def test_a_call_that_cannot_be_settled_does_not_stop_the_others(
    salon: Tenant, retell: Retell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_call: Call) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(auditor, "look_at", crash)
    number = hang_up(retell, retell.new_call(), GOODBYE)

    again_at = row(salon, number).settle_at
    assert again_at is not None
    assert again_at > datetime.now(UTC) + timedelta(minutes=4)
    monkeypatch.undo()
    assert aftercare.settle_next(now=again_at) is True
    assert row(salon, number).settle_at is None


def test_a_call_that_nobody_reported_the_end_of_is_looked_after_too(
    salon: Tenant, retell: Retell
) -> None:
    call = retell.new_call()
    retell.asks_for("check_availability", call, service="Haarschnitt", date="kauderwelsch")
    with scope.tenant(salon):
        number = Call.objects.get().pk
        lifecycle.close([number], now=datetime.now(UTC))

    courier.carry_all()

    assert row(salon, number).status == Call.Status.ENDED
    assert len(callbacks(salon)) == 1


def test_what_a_question_was_decided_by_stands_with_it(salon: Tenant, retell: Retell) -> None:
    a_slot(retell, retell.new_call())

    with scope.tenant(salon):
        asked = ToolCall.objects.get()
    assert [each["rule"] for each in asked.decisions] == ["service", "time", "free"]
    assert asked.decisions[0]["said"] == {
        "state": "matched",
        "found": "Haarschnitt",
        "candidates": ["Haarschnitt"],
    }
    assert len(asked.rules_version) == 16
