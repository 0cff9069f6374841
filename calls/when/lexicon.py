"""The German words of time and what each stands for, in the folded spelling.

Misspellings that are met often and that no rule forgives stand beside the right word.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum, auto
from typing import NamedTuple

from calls import speech
from calls.when.english import NUMBERS
from calls.when.folding import fold


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
    WAIT = auto()  # "Moment": a correction if something else follows
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


_WEEKDAYS = {
    1: "montag montags monday",
    2: "dienstag dienstags tuesday dienstach zinstag",
    3: "mittwoch mittwochs wednesday mittwochen midwoch middwoch mittwo",
    4: "donnerstag donnerstags thursday donnertag donnastag donnastach donnaschtag",
    5: "freitag freitags friday freitach",
    6: "samstag samstags sonnabends saturday sonnabend",
    7: "sonntag sonntags sunday",
}
_MONTHS = {
    1: "januar januars jan january jaenner jaener",
    2: "februar februars feb february feber febuar",
    3: "maerz maerzs mrz maer march maertz",
    4: "april aprils apr",
    5: "mai mais may",
    6: "juni junis jun june juno",
    7: "juli julis jul july julei",
    8: "august augusts aug",
    9: "september septembers sep sept septemba",
    10: "oktober oktobers okt october oct oktoba",
    11: "november novembers nov novemba",
    12: "dezember dezembers dez december dec dezemba",
}
PARTS = {
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
        "am": "am",
        "for": "fuer for",
        "ueber": "ueber",
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
        "zwischendenjahren": "zwischendenjahren",
        "weihnachtstageins": "weihnachtstageins",
        "weihnachtstagzwei": "weihnachtstagzwei",
        "dreikoenig": "dreikoenig dreikoenige dreikoenigstag heiligdreikoenig",
        "valentinstag": "valentinstag",
        "tagderarbeit": "maifeiertag tagderarbeit",
        "einheit": "tagdereinheit einheitstag nationalfeiertag",
        "reformationstag": "reformationstag",
        "allerheiligen": "allerheiligen",
        "adventeins": "adventeins",
        "adventzwei": "adventzwei",
        "adventdrei": "adventdrei",
        "adventvier": "adventvier",
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
        "not": "nicht kein keine keinen keinem keiner keinesfalls ausser weder niemals nie net ned "
        "schlecht unguenstig unpassend schwierig unmoeglich"
    },
    Kind.CORRECTION: {
        "no": "nein nee noe nope quatsch korrektur vielmehr pardon entschuldigung sorry "
        "entschuldige tschuldigung tschuldige falsch verkehrt bloedsinn unsinn"
    },
    Kind.WAIT: {
        "wait": "halt moment momentchen stop stopp warte warten verzeihung sekunde mist ups kaese schmarrn"
    },
    Kind.BUT: {"but": "aber sondern lieber dafuer stattdessen dessen"},
    Kind.OR: {
        "or": "oder bzw beziehungsweise respektive or notfalls ansonsten sonst alternativ ersatzweise"
    },
    Kind.AND: {"and": "und and"},
    Kind.RECURRING: {
        "every": "jeden jede jedes jeder jedem woechentlich taeglich monatlich regelmaessig",
    },
    Kind.COMPARED: {
        "later": "spaeter spaetere danach hinterher anschliessend darauf drauf",
        "earlier": "frueher eher vorher davor zuvor",
    },
    Kind.AN: {"an": "an"},
    Kind.AROUND: {"around": "rum herum"},
    Kind.TITLE: {
        "title": "frau herr herrn hr doktor dr familie kollegin kollege bei",
        "called": "name heisse heissen",
    },
    Kind.THING: {
        "thing": "person personen leute leuten kind kinder kindern mal termin termine terminen montage euro "
        "prozent mann frauen herren haarschnitt haarschnitte behandlung behandlungen plaetze platz "
        "stueck versuche versuchen sitzungen sitzung maenner gaeste haende advent adventssonntag "
        "km kilometer people persons adults kids children guests "
        "feiertag weihnachtstag weihnachtsfeiertag ferientag werktag arbeitstag stock etage versuch",
    },
    Kind.POLITE: {
        "please": "bitte danke ja okay ok gerne gern dann also noch schon besser gut prima super "
        "perfekt sagen wir vielleicht eigentlich doch auch liebsten",
        "verb": "waere waer geht ginge passt passen passend wuerde wuerd haette koennte kann will "
        "moechte ist habe hab was wenn moeglich dahin zeit los",
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
_MORGEN = {1: "morgen morgn moagn moing tomorrow"}
_ABBREVIATIONS = ("mo", "di", "mi", "do", "fr", "sa", "so")
_HALVES = {
    3: "anderthalb eineinhalb",
    5: "zweieinhalb",
    7: "dreieinhalb",
    9: "viereinhalb",
}


def _entries(kind: Kind, spellings: str, name: str = "", number: int = 0) -> dict[str, Meaning]:
    return {word: Meaning(kind, name or spellings.split()[0], number) for word in spellings.split()}


def _number_words() -> dict[str, Meaning]:
    """Return the number words from 0 to 99, for years, and the ordinals with all their endings."""
    found: dict[str, Meaning] = {}
    for number in (*range(100), *range(2000, 2100)):
        for word in _spellings(fold(speech.spoken_number(number))):
            found[word] = Meaning(Kind.NUMBER, "word", number)
    for number in range(1, 54):
        for word in _spellings(fold(speech.spoken_ordinal(number, ending=""))):
            for ending in ("e", "en", "er", "es", "em"):
                found[word + ending] = Meaning(Kind.ORDINAL, "word", number)
    for word, number in {
        "zwo": 2,
        "fuffzehn": 15,
        "fuffzig": 50,
        "zehne": 10,
        "achte": 8,
        "oelf": 11,
        "zweie": 2,
        "dreie": 3,
        "viere": 4,
        "fuenfe": 5,
        "sechse": 6,
        "siebene": 7,
        "neune": 9,
        "elfe": 11,
        "zwoelfe": 12,
        **NUMBERS,
    }.items():
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
    ("und", "un"),
    ("fuenf", "fuemf"),
    ("fuenf", "fuef"),
)


def _spellings(word: str) -> Iterable[str]:
    yield word
    for usual, other in _RESPELLINGS:
        if usual in word and not (other == "tausendund" and word.endswith(usual)):
            yield word.replace(usual, other)


def _lexicon() -> dict[str, Meaning]:
    """Return all words; where two tables name the same word, the later one is right."""
    found = _number_words()
    named = {**_WORDS, Kind.TONE: _TONES, Kind.PART: PARTS, Kind.WHICH: _WHICH}
    for kind, names in named.items():
        for name, spellings in names.items():
            found.update(_entries(kind, spellings, name))
    numbered = {Kind.WEEKDAY: _WEEKDAYS, Kind.MONTH: _MONTHS, Kind.DAY: _DAYS, Kind.MORGEN: _MORGEN}
    for kind, numbers in (*numbered.items(), (Kind.HALVES, _HALVES)):
        for number, spellings in numbers.items():
            found.update(_entries(kind, spellings, number=number))
    for number, word in enumerate(_ABBREVIATIONS, start=1):
        found[word] = Meaning(Kind.ABBREVIATION, word, number)
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
