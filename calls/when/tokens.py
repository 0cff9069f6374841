"""From text to tokens: numeric dates and times, number words, and the words that matter."""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum, auto
from typing import NamedTuple

from calls.when import asides, english, idioms, words
from calls.when.lexicon import Kind


class Field(StrEnum):
    """Where the text comes from: a bare "26" is a day in a date field and "14" an hour in a time field."""

    TEXT = auto()
    DATE = auto()
    TIME = auto()


class Token(NamedTuple):
    """One token; `text` is folded as written, `parts` belong to numeric dates and times."""

    kind: Kind
    text: str = ""
    name: str = ""
    number: int = 0
    parts: tuple[int, ...] = ()


NOTHING = Token(Kind.EDGE_OF_TEXT)


def split(text: str) -> list[Token]:
    """Split folded text into tokens."""
    found: list[Token] = []
    for match in _TOKEN.finditer(_as_words_of_time(text)):
        shape = match.lastgroup or "word"
        found.extend(_MAKERS[shape](match))
    return list(_with_abbreviations(_with_joined_numbers(found)))


def _as_words_of_time(text: str) -> str:
    """Return German without idioms and asides; "26.11.2026" and "14:30 Uhr" are that already."""
    if _ONLY_DIGITS.fullmatch(text):
        return text
    return idioms.plain(asides.without(english.in_german(text)))


_ONLY_DIGITS = re.compile(r"[\d.:/ -]+(?:uhr)?")


def at(tokens: Sequence[Token], position: int) -> Token:
    """Return the token at a position, or nothing beyond both ends."""
    return tokens[position] if 0 <= position < len(tokens) else NOTHING


# --- shapes -----------------------------------------------------------------------------------------------

_ZONE = (
    r"(?:z\b|\s?(?:utc|gmt)\b(?!\+)|\s?(?:gmt|utc)?\+\d{2}:?\d{2}"
    r"|(?:(?<=:\d\d:\d\d)|(?<=\.\d{3}))-(?:0\d|1[0-2]):?\d{2}(?![\d:]))"
)
# "9 am" is the forenoon where English goes on or nothing does; in "9 am Freitag" it is a preposition.
_NOT_GERMAN = (
    r"(?=\s*(?:$|[-,.;!?()]|(?:am|on|at|in|to|bis|or|oder|and|und|till|until|today|tomorrow|next|this|please|bitte|uhr"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b))"
)
_HALF = rf"(?:\s?pm\b|(?<=\d)am\b|\s?am\b{_NOT_GERMAN})"
_TOKEN = re.compile(
    rf"""
      (?P<instant>\b\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:t|\s+)\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?:{_HALF}|{_ZONE})?(?!\d))
    | (?P<iso_week>\b\d{{4}}-?w\d{{1,2}}(?:-[1-7])?\b)
    | (?P<ymd>\b\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}}(?!\d))
    | (?P<compact>\b(?:19|20|21)\d{{6}}\b)
    | (?P<dmy>\b\d{{1,2}}\.\s?\d{{1,2}}\.(?:\s?(?:19|20|21)\d{{2}}\b|'?\d{{2}}\b(?!\s*(?:uhr|:|h\b)))?(?!\d))
    | (?P<slashed>\b\d{{1,2}}[/-]\d{{1,2}}[/-](?:\d{{4}}|\d{{2}})(?!\d))
    | (?P<day_month>\b\d{{1,2}}/\d{{1,2}}(?![\d/]))
    | (?P<clock>\b\d{{1,2}}\s?(?::|h(?=\d))\s?\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?!\d)(?:(?P<half>{_HALF})|{_ZONE})?)
    | (?P<short_clock>\b\d{{1,2}}:\d(?!\d))
    | (?P<half_hour>\b\d{{1,2}}{_HALF})
    | (?P<dotted>\b\d{{1,2}}\.\d{{1,2}}(?!\.?\d))
    | (?P<ordinal>\b\d{{1,2}}(?:\.(?!\d)|\.?(?:i?gs?|s)?te[nrsm]?\b|(?:st|nd|rd|th)\b))
    | (?P<number>\d+)
    | (?P<word>[a-z]+(?:'[a-z]+)?)
    | (?P<comma>[,;!?]|(?<=[a-z]{{4}})\.(?!\S))
    | (?P<dash>-)
    | (?P<slash>/)
    """,
    re.VERBOSE,
)
_DIGITS = re.compile(r"\d+")


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in _DIGITS.findall(text)]


def _instant(match: re.Match[str]) -> Iterator[Token]:
    """Cut an ISO date and time; the zone, if any, is kept in the text for `instants`."""
    text = match.group()
    year, month, day, hour, minute = _numbers(text)[:5]
    if text.endswith("m"):
        hour = _of_24(hour, text[-2:])
    yield Token(Kind.INSTANT, text, zone_of(text[10:]), 0, (year, month, day, hour, minute))


def zone_of(text: str) -> str:
    """Return the zone written behind a time: "", "+00:00" or another offset."""
    found = re.search(r"(z|utc|gmt|[+-]\d{2}:?\d{2})$", text.strip())
    if not found:
        return ""
    zone = found.group()
    return "+00:00" if zone in ("z", "utc", "gmt") else f"{zone[:3]}:{zone[-2:]}"


def _iso_week(match: re.Match[str]) -> Iterator[Token]:
    year, week, *weekday = _numbers(match.group())
    yield Token(Kind.ISO_WEEK, match.group(), parts=(year, week, *weekday))


def _ymd(match: re.Match[str]) -> Iterator[Token]:
    year, month, day = _numbers(match.group())
    yield Token(Kind.DATE, match.group(), parts=(year, month, day))


def _compact(match: re.Match[str]) -> Iterator[Token]:
    text = match.group()
    yield Token(Kind.DATE, text, parts=(int(text[:4]), int(text[4:6]), int(text[6:])))


def _dmy(match: re.Match[str]) -> Iterator[Token]:
    day, month, *year = _numbers(match.group())
    if not year and month > 12 and day <= 24 and month % 5 == 0:
        yield Token(
            Kind.DOTTED, match.group().rstrip("."), parts=(day, month)
        )  # "um 10.30." ends a sentence
        return
    full_year = year[0] + 2000 if year and year[0] < 100 else (year or [0])[0]
    yield Token(Kind.DATE, match.group(), parts=(full_year, month, day))


def _clock(match: re.Match[str]) -> Iterator[Token]:
    text = match.group()
    hour, minute = _numbers(text)[:2]
    if match.group("half"):
        yield Token(Kind.CLOCK, text, "firm", 0, (_of_24(hour, text[-2:]), minute))
        return
    yield Token(Kind.CLOCK, text, zone_of(text), 0, (hour, minute))


def _short_clock(match: re.Match[str]) -> Iterator[Token]:
    """Cut "9:0"; whether "9:5" is five past or ten to, nobody knows, so it is no time."""
    hour, minute = _numbers(match.group())
    yield Token(Kind.CLOCK, match.group(), "", 0, (hour, minute if not minute else 99))


def _half_hour(match: re.Match[str]) -> Iterator[Token]:
    text = match.group()
    yield Token(Kind.CLOCK, text, "firm", 0, (_of_24(_numbers(text)[0], text[-2:]), 0))


def _of_24(hour: int, half: str) -> int:
    """Return the hour of an English "pm" or "am"; what is no such hour stays wrong."""
    if not 1 <= hour <= 12:
        return hour if half == "pm" and hour < 24 else 99
    return hour % 12 + (12 if half == "pm" else 0)


def _dotted(match: re.Match[str]) -> Iterator[Token]:
    yield Token(Kind.DOTTED, match.group(), parts=tuple(_numbers(match.group())))


def _ordinal(match: re.Match[str]) -> Iterator[Token]:
    yield Token(Kind.ORDINAL, match.group(), "digits", _numbers(match.group())[0])


def _number(match: re.Match[str]) -> Iterator[Token]:
    text = match.group()
    yield Token(Kind.NUMBER, text, "digits", int(text[:9]))


def _word(match: re.Match[str]) -> Iterator[Token]:
    word = match.group()
    if word == "latest":
        yield Token(Kind.PREPOSITION, word, "latest")
    elif word == "anytime":
        yield Token(Kind.EARLIEST, word, "anytime")
    else:
        for meaning in words.meanings(word):
            yield Token(meaning.kind, word, meaning.name, meaning.number)


def _sign(kind: Kind) -> Callable[[re.Match[str]], Iterator[Token]]:
    def make(match: re.Match[str]) -> Iterator[Token]:
        yield Token(kind, match.group())

    return make


_MAKERS: dict[str, Callable[[re.Match[str]], Iterator[Token]]] = {
    "instant": _instant,
    "iso_week": _iso_week,
    "ymd": _ymd,
    "compact": _compact,
    "dmy": _dmy,
    "slashed": _dmy,
    "day_month": _dmy,
    "clock": _clock,
    "short_clock": _short_clock,
    "half_hour": _half_hour,
    "dotted": _dotted,
    "ordinal": _ordinal,
    "number": _number,
    "word": _word,
    "comma": _sign(Kind.COMMA),
    "dash": _sign(Kind.DASH),
    "slash": _sign(Kind.OR),
}


# --- what only the neighbours tell ------------------------------------------------------------------------


def _with_joined_numbers(tokens: Sequence[Token]) -> Iterator[Token]:
    """Join number words that the transcription tore apart: "fünf und zwanzig"."""
    position, between = 0, False
    while position < len(tokens):
        token = tokens[position]
        between = between or token.name == "zwischen"
        joined = None if between else _joined(tokens, position)
        yield joined or token
        position += 3 if joined else 1


def _joined(tokens: Sequence[Token], position: int) -> Token | None:
    ones, link, tens = (at(tokens, position + i) for i in range(3))
    small = ones.name == "word" and 1 <= ones.number <= 9
    if not (small or ones.text == "ein") or link.text != "und":
        return None
    if tens.name == "word" and tens.number % 10 == 0 and 20 <= tens.number <= 90:
        return Token(tens.kind, f"{ones.text}und{tens.text}", "word", tens.number + ones.number)
    return None


def _with_abbreviations(tokens: Iterator[Token]) -> Iterator[Token]:
    """Read "Di", "So" and the like as weekdays only where one can stand: they are everyday words too."""
    known = list(tokens)
    for position, token in enumerate(known):
        if token.kind is not Kind.ABBREVIATION:
            yield token
        elif _stands_as_weekday(known, position):
            yield Token(Kind.WEEKDAY, token.text, "abbreviated", token.number)
        elif token.text == "so":
            yield Token(Kind.PREPOSITION, token.text, "about")
        elif token.text == "fr":
            yield Token(Kind.TITLE, token.text)
        else:
            yield Token(Kind.WORD, token.text)


_LINKS = (Kind.DASH, Kind.OR, Kind.AND)
_AFTER_WEEKDAY = frozenset(
    (Kind.DATE, Kind.INSTANT, Kind.ORDINAL, Kind.CLOCK, Kind.NUMBER, Kind.PART, Kind.COMMA)
    + (Kind.PREPOSITION, Kind.DASH, Kind.OR, Kind.DOTTED, Kind.AND, Kind.EDGE_OF_TEXT, Kind.POLITE)
)


def _stands_as_weekday(tokens: Sequence[Token], position: int) -> bool:
    following = at(tokens, position + 1)
    before, earlier = at(tokens, position - 1), at(tokens, position - 2)
    if before.kind in _LINKS or before.name == "bis":
        is_listed = earlier.kind is Kind.ABBREVIATION  # "Mo-Fr"; but "Dienstag oder so"
        if is_listed or (earlier.kind is Kind.WEEKDAY and tokens[position].text != "so"):
            return True
    if tokens[position].text != "so" or before.text == "am":
        return following.kind in _AFTER_WEEKDAY
    if following.kind is Kind.COMMA:
        following = at(tokens, position + 2)
    is_alone = position == 0 and following.kind is Kind.EDGE_OF_TEXT
    return is_alone or following.kind in (Kind.DATE, Kind.INSTANT)
