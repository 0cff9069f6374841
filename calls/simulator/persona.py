"""Invented German callers: who they are, what they want and how they say it. Same seed, same person, same words."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from tenants.models import Tenant

# Mobile numbers that the regulator keeps free for fiction: +49 171 39200 00 to 99.
_FICTION = "+4917139200{:02d}"
_FIRST_NAMES = (
    "Anna", "Bernd", "Claudia", "Dieter", "Erika", "Fatma", "Georg", "Hanna", "Igor", "Jutta",
)  # fmt: skip
_LAST_NAMES = (
    "Schäfer", "Özdemir", "Mustermann", "Krüger", "Lehmann", "Weiß", "Nowak", "von Thun", "Vogel",
    "Groß",
)  # fmt: skip
_PLAIN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """When somebody wants to come: as it is said, and as the agent passes it on."""

    spoken: str
    date: str
    time: str = ""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What somebody wants done: in the sentence, and as the bare words."""

    spoken: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Persona:
    """A caller with a goal. Knows what a caller knows: no ids, no names of services in the catalogue."""

    seed: int
    name: str
    phone: str  # E.164; also what is said aloud when the number is withheld
    email: str
    errand: Errand
    wishes: tuple[Wish, ...]  # in order of preference
    opening: str
    introduces_itself: bool
    leaves_email: bool
    prefers: int  # which of the offered times, counted from 0
    takes_alternatives: bool  # at once; the others first try everything they wished for

    def open(self, wish: Wish) -> str:
        sentence = self.opening.format(when=wish.spoken, what=self.errand.spoken)
        return (
            f"Guten Tag, hier ist {self.name}. {sentence}" if self.introduces_itself else sentence
        )

    def confirms_being(self, name: str) -> str:
        if name == self.name:
            return "Ja, genau."
        return f"Nein, hier ist {self.name}."

    def choose_slot(self, slots: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return the offered time that suits best. There must be one."""
        return slots[min(self.prefers, len(slots) - 1)]

    def choose_service(self, candidates: Sequence[str]) -> str:
        """Return the candidate that sounds most like what was meant. There must be one."""
        meant = self.errand.words.casefold()
        return max(
            candidates, key=lambda each: SequenceMatcher(None, each.casefold(), meant).ratio()
        )


_EARLIEST = Wish(spoken="so bald wie möglich", date="so bald wie möglich")
_WISHES = (
    Wish(spoken="am Donnerstagnachmittag", date="Donnerstag", time="nachmittags"),
    Wish(spoken="morgen um halb drei", date="morgen", time="halb drei"),
    _EARLIEST,
    Wish(spoken="am Freitagvormittag", date="Freitag", time="vormittags"),
    Wish(spoken="nächsten Dienstag um zehn Uhr", date="nächsten Dienstag", time="zehn Uhr"),
    Wish(spoken="übermorgen gegen 15 Uhr", date="übermorgen", time="15 Uhr"),
    Wish(spoken="am Mittwoch um Viertel nach elf", date="Mittwoch", time="Viertel nach elf"),
    Wish(spoken="nächste Woche irgendwann vormittags", date="nächste Woche", time="vormittags"),
)
_ERRANDS = {
    Tenant.Industry.SALON: (
        Errand(spoken="zum Haareschneiden", words="Haare schneiden"),
        Errand(spoken="für einen Haarschnitt", words="Haarschnitt"),
        Errand(spoken="zum Färben", words="Färben"),
        Errand(spoken="zum Waschen und Föhnen", words="Waschen und Föhnen"),
    ),
    Tenant.Industry.PRACTICE: (
        Errand(spoken="für eine Kontrolle", words="Kontrolltermin"),
        Errand(spoken="zur Vorsorge", words="Vorsorge"),
        Errand(spoken="für die Sprechstunde", words="Sprechstunde"),
        Errand(spoken="zur Impfung", words="Impfung"),
    ),
    Tenant.Industry.CONSULTANCY: (
        Errand(spoken="für ein Beratungsgespräch", words="Beratungsgespräch"),
        Errand(spoken="zum Kennenlernen", words="Erstgespräch"),
        Errand(spoken="für eine Beratung", words="Beratung"),
    ),
    Tenant.Industry.OTHER: (Errand(spoken="für eine Beratung", words="Beratung"),),
}
_OPENINGS = (
    "Ich hätte gern {when} einen Termin {what}.",
    "Ich bräuchte {when} einen Termin {what}, geht das?",
    "Haben Sie {when} noch einen Termin {what} frei?",
    "Ich möchte gern {when} vorbeikommen und brauche einen Termin {what}.",
)


def invent(
    seed: int,
    *,
    industry: str,
    service: str | None = None,
    when: str | None = None,
    phone: str | None = None,
) -> Persona:
    """Return the caller with this seed.

    `service` and `when` replace the invented wish; then nothing else is wished for. `phone` (E.164) replaces the
    invented number. The name belongs to the number: whoever calls from the same one is the same person.
    """
    dice = random.Random(f"phone {seed}")  # noqa: S311 — a cast for a play, no secret
    last_digits = dice.randrange(100)
    errand = dice.choice(_ERRANDS[Tenant.Industry(industry)])
    first, second = dice.sample(_WISHES, 2)
    invented = Persona(
        seed=seed,
        phone=phone or _FICTION.format(last_digits),
        name=name_of(phone or _FICTION.format(last_digits)),
        email="",
        errand=Errand(spoken=f"für {service}", words=service) if service else errand,
        wishes=(_said(when),) if when else _without_repeats(first, second, _EARLIEST),
        opening=dice.choice(_OPENINGS),
        introduces_itself=dice.random() < 0.5,
        leaves_email=dice.random() < 0.7,
        prefers=dice.randrange(3),
        takes_alternatives=dice.random() < 0.85,
    )
    return replace(invented, email=email_of(invented.name))


def _said(when: str) -> Wish:
    return Wish(spoken=when, date=when)


def _without_repeats(*wishes: Wish) -> tuple[Wish, ...]:
    return tuple(dict.fromkeys(wishes))


def name_of(phone: str) -> str:
    """Return whose number it is; the name belongs to the number."""
    number = int(phone[-2:])
    return f"{_FIRST_NAMES[number // 10]} {_LAST_NAMES[number % 10]}"


def number_of(place: int) -> str:
    """Return one of the hundred numbers that are kept free for fiction, counted from 0."""
    return _FICTION.format(place % 100)


def email_of(name: str) -> str:
    """Return an address under a domain that is nobody's."""
    plain = name.lower().translate(_PLAIN_LETTERS)
    return f"{plain.replace(' ', '.')}@example.org"
