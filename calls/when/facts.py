"""What was said, piece by piece, before anybody asks what it means today."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Role(StrEnum):
    """How a time is meant."""

    AT = auto()
    ABOUT = auto()
    FROM = auto()
    UNTIL = auto()
    LATEST = auto()  # until, and exactly then is allowed too


class Form(StrEnum):
    """How sure the written hour is."""

    OPEN = auto()  # "drei", "3 Uhr", "3:30": morning or afternoon
    DIGITAL = auto()  # "10:30": as written unless both readings are open
    FIRM = auto()  # "03:30", "15 Uhr", ISO: as written
    MIDNIGHT = auto()


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `readings` are minutes since midnight, the one as written first; none means no such time."""

    readings: tuple[int, ...]
    form: Form = Form.OPEN
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    clock: Clock
    role: Role


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one time to another."""

    first: Clock
    last: Clock


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a day; `tone` is early, late or nothing."""

    name: str
    tone: str = ""
    role: Role = Role.AT


@dataclass(frozen=True, slots=True)
class Weekday:
    number: int
    which: str = ""
    nth: int = 0  # "der zweite Dienstag im Januar"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day; month and year are 0 where nobody said them."""

    day: int
    month: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class Away:
    """Days from today: heute, morgen, gestern."""

    days: int


@dataclass(frozen=True, slots=True)
class In:
    """ "In three weeks", "three weeks ago" (negative); `upto` for "in two to three weeks"."""

    amount: int
    unit: str
    upto: int = 0


@dataclass(frozen=True, slots=True)
class Coming:
    """ "The next (three) days, weeks"."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, by its number or by its distance from the current one."""

    number: int = 0
    year: int = 0
    ahead: int = 0
    weekday: int = 0


@dataclass(frozen=True, slots=True)
class WeekOf:
    """ "The week of" the day that is named beside it, or the one behind that week."""

    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    number: int = 0
    ahead: int = 0
    which: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    number: int = 0
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Weekend:
    which: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    name: str


@dataclass(frozen=True, slots=True)
class Feast:
    name: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A preposition in front of a date: ab, nach, vor, bis, latest; or the "bis" between two dates."""

    name: str


class Mark(StrEnum):
    """What holds the pieces together."""

    OR = auto()
    AND = auto()
    COMMA = auto()
    BUT = auto()
    NOT = auto()
    CORRECTION = auto()
    WAIT = auto()
    RECURRING = auto()
    COMPARED = auto()
    EARLIEST = auto()
    ANYTIME = auto()
    SOON = auto()
    UNREAD = auto()  # an hour was begun that nobody can read: "um halb"


TimeFact = Moment | Stretch | Part
DateFact = (
    Weekday
    | Day
    | Away
    | In
    | Coming
    | Week
    | WeekOf
    | Month
    | Year
    | Weekend
    | Edge
    | Feast
    | Bound
)
Fact = TimeFact | DateFact | Mark
TIME_FACTS = (Moment, Stretch, Part)
# A bound alone says nothing.
DATE_FACTS = (Weekday, Day, Away, In, Coming, Week, WeekOf, Month, Year, Weekend, Edge, Feast)
