"""The inbox: verify, record, answer, apply once, sweep.

A door records the signed bytes under their key before it answers. A worker takes the row in hand with a lock of its
session, counts the attempt and commits that; then it applies the row, effects and `processed_at` in one transaction.
Whoever dies in between leaves the row as it was, and the lock goes with the connection: the next one to look takes it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import Error, connection, transaction

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """What makes something of a provider's deliveries.

    `apply` runs in one transaction with the row that it applies. It returns the tenant that the delivery turned out to
    belong to, and may raise `NotOurs`, a `PermanentError` (kept for a person) or anything else (tried again). `redact`
    returns the bytes of what is kept unapplied without what nobody may keep; applied once more, they say the same.
    """

    apply: Apply
    redact: Callable[[bytes], bytes] = bytes


def apply_next(provider: str, apply: Apply, *, now: datetime) -> bool:
    """Apply the oldest due delivery of a provider; tell whether there was one (see `apply_oldest`)."""
    return apply_oldest({provider: Reader(apply=apply)}, now=now)


def apply_oldest(read_by: Mapping[str, Reader], *, now: datetime) -> bool:
    """Apply the oldest due delivery of these providers that nobody has in hand; tell whether there was one.

    Must be called with no scope open.

    :raises tenants.scope.ScopeError: a scope is open
    """
    if scope.is_open():
        # The lock of a session does not keep the session itself out.
        raise scope.ScopeError("a delivery is not applied within other work")
    with _in_hand(read_by, now=now) as taken:
        if taken is None:
            return False
        delivery_id, provider = taken
        _apply(delivery_id, read_by[provider], now=now)
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


_TAKE = "SELECT id, provider FROM integrations_take(%s, %s)"
_LET_GO = "SELECT integrations_let_go(%s)"
# A person who has it replayed is waited for.
_STILL_WAITS = "id = %s AND state = 'new' FOR UPDATE"
_FINISH = """
UPDATE integrations_delivery SET state = 'done', tenant_id = %s, processed_at = %s, error = '' WHERE id = %s
"""


@contextmanager
def _in_hand(providers: Iterable[str], *, now: datetime) -> Iterator[tuple[int, str] | None]:
    """Have the oldest due delivery for the length of the block, its attempt counted; None: there is none."""
    try:
        row: tuple[int, str] | None = statements.run(_TAKE, (list(providers), now)).fetchone()
    except Error:
        # Perhaps it was taken and we were not told. The lock ends with the session.
        connection.close()
        raise
    if row is None:
        yield None
        return
    try:
        yield row
    finally:
        _let_go(row[0])


def _let_go(delivery_id: int) -> None:
    try:
        statements.run(_LET_GO, (delivery_id,))
    except Error as error:
        log.warning("delivery_let_go_with_its_session", error=type(error).__name__)
        connection.close()


def _apply(delivery_id: int, reader: Reader, *, now: datetime) -> None:
    try:
        with scope.platform():
            for delivery in rows.load(Delivery, _STILL_WAITS, (delivery_id,)):
                if delivery.attempts > retrying.MAX_ATTEMPTS:
                    _give_up_untried(delivery, reader, now=now)
                else:
                    statements.run(_FINISH, (reader.apply(delivery), now, delivery_id))
    except NotOurs as reason:
        _set_aside(delivery_id, reader, reason, now=now)
    except Exception as error:
        _note_failure(delivery_id, reader, error, now=now)


def _set_aside(delivery_id: int, reader: Reader, reason: NotOurs, *, now: datetime) -> None:
    """Keep what is nothing of ours as ignored; what was done before that turned out is taken back by now."""
    with scope.platform():
        for delivery in rows.load(Delivery, _STILL_WAITS, (delivery_id,)):
            delivery.give_up(error=str(reason), state=Delivery.State.IGNORED)
            _redact(delivery, reader)
            if reason.alert:
                alerts.raise_alert(reason.alert, tenant_id=None, about=reason.about, now=now)


def _note_failure(delivery_id: int, reader: Reader, error: Exception, *, now: datetime) -> None:
    log.warning("delivery_failed", delivery=delivery_id, error=type(error).__name__, exc_info=error)
    with scope.platform():
        for delivery in rows.load(Delivery, _STILL_WAITS, (delivery_id,)):
            if isinstance(error, PermanentError):
                _give_up(delivery, reader, str(error), now=now)
                return
            said = f"{type(error).__name__}: {error}"
            delay = retrying.delay_after(delivery.attempts, error=error)
            if delay is None:
                _give_up(delivery, reader, said, now=now)
            else:
                delivery.postpone(until=now + delay, error=said)


def _give_up_untried(delivery: Delivery, reader: Reader, *, now: datetime) -> None:
    """Give up what nobody ever came back from: a failure would have been noted, and counts less often."""
    delivery.attempts = retrying.MAX_ATTEMPTS  # this time nobody tries
    delivery.save(update_fields=["attempts"])
    _give_up(delivery, reader, "died with its worker", now=now)


def _give_up(delivery: Delivery, reader: Reader, error: str, *, now: datetime) -> None:
    delivery.give_up(error=error)
    _redact(delivery, reader)
    alerts.raise_alert(
        "delivery_dead", tenant_id=None, about=str(delivery.pk), now=now, provider=delivery.provider
    )


def _redact(delivery: Delivery, reader: Reader) -> None:
    """Redact what is kept unapplied; who applies it does so by itself, and loses it with the work."""
    received = bytes(delivery.body)
    try:
        kept = reader.redact(received)
    except Exception as error:
        # Perhaps the very defect for which it is given up: the row must still come to rest.
        log.exception("delivery_not_redacted", delivery=delivery.pk, error=type(error).__name__)
        return
    if kept != received:
        delivery.body = kept
        delivery.save(update_fields=["body"])
