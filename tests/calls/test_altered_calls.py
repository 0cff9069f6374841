"""The auditor does not hang on single words: what strangers wrote is altered, and what was true becomes untrue.

Each alteration makes hundreds of conversations that nobody wrote the rules for: the row is taken away, it stands at
another time, or the words lose their marks and capitals as a recogniser writes them.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from calls import auditor
from calls.evidence import Asked, Evidence, Fact
from tests.calls import listening
from tests.calls.listening import Conversation

TABLES = tuple(f"strangers_calls_{number}" for number in range(1, 12))
CALLS = [call for table in TABLES for call in listening.conversations(table)]
_MARKS = re.compile(r"(?<!\d)[.,!?;:–…„“\"]|[.,!?;:](?!\d)")


def _troubles(evidence: Evidence) -> set[str]:
    return {str(each.trouble) for each in auditor.examine(evidence)}


def _all_booked(call: Conversation) -> bool:
    is_told = not call.expected - {"wrong_time", "wrong_service", "wrong_person"}
    plain = [each for each in call.facts if each.is_booked_here and not each.is_cancelled_here]
    return is_told and bool(plain) and plain == call.facts


def _one_true_booking(call: Conversation) -> bool:
    is_alone = len(call.facts) == 1 and not any(fact.is_moved_here for fact in call.facts)
    return _all_booked(call) and not call.expected and is_alone


def _missed(
    calls: list[Conversation], alter: Callable[[Evidence], Evidence], trouble: str
) -> list[str]:
    return [
        call.name
        for call in calls
        if not any(trouble in each for each in _troubles(alter(listening.evidence(call))))
    ]


@pytest.mark.parametrize("answers", [(), (Asked(tool="book_appointment", state="failed"),)])
def test_every_confirmation_is_a_phantom_when_its_row_is_gone(answers: tuple[Asked, ...]) -> None:
    calls = [call for call in CALLS if _all_booked(call)]

    missed = _missed(calls, lambda told: replace(told, facts=(), asked=answers), "phantom")

    assert len(calls) > 180
    # What is left: two that await the calendar's answer and say so, seven that tell of trouble with another time or
    # with an old appointment, and two whose confirmation hangs on what the rows know ("beide sind drin").
    assert set(missed) <= {
        "Kalender schweigt",
        "Kalender antwortet spät",
        "einer von zweien ehrlich",
        "ok eins von zwei ehrlich",
        "ok serie teilweise ehrlich",
        "ok serie zwei von drei ehrlich",
        "ok alternativen viele zeiten",
        "ok neuer gebucht absage alter gescheitert gesagt",
        "ok bestehender und neuer termin",
        "ok zwei termine familie",
        "ok teilweise fehler gesagt",
        "ok zwei anliegen buchung callback",
    }


@pytest.mark.parametrize("minutes", [30, 60, 24 * 60])
def test_every_told_time_is_wrong_when_the_row_stands_at_another(minutes: int) -> None:
    calls = [call for call in CALLS if _one_true_booking(call)]

    def move(told: Evidence) -> Evidence:
        return replace(told, facts=tuple(_later(fact, minutes) for fact in told.facts))

    missed = _missed(calls, move, "wrong_time")

    assert len(calls) > 90
    assert set(missed) <= {
        "einer von zweien ehrlich",
        "ok eins von zwei ehrlich",
        "ok second of two failed told",
        "ok teilweise fehler gesagt",
        "ok zwei anliegen buchung callback",
        # corrects its hour in the middle of the sentence that names the day
        "ok book pension advice agent selfcorrect",
    }


def test_what_a_recogniser_leaves_out_changes_hardly_a_verdict() -> None:
    judged = [
        _troubles(replace(told, turns=_as_recognised(told))) == set(call.expected)
        for call in CALLS
        for told in [listening.evidence(call)]
    ]

    assert sum(judged) >= 0.965 * len(judged)


@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(each, id=each.name)
        for table in ("own_calls", "own_calls_2", "own_calls_told")
        for each in listening.conversations(table)
    ],
)
def test_what_the_strangers_left_open_is_judged_as_well(conversation: Conversation) -> None:
    assert listening.troubles(conversation) == conversation.expected


def _later(fact: Fact, minutes: int) -> Fact:
    return replace(fact, starts=tuple(each + timedelta(minutes=minutes) for each in fact.starts))


def _as_recognised(told: Evidence) -> tuple[tuple[str, str], ...]:
    return tuple(
        (role, " ".join(_MARKS.sub(" ", words).casefold().split())) for role, words in told.turns
    )
