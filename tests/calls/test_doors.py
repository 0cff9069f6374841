"""What the doors make of bad input: a clear answer, nothing lost, never a 500."""

import time

import pytest
from pytest_django import Settings

from calls.models import CallbackRequest, ToolCall
from integrations.models import Delivery
from integrations.voice import retell as protocol
from tenants import scope
from tenants.models import Tenant
from tests.retell import KEY, Retell

WEBHOOK = "/api/retell/webhook"


def _deliveries() -> list[Delivery]:
    with scope.platform():
        return list(Delivery.objects.order_by("pk"))


@pytest.mark.parametrize(
    "signature", ["", "v=1,d=2", "no-secret-provided", "0" * 64, "v=" + "9" * 400]
)
@pytest.mark.parametrize(
    "path", [WEBHOOK, "/api/retell/functions/get_context", "/api/retell/inbound"]
)
def test_without_a_valid_signature_nothing_is_stored(
    salon: Tenant, retell: Retell, path: str, signature: str
) -> None:
    response = retell.post_bytes(path, b'{"event": "call_started"}', signature=signature)

    assert response.status_code == 401
    assert response.json() == {
        "code": "invalid_signature", "detail": "Invalid signature", "errors": {},
    }  # fmt: skip
    assert _deliveries() == []


def test_without_a_key_every_door_is_closed(
    salon: Tenant, retell: Retell, settings: Settings
) -> None:
    settings.RETELL_API_KEY = ""

    body = b"{}"
    signature = protocol.sign(body, key="", now_ms=time.time_ns() // 1_000_000)

    assert retell.post_bytes(WEBHOOK, body, signature=signature).status_code == 401


def test_the_plain_form_counts_only_where_its_secret_is_set(
    salon: Tenant, retell: Retell, settings: Settings
) -> None:
    import hashlib
    import hmac

    body = b'{"event": "call_started", "call": {"call_id": "call_plain"}}'
    plain = hmac.new(b"secret", body, hashlib.sha256).hexdigest()

    assert retell.post_bytes(WEBHOOK, body, signature=plain).status_code == 401
    settings.RETELL_WEBHOOK_SECRET = "secret"
    assert retell.post_bytes(WEBHOOK, body, signature=plain).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b"\xff\xfe{}", "malformed_json"),
        (b'\xef\xbb\xbf{"event": "call_started"}', "malformed_json"),
        (b'{"event": NaN}', "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b"[]", "not_an_object"),
        (b"{}", "event_missing"),
        (b'{"event": 7, "call": {}}', "event_missing"),
        (b'{"event": "call_started"}', "call_missing"),
        (b'{"event": "call_started", "call": "x"}', "call_missing"),
        (b'{"event": "call_started", "call": {}}', "call_id_missing"),
        (b'{"event": "call_started", "call": {"call_id": 12}}', "call_id_missing"),
        (b'{"event": "call_started", "call": {"call_id": "a\\u0000b"}}', "call_id_missing"),
    ],
)
def test_signed_and_unreadable_is_refused_and_kept(
    salon: Tenant, retell: Retell, body: bytes, code: str
) -> None:
    responses = [retell.post_bytes(WEBHOOK, body) for _ in range(2)]

    assert [response.status_code for response in responses] == [400, 400]
    assert responses[0].json()["code"] == code
    (kept,) = _deliveries()
    assert (kept.state, kept.error) == (Delivery.State.UNREADABLE, code)
    assert bytes(kept.body) == body


def test_a_huge_body_is_turned_away_before_it_is_read(salon: Tenant, retell: Retell) -> None:
    response = retell.post_bytes(WEBHOOK, b"x" * (5 * 1024 * 1024 + 1))

    assert response.status_code == 413
    assert response.json()["code"] == "payload_too_large"


def test_other_methods_are_refused(retell: Retell, db: None) -> None:
    assert retell.client.get(WEBHOOK).status_code == 405


@pytest.mark.parametrize(
    "call",
    [
        {"from_number": None},
        {"from_number": {"a": 1}},
        {"start_timestamp": "gestern"},
        {"start_timestamp": 10**30},
        {"duration_ms": -5},
        {"duration_ms": True},
        {"transcript": ["a"]},
        {"transcript": "mit \u0000 Null"},
        {"transcript_object": "x"},
        {"transcript_object": [1, None, {"role": 2, "content": 3}]},
        {"call_analysis": []},
        {"call_analysis": {"custom_analysis_data": {"a\u0000": "b\u0000"}}},
        {"call_cost": {"combined_cost": "viel"}},
        {"call_cost": {"combined_cost": 1e308}},
        {"agent_version": "sieben"},
        {"agent_id": "x" * 5000},
        {"recording_url": "x" * 5000},
        {"direction": "sideways and far too long"},
    ],
)
def test_wrong_types_in_a_call_do_not_stop_it(
    salon: Tenant, retell: Retell, call: dict[str, object]
) -> None:
    from askpro import courier

    response = retell.sends("call_analyzed", retell.new_call(**call))
    courier.carry_all()

    assert response.status_code == 200
    (kept,) = _deliveries()
    assert kept.state == Delivery.State.DONE, kept.error


def test_an_unknown_tool_gets_a_state_and_leaves_a_trace(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("make_coffee", retell.new_call())

    assert answer["state"] == "unknown_tool"
    with scope.tenant(salon):
        assert ToolCall.objects.get().name == "make_coffee"


@pytest.mark.parametrize("name", ["%00", "get_context%00", "%0a", "..", "x" * 5000, "%F0%9F%98%80"])
def test_whatever_the_name_of_a_tool_nothing_is_lost(
    salon: Tenant, retell: Retell, name: str
) -> None:
    call = retell.new_call()
    path = f"/api/retell/functions/{name}"

    asked = retell.post(path, {"name": name, "call": call, "args": {"se\u0000rvice": "Bart"}})
    unreadable = retell.post(path, {"name": name, "args": {}})

    assert [each.status_code for each in (asked, unreadable)] == [200, 200]
    assert asked.json()["state"] == "unknown_tool"
    with scope.tenant(salon):
        assert ToolCall.objects.get().arguments == {"service": "Bart"}
    (kept,) = _deliveries()
    assert kept.state == Delivery.State.UNREADABLE


def test_a_tool_on_a_number_of_nobody_is_refused_and_kept(salon: Tenant, retell: Retell) -> None:
    answer = retell.asks_for("get_context", retell.new_call(to_number="+49891234567"))

    assert answer["state"] == "unknown_number"
    (kept,) = _deliveries()
    assert (kept.state, kept.error) == (Delivery.State.IGNORED, "number_unknown")


@pytest.mark.parametrize("arguments", [[], 7, "kein json"])
def test_arguments_of_a_wrong_kind_get_a_sentence(
    salon: Tenant, retell: Retell, arguments: object
) -> None:
    response = retell.post(
        "/api/retell/functions/book_appointment",
        {"name": "book_appointment", "call": retell.new_call(), "args": arguments},
    )

    assert response.status_code == 200
    assert response.json()["state"] == "invalid_arguments"


@pytest.mark.parametrize(
    "value", ["x" * 100_000, "\u0000", "😀" * 500, {"a": 1}, [1], True, None, 1e300]
)
@pytest.mark.parametrize("field", ["service", "date", "time", "name", "slot_id", "email", "phone"])
def test_whatever_stands_in_an_argument_there_is_an_answer(
    salon: Tenant, retell: Retell, field: str, value: object
) -> None:
    arguments = {"service": "Haarschnitt", "date": "morgen", "time": "10 Uhr", "name": "Anna"}

    answer = retell.asks_for("book_appointment", retell.new_call(), **{**arguments, field: value})

    assert answer["state"] != "failed"
    assert answer["say"]


def test_the_signed_envelope_decides_whose_call_it_is(
    salon: Tenant, neighbour: Tenant, retell: Retell
) -> None:
    retell.asks_for(
        "request_callback",
        retell.new_call(),
        call_id="call_of_somebody_else",
        tenant=str(neighbour.pk),
        to_number="+494066969200",
        name="Anna",
    )

    with scope.tenant(salon):
        assert CallbackRequest.objects.count() == 1
    with scope.tenant(neighbour):
        assert CallbackRequest.objects.count() == 0


def test_the_agent_hears_who_is_ringing(salon: Tenant, retell: Retell) -> None:
    variables = retell.rings().json()["call_inbound"]["dynamic_variables"]

    assert variables["firma"] == "Salon Sonnenschein"
    assert variables["anrufer_bekannt"] == "false"
    assert all(isinstance(value, str) for value in variables.values())


def test_a_call_to_nobody_gets_no_agent(salon: Tenant, retell: Retell) -> None:
    response = retell.rings(to_number="+49891234567")

    assert response.json() == {"call_inbound": {}}
    assert _deliveries()[0].error == "number_unknown"


def test_a_key_of_somebody_else_does_not_sign(salon: Tenant, retell: Retell) -> None:
    body = b'{"event": "call_started", "call": {"call_id": "call_1"}}'
    now_ms = time.time_ns() // 1_000_000

    foreign = protocol.sign(body, key="another key", now_ms=now_ms)
    late = protocol.sign(body, key=KEY, now_ms=now_ms - 301_000)

    assert retell.post_bytes(WEBHOOK, body, signature=foreign).status_code == 401
    assert retell.post_bytes(WEBHOOK, body, signature=late).status_code == 401
