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


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Guiseppe Rosi", "Giuseppe Rossi"),
        ("Tomas Nowack", "Tomasz Nowak"),
        ("Herr Tomas Wisnewski", "Tomasz Wiśniewski"),
        ("Daniel Brandstädter", "Daniel Brandstätter"),
    ],
)
def test_both_parts_nearly_heard_are_one_person_where_nobody_else_is_similar(
    said: str, name: str
) -> None:
    names = ("Giuseppe Rossi", "Tomasz Nowak", "Tomasz Wiśniewski", "Daniel Brandstätter")
    team = [Person(pk, each) for pk, each in enumerate(names)]

    found = catalogue.person_meant(said, team, able=set(range(4))).found

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Daniela Brandstätter", ("Daniel Brandstätter",)),
        ("Christina Weber", ("Christian Weber",)),
        ("Katrin Naumann", ("Karin Naumann",)),
        ("Nina Kramer", ("Mina Kramer",)),
        ("Giuseppe Russo", ("Giuseppe Rossi",)),
        ("Tomas Nowack", ("Tomasz Nowak", "Thomasz Novak")),
        ("Michael Schulze", ("Michael Schulz", "Petra Schulze")),
    ],
)
def test_a_first_name_of_somebody_else_and_two_who_are_near_are_asked_about(
    said: str, names: tuple[str, ...]
) -> None:
    team = [Person(pk, each) for pk, each in enumerate(names)]

    assert catalogue.person_meant(said, team, able={0, 1}).state == State.ASK


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Herr Nowak", ("Tomasz Nowak", "Petr Novák")),
        ("Kovalsky", ("Aleksander Kowalski", "Alexandra Kovalsky")),
        ("Sokolow", ("Irina Sokolow", "Dmitrij Sokolov")),
    ],
)
def test_a_surname_that_another_language_spells_otherwise_is_asked_about(
    said: str, names: tuple[str, str]
) -> None:
    team = [Person(pk, each) for pk, each in enumerate(names)]

    assert catalogue.person_meant(said, team, able={0, 1}).state == State.ASK
    assert all(catalogue.person_meant(each.name, team, able={0, 1}).found == each for each in team)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Frau Rechtsanwältin Dr. Lefevre", "Hélène Lefèvre"),
        ("Steuerberater Nunez", "Inés Núñez"),
        ("Tierärztin Lindner", "Zoë Lindner"),
        ("Meister Odegard", "Sven Ødegård"),
        ("Kfz-Gutachter Odegard", "Sven Ødegård"),
    ],
)
def test_a_profession_weighs_nothing_before_a_name(said: str, name: str) -> None:
    names = ("Hélène Lefèvre", "Inés Núñez", "Zoë Lindner", "Sven Ødegård")
    team = [Person(pk, each) for pk, each in enumerate(names)]

    found = catalogue.person_meant(said, team, able=set(range(5))).found

    assert found is not None
    assert found.name == name


def test_a_profession_alone_names_nobody() -> None:
    assert _who("die Physiotherapeutin")[0] != "matched"
