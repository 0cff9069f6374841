"""The diary of a staff member as a calendar to subscribe to: under a secret address that can be taken back."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from booking import invitation
from booking.models import Appointment, DiaryFeed, StaffMember
from tenants import audit
from tenants.actors import Actor
from tenants.models import Tenant

_BACK, _AHEAD = timedelta(days=30), timedelta(days=365)


def publish(staff_member: StaffMember, *, by: Actor, now: datetime) -> str:
    """Return a new secret address for this diary; the one before leads nowhere any more.

    Only its hash is stored, so it is told once.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        for feed in DiaryFeed.objects.filter(staff_member=staff_member, revoked_at=None):
            revoke(feed, by=by, now=now)
        feed = DiaryFeed.objects.create(
            tenant_id=staff_member.tenant_id,
            staff_member=staff_member,
            token_hash=_hash(token),
        )
        audit.record("published", feed, tenant_id=feed.tenant_id, by=by, now=now)
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}/diary-feeds/{staff_member.tenant_id}/{token}.ics"


def revoke(feed: DiaryFeed, *, by: Actor, now: datetime) -> None:
    """Take an address back. Taken back already: nothing happens."""
    if feed.revoked_at is not None:
        return
    feed.revoked_at = now
    feed.save(update_fields=["revoked_at", "updated_at"])
    audit.record("revoked", feed, tenant_id=feed.tenant_id, by=by, now=now)


def document_for(tenant_id: UUID, token: str, *, now: datetime) -> str | None:
    """Return the calendar behind an address, None when it leads nowhere. The scope of the business must be open."""
    if not Tenant.objects.filter(pk=tenant_id, is_active=True).exists():
        return None
    feed = (
        DiaryFeed.objects.filter(tenant_id=tenant_id, token_hash=_hash(token), revoked_at=None)
        .select_related("staff_member__branch")
        .first()
    )
    if feed is None or not feed.staff_member.is_active:
        return None
    rows = (
        Appointment.objects.filter(
            staff_member=feed.staff_member,
            status__in=_SHOWN,
            starts_at__gte=now - _BACK,
            starts_at__lt=now + _AHEAD,
        )
        .select_related("service", "branch")
        .order_by("starts_at", "pk")
    )
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//AskProAI//Terminbuch//DE",
        "VERSION:2.0",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(feed.staff_member.name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        *[line for row in rows for line in _event(row)],
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(_folded(line) for line in lines)


def etag_of(document: str) -> str:
    """Return the mark of this version: it changes exactly when the calendar does."""
    return f'"{hashlib.sha256(document.encode()).hexdigest()[:32]}"'


_SHOWN = (
    Appointment.Status.PENDING,
    Appointment.Status.CONFIRMED,
    Appointment.Status.CHECKED_IN,
    Appointment.Status.COMPLETED,
)


def _event(row: Appointment) -> list[str]:
    # A time that the calendar has not confirmed yet is taken all the same.
    status = "TENTATIVE" if row.status == Appointment.Status.PENDING else "CONFIRMED"
    return [
        "BEGIN:VEVENT",
        f"UID:{invitation.uid_of(row)}",
        f"SEQUENCE:{row.version}",
        f"DTSTAMP:{_utc(row.updated_at)}",
        f"DTSTART:{_utc(row.starts_at)}",
        f"DTEND:{_utc(row.ends_at)}",
        f"SUMMARY:{_escaped(f'{row.service.name} – {row.attendee_name}')}",
        f"LOCATION:{_escaped(invitation.address_of(row.branch) or row.branch.name)}",
        f"STATUS:{status}",
        "END:VEVENT",
    ]


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Return a text as RFC 5545 wants it: no control characters, a line break as a word, separators marked."""
    text = "".join(each for each in text if each in "\n\t" or ord(each) >= 32 and ord(each) != 127)
    for found, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(found, written)
    return text


def _folded(line: str) -> str:
    """Return a line as RFC 5545 wants it: at most 75 bytes, continued with a blank."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
