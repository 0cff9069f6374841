"""A call, folded together from whatever arrives about it: any order, any number of times, forward only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db.models import Q, QuerySet

from booking import customers, editions
from booking.models import Customer
from calls import outcomes
from calls.models import Call, Desk
from integrations import inbox
from integrations.models import Delivery
from integrations.voice import retell
from integrations.voice.events import CallFacts, EventKind, Invocation
from tenants import directory, rows, scope, statements
from tenants.directory import Line

_STATUS_AFTER = {
    EventKind.STARTED: Call.Status.ONGOING,
    EventKind.ENDED: Call.Status.ENDED,
    EventKind.ANALYZED: Call.Status.ANALYZED,
}
_RANK = {status: rank for rank, status in enumerate(Call.ORDER)}
_NOTHING: tuple[Any, ...] = (None, "", [], {})
# A call that nobody reported the end of is over after two hours.
STALE_AFTER = timedelta(hours=2)
NUMBER_UNKNOWN = "number_unknown"
NEVER_REPORTED = "never_reported"
# Each of them is asked for at the platform; the rest has its turn ten minutes later.
_MOST_AT_ONCE = 200
_THIS_CALL = "tenant_id = %s AND id = %s"
# Who writes a question of this call down meanwhile only refers to it, and does not wait.
_THIS_CALL_ALONE = f"{_THIS_CALL} FOR NO KEY UPDATE"
_AT_HAND = (
    "tenant_id", "id", "branch_id", "phone_number_id", "customer_id", "external_id", "from_number", "to_number",
    "status",
)  # fmt: skip
# No EXISTS: where many calls are thought possible, the planner would rather read the times of all calls, once.
_OPEN = f"""
SELECT tenant_id, time_zone, {", ".join(_AT_HAND[1:])}, (
  SELECT when_closed FROM calls_desk d WHERE d.tenant_id = o.tenant_id AND d.branch_id = o.branch_id), (
  SELECT true FROM booking_appointment a WHERE a.tenant_id = o.tenant_id AND a.call_number = o.id
    AND a.status IN ('held', 'pending', 'confirmed') LIMIT 1),
  {editions.EDITION_OF.format(tenant="o.tenant_id")}
FROM calls_open(%s, %s, %s, %s) o
"""  # noqa: S608 — our own words


def apply(
    delivery: Delivery, *, also: Callable[[Call, EventKind], None] | None = None
) -> UUID | None:
    """Fold a recorded life-cycle event into its call and return the tenant it belongs to.

    `also` is done with the call as it became, in its tenant's scope.

    :raises inbox.NotOurs: an event we do not use, or a number that leads nowhere (that one with an alert)
    """
    event = retell.event(retell.load(bytes(delivery.body)))
    if event.kind is None:
        raise inbox.NotOurs(f"event {event.name} is not used")
    line = directory.line_for(event.facts.to_number) if event.facts.to_number else None
    if line is None:
        raise inbox.NotOurs(
            NUMBER_UNKNOWN, alert=NUMBER_UNKNOWN, about=(event.facts.to_number or "")[:120]
        )
    with scope.tenant(line.tenant_id):
        number = delivery.subject_id or inbox.number_for(retell.PROVIDER, event.facts.call_id)
        call = _folded(event.kind, event.facts, number=number, line=line, now=delivery.created_at)
        if also is not None:
            also(call, event.kind)
    return line.tenant_id


def _folded(kind: EventKind, facts: CallFacts, *, number: int, line: Line, now: datetime) -> Call:
    """Return the call with what the event says written into it; it is created if this is the first to arrive."""
    known = rows.load(Call, _THIS_CALL_ALONE, (line.tenant_id, number))
    if not known:
        fresh = _fresh(facts, number=number, line=line)
        _fold(fresh, kind, facts, now=now)
        if rows.insert_once(fresh, now=now):
            return fresh
        known = rows.load(Call, _THIS_CALL_ALONE, (line.tenant_id, number))
    _fold(known[0], kind, facts, now=now)
    known[0].save()
    return known[0]


def open_call(facts: CallFacts, *, number: int, line: Line, now: datetime) -> Call:
    """Return the call with this number; it is created by whatever arrives first.

    The tenant's scope must be open.
    """
    known = rows.load(Call, _THIS_CALL, (line.tenant_id, number))
    if known:
        return known[0]
    fresh = _fresh(facts, number=number, line=line)
    if rows.insert_once(fresh, now=now):
        return fresh
    return rows.load(Call, _THIS_CALL, (line.tenant_id, number))[0]


def _fresh(facts: CallFacts, *, number: int, line: Line) -> Call:
    return Call(
        id=number,
        tenant_id=line.tenant_id,
        branch_id=line.branch_id,
        phone_number_id=line.phone_number_id,
        **_first_facts(facts),
    )


@contextmanager
def opened(facts: CallFacts, *, now: datetime) -> Iterator[tuple[Call, ZoneInfo] | None]:
    """Open the scope of the business whose number was dialled, with the call and its branch's clock; None: nobody's.

    The same as finding the line, entering its tenant and `open_call`, in one statement: a person is waiting. Of the
    call, only what was needed during a call so far is read, and in which edition its business offers what it offers.
    """
    fresh = orjson.dumps({**_blank(), **_first_facts(facts), "created_at": now, "updated_at": now})
    dialled = facts.to_number or ""
    asked = (retell.PROVIDER, facts.call_id, dialled, fresh.decode())
    with scope.opened_by(_OPEN, asked) as row:
        if row is None:
            yield None
        else:
            yield _reached(*row)


def _reached(tenant_id: UUID, time_zone: str, *rest: Any) -> tuple[Call, ZoneInfo]:
    known = len(_AT_HAND) - 1
    call = rows.made(Call, _AT_HAND, (tenant_id, *rest[:known]))
    when_closed, has_times, call.edition = rest[known:]
    call.has_times = has_times is True
    call.when_closed = when_closed or Desk.WhenClosed.BOOK
    return call, ZoneInfo(time_zone)


@cache
def _blank() -> dict[str, Any]:
    """Return the columns of a call about which nothing is known."""
    empty = Call()
    return {
        str(field.column): getattr(empty, field.attname) for field in Call._meta.concrete_fields
    }


def _first_facts(facts: CallFacts) -> dict[str, Any]:
    """Return what whatever arrives first says about a call."""
    return {
        "external_id": facts.call_id,
        "from_number": facts.from_number,
        "to_number": facts.to_number or "",
        "direction": facts.direction,
        "agent_id": facts.agent_id,
        "agent_version": facts.agent_version,
        "conversation_id": facts.conversation_id,
        "status": Call.Status.REGISTERED,
        "started_at": facts.started_at,
    }


_NOTE_CUSTOMER = (
    "UPDATE calls_call SET customer_id = %s, updated_at = %s"
    " WHERE tenant_id = %s AND id = %s AND customer_id IS NULL"
)


def note_customer(call: Call, customer: Customer, *, now: datetime) -> None:
    """Write down whose call it is, if that is not known yet."""
    if call.customer_id is None:
        call.customer = customer
        statements.run(_NOTE_CUSTOMER, (customer.pk, now, call.tenant_id, call.pk))


def look_again(call: Call, *, now: datetime) -> None:
    """Have a call that is over looked after once more: something came of it afterwards."""
    over = (Call.Status.ENDED, Call.Status.ANALYZED)
    Call.objects.filter(pk=call.pk, status__in=over).update(settle_at=now)


def stale(*, now: datetime) -> list[tuple[int, str, datetime]]:
    """Return number, provider's id and beginning of the active tenant's calls that nobody reported the end of."""
    found = _running().filter(created_at__lt=now - STALE_AFTER).order_by("pk")
    return [(call.pk, call.external_id, call.created_at) for call in found[:_MOST_AT_ONCE]]


def close(numbers: list[int], *, now: datetime) -> int:
    """End those of these calls that still run, and return how many; what is over stays as it ended."""
    count = 0
    running = _running().filter(pk__in=numbers).select_for_update(skip_locked=True, of=("self",))
    for call in running:
        call.status = Call.Status.ENDED
        call.end_reason = call.end_reason or NEVER_REPORTED
        call.outcome, call.outcome_reason = outcomes.decide(call)
        call.settle_at = now
        call.save()
        count += 1
    return count


def _running() -> "QuerySet[Call]":
    return Call.objects.filter(Q(status=Call.Status.REGISTERED) | Q(status=Call.Status.ONGOING))


def _fold(call: Call, kind: EventKind, facts: CallFacts, *, now: datetime) -> None:
    reached = _STATUS_AFTER[kind]
    is_news = _RANK[reached] >= _RANK[Call.Status(call.status)]
    for field, value in _known(facts).items():
        # An event that comes late fills gaps and overrules nothing that a later stage said.
        if field == "recording_url" and call.recording_consent != Call.Consent.GRANTED:
            continue
        if value not in _NOTHING and (is_news or getattr(call, field) in _NOTHING):
            setattr(call, field, value)
    if is_news:
        call.status = reached
    if call.customer_id is None and call.from_number:
        call.customer = customers.match_by_phone(call.from_number)
    if call.status in (Call.Status.ENDED, Call.Status.ANALYZED):
        call.outcome, call.outcome_reason = outcomes.decide(call)
        # What the call left behind is looked at by whoever comes next (`calls/aftercare.py`).
        call.settle_at = now


def _known(facts: CallFacts) -> dict[str, Any]:
    """Return what a delivery adds; what it does not say stays as it was."""
    seconds = None if facts.duration_ms is None else max(0, round(facts.duration_ms / 1000))
    return {
        "agent_id": facts.agent_id,
        "agent_version": facts.agent_version,
        "conversation_id": facts.conversation_id,
        "started_at": facts.started_at,
        "ended_at": facts.ended_at,
        "duration_seconds": seconds,
        "end_reason": facts.end_reason,
        "transcript": facts.transcript,
        "turns": [{"role": turn.role, "content": turn.content} for turn in facts.turns],
        "invocations": [_shown(each) for each in facts.invocations],
        "recording_url": facts.recording_url,
        "summary": facts.summary,
        "sentiment": facts.sentiment,
        "intent": facts.intent,
        "analysis": facts.analysis,
        "cost_us_cents": facts.cost_us_cents,
    }


def _shown(invocation: Invocation) -> dict[str, Any]:
    """Return a question of the agent as it is kept with the call; our answer stands with the tool call."""
    return {
        "name": invocation.name,
        "arguments": invocation.arguments,
        "state": _state_in(invocation.content) if invocation.was_answered else "",
        "after_turn": invocation.after_turn,
    }


def _state_in(content: str) -> str:
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    state = answer.get("state") if isinstance(answer, dict) else None
    return state[:40] if isinstance(state, str) else ""
