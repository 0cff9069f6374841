"""What a German time expression means: the one parser for dates, times, spans and parts of the day.

Pure: `(text, now, opening) → When`. It never fills anything in and never moves anything; what has two
meanings comes back as `ambiguous` with both. See `result.State` for the closed set of answers.
"""

import re
from datetime import datetime
from functools import lru_cache

from calls.when import answering, folding, reading
from calls.when.answering import Here
from calls.when.facts import Fact, Mark
from calls.when.result import Opening, State, When
from calls.when.tokens import Field

__all__ = ["Opening", "State", "When", "understand", "understand_parts"]

_LONGEST = 500
# What models write when nothing was said.
_PLACEHOLDERS = frozenset(
    """null none nil nan undefined unknown unbekannt unspecified leer empty string text date time datum uhrzeit zeit tag
    datetime tbd tba n/a na k.a ka keine keins kein nichts offen false true not_specified notspecified missing fehlt
    not_provided yyyy-mm-dd yyyy-mm-ddthh:mm tt.mm.jjjj dd.mm.yyyy hh:mm hh:mm:ss 0000-00-00 00.00.0000 x xxx
    ungueltig invalid default example beispiel""".split()
    + [
        "nicht angegeben",
        "keine angabe",
        "keine angaben",
        "not specified",
        "not provided",
        "nicht genannt",
    ]
    + ["nicht bekannt", "noch offen", "noch unbekannt", "kein datum", "keine uhrzeit", "keine zeit"]
    + ["weiss nicht", "ich weiss nicht", "weiss ich nicht", "no date", "no time", "not given"]
)
_WRAPPING = " \t\r\n.,;:!?-_\"'`()[]{}<>„“”‚‘*/\\"
_EMPTY_MIDNIGHT = re.compile(
    r"^(\d{4}-\d{1,2}-\d{1,2})[t ]00:00(?::00(?:\.0+)?)?(?:z|[+-]\d{2}:?\d{2})?$"
)


def understand(text: str, *, now: datetime, opening: Opening | None = None) -> When:
    """Return what a text says about a date or a time.

    `now` is aware, its zone is the branch's zone. `opening` only chooses between the readings of an hour
    from one to twelve.

    :raises ValueError: `now` is naive
    """
    here = _here(now, opening)
    said = _said(text)
    if not said:
        return answering.NOTHING_SAID
    if len(said) > _LONGEST:
        return answering.TOO_LONG
    return answering.answer([*_facts(said, Field.TEXT)], here=here)


def understand_parts(
    *,
    now: datetime,
    date: str | int | None = None,
    time: str | int | None = None,
    opening: Opening | None = None,
) -> When:
    """Return what a date and a time mean together that came in two fields, by the rules of `understand`.

    Each may be German text, ISO, both at once, empty or a placeholder.

    :raises ValueError: `now` is naive
    """
    here = _here(now, opening)
    day, hour = _EMPTY_MIDNIGHT.sub(r"\1", _said(date)), _said(time)
    if not (day or hour):
        return answering.NOTHING_SAID
    if max(len(day), len(hour)) > _LONGEST:
        return answering.TOO_LONG
    said = [_facts(day, Field.DATE), _facts("" if day == hour else hour, Field.TIME)]
    useful = [facts for facts in said if _says_anything(facts)] or said
    return answering.answer([fact for facts in useful for fact in (*facts, Mark.COMMA)], here=here)


def _here(now: datetime, opening: Opening | None) -> Here:
    if now.tzinfo is None:
        raise ValueError("now must be aware: its zone is the branch's zone")
    return Here(now=now, zone=now.tzinfo, opening=opening)


def _said(value: str | int | None) -> str:
    """Return the folded text, or nothing for what only stands in for an answer."""
    if value is None or isinstance(value, bool):
        return ""
    folded = " ".join(folding.fold(str(value)[: 4 * _LONGEST]).split())
    bare = folded.strip(_WRAPPING)
    return "" if not bare or bare in _PLACEHOLDERS else folded


@lru_cache(maxsize=4096)
def _facts(text: str, field: Field) -> tuple[Fact, ...]:
    return tuple(reading.facts_in(text, field=field)) if text else ()


def _says_anything(facts: tuple[Fact, ...]) -> bool:
    return any(not isinstance(fact, Mark) or fact in _TELLING for fact in facts)


_TELLING = (Mark.EARLIEST, Mark.ANYTIME, Mark.SOON, Mark.RECURRING, Mark.UNREAD, Mark.COMPARED)
