"""What is told of several appointments at once, or affirmed of what the caller summed up: held against the rows.

Pure. "Alle drei: siebter, neunter und elfter, immer acht Uhr" claims three appointments, and each of them needs a row of
its own. "Also bin ich am Dienstag um zwei vorgemerkt?" – "Genau" is the agent's claim in the caller's words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from calls import dialogue, dialogue_words, promises, trades, when
from calls.dialogue import Act, Wish
from calls.evidence import Evidence, Fact
from calls.when import Opening


@dataclass(frozen=True)
class Slot:
    """One appointment as it was told: the days that it can mean, and its hour; empty: left out."""

    days: frozenset[date]
    hour: time | None = None
    is_bare: bool = False  # the weekday alone: it may mean one that was named before
    is_half_said: bool = False  # morning or evening is named: twelve hours apart is another time

    def can_be(self, start: datetime) -> bool:
        """Whether nothing that was said contradicts a start; an hour may be said without its half of the day."""
        weekdays = {day.weekday() for day in self.days} if self.is_bare else set()
        if self.days and start.date() not in self.days and start.weekday() not in weekdays:
            return False
        if self.hour is None:
            return True
        halves = 24 if self.is_half_said else 12
        said = (self.hour.hour % halves, self.hour.minute)
        return said == (start.hour % halves, start.minute)


@dataclass(frozen=True, kw_only=True)
class Affirmed:
    """What the caller summed up and the agent agreed to. `is_done`: it was summed up as booked."""

    turn: int
    quote: str
    slots: tuple[Slot, ...]
    is_done: bool

    def can_be(self, starts: Sequence[datetime]) -> bool:
        """Whether one of the times that were named is one of these."""
        return any(slot.can_be(start) for slot in self.slots for start in starts)


# --- several at once -------------------------------------------------------------------------------------


def missing(evidence: Evidence, kept: Sequence[Fact]) -> Iterator[tuple[bool, str]]:
    """Yield each turn that claims several appointments of which one has no row: whether there are too few, and the words."""
    for number, (role, words) in enumerate(evidence.turns):
        said = _claimed(words) if role == "agent" else ""
        if not said or dialogue.is_overtaken(evidence.turns, turn=number):
            continue
        is_revoked = any(
            dialogue_words.REVOKES.search(dialogue.folded(later))
            for who, later in evidence.turns[number:]
            if who != "agent"
        )
        before = evidence.turns[:number]
        if not (
            _has_failed(evidence) or _is_of_several(words, before, kept, is_revoked=is_revoked)
        ):
            continue
        said = _BESIDES.sub("", said)
        slots = slots_in(said, now=evidence.began, opening=evidence.opening)
        if len(slots) > 1 and _matched(slots, kept) < min(len(slots), max(len(kept), 1)):
            yield len(slots) > len(kept), words
        elif len(slots) > max(len(kept), 1):
            yield True, words


# What stood before is named beside it, and not made now.
_BESIDES = re.compile(
    r",? (?:zusätzlich zu|neben|unabhängig von) (?:ihre|deine|de)[mrn]\b[^.;:!?]*", re.IGNORECASE
)


def slots_in(words: str, *, now: datetime, opening: Opening) -> list[Slot]:
    """Return the appointments that words name, each once; what one leaves out it has from its neighbours."""
    told: list[Slot] = []
    for part in _PARTS.split(_UNTIL.sub("", dialogue_words.TAKES_PLACE.sub("", words))):
        said = _read(part, now=now, opening=opening)
        if said is None:
            continue
        if told and (joined := _joined(told[-1], said)) is not None:
            told[-1] = joined
        else:
            told.append(said)
    several: list[Slot] = []
    for each in _completed(told):
        if not any(is_same(each, other) for other in several):
            several.append(each)
    return several


def is_same(said: Slot, old: Slot) -> bool:
    """Whether two tellings can mean one appointment; what either leaves out contradicts nothing."""
    is_weekday = (said.is_bare or old.is_bare) and _weekdays(said) == _weekdays(old)
    is_day = not said.days or not old.days or bool(said.days & old.days) or is_weekday
    return is_day and (said.hour is None or old.hour is None or said.hour == old.hour)


def _claimed(words: str) -> str:
    """Return what a turn says is done, with the times that it says plainly beside it."""
    heard = list(dialogue.acts(words, wish=Wish.BOOK))
    if not any(act == Act.DOES for act, _ in heard) or any(act in _OPEN for act, _ in heard):
        return ""
    said = ", ".join(piece for act, piece in heard if act in _PLAIN)
    is_otherwise = _OTHERWISE.search(dialogue.folded(words)) or promises.corrects(words)
    return "" if is_otherwise else said


_PLAIN = (Act.DOES, Act.REPEATS)
_OPEN = (Act.DENIES, Act.LOOKS, Act.OFFERS)
# Words of a change, of what else there is, or of an earlier appointment: not every time is one that was booked.
_OTHERWISE = re.compile(
    r"\b(?:statt|anstatt|anstelle|verschob\w*|verleg\w*|umgebucht|storniert|abgesagt|geloescht|gestrichen|rausgenommen|"
    r"ausgetragen|entfaellt|bisher\w*|alte[rn]?|urspruenglich|bleibt|weiter\w*|gehabt|schon|bereits|frueher|vorher|erinner\w*|"
    r"spaetestens|fertig|abholen|dauert|bis|zwischen|oder|korrigiere|nicht|weg|aber|waere)\b"
)
# "Bis Samstag um zehn" says goodbye until then; to the parser it would be a limit.
_UNTIL = re.compile(r"\bbis (?:zum |am |dann )?", re.IGNORECASE)
_PARTS = re.compile(
    r"\s*[,;:]\s+|\s+(?:und|sowie|dann|–|-)\s+|(?<!\d)\.\s+(?=[A-ZÄÖÜ])"
    r"|(?:(?<=tag)|(?<=och))\s+(?=(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)"
    # A recogniser writes no commas: "siebter neunter und elfter", "fünfzehn Uhr für Sie sechzehn Uhr für ihn".
    r"|(?<!\bam)(?<!\bde[rnm])\s+(?=(?:der |dem |den )?(?:ers|zwei|drit|vier|fünf|sechs|sieb|sieben|ach|neun|zehn|elf|zwölf|\w+zehn|\w+zigs)te[rn]?\b)"
    r"|(?<!\bum)(?<!\bhalb)(?<!\bvor)(?<!\bnach)(?<!\bab)(?<!\bbis)(?<!\bvon)(?<!\bgegen)(?<!\bauf)\s+(?=(?:um )?(?:(?:[a-zäöüß]+|\d\d?) uhr|halb|dreiviertel|viertel (?:vor|nach))\b)",
    re.IGNORECASE,
)


def _has_failed(evidence: Evidence) -> bool:
    """Whether a booking was tried that did not work, so that one of several can be missing."""
    return any(
        asked.tool == "book_appointment" and asked.state != "booked" for asked in evidence.asked
    )


def _is_of_several(
    words: str, before: Sequence[tuple[str, str]], kept: Sequence[Fact], *, is_revoked: bool
) -> bool:
    if len(trades.meanings(" ".join(trades.words(words)))) > 1 and not is_revoked:
        return True
    if len(kept) > 1 or _TOGETHER.search(dialogue.folded(words)):
        return True
    return any(dialogue.wishes_several(said) for role, said in before if role != "agent")


_TOGETHER = re.compile(
    r"\b(?:beides?|beiden|alle (?:zwei|drei|vier|fuenf)|jeweils|jedes ?mal|immer|zwei|drei|vier) (?!uhr)"
)


def _read(part: str, *, now: datetime, opening: Opening) -> Slot | None:
    if len(part.strip()) < _SHORTEST and not part.strip()[:1].isdigit():
        return None  # "So, Samstag um zwölf": no Sunday
    said = when.understand(_NO_TIME.sub(" ", part), now=now, opening=opening)
    readings = said.alternatives or (said,)
    if said.state not in _READABLE and not said.alternatives:
        return None
    days = frozenset(
        day for each in readings if (day := each.start.date() if each.start else each.date)
    )
    hour = said.time or next((each.time for each in readings if each.time), None)
    if not dialogue_words.CLOCK.search(dialogue.folded(part)):
        hour = None
    is_bare = bool(days) and dialogue.is_bare_weekday(part)
    is_half_said = hour is not None and dialogue.names_half_of_day(part)
    return Slot(days, hour, is_bare, is_half_said) if days or hour else None


# Places and what comes after another: to the parser they are day parts and limits.
_NO_TIME = re.compile(
    r"\ban (?:der|unserer|ihrer|eurer) \w+|\b(?:danach|anschließend|hinterher|im anschluss)\b",
    re.IGNORECASE,
)
_SHORTEST = 3
_READABLE = (when.State.EXACT, when.State.DAY, when.State.TIME_ONLY)


def _joined(last: Slot, said: Slot) -> Slot | None:
    """Return both as one, where the second only completes the first ("Montag, dem siebten, um neun")."""
    if last.hour is None and not said.days:
        return replace(last, hour=said.hour, is_half_said=said.is_half_said)
    is_named_anew = last.is_bare and _weekdays(last) == _weekdays(said)
    return said if last.hour is None and (is_named_anew or last.days == said.days) else None


def _weekdays(slot: Slot) -> set[int]:
    return {day.weekday() for day in slot.days}


def _completed(told: list[Slot]) -> list[Slot]:
    hours = [each for each in told if each.hour is not None]
    dated = [each for each in told if each.days]
    if len(told) > 1 and not told[-1].hour and all(not each.days for each in told[:-1]):
        shared, told = told[-1], told[:-1]  # "beides Freitag"
        told = [replace(each, days=shared.days, is_bare=shared.is_bare) for each in told]
    completed: list[Slot] = []
    for place, each in enumerate(told):
        timed = next((later for later in told[place:] if later.hour), None)
        before = [earlier for earlier in told[: place + 1] if earlier.days]
        day = before[-1] if before else dated[0] if dated else each
        timed = timed or (hours[-1] if hours else each)
        completed.append(Slot(day.days, timed.hour, day.is_bare, timed.is_half_said))
    return completed


def _matched(slots: Sequence[Slot], facts: Sequence[Fact]) -> int:
    """Return how many slots can have a row each, no row standing for two."""
    of_fact: dict[int, int] = {}

    def finds_one(slot: int, tried: set[int]) -> bool:
        for place, fact in enumerate(facts):
            if place in tried or not any(map(slots[slot].can_be, fact.starts)):
                continue
            tried.add(place)
            if place not in of_fact or finds_one(of_fact[place], tried):
                of_fact[place] = slot
                return True
        return False

    return sum(finds_one(slot, set()) for slot in range(len(slots)))


# --- what was affirmed -----------------------------------------------------------------------------------


def affirmed(evidence: Evidence) -> list[Affirmed]:
    """Return what the caller summed up and the agent agreed to, in order."""
    found = []
    for number in range(1, len(evidence.turns)):
        (asker, asked), (role, words) = evidence.turns[number - 1 : number + 1]
        if asker == "agent" or role != "agent":
            continue
        if (each := _affirmed(asked, words, number, evidence)) is not None:
            found.append(each)
    return found


def _affirmed(asked: str, words: str, number: int, evidence: Evidence) -> Affirmed | None:
    heard = dialogue.folded(asked)
    is_done = _AS_DONE.search(heard) is not None
    # However much the caller talks beside it: the agent repeats the whole time in words of its own.
    is_short = len(heard.split()) < _LONG or (
        any(each.days for each in _hours(words, evidence))
        and not _TELLS_MORE.search(dialogue.folded(words))
    )
    is_echo = is_short and _has_claimed(evidence.turns[: number - 1])
    is_conceded = _CONCEDES.search(dialogue.folded(words)) is not None and _hours(words, evidence)
    if is_conceded and _has_claimed(evidence.turns[: number - 1]) and dialogue.has_clock(asked):
        pass  # the caller objected, and was given what he said
    elif (
        not (is_done or is_echo) or _IS_ASIDE.search(_GOODBYE.sub("", heard)) or not _is_yes(words)
    ):
        return None
    hours = _hours(words, evidence) or _hours(asked, evidence)
    if not hours:
        return None
    quote = f"{asked} – {words}"
    return Affirmed(turn=number, quote=quote, slots=tuple(hours), is_done=is_done)


# A sentence of its own, and not the time alone ("ja, am Dienstag ist bei uns auch eine Feier").
_TELLS_MORE = re.compile(r"\b(?:ist|sind|war|haben|hat|wird|gibt|findet|reicht|kommt)\b")
_CONCEDES = re.compile(
    r"\b(?:haben sie|sie haben|hast du|du hast) (?:ja |voellig |natuerlich )?recht\b|\bach ja\b|\bmein fehler\b"
    r"|^(?:ja|stimmt|genau|richtig|ach|oh)\b.*\b(?:entschuldig\w*|verzeihung|sorry|pardon)\b"
)
_LONG = 9
_AS_DONE = re.compile(
    r"\b(?:notiert|vorgemerkt|eingetragen|gebucht|angemeldet|aufgeschrieben|reserviert|eingeplant|fest|drin|verbucht|verstanden)\b"
)
_GOODBYE = re.compile(r"\bbis (?=(?:zum |am |dann )?(?:\w+tag|mittwoch|morgen|uebermorgen)\b)")
_IS_ASIDE = re.compile(
    r"\b(?:da sein|vorher|frueher|nicht|statt|soll|muss|darf|kann|koennte|ginge|geht|moechte|wollte|frei|oder|fertig|zurueck|wieder|dauert|bis|wenn|falls|haette|hatte)\b"
)
_YES = re.compile(
    r"\b(?:genau|richtig|stimmt|so ist es|korrekt|exakt|jawohl|ja|jo|jep|passt|so steht es|so machen wir(?: es|s)?|absolut|sicher)\b"
)


def _is_yes(words: str) -> bool:
    """Whether a turn only agrees: it neither denies, nor asks, nor looks."""
    heard = [act for act, _piece in dialogue.acts(words, wish=Wish.BOOK)]
    if any(act in (Act.DENIES, Act.LOOKS, Act.OFFERS) for act in heard):
        return False
    if dialogue.asks_for_more(words) or promises.corrects(words):
        return False
    first = dialogue.folded(dialogue.pieces(words)[0]) if dialogue.pieces(words) else ""
    return _YES.search(first) is not None


def _has_claimed(turns: Sequence[tuple[str, str]]) -> bool:
    return any(
        promises.books(sentence) or any(act == Act.DOES for act, _ in _acts(sentence))
        for role, words in turns
        if role == "agent"
        for sentence in promises.sentences(words)
    )


def _acts(words: str) -> list[tuple[Act, str]]:
    return list(dialogue.acts(words, wish=Wish.BOOK))


def _hours(words: str, evidence: Evidence) -> list[Slot]:
    if dialogue_words.SURROUNDINGS.search(dialogue.folded(words)):
        return []
    told = slots_in(words, now=evidence.began, opening=evidence.opening)
    return [each for each in told if each.hour is not None]
