"""Times that an agent said were done and that no row explains: the last look, at each time by itself.

Pure. Claims are read sentence by sentence, and what the caller believes is read for the last wish of a call. Where one
call serves several matters, a promise can hide between those that are kept: every day with its hour that is told as
done needs a row with that start, or an appointment that stood before.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from calls import dialogue, promises, standing
from calls import dialogue_words as words_of
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.told_together import Slot, is_same, slots_in


@dataclass(frozen=True, kw_only=True)
class Granted:
    """A day with its hour that was said to be done."""

    turn: int
    quote: str
    slot: Slot
    is_change: bool  # it was said to be moved there


def unexplained(evidence: Evidence) -> tuple[Granted, ...]:
    """Return the times told as done that neither a row nor an appointment of before explains; none that was taken back."""
    told = tuple(_told(evidence))
    starts = _starts(evidence.facts)
    explained = {each.quote for each in told if any(map(each.slot.can_be, starts))}
    return tuple(
        each
        for each in told
        if each.quote not in explained
        and _was_on_the_table(each, evidence)
        and not is_taken_back(each.quote, each.turn, evidence)
        and not standing.is_of_before(each.quote, each.turn, evidence)
    )


def is_left_over(evidence: Evidence) -> bool:
    """Whether a row that was made here has a time that nobody told as done: then it is the one that was told wrongly."""
    told = [each.slot for each in _told(evidence)]
    return any(
        not any(slot.can_be(start) for slot in told for start in fact.starts)
        for fact in evidence.facts
        if fact.is_booked_here or fact.is_moved_here
    )


def is_taken_back(quote: str, turn: int, evidence: Evidence) -> bool:
    """Whether the agent took it back or denied it later, or the caller wanted it otherwise."""
    if promises.corrects(quote) or promises.corrected(quote):
        return True  # it is read whole, with what was put right
    rest = evidence.turns[turn][1].partition(quote)[2]
    if _takes_back(rest):
        return True
    return any(
        _takes_back(words) if role == "agent" else _wants_otherwise(words)
        for role, words in evidence.turns[turn + 1 :]
    )


def _told(evidence: Evidence) -> Iterator[Granted]:
    for turn, (role, words) in enumerate(evidence.turns):
        is_sum = _SUMS_UP.search(dialogue.folded(words)) is not None
        for clause, whole in _clauses(words) if role == "agent" else ():
            if not _is_done(clause, is_sum=is_sum):
                continue
            told = clause if dialogue.has_clock(clause) else whole
            said = _FROM.sub("auf", told)
            for slot in slots_in(said, now=evidence.began, opening=evidence.opening):
                is_timed = slot.hour is not None and dialogue.has_clock(told)
                if is_timed and (slot.days or not evidence.facts):
                    is_change = _is_change(clause, evidence)
                    yield Granted(turn=turn, quote=told, slot=slot, is_change=is_change)


# What follows is how it was left.
_SUMS_UP = re.compile(
    r"\b(?:halten? (?:wir|ich) fest|fasse? (?:ich |wir )?(?:\w+ )?zusammen|zusammen(?:fassend|gefasst)|zusammenfassung|noch ?(?:ein)?mal (?:alles|zusammen))\b|\balso:"
)


def _is_done(clause: str, *, is_sum: bool = False) -> bool:
    """Whether a clause says that an appointment is made or moved, not that one is gone, called about or past."""
    said = dialogue.folded(clause)
    if promises.ends(clause) or any(shape.search(said) for shape in _NOT_MEANT):
        return False
    heard = [act for act, _piece in dialogue.acts(clause, wish=Wish.BOOK)]
    is_told = Act.DOES in heard or (is_sum and Act.REPEATS in heard)
    return is_told and not any(act in (Act.ASKS, Act.OFFERS, Act.DENIES) for act in heard)


# What is told of a call back, of an appointment that goes, or of when one has to act.
_OF_OTHERS = re.compile(
    r"\b(?:\w*rueckruf\w*|zurueckruf\w*|ruft|rufen|anrufen|meldet|melden|entfaellt|faellt|gestrichen|raus|weg|storniert|abgesagt|statt (?!$)|anstatt|"
    r"sms|mail|schon (?:gebucht|vergeben|belegt)|gerne?|bisher\w*|alte[rnms]?|bleibt|weiterhin|spaetestens|bis (?:spaetestens|um)|vorher|fertig|abhol\w*|erinner\w*|geschlossen|geoeffnet|notiert,? dass|wunsch\w*)\b"
)
_NOT_MEANT = (_OF_OTHERS, words_of.SURROUNDINGS, words_of.WITHOUT)
_FROM = re.compile(r"\bvo[nm]\b.*?\bauf\b", re.IGNORECASE)  # the time that was left
_CHANGES = re.compile(
    r"\b(?:umgebucht|umgelegt|verschoben|verschieb\w*|verlegt|verleg\w*|vorgezogen|vorverlegt|ziehe|rutscht|wandert)\b"
)


_IS_NEW = re.compile(r"\b(?:jetzt|nun|neu(?:e[rnms]?)?)\b")


def _is_change(clause: str, evidence: Evidence) -> bool:
    """Whether a clause tells of a change; "jetzt" does where the caller rang about an appointment of theirs."""
    said = dialogue.folded(clause)
    if _CHANGES.search(said):
        return True
    heard = [words for role, words in evidence.turns if role != "agent"]
    is_asked = any(
        dialogue.wish_in(words) in (Wish.MOVE, Wish.CANCEL) or _ELSEWHEN.search(words.casefold())
        for words in heard
    )
    return is_asked and _IS_NEW.search(said) is not None


_ELSEWHEN = re.compile(r"\b(?:früher\w*|später\w*|eher|vorziehen)\b")


def _clauses(words: str) -> list[tuple[str, str]]:
    """Return the clauses of a turn, so that what ends one appointment does not hide what makes another.

    Beside each its sentence, where that offers a time that the clause takes at once ("um zwei ist frei, dann nehme ich
    Sie auf").
    """
    return [
        (clause.strip(" ,"), piece if dialogue.offers_a_time(piece) else clause)
        for piece in dialogue.pieces(words)
        for clause in _CLAUSE.split(piece)
        if clause.strip(" ,")
    ]


_CLAUSE = re.compile(
    r",?\s+und (?=(?:zur|zum|die|der|das|den|Ihre?n?|für|am|um|Sie|ich|dann|dafür|dazu|Frau|Herr|(?:\w+tag|Mittwoch)\b(?=[^,;]*\b(?:habe|ist|wird|trage|buche|nehme|geht)\b))\b)|;\s+"
    r"|,\s+(?=(?:der|die|das|den|zur|zum|dafür|Ihr|Ihre|Ihren|dann) (?!\d)\w+)|,\s+(?=[A-ZÄÖÜ]\w+ (?:am|um|ist|sind)\b)",
)


def _was_on_the_table(told: Granted, evidence: Evidence) -> bool:
    """Whether the caller is spoken to, or the time was spoken of before; a delivery and somebody else's are not theirs."""
    is_sum = _SUMS_UP.search(dialogue.folded(evidence.turns[told.turn][1])) is not None
    if is_sum or dialogue.addresses_the_caller(told.quote):
        return True
    before = [words for _role, words in evidence.turns[: told.turn]]
    return any(
        is_same(told.slot, each)
        for words in before
        for each in slots_in(words, now=evidence.began, opening=evidence.opening)
    )


def _takes_back(words: str) -> bool:
    if promises.corrects(words) or promises.takes_back(words):
        return True
    return any(
        act == Act.DENIES and dialogue.is_about_it(piece)
        for act, piece in dialogue.acts(words, wish=Wish.BOOK)
    )


def _wants_otherwise(words: str) -> bool:
    return _OTHERWISE.search(dialogue.folded(words)) is not None


_OTHERWISE = re.compile(
    r"\b(?:lieber|(?:waere|passt|ginge|geht)(?: \w+)? besser|besser (?:waere|passt|ginge)|doch (?:nicht|lieber|eher)|ach nein|halt|moment|stopp|statt|falsch|stimmt nicht|nicht (?:am|um)|sondern|anders|lassen sie|verschieb\w*|verleg\w*|umbuch\w*|absag\w*|stornier\w*)\b|^nein\b(?!.{0,3}(?:das|danke|sonst|nichts|alles|vielen|mehr)\b)"
)


def _starts(facts: Sequence[Fact]) -> list[datetime]:
    return [start for fact in facts for start in fact.starts]
