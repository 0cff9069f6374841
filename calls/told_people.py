"""With whom an appointment was said to be: held against the people of its row.

Pure. The team is known by name; who is named with a title ("bei Frau Kroll") is somebody of the house even where the
team does not know them, unless the business is called so or the caller is.
"""

import re
from collections.abc import Iterable

from calls import promises, trades
from calls.evidence import Evidence


def is_another(words: str, staff: Iterable[str], evidence: Evidence) -> bool:
    """Whether words name people of the house, and none of those who stand in the rows."""
    true = set(staff)
    of_team = trades.named(
        trades.words(words), {name: (name, *name.split()) for name in evidence.staff}
    )
    if of_team:
        return not of_team & true
    told = _titled(words) | _offered(words, evidence)
    known = {word for name in true for word in trades.words(name)}
    return bool(told) and not told & known and not told & _no_staff(evidence)


def said_beside(context: str, turn: str) -> str:
    """Return a claim with what its turn says of who will be there ("Lara freut sich auf Sie")."""
    beside = [each for each in promises.sentences(turn) if _AWAITS.search(each)]
    return " ".join((context, *(each for each in beside if each not in context)))


_AWAITS = re.compile(r"\b(?:freut sich|erwartet|nimmt sich|kümmert sich|schneidet|behandelt)\b")


def _titled(words: str) -> set[str]:
    return {trades.words(found.group(1))[0] for found in _WITH_TITLE.finditer(words)}


_TITLE = r"(?:frau|herrn?|dr\.|doktor|prof\.|professor)"
_WITH_TITLE = re.compile(
    rf"\b(?:bei|mit|zu) (?:{_TITLE} )+(?!und\b|doktor\b)([a-zäöüß]+)", re.IGNORECASE
)


def _offered(words: str, evidence: Evidence) -> set[str]:
    """Return who is named without a title, and was said before to have time ("Milo hätte um halb eins Zeit")."""
    said = " ".join(text for role, text in evidence.turns if role == "agent")
    return {
        trades.words(name)[0]
        for name in _WITH.findall(words)
        if re.search(rf"\b(?:hat|hätte|wäre) {name}\b|\b{name} (?:hat|hätte|wäre)\b", said)
    }


_WITH = re.compile(
    r"\b(?:bei|mit) (?:der |dem )?([A-ZÄÖÜ][a-zäöüß]+)(?=[,.!]| (?:ist|sind|gebucht|eingetragen|um|am)\b|$)"
)


def _no_staff(evidence: Evidence) -> set[str]:
    """Return the names in the greeting, which are those of the business, and those that the caller is called by."""
    spoken = [words for role, words in evidence.turns if role == "agent"]
    addressed = {name for words in spoken for name in _ADDRESSED.findall(words)}
    greeting = [words for role, words in evidence.turns[:1] if role == "agent"]
    return {word for each in (*greeting, *addressed) for word in trades.words(each)}


_ADDRESSED = re.compile(
    r"(?:,|^|danke|gern|gerne|gut|ja) (?:Frau|Herr) (?:Dr\. )?([A-ZÄÖÜ][\w-]+)(?=[.,!?])"
)
