"""Before the call is answered: who is ringing where, told to the agent as variables."""

from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError

from booking import customers
from calls import lifecycle, speech
from calls.models import Call
from integrations import inbox
from integrations.voice import retell
from integrations.voice.events import InboundRequest
from tenants import directory, rows, scope
from tenants.directory import Line
from tenants.models import Branch

log = structlog.get_logger("askpro.reception")
# No agent is named: the number's own agent takes the call.
NOTHING: dict[str, Any] = {"call_inbound": {}}


def greet(asked: InboundRequest, *, body: bytes, now: datetime) -> dict[str, Any]:
    """Return Retell's answer for a call that is about to come in. Never raises: a caller hears it ringing."""
    try:
        line = directory.line_for(asked.to_number) if asked.to_number else None
        if line is None:
            _refuse(asked, body=body, now=now)
            return NOTHING
        return {"call_inbound": {"dynamic_variables": _variables(asked, line, now=now)}}
    except DatabaseError:
        log.exception("inbound_not_answered")
        return NOTHING


def _variables(asked: InboundRequest, line: Line, *, now: datetime) -> dict[str, str]:
    number = inbox.number_for(retell.PROVIDER, asked.call_id) if asked.call_id else None
    with scope.tenant(line.tenant_id):
        branch = Branch.objects.select_related("tenant").get(pk=line.branch_id)
        caller = customers.match_by_phone(asked.from_number)
        if number is not None:
            _announce(asked, line, number, now=now)
    local_now = now.astimezone(branch.zone)
    return {
        "firma": branch.tenant.name,
        "filiale": branch.name,
        "datum": speech.spoken_date(local_now.date()),
        "wochentag": speech.weekday_name(local_now.date()),
        "uhrzeit": f"{local_now:%H:%M}",
        "sprache": branch.language,
        "anrufer_bekannt": "true" if caller else "false",
        "anrufer_name": caller.name if caller else "",
    }


def _announce(asked: InboundRequest, line: Line, number: int, *, now: datetime) -> None:
    """Write the call down as announced; whatever arrives next finds it."""
    announced = Call(
        id=number,
        tenant_id=line.tenant_id,
        branch_id=line.branch_id,
        phone_number_id=line.phone_number_id,
        external_id=asked.call_id or "",
        from_number=asked.from_number,
        to_number=asked.to_number or "",
        agent_id=asked.agent_id,
        status=Call.Status.REGISTERED,
    )
    rows.insert_once(announced, now=now)


def _refuse(asked: InboundRequest, *, body: bytes, now: datetime) -> None:
    inbox.keep_foreign(
        retell.PROVIDER,
        kind="call_inbound",
        body=body,
        external_id=asked.call_id,
        reason=lifecycle.NUMBER_UNKNOWN,
        about=(asked.to_number or "")[:120],
        now=now,
    )
