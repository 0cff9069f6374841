"""Encryption of single values: AES-256-GCM, bound to the place where the value is stored.

Stored: 1 byte format, 4 bytes key id, 12 bytes nonce, then cipher text and tag. The context (table, column, tenant)
is authenticated, so a cipher that was moved to another row does not open. The first of `FIELD_KEYS` writes, all of
them read: a key is rotated by putting the new one in front, running `manage.py reseal_credentials`, and removing the old one.
"""

import base64
import hashlib
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_FORMAT = b"\x01"


class SealBroken(Exception):
    """The value was not sealed for this place, was changed, or its key is gone."""


def seal(text: str, *, context: str) -> bytes:
    """Return the text encrypted for this context under the first key."""
    key_id, cipher = next(iter(_ciphers().items()))
    nonce = secrets.token_bytes(12)
    return _FORMAT + key_id + nonce + cipher.encrypt(nonce, text.encode(), context.encode())


def unseal(sealed: bytes, *, context: str) -> str:
    """Return the text that was sealed for this context.

    :raises SealBroken: changed, moved, or sealed with a key that is not there any more
    """
    cipher = _ciphers().get(sealed[1:5])
    if sealed[:1] != _FORMAT or cipher is None:
        raise SealBroken("unknown format or key")
    try:
        return cipher.decrypt(sealed[5:17], sealed[17:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise SealBroken("the value does not belong here or was changed") from error


def is_current(sealed: bytes) -> bool:
    """Tell whether the value was sealed with the first key."""
    return sealed[1:5] == next(iter(_ciphers()))


def new_key() -> str:
    """Return a fresh key for `FIELD_KEYS`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _ciphers() -> dict[bytes, AESGCM]:
    return _ciphers_of(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=4)
def _ciphers_of(keys: tuple[str, ...]) -> dict[bytes, AESGCM]:
    raw = [base64.urlsafe_b64decode(key) for key in keys]
    return {hashlib.sha256(key).digest()[:4]: AESGCM(key) for key in raw}
