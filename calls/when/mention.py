"""One mention of days: its facts sorted, and the spans of days it can mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from calls.when.facts import (
    Away,
    Coming,
    Day,
    Edge,
    Fact,
    Feast,
    In,
    Month,
    Week,
    Weekday,
    Weekend,
    WeekOf,
    Year,
)
from calls.when.result import State

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
RECENT = timedelta(days=30)
YEARS = range(1900, 2500)  # beyond them nobody makes an appointment, and calendars overflow


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to before `end`; None is open. A `tentative` today counts only with time still ahead."""

    first: date | None
    end: date | None
    is_day: bool = True
    tentative: bool = False
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that can be meant: one span, several to ask about, or why there is none."""

    spans: tuple[Span, ...] = ()
    state: State = State.DAY
    reason: str = ""


INVALID_DATE = Days(state=State.INVALID, reason="no_such_date")


@dataclass(slots=True)
class Said:
    """The facts of one mention, sorted."""

    days: list[Day] = field(default_factory=list)
    aways: list[Away] = field(default_factory=list)
    feasts: list[Feast] = field(default_factory=list)
    weekdays: list[Weekday] = field(default_factory=list)
    weekend: Weekend | None = None
    ahead: In | None = None
    coming: Coming | None = None
    week: Week | None = None
    month: Month | None = None
    year: Year | None = None
    edge: Edge | None = None
    week_of: WeekOf | None = None
    is_offset_first: bool = False


_LISTS = {Day: "days", Away: "aways", Feast: "feasts", Weekday: "weekdays"}
_SINGLES = {
    Weekend: "weekend",
    In: "ahead",
    Coming: "coming",
    Week: "week",
    Month: "month",
    Year: "year",
    Edge: "edge",
    WeekOf: "week_of",
}


def sort(facts: Sequence[Fact]) -> Said:
    said = Said()
    for fact in facts:
        if type(fact) in _LISTS:
            getattr(said, _LISTS[type(fact)]).append(fact)
        elif type(fact) in _SINGLES:
            setattr(said, _SINGLES[type(fact)], fact)
        if isinstance(fact, In):
            said.is_offset_first = not said.weekdays
    if said.week and said.week.weekday:
        said.weekdays.append(Weekday(said.week.weekday))
    return said


def complete(facts: Sequence[Fact], other: Sequence[Fact]) -> list[Fact]:
    """Give the facts of one choice what only the other choice names: week, month, or which weekday."""
    found = list(facts)
    weekday = next((f for f in other if isinstance(f, Weekday)), None)
    for i, fact in enumerate(found):
        if isinstance(fact, Weekday) and not fact.which and weekday:
            found[i] = replace(fact, which=weekday.which)
        if isinstance(fact, Day) and not fact.month:
            found[i] = _with_month(fact, other)
    wants = {Week: Weekday, Month: Day}
    for kind, wanted_by in wants.items():
        lacks = not any(isinstance(f, kind) for f in found)
        if lacks and any(isinstance(f, wanted_by) for f in found):
            found += [f for f in other if isinstance(f, kind)]
    return found


def _with_month(day: Day, other: Sequence[Fact]) -> Day:
    donor = next((f for f in other if isinstance(f, Day) and f.month), None)
    return replace(day, month=donor.month, year=donor.year) if donor else day


def singles(days: Sequence[date]) -> tuple[Span, ...]:
    return tuple(Span(day, day + DAY) for day in days)
