"""Which of several named things somebody means by some words: found, to be asked, or nothing of the kind.

What agrees counts by its parts, wherever they stand: "Reifen wechseln" is a "Reifenwechsel". A part that only says what kind
of thing it is ("Behandlung") is never enough, and a compound whose other half nobody here knows is something else:
"Gesprächstherapie" is no "Manuelle Therapie".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar

from booking import compounds, hearing, trade_words, wording

_Row = TypeVar("_Row")


class State(StrEnum):
    MATCHED = "matched"
    ASK = "ask"  # several could be meant, or nothing was said
    NONE = "none"  # nothing is called like that
    CANNOT = "cannot"  # a person who does not offer the service; `found` says who


@dataclass(frozen=True, kw_only=True)
class Match(Generic[_Row]):
    """What was found; `candidates` are what can be asked for."""

    state: State
    found: _Row | None = None
    candidates: tuple[_Row, ...] = ()


class _Kind(IntEnum):
    NONE = 0
    KIND_ONLY = 1  # "Therapie" for "Manuelle Therapie"
    SOME = 2  # some words agree, on both sides there are others; or half of a compound
    PART_OF_NAME = 3  # "Färben" for "Färben komplett"
    WHOLE_NAME = 4  # "Haarschnitt bei Jana" for "Haarschnitt"
    SAME = 5


_ACTIONS = trade_words.DONE - trade_words.NEUTRAL
_SAYS_NO_MORE = trade_words.SUBJECTS | trade_words.WEAK | trade_words.NEUTRAL
_SURE = (_Kind.PART_OF_NAME, _Kind.WHOLE_NAME, _Kind.SAME)
_SHORTEST_END = 3
_MOST_WORDS = 60
_ABBREVIATION = 4  # letters at most
_DISTINCTIVE = 8  # letters at least
_Word = tuple[str, ...]  # the parts of one word


@dataclass(frozen=True)
class _Agreement:
    """How well heard words agree with a name, and in which parts."""

    kind: _Kind
    parts: frozenset[str]

    @property
    def rank(self) -> tuple[int, int]:
        return self.kind, len(self.parts)


_NOBODY: tuple[frozenset[str], bool] = (frozenset(), False)
_NOTHING = _Agreement(_Kind.NONE, frozenset())
_HYPHEN = re.compile(r"([a-z0-9]+)-(?=([a-z0-9]+))")
_OWN = re.compile(r"(?:mein|unser|sein|ihr|eur?)(?:e[nmrs]?)?$")
_TITLE_DOTS = re.compile(r"\b(dr|prof|med|dipl|st)\.")
_NO = r"\b(?:auf (?:gar )?keinen fall|keinesfalls|keine[nmrs]?|kein|nicht|ohne|ausser)\b"
# A no at the end denies what stands before it, every other one what follows in its part of the sentence.
_DENIED_BEFORE = re.compile(rf"(?:^|(?<=[,.;!?]))[^,.;!?]*{_NO}\s*(?=[,.;!?]|$)")
_DENIED_AFTER = re.compile(rf"{_NO}.*?(?=[,.;!?]|\b(?:sondern|lieber|nur|aber|dafuer)\b|$)")


def meant(
    said: str, rows: Sequence[_Row], *, names: Callable[[_Row], Iterable[str]]
) -> Match[_Row]:
    """Return which of the rows is meant; the first name of a row is its own, the others are what it is called, too."""
    heard = wording.words(said)
    if not heard:
        return Match(state=State.ASK, candidates=tuple(rows))
    called = tuple(tuple(names(row)) for row in rows)
    exact = _exactly(heard, called)
    if len(exact) == 1:
        return Match(state=State.MATCHED, found=rows[exact[0]], candidates=(rows[exact[0]],))
    state, places = _inexactly(said, _with_abbreviations(called))
    chosen = tuple(rows[place] for place in places)
    return Match(
        state=state, found=chosen[0] if state == State.MATCHED else None, candidates=chosen
    )


def kept_of(said: str) -> str | None:
    """Return what is left of some words without what they deny; None where nothing is denied."""
    plain = _TITLE_DOTS.sub(r"\1", wording.folded(said))
    left = _DENIED_AFTER.sub(" ", _DENIED_BEFORE.sub(" ", plain))
    return None if left == plain else left


def _exactly(heard: frozenset[str], called: tuple[tuple[str, ...], ...]) -> list[int]:
    return [
        place
        for place, names in enumerate(called)
        if any(wording.words(name) == heard for name in names)
    ]


@lru_cache(maxsize=128)
def _with_abbreviations(called: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Return what rows are called, longer names also with the abbreviation of their beginning: "KG am Gerät"."""
    short = [
        (wording.sequence(names[0]), alias)
        for names in called
        for alias in names[1:]
        if len(alias) <= _ABBREVIATION and len(wording.sequence(alias)) == 1
    ]
    return tuple((*names, *_abbreviated(names, short)) for names in called)


def _abbreviated(names: tuple[str, ...], short: list[tuple[tuple[str, ...], str]]) -> Iterator[str]:
    for name in names:
        said = wording.sequence(name)
        for begins, alias in short:
            if len(said) > len(begins) and said[: len(begins)] == begins:
                yield " ".join((alias, *said[len(begins) :]))


@lru_cache(maxsize=1024)
def _inexactly(said: str, called: tuple[tuple[str, ...], ...]) -> tuple[State, tuple[int, ...]]:
    left = kept_of(said)
    if left is None or _is_called_by_a_no(said, called):
        return _Wish(said, called).answer()
    state, places = _Wish(left, called).answer() if wording.words(left) else (State.ASK, ())
    if state == State.ASK and not places:
        _, places = _Wish(said, called).answer()
    return state, places


def _is_called_by_a_no(said: str, called: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a denial that was said stands in a name: "Schnitt ohne Waschen"."""
    denials = set(re.findall(_NO, wording.folded(said)))
    menu = compounds.menu(tuple(name for names in called for name in names))
    return not menu.words.isdisjoint(denials)


class _Wish:
    """Some words, held against all names of a business."""

    def __init__(self, said: str, called: tuple[tuple[str, ...], ...]) -> None:
        self._called = called
        self._menu = compounds.menu(tuple(name for names in called for name in names))
        self._is_sure = True
        said_words = wording.sequence(said)[:_MOST_WORDS]
        self._heard = self._understood(said_words)
        # "Teppich Reinigung" is one thing; in "Massage am Rücken" a massage is wanted.
        self._follows = frozenset(
            word
            for first, before, word in _triples(said_words)
            if before not in wording.FILLERS and not _OWN.match(first)
        )
        hearing_of = self._menu.heard(self._heard)
        self._parts = hearing_of.parts
        self._of = [[self._parts_of(name) for name in names] for names in called]
        # What words begin with, so that another one may begin with it, too: "Haar" in "Haarschnitt" and "Haarfarbe".
        self._fronts = frozenset(word[0] for names in self._of for words in names for word in words)
        self._words = [self._parts(word) for word in self._heard]
        hyphened = set(_HYPHEN.findall(wording.folded(said)))
        self._neighbours = [
            (self._parts(one), self._parts(other), (one, other) in hyphened)
            for one, other in pairwise(said_words)
            if one not in wording.FILLERS and other not in wording.FILLERS
        ]

    def answer(self) -> tuple[State, tuple[int, ...]]:
        """Return what is meant, as the places of the rows."""
        everything = tuple(range(len(self._called)))
        agreements = [self._best(place, self._words) for place in everything]
        best = max((each.kind for each in agreements), default=_Kind.NONE)
        if best == _Kind.NONE:
            inside = self._inside()
            return (State.ASK, inside) if inside else (State.NONE, everything)
        found = _leading(agreements, best)
        if len(found) == 1 and best == _Kind.KIND_ONLY and self._is_all_of(found[0]):
            return State.MATCHED, found
        if len(found) != 1 or best not in _SURE:
            front = self._only_front()
            return (State.MATCHED, front) if front else (State.ASK, found)
        beside = self._beside(found[0])
        if beside or not self._is_sure:
            return State.ASK, tuple(sorted({*found, *beside}))
        return State.MATCHED, found

    def _only_front(self) -> tuple[int, ...]:
        """Return the only row that has the heard word, if a name of it begins with it: "Beckenboden" for "Beckenbodentraining"."""
        telling = [
            word
            for word, parts in zip(self._heard, self._words, strict=True)
            if not set(parts) <= trade_words.NEUTRAL
        ]
        if len(telling) != 1 or not self._is_sure or not self._is_distinctive(telling[0]):
            return ()
        front = compounds.root(telling[0])
        having = {
            (place, word)
            for place, names in enumerate(self._called)
            for name in names
            for word in wording.sequence(name)
            if front in wording.without_umlauts(word)
        }
        places = {place for place, _ in having}
        if len(places) != 1 or not any(compounds.is_front(telling[0], word) for _, word in having):
            return ()
        return tuple(places)

    def _is_distinctive(self, word: str) -> bool:
        return (
            len(word) >= _DISTINCTIVE
            and word not in self._menu.words
            and not trade_words.GENERIC.issuperset(self._parts(word))
        )

    def _inside(self) -> tuple[int, ...]:
        """Return the rows that have the only heard word at an end of one of theirs: "Bad" in "Paraffinbad"."""
        if len(self._heard) != 1 or len(self._heard[0]) < _SHORTEST_END:
            return ()
        ends = self._heard[0]
        return tuple(
            place
            for place, names in enumerate(self._called)
            if any(
                word.startswith(ends) or word.endswith(ends)
                for name in names
                for word in wording.words(name)
            )
        )

    # --- words ----------------------------------------------------------------------------------------

    def _understood(self, heard: tuple[str, ...]) -> tuple[str, ...]:
        """Return the heard words in known ones, where they are only spelled otherwise or misheard."""
        known = self._menu.words
        found: list[str] = []
        left = list(heard)
        while left:
            word = left.pop(0)
            if left and word + left[0] in known:
                word += left.pop(0)
            if word in wording.FILLERS:
                continue
            if word in known or self._is_clear(word):
                found.append(word)
                continue
            joined, is_sure = hearing.stands_for(word + left[0], known) if left else _NOBODY
            if joined and (is_sure or not any(word in each for each in known)):
                left.pop(0)
                nearest = joined
            else:
                nearest, is_sure = hearing.stands_for(word, known)
            self._is_sure &= is_sure or not nearest
            found += sorted(nearest) or self._mended(word)
        return tuple(dict.fromkeys(found))

    def _mended(self, word: str) -> list[str]:
        """Return a compound in its parts, if those that are not known sound like known ones: "Tattoberatung"."""
        stems = self._menu.parts(word)
        heard = {
            stem: next(
                (
                    each
                    for each in sorted(self._menu.stems)
                    if len(stem) > _SHORTEST_END and hearing.sounds_the_same(stem, each)
                ),
                stem,
            )
            for stem in stems
        }
        is_mended = len(stems) > 1 and self._menu.stems.issuperset(heard.values())
        return list(heard.values()) if is_mended else [word]

    def _is_clear(self, word: str) -> bool:
        """Whether a word is made of known ones."""
        if not self._menu.stems.isdisjoint(wording.stems(word)):
            return True
        return self._menu.stems.issuperset(self._menu.parts(word))

    def _parts_of(self, name: str) -> list[_Word]:
        return [self._parts(word) for word in wording.sequence(name) if word not in wording.FILLERS]

    # --- names ----------------------------------------------------------------------------------------

    def _best(self, place: int, words: list[_Word]) -> _Agreement:
        return max(
            (
                self._agreement(words, name, is_own=not number)
                for number, name in enumerate(self._of[place])
            ),
            key=lambda each: each.rank,
            default=_NOTHING,
        )

    def _agreement(self, heard: list[_Word], name: list[_Word], *, is_own: bool) -> _Agreement:
        of_name = frozenset(part for word in name for part in word)
        common: set[str] = set()
        doubtful: set[str] = set()
        extra: list[_Word] = []
        for word in heard:
            inside = of_name.intersection(word)
            if len(inside) == len(set(word)) or inside and self._adds_nothing(word, of_name):
                common |= inside
            elif inside and self._may_be(word, of_name, is_own=is_own):
                doubtful |= inside
                extra.append(word)
            else:
                extra.append(word)
        if not common:
            return _Agreement(_Kind.SOME if doubtful else _Kind.NONE, frozenset(doubtful))
        stands_alone = any(
            of_name.issuperset(parts)
            and word not in self._follows
            and not trade_words.DONE.isdisjoint(parts)
            for word, parts in zip(self._heard, self._words, strict=True)
        )
        kind = _kind(common, of_name, extra, name, stands_alone=stands_alone)
        if kind == _Kind.WHOLE_NAME and self._is_another(of_name):
            kind = _Kind.SOME
        return _Agreement(kind, frozenset(common)) if kind else _NOTHING

    def _is_another(self, of_name: frozenset[str]) -> bool:
        """Whether a name is made more special by what stands directly beside it: "Bart färben" is no "Färben"."""
        only_kind = of_name <= trade_words.DONE | trade_words.WEAK
        return any(
            of_name.issuperset(mine) != of_name.issuperset(theirs)
            and (only_kind or is_bound)
            and not (set(mine) | set(theirs)) - of_name <= _SAYS_NO_MORE
            for mine, theirs, is_bound in self._neighbours
        )

    def _adds_nothing(self, word: _Word, of_name: frozenset[str]) -> bool:
        """Whether a compound is a whole name, and what every appointment is: "Fangopackung"."""
        return of_name <= set(word) and set(word) - of_name <= trade_words.NEUTRAL

    def _may_be(self, word: _Word, of_name: frozenset[str], *, is_own: bool) -> bool:
        """Whether a compound with a strange half may still be meant by a name, so that it is worth a question."""
        strange = set(word) - of_name
        has_head = word[-1] in of_name
        if of_name <= set(word):
            return not has_head or is_own or strange <= self._fronts
        if not has_head:
            return False
        is_framed = word[0] in of_name
        shared = of_name.intersection(word) - trade_words.DONE
        return is_framed or bool(shared) or strange <= self._fronts and not shared

    def _beside(self, place: int) -> set[int]:
        """Return the other rows that may be meant by words which the names of one do not explain."""
        mine = frozenset(part for name in self._of[place] for word in name for part in word)
        nothing = trade_words.NEUTRAL | (trade_words.TALKS if self._are_papers(place) else set())
        left = [word for word in self._words if not set(word) <= mine | nothing]
        if not left:
            return set()
        others = {
            other
            for other in range(len(self._called))
            if other != place and self._best(other, left).parts - trade_words.PARTS
        }
        does_more = any(
            set(word) <= trade_words.DONE and not self._is_done_by(place, word) for word in left
        )
        return others | ({place} if does_more else set())

    def _are_papers(self, place: int) -> bool:
        """Whether a row is something that is worked on at a desk, in a business that offers no talks of their own."""
        offered = {part for names in self._of for name in names for word in name for part in word}
        return offered.isdisjoint(trade_words.TALKS) and any(
            name and name[-1][-1] in trade_words.PAPERS for name in self._of[place]
        )

    def _is_all_of(self, place: int) -> bool:
        """Whether a name says no more than what was heard but how big it is: "Beratung" for "Große Beratung"."""
        heard = {part for word in self._words for part in word}
        return any(
            {part for word in name for part in word} - heard <= trade_words.SIZES
            for name in self._of[place]
        )

    def _is_done_by(self, place: int, word: _Word) -> bool:
        return any(
            set(word) <= {part for each in name for part in each} for name in self._of[place]
        )


def _triples(words: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    return zip(("", *words), words, words[1:], strict=False)


def _kind(
    common: set[str],
    of_name: frozenset[str],
    extra: list[_Word],
    name: list[_Word],
    *,
    stands_alone: bool,
) -> _Kind:
    if common >= of_name:
        return _Kind.WHOLE_NAME if extra else _Kind.SAME
    says = common - trade_words.DONE - trade_words.WEAK
    if not says:
        return _Kind.NONE if extra and not stands_alone else _Kind.KIND_ONLY
    if extra or len(common) == 1 and says <= trade_words.SUBJECTS:
        return _Kind.SOME
    actions = [word[0] in common for word in name if _ACTIONS.issuperset(word)]
    if any(actions) and not all(actions):
        return _Kind.SOME  # "Waschen und Föhnen" is less than all three
    # Half of a compound is less than a word of a name: "Ansatz" may be more than an "Ansatzfarbe". What is framed by
    # its ends is enough: "Herrenschnitt" for "Herrenhaarschnitt".
    touched = [word for word in name if not common.isdisjoint(word)]
    return _Kind.PART_OF_NAME if all(_is_covered(word, common) for word in touched) else _Kind.SOME


def _is_covered(word: _Word, common: set[str]) -> bool:
    inner = set(word) - {word[0], word[-1]} - common
    return {word[0], word[-1]} <= common and inner <= trade_words.SUBJECTS


def _leading(agreements: list[_Agreement], best: _Kind) -> tuple[int, ...]:
    """Return the rows that agree best; and those that agree less well, but in more than one of them."""
    alike = {place: each.parts for place, each in enumerate(agreements) if each.kind == best}
    found = [
        place
        for place, parts in alike.items()
        if not any(parts < others for others in alike.values())
    ]
    found += [
        place
        for place, each in enumerate(agreements)
        if each.kind not in (best, _Kind.NONE)
        and any(
            parts < each.parts or best == _Kind.PART_OF_NAME and parts == each.parts
            for parts in alike.values()
        )
    ]
    return tuple(sorted(found))
