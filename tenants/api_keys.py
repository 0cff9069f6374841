"""API keys: issued once, kept as a hash, recognised in constant time.

``ask_live_<8 characters>_<32 random bytes>``: the part before the second underscore is looked up, the whole is
compared. The key has full entropy, so a plain SHA-256 is enough.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from tenants import audit, directory, scope
from tenants.actors import Actor
from tenants.models import ApiKey, Tenant

_MARK = "ask_live_"
_USE_IS_NOTED_EVERY = timedelta(minutes=10)


def issue(
    tenant: Tenant, *, name: str, scopes: Iterable[str], by: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Create a key and return it with its secret, which is never shown again."""
    prefix = _MARK + secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        tenant=tenant, name=name, prefix=prefix, key_hash=_digest(secret), scopes=list(scopes)
    )
    audit.record("issued", key, tenant_id=tenant.pk, by=by, now=now, scopes=list(key.scopes))
    return key, secret


def recognise(secret: str, *, now: datetime) -> directory.KnownKey | None:
    """Return the key behind this secret, or None when it is unknown, revoked or expired."""
    if not secret.startswith(_MARK) or not secret.isascii() or not secret.isprintable():
        return None
    known = directory.api_key_for(prefix_of(secret))
    if known is None or not hmac.compare_digest(known.key_hash, _digest(secret)):
        return None
    if known.expires_at is not None and known.expires_at <= now:
        return None
    return known


def prefix_of(secret: str) -> str:
    """Return the part of a key that may be shown and names it."""
    return secret[: len(_MARK) + 8]


def note_use(known: directory.KnownKey, *, now: datetime) -> None:
    """Write down that the key was used, at most every ten minutes.

    In a transaction of its own: a long request must not hold up the others of the same key.
    """
    if known.last_used_at is None or now - known.last_used_at > _USE_IS_NOTED_EVERY:
        with scope.tenant(known.tenant_id):
            ApiKey.objects.filter(pk=known.api_key_id).update(last_used_at=now)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
