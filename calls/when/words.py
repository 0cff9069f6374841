"""German words of time: folding, number words, the lexicon, and forgiving their spelling.

Everything is compared in one folded spelling: lower case, ae/oe/ue/ss, no other accents. A word that is not
in the lexicon is taken for one only if exactly one long entry sounds the same or differs by one letter.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum, auto
from functools import lru_cache
from typing import NamedTuple

from calls import speech


class Kind(StrEnum):
    """What a token is to the reader."""

    NUMBER = auto()
    ORDINAL = auto()
    HALVES = auto()  # "anderthalb": the number counts halves
    DATE = auto()  # 15.1.2027: parts are year (0 = not said), month, day
    DOTTED = auto()  # 14.30: a date or a time
    CLOCK = auto()  # 14:30: parts are hour, minute
    INSTANT = auto()  # an ISO date and time, with or without zone
    ISO_WEEK = auto()
    WEEKDAY = auto()
    ABBREVIATION = auto()  # "Di", "So": a weekday only in the right place
    MONTH = auto()
    DAY = auto()  # heute, übermorgen: the number counts days from today
    MORGEN = auto()  # tomorrow or in the morning
    PART = auto()
    TONE = auto()  # frühen, späten (Nachmittag)
    WHICH = auto()  # nächsten, kommenden, diesen, übernächsten, letzten
    UNIT = auto()
    UHR = auto()
    HALF = auto()
    QUARTER = auto()
    THREE_QUARTERS = auto()
    MIDNIGHT = auto()
    PREPOSITION = auto()
    ARTICLE = auto()
    CALENDAR_WEEK = auto()
    WEEKEND = auto()
    EDGE = auto()  # Anfang, Mitte, Ende
    FEAST = auto()
    EARLIEST = auto()
    SOON = auto()  # gleich, jetzt: earliest only when nothing else is said
    NOT = auto()
    CORRECTION = auto()
    BUT = auto()
    OR = auto()
    AND = auto()
    COMMA = auto()
    DASH = auto()
    RECURRING = auto()
    COMPARED = auto()  # später, früher: than what?
    AROUND = auto()  # rum, herum
    AN = auto()  # (von zehn) an
    TITLE = auto()  # Frau, Herr: what follows is a name, even "Freitag"
    THING = auto()  # what is counted: "zwei Personen" is no time
    POLITE = auto()
    WORD = auto()
    EDGE_OF_TEXT = auto()


class Meaning(NamedTuple):
    """What a word stands for."""

    kind: Kind
    name: str = ""
    number: int = 0


_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "−": "-",
        "’": "'",
        "\u00a0": " ",
        "\u202f": " ",
    }
)
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf„–œŸ¤¶¼]")


def fold(text: str) -> str:
    """Return the text in the folded spelling; decomposed and twice-encoded umlauts are put right first."""
    if _MOJIBAKE.search(text):
        text = _decoded_again(text)
    text = unicodedata.normalize("NFKC", text).lower().translate(_LETTERS)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def meanings(word: str) -> tuple[Meaning, ...]:
    """Return what a folded word stands for; a compound ("Donnerstagnachmittag") stands for several things."""
    exact = LEXICON.get(word)
    if exact:
        return (exact,)
    return _compound(word) or _forgiven(word) or (Meaning(Kind.WORD, word),)


def _decoded_again(text: str) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


# --- the lexicon ------------------------------------------------------------------------------------------

_WEEKDAYS = {
    1: "montag monday",
    2: "dienstag tuesday dienstach zinstag",
    3: "mittwoch wednesday mittwochen midwoch middwoch mittwo",
    4: "donnerstag thursday donnertag donnastag donnastach donnaschtag",
    5: "freitag friday freitach",
    6: "samstag saturday sonnabend",
    7: "sonntag sunday",
}
_MONTHS = {
    1: "januar jan january jaenner jaener",
    2: "februar feb february feber febuar",
    3: "maerz mrz maer march maertz",
    4: "april apr",
    5: "mai may",
    6: "juni jun june juno",
    7: "juli jul july julei",
    8: "august aug",
    9: "september sep sept septemba",
    10: "oktober okt october oct oktoba",
    11: "november nov novemba",
    12: "dezember dez december dec dezemba",
}
_PARTS = {
    "frueh": "frueh morgens frueehmorgens fruehmorgens fruehs morning",
    "vormittag": "vormittag vormittags vormittage",
    "mittag": "mittag mittags mittagszeit mittagspause noon midday",
    "nachmittag": "nachmittag nachmittags nachmittage afternoon",
    "abend": "abend abends abende evening",
    "nacht": "nacht nachts night",
}
_WHICH = {
    "naechst": "naechst naechste naechsten naechster naechstes naechstem naechten naesten naehsten "
    "nexten nexte nexter nextes nechsten nechste naexten naexte naeksten next "
    "folgende folgenden folgender folgendes",
    "uebernaechst": "uebernaechst uebernaechste uebernaechsten uebernaechster uebernaechstes uebernaechstem "
    "uebernexten uebernexte uebernechsten uebernechste uebernaechten",
    "kommend": "kommend kommende kommenden kommender kommendes kommendem",
    "dies": "diese diesen dieser dieses diesem dies aktuelle aktuellen aktueller laufende laufenden laufender this",
    "letzt": "letzte letzten letzter letztes letztem vergangene vergangenen vergangener vergangenes "
    "vorige vorigen voriger voriges last",
}
_WORDS: Mapping[Kind, Mapping[str, str]] = {
    Kind.UNIT: {
        "minute": "minute minuten min",
        "hour": "stunde stunden std",
        "quarter_hour": "viertelstunde viertelstuendchen",
        "half_hour": "halbstunde halbestunde",
        "three_quarter_hour": "dreiviertelstunde",
        "day": "tag tage tagen days day",
        "week": "woche wochen week weeks",
        "month": "monat monate monaten monats month",
        "year": "jahr jahre jahren jahres jahrs year",
    },
    Kind.UHR: {"uhr": "uhr uhren our ur h"},
    Kind.HALF: {"halb": "halb halbe halben halber halbes halp"},
    Kind.QUARTER: {"viertel": "viertel fiertel virtel viertl"},
    Kind.THREE_QUARTERS: {"dreiviertel": "dreiviertel dreifiertel dreivirtel dreiviertl"},
    Kind.MIDNIGHT: {"midnight": "mitternacht mitternachts midnight"},
    Kind.PREPOSITION: {
        "um": "um at",
        "about": "gegen ca circa zirka etwa ungefaehr rund schaetzungsweise so around",
        "ab": "ab from since",
        "nach": "nach after",
        "vor": "vor before",
        "bis": "bis until till",
        "zwischen": "zwischen between",
        "von": "von vom",
        "in": "in im",
        "sharp": "punkt schlag genau exakt puenktlich auf",
        "am": "am an",
        "for": "fuer for",
    },
    Kind.ARTICLE: {
        "the": "der die das dem den des zum zur beim",
        "a": "ein eine einen einem einer nem ner nen",
    },
    Kind.CALENDAR_WEEK: {"kw": "kw kalenderwoche kalenderwochen"},
    Kind.WEEKEND: {"weekend": "wochenende wochenend wochenenden weekend wochenends"},
    Kind.EDGE: {
        "begin": "anfang anfangs beginn",
        "middle": "mitte",
        "end": "ende",
    },
    Kind.FEAST: {
        "heiligabend": "heiligabend heilligabend weihnachtsabend",
        "weihnachten": "weihnachten",
        "silvester": "silvester sylvester",
        "neujahr": "neujahr neujahrstag",
        "nikolaus": "nikolaus nikolaustag",
        "rosenmontag": "rosenmontag",
        "faschingsdienstag": "faschingsdienstag",
        "aschermittwoch": "aschermittwoch",
        "gruendonnerstag": "gruendonnerstag",
        "karfreitag": "karfreitag",
        "karsamstag": "karsamstag ostersamstag",
        "ostersonntag": "ostersonntag",
        "ostermontag": "ostermontag",
        "ostern": "ostern",
        "himmelfahrt": "himmelfahrt christihimmelfahrt vatertag",
        "pfingstsonntag": "pfingstsonntag",
        "pfingstmontag": "pfingstmontag",
        "pfingsten": "pfingsten",
        "fronleichnam": "fronleichnam",
    },
    Kind.EARLIEST: {
        "earliest": "asap schnellstens raschestmoeglich ehestmoeglich umgehend unverzueglich schleunigst "
        "fruehestmoeglich schnellstmoeglich naechstmoeglich baldmoeglichst baldigst schnellstmoeglichst",
    },
    Kind.SOON: {"soon": "bald gleich jetzt sofort zeitnah direkt demnaechst now"},
    Kind.NOT: {
        "not": "nicht kein keine keinen keinem keiner keinesfalls ausser niemals nie net ned"
    },
    Kind.CORRECTION: {"no": "nein nee quatsch korrektur vielmehr pardon entschuldigung sorry"},
    Kind.BUT: {"but": "aber sondern lieber dafuer stattdessen statt anstatt"},
    Kind.OR: {"or": "oder bzw beziehungsweise or"},
    Kind.AND: {"and": "und and"},
    Kind.RECURRING: {
        "every": "jeden jede jedes jeder jedem woechentlich taeglich monatlich regelmaessig",
    },
    Kind.COMPARED: {
        "later": "spaeter spaetere danach hinterher anschliessend darauf drauf",
        "earlier": "frueher eher vorher davor zuvor",
    },
    Kind.AROUND: {"around": "rum herum"},
    Kind.TITLE: {"title": "frau herr herrn hr doktor dr familie kollegin kollege name namen bei"},
    Kind.THING: {
        "thing": "person personen leute leuten kind kinder kindern mal termin termine terminen montage euro "
        "prozent mann frauen herren haarschnitt haarschnitte behandlung behandlungen plaetze platz "
        "stueck versuche versuchen sitzungen sitzung maenner gaeste haende advent adventssonntag "
        "feiertag weihnachtstag weihnachtsfeiertag ferientag werktag arbeitstag stock etage versuch",
    },
    Kind.POLITE: {
        "please": "bitte danke ja okay ok gerne gern waere waer geht ginge passt passen passend wuerde "
        "wuerd haette koennte kann will moechte dann ist habe hab was wenn moeglich also noch schon "
        "besser gut prima super perfekt dahin zeit los sagen wir vielleicht eigentlich doch auch liebsten",
    },
}
_TONES = {
    "early": "fruehen fruehe fruehem frueher zeitigen",
    "late": "spaet spaeten spaete spaetem spaeter spaetes",
}
_DAYS = {
    -2: "vorgestern",
    -1: "gestern yesterday",
    0: "heute heut heude today",
    2: "uebermorgen uebamorgen",
    3: "ueberuebermorgen",
}
_ABBREVIATIONS = ("mo", "di", "mi", "do", "fr", "sa", "so")
_HALVES = {"anderthalb": 3, "eineinhalb": 3, "zweieinhalb": 5, "dreieinhalb": 7, "viereinhalb": 9}


def _entries(kind: Kind, spellings: str, name: str = "", number: int = 0) -> dict[str, Meaning]:
    return {word: Meaning(kind, name or spellings.split()[0], number) for word in spellings.split()}


def _number_words() -> dict[str, Meaning]:
    """Return the number words from 0 to 99, for years, and the ordinals with all their endings."""
    found: dict[str, Meaning] = {}
    for number in (*range(100), *range(1900, 2101)):
        for word in _spellings(fold(speech.spoken_number(number))):
            found[word] = Meaning(Kind.NUMBER, "word", number)
    for number in range(1, 54):
        for word in _spellings(fold(speech.spoken_ordinal(number, ending=""))):
            for ending in ("e", "en", "er", "es", "em"):
                found[word + ending] = Meaning(Kind.ORDINAL, "word", number)
    for word, number in {"zwo": 2, "fuffzehn": 15, "fuffzig": 50, "zehne": 10, "achte": 8}.items():
        found.setdefault(word, Meaning(Kind.NUMBER, "word", number))
    return found


_RESPELLINGS = (
    ("zwei", "zwo"),
    ("sechzehn", "sechszehn"),
    ("siebzehn", "siebenzehn"),
    ("siebt", "siebent"),
    ("dreissig", "dreisig"),
    ("dreissig", "dreizig"),
    ("zwanzig", "zwanzich"),
    ("zwanzig", "zwansig"),
    ("fuenfzig", "fuffzig"),
    ("tausend", "tausendund"),
)


def _spellings(word: str) -> Iterable[str]:
    yield word
    for usual, other in _RESPELLINGS:
        if usual in word and not (other == "tausendund" and word.endswith(usual)):
            yield word.replace(usual, other)


def _lexicon() -> dict[str, Meaning]:
    found = _number_words()
    for kind, names in _WORDS.items():
        for name, spellings in names.items():
            found.update(_entries(kind, spellings, name))
    for name, spellings in _TONES.items():
        found.update(_entries(Kind.TONE, spellings, name))
    for name, spellings in _PARTS.items():
        found.update(_entries(Kind.PART, spellings, name))
    for name, spellings in _WHICH.items():
        found.update(_entries(Kind.WHICH, spellings, name))
    for number, spellings in _WEEKDAYS.items():
        found.update(_entries(Kind.WEEKDAY, spellings, number=number))
        found.update(_entries(Kind.WEEKDAY, f"{spellings.split()[0]}s", number=number))
    found.update(_entries(Kind.WEEKDAY, "sonnabends", number=6))
    for number, spellings in _MONTHS.items():
        found.update(_entries(Kind.MONTH, spellings, number=number))
        found.update(_entries(Kind.MONTH, f"{spellings.split()[0]}s", number=number))
    for number, spellings in _DAYS.items():
        found.update(_entries(Kind.DAY, spellings, number=number))
    found.update(_entries(Kind.MORGEN, "morgen morgn tomorrow", number=1))
    for number, word in enumerate(_ABBREVIATIONS, start=1):
        found[word] = Meaning(
            Kind.ABBREVIATION, found[word].name if word in found else word, number
        )
    for word, number in _HALVES.items():
        found[word] = Meaning(Kind.HALVES, word, number)
    found["an"] = Meaning(Kind.AN, "an")
    return _with_plain_vowels(found)


def _with_plain_vowels(found: dict[str, Meaning]) -> dict[str, Meaning]:
    """Add the spelling that simply drops the dots ("fruh", "zwolf"), unless it is another word."""
    for word, meaning in tuple(found.items()):
        for pairs in (("ae",), ("oe",), ("ue",), ("ae", "oe", "ue")):
            plain = word
            for pair in pairs:
                plain = plain.replace(pair, pair[0])
            if plain != word and len(plain) > 2:
                found.setdefault(plain, meaning)
    return found


LEXICON: Mapping[str, Meaning] = _lexicon()


# --- compounds --------------------------------------------------------------------------------------------

_PART_ENDINGS = sorted(
    [(word, name) for name, words in _PARTS.items() for word in words.split()]
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
        day = LEXICON.get(head) or (_forgiven(head) or (None,))[0]
        if day and day.kind in _DAY_KINDS:
            return (day, Meaning(Kind.PART, name))
    return ()


def _tone_and_part(word: str) -> tuple[Meaning, ...]:
    for head, tone in (("spaet", "late"), ("frueh", "early")):
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


# --- spelling ---------------------------------------------------------------------------------------------

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"sch", "s"),
        (r"th|dt", "t"),
        (r"ph|v", "f"),
        (r"ck|k|c(?!h)", "k"),
        (r"tz|z", "s"),
        (r"ai|ay|ey", "ei"),
        (r"ie|y", "i"),
        (r"ue", "u"),
        (r"oe", "o"),
        (r"ae", "e"),
        (r"([aeiou])h", r"\1"),
        (r"(.)\1+", r"\1"),
        (r"(?:tak|tach|dag|dach|tah)(s?)$", r"tag\1"),
        (r"ich$", "ig"),
    )
)
_FORGIVEN_BY_SOUND = frozenset(
    (
        Kind.WEEKDAY,
        Kind.MONTH,
        Kind.DAY,
        Kind.MORGEN,
        Kind.PART,
        Kind.WHICH,
        Kind.NUMBER,
        Kind.ORDINAL,
    )
    + (
        Kind.WEEKEND,
        Kind.THREE_QUARTERS,
        Kind.QUARTER,
        Kind.MIDNIGHT,
        Kind.PREPOSITION,
        Kind.EARLIEST,
    )
)
_FORGIVEN_A_LETTER = frozenset(
    (Kind.WEEKDAY, Kind.MONTH, Kind.DAY, Kind.PART, Kind.WEEKEND, Kind.MIDNIGHT)
)
_LONG_ENOUGH = 6


def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def _by_sound() -> dict[str, Meaning]:
    """Return the long words by their sound; a sound that two meanings share stands for neither."""
    found: dict[str, Meaning] = {}
    shared: set[str] = set()
    for word, meaning in LEXICON.items():
        if len(word) < _LONG_ENOUGH or meaning.kind not in _FORGIVEN_BY_SOUND:
            continue
        sound = _sound(word)
        if found.setdefault(sound, meaning) != meaning:
            shared.add(sound)
    return {sound: meaning for sound, meaning in found.items() if sound not in shared}


def _one_letter_less(word: str) -> Iterable[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _by_missing_letter() -> dict[str, set[str]]:
    """Return each long word and each of its forms with one letter less, so that a look-up needs no search."""
    found: dict[str, set[str]] = {}
    for word, meaning in LEXICON.items():
        if len(word) >= _LONG_ENOUGH and meaning.kind in _FORGIVEN_A_LETTER:
            for form in (word, *_one_letter_less(word)):
                found.setdefault(form, set()).add(word)
    return found


_BY_SOUND = _by_sound()
_BY_MISSING_LETTER = _by_missing_letter()


def _forgiven(word: str) -> tuple[Meaning, ...]:
    if len(word) < _LONG_ENOUGH:
        return ()
    sounding = _BY_SOUND.get(_sound(word))
    if sounding:
        return (sounding,)
    near = {
        near
        for form in (word, *_one_letter_less(word))
        for near in _BY_MISSING_LETTER.get(form, ())
    }
    found = {LEXICON[other] for other in near if _one_slip_apart(word, other)}
    return (found.pop(),) if len(found) == 1 else ()


def _one_slip_apart(word: str, other: str) -> bool:
    """Tell whether one letter is wrong, missing, too much, or two neighbours are swapped; the first is right."""
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    if len(word) != len(other):
        longer, shorter = sorted((word, other), key=len, reverse=True)
        return shorter in _one_letter_less(longer)
    differing = [i for i in range(len(word)) if word[i] != other[i]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2 and sorted(word) == sorted(other) and differing[1] - differing[0] == 1
    )
