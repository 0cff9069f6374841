from dataclasses import replace

import httpx
import pytest

from calls.simulator import Line, NobodyAnswers, Switches, place_call
from calls.simulator.persona import Wish
from integrations.voice.loopback import Sender
from tests.simulator.office import (
    APPOINTMENT,
    SLOTS,
    easy_caller,
    friendly_office,
    reply,
    ring_up,
    sender_to,
    spoken,
    states,
)

THURSDAY = Wish(spoken="am Donnerstag", date="Donnerstag", time="nachmittags")
FRIDAY = Wish(spoken="am Freitag", date="Freitag")


def test_a_call_goes_from_the_ring_over_the_tools_to_the_analysis() -> None:
    office = friendly_office()

    story = ring_up(office)

    assert [each.path.removeprefix("/api/retell/") for each in office.requests] == [
        "inbound",
        "webhook",
        "functions/get_context",
        "functions/check_availability",
        "functions/book_appointment",
        "webhook",
        "webhook",
    ]
    assert office.events() == ["call_started", "call_ended", "call_analyzed"]
    assert story.told == APPOINTMENT
    assert story.call_number == 4711
    assert story.server_errors == []
    assert len({call["call_id"] for call in office.calls()}) == 1


def test_the_agent_says_what_we_answer_and_passes_on_what_the_caller_says() -> None:
    office = friendly_office()
    caller = easy_caller(wishes=(THURSDAY,))

    story = ring_up(office, caller)

    assert office.asked("check_availability") == [
        {"service": caller.errand.words, "date": "Donnerstag", "time": "nachmittags"}
    ]
    assert office.asked("book_appointment") == [
        {"slot_id": "slot_1", "service": caller.errand.words, "name": caller.name}
    ]
    for sentence in ("Satz zu available.", "Satz zu booked."):
        assert sentence in spoken(story, "agent")
    assert "am Donnerstag" in spoken(story, "caller")[0]


def test_a_caller_who_prefers_the_second_time_gets_it_and_leaves_an_address() -> None:
    office = friendly_office()

    ring_up(office, easy_caller(prefers=1, leaves_email=True))

    booking = office.asked("book_appointment")[0]
    assert booking["slot_id"] == "slot_2"
    assert booking["email"].endswith("@example.org")


def test_a_caller_with_a_known_number_is_asked_whether_it_is_them() -> None:
    caller = easy_caller()
    office = friendly_office()
    office.on("get_context", reply("context", caller_known=True, caller_name="Jemand Anders"))

    story = ring_up(office, caller)

    assert "Spreche ich mit Jemand Anders?" in spoken(story, "agent")
    assert f"Nein, hier ist {caller.name}." in spoken(story, "caller")
    assert office.asked("book_appointment")[0]["name"] == caller.name


def test_when_several_services_could_be_meant_the_caller_chooses_one_of_them() -> None:
    office = friendly_office()
    office.on(
        "check_availability",
        reply("ask_service", candidates=["Färben", "Damenhaarschnitt"]),
        reply("available", slots=SLOTS),
    )

    ring_up(
        office, replace(easy_caller(), errand=replace(easy_caller().errand, words="Haarschnitt"))
    )

    asked = office.asked("check_availability")
    assert [each["service"] for each in asked] == ["Haarschnitt", "Damenhaarschnitt"]


@pytest.mark.parametrize(
    "state",
    ["past", "invalid", "too_soon", "beyond_horizon", "closed", "ask_date", "nothing_free"],
)
def test_when_a_day_does_not_do_the_caller_names_another_one(state: str) -> None:
    office = friendly_office()
    office.on("check_availability", reply(state), reply("available", slots=SLOTS))

    story = ring_up(office, easy_caller(wishes=(THURSDAY, FRIDAY)))

    assert [each["date"] for each in office.asked("check_availability")] == [
        "Donnerstag",
        "Freitag",
    ]
    assert story.told == APPOINTMENT


def test_when_there_are_two_readings_the_caller_says_which_one_was_meant() -> None:
    office = friendly_office()
    office.on(
        "check_availability",
        reply(
            "ambiguous", alternatives=[{"spoken": "fünfzehn Uhr", "time": "15:00"}, {"spoken": "x"}]
        ),
        reply("conflict", alternatives=[{"spoken": "Freitag, den 27.", "date": "2026-11-27"}]),
        reply("available", slots=SLOTS),
    )

    ring_up(office, easy_caller(wishes=(THURSDAY,)))

    assert [(each["date"], each.get("time")) for each in office.asked("check_availability")] == [
        ("Donnerstag", "nachmittags"),
        ("Donnerstag", "fünfzehn Uhr"),
        ("Freitag, den 27.", None),
    ]


def test_when_the_time_is_missing_the_caller_names_one() -> None:
    office = friendly_office()
    office.on("check_availability", reply("ask_time"), reply("available", slots=SLOTS))

    ring_up(office, easy_caller(wishes=(FRIDAY,)))

    assert office.asked("check_availability")[1] == {
        "service": easy_caller().errand.words,
        "date": "Freitag",
        "time": "vormittags",
    }


def test_a_flexible_caller_takes_another_time_and_a_firm_one_first_asks_for_the_next_wish() -> None:
    flexible, firm = friendly_office(), friendly_office()
    for office in (flexible, firm):
        office.on("check_availability", reply("alternatives", slots=SLOTS))

    ring_up(flexible, easy_caller(wishes=(THURSDAY, FRIDAY)))
    story = ring_up(firm, easy_caller(wishes=(THURSDAY, FRIDAY), takes_alternatives=False))

    assert len(flexible.asked("check_availability")) == 1
    assert len(firm.asked("check_availability")) == 2
    assert "Nein, das passt mir leider nicht." in spoken(story, "caller")
    assert story.told == APPOINTMENT


def test_a_time_that_was_taken_meanwhile_is_replaced_by_one_of_those_offered() -> None:
    office = friendly_office()
    office.on(
        "book_appointment",
        reply("slot_taken", slots=SLOTS[2:]),
        reply("booked", appointment=APPOINTMENT),
    )

    story = ring_up(office)

    assert [each["slot_id"] for each in office.asked("book_appointment")] == ["slot_1", "slot_3"]
    assert story.told == APPOINTMENT


def test_what_is_missing_for_the_booking_is_asked_and_added() -> None:
    office = friendly_office()
    office.on(
        "book_appointment",
        reply("missing", fields=["phone"]),
        reply("ask_email", fields=["email"]),
        reply("booked", appointment=APPOINTMENT),
    )

    ring_up(office, switches=Switches(withheld=True))

    first, second, third = office.asked("book_appointment")
    assert "phone" not in first
    assert second["phone"] == easy_caller().phone
    assert third["email"] == easy_caller().email


def test_when_the_slot_is_not_recognised_the_agent_looks_again() -> None:
    office = friendly_office()
    office.on(
        "book_appointment",
        reply("missing", fields=["date", "time"]),
        reply("booked", appointment=APPOINTMENT),
    )

    story = ring_up(office)

    assert len(office.asked("check_availability")) == 2
    assert story.told == APPOINTMENT


def test_when_nothing_is_free_a_callback_is_noted_with_the_wish() -> None:
    office = friendly_office()
    office.on("check_availability", reply("nothing_free", "Soll Sie jemand zurückrufen?"))
    caller = easy_caller(wishes=(THURSDAY,))

    story = ring_up(office, caller)

    assert office.asked("request_callback") == [
        {
            "name": caller.name,
            "reason": f"Termin: {caller.errand.words}",
            "wish": "am Donnerstag",
        }
    ]
    assert story.was_promised_a_callback
    assert story.told is None
    assert "Darf ich notieren, dass Sie jemand zurückruft?" not in spoken(story, "agent")


def test_a_caller_with_no_other_wish_says_so_before_a_callback_is_offered() -> None:
    office = friendly_office().on("check_availability", reply("past"))

    story = ring_up(office, easy_caller(wishes=(THURSDAY,)))

    assert "Dann weiß ich leider auch keinen anderen Tag." in spoken(story, "caller")
    assert "Darf ich notieren, dass Sie jemand zurückruft?" in spoken(story, "agent")


def test_a_caller_without_a_number_names_one_for_the_callback() -> None:
    office = friendly_office()
    office.on("check_availability", reply("nothing_free"))
    office.on("request_callback", reply("missing", fields=["phone"]), reply("callback_noted"))

    story = ring_up(office, easy_caller(wishes=(THURSDAY,)), Switches(withheld=True))

    assert [each.get("phone") for each in office.asked("request_callback")] == [
        None,
        easy_caller().phone,
    ]
    assert story.was_promised_a_callback


def test_an_office_that_never_finds_a_time_is_not_asked_for_ever() -> None:
    office = friendly_office()
    office.on("check_availability", reply("ask_service", candidates=["A"]), reply("past"))
    many = tuple(Wish(spoken=f"am {day}.", date=f"{day}.") for day in range(1, 20))

    ring_up(office, easy_caller(wishes=many))

    assert len(office.asked("check_availability")) == 6
    assert len(office.asked("request_callback")) == 1


def test_a_number_that_leads_nowhere_ends_the_call_at_once() -> None:
    office = friendly_office().on("get_context", reply("unknown_number", "Hier ist niemand."))

    story = ring_up(office)

    assert states(story) == [("get_context", "unknown_number")]
    assert spoken(story, "agent") == ["Hier ist niemand."]
    assert office.calls()[-1]["disconnection_reason"] == "agent_hangup"
    assert office.events()[-1] == "call_analyzed"


@pytest.mark.parametrize("state", ["failed", "invalid_arguments", "unknown_tool", "never_heard_of"])
def test_a_state_that_leads_nowhere_ends_in_a_callback(state: str) -> None:
    office = friendly_office().on("check_availability", reply(state))

    story = ring_up(office)

    assert len(office.asked("check_availability")) == 1
    assert story.was_promised_a_callback


def test_a_server_error_is_told_to_the_caller_and_kept_for_the_report() -> None:
    office = friendly_office().fails("check_availability", 500)

    story = ring_up(office)

    assert story.server_errors == ["check_availability: HTTP 500"]
    assert "Entschuldigung, das hat gerade technisch nicht geklappt." in spoken(story, "agent")
    result = office.calls()[-1]["transcript_with_tool_calls"]
    assert [each["successful"] for each in result if each["role"] == "tool_call_result"] == [
        True,
        False,
        True,
    ]


def test_a_failure_behind_a_friendly_status_counts_as_an_error() -> None:
    office = friendly_office().on("check_availability", reply("failed"))

    story = ring_up(office)

    assert story.server_errors == ["check_availability: failed"]


def test_a_booking_that_fails_is_never_told_as_booked() -> None:
    office = friendly_office().fails("book_appointment", 500)

    story = ring_up(office)

    assert story.told is None
    assert office.calls()[-1]["call_analysis"]["call_summary"].endswith(
        "ein Rückruf wurde zugesagt."
    )


def test_the_analysis_says_what_came_out_of_the_conversation() -> None:
    office = friendly_office()

    ring_up(office)

    analysis = office.calls()[-1]["call_analysis"]
    assert analysis["call_successful"] is True
    assert "Donnerstag um 10 Uhr" in analysis["call_summary"]
    assert analysis["custom_analysis_data"]["kundenname"] == easy_caller().name
    assert office.calls()[-1]["collected_dynamic_variables"] == {"appointment_id": "77"}


def test_without_a_server_there_is_no_call() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    sender = Sender(
        "http://office.example",
        key="key",
        transport=httpx.MockTransport(refuse),
        pauses_seconds=(),
    )

    with pytest.raises(NobodyAnswers):
        place_call(Line(sender=sender, dialled="+493023125777"), easy_caller())


def test_the_same_run_with_the_same_seed_is_the_same_call() -> None:
    first, again, other = friendly_office(), friendly_office(), friendly_office()

    ring_up(first)
    ring_up(again)
    ring_up(other, easy_caller(seed=2))

    assert [each.path for each in first.requests] == [each.path for each in again.requests]
    assert first.calls()[-1]["transcript"] == again.calls()[-1]["transcript"]
    assert first.calls()[-1]["call_id"] == again.calls()[-1]["call_id"]
    assert first.calls()[-1]["call_id"] != other.calls()[-1]["call_id"]


def test_another_run_is_another_call() -> None:
    office = friendly_office()
    line = Line(sender=sender_to(office), dialled="+493023125777")

    stories = [place_call(line, easy_caller(), run_id=run) for run in ("a", "b")]

    assert stories[0].call_id != stories[1].call_id
