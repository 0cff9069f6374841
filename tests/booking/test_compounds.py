"""Compounds are taken apart where known words say so, and forms of one word share a stem."""

import pytest

from booking import compounds, wording

MENU = compounds.menu(("Achsvermessung", "Ölwechsel", "Weisheitszahnentfernung", "Dauerwelle"))


@pytest.mark.parametrize(
    "forms",
    [
        ("wechseln", "Wechsel", "gewechselt"),
        ("färben", "Färbung", "Farbe", "gefärbt"),
        ("impfen", "Impfung", "Impfungen", "geimpft"),
        ("schneiden", "Schnitt", "geschnitten"),
        ("Zahn", "Zähne", "Zähnen"),
        ("behandeln", "Behandlung", "Behandlungen"),
        ("Termin", "Termine", "Terminen"),
        ("Reparatur", "reparieren", "Reparaturen"),
        ("ausbürsten", "ausgebürstet"),
        ("nachstechen", "nachgestochen"),
        ("ändern", "Änderung", "geändert"),
        ("waschen", "Wäsche", "gewaschen"),
        ("Strähne", "Strähnen", "Strähnchen"),
    ],
)
def test_forms_of_one_word_share_a_stem(forms: tuple[str, ...]) -> None:
    stems = [set(wording.stems(wording.folded(each))) for each in forms]

    assert set.intersection(*stems)


@pytest.mark.parametrize(
    ("one", "other"), [("neue", "nue"), ("Haut", "Hut"), ("Kurs", "Kur"), ("Bart", "Bad")]
)
def test_different_words_have_different_stems(one: str, other: str) -> None:
    assert wording.stem(wording.folded(one)) != wording.stem(wording.folded(other))


@pytest.mark.parametrize(
    ("heard", "word", "parts"),
    [
        (["achsen", "vermessen"], "achsvermessung", ("achs", "vermess")),
        (["oel", "wechseln"], "oelwechsel", ("ol", "wechsl")),
        (["entfernung", "weisheitszahn"], "weisheitszahnentfernung", ("weisheit", "zahn", "entf")),
        (["welle"], "dauerwelle", ("dau", "well")),
        ([], "dauerwelle", ("dauerwell",)),  # nothing says that there are two
    ],
)
def test_a_compound_is_taken_apart_by_words_that_are_known(
    heard: list[str], word: str, parts: tuple[str, ...]
) -> None:
    assert MENU.heard(heard).parts(word) == parts


def test_a_prefix_is_no_part_of_its_own() -> None:
    tax = compounds.menu(("Besprechung Steuerbescheid",))

    assert tax.heard(["scheidung"]).parts("steuerbescheid") == ("steu", "bescheid")


def test_letters_of_one_word_and_parts_of_one_letter_are_joined() -> None:
    workshop = compounds.menu(("E-Bike-Diagnose",))

    assert wording.sequence("ein E K G bitte") == ("ein", "ekg", "bitte")
    assert workshop.parts("ebike") == ("e", *workshop.parts("bike"))
