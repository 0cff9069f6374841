"""Words of a wish as they are compared: without case, umlauts, endings and whatever says nothing about what is wanted.

"Reifen wechseln", "gewechselte Reifen" and "Reifenwechsel" come down to the same two stems. Stems are only compared with
each other, so they need not be words; what is wanted is the same stem for all forms of a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        # letters of the neighbours that have no plain part to fall back to
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
    }
)
_WORD = re.compile(r"[a-z0-9]+")

# Say nothing about what is wanted.
FILLERS = frozenset(
    """aber aeh aehm aehem ah aha also am an ansonsten auch auf ausmachen bei beim bekommen bekomme bitte brauch brauche
    brauchen braucht braeuchte braeuchten buchen danke dann das dass dem den denn der des die dir doch dran du durchfuehren
    eben eigentlich ein eine einem einen einer einfach eines einmal er es etwa etwas euch fuer fuers gar gebe geben
    gehen geht gemacht gerade gern gerne gibt ginge gleich guten haben haelt halt hallo hast hat haette haetten hab habe hi
    hier hm ich ihnen ihr ihre im in ins irgendwie ist ja kann kannst koennen koennte koennten krieg kriege kriegen kurz
    lassen lasse liebsten lieber mach mache machen macht machst mal man mein meine meinem meinen meiner mich mir mit moechte
    moechten moeglich muessen musste mueste muesste muessten muss nehmen nehm nehme noch nochmal nun nur oh ok okay schon sehr sein
    sich sie sind so soll sollte sollen sowas tag termin termine terminen und uns vereinbaren vielleicht vom von waer waere
    waeren wann war weil wenn werden wieder will wir wird wollen wollte wollten wuerd wuerde wuerden zu zum zur
    was wegen wie viel wieviel kostet kosten koste teuer preis preise dauert moin servus hoer hoeren sagen jetzt gruess gott morgen""".split()
) - {"kurz"}  # fmt: skip
TITLES = frozenset(
    ["dr", "doktor", "frau", "fraeulein", "herr", "herrn", "prof", "professor", "dipl", "med"]
)
# Endings of nouns and verbs, the longest that fits is taken away.
_ENDINGS = (
    "ierungen", "erungen", "ierung", "ieren", "erung", "ungen", "iert", "ung", "ern", "ert", "en", "er", "es",
    "em", "e", "n", "s",
)  # fmt: skip
_LEFT = 3
# Verbs whose stem changes, and what is done by them; groups of people that have two names.
_STEMS = {
    "schneid": "schnitt",
    "geschnitt": "schnitt",
    "haarschneid": "haarschnitt",
    "nachschneid": "schnitt",
    "massier": "massag",
    "massi": "massag",
    "mass": "massag",
    "rasier": "rasur",
    "ras": "rasur",
    "reparier": "reparatur",
    "repar": "reparatur",
    "montier": "montag",
    "mont": "montag",
    "abnehm": "abnahm",
    "abgenomm": "abnahm",
    "gewasch": "wasch",
    "gezog": "zieh",
    "mann": "herr",
    "frau": "dam",
    "geschor": "schur",
    "scher": "schur",
    "kueche": "kuech",
}
# Not in "neue", "Dauer" and "Quelle", nor where another part begins: "Tattoo-entfernung".
_UMLAUT = re.compile(r"((?<![aoqu])[ao]|(?<![aeoqu])u)e(?!nt[b-df-hj-np-tv-z])")
# "Strähnchen", not "waschen" and "stechen".
_DIMINUTIVE = re.compile(r"(?<=[bdfghklmnprtz])chen$")
# Vowels of strong verbs, as their participles change them.
_ABLAUT = {
    "stoch": "stech", "broch": "brech", "schnitt": "schneid", "zog": "zieh", "hob": "heb", "bog": "bieg", "schliff": "schleif",
    "strich": "streich", "griff": "greif", "rieb": "reib", "schrieb": "schreib", "nomm": "nehm", "goss": "giess", "schor": "scher",
    "flocht": "flecht", "bund": "bind", "blich": "bleich", "wund": "wind", "schoss": "schiess", "sproch": "sprech",
    "worf": "werf", "sung": "sing", "zwung": "zwing", "schwomm": "schwimm",
}  # fmt: skip
_PARTICIPLE = re.compile(
    r"(an|ab|auf|aus|ein|nach|vor|zu|um|weg|durch|ueber|uber)?ge([a-z]{3,}?)(?:t|te|ten|ter|tes|en|ene|enen)"
)
_NUMBERS = {
    "fuenfzehn": "15", "zwanzig": "20", "fuenfundzwanzig": "25", "dreissig": "30", "vierzig": "40", "fuenfundvierzig": "45",
    "fuenfzig": "50", "sechzig": "60", "fuenfundsiebzig": "75", "neunzig": "90", "hundertzwanzig": "120",
}  # fmt: skip


@lru_cache(maxsize=4096)
def sequence(text: str) -> tuple[str, ...]:
    """Return all words of a text in their order, in plain small letters."""
    found = _WORD.findall(folded(text))
    if sum(len(each) == 1 for each in found) > 1:
        return tuple(_spelled_out(found))
    return tuple(found)


def _spelled_out(words: list[str]) -> Iterator[str]:
    """Yield words, letters that stand side by side as one: "E K G"."""
    for are_letters, group in groupby(words, key=lambda word: len(word) == 1):
        few = list(group)
        yield from ["".join(few)] if are_letters else few


@lru_cache(maxsize=4096)
def words(text: str, ignoring: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the words of a text that say what is wanted."""
    return frozenset(sequence(text)) - FILLERS - ignoring


def folded(text: str) -> str:
    """Return a text in small letters from a to z: umlauts in two letters, other marks left away."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def without_umlauts(word: str) -> str:
    """Return a folded word with plain vowels, as plurals and verbs change them: "Zähne" and "Zahn"."""
    return _UMLAUT.sub(r"\1", word)


@lru_cache(maxsize=8192)
def stems(word: str) -> tuple[str, ...]:
    """Return the stem of a folded word, and the one it has if it is a participle ("geimpft")."""
    plain = _NUMBERS.get(word, without_umlauts(word))
    found = [_common(bare(plain))]
    done = _PARTICIPLE.fullmatch(plain)
    if done:
        root = bare(done[2])
        found.append(_common((done[1] or "") + _ABLAUT.get(root, root)))
    if plain.endswith("t") and len(plain) > _LEFT + 1:
        found.append(_common(bare(plain[:-1])))
    return tuple(dict.fromkeys(found))


def stem(word: str) -> str:
    """Return the stem that all forms of a word share."""
    return stems(word)[0]


def bare(plain: str) -> str:
    """Return a word without its endings; what is left of all forms of a word is the same."""
    plain = _DIMINUTIVE.sub("", plain) if len(plain) > _LEFT + 4 else plain
    while True:
        for ending in _ENDINGS:
            left = _LEFT if len(ending) > 1 or ending == "e" else _LEFT + 1
            if plain.endswith(ending) and len(plain) - len(ending) >= left and plain[-2:] != "ss":
                plain = plain[: -len(ending)]
                break
        else:
            return plain


def _common(stem: str) -> str:
    """Return what "behandel(n)" and "Behandl(ung)" have in common."""
    stem = _STEMS.get(stem, stem)
    return stem[:-2] + stem[-1] if len(stem) > 4 and stem.endswith("el") else stem
