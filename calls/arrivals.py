"""What a delivery about a call sets off: it is folded into the call, and a call that begins is looked at."""

from uuid import UUID

from calls import disclosure, lifecycle, transferring
from calls.agents import drift
from calls.models import Call
from integrations import inbox
from integrations.models import Delivery
from integrations.voice import retell
from integrations.voice.events import EventKind
from tenants import directory, rows, scope

TRANSFER_FAILED = "transfer_cancelled"


def apply(delivery: Delivery) -> UUID | None:
    """Apply a recorded event and return the tenant it belongs to.

    :raises inbox.NotOurs: as `lifecycle.apply`
    """
    if delivery.kind == TRANSFER_FAILED:
        return _nobody_took_over(delivery)
    tenant_id = lifecycle.apply(delivery)
    if tenant_id is None:
        return None
    call_id = retell.envelope(retell.load(bytes(delivery.body)))[1]
    number = delivery.subject_id or inbox.number_for(retell.PROVIDER, call_id)
    with scope.tenant(tenant_id):
        for call in rows.load(Call, "tenant_id = %s AND id = %s", (tenant_id, number)):
            _look_at(call, delivery)
    return tenant_id


def _look_at(call: Call, delivery: Delivery) -> None:
    if delivery.kind == EventKind.STARTED:
        drift.check(call, now=delivery.created_at)
        disclosure.note_greeting(call, now=delivery.created_at)
    elif delivery.kind in (EventKind.ENDED, EventKind.ANALYZED):
        disclosure.check_transcript(call, now=delivery.created_at)


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
    return line.tenant_id
