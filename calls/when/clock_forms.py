"""The forms of one time of day: "14.30 Uhr", "halb drei", "fünf vor halb drei", "vierzehn dreißig"."""

from collections.abc import Sequence

from calls.when.facts import Clock, Form
from calls.when.lexicon import Kind
from calls.when.tokens import NOTHING, Field, Token, at

Tokens = Sequence[Token]
Found = tuple[Clock, int]
DAY_MINUTES = 1440
ENDS = (Kind.EDGE_OF_TEXT, Kind.COMMA, Kind.POLITE)
_HALF_DAY = 720
_NO_SUCH_TIME = Clock(())


def read(tokens: Tokens, start: int, *, said: frozenset[str], field: Field) -> Found | None:
    """Read one time of day."""
    for form in (_digital, _full_hour, _half, _quarters, _beside, _midnight):
        found = form(tokens, start)
        if found:
            return found
    return (
        _dotted(tokens, start, said, field)
        or _two_numbers(tokens, start, said, field)
        or _bare(tokens, start, said, field)
    )


def hour(number: int, minute: int = 0, *, form: Form = Form.OPEN) -> Clock:
    """Return an hour as said; 1 to 12 can mean two times unless the form is firm."""
    if minute > 59 or number > 24 or (number == 24 and minute):
        return _NO_SUCH_TIME
    written = number * 60 + minute
    if form is Form.FIRM or not 1 <= number <= 12:
        return Clock((written,), Form.FIRM)
    if number < 12:
        return Clock((written, written + _HALF_DAY), form)
    return Clock((written, minute or DAY_MINUTES), form)


def is_one_hour(tokens: Tokens, position: int) -> bool:
    """Tell the hour in "ein Uhr" from the article."""
    return at(tokens, position).name == "a" and at(tokens, position + 1).kind is Kind.UHR


HOUR_PREPOSITIONS = frozenset(
    ("um", "about", "ab", "nach", "vor", "bis", "latest", "zwischen", "von", "sharp")
)


def _form(token: Token) -> Form:
    """Return how sure an hour is by the way it is written: "09" is the morning, "9" is not."""
    digits = token.text[:2]
    return Form.FIRM if digits.isdigit() and digits.startswith("0") else Form.OPEN


def _written(first: str) -> Form:
    """Return how sure a written time is: "09:30" is, "10:30" nearly, "9:30" is not."""
    digits = first[:2]
    if not digits.isdigit():
        return Form.OPEN
    return Form.FIRM if digits.startswith("0") else Form.DIGITAL


def _numeral(tokens: Tokens, position: int) -> Token:
    """Return a number; the dot of "14 Uhr 30." ends a sentence and makes no ordinal."""
    token, following = at(tokens, position), at(tokens, position + 1)
    if token.kind is Kind.NUMBER:
        return token
    is_date = following.kind in (Kind.MONTH, Kind.ORDINAL, Kind.CALENDAR_WEEK)
    if token.kind is Kind.ORDINAL and token.text.endswith(".") and not is_date:
        return token._replace(kind=Kind.NUMBER)
    return NOTHING


def _behind_uhr(tokens: Tokens, position: int) -> int:
    return position + 1 if at(tokens, position).kind is Kind.UHR else position


def _digital(tokens: Tokens, start: int) -> Found | None:
    token = at(tokens, start)
    if token.kind is not Kind.CLOCK:
        return None
    form = Form.FIRM if token.name else _written(token.text)
    found = hour(*token.parts, form=form)
    zone = "" if token.name == "firm" else token.name
    if zone:
        found = Clock(found.readings, found.form, zone)
    return found, _behind_uhr(tokens, start + 1)


def _full_hour(tokens: Tokens, start: int) -> Found | None:
    """Read "vierzehn Uhr dreißig", "14 Uhr 30", "ein Uhr", "1430 Uhr"."""
    token = at(tokens, start)
    is_hour = token.kind is Kind.NUMBER or is_one_hour(tokens, start)
    if not is_hour or at(tokens, start + 1).kind is not Kind.UHR:
        return None
    number = 1 if token.kind is Kind.ARTICLE else token.number
    if token.name == "digits" and len(token.text) == 4:
        return hour(number // 100, number % 100, form=Form.FIRM), start + 2
    minute, behind = _minutes(tokens, start + 2)
    return hour(number, minute, form=_form(token)), behind


def _minutes(tokens: Tokens, start: int) -> tuple[int, int]:
    """Read the minutes behind "Uhr", if there are any."""
    position = start + 1 if at(tokens, start).kind is Kind.AND else start
    token = _numeral(tokens, position)
    if (
        token.kind is not Kind.NUMBER
        or token.number > 99
        or _counts_something(tokens, position + 1)
    ):
        return 0, start
    if at(tokens, position + 1).kind is Kind.UHR:  # "10 Uhr, 11 Uhr"
        return 0, start
    following = at(tokens, position + 1)
    if token.text in ("0", "null") and following.kind is Kind.NUMBER and following.number < 10:
        token, position = following, position + 1
    behind = position + 1
    return token.number, behind + 1 if at(tokens, behind).name == "minute" else behind


def _counts_something(tokens: Tokens, position: int) -> bool:
    token = at(tokens, position)
    if token.kind is Kind.CALENDAR_WEEK:
        return at(tokens, position + 1).kind is not Kind.NUMBER  # "49. KW", but "um elf, KW 49"
    if token.kind in (Kind.THING, Kind.MONTH, Kind.QUARTER):
        return True
    return token.kind is Kind.UNIT and token.name != "minute"


def _half(tokens: Tokens, start: int) -> Found | None:
    if at(tokens, start).kind is not Kind.HALF:
        return None
    return _before_or_after(tokens, start + 1, minutes=-30)


def _quarters(tokens: Tokens, start: int) -> Found | None:
    """Read "Viertel vor/nach drei", "Viertel vier" (3:15), "drei viertel vier" and "dreiviertel vier" (3:45)."""
    token, following = at(tokens, start), at(tokens, start + 1)
    if token.number == 3 and token.kind is Kind.NUMBER and following.kind is Kind.QUARTER:
        return _before_or_after(tokens, start + 2, minutes=-15)
    if token.kind is Kind.THREE_QUARTERS:
        return _before_or_after(tokens, start + 1, minutes=-15)
    if token.kind is not Kind.QUARTER:
        return None
    side = "nach" if following.name in ("ab", "ueber") else _side(following)
    if side:
        return _before_or_after(tokens, start + 2, minutes=-15 if side == "vor" else 15)
    return _before_or_after(tokens, start + 1, minutes=-45)


def _side(token: Token) -> str:
    """Return whether a time is counted to an hour or from it; "viertel for drei" is a mishearing of "vor"."""
    return "vor" if token.text == "for" else token.name if token.name in ("vor", "nach") else ""


def _beside(tokens: Tokens, start: int) -> Found | None:
    """Read "zehn nach zwei", "fünf Minuten vor halb drei", "kurz vor drei" being too vague to be read."""
    counted, position = _counted_minutes(tokens, start)
    side = _side(at(tokens, position))
    if not counted or not side:
        return None
    minutes = counted if side == "nach" else -counted
    fraction = _FRACTIONS.get(at(tokens, position + 1).kind)
    if fraction:
        return _before_or_after(tokens, position + 2, minutes=minutes + fraction)
    return _before_or_after(tokens, position + 1, minutes=minutes)


def _counted_minutes(tokens: Tokens, start: int) -> tuple[int, int]:
    """Read "zehn", "zehn Minuten" and "eine Viertelstunde"; return the minutes and the position behind them."""
    token = at(tokens, start)
    if token.kind is Kind.UNIT:
        return UNIT_MINUTES.get(token.name, 0), start + 1
    if token.kind is not Kind.NUMBER or not 1 <= token.number <= 29:
        return 0, start
    return token.number, start + 2 if at(tokens, start + 1).name == "minute" else start + 1


UNIT_MINUTES = {"quarter_hour": 15, "half_hour": 30, "three_quarter_hour": 45}
_FRACTIONS = {Kind.HALF: -30, Kind.THREE_QUARTERS: -15, Kind.QUARTER: -45}


def _before_or_after(tokens: Tokens, start: int, *, minutes: int) -> Found | None:
    """Read an hour and move it by minutes; an hour up to twelve stays open for both halves of the day."""
    if at(tokens, start).kind is Kind.MIDNIGHT:
        return Clock((minutes % DAY_MINUTES,), Form.FIRM), start + 1
    token = _numeral(tokens, start)
    is_one = is_one_hour(tokens, start)
    if (token.kind is not Kind.NUMBER and not is_one) or _counts_something(tokens, start + 1):
        return None
    if at(tokens, start + 1).kind in (Kind.UNIT, Kind.MONTH):
        return None
    number = 1 if is_one else token.number
    behind = _behind_uhr(tokens, start + 1)
    if number > 24:
        return _NO_SUCH_TIME, behind
    moved = number * 60 + minutes
    if number > 12 or number == 0:
        return Clock((moved % DAY_MINUTES,), Form.FIRM), behind
    return Clock((moved % _HALF_DAY, moved % _HALF_DAY + _HALF_DAY)), behind


def _midnight(tokens: Tokens, start: int) -> Found | None:
    if at(tokens, start).kind is not Kind.MIDNIGHT:
        return None
    return Clock((0, DAY_MINUTES), Form.MIDNIGHT), start + 1


def _dotted(tokens: Tokens, start: int, said: frozenset[str], field: Field) -> Found | None:
    """Read "14.30 Uhr", and "14.30" where it can be no date."""
    token = at(tokens, start)
    if token.kind not in (Kind.DOTTED, Kind.DATE) or len(token.parts) == 3 and token.parts[0]:
        return None
    first, second = token.parts[-2:] if token.kind is Kind.DOTTED else token.parts[:0:-1]
    behind = _behind_uhr(tokens, start + 1)
    if not (behind > start + 1 or _dots_are_a_time(token, said, field)):
        return None
    return hour(first, second, form=_written(token.text)), behind


def _dots_are_a_time(token: Token, said: frozenset[str], field: Field) -> bool:
    minutes = token.text.strip(".").partition(".")[2].strip()
    if len(minutes) != 2:
        return False
    if not said.isdisjoint(("um", "about", "sharp")):
        return field is not Field.DATE
    can_be_day = 1 <= int(minutes) <= 12 and token.parts[-1] <= 31
    if field is Field.TIME:
        return not (can_be_day and _is_written_as_day(token, said))
    return token.kind is Kind.DOTTED and not can_be_day and token.parts[0] <= 24


def _is_written_as_day(token: Token, said: frozenset[str]) -> bool:
    """Tell "am 20.11." from "14.30" where an hour is expected: nobody comes at eleven minutes past."""
    is_odd = token.kind is Kind.DATE and (token.parts[1] % 5 > 0 or token.parts[-1] >= 24)
    return is_odd or not said.isdisjoint(("am", "the"))


def _two_numbers(tokens: Tokens, start: int, said: frozenset[str], field: Field) -> Found | None:
    """Read "vierzehn dreißig" and "um 14 30"."""
    token, following = at(tokens, start), _numeral(tokens, start + 1)
    if token.kind is not Kind.NUMBER or following.kind is not Kind.NUMBER or token.number > 24:
        return None
    if not 10 <= following.number <= 59 or _counts_something(tokens, start + 2):
        return None
    if at(tokens, start + 2).kind in (Kind.UHR, Kind.ORDINAL, Kind.UNIT):
        return None
    as_time = field is Field.TIME or not said.isdisjoint(HOUR_PREPOSITIONS)
    if not as_time and (following.number % 5 or _starts_badly(tokens, start)):
        return None
    return hour(token.number, following.number, form=_form(token)), start + 2


_BEFORE_BARE = frozenset(
    (Kind.EDGE_OF_TEXT, Kind.COMMA, Kind.WEEKDAY, Kind.DAY, Kind.MORGEN, Kind.PART, Kind.DATE)
    + (
        Kind.OR,
        Kind.AND,
        Kind.CORRECTION,
        Kind.WAIT,
        Kind.BUT,
        Kind.MONTH,
        Kind.POLITE,
        Kind.INSTANT,
        Kind.DASH,
    )
)
_AFTER_BARE = frozenset(
    (Kind.EDGE_OF_TEXT, Kind.COMMA, Kind.PART, Kind.MORGEN, Kind.OR, Kind.AND, Kind.ARTICLE)
    + (
        Kind.PREPOSITION,
        Kind.WEEKDAY,
        Kind.DAY,
        Kind.DASH,
        Kind.POLITE,
        Kind.WHICH,
        Kind.AN,
        Kind.TONE,
    )
)


def _starts_badly(tokens: Tokens, start: int) -> bool:
    before = at(tokens, start - 1)
    if before.kind is Kind.MONTH and at(tokens, start).name == "digits":
        return True
    return before.name == "verb" or (before.kind not in _BEFORE_BARE and before.name != "for")


def _bare(tokens: Tokens, start: int, said: frozenset[str], field: Field) -> Found | None:
    """Read a number as an hour where nothing else can be meant: "um drei", "Dienstag zehn", "9 bis 11"."""
    token = at(tokens, start)
    if token.kind is Kind.ORDINAL and not said.isdisjoint(("um", "about")):
        numeral = _numeral(tokens, start)
        return (hour(numeral.number), start + 1) if numeral.text else None
    if _is_four_digits(tokens, start):
        return hour(token.number // 100, token.number % 100, form=Form.FIRM), start + 1
    if token.kind is not Kind.NUMBER or not _can_be_bare(tokens, start, said, field):
        return None
    if token.number > 99 and field is Field.TIME and len(token.text) in (3, 4):
        return hour(token.number // 100, token.number % 100, form=Form.FIRM), start + 1
    return hour(token.number, form=_form(token)), start + 1


def _is_four_digits(tokens: Tokens, start: int) -> bool:
    """Tell "Mittwoch 0945" from a year and from the digits of a number to call."""
    token, before, following = (at(tokens, start + i) for i in (0, -1, 1))
    is_clock = len(token.text) == 4 and token.text.isdigit() and token.number < 1900
    return is_clock and before.kind in _DAYS and following.kind in ENDS


_DAYS = (Kind.WEEKDAY, Kind.DAY, Kind.MORGEN, Kind.DATE)


def _can_be_bare(tokens: Tokens, start: int, said: frozenset[str], field: Field) -> bool:
    following = at(tokens, start + 1)
    if following.kind in (Kind.UNIT, Kind.HALVES) or _counts_something(tokens, start + 1):
        return False
    if following.kind is Kind.ORDINAL and at(tokens, start + 2).kind is not Kind.MONTH:
        return False
    if following.name in ("vor", "nach") and at(tokens, start + 2).kind in ENDS:
        return False  # "fünf nach": after which hour?
    if field is Field.TIME or not said.isdisjoint(("um", "about", "ab")):
        return True
    if at(tokens, start).number > 24 or field is Field.DATE:
        return False
    if not said.isdisjoint(HOUR_PREPOSITIONS):
        return True
    if "stretch" not in said and not said.isdisjoint(("the", "am")):
        return False
    return _is_in_pair(tokens, start) or (
        not _starts_badly(tokens, start) and following.kind in _AFTER_BARE
    )


def _is_in_pair(tokens: Tokens, start: int) -> bool:
    """Tell "zehn oder elf", which are hours in any sentence."""
    link, partner = at(tokens, start + 1), at(tokens, start + 2)
    if link.kind in (Kind.OR, Kind.AND) and partner.kind is Kind.NUMBER:
        return partner.number <= 24 and not _counts_something(tokens, start + 3)
    earlier, link = at(tokens, start - 2), at(tokens, start - 1)
    return link.kind in (Kind.OR, Kind.AND) and earlier.kind in (Kind.NUMBER, Kind.UHR, Kind.CLOCK)


def plain_hour(tokens: Tokens, position: int) -> Found | None:
    """Read the bare first hour of "9 bis 11"."""
    token = at(tokens, position)
    if token.kind is not Kind.NUMBER or token.number > 24:
        return None
    return hour(token.number, form=_form(token)), position + 1
