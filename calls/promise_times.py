"""What time a claim is about: read from its own sentence, or from the one beside it that names day and hour.

Pure. Advice, goodbyes and what is told of the surroundings name times that are none of an appointment.
"""

import re
from datetime import datetime

from calls import dialogue, dialogue_words, when
from calls import promise_words as words_of
from calls.when import Opening, When


def said_about_each(
    parts: list[str], position: int, *, now: datetime, opening: Opening
) -> list[tuple[When | None, str]]:
    """Return the times of a claim: several, where one sentence tells of several appointments."""
    pieces = [
        (said, piece)
        for piece in words_of.AND.split(before_advice(parts[position]))
        for said in timed(piece, now=now, opening=opening)
    ]
    if len(pieces) > 1:
        return list(pieces)
    return [said_about(parts, position, now=now, opening=opening)]


def timed(piece: str, *, now: datetime, opening: Opening) -> list[When]:
    """Return the time of a piece that names an hour."""
    if words_of.SURROUNDINGS.search(dialogue.folded(piece)):
        return []
    said = read(piece, now=now, opening=opening)
    return [said] if names_an_hour(said) and said is not None else []


def said_about(
    parts: list[str], position: int, *, now: datetime, opening: Opening
) -> tuple[When | None, str]:
    """Return the time of a claim: from its own sentence, else from a neighbour that names day and time."""
    sentence = words_of.FAREWELL.sub("", before_advice(parts[position]))
    own = read(sentence, now=now, opening=opening)
    if own is not None and own.state == when.State.TIME_ONLY and position:
        beside = parts[
            position - 1
        ]  # "Diesen Donnerstag, den dritten. Ich habe Sie um acht eingetragen."
        is_day = len(beside.split()) < _SHORT_SENTENCE and "?" not in beside and is_stated(beside)
        day = read(beside, now=now, opening=opening) if is_day else None
        whole = f"{beside.rstrip(' .!')}, {sentence}"
        if day is not None and day.state == when.State.DAY:
            joined = read(whole, now=now, opening=opening)
            return joined or own, whole
    if own is not None:
        return own, parts[position]
    for neighbour in (*parts[position + 1 : position + 2], *parts[max(0, position - 1) : position]):
        if neighbour.rstrip().endswith("?") or not is_stated(neighbour):
            continue
        for said in timed(before_advice(neighbour), now=now, opening=opening):
            return said, f"{parts[position]} {neighbour}"
    return None, parts[position]


_SHORT_SENTENCE = 8


def is_stated(sentence: str) -> bool:
    """Whether a sentence says how it is, and not what could be or what else there is."""
    said = dialogue_words.COURTESY.sub(" ", dialogue.folded(sentence))
    return not (
        words_of.TOLD_OF.search(said)
        or words_of.NOT_MEANT.search(said)
        or dialogue_words.OFFERS.search(said)
        or dialogue_words.SURROUNDINGS.search(said)
    )


def before_advice(sentence: str) -> str:
    """Return the part of a sentence that speaks of the appointment, not of what to do before it."""
    ended = words_of.ENDED.search(sentence)
    if ended and words_of.HAS_CLOCK_OR_DAY.search(dialogue.folded(ended.group(1))):
        sentence = ended.group(1)  # "storniert, der am Mittwoch bleibt"
    sentence = _DROPPED.sub("", sentence)
    return re.split(
        r"(?:^|,?\s+)(?:und )?(?:bitte|kommen Sie|bringen Sie|seien Sie|bring|denken Sie|nicht vergessen|vergessen Sie|Sie (?:erhalten|bekommen|kriegen)|du bekommst)\b",
        sentence,
        maxsplit=1,
        flags=re.IGNORECASE,
    )[0]


# The hour that was left ("verschoben, vierzehn Uhr entfällt").
_DROPPED = re.compile(
    r"(?:,|\bund\b|^)[^,;]*\b(?:entfällt|fällt weg|fällt aus|wieder frei|wird frei|ist hinfällig|gibt es nicht mehr)\b",
    re.IGNORECASE,
)


def read(sentence: str, *, now: datetime, opening: Opening) -> When | None:
    """Return the time that a sentence names; what it says anew ("also am siebten") is what it means."""
    sentence = _NO_TIME.sub(" ", sentence)
    for anew in words_of.ANEW.split(sentence)[:0:-1]:
        said = when.understand(anew, now=now, opening=opening)
        if said.state in (_EXACT, when.State.DAY):
            return said
    sentence = dialogue_words.TAKES_PLACE.sub("", sentence)
    said = when.understand(sentence, now=now, opening=opening)
    if said.state in _READABLE or (said.alternatives and said.state != when.State.INVALID):
        return said
    return None


# To the parser "an der Reihe" is a misspelled "Frühe", "an der Annahme" a limit, and "jetzt" a wish for as soon as possible.
_NO_TIME = re.compile(
    r"\ban (?:der|unserer|ihrer|eurer) \w+|\b(?:jetzt|nun)\b(?=.*\d| .*\w)", re.IGNORECASE
)


def names_an_hour(said: When | None) -> bool:
    """Whether a reading has an hour."""
    return said is not None and said.state in (_EXACT, when.State.TIME_ONLY)


_EXACT = when.State.EXACT
_READABLE = (when.State.EXACT, when.State.DAY, when.State.TIME_ONLY)
