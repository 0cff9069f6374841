"""The courier: carries what waits in the inbox and the outbox, as soon as the bell rings.

It runs in threads of the worker process, each kind of work in its own: some fold what came in, one looks after calls
that are over, some carry what goes out. So a call that begins waits neither for a provider who does not answer nor for
the calls of an hour ago, which take a small share of the time where more comes in than is carried at once. Rows are
claimed with a lock, so any number of workers may run it; one that is killed leaves its row to the next. Without a bell
it looks every second.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import redis
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import close_old_connections, connection
from django.utils import timezone

from booking.calendars import hearing, settling
from calls import aftercare, arrivals, redaction
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
# A thread that computes keeps the interpreter for that long from one that has heard from the database. By default it is
# five milliseconds, more than most pieces of work take.
_SWITCHES_EVERY_SECONDS = 0.001


def carry_in() -> bool:
    """Apply the oldest delivery; tell whether there was one."""
    now = timezone.now()
    return inbox.apply_oldest(_read_by(now), now=now)


def look_after() -> bool:
    """Look after a call that is over; tell whether there was one."""
    return aftercare.settle_next(now=timezone.now())


def carry_out() -> bool:
    """Send the next message or command, and fold in what a calendar answered; tell whether there was one."""
    is_sent = delivery.deliver_next(now=timezone.now())
    return settling.settle_next(now=timezone.now()) or is_sent


def carry_all(*, at_most: int = 10_000) -> int:
    """Do everything that is due and return how many rounds it took."""
    rounds = 0
    while rounds < at_most and (carry_in() | look_after() | carry_out()):
        rounds += 1
    return rounds


class Courier:
    """Threads that carry until they are stopped."""

    def __init__(self, *, carriers_in: int = 2, carriers_out: int = 2) -> None:
        if settings.DATABASE_BEHIND_POOLER:
            raise ImproperlyConfigured(
                "The worker holds rows with locks of its session, which a pooler hands to somebody else:"
                " give it the server's own address, and DATABASE_BEHIND_POOLER=0."
            )
        self._stopping = threading.Event()
        # What comes in is carried in milliseconds: one thread is woken, and a second one where there is more. What goes
        # out may hang at a provider: all are woken, so that no message waits behind another one's silence.
        came_in, is_over, goes_out = (
            _Doorbell(self._stopping), _Rings(wakes_all=False), _Rings(wakes_all=True)
        )  # fmt: skip
        way = Way()
        self._rings = {bell.OUT: goes_out}
        self.lanes = (
            # What came in may have ended a call.
            *[_Lane(carry=carry_in, rings=came_in, then=is_over, has_way=way)] * carriers_in,
            _Lane(carry=look_after, rings=is_over, gives_way=way),
            *[_Lane(carry=carry_out, rings=goes_out)] * carriers_out,
        )
        self._wakers: tuple[_Doorbell | _Rings, ...] = (came_in, is_over, goes_out)
        self._threads = [threading.Thread(target=self._listen, name="courier-ear", daemon=True)]
        self._threads += [
            threading.Thread(
                target=self._carry, args=(lane,), name=lane.carry.__name__, daemon=True
            )
            for lane in self.lanes
        ]

    def start(self) -> None:
        sys.setswitchinterval(_SWITCHES_EVERY_SECONDS)
        for thread in self._threads:
            thread.start()

    def stop(self, *, timeout_seconds: float = 10.0) -> None:
        """Finish what is under way and end."""
        self._stopping.set()
        for waker in self._wakers:
            waker.wake_all()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _carry(self, lane: "_Lane") -> None:
        heard = 0
        while not self._stopping.is_set():
            try:
                self._carry_what_waits(lane)
            except Exception as error:
                # The database is away, or a defect: keep the thread, look again later.
                log.exception("courier_stumbled", error=type(error).__name__)
                self._stopping.wait(_LOOKS_EVERY_SECONDS)
            close_old_connections()
            heard = lane.rings.wait_for_more(heard, timeout_seconds=_LOOKS_EVERY_SECONDS)
        connection.close()

    def _carry_what_waits(self, lane: "_Lane") -> None:
        carried = 0
        with lane.has_way.hurrying() as hurry:
            while not self._stopping.is_set() and self._carry_one(lane):
                carried += 1
                if carried == _MANY:
                    lane.rings.wake_all()
                    hurry()
        if carried and lane.then is not None:
            lane.then.add()

    def _carry_one(self, lane: "_Lane") -> bool:
        began = time.monotonic()
        is_done = lane.carry()
        self._stopping.wait(lane.gives_way.rest_after(time.monotonic() - began))
        return is_done

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


class _Doorbell:
    """Waits at the bell itself, so that a ring passes through no other thread."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._server = bell.client(timeout_seconds=5 * _LISTENS_FOR_SECONDS)

    def wake_all(self) -> None:
        """Wake one more: it does the same again where there is more."""
        bell.came_in()

    def wait_for_more(self, heard: int, *, timeout_seconds: float) -> int:
        """Wait until it rings, or for the time given."""
        until = time.monotonic() + timeout_seconds
        while (left := until - time.monotonic()) > 0 and not self._stopping.is_set():
            try:
                # Nothing at all would mean: for ever.
                seconds = max(0.01, min(left, _LISTENS_FOR_SECONDS))
                if bell.wait_for_ring(self._server, timeout_seconds=seconds):
                    break
            except redis.RedisError as error:
                log.warning("courier_is_deaf", error=type(error).__name__)
                self._stopping.wait(_LOOKS_EVERY_SECONDS)
        return heard


class Way:
    """Some go first, others rest meanwhile, but never for good: of the time they keep a fifth."""

    RESTS = 4

    def __init__(self) -> None:
        self._in_a_hurry: set[int] = set()

    @contextmanager
    def hurrying(self) -> Iterator[Callable[[], None]]:
        """Yield what a thread calls as soon as it is in a hurry; behind the block it is in none."""
        thread = threading.get_ident()
        try:
            yield lambda: self._in_a_hurry.add(thread)
        finally:
            self._in_a_hurry.discard(thread)

    def rest_after(self, worked_seconds: float) -> float:
        """Return for how many seconds whoever gives way rests after a piece of work."""
        return self.RESTS * worked_seconds if self._in_a_hurry else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lane:
    """A kind of work, what wakes its threads, whom they wake when they have done some, and who goes first."""

    carry: Callable[[], bool]
    rings: _Rings | _Doorbell
    then: _Rings | None = None
    has_way: Way = field(default_factory=Way)
    gives_way: Way = field(default_factory=Way)


def _read_by(now: datetime) -> dict[str, inbox.Reader]:
    return {
        retell.PROVIDER: inbox.Reader(apply=arrivals.apply, redact=redaction.kept),
        "calcom": inbox.Reader(apply=partial(hearing.apply, now=now)),
        "twilio": inbox.Reader(apply=feedback.apply),
        "resend": inbox.Reader(apply=feedback.apply),
    }
