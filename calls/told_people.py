"""With whom an appointment was said to be: held against the people of its row.

Pure. The team is known by name; who is named with a title ("bei Frau Kroll") is somebody of the house even where the
team does not know them, unless the business is called so or the caller is. So is who was said to have time.
"""

import re
from collections.abc import Iterable, Sequence

from calls import dialogue, promises, trades
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.told_together import slots_in


def is_another(words: str, staff: Iterable[str], evidence: Evidence) -> bool:
    """Whether words name people of the house, and none of those who stand in the rows."""
    true = set(staff)
    of_team = trades.named(trades.words(words), _team(evidence))
    if of_team:
        return not of_team & true
    told = _titled(words) | _offered(words, evidence)
    known = {word for name in true for word in trades.words(name)}
    return bool(told) and not told & known and not told & _no_staff(evidence, true)


def told_otherwise(evidence: Evidence) -> str:
    """Return where another person was told last than the one in the rows; empty where nobody was, or the right one."""
    made = [fact for fact in evidence.facts if fact.is_booked_here or fact.is_moved_here]
    staff = {fact.staff for fact in made}
    known = {word for name in staff for word in trades.words(name)} - _TITLES
    quote, is_done = "", False
    for role, words in evidence.turns if staff else ():
        heard = list(dialogue.acts(words, wish=Wish.BOOK)) if role == "agent" else []
        is_done = is_done or any(act == Act.DOES for act, _ in heard)
        for act, piece in heard if is_done else ():
            if act not in _TOLD:
                continue
            if known & set(trades.words(piece)):
                quote = ""
            elif _is_told(act, piece) and _is_of(made, piece, staff, evidence):
                quote = piece
    return quote


def _is_of(made: Sequence[Fact], piece: str, staff: set[str], evidence: Evidence) -> bool:
    return _is_about(piece, made, evidence) and _names_another(piece, staff, evidence)


def _is_about(piece: str, made: Sequence[Fact], evidence: Evidence) -> bool:
    """Whether a piece speaks of what was made in this call, and of no other appointment."""
    told = slots_in(piece, now=evidence.began, opening=evidence.opening)
    return not told or any(
        slot.can_be(start) for slot in told for fact in made for start in fact.starts
    )


_TOLD = (Act.DOES, Act.REPEATS, Act.INFORMS, Act.AGREES)


def _is_told(act: Act, piece: str) -> bool:
    """Whether a piece tells of the appointment, or of who will see to the caller."""
    is_with_caller = _AWAITS.search(piece) is not None and dialogue.addresses_the_caller(piece)
    return (
        act in (Act.DOES, Act.REPEATS) or is_with_caller or _YOU_ARE_WITH.search(piece) is not None
    )


_YOU_ARE_WITH = re.compile(
    r"\b(?:Sie|du|ihr) (?:sind|bist|seid|kommen|kommst) (?:\w+ ){0,3}bei\b", re.IGNORECASE
)


def _names_another(piece: str, staff: set[str], evidence: Evidence) -> bool:
    """Whether somebody else of the house is said to be there, and not only spoken of."""
    with_whom = " ".join(found.group(0) for found in _WITH_WHOM.finditer(piece))
    return bool(with_whom) and is_another(with_whom, staff, evidence)


def _team(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    return {name: (name, *name.split()) for name in evidence.staff}


def said_beside(context: str, turn: str) -> str:
    """Return a claim with what its turn says of who will be there ("Lara freut sich auf Sie")."""
    beside = [each for each in promises.sentences(turn) if _AWAITS.search(each)]
    return " ".join((context, *(each for each in beside if each not in context)))


_DOING = (
    r"(?:freut sich|erwartet|nimmt sich|nimmt|kümmert sich|schneidet|behandelt|betreut|macht|übernimmt|empfängt|begleitet|berät|"
    r"unterrichtet|sieht|operiert|untersucht|wartet|kommt|färbt|massiert)"
)
_AWAITS = re.compile(rf"\b{_DOING}\b")
_TITLE = r"(?:frau|herrn?|dr\.|doktor|prof\.|professor|schwester)"
_TITLES = frozenset(("dr", "prof", "frau", "herr", "schwester", "doktor", "professor"))
_WITH_TITLE = re.compile(
    rf"\b(?:bei|mit|zu|von) (?:{_TITLE} )+(?!und\b|doktor\b)([a-zäöüß]+)"
    rf"|\b(?:{_TITLE} )+(?!und\b|doktor\b)([a-zäöüß]+) {_DOING}\b",
    re.IGNORECASE,
)
_NAME = r"[A-ZÄÖÜ][a-zäöüßéçğışñ]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?"
_TITLED_NAME = (
    rf"(?:(?:[Ff]rau|[Hh]errn?|Dr\.|[Dd]oktor|Prof\.|[Pp]rofessor|Schwester) )*{_NAME}(?: {_NAME})?"
)
# "Bei der Monika", "die Monika macht", "Frau Okafor betreut".
_WITH_WHOM = re.compile(
    rf"\b(?:[Bb]ei|[Mm]it|[Zz]ur?|[Vv]on)(?: der| dem| unserer| unserem| Kollege| Kollegin)? {_TITLED_NAME}"
    rf"|\b(?:(?:[Dd]ie|[Dd]er) )?{_TITLED_NAME} {_DOING}\b"
)


def _titled(words: str) -> set[str]:
    return {
        trades.words(found.group(1) or found.group(2))[0] for found in _WITH_TITLE.finditer(words)
    }


def _offered(words: str, evidence: Evidence) -> set[str]:
    """Return who is named without a title, and was said before to have time ("Milo hätte um halb eins Zeit")."""
    said = " ".join(text for role, text in evidence.turns if role == "agent")
    named = [next(filter(None, found.groups())) for found in _WITH.finditer(words)]
    return {
        trades.words(name)[0]
        for name in named
        if re.search(
            rf"\b(?:hat|hätte|wäre|könnte) (?:die |der )?{name}\b|\b{name}(?: {_NAME})? (?:hat|hätte|wäre|könnte|ist|arbeitet)\b",
            said,
        )
    }


_WITH = re.compile(
    r"\b(?:[Bb]ei|[Mm]it) (?:der |dem )?([A-ZÄÖÜ][a-zäöüß]+)(?=[,.!]| [a-zäöü]|$)"
    rf"|\b(?:(?:[Dd]ie|[Dd]er) )?([A-ZÄÖÜ][a-zäöüß]+) {_DOING}\b"
)


def _no_staff(evidence: Evidence, staff: set[str]) -> set[str]:
    """Return the names in the greeting, which are those of the business, and those that the caller is called by."""
    spoken = [words for role, words in evidence.turns if role == "agent"]
    addressed = {name for words in spoken for name in _ADDRESSED.findall(words)}
    greeting = {
        word
        for role, words in evidence.turns[:1]
        if role == "agent"
        for word in trades.words(words)
    }
    if greeting & {word for name in staff for word in trades.words(name)} - _TITLES:
        greeting = set()  # "Lampe und Sörensen": both are people of the house
    own = {word for name in _introduced(evidence) for word in trades.words(name)}
    return greeting | own | {word for each in addressed for word in trades.words(each)}


def _introduced(evidence: Evidence) -> list[str]:
    """Return the names by which a caller introduces themselves at the start."""
    said = [words for role, words in evidence.turns[:4] if role != "agent"]
    return [name for words in said for found in _OWN_NAME.findall(words) for name in found if name]


_OWN_NAME = re.compile(
    rf"(?:(?:hier (?:ist|spricht)|ich bin|ich heiße|mein Name ist|Name ist|[Gg]uten \w+,|[Hh]allo,|[Tt]ag,|[Mm]orgen,|[Mm]oin,|[Aa]bend,) (?:die |der |Frau |Herr )?)({_NAME}(?: {_NAME})?)"
    rf"|({_NAME})(?: mein Name| hier\b)"
)
_ADDRESSED = re.compile(
    r"(?:,|^|danke|gern|gerne|gut|ja) (?:Frau|Herr) (?:Dr\. )?([A-ZÄÖÜ][\w-]+)(?=[.,!?])"
)
