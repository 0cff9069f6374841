"""Words that were misheard or spelled otherwise: which known words they stand for.

Exact words are compared first; this is asked only where they lead nowhere. It is sure of a word only where it sounds the
same, is another form, or is a slip away that leaves the sound (a letter more or less, two swapped); a slip that could
be another word is a candidate to ask about. The longer a word, the more slips: a short one is another word at once.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from booking import trade_words, wording

# Spellings of the same sounds, in the folded spelling, applied one after the other.
_SAME_SOUND = (
    ("tsch", "1"), ("sch", "2"), ("sh", "2"), ("tion", "zion"), ("eau", "o"), ("eur", "oer"), ("ou", "u"),
    ("ai", "9"), ("ay", "9"), ("ei", "9"), ("ey", "9"), ("aj", "9"), ("ej", "9"),
    ("mpf", "mf"), ("ph", "f"), ("th", "t"), ("dt", "t"), ("tz", "z"), ("ts", "z"), ("ck", "k"), ("chs", "x"), ("ks", "x"),
    ("ce", "ze"), ("ci", "zi"), ("cy", "zi"),
    ("qu", "kw"), ("ae", "e"), ("oe", "o"), ("ue", "u"), ("ie", "i"), ("ih", "i"), ("eh", "e"), ("ah", "a"), ("oh", "o"),
    ("uh", "u"), ("y", "i"), ("j", "i"), ("v", "f"), ("c", "k"),
)  # fmt: skip
# Letters that a telephone does not keep apart.
_ALIKE = str.maketrans("wzdbgm9", "fstpkne")
_VOWELS = "aeiouy"
_FRENCH = re.compile(r"ages?$")
_UMLAUT = re.compile(r"(?<![aeoqu])[ou]e")
_LONG, _VERY_LONG, _TELLING = 5, 9, 10
# No two spellings or forms of one word differ by more in length.
_MOST_LETTERS = 4
_HEADS = tuple(
    sorted((each for each in trade_words.lexicon() if len(each) > 3), key=len, reverse=True)
)


def stands_for(heard: str, known: Collection[str]) -> tuple[frozenset[str], bool]:
    """Return the known words that a heard word is, several if they are equally near, and whether that is sure."""
    near = [word for word in known if abs(len(word) - len(heard)) <= _MOST_LETTERS]
    for is_it in (sounds_the_same, _is_a_form, _is_a_slip, _is_near):
        found = frozenset(word for word in near if is_it(heard, word))
        if found:
            return found, is_it is not _is_near
    return frozenset(), False


@lru_cache(maxsize=8192)
def spelling(word: str) -> str:
    """Return how a word is spelled by its sounds, doubled letters once: "Sophie" and "Sofi"."""
    word = _FRENCH.sub("a2e", word)
    for usual, plain in _SAME_SOUND:
        word = word.replace(usual, plain)
    return "".join(
        letter for i, letter in enumerate(word) if letter != "h" and word[i - 1 : i] != letter
    )


@lru_cache(maxsize=8192)
def roughly(word: str) -> str:
    """Return a spelling in which sounds that are taken for each other on the telephone are the same."""
    return spelling(word).translate(_ALIKE)


def sounds_the_same(one: str, other: str) -> bool:
    """Whether two words cannot be told apart by ear: "Mayer" and "Mayr"."""
    if len(one) < 3 or len(other) < 3:
        return one == other
    return _ear(one) == _ear(other)


@lru_cache(maxsize=8192)
def _ear(word: str) -> str:
    return re.sub("er$", "r", spelling(word))


def sounds_exactly(one: str, other: str) -> bool:
    """Whether two words sound the same and have the same umlauts: "Mayer" and "Meier", but not "Pohl" and "Pöhl"."""
    return sounds_the_same(_with_umlauts(one), _with_umlauts(other))


@lru_cache(maxsize=8192)
def _with_umlauts(word: str) -> str:
    return _UMLAUT.sub(lambda found: found[0][0].upper(), word)


def _is_a_form(one: str, other: str) -> bool:
    """Whether two words have the same stem: "Strähnchen" and "Strähnen", "Massagen" and "Massage"."""
    stem = wording.bare(spelling(one))
    return len(stem) > 3 and stem == wording.bare(spelling(other))


def _is_a_slip(one: str, other: str) -> bool:
    """Whether two words differ by so little that only one is a word, and sound nearly the same."""
    one, other = _what_differs(one, other)
    if len(one) >= _LONG and one.replace("h", "") == other.replace("h", ""):
        return True
    if not _is_within(one, other) or one[:1] != other[:1]:
        return False
    return not _is_swap_of_sounds(one, other) and not _has_a_sound_more(one, other)


def _is_near(one: str, other: str) -> bool:
    whole = len(other)
    one, other = _what_differs(one, other)
    if len(other) < min(whole, _LONG) and one[:1] == other[:1] and min(len(one), len(other)) > 1:
        return distance(one, other) == 1 or sorted(one) == sorted(other)
    if min(len(one), len(other)) > _LONG and roughly(one) == roughly(other):
        return True
    return _is_within(one, other)


def _what_differs(one: str, other: str) -> tuple[str, str]:
    """Return two words without what many words share: "Warzen" and "Wurzel" of two that end in "-behandlung", and no endings."""
    head = _head(other)
    if head and one.endswith(head) and one != head:
        return one[: -len(head)], other[: -len(head)]
    for ending in ("en", "ung"):
        if one.endswith(ending) and other.endswith(ending):
            return one[: -len(ending)], other[: -len(ending)]
    return one, other


@lru_cache(maxsize=8192)
def _head(word: str) -> str:
    return next((each for each in _HEADS if word.endswith(each) and word != each), "")


def _is_within(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    if length < _LONG or abs(len(one) - len(other)) > 2:
        return False
    most = 2 if length >= _VERY_LONG else 1
    return min(distance(one, other), distance(spelling(one), spelling(other))) <= most


def _is_swap_of_sounds(one: str, other: str) -> bool:
    """Whether one sound stands for another one, as in two words that differ by it: "Farbe" and "Narbe"."""
    if len(one) != len(other) or roughly(one) == roughly(other):
        return False
    if len(one) >= _TELLING and distance(one, other) == 1:
        return False  # there is hardly another word as long that is as near
    changed = sum(a != b for a, b in zip(one, other, strict=True))
    return changed != 2 or distance(one, other) > 1  # two that changed places keep the sounds


def _has_a_sound_more(one: str, other: str) -> bool:
    """Whether one word has a consonant between vowels where the other one has none: "Meditation" and "Mediation"."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) != 1:
        return False
    at = next(
        (i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter)
    )
    more = longer[at]
    return (
        longer[:at] + longer[at + 1 :] == shorter
        and more not in _VOWELS + "h"
        and longer[at - 1 : at] in tuple(_VOWELS)
        and longer[at + 1 : at + 2] in tuple(_VOWELS)
    )


@lru_cache(maxsize=8192)
def distance(one: str, other: str) -> int:
    """Return how many letters must be changed, added, left out or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
