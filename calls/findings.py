"""What an examination can find, and what the rows bear out of a wish: shared by the readers of a conversation."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from calls.dialogue import Wish
from calls.evidence import Evidence, Fact


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


PHANTOMS = {Trouble.PHANTOM_BOOKING, Trouble.PHANTOM_CHANGE, Trouble.PHANTOM_CALLBACK}
BOOKING = ("book_appointment", "collect_appointment_data")
CHANGING = (*BOOKING, "reschedule_appointment", "cancel_appointment", "request_callback")
WORKED = {"booked", "rescheduled", "cancelled", "callback_noted"}


def kept(evidence: Evidence) -> list[Fact]:
    """Return the appointments that a promise of one can be about."""
    return [fact for fact in evidence.facts if not fact.is_cancelled_here or fact.is_booked_here]


def is_touched(fact: Fact) -> bool:
    """Whether this call made or changed an appointment."""
    return fact.is_booked_here or fact.is_moved_here or fact.is_cancelled_here


def has_failed(evidence: Evidence) -> bool:
    """Whether a change was tried that did not work."""
    return any(each.tool in CHANGING and each.state not in WORKED for each in evidence.asked)


NOT_DONE = {
    Wish.BOOK: Trouble.PHANTOM_BOOKING,
    Wish.MOVE: Trouble.PHANTOM_CHANGE,
    Wish.CANCEL: Trouble.PHANTOM_CHANGE,
}


def phantom(trouble: Trouble, evidence: Evidence) -> Trouble:
    """Return which phantom it is: where only a change, or only a booking, was tried, that is what was believed in."""
    failed = {
        asked.tool
        for asked in evidence.asked
        if asked.tool in CHANGING and asked.state not in WORKED
    }
    if failed and failed <= set(BOOKING) and trouble == Trouble.PHANTOM_CHANGE:
        return Trouble.PHANTOM_BOOKING
    is_change = bool(failed) and failed <= CHANGES_OF_OLD
    return Trouble.PHANTOM_CHANGE if is_change and trouble == Trouble.PHANTOM_BOOKING else trouble


CHANGES_OF_OLD = {"reschedule_appointment", "cancel_appointment", "request_callback"}


def is_borne_out(wish: Wish, facts: Iterable[Fact]) -> bool:
    """Whether there is a row that such a wish can have led to; others are not in the diary."""
    if wish not in NOT_DONE:
        return True
    if wish == Wish.CANCEL:
        return any(fact.is_cancelled_here or fact.is_moved_here for fact in facts)
    if wish == Wish.MOVE:
        return any(fact.is_moved_here or fact.is_booked_here for fact in facts)
    return any(not fact.is_cancelled_here or fact.is_booked_here for fact in facts)
