import json

import httpx
import pytest
from retell.lib.webhook_auth import verify

from integrations.voice import loopback
from integrations.voice.loopback import Sender
from tests import contracts
from tests.simulator.office import KEY, Office, friendly_office, sender_to

CALL = {"call_id": "call_1", "agent_name": "Empfang Müller"}


def _accepts(body: str, key: str, signature: str) -> bool:
    return bool(verify(body, key, signature))  # type: ignore[no-untyped-call]


def test_retells_own_package_accepts_what_we_sign_and_nothing_else() -> None:
    office = friendly_office()

    with sender_to(office) as sender:
        sender.ring({"call_id": "call_1"})
        sender.report("call_started", CALL)
        sender.ask("get_context", CALL, {})

    for request in office.requests:
        body = request.body.decode()
        assert _accepts(body, KEY, request.signature)
        assert not _accepts(body.replace("call_1", "call_2"), KEY, request.signature)
        assert not _accepts(body, "another key", request.signature)
        assert request.content_type == "application/json"
    assert [request.path for request in office.requests] == [
        "/api/retell/inbound",
        "/api/retell/webhook",
        "/api/retell/functions/get_context",
    ]


def test_signatures_equal_those_of_the_recorded_vectors() -> None:
    vectors = contracts.load("signatures/vectors.json")["vectors"]
    ours = [v for v in vectors if v["provider"] == "retell" and v["valid"]]

    for vector in ours:
        signature = vector["headers"]["x-retell-signature"]
        stamp = int(signature.partition(",")[0].removeprefix("v="))
        headers = loopback.signed_headers(
            vector["body"].encode(), key=vector["secret"], now_ms=stamp
        )

        assert headers["X-Retell-Signature"] == signature
    assert ours


def test_bodies_are_the_bytes_that_retell_writes() -> None:
    vectors = contracts.load("signatures/vectors.json")["vectors"]
    body = next(v["body"] for v in vectors if v["provider"] == "retell" and v["valid"])

    assert loopback.serialise(json.loads(body)) == body.encode()


def test_an_event_is_repeated_until_it_is_accepted() -> None:
    office = friendly_office().fails("webhook", 500, 503)
    pauses: list[float] = []

    answer = sender_to(office, pauses_seconds=(0.1, 0.2, 0.3), sleep=pauses.append).report(
        "call_ended", CALL
    )

    assert answer.is_accepted
    assert answer.attempts == 3
    assert pauses == [0.1, 0.2]
    assert len({request.body for request in office.requests}) == 1


def test_an_event_is_given_up_after_three_repeats() -> None:
    office = friendly_office().fails("webhook", *[500] * 9)

    answer = sender_to(office, pauses_seconds=(0, 0, 0)).report("call_ended", CALL)

    assert (answer.status, answer.attempts) == (500, 4)
    assert len(office.requests) == 4


def test_a_function_is_asked_only_once() -> None:
    office = friendly_office().fails("book_appointment", 500)

    answer = sender_to(office, pauses_seconds=(0, 0, 0)).ask("book_appointment", CALL, {})

    assert answer.status == 500
    assert len(office.requests) == 1


def test_each_repeat_is_signed_at_its_own_moment() -> None:
    office = friendly_office().fails("webhook", 500)
    ticks = iter((1_000, 2_000))

    sender_to(office, pauses_seconds=(0,), clock_ms=lambda: next(ticks)).report("call_ended", CALL)

    assert [request.signature.partition(",")[0] for request in office.requests] == [
        "v=1000",
        "v=2000",
    ]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (httpx.ConnectError("refused"), loopback.UNREACHABLE),
        (httpx.ReadError("reset"), loopback.UNREACHABLE),
        (httpx.ReadTimeout("slow"), loopback.TIMED_OUT),
    ],
)
def test_no_answer_is_an_answer_with_the_reason(error: httpx.HTTPError, failure: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    sender = Sender("http://office.example", key=KEY, transport=httpx.MockTransport(fail))

    answer = sender.ask("get_context", CALL, {})

    assert (answer.status, answer.failure, answer.is_accepted) == (0, failure, False)


def test_an_answer_that_is_no_json_object_has_no_content() -> None:
    html = httpx.MockTransport(lambda _: httpx.Response(502, text="<h1>Bad gateway</h1>"))

    answer = Sender("http://office.example", key=KEY, transport=html).ask("get_context", CALL, {})

    assert (answer.status, answer.content, answer.text) == (502, {}, "<h1>Bad gateway</h1>")


def test_an_office_that_was_not_scripted_is_noticed() -> None:
    with pytest.raises(KeyError):
        sender_to(Office()).ask("get_context", CALL, {})
