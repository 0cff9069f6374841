"""What a voice platform can tell us, in our words."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    STARTED = "call_started"
    ENDED = "call_ended"
    ANALYZED = "call_analyzed"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One thing that was said."""

    role: str
    content: str


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """A question that the agent asked of us, as the platform tells it: also one that never reached us.

    `content` is what came back, empty when nothing did; `after_turn` counts the turns spoken before that.
    """

    name: str
    arguments: dict[str, Any]
    content: str
    was_answered: bool
    after_turn: int


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """All that a delivery says about a call. What was not said is empty or None, never invented."""

    call_id: str
    agent_id: str
    agent_version: int | None
    conversation_id: str
    direction: str
    from_number: str | None  # E.164; None when withheld or no valid number
    to_number: str | None
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    duration_ms: int | None
    end_reason: str
    transcript: str
    turns: tuple[Turn, ...]
    invocations: tuple[Invocation, ...]
    recording_url: str
    summary: str
    sentiment: str
    intent: str
    analysis: dict[str, Any]
    cost_us_cents: Decimal | None
    # What the inbound webhook told the agent about this call.
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A life-cycle event; `kind` is None for events we know of and do not use."""

    kind: EventKind | None
    name: str
    facts: CallFacts


@dataclass(frozen=True, kw_only=True)
class FunctionRequest:
    """The agent asks something during the call."""

    tool: str
    facts: CallFacts
    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InboundRequest:
    """Somebody is ringing; shall the agent answer, and what should it know?"""

    call_id: str | None
    agent_id: str
    from_number: str | None
    to_number: str | None
