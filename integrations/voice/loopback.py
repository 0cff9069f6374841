"""The platform's side of Retell's protocol: signs and posts to us what Retell would post.

For the simulated caller and the benchmark; the product itself never calls this. Bodies are compact UTF-8 JSON, each
attempt is signed at the moment it leaves, events are repeated up to three times until a 2xx comes back, functions are
asked once. Source: Retell documentation on webhooks, inbound webhook and custom functions, read 2026-11-21.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx
import orjson

from integrations.voice import retell

WEBHOOK_PATH = "/api/retell/webhook"
INBOUND_PATH = "/api/retell/inbound"
FUNCTION_PATH = "/api/retell/functions/{tool}"
# Retell waits ten seconds for a webhook; functions are configured to the same.
TIMEOUT_SECONDS = 10.0
# Up to three repeats are documented, their spacing is not: short, because somebody is watching.
_PAUSES_SECONDS = (0.2, 0.5, 1.0)
UNREACHABLE, TIMED_OUT = "unreachable", "timed_out"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: `status` is 0 when nothing did, and `failure` then says why."""

    status: int
    text: str
    content: Mapping[str, Any]
    duration_ms: float
    failure: str = ""
    attempts: int = 1

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300


class Sender:
    """Posts signed requests to one installation. Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        key: str,
        transport: httpx.BaseTransport | None = None,
        pauses_seconds: tuple[float, ...] = _PAUSES_SECONDS,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._key = key
        self._pauses_seconds = pauses_seconds
        self._clock_ms = clock_ms
        self._sleep = sleep
        # The environment's proxies are for the way out, and this is the way in.
        self._client = httpx.Client(
            base_url=base_url, transport=transport, timeout=TIMEOUT_SECONDS, trust_env=False
        )

    def __enter__(self) -> "Sender":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def now_ms(self) -> int:
        """Return the instant by the sender's clock, in Unix milliseconds."""
        return self._clock_ms()

    def ring(self, call_inbound: Mapping[str, Any]) -> Answer:
        """Ask, before the call is answered, how it is to be answered."""
        return self._deliver(
            INBOUND_PATH, {"event": "call_inbound", "call_inbound": dict(call_inbound)}
        )

    def report(self, event: str, call: Mapping[str, Any]) -> Answer:
        """Deliver a life-cycle event, again and again until it is accepted or three repeats were in vain."""
        return self._deliver(WEBHOOK_PATH, {"event": event, "call": dict(call)})

    def ask(self, tool: str, call: Mapping[str, Any], arguments: Mapping[str, Any]) -> Answer:
        """Ask a custom function, once: a repeat is the language model's decision."""
        body = serialise({"name": tool, "call": dict(call), "args": dict(arguments)})
        return self._post(FUNCTION_PATH.format(tool=tool), body, attempt=1)

    def _deliver(self, path: str, content: Mapping[str, Any]) -> Answer:
        body = serialise(content)
        answer = self._post(path, body, attempt=1)
        for attempt, pause in enumerate(self._pauses_seconds, start=2):
            if answer.is_accepted:
                break
            self._sleep(pause)
            answer = self._post(path, body, attempt=attempt)
        return answer

    def _post(self, path: str, body: bytes, *, attempt: int) -> Answer:
        headers = signed_headers(body, key=self._key, now_ms=self._clock_ms())
        began = time.perf_counter()
        try:
            response = self._client.post(path, content=body, headers=headers)
        except httpx.TimeoutException:
            return _nothing(TIMED_OUT, began, attempt)
        except httpx.TransportError:
            return _nothing(UNREACHABLE, began, attempt)
        return Answer(
            status=response.status_code,
            text=response.text,
            content=_object(response.content),
            duration_ms=_since(began),
            attempts=attempt,
        )


def in_process(application: Callable[..., Any], *, key: str) -> Sender:
    """Return a sender whose requests go through every layer of an application, and through no network."""
    transport = httpx.WSGITransport(app=application, raise_app_exceptions=False)
    return Sender("http://rehearsal.example", key=key, transport=transport, pauses_seconds=())


def serialise(content: Mapping[str, Any]) -> bytes:
    """Return the bytes that Retell would put on the wire: compact, UTF-8, umlauts as they are."""
    return orjson.dumps(content)


def signed_headers(body: bytes, *, key: str, now_ms: int) -> dict[str, str]:
    """Return the headers that Retell would send with these bytes."""
    return {
        "Content-Type": "application/json",
        "X-Retell-Signature": retell.sign(body, key=key, now_ms=now_ms),
    }


def _nothing(failure: str, began: float, attempt: int) -> Answer:
    return Answer(
        status=0,
        text="",
        content={},
        duration_ms=_since(began),
        failure=failure,
        attempts=attempt,
    )


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
