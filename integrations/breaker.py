"""The circuit breaker: a provider that does not answer is left alone for a while, for one business at a time.

Five failures within a minute open it for a minute; then one request at a time tries, and two successes in a row close
it again. All processes share it through Redis; without Redis everything goes through, for it is a courtesy and not
the truth.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import redis
import structlog

from integrations import bell
from integrations.errors import ProviderError, RetryableError

if TYPE_CHECKING:
    from uuid import UUID

log = structlog.get_logger("askpro.breaker")

FAILURES = 5
WINDOW_SECONDS = 60
PAUSE_SECONDS = 60
SUCCESSES = 2
# As long as the one request that tries may take; whoever died with it does not block the way for ever.
_TRIAL_SECONDS = 25
_MEMORY_SECONDS = 3600

# Asked too often is a matter of our own pace (`integrations/quota.py`), not of the provider's health.
_OUR_OWN_DOING = frozenset({429})
OPEN = "circuit_open"

# KEYS: open, tripped, trial, failures, successes. Each returns milliseconds to wait, or 0.
_ENTER = """
local open = redis.call('PTTL', KEYS[1])
if open > 0 then return open end
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
if redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[3]) then return 0 end
return math.max(redis.call('PTTL', KEYS[3]), 1)
"""
_FAILED = """
if redis.call('EXISTS', KEYS[2]) == 0 then
  local count = redis.call('INCR', KEYS[4])
  if count == 1 then redis.call('PEXPIRE', KEYS[4], ARGV[1]) end
  if count < tonumber(ARGV[4]) then return 0 end
end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[2])
redis.call('SET', KEYS[2], '1', 'PX', ARGV[5])
redis.call('DEL', KEYS[3], KEYS[4], KEYS[5])
return tonumber(ARGV[2])
"""
_WORKED = """
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('DEL', KEYS[3])
if redis.call('INCR', KEYS[5]) >= tonumber(ARGV[6]) then redis.call('DEL', KEYS[2], KEYS[5]) end
return 0
"""


@contextmanager
def guard(provider: str, operation: str, *, whose: "UUID | str") -> Iterator[None]:
    """Let a request through, and note how it went.

    :raises RetryableError: the circuit is open (`circuit_open`); says in how many seconds to ask again
    """
    wait = _run(_ENTER, provider, whose)
    if wait:
        raise RetryableError(provider, operation, code=OPEN, retry_after_seconds=wait / 1000)
    try:
        yield
    except RetryableError as error:
        if error.status not in _OUR_OWN_DOING and _run(_FAILED, provider, whose):
            log.error("circuit_opened", provider=provider, whose=str(whose))
        raise
    except ProviderError:
        _run(_WORKED, provider, whose)  # a no is an answer
        raise
    _run(_WORKED, provider, whose)


def is_open(provider: str, *, whose: "UUID | str") -> bool:
    """Tell whether nobody would get through now."""
    try:
        return bool(_server().exists(_keys(provider, whose)[0]))
    except redis.RedisError:
        return False


def _run(script: str, provider: str, whose: "UUID | str") -> int:
    limits: Sequence[float] = (
        WINDOW_SECONDS * 1000,
        PAUSE_SECONDS * 1000,
        _TRIAL_SECONDS * 1000,
        FAILURES,
        _MEMORY_SECONDS * 1000,
        SUCCESSES,
    )
    keys = _keys(provider, whose)
    try:
        answer: Any = _server().eval(
            script, len(keys), *keys, *(str(int(limit)) for limit in limits)
        )
    except redis.RedisError as error:
        log.warning("breaker_is_blind", error=type(error).__name__)
        return 0
    return int(answer)


def _keys(provider: str, whose: "UUID | str") -> list[str]:
    place = f"askpro:breaker:{{{provider}:{whose}}}"
    return [f"{place}:{part}" for part in ("open", "tripped", "trial", "failures", "successes")]


@cache
def _server() -> "redis.Redis":
    return bell.client(timeout_seconds=0.3)
