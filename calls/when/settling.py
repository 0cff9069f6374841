"""Settle what was refused, corrected or offered as a choice, before anybody asks which day is meant."""

from collections.abc import Sequence
from dataclasses import replace

from calls.when import mention
from calls.when.facts import (
    DATE_FACTS,
    TIME_FACTS,
    Bound,
    Fact,
    Mark,
    Moment,
    Role,
    Week,
    Weekday,
)

Facts = list[Fact]


def choices(facts: Facts) -> list[Facts] | None:
    """Return the meanings that were offered, one for most texts; None when all was refused."""
    settled = _corrected(_without_negated(_without_waits(facts)))
    return None if settled is None else _choices(settled)


def _without_waits(facts: Facts) -> Facts:
    """Let "Dienstag, Moment, Mittwoch" be a correction, and "Mittwoch, Moment bitte" nothing."""
    settled: Facts = []
    for i, fact in enumerate(facts):
        if fact is not Mark.WAIT:
            settled.append(fact)
            continue
        said = [each for each in settled if each is not Mark.COMMA]
        is_choice = bool(said) and said[-1] in (Mark.OR, Mark.AND)
        corrects = _is_telling(facts[i + 1 :]) and not is_choice
        settled.append(Mark.CORRECTION if corrects else Mark.COMMA)
    return settled


# --- what was taken back ----------------------------------------------------------------------------------


def _split(facts: Sequence[Fact], *marks: Mark) -> list[Facts]:
    pieces: list[Facts] = [[]]
    for fact in facts:
        if isinstance(fact, Mark) and fact in marks:
            pieces.append([])
        else:
            pieces[-1].append(fact)
    return pieces


def _has(facts: Sequence[Fact], kinds: tuple[type, ...]) -> bool:
    return any(isinstance(fact, kinds) for fact in facts)


def _is_telling(facts: Sequence[Fact]) -> bool:
    return _has(facts, (*DATE_FACTS, *TIME_FACTS))


def _without_negated(facts: Facts) -> Facts | None:
    """Leave out "Dienstag geht nicht" when another day is named; None when nothing replaces what was refused."""
    if Mark.NOT not in facts:
        return facts
    clauses = [
        part
        for clause in _split(facts, Mark.COMMA, Mark.BUT, Mark.CORRECTION)
        for part in _apart(clause)
    ]
    refused = [fact for clause in clauses if Mark.NOT in clause for fact in clause]
    wanted = [
        fact for clause in clauses if Mark.NOT not in clause for fact in (*clause, Mark.COMMA)
    ]
    for clause in clauses:
        wanted = _without_refused(wanted, clause) if Mark.NOT in clause else wanted
    if _is_other_hour(refused, wanted):
        wanted = [*(fact for fact in refused if isinstance(fact, DATE_FACTS)), *wanted]
    for kinds in (DATE_FACTS, TIME_FACTS):
        if _has(refused, kinds) and not _has(wanted, kinds):
            return None
    return wanted if _is_telling(refused) or not _is_telling(facts) else None


def _is_other_hour(refused: Facts, wanted: Facts) -> bool:
    """Tell "Freitag um elf geht nicht, um zwölf schon": the hour is refused, the day stays."""
    is_hour_of_day = _has(refused, DATE_FACTS) and _has(refused, TIME_FACTS)
    return is_hour_of_day and _has(wanted, TIME_FACTS) and not _has(wanted, DATE_FACTS)


def _apart(clause: Facts) -> list[Facts]:
    """Part "Freitag" from "nicht um zehn": what stands before a "nicht" is refused only where nothing follows it."""
    if Mark.NOT not in clause:
        return [clause]
    place = clause.index(Mark.NOT)
    before, behind = clause[:place], clause[place:]
    is_of_two_kinds = not _has(before, TIME_FACTS) and not _has(behind, DATE_FACTS)
    return [before, behind] if _has(behind, TIME_FACTS) and is_of_two_kinds else [clause]


def _without_refused(wanted: Facts, clause: Facts) -> Facts:
    """Leave out "um zehn" where "zehn ist schlecht" follows and another hour is named; a day and its hour stay."""
    for kinds, others in ((DATE_FACTS, TIME_FACTS), (TIME_FACTS, DATE_FACTS)):
        left = [fact for fact in wanted if fact not in clause or not isinstance(fact, kinds)]
        if not _has(clause, others) and _has(left, kinds):
            return left
    return wanted


def _corrected(facts: Facts | None) -> Facts | None:
    """Let "Dienstag, nein, Mittwoch" be Wednesday: what comes later replaces its like."""
    pieces = _split(facts or [], Mark.CORRECTION)
    if facts is None or (len(pieces) > 1 and not _is_telling(pieces[-1]) and _is_telling(facts)):
        return None  # "Dienstag, nein."
    settled = pieces[0]
    for piece in pieces[1:]:
        settled = _replaced(settled, piece)
    return settled


def _replaced(earlier: Facts, later: Facts) -> Facts:
    kept = earlier
    if _has(later, DATE_FACTS):
        later = mention.complete(later, earlier)
        kept = [f for f in kept if not isinstance(f, (*DATE_FACTS, Bound))]
    if _has(later, TIME_FACTS):
        kept = [f for f in kept if not isinstance(f, TIME_FACTS)]
    return [*kept, *later]


# --- choices ----------------------------------------------------------------------------------------------


def _choices(facts: Facts) -> list[Facts]:
    """Split at "oder" and "und"; a piece that only adds ("und zwar um zehn") is no choice."""
    choices: list[Facts] = [[]]
    for piece in _split(_with_joined_limits(facts), Mark.OR, Mark.AND):
        if _adds(choices[-1], piece):
            choices[-1] = [*choices[-1], *piece]
        else:
            choices.append(piece)
    if len(choices) == 1:
        return choices
    for i in range(1, len(choices)):
        choices[i] = _with_date_of(choices[i], choices[i - 1])
    for i in range(len(choices) - 2, -1, -1):
        choices[i] = _with_rest_of(choices[i], choices[i + 1])
    return choices


def _with_joined_limits(facts: Facts) -> Facts:
    """Let "nicht vor elf und nicht nach eins" be one stretch of time."""
    joined = list(facts)
    for i, fact in enumerate(facts):
        roles = {each.role for each in facts[max(i - 1, 0) : i + 2] if isinstance(each, Moment)}
        if fact is Mark.AND and roles in _BOTH_ENDS:
            joined[i] = Mark.COMMA
    return joined


_BOTH_ENDS = ({Role.FROM, Role.UNTIL}, {Role.FROM, Role.LATEST})


def _adds(so_far: Facts, piece: Facts) -> bool:
    return not any(_has(so_far, kinds) and _has(piece, kinds) for kinds in (DATE_FACTS, TIME_FACTS))


def _with_date_of(choice: Facts, earlier: Facts) -> Facts:
    if _has(choice, DATE_FACTS):
        return mention.complete(choice, earlier)
    return [*(f for f in earlier if isinstance(f, (*DATE_FACTS, Bound))), *choice]


def _said_for_all(later: Facts) -> Facts:
    """Leave out what belongs to the later choice alone: the week of "nächste Woche Montag", not "Montag nächster Woche"."""
    days = [i for i, fact in enumerate(later) if isinstance(fact, Weekday)]
    return [
        replace(fact, which="") if isinstance(fact, Weekday) else fact
        for i, fact in enumerate(later)
        if not (isinstance(fact, Week) and days and i < days[0])
    ]


def _with_rest_of(choice: Facts, later: Facts) -> Facts:
    """Give a choice the time and the month that were said once, at the end."""
    if _has(choice, DATE_FACTS):
        choice = mention.complete(choice, _said_for_all(later))
    else:
        choice = [*(f for f in later if isinstance(f, (*DATE_FACTS, Bound))), *choice]
    if not _has(choice, TIME_FACTS):
        choice = [*choice, *(f for f in later if isinstance(f, TIME_FACTS))]
    return choice
