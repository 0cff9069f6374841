"""Carrying out what the outbox holds: claim, commit, call out, record the answer.

A claim is a lease. Whoever dies between the provider's answer and its record leaves a row under way whose lease runs
out; it is sent again under the same idempotency key, so that the provider can tell that it was asked before.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from uuid import UUID

import structlog

from integrations import commands, credentials, retrying
from integrations.calendar_commands import Patience
from integrations.commands import Done
from integrations.errors import ConfigurationError, ProviderError
from integrations.messaging import email
from integrations.models import Command, Message
from integrations.models.outbox import Outgoing
from tenants import alerts, scope, statements

log = structlog.get_logger("askpro.delivery")

# Longer than the door waits for any answer (`integrations/http.py`).
LEASE = timedelta(seconds=60)

_CHANNELS = {Message.Channel.EMAIL: email.send}
# Neither kind waits until the other one has nothing left.
_TURNS: Iterator[tuple[type[Message] | type[Command], ...]] = cycle(
    ((Message, Command), (Command, Message))
)


def deliver_next(now: datetime) -> bool:
    """Carry out the message or command that has been due longest; tell whether there was one.

    Must be called with no transaction open.
    """
    with scope.platform():
        row = _due(now)
        if row is None:
            return False
        if _dies_with_its_worker(row):
            _give_up(row, _Vanished(_place_of(row), row.attempts), now=now)
            return True
        row.start(lease_until=now + LEASE)
    _deliver(row, now=now)
    return True


def carry_out_now(command_id: int, *, tenant_id: UUID, patience: Patience, now: datetime) -> None:
    """Carry out one command at once, because somebody waits for its result; one that is under way is left to its worker.

    Must be called with no transaction open.
    """
    with scope.tenant(tenant_id):
        command = (
            Command.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=command_id, state=Outgoing.State.PENDING)
            .first()
        )
        if command is None:
            return
        command.start(lease_until=now + LEASE)
    _deliver(command, now=now, patience=patience)


class _Vanished(ProviderError):
    """Nobody ever came back to tell what became of it."""

    kind = "vanished"

    def __init__(self, provider: str, attempts: int) -> None:
        super().__init__(provider, "deliver", code=f"vanished_{attempts}_times")


# Asked once a second and after each webhook, and mostly answered with twice no: one prepared statement.
_WAITING = """
SELECT
  EXISTS (SELECT FROM integrations_message
          WHERE state IN ('pending', 'sending') AND next_attempt_at <= %(now)s),
  EXISTS (SELECT FROM integrations_command
          WHERE state IN ('pending', 'sending') AND next_attempt_at <= %(now)s)
"""


def _due(now: datetime) -> Message | Command | None:
    [(messages_wait, commands_wait)] = statements.run(_WAITING, {"now": now}).fetchall()
    waiting = {Message: messages_wait, Command: commands_wait}
    for kind in next(_TURNS):
        if not waiting[kind]:
            continue
        row: Message | Command | None = (
            kind.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                state__in=(Outgoing.State.PENDING, Outgoing.State.SENDING), next_attempt_at__lte=now
            )
            .order_by("next_attempt_at", "id")
            .first()
        )
        if row is not None:
            return row
    return None


def _dies_with_its_worker(row: Outgoing) -> bool:
    return row.state == Outgoing.State.SENDING and row.attempts >= retrying.MAX_ATTEMPTS


def _deliver(
    row: Message | Command,
    *,
    now: datetime,
    patience: Patience = Patience(),  # noqa: B008 — it is frozen
) -> None:
    began = time.monotonic()
    try:
        done = _carry_out(row, patience)
    except Exception as error:
        _note_failure(row, error, now=now + timedelta(seconds=time.monotonic() - began))
    else:
        _note_success(row, done, now=now + timedelta(seconds=time.monotonic() - began))


def _carry_out(row: Message | Command, patience: Patience) -> Done:
    if isinstance(row, Command):
        return commands.carry_out(row, patience=patience)
    send = _CHANNELS.get(Message.Channel(row.channel))
    if send is None:
        raise ConfigurationError(row.channel, "send", code="no_provider")
    return Done(provider_ref=send(row), result={})


def _note_success(row: Message | Command, done: Done, *, now: datetime) -> None:
    """Record the answer, also when the lease ran out meanwhile: it is the truth."""
    log.info("delivered", what=row._meta.model_name, id=row.pk, attempts=row.attempts)
    with scope.platform():
        stored = _locked(row)
        if stored is not None and stored.state != Outgoing.State.SENT:
            if isinstance(stored, Command):
                stored.note_result(done.result)
            stored.succeed(provider_ref=done.provider_ref[:200], now=now)


def _note_failure(row: Message | Command, error: Exception, *, now: datetime) -> None:
    unforeseen = not isinstance(error, ProviderError)
    log.warning(
        "not_delivered",
        what=row._meta.model_name,
        id=row.pk,
        attempts=row.attempts,
        error=retrying.explain(error),
        exc_info=error if unforeseen else None,
    )
    with scope.platform():
        stored = _locked(row)
        if stored is None or not _is_still_ours(stored, row):
            return
        delay = retrying.delay_after(row.attempts, error=error)
        if delay is None:
            _give_up(stored, error, now=now)
        else:
            stored.postpone(
                until=now + delay, kind=retrying.kind_of(error), error=retrying.explain(error)
            )


def _locked(row: Message | Command) -> Message | Command | None:
    stored: Message | Command | None = (
        type(row).objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
    )
    return stored


def _is_still_ours(stored: Outgoing, row: Outgoing) -> bool:
    return stored.state == Outgoing.State.SENDING and stored.attempts == row.attempts


def _give_up(row: Message | Command, error: Exception, *, now: datetime) -> None:
    row.fail(kind=retrying.kind_of(error), error=retrying.explain(error))
    code = retrying.alert_for(error)
    wants_credentials = isinstance(error, ConfigurationError)
    alerts.raise_alert(
        code,
        tenant_id=_owner_of_the_key(row) if wants_credentials else row.tenant_id,
        about=_place_of(row) if wants_credentials else f"{row._meta.model_name} {_kind_of(row)}",
        now=now,
        number=row.pk,
        error=retrying.explain(error),
    )


def _owner_of_the_key(row: Message | Command) -> UUID | None:
    """Messages leave through the platform's accounts; a command may use a key of the business."""
    if isinstance(row, Message):
        return None
    return credentials.owner_of_key(row.tenant_id, row.provider)


def _place_of(row: Message | Command) -> str:
    return row.provider if isinstance(row, Command) else row.channel


def _kind_of(row: Message | Command) -> str:
    return f"{row.provider}.{row.operation}" if isinstance(row, Command) else row.topic
