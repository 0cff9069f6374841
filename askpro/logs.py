"""Structured logs: one JSON line per event, without telephone numbers, addresses or keys."""

import logging
import logging.config
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

# With a plus (or what stands for it in an address) nothing else is meant; with zeros it may be a part of a date or an id.
_PHONE = re.compile(
    r"(?:\+|%2[Bb])[1-9][0-9 \u00a0./()-]{6,20}[0-9]"
    r"|(?<![\w.:-])(?:00[1-9][0-9 \u00a0()/-]{6,20}[0-9]|0[1-9][0-9 \u00a0()/-]{6,18}[0-9])"
)
_EMAIL = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_KEY = re.compile(
    r"\b(?:ask_live|key|sk_live|sk_test|rk_live|whsec|cal_live|cal)_[A-Za-z0-9_-]{8,}"
    r"|\bre_(?=[A-Za-z_]*[0-9])[A-Za-z0-9_]{15,}"
)
# Postgres explains an error with the statement and the row that it refused: names, numbers, transcripts.
_ROW = re.compile(
    r"(?:LINE \d+: |DETAIL:  |CONTEXT:  ).*?(?=\n\n(?:The above|During)|\Z)", re.DOTALL
)
_HIDDEN_FIELDS = frozenset(
    [
        "authorization",
        "body",
        "caller",
        "cookie",
        "email",
        "from_number",
        "name",
        "password",
        "phone",
        "recipient",
        "secret",
        "signature",
        "to_number",
        "token",
        "transcript",
        "x_api_key",
    ]
)


_requests = logging.getLogger("askpro.request")
# Made by us and without personal data; a random id may look like a telephone number.
_PLAIN_FIELDS = frozenset(["timestamp", "request_id", "level", "logger"])


def mask(text: str) -> str:
    """Return the text with telephone numbers, e-mail addresses, keys and refused rows made unreadable."""
    text = _ROW.sub("[row]", text)
    text = _KEY.sub("[key]", text)
    text = _EMAIL.sub("[email]", text)
    return _PHONE.sub("[phone]", text)


def configure(*, level: str, json: bool) -> None:
    """Send every log line of the product and its libraries through the mask to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_event,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_dumps)
        if json
        else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        renderer,
                    ],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.server": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},
            },
        }
    )


def note_request(*, request_id: str, method: str, path: str, status: int, ms: float) -> None:
    """Write the one line of a request, past the logging module: there is one for each, and it is never dropped alone."""
    if not _requests.isEnabledFor(logging.INFO):
        return
    line = {
        "method": method,
        "path": mask(path),
        "status": status,
        "ms": ms,
        "event": "request",
        "request_id": request_id,
        "logger": _requests.name,
        "level": "info",
        "timestamp": datetime.now(UTC).isoformat(timespec="microseconds"),
    }
    sys.stderr.write(_dumps(line) + "\n")


def scrub_event(event: Any, hint: Any) -> Any:
    """Mask what is sent to the error tracker, wherever in the event it stands."""
    return _masked(event)


def _mask_event(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for field, value in event.items():
        if field.startswith("_") or field in _PLAIN_FIELDS:
            continue
        if field in _HIDDEN_FIELDS:
            event[field] = "[hidden]"
        elif isinstance(value, str | dict | list | tuple):
            event[field] = _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {k: "[hidden]" if k in _HIDDEN_FIELDS else _masked(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
