"""What was understood of a time, held against what the table says, and what a tool made of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from calls import when
from calls.when import Opening, State, When

BERLIN = ZoneInfo("Europe/Berlin")
TABLES = Path(__file__).parent / "tables"
RIGHT, ASKED, WRONG = "right", "asked", "wrong"
QUESTIONS = frozenset(
    (
        State.AMBIGUOUS, State.CONFLICT, State.INVALID, State.PAST, State.TIME_ONLY, State.UNPARSEABLE,
    )
)  # fmt: skip
_WEEK, _WORKDAYS = range(1, 8), range(1, 6)
HOUSES: dict[str, dict[int, tuple[tuple[int, int], ...]]] = {
    "salon": {**dict.fromkeys(_WORKDAYS, ((540, 1080),)), 6: ((540, 840),)},
    "practice": dict.fromkeys(_WORKDAYS, ((480, 720), (840, 1080))),
    "bar": dict.fromkeys(range(2, 7), ((720, 1320),)),
    "gym": dict.fromkeys(_WEEK, ((360, 1380),)),
}
# Which minutes a part of the day must contain, and which it must not.
_PARTS = {
    "morning": ((540, 570), (780, 900, 1080)),
    "forenoon": ((540, 600, 690), (780, 900, 1080)),
    "noon": ((720, 750), (600, 960, 1080)),
    "afternoon": ((900, 930), (600, 690, 1200)),
    "evening": ((1110, 1140), (600, 900)),
}
_BARE = {
    "past": State.PAST,
    "invalid": State.INVALID,
    "conflict": State.CONFLICT,
    "earliest": State.EARLIEST,
    "time_only": State.TIME_ONLY,
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line of the table."""

    now: datetime
    house: str
    words: str
    meanings: tuple[str, ...]

    @property
    def opening(self) -> Opening:
        return Opening(hours=HOUSES[self.house])

    def meant(self, *, field: str) -> When:
        """Return what is understood where the words stand in a text, in a date field, in one of times, or in both."""
        date: str | None
        time: str | None
        if field == "text":
            return when.understand(self.words, now=self.now, opening=self.opening)
        if field == "both":
            date, _, time = self.words.partition(" ¦ ")
        else:
            date, time = (self.words, None) if field == "date" else (None, self.words)
        return when.understand_parts(date=date, time=time, now=self.now, opening=self.opening)


def said(table: str = "ear_when") -> Iterator[Said]:
    """Return the lines of a table, each with the clock and the house it stands under."""
    now, house = "", "salon"
    for line in (TABLES / f"{table}.txt").read_text().splitlines():
        if line.startswith("@"):
            now = line[1:].strip()
        elif line.startswith("%"):
            house = line[1:].strip()
        elif line and not line.startswith("#"):
            words, _, meanings = line.rpartition(" = ")
            yield Said(
                now=datetime.fromisoformat(now).replace(tzinfo=BERLIN),
                house=house,
                words=words,
                meanings=tuple(each.strip() for each in meanings.split(" // ")),
            )


@dataclass(kw_only=True)
class House:
    """What a business of the table offers, who does it (nothing: everything), and what is said there."""

    menu: dict[str, tuple[str, ...]] = field(default_factory=dict)
    team: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: list[list[str]] = field(default_factory=list)


def houses() -> dict[str, House]:
    found: dict[str, House] = {}
    for line in (TABLES / "ear_matching.txt").read_text().splitlines():
        mark, rest = line[:2].strip(), line[2:].strip()
        if mark == "==":
            found[rest] = house = House()
        elif mark == "+":
            name, _, aliases = rest.partition(" = ")
            house.menu[name] = _listed(aliases)
        elif mark == "@":
            name, _, skills = rest.partition(": ")
            house.team[name] = _listed(skills)
        elif line and mark != "#":
            house.lines.append(line.split(" | "))
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each for each in text.split(", ") if each)


def judge(meant: When, meanings: tuple[str, ...]) -> str:
    """Say whether a result is one of the meanings, a question instead, or wrong."""
    if any(_agrees(meant, each) for each in meanings):
        return RIGHT
    return ASKED if meant.state in QUESTIONS else WRONG


def _agrees(meant: When, wanted: str) -> bool:
    if wanted == "ask":
        return meant.state in QUESTIONS
    if wanted in _BARE:
        return meant.state == _BARE[wanted]
    if " | " in wanted:
        return _has_readings(meant, wanted.split(" | "))
    if ".." in wanted:
        return _is_range(meant, wanted)
    return _is_of_one_day(meant, wanted)


def _has_readings(meant: When, wanted: list[str]) -> bool:
    left = list(meant.alternatives)
    for each in wanted:
        found = next((reading for reading in left if _agrees(reading, each)), None)
        if found is None:
            return False
        left.remove(found)
    return meant.state == State.AMBIGUOUS and not left


def _is_range(meant: When, wanted: str) -> bool:
    first, last = wanted.split("..")
    if not last and meant.state == State.EARLIEST and meant.start is not None:
        return meant.start.date() == date.fromisoformat(first)
    if meant.state != State.RANGE or meant.start is None:
        return False
    end = None if meant.end is None else (meant.end - timedelta(seconds=1)).date()
    wanted_end = date.fromisoformat(last) - timedelta(days=1) if last else None
    return meant.start.date() == date.fromisoformat(first) and end == wanted_end


def _is_of_one_day(meant: When, wanted: str) -> bool:
    if wanted.startswith("about "):
        return _is_about(meant, _at(wanted[6:]))
    if wanted.startswith("at "):
        at = meant.time and f"{meant.time:%H:%M}"
        return meant.state == State.TIME_ONLY and at == wanted[3:]
    day, _, rest = wanted.partition(" ")
    if "T" in day:
        return meant.state == State.EXACT and _is_same(meant.start, _at(day))
    if not rest:
        return meant.state == State.DAY and meant.date == date.fromisoformat(day)
    return meant.date == date.fromisoformat(day) and _is_window(meant, rest)


def _is_about(meant: When, middle: datetime) -> bool:
    if meant.state == State.EXACT:
        return _is_same(meant.start, middle)
    minute = middle.hour * 60 + middle.minute
    return (
        meant.state == State.WINDOW
        and meant.date == middle.date()
        and meant.window_minutes is not None
        and minute - 60
        <= meant.window_minutes[0]
        <= minute
        < meant.window_minutes[1]
        <= minute + 61
    )


def _is_window(meant: When, wanted: str) -> bool:
    if meant.state != State.WINDOW or meant.window_minutes is None:
        return False
    first, last = meant.window_minutes
    if wanted in _PARTS:
        inside, outside = _PARTS[wanted]
        return all(first <= each < last for each in inside) and not any(
            first <= each < last for each in outside
        )
    begin, end = (_minute(each) if each else None for each in wanted.split("-"))
    return (first == begin if begin is not None else first <= 780) and (
        last == end if end is not None else last >= 1020
    )


def _is_same(one: datetime | None, other: datetime) -> bool:
    # In UTC: an hour that comes twice equals nothing in another zone. A table that writes no offset means either of the two.
    folds = (other, other.replace(fold=1)) if other.tzinfo is BERLIN else (other,)
    return one is not None and one.astimezone(UTC) in {each.astimezone(UTC) for each in folds}


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _at(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=BERLIN)


# --- what a tool said --------------------------------------------------------------------------------------


def is_told(answer: dict[str, Any], meant: When) -> bool:
    """Whether the answer of a tool says what was understood: the question, or only times that were meant."""
    if meant.state in QUESTIONS:
        return answer["state"] == _ASKED_AS.get(meant.state, "ask_date") and _offers(answer, meant)
    if answer["state"] != "available":
        # The house is closed then; what is offered instead is said to be something else.
        return answer["state"] in ("alternatives", "nothing_free") and bool(answer["data"]["rule"])
    starts = [datetime.fromisoformat(each["starts_at"]) for each in answer["data"]["slots"]]
    return bool(starts) and all(_is_meant(each, meant) for each in starts)


_ASKED_AS = {
    State.PAST: "past",
    State.INVALID: "invalid",
    State.CONFLICT: "conflict",
    State.AMBIGUOUS: "ambiguous",
}


def _offers(answer: dict[str, Any], meant: When) -> bool:
    return len(answer["data"].get("alternatives", ())) == len(meant.alternatives)


def _is_meant(start: datetime, meant: When) -> bool:
    local = start.astimezone(BERLIN)
    minute = local.hour * 60 + local.minute
    if meant.state == State.EXACT:
        return _is_same(meant.start, start)
    first, last = meant.window_minutes or (0, 24 * 60)
    is_in_hours = first <= minute < last or (meant.reason == "latest" and minute == last)
    after = meant.start is None or meant.start <= start
    before = meant.end is None or start < meant.end or meant.reason == "latest"
    return is_in_hours and after and before
