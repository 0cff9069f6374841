"""Cal.com's bookings in our words, from its answers and from its webhooks.

Both are read tolerantly: what is missing stays empty, times come in three spellings, the upper case of webhooks and
the lower case of answers mean the same.
"""

from datetime import UTC, datetime
from typing import Any

from integrations.calendars.protocol import Entry, Person, State

# Under this name our id travels in a booking's metadata; it is how an echo is recognised.
KEY = "appointment_id"
_STATES = {"accepted": State.ACCEPTED, "pending": State.PENDING}
_OVER = frozenset(("cancelled", "canceled", "rejected"))


def of_answer(booking: Any) -> Entry | None:
    """Return a booking of an answer, or None when it cannot be one.

    Of a recurring booking's list the first one counts.
    """
    if isinstance(booking, list):
        booking = booking[0] if booking else None
    if not isinstance(booking, dict):
        return None
    uid, starts_at, ends_at = (
        text(booking.get("uid"), 200),
        instant(booking.get("start")),
        instant(booking.get("end")),
    )
    word = str(booking.get("status", "")).lower()
    if not uid or starts_at is None or ends_at is None or word not in {*_STATES, *_OVER}:
        return None
    return Entry(
        uid=uid,
        number=text(booking.get("id"), 40),
        target=text(booking.get("eventTypeId"), 40)
        or text(_object(booking.get("eventType")).get("id"), 40),
        starts_at=starts_at,
        ends_at=ends_at,
        state=_STATES.get(word, State.OVER),
        key=key_in(booking),
        host=_host(booking.get("hosts")),
        replaces=text(booking.get("rescheduledFromUid"), 200),
        replaced_by=text(booking.get("rescheduledToUid"), 200),
        person=person(booking.get("attendees")),
        reason=text(booking.get("cancellationReason"), 300),
        updated_at=instant(booking.get("updatedAt")),
    )


def key_in(booking: dict[str, Any]) -> str:
    """Return our id in the metadata."""
    return text(_object(booking.get("metadata")).get(KEY), 60)


def is_of_the_same(key: str, other: str) -> bool:
    """Tell whether two of our ids mean the same appointment; which time it was put they may differ in."""
    return bool(key) and key.split("-")[:2] == other.split("-")[:2]


def person(attendees: object) -> Person | None:
    """Return the first attendee; an address is left out where it cannot be one."""
    first = attendees[0] if isinstance(attendees, list) and attendees else None
    if not isinstance(first, dict):
        return None
    language = first.get("language", first.get("locale"))
    if isinstance(language, dict):
        language = language.get("locale")
    return Person(
        name=text(first.get("name"), 255),
        time_zone=text(first.get("timeZone"), 60),
        email=text(first.get("email"), 254) or None,
        phone=text(first.get("phoneNumber"), 20) or None,
        language=text(language, 5) or "de",
    )


def instant(value: object) -> datetime | None:
    """Return the instant of an ISO 8601 time; one without an offset is none."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None


def text(value: object, longest: int) -> str:
    """Return a word or a number as text, without what Postgres cannot keep."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").strip()[:longest]


def _host(hosts: object) -> str:
    first = hosts[0] if isinstance(hosts, list) and hosts else None
    return text(first.get("id"), 40) if isinstance(first, dict) else ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
