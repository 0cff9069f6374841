"""What is told beside another appointment: one that was added to it, and one that is said to be at the same hour.

Pure. "Das Färben habe ich um zwölf dazugebucht" needs a row of its own, and "jeweils um 17 Uhr" one at that hour for each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from calls import dialogue, granted, trades
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.told_together import Slot, slots_in


@dataclass(frozen=True, kw_only=True)
class Added:
    """What was told as added, and whether a row for it is there at another hour."""

    quote: str
    is_elsewhere: bool


def added(evidence: Evidence) -> Added | None:
    """Return what was told as added to an appointment and has no row; None where nothing was."""
    made = _made(evidence)
    for turn, piece in _told(evidence) if made else ():
        found = _ADDED.search(dialogue.folded(piece))
        if found is None or granted.is_taken_back(piece, turn, evidence):
            continue
        part = _part(piece)
        if _is_missing(part, made, evidence):
            return Added(quote=piece, is_elsewhere=_has_one_of(part, made, evidence))
    return None


def granted_beside(evidence: Evidence) -> str:
    """Return where the caller asked for one more hour beside what is made, and was told it plainly; else empty."""
    made = _made(evidence)
    for (asker, asked), (role, words) in zip(evidence.turns, evidence.turns[1:], strict=False):
        is_asked = asker != "agent" and role == "agent" and _AND_ONE_MORE.search(asked)
        if not (made and is_asked):
            continue
        heard = list(dialogue.acts(words, wish=Wish.BOOK))
        if any(act in _OPEN for act, _ in heard):
            continue
        wanted = [each for each in _slots(asked, evidence) if each.hour]
        for _act, piece in heard:
            told = [each for each in _slots(piece, evidence) if each.hour]
            if any(each.hour == one.hour for each in told for one in wanted) and not any(
                _is_at(told, fact) for fact in made
            ):
                return piece
    return ""


_OPEN = (Act.ASKS, Act.OFFERS, Act.DENIES, Act.LOOKS)
_AND_ONE_MORE = re.compile(
    r"\bUnd (?:für )?(?:mein|meine|meinen|unser|unsere|unseren|der|die|das|den|ich|danach)\b[^?]*\?\s*$"
)


def apart(evidence: Evidence) -> str:
    """Return where several were said to be at one hour though one of them is at another, which nobody told."""
    made = _made(evidence)
    if len(made) < _SEVERAL:
        return ""
    told = [(piece, _slots(piece, evidence)) for _turn, piece in _told(evidence)]
    for piece, slots in told:
        is_shared = len(slots) == 1 and slots[0].hour and _SHARED.search(dialogue.folded(piece))
        at_hour = [replace(each, days=frozenset()) for each in slots]  # on whichever days
        if not is_shared or sum(_is_at(at_hour, fact) for fact in made) >= _SEVERAL:
            continue
        if any(not any(_is_at(each, fact) for _, each in told) for fact in made):
            return piece
    return ""


_SEVERAL = 2
_SHARED = re.compile(
    r"\b(?:jeweils|gleichzeitig|zeitgleich|parallel|zusammen|gemeinsam|ebenfalls|ebenso|auch|zur (?:selben|gleichen) zeit)\b"
)
# Told as made beside what there is: by its verb, or by its place behind the other one.
_BESIDE = r"(?:dazu|mit|hinzu|drauf|dran|an|hinten\s?dran|hinterher|nach|ein|dahinter)"
_ADDED = re.compile(
    rf"\b(?:dazu|mit|hinzu|drauf|dran|hinten\s?dran|dahinter)ge(?:bucht|nommen|setzt|haengt|legt|packt|plant|tragen)\b|\bangehaengt\b|\bhaengt\b.*\b(?:dran|dahinter|an)\b|\b(?:folgt|schliesst)\b.*\b(?:danach|direkt|gleich|anschliessend|dahinter|sich an)\b"
    rf"|\b(?:direkt|gleich|unmittelbar|anschliessend|danach|davor|dahinter|im anschluss|auch|ebenfalls|zusaetzlich|ausserdem)\b.*\b{_BESIDE}?ge(?:bucht|tragen|plant|setzt)\b"
)


def _told(evidence: Evidence) -> Iterator[tuple[int, str]]:
    is_done = False
    for turn, (role, words) in enumerate(evidence.turns):
        heard = list(dialogue.acts(words, wish=Wish.BOOK)) if role == "agent" else []
        is_done = is_done or any(act == Act.DOES for act, _ in heard)
        if is_done:
            yield from ((turn, piece) for act, piece in heard if act in (Act.DOES, Act.REPEATS))


def _part(piece: str) -> str:
    """Return the clause that tells of what was added."""
    return next((part for part in _AND.split(piece) if _ADDED.search(dialogue.folded(part))), piece)


_AND = re.compile(r",?\s+und\s+|;\s*")
# To the parser of times these are a day part or a limit.
_BEHIND = re.compile(
    r"\b(?:direkt|gleich|unmittelbar|anschließend|danach|davor|dahinter|im anschluss)\b",
    re.IGNORECASE,
)


def _slots(piece: str, evidence: Evidence) -> list[Slot]:
    said = _BEHIND.sub(" ", piece)
    return slots_in(said, now=evidence.began, opening=evidence.opening)


def _is_missing(part: str, made: Sequence[Fact], evidence: Evidence) -> bool:
    if dialogue.has_clock(part):
        slots = [each for each in _slots(part, evidence) if each.hour is not None]
        return bool(slots) and not any(_is_at(slots, fact) for fact in made)
    return not _has_one_of(part, made, evidence)


def _has_one_of(part: str, made: Sequence[Fact], evidence: Evidence) -> bool:
    """Whether there is a row that the words can be about; where they name no service, any second one."""
    if not trades.names_a_service(part, evidence.services):
        return len(made) > 1 or not dialogue.has_clock(part)
    said = trades.words(part)
    return any(not trades.is_another(said, {fact.service}, evidence.services) for fact in made)


def _is_at(slots: Sequence[Slot], fact: Fact) -> bool:
    return any(slot.can_be(start) for slot in slots for start in fact.starts)


def _made(evidence: Evidence) -> list[Fact]:
    return [fact for fact in evidence.facts if fact.is_booked_here or fact.is_moved_here]
