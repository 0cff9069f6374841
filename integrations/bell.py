"""The doorbell: wakes the courier so that nothing waits for the next look.

`ring()` costs a request a microsecond: a thread of the process does the ringing, a millisecond later, when the answer
is out, and at most a hundred times a second, so that it does not fight the requests for the interpreter. A lost ring costs at most a second, because the courier looks every second without one; the rows are
the queue.
"""

import threading
import time
from functools import cache

import redis
import structlog
from django.conf import settings

log = structlog.get_logger("askpro.bell")
CHANNEL = "askpro:bell"
_ANSWER_FIRST_SECONDS = 0.001
_BURST_SECONDS = 0.009


def ring() -> None:
    """Wake the courier soon. Never blocks, never raises."""
    _bell().set()


def client(*, timeout_seconds: float | None = 1.0) -> "redis.Redis":
    """Return a client of the Redis server that the doorbell, the heartbeat and the cache share."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=timeout_seconds, socket_connect_timeout=1.0
    )


@cache
def _bell() -> threading.Event:
    rung = threading.Event()
    threading.Thread(target=_ringer, args=(rung,), name="doorbell", daemon=True).start()
    return rung


def _ringer(rung: threading.Event) -> None:
    server = client()
    while True:
        rung.wait()
        time.sleep(_ANSWER_FIRST_SECONDS)
        rung.clear()
        try:
            server.publish(CHANNEL, b"1")
        except redis.RedisError as error:
            log.warning("bell_is_mute", error=type(error).__name__)
        time.sleep(_BURST_SECONDS)
