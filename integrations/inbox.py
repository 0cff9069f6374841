"""The inbox: verify, record, answer, apply once, sweep.

A door records the signed bytes under their key before it answers. A worker applies them: the row is claimed with a
lock, the effects and `processed_at` commit together. Whoever dies in between leaves the row as it was, and the lock
goes with the connection: the next one to look takes it.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from integrations import bell, retrying
from integrations.errors import PermanentError
from integrations.models import Delivery
from tenants import alerts, scope, statements

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
    """Apply the oldest due delivery of a provider; tell whether there was one.

    `apply` runs in the transaction that claims the row. It returns the tenant that the delivery turned out to
    belong to, and may raise `NotOurs`, a `PermanentError` (kept for a person) or anything else (tried again).
    """
    delivery_id = _count_attempt(provider, now=now)
    if delivery_id is None:
        return False
    try:
        with scope.platform():
            _apply_claimed(delivery_id, apply, now=now)
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


# The attempt is counted in a transaction of its own: a delivery that kills its worker each time gives up one day.
_COUNT = """
UPDATE integrations_delivery SET attempts = attempts + 1 WHERE id = (
  SELECT id FROM integrations_delivery
  WHERE state = 'new' AND next_attempt_at <= %s AND provider = %s
  ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, attempts
"""


def _count_attempt(provider: str, *, now: datetime) -> int | None:
    with scope.platform():
        row = statements.run(_COUNT, (now, provider)).fetchone()
        if row is None:
            return None
        delivery_id, attempts = row
        if attempts > retrying.MAX_ATTEMPTS:
            _give_up(delivery_id, "died with its worker", now=now)
            return None
    number: int = delivery_id
    return number


def _apply_claimed(delivery_id: int, apply: Apply, *, now: datetime) -> None:
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=delivery_id, state=Delivery.State.NEW)
        .first()
    )
    if delivery is None:
        return  # somebody else is at it, or was
    try:
        # Only what `apply` did is taken back; the row stays claimed.
        with transaction.atomic():
            tenant_id = apply(delivery)
    except NotOurs as reason:
        delivery.give_up(error=str(reason), state=Delivery.State.IGNORED)
        if reason.alert:
            alerts.raise_alert(reason.alert, tenant_id=None, about=reason.about, now=now)
    else:
        delivery.finish(state=Delivery.State.DONE, tenant_id=tenant_id, now=now)


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
