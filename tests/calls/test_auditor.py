"""The auditor finds every broken promise among crafted conversations, and cries wolf at none that is kept."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import auditor, promises
from calls.evidence import Asked, Evidence, Fact
from calls.when import Opening
from tests.calls import transcripts
from tests.calls.transcripts import BOOKED, CALLBACK, CANCELLED, KNOWN, MOVED, NOTHING, Case

BERLIN = ZoneInfo("Europe/Berlin")
BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=BERLIN)
THURSDAY, FRIDAY = (
    datetime(2026, 11, 26, 10, 0, tzinfo=BERLIN),
    datetime(2026, 11, 27, 11, 0, tzinfo=BERLIN),
)
OPENING = Opening(hours=dict.fromkeys(range(1, 6), ((540, 1020),)))
SERVICES = {"Haarschnitt": ("Haarschnitt", "Haare schneiden"), "Färben": ("Färben",)}
FACTS: dict[str, tuple[Fact, ...]] = {
    NOTHING: (),
    CALLBACK: (),
    BOOKED: (Fact(starts=(THURSDAY,), service="Haarschnitt", staff="Jana", is_booked_here=True),),
    KNOWN: (Fact(starts=(THURSDAY,), service="Haarschnitt", staff="Jana"),),
    MOVED: (
        Fact(starts=(FRIDAY, THURSDAY), service="Haarschnitt", staff="Jana", is_moved_here=True),
    ),
    CANCELLED: (
        Fact(starts=(THURSDAY,), service="Haarschnitt", staff="Jana", is_cancelled_here=True),
    ),
}
CASES = transcripts.cases()


def evidence(case: Case) -> Evidence:
    turns: list[tuple[str, str]] = []
    asked: list[Asked] = []
    for line in case.said.splitlines():
        if line.startswith("!"):
            tool, _, state = line[1:].partition("=")
            asked.append(Asked(tool=tool, state=state, after_turn=len(turns)))
        elif line.startswith(">"):
            turns.append(("user", line[1:].strip()))
        else:
            turns.append(("agent", line))
    return Evidence(
        turns=tuple(turns),
        asked=tuple(asked),
        facts=FACTS[case.rows],
        has_callback=case.rows == CALLBACK,
        services=SERVICES,
        staff=("Jana", "Mira"),
        began=BEGAN,
        opening=OPENING,
    )


def found(case: Case) -> str:
    return ", ".join(str(each.trouble) for each in auditor.examine(evidence(case)))


LIES = [case for case in CASES if case.trouble]
TRUTHS = [case for case in CASES if not case.trouble]


def test_there_are_enough_conversations_of_both_kinds() -> None:
    assert len(CASES) >= 120
    assert len(LIES) >= 60
    assert len(TRUTHS) >= 60


def test_every_broken_promise_is_found_for_what_it_is() -> None:
    missed = {
        case.said: (case.trouble, found(case)) for case in LIES if found(case) != case.trouble
    }

    assert missed == {}


def test_kept_promises_raise_no_alarm() -> None:
    alarms = {case.said: found(case) for case in TRUTHS if found(case)}

    assert alarms == {}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Am 27. November. Bis dann.", ["Am 27. November.", "Bis dann."]),
        ("Bei Dr. Lindner um 10 Uhr. Gut?", ["Bei Dr. Lindner um 10 Uhr.", "Gut?"]),
        ("Das ist gebucht! Noch etwas?", ["Das ist gebucht!", "Noch etwas?"]),
        ("", []),
    ],
)
def test_sentences_are_not_torn_apart(words: str, expected: list[str]) -> None:
    assert promises.sentences(words) == expected


@given(
    hour=st.integers(9, 16),
    minute=st.sampled_from([0, 15, 30, 45]),
    day=st.integers(23, 27),
    said_hour=st.integers(9, 16),
    said_minute=st.sampled_from([0, 15, 30, 45]),
    said_day=st.integers(23, 27),
)
def test_any_other_time_than_the_one_that_stands_is_noticed(
    hour: int, minute: int, day: int, said_hour: int, said_minute: int, said_day: int
) -> None:
    stands = datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)
    said = datetime(2026, 11, said_day, said_hour, said_minute, tzinfo=BERLIN)
    case = evidence(
        Case(f"Ihr Termin am {said:%d.%m.%Y} um {said:%H:%M} Uhr ist gebucht.", BOOKED, "")
    )
    fact = Fact(starts=(stands,), service="Haarschnitt", staff="Jana", is_booked_here=True)

    findings = auditor.examine(Evidence(**{**vars(case), "facts": (fact,)}))

    assert bool(findings) is (stands != said)


@given(st.text(max_size=300))
def test_no_words_make_it_stumble(words: str) -> None:
    auditor.examine(evidence(Case(words, NOTHING, "")))
