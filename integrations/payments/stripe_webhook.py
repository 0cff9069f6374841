"""Stripe's signature and the outside of its events.

Source: Stripe documentation on webhook signatures, stripe 16.1.0, read 2026-11-21.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

from integrations import envelopes
from integrations.envelopes import Envelope, Unreadable

PROVIDER = "stripe"
SIGNATURE_HEADER = "HTTP_STRIPE_SIGNATURE"
_TOLERANCE_SECONDS = 300
_LONGEST_HEADER = 2000
_SHAPE = re.compile(r"[a-z0-9]+=[A-Za-z0-9]+(,[a-z0-9]+=[A-Za-z0-9]+)*")
# [0-9] and not \d, which also takes the digits of other scripts.
_STAMP = re.compile(r"t=([0-9]{1,15})")
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})")


def is_signed(body: bytes, header: str, *, secrets: Iterable[str], now_seconds: float) -> bool:
    """Tell whether Stripe signed exactly these bytes, within five minutes of now.

    While a secret is rolled Stripe sends a `v1` for each of the two. Other schemes (`v0`) count for nothing.
    """
    if len(header) > _LONGEST_HEADER or _SHAPE.fullmatch(header) is None:
        return False
    parts = header.split(",")
    stamps = [found[1] for part in parts if (found := _STAMP.fullmatch(part))]
    given = [found[1] for part in parts if (found := _SIGNATURE.fullmatch(part))]
    if len(stamps) != 1 or abs(now_seconds - int(stamps[0])) > _TOLERANCE_SECONDS:
        return False
    expected = [_digest(body, stamps[0], secret) for secret in secrets if secret]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given)


def envelope(body: bytes) -> Envelope:
    """Translate the outside of an event, of the older form (`data.object`) or the newer (`related_object`).

    :raises Unreadable: no id or no type
    """
    content = envelopes.load(PROVIDER, body)
    event_id = envelopes.id_in(content, "id")
    if event_id is None:
        raise Unreadable(PROVIDER, "event_id_missing")
    kind = envelopes.id_in(content, "type")
    if kind is None:
        raise Unreadable(PROVIDER, "event_missing")
    data = content.get("data")
    thing = data.get("object") if isinstance(data, dict) else content.get("related_object")
    return Envelope(key=event_id, kind=kind, about=envelopes.id_in(thing, "id"))


def _digest(body: bytes, stamp: str, secret: str) -> str:
    return hmac.digest(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hex()
