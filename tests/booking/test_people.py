"""Who is named: two who sound alike are asked for, a whole name is always enough, and what is only similar is a question."""

from dataclasses import dataclass

import pytest

from booking import catalogue, people
from booking.catalogue import State


@dataclass(frozen=True)
class Person:
    pk: int
    name: str


NAMES = (
    "Stefan Schmidt", "Stephan Schmitt", "Uğur Çelik", "Agnieszka Wójcik", "Giuseppe De Luca", "Sabine Lange", "Petra Frei",
)  # fmt: skip
TEAM = [Person(pk, name) for pk, name in enumerate(NAMES)]
EVERYBODY = frozenset(range(len(TEAM)))


def _who(said: str, *, able: frozenset[int] = EVERYBODY) -> tuple[str, str]:
    found = catalogue.person_meant(said, TEAM, able=able)
    return str(found.state), found.found.name if found.found else ""


@pytest.mark.parametrize("said", ["Herr Schmidt", "Schmitt", "Stefan", "bei Stephan", "Stefan Schmitt"])  # fmt: skip
def test_two_who_sound_alike_are_asked_for(said: str) -> None:
    assert _who(said) == ("ask", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_name_is_always_enough(name: str) -> None:
    assert _who(name) == ("matched", name)
    assert _who(f"gerne bei {name} bitte") == ("matched", name)


def test_a_spelling_that_is_nobodys_is_asked_about_where_another_name_is_similar() -> None:
    team = [Person(0, "Jeannette Wagner"), Person(1, "Janette Wegner")]

    assert catalogue.person_meant("Jeanette", team, able={0, 1}).state == State.ASK
    assert catalogue.person_meant("Frau Wagner", team, able={0, 1}).found == team[0]


def test_an_umlaut_tells_people_apart_where_it_is_said_and_is_not_missed_where_it_is_not() -> None:
    both = [Person(0, "Hans-Jürgen Pohl"), Person(1, "Hansjörg Pöhl")]

    assert catalogue.person_meant("Herr Pöhl", both, able={0, 1}).found == both[1]
    assert catalogue.person_meant("Herr Pohl", both, able={0, 1}).found == both[0]
    assert catalogue.person_meant("Herr Pohl", both[1:], able={1}).found == both[1]


def test_who_alone_offers_the_service_is_meant_only_if_the_name_is_as_near() -> None:
    only_schmitt = frozenset((1,))

    assert _who("Herr Schmitt", able=only_schmitt) == ("matched", "Stephan Schmitt")
    assert _who("Herr Schmidt", able=only_schmitt) == ("ask", "")
    assert _who("Stefan Schmidt", able=only_schmitt) == ("cannot", "Stefan Schmidt")


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("Herr Tschelik", "Uğur Çelik"),
        ("Agneschka", "Agnieszka Wójcik"),
        ("Guiseppe", "Giuseppe De Luca"),
    ],
)
def test_what_was_heard_of_a_foreign_name_is_asked_for_with_the_right_one_first(
    said: str, first: str
) -> None:
    found = catalogue.person_meant(said, TEAM, able=EVERYBODY)

    assert found.state == State.ASK
    assert found.candidates[0].name == first


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Herr Deluca", "Giuseppe De Luca"),
        ("Frau Lange", "Sabine Lange"),
        ("Herr Celik", "Uğur Çelik"),
    ],
)
def test_a_name_is_found_though_it_is_joined_or_looks_like_a_filler(said: str, name: str) -> None:
    assert _who(said) == ("matched", name)


@pytest.mark.parametrize("said", ["auf gar keinen Fall Dr. Celik", "nicht bei Sabine", "Frau Lange oder Frau Frei"])  # fmt: skip
def test_a_no_and_two_names_are_asked_about(said: str) -> None:
    assert _who(said) == ("ask", "")


@pytest.mark.parametrize(
    "said",
    [
        "da habe ich keinen besonderen Wunsch", "irgendwer, Hauptsache schnell", "wer zuerst Zeit hat", "keine bestimmte Person",
        "mir ist jede recht", "da bin ich offen", "is mir gleich",
    ],
)  # fmt: skip
def test_it_does_not_matter_who(said: str) -> None:
    assert people.names_nobody(said)


@pytest.mark.parametrize("said", ["Frau Frei", "bei Herrn Wunsch", "egal, nur nicht Sabine", "die Chefin"])  # fmt: skip
def test_it_does_matter_who(said: str) -> None:
    assert not people.names_nobody(said)
