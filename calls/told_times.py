"""Whether the time that was said of an appointment is the one that stands: as read back, corrected, or agreed on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from calls import beliefs, dialogue, promises
from calls.beliefs import Belief
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.promises import Claim, Kind
from calls.told_together import Slot, slots_in
from calls.when import State, When

_HALF_A_DAY = timedelta(hours=12)
_PUTS_RIGHT = re.compile(r"^(?:nein|nee|ne|nicht ganz|halt)\b")


def is_true(claim: Claim, starts: list[datetime], evidence: Evidence) -> bool:
    """Whether a claim names none but a time that stands, or was corrected later in the call."""
    if claim.when is None:
        return True
    is_strict = dialogue.names_half_of_day(claim.sentence)
    return (
        _agrees(claim.when, starts, is_strict=is_strict)
        or is_corrected(claim, starts, evidence)
        or _is_the_day_spoken_of(claim, starts, evidence)
    )


def has_true_day(claims: Sequence[Claim], starts: Sequence[datetime]) -> bool:
    """Whether no claim names another day than one that stands; what is right later in its hour alone mends no day."""
    days = {claim.when.start.date() for claim in claims if claim.when and claim.when.start}
    return not days or bool(days & {start.date() for start in starts})


def is_agreed_otherwise(believed: Belief, claims: Sequence[Claim], evidence: Evidence) -> bool:
    """Whether another day or hour was agreed on, where the confirmation itself left it out ("ist gebucht")."""
    made = [fact for fact in evidence.facts if fact.is_booked_here and not fact.is_moved_here]
    if len(made) != 1 or len(evidence.facts) != 1 or not _is_told(believed):
        return False
    said = [claim.when for claim in claims if claim.when is not None]
    start = made[0].starts[0]
    is_other_hour = not any(map(_has_hour, said)) and (
        _is_other_hour(believed, start, evidence)
        or _is_granted_otherwise(believed, start, evidence)
    )
    return is_other_hour or (
        not any(map(_has_day, said)) and _is_other_day(believed, start, evidence)
    )


def _is_told(believed: Belief) -> bool:
    """Whether it was left as done, or the caller was put right about its time."""
    said = dialogue.folded(believed.quote)
    is_put_right = believed.act == Act.REPEATS and _PUTS_RIGHT.search(said) is not None
    return believed.act == Act.DOES or is_put_right


def miscorrected(evidence: Evidence) -> str:
    """Return the turn in which a time was "corrected" into a wrong one; empty where none was."""
    starts = [start for fact in evidence.facts if fact.is_booked_here for start in fact.starts]
    for role, words in evidence.turns if starts else ():
        anew = promises.corrected(words) if role == "agent" else ""
        hours = promises.hours_in(anew, now=evidence.began, opening=evidence.opening)
        if hours and not _agrees(hours[-1], starts):
            return words
    return ""


def never_told(evidence: Evidence) -> str:
    """Return the time told last that fits nothing, where nobody ever named one that was made; else empty."""
    made = [fact for fact in evidence.facts if fact.is_booked_here or fact.is_moved_here]
    told = list(_hours_told(evidence)) if made else []
    slots = [slot for _quote, slot in told if slot is not None]
    is_readable = len(slots) == len(told)
    if not is_readable or all(any(slot.can_be(each.starts[0]) for slot in slots) for each in made):
        return ""
    left = [quote for quote, slot in told if slot and not _fits(slot, made)]
    return next(filter(None, reversed(left)), "")


def granted_otherwise(evidence: Evidence) -> str:
    """Return where the caller took a time and was told one that fits no row, which nobody put right; else empty."""
    made = [fact for fact in evidence.facts if fact.is_booked_here or fact.is_moved_here]
    for turn in range(1, len(evidence.turns) if len(made) == 1 else 0):
        believed = beliefs.belief(evidence.turns[: turn + 1])
        if believed is None or not believed.is_taken or believed.turn != turn - 1:
            continue
        for piece in _told_plainly(evidence.turns[turn][1]):
            told = [each for each in _slots(piece, evidence) if each.days and each.hour]
            if told and not _is_named(made, evidence.turns[turn:], evidence):
                return piece
    return ""


def _told_plainly(words: str) -> Iterator[str]:
    """Yield what a turn says of an hour of the appointment, and of nothing else that happens."""
    for act, piece in dialogue.acts(words, wish=Wish.BOOK):
        is_other = _OF_OTHER.search(dialogue.folded(piece)) is not None
        if act in _TOLD and dialogue.has_clock(piece) and not is_other:
            yield piece


# An hour at which something else happens: a message, a call, the end.
_OF_OTHER = re.compile(
    r"\b(?:sms|mail|nachricht|erinner\w*|\w*rueckruf|ruft|rufen|fertig|abhol\w*|statt|kostenlos|kostenfrei|absag\w*|stornier\w*|bis (?:spaetestens|um))\b"
)


# When somebody else's turn is, or the house closes.
_OF_THE_NEXT = re.compile(
    r"\b(?:naechste\w* (?:gast|kund\w*|patient\w*|termin)|fertig|schliess\w*|geoeffnet|kostenlos|kostenfrei)\b"
)


def _is_named(made: Sequence[Fact], turns: Sequence[tuple[str, str]], evidence: Evidence) -> bool:
    """Whether an hour of the appointment is named, or one that cannot be read."""
    pieces = [
        piece
        for _role, words in turns
        for piece in dialogue.pieces(words)
        if not _OF_THE_NEXT.search(dialogue.folded(piece))
    ]
    return any(
        _is_unreadable(piece, told) or any(each.hour and _fits(each, made) for each in told)
        for piece in pieces
        for told in [_slots(piece, evidence)]
    )


def begins_otherwise(evidence: Evidence) -> str:
    """Return where the one appointment was said to begin at another hour; empty where it was not."""
    made = [fact for fact in evidence.facts if fact.is_booked_here or fact.is_moved_here]
    for role, words in evidence.turns if len(made) == 1 else ():
        found = _BEGINS.search(dialogue.folded(words)) if role == "agent" else None
        hours = _slots(found.group(0), evidence) if found else []
        if hours and all(each.hour and not _fits(each, made) for each in hours):
            return words
        if role == "agent" and made and _comes_later(words, made[0].starts[0], evidence):
            return words
    return ""


def _comes_later(words: str, start: datetime, evidence: Evidence) -> bool:
    """Whether the caller is told to come at an hour when it has begun already; who comes before is only early."""
    found = _COMES.search(dialogue.folded(words))
    hours = [each.hour for each in _slots(found.group(0), evidence) if each.hour] if found else []
    begun = start.hour % 12 * 60 + start.minute
    return bool(hours) and all(begun < each.hour % 12 * 60 + each.minute for each in hours)


_COMES = re.compile(r"\bkommen sie (?:\w+ )?um (?!.*\b(?:abhol|fertig))[^.,;!?]*")
_BEGINS = re.compile(
    r"\b(?:los geht\W?(?:e?s)?|es geht los|(?:ihr|dein|der) termin beginnt|beginnt (?:ihr|dein) termin|die stunde beginnt) (?:\w+ )?um [^.,;!?]*"
)


def _fits(slot: Slot, facts: Sequence[Fact]) -> bool:
    return any(slot.can_be(start) for fact in facts for start in fact.starts)


def _hours_told(evidence: Evidence) -> Iterator[tuple[str, Slot | None]]:
    """Yield each hour that was named with its day, and the agent's words where it told it; None: it cannot be read."""
    days = frozenset[date]()
    for role, words in evidence.turns:
        for act, piece in dialogue.acts(words, wish=Wish.BOOK):
            told = _slots(piece, evidence)
            is_agent = role == "agent"
            if _is_unreadable(piece, told):
                days = frozenset()
                yield from [("", None)] if is_agent else []
            for slot in told:
                days = slot.days or days
                if slot.hour is not None:
                    quote = piece if is_agent and act in _TOLD else ""
                    yield quote, replace(slot, days=days)


_TOLD = (Act.DOES, Act.REPEATS)


def _is_unreadable(piece: str, told: Sequence[Slot]) -> bool:
    """Whether a piece names a day or an hour that could not be read: then nothing can be said of it."""
    is_day = dialogue.has_day(piece) and not any(slot.days for slot in told)
    return is_day or (dialogue.has_clock(piece) and not any(slot.hour for slot in told))


def is_corrected(claim: Claim, starts: Sequence[datetime], evidence: Evidence) -> bool:
    """Whether the agent took a claim back later and named a time that stands."""
    said = [words for role, words in evidence.turns[claim.turn :] if role == "agent"]
    corrected = [place for place, words in enumerate(said) if promises.corrects(words)]
    if not corrected:
        return claim.kind == Kind.BOOKED and _is_conceded(claim, starts, evidence)
    return any(
        _agrees(told, starts) and _has_its_day(told, claim, starts)
        for words in said[corrected[0] :]
        for told in promises.hours_in(words, now=evidence.began, opening=evidence.opening)
    )


def _is_conceded(claim: Claim, starts: Sequence[datetime], evidence: Evidence) -> bool:
    """Whether the caller wanted the time that stands instead, and the agent named it last."""
    wanted, last = False, ""
    for role, words in evidence.turns[claim.turn + 1 :]:
        hours = [each for each in _slots(words, evidence) if each.hour is not None]
        is_so = any(slot.can_be(start) for slot in hours for start in starts)
        if role != "agent":
            wanted = wanted or (is_so and not words.rstrip().endswith("?"))
        elif hours:
            last = words if is_so else ""
    return wanted and bool(last)


def _slots(words: str, evidence: Evidence) -> list[Slot]:
    return slots_in(words, now=evidence.began, opening=evidence.opening)


def _has_its_day(said: When, claim: Claim, starts: Sequence[datetime]) -> bool:
    """Whether a correction is whole: where only the hour is said anew, the day has to be right already."""
    if said.state != State.TIME_ONLY or claim.when is None or claim.when.start is None:
        return True
    return claim.when.start.date() in {start.date() for start in starts}


def _is_granted_otherwise(believed: Belief, start: datetime, evidence: Evidence) -> bool:
    """Whether the caller asked for another time than the start, and was granted it in the breath that says it is done."""
    for (_, asked), (role, words) in pairwise(evidence.turns):
        before, quote, _after = words.partition(believed.quote)
        if role != "agent" or not quote or not asked.rstrip().endswith("?"):
            continue
        granted = [
            slot
            for act, piece in dialogue.acts(before, wish=Wish.BOOK)
            for slot in (_slots(piece, evidence) if act in _GRANTS else ())
            if slot.days and slot.hour is not None
        ]
        if granted and dialogue.has_day(asked):
            return not any(slot.can_be(start) for slot in granted)
    return False


_GRANTS = (Act.OFFERS, Act.REPEATS)


def _is_other_hour(believed: Belief, start: datetime, evidence: Evidence) -> bool:
    """Whether hours were named when the time was offered and taken, and none is that of the start."""
    around = evidence.turns[max(0, believed.turn - 1) : believed.turn + 2]
    chosen = evidence.turns[believed.turn][1]
    if len([each for each in _slots(chosen, evidence) if each.hour]) == 1 and "?" not in chosen:
        around = evidence.turns[believed.turn : believed.turn + 2]  # one of those that were named
    hours = [
        said
        for _role, words in around
        for said in promises.hours_in(words, now=evidence.began, opening=evidence.opening)
    ]
    return bool(hours) and not any(_is_at_hour(each, start) for each in hours)


def _is_other_day(believed: Belief, start: datetime, evidence: Evidence) -> bool:
    """Whether days were named as the caller was put right, or in the call at all, and none can be that of the start."""
    is_put_right = believed.act == Act.REPEATS
    last = _days_in((("agent", believed.quote),), evidence) if is_put_right else set()
    days = last or _days_in(evidence.turns, evidence)
    return bool(days) and not any(
        day == start.date() or day.weekday() == start.weekday() for day in days
    )


def _is_the_day_spoken_of(claim: Claim, starts: list[datetime], evidence: Evidence) -> bool:
    """Whether a bare weekday means the date that was named before ("Donnerstag, 3. Dezember? … Donnerstag um eins")."""
    if claim.when is None or claim.when.start is None:
        return False
    if not dialogue.is_bare_weekday(claim.context) or dialogue.names_half_of_day(claim.sentence):
        return False
    named = _days_in(evidence.turns[: claim.turn], evidence)
    return any(
        start.date() in named
        and start.weekday() == claim.when.start.weekday()
        and (claim.when.state == State.DAY or _is_at_hour(claim.when, start))
        for start in starts
    )


def _days_in(turns: Sequence[tuple[str, str]], evidence: Evidence) -> set[date]:
    return {
        day
        for _role, words in turns
        for day in promises.days_in(words, now=evidence.began, opening=evidence.opening)
    }


def _agrees(said: When, starts: Iterable[datetime], *, is_strict: bool = False) -> bool:
    readings = said.alternatives or (said,)
    return any(_is_at(each, start, is_strict=is_strict) for each in readings for start in starts)


def _is_at(said: When, start: datetime, *, is_strict: bool = False) -> bool:
    """Whether a reading does not contradict a start; an hour may be said without its half of the day."""
    if said.state == State.EXACT and said.start is not None:
        is_half_apart = abs(said.start - start) == _HALF_A_DAY and not is_strict
        return said.start == start or (is_half_apart and said.start.date() == start.date())
    if said.date is not None and said.date != start.date():
        return False
    if said.time is not None and said.window_minutes is None:
        halves = 24 if is_strict else 12
        same_minute = said.time.minute == start.minute
        return same_minute and said.time.hour % halves == start.hour % halves
    return True


def _is_at_hour(said: When, start: datetime) -> bool:
    readings = [
        each.start.time() if each.start else each.time for each in (said, *said.alternatives)
    ]
    return any(
        each is None or (each.hour % 12, each.minute) == (start.hour % 12, start.minute)
        for each in readings
    )


def _has_hour(said: When) -> bool:
    return said.state in (State.EXACT, State.TIME_ONLY)


def _has_day(said: When) -> bool:
    return said.state in (State.EXACT, State.DAY) or bool(said.alternatives)
