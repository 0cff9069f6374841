"""What the simulator posts is what Retell posts: the description of the SDK and the recorded samples say so."""

import copy
import itertools
import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from calls.simulator import Switches, invent
from tests import contracts
from tests.simulator.office import (
    DIALLED,
    SLOTS,
    Office,
    easy_caller,
    friendly_office,
    reply,
    ring_up,
)

DESCRIPTION = "retell/retell-sdk-6.2.13.derived.openapi.json"


def _closed(schema: Any) -> Any:
    """Return the schema with every described object closed, so that an invented field is an error."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.fixture(scope="module")
def call_schema() -> Draft202012Validator:
    schemas = contracts.load(DESCRIPTION)["components"]["schemas"]
    ours = {name: _closed(each) for name, each in schemas.items() if name.startswith("PhoneCall")}
    whole = {
        "$ref": "#/components/schemas/PhoneCallResponse",
        "components": {"schemas": ours},
    }
    return Draft202012Validator(whole)


def _busy_office() -> Office:
    """Return an office where a caller meets nearly everything that can be answered."""
    office = friendly_office()
    office.on(
        "check_availability",
        reply("ask_service", candidates=["Haarschnitt", "Färben"]),
        reply("past"),
        reply("alternatives", slots=SLOTS),
    )
    office.on(
        "book_appointment",
        reply("missing", fields=["email", "phone"]),
        reply("slot_taken", slots=SLOTS[1:]),
        reply("booked", appointment={"id": 78, "spoken": "Donnerstag um 14 Uhr"}),
    )
    return office


def test_the_schema_notices_a_missing_a_wrong_and_an_invented_field(
    call_schema: Draft202012Validator,
) -> None:
    good = contracts.load("retell/webhook.call_analyzed.json")["call"]
    missing = {name: value for name, value in good.items() if name != "agent_version"}
    wrong = {**good, "duration_ms": "41230"}
    invented = {**good, "durationMs": 41230}
    deep = copy.deepcopy(good)
    deep["transcript_object"][0]["text"] = "Guten Tag"

    assert call_schema.is_valid(good)
    for bad in (missing, wrong, invented, deep):
        assert not call_schema.is_valid(bad)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "switches",
    [Switches(), Switches(withheld=True), Switches(duplicate=True, reorder=True, repeat_tool=True)],
    ids=["plain", "withheld", "troubled"],
)
def test_every_call_object_matches_the_description_of_the_sdk(
    call_schema: Draft202012Validator, seed: int, switches: Switches
) -> None:
    office = _busy_office()

    ring_up(office, invent(seed, industry="salon"), switches)

    assert len(office.calls()) >= 8
    for call in office.calls():
        call_schema.validate(call)


@pytest.mark.parametrize("event", ["call_started", "call_ended", "call_analyzed"])
def test_events_have_the_fields_of_the_samples_in_their_order(event: str) -> None:
    recorded = contracts.load(f"retell/webhook.{event}.json")
    office = friendly_office()

    ring_up(office)

    posted = next(each.content for each in office.requests if each.content.get("event") == event)
    assert list(posted) == list(recorded)
    assert [name for name in posted["call"] if name in recorded["call"]] == list(recorded["call"])
    assert set(posted["call"]) == set(recorded["call"])


def test_functions_have_the_fields_of_the_samples_and_end_in_the_question() -> None:
    recorded = contracts.load("retell/function.book_appointment.json")
    office = friendly_office()

    ring_up(office)

    posted = next(
        each.content for each in office.requests if each.content.get("name") == "book_appointment"
    )
    assert list(posted) == list(recorded)
    assert list(posted["call"]) == list(recorded["call"])
    last = posted["call"]["transcript_with_tool_calls"][-1]
    assert set(last) == set(recorded["call"]["transcript_with_tool_calls"][-1])
    assert last["name"] == "book_appointment"


def test_the_ring_has_the_fields_of_the_sample() -> None:
    recorded = contracts.load("retell/webhook.call_inbound.request.json")
    office = friendly_office()

    ring_up(office)

    posted = office.requests[0].content
    assert list(posted) == list(recorded)
    assert list(posted["call_inbound"]) == list(recorded["call_inbound"])
    assert posted["call_inbound"]["to_number"] == DIALLED


def test_a_withheld_number_is_written_as_in_the_sample() -> None:
    recorded = contracts.load("retell/webhook.call_ended.anonymous.json")
    office = friendly_office()

    ring_up(office, switches=Switches(withheld=True))

    assert {call["from_number"] for call in office.calls()} == {recorded["call"]["from_number"]}
    assert easy_caller().phone.encode() not in b"".join(each.body for each in office.requests)


def test_the_answer_to_the_ring_decides_agent_variables_and_metadata() -> None:
    office = friendly_office()

    ring_up(office)

    for call in office.calls():
        assert (call["agent_id"], call["agent_version"]) == ("agent_of_the_office", 7)
        assert call["retell_llm_dynamic_variables"] == {"firma": "Salon Sonnenschein"}
        assert call["metadata"] == {"branch": "1"}


def test_variables_and_metadata_that_were_not_set_are_left_out() -> None:
    office = friendly_office().fails("inbound", 500)

    ring_up(office)

    for call in office.calls():
        assert not {"metadata", "retell_llm_dynamic_variables"} & set(call)


def test_the_transcript_only_grows() -> None:
    office = _busy_office()

    ring_up(office, easy_caller(wishes=invent(1, industry="salon").wishes))

    transcripts = [call["transcript"] for call in office.calls() if "transcript" in call]
    assert len(transcripts) >= 6
    for earlier, later in itertools.pairwise(transcripts):
        assert later.startswith(earlier)


def test_times_are_milliseconds_in_order_and_in_the_past() -> None:
    office = friendly_office()

    ring_up(office)

    call = office.calls()[-1]
    assert call["end_timestamp"] - call["start_timestamp"] == call["duration_ms"] > 0
    assert call["end_timestamp"] < time.time() * 1000
    moments = [
        (word["start"], word["end"]) for turn in call["transcript_object"] for word in turn["words"]
    ]
    assert moments == sorted(moments)
    assert moments[-1][1] * 1000 <= call["duration_ms"]


def test_the_cost_is_the_sum_of_its_parts() -> None:
    office = friendly_office()

    ring_up(office)

    cost = office.calls()[-1]["call_cost"]
    parts = sum(each["cost"] for each in cost["product_costs"])
    assert cost["combined_cost"] == pytest.approx(parts, abs=0.02)
    assert cost["total_duration_seconds"] * 1000 >= office.calls()[-1]["duration_ms"]
