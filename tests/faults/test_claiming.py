"""Who has a delivery in hand has it alone: rivals neither apply it nor count its attempts, and the dead let go at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from askpro import courier
from integrations import inbox, retrying
from integrations.errors import PermanentError
from integrations.models import Delivery
from tenants import scope, statements
from tenants.models import Alert
from tests import databases

pytestmark = pytest.mark.django_db(transaction=True)
PROVIDER = "retell"
_RIVALS, _DELIVERIES = 6, 200


def test_rivals_in_threads_apply_each_delivery_once_and_count_one_attempt() -> None:
    _record(_DELIVERIES)
    applied: list[int] = []

    def work() -> None:
        while inbox.apply_next(PROVIDER, lambda each: applied.append(each.pk), now=timezone.now()):
            pass

    _side_by_side(work, _RIVALS)

    assert Counter(applied) == dict.fromkeys(_numbers(), 1)
    assert _attempts() == {1: _DELIVERIES}
    assert _locks() == 0


def test_rivals_in_processes_apply_each_delivery_once_and_count_one_attempt() -> None:
    _record(_DELIVERIES)

    workers = [_process(_COUNTS) for _ in range(3)]
    for worker in workers:
        assert worker.wait(60) == 0

    assert _attempts() == {1: _DELIVERIES}
    with scope.platform():
        assert Delivery.objects.filter(state=Delivery.State.DONE).count() == _DELIVERIES
        # Each applied delivery counts the alert up by one.
        assert Alert.objects.get(code="applied").count == _DELIVERIES
    assert _locks() == 0


def test_while_one_is_at_it_rivals_take_the_next_one_and_count_nothing() -> None:
    _record(2)
    first, second = _numbers()
    seen: list[tuple[int, ...]] = []

    def apply(delivery: Delivery) -> None:
        seen.append((delivery.pk,))
        if delivery.pk == first:
            _side_by_side(lambda: seen.append((_take(), _take(), _take())), 1)

    inbox.apply_next(PROVIDER, apply, now=timezone.now())

    # The rival got the second one, then nothing twice.
    assert seen == [(first,), (second, 0, 0)]
    assert _attempts() == {1: 2}


def test_a_failure_is_postponed_before_anybody_else_can_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _record(1)
    rivals: list[int] = []
    delay_after = retrying.delay_after

    def look_first(attempts: int, *, error: BaseException) -> timedelta | None:
        _side_by_side(lambda: rivals.append(_take()), 1)
        return delay_after(attempts, error=error)

    monkeypatch.setattr(retrying, "delay_after", look_first)
    inbox.apply_next(PROVIDER, _fails, now=timezone.now())

    assert rivals == [0]
    assert _attempts() == {1: 1}
    with scope.platform():
        assert Delivery.objects.get().next_attempt_at > timezone.now()
    assert _locks() == 0


def test_a_delivery_whose_worker_was_killed_is_taken_at_once() -> None:
    _record(1)
    worker = _process(_HANGS)
    assert worker.stdout is not None
    worker.stdout.readline()
    assert _take() == 0

    worker.send_signal(signal.SIGKILL)
    worker.wait()
    began = time.monotonic()
    while not inbox.apply_next(PROVIDER, lambda _: None, now=timezone.now()):
        assert time.monotonic() - began < 2
        time.sleep(0.005)

    assert _attempts() == {2: 1}
    with scope.platform():
        assert Delivery.objects.get().state == Delivery.State.DONE


def test_a_delivery_that_kills_every_worker_is_given_up_after_ten_attempts_while_others_are_applied() -> (
    None
):
    _record(2)
    first, second = _numbers()
    with scope.platform():
        Delivery.objects.filter(pk=first).update(attempts=retrying.MAX_ATTEMPTS - 2)

    for _ in range(2):
        worker = _process(_HANGS)
        assert worker.stdout is not None
        worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    _until(lambda: _locks() == 0)
    applied: list[int] = []
    while inbox.apply_next(PROVIDER, lambda each: applied.append(each.pk), now=timezone.now()):
        pass

    assert applied == [second]
    with scope.platform():
        states = dict(Delivery.objects.values_list("pk", "state"))
        dead = Delivery.objects.get(pk=first)
        assert states == {first: Delivery.State.DEAD, second: Delivery.State.DONE}
        assert (dead.attempts, dead.error) == (retrying.MAX_ATTEMPTS, "died with its worker")
        assert Alert.objects.get(code="delivery_dead").about == str(first)


@pytest.mark.parametrize(
    ("error", "state", "attempts"),
    [
        (None, Delivery.State.DONE, 1),
        (inbox.NotOurs("of somebody else"), Delivery.State.IGNORED, 1),
        (PermanentError("retell", "webhook", code="unclear"), Delivery.State.DEAD, 1),
        (ZeroDivisionError("a defect"), Delivery.State.NEW, 1),
    ],
)
def test_whatever_the_end_no_lock_is_left(
    error: Exception | None, state: str, attempts: int
) -> None:
    _record(1)

    def apply(delivery: Delivery) -> UUID | None:
        assert _locks() == 1
        if error is not None:
            raise error
        return None

    inbox.apply_next(PROVIDER, apply, now=timezone.now())

    assert _locks() == 0
    with scope.platform():
        row = Delivery.objects.get()
        assert (row.state, row.attempts) == (state, attempts)


def test_what_is_not_due_or_of_others_is_not_locked() -> None:
    _record(3)
    with scope.platform():
        Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))

    assert not inbox.apply_next(PROVIDER, lambda _: None, now=timezone.now())
    assert not inbox.apply_next("twilio", lambda _: None, now=timezone.now() + timedelta(hours=2))

    assert _locks() == 0
    assert _attempts() == {0: 3}


def test_a_session_that_breaks_lets_go_and_the_next_one_has_it() -> None:
    _record(1)

    def apply(delivery: Delivery) -> None:
        statements.run("SELECT pg_terminate_backend(pg_backend_pid())")

    inbox.apply_next(PROVIDER, apply, now=timezone.now())

    assert _locks() == 0
    assert inbox.apply_next(PROVIDER, lambda _: None, now=timezone.now() + timedelta(seconds=1))
    assert _attempts() == {2: 1}
    assert _locks() == 0


def test_a_delivery_is_not_applied_within_another_ones_work() -> None:
    _record(1)

    with scope.platform(), pytest.raises(scope.ScopeError):
        inbox.apply_next(PROVIDER, lambda _: None, now=timezone.now())

    assert _attempts() == {0: 1}


def test_a_worker_behind_a_pooler_says_that_it_cannot_work_there(settings: Settings) -> None:
    settings.DATABASE_BEHIND_POOLER = True

    with pytest.raises(ImproperlyConfigured, match="DATABASE_BEHIND_POOLER=0"):
        courier.Courier()


_PREPARE = """
import django; django.setup()
import time
from django.utils import timezone
from integrations import inbox
from tenants import alerts
"""
_COUNTS = f"""{_PREPARE}
def apply(delivery):
    alerts.raise_alert("applied", tenant_id=None, about="", now=timezone.now())
while inbox.apply_next("{PROVIDER}", apply, now=timezone.now()): pass
"""
_HANGS = f"""{_PREPARE}
def apply(delivery):
    print("in hand", flush=True)
    time.sleep(60)
inbox.apply_next("{PROVIDER}", apply, now=timezone.now())
"""


def _process(code: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, "DATABASE_URL": databases.url()},
        stdout=subprocess.PIPE,
    )


def _side_by_side(work: Callable[[], object], count: int) -> None:
    gate = threading.Barrier(count)

    def one() -> None:
        gate.wait()
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as rivals:
        for done in [rivals.submit(one) for _ in range(count)]:
            done.result()


def _take() -> int:
    """Apply the next delivery and return its number, 0: there was none."""
    taken = [0]

    def apply(delivery: Delivery) -> None:
        taken[0] = delivery.pk

    inbox.apply_next(PROVIDER, apply, now=timezone.now())
    return taken[0]


def _fails(delivery: Delivery) -> None:
    raise ZeroDivisionError("a defect")


def _record(count: int) -> None:
    for number in range(count):
        inbox.record(PROVIDER, key=f"claimed:{number:04d}", kind="call_ended", body=b"{}")


def _numbers() -> list[int]:
    with scope.platform():
        return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def _attempts() -> dict[int, int]:
    with scope.platform():
        return dict(Counter(Delivery.objects.values_list("attempts", flat=True)))


def _locks() -> int:
    held: int = statements.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return held


def _until(holds: Callable[[], bool], *, seconds: float = 5.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not holds() and time.monotonic() < give_up_at:
        time.sleep(0.01)
