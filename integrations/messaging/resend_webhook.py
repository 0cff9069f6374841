"""Resend's signature (it is Svix's) and its events.

Source: Svix documentation on verifying by hand, Resend documentation on webhook events, read 2026-11-21.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import structlog

from integrations import envelopes
from integrations.envelopes import Envelope, Unreadable
from integrations.messaging.events import Report
from integrations.models import Message

log = structlog.get_logger("askpro.resend")
PROVIDER = "resend"
ID_HEADER = "HTTP_SVIX_ID"
TIMESTAMP_HEADER = "HTTP_SVIX_TIMESTAMP"
SIGNATURE_HEADER = "HTTP_SVIX_SIGNATURE"
_TOLERANCE_SECONDS = 300
_LONGEST_HEADER = 2000
_SECRET_PREFIX = "whsec_"  # noqa: S105 — marks a secret, is none
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# [0-9] and not \d, which also takes the digits of other scripts.
_STAMP = re.compile(r"[0-9]{1,15}")
_SHAPE = re.compile(r"v[0-9a-z]+,[A-Za-z0-9+/=]+( v[0-9a-z]+,[A-Za-z0-9+/=]+)*")
_SIGNATURE = re.compile(r"v1,([A-Za-z0-9+/]{43}=)")
_CODE = re.compile(r"[A-Za-z0-9_ -]{1,40}")

_FEEDBACK = {
    "email.scheduled": Message.Feedback.ACCEPTED,
    "email.sent": Message.Feedback.SENT,
    "email.delivery_delayed": Message.Feedback.DELAYED,
    "email.delivered": Message.Feedback.DELIVERED,
    "email.complained": Message.Feedback.DELIVERED,
    "email.opened": Message.Feedback.READ,
    "email.clicked": Message.Feedback.READ,
    "email.bounced": Message.Feedback.FAILED,
    "email.failed": Message.Feedback.FAILED,
    "email.suppressed": Message.Feedback.FAILED,
}


def is_signed(
    body: bytes,
    header: str,
    *,
    delivery_id: str,
    timestamp: str,
    secrets: Iterable[str],
    now_seconds: float,
) -> bool:
    """Tell whether Resend signed exactly these bytes, within five minutes of now.

    While a secret is rolled the header carries a signature for each of the two.
    """
    if _ID.fullmatch(delivery_id) is None or _STAMP.fullmatch(timestamp) is None:
        return False
    if abs(now_seconds - int(timestamp)) > _TOLERANCE_SECONDS:
        return False
    if len(header) > _LONGEST_HEADER or _SHAPE.fullmatch(header) is None:
        return False
    given = [found[1] for part in header.split(" ") if (found := _SIGNATURE.fullmatch(part))]
    message = f"{delivery_id}.{timestamp}.".encode() + body
    expected = [_digest(message, key) for key in _keys(secrets)]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given)


def envelope(body: bytes, *, delivery_id: str) -> Envelope:
    """Translate the outside of an event. A repeat has the same `svix-id`.

    :raises Unreadable: no type
    """
    content = envelopes.load(PROVIDER, body)
    return Envelope(
        key=delivery_id,
        kind=_kind(content),
        about=envelopes.id_in(content.get("data"), "email_id"),
    )


def report(body: bytes) -> Report | None:
    """Translate an event, or return None when it speaks of something else than a mail.

    :raises Unreadable: as `envelope`
    """
    content = envelopes.load(PROVIDER, body)
    kind, data = _kind(content), content.get("data")
    number = envelopes.id_in(data, "email_id")
    if number is None or not isinstance(data, dict):
        return None
    feedback = _FEEDBACK.get(kind)
    return Report(
        provider=PROVIDER,
        provider_ref=number,
        feedback=feedback,
        reason=_reason(kind, data) if feedback == Message.Feedback.FAILED else "",
        happened_at=_instant(content.get("created_at")),
        is_complaint=kind == "email.complained",
    )


def _keys(secrets: Iterable[str]) -> Iterable[bytes]:
    for secret in secrets:
        try:
            key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            log.error("webhook_secret_is_no_base64")
            continue
        if key:
            yield key


def _digest(message: bytes, key: bytes) -> str:
    return base64.b64encode(hmac.digest(key, message, hashlib.sha256)).decode()


def _kind(content: dict[str, Any]) -> str:
    kind = envelopes.id_in(content, "type")
    if kind is None:
        raise Unreadable(PROVIDER, "event_missing")
    return kind


def _reason(kind: str, data: dict[str, Any]) -> str:
    """Return event and codes; the sentence beside them may quote the recipient."""
    word = kind.removeprefix("email.")
    details = data.get("bounce")
    codes = [
        code
        for name in ("type", "subType")
        if (code := envelopes.id_in(details, name)) and _CODE.fullmatch(code)
    ]
    return " ".join([word, *codes])


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
