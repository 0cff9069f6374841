"""Sixty requests a minute, counted for all processes together."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings

from tenants.api import access
from tenants.api.access import KeyThrottle
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program


def test_the_sixty_first_request_of_a_minute_waits(program: Program) -> None:
    answers = [program.get("/api/calls") for _ in range(60)]

    refused = program.get("/api/calls")

    assert {answer.status_code for answer in answers} == {200}
    assert [answers[0]["X-RateLimit-Limit"], answers[0]["X-RateLimit-Remaining"]] == ["60", "59"]
    assert answers[-1]["X-RateLimit-Remaining"] == "0"
    assert refused.status_code == 429
    assert refused.json()["code"] == "throttled"
    assert 1 <= int(refused["Retry-After"]) <= 61


def test_the_wait_that_was_named_is_enough(program: Program, now: datetime) -> None:
    for _ in range(60):
        program.get("/api/calls")
    refused = program.get("/api/calls")

    with time_machine.travel(now + timedelta(seconds=int(refused["Retry-After"])), tick=False):
        answer = program.get("/api/calls")

    assert answer.status_code == 200


def test_a_new_minute_does_not_give_everything_at_once(program: Program, now: datetime) -> None:
    with time_machine.travel(now + timedelta(seconds=59), tick=False):
        for _ in range(60):
            program.get("/api/calls")

    with time_machine.travel(now + timedelta(seconds=75), tick=False):  # a quarter has faded
        codes = [program.get("/api/calls").status_code for _ in range(20)]

    assert codes == [200] * 15 + [429] * 5


def test_those_who_are_turned_away_do_not_lock_themselves_out(
    program: Program, now: datetime
) -> None:
    for _ in range(200):
        program.get("/api/calls")

    with time_machine.travel(now + timedelta(seconds=62), tick=False):
        answer = program.get("/api/calls")

    assert answer.status_code == 200


def test_each_key_has_its_own_quota(salon: Tenant, program: Program) -> None:
    other = Program(factories.make_api_key(salon))
    for _ in range(61):
        program.get("/api/calls")

    assert other.get("/api/calls").status_code == 200


@pytest.fixture
def redis_is_down(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(KeyThrottle, "_silent_until", 0.0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    access._redis.cache_clear()
    yield
    access._redis.cache_clear()


def test_without_redis_requests_pass(program: Program, redis_is_down: None) -> None:
    codes = {program.get("/api/calls").status_code for _ in range(61)}

    assert codes == {200}
