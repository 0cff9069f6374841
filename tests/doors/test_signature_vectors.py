"""The signed requests of the contracts folder, good and bad, against the real doors."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import path
from pytest_django import Settings

from integrations import webhooks
from tests import contracts
from tests.doors.senders import BY_PROVIDER, TWILIO, stored

VECTORS: list[dict[str, Any]] = contracts.load("signatures/vectors.json")["vectors"]

# Twilio signs its address, and in the vectors that is another one than ours: the same door stands there as well.
urlpatterns = [path("twilio/status/apt_5521", webhooks.twilio)]


def _name(vector: dict[str, Any]) -> str:
    verdict = "good" if vector["valid"] else "bad"
    return f"{vector['provider']}, {verdict}, {vector.get('why', 'plain')}"


def test_there_are_vectors_of_all_five_providers() -> None:
    assert {vector["provider"] for vector in VECTORS} == set(BY_PROVIDER)
    assert len(VECTORS) == 13


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_a_vector_is_accepted_and_kept_once_or_refused_and_not_kept(
    vector: dict[str, Any], settings: Settings, db: None
) -> None:
    setattr(settings, BY_PROVIDER[vector["provider"]].setting, vector["secret"])
    if vector["provider"] == "twilio":
        settings.ROOT_URLCONF = __name__

    with time_machine.travel(_instant(vector), tick=False):
        statuses = [_knock(vector), _knock(vector)]

    kept = stored(vector["provider"])
    if vector["valid"]:
        assert statuses == [200, 200]
        assert [bytes(delivery.body) for delivery in kept] == [_body(vector)]
    else:
        assert statuses == [401, 401]
        assert kept == []


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_without_a_secret_of_ours_no_vector_is_accepted(
    vector: dict[str, Any], settings: Settings, db: None
) -> None:
    setattr(settings, BY_PROVIDER[vector["provider"]].setting, "")

    with time_machine.travel(_instant(vector), tick=False):
        status = _knock(vector, path=BY_PROVIDER[vector["provider"]].path)

    assert status == 401
    assert stored(vector["provider"]) == []


def _instant(vector: dict[str, Any]) -> datetime:
    seconds = vector.get("now_s") or vector.get("now_ms", 1_795_428_060_000) / 1000
    return datetime.fromtimestamp(seconds, UTC)


def _body(vector: dict[str, Any]) -> bytes:
    body: str = vector["body"] if "body" in vector else urlencode(vector["form"])
    return body.encode()


def _knock(vector: dict[str, Any], *, path: str | None = None) -> int:
    sender = BY_PROVIDER[vector["provider"]]
    if path is None:
        address = urlsplit(vector.get("url", ""))
        path = f"{address.path}?{address.query}" if sender is TWILIO else sender.path
    answer = Client(raise_request_exception=False).post(
        path,
        data=_body(vector),
        content_type=sender.content_type,
        headers={
            name: value for name, value in vector["headers"].items() if name != "Content-Type"
        },
    )
    return answer.status_code
