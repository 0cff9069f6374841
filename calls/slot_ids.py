"""Opaque names for offered slots, so that the model passes an offer back instead of inventing a time."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

_MARK = "slot_"


@dataclass(frozen=True, kw_only=True)
class SlotRef:
    """What an id stands for. The rules are asked again before anything is booked."""

    service_id: int
    staff_member_id: int
    starts_at: datetime


def name(ref: SlotRef, *, tenant_id: UUID) -> str:
    """Return the id of a slot, valid for this tenant only."""
    content = f"{ref.service_id}-{ref.staff_member_id}-{int(ref.starts_at.timestamp()) // 60}"
    return f"{_MARK}{content}-{_tag(content, tenant_id)}"


def read(slot_id: str, *, tenant_id: UUID) -> SlotRef | None:
    """Return what an id stands for, or None when we never gave it out."""
    content, _, tag = slot_id.strip().removeprefix(_MARK).rpartition("-")
    if not content.isascii() or not tag.isascii():
        return None
    if not hmac.compare_digest(tag, _tag(content, tenant_id)):
        return None
    service_id, staff_member_id, minute = (int(part) for part in content.split("-"))
    return SlotRef(
        service_id=service_id,
        staff_member_id=staff_member_id,
        starts_at=datetime.fromtimestamp(minute * 60, UTC),
    )


def _tag(content: str, tenant_id: UUID) -> str:
    message = f"{tenant_id}/{content}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), message, "sha256").hex()[:10]
