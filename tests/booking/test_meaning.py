"""Which service is meant: another one that only ends alike is not, half a name is asked, a no is not a wish."""

import pytest

from booking import catalogue, meaning
from booking.catalogue import State

MENU = {
    "Wurzelbehandlung": (),
    "Manuelle Therapie": ("MT",),
    "Implantatberatung": ("Beratung Implantat",),
    "Kontrolluntersuchung": ("Vorsorge",),
    "Reifenwechsel": ("Räderwechsel",),
    "Herrenhaarschnitt": ("Haarschnitt Herren",),
    "Kinderhaarschnitt": (),
    "Fango": (),
    "Balayage": (),
    "Schnitt ohne Waschen": (),
    "Erbschaftsteuer": ("Schenkung",),
    "Mediation": (),
    "Hühnerauge entfernen": (),
    "Färben": ("Farbe",),
    "Haarschnitt und Bart": (),
    "Schaltung einstellen": (),
    "Kopf- und Nackenmassage": (),
}


def _meant(said: str) -> catalogue.Match[str]:
    return catalogue.match(said, list(MENU), names=lambda name: (name, *MENU[name]))


@pytest.mark.parametrize(
    "said",
    [
        "Warzenbehandlung", "Gesprächstherapie", "Rentenberatung", "Hautkrebsvorsorge", "Batteriewechsel", "Kinderschminken",
        "Fußreflexzonenmassage", "Scheidung", "Teppich Reinigung", "Hautuntersuchung",
    ],
)  # fmt: skip
def test_what_only_ends_or_begins_alike_is_something_else(said: str) -> None:
    assert _meant(said).state == State.NONE


@pytest.mark.parametrize("said", ["Therapie", "Behandlung", "Wechsel", "Haarschnitt", "Untersuchung", "Haar"])  # fmt: skip
def test_half_a_name_is_asked_about(said: str) -> None:
    assert _meant(said).state == State.ASK


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("Reifen wechseln", "Reifenwechsel"),
        ("die Reifen müssen gewechselt werden", "Reifenwechsel"),
        ("Kontroll Untersuchungen", "Kontrolluntersuchung"),
        ("Fangopackung", "Fango"),
        ("Herrenschnitt", "Herrenhaarschnitt"),
        ("manuelle Teraphie", "Manuelle Therapie"),
        ("Balayasch", "Balayage"),
        ("Beratung zum Implantat", "Implantatberatung"),
        ("nicht Fango, sondern Balayage", "Balayage"),
        ("Balayage, aber nicht zu hell", "Balayage"),
        ("einen Schnitt ohne Waschen hätte ich gern", "Schnitt ohne Waschen"),
    ],
)
def test_one_service_is_meant(said: str, service: str) -> None:
    found = _meant(said)

    assert (found.state, found.found) == (State.MATCHED, service)


@pytest.mark.parametrize(
    "said",
    [
        "Bart färben",
        "Augenbrauen färben",
        "Bart schneiden",
        "Kopfmassage",
        "Schall",
        "Meditation",
        "keine Balayage",
        "Balayage brauche ich nicht",
        "Fango und Balayage",
        "Fango oder Balayage",
    ],
)
def test_a_no_two_wishes_and_what_is_near_but_another_thing_are_not_booked(said: str) -> None:
    found = _meant(said)

    assert found.state in (State.ASK, State.NONE)
    assert found.found is None


def test_what_a_no_denies_is_left_out() -> None:
    assert meaning.kept_of("Balayage") is None
    assert (meaning.kept_of("Massage brauche ich nicht, lieber Fango") or "").split() == [",", "lieber", "fango"]  # fmt: skip


PRACTICE = {
    "Krankengymnastik": ("KG",),
    "Krankengymnastik am Gerät": (),
    "Manuelle Lymphdrainage": (),
    "Beckenbodentraining": (),
    "Fußreflexzonenmassage": (),
    "Existenzgründungsberatung": (),
    "Vorsorgeuntersuchung": (),
    "Fördermittelberatung": (),
    "Fördermittelprüfung": (),
    "Jahresabschluss": (),
    "Schienentherapie": (),
}


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ("Beckenboden", "Beckenbodentraining"),
        ("Fußreflexzonen", "Fußreflexzonenmassage"),
        ("wegen einer Existenzgründung", "Existenzgründungsberatung"),
        ("Vorsorge", "Vorsorgeuntersuchung"),
        ("Jahresabschluss besprechen", "Jahresabschluss"),
        ("KG am Gerät", "Krankengymnastik am Gerät"),
        ("KG", "Krankengymnastik"),
        ("Lympfdrainage", "Manuelle Lymphdrainage"),
    ],
)
def test_what_only_one_service_begins_with_and_its_abbreviation_are_enough(
    said: str, service: str
) -> None:
    found = catalogue.match(said, list(PRACTICE), names=lambda name: (name, *PRACTICE[name]))

    assert (found.state, found.found) == (State.MATCHED, service)


@pytest.mark.parametrize(
    "said",
    [
        "Fördermittel", "Schiene", "Beckenbodenoperation", "Beckenboden und Vorsorge", "kein Beckenboden", "Vorsorgevollmacht",
        "Lymphdrainage besprechen", "Beratung",
    ],
)  # fmt: skip
def test_what_two_services_begin_with_and_what_is_short_is_asked_about(said: str) -> None:
    found = catalogue.match(said, list(PRACTICE), names=lambda name: (name, *PRACTICE[name]))

    assert found.state in (State.ASK, State.NONE)


def test_a_vorsorge_that_is_in_two_names_is_asked_about() -> None:
    both = ["Vorsorgeuntersuchung", "Schwangerschaftsvorsorge"]

    assert catalogue.match("Vorsorge", both, names=lambda name: (name,)).state == State.ASK
