"""What an agent promised: the sentences of a conversation that claim something is booked, changed or noted.

Pure. A claim is what a caller may rely on: "ist gebucht", "habe Sie eingetragen", "bis Donnerstag um zehn". What is
asked, denied, only possible or about somebody else is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from calls import dialogue, dialogue_words, promise_times
from calls import promise_words as words_of
from calls.when import Opening, When


class Kind(StrEnum):
    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CALLBACK = "callback"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One promise: the sentence, in which turn it fell, and the time it names, if it names one."""

    kind: Kind
    turn: int
    sentence: str
    when: When | None
    is_weak: bool  # only announced, agreed or said in farewell: it counts where nothing else was said about it
    context: str  # the claim with what was said around it about the same appointment


def claims(turns: Sequence[tuple[str, str]], *, now: datetime, opening: Opening) -> list[Claim]:
    """Return what the agent promised, in order. `turns` are role and words; `now` is the local start of the call."""
    return [
        claim
        for number, (role, words) in enumerate(turns)
        if role == "agent"
        for claim in _claims_in(number, words, now=now, opening=opening)
    ]


def speaks_of_trouble(words: str) -> bool:
    """Whether a turn of the agent tells that something did not work, or goes on asking."""
    return "?" in words or bool(words_of.TROUBLE.search(dialogue.folded(words)))


def corrects(words: str) -> bool:
    """Whether a turn takes back what was said before."""
    return bool(words_of.CORRECTION.search(dialogue.folded(words)))


def corrected(words: str) -> str:
    """Return what a turn says after it took its own words back; empty where it did not, or where it asks."""
    *before, anew = words_of.TAKES_OWN_WORDS_BACK.split(words)
    return anew if before and "?" not in anew and promise_times.is_stated(anew) else ""


def names_a_clock(sentence: str) -> bool:
    """Whether a sentence names an hour, readable or not."""
    return bool(words_of.HAS_CLOCK.search(dialogue.folded(sentence)))


def names_an_appointment(sentence: str) -> bool:
    """Whether an hour is told as that of an appointment, and not what is open, free or gone."""
    is_gone = words_of.CANCELLED.search(dialogue.folded(sentence)) is not None
    return names_a_clock(sentence) and promise_times.is_stated(sentence) and not is_gone


def is_farewell(sentence: str) -> bool:
    """Whether a sentence says goodbye until a time ("bis Donnerstag um zehn")."""
    return any(
        words_of.UNTIL.search(" ".join(part.split()))
        for part in words_of.CLAUSE.split(dialogue.folded(sentence))
        if part
    )


def books(sentence: str) -> bool:
    """Whether a sentence says that something is booked, and not that something is gone."""
    kind, is_weak = _kind(sentence)
    is_said = not is_weak or words_of.ANNOUNCED.search(dialogue.folded(sentence)) is not None
    return kind == Kind.BOOKED and is_said


def moves(sentence: str) -> bool:
    """Whether a sentence says that something was moved."""
    return _kind(sentence)[0] == Kind.MOVED


def ends(sentence: str) -> bool:
    """Whether a sentence says that something is cancelled."""
    return _kind(sentence)[0] == Kind.CANCELLED


def takes_back(words: str) -> bool:
    """Whether a turn says that nothing is booked after all."""
    return any(
        words_of.TAKEN_BACK.search(dialogue.folded(sentence)) for sentence in sentences(words)
    )


def is_about_appointments(words: str) -> bool:
    """Whether a turn speaks of an appointment, and not only of the hours or the way."""
    return bool(words_of.APPOINTMENT.search(dialogue.folded(words)))


def days_in(words: str, *, now: datetime, opening: Opening) -> set[date]:
    """Return the days that a turn may mean."""
    said = [promise_times.read(each, now=now, opening=opening) for each in sentences(words)]
    readings = [each for one in said if one is not None for each in (one, *one.alternatives)]
    return {
        day
        for each in readings
        if (day := each.start.date() if each.start else each.date) is not None
    }


def hours_in(words: str, *, now: datetime, opening: Opening) -> list[When]:
    """Return the times that a turn names, with their day or without."""
    return [
        said
        for sentence in sentences(words)
        for said in promise_times.timed(sentence, now=now, opening=opening)
    ]


def sentences(words: str) -> list[str]:
    """Return the sentences of a turn; "27. November" and "Dr. Lindner" are not torn apart."""
    return [part.strip() for part in _END.split(words) if part and part.strip()]


# A dot ends a sentence only before a capital letter, and not behind a number or an abbreviation.
_SHORT = ("Dr", "Prof", "bzw", "ca", "Nr", "Hr", "Fr", "z", "B", "St", "Str")
_END = re.compile(
    r"(?<=[!?…])\s+|(?<=[.;])(?<![0-9]\.)"
    + "".join(rf"(?<!\b{short}\.)" for short in _SHORT)
    + r"\s+(?=[A-ZÄÖÜ„])"
    # "Samstag um 9. Das dauert": behind a number only where no month follows.
    + dialogue_words.BEHIND_A_NUMBER
    + r"|\n+|,\s+(?=(?:aber|dafür|stattdessen|jedoch)\b)"
)


def _claims_in(number: int, words: str, *, now: datetime, opening: Opening) -> Iterator[Claim]:
    parts = sentences(words)
    for position, sentence in enumerate(parts):
        kind, is_weak = _kind(sentence)
        if kind is None:
            continue
        told, place = parts, position
        if kind in _OTHER_ACTS:
            shape = _OTHER_ACTS[kind]
            others = list(_beside(shape, number, sentence, now=now, opening=opening))
            yield from others
            if others:  # the time of the other one is not that of this one
                told, place = [_own_part(shape, sentence)], 0
        for said, around in promise_times.said_about_each(told, place, now=now, opening=opening):
            if is_weak and _needs_a_time(sentence) and not promise_times.names_an_hour(said):
                continue
            yield Claim(
                kind=kind,
                turn=number,
                sentence=sentence,
                when=said,
                is_weak=is_weak,
                context=around,
            )


_OTHER_ACTS = {Kind.CALLBACK: words_of.CALLBACK, Kind.CANCELLED: words_of.CANCELLED}
_PIECE = re.compile(r",?\s+und\s+|;\s*|,\s+")
# A verb with no subject of its own, and nothing that makes it a participle.
_GOES_ON = re.compile(
    r"^(?:dann |danach )?(?:vereinbart|bestaetigt|reserviert|fixiert|vereinbaren|bestaetigen|reservieren)\b(?!.*\b(?:ist|sind|hab\w*|wurde\w*)\b)"
)


def _beside(
    shape: re.Pattern[str], number: int, sentence: str, *, now: datetime, opening: Opening
) -> Iterator[Claim]:
    """Yield what else a sentence claims ("der Rückruf ist notiert und der Termin am Freitag ist gebucht")."""
    others: list[str] = []
    runs = groupby(
        _PIECE.split(sentence), key=lambda part: shape.search(dialogue.folded(part)) is None
    )
    told = [(is_other, ", ".join(run)) for is_other, run in runs]
    if len(told) > 1:
        others = [run for is_other, run in told if is_other]
    for other in others:
        kind, is_weak = _kind(other)
        if shape is words_of.CALLBACK and _GOES_ON.search(dialogue.folded(other)):
            continue  # "sie ruft an und vereinbart den Termin": what the person calling will do
        if kind == Kind.BOOKED and not is_weak:
            said, around = promise_times.said_about([other], 0, now=now, opening=opening)
            yield Claim(
                kind=kind, turn=number, sentence=other, when=said, is_weak=False, context=around
            )


def _own_part(shape: re.Pattern[str], sentence: str) -> str:
    return next(part for part in _PIECE.split(sentence) if shape.search(dialogue.folded(part)))


def _kind(sentence: str) -> tuple[Kind | None, bool]:
    """Return what a sentence claims, and whether it only announces it, agrees, or says goodbye until then."""
    said = dialogue_words.COURTESY.sub(" ", dialogue.folded(sentence))
    said = dialogue_words.NAMELESS.sub("", said)
    said = words_of.RINGS_BETWEEN.sub(r"\1 \2", said)
    asserted = words_of.BELIED.sub("", words_of.ADVICE.sub("", words_of.TAG.sub("", said))).strip(
        " ,"
    )
    if asserted.endswith("?") or words_of.CONDITION.search(asserted):
        return None, False
    clauses = [" ".join(part.split()) for part in words_of.CLAUSE.split(asserted) if part.strip()]
    if any(
        words_of.CALLBACK.search(each) and not words_of.NO_CALLBACK.search(each)
        for each in (*clauses, *words_of.CALLBACK_FIRST.findall(asserted))
    ):
        return Kind.CALLBACK, False
    ended = [each for each in clauses if not words_of.ELSEWHERE.search(each)]
    if words_of.ELSEWHERE.search(asserted):
        until = words_of.ENDED.search(asserted)  # a recogniser leaves out the comma behind it
        ended += [until.group(1)] if until and not words_of.ELSEWHERE.search(until.group(1)) else []
        is_ended = any(
            words_of.CANCELLED.search(each) and not words_of.NOT_MEANT.search(each)
            for each in ended
        )
        return (Kind.CANCELLED, False) if is_ended else (None, False)
    meant = [
        each
        for each in map(_plainly, clauses)
        if not any(
            shape.search(each)
            for shape in (words_of.NOT_MEANT, dialogue_words.OF_ANOTHER, dialogue_words.BY_ANOTHER)
        )
    ]
    if all(words_of.IS_OVER.search(each) for each in meant if not words_of.NODS.fullmatch(each)):
        return None, False
    for kind, shape in (
        (Kind.MOVED, words_of.MOVED),
        (Kind.CANCELLED, words_of.CANCELLED),
        (Kind.BOOKED, words_of.BOOKED),
    ):
        if any(shape.search(each) for each in meant):
            is_farewell = all(
                words_of.GOODBYE_UNTIL.search(each) and not words_of.HAS_CLOCK.search(each)
                for each in meant
                if shape.search(each)
            )
            return kind, kind == Kind.BOOKED and is_farewell
    is_told_of = any(
        shape.search(asserted)
        for shape in (words_of.TOLD_OF, dialogue_words.SURROUNDINGS, dialogue_words.WOULD_BE)
    )
    is_plain = len(meant) == len(clauses) and not is_told_of
    is_announced = any(words_of.ANNOUNCED.search(each) for each in meant)
    return (Kind.BOOKED, True) if is_plain or is_announced else (None, False)


def _needs_a_time(sentence: str) -> bool:
    """Whether a weak claim says something only together with an hour ("der Platz um zwei gehört Ihnen")."""
    folded = dialogue.folded(sentence)
    return not (words_of.ANNOUNCED.search(folded) or words_of.BOOKED.search(folded))


def _plainly(clause: str) -> str:
    """Return a clause without the polite subjunctive of what is done ("wäre damit gebucht")."""
    return words_of.POLITE.sub("ist damit", clause.replace("das haetten wir", "das hat geklappt"))
