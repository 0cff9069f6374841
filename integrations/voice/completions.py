"""Chat completions of an OpenAI-compatible endpoint (LLM_BASE_URL), for the optional engine of our own.

Source: OpenAI's API reference for chat completions, as vLLM, llama.cpp and others serve it, read 2026-11-21.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from integrations import http
from integrations.errors import PermanentError, RetryableError

_PROVIDER = "llm"


@dataclass(frozen=True, kw_only=True)
class ToolWish:
    """A tool that the model wants to use."""

    call_id: str
    tool: str
    arguments: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What the model said: words, or tools to use first. `message` goes back into the conversation as it came."""

    text: str
    calls: tuple[ToolWish, ...]
    message: dict[str, Any]


def complete(messages: Sequence[dict[str, Any]], *, tools: list[dict[str, Any]]) -> Completion:
    """Return what the model says next.

    :raises ProviderError: no usable answer
    """
    answer = http.request(
        "POST",
        f"{settings.LLM_BASE_URL.rstrip('/')}/chat/completions",
        provider=_PROVIDER,
        operation="complete",
        headers={**http.bearer(settings.LLM_API_KEY), "Content-Type": "application/json"},
        content=orjson.dumps(
            {
                "model": settings.LLM_MODEL,
                "messages": list(messages),
                "tools": tools,
                "temperature": 0.2,
                "max_tokens": 300,
            }
        ),
    )
    choices = answer.json().get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    if not isinstance(message, dict):
        raise answer.unreadable()
    wishes = tuple(
        _wish(each) for each in message.get("tool_calls") or () if isinstance(each, dict)
    )
    text = message.get("content")
    if not wishes and not (isinstance(text, str) and text.strip()):
        raise answer.unreadable()
    return Completion(text=str(text or "").strip(), calls=wishes, message=message)


def no_end() -> RetryableError:
    """Return the error that a model is which asks and asks and says nothing."""
    return RetryableError(_PROVIDER, "complete", code="no_end")


def _wish(given: dict[str, Any]) -> ToolWish:
    function = given.get("function")
    function = function if isinstance(function, dict) else {}
    try:
        arguments = orjson.loads(function.get("arguments") or "{}")
    except orjson.JSONDecodeError as error:
        raise PermanentError(_PROVIDER, "complete", code="arguments_unreadable") from error
    if not isinstance(arguments, dict):
        raise PermanentError(_PROVIDER, "complete", code="arguments_unreadable")
    return ToolWish(
        call_id=str(given.get("id", "")),
        tool=str(function.get("name", "")),
        arguments={str(name): str(value) for name, value in arguments.items() if value is not None},
    )
