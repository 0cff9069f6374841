"""Finding the tenant before there is one: by dialled number, API key or person.

Each question is a function of the database (SECURITY DEFINER) that answers exactly this question, so that asking it
needs no look over the wall.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants import statements


@dataclass(frozen=True, kw_only=True)
class Line:
    """An active number of an active branch of an active business."""

    tenant_id: UUID
    branch_id: int
    phone_number_id: int
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class KnownKey:
    """What is stored of an API key; the caller compares the hash."""

    tenant_id: UUID
    api_key_id: int
    key_hash: bytes
    scopes: tuple[str, ...]
    expires_at: datetime | None
    last_used_at: datetime | None


def line_for(dialled: str) -> Line | None:
    """Return where a dialled number (E.164) leads, or None; nothing is guessed."""
    row = _one(
        "SELECT tenant_id, branch_id, phone_number_id, time_zone FROM tenants_line_for(%s)", dialled
    )
    if row is None:
        return None
    return Line(tenant_id=row[0], branch_id=row[1], phone_number_id=row[2], time_zone=row[3])


def api_key_for(prefix: str) -> KnownKey | None:
    """Return the unrevoked key with this prefix, or None."""
    row = _one(
        "SELECT tenant_id, api_key_id, key_hash, scopes, expires_at, last_used_at"
        " FROM tenants_api_key_for(%s)",
        prefix,
    )
    if row is None:
        return None
    return KnownKey(
        tenant_id=row[0],
        api_key_id=row[1],
        key_hash=bytes(row[2]),
        scopes=tuple(row[3]),
        expires_at=row[4],
        last_used_at=row[5],
    )


def tenant_of_user(user_id: int) -> UUID | None:
    """Return the one business a person belongs to; None when it is none or several."""
    row = _one("SELECT tenants_tenant_of_user(%s)", user_id)
    return row[0] if row else None


def active_tenants() -> list[UUID]:
    """Return the ids of all active businesses, for sweeps that visit one after the other."""
    return [row[0] for row in statements.run("SELECT tenants_active()").fetchall()]


def _one(sql: str, value: object) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = statements.run(sql, (value,)).fetchone()
    return row
