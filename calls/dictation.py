"""What callers dictate: names letter by letter, e-mail addresses, telephone numbers. Understood and read back."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from calls import sounds, speech
from integrations.voice import numbers

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# DIN 5009:2022-06, names of cities; then the names of the older tables and of aviation.
_CITIES = (
    "aachen berlin chemnitz duesseldorf essen frankfurt goslar hamburg ingelheim jena koeln leipzig muenchen nuernberg"
    " offenbach potsdam quickborn rostock salzwedel tuebingen unna voelklingen wuppertal xanten ypsilon zwickau"
)
_OLDER = (
    "anton albert berta bertha bernhard caesar cesar charlotte dora david emil friedrich fritz gustav heinrich hans ida isidor"
    " julius jakob kaufmann karl konrad ludwig lukas martha marta maria nordpol nathan norbert otto paula paul quelle"
    " richard rudolf samuel siegfried sophie theodor toni ulrich viktor victor wilhelm willi xanthippe xaver ypsilon"
    " zacharias zeppelin zuerich"
)
_AVIATION = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo"
    " sierra tango uniform victor whiskey xray yankee zulu"
)
_NAMED_LETTERS = {
    **{word: word[0] for table in (_AVIATION, _OLDER, _CITIES) for word in table.split()},
    "aerger": "ä", "umlaut a": "ä", "oekonom": "ö", "oesterreich": "ö", "umlaut o": "ö", "uebermut": "ü",
    "uebel": "ü", "umlaut u": "ü", "eszett": "ß", "scharfes s": "ß", "schule": "sch", "charlotte": "c",
}  # fmt: skip
# How the letters themselves are said, where it is not the letter.
_SOUNDS = {
    "ah": "a", "be": "b", "bee": "b", "ce": "c", "tse": "c", "zeh": "c", "de": "d", "deh": "d", "eh": "e", "ef": "f",
    "eff": "f", "ge": "g", "geh": "g", "ha": "h", "hah": "h", "ih": "i", "jot": "j", "jott": "j", "ka": "k", "kah": "k",
    "el": "l", "ell": "l", "em": "m", "emm": "m", "en": "n", "enn": "n", "oh": "o", "pe": "p", "peh": "p", "ku": "q",
    "kuh": "q", "er": "r", "err": "r", "es": "s", "ess": "s", "te": "t", "teh": "t", "uh": "u", "vau": "v", "we": "w",
    "weh": "w", "ix": "x", "iks": "x", "ypsilon": "y", "zet": "z", "zett": "z",
}  # fmt: skip
_SPOKEN_AS = {
    "a": "Aachen", "b": "Berlin", "c": "Chemnitz", "d": "Düsseldorf", "e": "Essen", "f": "Frankfurt", "g": "Goslar",
    "h": "Hamburg", "i": "Ingelheim", "j": "Jena", "k": "Köln", "l": "Leipzig", "m": "München", "n": "Nürnberg",
    "o": "Offenbach", "p": "Potsdam", "q": "Quickborn", "r": "Rostock", "s": "Salzwedel", "t": "Tübingen", "u": "Unna",
    "v": "Völklingen", "w": "Wuppertal", "x": "Xanten", "y": "Ypsilon", "z": "Zwickau",
}  # fmt: skip
_SIGNS = {".": "Punkt", "@": "ät", "-": "Bindestrich", "_": "Unterstrich", "+": "Plus"}
_WORD = re.compile(r"[a-zäöüß]+(?:'[a-z]+)?|\d+|[@._+-]", re.IGNORECASE)
_AS_IN = re.compile(
    r"\b(?:doppel[- ]?)?(?P<letter>[a-zäöüß]|sch)\s+(?:wie|für|wie in|von)\s+(?P<name>[a-zäöüß]+)",
    re.IGNORECASE,
)
_SEPARATED = re.compile(r"\b(?:[a-zäöüß]\s*[-,. ]\s*){2,}[a-zäöüß]\b", re.IGNORECASE)


# --- names ---------------------------------------------------------------------------------------


def name(said: str) -> str:
    """Return a name; where it was spelled, the letters win over what was heard ("Maier, M wie Martha, E wie Emil, …")."""
    letters = _spelled(said)
    if len(letters) < 2:
        return said.strip()
    before = _SEPARATED.sub(" ", _AS_IN.sub(" ", said))
    words = [
        each
        for each in re.findall(r"[A-Za-zÄÖÜäöüß'-]{2,}", before)
        if _folded(each) not in _BESIDE
    ]
    spelled = letters[0].upper() + letters[1:]
    # What was spelled is the last name that was said, or the one beside the first name.
    kept = words[:-1] if words and _is_like(words[-1], spelled) else words
    return " ".join((*kept, spelled))


def read_back(letters: str) -> str:
    """Return a word as it is read back, letter by letter: "M wie München, A wie Aachen"."""
    return ", ".join(_told(each) for each in letters if not each.isspace())


_BESIDE = frozenset(
    "mit wie und dann also ja nein nochmal buchstabiert ich buchstabiere buchstabieren name mein ist der die das doppel von"
    " vorname nachname geschrieben schreibt sich man spricht grosses kleines gross klein bindestrich fuer in".split()
)


def _spelled(said: str) -> str:
    named = "".join(
        _letter_of(match) * (2 if match.group().lower().startswith("doppel") else 1)
        for match in _AS_IN.finditer(said)
    )
    if len(named) >= 2:
        return named
    run = _SEPARATED.search(said)
    if run is not None:
        return "".join(each for each in run.group().lower() if each.isalpha())
    return ""


def _letter_of(match: "re.Match[str]") -> str:
    """Return the letter that was meant: the word behind "wie" is heard better than a single sound."""
    word = _folded(match["name"])
    return _NAMED_LETTERS.get(word, match["letter"].lower())


def _is_like(word: str, spelled: str) -> bool:
    return sounds.code(word) == sounds.code(spelled) or word[:1].lower() == spelled[:1].lower()


def _told(letter: str) -> str:
    plain = letter.lower()
    if plain in _SPOKEN_AS:
        return f"{letter.upper()} wie {_SPOKEN_AS[plain]}"
    if plain in "äöü":
        return f"Umlaut {letter.upper()}"
    if plain == "ß":
        return "Eszett"
    return _SIGNS.get(plain) or (speech.spoken_number(int(plain)) if plain.isdigit() else letter)


# --- e-mail ------------------------------------------------------------------------------------------

_MAIL_WORDS = {
    "at": "@", "aet": "@", "ät": "@", "et": "@", "klammeraffe": "@", "affenschwanz": "@", "affe": "@", "klammer affe": "@",
    "punkt": ".", "dot": ".", "unterstrich": "_", "underscore": "_", "bindestrich": "-", "minus": "-", "strich": "-",
    "mittelstrich": "-", "plus": "+", "de": "de", "com": "com", "komm": "com",
}  # fmt: skip
_NOISE = frozenset(
    "meine e mail email adresse lautet ist die das also dann und alles klein kleingeschrieben zusammen zusammengeschrieben"
    " ohne leerzeichen bitte unter an aeh aehm ja in einem wort geschrieben".split()
)
_PROVIDERS = {
    "g mail": "gmail", "ge mail": "gmail", "gimail": "gmail", "googlemail": "googlemail", "ge em ix": "gmx",
    "g m x": "gmx", "gemx": "gmx", "web de": "web.de", "t online": "t-online", "te online": "t-online",
    "tonline": "t-online", "hot mail": "hotmail", "out look": "outlook", "i cloud": "icloud", "ei cloud": "icloud",
    "free net": "freenet", "ya hoo": "yahoo", "jahu": "yahoo",
}  # fmt: skip


def email(said: str) -> str | None:
    """Return an e-mail address that was written or dictated ("anna punkt berg ät web punkt de"), None if it is none."""
    for candidate in (said.strip().strip(".,;<>()\"'").removeprefix("mailto:"), _dictated(said)):
        if _is_address(candidate):
            local, _, domain = candidate.rpartition("@")
            return f"{local}@{domain.lower()}"
    return None


def read_back_email(address: str) -> str:
    """Return an address as it is read back: "a n n a Punkt b e r g ät w e b Punkt d e"."""
    return " ".join(_SIGNS.get(each, each) for each in address)


def _dictated(said: str) -> str:
    text = " ".join(_WORD.findall(_without_spelling(said.lower())))
    for heard, meant in _PROVIDERS.items():
        text = re.sub(rf"(?<![a-z]){heard}(?![a-z])", meant, text)
    pieces = []
    for word in text.split():
        folded = _folded(word) if word.isalpha() else word
        if word in _MAIL_WORDS:
            pieces.append(_MAIL_WORDS[word])
        elif folded not in _NOISE:
            pieces.append(_digit(folded))
    return _ascii("".join(pieces)).strip(".-_")


def _without_spelling(said: str) -> str:
    """Put letters in place of "A wie Anton"."""
    return _AS_IN.sub(lambda match: f" {_letter_of(match)} ", said)


def _digit(word: str) -> str:
    value = _numbers().get(word)
    return word if value is None else str(value)


def _ascii(text: str) -> str:
    return text.translate(_LETTERS)


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isascii()


# --- telephone numbers ---------------------------------------------------------------------------------

_TIMES = {"doppel": 2, "doppelt": 2, "zweimal": 2, "dreimal": 3, "viermal": 4}


def phone(said: str) -> str | None:
    """Return a telephone number (E.164) that was written or dictated ("null eins sieben eins …"), None if it is none."""
    written = numbers.e164(said)
    if written is not None:
        return written
    return numbers.e164("".join(_dialled(said)))


def _dialled(said: str) -> Iterator[str]:
    times = 1
    for token in _WORD.findall(said.lower()):
        word = _folded(token) if token.isalpha() else token
        if word in ("plus", "+"):
            yield "+"
        elif word in _TIMES:
            times = _TIMES[word]
        elif word.isdigit():
            yield word * times
            times = 1
        elif word in _numbers():
            yield str(_numbers()[word]) * times
            times = 1


def number_of(word: str) -> int | None:
    """Return the number from 0 to 99 that a word says, None if it says none."""
    return _numbers().get(_folded(word))


@lru_cache(maxsize=1)
def _numbers() -> dict[str, int]:
    """Return the words from 0 to 99, in the folded spelling."""
    found = {_folded(speech.spoken_number(number)): number for number in range(100)}
    return found | {"zwo": 2, "ein": 1, "fuffzehn": 15, "zwoundzwanzig": 22}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
