"""The courier: carries what waits in the inbox and the outbox, as soon as the bell rings.

It runs in threads of the worker process: some fold what came in, one carries what goes out, so that a provider who
does not answer keeps nobody else waiting. Rows are claimed with a lock, so any number of workers may run it; one that is
killed leaves its row to the next. Without a bell it looks every second.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import redis
import structlog
from django.db import close_old_connections, connection
from django.utils import timezone

from booking.calendars import hearing, settling
from calls import aftercare, arrivals
from integrations import bell, delivery, inbox
from integrations.messaging import feedback
from integrations.voice import retell

log = structlog.get_logger("askpro.courier")
HEARTBEAT_KEY = "askpro:worker:heartbeat"
_HEARTBEAT_EVERY_SECONDS = 5.0
_HEARTBEAT_LIVES_SECONDS = 20
_LOOKS_EVERY_SECONDS = 1.0
_LISTENS_FOR_SECONDS = 1.0
# Whoever has carried so many in one go is not keeping up alone.
_MANY = 2


def carry_in() -> bool:
    """Apply the oldest delivery, or else look after a call that is over; tell whether there was one."""
    now = timezone.now()
    return inbox.apply_oldest(_applied_by(now), now=now) or aftercare.settle_next(now=now)


def carry_out() -> bool:
    """Send the next message or command, and fold in what a calendar answered; tell whether there was one."""
    is_sent = delivery.deliver_next(now=timezone.now())
    return settling.settle_next(now=timezone.now()) or is_sent


def carry_all(*, at_most: int = 10_000) -> int:
    """Do everything that is due and return how many rounds it took."""
    rounds = 0
    while rounds < at_most and (carry_in() | carry_out()):
        rounds += 1
    return rounds


class Courier:
    """Threads that carry until they are stopped."""

    def __init__(self, *, carriers_in: int = 2, carriers_out: int = 2) -> None:
        self._stopping = threading.Event()
        # What comes in is carried in milliseconds: one thread is woken, and a second one where there is more. What goes
        # out may hang at a provider: all are woken, so that no message waits behind another one's silence.
        self._rings = {bell.IN: _Rings(wakes_all=False), bell.OUT: _Rings(wakes_all=True)}
        self._threads = [threading.Thread(target=self._listen, name="courier-ear", daemon=True)]
        self._threads += [
            threading.Thread(
                target=self._carry,
                args=(carry, self._rings[where]),
                name=carry.__name__,
                daemon=True,
            )
            for carry, where, count in (
                (carry_in, bell.IN, carriers_in),
                (carry_out, bell.OUT, carriers_out),
            )
            for _ in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout_seconds: float = 10.0) -> None:
        """Finish what is under way and end."""
        self._stopping.set()
        for rings in self._rings.values():
            rings.wake_all()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _carry(self, carry: Callable[[], bool], rings: "_Rings") -> None:
        heard = 0
        while not self._stopping.is_set():
            try:
                self._carry_what_waits(carry, rings)
            except Exception as error:
                # The database is away, or a defect: keep the thread, look again later.
                log.exception("courier_stumbled", error=type(error).__name__)
                self._stopping.wait(_LOOKS_EVERY_SECONDS)
            close_old_connections()
            heard = rings.wait_for_more(heard, timeout_seconds=_LOOKS_EVERY_SECONDS)
        connection.close()

    def _carry_what_waits(self, carry: Callable[[], bool], rings: "_Rings") -> None:
        carried = 0
        while not self._stopping.is_set() and carry():
            carried += 1
            if carried == _MANY:
                rings.wake_all()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen_to_bell()
            except redis.RedisError as error:
                log.warning("courier_is_deaf", error=type(error).__name__)
                self._stopping.wait(_LOOKS_EVERY_SECONDS)

    def _listen_to_bell(self) -> None:
        server = bell.client(timeout_seconds=5.0)
        ear = server.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        ear.subscribe(bell.channel())
        beat_at = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= beat_at:
                server.set(HEARTBEAT_KEY, int(time.time()), ex=_HEARTBEAT_LIVES_SECONDS)
                beat_at = time.monotonic() + _HEARTBEAT_EVERY_SECONDS
            heard = ear.get_message(timeout=_LISTENS_FOR_SECONDS)
            if heard is not None and heard["data"] in self._rings:
                self._rings[heard["data"]].add()
        ear.close()


class _Rings:
    """Counts rings, so that a thread which was busy when it rang does not sleep through it."""

    def __init__(self, *, wakes_all: bool) -> None:
        self._count = 0
        self._wakes_all = wakes_all
        self._changed = threading.Condition()

    def add(self) -> None:
        """Wake one thread, or all of them; one that is busy looks again before it sleeps."""
        with self._changed:
            self._count += 1
            if self._wakes_all:
                self._changed.notify_all()
            else:
                self._changed.notify()

    def wake_all(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_for_more(self, heard: int, *, timeout_seconds: float) -> int:
        """Wait until it has rung since `heard`, or for the time given; return the new count."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != heard, timeout_seconds)
            return self._count


def _applied_by(now: datetime) -> dict[str, inbox.Apply]:
    return {
        retell.PROVIDER: arrivals.apply,
        "calcom": partial(hearing.apply, now=now),
        "twilio": feedback.apply,
        "resend": feedback.apply,
    }
