"""Dialling: one call from the first ring to the last event, and the story it makes."""

import hashlib
import random
from collections.abc import Callable, Mapping
from typing import Any

from calls.simulator import tape
from calls.simulator.conversation import Conversation
from calls.simulator.line import AGENT, WITHHELD, Line, Switches, Wire
from calls.simulator.persona import Persona
from calls.simulator.story import CallStory
from integrations.errors import RetryableError

# What holds the conversation: the plain one, or one with a goal and habits.
Speaking = Callable[..., Conversation]


class NobodyAnswers(RetryableError):
    """There is no server at the other end of the line, or one that does not speak."""


def place_call(
    line: Line,
    persona: Persona,
    switches: Switches | None = None,
    *,
    run_id: str = "run",
    speaking: Speaking = Conversation,
) -> CallStory:
    """Place one call from the first ring to the last event and return its story.

    Seed and `run_id` decide everything that our answers leave open, also the id of the call: the same run placed
    twice is, to us, one call.

    `speaking` makes the conversation, where it is not the plain one.

    :raises NobodyAnswers: not even the ring gets an answer
    """
    switches = switches or Switches()
    dice = random.Random(f"call {persona.seed} {run_id}")  # noqa: S311 — a play, no secret
    wire = Wire(line=line, switches=switches, dice=dice)
    call_id = _call_id(run_id, persona)
    from_number = WITHHELD if switches.withheld else persona.phone
    greeting = _ring(wire, call_id=call_id, from_number=from_number)
    recording = tape.begin(
        call_id=call_id,
        agent=AGENT,
        from_number=from_number,
        to_number=line.dialled,
        now_ms=(line.clock_ms or line.sender.now_ms)(),
        greeting=greeting,
        dice=dice,
    )
    wire.report("call_started", recording.facts)
    talk = speaking(wire=wire, tape=recording, persona=persona, switches=switches)
    talk.hold()
    over = recording.ended(reason=talk.end_reason, collected=talk.collected())
    wire.report("call_ended", over)
    wire.report("call_analyzed", {**over, "call_analysis": talk.analysis()})
    wire.drain()
    return CallStory(
        call_id=call_id,
        dialled=line.dialled,
        persona=persona,
        switches=switches,
        moments=tuple(talk.moments),
        posted=tuple(wire.posted),
        told=talk.told,
        was_promised_a_callback=talk.was_promised_a_callback,
        end_reason=talk.end_reason,
    )


def _call_id(run_id: str, persona: Persona) -> str:
    digest = hashlib.sha256(f"{run_id} {persona.seed} {persona.phone}".encode()).hexdigest()
    return f"call_{digest[:27]}"


def _ring(wire: Wire, *, call_id: str, from_number: str) -> Mapping[str, Any]:
    answer = wire.ring(
        {
            "call_id": call_id,
            "agent_id": AGENT["agent_id"],
            "agent_version": AGENT["agent_version"],
            "from_number": from_number,
            "to_number": wire.line.dialled,
        }
    )
    if answer.failure:
        raise NobodyAnswers("retell", "inbound", code=answer.failure)
    greeting = answer.content.get("call_inbound")
    return greeting if answer.is_accepted and isinstance(greeting, dict) else {}
