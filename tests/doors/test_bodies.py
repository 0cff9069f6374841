"""What is signed is kept, whatever it is; who sends what nobody can read hears so; nothing is a 500."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from tests.doors.senders import (
    CALCOM,
    IN_JSON,
    RESEND,
    RETELL,
    SENDERS,
    STRIPE,
    TWILIO,
    Sender,
    stored,
)

each_sender = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.provider)
each_in_json = pytest.mark.parametrize("sender", IN_JSON, ids=lambda sender: sender.provider)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NO_JSON = {
    "empty": b"",
    "cut off": b'{"event": "call_started", "call": {"call_i',
    "a form": b"MessageSid=SM1&MessageStatus=sent",
    "NaN": b'{"event": NaN}',
    "infinity": b'{"event": -Infinity}',
    "a number without end": b'{"event": 1e400}',
    "a hundred thousand levels": b"[" * 100_000 + b"]" * 100_000,
    "objects without end": b'{"call":' * 100_000 + b"1" + b"}" * 100_000,
    "a lone surrogate": b'{"event": "\\ud800"}',
    "a surrogate in UTF-8": b'{"event": "\xed\xa0\x80"}',
    "no UTF-8": b'{"event": "F\xe4rben"}',
    "a naked NUL": b'{"event": "call\x00started"}',
    "a byte order mark": b'\xef\xbb\xbf{"event": "call_started"}',
    "UTF-16": '{"event": "call_started"}'.encode("utf-16"),
    "two values": b"{} {}",
    "a trailing comma": b'{"event": "call_started",}',
    "only NUL": b"\x00" * 100,
    "compressed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}
NO_OBJECT = {
    "null": b"null",
    "a list": b'[{"event": "call_started"}]',
    "a text": b'"call_started"',
    "a number": b"1",
    "a truth": b"true",
}
WRONG: tuple[Any, ...] = (
    None,
    0,
    1.5,
    True,
    "",
    [],
    {},
    ["x"],
    {"x": 1},
    "\x00",
    "a\nb",
    "x" * 201,
)


def _with(sender: Sender, path: str, value: Any) -> bytes:
    """Return the sender's event with another value at this place."""
    content = orjson.loads(sender.event())
    *above, last = path.split(".")
    place = content
    for name in above:
        place = place[name]
    place[last] = value
    return orjson.dumps(content)


def _expect_unreadable(sender: Sender, answer: Any, body: bytes, code: str | None = None) -> None:
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["detail"]
    (delivery,) = stored(sender.provider)
    assert (bytes(delivery.body), delivery.state) == (body, "unreadable")
    assert delivery.error == answer.json()["code"]
    assert code is None or delivery.error == code


@each_in_json
@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
def test_signed_rubbish_is_kept_as_unreadable(sender: Sender, body: bytes, now: datetime) -> None:
    sender.send(body, at=now)

    answer = sender.send(body, at=now)

    _expect_unreadable(sender, answer, body, "malformed_json")


@each_in_json
@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT.keys())
def test_json_that_is_no_object_is_kept_as_unreadable(
    sender: Sender, body: bytes, now: datetime
) -> None:
    answer = sender.send(body, at=now)

    _expect_unreadable(sender, answer, body, "not_an_object")


@pytest.mark.parametrize(
    ("sender", "path", "code", "wrong"),
    [
        (sender, path, code, wrong)
        for sender, path, code in (
            (RETELL, "event", "event_missing"),
            (RETELL, "call.call_id", "call_id_missing"),
            (CALCOM, "triggerEvent", "event_missing"),
            (STRIPE, "id", "event_id_missing"),
            (STRIPE, "type", "event_missing"),
            (RESEND, "type", "event_missing"),
        )
        for wrong in WRONG
        # Whatever stands between the words of Cal.com's events is no mistake.
        if not (sender is CALCOM and wrong == "a\nb")
    ],
    ids=lambda value: value.provider if isinstance(value, Sender) else repr(value)[:20],
)
def test_without_event_or_id_there_is_nothing_to_go_by(
    sender: Sender, path: str, code: str, wrong: Any, now: datetime
) -> None:
    body = _with(sender, path, wrong)

    answer = sender.send(body, at=now)

    _expect_unreadable(sender, answer, body, code)


@pytest.mark.parametrize(
    ("sender", "path"),
    [
        (CALCOM, "createdAt"),
        (CALCOM, "payload.title"),
        (CALCOM, "payload.bookingId"),
        (STRIPE, "data"),
        (STRIPE, "data.object"),
        (STRIPE, "data.object.id"),
        (RESEND, "data"),
        (RESEND, "data.email_id"),
        (RESEND, "created_at"),
    ],
)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:12])
def test_what_the_door_does_not_need_may_be_anything(
    sender: Sender, path: str, wrong: Any, now: datetime
) -> None:
    body = _with(sender, path, wrong)

    answers = [sender.send(body, at=now) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    (delivery,) = stored(sender.provider)
    assert (bytes(delivery.body), delivery.state) == (body, "new")


@pytest.mark.parametrize("payload", [0, "", "text", [], [1], True])
def test_a_booking_in_no_object_is_unreadable(payload: Any, now: datetime) -> None:
    body = _with(CALCOM, "payload", payload)

    answer = CALCOM.send(body, at=now)

    _expect_unreadable(CALCOM, answer, body, "payload_missing")


@pytest.mark.parametrize("payload", [{}, None, {"uid": None, "bookingId": True}, {"uid": "\x00"}])
def test_a_booking_without_a_number_is_unreadable(payload: Any, now: datetime) -> None:
    body = _with(CALCOM, "payload", payload)

    answer = CALCOM.send(body, at=now)

    _expect_unreadable(CALCOM, answer, body, "booking_id_missing")


@each_in_json
def test_a_name_given_twice_is_taken(sender: Sender, now: datetime) -> None:
    body = b'{"id":"evt_0","type":"x",' + sender.event()[1:]

    answer = sender.send(body, at=now)

    assert answer.status_code == 200
    assert bytes(stored(sender.provider)[0].body) == body


@pytest.mark.parametrize(
    ("sender", "body", "kind"),
    [
        (RETELL, b'{"event":"call_teleported","call":{"call_id":"c1"}}', "call_teleported"),
        (CALCOM, b'{"triggerEvent":"BOOKING_TELEPORTED","payload":{"uid":"u1"}}',
         "BOOKING_TELEPORTED"),
        (CALCOM, b'{"triggerEvent":"OOO_CREATED","payload":{"oooEntry":{"id":1}}}', "OOO_CREATED"),
        (STRIPE, b'{"id":"evt_1","type":"v1.meter","related_object":{"id":"m1"}}', "v1.meter"),
        (STRIPE, b'{"id":"evt_1","type":"customer.teleported"}', "customer.teleported"),
        (TWILIO, b"MessageSid=SM1&MessageStatus=teleported", "teleported"),
        (RESEND, b'{"type":"domain.created","data":{"id":"d1"}}', "domain.created"),
    ],
)  # fmt: skip
def test_an_event_nobody_foresaw_is_kept(
    sender: Sender, body: bytes, kind: str, now: datetime
) -> None:
    answer = sender.send(body, at=now)

    assert answer.status_code == 200
    (delivery,) = stored(sender.provider)
    assert (delivery.kind, delivery.state) == (kind, "new")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"MessageSid": "SM1"},
        {"MessageStatus": "sent"},
        {"MessageSid": "", "MessageStatus": "sent"},
        {"MessageSid": "SM1\x00", "MessageStatus": "sent"},
        {"MessageSid": "S" * 201, "MessageStatus": "sent"},
        {"MessageSid": "SM1", "MessageStatus": ""},
        {"MessageSid": "SM1", "MessageStatus": "sent\x00"},
        {"MessageSid": "SM1", "MessageStatus": "s" * 31},
        {"MessageSid": "SM1", "MessageStatus": "gesendet!"},
    ],
)
def test_a_form_without_message_or_status_is_unreadable(
    fields: dict[str, str], now: datetime
) -> None:
    body = urlencode(fields).encode()

    answer = TWILIO.send(body, at=now)

    _expect_unreadable(TWILIO, answer, body)


@pytest.mark.parametrize(
    "body",
    [
        b"MessageSid=%FF&MessageStatus=sent",  # no UTF-8
        b"MessageSid=\xff&MessageStatus=sent",
        b"&".join(b"a%d=1" % number for number in range(1001)),
    ],
    ids=["broken escape", "raw byte", "too many fields"],
)
def test_a_form_that_cannot_be_checked_is_refused(body: bytes, now: datetime) -> None:
    over_the_fields = TWILIO.post(body, TWILIO.sign(body, at=now))
    over_nothing = TWILIO.post(body, TWILIO.sign(b"", at=now))

    assert (over_the_fields.status_code, over_nothing.status_code) == (401, 401)
    assert stored("twilio") == []


def test_what_people_write_into_a_form_is_kept_as_it_came(now: datetime) -> None:
    body = TWILIO.report("SM1", "read", Body="Färben 💇 \x00 & = % +", Leer="")

    answer = TWILIO.send(body, at=now)

    assert answer.status_code == 200
    assert bytes(stored("twilio")[0].body) == body


@each_sender
def test_a_body_above_five_megabytes_is_refused_before_it_is_read(
    sender: Sender, now: datetime, settings: Settings
) -> None:
    body = sender.event() + b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)

    signed = sender.send(body, at=now)
    unsigned = sender.post(body, {})

    assert (signed.status_code, unsigned.status_code) == (413, 413)
    assert stored(sender.provider) == []


@each_in_json
def test_a_body_of_just_below_five_megabytes_is_taken(
    sender: Sender, now: datetime, settings: Settings
) -> None:
    filled = sender.event() + b" " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = filled[: settings.DATA_UPLOAD_MAX_MEMORY_SIZE]

    answer = sender.send(body, at=now)

    assert answer.status_code == 200


@each_sender
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_answered(sender: Sender, method: str, now: datetime) -> None:
    headers = sender.sign(sender.event(), at=now)

    answer = Client(raise_request_exception=False).generic(
        method, sender.path, sender.event(), content_type=sender.content_type, headers=headers
    )

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert stored(sender.provider) == []


@pytest.mark.parametrize(
    "spelling",
    [
        "BOOKING_CREATED", "booking_created", "BOOKING.CREATED", "booking.created",
        "Booking-Created", " BOOKING_CREATED ",
    ],
)  # fmt: skip
def test_calcoms_event_has_one_name_however_it_is_spelt(spelling: str, now: datetime) -> None:
    CALCOM.send(CALCOM.event(), at=now)

    answer = CALCOM.send(_with(CALCOM, "triggerEvent", spelling), at=now)

    assert answer.json() == {"received": True, "status": "processed"}
    assert [delivery.kind for delivery in stored("calcom")] == ["BOOKING_CREATED"]


def test_a_booking_that_fires_two_webhooks_is_kept_once_and_its_next_change_again(
    now: datetime,
) -> None:
    of_the_user = CALCOM.event()
    of_the_team = _with(CALCOM, "payload.title", "Färben bei Jana")
    an_hour_later = _with(CALCOM, "createdAt", "2026-11-23T11:00:24.912Z")
    another_event = _with(CALCOM, "triggerEvent", "BOOKING_CANCELLED")
    another_booking = CALCOM.event(2)

    for body in (of_the_user, of_the_team, an_hour_later, another_event, another_booking):
        assert CALCOM.send(body, at=now).status_code == 200

    kept = [bytes(delivery.body) for delivery in stored("calcom")]
    assert kept == [of_the_user, an_hour_later, another_event, another_booking]


def test_events_without_booking_or_time_are_told_apart_by_their_bytes(now: datetime) -> None:
    bodies = [b'{"triggerEvent":"OOO_CREATED","payload":{"n":%d}}' % number for number in (1, 2, 1)]

    for body in bodies:
        CALCOM.send(body, at=now)

    assert [bytes(delivery.body) for delivery in stored("calcom")] == bodies[:2]


def test_a_booking_of_the_interface_has_a_number_only(now: datetime) -> None:
    body = orjson.dumps(
        {
            "triggerEvent": "BOOKING_CREATED",
            "createdAt": "2026-11-23T10:00:24Z",
            "payload": {
                "bookingId": 880123,
                "type": "haarschnitt",
                "title": "Haarschnitt",
                "startTime": "2026-11-26T13:30:00Z",
                "endTime": "2026-11-26T14:00:00Z",
                "organizer": {"email": "salon@example.org", "name": "Salon Sonnenschein"},
                "attendees": [{"email": "erika@example.org", "name": "Erika Mustermann"}],
            },
        }
    )

    answer = CALCOM.send(body, at=now)

    assert answer.json() == {"received": True, "status": "processed"}
    (delivery,) = stored("calcom")
    assert delivery.subject is not None
    assert delivery.subject.external_id == "880123"


@pytest.mark.parametrize("payload", [b'{"type":"Test","title":"Test trigger event"}', b"null"])
def test_a_ping_is_answered_and_leaves_no_work(payload: bytes, now: datetime) -> None:
    body = b'{"triggerEvent":"PING","createdAt":"2026-11-23T10:00:00Z","payload":' + payload + b"}"

    answer = CALCOM.send(body, at=now)

    assert (answer.status_code, answer.json()["received"]) == (200, True)
    assert [delivery.state for delivery in stored("calcom")] == ["ignored"]


def test_one_message_is_kept_once_for_each_status(now: datetime) -> None:
    for status in ("queued", "sent", "delivered", "sent", "Delivered"):
        assert TWILIO.send(TWILIO.report("SM1", status), at=now).status_code == 200

    kept = [delivery.key for delivery in stored("twilio")]
    assert kept == ["SM1:queued", "SM1:sent", "SM1:delivered"]


@each_sender
def test_a_knock_at_the_door_opens_no_session(sender: Sender, now: datetime) -> None:
    answer = sender.send(sender.event(), at=now)

    assert answer.cookies == {}
    assert "sessionid" not in answer.headers.get("Vary", "")


def test_the_same_delivery_in_the_next_second_is_no_news(
    now: datetime, clock: time_machine.Traveller
) -> None:
    headers = RESEND.sign(RESEND.event(), at=now)
    RESEND.post(RESEND.event(), headers)

    clock.shift(1)
    again = RESEND.post(RESEND.event(), headers)

    assert again.status_code == 200
    assert len(stored("resend")) == 1
