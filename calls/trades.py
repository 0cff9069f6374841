"""What services and people are named in a sentence, and whether two names can mean the same thing.

A business writes "Hauptuntersuchung (HU)" and the agent says "TÜV"; it writes "Bleaching" and the agent says "Füllung".
The words of each trade are grouped by what they mean: that tells a second name from another service.
"""

import re
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# Titles and forms of address name nobody, and what joins two words names no service.
_NOT_A_NAME = frozenset(
    {
        "dr",
        "doktor",
        "prof",
        "herr",
        "herrn",
        "frau",
        "und",
        "mit",
        "bei",
        "zum",
        "zur",
        "fuer",
        "von",
        "vom",
    }
    | {
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "einer",
        "am",
        "im",
        "in",
        "an",
    }
)

# What is done, by the stems of its words.
_MEANINGS = {
    "cutting": r"\w*schnitt(?!punkt|stelle|blum)\w*|\w*schneid\w*|cut|spitzen|fade",
    "colouring": r"\w*faerb\w*|\w*farb(?:e|en)|\w*toen(?:en|ung)\w*|\w*colorat\w*|blondier\w*",
    "highlights": r"\w*straehn\w*|highlights?|folien\w*",
    "balayage": r"balayage|ombre",
    "perm": r"dauerwell\w*|volumenwell\w*",
    "updo": r"\w*steckfrisur\w*|brautfrisur\w*|updo",
    "beard": r"bart\w*|rasur\w*|nassrasur",
    "blow_dry": r"\w*foehn\w*",
    "extensions": r"extensions?|haarverlaenger\w*",
    "straightening": r"\w*glaett\w*|keratin\w*",
    "manicure": r"manikuere?n?|manicure",
    "pedicure": r"pedikuere?n?|pedicure|fusspflege",
    "nails": r"\w*naegel|\w*nagel(?!studio)\w*|neumodellage|auffuell\w*|refill|shellac\w*|gelnaegel",
    "grooming_bath": r"baden|\w*bad|waschgang",
    "grooming_trim": r"trimm\w*",
    "grooming_clip": r"schur\w*|scher(?:en|ung)|geschoren",
    "grooming_untangle": r"entfilz\w*",
    "claws": r"krallen\w*",
    "lashes": r"\w*wimper\w*|lashes",
    "brows": r"\w*augenbrau\w*|brows?",
    "hair_removal": r"wax(?:ing|en)|sugaring|\w*enthaarung\w*|haarentfernung\w*|epilation\w*",
    "face": r"gesichts\w*|facial|peeling|mikrodermabrasion|ausreinigung",
    "make_up": r"make\s?up|schminken",
    "check_up": r"kontroll\w*|vorsorge\w*|check\s?up|durchsicht",
    "teeth_cleaning": r"zahnreinigung|pzr|prophylaxe|zahnstein\w*|mundhygiene",
    "filling": r"\w*fuellung\w*",
    "root": r"wurzel\w*",
    "bleaching": r"\w*bleaching|aufhell\w*",
    "crown": r"\w*kronen?|bruecken?|inlays?",
    "implant": r"implant\w*",
    "denture": r"\w*prothese\w*",
    "extraction": r"\w*weisheitsz\w*|extraktion\w*|zahnziehen|zahnentfernung",
    "x_ray": r"roentgen\w*",
    "braces": r"zahnspangen?|\w*schiene",
    "skin_screening": r"hautkrebs\w*|hautscreening|hautcheck",
    "allergy": r"allergie\w*|\w*sensibilisierung",
    "eye_test": r"sehtest\w*|augenpruefung|refraktion|augenmessung",
    "glasses": r"brillen(?:anpassung|beratung|abholung|reparatur)",
    "contact_lenses": r"\w*linsen(?:anpassung|kontrolle|beratung)?",
    "hearing": r"hoertest\w*|hoergeraet\w*",
    "neutering": r"kastr\w*|sterilis\w*",
    "chipping": r"chippen|mikrochip\w*",
    "piercing": r"piercing\w*",
    "tattoo": r"tattoo\w*|taetowier\w*",
    "vaccination": r"\w*impf\w*",
    "blood": r"blutabnahme|blutbild|labor\w*",
    "ecg": r"ekg|belastungs\w*",
    "ultrasound": r"ultraschall\w*|sono\w*",
    "physio_device": r"krankengymnastik am geraet|kgg|geraetetraining",
    "physio": r"krankengymnastik(?! am geraet)|kg|physiotherapie",
    "manual_therapy": r"manuelle\w* therapie|manualtherapie|mt",
    "lymph": r"\w*lymph\w*|mld",
    "massage": r"\w*massagen?",
    "heat": r"fango\w*|waermepackung|heissluft|naturmoor",
    "taping": r"\w*taping|kinesiotape\w*|tapen",
    "course": r"\w*kurs(?:e|es)?|yoga|pilates|rueckenschule",
    "first_talk": r"erstgespraech\w*|erstberatung\w*|kennenlern\w*|erstkontakt|ersttermin",
    "annual_accounts": r"jahresabschluss\w*|bilanz\w*",
    "tax_return": r"\w*steuererklaerung\w*|einkommensteuer\w*",
    "payroll": r"lohn\w*",
    "founding": r"\w*gruendung\w*|businessplan\w*",
    "labour_law": r"arbeitsrecht\w*|kuendigungsschutz\w*",
    "family_law": r"familienrecht\w*|scheidung\w*|unterhalt\w*",
    "tenancy_law": r"mietrecht\w*",
    "inheritance": r"erbrecht\w*|testament\w*|nachlass\w*",
    "traffic_law": r"verkehrsrecht\w*",
    "contract": r"vertragspruef\w*|vertragsrecht\w*",
    "oil": r"oelwechsel\w*|oelservice",
    "inspection": r"\w*inspektion\w*|durchsicht",
    "mot": r"hauptuntersuchung\w*|hu|tuev\w*|abgasuntersuchung|au",
    "tyres": r"\w*reifen\w*|\w*raeder\w*|radwechsel",
    "brakes": r"\w*brems\w*",
    "air_conditioning": r"klima\w*",
    "alignment": r"achs\w*|spureinstellung|spurvermessung",
    "battery": r"batterie\w*|akku\w*",
    "timing_belt": r"zahnriemen\w*|steuerkette\w*",
    "diagnosis": r"\w*diagnose\w*|fehlersuche|fehlerspeicher\w*",
    "exhaust": r"auspuff\w*",
    "paint": r"lackier\w*|smart repair|beulen\w*|dellen\w*",
    "glass": r"steinschlag\w*|windschutzscheibe\w*|scheibenwechsel",
}
_MEANING = re.compile(
    "|".join(rf"(?P<{name}>\b(?:{shape})\b)" for name, shape in _MEANINGS.items())
)
# For whom, and how much: of each kind only one can be true.
_QUALITIES = (
    {"men": r"herren\w*|maenner\w*", "women": r"damen\w*|frauen\w*", "child": r"kinder\w*|jungen?schnitt"},
    {"large": r"grosse?[rsnm]?", "small": r"kleine?[rsnm]?"},
    {"new": r"neu\w*|komplett\w*", "refill": r"auffuell\w*|refill"},
    {"summer": r"sommer\w*", "winter": r"winter\w*"},
    {"first": r"erst\w*", "follow_up": r"folge\w*"},
)  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of a text in small letters without umlauts."""
    return _WORD.findall(text.casefold().translate(_LETTERS))


def named(said: list[str], known: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what of the known is named; where one name lies inside another, the longer one is meant."""
    spans: list[tuple[int, int, str]] = []
    kept = [word for word in said if word not in _NOT_A_NAME]
    for name, forms in known.items():
        for form in forms:
            looked_for = [word for word in words(form) if word not in _NOT_A_NAME]
            spans += [(at, at + len(looked_for), name) for at in _places(looked_for, kept)]
    return {
        name
        for start, end, name in spans
        if not any(
            other != name and first <= start and end <= last and last - first > end - start
            for first, last, other in spans
        )
    }


def names_a_service(text: str, services: Mapping[str, Iterable[str]]) -> bool:
    """Whether a service is named, by its own name or as people of the trade call it."""
    said = words(text)
    return bool(named(said, services) or meanings(" ".join(said)))


def is_another(
    said: list[str],
    booked: set[str],
    services: Mapping[str, Iterable[str]],
    *,
    is_several: bool = False,
) -> bool:
    """Whether words name a service that is none of the booked ones, nor another name of one."""
    known = named(said, services)
    text = " ".join(said)
    meant = meanings(text)
    true = set[str]().union(*(meanings(" ".join(words(each))) for each in booked))
    if is_several and len(meant) > 1 and true and not meant <= true:
        return True  # each one that is named has to be booked
    if known & booked:
        return False
    if meant and true:
        return not meant & true or _is_of_another_kind(text, booked)
    return bool(known) and not meant


def meanings(text: str) -> set[str]:
    """Return what folded words mean, whatever they are called by."""
    return {str(found.lastgroup) for found in _MEANING.finditer(text)}


def _is_of_another_kind(text: str, booked: set[str]) -> bool:
    true = " ".join(word for each in booked for word in words(each))
    return any(
        (said := _kinds(text, group)) and (is_so := _kinds(true, group)) and not said & is_so
        for group in _QUALITIES
    )


def _kinds(text: str, group: Mapping[str, str]) -> set[str]:
    return {name for name, shape in group.items() if re.search(rf"\b(?:{shape})\b", text)}


def _places(looked_for: list[str], said: list[str]) -> list[int]:
    if not looked_for:
        return []
    length = len(looked_for)
    return [at for at in range(len(said) - length + 1) if said[at : at + length] == looked_for]
