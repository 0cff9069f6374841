"""What happened in a simulated call, as far as the two people on the telephone know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calls.simulator.line import Posted, Switches
from calls.simulator.persona import Persona


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence: `speaker` is agent or caller."""

    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question of the agent to us, in between."""

    tool: str
    arguments: Mapping[str, Any]
    state: str  # what we answered, or how we failed ("HTTP 500", "timed_out")
    duration_ms: float
    repeated_ms: float | None = None  # how long the repeat took, where there was one


@dataclass(frozen=True, kw_only=True)
class CallStory:
    """A call from the first ring to the last event. `told` is the appointment that the caller heard of."""

    call_id: str
    dialled: str
    persona: Persona
    switches: Switches
    moments: Sequence[Said | Asked]
    posted: Sequence[Posted]
    told: Mapping[str, Any] | None
    was_promised_a_callback: bool
    end_reason: str

    @property
    def call_number(self) -> int | None:
        """Our number for the call, as the webhook answered it."""
        for post in self.posted:
            number = post.answer.content.get("call_id") if post.kind == "event" else None
            if isinstance(number, int):
                return number
        return None

    @property
    def server_errors(self) -> list[str]:
        """Whatever was not answered with a 2xx, or with a technical failure behind a 2xx."""
        return [_error_of(post) for post in self.posted if _error_of(post)]

    @property
    def was_taken(self) -> bool:
        return any(post.answer.is_accepted for post in self.posted)

    @property
    def accepted_events(self) -> frozenset[str]:
        return frozenset(
            post.name for post in self.posted if post.kind == "event" and post.answer.is_accepted
        )


def _error_of(post: Posted) -> str:
    if not post.answer.is_accepted:
        return f"{post.name}: {post.answer.failure or f'HTTP {post.answer.status}'}"
    if post.kind == "function" and post.answer.content.get("state") in (None, "failed"):
        return f"{post.name}: {post.answer.content.get('state') or 'ohne state'}"
    return ""
