"""Words of somebody in danger. They get the numbers of those who can help, and are never booked.

What is recognised errs on the side of caution: a sentence too many costs a moment, one too few a life. What lies in
the past ("seit meinem Herzinfarkt vor zwei Jahren"), is refused ("kein Notfall") or is only a word beside a course or
an insurance is left alone, unless something acute is said as well.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from calls import emergency_words as words
from calls.answers import Answer

ROUTED = Answer(
    state="emergency",
    say="Das klingt nach einem Notfall. Bitte legen Sie auf und wählen Sie sofort die eins eins zwei, die 112."
    " Ist es dringend, aber nicht lebensbedrohlich, hilft der ärztliche Bereitschaftsdienst unter eins eins sechs,"
    " eins eins sieben, der 116 117. Wenn es kein Notfall ist, sagen Sie bitte: kein Notfall.",
    data={"call_first": "112", "call_otherwise": "116117"},
)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LONG_AGO = re.compile(
    r"(?:\bletzte[sn]? (?:jahr|monat|sommer|winter|herbst|fruehling)|\bvorletzte[sn]? (?:jahr|monat)|\bvor (?:\w+ )?(?:\w+ )?"
    r"(?:jahr|monat|woche)(?:en|n)?\b|\bdamals\b|\bfrueher (?:mal|einmal)?|\bseit (?:meinem|seinem|ihrem|dem|einem) "
    r"(?:letzten )?\w*(?:unfall|infarkt|schlaganfall|anfall)|\bnach (?:meinem|seinem|ihrem|dem|einem) \w*(?:unfall|infarkt|schlaganfall|anfall)"
    r"|\bals kind\b|\bnachsorge\b|\bkontrolltermin\b|\bnachkontrolle\b|\breha\b|\b(?:19|20)\d\d\b)"
)
_NOW = re.compile(
    r"\b(?:jetzt|gerade|grad|eben|soeben|ploetzlich|akut|wieder|sofort|schnell|heute|seit (?:einer|zwei|drei|ein paar|einigen|\d+)"
    r" (?:stunden?|minuten?)|seit (?:heute|gestern|eben|vorhin)|noch immer|immer noch|dringend)\b"
)
_DENIED = re.compile(
    r"\b(?:kein|keinen|nicht (?:um )?(?:ein|einen)) (?:echter |medizinischer |richtiger )?notfall"
)


def is_one(text: str) -> bool:
    """Whether somebody who says this may be in danger now."""
    return _is_one(_folded(text))


def stands_in(texts: Iterable[str]) -> bool:
    """Whether an emergency was said in a conversation, and not taken back by "kein Notfall" later."""
    found = False
    for text in texts:
        folded = _folded(text)
        if _is_one(folded):
            found = True
        elif _DENIED.search(folded):
            found = False
    return found


@lru_cache(maxsize=4096)
def _is_one(folded: str) -> bool:
    if not _is_acute(words.IS_HARMLESS.sub(" ", folded).strip()):
        return False
    return not _LONG_AGO.search(folded) or _NOW.search(folded) is not None


def _is_acute(folded: str) -> bool:
    if words.IS_ALONE.search(folded):
        return True
    return any(one.search(folded) and other.search(folded) for one, other in words.IS_TOGETHER)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFC", text[:2000]).casefold().translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _NOT_A_WORD.sub(" ", ascii_only).strip()
