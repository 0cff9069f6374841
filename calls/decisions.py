"""The decision log: what each rule was given during a call and what it said, so that it can be asked once more."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_log: ContextVar[list[dict[str, Any]] | None] = ContextVar("decisions", default=None)


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """Collect what is decided inside, in order."""
    collected: list[dict[str, Any]] = []
    token = _log.set(collected)
    try:
        yield collected
    finally:
        _log.reset(token)


def note(rule: str, *, given: dict[str, Any], said: dict[str, Any]) -> None:
    """Write down one decision: JSON values only. Where nobody collects, nothing happens."""
    collected = _log.get()
    if collected is not None:
        collected.append({"rule": rule, "given": given, "said": said})
