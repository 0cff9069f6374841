"""Periods of time, half-open, and the whole minutes (since 1970, UTC) in which the diary is counted."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Period:
    """From `start` to just before `end`. A period that ends before it begins contains nothing."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs instants, not wall-clock times without a zone")


def minute_of(instant: datetime) -> int:
    """Return the minute an instant lies in."""
    return (instant - _EPOCH) // _MINUTE


def next_minute(instant: datetime) -> int:
    """Return the first whole minute that is not before an instant."""
    return -((_EPOCH - instant) // _MINUTE)


def is_whole_minute(instant: datetime) -> bool:
    return not instant.second and not instant.microsecond


@lru_cache(maxsize=32768)
def instant_of(minute: int) -> datetime:
    """Return the instant (UTC) at which a minute begins. The starts of the next weeks are asked for again and again."""
    return _EPOCH + timedelta(minutes=minute)
