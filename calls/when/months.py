"""Days of the calendar: dates without a year, distances, months and years."""

from calendar import monthrange
from datetime import date, timedelta

from calls.when.facts import (
    Coming,
    Month,
)
from calls.when.mention import DAY, INVALID_DATE, RECENT, WEEK, YEARS, Days, Said, Span, singles
from calls.when.result import State


def year_of(said: Said, today: date) -> int:
    if said.year is None:
        return 0
    return said.year.number or today.year + said.year.ahead


def month_of(month: Month, today: date, year: int) -> tuple[int, int]:
    """Return number and year of a month; the year is 0 where only the day can tell it."""
    if month.number and not month.which:
        return month.number, year
    first = month_start(month, today)
    return first.month, first.year


def valid(year: int, month: int, day: int) -> date | None:
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def without_year(day: int, month: int, today: date) -> date | Days:
    """Return this year's date if it is ahead or at most 30 days back, else next year's."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return INVALID_DATE
    usual_end = date(today.year, month, min(day, monthrange(today.year, month)[1]))
    year = today.year if usual_end >= today - RECENT else today.year + 1
    return valid(year, month, day) or INVALID_DATE


def day_of_month(day: int, today: date) -> date | Days:
    """Return the next such day of this month or the coming one; one that this month lacks is asked about."""
    if not 1 <= day <= 31:
        return INVALID_DATE
    coming = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    this = valid(today.year, today.month, day)
    if this and this >= today:
        return this
    following = valid(coming.year, coming.month, day)
    if this and following:
        return following
    offered = following or valid(coming.year, coming.month + 1, day)
    return Days(singles([offered] if offered else []), State.INVALID, "no_such_day_this_month")


def by_offset(said: Said, today: date) -> Days | None:
    if said.coming:
        return _coming(said.coming, today)
    ahead = said.ahead
    if not ahead or ahead.unit in ("minute", "hour"):
        return None
    if ahead.upto:
        first, last = (away(amount, ahead.unit, today) for amount in (ahead.amount, ahead.upto))
        if not first or not last or last < first:
            return Days(state=State.UNPARSEABLE, reason="unclear")
        return Days((Span(first, last + DAY, is_day=False),))
    if ahead.unit == "day" and ahead.amount == 8:  # by custom one week, by the words a day more
        return Days(singles([today + WEEK, today + WEEK + DAY]), reason="eight_days")
    day = away(ahead.amount, ahead.unit, today)
    return Days(singles([day])) if day else INVALID_DATE


def away(amount: int, unit: str, today: date) -> date | None:
    if unit in ("day", "week"):
        return today + timedelta(days=amount * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 + amount * (12 if unit == "year" else 1)
    return valid(months // 12, months % 12 + 1, today.day)


def _coming(coming: Coming, today: date) -> Days | None:
    if coming.unit in ("minute", "hour"):
        return None
    end = away(coming.amount, coming.unit, today) or today + timedelta(days=31 * coming.amount)
    return Days((Span(today, end + DAY, is_day=False),))


def by_month(said: Said, today: date) -> Days | None:
    if not said.month:
        return None
    if said.month.number > 12:
        return INVALID_DATE
    span = month_span(said, today)
    edge = said.edge.name if said.edge else ""
    first, end = span.first or today, span.end or today
    if edge == "begin":
        end = first + timedelta(days=10)
    elif edge == "middle":
        first, end = first + timedelta(days=10), first + timedelta(days=20)
    elif edge == "end":
        first = first + timedelta(days=20)
    return Days((Span(first, end, is_day=False),))


def month_span(said: Said, today: date) -> Span:
    month = said.month or Month()
    first = month_start(month, today, year_of(said, today))
    return Span(first, (first + timedelta(days=32)).replace(day=1), is_day=False)


def month_start(month: Month, today: date, year: int = 0) -> date:
    """Return the first day of a month; without a year, one that ended over 30 days ago is next year's."""
    if not month.number:
        months = today.year * 12 + today.month - 1 + month.ahead
        return date(months // 12, months % 12 + 1, 1)
    this = date(year or today.year, month.number, 1)
    over = (this + timedelta(days=32)).replace(day=1) <= today - RECENT
    is_current = (this.year, this.month) == (today.year, today.month)
    if not year and (over or (is_current and month.which == "naechst")):
        return this.replace(year=this.year + 1)
    return this


def by_year(said: Said, today: date) -> Days | None:
    if not said.year:
        return None
    year = year_of(said, today)
    quarter = {"begin": (1, 3), "middle": (5, 8), "end": (11, 12)}.get(
        said.edge.name if said.edge else "", (1, 12)
    )
    end = (date(year, quarter[1], 1) + timedelta(days=32)).replace(day=1)
    return Days((Span(date(year, quarter[0], 1), end, is_day=False),))
