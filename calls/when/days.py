"""Which days are meant: weekdays, dates, weeks, months, seen from today.

The rules: a bare weekday is the next one after today; "nächsten X" is the next one too,
but open for a week later while it lies in the current week; "nächste Woche X" counts ISO weeks; a date without
a year is this year's if it lies ahead or at most 30 days back (then it is past), else next year's.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from calls.when import feasts, mention, months, weeks
from calls.when.facts import Bound, Day, Fact, Weekday, WeekOf
from calls.when.mention import DAY, INVALID_DATE, RECENT, WEEK, Days, Said, Span, singles
from calls.when.result import State


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
        return _within(before, list(behind), name, today)
    return _bounded(_cluster([*before, *behind], today), name)


# --- spans ------------------------------------------------------------------------------------------------


def _without_bounds(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if not isinstance(fact, Bound)]


def _between(before: list[Fact], behind: list[Fact], today: date) -> Days | None:
    """Return everything from one day to another: "Montag bis Mittwoch", "vom 15. bis 20. Januar"."""
    left = _cluster(mention.complete(before, behind), today)
    right = _cluster(mention.complete(behind, before), today)
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


def _within(before: list[Fact], behind: list[Fact], name: str, today: date) -> Days | None:
    """Return "nächste Woche ab Mittwoch": the days that a bound leaves of the week or month that was named."""
    days, period = _cluster([*before, *behind], today), _cluster(before, today)
    if name not in ("ab", "nach", "vor") or not days or not period or len(period.spans) != 1:
        return days
    whole, left = period.spans[0], [_part_of(period.spans[0], day, name) for day in days.spans]
    if whole.is_day or None in left:
        return days
    return replace(days, spans=tuple(span for span in left if span))


def _part_of(whole: Span, day: Span, name: str) -> Span | None:
    first = {"ab": day.first, "nach": day.end}.get(name, whole.first)
    end = day.first if name == "vor" else whole.end
    return Span(first, end, is_day=False) if first and end and first < end else None


def _joined(first: Span, last: Span, *, is_weekly: bool) -> Span | None:
    """Return the days from the first span to the end of the last; a weekday may be the one a week later."""
    if first.first is None or last.end is None:
        return None
    end = last.end
    if end <= first.first and is_weekly:
        end += WEEK
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


def _cluster(facts: Sequence[Fact], today: date) -> Days | None:
    """Return what one mention means; its facts may stand in any order."""
    said = mention.sort(facts)
    for rule in (
        _named,
        weeks.by_weekday,
        weeks.by_weekend,
        months.by_offset,
        weeks.by_week,
        months.by_month,
        months.by_year,
    ):
        found = rule(said, today)
        if found is not None:
            return found
    return None


# --- dates ------------------------------------------------------------------------------------------------


def _named(said: Said, today: date) -> Days | None:
    """Return days that are named by date, by feast or by their distance: 15.1., Heiligabend, morgen."""
    if not (said.days or said.aways or said.feasts):
        return None
    if said.feasts:
        return _feast(said, today)
    if said.days and said.ahead:
        return _counted_and_named(said, today)
    found: list[date] = []
    for day in said.days:
        resolved = _date(day, said, today)
        if isinstance(resolved, Days):
            return resolved
        found.append(resolved)
    found += [today + timedelta(days=away.days) for away in said.aways]
    moved = [weeks.moved_by(day, said.ahead) for day in dict.fromkeys(found)]
    known = [day for day in moved if day]
    if said.week_of and len(known) == 1:
        return _week_of(known[0], said.week_of)
    return _checked(known, said, today) if known else INVALID_DATE


def _week_of(day: date, week: WeekOf) -> Days:
    monday = weeks.monday_of(day) + WEEK * week.ahead
    return Days((Span(monday, monday + WEEK, is_day=False),))


def _counted_and_named(said: Said, today: date) -> Days:
    """Return the day of "heute in einer Woche, der dreißigste": both have to say the same."""
    counted = weeks.moved_by(today, said.ahead)
    named = [_date(day, said, today) for day in said.days]
    if counted is None or any(day != counted for day in named):
        return Days(state=State.UNPARSEABLE, reason="unclear")
    return _checked([counted], said, today)


def _checked(found: list[date], said: Said, today: date) -> Days:
    """Compare the dates with each other, with the weekday and with the week that were said beside them."""
    if len(found) > 1:
        return Days(singles(found), State.CONFLICT, "dates_differ")
    day = found[0]
    for weekday in said.weekdays:
        if weekday.number != day.isoweekday() and day >= today:
            near = _nearest(weekday.number, day, today)
            return Days(singles([day, near]), State.CONFLICT, "weekday_contradicts_date")
    if said.week and weeks.week_start(said.week, today) not in (None, weeks.monday_of(day)):
        monday = weeks.week_start(said.week, today) or today
        other = monday + timedelta(days=day.isoweekday() - 1)
        return Days(singles([day, other]), State.CONFLICT, "week_contradicts_date")
    return Days(singles([day]))


def _nearest(weekday: int, day: date, today: date) -> date:
    """Return the day of this weekday that lies nearest to a date and is not over."""
    later = day + timedelta(days=(weekday - day.isoweekday()) % 7)
    earlier = later - WEEK
    return earlier if earlier >= today and day - earlier < later - day else later


def _date(day: Day, said: Said, today: date) -> date | Days:
    month, year = day.month, day.year or months.year_of(said, today)
    if not month and said.month:
        month, year = months.month_of(said.month, today, year)
    if not month:
        return months.day_of_month(day.day, today)
    if not year:
        return months.without_year(day.day, month, today)
    return months.valid(year, month, day.day) or INVALID_DATE


def _feast(said: Said, today: date) -> Days:
    name = said.feasts[0].name
    year = months.year_of(said, today)
    first, end = feasts.days_of(name, year=year or today.year)
    if not year and first < today - RECENT:
        first, end = feasts.days_of(name, year=today.year + 1)
    if said.week_of:
        return _week_of(first, said.week_of)
    is_day = end - first == DAY
    if is_day:
        moved = weeks.moved_by(first, said.ahead)
        return _checked([moved], said, today) if moved else INVALID_DATE
    return Days((Span(first, end, is_day=False),))
