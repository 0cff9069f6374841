"""Every webhook of the contracts folder is taken, once, as it came."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import time_machine

from tests import contracts
from tests.doors.senders import BY_PROVIDER, CALCOM, Sender, stored

SAMPLES = [
    (BY_PROVIDER[provider], name)
    for provider, pattern in (
        ("retell", "retell/webhook.call_[!i]*.json"),  # call_inbound has a door of its own
        ("calcom", "calcom/webhook.*.json"),
        ("stripe", "stripe/event.*.json"),
        ("twilio", "twilio/status_callback.*.json"),
        ("resend", "resend/webhook.*.json"),
    )
    for name in contracts.names(pattern)
]
Reading = Callable[[dict[str, Any]], str]
KINDS: dict[str, Reading] = {
    "retell": lambda sample: sample["event"],
    "calcom": lambda sample: sample["triggerEvent"],
    "stripe": lambda sample: sample["type"],
    "twilio": lambda sample: sample["MessageStatus"],
    "resend": lambda sample: sample["type"],
}
SUBJECTS: dict[str, Reading] = {
    "retell": lambda sample: sample["call"]["call_id"],
    "calcom": lambda sample: _booking(sample.get("payload", sample)),
    "stripe": lambda sample: sample["data"]["object"]["id"],
    "twilio": lambda sample: sample["MessageSid"],
    "resend": lambda sample: sample["data"]["email_id"],
}


def test_there_are_as_many_samples_as_we_know_of() -> None:
    counted = {
        provider: sum(sender.provider == provider for sender, _ in SAMPLES)
        for provider in BY_PROVIDER
    }

    assert counted == {"retell": 4, "calcom": 7, "stripe": 14, "twilio": 3, "resend": 2}


@pytest.mark.parametrize(("sender", "name"), SAMPLES, ids=[name for _, name in SAMPLES])
def test_a_sample_is_taken_and_its_repeat_is_no_news(
    sender: Sender, name: str, now: datetime, clock: time_machine.Traveller, db: None
) -> None:
    sample = contracts.load(name)
    body = _body(sender, sample)

    answers = [sender.send(body, at=now) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    (delivery,) = stored(sender.provider)
    assert bytes(delivery.body) == body
    assert delivery.state == "new"
    assert delivery.kind == KINDS[sender.provider](sample)
    assert delivery.subject is not None
    assert delivery.subject.external_id == SUBJECTS[sender.provider](sample)


@pytest.mark.parametrize("name", contracts.names("calcom/webhook.*.json"))
def test_calcom_hears_what_the_interface_promises(
    name: str, now: datetime, clock: time_machine.Traveller, db: None
) -> None:
    answer = CALCOM.send(orjson.dumps(contracts.load(name)), at=now)

    assert answer.json() == {"received": True, "status": "processed"}


def test_two_events_about_one_object_are_two(
    now: datetime, clock: time_machine.Traveller, db: None
) -> None:
    paid, failed = (
        contracts.load(f"stripe/event.checkout.session.async_payment_{outcome}.json")
        for outcome in ("succeeded", "failed")
    )

    for sample in (paid, failed):
        BY_PROVIDER["stripe"].send(orjson.dumps(sample), at=now)

    first, second = stored("stripe")
    assert first.subject == second.subject


def _body(sender: Sender, sample: dict[str, Any]) -> bytes:
    if sender.provider == "twilio":
        return urlencode(sample).encode()
    return orjson.dumps(sample)


def _booking(payload: dict[str, Any]) -> str:
    booking: str = payload.get("uid") or payload["bookingUid"]
    return booking
