"""Asking the platform about calls: what no webhook told us is fetched and goes the way of every delivery.

Goes over the network, so no transaction may be open. What is fetched is recorded in the inbox with its bytes; the
same fold applies it, so fetching twice, or fetching what arrives by itself, changes nothing.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
import structlog

from calls import lifecycle
from calls.models import Call
from integrations import credentials, inbox
from integrations.errors import ConfigurationError, ProviderError
from integrations.voice import client, retell
from integrations.voice.events import CallFacts, EventKind
from tenants import directory, scope

log = structlog.get_logger("askpro.refresh")
# The analysis of a long call comes minutes after its end.
RECENTLY = timedelta(minutes=45)
A_WEEK = timedelta(days=7)
# A platform that does not answer for so long is not waited for any more.
_GIVE_UP_AFTER = timedelta(hours=24)
_OVER = (Call.Status.ENDED, Call.Status.ANALYZED)
_ENDED_THERE = ("ended", "error", "not_connected")


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What a look at the platform brought."""

    seen: int = 0
    fetched: int = 0
    failed: int = 0

    def __add__(self, other: "Refreshed") -> "Refreshed":
        return Refreshed(
            seen=self.seen + other.seen,
            fetched=self.fetched + other.fetched,
            failed=self.failed + other.failed,
        )


def look_back(*, since: datetime, until: datetime) -> Refreshed:
    """Compare every workspace's calls of a period with ours and fetch what is missing or unfinished here."""
    return sum(
        (
            _look_into(owner, key, since=since, until=until)
            for owner, key in credentials.accounts(retell.PROVIDER)
        ),
        Refreshed(),
    )


def fetch(call_id: str, *, key: str) -> bool:
    """Fetch one call and record it as a delivery; tell whether the platform knows it.

    :raises ProviderError: no usable answer
    """
    fetched = client.get_call(call_id, key=key)
    if fetched is None:
        return False
    event = _event_of(fetched.facts)
    inbox.record(
        retell.PROVIDER,
        key=f"fetched:{event}:{call_id}:{hashlib.sha256(fetched.body).hexdigest()[:32]}",
        kind=event,
        body=orjson.dumps({"event": event, "call": orjson.Fragment(fetched.body)}),
        external_id=call_id,
    )
    return True


def close_stale(tenant_id: UUID, *, now: datetime) -> int:
    """Ask the platform about the tenant's calls that nobody reported the end of, and end those it does not know.

    Returns how many were ended here; those that the platform knows the end of come in as deliveries.
    """
    with scope.tenant(tenant_id):
        stale = lifecycle.stale(now=now)
    unknown = [
        number for number, call_id, began in stale if _is_lost(tenant_id, call_id, began, now=now)
    ]
    with scope.tenant(tenant_id):
        return lifecycle.close(unknown, now=now)


def _is_lost(tenant_id: UUID, call_id: str, began: datetime, *, now: datetime) -> bool:
    """Whether nothing more will be learnt about a call."""
    try:
        key = credentials.secret_for(tenant_id, retell.PROVIDER)
    except ConfigurationError as error:
        # Without an account there is nobody to ask; a key that was switched off may come back.
        return error.code == "no_key" or now - began > _GIVE_UP_AFTER
    try:
        was_fetched = fetch(call_id, key=key)
    except ProviderError as error:
        log.warning("stale_call_not_asked_for", error=str(error))
        return now - began > _GIVE_UP_AFTER
    return not was_fetched or now - began > _GIVE_UP_AFTER


def _look_into(owner: UUID | None, key: str, *, since: datetime, until: datetime) -> Refreshed:
    found = Refreshed()
    try:
        for facts in _listed(key, since=since, until=until):
            found += _compare(owner, facts, key=key)
    except ProviderError as error:
        log.warning("calls_not_listed", error=str(error))
        found += Refreshed(failed=1)
    return found


def _listed(key: str, *, since: datetime, until: datetime) -> Iterator[CallFacts]:
    page: str | None = None
    while True:
        answer = client.list_calls(since=since, until=until, key=key, page=page)
        yield from answer.calls
        page = answer.next_page
        if page is None:
            return


def _compare(owner: UUID | None, facts: CallFacts, *, key: str) -> Refreshed:
    line = directory.line_for(facts.to_number) if facts.to_number else None
    # A business's own workspace speaks for that business alone.
    if line is None or owner not in (None, line.tenant_id) or _is_complete(line.tenant_id, facts):
        return Refreshed(seen=1)
    try:
        was_there = fetch(facts.call_id, key=key)
    except ProviderError as error:
        log.warning("call_not_fetched", error=str(error))
        return Refreshed(seen=1, failed=1)
    return Refreshed(seen=1, fetched=int(was_there))


def _is_complete(tenant_id: UUID, facts: CallFacts) -> bool:
    """Whether we know as much as the platform's list says there is."""
    with scope.tenant(tenant_id):
        call = Call.objects.filter(external_id=facts.call_id).first()
    if call is None:
        return False
    if facts.status not in _ENDED_THERE:
        return True
    has_analysis = bool(call.analysis) or not facts.analysis
    return call.status in _OVER and has_analysis and call.end_reason != lifecycle.NEVER_REPORTED


def _event_of(facts: CallFacts) -> str:
    if facts.status not in _ENDED_THERE:
        return EventKind.STARTED
    return EventKind.ANALYZED if facts.analysis else EventKind.ENDED
