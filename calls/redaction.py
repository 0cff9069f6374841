"""What nobody needs to know from a call is not kept: numbers of insurances, cards and accounts become a word in brackets.

Callers say them without being asked, the platform writes them down in any grouping ("DE 89 37 04 …", "A eins zwei drei"),
and none of our tools wants them. So the digits are put together over blanks and number words before they are looked at.
A number counts by its check digit, or by a form that nothing else has; telephone numbers, times and our own ids stay.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stdnum import iban, luhn

from calls import dictation
from integrations.voice import retell

ACCOUNT, CARD, CARD_CODE = "[IBAN]", "[Kartennummer]", "[Kartenprüfnummer]"
INSURED, PENSION = "[Versichertennummer]", "[Rentenversicherungsnummer]"

# Without either of these there is no number of ten characters in a text: nearly all texts are done here.
_DIGITS = re.compile(r"(?:[0-9]\W{0,3}){8}")
_NUMBER_WORDS = re.compile(
    r"(?:\b(?:[0-9]+|null|eins?|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|elf|zwölf|\w*zehn|\w+[zß]ig)[\s./,–-]+){4}",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?P<named>\b[A-Za-z]\s+wie\s+[A-Za-zÄÖÜäöüß]+)|(?P<digits>[0-9]+)|(?P<letters>[A-Za-zÄÖÜäöüß]+)"
    r"|(?P<between>[\s./,–-]+)|(?P<other>.)",
    re.DOTALL,
)
_SHORTEST, _LONGEST = 10, 34
_BEGINS = re.compile(r"[A-Z]{0,2}[0-9]")
_CARD_CODE = re.compile(
    r"((?:cv[vc]2?|(?:karten)?prüf(?:nummer|ziffer)|sicherheitscode)\D{0,20})[0-9](?:\s?[0-9]){2,3}(?!\s?[0-9])",
    re.IGNORECASE,
)
# First digits and lengths of the card schemes that are accepted in Europe (ISO/IEC 7812).
_CARD = re.compile(
    r"3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|4[0-9]{15}(?:[0-9]{3})?|35[0-9]{14}"
    r"|5[1-5][0-9]{14}|2[2-7][0-9]{14}|(?:5[06-8]|6)[0-9]{11,17}"
)
_GERMAN_ACCOUNT = re.compile(r"DE[0-9]{20}")
_INSURED = re.compile(r"[A-Z][0-9]{9}")  # § 290 SGB V, the part that stays for life
_PENSION = re.compile(r"[0-9]{8}[A-Z][0-9]{3}")  # § 147 SGB VI
# Ids, addresses and numbers that were dialled are ours or the platform's: nobody dictated them.
_NOT_SAID = re.compile(r"(?:^|_)(?:ids?|url|number|timestamp|signature)$")


def text(said: str) -> str:
    """Return what was said, with a word in brackets in place of each number that must not be kept."""
    said = _CARD_CODE.sub(rf"\g<1>{CARD_CODE}", said)
    if not (_DIGITS.search(said) or _NUMBER_WORDS.search(said)):
        return said
    found = [each for chain in _chains(said) for each in _found_in(chain, said)]
    for each in reversed(found):
        said = said[: each.start] + each.instead + said[each.end :]
    return said


def everything(told: Any) -> Any:
    """Return JSON with all that somebody may have said redacted; what nobody said stays to the letter."""
    if isinstance(told, str):
        return _json_or_text(told) if len(told) >= _SHORTEST else told
    if isinstance(told, list):
        return [everything(each) for each in told]
    if isinstance(told, dict):
        return _object(told)
    return told


def body(received: bytes) -> bytes:
    """Return a body that we keep, redacted; the very same bytes where there is nothing to redact.

    :raises retell.Unreadable: it is no JSON object
    """
    told = retell.load(received)
    kept = everything(told)
    return received if kept == told else json.dumps(kept).encode()


def kept(received: bytes) -> bytes:
    """Return a body that nobody could or wanted to apply, redacted; one that is no JSON is taken as text."""
    try:
        return body(received)
    except (retell.Unreadable, RecursionError):
        said = received.decode(errors="surrogateescape")
        return text(said).encode(errors="surrogateescape")


def _object(told: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value if _NOT_SAID.search(name) else everything(value) for name, value in told.items()
    }
    # The platform sends each word of a sentence once more, with its time.
    if "words" in told and kept.get("content") != told.get("content"):
        kept["words"] = []
    return kept


def _json_or_text(said: str) -> str:
    """Arguments and answers of tools are JSON inside a string."""
    if said.startswith(("{", "[")):
        try:
            told = json.loads(said)
        except ValueError:
            return text(said)
        kept = everything(told)
        return said if kept == told else json.dumps(kept, ensure_ascii=False)
    return text(said)


# --- from what was said to numbers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A few characters of a number and where they were said."""

    characters: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    instead: str


def _chains(said: str) -> Iterator[list[_Piece]]:
    """Yield runs of pieces between which nothing else was said."""
    chain: list[_Piece] = []
    for token in _TOKEN.finditer(said):
        if token.lastgroup == "between":
            continue
        characters = _characters(token, said)
        if characters:
            chain.append(_Piece(characters, token.start(), token.end()))
        elif chain:
            yield chain
            chain = []
    yield chain


def _characters(token: "re.Match[str]", said: str) -> str:
    """Return what a token adds to a number, nothing if it adds nothing."""
    word = token[0]
    if token.lastgroup == "digits":
        return word
    if token.lastgroup == "named":
        return word[0].upper()
    if token.lastgroup == "other":
        return ""
    number = dictation.number_of(word)
    if number is not None:
        return str(number)
    stands_at_digits = said[token.end() : token.end() + 1].isdigit() or (
        token.start() > 0 and said[token.start() - 1].isdigit()
    )
    may_belong = len(word) <= 2 or (word.isupper() and len(word) <= 4) or stands_at_digits
    return word.upper() if may_belong else ""


def _found_in(chain: Sequence[_Piece], said: str) -> Iterator[_Found]:
    first = 0
    while first < len(chain):
        past = first + 1
        for last, instead in _readings(chain, first, said):
            yield _Found(chain[first].start, chain[last].end, instead)
            past = last + 1
            break
        first = past


def _readings(chain: Sequence[_Piece], first: int, said: str) -> Iterator[tuple[int, str]]:
    """Yield what the pieces from here on can be, the longest first, with the last piece of it."""
    if not _BEGINS.match("".join(piece.characters for piece in chain[first : first + 3])):
        return
    is_dialled = said[chain[first].start - 1 : chain[first].start] == "+"
    together, ends = "", []
    for last in range(first, len(chain)):
        together += chain[last].characters
        if len(together) > _LONGEST:
            break
        ends.append((last, len(together)))
    for last, length in reversed(ends):
        if length < _SHORTEST:
            return
        instead = _instead(together[:length])
        if instead and not (is_dialled and instead == CARD):
            yield last, instead


def _instead(number: str) -> str:
    if _GERMAN_ACCOUNT.fullmatch(number) or (number[:2].isalpha() and iban.is_valid(number)):
        return ACCOUNT
    if _INSURED.fullmatch(number):
        return INSURED
    if _PENSION.fullmatch(number):
        return PENSION
    if _CARD.fullmatch(number) and luhn.is_valid(number):
        return CARD
    return ""
