"""The doorbell: wakes the courier so that nothing waits for the next look.

`came_in()` and `goes_out()` cost a request a microsecond: a thread of the process does the ringing. It rings at once
when it has been quiet, and then at most a hundred times a second, so that it does not fight the requests for the
interpreter. A lost ring costs at most a second, because the courier looks every second without one; the rows are the
queue.
"""

import threading
import time
from functools import cache

import redis
import structlog
from django.conf import settings

log = structlog.get_logger("askpro.bell")
IN, OUT = b"in", b"out"
_BURST_SECONDS = 0.01


def came_in() -> None:
    """Wake the courier for the inbox. Never blocks, never raises."""
    _bell(IN).set()


def goes_out() -> None:
    """Wake the courier for the outbox. Never blocks, never raises."""
    _bell(OUT).set()


def client(*, timeout_seconds: float | None = 1.0) -> "redis.Redis":
    """Return a client of the Redis server that the doorbell, the heartbeat and the cache share."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=timeout_seconds, socket_connect_timeout=1.0
    )


@cache
def channel() -> str:
    """Return the name we ring under: of our database alone, because Redis lets every database hear every ring."""
    return f"askpro:bell:{client().connection_pool.connection_kwargs.get('db', 0)}"


@cache
def _bell(where: bytes) -> threading.Event:
    rung = threading.Event()
    threading.Thread(
        target=_ringer, args=(rung, where), name=f"doorbell-{where.decode()}", daemon=True
    ).start()
    return rung


def _ringer(rung: threading.Event, where: bytes) -> None:
    server = client()
    while True:
        rung.wait()
        # Before it rings: what is set from here on was perhaps not seen by whoever hears this ring.
        rung.clear()
        try:
            server.publish(channel(), where)
        except redis.RedisError as error:
            log.warning("bell_is_mute", error=type(error).__name__)
        time.sleep(_BURST_SECONDS)
