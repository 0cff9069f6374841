"""Whether an answer about time is what a careful listener would have understood, a question instead, or wrong."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calls import when
from calls.when import When

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=BERLIN)
OPENING = when.Opening(hours=dict.fromkeys(range(1, 6), ((540, 1020),)))
RIGHT, ASKED, WRONG = "right", "asked", "wrong"
_QUESTIONS = frozenset(
    (
        when.State.AMBIGUOUS,
        when.State.CONFLICT,
        when.State.INVALID,
        when.State.PAST,
        when.State.TIME_ONLY,
        when.State.UNPARSEABLE,
    )
)
_STATES = {
    "earliest": when.State.EARLIEST,
    "past": when.State.PAST,
    "invalid": when.State.INVALID,
    "conflict": when.State.CONFLICT,
    "unclear": when.State.UNPARSEABLE,
}


def judge(said: When, expected: str) -> str:
    """Compare with any of the answers that were written down, which are joined by slashes."""
    if any(_agrees(said, each.strip()) for each in expected.split(" / ")):
        return RIGHT
    return ASKED if said.state in _QUESTIONS else WRONG


def _agrees(said: When, expected: str) -> bool:
    kind, _, rest = expected.partition(" ")
    if kind in _STATES:
        return said.state == _STATES[kind]
    return _KINDS[kind](said, rest)


def _asks(said: When, rest: str) -> bool:
    return said.state in _QUESTIONS


def _is_exact(said: When, rest: str) -> bool:
    wanted = datetime.fromisoformat(rest).replace(tzinfo=BERLIN)
    return said.state == when.State.EXACT and said.start == wanted


def _is_day(said: When, rest: str) -> bool:
    return said.state == when.State.DAY and said.date == date.fromisoformat(rest)


def _is_time(said: When, rest: str) -> bool:
    return said.state == when.State.TIME_ONLY and said.time == time.fromisoformat(rest)


def _is_window(said: When, rest: str) -> bool:
    day = re.search(r"\d{4}-\d\d-\d\d", rest)
    if day and said.date != date.fromisoformat(day[0]):
        return False
    if said.window_minutes is None:
        return False
    first, last = said.window_minutes
    points = re.findall(r"([~!])(\d\d):(\d\d)", rest)
    return all(
        (first <= int(hour) * 60 + int(minute) < last) is (mark == "~")
        for mark, hour, minute in points
    )


def _is_range(said: When, rest: str) -> bool:
    if said.start is None and said.end is None:
        return False
    points = re.findall(r"([~!])(\d{4}-\d\d-\d\d)", rest)
    return said.state == when.State.RANGE and all(
        _covers(said, date.fromisoformat(day)) is (mark == "~") for mark, day in points
    )


def _covers(said: When, day: date) -> bool:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
    after = said.start is None or said.start <= noon
    return after and (said.end is None or noon < said.end + timedelta(0))


def _is_ambiguous(said: When, rest: str) -> bool:
    days = {_day_of(each) for each in said.alternatives}
    return said.state == when.State.AMBIGUOUS and days == {
        date.fromisoformat(each) for each in rest.split(",")
    }


def _day_of(said: When) -> date | None:
    if said.date is not None or said.start is None:
        return said.date
    return said.start.date()


_KINDS = {
    "ask": _asks,
    "exact": _is_exact,
    "day": _is_day,
    "time": _is_time,
    "window": _is_window,
    "range": _is_range,
    "ambiguous": _is_ambiguous,
}
