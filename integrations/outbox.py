"""The outbox: saying something, or having something done at a provider, once.

Who asks is not who does. The row is written in the transaction that decided it and disappears with it; after the
commit `integrations/delivery.py` carries it out. The key makes it once: a second time changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import models, transaction

from integrations import bell
from integrations.models import Command, Message
from integrations.models.outbox import Outgoing
from tenants import audit, rows
from tenants.actors import Actor


class Attachment(TypedDict):
    """A file in text form, for instance a date for the calendar (``text/calendar; method=REQUEST``)."""

    name: str
    type: str
    content: str


def say_once(
    *,
    tenant_id: UUID,
    key: str,
    topic: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    channel: str = Message.Channel.EMAIL,
    attachments: Sequence[Attachment] = (),
    about: models.Model | None = None,
) -> Message | None:
    """Write down what is to be said to one person; return None when this key was said before.

    The caller's transaction decides whether it is said at all. ``about`` is what it is about, for those who look it up.
    """
    message = Message(
        tenant_id=tenant_id,
        key=key,
        channel=channel,
        topic=topic,
        recipient=recipient,
        # A line break would end the header.
        subject=" ".join(subject.split())[:200],
        body=body,
        attachments=list(attachments),
        about_type=about._meta.label_lower if about else "",
        about_id=str(about.pk) if about else "",
        next_attempt_at=now,
    )
    return message if _write_once(message, now=now) else None


def do_once(
    *,
    tenant_id: UUID,
    key: str,
    provider: str,
    operation: str,
    arguments: Mapping[str, Any],
    now: datetime,
    not_before: datetime | None = None,
) -> Command | None:
    """Write down what is to be done at a provider; return None when this key was asked before.

    `not_before` leaves it for a moment to whoever wants to carry it out at once. The operations are listed in
    `integrations/commands.py`.
    """
    command = Command(
        tenant_id=tenant_id,
        key=key,
        provider=provider,
        operation=operation,
        arguments=dict(arguments),
        next_attempt_at=not_before or now,
    )
    return command if _write_once(command, now=now) else None


def repeat(failed: Iterable[Outgoing], *, by: Actor, now: datetime) -> int:
    """Put what has failed back to what waits, and return how many; what has not failed is left alone."""
    count = 0
    with transaction.atomic():
        for row in failed:
            if row.state == Outgoing.State.FAILED:
                row.repeat(now=now)
                audit.record("repeated", row, tenant_id=row.tenant_id, by=by, now=now)
                count += 1
        transaction.on_commit(bell.goes_out)
    return count


def _write_once(row: Outgoing, *, now: datetime) -> bool:
    """Insert the row, and tell whether it was news: one statement, whatever others do at the same time."""
    if not rows.insert_once(row, now=now):
        return False
    transaction.on_commit(bell.goes_out)
    return True
