"""How many appointments were said to be cancelled or moved, held against how many were.

Pure. "Beide sind weg" needs two rows: one that was changed does not stand for the other.
"""

import re

from calls import dialogue, promises
from calls.dialogue import Wish
from calls.evidence import Evidence

_DONE = ("rescheduled", "cancelled")


def changed_too_many(evidence: Evidence) -> str:
    """Return where more were said to be cancelled or moved than were; empty where none was."""
    is_several = wished_several(evidence)
    for tool, done, is_so, wish in (
        ("cancel_appointment", "is_cancelled_here", _says_gone, Wish.CANCEL),
        ("reschedule_appointment", "is_moved_here", promises.moves, Wish.BOOK),
    ):
        changed = sum(bool(getattr(fact, done)) for fact in evidence.facts)
        if not (is_several and changed) and not _has_tried_in_vain(tool, evidence):
            continue
        for turn, (role, words) in enumerate(evidence.turns):
            is_said = role == "agent" and not dialogue.is_overtaken(evidence.turns, turn=turn)
            for count, quote in dialogue.confirmed_together(words, wish=wish) if is_said else ():
                if count > changed and is_so(quote):
                    return quote
    return ""


def wished_several(evidence: Evidence) -> bool:
    """Whether the caller wanted more than one appointment made or changed."""
    return any(dialogue.wishes_several(words) for role, words in evidence.turns if role != "agent")


def names_both(evidence: Evidence) -> bool:
    """Whether the agent says of two persons or appointments that both are done; "beide Leistungen" can be one."""
    return any(
        _BOTH.search(dialogue.folded(words)) for role, words in evidence.turns if role == "agent"
    )


_BOTH = re.compile(
    r"\b(?:sie|du|ihr) (?:haben|hast|habt) (?:jetzt|nun|damit|somit) (?:also )?(?:zwei|drei|vier) termine\b|\bbeide (?!leistung|behandlung|anwendung|sachen|zeiten|angebote|wuensche|anliegen|punkte|dinge)\w+ (?:sind|stehen|sitzen|haben)\b"
)


def _says_gone(quote: str) -> bool:
    return promises.ends(quote) or _IS_GONE.search(dialogue.folded(quote)) is not None


_IS_GONE = re.compile(r"\b(?:streiche?n?|storniere?n?|weg|raus|draussen|gecancelt|hinfaellig)\b")


def _has_tried_in_vain(tool: str, evidence: Evidence) -> bool:
    return any(asked.tool == tool and asked.state not in _DONE for asked in evidence.asked)
