"""Spoken German: how dates, times, numbers and phone numbers are said aloud.

Written forms ("15.1., 14:30") are read wrongly by synthetic voices, so the caller always gets words.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache

_WEEKDAYS = (
    "Montag",
    "Dienstag",
    "Mittwoch",
    "Donnerstag",
    "Freitag",
    "Samstag",
    "Sonntag",
)
_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_SMALL = (
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
)
_TENS = (
    "",
    "",
    "zwanzig",
    "dreißig",
    "vierzig",
    "fünfzig",
    "sechzig",
    "siebzig",
    "achtzig",
    "neunzig",
)
_IRREGULAR_ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Berlin, Hamburg, Frankfurt and München; every other prefix is read with three digits after its zero.
_SHORT_GERMAN_PREFIXES = ("30", "40", "69", "89")


def weekday_name(day: date) -> str:
    """Return the German name of the weekday ("Dienstag")."""
    return _WEEKDAYS[day.weekday()]


@lru_cache(maxsize=2048)
def spoken_date(day: date, *, with_year: bool = False) -> str:
    """Return a date as it is said: "Dienstag, den vierundzwanzigsten November"."""
    said = f"{weekday_name(day)}, den {spoken_ordinal(day.day)} {_MONTHS[day.month - 1]}"
    return f"{said} {spoken_number(day.year)}" if with_year else said


@lru_cache(maxsize=2048)
def spoken_time(at: time) -> str:
    """Return a time of day in the unmistakable long form: "vierzehn Uhr dreißig", never "halb drei"."""
    hour = "ein" if at.hour == 1 else spoken_number(at.hour)
    return f"{hour} Uhr {spoken_number(at.minute)}" if at.minute else f"{hour} Uhr"


def spoken_slot(starts_at: datetime) -> str:
    """Return date and time in one breath; `starts_at` must be in the branch's time zone already."""
    return f"{spoken_date(starts_at.date())}, um {spoken_time(starts_at.time())}"


def spoken_number(number: int) -> str:
    """Return a whole number from 0 to 9999 as one German word.

    :raises ValueError: the number is outside this range
    """
    if not 0 <= number <= 9999:
        raise ValueError("only numbers from 0 to 9999 have a spoken form")
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_thousand(number)
    head = f"{_as_prefix(thousands)}tausend"
    return head + _below_thousand(rest) if rest else head


def spoken_euros(cents: int) -> str:
    """Return an amount as it is said: "fünfunddreißig Euro", "zwölf Euro fünfzig".

    :raises ValueError: ten thousand euros or more, or less than nothing
    """
    euros, rest = divmod(cents, 100)
    said = f"{'ein' if euros == 1 else spoken_number(euros)} Euro"
    if not rest:
        return said
    if not euros:
        return f"{spoken_number(rest)} Cent"
    return f"{said} {spoken_number(rest)}"


def spoken_ordinal(number: int, *, ending: str = "en") -> str:
    """Return an ordinal from 1 to 99 with the ending its sentence needs ("fünfzehnten", "erster").

    :raises ValueError: the number is outside this range
    """
    if not 1 <= number <= 99:
        raise ValueError("only numbers from 1 to 99 have a spoken ordinal")
    stem = _IRREGULAR_ORDINALS.get(number)
    if stem is None:
        stem = spoken_number(number) + ("t" if number < 20 else "st")
    return stem + ending


def spoken_phone(e164: str) -> str:
    """Return a phone number digit by digit, in groups that can be compared while listening.

    :raises ValueError: the number is not in E.164 form
    """
    if not _E164.fullmatch(e164):
        raise ValueError("not a phone number in E.164 form")
    if not e164.startswith("+49"):
        return "plus " + ", ".join(map(_digits, _pairs(e164[1:])))
    national = e164[3:]
    cut = 2 if national.startswith(_SHORT_GERMAN_PREFIXES) else 3
    groups = ("0" + national[:cut], *_pairs(national[cut:]))
    return ", ".join(map(_digits, groups))


def spoken_list(items: Sequence[str], *, last: str = "oder") -> str:
    """Return the items as an enumeration: "a, b oder c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(number)
    head = f"{_as_prefix(hundreds)}hundert"
    return head + _below_hundred(rest) if rest else head


def _below_hundred(number: int) -> str:
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return f"{_as_prefix(ones)}und{_TENS[tens]}" if ones else _TENS[tens]


def _as_prefix(number: int) -> str:
    """Return a digit as it stands inside a longer word: "ein" in "einundzwanzig"."""
    return "ein" if number == 1 else _SMALL[number]


def _pairs(digits: str) -> list[str]:
    """Split into pairs; an odd count ends in a group of three, because a lone digit gets lost."""
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    if len(pairs) > 1 and len(pairs[-1]) == 1:
        pairs[-2:] = ["".join(pairs[-2:])]
    return pairs


def _digits(group: str) -> str:
    return " ".join(_SMALL[int(digit)] for digit in group)
