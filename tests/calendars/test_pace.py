"""How fast we ask and when we stop asking, shared by all processes through Redis."""

import time
import uuid

import httpx
import pytest

from integrations import breaker, quota
from integrations.calendars import calcom_account
from integrations.calendars.calcom_wire import Wire
from integrations.errors import PermanentError, RetryableError
from integrations.quota import Urgency
from tests.calendars.calcom_house import Calcom


def taken(key: str, urgency: Urgency, *, tries: int, per_minute: int = 120) -> int:
    count = 0
    for _ in range(tries):
        try:
            quota.take("calcom", "test", key=key, urgency=urgency, per_minute=per_minute)
        except RetryableError:
            break
        count += 1
    return count


def test_no_minute_holds_more_than_the_limit_and_calls_come_first() -> None:
    key = uuid.uuid4().hex

    assert taken(key, Urgency.SYNC, tries=200) == 40
    assert taken(key, Urgency.CHANGE, tries=200) == 60
    assert taken(key, Urgency.CALL, tries=200) == 20
    assert taken(key, Urgency.CALL, tries=1) == 0


def test_who_has_to_wait_is_told_how_long() -> None:
    key = uuid.uuid4().hex
    taken(key, Urgency.CALL, tries=120)

    with pytest.raises(RetryableError) as raised:
        quota.take("calcom", "test", key=key, urgency=Urgency.CALL, per_minute=120)

    assert raised.value.code == "quota_spent"
    assert raised.value.retry_after_seconds is not None
    assert 50 < raised.value.retry_after_seconds <= 60


def test_there_is_room_again_when_a_minute_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "_WINDOW_SECONDS", 0.4)
    key = uuid.uuid4().hex
    assert taken(key, Urgency.CALL, tries=10, per_minute=6) == 6

    time.sleep(0.45)

    assert taken(key, Urgency.CALL, tries=10, per_minute=6) == 6


def test_another_key_has_its_own_pace() -> None:
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    taken(first, Urgency.CALL, tries=120)

    assert taken(second, Urgency.CALL, tries=5) == 5


def test_after_too_many_requests_nobody_asks_until_the_provider_says(
    calcom: Calcom, wire: Wire
) -> None:
    calcom.says(429, {"message": "ThrottlerException"}, X_RateLimit_Reset_Default="37")
    with pytest.raises(RetryableError) as first:
        calcom_account.whoami(wire)

    with pytest.raises(RetryableError) as second:
        calcom_account.whoami(wire)

    assert first.value.retry_after_seconds == 37
    assert second.value.code == "quota_spent"
    assert len(calcom.requests) == 1


@pytest.mark.parametrize("given", ["1763712000", "soon", ""])
def test_a_reset_that_is_no_number_of_seconds_means_a_minute(
    calcom: Calcom, wire: Wire, given: str
) -> None:
    calcom.says(429, {}, X_RateLimit_Reset_Default=given)

    with pytest.raises(RetryableError) as raised:
        calcom_account.whoami(wire)

    assert raised.value.retry_after_seconds == 60


def fail(calcom: Calcom, wire: Wire, *, times: int) -> None:
    for _ in range(times):
        calcom.fails_with(httpx.ReadTimeout("nothing"))
        with pytest.raises(RetryableError):
            calcom_account.whoami(wire)


def test_five_failures_open_the_circuit_for_this_business_alone(calcom: Calcom, wire: Wire) -> None:
    fail(calcom, wire, times=5)

    with pytest.raises(RetryableError) as raised:
        calcom_account.whoami(wire)

    assert raised.value.code == "circuit_open"
    assert len(calcom.requests) == 5
    assert calcom_account.whoami(Wire(key=wire.key, whose=uuid.uuid4())).number
    assert breaker.is_open("calcom", whose=wire.whose)


def test_four_failures_open_nothing(calcom: Calcom, wire: Wire) -> None:
    fail(calcom, wire, times=4)

    assert calcom_account.whoami(wire).number


def test_a_no_is_an_answer_and_opens_nothing(calcom: Calcom, wire: Wire) -> None:
    for _ in range(7):
        calcom.says(400, {})
        with pytest.raises(PermanentError):
            calcom_account.whoami(wire)

    assert calcom_account.whoami(wire).number


def test_after_the_pause_one_tries_and_two_successes_close_it(
    calcom: Calcom, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 0.2)
    fail(calcom, wire, times=5)
    time.sleep(0.25)

    fail(calcom, wire, times=1)  # the trial fails: open again at once
    assert breaker.is_open("calcom", whose=wire.whose)
    time.sleep(0.25)
    calcom_account.whoami(wire)
    calcom_account.whoami(wire)
    fail(calcom, wire, times=4)

    assert calcom_account.whoami(wire).number


def test_while_one_tries_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 0.1)
    whose = uuid.uuid4()
    for _ in range(5):
        with pytest.raises(RetryableError), breaker.guard("x", "y", whose=whose):
            raise RetryableError("x", "y", code="timeout")
    time.sleep(0.15)

    with (
        breaker.guard("x", "y", whose=whose),
        pytest.raises(RetryableError) as raised,
        breaker.guard("x", "y", whose=whose),
    ):
        raise AssertionError("only one may try")

    assert raised.value.code == "circuit_open"
