"""What was misheard, misspelled or torn apart: matched where one thing is meant, asked where several could be, never guessed."""

import pytest

from booking import catalogue, hearing, people
from booking.catalogue import State

SALON = {
    "Herrenhaarschnitt": ["Männerhaarschnitt"],
    "Damenhaarschnitt": [],
    "Kinderhaarschnitt": [],
    "Färben": ["Haare färben"],
    "Färben mit Ansatz": [],
    "Strähnen": ["Highlights"],
    "Balayage": [],
    "Dauerwelle": [],
    "Waschen und Föhnen": [],
    "Bartpflege": ["Bart trimmen"],
    "Maniküre": ["Nägel"],
    "Pediküre": ["Fußpflege"],
    "Typberatung": [],
}
PRACTICE = {
    "Erstgespräch": ["neuer Patient"],
    "Kontrolltermin": [],
    "Krankengymnastik": ["KG"],
    "Manuelle Therapie": ["MT"],
    "Manuelle Lymphdrainage": ["MLD", "Lymphdrainage"],
    "Fango mit Massage": [],
    "Massage 30 Minuten": [],
    "Massage 60 Minuten": [],
    "Impfung": [],
    "Blutabnahme": ["Blut abnehmen"],
    "Vorsorgeuntersuchung": ["Check-up"],
}
PEOPLE = [
    "Jana",
    "Mira",
    "Dr. Sophie Schmidt",
    "Stefan Meier",
    "Thomas Schmitz",
    "Aylin Özdemir",
    "Lea",
]


def _service(said: str, offered: dict[str, list[str]]) -> catalogue.Match[str]:
    return catalogue.match(said, list(offered), names=lambda name: [name, *offered[name]])


def _person(said: str) -> catalogue.Match[str]:
    return people.meant(said, PEOPLE, name=lambda name: name)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Herrenhaarschnitt", "Herrenhaarschnitt"),
        ("HERRENHAARSCHNITT", "Herrenhaarschnitt"),
        ("Herren Haarschnitt", "Herrenhaarschnitt"),
        ("Herren-Haarschnitt", "Herrenhaarschnitt"),
        ("Haarschnitt für Herren", "Herrenhaarschnitt"),
        ("Herrnhaarschnitt", "Herrenhaarschnitt"),
        ("Herrenharschnitt", "Herrenhaarschnitt"),
        ("Herrenhaarschnit", "Herrenhaarschnitt"),
        ("ein Damenhaarschnitt bitte", "Damenhaarschnitt"),
        ("Damen Haarschnitt", "Damenhaarschnitt"),
        ("Kinder Haarschnitt", "Kinderhaarschnitt"),
        ("Männer Haarschnitt", "Herrenhaarschnitt"),
        ("Färben", "Färben"),
        ("faerben", "Färben"),
        ("Farben", "Färben"),
        ("ferben", "Färben"),
        ("Haare färben", "Färben"),
        ("Strähnen", "Strähnen"),
        ("Strähnchen", "Strähnen"),
        ("Straehnchen", "Strähnen"),
        ("Strehnen", "Strähnen"),
        ("Strähne", "Strähnen"),
        ("Balayage", "Balayage"),
        ("Balajage", "Balayage"),
        ("Ballayage", "Balayage"),
        ("Dauerwelle", "Dauerwelle"),
        ("Dauer Welle", "Dauerwelle"),
        ("Dauerwellen", "Dauerwelle"),
        ("Waschen Föhnen", "Waschen und Föhnen"),
        ("waschen und fönen", "Waschen und Föhnen"),
        ("Bartpflege", "Bartpflege"),
        ("Bart Pflege", "Bartpflege"),
        ("Maniküre", "Maniküre"),
        ("Manikür", "Maniküre"),
        ("Manicüre", "Maniküre"),
        ("Pedicure", "Pediküre"),
        ("Fusspflege", "Pediküre"),
        ("Fuß Pflege", "Pediküre"),
        ("Typ-Beratung", "Typberatung"),
        ("Highlights", "Strähnen"),
        ("Nägel", "Maniküre"),
        ("Naegel", "Maniküre"),
    ],
)
def test_a_service_of_a_salon_is_understood(said: str, meant: str) -> None:
    found = _service(said, SALON)

    assert (found.state, found.found) == (State.MATCHED, meant)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Krankengymnastik", "Krankengymnastik"),
        ("Kranken Gymnastik", "Krankengymnastik"),
        ("Krankengymnastick", "Krankengymnastik"),
        ("Krankengimnastik", "Krankengymnastik"),
        ("KG", "Krankengymnastik"),
        ("Lymphdrainage", "Manuelle Lymphdrainage"),
        ("Lymfdrainage", "Manuelle Lymphdrainage"),
        ("Lymph Drainage", "Manuelle Lymphdrainage"),
        ("manuelle Terapie", "Manuelle Therapie"),
        ("Fango", "Fango mit Massage"),
        ("Massage 60 Minuten", "Massage 60 Minuten"),
        ("60 Minuten Massage", "Massage 60 Minuten"),
        ("Impfung", "Impfung"),
        ("Impfungen", "Impfung"),
        ("Blut abnehmen", "Blutabnahme"),
        ("Blut Abnahme", "Blutabnahme"),
        ("Blutabname", "Blutabnahme"),
        ("Vorsorge Untersuchung", "Vorsorgeuntersuchung"),
        ("Check up", "Vorsorgeuntersuchung"),
        ("Checkup", "Vorsorgeuntersuchung"),
        ("Erst Gespräch", "Erstgespräch"),
        ("Erstgesprech", "Erstgespräch"),
        ("Kontrolltermin", "Kontrolltermin"),
        ("Kontroltermin", "Kontrolltermin"),
        ("neuer Patient", "Erstgespräch"),
    ],
)
def test_a_service_of_a_practice_is_understood(said: str, meant: str) -> None:
    found = _service(said, PRACTICE)

    assert (found.state, found.found) == (State.MATCHED, meant)


@pytest.mark.parametrize(
    ("said", "offered", "candidates"),
    [
        ("Haarschnitt", SALON, {"Herrenhaarschnitt", "Damenhaarschnitt", "Kinderhaarschnitt"}),
        (
            "einen Haarschnitt",
            SALON,
            {"Herrenhaarschnitt", "Damenhaarschnitt", "Kinderhaarschnitt"},
        ),
        ("Massage", PRACTICE, {"Fango mit Massage", "Massage 30 Minuten", "Massage 60 Minuten"}),
        ("Massagen", PRACTICE, {"Fango mit Massage", "Massage 30 Minuten", "Massage 60 Minuten"}),
        ("Beratung", SALON, {"Typberatung"}),
        ("Welle", SALON, {"Dauerwelle"}),
        ("Strähnen und Färben", SALON, {"Strähnen", "Färben"}),
    ],
)
def test_where_several_could_be_meant_it_is_asked(
    said: str, offered: dict[str, list[str]], candidates: set[str]
) -> None:
    found = _service(said, offered)

    assert (found.state, found.found) == (State.ASK, None)
    assert set(found.candidates) == candidates


@pytest.mark.parametrize(
    "said",
    ["Tattoo", "Ölwechsel", "Steuererklärung", "Zahnreinigung", "Solarium", "Wimpern", "Piercing", "abc", "Rasen mähen"],
)  # fmt: skip
def test_what_is_not_offered_is_not_found(said: str) -> None:
    assert _service(said, SALON).state == State.NONE
    assert _service(said, SALON).found is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Jana", "Jana"),
        ("jana", "Jana"),
        ("bei der Jana", "Jana"),
        ("Yana", "Jana"),
        ("Janna", "Jana"),
        ("Sofie Schmidt", "Dr. Sophie Schmidt"),
        ("Sophie Schmitt", "Dr. Sophie Schmidt"),
        ("Frau Doktor Schmidt", "Dr. Sophie Schmidt"),
        ("Stephan Meier", "Stefan Meier"),
        ("Stefan Maier", "Stefan Meier"),
        ("Herr Meier", "Stefan Meier"),
        ("Tomas Schmitz", "Thomas Schmitz"),
        ("Aylin", "Aylin Özdemir"),
        ("Ailin", "Aylin Özdemir"),
        ("Oezdemir", "Aylin Özdemir"),
        ("Ozdemir", "Aylin Özdemir"),
    ],
)
def test_a_person_is_understood_in_another_spelling(said: str, meant: str) -> None:
    found = _person(said)

    assert (found.state, found.found) == (State.MATCHED, meant)


@pytest.mark.parametrize(
    "said", ["Hanna", "Mara", "Lena", "Leo", "Kevin", "Janek", "Nora", "Herr Schulz"]
)
def test_a_similar_name_is_nobody_who_is_booked_unasked(said: str) -> None:
    assert _person(said).state in (State.ASK, State.NONE)
    assert _person(said).found is None


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("", "abc", 3), ("abc", "abc", 0), ("abcd", "abdc", 1), ("kitten", "sitting", 3)],
)
def test_the_distance_of_two_words(one: str, other: str, letters: int) -> None:
    assert hearing.distance(one, other) == hearing.distance(other, one) == letters
