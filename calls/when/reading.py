"""From tokens to facts: one pass from left to right, longest readings first.

Words that mean nothing here are passed over, so a whole sentence can be read; what was negated, corrected or
offered as a choice is marked and settled later.
"""

from collections.abc import Callable, Sequence

from calls.when import clocks, tokens
from calls.when.clocks import Field
from calls.when.facts import (
    Away,
    Bound,
    Clock,
    Coming,
    Day,
    Edge,
    Fact,
    Feast,
    Form,
    In,
    Mark,
    Moment,
    Month,
    Part,
    Role,
    Week,
    Weekday,
    Weekend,
    Year,
)
from calls.when.tokens import Token, at
from calls.when.words import Kind

Tokens = Sequence[Token]
Found = tuple[list[Fact], int]


def facts_in(folded: str, *, field: Field) -> list[Fact]:
    """Return what a folded text says, in its order."""
    return _Reader(tokens.split(folded), field).read()


class _Reader:
    """Where the reading stands and what it has found."""

    def __init__(self, split: Tokens, field: Field) -> None:
        self.tokens = split
        self.field = field
        self.position = 0
        self.facts: list[Fact] = []
        self.between = False

    def read(self) -> list[Fact]:
        while self.position < len(self.tokens):
            self._step()
        return self.facts

    def _step(self) -> None:
        for reader in (self._name, self._away, self._clock, self._preposition, self._date):
            if reader():
                return
        self._mark()
        self.position += 1

    def _take(self, found: Found | None) -> bool:
        if not found:
            return False
        self.facts.extend(found[0])
        self.position = found[1]
        return True

    def _name(self) -> bool:
        """Pass over names: a Frau Freitag is not a day."""
        if self.tokens[self.position].kind is not Kind.TITLE:
            return False
        while at(self.tokens, self.position).kind is Kind.TITLE:
            self.position += 1
        if at(self.tokens, self.position).text == "ist":
            self.position += 1
        if at(self.tokens, self.position).kind not in (Kind.COMMA, Kind.PREPOSITION, Kind.ARTICLE):
            self.position += 1
        return True

    def _away(self) -> bool:
        return self._take(_in_units(self.tokens, self.position))

    def _clock(self) -> bool:
        if self._is_date_first():
            return False
        found = clocks.read(self.tokens, self.position, field=self.field)
        return self._take(([found[0]], found[1]) if found else None)

    def _is_date_first(self) -> bool:
        """Tell whether a date stands here that the reader of times would take for a time."""
        token, following = at(self.tokens, self.position), at(self.tokens, self.position + 1)
        if token.kind is not Kind.NUMBER:
            return False
        return following.kind is Kind.MONTH or (
            following.kind is Kind.ORDINAL
            and at(self.tokens, self.position - 1).kind is Kind.ARTICLE
        )

    def _preposition(self) -> bool:
        """Keep the preposition of a date or a part of the day; articles are passed over."""
        token = self.tokens[self.position]
        if token.kind not in (Kind.PREPOSITION, Kind.ARTICLE):
            return False
        self.between = self.between or token.name == "zwischen"
        if token.name in ("ab", "nach", "vor", "bis", "latest", "von") and self._date_follows():
            self.facts.append(Bound(token.name))
        if token.text in _BEFORE_DAYS and self._take(_numbered_day(self.tokens, self.position + 1)):
            return True
        self.position += 1
        return True

    def _date_follows(self) -> bool:
        position = self.position + 1
        while at(self.tokens, position).kind in (Kind.PREPOSITION, Kind.ARTICLE):
            position += 1
        kind, before = at(self.tokens, position).kind, at(self.tokens, position - 1).text
        return kind in _STARTS_OF_DATES or (kind is Kind.NUMBER and before in _BEFORE_DAYS)

    def _date(self) -> bool:
        token = self.tokens[self.position]
        if token.kind is Kind.NUMBER and self.field is Field.DATE:
            return self._take(
                _month_day(self.tokens, self.position) or _bare_day(token, self.position)
            )
        if token.kind is Kind.MORGEN:
            return self._take(_morgen(self.tokens, self.position))
        if token.kind is Kind.EDGE:
            return self._take(_edge(self.tokens, self.position))
        read = _READERS.get(token.kind)
        return self._take(read(self.tokens, self.position) if read else None)

    def _mark(self) -> None:
        token = self.tokens[self.position]
        if token.kind is Kind.DASH and self.facts and _continues_date(self.tokens, self.position):
            self.facts.append(Bound("bis"))
        elif token.kind is Kind.AND and self.between:
            self.facts.append(Bound("bis"))
            self.between = False
        elif token.kind is Kind.EARLIEST:
            self.facts.append(Mark.ANYTIME if token.name == "anytime" else Mark.EARLIEST)
        elif token.kind in _MARKS:
            self.facts.append(_MARKS[token.kind])


_MARKS = {
    Kind.OR: Mark.OR,
    Kind.AND: Mark.AND,
    Kind.COMMA: Mark.COMMA,
    Kind.BUT: Mark.BUT,
    Kind.NOT: Mark.NOT,
    Kind.CORRECTION: Mark.CORRECTION,
    Kind.RECURRING: Mark.RECURRING,
    Kind.COMPARED: Mark.COMPARED,
    Kind.SOON: Mark.SOON,
}
_STARTS_OF_DATES = frozenset(
    (Kind.WEEKDAY, Kind.DAY, Kind.MORGEN, Kind.DATE, Kind.DOTTED, Kind.ORDINAL, Kind.WHICH)
    + (Kind.MONTH, Kind.CALENDAR_WEEK, Kind.WEEKEND, Kind.EDGE, Kind.FEAST, Kind.INSTANT)
    + (Kind.ISO_WEEK,)
)
_BEFORE_DAYS = frozenset(("am", "den", "dem", "der", "zum", "vom"))


def _continues_date(split: Tokens, position: int) -> bool:
    return at(split, position + 1).kind in _STARTS_OF_DATES


# --- calendar days ----------------------------------------------------------------------------------------


def _date_token(split: Tokens, position: int) -> Found:
    year, month, day = split[position].parts
    behind = position + 1
    if not year:
        year, behind = _year(split, behind)
    return [Day(day, month, year)], behind


def _dotted(split: Tokens, position: int) -> Found:
    day, month = split[position].parts
    year, behind = _year(split, position + 1)
    return [Day(day, month, year)], behind


def _instant(split: Tokens, position: int) -> Found:
    token = split[position]
    year, month, day, hour, minute = token.parts
    clock = clocks.hour(hour, minute, form=Form.FIRM)
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
    if (
        following.kind in (Kind.THING, Kind.UNIT)
        or token.number > 31
        and following.kind is Kind.WORD
    ):
        return None
    return _month_day(split, position) or ([Day(token.number)], position + 1)


def _month_day(split: Tokens, position: int) -> Found | None:
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


def _numbered_day(split: Tokens, position: int) -> Found | None:
    """Read "den 24" and "den 24 November": a number behind an article is a day unless an hour follows."""
    token, following = at(split, position), at(split, position + 1)
    if token.kind is not Kind.NUMBER:
        return None
    if following.kind in (Kind.MONTH, Kind.ORDINAL):
        return _month_day(split, position)
    if not 1 <= token.number <= 31 or following.kind in (
        Kind.UHR,
        Kind.UNIT,
        Kind.THING,
        Kind.NUMBER,
    ):
        return None
    return [Day(token.number)], position + 1


def _bare_day(token: Token, position: int) -> Found | None:
    return ([Day(token.number)], position + 1) if 1 <= token.number <= 31 else None


def _month(split: Tokens, position: int) -> Found:
    """Read a month: "Januar 2027"; "Januar, der 15." comes apart and is joined later; "January 15" is a day."""
    day, following = at(split, position + 1), at(split, position + 2)
    if day.name == "digits" and 1 <= day.number <= 31 and following.kind in _ENDS_OF_DAYS:
        return [Day(day.number, split[position].number)], position + 2
    year, behind = _year(split, position + 1)
    found: list[Fact] = [Month(number=split[position].number)]
    if year:
        found.append(Year(number=year))
    return found, behind


_ENDS_OF_DAYS = (Kind.EDGE_OF_TEXT, Kind.COMMA, Kind.PREPOSITION)


def _number(split: Tokens, position: int) -> Found | None:
    """Read "15 Januar", and a year that stands alone behind its date."""
    if at(split, position + 1).kind is Kind.MONTH:
        return _month_day(split, position)
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
    amount, behind = _amount(split, position)
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
    if target.kind in (Kind.WHICH, Kind.MONTH, Kind.CALENDAR_WEEK):
        return [edge], behind
    return None


def _weekend(split: Tokens, position: int) -> Found:
    return [Weekend()], position + 1


def _feast(split: Tokens, position: int) -> Found:
    year, behind = _year(split, position + 1)
    return [Feast(split[position].name), *([Year(number=year)] if year else [])], behind


def _unit(split: Tokens, position: int) -> Found | None:
    """Read "noch die Woche" as this week and "im Monat" as this month."""
    name, before = split[position].name, at(split, position - 1).text
    if name == "week" and before == "die":
        return [Week()], position + 1
    return ([Month()], position + 1) if name == "month" and before == "im" else None


# --- parts of the day -------------------------------------------------------------------------------------


def _part(split: Tokens, position: int) -> Found:
    return [Part(split[position].name, role=_part_role(split, position))], position + 1


def _tone(split: Tokens, position: int) -> Found | None:
    """Read "am späten Nachmittag"; "später" alone compares with something we do not know."""
    tone, following = split[position], at(split, position + 1)
    if following.kind is Kind.PREPOSITION:
        following = at(split, position + 2)
    if following.kind is Kind.PART:
        behind = position + (2 if at(split, position + 1).kind is Kind.PART else 3)
        return [Part(following.name, tone.name, _part_role(split, position))], behind
    if following.kind is Kind.MORGEN:
        return [Part("frueh", tone.name)], position + 2
    if tone.text in ("spaeter", "spater", "frueher", "fruher"):
        return [Mark.COMPARED], position + 1
    return None


def _part_role(split: Tokens, position: int) -> Role:
    before = at(split, position - 1)
    if before.kind is Kind.ARTICLE:
        before = at(split, position - 2)
    return {"ab": Role.FROM, "nach": Role.FROM, "bis": Role.UNTIL, "vor": Role.UNTIL}.get(
        before.name, Role.AT
    )


# --- so and so far from now -------------------------------------------------------------------------------

_UNIT_MINUTES = {"quarter_hour": 15, "half_hour": 30, "three_quarter_hour": 45}


def _in_units(split: Tokens, position: int) -> Found | None:
    """Read "in zwei Wochen", "in einer halben Stunde", "in zwei bis drei Tagen", "vor drei Tagen"."""
    preposition = split[position]
    if preposition.name not in ("in", "vor", "nach") or preposition.kind is not Kind.PREPOSITION:
        return None
    if preposition.text == "im":
        return None
    start = position + 1
    if at(split, start).name == "the":
        return None
    sign = -1 if preposition.name == "vor" else 1
    return _halves(split, start) or _counted(split, start, sign=sign)


def _counted(split: Tokens, start: int, *, sign: int) -> Found | None:
    amount, behind = _amount(split, start)
    if not amount:
        return None
    upto = 0
    link = at(split, behind)
    if link.name == "bis" or link.kind in (Kind.DASH, Kind.OR, Kind.COMMA):
        upto, end = _amount(split, behind + 1)
        behind = end if upto else behind
    unit = at(split, behind)
    if unit.kind is not Kind.UNIT:
        return None
    size = _UNIT_MINUTES.get(unit.name, 1)
    return [In(sign * amount * size, _plain(unit), sign * upto * size)], behind + 1


def _plain(unit: Token) -> str:
    return "minute" if unit.name in _UNIT_MINUTES else unit.name


def _halves(split: Tokens, start: int) -> Found | None:
    """Read "in anderthalb Stunden", "in einer halben Stunde", "in einem halben Jahr"."""
    token = at(split, start)
    if token.kind is Kind.HALVES:
        halves, unit = token.number, at(split, start + 1)
        behind = start + 2
    elif token.name == "a" and at(split, start + 1).kind is Kind.HALF:
        halves, unit = 1, at(split, start + 2)
        behind = start + 3
    else:
        return None
    size = {"hour": (30, "minute"), "year": (6, "month")}.get(unit.name)
    return ([In(halves * size[0], size[1])], behind) if size else None


def _amount(split: Tokens, position: int) -> tuple[int, int]:
    """Return the number at a position and the position behind it; 0 when there is none."""
    token = at(split, position)
    if token.kind is Kind.NUMBER and 1 <= token.number <= 400:
        return token.number, position + 1
    if token.name == "a" or token.text == "eins":
        return 1, position + 1
    if token.kind is Kind.UNIT and token.name in _UNIT_MINUTES:
        return 1, position
    return 0, position


_READERS: dict[Kind, Callable[[Tokens, int], Found | None]] = {
    Kind.DATE: _date_token,
    Kind.DOTTED: _dotted,
    Kind.INSTANT: _instant,
    Kind.ISO_WEEK: _iso_week,
    Kind.ORDINAL: _ordinal,
    Kind.MONTH: _month,
    Kind.NUMBER: _number,
    Kind.DAY: _day,
    Kind.WEEKDAY: _weekday,
    Kind.WHICH: _which,
    Kind.CALENDAR_WEEK: _calendar_week,
    Kind.WEEKEND: _weekend,
    Kind.FEAST: _feast,
    Kind.UNIT: _unit,
    Kind.PART: _part,
    Kind.TONE: _tone,
}
