"""Cal.com's signature and the outside of its webhooks.

Source: Cal.com documentation on webhooks and the sender in its published source, read 2026-11-21.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations import envelopes
from integrations.calendars import calcom_reading
from integrations.calendars.calcom_reading import instant, text
from integrations.calendars.protocol import Entry, State
from integrations.envelopes import Envelope, Unreadable

PROVIDER = "calcom"
SIGNATURE_HEADER = "HTTP_X_CAL_SIGNATURE_256"
PING = "PING"
# A sender without a secret writes "no-secret-provided" here. [0-9] and not \d, which takes other scripts too.
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_BETWEEN_WORDS = re.compile(r"[^A-Z0-9]+")
_TRIGGER = re.compile(r"[A-Z0-9_]{1,60}")
# Names the business whose own secret signed the delivery.
BUSINESS = "business"
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


def secret_of(business: UUID, *, secret: str) -> str:
    """Return the secret of one business: whoever sees theirs cannot sign for another one."""
    return hmac.digest(secret.encode(), f"calcom/{business}".encode(), hashlib.sha256).hex()


def business_in(query: str | None) -> UUID | None:
    """Return the business that an address names, if it names one."""
    try:
        return UUID(query) if query else None
    except ValueError:
        return None


def envelope_of(body: bytes, *, business: UUID | None) -> Envelope:
    """Translate the outside of a webhook; what a business signed is kept under its name."""
    outside = envelope(body)
    if business is None:
        return outside
    about = None if outside.about is None else f"{business}/{outside.about}"[: envelopes.LONGEST_ID]
    return replace(outside, key=f"{business}/{outside.key}", about=about)


def business_of(key: str) -> UUID | None:
    """Return the business that signed what is kept under a key; None: it was signed with the platform's secret."""
    return business_in(key.split("/", 1)[0]) if "/" in key else None


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


# --- What it says ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class News:
    """What a webhook says about a booking. `entry` is the booking as it was when it was sent.

    `is_number`: it names no uid, and `uid` is the number of the booking, under which nothing can be asked for.
    """

    trigger: str
    uid: str
    is_number: bool = False
    entry: Entry | None
    asks_for_another_time: bool = False
    did_not_come: bool | None = None


# A clock or a form says something that changes no diary.
_CHANGES_NOTHING = frozenset(("BOOKING_PAID", "BOOKING_PAYMENT_INITIATED"))
_NO_SHOW = "BOOKING_NO_SHOW_UPDATED"
_OVER = frozenset(("BOOKING_CANCELLED", "BOOKING_REJECTED"))
_STATES = {"PENDING": State.PENDING, "ACCEPTED": State.ACCEPTED}


def news(body: bytes) -> News | None:
    """Translate a webhook, flat or wrapped; None when it says nothing about a diary.

    What a move replaces is decided by the uid it names and not by the trigger: where confirmation is required a move
    is reported as a request.

    :raises Unreadable: it speaks of a booking that cannot be understood
    """
    content = envelopes.load(PROVIDER, body)
    trigger = _trigger(content.get("triggerEvent"))
    payload = content.get("payload")
    if payload is None:
        payload = content
    if not isinstance(payload, dict):
        raise Unreadable(PROVIDER, "payload_missing")
    if not trigger.startswith("BOOKING_") or trigger in _CHANGES_NOTHING:
        return None
    uid = _booking(payload)
    if uid is None:
        raise Unreadable(PROVIDER, "booking_id_missing")
    if trigger == _NO_SHOW:
        return News(
            trigger=trigger,
            uid=uid,
            is_number=_is_number(payload),
            entry=None,
            did_not_come=_did_not_come(payload),
        )
    return News(
        trigger=trigger,
        uid=uid,
        is_number=_is_number(payload),
        entry=_entry(payload, uid, trigger, said_at=instant(content.get("createdAt"))),
        asks_for_another_time=payload.get("requestReschedule") is True,
    )


def _is_number(payload: dict[str, Any]) -> bool:
    return envelopes.id_in(payload, "uid", "bookingUid", "bookingId") is None


def _entry(payload: dict[str, Any], uid: str, trigger: str, *, said_at: datetime | None) -> Entry:
    starts_at, ends_at = instant(payload.get("startTime")), instant(payload.get("endTime"))
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        raise Unreadable(PROVIDER, "times_missing")
    word = str(payload.get("status", "")).upper()
    organizer = payload.get("organizer")
    state = _STATES.get(word, State.ACCEPTED if not word else State.OVER)
    return Entry(
        uid=uid,
        number=text(payload.get("bookingId"), 40),
        target=text(payload.get("eventTypeId"), 40),
        starts_at=starts_at,
        ends_at=ends_at,
        state=State.OVER if trigger in _OVER else state,
        key=calcom_reading.key_in(payload),
        host=text(organizer.get("id"), 40) if isinstance(organizer, dict) else "",
        replaces=text(payload.get("rescheduleUid"), 200),
        person=calcom_reading.person(payload.get("attendees")),
        reason=text(payload.get("cancellationReason", payload.get("rejectionReason")), 300),
        updated_at=said_at,
    )


def _did_not_come(payload: dict[str, Any]) -> bool:
    attendees = payload.get("attendees")
    return isinstance(attendees, list) and any(
        isinstance(each, dict) and each.get("noShow") is True for each in attendees
    )
