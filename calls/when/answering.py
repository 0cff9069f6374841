"""From facts to the answer: settle choices and corrections, then put days and times together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from calls.when import days, hours, instants, settling
from calls.when.clock_forms import DAY_MINUTES
from calls.when.facts import (
    DATE_FACTS,
    TIME_FACTS,
    Away,
    Bound,
    Fact,
    In,
    Mark,
    Moment,
    Stretch,
    TimeFact,
)
from calls.when.hours import Hour
from calls.when.mention import Days, Span
from calls.when.result import Opening, State, When
from calls.when.settling import Facts

_Value = TypeVar("_Value")
NOTHING_SAID = When(state=State.UNPARSEABLE, reason="empty")
TOO_LONG = When(state=State.UNPARSEABLE, reason="too_long")
_NOT_UNDERSTOOD = When(state=State.UNPARSEABLE, reason="nothing_understood")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The clock and the hours of the branch."""

    now: datetime
    zone: tzinfo
    opening: Opening | None

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def has_time_left(self) -> bool:
        """Whether somebody who names today's weekday can mean today."""
        if self.opening is None or not self.opening.periods(None):
            return True
        minute = self.now.hour * 60 + self.now.minute
        return any(close > minute for _, close in self.opening.periods(self.now.isoweekday()))


def answer(facts: Facts, *, here: Here) -> When:
    """Return what the facts mean."""
    for mark in (Mark.RECURRING, Mark.COMPARED):
        if mark in facts:
            return When(state=State.UNPARSEABLE, reason=mark.value)
    choices = settling.choices(facts)
    if choices is None:
        return When(state=State.UNPARSEABLE, reason="negated")
    meanings = [_meaning(choice, here) for choice in choices]
    if len(meanings) == 1:
        return meanings[0]
    unclear = [meaning for meaning in meanings if meaning.state is State.UNPARSEABLE]
    return unclear[0] if unclear else _one_of(_flat(meanings), reason="choice")


# --- one meaning ------------------------------------------------------------------------------------------


def _meaning(facts: Facts, here: Here) -> When:
    dates: list[Fact] = [fact for fact in facts if isinstance(fact, (*DATE_FACTS, Bound))]
    times: list[TimeFact] = [fact for fact in facts if isinstance(fact, TIME_FACTS)]
    if Mark.UNREAD in facts and not any(isinstance(each, (Moment, Stretch)) for each in times):
        return When(state=State.UNPARSEABLE, reason="hour_unclear")
    waiting = _waiting(dates, times, here)
    if waiting:
        return waiting
    found = days.resolve(dates, today=here.today)
    if found is None:
        answered = _without_day(times, here)
    elif not found.spans or found.state is State.INVALID:
        nearest = tuple(_on(span, None, here) for span in found.spans)
        return When(state=found.state, reason=found.reason, alternatives=nearest)
    else:
        answered = _on_days(found, times, here)
    return _earliest(answered, facts)


def _waiting(dates: Sequence[Fact], times: Sequence[TimeFact], here: Here) -> When | None:
    """Return the instant of "in einer Stunde"; with another day or time beside it, it cannot be read."""
    ahead = next((f for f in dates if isinstance(f, In) and f.unit in ("minute", "hour")), None)
    if ahead is None:
        return None
    others = [f for f in dates if f is not ahead and f != Away(0)]
    if others or times or ahead.upto:
        return When(state=State.UNPARSEABLE, reason="unclear")
    minutes = ahead.amount * (60 if ahead.unit == "hour" else 1)
    start = instants.after(here.now, minutes=minutes)
    state = State.EXACT if minutes > 0 else State.PAST
    reason = "" if minutes > 0 else "time_past"
    return When(state=state, date=start.date(), time=_wall_time(start), start=start, reason=reason)


def _earliest(answered: When, facts: Facts) -> When:
    """Mark what may be the first free time within the days that were named."""
    strong, anytime = Mark.EARLIEST in facts, Mark.ANYTIME in facts
    is_bare = answered.state is State.UNPARSEABLE
    if not (strong or (is_bare and (anytime or Mark.SOON in facts))):
        return answered
    if is_bare:
        return When(state=State.EARLIEST, reason="anytime" if anytime else "")
    if answered.alternatives:
        return replace(answered, alternatives=tuple(map(_as_earliest, answered.alternatives)))
    return _as_earliest(answered)


def _as_earliest(answered: When) -> When:
    if answered.time is None and answered.state in (
        State.DAY,
        State.WINDOW,
        State.RANGE,
        State.TIME_ONLY,
    ):
        return replace(answered, state=State.EARLIEST)
    return answered


# --- without a day ----------------------------------------------------------------------------------------


def _without_day(times: Sequence[TimeFact], here: Here) -> When:
    said = hours.resolve(times, opening=here.opening, weekday=None)
    if said is None:
        return _NOT_UNDERSTOOD
    if not said.options:
        return When(state=said.state, reason=said.reason)
    options = [_time_only(option, here) for option in said.options]
    if said.state is State.CONFLICT:
        return _contradicting(options, said.reason)
    return _one_of(options, reason=said.reason)


def _time_only(option: Hour, here: Here) -> When:
    minute = option.minute
    if minute is not None and option.zone:
        instant = instants.in_zone(here.today, minute, written_zone=option.zone, zone=here.zone)
        minute = instant.hour * 60 + instant.minute
    return When(
        state=State.TIME_ONLY,
        time=_as_time(minute),
        window_minutes=option.window,
        reason=option.reason,
    )


def _as_time(minute: int | None) -> time | None:
    return None if minute is None else time(minute // 60 % 24, minute % 60)


# --- on a day ---------------------------------------------------------------------------------------------


def _on_days(found: Days, times: Sequence[TimeFact], here: Here) -> When:
    answers: list[When] = []
    reason = found.reason
    for span in found.spans:
        weekday = span.first.isoweekday() if span.is_day and span.first else None
        said = hours.resolve(times, opening=here.opening, weekday=weekday)
        each = _on_span(span, said, here)
        meanings = each.alternatives if each.state is State.AMBIGUOUS else (each,)
        if span.tentative:
            meanings = _still_ahead(meanings, here)
        answers += meanings
        reason = reason or each.reason
    if found.state is State.CONFLICT or any(one.state is State.CONFLICT for one in answers):
        return _contradicting(answers, reason)
    return _one_of(answers, reason=reason)


def _still_ahead(meanings: Sequence[When], here: Here) -> tuple[When, ...]:
    """Return what somebody who names today's weekday can mean of today; with no time, only while we are open."""
    return tuple(
        meaning
        for meaning in meanings
        if meaning.state is not State.PAST
        and (meaning.state is not State.DAY or here.has_time_left)
    )


def _on_span(span: Span, said: hours.Hours | None, here: Here) -> When:
    if said is None:
        return _on(span, None, here)
    if not said.options:
        return When(state=said.state, date=_date_of(span), reason=said.reason)
    options = [_on(span, option, here) for option in said.options]
    if said.state is State.CONFLICT:
        return _contradicting(options, said.reason)
    ahead = [option for option in options if option.state is not State.PAST]
    if all(_may_be_ahead(option, span, here) for option in said.options):
        options = ahead or options
    return options[0] if len(options) == 1 else _one_of(_flat(options), reason=said.reason)


def _may_be_ahead(option: Hour, span: Span, here: Here) -> bool:
    """Whether "heute um sechs", said at noon, is in the evening: we are open then, or it is midnight that comes."""
    if option.minute is None or here.opening is None or span.first is None:
        return option.minute in _MIDNIGHTS
    periods = here.opening.periods(span.first.isoweekday())
    is_open = any(first <= option.minute < last for first, last in periods)
    return is_open or option.minute in _MIDNIGHTS


_MIDNIGHTS = (0, DAY_MINUTES)


def _date_of(span: Span) -> date | None:
    return span.first if span.is_day else None


def _on(span: Span, option: Hour | None, here: Here) -> When:
    if not span.is_day or span.first is None or span.end is None:
        return _over_days(span, option, here)
    if option is None:
        return _whole_day(span.first, span.end, here)
    if option.window is not None:
        return _window(span.first, option, option.window, here)
    return _exact(span.first, option, here)


def _whole_day(first: date, end: date, here: Here) -> When:
    is_past = first < here.today
    return When(
        state=State.PAST if is_past else State.DAY,
        date=first,
        start=instants.boundary(first, 0, zone=here.zone),
        end=instants.boundary(end, 0, zone=here.zone),
        reason="date_past" if is_past else "",
    )


def _window(day: date, option: Hour, window: tuple[int, int], here: Here) -> When:
    end = instants.boundary(day, window[1], zone=here.zone)
    is_past = not instants.is_before(here.now, end)
    return When(
        state=State.PAST if is_past else State.WINDOW,
        date=day,
        time=_as_time(option.minute),
        start=instants.boundary(day, window[0], zone=here.zone),
        end=end,
        window_minutes=window,
        reason=_past_reason(day, here) if is_past else option.reason,
    )


def _past_reason(day: date, here: Here) -> str:
    return "date_past" if day < here.today else "time_past"


def _exact(day: date, option: Hour, here: Here) -> When:
    minute = option.minute or 0
    if option.zone:
        written = instants.in_zone(day, minute, written_zone=option.zone, zone=here.zone)
        return _instant(written, here)
    starts = instants.named(day, minute, zone=here.zone)
    if not starts:
        return When(state=State.INVALID, date=day, time=_as_time(minute), reason="time_skipped")
    found = [_instant(start, here) for start in starts]
    if len(found) == 1 or all(one.state is State.PAST for one in found):
        return found[0]
    return replace(_one_of(found, reason="time_doubled"), date=day, time=_as_time(minute))


def _instant(start: datetime, here: Here) -> When:
    is_past = instants.is_before(start, here.now)
    return When(
        state=State.PAST if is_past else State.EXACT,
        date=start.date(),
        time=_wall_time(start),
        start=start,
        reason=_past_reason(start.date(), here) if is_past else "",
    )


def _wall_time(start: datetime) -> time:
    return time(start.hour, start.minute)


def _over_days(span: Span, option: Hour | None, here: Here) -> When:
    """Return several days; with "ab" and "bis", a time beside the day belongs to that end."""
    minute = option.minute if option and option.window is None else None
    start, end = _edges(span, minute if span.bound else None, here)
    is_past = end is not None and not instants.is_before(here.now, end)
    state, reason = (State.PAST, "date_past") if is_past else (State.RANGE, "")
    return When(
        state=state,
        time=None if span.bound else _as_time(option.minute if option else None),
        start=None if is_past and span.first is None else start,
        end=end,
        window_minutes=option.window if option else None,
        reason=reason or (option.reason if option else ""),
    )


def _edges(span: Span, minute: int | None, here: Here) -> tuple[datetime, datetime | None]:
    """Return both ends; "bis Freitag um zwölf" ends on Friday, though the span of Friday ends at midnight."""
    first, last = span.first, span.end
    if minute is not None and span.bound == "nach" and first:
        first -= timedelta(days=1)
    if minute is not None and span.bound in ("bis", "latest") and last:
        last -= timedelta(days=1)
    start = (
        instants.boundary(first, (minute or 0) if span.end is None else 0, zone=here.zone)
        if first
        else here.now
    )
    return start, instants.boundary(last, minute or 0, zone=here.zone) if last else None


# --- several meanings -------------------------------------------------------------------------------------


def _flat(meanings: Sequence[When]) -> list[When]:
    found: list[When] = []
    for meaning in meanings:
        is_open = meaning.state in (State.AMBIGUOUS, State.CONFLICT)
        found += meaning.alternatives if is_open and meaning.alternatives else (meaning,)
    return found


def _one_of(meanings: Sequence[When], *, reason: str) -> When:
    """Return the only meaning, or ask; instants are compared in UTC because of the doubled hour."""
    distinct = list({_key(meaning): meaning for meaning in meanings}.values())
    if len(distinct) == 1 or all(meaning.state in _HOPELESS for meaning in distinct):
        return distinct[0]
    return When(
        state=State.AMBIGUOUS,
        alternatives=tuple(distinct),
        date=_shared(distinct, lambda when: when.date),
        time=_shared(distinct, lambda when: when.time),
        reason=reason,
    )


_HOPELESS = (State.PAST, State.INVALID, State.UNPARSEABLE)


def _contradicting(meanings: Sequence[When], reason: str) -> When:
    return When(
        state=State.CONFLICT,
        alternatives=tuple(_flat(meanings)),
        date=_shared(meanings, lambda when: when.date),
        time=_shared(meanings, lambda when: when.time),
        reason=reason,
    )


def _key(meaning: When) -> tuple[When, float]:
    return meaning, meaning.start.timestamp() if meaning.start else 0.0


def _shared(meanings: Sequence[When], part: Callable[[When], _Value]) -> _Value | None:
    values = {part(meaning) for meaning in meanings}
    return values.pop() if len(values) == 1 else None
