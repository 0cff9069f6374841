"""The one HTTP door: whatever we ask a provider goes through `request`.

A timeout on every call, an answer of bounded size, no redirects, no cookies. What went wrong comes back as one of the
kinds of `integrations/errors.py`, with provider, operation, status and perhaps the provider's machine-readable code;
never with a body, a key or a telephone number.
"""

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
import orjson
import structlog

from integrations.errors import ConfigurationError, PermanentError, ProviderError, RetryableError

log = structlog.get_logger("askpro.http")

# Seconds. Together they stay below the lease of a row under way (`integrations/delivery.py`).
_TIMEOUT = httpx.Timeout(10.0, connect=3.0, pool=5.0)
_LONGEST_ANSWER_SECONDS = 20.0
# An hour of transcript with a timestamp for each word is about 4 MB.
_LARGEST_ANSWER_BYTES = 8 * 1024 * 1024
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_RETRYABLE = frozenset({408, 409, 421, 423, 425, 429})
_CONFIGURATION = frozenset({401, 402, 403, 407})  # 402: the account is not paid


# From status, headers and body of a refusal to the error it means; None: what the status alone says. The body ends here.
Classify = Callable[[int, Mapping[str, str], bytes], ProviderError | None]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a provider answered with a status of 2xx."""

    provider: str
    operation: str
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the answer.

        :raises RetryableError: it is none. Something in between answered, so the outcome is unknown.
        """
        try:
            content = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            content = None
        if not isinstance(content, dict):
            raise self.unreadable()
        return content

    def unreadable(self) -> RetryableError:
        return RetryableError(
            self.provider, self.operation, status=self.status, code="unreadable_answer"
        )


def request(
    method: str,
    url: str,
    *,
    provider: str,
    operation: str,
    headers: Mapping[str, str],
    content: bytes | str | None = None,
    budget_seconds: float | None = None,
    classify: Classify | None = None,
) -> Answer:
    """Ask a provider and return its answer.

    `budget_seconds` is the patience of somebody who is on the telephone: afterwards the outcome is unknown, whatever
    holds the answer up (a name server, a provider who sends drop by drop). `classify` reads a refusal in the words of
    a provider whose status alone does not say what is the matter.

    :raises RetryableError: no answer, an answer too long or too late, 408, 409, 425, 429, 5xx
    :raises ConfigurationError: 401, 402, 403, or a key that cannot be sent
    :raises PermanentError: any other status, redirects among them
    """
    began = time.perf_counter()
    try:
        status, answer_headers, body = _patiently(
            lambda: _exchange(method, url, headers, content, budget_seconds), budget_seconds
        )
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        failure = _no_answer(provider, operation, error)
        _note(failure.code, provider, operation, began)
        # An error of the HTTP library may quote a header, and with it the key.
        raise failure from None
    _note(status, provider, operation, began)
    if not 200 <= status < 300:
        meant = classify(status, answer_headers, body or b"") if classify else None
        if meant is not None:
            raise meant
        raise error_for(
            provider,
            operation,
            status=status,
            code=_code_in(body),
            retry_after_seconds=_retry_after(answer_headers),
        )
    if body is None:
        raise RetryableError(provider, operation, status=status, code="answer_too_large")
    return Answer(
        provider=provider,
        operation=operation,
        status=status,
        content=body,
        headers=answer_headers,
    )


def error_for(
    provider: str,
    operation: str,
    *,
    status: int,
    code: str = "",
    retry_after_seconds: float | None = None,
) -> ProviderError:
    """Return the error that a status other than 2xx means."""
    if status in _CONFIGURATION:
        return ConfigurationError(provider, operation, status=status, code=code)
    if status >= 500 or status in _RETRYABLE:
        return RetryableError(
            provider, operation, status=status, code=code, retry_after_seconds=retry_after_seconds
        )
    if 300 <= status < 400:
        code = "redirect"
    return PermanentError(provider, operation, status=status, code=code)


def bearer(key: str) -> dict[str, str]:
    """Return the header that carries a key."""
    return {"Authorization": f"Bearer {key}"}


Listener = Callable[[httpx.Request], None]


@contextmanager
def rerouted(
    transport: httpx.BaseTransport | None = None, *, listener: Listener | None = None
) -> Iterator[None]:
    """Send everything through another transport, and show each request to a listener before it leaves.

    For tests, which validate what we send against the provider's description.
    """
    global _client
    before, detour = _client, _open(transport, listener)
    _client = detour
    try:
        yield
    finally:
        _client = before
        detour.close()


_client: httpx.Client | None = None
_opening = threading.Lock()


def _open(
    transport: httpx.BaseTransport | None = None, listener: Listener | None = None
) -> httpx.Client:
    return httpx.Client(
        transport=transport,
        timeout=_TIMEOUT,
        follow_redirects=False,
        # The client is shared by all tenants: what a provider sets for one must not travel with the next.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        # Compressed bytes would be counted too late.
        headers={"User-Agent": "AskProAI", "Accept-Encoding": "identity"},
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=10),
        event_hooks={"request": [listener] if listener else []},
    )


def _process_client() -> httpx.Client:
    global _client
    with _opening:
        if _client is None:
            _client = _open()
        return _client


_Exchanged = tuple[int, httpx.Headers, bytes | None]


def _patiently(exchange: Callable[[], _Exchanged], budget_seconds: float | None) -> _Exchanged:
    """Exchange, or stop waiting when the budget is spent: a thread of its own is left behind with the rest.

    The timeouts of the HTTP library are for single steps; looking a name up has none, and headers may come for ever.
    """
    if budget_seconds is None:
        return exchange()
    answered: queue.SimpleQueue[_Exchanged | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            answered.put(exchange())
        except BaseException as error:
            answered.put(error)

    threading.Thread(target=run, name="in-call", daemon=True).start()
    try:
        result = answered.get(timeout=max(budget_seconds, 0.001))
    except queue.Empty:
        raise httpx.ReadTimeout("nobody waits any longer") from None
    if isinstance(result, BaseException):
        raise result
    return result


def _exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | str | None,
    budget_seconds: float | None,
) -> _Exchanged:
    longest = _LONGEST_ANSWER_SECONDS if budget_seconds is None else budget_seconds
    timeout = _TIMEOUT if budget_seconds is None else _within(budget_seconds)
    with _process_client().stream(
        method, url, headers=dict(headers), content=content, timeout=timeout
    ) as response:
        return response.status_code, response.headers, _bounded(response, longest)


def _within(budget_seconds: float) -> httpx.Timeout:
    """Return limits whose parts, one after the other, stay within a budget."""
    return httpx.Timeout(
        budget_seconds * 0.6,
        connect=budget_seconds * 0.25,
        pool=budget_seconds * 0.05,
        write=budget_seconds * 0.1,
    )


def _bounded(response: httpx.Response, longest_seconds: float) -> bytes | None:
    """Return the body, or None when it is too large; who sends drop by drop is stopped."""
    deadline = time.monotonic() + longest_seconds
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > _LARGEST_ANSWER_BYTES:
            return None
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the answer does not end", request=response.request)
    return bytes(body)


# A key with a line break or an umlaut in it, a base URL that is none.
_NEVER_LEFT = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)


def _no_answer(provider: str, operation: str, error: Exception) -> ProviderError:
    if isinstance(error, _NEVER_LEFT):
        return ConfigurationError(provider, operation, code="cannot_be_sent")
    if isinstance(error, httpx.TimeoutException):
        return RetryableError(provider, operation, code="timeout")
    if isinstance(error, httpx.DecodingError):
        return RetryableError(provider, operation, code="unreadable_answer")
    return RetryableError(provider, operation, code="unreachable")


def _code_in(body: bytes | None) -> str:
    """Return the provider's word for the error where there is one; its sentences may quote what we sent."""
    try:
        content = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(content, dict):
        return ""
    for name in ("name", "code", "error"):
        word = content.get(name)
        if isinstance(word, str) and _CODE.fullmatch(word):
            return word
    return ""


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds that `Retry-After` asks for: as a number or, against the sender's own clock, as a date."""
    given = headers.get("Retry-After", "").strip()
    if not given:
        return None
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        until = parsedate_to_datetime(given)
        sent = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError):
        return None


def _note(outcome: int | str, provider: str, operation: str, began: float) -> None:
    log.info(
        "provider_asked",
        provider=provider,
        operation=operation,
        outcome=outcome,
        ms=round((time.perf_counter() - began) * 1e3, 1),
    )
