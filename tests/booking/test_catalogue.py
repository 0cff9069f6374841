"""Which service and which person is meant: found, asked, or nobody. Never guessed."""

import pytest

from booking import catalogue
from booking.catalogue import State
from booking.models import Service
from tenants.models import Branch, Tenant
from tests import factories

SERVICES = {
    "Haarschnitt": ["Haare schneiden", "Schneiden"],
    "Waschen und Föhnen": ["Föhnen"],
    "Färben komplett": [],
    "Färben Ansatz": ["Ansatz"],
    "Große Beratung": [],
}


def _match(said: str) -> catalogue.Match[str]:
    return catalogue.match(said, list(SERVICES), names=lambda name: [name, *SERVICES[name]])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Haarschnitt", "Haarschnitt"),
        ("haarschnitt", "Haarschnitt"),
        ("einen Haarschnitt, bitte!", "Haarschnitt"),
        ("Ich hätte gern einen Termin zum Haare schneiden", "Haarschnitt"),
        ("Schnitt", "Haarschnitt"),
        ("FÖHNEN", "Waschen und Föhnen"),
        ("foehnen", "Waschen und Föhnen"),
        ("fo\u0308hnen", "Waschen und Föhnen"),  # the umlaut in two characters
        ("waschen, föhnen", "Waschen und Föhnen"),
        ("komplett färben", "Färben komplett"),
        ("große Beratung", "Große Beratung"),
        ("grosse Beratung", "Große Beratung"),
        ("Beratung", "Große Beratung"),
    ],
)
def test_one_service_is_meant(said: str, meant: str) -> None:
    found = _match(said)

    assert (found.state, found.found) == (State.MATCHED, meant)


@pytest.mark.parametrize(
    ("said", "candidates"),
    [
        ("Färben", {"Färben komplett", "Färben Ansatz"}),
        ("Haare schneiden und föhnen", {"Haarschnitt", "Waschen und Föhnen"}),
        ("Herrenschnitt mit Waschen", {"Waschen und Föhnen"}),  # some words agree: ask
        ("", set(SERVICES)),
        ("einen Termin bitte", set(SERVICES)),
    ],
)
def test_several_could_be_meant(said: str, candidates: set[str]) -> None:
    found = _match(said)

    assert (found.state, found.found) == (State.ASK, None)
    assert set(found.candidates) == candidates


@pytest.mark.parametrize("said", ["Massage", "Haar", "färb", "%", "🙂", "x" * 5000])
def test_nothing_is_called_like_that(said: str) -> None:
    found = _match(said)

    assert found.state in {State.NONE, State.ASK}
    assert found.found is None


def test_a_longer_name_that_was_heard_wins_over_a_shorter_one() -> None:
    rows = ["Massage", "Massage lang"]

    found = catalogue.match("die Massage lang bitte", rows, names=lambda name: [name])

    assert found.found == "Massage lang"


def test_services_of_the_business_are_matched_with_their_other_names(in_salon: Tenant) -> None:
    hidden = factories.make_service(in_salon, name="Perücke")
    Service.objects.filter(pk=hidden.pk).update(is_bookable_by_phone=False)

    assert str(catalogue.match_service("Haare schneiden").found) == "Haarschnitt"
    assert catalogue.match_service("Perücke").state == State.NONE
    assert catalogue.match_service("").state == State.ASK


def test_the_only_service_is_meant_when_nothing_is_said(in_salon: Tenant) -> None:
    Service.objects.filter(name="Färben").update(is_active=False)

    assert str(catalogue.match_service("").found) == "Haarschnitt"
    assert catalogue.match_service("Massage").state == State.NONE


def test_people_are_matched_among_those_who_offer_the_service(in_salon: Tenant) -> None:
    branch = Branch.objects.get()
    cut, colour = Service.objects.get(name="Haarschnitt"), Service.objects.get(name="Färben")
    anna = factories.make_staff(branch, name="Dr. Anna Weiß")
    other_anna = factories.make_staff(branch, name="Anna Özdemir")
    for person in (anna, other_anna):
        factories.make_skill(person, cut)
    factories.make_skill(anna, colour)

    def meant(said: str, service: Service = cut) -> tuple[State, str]:
        found = catalogue.match_staff(said, service=service, branch=branch)
        return found.state, str(found.found or "")

    assert meant("Jana") == (State.MATCHED, "Jana")
    assert meant("bei der Jana bitte") == (State.MATCHED, "Jana")
    assert meant("Frau Doktor Weiss") == (State.MATCHED, "Dr. Anna Weiß")
    assert meant("Anna Oezdemir") == (State.MATCHED, "Anna Özdemir")
    assert meant("Anna") == (State.ASK, "")
    assert meant("Anna", colour) == (State.MATCHED, "Dr. Anna Weiß")  # the other one does not do it
    assert meant("Mira", colour) == (State.CANNOT, "Mira")
    assert meant("Jana oder Mira") == (State.ASK, "")
    assert meant("Herr Weiß Müller") == (State.ASK, "")  # some words agree: perhaps somebody else
    assert meant("Kevin") == (State.NONE, "")


def test_it_may_not_matter_who(in_salon: Tenant) -> None:
    assert catalogue.names_nobody("egal")
    assert catalogue.names_nobody("ganz egal wer")
    assert not catalogue.names_nobody("Jana")
    assert not catalogue.names_nobody("")
