"""Which person somebody names. Names are heard, not read: who sounds the same as somebody else is asked for.

The whole name, as our own offer says it, is always enough; otherwise a call with "Stefan Schmidt" and "Stephan Schmitt" would
never end. A part of a name is enough where nobody else's sounds like it. What is only similar is a question, unless it is near in both
parts of a name and nobody else's is similar.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Protocol, TypeVar

from booking import hearing, wording
from booking.meaning import Match, State, kept_of

_Row = TypeVar("_Row")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_ANYBODY = frozenset(
    """alle allen jede beliebig beliebige beliebigen egal erstbeste erstbesten erstbester irgendeine irgendeinem irgendeinen
    irgendeiner irgendjemand irgendjemanden irgendjemandem irgendwen irgendwem irgendwer irgendwelche irgendwelcher jeder
    jedem jeden jemand jemanden jemandem wer wem wen verfuegbar verfuegbare verfuegbaren verfuegbarer frei freie freien freier
    gleich gleichgueltig niemand niemanden praeferenz praeferenzen vorliebe vorlieben wunsch wuensche rolle unterschied
    flexibel offen schnuppe wurscht wurst hauptsache bevorzuge bevorzugung any anybody anyone preference whoever nobody
    entscheiden entscheidung aussuchen ueberlasse festgelegt waehlerisch""".split()
)
# Say nothing more beside one of those.
_WITH_ANYBODY = frozenset(
    """bald bin is welche welcher welchen welchem ganz da dabei darf
    duerfen diese dieser erste ersten erster erstes familie fest frau hier hin immer jetzt kein keine keinem keinen keiner
    keinerlei kollege kollegen kollegin kolleginnen leute macht machen mann mitarbeiter mitarbeiterin mitarbeiterinnen moeglichst
    naechste naechsten naechster nicht no person personal nimmt ob ohne oder passt selber selbst spielt schnell schnellsten
    schneller spontan team lang voellig vollkommen total voll eure euer ihren ihrem wie wunschperson zeit zuerst zustaendig
    frueh fruehesten eh jede anwesend arbeitet uebernimmt verfuegung steht stehen lieb recht hauptsaechlich dienst
    auswaehlen suchen aussucht dafuer der das es mir habe zeitnah""".split()
)  # fmt: skip
_NONE = frozenset(
    "kein keine keinen keinem keiner keinerlei nicht ohne no niemand niemanden".split()
)
_IN_PARTICULAR = frozenset(
    f"{stem}{ending}"
    for stem in ("bestimmt", "besonder", "speziell")
    for ending in ("e", "en", "em", "er", "es")
)
_BESIDE_A_NAME = frozenset(
    """am besten bitte doch dort drankommen gefaellt gewesen hin immer kollege kollegin letztes letzten liebe lieber mag
    mal moechte moeglichst nett nette netten netter person dame herrn unbedingt wenns wieder wo wunsch zeit zuletzt
    schwester pfleger meister meisterin chef chefin diese dieser diesem diesen geht kommen komme war bin fest
    anne mitarbeiter mitarbeiterin frau herr hauptsache""".split()
) - {"schwester", "anne"}  # fmt: skip
# Say what somebody is, and weigh nothing beside a name.
_PROFESSION = re.compile(
    r"""kfz|\w*(?:anwalt|anwaeltin|arzt|aerztin|notar(?:in)?|hebamme|physio|coach|friseuse|frisoer(?:in)?|fris(?:eur|euse|eurin)
    |(?:berater|gutachter|therapeut|kosmetiker|praktiker|trainer|mechaniker|mechatroniker|techniker|optiker|akustiker|pfleger
    |chirurg|osteopath|masseur|stylist|designer|planer|meister)(?:in)?|(?:olog|opaed)(?:e|in))""",
    re.VERBOSE,
)
_TITLED = re.compile(
    r"(?:(?:bei|zu|zum|zur|mit|der|dem|den)\s+)*(?:frau|herrn?|dr|doktor|prof|professor)\b"
)
# How letters of other languages sound to a German ear, in what stays when marks are taken away.
_FOREIGN = {
    "ş": "sch", "ș": "sch", "š": "sch", "ś": "sch", "ż": "sch", "ž": "sch", "ź": "s", "ç": "tsch", "č": "tsch", "ć": "tsch",
    "ğ": "", "ñ": "nj", "ň": "nj", "ń": "n", "ő": "ö", "ű": "ü", "ł": "w", "ř": "rsch", "ę": "en", "ą": "on", "ã": "an",
    "đ": "dsch", "ó": "u",
}  # fmt: skip
_DIGRAPHS = (
    ("sz", "sch"), ("cz", "tsch"), ("cik", "tschik"), ("nie", "nje"), ("gn", "nj"), ("lh", "lj"), ("nh", "nj"), ("ll", "lj"), ("gi", "dschi"),
    ("zh", "sch"), ("ou", "u"), ("ois", "oa"), ("oi", "oa"), ("ng", "n"), ("x", "sch"), ("sh", "sch"), ("ch", "tsch"),
)  # fmt: skip
_VOWELS = re.compile(r"[aeiouy]+")
_DOUBLED = re.compile(r"(.)\1")
# The same letters, the same sounds, the same but for umlauts, something near.
_SAME, _SOUND, _PLAIN, _SIMILAR, _NO = 4, 3, 2, 1, 0
_SHORT, _TELLING = 4, 6


def names_nobody(said: str) -> bool:
    """Whether somebody says that it does not matter who it is ("egal", "irgendwer", "da habe ich keinen Wunsch")."""
    plain = wording.folded(said)
    if _TITLED.match(plain.strip()):
        return False  # "Frau Frei" is somebody
    heard = frozenset(wording.sequence(said)) - wording.TITLES
    has_cue = heard & _ANYBODY or (heard & _NONE and heard & _IN_PARTICULAR)
    says_no_more = heard <= _ANYBODY | _WITH_ANYBODY | _IN_PARTICULAR | wording.FILLERS
    return bool(has_cue) and says_no_more


def meant(said: str, rows: Sequence[_Row], *, name: Callable[[_Row], str]) -> Match[_Row]:
    """Return which of some people is meant; people whose names sound like what was said are asked for."""
    left = kept_of(said)
    names = [_name(name(row)) for row in rows]
    heard = _heard(said if left is None else left, names)
    if not heard:
        return Match(state=State.ASK, candidates=tuple(rows))
    state, places = _chosen(heard, names)
    found = tuple(rows[place] for place in places)
    if state == State.NONE:
        return Match(state=state, candidates=tuple(rows))
    return Match(state=state, found=found[0] if state == State.MATCHED else None, candidates=found)


def is_as_likely(said: str, name: str, among: Sequence[_Named]) -> bool:
    """Whether one of several people whom somebody may mean is not less likely than the others by the sound of the name."""
    heard = _heard(said, [_name(each.name) for each in among])
    mine = _fit(heard, _name(name))
    if min(mine, default=_NO) < _PLAIN:
        return False
    return all(min(_fit(heard, _name(each.name))) <= min(mine) for each in among)


def _heard(said: str, names: Iterable["_Name"]) -> tuple[str, ...]:
    """Return the words that may name somebody; a word that says nothing does, if it is somebody's name ("Lange")."""
    named = {word for name in names for word, _ in name if len(word) >= _SHORT}
    words = [
        each
        for each in wording.sequence(said)
        if each in named or each not in wording.FILLERS | wording.TITLES
    ]
    telling = [each for each in words if each in named or not _says_no_name(each)]
    return tuple(dict.fromkeys(telling or words))


def _says_no_name(word: str) -> bool:
    return word in _BESIDE_A_NAME or _PROFESSION.fullmatch(word) is not None


_Name = tuple[tuple[str, frozenset[str]], ...]  # its words, each with how else it may sound


@lru_cache(maxsize=4096)
def _name(text: str) -> _Name:
    raw = [
        each for each in re.split(r"[^\w]+", unicodedata.normalize("NFC", text).casefold()) if each
    ]
    return tuple(
        (word, frozenset(hearing.roughly(wording.folded(each)) for each in _sounding(part)))
        for part in raw
        for word in wording.sequence(part)
        if word not in wording.TITLES
    )


def _sounding(word: str) -> set[str]:
    """Return how a name of another language may be written down by somebody who heard it."""
    spoken = "".join(_FOREIGN.get(letter, letter) for letter in word)
    found = {word, spoken, word.replace("ç", "s")}
    for letters, sound in _DIGRAPHS:
        found |= {each.replace(letters, sound) for each in found}
    return found


def _chosen(heard: tuple[str, ...], names: list[_Name]) -> tuple[State, tuple[int, ...]]:
    whole = [place for place, each in enumerate(names) if _is_whole(heard, each)]
    if len(whole) == 1:
        return State.MATCHED, (whole[0],)
    fits = [_fit(heard, each) for each in names]
    alike = tuple(place for place, each in enumerate(fits) if min(each) >= _SOUND)
    alike = alike or tuple(place for place, each in enumerate(fits) if min(each) >= _PLAIN)
    similar = tuple(place for place, each in enumerate(fits) if min(each) >= _SIMILAR)
    if alike:
        # Written as nobody's name is, it may be one that is only similar.
        is_sure = len(alike) == 1 and (alike == similar or min(fits[alike[0]]) == _SAME)
        echoes = _echoes(heard, names, alike) if is_sure else ()
        if is_sure and not echoes:
            return State.MATCHED, alike
        return State.ASK, _first(tuple(dict.fromkeys((*similar, *echoes))), fits)
    if len(similar) == 1 and _is_near_in_both(heard, names[similar[0]], fits, similar[0]):
        return State.MATCHED, similar
    similar = similar or tuple(place for place, each in enumerate(fits) if max(each) >= _PLAIN)
    similar = similar or tuple(place for place, each in enumerate(fits) if max(each) >= _SIMILAR)
    return (State.ASK, _first(similar, fits)) if similar else (State.NONE, ())


def _echoes(heard: tuple[str, ...], names: list[_Name], chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Return who else has all that was heard of somebody in another spelling of the same sounds: "Nowak" and "Novak"."""
    if not any("v" in each or "w" in each for each in heard):
        return ()
    return tuple(
        place
        for place, name in enumerate(names)
        if place not in chosen and all(any(_echo(each, word) for word, _ in name) for each in heard)
    )


def _echo(one: str, other: str) -> bool:
    """Whether two names sound the same where every v is spoken like a w, as in most languages but German."""
    return hearing.sounds_exactly(one.replace("v", "w"), other.replace("v", "w"))


def _is_near_in_both(
    heard: tuple[str, ...], name: _Name, fits: list[tuple[int, ...]], place: int
) -> bool:
    """Whether two or more words are each nearly another one of a name, and none of them is nearer to somebody else's.

    At most one is a slip away, the others sound alike; a first name is not near if it may be another one ("Daniela").
    """
    others = [each for other, each in enumerate(fits) if other != place]
    if len(heard) < 2 or any(
        theirs[at] > mine for theirs in others for at, mine in enumerate(fits[place])
    ):
        return False
    near = [_nearest(word, name) for word in heard]
    at = [where for where, _ in near if where is not None]
    return len(set(at)) == len(heard) and sum(is_slip for _, is_slip in near) < 2


def _nearest(heard: str, name: _Name) -> tuple[int | None, bool]:
    """Return which word of a name was nearly heard, and whether it is a slip away."""
    for at, (word, sounds) in enumerate(name):
        rough = _DOUBLED.sub(r"\1", hearing.roughly(heard))
        is_rough = len(heard) > _SHORT and rough in {_DOUBLED.sub(r"\1", each) for each in sounds}
        if is_rough or hearing.sounds_the_same(heard, word):
            return at, False
    for at, (word, sounds) in enumerate(name):
        is_last = at == len(name) - 1
        if min(len(heard), len(word)) >= _TELLING and (
            _is_one_letter_off(heard, word, sounds) if is_last else _has_other_vowels(heard, word)
        ):
            return at, True
    return None, False


def _is_one_letter_off(heard: str, word: str, sounds: frozenset[str]) -> bool:
    rough = hearing.roughly(heard)
    return hearing.distance(heard, word) == 1 or any(
        hearing.distance(rough, each) == 1 for each in sounds
    )


def _has_other_vowels(heard: str, word: str) -> bool:
    """Whether two first names differ in one vowel within: "Guiseppe" and "Giuseppe", not "Christina" and "Christian"."""
    if heard[-1] != word[-1] or heard[0] != word[0] or hearing.distance(heard, word) > 1:
        return False
    return _VOWELS.sub("", heard) == _VOWELS.sub("", word)


def _first(places: tuple[int, ...], fits: list[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted(places, key=lambda place: -sum(fits[place])))


def _is_whole(heard: tuple[str, ...], name: _Name) -> bool:
    """Whether a whole name was said, and, if it is one word only, nothing else."""
    telling = {word for word, _ in name if len(word) >= _SHORT or word not in wording.FILLERS}
    return telling == set(heard) or len(telling) > 1 and telling < set(heard)


def _fit(heard: tuple[str, ...], name: _Name) -> tuple[int, ...]:
    """Return how well each heard word is one of a name; words that belong together may be joined or parted."""
    fits = [_word_agrees(word, name) for word in heard]
    for at in range(len(heard) - 1):
        joined = _word_agrees(heard[at] + heard[at + 1], name)
        if joined > min(fits[at], fits[at + 1]):
            fits[at] = fits[at + 1] = joined
    return tuple(fits)


def _word_agrees(heard: str, name: _Name) -> int:
    words = [word for word, _ in name]
    joined = [one + other for one, other in pairwise(words)]
    if heard in words or heard in joined:
        return _SAME
    alike = [each for each in (*words, *joined) if hearing.sounds_the_same(heard, each)]
    if alike:
        return _SOUND if any(hearing.sounds_exactly(heard, each) for each in alike) else _PLAIN
    if any(_is_similar(heard, word, sounds) for word, sounds in name):
        return _SIMILAR
    return _NO


def _is_similar(heard: str, word: str, sounds: frozenset[str]) -> bool:
    shorter, longer = sorted((heard, word), key=len)
    if len(shorter) >= _SHORT and longer.startswith(shorter) and len(longer) - len(shorter) < 4:
        return True
    rough = hearing.roughly(heard)
    if rough in sounds or len(shorter) < _SHORT:
        return rough in sounds and len(heard) > 2
    return any(_is_slip(rough, each) for each in sounds) or _is_slip(heard, word)


def _is_slip(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    if length < _SHORT or abs(len(one) - len(other)) > 2:
        return False
    return hearing.distance(one, other) <= (2 if length >= 8 else 1 if length > _SHORT else 0)
