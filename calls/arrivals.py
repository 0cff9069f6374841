"""What a delivery about a call sets off: it is folded into the call, and a call that begins is looked at."""

from datetime import datetime
from functools import partial
from uuid import UUID

from calls import disclosure, lifecycle, redaction, transferring
from calls.agents import drift
from calls.models import Agent, Call
from integrations import inbox
from integrations.models import Delivery
from integrations.voice import retell
from integrations.voice.events import EventKind
from tenants import directory, rows, scope

TRANSFER_FAILED = "transfer_cancelled"
# What a branch has published; one that was set up by hand has told us nothing.
_LIVE_AGENT = "tenant_id = %s AND branch_id = %s AND live_number IS NOT NULL"


def apply(delivery: Delivery) -> UUID | None:
    """Apply a recorded event and return the tenant it belongs to.

    :raises inbox.NotOurs: as `lifecycle.apply`
    """
    _redact(delivery)
    if delivery.kind == TRANSFER_FAILED:
        return _nobody_took_over(delivery)
    return lifecycle.apply(delivery, also=partial(_look_at, now=delivery.created_at))


def _redact(delivery: Delivery) -> None:
    """Keep the bytes without what nobody may keep; here, because the door does not read what it acknowledges."""
    received = bytes(delivery.body)
    kept = redaction.body(received)
    if kept is not received:
        delivery.body = kept
        delivery.save(update_fields=["body"])


def _look_at(call: Call, kind: EventKind, *, now: datetime) -> None:
    if kind != EventKind.STARTED:
        disclosure.check_transcript(call, now=now)
        return
    for agent in rows.load(Agent, _LIVE_AGENT, (call.tenant_id, call.branch_id)):
        drift.check(call, agent, now=now)
        disclosure.note_greeting(call, agent, now=now)


def _nobody_took_over(delivery: Delivery) -> UUID:
    """Note the callback for a caller whom nobody took over.

    :raises inbox.NotOurs: the number leads nowhere
    """
    facts = retell.event(retell.load(bytes(delivery.body))).facts
    line = directory.line_for(facts.to_number) if facts.to_number else None
    if line is None:
        raise inbox.NotOurs(lifecycle.NUMBER_UNKNOWN)
    with scope.tenant(line.tenant_id):
        number = delivery.subject_id or inbox.number_for(retell.PROVIDER, facts.call_id)
        call = lifecycle.open_call(facts, number=number, line=line, now=delivery.created_at)
        transferring.instead(
            call, name="", phone="", reason="Verbindung kam nicht zustande", now=delivery.created_at
        )
        lifecycle.look_again(call, now=delivery.created_at)
    return line.tenant_id
