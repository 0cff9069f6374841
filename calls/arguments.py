"""What the model wrote, read into clean words: the one table of names under which the same thing was met.

Models rename arguments, wrap them, send numbers for words and "null" for nothing. Whatever is understood here comes
out as text; whatever is not is left aside or refused, never guessed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import orjson

# What was answered to a question; what is neither of the first two counts as no yes.
YES, NO, UNCLEAR = "ja", "nein", "unklar"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One argument as the model sees it. `also` are names that were met in practice for the same thing."""

    name: str
    meaning: str
    also: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()
    is_yes_or_no: bool = False
    # What came under several of its names belongs together: the parser tells whether it agrees.
    is_joined: bool = False

    @cached_property
    def plain_names(self) -> tuple[str, ...]:
        """All its names, as `clean` compares them."""
        return tuple(_plain(name) for name in (self.name, *self.also))


SERVICE = Parameter(
    name="service",
    meaning="Leistung in den Worten des Anrufers, zum Beispiel „Haare schneiden“.",
    also=("dienstleistung", "service_name", "leistung", "behandlung", "service_id", "service_type"),
)
STAFF = Parameter(
    name="staff",
    meaning="Gewünschte Person, nur wenn der Anrufer eine nennt.",
    also=(
        "mitarbeiter", "preferred_staff", "staff_name", "mitarbeiter_name", "preferred_staff_id",
        "staff_id", "stylist", "behandler", "arzt",
    ),
)  # fmt: skip
DATE = Parameter(
    name="date",
    meaning="Tag in den Worten des Anrufers („nächsten Dienstag“, „15.1.“). Niemals selbst berechnen.",
    also=(
        "datum", "tag", "day", "preferred_date", "appointment_date", "wunschdatum", "wunschtermin",
        "date_string", "termin_datum",
    ),
    is_joined=True,
)  # fmt: skip
TIME = Parameter(
    name="time",
    meaning="Uhrzeit oder Tageszeit in den Worten des Anrufers („halb drei“, „vormittags“).",
    also=(
        "uhrzeit", "zeit", "preferred_time", "datetime", "appointment_time", "wunschzeit",
        "date_time", "appointment_datetime", "starts_at", "start_time", "start", "termin_uhrzeit",
    ),
    is_joined=True,
)  # fmt: skip
NAME = Parameter(
    name="name",
    meaning="Name der Person, die kommt.",
    also=(
        "customer_name", "kunde", "attendee_name", "kundenname", "anrufer_name", "caller_name",
        "full_name", "patient", "patient_name", "vollstaendiger_name",
    ),
)  # fmt: skip
PHONE = Parameter(
    name="phone",
    meaning="Rückrufnummer, nur wenn genannt.",
    also=(
        "telefon", "phone_number", "number", "telefonnummer", "rufnummer", "rueckrufnummer",
        "customer_phone", "callback_number",
    ),
)  # fmt: skip
EMAIL = Parameter(
    name="email",
    meaning="E-Mail-Adresse für die Bestätigung, nur wenn genannt.",
    also=("mail", "e_mail", "customer_email", "email_adresse", "mailadresse"),
)
NOTES = Parameter(
    name="notes",
    meaning="Anmerkung des Anrufers.",
    also=("notizen", "note", "anmerkung", "bemerkung", "kommentar", "comment"),
)
REASON = Parameter(
    name="reason",
    meaning="Worum es geht.",
    also=("grund", "anliegen", "thema", "subject", "betreff", "topic"),
)
SLOT = Parameter(
    name="slot_id",
    meaning="Kennung der angebotenen Zeit aus check_availability.",
    also=("slot", "slotid", "selected_slot", "zeit_id"),
)
CONFIRMED = Parameter(
    name="confirmed",
    meaning="„ja“ erst, wenn der Anrufer nach der Frage ausdrücklich zugestimmt hat.",
    also=("bestaetigung", "confirmation", "confirm", "bestaetigt", "is_confirmed", "zustimmung"),
    is_yes_or_no=True,
)
APPOINTMENT = Parameter(
    name="appointment_id",
    meaning="Kennung des Termins aus find_appointments.",
    also=("termin_id", "appointment", "booking_id", "id"),
)

# An object under one of these is only another wrapping of the arguments.
_WRAPPINGS = frozenset(
    ("args", "arguments", "parameters", "params", "input", "data", "payload", "appointment")
    + ("termin", "appointmentdata", "appointmentdetails", "terminwunsch", "customer", "kunde")
)
_FIRST_NAMES = ("vorname", "firstname", "givenname")
_LAST_NAMES = ("nachname", "lastname", "surname", "familyname", "familienname")
# What models write when they have nothing to say.
_EMPTY = frozenset(
    ("", "null", "none", "undefined", "n/a", "na", "nil", "-", "--", "unbekannt", "unknown", "nan")
    + ("nicht angegeben", "keine angabe", "not provided", "not specified", "k.a.", "leer", "empty")
    + ("string", "{}", "[]", "placeholder", "tbd", "?", "...", "…", "n.a.", "not given")
)
# What a yes begins with, and what makes a yes or a no of it nowhere: "ja, aber nicht am Freitag" is no yes.
_YES = frozenset(
    "true 1 yes y yep yeah ja j jo jep jup jawohl gern gerne ok okay okey bestätigt bestaetigt confirmed confirm sure"
    " einverstanden passt stimmt genau richtig korrekt wahr klar natürlich natuerlich selbstverständlich freilich"
    " granted zugestimmt meinetwegen allowed erlaubt selbstverstaendlich sicher unbedingt gut super perfekt prima absolut bitte correct agreed accepted accept".split()
)
_NO = frozenset(
    "false 0 no n not never nein nee nö noe ne nicht nie niemals kein keine keinen keinesfalls falsch abgelehnt denied"
    " verweigert ablehnen lehne refused opt_out widersprochen ungern declined rejected unbestätigt unbestaetigt unconfirmed abbrechen abbruch".split()
)
# Said in several words, some of which say no by themselves.
_AGREED = re.compile(
    r"(?:das ist |geht )?in ordnung|von mir aus|ich stimme (?:dem )?zu|(?:ich )?hab(?:e)? nichts dagegen|das ist (?:okay|ok|gut)"
    r"|kein(?:e)? (?:problem|thema|einwände)"
)
_OPEN = frozenset(
    "aber vielleicht eventuell moment warte warten später spaeter gleich unsicher überlegen ueberlegen weiß weiss wenn"
    " falls maybe perhaps later wait pending oder doch".split()
)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_WORDS = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"\{\{.*\}\}|<[^<>]*>|\[[^\[\]]*\]|\$\{.*\}", re.DOTALL)
_LONGEST = 2000


def clean(given: Mapping[str, Any], parameters: Sequence[Parameter]) -> dict[str, str]:
    """Return each parameter as text, under whichever of its names it came; placeholders are nothing.

    :raises TypeError: a list or an object where a word belongs
    """
    flat = dict(_flat(given))
    words = {each.name: _text(flat, each) for each in parameters}
    if "name" in words and not words["name"]:
        words["name"] = _joined_name(flat)
    return words


def _flat(given: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield plain names and values, the outermost last so that they win over what was wrapped."""
    unfolded = {
        name: _unfolded(value) if _plain(name) in _WRAPPINGS else value
        for name, value in given.items()
    }
    for name, value in unfolded.items():
        if depth < 3 and isinstance(value, Mapping) and _plain(name) in _WRAPPINGS:
            yield from _flat(value, depth + 1)
    for name, value in unfolded.items():
        plain = _plain(name)
        if not (isinstance(value, Mapping) and plain in _WRAPPINGS):
            yield plain, value


def _unfolded(value: Any) -> Any:
    """Return the object that a wrapping carries as text."""
    if not (isinstance(value, str) and value.lstrip().startswith("{")):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _composed(parts: Mapping[Any, Any]) -> str | None:
    """Return a date or a time that came in parts, None when it is something else."""
    if not all(isinstance(each, int | str) and str(each).isdecimal() for each in parts.values()):
        return None
    if set(parts) == {"year", "month", "day"}:
        return f"{parts['year']}-{int(parts['month']):02d}-{int(parts['day']):02d}"
    if set(parts) == {"hour", "minute"}:
        return f"{int(parts['hour']):02d}:{int(parts['minute']):02d}"
    return None


def _text(flat: Mapping[str, Any], parameter: Parameter) -> str:
    found = (_word(flat[name], parameter) for name in parameter.plain_names if name in flat)
    texts = dict.fromkeys(text for text in found if text)
    if parameter.is_joined:
        return ", ".join(texts)[:_LONGEST]
    return next(iter(texts), "")


def _word(value: Any, parameter: Parameter) -> str:
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping) and set(value) == {"value"}:
        value = value["value"]
    if isinstance(value, Mapping):
        value = _composed(value) or value
    if value is None or (isinstance(value, bool) and not parameter.is_yes_or_no):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int | float) or (not isinstance(value, str) and value < 0):
        raise TypeError(parameter.name)
    text = _seen(str(value))[:_LONGEST]
    if text.lower() in _EMPTY or _PLACEHOLDER.fullmatch(text):
        return ""
    return _yes_or_no(text) if parameter.is_yes_or_no else text


def _seen(text: str) -> str:
    """Return what a reader would see: no NUL, no zero widths, no soft hyphens, no marks of direction."""
    return (text if text.isascii() else _INVISIBLE.sub("", text)).replace("\x00", "").strip()


_INVISIBLE = re.compile(
    "[\u00ad\u034f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def _yes_or_no(text: str) -> str:
    words = _WORDS.findall(_AGREED.sub("ja", text.casefold()))
    if any(each in _NO for each in words):
        return NO
    if any(each in _OPEN for each in words):
        return UNCLEAR
    return YES if words and words[0] in _YES else UNCLEAR


def _joined_name(flat: Mapping[str, Any]) -> str:
    parts = [
        next((str(flat[each]).strip() for each in names if isinstance(flat.get(each), str)), "")
        for names in (_FIRST_NAMES, _LAST_NAMES)
    ]
    return " ".join(part for part in parts if part and part.lower() not in _EMPTY)[:_LONGEST]


@lru_cache(maxsize=2048)
def _plain(name: str) -> str:
    """Return a name without case, umlauts and separators: `customerName`, `Kunden-Name`."""
    return _NOT_A_LETTER.sub("", name.lower().translate(_LETTERS))
