"""A worker that is killed without warning: what it was doing is done once, by the next one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from askpro import courier
from calls.models import Call
from integrations import inbox
from integrations.models import Delivery
from integrations.voice import retell
from tenants import scope
from tenants.models import Alert
from tests import databases, factories

OURS, NOBODYS = "+493023125777", "+49891234567"
_CARRY = "import django; django.setup(); from askpro import courier; print(1, flush=True); courier.carry_all()"


def _worker() -> "subprocess.Popen[bytes]":
    """Start a process that carries everything that waits, in the database of the tests."""
    return subprocess.Popen(
        [sys.executable, "-c", _CARRY],
        cwd=Path(settings.BASE_DIR),
        env={**os.environ, "DATABASE_URL": databases.url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _record(number: int, dialled: str) -> None:
    call_id = f"call_killed_{number}"
    body = (
        f'{{"event": "call_ended", "call": {{"call_id": "{call_id}", "to_number": "{dialled}"}}}}'
    )
    inbox.record(
        retell.PROVIDER,
        key=f"call_ended:{call_id}",
        kind="call_ended",
        body=body.encode(),
        external_id=call_id,
    )


@pytest.mark.slow
def test_every_delivery_is_applied_exactly_once_although_the_worker_is_killed(
    transactional_db: None,
) -> None:
    factories.make_salon(name="Salon", number=OURS, slug="salon")
    # A number of nobody counts an alert up: an effect that would show if it happened twice or not at all.
    for number in range(300):
        _record(number, OURS if number % 2 else NOBODYS)
    dice = random.Random(7)

    kills = 0
    while kills < 5:
        worker = _worker()
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(dice.uniform(0.2, 0.6))
        worker.send_signal(signal.SIGKILL)
        kills += worker.wait() == -signal.SIGKILL
        if not _waiting():
            break
    killed_in_between = _waiting()
    courier.carry_all()

    assert kills >= 2
    assert killed_in_between < 300
    with scope.platform():
        assert Delivery.objects.filter(state=Delivery.State.NEW).count() == 0
        assert Delivery.objects.filter(state=Delivery.State.DONE).count() == 150
        assert Delivery.objects.filter(state=Delivery.State.IGNORED).count() == 150
        assert Call.objects.count() == 150
        assert Alert.objects.get(code="number_unknown").count == 150


def _waiting() -> int:
    with scope.platform():
        return Delivery.objects.filter(state=Delivery.State.NEW).count()


def test_a_delivery_that_cannot_be_applied_is_parked_and_replayed(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    from calls import lifecycle

    factories.make_salon(name="Salon", number=OURS, slug="salon")
    _record(1, OURS)
    broken = True

    def apply(delivery: Delivery) -> object:
        if broken:
            raise ZeroDivisionError("a defect")
        return lifecycle.apply(delivery)

    for _ in range(12):
        with scope.platform():
            Delivery.objects.update(next_attempt_at=timezone.now())
        inbox.apply_next(retell.PROVIDER, apply, now=timezone.now())  # type: ignore[arg-type]
    with scope.platform():
        parked = Delivery.objects.get()
        assert parked.state == Delivery.State.DEAD
        assert "ZeroDivisionError" in parked.error
        assert Alert.objects.filter(code="delivery_dead").count() == 1
        inbox.replay([parked], now=timezone.now())
    broken = False
    inbox.apply_next(retell.PROVIDER, apply, now=timezone.now())  # type: ignore[arg-type]

    with scope.platform():
        assert Delivery.objects.get().state == Delivery.State.DONE
        assert Call.objects.count() == 1
