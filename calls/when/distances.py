"""Reading distances from now: "in zwei Wochen", "in einer halben Stunde", "vor drei Tagen"."""

from collections.abc import Sequence

from calls.when.clock_forms import ENDS, UNIT_MINUTES
from calls.when.facts import Fact, In
from calls.when.lexicon import Kind
from calls.when.tokens import Token, at

Tokens = Sequence[Token]
Found = tuple[list[Fact], int]


def read(split: Tokens, position: int) -> Found | None:
    """Read "in zwei Wochen", "in einer halben Stunde", "in zwei bis drei Tagen", "vor drei Tagen"."""
    preposition = split[position]
    if preposition.name not in _COUNTING or preposition.kind is not Kind.PREPOSITION:
        return None
    if preposition.name == "ueber" and at(split, position - 1).kind not in _DAYS:
        return None  # "heute über acht Tage", but "über zwei Wochen Schmerzen"
    if preposition.text == "im":
        return None
    start = position + 1
    if at(split, start).name == "sharp" and preposition.name == "in":
        start += 1  # "in genau drei Wochen"
    if at(split, start).name == "the":
        return None
    sign = -1 if preposition.name == "vor" else 1
    return _halves(split, start) or _counted(split, start, sign=sign)


_COUNTING = ("in", "vor", "nach", "ueber")
_DAYS = (Kind.DAY, Kind.MORGEN, Kind.WEEKDAY)


def _counted(split: Tokens, start: int, *, sign: int) -> Found | None:
    amount, behind = amount_at(split, start)
    if not amount:
        return None
    upto = 0
    link = at(split, behind)
    if link.name == "bis" or link.kind in (Kind.DASH, Kind.OR, Kind.COMMA):
        upto, end = amount_at(split, behind + 1)
        behind = end if upto else behind
    unit = at(split, behind)
    if unit.kind is not Kind.UNIT:
        return None
    size = UNIT_MINUTES.get(unit.name, 1)
    more, end = _minutes_more(split, behind + 1) if unit.name == "hour" and not upto else (0, 0)
    if more:
        return [In(sign * (60 * amount + more), "minute")], end
    return [In(sign * amount * size, _plain(unit), sign * upto * size)], behind + 1


def _minutes_more(split: Tokens, position: int) -> tuple[int, int]:
    """Read the minutes of "in zwei Stunden und dreißig Minuten"."""
    start = position + 1 if at(split, position).kind is Kind.AND else position
    amount, behind = amount_at(split, start)
    unit = at(split, behind)
    if unit.kind in ENDS and at(split, start).kind is Kind.NUMBER and amount < 60:
        return amount, behind  # "in einer Stunde zehn"
    size = {**UNIT_MINUTES, "minute": 1}.get(unit.name, 0)
    return (amount * size, behind + 1) if unit.kind is Kind.UNIT else (0, position)


def _plain(unit: Token) -> str:
    return "minute" if unit.name in UNIT_MINUTES else unit.name


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


def amount_at(split: Tokens, position: int) -> tuple[int, int]:
    """Return the number at a position and the position behind it; 0 when there is none."""
    token = at(split, position)
    if token.kind is Kind.NUMBER and 1 <= token.number <= 400:
        return token.number, position + 1
    if token.name == "a" or token.text == "eins":
        return 1, position + 1
    if token.kind is Kind.UNIT and token.name in UNIT_MINUTES:
        return 1, position
    return 0, position
