"""The promise auditor: what the agent said and what the tools answered, held against the rows.

`examine` is pure; `look_at` reads the rows of a call and asks it. A finding is something a person has to repair.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calls import dialogue, promises, told_times, trades
from calls import evidence as rows
from calls.dialogue import Act, Belief, Wish
from calls.evidence import Asked, Evidence, Fact
from calls.models import Call
from calls.promises import Claim, Kind
from calls.when import State


class Trouble(StrEnum):
    PHANTOM_BOOKING = "phantom_booking"
    PHANTOM_CHANGE = "phantom_change"
    PHANTOM_CALLBACK = "phantom_callback"
    WRONG_TIME = "wrong_time"
    WRONG_SERVICE = "wrong_service"
    WRONG_PERSON = "wrong_person"
    UNSPOKEN_FAILURE = "unspoken_failure"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is not true, in the agent's own words and in ours."""

    trouble: Trouble
    quote: str
    detail: str = ""


_BOOKING = ("book_appointment", "collect_appointment_data")
_CHANGING = (*_BOOKING, "reschedule_appointment", "cancel_appointment", "request_callback")
_WORKED = {"booked", "rescheduled", "cancelled", "callback_noted"}
# A cancellation makes no booking good that failed.
_MADE_GOOD = {tool: {"booked", "rescheduled", "callback_noted"} for tool in _BOOKING}
# Answers that mean the tool did not do what was asked; whatever only asks back is not among them.
_FAILED = {
    "",
    "failed",
    "slot_taken",
    "not_available",
    "nothing_free",
    "denied",
    "unknown_tool",
    "number_withheld",
    "too_many_attempts",
    "only_callbacks",
    "pending",
    "ask",
}


def examine(evidence: Evidence) -> tuple[Finding, ...]:
    """Return everything in a conversation that the rows do not bear out, each thing once."""
    promised = promises.claims(evidence.turns, now=evidence.began, opening=evidence.opening)
    believed = dialogue.belief(evidence.turns)
    relied_on = [
        claim for claim in promised if _is_relied_on(claim, promised, evidence, believed=believed)
    ]
    found = [finding for claim in relied_on for finding in _about(claim, relied_on, evidence)]
    if quote := told_times.miscorrected(evidence):
        found.append(Finding(trouble=Trouble.WRONG_TIME, quote=quote))
    elif not found and believed and told_times.is_agreed_otherwise(believed, relied_on, evidence):
        found.append(Finding(trouble=Trouble.WRONG_TIME, quote=believed.quote))
    if too_many := _too_many(evidence):
        # The time or the service that does not fit is that of the missing one.
        return tuple(too_many)
    if believed is not None and not any(finding.trouble in _PHANTOMS for finding in found):
        found += _believed(believed, evidence)
    if any(finding.trouble == Trouble.PHANTOM_CHANGE for finding in found):
        # The time that was told is that of the change, which was never made.
        found = [finding for finding in found if finding.trouble != Trouble.WRONG_TIME]
    if not any(finding.trouble in _PHANTOMS for finding in found):
        found += _unspoken(evidence, believed)
    once: dict[Trouble, Finding] = {}
    for finding in found:
        once.setdefault(finding.trouble, finding)
    return tuple(once.values())


def look_at(call: Call) -> tuple[Finding, ...]:
    """Return what is not true about a call that is over. The tenant's scope must be open."""
    return examine(rows.of_call(call))


_PHANTOMS = {Trouble.PHANTOM_BOOKING, Trouble.PHANTOM_CHANGE, Trouble.PHANTOM_CALLBACK}


# --- what the caller believes ------------------------------------------------------------------------------


def _believed(believed: Belief, evidence: Evidence) -> list[Finding]:
    """Find what the caller goes away believing though no row bears it out."""
    if _answered(evidence, *_LED_ELSEWHERE) or _is_borne_out(believed.wish, evidence.facts):
        return []
    is_left_so = believed.act == Act.AGREES or (
        believed.act == Act.INFORMS
        and any(
            dialogue.says_goodbye(words) for role, words in evidence.turns[-2:] if role == "agent"
        )
    )
    is_done = believed.act in (Act.DOES, Act.REPEATS) or (
        is_left_so and believed.is_taken and not _has_failed(evidence)
    )
    if not is_done:
        return []
    is_to_caller = believed.act == Act.DOES and dialogue.addresses_the_caller(believed.quote)
    is_sure = believed.is_taken or is_to_caller or believed.wish != Wish.BOOK
    if not is_sure and not _is_about_one(evidence):
        return []
    trouble = _phantom(_NOT_DONE[believed.wish], evidence)
    return [Finding(trouble=trouble, quote=believed.quote)]


_NOT_DONE = {
    Wish.BOOK: Trouble.PHANTOM_BOOKING,
    Wish.MOVE: Trouble.PHANTOM_CHANGE,
    Wish.CANCEL: Trouble.PHANTOM_CHANGE,
}


def _phantom(trouble: Trouble, evidence: Evidence) -> Trouble:
    """Return which phantom it is: where only a change was tried, that is what was believed in."""
    failed = {
        asked.tool
        for asked in evidence.asked
        if asked.tool in _CHANGING and asked.state not in _WORKED
    }
    is_change = bool(failed) and failed <= _CHANGES_OF_OLD
    return Trouble.PHANTOM_CHANGE if is_change and trouble == Trouble.PHANTOM_BOOKING else trouble


_CHANGES_OF_OLD = {"reschedule_appointment", "cancel_appointment", "request_callback"}


def _is_borne_out(wish: Wish, facts: Iterable[Fact]) -> bool:
    """Whether there is a row that such a wish can have led to; others are not in the diary."""
    if wish not in _NOT_DONE:
        return True
    if wish == Wish.CANCEL:
        return any(fact.is_cancelled_here or fact.is_moved_here for fact in facts)
    if wish == Wish.MOVE:
        return any(fact.is_moved_here or fact.is_booked_here for fact in facts)
    return any(not fact.is_cancelled_here or fact.is_booked_here for fact in facts)


def _too_many(evidence: Evidence) -> list[Finding]:
    """Find that several were confirmed where fewer are booked, and the caller had wished for several."""
    kept = [fact for fact in evidence.facts if not fact.is_cancelled_here or fact.is_booked_here]
    if not kept or not _wished_several(evidence):
        return []
    for role, words in evidence.turns:
        for count, quote in dialogue.confirmed_together(words) if role == "agent" else ():
            if count > len(kept):
                return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=quote)]
    return []


def _wished_several(evidence: Evidence) -> bool:
    return any(dialogue.wishes_several(words) for role, words in evidence.turns if role != "agent")


def _has_failed(evidence: Evidence) -> bool:
    return any(each.tool in _CHANGING and each.state not in _WORKED for each in evidence.asked)


# --- claims against rows ---------------------------------------------------------------------------------


def _is_relied_on(
    claim: Claim, promised: Sequence[Claim], evidence: Evidence, *, believed: Belief | None
) -> bool:
    """Whether the caller goes away believing it: it was not taken back, and a weak one stands alone."""
    if claim.kind != Kind.BOOKED:
        return True
    later = [words for role, words in evidence.turns[claim.turn + 1 :] if role == "agent"]
    here = evidence.turns[claim.turn][1].partition(claim.sentence)[2]
    if any(map(promises.takes_back, (here, *later))):
        return False
    if not evidence.facts and (
        (believed is not None and believed.act == Act.DENIES) or _is_read_out(claim, evidence)
    ):
        return False
    if not claim.is_weak:
        names_a_time = claim.when is not None or promises.names_a_clock(claim.sentence)
        return names_a_time or _is_about_one(evidence, besides=claim)
    if any(each.kind != Kind.CALLBACK and not each.is_weak for each in promised):
        return _is_read_back(claim, evidence)
    if any(map(_goes_on, (here, *later))) or _answered(evidence, *_ENDED_OTHERWISE):
        return False
    if claim.when is not None and claim.when.state == State.TIME_ONLY:
        return _has_agreed(claim, evidence)
    return _is_about_one(evidence, besides=claim)


def _is_read_out(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had asked about an appointment of before, which nobody promised in this call."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and dialogue.asks_what_stands(said[-1])


def _is_read_back(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had just asked when it is."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and dialogue.asks_when(said[-1])


def _is_about_one(evidence: Evidence, *, besides: Claim | None = None) -> bool:
    """Whether an appointment was spoken or asked of at all; a parking space can be reserved, too."""
    if any(asked.tool in _ABOUT_TIMES for asked in evidence.asked) or evidence.facts:
        return True
    if any(role == "agent" and dialogue.offers_a_time(words) for role, words in evidence.turns):
        return True
    own = "" if besides is None or _speaks_for_itself(besides) else besides.sentence
    said = [words.replace(own, "") if own else words for _, words in evidence.turns]
    return any(
        promises.is_about_appointments(words) or trades.names_a_service(words, evidence.services)
        for words in said
    )


def _speaks_for_itself(claim: Claim) -> bool:
    is_bare = claim.when is None or promises.is_farewell(claim.sentence)
    return not is_bare or "termin" in claim.sentence.casefold()


_ABOUT_TIMES = (
    *("check_availability", "find_alternatives", "hold_slot", "book_appointment", "answer_offer"),
    *("collect_appointment_data", "reschedule_appointment", "cancel_appointment"),
)


def _has_agreed(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had just taken a time: then an hour alone answers it ("alles klar, dann um zwei")."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and _TAKES_IT.search(said[-1].casefold()) is not None


_TAKES_IT = re.compile(
    r"\b(?:nehme ich|nehm ich|den nehme|passt|ja|gern|gerne|einverstanden|buchen|perfekt|super)\b"
)


def _goes_on(words: str) -> bool:
    """Whether the agent has not done with it: it asks, looks, or tells of trouble."""
    is_asking = "?" in words and not _IS_CLOSING.search(words.casefold())
    is_looking = re.search(r"moment|augenblick|sekunde", words.casefold()) is not None
    return is_asking or is_looking or promises.speaks_of_trouble(words.replace("?", ""))


# What a call without a booking may have ended with instead.
_LED_ELSEWHERE = (
    *("callback_noted", "message_noted", "waiting", "held", "transfer"),
    *("question_noted", "answered", "services", "emergency", "offer_declined"),
)
_ENDED_OTHERWISE = (*_LED_ELSEWHERE, "cancelled")
# The question that ends a call asks for nothing that the appointment lacks.
_IS_CLOSING = re.compile(
    r"noch (?:etwas|was|eine frage|weiterhelfen|behilflich)|sonst|alles klar\?|okay\?"
)


def _about(claim: Claim, promised: Sequence[Claim], evidence: Evidence) -> list[Finding]:
    if claim.kind == Kind.CALLBACK:
        if evidence.has_callback or _answered(
            evidence, "callback_noted", "waiting", "message_noted", "question_noted"
        ):
            return []
        return [Finding(trouble=Trouble.PHANTOM_CALLBACK, quote=claim.sentence)]
    meant = _meant(claim, evidence)
    if not meant:
        if claim.is_weak or _is_only_held(claim, evidence):
            return []
        trouble = _phantom(_PHANTOM_OF[claim.kind], evidence)
        return [Finding(trouble=trouble, quote=claim.sentence)]
    if _is_one_more(claim, meant, promised, evidence):
        return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=claim.sentence)]
    return [*_wrong_time(claim, meant, evidence), *_wrong_names(claim, meant, evidence)]


def _is_one_more(
    claim: Claim, meant: list[Fact], promised: Sequence[Claim], evidence: Evidence
) -> bool:
    """Whether a booking was claimed beside those that stand: their days are claimed too, and this is another one."""
    if claim.kind != Kind.BOOKED or claim.when is None or claim.when.date is None:
        return False
    starts = [start for fact in meant for start in fact.starts]
    days = {start.date() for start in starts}
    said = {each.when.date for each in promised if each.when is not None}
    if (
        claim.when.date in days
        or not days <= said
        or told_times.is_corrected(claim, starts, evidence)
    ):
        return False
    if _IS_ADDED.search(claim.sentence.casefold()):
        return True
    is_same_hour = claim.when.time in {start.time() for start in starts}
    return not is_same_hour and not promises.is_farewell(claim.sentence)


_IS_ADDED = re.compile(r"\b(?:auch|ebenfalls|ebenso|beide|außerdem|zusätzlich|zweite|dritte)\b")


_PHANTOM_OF = {
    Kind.BOOKED: Trouble.PHANTOM_BOOKING,
    Kind.MOVED: Trouble.PHANTOM_CHANGE,
    Kind.CANCELLED: Trouble.PHANTOM_CHANGE,
}


def _meant(claim: Claim, evidence: Evidence) -> list[Fact]:
    """Return the appointments that a claim can be about; none: it is about nothing that there is."""
    if claim.kind == Kind.MOVED:
        return [fact for fact in evidence.facts if fact.is_moved_here]
    if claim.kind == Kind.CANCELLED:
        return [fact for fact in evidence.facts if fact.is_cancelled_here]
    return [fact for fact in evidence.facts if not fact.is_cancelled_here or fact.is_booked_here]


def _is_only_held(claim: Claim, evidence: Evidence) -> bool:
    """Whether "reserviert" was said of a time that is held indeed, which is what the word means."""
    is_soft = (
        re.search(r"reserviert|vorgemerkt|geblockt|freigehalten", claim.sentence.casefold())
        is not None
    )
    return is_soft and _answered(evidence, "held")


def _answered(evidence: Evidence, *states: str) -> bool:
    return any(asked.state in states for asked in evidence.asked)


def _wrong_time(claim: Claim, meant: list[Fact], evidence: Evidence) -> list[Finding]:
    starts = [start for fact in meant for start in fact.starts]
    if told_times.is_true(claim, starts, evidence):
        return []
    if _has_failed(evidence) and _wished_several(evidence):
        return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=claim.context)]
    spoken = ", ".join(f"{start:%d.%m.%Y %H:%M}" for start in starts)
    is_untouched = not any(fact.is_booked_here or fact.is_moved_here for fact in meant)
    if is_untouched and _IS_NEW.search(claim.sentence.casefold()):
        return [Finding(trouble=Trouble.PHANTOM_CHANGE, quote=claim.sentence, detail=spoken)]
    return [Finding(trouble=Trouble.WRONG_TIME, quote=claim.context, detail=spoken)]


# "Ihr Termin liegt jetzt am Donnerstag" tells of a change, not of what stood before.
_IS_NEW = re.compile(r"\b(?:jetzt|nun|neu|neuer|ab sofort|stattdessen)\b")


def _wrong_names(claim: Claim, meant: list[Fact], evidence: Evidence) -> list[Finding]:
    words = trades.words(claim.context)
    if not trades.meanings(" ".join(words)):
        words = trades.words(_stated_beside(claim, evidence))
    found = []
    booked = {fact.service for fact in meant}
    if trades.is_another(words, booked, evidence.services, is_several=len(meant) > 1):
        detail = ", ".join(sorted({fact.service for fact in meant}))
        found.append(Finding(trouble=Trouble.WRONG_SERVICE, quote=claim.context, detail=detail))
    people = trades.named(
        trades.words(claim.context), {name: (name, *name.split()) for name in evidence.staff}
    )
    if people and not people & {fact.staff for fact in meant}:
        detail = ", ".join(sorted({fact.staff for fact in meant}))
        found.append(Finding(trouble=Trouble.WRONG_PERSON, quote=claim.context, detail=detail))
    return found


def _stated_beside(claim: Claim, evidence: Evidence) -> str:
    """Return what a turn says besides what could be, for the service that the claim itself left out."""
    said = promises.sentences(evidence.turns[claim.turn][1])
    return " ".join(
        each
        for each in said
        if each == claim.sentence or (promises.is_stated(each) and not each.endswith("?"))
    )


# --- failures that were not spoken ------------------------------------------------------------------------


def _unspoken(evidence: Evidence, believed: Belief | None) -> list[Finding]:
    for position, asked in enumerate(evidence.asked):
        if asked.tool not in _CHANGING or asked.state not in _FAILED:
            continue
        if asked.state == "ask" and believed is None and dialogue.is_put_off(evidence.turns):
            continue  # the caller had to think first
        if _was_done_after_all(asked, evidence.asked[position + 1 :], evidence):
            continue
        after = _after(evidence, asked, believed)
        said = [words for role, words in after if role == "agent"]
        if not said or dialogue.tells_of_trouble(after) or dialogue.asks_for_more(said[-1]):
            continue  # it was told, or the agent was still asking when the call ended
        detail = f"{asked.tool}: {asked.state or 'no answer'}"
        return [Finding(trouble=Trouble.UNSPOKEN_FAILURE, quote=said[-1], detail=detail)]
    return []


def _was_done_after_all(asked: Asked, later: Sequence[Asked], evidence: Evidence) -> bool:
    """Whether it was tried again, or recovered after the call; one booking does not stand for two that were wished."""
    booked = [fact for fact in evidence.facts if fact.is_booked_here]
    if asked.tool in _BOOKING and booked:
        return len(booked) > 1 or not _wished_several(evidence)
    return any(each.state in _MADE_GOOD.get(asked.tool, _WORKED) for each in later)


def _after(
    evidence: Evidence, asked: Asked, believed: Belief | None
) -> tuple[tuple[str, str], ...]:
    """Return what was said after an answer; where nobody knows when it came, after the wish was last spoken."""
    if asked.after_turn is not None:
        return evidence.turns[asked.after_turn :]
    is_booked = any(fact.is_booked_here for fact in evidence.facts)
    if believed is not None and not is_booked:
        return evidence.turns[believed.turn :]
    if is_booked:
        return evidence.turns
    spoken = [place for place, (role, _) in enumerate(evidence.turns) if role == "agent"]
    return evidence.turns[spoken[-2] if len(spoken) > 1 else 0 :]
