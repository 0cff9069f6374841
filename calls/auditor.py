"""The promise auditor: what the agent said and what the tools answered, held against the rows.

`examine` is pure; `look_at` reads the rows of a call and asks it. A finding is something a person has to repair.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from calls import (
    beliefs,
    dialects,
    dialogue,
    findings,
    granted,
    promises,
    reliance,
    standing,
    told_added,
    told_claims,
    told_counts,
    told_errands,
    told_failures,
    told_people,
    told_times,
    told_together,
)
from calls import evidence as rows
from calls.beliefs import Belief
from calls.dialogue import Act, Wish
from calls.evidence import Evidence
from calls.findings import Finding, Trouble
from calls.models import Call
from calls.promises import Claim, Kind


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
    believed = beliefs.belief(evidence.turns)
    if believed and _is_only_old(believed, evidence):
        believed = None
    found = _claimed(_relied_on(promised, believed, evidence), believed, evidence)
    if too_many := _too_many(evidence):
        # The time or the service that does not fit is that of the missing one.
        return tuple(too_many)
    if believed is not None and not _has(found, findings.PHANTOMS):
        found += _believed(believed, evidence)
    for look in (_believed_before, _left_over):
        found += look(evidence, found)
    if _has(found, {Trouble.PHANTOM_CHANGE}):
        # The time that was told is that of the change, which was never made.
        found = [finding for finding in found if finding.trouble != Trouble.WRONG_TIME]
    if not _has(found, findings.PHANTOMS):
        found += told_failures.unspoken(evidence, believed)
    found += [*_with_another(evidence, found), *_unnoted(evidence)]
    once: dict[Trouble, Finding] = {}
    for finding in found:
        once.setdefault(finding.trouble, finding)
    return tuple(once.values())


def _has(found: Sequence[Finding], troubles: Collection[Trouble]) -> bool:
    return any(finding.trouble in troubles for finding in found)


def _relied_on(
    promised: Sequence[Claim], believed: Belief | None, evidence: Evidence
) -> list[Claim]:
    """Return the claims that the caller goes away believing and that are about no appointment of before."""
    return [
        claim
        for claim in promised
        if reliance.is_relied_on(claim, promised, evidence, believed=believed)
        and not (claim.kind == Kind.BOOKED and _is_of_before(claim, evidence))
    ]


def _is_of_before(claim: Claim, evidence: Evidence) -> bool:
    """Whether a claim is about an appointment that stood before the call."""
    if claim.when is None and not evidence.facts and not evidence.asked:
        return standing.rang_about_own(evidence)
    return standing.is_of_before(claim.context, claim.turn, evidence)


def _claimed(
    relied_on: Sequence[Claim], believed: Belief | None, evidence: Evidence
) -> list[Finding]:
    """Find what of the agent's claims is not so, in its own words and in those that it agreed to."""
    found = [
        finding for claim in relied_on for finding in told_claims.about(claim, relied_on, evidence)
    ]
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


# --- what the caller believes ------------------------------------------------------------------------------


def _believed(believed: Belief, evidence: Evidence) -> list[Finding]:
    """Find what the caller goes away believing though no row bears it out."""
    if believed.wish == Wish.BOOK and evidence.only_moved_in_vain():
        believed = replace(believed, wish=Wish.MOVE)  # "ginge auch Dienstag?"
    if believed.wish == Wish.BOOK and _tells_of_a_change(believed.quote):
        believed = replace(believed, wish=Wish.MOVE)
    if reliance.is_led_elsewhere(evidence) or findings.is_borne_out(believed.wish, evidence.facts):
        return []
    if promises.books(believed.quote) and findings.is_borne_out(Wish.BOOK, evidence.facts):
        return []  # two things were wished, and this is about the other one
    is_ended = promises.ends(believed.quote) and findings.is_borne_out(Wish.CANCEL, evidence.facts)
    if is_ended and not findings.has_failed(evidence):
        return []
    is_left_so = believed.act == Act.AGREES or (
        believed.act == Act.INFORMS
        and any(dialogue.says_goodbye(words) for _role, words in evidence.turns[-2:])
    )
    is_done = believed.act in (Act.DOES, Act.REPEATS) or (
        is_left_so and _is_taken_plainly(believed, evidence) and not findings.has_failed(evidence)
    )
    is_open = is_left_so and dialogue.leaves_open(evidence.turns)
    if not is_done or is_open or _is_led_without(believed, evidence):
        return []
    is_to_caller = believed.act == Act.DOES and dialogue.addresses_the_caller(believed.quote)
    is_sure = believed.is_taken or is_to_caller or believed.wish != Wish.BOOK
    is_sure = is_sure or reliance.says_a_time(evidence.turns[believed.turn :])
    if not is_sure and not reliance.is_about_one(evidence):
        return []
    trouble = findings.phantom(findings.NOT_DONE[believed.wish], evidence)
    return [Finding(trouble=trouble, quote=believed.quote)]


def _is_led_without(believed: Belief, evidence: Evidence) -> bool:
    """Whether the caller was told to come without an appointment, and goodbye was said until then."""
    said = [words for role, words in evidence.turns if role == "agent"]
    is_without = any(dialogue.leads_without(words) for words in said)
    return is_without and (
        promises.is_farewell(believed.quote) or believed.act in (Act.AGREES, Act.INFORMS)
    )


def _is_taken_plainly(believed: Belief, evidence: Evidence) -> bool:
    """Whether the caller said a plain yes: where the agent only nods or says goodbye, nothing less is believed in."""
    (_, asked), (_, said) = [("", ""), *evidence.turns][believed.turn : believed.turn + 2]
    return believed.is_taken and dialogue.says_plain_yes(said, asked=asked)


def _tells_of_a_change(quote: str) -> bool:
    return promises.moves(quote) or _INSTEAD.search(quote) is not None


_INSTEAD = re.compile(r"\b(?:an)?statt (?=\w*(?:tag|woch)|um\b|am\b|den\b)", re.IGNORECASE)


def _believed_before(evidence: Evidence, found: Sequence[Finding]) -> list[Finding]:
    """Find what the caller believed at some point and nobody took back, whatever was spoken of after it."""
    if _has(found, findings.PHANTOMS) or any(map(findings.is_touched, evidence.facts)):
        return []  # what stands beside it is looked at time by time
    for turn, (role, words) in enumerate(evidence.turns):
        believed = beliefs.belief(evidence.turns[: turn + 1]) if role == "agent" else None
        if believed is None or not believed.is_taken or believed.quote not in words:
            continue
        is_left = believed.act == Act.DOES and not (
            findings.is_borne_out(believed.wish, evidence.facts)
            or _is_excused(believed, evidence)
            or standing.is_of_before(believed.quote, turn, evidence)
            or granted.is_taken_back(believed.quote, turn, evidence)
        )
        if is_left:
            trouble = findings.phantom(findings.NOT_DONE[believed.wish], evidence)
            return [Finding(trouble=trouble, quote=believed.quote)]
    return []


def _is_excused(believed: Belief, evidence: Evidence) -> bool:
    """Whether a call ended otherwise, and what was believed named no hour of its own."""
    is_led = reliance.is_led_elsewhere(evidence)
    return is_led and not (promises.books(believed.quote) and dialogue.has_clock(believed.quote))


def _too_many(evidence: Evidence) -> list[Finding]:
    """Find that several were confirmed where fewer are booked, and the caller had wished for several."""
    if quote := told_counts.changed_too_many(evidence):
        return [Finding(trouble=Trouble.PHANTOM_CHANGE, quote=quote)]
    kept = findings.kept(evidence)
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


def _left_over(evidence: Evidence, found: Sequence[Finding]) -> list[Finding]:
    """Find what no row explains, once the appointments that there are have been looked at."""
    if _has(found, {*findings.PHANTOMS, Trouble.WRONG_TIME}):
        return []
    if left := _unexplained(evidence) or _beside(evidence):
        return left
    quote = (
        told_times.never_told(evidence)
        or told_times.granted_otherwise(evidence)
        or told_times.begins_otherwise(evidence)
    )
    return [Finding(trouble=Trouble.WRONG_TIME, quote=quote)] if quote else []


def _with_another(evidence: Evidence, found: Sequence[Finding]) -> list[Finding]:
    """Find that somebody else than the one in the rows was told last; whatever else is wrong comes first."""
    quote = "" if found else told_people.told_otherwise(evidence)
    return [Finding(trouble=Trouble.WRONG_PERSON, quote=quote)] if quote else []


def _beside(evidence: Evidence) -> list[Finding]:
    """Find an appointment that was told beside another one, and has no row or another hour."""
    if quote := told_added.apart(evidence):
        return [Finding(trouble=Trouble.WRONG_TIME, quote=quote)]
    if quote := told_added.granted_beside(evidence):
        return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=quote)]
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
        return [Finding(trouble=findings.phantom(told, evidence), quote=granted_time.quote)]
    return []


def _affirmed(found: list[Finding], claims: Sequence[Claim], evidence: Evidence) -> list[Finding]:
    """Add what the agent agreed to in the caller's words; what is said last of a time is what counts."""
    summed_up = told_together.affirmed(evidence)
    if not summed_up:
        return found
    last = summed_up[-1]
    if any(claim.turn > last.turn and claim.when is not None for claim in claims):
        return found  # the agent told a time of its own after that
    starts = [start for fact in findings.kept(evidence) for start in fact.starts]
    if not starts:
        is_phantom = last.is_done and not found and not reliance.is_led_elsewhere(evidence)
        asked = evidence.turns[last.turn - 1][1]
        is_read = dialogue.asks_what_stands(asked) or standing.is_of_before(
            asked, last.turn - 1, evidence
        )
        trouble = findings.phantom(Trouble.PHANTOM_BOOKING, evidence)
        return [Finding(trouble=trouble, quote=last.quote)] if is_phantom and not is_read else found
    others = [finding for finding in found if finding.trouble != Trouble.WRONG_TIME]
    if last.can_be(starts):
        return others if told_times.has_true_day(claims, starts) else found
    return [*others, Finding(trouble=Trouble.WRONG_TIME, quote=last.quote)]
