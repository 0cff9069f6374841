"""From tokens to facts: one pass from left to right, longest readings first.

Words that mean nothing here are passed over, so a whole sentence can be read; what was negated, corrected or
offered as a choice is marked and settled later.
"""

from collections.abc import Sequence

from calls.when import clock_forms, clocks, dates, distances, tokens
from calls.when.facts import (
    DATE_FACTS,
    Bound,
    Fact,
    Mark,
    Moment,
    Part,
    Role,
)
from calls.when.lexicon import Kind
from calls.when.tokens import Field, Token, at

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
        is_whole_name = False
        while at(self.tokens, self.position).kind is Kind.TITLE:
            is_whole_name = self.tokens[self.position].name == "called"
            self.position += 1
        if at(self.tokens, self.position).text == "ist":
            self.position += 1
        if at(self.tokens, self.position).kind not in (Kind.COMMA, Kind.PREPOSITION, Kind.ARTICLE):
            self.position += 1
        while is_whole_name and at(self.tokens, self.position).kind in _PARTS_OF_NAMES:
            self.position += 1
        return True

    def _away(self) -> bool:
        return self._take(distances.read(self.tokens, self.position))

    def _clock(self) -> bool:
        if self._is_date_first():
            return False
        found = clocks.read(self.tokens, self.position, field=self._field_here())
        return self._take(([found[0]], found[1]) if found else None)

    def _field_here(self) -> Field:
        """Return how a number is read: "Mittwoch bis zwölf" and "bis vier" are hours in a date field too."""
        if self.field is not Field.DATE:
            return self.field
        position = self.position
        while at(self.tokens, position).kind in (Kind.PREPOSITION, Kind.ARTICLE):
            position += 1
        number, before = at(self.tokens, position), self.tokens[self.position : position]
        is_spoken = number.name == "word" and number.number < 24
        is_behind_day = any(isinstance(fact, DATE_FACTS) for fact in self.facts)
        is_limited = any(token.name in clock_forms.HOUR_PREPOSITIONS for token in before)
        told = [fact for fact in self.facts if not isinstance(fact, Mark)]
        is_limited |= isinstance(told[-1] if told else None, Moment)  # "um zehn, elf oder zwölf"
        says = (is_spoken, is_behind_day, is_limited)
        return Field.TEXT if says.count(True) > 1 else Field.DATE

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
        follows = self._date_follows()
        is_part = at(self.tokens, self.position + 1).kind is Kind.PART
        if token.name in ("vor", "nach") and (follows or is_part) and self._is_counted():
            self.facts.append(Mark.COMPARED)
        elif token.name in _BOUNDS and follows:
            self.facts.append(Bound(token.name))
        if token.text in dates.BEFORE_DAYS and self._take(
            dates.numbered_day(self.tokens, self.position + 1)
        ):
            return True
        self.position += 1
        return True

    def _is_counted(self) -> bool:
        """Tell "zwei Tage vor Weihnachten" from "nächste Woche vor Freitag"."""
        unit, amount = (at(self.tokens, self.position - i) for i in (1, 2))
        is_amount = amount.kind is Kind.NUMBER or amount.name == "a"
        return unit.kind is Kind.UNIT and is_amount

    def _date_follows(self) -> bool:
        position = self.position + 1
        while at(self.tokens, position).kind in (Kind.PREPOSITION, Kind.ARTICLE):
            position += 1
        kind, before = at(self.tokens, position).kind, at(self.tokens, position - 1).text
        return kind in _STARTS_OF_DATES or (kind is Kind.NUMBER and before in dates.BEFORE_DAYS)

    def _date(self) -> bool:
        token = self.tokens[self.position]
        if token.kind is Kind.NUMBER and self.field is Field.DATE:
            return self._take(
                dates.month_day(self.tokens, self.position)
                or dates.bare_day(self.tokens, self.position)
            )
        read = _PART_READERS.get(token.kind) or dates.READERS.get(token.kind)
        return self._take(read(self.tokens, self.position) if read else None)

    def _mark(self) -> None:
        token = self.tokens[self.position]
        if token.kind is Kind.DASH and self.facts and _continues_date(self.tokens, self.position):
            self.facts.append(Bound("bis"))
        elif token.kind is Kind.AND and self.between:
            self.facts.append(Bound("bis"))
            self.between = False
        elif token.kind is Kind.WAIT:
            if self._starts_clause():
                self.facts.append(Mark.WAIT)
        elif self._begins_hour():
            self.facts.append(Mark.UNREAD)
        elif token.kind is Kind.EARLIEST:
            self.facts.append(Mark.ANYTIME if token.name == "anytime" else Mark.EARLIEST)
        elif token.kind in _MARKS and not self._prefers(token):
            self.facts.append(_MARKS[token.kind])

    def _begins_hour(self) -> bool:
        """Tell "um halb" and "um Krutzehn": an hour was said, whichever it is. "Eine halbe Stunde" is none."""
        token, before, following = (at(self.tokens, self.position + i) for i in (0, -1, 1))
        if token.kind in (Kind.HALF, Kind.QUARTER, Kind.THREE_QUARTERS):
            return following.kind not in (Kind.UNIT, Kind.WORD)
        return (
            token.kind is Kind.WORD and before.text == "um" and following.kind in clock_forms.ENDS
        )

    def _starts_clause(self) -> bool:
        """Tell "Dienstag, Moment, Mittwoch" from "im Moment", and "halt," from the "halt" that means nothing."""
        before = self.position - 1
        while at(self.tokens, before).kind is Kind.ARTICLE:
            before -= 1
        if self.tokens[self.position].text == "verzeihung":
            return True
        is_first = at(self.tokens, before).kind in (Kind.COMMA, Kind.CORRECTION, Kind.EDGE_OF_TEXT)
        is_alone = at(self.tokens, self.position + 1).kind is Kind.COMMA
        return is_first and (is_alone or self.tokens[self.position].text != "halt")

    def _prefers(self, token: Token) -> bool:
        """Tell "eher nachmittags", a preference, from the bare "eher", which compares."""
        return token.text == "eher" and self.position + 1 < len(self.tokens)


_BOUNDS = ("ab", "nach", "vor", "bis", "latest", "von")
_PARTS_OF_NAMES = (Kind.WORD, Kind.WEEKDAY, Kind.MONTH)
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


def _continues_date(split: Tokens, position: int) -> bool:
    return at(split, position + 1).kind in _STARTS_OF_DATES


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


_PART_READERS = {Kind.PART: _part, Kind.TONE: _tone}
