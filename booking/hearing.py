"""Words that were misheard or spelled otherwise: which known words they stand for.

Exact words are compared in `booking/catalogue.py`; this is asked only where they lead nowhere. It is sure of a word only
where nothing else is as near: other spellings of the same sounds, a letter more or less in a long word, a compound
that was torn apart. Whatever is only similar is a candidate to ask about.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import permutations

# Spellings of the same sounds, in the folded spelling.
_SAME_SOUND = (
    ("ai", "9"), ("ay", "9"), ("ei", "9"), ("ey", "9"),
    ("ph", "f"), ("th", "t"), ("dt", "t"), ("tz", "z"), ("ts", "z"), ("ck", "k"), ("chs", "x"), ("ks", "x"),
    ("qu", "kw"), ("ae", "e"), ("oe", "o"), ("ue", "u"), ("ie", "i"), ("ih", "i"), ("eh", "e"), ("ah", "a"), ("oh", "o"),
    ("uh", "u"), ("y", "i"), ("j", "i"), ("v", "f"), ("c", "k"),
)  # fmt: skip
_ENDINGS = ("chen", "ungen", "ung", "en", "er", "es", "em", "e", "n", "s")
# Verbs and what is done by them, where the stem changes.
_DONE_BY = {
    "schneiden": "schnitt",
    "massieren": "massage",
    "rasieren": "rasur",
    "behandeln": "behandlung",
    "faerben": "farbe",
    "waschen": "waesche",
}
_LONG, _VERY_LONG = 5, 9
_MOST_WORDS = 4


def stands_for(heard: str, known: Collection[str]) -> frozenset[str]:
    """Return the known words that a heard word is, misspelled or in another form; several only if equally near."""
    for is_it in (_sounds_the_same, _is_a_form, _is_near):
        found = frozenset(word for word in known if is_it(heard, word))
        if found:
            return found
    return frozenset()


def is_compound(word: str, parts: Iterable[str]) -> bool:
    """Whether words make up a compound: "Herren" and "Haarschnitt" a "Herrenhaarschnitt"."""
    few = [part for part in parts if len(part) > 1][:_MOST_WORDS]
    if len(few) < 2 or not len(word) - 3 <= sum(map(len, few)) <= len(word):
        return False
    joints = ("", "s", "n", "en")
    return any(
        word == joint.join(order) for order in permutations(few, len(few)) for joint in joints
    )


def is_inside(part: str, word: str) -> bool:
    """Whether a word, or what it does, begins or ends a compound: "Haarschnitt" in "Herrenhaarschnitt"."""
    parts = (part, _DONE_BY.get(part, part))
    return any(
        len(each) > 3 and part != word and (word.startswith(each) or word.endswith(each))
        for each in parts
    )


@lru_cache(maxsize=8192)
def spelling(word: str) -> str:
    """Return how a word is spelled by its sounds, doubled letters once: "Sophie" and "Sofi"."""
    for usual, plain in _SAME_SOUND:
        word = word.replace(usual, plain)
    return "".join(
        letter for i, letter in enumerate(word) if letter != "h" and word[i - 1 : i] != letter
    )


def _sounds_the_same(one: str, other: str) -> bool:
    # "Mayer" and "Mayr"
    sounds = {re.sub("er$", "r", spelling(word)) for word in (one, other)}
    return len(one) > 2 and len(other) > 2 and len(sounds) == 1


def _is_a_form(one: str, other: str) -> bool:
    """Whether two words have the same stem: "Strähnchen" and "Strähnen", "Massagen" and "Massage"."""
    stem = _stem(spelling(one))
    return len(stem) > 3 and stem == _stem(spelling(other))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def _is_near(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    if length < _LONG or abs(len(one) - len(other)) > 2:
        return False
    return distance(one, other) <= (2 if length >= _VERY_LONG else 1)


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
