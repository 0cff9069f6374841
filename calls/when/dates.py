"""Reading dates: "15. Januar", "nächsten Dienstag", "KW 49", "Anfang nächster Woche", "morgen"."""

import re
from collections.abc import Callable, Sequence

from calls.when import clock_forms
from calls.when.distances import amount_at
from calls.when.facts import (
    Away,
    Clock,
    Coming,
    Day,
    Edge,
    Fact,
    Feast,
    Form,
    Moment,
    Month,
    Part,
    Role,
    Week,
    Weekday,
    Weekend,
    WeekOf,
    Year,
)
from calls.when.lexicon import Kind
from calls.when.tokens import Token, at

Tokens = Sequence[Token]
Found = tuple[list[Fact], int]
BEFORE_DAYS = frozenset(("am", "den", "dem", "der", "zum", "vom"))


# --- calendar days ----------------------------------------------------------------------------------------


def _date_token(split: Tokens, position: int) -> Found:
    year, month, day = split[position].parts
    behind = position + 1
    if not year:
        year, behind = _year(split, behind)
    return [Day(day, month or _NO_MONTH, year)], behind


_NO_DAY = 99
# "Vierunswansigsten" was a day, whichever it was.
_MISHEARD_DAY = re.compile(r"(?:zehn|zwan|swan|zig|sig|dreis)\w*te[nmrs]?$")
_NO_MONTH = 99  # a written zero; zero itself stands for a month that was not said


def _dotted(split: Tokens, position: int) -> Found:
    day, month = split[position].parts
    year, behind = _year(split, position + 1)
    return [Day(day, month or _NO_MONTH, year)], behind


def _instant(split: Tokens, position: int) -> Found:
    token = split[position]
    year, month, day, hour, minute = token.parts
    clock = clock_forms.hour(hour, minute, form=Form.FIRM)
    clock = Clock(clock.readings, clock.form, token.name)
    return [Day(day, month, year), Moment(clock, Role.AT)], position + 1


def _iso_week(split: Tokens, position: int) -> Found:
    year, week, *weekday = split[position].parts
    return [Week(number=week, year=year, weekday=weekday[0] if weekday else 0)], position + 1


def _ordinal(split: Tokens, position: int) -> Found | None:
    """Read "15. Januar", "fünfzehnten ersten", "49. KW", "zweiten Dienstag" and the bare "am 15."."""
    token, following = split[position], at(split, position + 1)
    if following.kind is Kind.CALENDAR_WEEK:
        year, behind = _year(split, position + 2)
        return [Week(number=token.number, year=year)], behind
    if following.kind is Kind.WEEKDAY and token.number <= 5:
        return [Weekday(following.number, nth=token.number)], position + 2
    found = month_day(split, position)
    if found or not _is_day_alone(split, position):
        return found
    return [Day(token.number)], position + 1


_BEFORE_ORDINAL = frozenset(
    (
        Kind.EDGE_OF_TEXT,
        Kind.PREPOSITION,
        Kind.ARTICLE,
        Kind.DASH,
        Kind.AND,
        Kind.OR,
        Kind.WEEKDAY,
        Kind.COMMA,
        Kind.CORRECTION,
        Kind.BUT,
        Kind.POLITE,
    )
)


def _is_day_alone(split: Tokens, position: int) -> bool:
    """Tell "am fünfzehnten" from "der dritte Versuch" and "die erste Woche"."""
    token, before, following = split[position], at(split, position - 1), at(split, position + 1)
    if following.kind in (Kind.THING, Kind.UNIT):
        return False
    if following.kind is Kind.WORD:
        return before.text in BEFORE_DAYS and (before.text != "der" or token.name == "digits")
    is_joined = following.kind in (Kind.DASH, Kind.OR, Kind.WHICH) or following.name == "bis"
    return is_joined or before.kind in _BEFORE_ORDINAL


def month_day(split: Tokens, position: int) -> Found | None:
    """Read a day with its month: "15. Januar", "15. im Januar", "fünfzehnter erster", "15 Januar"."""
    behind = position + 1
    while at(split, behind).text in ("im", "in", "des", "der"):
        behind += 1
    month = at(split, behind)
    is_ordinal = month.kind is Kind.ORDINAL and behind == position + 1 and month.number <= 12
    if month.kind is Kind.MONTH or is_ordinal:
        year, end = _year(split, behind + 1)
        return [Day(split[position].number, month.number, year)], end
    return None


def numbered_day(split: Tokens, position: int) -> Found | None:
    """Read "den 24" and "den 24 November": a number behind an article is a day unless an hour follows."""
    token, following = at(split, position), at(split, position + 1)
    if token.kind is not Kind.NUMBER:
        return None
    if following.kind in (Kind.MONTH, Kind.ORDINAL):
        return month_day(split, position)
    if not 1 <= token.number <= 31 or following.kind in (
        Kind.UHR,
        Kind.UNIT,
        Kind.THING,
        Kind.NUMBER,
    ):
        return None
    return [Day(token.number)], position + 1


def bare_day(split: Tokens, position: int) -> Found | None:
    """Read the number of a date field; a word for a number only where nothing else is counted with it."""
    token, before, following = (at(split, position + i) for i in (0, -1, 1))
    if token.name == "word" and not {before.kind, following.kind} <= _BESIDE_BARE_DAYS:
        return None
    if following.kind in (Kind.UNIT, Kind.THING):
        return None  # "dreißig Minuten"
    return ([Day(token.number)], position + 1) if 1 <= token.number <= 31 else None


_BESIDE_BARE_DAYS = frozenset(
    (Kind.EDGE_OF_TEXT, Kind.COMMA, Kind.WEEKDAY, Kind.ARTICLE, Kind.PREPOSITION, Kind.MONTH)
    + (Kind.NUMBER, Kind.OR, Kind.AND, Kind.DASH, Kind.UHR, Kind.PART, Kind.HALF, Kind.CORRECTION)
)


def _month(split: Tokens, position: int) -> Found:
    """Read a month: "Januar 2027"; "Januar, der 15." comes apart and is joined later; "January 15" is a day."""
    day, following = at(split, position + 1), at(split, position + 2)
    if day.name == "digits" and 1 <= day.number <= 31 and following.kind in _ENDS_OF_DAYS:
        year, behind = _year(split, position + 2)
        return [Day(day.number, split[position].number, year)], behind
    if _MISHEARD_DAY.search(at(split, position - 1).text):
        return [Day(_NO_DAY, split[position].number)], position + 1
    year, behind = _year(split, position + 1)
    found: list[Fact] = [Month(number=split[position].number)]
    if year:
        found.append(Year(number=year))
    return found, behind


_ENDS_OF_DAYS = (Kind.EDGE_OF_TEXT, Kind.COMMA, Kind.PREPOSITION, Kind.CLOCK)


def _number(split: Tokens, position: int) -> Found | None:
    """Read "15 Januar", and a year that stands alone behind its date."""
    if at(split, position + 1).kind is Kind.MONTH:
        return month_day(split, position)
    if split[position].number < 1900 or at(split, position - 1).kind is Kind.NUMBER:
        return None
    year, behind = _year(split, position)
    return ([Year(number=year)], behind) if year else None


def _year(split: Tokens, position: int) -> tuple[int, int]:
    """Return the year at a position and the position behind it; 0 when there is none."""
    start = position + 1 if at(split, position).kind in (Kind.COMMA, Kind.OR) else position
    token, following = at(split, start), at(split, start + 1)
    if token.kind is not Kind.NUMBER or following.kind in (Kind.UHR, Kind.UNIT):
        return 0, position
    if 1900 <= token.number <= 2100:
        return token.number, start + 1
    if token.text == "zwanzig" and following.number in (26, 27, 28, 29, 31, 32):
        return 2000 + following.number, start + 2  # "zwanzig dreißig" is half past eight
    if (
        start == position
        and token.name == "digits"
        and 25 <= token.number <= 59
        and len(token.text) == 2
    ):
        return 2000 + token.number, start + 1
    return 0, position


# --- days and weeks by name -------------------------------------------------------------------------------


def _day(split: Tokens, position: int) -> Found:
    return [Away(split[position].number)], position + 1


def _morgen(split: Tokens, position: int) -> Found:
    """Read "morgen": the morning behind a day or "am", tomorrow everywhere else."""
    before = at(split, position - 1)
    if before.kind in (Kind.WEEKDAY, Kind.DAY, Kind.DATE, Kind.MORGEN, Kind.FEAST, Kind.TONE):
        return [Part("frueh", before.name if before.kind is Kind.TONE else "")], position + 1
    if before.text in ("am", "dem", "diesen"):
        return [Part("frueh")], position + 1
    return [Away(1)], position + 1


def _weekday(split: Tokens, position: int) -> Found:
    return [Weekday(split[position].number)], position + 1


def _which(split: Tokens, position: int) -> Found | None:
    """Read "nächsten Dienstag", "nächste Woche", "die nächsten drei Tage", "kommendes Wochenende"."""
    name = split[position].name
    behind = position + 1
    while at(split, behind).kind in (Kind.WORD, Kind.ARTICLE) and behind < position + 2:
        behind += 1
    target = at(split, behind)
    if target.kind is Kind.WEEKDAY:
        return [Weekday(target.number, which=name)], behind + 1
    if target.kind is Kind.WEEKEND:
        return [Weekend(which=name)], behind + 1
    if target.kind is Kind.MONTH:
        return [Month(number=target.number, which=name)], behind + 1
    if target.kind is Kind.CALENDAR_WEEK and at(split, behind + 1).kind is not Kind.NUMBER:
        return [Week(ahead=_AHEAD[name])], behind + 1
    if target.kind is Kind.MORGEN and name == "naechst":
        return [Away(1), Part("frueh")], behind + 1
    if target.kind in (Kind.PART, Kind.TONE, Kind.MORGEN) and name == "dies":
        return [Away(0)], behind
    return _which_unit(split, behind, name)


_AHEAD = {"naechst": 1, "kommend": 1, "uebernaechst": 2, "dies": 0, "letzt": -1}


def _which_unit(split: Tokens, position: int, name: str) -> Found | None:
    target = at(split, position)
    amount, behind = amount_at(split, position)
    counted = at(split, behind)
    if amount and counted.kind is Kind.UNIT and name in ("naechst", "kommend"):
        return [Coming(amount, counted.name)], behind + 1
    if target.kind is not Kind.UNIT:
        return None
    ahead = _AHEAD[name]
    if target.text in ("tage", "tagen", "wochen") and ahead == 1:
        return [Coming(7 if target.name == "day" else 14, "day")], position + 1
    found: dict[str, Fact] = {
        "week": Week(ahead=ahead),
        "month": Month(ahead=ahead),
        "year": Year(ahead=ahead),
    }
    fact = found.get(target.name)
    return ([fact], position + 1) if fact else None


def _calendar_week(split: Tokens, position: int) -> Found | None:
    behind = position + 1
    while at(split, behind).kind in (Kind.ARTICLE, Kind.PREPOSITION):
        behind += 1
    number = at(split, behind)
    if number.kind not in (Kind.NUMBER, Kind.ORDINAL):
        return None
    year, end = _year(split, behind + 1)
    return [Week(number=number.number or 99, year=year)], end


def _edge(split: Tokens, position: int) -> Found | None:
    """Read "Anfang", "Mitte", "Ende" of a week, month or year; what it is the edge of may follow by itself."""
    edge = Edge(split[position].name)
    behind = position + 1
    while at(split, behind).kind in (Kind.ARTICLE, Kind.PREPOSITION):
        behind += 1
    target = at(split, behind)
    if target.kind is Kind.UNIT and target.name in ("week", "month", "year"):
        here: dict[str, Fact] = {"week": Week(), "month": Month(), "year": Year()}
        return [edge, here[target.name]], behind + 1
    if target.kind is Kind.WHICH and at(split, behind + 1).kind not in _PERIODS:
        return [edge, Week(ahead=_AHEAD[target.name])], behind + 1
    if target.kind in (Kind.WHICH, Kind.MONTH, Kind.CALENDAR_WEEK):
        return [edge], behind
    return None


_PERIODS = (Kind.UNIT, Kind.MONTH, Kind.CALENDAR_WEEK)


def _weekend(split: Tokens, position: int) -> Found:
    return [Weekend()], position + 1


def _feast(split: Tokens, position: int) -> Found:
    year, behind = _year(split, position + 1)
    return [Feast(split[position].name), *([Year(number=year)] if year else [])], behind


def _unit(split: Tokens, position: int) -> Found | None:
    """Read "die Woche vom 7. Dezember", "noch die Woche" as this week and "im Monat" as this month."""
    name, before = split[position].name, at(split, position - 1).text
    following = at(split, position + 1).name if name == "week" else ""
    if following in ("von", "ab"):
        return [WeekOf()], position + 2
    if following == "nach" and at(split, position + 2).kind in _NAMED_DAYS:
        return [WeekOf(ahead=1)], position + 2
    if name == "week" and before == "die":
        return [Week()], position + 1
    return ([Month()], position + 1) if name == "month" and before == "im" else None


_NAMED_DAYS = (Kind.FEAST, Kind.ARTICLE, Kind.DATE)

READERS: dict[Kind, Callable[[Tokens, int], Found | None]] = {
    Kind.DATE: _date_token,
    Kind.DOTTED: _dotted,
    Kind.INSTANT: _instant,
    Kind.ISO_WEEK: _iso_week,
    Kind.ORDINAL: _ordinal,
    Kind.MONTH: _month,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
    Kind.MORGEN: _morgen,
    Kind.EDGE: _edge,
    Kind.WEEKDAY: _weekday,
    Kind.WHICH: _which,
    Kind.CALENDAR_WEEK: _calendar_week,
    Kind.WEEKEND: _weekend,
    Kind.FEAST: _feast,
    Kind.UNIT: _unit,
}
