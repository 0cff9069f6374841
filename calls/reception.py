"""Before the call is answered: who is ringing where, told to the agent as variables."""

import hashlib
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError

from booking import customers, doors
from booking.doors import Today
from booking.models import Customer
from calls import desks, identity, lifecycle, speech
from calls.models import Call, CallerRule, Desk
from integrations import inbox
from integrations.models import Delivery
from integrations.voice import retell
from integrations.voice.events import InboundRequest
from tenants import directory, rows, scope, statements
from tenants.directory import Line
from tenants.models import Branch

log = structlog.get_logger("askpro.reception")
# No agent is named: the number's own agent takes the call.
NOTHING: dict[str, Any] = {"call_inbound": {}}


def greet(asked: InboundRequest, *, body: bytes, now: datetime) -> dict[str, Any]:
    """Return Retell's answer for a call that is about to come in. Never raises: a caller hears it ringing.

    A caller who is turned away gets no agent: where the number has none of its own, the call is not answered.
    """
    try:
        line = directory.line_for(asked.to_number) if asked.to_number else None
        if line is None:
            _refuse(asked, body=body, now=now)
            return NOTHING
        answer = _answer(asked, line, now=now)
        if answer is None:
            _keep_turned_away(asked, body=body)
            return NOTHING
        return {"call_inbound": answer}
    except DatabaseError:
        log.exception("inbound_not_answered")
        return NOTHING


def _answer(asked: InboundRequest, line: Line, *, now: datetime) -> dict[str, Any] | None:
    """Return agent and variables for a caller, None for one who is turned away."""
    number = inbox.number_for(retell.PROVIDER, asked.call_id) if asked.call_id else None
    with scope.tenant(line.tenant_id):
        branch = Branch.objects.select_related("tenant").get(pk=line.branch_id)
        desk = desks.of(branch)
        today = doors.today(branch, now=now)
        if _is_turned_away(desk, asked.from_number, is_open=today.is_open, now=now):
            return None
        variables = _variables(asked, branch, desk, today, now=now)
        if number is not None:
            _announce(asked, line, number, now=now)
        agent = _agent_of(branch)
    return {"dynamic_variables": variables, **agent}


def _is_turned_away(desk: Desk, caller: str | None, *, is_open: bool, now: datetime) -> bool:
    rule = desks.turns_away(desk, caller)
    if isinstance(rule, CallerRule):
        desks.count_turned_away(rule, now=now)
        return True
    return rule or (not is_open and desk.when_closed == Desk.WhenClosed.REJECT)


def _variables(
    asked: InboundRequest, branch: Branch, desk: Desk, today: Today, *, now: datetime
) -> dict[str, str]:
    is_open = today.is_open
    caller = customers.match_by_phone(asked.from_number)
    # A number is a hint and no identity: where several people share it, nobody is greeted by name or by habit.
    name = identity.greeted_name(caller, now=now) if caller else ""
    local_now = now.astimezone(branch.zone)
    only_callbacks = not is_open and desk.when_closed == Desk.WhenClosed.CALLBACK
    return {
        "firma": branch.tenant.name,
        "filiale": branch.name,
        "datum": speech.spoken_date(local_now.date()),
        "wochentag": speech.weekday_name(local_now.date()),
        "uhrzeit": f"{local_now:%H:%M}",
        "sprache": (caller.language if caller else "") or branch.language,
        "heute_geoeffnet": _hours(today),
        "jetzt_geoeffnet": _said(is_open),
        "nur_rueckruf": _said(only_callbacks),
        "verbindet": _said(desk.transfers(is_open=is_open)),
        "anrufer_bekannt": _said(caller is not None),
        "anrufer_name": name,
        "anrufer_leistung": _usual_service(caller) if caller and name else "",
    }


def _said(claim: bool) -> str:
    return "true" if claim else "false"


def _hours(today: Today) -> str:
    return ", ".join(
        f"{first // 60}:{first % 60:02d} bis {last // 60 % 24}:{last % 60:02d} Uhr"
        for first, last in today.spans
    ) or "heute geschlossen"  # fmt: skip


_USUAL_SERVICE = """
SELECT s.name FROM (
  SELECT service_id, starts_at FROM booking_appointment
  WHERE tenant_id = %(tenant)s AND customer_id = %(customer)s AND status NOT IN ('cancelled', 'held')
  ORDER BY starts_at DESC, id DESC LIMIT 20
) l
JOIN booking_service s ON s.tenant_id = %(tenant)s AND s.id = l.service_id AND s.is_active
GROUP BY s.id, s.name ORDER BY count(*) DESC, max(l.starts_at) DESC, s.id LIMIT 1
"""


def _usual_service(caller: Customer) -> str:
    """Return what the customer had most often among the last twenty appointments, nothing for a new one."""
    found = statements.value(_USUAL_SERVICE, {"tenant": caller.tenant_id, "customer": caller.pk})
    return str(found or "")


_PUBLISHED = """
SELECT a.agent_id, v.provider_version FROM calls_agent a
LEFT JOIN calls_agentversion v ON v.tenant_id = a.tenant_id AND v.agent_id = a.id AND v.number = a.live_number
WHERE a.tenant_id = %s AND a.branch_id = %s AND a.live_number IS NOT NULL AND a.agent_id <> ''
ORDER BY a.id LIMIT 1
"""


def _agent_of(branch: Branch) -> dict[str, Any]:
    """Return the published agent of the branch; without one the number's own agent takes the call.

    In the published version: without one the platform takes the newest, which may be a draft half made.
    """
    published = statements.run(_PUBLISHED, (branch.tenant_id, branch.pk)).fetchone()
    if published is None:
        return {}
    agent_id, version = published
    named = {} if version is None else {"override_agent_version": version}
    return {"override_agent_id": agent_id, **named}


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


def _keep_turned_away(asked: InboundRequest, *, body: bytes) -> None:
    """Keep the question of a call that was not taken; there is no call of it, and nothing to pay."""
    inbox.record(
        retell.PROVIDER,
        key=f"call_inbound:{hashlib.sha256(body).hexdigest()}",
        kind="call_inbound",
        body=body,
        external_id=asked.call_id,
        state=Delivery.State.IGNORED,
        error="caller_turned_away",
    )
