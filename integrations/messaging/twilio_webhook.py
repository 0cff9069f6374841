"""Twilio's signature and its status callbacks.

Source: Twilio documentation on webhook security and message status callbacks, the `RequestValidator` of
twilio 9.13.0, read 2026-11-21.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from integrations import envelopes
from integrations.envelopes import Envelope, Unreadable
from integrations.messaging.events import Report
from integrations.models import Message

PROVIDER = "twilio"
SIGNATURE_HEADER = "HTTP_X_TWILIO_SIGNATURE"
SETTINGS_HEADER = "HTTP_X_TWILIO_WEBHOOKS_SIGNATURE_SETTINGS"
_MOST_FIELDS = 1000
_USUAL_PORTS = {"https": 443, "http": 80}
_SETTINGS = re.compile(r"key=[A-Za-z0-9_-]{1,100},\s?algorithm=(HMAC_SHA1|HMAC_SHA256)")
_HASHES = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{20,60}={0,2}")
_STATUS = re.compile(r"[a-z_-]{1,30}")
_ERROR_CODE = re.compile(r"[0-9]{1,6}")

_FEEDBACK = {
    "accepted": Message.Feedback.ACCEPTED,
    "scheduled": Message.Feedback.ACCEPTED,
    "queued": Message.Feedback.ACCEPTED,
    "sending": Message.Feedback.ACCEPTED,
    "sent": Message.Feedback.SENT,
    "delivered": Message.Feedback.DELIVERED,
    "read": Message.Feedback.READ,
    "undelivered": Message.Feedback.FAILED,
    "failed": Message.Feedback.FAILED,
    "canceled": Message.Feedback.FAILED,
}


def is_signed(
    body: bytes, header: str, *, signature_settings: str | None, url: str, secrets: Iterable[str]
) -> bool:
    """Tell whether Twilio signed this body for this address, the one that Twilio itself called.

    Fields of a form are part of what is signed; of JSON the signed address carries the hash (`bodySHA256`).
    Without the settings header the hash is SHA-1, with it the one it names.
    """
    algorithm = "HMAC_SHA1"
    if signature_settings is not None:
        found = _SETTINGS.fullmatch(signature_settings)
        if found is None:
            return False
        algorithm = found[1]
    signed = _signed_text(body, url)
    if signed is None or _SIGNATURE.fullmatch(header) is None:
        return False
    expected = [
        _digest(address + signed, secret, algorithm)
        for secret in secrets
        if secret
        for address in _spellings(url)
    ]
    return any(hmac.compare_digest(ours, header) for ours in expected)


def envelope(body: bytes) -> Envelope:
    """Translate the outside of a status callback: one for each message and status.

    :raises Unreadable: no number of a message, or no status
    """
    content = _content(body)
    number, status = _number(content), _status(content)
    return Envelope(key=f"{number}:{status}", kind=status, about=number)


def report(body: bytes) -> Report:
    """Translate a status callback.

    :raises Unreadable: as `envelope`
    """
    content = _content(body)
    status = _status(content)
    feedback = _FEEDBACK.get(status)
    return Report(
        provider=PROVIDER,
        provider_ref=_number(content),
        feedback=feedback,
        reason=_reason(status, content) if feedback == Message.Feedback.FAILED else "",
    )


def _signed_text(body: bytes, url: str) -> str | None:
    """Return what is signed beside the address, or None when the body is not what the address says."""
    if _is_json(body):
        hashes = parse_qs(urlsplit(url).query).get("bodySHA256", [])
        return "" if hashes == [hashlib.sha256(body).hexdigest()] else None
    try:
        fields = _form(body)
    except ValueError:
        return None
    return "".join(name + value for name, value in sorted(set(fields)))


def _spellings(url: str) -> Iterable[str]:
    """Return the address without and with its usual port: Twilio signs either."""
    yield url
    parts = urlsplit(url)
    port = _USUAL_PORTS.get(parts.scheme)
    if port is None or not parts.hostname:
        return
    if parts.port is None:
        yield url.replace(parts.netloc, f"{parts.netloc}:{port}", 1)
    elif parts.port == port:
        yield url.replace(parts.netloc, parts.netloc.removesuffix(f":{port}"), 1)


def _digest(text: str, secret: str, algorithm: str) -> str:
    digest = hmac.digest(secret.encode(), text.encode(), _HASHES[algorithm])
    return base64.b64encode(digest).decode()


def _content(body: bytes) -> dict[str, Any]:
    if _is_json(body):
        return envelopes.load(PROVIDER, body)
    try:
        return dict(_form(body))
    except ValueError as error:
        raise Unreadable(PROVIDER, "malformed_form") from error


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"


def _form(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form.

    :raises ValueError: not UTF-8, or more fields than anybody sends
    """
    return parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        errors="strict",
        max_num_fields=_MOST_FIELDS,
    )


def _number(content: dict[str, Any]) -> str:
    number = envelopes.id_in(content, "MessageSid", "SmsSid")
    if number is None:
        raise Unreadable(PROVIDER, "message_id_missing")
    return number


def _status(content: dict[str, Any]) -> str:
    status = (envelopes.id_in(content, "MessageStatus", "SmsStatus") or "").lower()
    if _STATUS.fullmatch(status) is None:
        raise Unreadable(PROVIDER, "event_missing")
    return status


def _reason(status: str, content: dict[str, Any]) -> str:
    code = str(content.get("ErrorCode") or "")
    return f"{status} {code}" if _ERROR_CODE.fullmatch(code) else status
