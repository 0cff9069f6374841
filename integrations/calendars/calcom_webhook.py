"""Cal.com's signature and the outside of its webhooks.

Source: Cal.com documentation on webhooks and the sender in its published source, read 2026-11-21.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any

from integrations import envelopes
from integrations.envelopes import Envelope, Unreadable

PROVIDER = "calcom"
SIGNATURE_HEADER = "HTTP_X_CAL_SIGNATURE_256"
PING = "PING"
# A sender without a secret writes "no-secret-provided" here. [0-9] and not \d, which takes other scripts too.
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_BETWEEN_WORDS = re.compile(r"[^A-Z0-9]+")
_TRIGGER = re.compile(r"[A-Z0-9_]{1,60}")
# These speak of one booking; the others (absence, forms, recordings) need not.
_OF_A_BOOKING = ("BOOKING_", "MEETING_")


def is_signed(body: bytes, header: str, *, secrets: Iterable[str]) -> bool:
    """Tell whether Cal.com signed exactly these bytes. The signature knows no time; the key stops a replay."""
    if _SIGNATURE.fullmatch(header) is None:
        return False
    return any(hmac.compare_digest(sign(body, secret=each), header) for each in secrets if each)


def sign(body: bytes, *, secret: str) -> str:
    """Return the header that Cal.com would send with these bytes."""
    return hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def envelope(body: bytes) -> Envelope:
    """Translate the outside of a webhook, whether or not its booking is wrapped in `payload`.

    The same booking may fire several webhooks, so event, booking and time make the key; without them the bytes do.

    :raises Unreadable: no event, or an event about a booking that it does not name
    """
    content = envelopes.load(PROVIDER, body)
    trigger = _trigger(content.get("triggerEvent"))
    payload = content.get("payload")
    if payload is None:
        payload = content
    if not isinstance(payload, dict):
        raise Unreadable(PROVIDER, "payload_missing")
    booking = _booking(payload)
    if booking is None and trigger.startswith(_OF_A_BOOKING):
        raise Unreadable(PROVIDER, "booking_id_missing")
    return Envelope(
        key=_key(trigger, booking, content.get("createdAt"), body),
        kind=trigger,
        about=booking,
        needs_work=trigger != PING,
    )


def _trigger(given: object) -> str:
    """Return BOOKING_CREATED for booking_created and BOOKING.CREATED as well."""
    if not isinstance(given, str):
        raise Unreadable(PROVIDER, "event_missing")
    trigger = _BETWEEN_WORDS.sub("_", given.upper()).strip("_")
    if _TRIGGER.fullmatch(trigger) is None:
        raise Unreadable(PROVIDER, "event_missing")
    return trigger


def _booking(payload: dict[str, Any]) -> str | None:
    """Return the uid, or the number that older senders give instead."""
    uid = envelopes.id_in(payload, "uid", "bookingUid", "bookingId")
    number = payload.get("bookingId")
    if uid is None and isinstance(number, int) and not isinstance(number, bool):
        return str(number)
    return uid


def _key(trigger: str, booking: str | None, created_at: object, body: bytes) -> str:
    if booking is not None and envelopes.is_id(created_at) and len(str(created_at)) <= 35:
        return f"{trigger}:{booking}:{created_at}"
    return f"{trigger}:{hashlib.sha256(body).hexdigest()}"
