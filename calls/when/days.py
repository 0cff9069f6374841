"""Which days are meant: weekdays, dates, weeks, months, seen from today.

The rules: a bare weekday is the next one after today; "nächsten X" is the next one too,
but open for a week later while it lies in the current week; "nächste Woche X" counts ISO weeks; a date without
a year is this year's if it lies ahead or at most 30 days back (then it is past), else next year's.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from calls.when import feasts
from calls.when.facts import (
    Away,
    Bound,
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
    Year,
)
from calls.when.result import State

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_RECENT = timedelta(days=30)
_YEARS = range(1900, 2500)  # beyond them nobody makes an appointment, and calendars overflow


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


def resolve(facts: Sequence[Fact], *, today: date) -> Days | None:
    """Return the days that are meant, or None when nothing was said about days."""
    bounds = [i for i, fact in enumerate(facts) if isinstance(fact, Bound)]
    if not bounds:
        return _cluster(facts, today)
    last = bounds[-1]
    before, behind = _without_bounds(facts[:last]), facts[last + 1 :]
    bound = facts[last]
    name = bound.name if isinstance(bound, Bound) else ""
    if before and behind and name in ("bis", "latest"):
        return _between(before, list(behind), today)
    if before and behind:
        return _cluster([*before, *behind], today)
    return _bounded(_cluster([*before, *behind], today), name)


# --- spans ------------------------------------------------------------------------------------------------


def _without_bounds(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if not isinstance(fact, Bound)]


def _between(before: list[Fact], behind: list[Fact], today: date) -> Days | None:
    """Return everything from one day to another: "Montag bis Mittwoch", "vom 15. bis 20. Januar"."""
    left = _cluster(complete(before, behind), today)
    right = _cluster(complete(behind, before), today)
    if not left or not right or not left.spans or not right.spans:
        return left if left and not left.spans else right
    starts = [span for span in left.spans if not span.tentative]
    ends = [span for span in right.spans if not span.tentative]
    is_weekly = any(isinstance(fact, Weekday) for fact in behind)
    found = [
        _joined(start, ends[min(i, len(ends) - 1)], is_weekly=is_weekly)
        for i, start in enumerate(starts)
    ]
    if None in found:
        return Days(state=State.INVALID, reason="backwards")
    return Days(tuple(span for span in found if span), reason=left.reason)


def _joined(first: Span, last: Span, *, is_weekly: bool) -> Span | None:
    """Return the days from the first span to the end of the last; a weekday may be the one a week later."""
    if first.first is None or last.end is None:
        return None
    end = last.end
    if end <= first.first and is_weekly:
        end += _WEEK
    return Span(first.first, end, is_day=False) if end > first.first else None


def _bounded(days: Days | None, name: str) -> Days | None:
    """Open the days to the side that the preposition names."""
    if not days or not days.spans or name == "von":
        return days
    return replace(days, spans=tuple(_open(span, name) for span in days.spans))


def _open(span: Span, name: str) -> Span:
    if name == "ab":
        return Span(span.first, None, is_day=False, bound=name)
    if name == "nach":
        return Span(span.end, None, is_day=False, bound=name)
    if name == "vor":
        return Span(None, span.first, is_day=False, bound=name)
    return Span(None, span.end, is_day=False, bound=name)


# --- clusters ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Said:
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
}


def _cluster(facts: Sequence[Fact], today: date) -> Days | None:
    """Return what one mention means; its facts may stand in any order."""
    said = _sorted(facts)
    for rule in (_named, _by_weekday, _by_weekend, _by_offset, _by_week, _by_month, _by_year):
        found = rule(said, today)
        if found is not None:
            return found
    return None


def _sorted(facts: Sequence[Fact]) -> _Said:
    said = _Said()
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


# --- dates ------------------------------------------------------------------------------------------------


def _named(said: _Said, today: date) -> Days | None:
    """Return days that are named by date, by feast or by their distance: 15.1., Heiligabend, morgen."""
    if not (said.days or said.aways or said.feasts):
        return None
    if said.feasts:
        return _feast(said, today)
    if said.days and said.ahead:
        return Days(state=State.UNPARSEABLE, reason="unclear")
    found: list[date] = []
    for day in said.days:
        resolved = _date(day, said, today)
        if isinstance(resolved, Days):
            return resolved
        found.append(resolved)
    found += [today + timedelta(days=away.days) for away in said.aways]
    moved = [_moved(day, said.ahead) for day in dict.fromkeys(found)]
    known = [day for day in moved if day]
    return _checked(known, said, today) if known else _INVALID_DATE


def _moved(day: date, ahead: In | None) -> date | None:
    """Return the day of "heute in acht Tagen" (one week, by custom) or "morgen in zwei Wochen"."""
    if ahead is None or ahead.unit in ("minute", "hour"):
        return day
    if ahead.unit == "day" and ahead.amount == 8:
        return day + _WEEK
    return _away(ahead.amount, ahead.unit, day)


def _checked(found: list[date], said: _Said, today: date) -> Days:
    """Compare the dates with each other, with the weekday and with the week that were said beside them."""
    if len(found) > 1:
        return Days(_singles(found), State.CONFLICT, "dates_differ")
    day = found[0]
    for weekday in said.weekdays:
        if weekday.number != day.isoweekday() and day >= today:
            near = _nearest(weekday.number, day, today)
            return Days(_singles([day, near]), State.CONFLICT, "weekday_contradicts_date")
    if said.week and _week_start(said.week, today) not in (None, _monday(day)):
        monday = _week_start(said.week, today) or today
        other = monday + timedelta(days=day.isoweekday() - 1)
        return Days(_singles([day, other]), State.CONFLICT, "week_contradicts_date")
    return Days(_singles([day]))


def _singles(days: Sequence[date]) -> tuple[Span, ...]:
    return tuple(Span(day, day + _DAY) for day in days)


def _nearest(weekday: int, day: date, today: date) -> date:
    """Return the day of this weekday that lies nearest to a date and is not over."""
    later = day + timedelta(days=(weekday - day.isoweekday()) % 7)
    earlier = later - _WEEK
    return earlier if earlier >= today and day - earlier < later - day else later


def _date(day: Day, said: _Said, today: date) -> date | Days:
    month, year = day.month, day.year or _year_of(said, today)
    if not month and said.month:
        month, year = _month_of(said.month, today, year)
    if not month:
        return _day_of_month(day.day, today)
    if not year:
        return _without_year(day.day, month, today)
    return _valid(year, month, day.day) or _INVALID_DATE


_INVALID_DATE = Days(state=State.INVALID, reason="no_such_date")


def _year_of(said: _Said, today: date) -> int:
    if said.year is None:
        return 0
    return said.year.number or today.year + said.year.ahead


def _month_of(month: Month, today: date, year: int) -> tuple[int, int]:
    """Return number and year of a month; the year is 0 where only the day can tell it."""
    if month.number and not month.which:
        return month.number, year
    first = _month_start(month, today)
    return first.month, first.year


def _valid(year: int, month: int, day: int) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _without_year(day: int, month: int, today: date) -> date | Days:
    """Return this year's date if it is ahead or at most 30 days back, else next year's."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return _INVALID_DATE
    usual_end = date(today.year, month, min(day, monthrange(today.year, month)[1]))
    year = today.year if usual_end >= today - _RECENT else today.year + 1
    return _valid(year, month, day) or _INVALID_DATE


def _day_of_month(day: int, today: date) -> date | Days:
    """Return the next such day of this month or the coming one; one that this month lacks is asked about."""
    if not 1 <= day <= 31:
        return _INVALID_DATE
    coming = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    this = _valid(today.year, today.month, day)
    if this and this >= today:
        return this
    following = _valid(coming.year, coming.month, day)
    if this and following:
        return following
    offered = following or _valid(coming.year, coming.month + 1, day)
    return Days(_singles([offered] if offered else []), State.INVALID, "no_such_day_this_month")


def _feast(said: _Said, today: date) -> Days:
    name = said.feasts[0].name
    year = _year_of(said, today)
    first, end = feasts.days_of(name, year=year or today.year)
    if not year and first < today - _RECENT:
        first, end = feasts.days_of(name, year=today.year + 1)
    is_day = end - first == _DAY
    if is_day:
        moved = _moved(first, said.ahead)
        return _checked([moved], said, today) if moved else _INVALID_DATE
    return Days((Span(first, end, is_day=False),))


# --- weekdays ---------------------------------------------------------------------------------------------


def _by_weekday(said: _Said, today: date) -> Days | None:
    if not said.weekdays:
        return None
    found: list[Days] = [_weekday(weekday, said, today) for weekday in said.weekdays]
    if len(found) == 1:
        return found[0]
    spans = tuple(dict.fromkeys(span for days in found for span in days.spans))
    return Days(spans, reason="several_weekdays")


def _weekday(weekday: Weekday, said: _Said, today: date) -> Days:
    if said.week:
        return _weekday_of_week(weekday, said.week, today)
    if said.month:
        return _weekday_of_month(weekday, said, today)
    if weekday.nth:
        return Days(state=State.UNPARSEABLE, reason="unclear")
    if said.ahead:
        return _weekday_after(weekday, said, said.ahead, today)
    return _weekday_alone(weekday.number, weekday.which, today)


def _weekday_alone(number: int, which: str, today: date) -> Days:
    gap = (number - today.isoweekday()) % 7
    coming = today + timedelta(days=gap or 7)
    is_this_week = bool(gap) and _monday(coming) == _monday(today)
    if which == "letzt":
        return Days(_singles([today - timedelta(days=(today.isoweekday() - number) % 7 or 7)]))
    if which in ("naechst", "uebernaechst"):
        first = coming if which == "naechst" else coming + _WEEK
        if is_this_week:
            return Days(_singles([first, first + _WEEK]), reason="next_weekday")
        return Days(_singles([first]))
    if which == "kommend" or gap:
        return Days(_singles([coming]))
    tentative = Span(today, today + _DAY, tentative=True)
    return Days((tentative, *_singles([coming])), reason="weekday_is_today")


def _weekday_of_week(weekday: Weekday, week: Week, today: date) -> Days:
    monday = _week_start(week, today)
    if monday is None:
        return Days(state=State.INVALID, reason="no_such_week")
    return Days(_singles([monday + timedelta(days=weekday.number - 1)]))


def _weekday_of_month(weekday: Weekday, said: _Said, today: date) -> Days:
    """Return the weekdays of a month that are ahead, or the one that was counted."""
    span = _month_span(said, today)
    first = span.first or today
    day = first + timedelta(days=(weekday.number - first.isoweekday()) % 7)
    found = []
    while day < (span.end or day):
        found.append(day)
        day += _WEEK
    if weekday.nth:
        found = found[weekday.nth - 1 : weekday.nth]
        return Days(_singles(found)) if found else _INVALID_DATE
    if weekday.which == "letzt":
        return Days(_singles(found[-1:]))
    ahead = [day for day in found if day >= today] or found[-1:]
    return Days(_singles(ahead), reason="several_weekdays")


def _weekday_after(weekday: Weekday, said: _Said, ahead: In, today: date) -> Days:
    """Return "Dienstag in acht Tagen", "Dienstag in zwei Wochen" and "in zwei Wochen am Dienstag"."""
    if ahead.unit not in ("day", "week"):
        return Days(state=State.UNPARSEABLE, reason="unclear")
    alone = [
        span.first
        for span in _weekday_alone(weekday.number, weekday.which, today).spans
        if not span.tentative
    ]
    moved = [_moved(day, ahead) for day in alone if day]
    from_next = [day for day in moved if day]
    if ahead.unit == "day":
        return Days(_singles(from_next), reason="next_weekday")
    in_week = _monday(today) + _WEEK * ahead.amount + timedelta(days=weekday.number - 1)
    if said.is_offset_first:
        return Days(_singles([in_week]))
    return Days(_singles(sorted({in_week, *from_next})), reason="weeks_from_when")


def _by_weekend(said: _Said, today: date) -> Days | None:
    if not said.weekend:
        return None
    if said.week:
        monday = _week_start(said.week, today)
        if monday is None:
            return Days(state=State.INVALID, reason="no_such_week")
        return Days((_weekend(monday),))
    monday, which = _monday(today), said.weekend.which
    this, following = _weekend(monday), _weekend(monday + _WEEK)
    is_weekend = today.isoweekday() >= 6
    if which == "letzt":
        return Days((_weekend(monday - _WEEK),))
    if which in ("naechst", "uebernaechst"):
        return _next_weekend(monday, is_weekend, which)
    if is_weekend and which == "kommend":
        return Days((following,))
    if today.isoweekday() == 7 and not which:
        return Days((this, following), reason="weekend_is_today")
    return Days((this,))


def _next_weekend(monday: date, is_weekend: bool, which: str) -> Days:
    first = monday + (_WEEK if which == "uebernaechst" else timedelta())
    if is_weekend:
        return Days((_weekend(first + _WEEK),))
    return Days((_weekend(first), _weekend(first + _WEEK)), reason="next_weekend")


def _weekend(monday: date) -> Span:
    return Span(monday + timedelta(days=5), monday + _WEEK, is_day=False)


# --- distances, weeks, months, years ----------------------------------------------------------------------


def _by_offset(said: _Said, today: date) -> Days | None:
    if said.coming:
        return _coming(said.coming, today)
    ahead = said.ahead
    if not ahead or ahead.unit in ("minute", "hour"):
        return None
    if ahead.upto:
        first, last = (_away(amount, ahead.unit, today) for amount in (ahead.amount, ahead.upto))
        if not first or not last or last < first:
            return Days(state=State.UNPARSEABLE, reason="unclear")
        return Days((Span(first, last + _DAY, is_day=False),))
    if ahead.unit == "day" and ahead.amount == 8:  # by custom one week, by the words a day more
        return Days(_singles([today + _WEEK, today + _WEEK + _DAY]), reason="eight_days")
    day = _away(ahead.amount, ahead.unit, today)
    return Days(_singles([day])) if day else _INVALID_DATE


def _away(amount: int, unit: str, today: date) -> date | None:
    if unit in ("day", "week"):
        return today + timedelta(days=amount * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 + amount * (12 if unit == "year" else 1)
    return _valid(months // 12, months % 12 + 1, today.day)


def _coming(coming: Coming, today: date) -> Days | None:
    if coming.unit in ("minute", "hour"):
        return None
    end = _away(coming.amount, coming.unit, today) or today + timedelta(days=31 * coming.amount)
    return Days((Span(today, end + _DAY, is_day=False),))


def _by_week(said: _Said, today: date) -> Days | None:
    if not said.week:
        return None
    monday = _week_start(said.week, today)
    if monday is None:
        return Days(state=State.INVALID, reason="no_such_week")
    first, length = {"begin": (0, 2), "middle": (1, 3), "end": (3, 4)}.get(
        said.edge.name if said.edge else "", (0, 7)
    )
    start = monday + timedelta(days=first)
    return Days((Span(start, start + timedelta(days=length), is_day=False),))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week_start(week: Week, today: date) -> date | None:
    """Return the Monday of a week; a number without a year follows the rule of dates without a year."""
    if not week.number:
        return _monday(today) + _WEEK * week.ahead
    year = week.year or today.isocalendar().year
    monday = _monday_of(year, week.number)
    is_long_over = monday is not None and monday + _WEEK <= today - _RECENT
    if is_long_over and not week.year:
        return _monday_of(year + 1, week.number)
    return monday


def _monday_of(year: int, week: int) -> date | None:
    if year not in _YEARS:
        return None
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _by_month(said: _Said, today: date) -> Days | None:
    if not said.month:
        return None
    if said.month.number > 12:
        return _INVALID_DATE
    span = _month_span(said, today)
    edge = said.edge.name if said.edge else ""
    first, end = span.first or today, span.end or today
    if edge == "begin":
        end = first + timedelta(days=10)
    elif edge == "middle":
        first, end = first + timedelta(days=10), first + timedelta(days=20)
    elif edge == "end":
        first = first + timedelta(days=20)
    return Days((Span(first, end, is_day=False),))


def _month_span(said: _Said, today: date) -> Span:
    month = said.month or Month()
    first = _month_start(month, today, _year_of(said, today))
    return Span(first, (first + timedelta(days=32)).replace(day=1), is_day=False)


def _month_start(month: Month, today: date, year: int = 0) -> date:
    """Return the first day of a month; without a year, one that ended over 30 days ago is next year's."""
    if not month.number:
        months = today.year * 12 + today.month - 1 + month.ahead
        return date(months // 12, months % 12 + 1, 1)
    this = date(year or today.year, month.number, 1)
    over = (this + timedelta(days=32)).replace(day=1) <= today - _RECENT
    is_current = (this.year, this.month) == (today.year, today.month)
    if not year and (over or (is_current and month.which == "naechst")):
        return this.replace(year=this.year + 1)
    return this


def _by_year(said: _Said, today: date) -> Days | None:
    if not said.year:
        return None
    year = _year_of(said, today)
    quarter = {"begin": (1, 3), "middle": (5, 8), "end": (11, 12)}.get(
        said.edge.name if said.edge else "", (1, 12)
    )
    end = (date(year, quarter[1], 1) + timedelta(days=32)).replace(day=1)
    return Days((Span(date(year, quarter[0], 1), end, is_day=False),))
