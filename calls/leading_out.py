"""Out of the conversation with a machine: whoever asks for a person gets one, or a callback, in one turn."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_PERSON = (
    r"(?:mensch(?:en|lich\w*)?|mitarbeiter(?:in)?|kolleg(?:e|en|in)|person|jemand(?:en|em)?|berater(?:in)?"
    r"|sachbearbeiter(?:in)?|chef(?:in)?|empfang|rezeption|sekretariat|zentrale|sprechstundenhilfe|angestellten?"
    r"|inhaber(?:in)?|filialleit\w*|geschaeftsfuehr\w*|vorgesetzten?|operator|team|dame|herrn|support)"
)
_SPEAK = (
    r"(?:sprechen|reden|gesprochen|telefonieren|verbinden|verbunden|verbinde|durchstellen|durchgestellt|weiterleiten"
    r"|weiterverbinden|weitergeleitet|ans telefon|an den apparat|haben|holen|geben|unterhalten)"
)
_ASKED = re.compile(
    "|".join(
        (
            # the word alone, or nearly so
            (
                rf"^(?:ja |nein |bitte |ich (?:will|moechte|brauche) |einen? |den |die |echte[rn]? |zum |zur |mit )*{_PERSON}"
                r"(?: bitte| jetzt| sofort| her)*$"
            ),
            # to speak with somebody
            rf"(?:mit|zu|zum|zur|an) (?:\w+ ){{0,3}}{_PERSON} (?:\w+ ){{0,3}}{_SPEAK}",
            rf"{_SPEAK} (?:\w+ ){{0,3}}(?:mit|zu|zum|zur|an) (?:\w+ ){{0,3}}{_PERSON}",
            rf"(?:echte[rns]*|richtige[rns]*|lebendige[rns]*|leibhaftige[rns]*) (?:\w+ )?{_PERSON}",
            (
                r"(?:will|moechte|wuerde gern\w*|kann ich|haette gern\w*|brauche|gibt es|ist da) (?:\w+ ){0,4}(?:einen? |den |die )?"
                r"(?:mensch(?:en)?|mitarbeiter(?:in)?)\b(?! (?:jana|mira))(?:$| sprechen| reden| am| ans| da| erreichbar)"
            ),
            rf"menschlich\w* {_PERSON}",
            r"fleisch und blut",
            r"\bjemand(?:en|em)? (?:echte[sn]|richtige[sn]|menschliche[sn])",
            r"(?:kann ich|koennte ich|moechte|will|wuerde) (?:\w+ ){1,4}persoenlich (?:sprechen|reden)",
            r"(?:kann|koennte|soll) (?:\w+ ){0,3}mensch (?:ran|rangehen|drangehen|uebernehmen)",
            r"(?:menschlichen?|persoenlichen?) (?:ansprechpartner\w*|kontakt|gespraech|beratung)",
            r"(?:den|einen) menschen? (?:bitte|sprechen|am telefon)",
            # put me through
            r"(?:verbinden|verbinde) sie mich",
            r"(?:stellen|stell) sie mich (?:bitte )?durch",
            r"leiten sie mich (?:bitte )?weiter",
            r"^(?:bitte )?(?:verbinden|weiterleiten|durchstellen)(?: bitte)?$",
            rf"\b(?:gib|gebt|hol|holt) (?:mir )?(?:bitte )?(?:mal )?(?:den |die |einen? )?{_PERSON}\b",
            rf"koennen sie mir (?:bitte )?(?:mal )?(?:den |die |einen? |n )(?:echten )?{_PERSON} (?:geben|holen)",
            r"(?:durchstellen|weiterverbinden|durchgestellt werden|weiterverbunden werden)",
            rf"(?:geben|holen|schicken|rufen) sie (?:mir )?(?:bitte )?(?:\w+ )?{_PERSON}\b",
            # not with a machine
            r"(?:nicht|keine lust|kein bock|ungern) (?:\w+ ){0,3}mit (?:\w+ ){0,2}(?:ki|roboter|maschine|computer|automaten?|bot|anrufbeantworter)\b",
            r"(?:kein(?:en|e)?|keinem) (?:roboter|maschine|computer|automaten?|bot|ki)\b",
            r"^(?:sind sie )?(?:ein )?(?:roboter|computer) (?:weg|aus)$",
            r"(?:rede|red|spreche|sprech) (?:\w+ )?nicht mit (?:\w+ )?(?:maschinen|computern?|automaten|robotern?|bots|kis?)\b",
            # in English
            r"\b(?:real|actual|live|human) (?:person|human|being|agent|operator)\b",
            r"\b(?:speak|talk) (?:to|with) (?:a |an |the )?(?:human|person|someone|somebody|agent|representative|manager)\b",
            # the key
            r"\bdruecke (?:die )?(?:taste )?(?:0|null)\b",
            r"^(?:0|null|taste (?:0|null)|die null|die taste null)$",
        )
    )
)
_NOT_ASKED = re.compile(
    r"(?:bei|egal bei|von|welche[rmns]*|jede[rmns]*|alle|irgendein\w*|gleiche[rmns]*|selbe[rmns]*|lieblings)"
    r" (?:\w+ )?(?:mitarbeiter(?:in|innen|n)?|kolleg\w*|person|jemand\w*)"
)
_KEYS = re.compile(r"0+|null")


@lru_cache(maxsize=4096)
def wants_a_person(said: str) -> bool:
    """Whether somebody asks for a human being: in words, or with the key 0."""
    plain = unicodedata.normalize("NFC", said[:1000]).casefold().translate(_LETTERS)
    folded = _NOT_A_WORD.sub(" ", plain).strip()
    if _KEYS.fullmatch(folded):
        return True
    return _ASKED.search(_NOT_ASKED.sub(" ", folded)) is not None
