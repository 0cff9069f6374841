"""Failures that were not spoken of: a tool did not do what was asked, and the caller was not told so.

Pure.
"""

import re
from collections.abc import Sequence

from calls import beliefs, dialogue, findings, promises, reliance, standing, told_counts
from calls.beliefs import Belief
from calls.dialogue import Act, Wish
from calls.evidence import Asked, Evidence
from calls.findings import Finding, Trouble

# A cancellation makes no booking good that failed.
_MADE_GOOD = {tool: {"booked", "rescheduled", "callback_noted"} for tool in findings.BOOKING} | {
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


def unspoken(evidence: Evidence, believed: Belief | None) -> list[Finding]:
    """Find a failure that the caller was not told of; `believed` is what they go away with."""
    for position, asked in enumerate(evidence.asked):
        if asked.tool not in findings.CHANGING or asked.state not in _FAILED:
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
        if quote := _told_as_done(said, asked.tool, evidence) or _assented(asked, said, evidence):
            trouble = _PHANTOM_AFTER.get(asked.tool, Trouble.PHANTOM_BOOKING)
            return [Finding(trouble=trouble, quote=quote, detail=detail)]
        return [Finding(trouble=Trouble.UNSPOKEN_FAILURE, quote=said[-1], detail=detail)]
    return []


def _was_told_before(asked: Asked, evidence: Evidence) -> bool:
    """Whether a failure was told, and the caller only spoke of it once more."""
    if asked.state == "pending":
        return dialogue.tells_to_wait(evidence.turns)
    is_kept = standing.is_told_to_stay(evidence) and dialogue.tells_of_trouble(evidence.turns)
    return asked.tool in findings.CHANGES_OF_OLD and (is_kept or dialogue.refuses(evidence.turns))


_PHANTOM_AFTER = {
    "reschedule_appointment": Trouble.PHANTOM_CHANGE,
    "cancel_appointment": Trouble.PHANTOM_CHANGE,
    "request_callback": Trouble.PHANTOM_CALLBACK,
}


_WISH_OF = {"reschedule_appointment": Wish.MOVE, "cancel_appointment": Wish.CANCEL}


def _told_as_done(said: Sequence[str], tool: str, evidence: Evidence) -> str:
    """Return where an agent claims, in whatever words, that what failed is done; empty where it only says nothing."""
    wish = _WISH_OF.get(tool, Wish.BOOK)
    for words in said if not findings.is_borne_out(wish, evidence.facts) else ():
        for act, piece in dialogue.acts(words, wish=wish):
            is_other = wish == Wish.CANCEL and promises.books(piece)
            is_meant = wish == Wish.CANCEL or dialogue.addresses_the_caller(piece)
            is_meant = is_meant or (
                tool in findings.BOOKING and promises.names_an_appointment(piece)
            )
            if act == Act.DOES and not is_other and is_meant:
                return piece
    return ""


def _assented(asked: Asked, said: Sequence[str], evidence: Evidence) -> str:
    """Return where the agent agreed as the caller took a time, and looked for nothing; empty where it did not."""
    if asked.tool not in findings.BOOKING or evidence.facts:
        return ""
    for turn in range(1, len(evidence.turns)):
        believed = beliefs.belief(evidence.turns[: turn + 1])
        if believed is None or not believed.is_taken or believed.turn != turn - 1:
            continue
        if not _is_about_a_time(evidence.turns[: turn - 1]):
            continue  # it answers another question
        heard = [act for act, _ in dialogue.acts(evidence.turns[turn][1], wish=believed.wish)]
        if heard[:1] == [Act.AGREES] and not _STILL_OPEN & set(heard):
            return believed.quote
    is_until = any(_UNTIL_THEN.search(dialogue.folded(words)) for words in said)
    return said[-1] if is_until and reliance.says_a_time(evidence.turns) else ""


# "Bis Freitag!" – who did not hear of the failure will come.
_UNTIL_THEN = re.compile(
    r"\bbis (?:zum |am |dann am )?(?:\w+tag|mittwoch|morgen|uebermorgen|nachher|spaeter)\b(?! (?:\w+ ){0,2}(?:uhr|um|absagen|kostenlos))"
)


def _is_about_a_time(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent's last sentence put a time, and asked for nothing else."""
    last = dialogue.pieces(turns[-1][1])[-1:] if turns else []
    return any(
        dialogue.has_clock(each) or dialogue.has_day(each) or not dialogue.is_question(each)
        for each in last
    )


_STILL_OPEN = {Act.LOOKS, Act.ASKS, Act.DENIES, Act.OFFERS}


def _was_done_after_all(asked: Asked, later: Sequence[Asked], evidence: Evidence) -> bool:
    """Whether it was tried again, or recovered after the call; one booking does not stand for two that were wished."""
    booked = [fact for fact in evidence.facts if fact.is_booked_here]
    if asked.tool in findings.BOOKING and booked:
        return len(booked) > 1 or not told_counts.wished_several(evidence)
    return any(each.state in _MADE_GOOD.get(asked.tool, findings.WORKED) for each in later)


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
