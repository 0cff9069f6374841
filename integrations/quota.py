"""Our own pace: never more requests with one key in any minute than its provider allows.

Kept as the log of the last minute in Redis, so that all processes share it and no window of sixty seconds holds more
than the limit (a bucket that refills would let twice as many pass). Who is on the telephone comes first: the last
requests are kept for calls, and reconciliation may use a third.
"""

import hashlib
import secrets
from enum import StrEnum
from functools import cache
from typing import Any

import redis
import structlog

from integrations import bell
from integrations.errors import RetryableError

log = structlog.get_logger("askpro.quota")
SPENT = "quota_spent"
_WINDOW_SECONDS = 60


class Urgency(StrEnum):
    """Who waits for the answer: a caller, a change that has to get out, or a comparison that can wait."""

    CALL = "call"
    CHANGE = "change"
    SYNC = "sync"


# KEYS: all, those of reconciliation, blocked. ARGV: limit for this urgency, limit of reconciliation, is it one, name,
# window. Returns milliseconds to wait, or 0 when it was taken.
_TAKE = """
local blocked = redis.call('PTTL', KEYS[3])
if blocked > 0 then return blocked end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local window = tonumber(ARGV[5])
local function wait(key, limit)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local over = redis.call('ZCARD', key) - limit
  if over < 0 then return 0 end
  local leaves = redis.call('ZRANGE', key, over, over, 'WITHSCORES')
  return math.max(tonumber(leaves[2]) + window - now, 1)
end
local pause = wait(KEYS[1], tonumber(ARGV[1]))
if ARGV[3] == '1' then pause = math.max(pause, wait(KEYS[2], tonumber(ARGV[2]))) end
if pause > 0 then return pause end
redis.call('ZADD', KEYS[1], now, ARGV[4])
redis.call('PEXPIRE', KEYS[1], window)
if ARGV[3] == '1' then
  redis.call('ZADD', KEYS[2], now, ARGV[4])
  redis.call('PEXPIRE', KEYS[2], window)
end
return 0
"""


def take(provider: str, operation: str, *, key: str, urgency: Urgency, per_minute: int) -> None:
    """Count one request made with this key.

    Without Redis a call and a change go through, and the provider counts; reconciliation waits.

    :raises RetryableError: `quota_spent`, with the seconds until there is room again
    """
    kept_for_calls = per_minute // 6
    limit = per_minute if urgency == Urgency.CALL else per_minute - kept_for_calls
    is_sync = urgency == Urgency.SYNC
    try:
        wait: Any = _server().eval(
            _TAKE,
            3,
            *_keys(provider, key),
            str(limit),
            str(per_minute // 3),
            "1" if is_sync else "0",
            secrets.token_hex(8),
            str(int(_WINDOW_SECONDS * 1000)),
        )
    except redis.RedisError as error:
        log.warning("quota_is_blind", error=type(error).__name__)
        wait = 1000 if is_sync else 0
    if int(wait):
        raise RetryableError(
            provider, operation, status=429, code=SPENT, retry_after_seconds=int(wait) / 1000
        )


def pause(provider: str, *, key: str, seconds: float) -> None:
    """Send nothing more with this key for a while, because the provider said so."""
    try:
        _server().set(_keys(provider, key)[2], "1", px=max(1, int(seconds * 1000)))
    except redis.RedisError as error:
        log.warning("quota_is_blind", error=type(error).__name__)


def _keys(provider: str, key: str) -> list[str]:
    """Return the names in Redis; of the key itself there is only a fingerprint."""
    place = f"askpro:quota:{{{provider}:{hashlib.sha256(key.encode()).hexdigest()[:16]}}}"
    return [f"{place}:{part}" for part in ("all", "sync", "blocked")]


@cache
def _server() -> "redis.Redis":
    return bell.client(timeout_seconds=0.3)
