"""Names of people as words: which ones say the same."""

import re
from functools import lru_cache

from booking import wording
from calls import sounds

_WORD = re.compile(r"[a-z]+")
_NOT_PART_OF_IT = frozenset(
    "frau herr herrn fraeulein dr doktor prof professor dipl ing med mein meine name ist ich bin"
    " heisse hier spricht auf den der die von zu van de und familie".split()
)


@lru_cache(maxsize=4096)
def words(name: str) -> frozenset[str]:
    """Return the words of a name without titles, case and umlauts."""
    return frozenset(_WORD.findall(wording.folded(name))) - _NOT_PART_OF_IT


# What models write, and callers say, where a name was asked for.
_NOBODY = frozenset(
    """anonym anonymous anrufer anruferin unbekannt unbekannte unbekannter kunde kundin neukunde neukundin patient patientin
    caller customer user unknown test kein keine keinen no none not nicht bekannt genannt angegeben angabe given provided
    namen noch offen ja nein gerne gern bitte danke okay ok genau hallo yes moment weiss""".split()
)


def is_nobody(name: str) -> bool:
    """Whether words stand where a name should, and name nobody: "Unbekannter Anrufer", "kein Name", "ja", "Herr"."""
    heard = words(name)
    return heard <= _NOBODY if heard else name.casefold().strip(" .") in _NOT_PART_OF_IT


def is_part_of(said: str, name: str) -> bool:
    """Whether all that was said stands in the name ("Mustermann" in "Erika Mustermann")."""
    heard = words(said)
    return bool(heard) and heard <= words(name)


def sounds_like(said: str, name: str) -> bool:
    """Whether all that was said sounds like a part of the name ("Maier" like "Jo Meyer"). A help, no identity."""
    heard = {sounds.code(each) for each in words(said)}
    return bool(heard) and heard <= {sounds.code(each) for each in words(name)}
