"""Weekdays, weekends and ISO weeks, seen from today."""

from datetime import date, timedelta

from calls.when import months
from calls.when.facts import (
    In,
    Week,
    Weekday,
)
from calls.when.mention import DAY, INVALID_DATE, RECENT, WEEK, YEARS, Days, Said, Span, singles
from calls.when.result import State

# "Heute in acht Tagen" is the same weekday again.
_BY_CUSTOM_A_WEEK = 8


def by_weekday(said: Said, today: date) -> Days | None:
    """Return the day of a weekday; several weekdays are a choice."""
    if not said.weekdays:
        return None
    found = [_weekday(weekday, said, today) for weekday in _without_repeats(said.weekdays)]
    spans = tuple(dict.fromkeys(span for days in found for span in days.spans))
    if len(found) == 1 or not spans:
        return found[0]
    return Days(spans, reason="several_weekdays")


def _without_repeats(weekdays: list[Weekday]) -> list[Weekday]:
    """Leave out the bare "Dienstag" beside "nächsten Dienstag", which says more."""
    said_better = {weekday.number for weekday in weekdays if weekday.which or weekday.nth}
    distinct = dict.fromkeys(weekdays)
    return [w for w in distinct if w.which or w.nth or w.number not in said_better]


def _weekday(weekday: Weekday, said: Said, today: date) -> Days:
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
    is_this_week = bool(gap) and monday_of(coming) == monday_of(today)
    if which == "letzt":
        return Days(singles([today - timedelta(days=(today.isoweekday() - number) % 7 or 7)]))
    if which in ("naechst", "uebernaechst"):
        first = coming if which == "naechst" else coming + WEEK
        if is_this_week:
            return Days(singles([first, first + WEEK]), reason="next_weekday")
        return Days(singles([first]))
    if which == "kommend" or gap:
        return Days(singles([coming]))
    tentative = Span(today, today + DAY, tentative=True)
    return Days((tentative, *singles([coming])), reason="weekday_is_today")


def _weekday_of_week(weekday: Weekday, week: Week, today: date) -> Days:
    monday = week_start(week, today)
    if monday is None:
        return Days(state=State.INVALID, reason="no_such_week")
    return Days(singles([monday + timedelta(days=weekday.number - 1)]))


def _weekday_of_month(weekday: Weekday, said: Said, today: date) -> Days:
    """Return the weekdays of a month that are ahead, or the one that was counted."""
    span = months.month_span(said, today)
    first = span.first or today
    day = first + timedelta(days=(weekday.number - first.isoweekday()) % 7)
    found = []
    while day < (span.end or day):
        found.append(day)
        day += WEEK
    if weekday.nth:
        found = found[weekday.nth - 1 : weekday.nth]
        return Days(singles(found)) if found else INVALID_DATE
    if weekday.which == "letzt":
        return Days(singles(found[-1:]))
    ahead = [day for day in found if day >= today] or found[-1:]
    return Days(singles(ahead), reason="several_weekdays")


def _weekday_after(weekday: Weekday, said: Said, ahead: In, today: date) -> Days:
    """Return "Dienstag in acht Tagen", "Dienstag in zwei Wochen" and "in zwei Wochen am Dienstag"."""
    if ahead.unit not in ("day", "week"):
        return Days(state=State.UNPARSEABLE, reason="unclear")
    if ahead.unit == "day" and ahead.amount % 7 and ahead.amount != _BY_CUSTOM_A_WEEK:
        return _weekday_at(weekday, today + timedelta(days=ahead.amount), today)
    alone = [
        span.first
        for span in _weekday_alone(weekday.number, weekday.which, today).spans
        if not span.tentative
    ]
    moved = [moved_by(day, ahead) for day in alone if day]
    from_next = [day for day in moved if day]
    if ahead.unit == "day":
        return Days(singles(from_next), reason="next_weekday")
    in_week = monday_of(today) + WEEK * ahead.amount + timedelta(days=weekday.number - 1)
    if said.is_offset_first:
        return Days(singles([in_week]))
    if in_week - today < WEEK * ahead.amount - 3 * DAY:
        return Days(singles(from_next))  # on a Saturday, Monday is not "in a week"
    return Days(singles(sorted({in_week, *from_next})), reason="weeks_from_when")


def _weekday_at(weekday: Weekday, day: date, today: date) -> Days:
    """Return "in zwei Tagen, also am Mittwoch": the day that was counted, if it is that weekday."""
    if day.isoweekday() == weekday.number:
        return Days(singles([day]))
    named = [span.first for span in _weekday_alone(weekday.number, weekday.which, today).spans]
    found = [day, *(each for each in named if each and each != today)]
    return Days(singles(found), State.CONFLICT, "weekday_contradicts_date")


def by_weekend(said: Said, today: date) -> Days | None:
    if not said.weekend:
        return None
    if said.week:
        monday = week_start(said.week, today)
        if monday is None:
            return Days(state=State.INVALID, reason="no_such_week")
        return Days((_weekend(monday),))
    monday, which = monday_of(today), said.weekend.which
    this, following = _weekend(monday), _weekend(monday + WEEK)
    is_weekend = today.isoweekday() >= 6
    if which == "letzt":
        return Days((_weekend(monday - WEEK),))
    if which in ("naechst", "uebernaechst"):
        return _next_weekend(monday, is_weekend, which)
    if is_weekend and which == "kommend":
        return Days((following,))
    if today.isoweekday() == 7 and not which:
        return Days((this, following), reason="weekend_is_today")
    return Days((this,))


def _next_weekend(monday: date, is_weekend: bool, which: str) -> Days:
    first = monday + (WEEK if which == "uebernaechst" else timedelta())
    if is_weekend:
        return Days((_weekend(first + WEEK),))
    return Days((_weekend(first), _weekend(first + WEEK)), reason="next_weekend")


def _weekend(monday: date) -> Span:
    return Span(monday + timedelta(days=5), monday + WEEK, is_day=False)


def by_week(said: Said, today: date) -> Days | None:
    if not said.week:
        return None
    monday = week_start(said.week, today)
    if monday is None:
        return Days(state=State.INVALID, reason="no_such_week")
    first, length = {"begin": (0, 2), "middle": (1, 3), "end": (3, 4)}.get(
        said.edge.name if said.edge else "", (0, 7)
    )
    start = monday + timedelta(days=first)
    return Days((Span(start, start + timedelta(days=length), is_day=False),))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_start(week: Week, today: date) -> date | None:
    """Return the Monday of a week; a number without a year follows the rule of dates without a year."""
    if not week.number:
        return monday_of(today) + WEEK * week.ahead
    year = week.year or today.isocalendar().year
    monday = _monday_of(year, week.number)
    is_long_over = monday is not None and monday + WEEK <= today - RECENT
    if is_long_over and not week.year:
        return _monday_of(year + 1, week.number)
    return monday


def _monday_of(year: int, week: int) -> date | None:
    if year not in YEARS:
        return None
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def moved_by(day: date, ahead: In | None) -> date | None:
    """Return the day of "heute in acht Tagen" (one week, by custom) or "morgen in zwei Wochen"."""
    if ahead is None or ahead.unit in ("minute", "hour"):
        return day
    if ahead.unit == "day" and ahead.amount == _BY_CUSTOM_A_WEEK:
        return day + WEEK
    return months.away(ahead.amount, ahead.unit, day)
