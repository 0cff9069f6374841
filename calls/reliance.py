"""Whether a caller goes away believing what an agent said: it was not taken back, not read out, and not said in passing.

Pure. A claim that names nothing, or only says goodbye, counts where nothing else was said of the appointment.
"""

import re
from collections.abc import Sequence

from calls import dialogue, dialogue_words, promises, trades
from calls.beliefs import Belief
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.promises import Claim, Kind
from calls.told_together import Slot, is_same, slots_in
from calls.when import State


def is_relied_on(
    claim: Claim, promised: Sequence[Claim], evidence: Evidence, *, believed: Belief | None
) -> bool:
    """Whether the caller goes away believing it: it was not taken back, and a weak one stands alone."""
    if claim.kind != Kind.BOOKED:
        return True
    is_of_this_call = any(each.turn < claim.turn and not each.is_weak for each in promised)
    is_told_of = not (is_of_this_call or any(map(_is_of_before, evidence.facts)))
    if is_told_of and _is_read_out(claim, evidence):
        return False
    return _is_left_so(claim, promised, evidence, believed=believed)


def _is_left_so(
    claim: Claim, promised: Sequence[Claim], evidence: Evidence, *, believed: Belief | None
) -> bool:
    """Whether nothing that was said after a booking was claimed speaks against it."""
    later = [words for role, words in evidence.turns[claim.turn + 1 :] if role == "agent"]
    here = evidence.turns[claim.turn][1].partition(claim.sentence)[2]
    if any(
        promises.takes_back(each) and not _names_another_day(each, claim.sentence)
        for words in (here, *later)
        for each in promises.sentences(words)
    ):
        return False
    if not evidence.facts and (believed is not None and _denies(believed, claim)):
        return False
    if promises.is_farewell(claim.sentence) and _is_led_without(claim, evidence):
        return False
    if not claim.is_weak:
        return _is_strong_left_so(claim, evidence, believed=believed)
    if any(each.kind != Kind.CALLBACK and not each.is_weak for each in promised):
        return _is_read_back(claim, evidence)
    if any(map(_goes_on, (here, *later))) or evidence.answered(*_ENDED_OTHERWISE):
        return False
    return _is_weak_left_so(claim, evidence)


def _is_led_without(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller was told to come without an appointment, which is why goodbye is said until then."""
    said = [words for role, words in evidence.turns[: claim.turn + 1] if role == "agent"]
    return not evidence.facts and any(
        dialogue_words.WITHOUT.search(dialogue.folded(words)) for words in said
    )


def _is_strong_left_so(claim: Claim, evidence: Evidence, *, believed: Belief | None) -> bool:
    """Whether plain words of a booking are about one; a courtesy promises nothing but what was granted."""
    if _IS_COURTESY.search(claim.sentence.casefold()) and claim.when is None:
        return believed is not None and believed.is_taken
    names_a_time = claim.when is not None or promises.names_a_clock(claim.sentence)
    return names_a_time or is_about_one(evidence, besides=claim)


def _is_weak_left_so(claim: Claim, evidence: Evidence) -> bool:
    if _answers_what_there_is(claim, evidence) or _is_choice(claim, evidence):
        return False
    if claim.when is not None and claim.when.state == State.TIME_ONLY:
        return _has_agreed(claim, evidence)
    return is_about_one(evidence, besides=claim)


def _is_choice(claim: Claim, evidence: Evidence) -> bool:
    """Whether several times were named, of which the caller chose one then ("um drei oder um elf" – "um elf")."""
    told = _hours(claim.sentence, evidence)
    answers = [words for role, words in evidence.turns[claim.turn + 1 :][:1] if role != "agent"]
    return len(told) > 1 and any(
        len(chosen := _hours(words, evidence)) == 1
        and any(is_same(chosen[0], each) for each in told)
        for words in answers
    )


def _hours(words: str, evidence: Evidence) -> list[Slot]:
    told = slots_in(words, now=evidence.began, opening=evidence.opening)
    return [each for each in told if each.hour is not None]


_IS_COURTESY = re.compile(r"\b(?:freuen (?:wir )?uns|wir freuen|freue mich)\b")


def _denies(believed: Belief, claim: Claim) -> bool:
    """Whether the agent left it at trouble; what is told beside a claim in one breath is about something else."""
    if believed.act != Act.DENIES or _names_another_day(believed.quote, claim.sentence):
        return False
    if believed.turn > claim.turn and dialogue.is_another_errand(believed.quote):
        return False  # a call back that was asked for beside it
    return claim.sentence not in believed.quote or claim.sentence == believed.quote


def _names_another_day(words: str, claimed: str) -> bool:
    """Whether each names weekdays, and none in common: of two that were wished only one did not work."""
    said, own = (
        {found.group(0) for found in dialogue_words.WEEKDAY.finditer(dialogue.folded(each))}
        for each in (words, claimed)
    )
    return bool(said and own) and not said & own


def _is_read_out(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had asked about an appointment of before, which nobody promised in this call."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and dialogue.asks_what_stands(said[-1])


def _answers_what_there_is(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had just asked what else there is: a bare time is an offer then ("und danach?" – "am 18. um neun")."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and _ASKS_FOR_MORE.search(said[-1].casefold()) is not None


_ASKS_FOR_MORE = re.compile(
    r"^(?:hm+[,.…]* |und |oder )*(?:danach|davor|sonst|später|früher|was anderes|wann (?:dann|sonst)|was (?:gäbe|gibt) es)\b[^?]*\?$"
    r"|\b(?:danach|davor|sonst|später|früher)\?$"
)


def _is_of_before(fact: Fact) -> bool:
    return not fact.is_booked_here


def _is_read_back(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had just asked when it is."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and dialogue.asks_when(said[-1])


def is_about_one(evidence: Evidence, *, besides: Claim | None = None) -> bool:
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


def says_a_time(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether the agent says a day with its hour plainly, as one that was agreed on."""
    return any(
        act == Act.REPEATS and dialogue.has_day(piece)
        for role, words in turns
        if role == "agent"
        for act, piece in dialogue.acts(words, wish=Wish.BOOK)
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
LED_ELSEWHERE = (
    *("callback_noted", "message_noted", "waiting", "held", "transfer"),
    *("question_noted", "answered", "services", "emergency", "offer_declined"),
)


def is_led_elsewhere(evidence: Evidence) -> bool:
    """Whether a call without a booking ended with something else that is noted."""
    return evidence.has_callback or evidence.answered(*LED_ELSEWHERE)


_ENDED_OTHERWISE = (*LED_ELSEWHERE, "cancelled")
# The question that ends a call asks for nothing that the appointment lacks.
_IS_CLOSING = re.compile(
    r"noch (?:etwas|was|eine frage|weiterhelfen|behilflich)|sonst|alles klar\?|okay\?"
)
