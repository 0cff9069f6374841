"""The line to us, and all that can go wrong on it: events twice, late, in another order or never, questions repeated."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.voice.loopback import Answer, Sender

EVENTS = ("call_started", "call_ended", "call_analyzed")
# The agent that the number has when the inbound webhook names none.
AGENT = {"agent_id": "agent_5131a70000000000000000aa", "agent_version": 1, "agent_name": "Empfang"}
# A withheld number; how the platform writes it is not documented, this is what is assumed.
WITHHELD = "anonymous"


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What goes wrong on the way. All of it may be combined.

    `reorder` delivers the events in another order, chosen by the seed; `delay_seconds` holds each event back, so that
    questions overtake it; `repeat_tool` asks every question twice, word for word, and goes by the second answer.
    """

    duplicate: bool = False
    reorder: bool = False
    delay_seconds: float = 0.0
    lose: frozenset[str] = frozenset()
    withheld: bool = False
    repeat_tool: bool = False

    def __post_init__(self) -> None:
        unknown = self.lose - set(EVENTS)
        if unknown:
            raise ValueError(
                f"only life-cycle events can be lost, not {', '.join(sorted(unknown))}"
            )


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One request that left for us, and what came back."""

    kind: str  # inbound, event or function
    name: str
    content: Mapping[str, Any]
    answer: Answer
    is_repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A number that can be dialled, at one installation."""

    sender: Sender
    dialled: str
    sleep: Callable[[float], None] = time.sleep
    # When the call begins, as the platform will tell; without it the sender's own clock says so.
    clock_ms: Callable[[], int] | None = None


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    event: str
    call: Mapping[str, Any]
    due: float


@dataclass(kw_only=True)
class Wire:
    """One call's connection. Events wait here until they are due; nothing runs in the background."""

    line: Line
    switches: Switches
    dice: random.Random
    posted: list[Posted] = field(default_factory=list)
    _order: tuple[str, ...] = EVENTS
    _waiting: list[_Waiting] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.switches.reorder:
            self._order = _other_order(self.dice)

    def ring(self, call_inbound: Mapping[str, Any]) -> Answer:
        """Ask how the call is to be answered."""
        content = dict(call_inbound)
        for is_repeat in (False, True) if self.switches.duplicate else (False,):
            answer = self.line.sender.ring(content)
            self._note("inbound", "call_inbound", content, answer, is_repeat=is_repeat)
        return answer

    def report(self, event: str, call: Mapping[str, Any]) -> None:
        """Deliver a life-cycle event, at once or when the switches say so."""
        due = time.monotonic() + self.switches.delay_seconds
        self._waiting.append(_Waiting(event=event, call=call, due=due))
        self._deliver_due()

    def ask(self, tool: str, call: Mapping[str, Any], arguments: Mapping[str, Any]) -> Answer:
        """Ask a function and return the answer that the agent goes by."""
        self._deliver_due()
        content = {"name": tool, "call": dict(call), "args": dict(arguments)}
        for is_repeat in (False, True) if self.switches.repeat_tool else (False,):
            answer = self.line.sender.ask(tool, call, arguments)
            self._note("function", tool, content, answer, is_repeat=is_repeat)
        return answer

    def drain(self) -> None:
        """Deliver all events that still wait, each when it is due."""
        for waiting in sorted(self._waiting, key=lambda each: self._order.index(each.event)):
            remaining = waiting.due - time.monotonic()
            if remaining > 0:
                self.line.sleep(remaining)
            self._deliver(waiting)
        self._waiting.clear()

    def _deliver_due(self) -> None:
        while self._waiting and self._is_next(self._waiting[0]):
            self._deliver(self._waiting.pop(0))

    def _is_next(self, waiting: _Waiting) -> bool:
        """In another order only the first of that order leaves during the call; the rest is sorted at its end."""
        in_turn = not self.switches.reorder or waiting.event == self._order[0] == EVENTS[0]
        return in_turn and waiting.due <= time.monotonic()

    def _deliver(self, waiting: _Waiting) -> None:
        if waiting.event in self.switches.lose:
            return
        content = {"event": waiting.event, "call": dict(waiting.call)}
        for is_repeat in (False, True) if self.switches.duplicate else (False,):
            answer = self.line.sender.report(waiting.event, waiting.call)
            self._note("event", waiting.event, content, answer, is_repeat=is_repeat)

    def _note(
        self, kind: str, name: str, content: Mapping[str, Any], answer: Answer, *, is_repeat: bool
    ) -> None:
        self.posted.append(
            Posted(kind=kind, name=name, content=content, answer=answer, is_repeat=is_repeat)
        )


def _other_order(dice: random.Random) -> tuple[str, ...]:
    order = list(EVENTS)
    while tuple(order) == EVENTS:
        dice.shuffle(order)
    return tuple(order)
