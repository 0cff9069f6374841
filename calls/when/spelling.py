"""Forgiving the spelling of long words: what sounds the same, or is one slip away from one word only."""

import re
from collections.abc import Iterable

from calls.when.lexicon import LEXICON, Kind, Meaning

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"sch", "s"),
        (r"th|dt", "t"),
        (r"ph|v", "f"),
        (r"ck|k|c(?!h)", "k"),
        (r"tz|z", "s"),
        (r"ai|ay|ey", "ei"),
        (r"ie|y", "i"),
        (r"ue", "u"),
        (r"oe", "o"),
        (r"ae", "e"),
        (r"([aeiou])h", r"\1"),
        (r"(.)\1+", r"\1"),
        (r"(?:tak|tach|dag|dach|tah)(s?)$", r"tag\1"),
        (r"ich$", "ig"),
    )
)
_FORGIVEN_BY_SOUND = frozenset(
    (
        Kind.WEEKDAY,
        Kind.MONTH,
        Kind.DAY,
        Kind.MORGEN,
        Kind.PART,
        Kind.WHICH,
        Kind.NUMBER,
        Kind.ORDINAL,
    )
    + (
        Kind.WEEKEND,
        Kind.THREE_QUARTERS,
        Kind.QUARTER,
        Kind.MIDNIGHT,
        Kind.PREPOSITION,
        Kind.EARLIEST,
    )
)
_FORGIVEN_A_LETTER = frozenset(
    (Kind.WEEKDAY, Kind.MONTH, Kind.DAY, Kind.PART, Kind.WEEKEND, Kind.MIDNIGHT)
)
_LONG_ENOUGH = 6


def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def _by_sound() -> dict[str, Meaning]:
    """Return the long words by their sound; a sound that two meanings share stands for neither."""
    found: dict[str, Meaning] = {}
    shared: set[str] = set()
    for word, meaning in LEXICON.items():
        if len(word) < _LONG_ENOUGH or meaning.kind not in _FORGIVEN_BY_SOUND:
            continue
        sound = _sound(word)
        if found.setdefault(sound, meaning) != meaning:
            shared.add(sound)
    return {sound: meaning for sound, meaning in found.items() if sound not in shared}


def _one_letter_less(word: str) -> Iterable[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _by_missing_letter() -> dict[str, set[str]]:
    """Return each long word and each of its forms with one letter less, so that a look-up needs no search."""
    found: dict[str, set[str]] = {}
    for word, meaning in LEXICON.items():
        if len(word) >= _LONG_ENOUGH and meaning.kind in _FORGIVEN_A_LETTER:
            for form in (word, *_one_letter_less(word)):
                found.setdefault(form, set()).add(word)
    return found


_BY_SOUND = _by_sound()
_BY_MISSING_LETTER = _by_missing_letter()


def forgiven(word: str) -> tuple[Meaning, ...]:
    if len(word) < _LONG_ENOUGH:
        return ()
    sounding = _BY_SOUND.get(_sound(word))
    if sounding:
        return (sounding,)
    near = {
        near
        for form in (word, *_one_letter_less(word))
        for near in _BY_MISSING_LETTER.get(form, ())
    }
    found = {LEXICON[other] for other in near if _one_slip_apart(word, other)}
    return (found.pop(),) if len(found) == 1 else ()


def _one_slip_apart(word: str, other: str) -> bool:
    """Tell whether one letter is wrong, missing, too much, or two neighbours are swapped; the first is right."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    if len(word) != len(other):
        longer, shorter = sorted((word, other), key=len, reverse=True)
        return shorter in _one_letter_less(longer)
    differing = [i for i in range(len(word)) if word[i] != other[i]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2 and sorted(word) == sorted(other) and differing[1] - differing[0] == 1
    )
