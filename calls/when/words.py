"""What a folded word stands for; a compound ("Donnerstagnachmittag") stands for several things."""

from functools import lru_cache

from calls.when.lexicon import LEXICON, PARTS, Kind, Meaning
from calls.when.spelling import forgiven


@lru_cache(maxsize=4096)
def meanings(word: str) -> tuple[Meaning, ...]:
    """Return what a folded word stands for; a compound ("Donnerstagnachmittag") stands for several things."""
    exact = LEXICON.get(word)
    if exact:
        return (exact,)
    return _compound(word) or forgiven(word) or (Meaning(Kind.WORD, word),)


_PART_ENDINGS = sorted(
    [(word, name) for name, words in PARTS.items() for word in words.split()]
    + [("nachmitag", "nachmittag"), ("vormitag", "vormittag"), ("mitag", "mittag")]
    + [("morgen", "frueh"), ("morgends", "frueh"), ("fruh", "frueh")],
    key=lambda pair: -len(pair[0]),
)
_FRACTION_STARTS = ("dreiviertel", "viertel", "halb")
_DAY_KINDS = (Kind.WEEKDAY, Kind.DAY, Kind.MORGEN)


def _compound(word: str) -> tuple[Meaning, ...]:
    return _day_and_part(word) or _tone_and_part(word) or _fraction(word) or _hour(word)


def _day_and_part(word: str) -> tuple[Meaning, ...]:
    for ending, name in _PART_ENDINGS:
        if not word.endswith(ending):
            continue
        head = word[: -len(ending)]
        day = LEXICON.get(head) or (forgiven(head) or (None,))[0]
        if day and day.kind in _DAY_KINDS:
            return (day, Meaning(Kind.PART, name))
    return ()


def _tone_and_part(word: str) -> tuple[Meaning, ...]:
    for head, tone in (("spaet", "late"), ("spat", "late"), ("frueh", "early"), ("fruh", "early")):
        part = LEXICON.get(word.removeprefix(head)) if word.startswith(head) else None
        if part and part.kind is Kind.PART:
            return (Meaning(Kind.TONE, tone), part)
    return ()


def _fraction(word: str) -> tuple[Meaning, ...]:
    for head in _FRACTION_STARTS:
        rest = LEXICON.get(word.removeprefix(head)) if word.startswith(head) else None
        if rest and (rest.kind is Kind.NUMBER or rest.name in ("vor", "nach")):
            return (LEXICON[head], rest)
    return ()


def _hour(word: str) -> tuple[Meaning, ...]:
    """Split "zehnuhr" and "zehnuhrdreissig"."""
    head, _, tail = word.partition("uhr")
    hour, minute = LEXICON.get(head), LEXICON.get(tail)
    if not hour or (hour.kind is not Kind.NUMBER and head != "ein"):
        return ()
    if not tail:
        return (hour, LEXICON["uhr"])
    if minute and minute.kind is Kind.NUMBER:
        return (hour, LEXICON["uhr"], minute)
    return ()
