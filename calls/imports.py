"""Calls that no provider delivers: written down by hand or by a test, through the API."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from booking import customers
from calls import outcomes
from calls.models import Call
from integrations import inbox
from tenants import audit
from tenants.actors import Actor
from tenants.models import PhoneNumber

_PROVIDER = "api"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody tells about a call. What is not known is None or empty."""

    from_number: str | None = None  # E.164
    started_at: datetime | None = None
    ended_at: datetime | None = None
    transcript: str = ""
    summary: str = ""
    intent: str = ""
    sentiment: str = ""


def take_down(line: PhoneNumber, told: Told, *, by: Actor, now: datetime) -> Call:
    """Write down a call to one of the tenant's numbers. One that has ended gets its outcome from the rows."""
    external_id = f"api_{uuid4().hex}"
    call = Call(
        id=inbox.number_for(_PROVIDER, external_id),
        external_id=external_id,
        tenant_id=line.tenant_id,
        branch_id=line.branch_id,
        phone_number=line,
        customer=customers.match_by_phone(told.from_number),
        from_number=told.from_number,
        to_number=line.number,
        status=_status(told),
        started_at=told.started_at,
        ended_at=told.ended_at,
        duration_seconds=_seconds(told),
        transcript=told.transcript,
        summary=told.summary,
        intent=told.intent,
        sentiment=told.sentiment,
    )
    if call.status == Call.Status.ENDED:
        call.outcome, call.outcome_reason = outcomes.decide(call)
    call.save(force_insert=True)
    audit.record("took_down", call, tenant_id=call.tenant_id, by=by, now=now)
    return call


def _status(told: Told) -> str:
    if told.ended_at is not None:
        return Call.Status.ENDED
    return Call.Status.REGISTERED if told.started_at is None else Call.Status.ONGOING


def _seconds(told: Told) -> int | None:
    if told.started_at is None or told.ended_at is None:
        return None
    return (told.ended_at - told.started_at) // timedelta(seconds=1)
