"""Personal data on this floor: the bytes providers sent us, and the words we sent to people.

Who the person is, the floors above know; here they are an address, a telephone number or the number of a call.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from integrations.models import Delivery, Message
from integrations.models.outbox import Outgoing

# Evidence for questions about a call or an invoice; what is needed longer stands in the rows made from it.
BODIES_ARE_KEPT = timedelta(days=30)
MESSAGES_ARE_KEPT = timedelta(days=90)


def disclose(*, recipients: Collection[str], subjects: Collection[int]) -> dict[str, Any]:
    """Return what was said to these addresses and what we were told about these subjects (our call numbers).

    Within the active scope, here and below: in that of a business it is what this business holds.
    """
    deliveries = Delivery.objects.filter(subject_id__in=subjects).order_by("id")
    return {
        "messages": list(
            _said_to(recipients)
            .order_by("id")
            .values("id", "created_at", "channel", "topic", "recipient", "subject", "body", "state")
        ),
        "deliveries": [
            {
                "id": delivery.pk,
                "created_at": delivery.created_at,
                "provider": delivery.provider,
                "kind": delivery.kind,
                "body": bytes(delivery.body).decode(errors="replace"),
            }
            for delivery in deliveries
        ],
    }


def erase(*, recipients: Collection[str], subjects: Collection[int], now: datetime) -> int:
    """Forget contents and addresses, and withdraw what was not sent yet; return how many rows were changed.

    That something was sent or received, when and with what result, stays.
    """
    messages = _said_to(recipients)
    messages.filter(state=Outgoing.State.PENDING).update(
        state=Outgoing.State.CANCELLED, updated_at=now
    )
    forgotten = _forget_words(messages, now=now)
    forgotten += Delivery.objects.filter(subject_id__in=subjects).update(body=b"")
    return forgotten


def purge(*, now: datetime, limit: int = 1000) -> int:
    """Forget contents whose time is over, at most so many rows of each kind; return how many. 0 means: all done.

    What still waits is kept however old it is.
    """
    bodies = (
        Delivery.objects.filter(created_at__lt=now - BODIES_ARE_KEPT)
        .exclude(state=Delivery.State.NEW)
        .exclude(body=b"")
    )
    words = (
        Message.objects.filter(created_at__lt=now - MESSAGES_ARE_KEPT)
        .exclude(state__in=(Outgoing.State.PENDING, Outgoing.State.SENDING))
        .exclude(recipient="", subject="", body="")
    )
    forgotten = Delivery.objects.filter(pk__in=_first(bodies, limit)).update(body=b"")
    return forgotten + _forget_words(Message.objects.filter(pk__in=_first(words, limit)), now=now)


def _said_to(recipients: Collection[str]) -> QuerySet[Message]:
    wanted = Q(pk__in=[])
    for recipient in recipients:
        wanted |= Q(recipient__iexact=recipient)
    return Message.objects.filter(wanted)


def _forget_words(messages: QuerySet[Message], *, now: datetime) -> int:
    return messages.update(recipient="", subject="", body="", attachments=[], updated_at=now)


def _first(rows: QuerySet[Delivery] | QuerySet[Message], limit: int) -> list[int]:
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])
