"""The inbox: verify, record, answer, apply once, sweep.

A door records the signed bytes under their key before it answers. A worker applies them: the row is claimed with a
lock, the effects and `processed_at` commit together. Whoever dies in between leaves the row as it was, and the lock
goes with the connection: the next one to look takes it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from integrations import bell, retrying
from integrations.errors import PermanentError
from integrations.models import Delivery
from tenants import alerts, rows, scope, statements

log = structlog.get_logger("askpro.inbox")


class NotOurs(Exception):
    """The delivery is understood and nothing of ours: it is kept as ignored, with an alert where one is named."""

    def __init__(self, reason: str, *, alert: str = "", about: str = "") -> None:
        super().__init__(reason)
        self.alert = alert
        self.about = about


# One round trip: number the subject, keep the bytes, say the number. A row without a tenant may be written by anybody
# and seen by the platform alone, so the statement cannot ask what it wrote. When two first deliveries race for a
# number, one of them gets none here and asks again.
_RECORD = """
WITH known AS (
  SELECT id FROM integrations_subject
  WHERE provider = %(provider)s AND external_id = %(external_id)s::text
), fresh AS (
  INSERT INTO integrations_subject (provider, external_id)
  SELECT %(provider)s, %(external_id)s::text
  WHERE %(external_id)s::text IS NOT NULL AND NOT EXISTS (SELECT FROM known)
  ON CONFLICT DO NOTHING RETURNING id
), number AS (
  SELECT id FROM known UNION ALL SELECT id FROM fresh
), kept AS (
  INSERT INTO integrations_delivery
    (provider, key, kind, subject_id, body, state, error, attempts, next_attempt_at, created_at)
  VALUES (%(provider)s, %(key)s, %(kind)s, (SELECT id FROM number), %(body)s, %(state)s, %(error)s,
    0, now(), now())
  ON CONFLICT DO NOTHING
)
SELECT id FROM number
"""
_NUMBER = "SELECT integrations_number_for(%s, %s)"


def record(
    provider: str,
    *,
    key: str,
    kind: str,
    body: bytes,
    external_id: str | None = None,
    state: str = Delivery.State.NEW,
    error: str = "",
) -> int | None:
    """Keep a verified delivery under its key, durably, ring for the worker, and return our number of its subject.

    One statement, committed when this returns. A key that is known already changes nothing.
    """
    row = statements.run(
        _RECORD,
        {
            "provider": provider,
            "external_id": external_id,
            "key": key,
            "kind": kind[:60],
            "body": body,
            "state": state,
            "error": error,
        },
    ).fetchone()
    if state == Delivery.State.NEW:
        bell.came_in()
    if row is None and external_id is not None:
        return number_for(provider, external_id)
    return row[0] if row else None


def keep_foreign(
    provider: str,
    *,
    kind: str,
    body: bytes,
    external_id: str | None,
    reason: str,
    about: str,
    now: datetime,
) -> None:
    """Keep a verified question that was answered at once and belongs to nobody, and raise an alert."""
    record(
        provider,
        key=f"{kind[:60]}:{hashlib.sha256(body).hexdigest()}",
        kind=kind,
        body=body,
        external_id=external_id,
        state=Delivery.State.IGNORED,
        error=reason,
    )
    with scope.platform():
        alerts.raise_alert(reason, tenant_id=None, about=about, now=now)


def number_for(provider: str, external_id: str) -> int:
    """Return our number for a thing at a provider, the same for ever."""
    number: int = statements.value(_NUMBER, (provider, external_id))
    return number


Apply = Callable[[Delivery], UUID | None]


def apply_next(provider: str, apply: Apply, *, now: datetime) -> bool:
    """Apply the oldest due delivery of a provider; tell whether there was one (see `apply_oldest`)."""
    return apply_oldest({provider: apply}, now=now)


def apply_oldest(applied_by: Mapping[str, Apply], *, now: datetime) -> bool:
    """Apply the oldest due delivery of these providers; tell whether there was one.

    What applies it runs in the transaction that claims the row. It returns the tenant that the delivery turned out to
    belong to, and may raise `NotOurs`, a `PermanentError` (kept for a person) or anything else (tried again).
    """
    row = statements.run(_CLAIM, (list(applied_by), now)).fetchone()
    if row is None:
        return False
    delivery_id, provider = row
    try:
        with scope.platform():
            _apply_claimed(delivery_id, applied_by[provider], now=now)
    except NotOurs as reason:
        _set_aside(delivery_id, reason, now=now)
    except Exception as error:
        _note_failure(delivery_id, error, now=now)
    return True


def rewrite(subject_id: int, change: Callable[[bytes], bytes]) -> None:
    """Change the kept bytes of everything that was applied about a subject of the active tenant."""
    about = Delivery.objects.filter(subject_id=subject_id, state=Delivery.State.DONE)
    for delivery in about.exclude(body=b"").select_for_update(of=("self",)).order_by("pk"):
        changed = change(bytes(delivery.body))
        if changed != bytes(delivery.body):
            delivery.body = changed
            delivery.save(update_fields=["body"])


def replay(deliveries: Iterable[Delivery], *, now: datetime) -> int:
    """Put deliveries back to the waiting ones and return how many."""
    count = 0
    for delivery in deliveries:
        delivery.replay(now=now)
        count += 1
    transaction.on_commit(bell.came_in)
    return count


# A claim is counted before the row is in hand, so rivals count it up as well: six times were seen for a delivery that
# nothing was wrong with. Only one that was claimed far more often has killed whoever took it.
CLAIMS_AT_MOST = 5 * retrying.MAX_ATTEMPTS
_CLAIM = "SELECT id, provider FROM integrations_claim(%s, %s)"
# Whoever is at it, or was, has it: then there is nothing to do.
_TAKE = "id = %s AND state = 'new' FOR UPDATE SKIP LOCKED"
_FINISH = """
UPDATE integrations_delivery SET state = 'done', tenant_id = %s, processed_at = %s, error = '' WHERE id = %s
"""


def _apply_claimed(delivery_id: int, apply: Apply, *, now: datetime) -> None:
    for delivery in rows.load(Delivery, _TAKE, (delivery_id,)):
        if delivery.attempts > CLAIMS_AT_MOST:
            _give_up(delivery_id, "died with its worker", now=now)
        else:
            statements.run(_FINISH, (apply(delivery), now, delivery_id))


def _set_aside(delivery_id: int, reason: NotOurs, *, now: datetime) -> None:
    """Keep what is nothing of ours as ignored; what was done before that turned out is taken back by now."""
    with scope.platform():
        for delivery in rows.load(Delivery, _TAKE, (delivery_id,)):
            delivery.give_up(error=str(reason), state=Delivery.State.IGNORED)
            if reason.alert:
                alerts.raise_alert(reason.alert, tenant_id=None, about=reason.about, now=now)


def _note_failure(delivery_id: int, error: Exception, *, now: datetime) -> None:
    log.warning("delivery_failed", delivery=delivery_id, error=type(error).__name__, exc_info=error)
    with scope.platform():
        delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
        if delivery.state != Delivery.State.NEW:
            return
        if isinstance(error, PermanentError):
            _give_up(delivery_id, str(error), now=now)
            return
        delay = retrying.delay_after(delivery.attempts, error=error)
        if delay is None:
            _give_up(delivery_id, f"{type(error).__name__}: {error}", now=now)
        else:
            delivery.postpone(until=now + delay, error=f"{type(error).__name__}: {error}")


def _give_up(delivery_id: int, error: str, *, now: datetime) -> None:
    delivery = Delivery.objects.get(pk=delivery_id)
    delivery.give_up(error=error)
    alerts.raise_alert(
        "delivery_dead", tenant_id=None, about=str(delivery_id), now=now, provider=delivery.provider
    )
