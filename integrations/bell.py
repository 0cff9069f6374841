"""The doorbell: wakes the courier so that nothing waits for the next look.

When it has been quiet, a request sends the ring itself and waits for nothing: no other thread has to wake up first.
Then a thread of the process hears the answer, and rings at most a hundred times a second for the requests that follow, so
that they do not fight for the interpreter; `came_in()` and `goes_out()` cost those a microsecond. A lost ring costs at
most a second, because the courier looks every second without one; the rows are the queue.

What comes in is rung for into a list, at which the carriers wait: a ring wakes one of them, of whichever worker, and no
thread stands in between. One ring at most is kept for somebody who is busy. What goes out is told to everybody.
"""

import threading
import time
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings

log = structlog.get_logger("askpro.bell")
IN, OUT = b"in", b"out"
_BURST_SECONDS = 0.01


def came_in() -> None:
    """Wake the courier for the inbox. Never blocks, never raises."""
    _bell(IN).ring()


def goes_out() -> None:
    """Wake the courier for the outbox. Never blocks, never raises."""
    _bell(OUT).ring()


def client(*, timeout_seconds: float | None = 1.0) -> "redis.Redis":
    """Return a client of the Redis server that the doorbell, the heartbeat and the cache share."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=timeout_seconds, socket_connect_timeout=1.0
    )


@cache
def channel() -> str:
    """Return the name we ring under: of our database alone, because Redis lets every database hear every ring."""
    return f"askpro:bell:{client().connection_pool.connection_kwargs.get('db', 0)}"


def wait_for_ring(server: "redis.Redis", *, timeout_seconds: float) -> bool:
    """Wait until something came in, and tell whether it rang.

    :raises redis.RedisError: the server does not answer
    """
    return server.blpop([f"{channel()}:in"], timeout=timeout_seconds) is not None


@cache
def _bell(where: bytes) -> "_Bell":
    return _Bell(where)


class _Bell:
    """One connection to the server, on which whoever comes first sends a ring and a thread hears what became of it."""

    def __init__(self, where: bytes) -> None:
        self._where = where
        self._rung = threading.Event()
        # In the hand of whoever rings, and of the thread until the answer is there and the burst is over.
        self._is_quiet = threading.Lock()
        self._line = threading.Lock()
        self._connection: Any = None
        self._unanswered = 0
        threading.Thread(
            target=self._attend, name=f"doorbell-{where.decode()}", daemon=True
        ).start()

    def ring(self) -> None:
        """Ring at once if it has been quiet, else soon. Waits for nothing, never raises."""
        if self._is_quiet.acquire(blocking=False) and self._line.acquire(blocking=False):
            try:
                if self._connection is not None and not self._unanswered:
                    self._send(self._connection)
            except redis.RedisError:
                self._hang_up()  # the thread tries again, and says so if it cannot
            finally:
                self._line.release()
        self._rung.set()

    def _attend(self) -> None:
        while True:
            self._rung.wait()
            # Before it rings: what is set from here on was perhaps not seen by whoever hears this ring.
            self._rung.clear()
            self._is_quiet.acquire(blocking=False)
            # A connection may have been closed while nobody used it.
            if not (self._is_heard() or self._is_heard()):
                log.warning("bell_is_mute", channel=channel())
            time.sleep(_BURST_SECONDS)
            if not self._rung.is_set():
                self._is_quiet.release()

    def _is_heard(self) -> bool:
        """Hear the answer to the ring that was sent; where none was, send it now. Tell whether there was an answer."""
        try:
            with self._line:
                if self._connection is None:
                    self._connection = client().connection_pool.make_connection()
                    self._connection.connect()
                if not self._unanswered:
                    self._send(self._connection)
            for _ in range(self._unanswered):
                self._connection.read_response()
        except redis.RedisError:
            with self._line:
                self._hang_up()
            return False
        self._unanswered = 0
        return True

    def _send(self, connection: Any) -> None:
        commands = _rings(self._where, channel())
        connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        self._unanswered = len(commands)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.disconnect()
        self._connection, self._unanswered = None, 0


@cache
def _rings(where: bytes, channel: str) -> tuple[tuple[Any, ...], ...]:
    if where == IN:
        return ("RPUSH", f"{channel}:in", 1), ("LTRIM", f"{channel}:in", 0, 0)
    return (("PUBLISH", channel, where),)
