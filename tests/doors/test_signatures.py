"""Whoever did not sign exactly this, now and with the secret we know, stays outside."""

import hashlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson
import pytest
import stripe
import time_machine
from pytest_django import Settings
from retell.lib import webhook_auth
from svix.webhooks import Webhook

from tests.doors.senders import (
    CALCOM,
    IN_JSON,
    RESEND,
    RETELL,
    SENDERS,
    STRIPE,
    TIMED,
    TWILIO,
    Sender,
    stored,
)

each_sender = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.provider)
each_timed = pytest.mark.parametrize("sender", TIMED, ids=lambda sender: sender.provider)
each_in_json = pytest.mark.parametrize("sender", IN_JSON, ids=lambda sender: sender.provider)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}

SPOILED: dict[str, Callable[[str], str]] = {
    "empty": lambda header: "",
    "twice": lambda header: f"{header},{header}",
    "twice, with a space": lambda header: f"{header}, {header}",
    "wrong prefix": lambda header: f"sha256={header}",
    "upper case": lambda header: header.upper(),
    "one digit less": lambda header: header[:-1],
    "one digit more": lambda header: header + "0",
    "digits of another script": lambda header: header.translate(ARABIC),
    "digits of full width": lambda header: header.translate(FULL_WIDTH),
    "a digit of another script after": lambda header: header + "٣",
    "space before": lambda header: " " + header,
    "space after": lambda header: header + " ",
    "line break after": lambda header: header + "\n",
    "NUL after": lambda header: header + "\x00",
    "NUL inside": lambda header: header[:-3] + "\x00" + header[-2:],
    "64 KB": lambda header: "a" * 65_536,
    "64 KB after": lambda header: header + "0" * 65_536,
    "64 KB of signatures": lambda header: ",".join([header] * 800),
    "of a sender without a secret": lambda header: "no-secret-provided",
    "null": lambda header: "null",
}
TIMES: dict[str, Callable[[str], str]] = {
    "twenty digits": lambda stamp: stamp.rjust(20, "9"),
    "twenty digits of the right value": lambda stamp: stamp.rjust(20, "0"),
    "negative": lambda stamp: "-" + stamp,
    "with a sign": lambda stamp: "+" + stamp,
    "a fraction": lambda stamp: stamp + ".0",
    "of another script": lambda stamp: stamp.translate(ARABIC),
    "empty": lambda stamp: "",
    "NUL": lambda stamp: stamp + "\x00",
    "another second": lambda stamp: str(int(stamp) + 1),
    "not a number": lambda stamp: "NaN",
}


@each_sender
def test_the_right_signature_opens(sender: Sender, now: datetime) -> None:
    answer = sender.send(sender.event(), at=now)

    assert answer.status_code == 200
    assert len(stored(sender.provider)) == 1


@each_sender
def test_two_events_of_one_kind_are_two(sender: Sender, now: datetime) -> None:
    for number in (1, 2, 1):
        sender.send(sender.event(number), at=now)

    kept = [bytes(delivery.body) for delivery in stored(sender.provider)]
    assert kept == [sender.event(1), sender.event(2)]


@each_sender
@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_signature_is_refused(
    sender: Sender, spoil: Callable[[str], str], now: datetime
) -> None:
    headers = sender.sign(sender.event(), at=now)
    headers[sender.signature_header] = spoil(headers[sender.signature_header])

    answer = sender.post(sender.event(), headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_signature"
    assert stored(sender.provider) == []


@each_sender
def test_an_absent_header_is_refused(sender: Sender, now: datetime) -> None:
    headers = sender.sign(sender.event(), at=now)

    for absent in headers:
        rest = {name: value for name, value in headers.items() if name != absent}
        assert sender.post(sender.event(), rest).status_code == 401

    assert stored(sender.provider) == []


@each_sender
def test_the_signature_of_another_body_is_refused(sender: Sender, now: datetime) -> None:
    headers = sender.sign(sender.event(1), at=now)

    answer = sender.post(sender.event(2), headers)

    assert answer.status_code == 401
    assert stored(sender.provider) == []


@each_sender
def test_the_secret_of_somebody_else_is_refused(sender: Sender, now: datetime) -> None:
    headers = sender.sign(sender.event(), at=now, secret=sender.stranger)

    answer = sender.post(sender.event(), headers)

    assert answer.status_code == 401
    assert stored(sender.provider) == []


@each_sender
def test_without_a_secret_of_ours_the_door_is_closed(
    sender: Sender, now: datetime, settings: Settings
) -> None:
    setattr(settings, sender.setting, "")

    signed_by_the_sender = sender.send(sender.event(), at=now)
    signed_with_nothing = sender.post(
        sender.event(), sender.sign(sender.event(), at=now, secret="")
    )

    assert (signed_by_the_sender.status_code, signed_with_nothing.status_code) == (401, 401)
    assert stored(sender.provider) == []


@each_sender
def test_the_old_secret_counts_while_it_is_changed(
    sender: Sender, now: datetime, settings: Settings
) -> None:
    setattr(settings, sender.setting, sender.stranger)
    setattr(settings, f"{sender.setting}_FALLBACKS", ["", sender.secret])

    answer = sender.send(sender.event(), at=now)

    assert answer.status_code == 200


@each_in_json
def test_json_that_was_parsed_and_written_again_is_refused(sender: Sender, now: datetime) -> None:
    headers = sender.sign(sender.event(), at=now)
    rewritten = orjson.dumps(orjson.loads(sender.event()), option=orjson.OPT_INDENT_2)

    answer = sender.post(rewritten, headers)

    assert answer.status_code == 401
    assert stored(sender.provider) == []


@each_timed
def test_a_replay_counts_for_five_minutes_and_is_no_news_in_them(
    sender: Sender, now: datetime, clock: time_machine.Traveller
) -> None:
    headers = sender.sign(sender.event(), at=now)
    sender.post(sender.event(), headers)

    clock.move_to(now + timedelta(minutes=5))
    in_time = sender.post(sender.event(), headers)
    clock.move_to(now + timedelta(minutes=5, milliseconds=1))
    too_late = sender.post(sender.event(), headers)

    assert (in_time.status_code, too_late.status_code) == (200, 401)
    assert len(stored(sender.provider)) == 1


@each_timed
def test_a_signature_from_the_future_is_refused(sender: Sender, now: datetime) -> None:
    just_right = sender.send(sender.event(1), at=now + timedelta(minutes=5))
    too_early = sender.send(sender.event(2), at=now + timedelta(minutes=5, seconds=1))

    assert (just_right.status_code, too_early.status_code) == (200, 401)


@each_timed
@pytest.mark.parametrize("spoil", TIMES.values(), ids=TIMES.keys())
def test_a_spoiled_time_is_refused(
    sender: Sender, spoil: Callable[[str], str], now: datetime
) -> None:
    stamp = str(int(now.timestamp() * (1000 if sender is RETELL else 1)))
    headers = sender.sign(sender.event(), at=now)
    spoiled = {name: value.replace(stamp, spoil(stamp)) for name, value in headers.items()}

    answer = sender.post(sender.event(), spoiled)

    assert spoiled != headers
    assert answer.status_code == 401
    assert stored(sender.provider) == []


@each_sender
def test_no_small_change_of_a_header_is_overlooked(sender: Sender, now: datetime) -> None:
    chance = random.Random(f"{sender.provider} 20261123")
    headers = sender.sign(sender.event(), at=now)

    for _ in range(300):
        name = chance.choice(list(headers))
        spoiled = {**headers, name: _mutated(headers[name], chance)}
        assert sender.post(sender.event(), spoiled).status_code == 401, spoiled

    assert stored(sender.provider) == []


def test_what_the_libraries_of_the_providers_sign_is_accepted(now: datetime) -> None:
    text = {sender: sender.event().decode() for sender in (RETELL, STRIPE, RESEND)}
    seconds = int(now.timestamp())

    by_retell = webhook_auth.symmetric["sign"](text[RETELL], RETELL.secret, seconds * 1000)
    by_stripe = stripe.WebhookSignature.generate_signature_header(
        text[STRIPE], STRIPE.secret, timestamp=seconds
    )
    by_svix = Webhook(RESEND.secret).sign("msg_1", now, text[RESEND])

    answers = [
        RETELL.post(RETELL.event(), {RETELL.signature_header: by_retell}),
        STRIPE.post(STRIPE.event(), {STRIPE.signature_header: by_stripe}),
        RESEND.post(
            RESEND.event(),
            {"svix-id": "msg_1", "svix-timestamp": str(seconds), "svix-signature": by_svix},
        ),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_several_signatures_of_svix_count_and_unknown_schemes_do_not(now: datetime) -> None:
    headers = RESEND.sign(RESEND.event(), at=now)
    good = headers["svix-signature"]
    other = RESEND.sign(RESEND.event(2), at=now)["svix-signature"]

    among_others = RESEND.post(
        RESEND.event(), {**headers, "svix-signature": f"v1a,abc= {other} {good}"}
    )
    of_another_scheme = RESEND.post(
        RESEND.event(), {**headers, "svix-signature": good.replace("v1,", "v2,")}
    )

    assert (among_others.status_code, of_another_scheme.status_code) == (200, 401)


def test_a_secret_that_is_no_base64_opens_nothing(now: datetime, settings: Settings) -> None:
    settings.RESEND_WEBHOOK_SECRET = "whsec_ä"

    answer = RESEND.send(RESEND.event(), at=now)

    assert answer.status_code == 401


def test_stripes_old_scheme_opens_nothing(now: datetime) -> None:
    headers = STRIPE.sign(STRIPE.event(), at=now)
    header = headers["Stripe-Signature"].replace("v1=", "v0=")

    answer = STRIPE.post(STRIPE.event(), {"Stripe-Signature": header})

    assert answer.status_code == 401


# --- Twilio signs its address ------------------------------------------------------------------

ADDRESS = "https://hooks.example/api/twilio/status"


@pytest.mark.parametrize(
    ("signed", "query", "status"),
    [
        (ADDRESS, "", 200),
        ("https://hooks.example:443/api/twilio/status", "", 200),
        (f"{ADDRESS}?tenant=t_0193&x=%2B%20", "?tenant=t_0193&x=%2B%20", 200),
        (f"{ADDRESS}?tenant=t_0193", "?tenant=t_0194", 401),
        (ADDRESS, "?tenant=t_0193", 401),
        ("http://hooks.example/api/twilio/status", "", 401),
        ("http://testserver/api/twilio/status", "", 401),
        ("https://hooks.example:8443/api/twilio/status", "", 401),
        ("https://hooks.example.org/api/twilio/status", "", 401),
        ("https://hooks.example/api/twilio/status/", "", 401),
        ("https://hooks.example/api/resend/webhook", "", 401),
    ],
)
def test_only_our_public_address_counts(
    signed: str, query: str, status: int, now: datetime
) -> None:
    headers = TWILIO.sign(TWILIO.event(), at=now, url=signed)

    answer = TWILIO.post(TWILIO.event(), headers, query=query)

    assert answer.status_code == status


def test_the_order_of_the_fields_does_not_matter_but_each_value_does(now: datetime) -> None:
    body = TWILIO.report("SM1", "sent", Empty="", Umlaut="Färben & mehr")
    headers = TWILIO.sign(body, at=now)
    turned = b"&".join(reversed(body.split(b"&")))

    same = TWILIO.post(turned, headers)
    other = TWILIO.post(turned.replace(b"sent", b"read"), headers)
    without_the_empty_one = TWILIO.post(turned.replace(b"Empty=&", b""), headers)

    assert (same.status_code, other.status_code) == (200, 401)
    assert without_the_empty_one.status_code == 401


@pytest.mark.parametrize(
    ("settings_header", "algorithm", "status"),
    [
        ("key=webhooks_sharedkey_0001,algorithm=HMAC_SHA256", "sha256", 200),
        ("key=webhooks_sharedkey_0001,algorithm=HMAC_SHA1", "sha1", 200),
        ("key=webhooks_sharedkey_0001,algorithm=HMAC_SHA256", "sha1", 401),
        ("key=webhooks_sharedkey_0001,algorithm=HMAC_MD5", "sha1", 401),
        ("algorithm=none", "sha1", 401),
        ("", "sha1", 401),
        (None, "sha1", 200),
        (None, "sha256", 401),
    ],
)
def test_the_settings_header_names_the_hash(
    settings_header: str | None, algorithm: str, status: int, now: datetime
) -> None:
    headers = TWILIO.sign(TWILIO.event(), at=now, algorithm=algorithm)
    if settings_header is not None:
        headers["X-Twilio-Webhooks-Signature-Settings"] = settings_header

    answer = TWILIO.post(TWILIO.event(), headers)

    assert answer.status_code == status


def test_json_from_twilio_counts_when_the_signed_address_carries_its_hash(now: datetime) -> None:
    body = orjson.dumps({"MessageSid": "SM1", "MessageStatus": "delivered"})
    query = f"?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = TWILIO.sign(b"", at=now, url=ADDRESS + query)

    other_body = TWILIO.post(body.replace(b"SM1", b"SM2"), headers, query=query)
    without_the_hash = TWILIO.post(body, TWILIO.sign(b"", at=now))
    right = TWILIO.post(body, headers, query=query)

    assert (other_body.status_code, without_the_hash.status_code) == (401, 401)
    assert right.status_code == 200
    assert [delivery.key for delivery in stored("twilio")] == ["SM1:delivered"]


def test_calcom_without_a_secret_is_refused(now: datetime) -> None:
    answer = CALCOM.post(CALCOM.event(), {"X-Cal-Signature-256": "no-secret-provided"})

    assert answer.status_code == 401


def _mutated(header: str, chance: random.Random) -> str:
    """Change, insert or take away one character."""
    place = chance.randrange(len(header))
    letter = chance.choice("0123456789abcdefABCDEF=,v1td. -+/\x00\n٣é")
    mutations = [
        header[:place] + letter + header[place + 1 :],
        header[:place] + letter + header[place:],
        header[:place] + header[place + 1 :],
    ]
    return chance.choice([each for each in mutations if each != header])
