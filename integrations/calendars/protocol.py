"""What every calendar can be asked, in our words; the implementations translate.

Built-in (`booking/calendars/built_in.py`, the default: our diary), Cal.com (`calcom.py`) and a feed that is only read
(`ics.py`). The same contract tests run against each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from integrations.errors import PermanentError, RetryableError


@dataclass(frozen=True, kw_only=True)
class Busy:
    """A time that is taken, half-open, in UTC; whose it is, is not said."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who comes. What is unknown is missing."""

    name: str
    time_zone: str
    email: str | None = None
    phone: str | None = None
    language: str = "de"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be put into a calendar. `key` is ours and makes it once; `target` is the calendar's own place for it."""

    key: str
    target: str
    starts_at: datetime
    ends_at: datetime
    person: Person
    notes: str = ""
    references: Mapping[str, str] = field(default_factory=dict)


class State(StrEnum):
    """What stands in the calendar. Nothing becomes active again after it is over: a new entry takes its place."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    OVER = "over"  # cancelled, rejected, or replaced by the entry named in `replaced_by`


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry as the calendar has it. Moving may give it a new `uid`; `replaces` and `replaced_by` are the chain."""

    uid: str
    target: str
    starts_at: datetime
    ends_at: datetime
    state: State
    number: str = ""
    key: str = ""
    host: str = ""
    replaces: str = ""
    replaced_by: str = ""
    person: Person | None = None
    reason: str = ""
    updated_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.state != State.OVER


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed, oldest first, and the instant from which to ask the next time."""

    entries: Sequence[Entry]
    until: datetime


class TimeTaken(PermanentError):
    """The calendar has something else at this time."""

    kind = "taken"


class Gone(PermanentError):
    """The entry is over, or was never there."""

    kind = "gone"


class ReadOnly(PermanentError):
    """This calendar is only read."""

    kind = "read_only"


class MovedAway(PermanentError):
    """Somebody moved the entry in the calendar; `entry` is where it is now."""

    kind = "moved_away"

    def __init__(self, provider: str, operation: str, *, entry: Entry) -> None:
        super().__init__(provider, operation, code="moved_away")
        self.entry = entry


class Stale(RetryableError):
    """The calendar was not read for too long: nobody knows what is free."""

    kind = "stale"


class Calendar(Protocol):
    """A calendar. Every question goes over the network, so no transaction may be open."""

    @property
    def is_read_only(self) -> bool: ...

    def busy(self, *, since: datetime, until: datetime) -> Sequence[Busy]:
        """Return what is taken in a period, in order.

        :raises Stale: nobody knows
        :raises ProviderError: no usable answer
        """
        ...

    def put(self, wish: Wish) -> Entry:
        """Write an entry; the same key again returns the entry that stands.

        :raises TimeTaken: something else is there
        :raises ReadOnly: it cannot be written
        :raises ProviderError: refused, or the outcome is unknown
        """
        ...

    def move(self, uid: str, *, starts_at: datetime, reason: str = "") -> Entry:
        """Move an entry; one that is there already stays.

        :raises TimeTaken, Gone, MovedAway, ReadOnly: what stands in the way
        :raises ProviderError: refused, or the outcome is unknown
        """
        ...

    def remove(self, uid: str, *, reason: str = "") -> None:
        """Cancel an entry; one that is over stays over.

        :raises MovedAway, ReadOnly: what stands in the way
        :raises ProviderError: refused, or the outcome is unknown
        """
        ...

    def fetch_changes(self, *, since: datetime) -> Changes:
        """Return every entry that changed since an instant.

        :raises ProviderError: no usable answer
        """
        ...
