"""What a German time expression can mean: a closed set of states and what belongs to them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How much is known. Nothing is ever filled in, so every state but `exact` leaves something to ask."""

    EXACT = "exact"  # one instant
    DAY = "day"  # one day, no time
    WINDOW = "window"  # part of one day
    RANGE = "range"  # several days, or everything from or until a day
    TIME_ONLY = "time_only"  # a time or part of a day, no day
    EARLIEST = "earliest"  # as soon as possible, perhaps within a day or range
    PAST = "past"  # understood, and over
    INVALID = "invalid"  # no such date or time
    CONFLICT = "conflict"  # the words contradict each other
    UNPARSEABLE = "unparseable"  # nothing usable was said
    AMBIGUOUS = "ambiguous"  # more than one meaning


@dataclass(frozen=True, kw_only=True)
class When:
    """One understood expression.

    `start` and `end` are aware, in the branch's zone and half-open. A range that is open at its end has no
    `end`; an instant has none either. `window_minutes` is a part of the day as local minutes since
    midnight, half-open; the end may be beyond 1440 for the night. With reason `about`, `time` is the
    middle of the window; with reason `latest`, starting at `end` itself was allowed by the words.
    `alternatives` are what to offer when the state is ambiguous or conflict (for `invalid`: what comes
    nearest). Their own states say what they are.
    """

    state: State
    date: dt.date | None = None
    time: dt.time | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    window_minutes: tuple[int, int] | None = None
    alternatives: tuple["When", ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The usual opening hours: ISO weekday (1 = Monday) to (open, close) in local minutes since midnight.

    They only choose between the two readings of an hour such as "drei"; they never move anything.
    """

    hours: Mapping[int, tuple[tuple[int, int], ...]]

    def periods(self, weekday: int | None) -> tuple[tuple[int, int], ...]:
        """Return the open periods of a weekday, or of the whole week for None."""
        if weekday is not None:
            return tuple(self.hours.get(weekday, ()))
        return tuple(period for periods in self.hours.values() for period in periods)
