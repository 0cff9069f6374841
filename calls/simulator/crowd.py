"""A crowd of callers: each with a goal, habits of speech and a line on which things go wrong. Same seed, same crowd."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from calls.simulator.line import Switches
from calls.simulator.persona import Errand, Persona, Wish, email_of, name_of, number_of
from calls.simulator.world import Business, Regular


class Goal(StrEnum):
    BOOK = "buchen"
    LOOK = "nur hören, was frei ist"
    CHANGE_MIND = "buchen und gleich verschieben"
    REGRET = "buchen und gleich absagen"
    MOVE = "verschieben"
    CANCEL = "absagen"
    CALLBACK = "Rückruf"
    PERSON = "einen Menschen"
    PRICE = "einen Preis"
    HANG_UP = "auflegen"
    MUMBLE = "Unverständliches"


_HOW_OFTEN = {
    Goal.BOOK: 46, Goal.LOOK: 7, Goal.CHANGE_MIND: 7, Goal.REGRET: 4, Goal.MOVE: 8, Goal.CANCEL: 7,
    Goal.CALLBACK: 6, Goal.PERSON: 4, Goal.PRICE: 4, Goal.HANG_UP: 4, Goal.MUMBLE: 3,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How somebody speaks, and how the model that listens writes it down."""

    hesitates: bool = False  # "ähm, also am Donnerstag"
    corrects: bool = False  # "Dienstag, nein, Moment, Mittwoch"
    is_misheard: bool = False  # letters go missing on the way
    interrupts: bool = False  # the agent breaks off, and the model asks twice
    is_renamed: bool = False  # the model uses other names for the arguments, and "null"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One call of the rehearsal before it is made."""

    number: int
    persona: Persona
    goal: Goal
    habits: Habits
    switches: Switches


WISHES = (
    Wish(spoken="am Donnerstagnachmittag", date="Donnerstag", time="nachmittags"),
    Wish(spoken="morgen um halb drei", date="morgen", time="halb drei"),
    Wish(spoken="so bald wie möglich", date="so bald wie möglich"),
    Wish(spoken="am Freitagvormittag", date="Freitag", time="vormittags"),
    Wish(spoken="nächsten Dienstag um zehn Uhr", date="nächsten Dienstag", time="zehn Uhr"),
    Wish(spoken="übermorgen gegen 15 Uhr", date="übermorgen", time="15 Uhr"),
    Wish(spoken="am Mittwoch um Viertel nach elf", date="Mittwoch", time="Viertel nach elf"),
    Wish(spoken="nächste Woche vormittags", date="nächste Woche", time="vormittags"),
    Wish(spoken="in vierzehn Tagen", date="in vierzehn Tagen", time="nachmittags"),
    Wish(spoken="heute in drei Wochen um neun", date="heute in drei Wochen", time="um neun"),
    Wish(spoken="übernächsten Montag früh", date="übernächsten Montag", time="früh"),
    Wish(spoken="am zwanzigsten um elf", date="am zwanzigsten", time="elf Uhr"),
    Wish(spoken="Dreiviertel vier am Freitag", date="Freitag", time="dreiviertel vier"),
    Wish(spoken="gestern um zehn", date="gestern", time="zehn Uhr"),
    Wish(spoken="am Sonntag um zehn", date="Sonntag", time="10:00"),
    Wish(spoken="nächsten Monat mal", date="nächsten Monat"),
)
_OPENINGS = (
    "Ich hätte gern {when} einen Termin {what}.",
    "Ich bräuchte {when} einen Termin {what}, geht das?",
    "Haben Sie {when} noch etwas frei {what}?",
    "Moin, ich wollt {when} vorbeikommen, {what}.",
)


def crowd(
    count: int, *, seed: int, business: Business, regulars: Sequence[Regular], first: int = 0
) -> list[Caller]:
    """Return the callers of one business, numbered from `first`."""
    return [
        _caller(number, seed=seed, business=business, regulars=regulars)
        for number in range(first, first + count)
    ]


def _caller(number: int, *, seed: int, business: Business, regulars: Sequence[Regular]) -> Caller:
    dice = random.Random(f"rehearsal {seed} {business.slug} {number}")  # noqa: S311 — a play
    goal = dice.choices(list(_HOW_OFTEN), weights=list(_HOW_OFTEN.values()))[0]
    persona = _persona(dice, number, business)
    if goal in (Goal.MOVE, Goal.CANCEL):
        regular = dice.choice(regulars)
        persona = replace(persona, phone=regular.phone, name=regular.name)
    return Caller(
        number=number,
        persona=persona,
        goal=goal,
        habits=Habits(
            hesitates=dice.random() < 0.35,
            corrects=dice.random() < 0.15,
            is_misheard=dice.random() < 0.15,
            interrupts=dice.random() < 0.2,
            is_renamed=dice.random() < 0.2,
        ),
        switches=Switches(
            duplicate=dice.random() < 0.25,
            reorder=dice.random() < 0.15,
            withheld=dice.random() < 0.08,
            repeat_tool=dice.random() < 0.1,
            lose=frozenset({"call_started"}) if dice.random() < 0.05 else frozenset(),
        ),
    )


def _persona(dice: random.Random, number: int, business: Business) -> Persona:
    phone = number_of(dice.randrange(100))
    spoken, words = dice.choice(business.errands)
    wishes = (*dice.sample(WISHES, 2), WISHES[2])
    return Persona(
        seed=number,
        name=name_of(phone),
        phone=phone,
        email=email_of(name_of(phone)),
        errand=Errand(spoken=spoken, words=words),
        wishes=tuple(dict.fromkeys(wishes)),
        opening=dice.choice(_OPENINGS),
        introduces_itself=dice.random() < 0.5,
        leaves_email=dice.random() < 0.5,
        prefers=dice.randrange(3),
        takes_alternatives=dice.random() < 0.85,
    )
