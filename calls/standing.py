"""Which appointments stood before the call: what the caller has already, what was read out, and what is said to stay.

Pure. "Ihr Termin ist am Donnerstag um neun" promises nothing where the caller rang about it and nobody had offered or
wished for that time; the same words after "Donnerstag um neun wäre frei" – "gern" are a promise.
"""

import re
from collections.abc import Iterable, Iterator

from calls import dialogue, dialogue_words
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.told_together import Slot, is_same, slots_in


def is_of_before(words: str, turn: int, evidence: Evidence) -> bool:
    """Whether words name nothing but appointments that stood before the call or were said to stay."""
    told = _slots(words, evidence)
    if not told or any(_is_made_here(each, evidence) for each in told):
        return False
    staying = list(_said_to_stay(turn, evidence))
    if all(any(is_same(each, old) for old in staying) for each in told):
        return True
    if _IS_NEW.search(dialogue.folded(words)) or any(map(_is_untouched, evidence.facts)):
        return False  # what was read out is to be held against the row that there is
    known = _Known(evidence)
    known.hear(turn)
    return all(known.is_of_before(each) for each in told)


def is_said_to_stay(words: str, turn: int, evidence: Evidence) -> bool:
    """Whether words only name the appointment that was said to stay ("gilt weiterhin" … "alles klar, morgen um neun")."""
    told = _slots(words, evidence)
    staying = list(_said_to_stay(turn, evidence))
    return bool(told) and all(any(is_same(each, old) for old in staying) for each in told)


def rang_about_own(evidence: Evidence) -> bool:
    """Whether the caller only spoke of an appointment of their own, and no time was put on the table."""
    heard = [words for role, words in evidence.turns if role != "agent"]
    is_own = any(
        dialogue.asks_what_stands(words)
        or any("termin" in each.casefold() for each in _own_and_other(words)[0])
        for words in heard
    )
    is_open = any(
        role == "agent" and dialogue.offers_a_time(words) for role, words in evidence.turns
    )
    is_wish = any(dialogue.wish_in(words) is not None for words in heard)
    return is_own and not (is_open or is_wish)


def is_told_to_stay(evidence: Evidence) -> bool:
    """Whether the agent said that an appointment of before stays as it was."""
    return any(
        _STAYS.search(dialogue.folded(piece)) or _keeps_to_it(piece, evidence)
        for role, words in evidence.turns
        if role == "agent"
        for piece in _clauses(words)
    )


def _is_made_here(told: Slot, evidence: Evidence) -> bool:
    """Whether a row of this call has that time: then it is what is spoken of."""
    made = [fact for fact in evidence.facts if fact.is_booked_here or fact.is_moved_here]
    return told.hour is not None and any(told.can_be(fact.starts[0]) for fact in made)


def _is_untouched(fact: Fact) -> bool:
    return not (fact.is_booked_here or fact.is_moved_here or fact.is_cancelled_here)


class _Known:
    """What a listener knows by some turn: the times that stood before, and those that were offered or wished for."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._standing: list[Slot] = []
        self._open: list[Slot] = []
        self._is_about_old = False  # the caller rang about an appointment of their own
        self._is_asked = False  # the caller has just asked about it: what is answered, stands
        self._is_done = False  # the agent has done something: what the caller tells now, sums it up

    def hear(self, turn: int) -> None:
        """Listen to all turns up to one, and to that one."""
        for role, words in self._evidence.turns[: turn + 1]:
            if role == "agent":
                self._hear_agent(words)
            else:
                self._hear_caller(words)

    def is_of_before(self, told: Slot) -> bool:
        """Whether a time can only be that of an appointment which stood before."""
        old = [each for each in self._standing if is_same(told, each)]
        rivals = [
            each
            for each in self._open
            if is_same(told, each) and not any(_is_equal(each, other) for other in old)
        ]
        return bool(old) and not rivals

    def _hear_agent(self, words: str) -> None:
        is_arranged = False  # somebody else did it, and what follows says when that is
        for act, piece in dialogue.acts(words, wish=Wish.BOOK):
            slots = _slots(piece, self._evidence)
            is_read_out = self._reads_out(act, piece) or (is_arranged and act == Act.REPEATS)
            is_arranged = dialogue_words.BY_ANOTHER.search(dialogue.folded(piece)) is not None
            if is_read_out:
                self._stand(slots)
            elif act == Act.DOES:
                self._is_done = True
            elif act in (Act.ASKS, Act.OFFERS) or dialogue_words.OFFERS.search(
                dialogue.folded(piece)
            ):
                self._open += slots

    def _reads_out(self, act: Act, piece: str) -> bool:
        said = dialogue.folded(piece)
        if _IS_NEW.search(said) or (act == Act.OFFERS and not _ALREADY.search(said)):
            return False
        if dialogue_words.BY_ANOTHER.search(said):
            return True
        if act == Act.ASKS:
            return self._is_about_old and _IS_MEANT.search(said) is not None
        if act == Act.REPEATS and self._is_asked:
            return True
        return _ALREADY.search(said) is not None or (
            self._is_about_old and _STATES.search(said) is not None
        )

    def _hear_caller(self, words: str) -> None:
        self._is_asked = dialogue.asks_what_stands(words)
        own, other = ([], words) if self._is_done else _own_and_other(words)
        self._is_about_old = (
            self._is_about_old
            or dialogue.wish_in(words) in (Wish.MOVE, Wish.CANCEL)
            or dialogue.asks_what_stands(words)
            or any(_slots(each, self._evidence) or "termin" in each.casefold() for each in own)
        )
        if not (own or self._is_done) and dialogue.asks_what_stands(words):
            own, other = [words], ""
        for each in own:
            self._stand(_slots(each, self._evidence))
        self._open += [each for each in self._told(other) if not self._echoes(each)]

    def _told(self, words: str) -> list[Slot]:
        return _slots(_GOODBYE.sub("", words), self._evidence)

    def _echoes(self, said: Slot) -> bool:
        """Whether the caller only says once more on what day or at what hour it is."""
        is_part = said.hour is None or not said.days
        return is_part and any(is_same(said, old) for old in self._standing)

    def _stand(self, slots: Iterable[Slot]) -> None:
        self._standing += [
            each for each in slots if not any(is_same(each, other) for other in self._open)
        ]


def _is_equal(one: Slot, other: Slot) -> bool:
    return is_same(one, other) and one.hour == other.hour


def _slots(words: str, evidence: Evidence) -> list[Slot]:
    said = _WHEN_BOOKED.sub(" ", words)
    return slots_in(said, now=evidence.began, opening=evidence.opening) if said.strip() else []


_WHEN_BOOKED = re.compile(r"\b(?:vor)?gestern\b|\bletzte\w* \w+", re.IGNORECASE)


# The agent tells how it stands, with words that need no offer before them …
_ALREADY = re.compile(
    r"\b(?:schon|bereits|regulaer\w*|bisher\w*|derzeit\w*|momentan\w*|aktuell\w*|bestehend\w*)\b.*\b(?:termin|eingetragen|gebucht|vorgemerkt|steht|angemeldet|haben|ist)\b"
    r"|\b(?:haben|hast|steht|stehen|sind|bist|ist|sehe|termin)\b.*\b(?:schon|bereits|regulaer\w*)\b(?! (?:jetzt|um))"
)
# … and with those that mean it only where the caller rang about an appointment of their own.
_STATES = re.compile(
    r"\b(?:ihr|ihre|ihren|dein|deine|deinen|der|die|den) (?:naechste\w* )?\w+\b.*\b(?:ist|steht|liegt|waere|war|findet)\b"
    r"|\b(?:sie|du) (?:haben|hast|stehen|stehst|sind|bist|hatten|waren)\b|\b(?:haben|sind|stehen) sie\b|\bsteh(?:t|en)\b|\bsehe\b|\bhier\b.*\btermin\b"
)
_IS_NEW = re.compile(
    r"\b(?:jetzt|nun|neu(?:e[rnms]?)?|ab sofort|stattdessen|umgebucht|umgelegt|verschoben|verlegt|vorgezogen|geaendert|damit|somit|erledigt|geregelt|gemacht|geklappt)\b"
    r"|\bhabe? (?:ich )?(?:sie|ihnen|ihn|es|dich|dir)\b"
)
_IS_MEANT = re.compile(r"\b(?:meinen sie|es geht um|geht es um|richtig|korrekt|stimmt)\b")

# --- what the caller has already ---------------------------------------------------------------------------

_PERSONS = (
    r"(?:name\w*|mann|frau|sohn|tochter|kind\w*|mutter|vater|mama|papa|freund\w*|hund|katze|auto|wagen|bruder|schwester|eltern|"
    r"oma|opa|chef\w*|arbeit|dienst|nummer|seite|kolleg\w*|partner\w*|enkel\w*|baby|kleine\w*|große\w*)"
)
_OWN = re.compile(
    rf"\b(?<!für )(?:mein|unser)\w* (?!{_PERSONS}\b)"
    r"|\b(?:ich (?:habe?|bin)|(?:habe|hab|bin) ich|wir haben|haben wir)\b(?![^.;!?]*\b(?:zeit|frei|kein\w*|nicht|vor|frage|gern\w*|interesse|urlaub|dienst|schicht|feierabend|gedacht|gehört|gesehen|gelesen|verstanden)\b)"
    r"|\bich komme (?:doch|ja|schon|sowieso|ohnehin) |\bich komme\b(?=[^.;!]*\b(?:richtig|stimmt|oder|nicht wahr|gell|ne|nicht)\?)"
    r"|\b(?:erinnerung|terminkarte|zettel)\b",
    re.IGNORECASE,
)
_OWN_TO_CHANGE = re.compile(r"\b(?:de[rnm]|die|das) \w+ ", re.IGNORECASE)
_DAY_TO_CANCEL = re.compile(r"\b(?:für|am|um|vom|von) ", re.IGNORECASE)
_OWN_BY_WISH: dict[Wish | None, tuple[re.Pattern[str], ...]] = {
    Wish.MOVE: (_OWN, _OWN_TO_CHANGE),
    Wish.CANCEL: (_OWN, _OWN_TO_CHANGE, _DAY_TO_CANCEL),
}
# Where the own appointment ends and the wish begins.
_WISHES = re.compile(
    r"[;!?]|(?<!\d)\.|\b(?:auf|kann|könnten?|können|muss|müsste|möchte|hätte|würde|will|soll|braucht?|bräuchte|lieber|statt|sondern|aber|und|verschieb\w*|verleg\w*|umbuch\w*)\b",
    re.IGNORECASE,
)


_GOODBYE = re.compile(
    r"\bbis (?:zum |am |dann )?(?:\w+tag|mittwoch|morgen)\b[^.!?]*", re.IGNORECASE
)


def _own_and_other(words: str) -> tuple[list[str], str]:
    """Return what a caller says of appointments that they have, and all the rest."""
    own: list[str] = []
    rest = words
    for shape in _OWN_BY_WISH.get(dialogue.wish_in(words), (_OWN,)):
        if found := shape.search(rest):
            ending = _WISHES.search(rest, found.end())
            end = ending.start() if ending else len(rest)
            own.append(rest[found.start() : end])
            rest = f"{rest[: found.start()]} {rest[end:]}"
            break
    return own, rest.strip()


# --- what stays as it was ---------------------------------------------------------------------------------


def _said_to_stay(turn: int, evidence: Evidence) -> Iterator[Slot]:
    for role, said in evidence.turns[: turn + 1]:
        for piece in _clauses(said) if role == "agent" else ():
            if _STAYS.search(dialogue.folded(piece)) or _keeps_to_it(piece, evidence):
                yield from _slots(piece, evidence)


def _keeps_to_it(piece: str, evidence: Evidence) -> bool:
    """Whether "es bleibt bei" speaks of the old time: it was to be moved, and could not be."""
    failed = any(
        asked.tool == "reschedule_appointment" and asked.state != "rescheduled"
        for asked in evidence.asked
    )
    told = dialogue.tells_of_trouble(evidence.turns)
    return failed and told and re.search(r"\bbleibt\b.*\bbei", dialogue.folded(piece)) is not None


def _clauses(words: str) -> list[str]:
    return [
        clause for piece in dialogue.pieces(words) for clause in _CLAUSES.split(piece) if clause
    ]


_CLAUSES = re.compile(
    r"[,;]\s+(?=(?:der|die|das|den|dafür|Ihr|dein|aber|es|dann)\b)|\bund\b"
    r"|\s+(?=(?:(?:der|die|das) (?:um|am|alte)|ihr termin|dein termin)\b)",
    re.IGNORECASE,
)
_STAYS = re.compile(
    r"(?<!\bes )\b(?:bleibt|bleiben|bleibst)\b(?! (?:\w+ )?(?:frei|geschlossen|bei|dabei))|\b(?:gilt|gelten|steht|stehen|besteht|bestehen)\b.*\b(?:weiter\w*|nach wie vor|unveraendert|noch)\b"
    r"|\b(?:behaelt|behalten|behaeltst)\b|\b(?:wie gehabt|wie bisher|wie geplant|wie er war|wie sie war|unveraendert|unberuehrt)\b"
)
