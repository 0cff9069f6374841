"""The promise auditor: what the agent said and what the tools answered, held against the rows.

`examine` is pure; `look_at` reads the rows of a call and asks it. A finding is something a person has to repair.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from calls import (
    dialects,
    dialogue,
    granted,
    promises,
    reliance,
    standing,
    told_added,
    told_counts,
    told_errands,
    told_people,
    told_times,
    told_together,
    trades,
)
from calls import evidence as rows
from calls.dialogue import Act, Belief, Wish
from calls.evidence import Asked, Evidence, Fact
from calls.models import Call
from calls.promises import Claim, Kind


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
_MADE_GOOD = {tool: {"booked", "rescheduled", "callback_noted"} for tool in _BOOKING} | {
    "cancel_appointment": {"cancelled", "rescheduled", "callback_noted"}
}
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
    said = tuple((role, dialects.plain(words)) for role, words in evidence.turns)
    found = _examine(replace(evidence, turns=said))
    return tuple(replace(each, quote=_as_spoken(each.quote, said, evidence)) for each in found)


def _as_spoken(quote: str, read: Sequence[tuple[str, str]], evidence: Evidence) -> str:
    """Return a quote in the words that fell: where a dialect was read as plain German, the whole turn."""
    for (_role, words), (_same, spoken) in zip(read, evidence.turns, strict=True):
        if words != spoken and quote in words:
            return spoken
    return quote


def _examine(evidence: Evidence) -> tuple[Finding, ...]:
    promised = promises.claims(evidence.turns, now=evidence.began, opening=evidence.opening)
    believed = dialogue.belief(evidence.turns)
    if believed and _is_only_old(believed, evidence):
        believed = None
    relied_on = [
        claim
        for claim in promised
        if reliance.is_relied_on(claim, promised, evidence, believed=believed)
        and not (
            claim.kind == Kind.BOOKED and standing.is_of_before(claim.context, claim.turn, evidence)
        )
    ]
    found = _claimed(relied_on, believed, evidence)
    if too_many := _too_many(evidence):
        # The time or the service that does not fit is that of the missing one.
        return tuple(too_many)
    if believed is not None and not any(finding.trouble in _PHANTOMS for finding in found):
        found += _believed(believed, evidence)
    if not any(finding.trouble in (*_PHANTOMS, Trouble.WRONG_TIME) for finding in found):
        found += _unexplained(evidence) or _beside(evidence)
    if any(finding.trouble == Trouble.PHANTOM_CHANGE for finding in found):
        # The time that was told is that of the change, which was never made.
        found = [finding for finding in found if finding.trouble != Trouble.WRONG_TIME]
    if not any(finding.trouble in _PHANTOMS for finding in found):
        found += _unspoken(evidence, believed)
    found += _unnoted(evidence)
    once: dict[Trouble, Finding] = {}
    for finding in found:
        once.setdefault(finding.trouble, finding)
    return tuple(once.values())


def _claimed(
    relied_on: Sequence[Claim], believed: Belief | None, evidence: Evidence
) -> list[Finding]:
    """Find what of the agent's claims is not so, in its own words and in those that it agreed to."""
    found = [finding for claim in relied_on for finding in _about(claim, relied_on, evidence)]
    if quote := told_times.miscorrected(evidence):
        found.append(Finding(trouble=Trouble.WRONG_TIME, quote=quote))
    found = _affirmed(found, relied_on, evidence)
    if not found and believed and told_times.is_agreed_otherwise(believed, relied_on, evidence):
        found.append(Finding(trouble=Trouble.WRONG_TIME, quote=believed.quote))
    return found


def _is_only_old(believed: Belief, evidence: Evidence) -> bool:
    """Whether the caller was left with an appointment of before; that it stood helps nobody who wished it gone."""
    is_old = standing.is_said_to_stay if believed.wish == Wish.CANCEL else standing.is_of_before
    return is_old(believed.quote, len(evidence.turns) - 1, evidence)


def look_at(call: Call) -> tuple[Finding, ...]:
    """Return what is not true about a call that is over. The tenant's scope must be open."""
    return examine(rows.of_call(call))


_PHANTOMS = {Trouble.PHANTOM_BOOKING, Trouble.PHANTOM_CHANGE, Trouble.PHANTOM_CALLBACK}


# --- what the caller believes ------------------------------------------------------------------------------


def _believed(believed: Belief, evidence: Evidence) -> list[Finding]:
    """Find what the caller goes away believing though no row bears it out."""
    if believed.wish == Wish.BOOK and evidence.only_moved_in_vain():
        believed = replace(believed, wish=Wish.MOVE)  # "ginge auch Dienstag?"
    if evidence.answered(*reliance.LED_ELSEWHERE) or _is_borne_out(believed.wish, evidence.facts):
        return []
    if promises.books(believed.quote) and _is_borne_out(Wish.BOOK, evidence.facts):
        return []  # two things were wished, and this is about the other one
    is_ended = promises.ends(believed.quote) and _is_borne_out(Wish.CANCEL, evidence.facts)
    if is_ended and not _has_failed(evidence):
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
    if not is_sure and not reliance.is_about_one(evidence):
        return []
    trouble = _phantom(_NOT_DONE[believed.wish], evidence)
    return [Finding(trouble=trouble, quote=believed.quote)]


_NOT_DONE = {
    Wish.BOOK: Trouble.PHANTOM_BOOKING,
    Wish.MOVE: Trouble.PHANTOM_CHANGE,
    Wish.CANCEL: Trouble.PHANTOM_CHANGE,
}


def _phantom(trouble: Trouble, evidence: Evidence) -> Trouble:
    """Return which phantom it is: where only a change, or only a booking, was tried, that is what was believed in."""
    failed = {
        asked.tool
        for asked in evidence.asked
        if asked.tool in _CHANGING and asked.state not in _WORKED
    }
    if failed and failed <= set(_BOOKING) and trouble == Trouble.PHANTOM_CHANGE:
        return Trouble.PHANTOM_BOOKING
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
    if quote := told_counts.changed_too_many(evidence):
        return [Finding(trouble=Trouble.PHANTOM_CHANGE, quote=quote)]
    kept = _kept(evidence)
    changed = any(fact.is_moved_here or fact.is_cancelled_here for fact in evidence.facts)
    for is_short, quote in told_together.missing(evidence, kept) if kept and not changed else ():
        trouble = Trouble.PHANTOM_BOOKING if is_short else Trouble.WRONG_TIME
        return [Finding(trouble=trouble, quote=quote)]
    is_several = told_counts.wished_several(evidence) or told_counts.names_both(evidence)
    if not kept or not is_several:
        return []
    for turn, (role, words) in enumerate(evidence.turns):
        is_said = role == "agent" and not dialogue.is_overtaken(evidence.turns, turn=turn)
        for count, quote in dialogue.confirmed_together(words) if is_said else ():
            if count > len(kept):
                return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=quote)]
    return []


def _beside(evidence: Evidence) -> list[Finding]:
    """Find an appointment that was told beside another one, and has no row or another hour."""
    if quote := told_added.apart(evidence):
        return [Finding(trouble=Trouble.WRONG_TIME, quote=quote)]
    if (more := told_added.added(evidence)) is None:
        return []
    trouble = Trouble.WRONG_TIME if more.is_elsewhere else Trouble.PHANTOM_BOOKING
    return [Finding(trouble=trouble, quote=more.quote)]


def _unnoted(evidence: Evidence) -> list[Finding]:
    """Find an errand that was said to be seen to and is noted nowhere."""
    quote = told_errands.unnoted(evidence)
    return [Finding(trouble=Trouble.PHANTOM_CALLBACK, quote=quote)] if quote else []


def _unexplained(evidence: Evidence) -> list[Finding]:
    """Find a time that was told as done, which neither a row nor an appointment of before explains."""
    for granted_time in granted.unexplained(evidence) if not evidence.answered("held") else ():
        if granted.is_left_over(evidence):
            return [Finding(trouble=Trouble.WRONG_TIME, quote=granted_time.quote)]
        told = Trouble.PHANTOM_CHANGE if granted_time.is_change else Trouble.PHANTOM_BOOKING
        return [Finding(trouble=_phantom(told, evidence), quote=granted_time.quote)]
    return []


def _kept(evidence: Evidence) -> list[Fact]:
    return [fact for fact in evidence.facts if not fact.is_cancelled_here or fact.is_booked_here]


def _affirmed(found: list[Finding], claims: Sequence[Claim], evidence: Evidence) -> list[Finding]:
    """Add what the agent agreed to in the caller's words; what is said last of a time is what counts."""
    summed_up = told_together.affirmed(evidence)
    if not summed_up:
        return found
    last = summed_up[-1]
    if any(claim.turn > last.turn and claim.when is not None for claim in claims):
        return found  # the agent told a time of its own after that
    starts = [start for fact in _kept(evidence) for start in fact.starts]
    if not starts:
        is_phantom = last.is_done and not found and not evidence.answered(*reliance.LED_ELSEWHERE)
        asked = evidence.turns[last.turn - 1][1]
        is_read = dialogue.asks_what_stands(asked) or standing.is_of_before(
            asked, last.turn - 1, evidence
        )
        trouble = _phantom(Trouble.PHANTOM_BOOKING, evidence)
        return [Finding(trouble=trouble, quote=last.quote)] if is_phantom and not is_read else found
    others = [finding for finding in found if finding.trouble != Trouble.WRONG_TIME]
    if last.can_be(starts):
        return others if told_times.has_true_day(claims, starts) else found
    return [*others, Finding(trouble=Trouble.WRONG_TIME, quote=last.quote)]


def _has_failed(evidence: Evidence) -> bool:
    return any(each.tool in _CHANGING and each.state not in _WORKED for each in evidence.asked)


# --- claims against rows ---------------------------------------------------------------------------------


def _about(claim: Claim, promised: Sequence[Claim], evidence: Evidence) -> list[Finding]:
    if claim.kind == Kind.CALLBACK:
        if evidence.has_callback or evidence.answered(
            *("callback_noted", "waiting", "message_noted", "question_noted", "pending")
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
    if claim.kind != Kind.BOOKED or claim.when is None:
        return False
    starts = [start for fact in meant for start in fact.starts]
    if claim.when.date is None:
        is_added = _IS_ADDED.search(claim.sentence.casefold()) is not None
        return is_added and not told_times.is_true(claim, starts, evidence)
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
    return _kept(evidence)


def _is_only_held(claim: Claim, evidence: Evidence) -> bool:
    """Whether "reserviert" was said of a time that is held indeed, which is what the word means."""
    is_soft = (
        re.search(r"reserviert|vorgemerkt|geblockt|freigehalten", claim.sentence.casefold())
        is not None
    )
    return is_soft and evidence.answered("held")


def _wrong_time(claim: Claim, meant: list[Fact], evidence: Evidence) -> list[Finding]:
    starts = [start for fact in meant for start in fact.starts]
    if told_times.is_true(claim, starts, evidence):
        return []
    if _has_failed(evidence) and told_counts.wished_several(evidence):
        return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=claim.context)]
    spoken = ", ".join(f"{start:%d.%m.%Y %H:%M}" for start in starts)
    is_untouched = not any(fact.is_booked_here or fact.is_moved_here for fact in meant)
    is_new = _IS_NEW.search(claim.sentence.casefold()) is not None or evidence.only_moved_in_vain()
    if is_untouched and is_new:
        return [Finding(trouble=Trouble.PHANTOM_CHANGE, quote=claim.sentence, detail=spoken)]
    return [Finding(trouble=Trouble.WRONG_TIME, quote=claim.context, detail=spoken)]


# "Ihr Termin liegt jetzt am Donnerstag" tells of a change, not of what stood before.
_IS_NEW = re.compile(r"\b(?:jetzt|nun|neu|neuer|ab sofort|stattdessen)\b")


def _wrong_names(claim: Claim, meant: list[Fact], evidence: Evidence) -> list[Finding]:
    words = trades.words(_INSTEAD_OF.sub("", claim.context))
    is_part = claim.context != claim.sentence and claim.context in claim.sentence
    # One of two things in a sentence: the service beside it is that of the other.
    if not is_part and not trades.meanings(" ".join(words)):
        words = trades.words(_stated_beside(claim, evidence))
    found = []
    booked = {fact.service for fact in meant}
    if trades.is_another(words, booked, evidence.services, is_several=len(meant) > 1):
        detail = ", ".join(sorted({fact.service for fact in meant}))
        found.append(Finding(trouble=Trouble.WRONG_SERVICE, quote=claim.context, detail=detail))
    staff = {fact.staff for fact in meant}
    said = told_people.said_beside(claim.context, evidence.turns[claim.turn][1])
    if told_people.is_another(said, staff, evidence):
        detail = ", ".join(sorted(staff))
        found.append(Finding(trouble=Trouble.WRONG_PERSON, quote=claim.context, detail=detail))
    return found


# "Statt des Schnitts eine Dauerwelle": the one is not booked.
_INSTEAD_OF = re.compile(r"\b(?:an)?statt (?:de[rsmn]|einer|eines|ihrer|ihres) \w+", re.IGNORECASE)


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
        if _was_told_before(asked, evidence):
            continue
        detail = f"{asked.tool}: {asked.state or 'no answer'}"
        if quote := _told_as_done(said, asked.tool, evidence):
            trouble = _PHANTOM_AFTER.get(asked.tool, Trouble.PHANTOM_BOOKING)
            return [Finding(trouble=trouble, quote=quote, detail=detail)]
        return [Finding(trouble=Trouble.UNSPOKEN_FAILURE, quote=said[-1], detail=detail)]
    return []


def _was_told_before(asked: Asked, evidence: Evidence) -> bool:
    """Whether a failure was told, and the caller only spoke of it once more."""
    if asked.state == "pending":
        return dialogue.tells_to_wait(evidence.turns)
    is_kept = standing.is_told_to_stay(evidence) and dialogue.tells_of_trouble(evidence.turns)
    return asked.tool in _CHANGES_OF_OLD and (is_kept or dialogue.refuses(evidence.turns))


_PHANTOM_AFTER = {
    "reschedule_appointment": Trouble.PHANTOM_CHANGE,
    "cancel_appointment": Trouble.PHANTOM_CHANGE,
    "request_callback": Trouble.PHANTOM_CALLBACK,
}


_WISH_OF = {"reschedule_appointment": Wish.MOVE, "cancel_appointment": Wish.CANCEL}


def _told_as_done(said: Sequence[str], tool: str, evidence: Evidence) -> str:
    """Return where an agent claims, in whatever words, that what failed is done; empty where it only says nothing."""
    wish = _WISH_OF.get(tool, Wish.BOOK)
    for words in said if not _is_borne_out(wish, evidence.facts) else ():
        for act, piece in dialogue.acts(words, wish=wish):
            is_other = wish == Wish.CANCEL and promises.books(piece)
            is_meant = wish == Wish.CANCEL or dialogue.addresses_the_caller(piece)
            is_meant = is_meant or (tool in _BOOKING and promises.names_an_appointment(piece))
            if act == Act.DOES and not is_other and is_meant:
                return piece
    return ""


def _was_done_after_all(asked: Asked, later: Sequence[Asked], evidence: Evidence) -> bool:
    """Whether it was tried again, or recovered after the call; one booking does not stand for two that were wished."""
    booked = [fact for fact in evidence.facts if fact.is_booked_here]
    if asked.tool in _BOOKING and booked:
        return len(booked) > 1 or not told_counts.wished_several(evidence)
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
    if is_booked or dialogue.is_put_off(evidence.turns):  # who left it had heard all of it
        return evidence.turns
    spoken = [place for place, (role, _) in enumerate(evidence.turns) if role == "agent"]
    return evidence.turns[spoken[-2] if len(spoken) > 1 else 0 :]
