"""One question of the agent, from the signed request to the answer that the caller hears."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog
from django.db import DatabaseError

from booking.calendars import settling
from calls import answers, decisions, lifecycle, redaction, rules, tools
from calls.answers import Answer, Waiting
from calls.models import Call
from calls.tools import Tool
from integrations import inbox
from integrations.voice import retell
from integrations.voice.events import FunctionRequest
from tenants import scope, statements

log = structlog.get_logger("askpro.conversation")
# Where the note is all that the question wrote, nothing was promised: then nobody waits for the disk
# (docs/decisions/0007-a-question-does-not-wait-for-the-disk.md). A transaction that has written something has a number by now.
_NOTE = """
WITH hurry AS MATERIALIZED (
  SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL
    THEN set_config('synchronous_commit', 'off', true) END){late}
INSERT INTO calls_toolcall (tenant_id, call_id, name, arguments, state, answer, duration_ms, at, rules_version,
  decisions, created_at, updated_at)
SELECT %(tenant)s, %(call)s, %(name)s, %(arguments)s::jsonb, %(state)s, %(answer)s::jsonb, %(duration_ms)s, %(now)s,
  %(rules)s, %(decisions)s::jsonb, %(now)s, %(now)s
FROM hurry
"""
# Who hangs up while a tool still works is over before its answer stands: then the outcome is decided once more.
_LATE = """, late AS (
  UPDATE calls_call SET settle_at = %(now)s
  WHERE tenant_id = %(tenant)s AND id = %(call)s AND status IN ('ended', 'analyzed'))"""
_NOTE_IN_TIME, _NOTE_LATE = _NOTE.format(late=""), _NOTE.format(late=_LATE)
_LASTING = frozenset(
    ("booked", "pending", "rescheduled", "cancelled", "callback_noted", "message_noted", "question_noted", "failed")
)  # fmt: skip
# Where no branch is known there is no branch's clock; the product's home market has this one.
_HOME = ZoneInfo("Europe/Berlin")


def answer(asked: FunctionRequest, *, body: bytes, began: float, now: datetime) -> dict[str, Any]:
    """Answer a function of a running call and keep question, answer and duration. Never raises.

    `began` is the reading of `time.perf_counter()` when the request came in.
    """
    try:
        asked = replace(asked, arguments=redaction.everything(asked.arguments))
        return _answer(asked, body=body, began=began, now=now)
    except Exception:
        log.exception("tool_failed", tool=asked.tool)
        return answers.FAILED.as_json(local_now=now.astimezone(_HOME))


def not_understood(*, now: datetime) -> dict[str, Any]:
    """Return the answer to a request that could not be read."""
    return answers.INVALID_ARGUMENTS.as_json(local_now=now.astimezone(_HOME))


def _answer(asked: FunctionRequest, *, body: bytes, began: float, now: datetime) -> dict[str, Any]:
    call, zone = None, _HOME
    reply = answers.UNKNOWN_NUMBER
    otherwise = answers.FAILED
    decided: list[dict[str, Any]] = []
    tool = tools.find(asked.tool)
    try:
        with lifecycle.opened(asked.facts, now=now) as reached:
            if reached is not None:
                call, zone = reached
                with decisions.logged() as decided:
                    reply = _reply(tool, asked, call, now=now)
                if reply.waiting is None:
                    _note(call, asked, reply, began=began, now=now, decided=decided)
        if call is not None and reply.waiting is not None:
            otherwise = answers.UNSURE  # it is written by now: nobody may say that it is not
            reply = _after(reply.waiting, call, asked, began=began, now=now, decided=decided)
    except Exception as error:
        if call is None:
            raise
        log.exception("tool_failed", tool=asked.tool, call=call.pk, error=type(error).__name__)
        reply = otherwise
        _note_failure(asked, reply, began=began, now=now)
    if call is None:
        _keep(asked, body=body, now=now)
    return reply.as_json(local_now=now.astimezone(zone))


def _after(
    waiting: Waiting,
    call: Call,
    asked: FunctionRequest,
    *,
    began: float,
    now: datetime,
    decided: Sequence[dict[str, Any]],
) -> Answer:
    """Ask the calendar between two transactions, and answer by what the rows say then."""
    settling.wait_for(waiting.appointment_id, tenant_id=call.tenant_id, now=now)
    # Whoever hung up meanwhile did not hear it.
    later = now + timedelta(seconds=time.perf_counter() - began)
    with scope.tenant(call.tenant_id):
        reply = waiting.then(call, later)
        _note(call, asked, reply, began=began, now=now, decided=decided)
    return reply


def _reply(tool: Tool | None, asked: FunctionRequest, call: Call, *, now: datetime) -> Answer:
    if tool is None:
        return Answer(
            state="unknown_tool",
            say="Das kann ich leider nicht.",
            data={"tools": list(tools.TOOLS)},
        )
    return tools.answer(
        tool,
        call,
        given=asked.arguments,
        turns=asked.facts.turns,
        told=asked.facts.variables,
        began=asked.facts.started_at,
        now=now,
    )


def _note(
    call: Call,
    asked: FunctionRequest,
    reply: Answer,
    *,
    began: float,
    now: datetime,
    decided: Sequence[dict[str, Any]] = (),
) -> None:
    is_over = call.status in (Call.Status.ENDED, Call.Status.ANALYZED)
    statements.run(
        _NOTE_LATE if is_over or reply.state in _LASTING else _NOTE_IN_TIME,
        {
            "tenant": call.tenant_id,
            "call": call.pk,
            "name": asked.tool[:64],
            "arguments": _json(asked.arguments),
            "state": reply.state,
            "answer": _json({"say": reply.say, "data": reply.data}),
            "duration_ms": round((time.perf_counter() - began) * 1000),
            "now": now,
            "rules": rules.version(),
            "decisions": _json(decided),
        },
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _note_failure(asked: FunctionRequest, reply: Answer, *, began: float, now: datetime) -> None:
    """Keep the failure with the call; the failure of that is in the log above."""
    try:
        with lifecycle.opened(asked.facts, now=now) as reached:
            if reached is not None:
                _note(reached[0], asked, reply, began=began, now=now)
    except DatabaseError:
        log.exception("tool_failure_not_kept", tool=asked.tool)


def _keep(asked: FunctionRequest, *, body: bytes, now: datetime) -> None:
    """Keep a signed question that belongs to nobody, and tell the platform."""
    inbox.keep_foreign(
        retell.PROVIDER,
        kind=f"function {asked.tool}",
        body=redaction.body(body),
        external_id=asked.facts.call_id,
        reason=lifecycle.NUMBER_UNKNOWN,
        about=(asked.facts.to_number or "")[:120],
        now=now,
    )
