"""Telephone numbers as callers, networks and models write them."""

from functools import lru_cache

import phonenumbers

# How networks spell "anonymous", "restricted", "unavailable", "unknown" and "blocked" on a keypad.
_WITHHELD = frozenset(("266696687", "7378742833", "86282452253", "8656696", "2562533", "464"))


def is_premium(number: str) -> bool:
    """Whether it costs extra to call an E.164 number: nobody is called back there."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return bool(kind == phonenumbers.PhoneNumberType.PREMIUM_RATE)


def of_caller(raw: str | None) -> str | None:
    """Return the caller's number as the network showed it, None when it was withheld or is no valid number."""
    if raw is None or raw.lstrip("+") in _WITHHELD:
        return None
    return e164(raw)


@lru_cache(maxsize=4096)
def e164(raw: str | None, region: str = "DE") -> str | None:
    """Return the number as E.164, or None for everything that is not a valid number.

    Withheld numbers arrive as words ("anonymous", "Restricted") or digits; whatever the numbering plan does not know
    is "no number". Source: Retell and Twilio documentation on withheld callers, read 2026-11-21.
    """
    if not raw or len(raw) > 40:
        return None
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
