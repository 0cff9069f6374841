"""The tape of a call: who said what when, and the call object that the platform would make of it.

Speech has invented times (a word lasts 240 ms); questions to us take as long as they really took. The call began a
moment ago, so that all that is on the tape lies in the past when it is delivered, as it would in life.
Source: retell-sdk 6.2.13 (PhoneCallResponse) and recorded samples, read 2026-11-21.
"""

import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_WORD_SECONDS, _GAP_SECONDS = 0.24, 0.04
_STARTED_AGO_MS = 120_000
# US cents per second, as an invoice of the platform lists them.
_PRICES = {"retell_platform": 0.1166667, "gpt_4_1": 0.0372, "twilio_telephony": 0.0243}
_SPEAKERS = {"agent": "Agent", "user": "User"}


@dataclass(kw_only=True)
class Tape:
    """One running call. `facts` are the fields that stand from the beginning."""

    facts: dict[str, Any]
    dice: random.Random
    spoken: list[dict[str, Any]] = field(default_factory=list)
    everything: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.6
    answer_latencies_ms: list[float] = field(default_factory=list)

    def say(self, role: str, content: str) -> None:
        """Put a sentence of `agent` or `user` on the tape."""
        turn = {"role": role, "content": content, "words": self._timed(content.split())}
        self.spoken.append(turn)
        self.everything.append(turn)
        pause = round(self.dice.uniform(0.6, 1.3), 2)
        self.answer_latencies_ms.append(round(pause * 1000 + 200, 1))
        self.seconds = round(self.seconds + pause, 2)

    def ask(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """Put the question of a tool on the tape and return its id."""
        tool_call_id = f"tool_call_{self.dice.getrandbits(24):06x}"
        self.everything.append(
            {
                "role": "tool_call_invocation",
                "tool_call_id": tool_call_id,
                "name": tool,
                "arguments": json.dumps(arguments, ensure_ascii=False),
                "type": "custom",
            }
        )
        return tool_call_id

    def answer(
        self, tool_call_id: str, content: str, *, successful: bool, duration_ms: float
    ) -> None:
        """Put the answer of a tool on the tape, as the one string that the model gets."""
        self.everything.append(
            {
                "role": "tool_call_result",
                "tool_call_id": tool_call_id,
                "content": content[:15_000],
                "successful": successful,
            }
        )
        self.seconds = round(self.seconds + duration_ms / 1000, 2)

    def running(self) -> dict[str, Any]:
        """Return the call object as a function gets it: all that was said so far."""
        return {**self.facts, "call_status": "ongoing", **self._transcripts()}

    def ended(self, *, reason: str, collected: Mapping[str, str]) -> dict[str, Any]:
        """Return the call object of `call_ended`: everything but the analysis."""
        duration_ms = round(self.seconds * 1000)
        call_id = self.facts["call_id"]
        return {
            **self.facts,
            "call_status": "ended",
            "end_timestamp": self.facts["start_timestamp"] + duration_ms,
            "duration_ms": duration_ms,
            "disconnection_reason": reason,
            **self._transcripts(),
            **({"collected_dynamic_variables": dict(collected)} if collected else {}),
            "recording_url": f"https://storage.example/{call_id}/recording.wav",
            "public_log_url": f"https://storage.example/{call_id}/public.log",
            "call_cost": _cost(duration_ms),
            "latency": {"e2e": _spread(self.answer_latencies_ms)},
            "llm_token_usage": self._tokens(),
        }

    def _timed(self, words: list[str]) -> list[dict[str, Any]]:
        timed = []
        for position, word in enumerate(words):
            last = position == len(words) - 1
            end = round(self.seconds + _WORD_SECONDS, 2)
            timed.append({"word": word if last else f"{word} ", "start": self.seconds, "end": end})
            self.seconds = end if last else round(end + _GAP_SECONDS, 2)
        return timed

    def _transcripts(self) -> dict[str, Any]:
        if not self.spoken:
            return {}
        lines = (f"{_SPEAKERS[turn['role']]}: {turn['content']}\n" for turn in self.spoken)
        return {
            "transcript": "".join(lines),
            "transcript_object": list(self.spoken),
            "transcript_with_tool_calls": list(self.everything),
        }

    def _tokens(self) -> dict[str, Any]:
        used = [float(1500 + 90 * turn) for turn, _ in enumerate(self.spoken, start=1)]
        average = round(sum(used) / len(used), 1) if used else 0.0
        return {"average": average, "num_requests": float(len(used)), "values": used}


def begin(
    *,
    call_id: str,
    agent: Mapping[str, Any],
    from_number: str,
    to_number: str,
    now_ms: int,
    greeting: Mapping[str, Any],
    dice: random.Random,
) -> Tape:
    """Return the tape of a call that was just answered.

    `greeting` is our answer to the inbound webhook; what it does not set is left out of the call object.
    """
    variables, metadata = greeting.get("dynamic_variables"), greeting.get("metadata")
    facts = {
        "call_type": "phone_call",
        "call_id": call_id,
        "agent_id": greeting.get("override_agent_id") or agent["agent_id"],
        "agent_version": greeting.get("override_agent_version") or agent["agent_version"],
        "agent_name": agent["agent_name"],
        "call_status": "ongoing",
        "direction": "inbound",
        "from_number": from_number,
        "to_number": to_number,
        **({"metadata": metadata} if metadata else {}),
        **({"retell_llm_dynamic_variables": variables} if variables else {}),
        "start_timestamp": now_ms - _STARTED_AGO_MS,
        "data_storage_setting": "everything_except_pii",
        "opt_in_signed_url": True,
        "telephony_identifier": {"twilio_call_sid": f"CA{dice.getrandbits(128):032x}"},
    }
    return Tape(facts=facts, dice=dice)


def _cost(duration_ms: int) -> dict[str, Any]:
    seconds = float(math.ceil(duration_ms / 1000))
    products = [
        {"product": name, "cost": round(seconds * price, 2), "unit_price": price}
        for name, price in _PRICES.items()
    ]
    return {
        "combined_cost": round(sum(seconds * price for price in _PRICES.values()), 2),
        "product_costs": products,
        "total_duration_seconds": seconds,
        "total_duration_unit_price": round(sum(_PRICES.values()), 7),
    }


def _spread(values: list[float]) -> dict[str, Any]:
    if not values:
        return {}
    ordered = sorted(values)
    at = {
        f"p{share}": ordered[min(len(ordered) * share // 100, len(ordered) - 1)]
        for share in (50, 90, 95, 99)
    }
    return {
        **at,
        "max": ordered[-1],
        "min": ordered[0],
        "num": float(len(ordered)),
        "values": list(values),
    }
