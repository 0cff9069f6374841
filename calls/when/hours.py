"""Which time of day is meant: readings of an hour, parts of the day, and what limits them.

An hour from one to twelve is decided by a part of the day if one was said, else by the opening hours: first
those of the day, then those of the whole week. What they do not decide stays open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from calls.when.clock_forms import DAY_MINUTES
from calls.when.facts import Clock, Form, Moment, Part, Role, Stretch, TimeFact
from calls.when.result import Opening, State

Minutes = tuple[int, int]
_ABOUT_MINUTES = 30

# What a part of the day means when it stands alone, ...
WINDOWS: dict[tuple[str, str], Minutes] = {
    ("frueh", ""): (6 * 60, 10 * 60),
    ("frueh", "early"): (5 * 60, 8 * 60),
    ("frueh", "late"): (8 * 60, 10 * 60),
    ("vormittag", ""): (8 * 60, 12 * 60),
    ("vormittag", "early"): (8 * 60, 10 * 60),
    ("vormittag", "late"): (10 * 60, 12 * 60),
    ("mittag", ""): (11 * 60, 14 * 60),
    ("mittag", "early"): (11 * 60, 12 * 60),
    ("mittag", "late"): (13 * 60, 14 * 60),
    ("nachmittag", ""): (12 * 60, 18 * 60),
    ("nachmittag", "early"): (12 * 60, 15 * 60),
    ("nachmittag", "late"): (15 * 60, 18 * 60),
    ("abend", ""): (17 * 60, 22 * 60),
    ("abend", "early"): (17 * 60, 19 * 60),
    ("abend", "late"): (20 * 60, 24 * 60),
    ("nacht", ""): (22 * 60, 30 * 60),
    ("nacht", "early"): (22 * 60, 24 * 60),
    ("nacht", "late"): (24 * 60, 30 * 60),
}
# ... and which hours can be called so.
_REACH: dict[str, tuple[Minutes, ...]] = {
    "frueh": ((60, 12 * 60),),
    "vormittag": ((6 * 60, 12 * 60),),
    "mittag": ((11 * 60, 15 * 60),),
    "nachmittag": ((12 * 60, 19 * 60),),
    "abend": ((16 * 60, 24 * 60),),
    "nacht": ((21 * 60, 24 * 60), (0, 5 * 60)),
}


@dataclass(frozen=True, slots=True)
class Hour:
    """One meaning of the words: a minute of the day, a window of it, or the middle of a window."""

    minute: int | None = None
    window: Minutes | None = None
    reason: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """All meanings of the words, or why there is none."""

    options: tuple[Hour, ...] = ()
    state: State = State.EXACT
    reason: str = ""


def resolve(
    facts: Sequence[TimeFact], *, opening: Opening | None, weekday: int | None
) -> Hours | None:
    """Return the times that are meant on a weekday (None: no certain one), or None when none was said."""
    if not facts:
        return None
    if any(not clock.readings for clock in _clocks(facts)):
        return Hours(state=State.INVALID, reason="no_such_time")
    chooser = _Chooser(
        parts=[fact for fact in facts if isinstance(fact, Part)], opening=opening, weekday=weekday
    )
    moments = [f for f in facts if isinstance(f, Moment) and f.role in (Role.AT, Role.ABOUT)]
    limits = _limits(facts, chooser)
    if isinstance(limits, Hours):
        return limits
    if moments:
        return _moments(moments, limits, chooser)
    if limits is not None:
        return Hours(limits, reason="hour")
    return _parts(chooser.parts)


def _clocks(facts: Iterable[TimeFact]) -> Iterable[Clock]:
    for fact in facts:
        if isinstance(fact, Moment):
            yield fact.clock
        elif isinstance(fact, Stretch):
            yield from (fact.first, fact.last)


# --- choosing among readings ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chooser:
    """What decides between the readings of an hour."""

    parts: list[Part]
    opening: Opening | None
    weekday: int | None

    def fitting(self, clock: Clock, *, is_end: bool = False) -> tuple[int, ...]:
        """Return the readings that can be meant; none when a part of the day excludes all."""
        if self.parts:
            fits = tuple(m for m in clock.readings if self._is_called_so(m))
            first = clock.readings[:1] if clock.form is not Form.OPEN else ()
            return first if first and first[0] in fits else fits or self._if_firm(clock)
        if len(clock.readings) == 1 or clock.form is Form.MIDNIGHT:
            return clock.readings
        return self._by_opening(clock, is_end=is_end)

    def _if_firm(self, clock: Clock) -> tuple[int, ...]:
        """Let "nachmittags 03:00" be the afternoon: the part of the day was said, the digits were written."""
        turned = [m + 720 for m in clock.readings if clock.form is Form.FIRM and 60 <= m < 720]
        return tuple(m for m in turned if self._is_called_so(m))

    def _is_called_so(self, minute: int) -> bool:
        return all(
            any(first <= minute <= last for first, last in _REACH[part.name]) for part in self.parts
        )

    def _by_opening(self, clock: Clock, *, is_end: bool) -> tuple[int, ...]:
        inside = self._inside(clock, is_end=is_end)
        if clock.form is Form.DIGITAL:
            return inside if len(inside) == 2 else clock.readings[:1]
        return inside or self._closing(clock) or clock.readings

    def _closing(self, clock: Clock) -> tuple[int, ...]:
        """Return the reading at which the day closes, if it lies within the hours of other days: nobody means the night."""
        if not self.opening:
            return ()
        week = self.opening.periods(None)
        ends = {last for _, last in self.opening.periods(self.weekday)}
        return tuple(m for m in clock.readings if m in ends and _is_inside(m, week, is_end=False))

    def _hours(self) -> tuple[Minutes, ...]:
        """Return the hours of the day, and those of the week for one on which nobody is there."""
        if not self.opening:
            return ()
        return self.opening.periods(self.weekday) or self.opening.periods(None)

    def stretches(self, stretch: Stretch) -> tuple[Minutes, ...]:
        """Return the readings of "zwischen zehn und zwölf" that can be meant."""
        pairs = [
            (first, last)
            for first, last in product(stretch.first.readings, stretch.last.readings)
            if first < last and last - first <= 16 * 60
        ]
        if self.parts:
            called = [p for p in pairs if self._is_called_so(p[0]) or self._is_called_so(p[1])]
            shortest = sorted(called, key=lambda pair: pair[1] - pair[0])
            return tuple(shortest[:1])
        if self._is_backwards(stretch):
            return ()
        return self._open_stretches(_as_written(pairs, stretch))

    def _is_backwards(self, stretch: Stretch) -> bool:
        """Tell "von zwölf bis zehn" where only ten in the morning is open: nobody stays for half a day and a night."""
        if Form.MIDNIGHT in (stretch.first.form, stretch.last.form):
            return False
        first = self._inside(stretch.first, is_end=False)
        last = self._inside(stretch.last, is_end=True)
        return len(first) == len(last) == 1 and first[0] >= last[0]

    def _inside(self, clock: Clock, *, is_end: bool) -> tuple[int, ...]:
        periods = self._hours()
        return tuple(m for m in clock.readings if _is_inside(m, periods, is_end=is_end))

    def _open_stretches(self, pairs: list[Minutes]) -> tuple[Minutes, ...]:
        if len(pairs) < 2:
            return tuple(pairs)
        periods = self._hours()
        within = [p for p in pairs if any(a <= p[0] and p[1] <= b for a, b in periods)]
        touching = [p for p in pairs if any(p[0] < b and a < p[1] for a, b in periods)]
        if within or touching:
            return tuple(_shortest(within or touching))
        shortest = _shortest(pairs)
        return tuple(shortest if len(shortest) > 1 else pairs)


def _is_inside(minute: int, periods: Iterable[Minutes], *, is_end: bool) -> bool:
    if is_end:
        return any(first < minute <= last for first, last in periods)
    return any(first <= minute < last for first, last in periods)


def _as_written(pairs: list[Minutes], stretch: Stretch) -> list[Minutes]:
    """Prefer what digits say: "10:00-12:00" is the forenoon."""
    for side, clock in enumerate((stretch.first, stretch.last)):
        written = [pair for pair in pairs if pair[side] == clock.readings[0]]
        if clock.form is not Form.OPEN and written:
            pairs = written
    return pairs


def _shortest(pairs: list[Minutes]) -> list[Minutes]:
    """Leave out the stretches that contain another one: from two in the night to four in the afternoon."""
    return [p for p in pairs if not any(q != p and p[0] <= q[0] and q[1] <= p[1] for q in pairs)]


# --- windows ----------------------------------------------------------------------------------------------


def _limits(facts: Sequence[TimeFact], chooser: _Chooser) -> tuple[Hour, ...] | Hours | None:
    """Return the windows that stretches and limits (ab, nach, vor, bis) leave, or None without any."""
    starts = [f.clock for f in facts if isinstance(f, Moment) and f.role is Role.FROM]
    ends = [f for f in facts if isinstance(f, Moment) and f.role in (Role.UNTIL, Role.LATEST)]
    stretches = [f for f in facts if isinstance(f, Stretch)]
    reason = "latest" if any(f.role is Role.LATEST for f in ends) else ""
    if len(starts) == 1 and len(ends) == 1 and _is_from_first(facts):
        stretches.append(Stretch(starts.pop(), ends.pop().clock))
    found: list[tuple[Minutes, ...]] = [chooser.stretches(stretch) for stretch in stretches]
    found += [_from(clock, chooser) for clock in starts]
    found += [_until(limit.clock, chooser) for limit in ends]
    if not found:
        return None
    if not all(found):
        return _contradiction(facts, chooser)
    windows = [_common(choice) for choice in product(*found)]
    options = tuple(
        Hour(window=window, reason=reason) for window in dict.fromkeys(windows) if window
    )
    return options or _contradiction(facts, chooser)


def _is_from_first(facts: Sequence[TimeFact]) -> bool:
    """Tell "ab neun bis zwölf" from "bis vier muss ich arbeiten, ab halb fünf": limits each for itself."""
    roles = [fact.role for fact in facts if isinstance(fact, Moment)]
    return Role.FROM in roles and not {Role.UNTIL, Role.LATEST} & set(
        roles[: roles.index(Role.FROM)]
    )


def _contradiction(facts: Sequence[TimeFact], chooser: _Chooser) -> Hours:
    if chooser.parts:
        alone = _limits(facts, replace(chooser, parts=[]))
        options = (*_parts(chooser.parts).options, *(alone if isinstance(alone, tuple) else ()))
        if len(options) > 1:
            return Hours(options, State.CONFLICT, "part_contradicts_time")
    limits = [fact for fact in facts if isinstance(fact, Moment)]
    if len(limits) > 1 and not _is_from_first(limits):
        each = (_limits([limit], chooser) for limit in limits)
        found = [option for one in each if isinstance(one, tuple) for option in one]
        options = tuple(dict.fromkeys(found))
        if len(options) > 1:
            return Hours(options, State.CONFLICT, "times_contradict")
    is_backwards = any(isinstance(fact, Stretch) for fact in facts)
    return Hours(state=State.INVALID, reason="backwards" if is_backwards else "times_contradict")


def _from(clock: Clock, chooser: _Chooser) -> tuple[Minutes, ...]:
    found = []
    for minute in chooser.fitting(clock):
        last = next((end for end in _ends(chooser.parts) if minute < end), None)
        if last is not None:
            found.append((minute, last))
    return tuple(found)


def _until(clock: Clock, chooser: _Chooser) -> tuple[Minutes, ...]:
    window = _parts(chooser.parts).options[:1] if chooser.parts else ()
    first = window[0].window[0] if window and window[0].window else 0
    if clock.form is Form.MIDNIGHT:
        return ((first, DAY_MINUTES),)
    return tuple(
        (first, minute) for minute in chooser.fitting(clock, is_end=True) if first < minute
    )


def _ends(parts: Sequence[Part]) -> tuple[int, ...]:
    """Return where "ab" can end: with the usual part of the day, else with the last hour called so."""
    if not parts:
        return (DAY_MINUTES,)
    usual = min(WINDOWS[part.name, part.tone][1] for part in parts)
    widest = min(_REACH[part.name][0][1] for part in parts)
    return (widest,) if any(part.name in _OPEN_ENDED for part in parts) else (usual, widest)


_OPEN_ENDED = ("frueh", "abend")  # "morgens ab neun" does not end at ten


def _common(windows: Sequence[Minutes]) -> Minutes | None:
    first, last = max(w[0] for w in windows), min(w[1] for w in windows)
    return (first, last) if first < last else None


def _parts(parts: Sequence[Part]) -> Hours:
    """Return the window that the parts of the day have in common, or all of them when they have none."""
    windows = [_window(part) for part in parts]
    common = _common(windows)
    if common:
        return Hours((Hour(window=common),))
    options = tuple(Hour(window=window) for window in dict.fromkeys(windows))
    return Hours(options, State.CONFLICT, "parts_contradict")


def _window(part: Part) -> Minutes:
    first, last = WINDOWS[part.name, part.tone]
    if part.name == "mittag" and part.role is not Role.AT:
        first = last = DAY_MINUTES // 2
    if part.role is Role.FROM:
        return (first, DAY_MINUTES)
    return (
        (0, first if part.name == "mittag" else last) if part.role is Role.UNTIL else (first, last)
    )


# --- moments ----------------------------------------------------------------------------------------------


def _moments(
    moments: Sequence[Moment], limits: tuple[Hour, ...] | None, chooser: _Chooser
) -> Hours:
    """Return the minutes on which all mentions agree ("um drei, also 15 Uhr")."""
    if not all(chooser.fitting(moment.clock) for moment in moments):
        said = [Hour(minute=m) for moment in moments for m in moment.clock.readings[:1]]
        options = (*said, *_parts(chooser.parts).options)
        return Hours(options, State.CONFLICT, "part_contradicts_time")
    readings = _agreed(moments, chooser)
    if not readings:
        each = dict.fromkeys(m for moment in moments for m in chooser.fitting(moment.clock))
        return Hours(tuple(Hour(minute=m) for m in each), State.CONFLICT, "times_differ")
    if limits is not None:
        within = [
            m for m in readings if any(w.window and w.window[0] <= m <= w.window[1] for w in limits)
        ]
        if not within:
            options = (*(Hour(minute=m) for m in readings), *limits)
            return Hours(options, State.CONFLICT, "times_differ")
        readings = within
    is_about = all(moment.role is Role.ABOUT for moment in moments)
    zone = next((moment.clock.zone for moment in moments if moment.clock.zone), "")
    return Hours(tuple(_hour(m, zone, is_about=is_about) for m in readings), reason="hour")


def _agreed(moments: Sequence[Moment], chooser: _Chooser) -> list[int]:
    common = [
        m for m in moments[0].clock.readings if all(m in other.clock.readings for other in moments)
    ]
    if len(moments) > 1 and len(common) == 1:
        return common
    fitting = [chooser.fitting(moment.clock) for moment in moments]
    return [m for m in fitting[0] if all(m in other for other in fitting)]


def _hour(minute: int, zone: str, *, is_about: bool) -> Hour:
    if not is_about:
        return Hour(minute=minute, zone=zone)
    window = (max(minute - _ABOUT_MINUTES, 0), min(minute + _ABOUT_MINUTES, DAY_MINUTES))
    return Hour(minute=minute, window=window, reason="about")
