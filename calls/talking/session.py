"""Retell's websocket protocol: what comes in, what goes out. Source: protocol page and demo of Retell, read 2026-11-21."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from calls.talking.manager import Ask, Manager, Spoken

CONFIG = {"response_type": "config", "config": {"auto_reconnect": True, "call_details": True}}
# The platform numbers its questions from 1; the greeting is the answer to none.
_GREETING = 0


class Speaker(Protocol):
    """Who decides what is said: the dialogue manager, or a language model."""

    def open(self) -> Spoken: ...

    def answer(self, words: str) -> Spoken: ...

    def remind(self) -> Spoken: ...


@dataclass(kw_only=True)
class Session:
    """One connection. Only the newest question is answered; what the caller said stands at the end of the transcript.

    `ask` reaches our tools. What was asked is told to the platform, so that it stands in the transcript.
    """

    ask: Ask
    make: Callable[[Ask], Speaker] = lambda ask: Manager(ask=ask)
    _speaker: Speaker = field(init=False)
    _asked: list[dict[str, Any]] = field(default_factory=list)
    _count: int = 0
    _newest: int = 0

    def __post_init__(self) -> None:
        self._speaker = self.make(self._ask_and_tell)

    def begin(self) -> Iterator[dict[str, Any]]:
        """Yield what is sent at once: how we want to be told, and the greeting."""
        yield dict(CONFIG)
        yield from self._said(_GREETING, self._speaker.open())

    def hear(self, message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the answers to one message; what asks for none gets none."""
        kind = message.get("interaction_type")
        if kind == "ping_pong":
            yield {"response_type": "ping_pong", "timestamp": message.get("timestamp", 0)}
        elif kind in ("response_required", "reminder_required"):
            number = message.get("response_id")
            if isinstance(number, int) and number > self._newest:
                self._newest = number
                words = _last_words(message.get("transcript"))
                is_reminder = kind == "reminder_required"
                yield from self._said(
                    number, self._speaker.remind() if is_reminder else self._speaker.answer(words)
                )

    def _said(self, number: int, spoken: Spoken) -> Iterator[dict[str, Any]]:
        yield from self._asked
        self._asked.clear()
        yield _response(number, spoken)

    def _ask_and_tell(self, tool: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        answer = self.ask(tool, arguments)
        self._count += 1
        number = f"tool_{self._count}"
        self._asked += [
            {
                "response_type": "tool_call_invocation",
                "tool_call_id": number,
                "name": tool,
                "arguments": orjson.dumps(dict(arguments)).decode(),
            },
            {
                "response_type": "tool_call_result",
                "tool_call_id": number,
                "content": orjson.dumps(dict(answer)).decode()[:15_000],
            },
        ]
        return answer


def _last_words(transcript: object) -> str:
    """Return what the caller said since the agent spoke last."""
    said: list[str] = []
    for turn in reversed(transcript if isinstance(transcript, list) else []):
        if not isinstance(turn, dict) or turn.get("role") != "user":
            break
        said.append(str(turn.get("content", "")))
    return " ".join(reversed(said)).strip()[:2000]


def _response(number: int, spoken: Spoken) -> dict[str, Any]:
    response: dict[str, Any] = {
        "response_type": "response",
        "response_id": number,
        "content": spoken.text,
        "content_complete": True,
    }
    if spoken.ends_call:
        response["end_call"] = True
    if spoken.transfer_number:
        response["transfer_number"] = spoken.transfer_number
    return response
