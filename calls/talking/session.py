"""Retell's websocket protocol: what comes in, what goes out. Source: protocol page and demo of Retell, read 2026-11-21."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
import structlog

from calls import emergencies
from calls.talking.manager import Ask, Manager, Spoken

log = structlog.get_logger("askpro.engine")
CONFIG = {"response_type": "config", "config": {"auto_reconnect": True, "call_details": True}}
# The platform numbers its questions from 1; the greeting is the answer to none.
_GREETING = 0
_LONGEST_TRANSCRIPT = 200
# What these answers say has been done, and the caller has to hear it.
_DONE = frozenset(
    ("booked", "pending", "rescheduled", "cancelled", "callback_noted", "message_noted")
)
_FAILED = "Das hat gerade leider nicht geklappt. Können Sie es bitte noch einmal sagen?"

Turns = Sequence[Mapping[str, str]]
AskWithTurns = Callable[[str, Mapping[str, str], Turns], Mapping[str, Any]]


class Speaker(Protocol):
    """Who decides what is said: the dialogue manager, or a language model."""

    def open(self) -> Spoken: ...

    def answer(self, words: str) -> Spoken: ...

    def remind(self) -> Spoken: ...


@dataclass(kw_only=True)
class Session:
    """One call. Only the newest question is answered; what the caller said stands at the end of the transcript.

    `ask` reaches our tools, with what was said so far, by which they hear danger and the wish for a person. What was
    asked is told to the platform, so that it stands in the transcript. It outlives the connection: the platform dials
    again when one breaks, and then goes on with the same call.
    """

    ask: AskWithTurns
    make: Callable[[Ask], Speaker] = lambda ask: Manager(ask=ask)
    has_begun: bool = False
    _speaker: Speaker = field(init=False)
    _asked: list[dict[str, Any]] = field(default_factory=list)
    _turns: list[dict[str, str]] = field(default_factory=list)
    _untold: list[str] = field(default_factory=list)
    _transfer_number: str = ""
    _count: int = 0
    _newest: int = 0
    _answered: tuple[int, str, dict[str, Any]] | None = None
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._speaker = self.make(self._ask_and_tell)

    def begin(self) -> list[dict[str, Any]]:
        """Return what is sent at once: how we want to be told, and the greeting, once in a call."""
        with self._one_at_a_time:
            self._newest = _GREETING
            if self.has_begun:
                return [dict(CONFIG)]
            self.has_begun = True
            return [dict(CONFIG), *self._said(_GREETING, self._spoken(self._speaker.open))]

    def hear(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the answers to one message; what asks for none gets none."""
        kind, number = message.get("interaction_type"), message.get("response_id")
        if kind == "ping_pong":
            return [pong(message)]
        if not is_question(message) or type(number) is not int:
            return []
        with self._one_at_a_time:
            if number <= self._newest:
                return []
            self._newest = number
            self._turns = _turns_of(message.get("transcript"))
            return self._answer(number, is_reminder=kind == "reminder_required")

    def was_told(self) -> None:
        """Take note that the last answer went out."""
        self._untold.clear()

    def _answer(self, number: int, *, is_reminder: bool) -> list[dict[str, Any]]:
        words = _last_words(self._turns)
        if self._answered is not None and self._answered[:2] == (number, words):
            return [self._answered[2]]  # asked again over a new connection
        earlier = list(self._untold)
        if is_reminder:
            spoken = self._spoken(self._speaker.remind)
        elif emergencies.stands_in(_by_the_caller(self._turns)):
            spoken = self._spoken(self._help)
        else:
            spoken = self._spoken(lambda: self._speaker.answer(words))
        sent = self._said(number, spoken, earlier=earlier)
        self._answered = (number, words, sent[-1])
        return sent

    def _spoken(self, speak: Callable[[], Spoken]) -> Spoken:
        """Return what is said next; whatever breaks, the caller does not sit in silence."""
        try:
            return speak()
        except Exception:
            log.exception("engine_failed")
            return Spoken(text=_FAILED)

    def _help(self) -> Spoken:
        """Return the numbers for danger; every tool answers so, and keeps that it was heard."""
        return Spoken(text=str(self._ask_and_tell("get_context", {})["say"]))

    def _said(
        self, number: int, spoken: Spoken, *, earlier: Iterable[str] = ()
    ) -> list[dict[str, Any]]:
        """Return the tools that were asked, and the answer: behind what was done and never reached the caller."""
        untold = [each for each in earlier if each not in spoken.text]
        told = [*self._asked, _response(number, spoken, untold, self._transfer_number)]
        self._asked, self._transfer_number = [], ""
        return told

    def _ask_and_tell(self, tool: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        answer = self.ask(tool, arguments, self._turns)
        state, data = answer.get("state"), answer.get("data")
        if state in _DONE:
            self._untold.append(str(answer.get("say", "")))
        if state == "transfer" and isinstance(data, dict):
            self._transfer_number = str(data.get("transfer_number") or "")
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


def is_question(message: Mapping[str, Any]) -> bool:
    """Whether a message of the platform wants an answer in words."""
    return message.get("interaction_type") in ("response_required", "reminder_required")


def pong(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a ping, which the platform waits for while we think."""
    return {"response_type": "ping_pong", "timestamp": message.get("timestamp", 0)}


def _turns_of(transcript: object) -> list[dict[str, str]]:
    given = transcript if isinstance(transcript, list) else []
    return [
        {"role": str(turn.get("role", "")), "content": str(turn.get("content", ""))}
        for turn in given[-_LONGEST_TRANSCRIPT:]
        if isinstance(turn, dict)
    ]


def _by_the_caller(turns: Turns) -> list[str]:
    return [turn["content"] for turn in turns if turn["role"] == "user"]


def _last_words(turns: Turns) -> str:
    """Return what the caller said since the agent spoke last."""
    said: list[str] = []
    for turn in reversed(turns):
        if turn["role"] != "user":
            break
        said.append(turn["content"])
    return " ".join(reversed(said)).strip()[:2000]


def _response(
    number: int, spoken: Spoken, untold: Sequence[str], transfer_number: str
) -> dict[str, Any]:
    response: dict[str, Any] = {
        "response_type": "response",
        "response_id": number,
        "content": " ".join((*untold, spoken.text)),
        "content_complete": True,
    }
    if spoken.ends_call:
        response["end_call"] = True
    if spoken.transfer_number or transfer_number:
        response["transfer_number"] = spoken.transfer_number or transfer_number
    return response
