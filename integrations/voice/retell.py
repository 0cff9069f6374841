"""Retell's signature and webhooks, translated into our vocabulary (`integrations/voice/events.py`).

Source: Retell documentation on webhooks and custom functions, retell-sdk 6.2.13, read 2026-11-21.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from integrations.errors import PermanentError
from integrations.voice import numbers
from integrations.voice.events import (
    CallFacts,
    Event,
    EventKind,
    FunctionRequest,
    InboundRequest,
    Invocation,
    Turn,
)

PROVIDER = "retell"
SIGNATURE_HEADER = "HTTP_X_RETELL_SIGNATURE"
_TOLERANCE_MS = 300_000
# [0-9] and not \d, which also takes the digits of other scripts.
_STAMPED = re.compile(r"v=([0-9]{1,15}),d=([0-9a-f]{64})")
_PLAIN = re.compile(r"[0-9a-f]{64}")
# Seconds until the year 5138, milliseconds since 1973: what is smaller than this is seconds.
_SMALLEST_MS = 100_000_000_000
KINDS = {kind.value: kind for kind in EventKind}


class Unreadable(PermanentError):
    """A signed body that cannot be understood; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(PROVIDER, "webhook", code=code)


def is_signed(
    body: bytes, header: str, *, keys: Iterable[str], plain_secret: str, now_ms: int
) -> bool:
    """Tell whether Retell signed exactly these bytes, within five minutes of now.

    The plain-hex form (HMAC over the body alone) counts only where a webhook secret is set; without any secret
    nothing is valid.
    """
    stamped = _STAMPED.fullmatch(header)
    if stamped is not None:
        stamp, digest = stamped.groups()
        if abs(now_ms - int(stamp)) > _TOLERANCE_MS:
            return False
        return any(
            hmac.compare_digest(_hmac(key, body + stamp.encode()), digest) for key in keys if key
        )
    if plain_secret and _PLAIN.fullmatch(header):
        return hmac.compare_digest(_hmac(plain_secret, body), header)
    return False


def sign(body: bytes, *, key: str, now_ms: int) -> str:
    """Return the header that Retell would send with these bytes."""
    stamp = str(now_ms)
    return f"v={stamp},d={_hmac(key, body + stamp.encode())}"


def load(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body.

    :raises Unreadable: not JSON (including NaN, bad UTF-8, nesting without end), or not an object
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unreadable("malformed_json") from error
    if not isinstance(content, dict):
        raise Unreadable("not_an_object")
    return content


def envelope(content: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Return event name, call id and call object of a webhook, in either envelope (`call` or `data`).

    :raises Unreadable: without an event, a call object or a call id there is nothing to go by
    """
    event = content.get("event")
    if not isinstance(event, str) or not _is_id(
        event
    ):  # it becomes part of the key, and Postgres keeps no NUL
        raise Unreadable("event_missing")
    call = content.get("call", content.get("data", content.get("chat")))
    if not isinstance(call, dict):
        raise Unreadable("call_missing")
    return event, _call_id(call), call


def event(content: dict[str, Any]) -> Event:
    """Translate a webhook.

    :raises Unreadable: as `envelope`
    """
    name, call_id, call = envelope(content)
    return Event(kind=KINDS.get(name), name=name, facts=_facts(call, call_id))


def without_audio(body: bytes) -> bytes:
    """Return a webhook's body without the links to its recordings."""
    try:
        content = load(body)
    except Unreadable:
        return body
    for name in ("call", "data"):
        facts = content.get(name)
        if isinstance(facts, dict):
            content[name] = {
                field: value for field, value in facts.items() if not _leads_to_audio(field)
            }
    return orjson.dumps(content)


def _leads_to_audio(field: str) -> bool:
    return "recording" in field and field.endswith("url")


def tool_name(written: str) -> str:
    """Return the name in an address as it can be kept: an unknown one stays unknown."""
    return written.replace("\x00", "\ufffd")


def function_request(content: dict[str, Any], *, tool: str) -> FunctionRequest:
    """Translate a custom function request. Only the envelope says who and where; the arguments say what.

    :raises Unreadable: no call object, no call id, or arguments that are no object
    """
    call = content.get("call", content.get("data"))
    if not isinstance(call, dict):
        raise Unreadable("call_missing")
    return FunctionRequest(
        tool=tool, facts=_facts(call, _call_id(call)), arguments=_arguments(content)
    )


def inbound_request(content: dict[str, Any]) -> InboundRequest:
    """Translate the question whether and how a call is to be answered.

    :raises Unreadable: no `call_inbound` object
    """
    inbound = content.get("call_inbound")
    if not isinstance(inbound, dict):
        raise Unreadable("call_missing")
    call_id = inbound.get("call_id")
    return InboundRequest(
        call_id=call_id if _is_id(call_id) else None,
        agent_id=_text(inbound.get("agent_id"), 100),
        from_number=numbers.of_caller(_text(inbound.get("from_number"), 40)),
        to_number=numbers.e164(_text(inbound.get("to_number"), 40)),
    )


def _hmac(key: str, message: bytes) -> str:
    return hmac.digest(key.encode(), message, hashlib.sha256).hex()


def _call_id(call: dict[str, Any]) -> str:
    call_id = call.get("call_id", call.get("chat_id"))
    if not _is_id(call_id):
        raise Unreadable("call_id_missing")
    return str(call_id)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _arguments(content: dict[str, Any]) -> dict[str, Any]:
    for name in ("args", "arguments", "parameters"):
        given = content.get(name)
        if isinstance(given, str) and given:
            given = load(given.encode())
        if isinstance(given, dict):
            return _object(_clean(given))
        if given is not None and given != "":
            raise Unreadable("arguments_not_an_object")
    return {}


def _facts(call: dict[str, Any], call_id: str) -> CallFacts:
    analysis = _object(call.get("call_analysis"))
    cost = _object(call.get("call_cost"))
    return CallFacts(
        call_id=call_id,
        agent_id=_text(call.get("agent_id"), 100),
        agent_version=_integer(call.get("agent_version")),
        conversation_id=_text(call.get("conversation_id"), 200),
        direction=_text(call.get("direction"), 10) or "inbound",
        from_number=numbers.of_caller(_text(call.get("from_number"), 40)),
        to_number=numbers.e164(_text(call.get("to_number"), 40)),
        status=_text(call.get("call_status"), 20),
        started_at=_instant(call.get("start_timestamp")),
        ended_at=_instant(call.get("end_timestamp")),
        duration_ms=_integer(call.get("duration_ms")),
        end_reason=_text(call.get("disconnection_reason"), 60),
        transcript=_text(call.get("transcript"), 500_000),
        turns=(
            *(_turns(call.get("transcript_object")) or _turns(_spoken(call))),
            *_last_key(call),
        ),
        invocations=_invocations(call.get("transcript_with_tool_calls")),
        recording_url=_text(call.get("recording_url"), 1000),
        summary=_text(analysis.get("call_summary"), 20_000),
        sentiment=_text(analysis.get("user_sentiment", analysis.get("sentiment")), 20),
        intent=_text(analysis.get("intent"), 100),
        analysis=_clean(analysis),
        cost_us_cents=_decimal(cost.get("combined_cost")),
        variables=_variables(call.get("retell_llm_dynamic_variables")),
    )


def _variables(value: object) -> dict[str, str]:
    given = value if isinstance(value, dict) else {}
    return {name: said for name, said in given.items() if isinstance(said, str)}


def _turns(value: object) -> tuple[Turn, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        Turn(role=_text(turn.get("role"), 30), content=_text(turn.get("content"), 20_000))
        for turn in value[:5000]
        if isinstance(turn, dict) and turn.get("content")
    )


def _last_key(call: dict[str, Any]) -> tuple[Turn, ...]:
    """Return the keys that the caller pressed last, as one turn, if nothing was said after them: 0, or a whole number."""
    entries = call.get("transcript_with_tool_calls")
    keys: list[str] = []
    for entry in reversed(entries if isinstance(entries, list) else []):
        role = entry.get("role") if isinstance(entry, dict) else None
        if role == "dtmf":
            keys.append(_text(str(entry.get("digit", "")), 20))
        if role in ("user", "agent"):
            break
    pressed = "".join(reversed(keys))
    return (Turn(role="dtmf", content=pressed[:40]),) if pressed else ()


_SPEAKING = ("agent", "user")


def _spoken(call: dict[str, Any]) -> list[Any]:
    """Return what was said, from the list that also has the tool calls."""
    everything = call.get("transcript_with_tool_calls")
    return [
        each
        for each in (everything if isinstance(everything, list) else [])
        if isinstance(each, dict) and each.get("role") in _SPEAKING
    ]


def _invocations(value: object) -> tuple[Invocation, ...]:
    """Return the tool calls in order, each with its result where there is one."""
    if not isinstance(value, list):
        return ()
    asked: dict[str, dict[str, Any]] = {}
    spoken = 0
    for position, each in enumerate(value[:5000]):
        role = each.get("role") if isinstance(each, dict) else None
        if role in _SPEAKING and each.get("content"):
            spoken += 1
        elif role == "tool_call_invocation":
            key = str(each.get("tool_call_id") or position)
            asked[key] = {"call": each, "result": None, "spoken": spoken}
        elif role == "tool_call_result" and str(each.get("tool_call_id")) in asked:
            asked[str(each.get("tool_call_id"))] |= {"result": each, "spoken": spoken}
    return tuple(_invocation(**each) for each in asked.values())


def _invocation(*, call: dict[str, Any], result: dict[str, Any] | None, spoken: int) -> Invocation:
    try:
        given = orjson.loads(_text(call.get("arguments"), 20_000) or "{}")
    except orjson.JSONDecodeError:
        given = {}
    content = "" if result is None else _text(result.get("content"), 20_000)
    return Invocation(
        name=_text(call.get("name"), 64),
        arguments=_clean(given) if isinstance(given, dict) else {},
        content=content,
        was_answered=result is not None and result.get("successful") is not False,
        after_turn=spoken,
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "")[:longest]


def _clean(value: Any) -> Any:
    """Return the value without NUL characters, which Postgres cannot keep."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {str(_clean(key)): _clean(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return value


def _integer(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 2**31 else None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.0001"))
    except InvalidOperation:
        return None
    return amount if 0 <= amount < 1_000_000 else None


def _instant(value: object) -> datetime | None:
    """Return the instant of a Unix time in milliseconds or, as the older envelope has it, in seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    seconds = value / 1000 if value >= _SMALLEST_MS else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
