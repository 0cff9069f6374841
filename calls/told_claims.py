"""What the agent claimed, held against the rows: whether there is one, and its time, its service and its person.

Pure.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from calls import (
    findings,
    promise_times,
    promises,
    told_counts,
    told_errands,
    told_people,
    told_times,
    trades,
)
from calls.evidence import Evidence, Fact
from calls.findings import Finding, Trouble
from calls.promises import Claim, Kind


def about(claim: Claim, promised: Sequence[Claim], evidence: Evidence) -> list[Finding]:
    """Return what of a claim is not so; `promised` are all claims of the conversation."""
    if claim.kind == Kind.CALLBACK:
        if told_errands.is_noted(evidence):
            return []
        return [Finding(trouble=Trouble.PHANTOM_CALLBACK, quote=claim.sentence)]
    if claim.kind == Kind.CANCELLED and _was_moved(evidence):
        return []  # what is cancelled is the time that was left
    meant = _meant(claim, evidence)
    if not meant:
        if _is_of_a_move(claim, promised, evidence):
            return []
        if claim.is_weak or _is_only_held(claim, evidence):
            return []
        trouble = findings.phantom(_PHANTOM_OF[claim.kind], evidence)
        return [Finding(trouble=trouble, quote=claim.sentence)]
    if _is_one_more(claim, meant, promised, evidence):
        return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=claim.sentence)]
    return [*_wrong_time(claim, meant, evidence), *_wrong_names(claim, meant, evidence)]


def _was_moved(evidence: Evidence) -> bool:
    """Whether an appointment was moved, and no cancellation tried in vain."""
    in_vain = any(
        each.tool == "cancel_appointment" and each.state not in findings.WORKED
        for each in evidence.asked
    )
    is_moved = any(fact.is_moved_here for fact in evidence.facts)
    return is_moved and not in_vain and not any(f.is_cancelled_here for f in evidence.facts)


def _is_one_more(
    claim: Claim, meant: list[Fact], promised: Sequence[Claim], evidence: Evidence
) -> bool:
    """Whether a booking was claimed beside those that stand: their days are claimed too, and this is another one."""
    if claim.kind != Kind.BOOKED or claim.when is None:
        return False
    starts = [start for fact in meant for start in fact.starts]
    is_added = _IS_ADDED.search(claim.sentence.casefold()) is not None
    if is_added and (claim.when.date is None or _is_told_beside(claim, promised, starts, evidence)):
        return not told_times.is_true(claim, starts, evidence)
    if claim.when.date is None:
        return False
    days = {start.date() for start in starts}
    said = {each.when.date for each in promised if each.when is not None}
    if (
        claim.when.date in days
        or not days <= said
        or told_times.is_corrected(claim, starts, evidence)
    ):
        return False
    if is_added:
        return True
    is_same_hour = claim.when.time in {start.time() for start in starts}
    return not is_same_hour and not promises.is_farewell(claim.sentence)


def _is_told_beside(
    claim: Claim, promised: Sequence[Claim], starts: list[datetime], evidence: Evidence
) -> bool:
    """Whether another claim tells of the appointment that there is, so that this one is not about it."""
    return any(
        each.turn != claim.turn
        and each.when is not None
        and promise_times.names_an_hour(each.when)
        and told_times.is_true(each, starts, evidence)
        for each in promised
    )


_IS_ADDED = re.compile(
    r"\b(?:auch|ebenfalls|ebenso|beide|außerdem|zusätzlich(?! zu\b)|(?:zweite|dritte|weitere)[nrs]?|(?:gleich|direkt) (?:im anschluss|danach|dahinter))\b"
)


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
    return findings.kept(evidence)


def _is_of_a_move(claim: Claim, promised: Sequence[Claim], evidence: Evidence) -> bool:
    """Whether the day that is given up is that of an appointment which was moved in the same breath."""
    is_moved = any(each.kind == Kind.MOVED and each.turn == claim.turn for each in promised)
    return (
        claim.kind == Kind.CANCELLED
        and is_moved
        and any(fact.is_moved_here for fact in evidence.facts)
    )


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
    if findings.has_failed(evidence) and told_counts.wished_several(evidence):
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
        if each == claim.sentence or (promise_times.is_stated(each) and not each.endswith("?"))
    )
