"""The auditor understands dialects, errands and several matters of one call: what is in no row is found, the rest is left alone."""

import pytest

from calls import auditor, dialects
from tests.calls import listening
from tests.calls.listening import Conversation

_SAID = [
    ("Hab ick Se Freitach einjetragen", "Hab ich Sie Freitag eingetragen"),
    ("moang um hoibe achte san S' drin", "morgen um halb acht sind Sie drin"),
    ("Isch guat, am Mittwoch om zwei. Eitraga.", "Ist gut, am Mittwoch um zwei. Eingetragen."),
    ("Isch hab Se eingedrachn", "Ich hab Sie eingetragen"),
    ("Heff ik schaven. Freedag, Klock tein.", "Habe ich verschoben. Freitag, Um zehn."),
    ("Is ömjelaht. Mondach aach Uhr.", "Ist umgelegt. Montag acht Uhr."),
    ("Denn trag ick nüscht ein", "Denn trag ich nichts ein"),
    ("Olle zwoa san weg", "alle zwei sind weg"),
]


@pytest.mark.parametrize(("said", "plain"), _SAID)
def test_a_dialect_is_read_as_plain_german(said: str, plain: str) -> None:
    assert dialects.plain(said) == plain


@pytest.mark.parametrize(
    "words",
    [
        "Bei Ole ist am achten um acht Uhr etwas frei, die OP dauert zwei Stunden.",
        "Jeder Termin beginnt jetzt mit einer Beratung, jemand holt Sie ab.",
        "Soll ich Sie eintragen und die Kirschkernkissen einbuchen?",
    ],
)
def test_plain_german_stays_as_it_is(words: str) -> None:
    assert dialects.plain(words) == words


@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(each, id=each.name)
        for table in (
            *("own_calls_3", "own_calls_4", "own_calls_5", "own_calls_6", "own_calls_7"),
            "own_calls_beside",
            *("own_calls_8", "own_calls_9", "own_calls_10", "own_calls_11", "own_calls_12"),
        )
        for each in listening.conversations(table)
    ],
)
def test_dialects_errands_and_several_matters_are_judged_as_a_careful_listener_would(
    conversation: Conversation,
) -> None:
    assert listening.troubles(conversation) == conversation.expected


def test_a_finding_quotes_the_words_that_fell() -> None:
    [call] = [
        each
        for each in listening.conversations("own_calls_3")
        if each.name == "d berlin gebucht ohne zeile"
    ]

    [finding] = auditor.examine(listening.evidence(call))

    assert finding.quote == "Jut, denn hab ick Se Donnerstach um achte einjetragen."
