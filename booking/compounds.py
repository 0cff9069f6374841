"""What compounds are made of, as far as known words tell: those of the business, those that were heard, those of all trades.

German builds names without end ("Weisheitszahnentfernung"), and callers take them apart ("Entfernung vom Weisheitszahn").
Splitting by statistics is right in nineteen of twenty words, and one in twenty would be a wrong appointment; here a word
is split only where known words say so. What is left over keeps being a part of its own.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from booking import trade_words, wording

# What may stand between two parts, and after the last one.
_JOINTS = ("", "e", "n", "en", "er", "ern", "s", "es", "ns", "ung", "ungs", "ungen", "el")
_SHORTEST, _SHORTEST_UNSURE = 3, 4
# Begin verbs and what is made of them, and are no parts.
_PREFIXES = frozenset(
    "ab an auf aus be bei durch ein ent er ge los miss nach ueber um un unter ver vor weg zer zu".split()
)

Lexicon = dict[str, str]  # a spelling of a part, and the stem it stands for


class Menu:
    """The words of all names of a business, taken apart once; a heard word may take some of them further apart."""

    def __init__(self, names: tuple[str, ...]) -> None:
        said = [wording.sequence(name) for name in names]
        self.words = frozenset(word for name in said for word in name) - wording.FILLERS
        self.known: Lexicon = {**_of_all_trades(), **_spellings(sorted(self.words))}
        self.stems = frozenset(self.known.values())
        self._parts = {word: parts(word, self.known) for word in self.words}
        # "Ebike" for "E-Bike": a part of one letter is no part elsewhere.
        for one, other in (pair for name in said for pair in pairwise(name)):
            if min(len(one), len(other)) < _SHORTEST:
                joined = self._parts.get(one, (one,)) + self._parts.get(other, (other,))
                self._parts.setdefault(one + other, joined)

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the stems of the parts of a folded word, by the words of the business alone."""
        return self._parts.get(word) or parts(word, self.known)

    def heard(self, words: Iterable[str]) -> "Hearing":
        """Return how words are taken apart when some more were heard."""
        more = _spellings((word for word in words if word not in self._parts), self.known)
        new = {spelled: stem for spelled, stem in more.items() if spelled not in self.known}
        return Hearing(self._parts, {**self.known, **new} if new else self.known, tuple(new))


class Hearing:
    """How words are taken apart, by the words of a business and those that were heard."""

    def __init__(
        self, parts: dict[str, tuple[str, ...]], known: Lexicon, new: tuple[str, ...]
    ) -> None:
        self._parts, self._known, self._new = parts, known, new

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the stems of the parts of a folded word."""
        found = self._parts.get(word)
        if found is not None:
            plain = wording.without_umlauts(word)
            if not any(each in plain for each in self._new):
                return found
        return parts(word, self._known)


@lru_cache(maxsize=128)
def menu(names: tuple[str, ...]) -> Menu:
    """Return the words of some names, taken apart; kept, because the same business is asked again and again."""
    return Menu(names)


@lru_cache(maxsize=1)
def _of_all_trades() -> Lexicon:
    return _spellings(trade_words.lexicon())


def _spellings(words: Iterable[str], known: Lexicon | None = None) -> Lexicon:
    found: Lexicon = {}
    for word in words:
        if len(word) < 2:
            continue
        plain = wording.without_umlauts(word)
        stem = _known_stem(word, known or {})
        for each in dict.fromkeys((plain, wording.bare(plain), stem)):
            if each == plain or len(each) >= _SHORTEST_UNSURE:
                found.setdefault(each, stem)
    return found


def parts(word: str, known: Lexicon) -> tuple[str, ...]:
    """Return the stems of the parts of a folded word: known ones, and what is left beside a known one."""
    plain = wording.without_umlauts(word)
    if word.isdigit() or len(plain) < 2 * _SHORTEST - 1:
        return (known.get(plain) or _known_stem(word, known),)
    own = known.get(plain) or _known_stem(word, known)
    known = {part: stem for part, stem in known.items() if part in plain and stem != own}
    whole = _whole(plain, known)
    if whole:
        return tuple(stem for each in whole for stem in _again(each, plain, known))
    return _beside(plain, known) or (own,)


def _again(part: str, of: str, known: Lexicon) -> tuple[str, ...]:
    return parts(part, known) if len(part) < len(of) else (known.get(part, part),)


def _known_stem(word: str, known: Lexicon) -> str:
    """Return the stem of a word; of a participle the one of its verb, if that is known."""
    found = wording.stems(word)
    stems = set(known.values())
    return next((each for each in found if each in stems), found[0])


def _whole(plain: str, known: Lexicon) -> tuple[str, ...] | None:
    """Return the most known parts that make up a word, at least two."""
    ways: list[tuple[str, ...] | None] = [None] * (len(plain) + 1)
    ways[0] = ()
    for at in range(len(plain)):
        here = ways[at]
        if here is None:
            continue
        for part in known:
            if plain.startswith(part, at):
                _step(plain, at + len(part), (*here, part), ways)
    found = ways[-1]
    return found if found is not None and len(found) > 1 else None


def _step(plain: str, at: int, so_far: tuple[str, ...], ways: list[tuple[str, ...] | None]) -> None:
    for joint in _JOINTS:
        end = at + len(joint)
        if plain.startswith(joint, at) and end <= len(plain):
            best = ways[end]
            if best is None or len(best) < len(so_far):
                ways[end] = so_far


def _beside(plain: str, known: Lexicon) -> tuple[str, ...] | None:
    """Return a known part and what is left before or after it; the longest known one counts, the last before the first."""
    for joint in ("", *sorted(_JOINTS[1:], key=len)):
        if joint and not plain.endswith(joint):
            continue
        body = plain[: len(plain) - len(joint)] if joint else plain
        tails = [
            each
            for each in known
            if len(each) >= _SHORTEST_UNSURE
            and body.endswith(each)
            and _is_part(body[: -len(each)], known)
        ]
        if tails:
            tail = max(tails, key=len)
            before = _rest(body[: -len(tail)], known)
            return (*before, *_again(tail, plain, known))
    fronts = [
        each
        for each in known
        if len(each) >= _SHORTEST_UNSURE and plain.startswith(each) and len(plain) - len(each) >= 3
    ]
    if fronts:
        front = max(fronts, key=len)
        after = plain[len(front) :]
        return (*_again(front, plain, known), known.get(after) or wording.stem(after))
    return None


def is_front(front: str, word: str) -> bool:
    """Whether a folded word is another one and something that is done: "Beckenbodentraining" and "Beckenboden"."""
    plain = wording.without_umlauts(word)
    rests = (
        plain[len(begins) :]
        for begins in (wording.without_umlauts(front), root(front))
        if plain.startswith(begins)
    )
    return any(
        rest.startswith(joint) and wording.stem(rest[len(joint) :]) in trade_words.DONE
        for rest in rests
        for joint in _JOINTS
    )


def root(word: str) -> str:
    """Return what all compounds with a folded word have of it."""
    return wording.bare(wording.without_umlauts(word))


def _is_part(rest: str, known: Lexicon) -> bool:
    """Whether what stands before a known part is one, and does not belong to it: "Steuer-be-scheid"."""
    return len(rest) > 1 and not any(
        rest.endswith(prefix) and (rest == prefix or rest[: -len(prefix)] in known)
        for prefix in _PREFIXES
    )


def _rest(before: str, known: Lexicon) -> tuple[str, ...]:
    """Return the part before a known one, which may have a known one of its own ("Grippe schutz Impfung")."""
    return parts(before, known) if len(before) > 2 else (before,)
