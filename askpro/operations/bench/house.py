"""P12, P14: whole calls, and the hand-over of work."""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from askpro import celery
from askpro.operations import processes
from askpro.operations.bench import cast, echo, floor_schema, flow, knock, stage
from askpro.operations.bench.goals import Goal, Size, at_least, at_most, quantile, ratio, timed
from integrations import bell, inbox, outbox
from integrations.models import Delivery, Message
from tenants import scope, statements
from tenants.models import Tenant

# The first ones wait for the worker itself, for connections and plans.
_STARTS, _WARM, _PAUSE_AT_FIRST, _PAUSE = 600, 20, 0.5, 0.03
_HEARD, _UNHEARD = f"bench-{knock.RUN}", f"unheard-{knock.RUN}"


def core_flow(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P12: webhook, availability, booking, webhook, fifty callers a second, in turns with the floor of a call."""
    numbers = cast.town(now=timezone.now())
    floor_schema.fill(numbers)  # as full as the town
    key, seconds = settings.RETELL_API_KEY, size.flows / 50
    with (
        stage.serving(knock.PRODUCT) as product,
        stage.serving(knock.FLOOR_OF_A_CALL, **knock.floor_environment()) as floor,
    ):

        def ours(name: str, rate: int, seconds: float = seconds) -> dict[str, Any]:
            run = f"{knock.RUN}{name}"
            got: dict[str, Any] = stage.elsewhere(
                flow.run, product.port, key, numbers, run, rate, seconds
            )
            return got

        def bare(name: str, rate: int, seconds: float = seconds) -> dict[str, Any]:
            run = f"{knock.RUN}{name}"
            got: dict[str, Any] = stage.elsewhere(
                flow.run_on_floor, floor.port, key, numbers, run, rate, seconds
            )
            return got

        for name, rate in (("v", 2), ("w", 20)):  # imports, connections, plans
            ours(name, rate, 3.0)
            bare(name, rate, 3.0)
        slow = ours("s", 10)
        rounds = [(ours(f"o{n}_", 50), bare(f"b{n}_", 50)) for n in range(size.rounds)]
        fast = ours("f", 110)
    yield Goal(
        id="P12", what="p50 / p99 of a whole flow at 10/s", goal="told",
        measured=f"{quantile(slow['ms'], 0.5):.1f} / {quantile(slow['ms'], 0.99):.1f} ms",
        holds=None,
    )  # fmt: skip
    yield from _judged_flow(rounds)
    yield at_least("P12", "flows finished per second on this machine", fast["per_second"], 100, "")
    all_ours = [slow, fast, *(each for each, _ in rounds)]
    wrong = booked_but_not_stored([call for got in all_ours for call in got["told"]])
    errors = [bad for got in (*all_ours, *(each for _, each in rounds)) for bad in got["bad"]]
    yield at_most("P12", "errors", len(errors), 0, "")
    yield at_most("P12", "told as booked without a row", wrong, 0, "")


def _judged_flow(rounds: list[tuple[dict[str, Any], dict[str, Any]]]) -> Iterator[Goal]:
    def median(place: int, share: float) -> float:
        return statistics.median(quantile(pair[place]["ms"], share) for pair in rounds)

    yield at_most("P12", "p50 of a whole flow at 50/s", median(0, 0.5), 25, "ms")
    for name, share, most in (("p50", 0.5, 2.5), ("p99", 0.99, 3.0)):
        what = f"{name} of a whole flow at 50/s against its floor"
        yield ratio("P12", what, median(0, share), median(1, share), most)


def hand_over(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P14: what it costs a request to hand work over, and how soon it begins, against Celery's own way."""
    celery.app.set_default()
    delays = timed(
        lambda: echo.tell_start.apply_async(kwargs={"sent_at": 0.0}, queue=_UNHEARD), times=400
    )
    rings = timed(bell.came_in, times=4000)
    with scope.tenant(tenant):
        messages = timed(lambda: _owe_a_message(tenant), times=400)
        transaction.set_rollback(True)
    yield ratio("P14", "ringing for a recorded delivery against .delay()", rings, delays, 0.1)
    yield Goal(
        id="P14", what="a message owed in the transaction (row, walls, key) against .delay()",
        goal="told", measured=f"{messages * 1000:.0f} against {delays * 1000:.0f} µs", holds=None,
    )  # fmt: skip
    alone = _rows_alone()
    yield Goal(
        id="P14", what="only the row of such a delivery, durable, with nobody to start it, p50 / p99",
        goal="told", measured=f"{quantile(alone, 0.5):.1f} / {quantile(alone, 0.99):.1f} ms", holds=None,
    )  # fmt: skip
    ours, theirs = _starts_of_the_courier(), _starts_of_celery()
    yield Goal(
        id="P14", what="start of a delivery p99 against Celery's p50",
        goal=f"≤ {quantile(theirs, 0.5):.1f} ms",
        measured=f"{quantile(ours, 0.99):.1f} ms (p50 {quantile(ours, 0.5):.1f})",
        holds=quantile(ours, 0.99) <= quantile(theirs, 0.5),
    )  # fmt: skip


def _starts_of_the_courier() -> list[float]:
    """Return how long deliveries waited for the worker's courier, in milliseconds."""
    forget_what_waits()
    key = f"bench_start_{knock.RUN}"
    with working(processes.worker()):
        for n in range(_STARTS + _WARM):
            _record(f"{key}_{n:04d}")
            time.sleep(_PAUSE_AT_FIRST if n < _WARM / 2 else _PAUSE)
        time.sleep(1)
    with scope.platform():
        rows = Delivery.objects.filter(key__startswith=key, state=Delivery.State.DONE)
        spans = rows.order_by("key").values_list("created_at", "processed_at")[_WARM:]
        return [(begun - created).total_seconds() * 1000 for created, begun in spans if begun]


def _rows_alone() -> list[float]:
    """Return how long it takes to write such a delivery down, in milliseconds: Celery's message waits for no disk."""
    took = []
    for n in range(_STARTS + _WARM):
        began = time.perf_counter()
        _record(f"bench_row_{knock.RUN}_{n:04d}")
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(_PAUSE)
    return took[_WARM:]


def _record(key: str) -> None:
    event = {"event": "call_started", "call": knock.call()}
    inbox.record("retell", key=key, kind="call_started", body=orjson.dumps(event))


def forget_what_waits() -> None:
    """Set aside what earlier cells left: it would be carried before what is measured."""
    with scope.platform():
        Delivery.objects.filter(state=Delivery.State.NEW).update(state=Delivery.State.IGNORED)


def _starts_of_celery() -> list[float]:
    """Return how long tasks waited for a worker with the same pool, in milliseconds."""
    server = bell.client()
    server.delete(echo.STARTS, _UNHEARD)
    command = [
        sys.executable, "-m", "celery", "--app", "askpro", "worker", "--pool", "threads",
        "--concurrency", "4", "--queues", _HEARD, "--without-gossip", "--without-mingle",
        "--include", "askpro.operations.bench.echo", "--loglevel", "ERROR",
    ]  # fmt: skip
    with working(command):
        for n in range(_STARTS + _WARM):
            echo.tell_start.apply_async(kwargs={"sent_at": time.time()}, queue=_HEARD)
            time.sleep(_PAUSE_AT_FIRST if n < _WARM / 2 else _PAUSE)
        time.sleep(1)
    told: list[Any] = server.lrange(echo.STARTS, _WARM, -1)
    return [float(each) * 1000 for each in told]


@contextlib.contextmanager
def working(command: list[str]) -> Iterator[None]:
    """Run a worker for the length of the block."""
    worker = subprocess.Popen(
        command,
        env={**os.environ, "LOG_LEVEL": "WARNING"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(20)


def booked_but_not_stored(told: list[str]) -> int:
    """Return how many calls were told "booked" and have no confirmed appointment."""
    with scope.platform():
        found = statements.run(
            "SELECT c.external_id FROM booking_appointment a JOIN calls_call c ON c.id = a.call_number"
            " WHERE a.status = 'confirmed' AND c.external_id = ANY(%s)",
            (told,),
        ).fetchall()
    return len(set(told) - {row[0] for row in found})


def _owe_a_message(tenant: Tenant) -> Message | None:
    return outbox.say_once(
        tenant_id=tenant.pk,
        key=f"bench:{knock.RUN}:{next(knock.NUMBERS)}",
        channel="email",
        topic="benchmark",
        recipient="erika@example.org",
        subject="Benchmark",
        body="",
        about=None,
        now=timezone.now(),
    )
