"""No audio of whoever said no: the platform is made to forget the call, and our copies lose the way to it.

What the platform keeps of a call can be chosen only as a whole, transcript and analysis included, and we need both to
hold what was promised against the rows. So the call is taken in first, and deleted there as soon as it was analysed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from calls.models import Call, Desk, RecordingRemoval
from integrations import credentials, inbox, retrying
from integrations.errors import ConfigurationError, PermanentError, RetryableError
from integrations.voice import client, retell
from tenants import alerts, rows, scope

log = structlog.get_logger("askpro.recordings")
NOT_REMOVED = "recording_not_removed"
# The analysis comes minutes after the end. Whether or not it does: an hour later the recording goes.
_WAITS_FOR_ANALYSIS = timedelta(hours=1)
_NO = (Call.Consent.DENIED, Call.Consent.REVOKED)
# Longer than one attempt may take; then somebody else may try.
_LEASE = timedelta(minutes=2)


def note(call: Call, *, now: datetime) -> None:
    """Write down that the recording of a call that is over must go, if the caller did not agree to it."""
    if not _must_go(call):
        return
    is_complete = call.status == Call.Status.ANALYZED
    due_at = now if is_complete else (call.ended_at or now) + _WAITS_FOR_ANALYSIS
    removal, is_new = RecordingRemoval.objects.get_or_create(
        call=call, defaults={"tenant_id": call.tenant_id, "due_at": due_at}
    )
    if not is_new and removal.due_at is not None and due_at < removal.due_at:
        removal.due_at = due_at
        removal.save(update_fields=["due_at", "updated_at"])


def carry_out(tenant_id: UUID, *, now: datetime) -> int:
    """Have the platform forget what is due of one business, and return how many calls it forgot.

    Goes over the network: no transaction may be open.
    """
    with scope.tenant(tenant_id):
        due = _claim(now=now)
    return sum(_remove(tenant_id, each, now=now) for each in due)


@dataclass(frozen=True, kw_only=True)
class _Due:
    removal: int
    call: int
    external_id: str


def _must_go(call: Call) -> bool:
    """Whether the caller said no, or was to be asked and said nothing."""
    if call.recording_consent:
        return call.recording_consent in _NO
    asks = rows.load(
        Desk,
        "tenant_id = %s AND branch_id = %s AND asks_to_record",
        (call.tenant_id, call.branch_id),
    )
    return bool(asks)


def _claim(*, now: datetime) -> list[_Due]:
    due = RecordingRemoval.objects.select_related("call").filter(due_at__lte=now)
    claimed = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk"))
    for row in claimed:
        row.attempts += 1
        row.due_at = now + _LEASE
        row.save(update_fields=["attempts", "due_at", "updated_at"])
    return [
        _Due(removal=row.pk, call=row.call_id, external_id=row.call.external_id) for row in claimed
    ]


def _remove(tenant_id: UUID, due: _Due, *, now: datetime) -> bool:
    try:
        key = credentials.secret_for(tenant_id, retell.PROVIDER)
        # Not there is as good as forgotten.
        client.delete_call(due.external_id, key=key)
    except (RetryableError, PermanentError, ConfigurationError) as error:
        with scope.tenant(tenant_id):
            _note_failure(due, error, now=now)
        return False
    with scope.tenant(tenant_id):
        inbox.rewrite(due.call, retell.without_audio)
        RecordingRemoval.objects.filter(pk=due.removal).update(
            due_at=None, removed_at=now, last_error="", updated_at=now
        )
    return True


def _note_failure(due: _Due, error: Exception, *, now: datetime) -> None:
    explained = retrying.explain(error)
    row = RecordingRemoval.objects.select_for_update(of=("self",)).get(pk=due.removal)
    delay = retrying.delay_after(row.attempts, error=error)
    row.last_error = explained[:300]
    row.due_at = None if delay is None else now + delay
    row.save(update_fields=["last_error", "due_at", "updated_at"])
    log.warning("recording_not_removed", call=due.call, error=explained)
    if delay is None:
        alerts.raise_alert(
            NOT_REMOVED, tenant_id=row.tenant_id, about=str(due.call), now=now, error=explained
        )
