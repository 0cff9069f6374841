"""Asking Cal.com: the right version for each resource, at a pace it allows, with its sentences understood.

Source: Cal.com API v2 (OpenAPI document of 2026-03-11 and the server's published source), read 2026-11-21.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.conf import settings

from integrations import breaker, http, quota
from integrations.calendars.protocol import Gone, TimeTaken
from integrations.errors import PermanentError, ProviderError, RetryableError
from integrations.quota import Urgency

PROVIDER = "calcom"
PER_MINUTE = 120
# A missing or unknown version silently means one of 2024-04-15, with other shapes.
_VERSIONS = {
    "bookings": "2024-08-13",
    "slots": "2024-09-04",
    "event-types": "2024-06-14",
    "schedules": "2024-06-11",
}
# What is smaller is a number of seconds, what is larger a Unix time.
_LARGEST_WAIT = 1_000_000_000
_BLOCKED_SECONDS = 60.0

# Cal.com answers nearly everything with 400; what is the matter stands in its sentence.
_MEANINGS: tuple[tuple[str, str], ...] = (
    (r"already (has|have) booking at this time or (is|are) not available", "taken"),
    (r"no available users? found|hosts? .*not available|already been booked", "taken"),
    (r"no seats? (left|available)|already (booked or )?reserved", "taken"),
    (r"trying to create a record that already exists", "taken"),
    (r"cancelled and rescheduled already to booking with uid=", "moved_away"),
    (r"(cancel|reschedule).*(already|has been) .*(cancel|reschedul|reject)", "gone"),
    (r"(cancelled|rejected) already", "gone"),
    (r"can't be booked at the \"start\" time|book a meeting in the past", "not_bookable"),
    (r"maximum number of active bookings", "attendee_limit"),
    (
        r"missing required booking field|missing attendee phone|error_required_field",
        "field_missing",
    ),
    (r"invalid_number|phone number", "field_wrong"),
)
_UID_IN_SENTENCE = re.compile(r"uid=([A-Za-z0-9_-]{1,200})")


class Refusal(PermanentError):
    """Cal.com said no for a reason that repeating does not change; `code` is the reason in one word."""


class SwitchedOff(PermanentError):
    """Nothing may be asked of Cal.com in this installation (`CALCOM_ENABLED`)."""

    kind = "switched_off"


class Moved(PermanentError):
    """The booking was moved there already; `uid` is the one that took its place."""

    def __init__(self, operation: str, *, uid: str) -> None:
        super().__init__(PROVIDER, operation, status=400, code="moved_away")
        self.uid = uid


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One account: its key, whose it is (for the circuit breaker), how urgent it is, and until when somebody waits.

    `until` is an instant of `time.monotonic`, for all requests that one deed needs.
    """

    key: str
    whose: UUID
    urgency: Urgency = Urgency.CHANGE
    until: float | None = None

    def get(self, path: str, operation: str, **query: str | int) -> Any:
        """Return what stands in `data`.

        :raises ProviderError: no usable answer
        """
        return self.page(path, operation, **query)["data"]

    def page(self, path: str, operation: str, **query: str | int) -> dict[str, Any]:
        """Return the whole answer, with what it says about further pages."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, operation)

    def post(self, path: str, operation: str, content: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, operation, content)["data"]

    def patch(self, path: str, operation: str, content: Mapping[str, Any]) -> Any:
        return self._ask("PATCH", path, operation, content)["data"]

    def _ask(
        self, method: str, path: str, operation: str, content: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        if not settings.CALCOM_ENABLED:
            raise SwitchedOff(PROVIDER, operation, code="switched_off")
        headers = http.bearer(self.key)
        version = _VERSIONS.get(path.lstrip("/").split("/")[0].split("?")[0])
        if version is not None:
            headers["cal-api-version"] = version
        if content is not None:
            headers["Content-Type"] = "application/json"
        budget_seconds = self._left(operation)
        with breaker.guard(PROVIDER, operation, whose=self.whose):
            quota.take(
                PROVIDER, operation, key=self.key, urgency=self.urgency, per_minute=PER_MINUTE
            )
            try:
                answer = http.request(
                    method,
                    settings.CALCOM_BASE_URL.rstrip("/") + path,
                    provider=PROVIDER,
                    operation=operation,
                    headers=headers,
                    content=None if content is None else orjson.dumps(content),
                    budget_seconds=budget_seconds,
                    classify=lambda status, given, body: meaning(operation, status, given, body),
                )
                return _enveloped(answer)
            except RetryableError as error:
                if error.status == 429:
                    seconds = error.retry_after_seconds
                    quota.pause(
                        PROVIDER,
                        key=self.key,
                        seconds=_BLOCKED_SECONDS if seconds is None else seconds,
                    )
                raise

    def _left(self, operation: str) -> float | None:
        """Return how many seconds somebody still waits; None: nobody does."""
        if self.until is None:
            return None
        left = self.until - time.monotonic()
        if left <= 0:
            raise RetryableError(PROVIDER, operation, code="timeout")
        return left


def meaning(
    operation: str, status: int, headers: Mapping[str, str], body: bytes
) -> ProviderError | None:
    """Return what a refusal means, by its sentence; None where the status says it."""
    if status == 429:
        return RetryableError(
            PROVIDER,
            operation,
            status=status,
            code="too_many_requests",
            retry_after_seconds=_reset_in(headers),
        )
    if status == 404:
        return Gone(PROVIDER, operation, status=status, code="not_found")
    if status not in (400, 409, 422):
        return None
    sentence = _sentence(body)
    word = next(
        (word for pattern, word in _MEANINGS if re.search(pattern, sentence, re.IGNORECASE)), None
    )
    if word == "moved_away" and (found := _UID_IN_SENTENCE.search(sentence)):
        return Moved(operation, uid=found[1])
    if word == "taken" or (word is None and status in (409, 422)):
        return TimeTaken(PROVIDER, operation, status=status, code="taken")
    if word in ("gone", "moved_away"):
        return Gone(PROVIDER, operation, status=status, code="gone")
    # An unknown sentence is kept as "refused": the sentence itself may quote a person.
    return Refusal(PROVIDER, operation, status=status, code=word or "refused")


def _sentence(body: bytes) -> str:
    """Return Cal.com's sentence and the details of a failed validation, in one text."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return ""
    details = error.get("details")
    parts = [error.get("message")]
    if isinstance(details, dict):
        parts += [details.get("message"), *_errors_in(details)]
    return " · ".join(part for part in parts if isinstance(part, str))[:2000]


def _errors_in(details: Mapping[str, Any]) -> list[object]:
    errors = details.get("errors")
    return errors if isinstance(errors, list) else []


def _reset_in(headers: Mapping[str, str]) -> float:
    """Return the seconds that the headers of a 429 ask for: the server sends seconds, documents speak of Unix times."""
    for name in ("Retry-After-Default", "Retry-After", "X-RateLimit-Reset-Default"):
        given = headers.get(name, "")
        if given.isascii() and given.isdigit() and len(given) < 10 and int(given) < _LARGEST_WAIT:
            return float(given)
    return _BLOCKED_SECONDS


def _enveloped(answer: http.Answer) -> dict[str, Any]:
    content = answer.json()
    if content.get("status") != "success" or "data" not in content:
        raise answer.unreadable()
    return content


def unreadable(operation: str) -> RetryableError:
    """Return the error of an answer that says less than it has to: what became of the request is unknown."""
    return RetryableError(PROVIDER, operation, code="unreadable_answer")
