"""Reading times of day: "halb drei", "fünf vor halb drei", "14.30 Uhr", "zwischen zehn und zwölf"."""

from calls.when import clock_forms
from calls.when.clock_forms import ENDS, Tokens
from calls.when.facts import Moment, Role, Stretch
from calls.when.lexicon import Kind
from calls.when.tokens import Field, at


def read(tokens: Tokens, start: int, *, field: Field) -> tuple[Moment | Stretch, int] | None:
    """Read a time or a stretch of time with its prepositions; return it and the position behind it."""
    position = _behind_prepositions(tokens, start)
    said = frozenset(name for token in tokens[start:position] for name in (token.name, token.text))
    found = _stretch(tokens, position, said, field=field)
    if found:
        return found
    single = clock_forms.read(tokens, position, said=said, field=field)
    if not single:
        return None
    role, behind = _role(tokens, single[1], said)
    return Moment(single[0], role), behind


# --- prepositions and roles -------------------------------------------------------------------------------

_LONGEST_CHAIN = 5  # "bis spätestens so um die zehn"
_CHAIN = (Kind.PREPOSITION, Kind.ARTICLE)
_ROLES = (
    (Role.LATEST, ("latest",)),
    (Role.FROM, ("ab", "nach")),
    (Role.UNTIL, ("bis", "vor")),
    (Role.ABOUT, ("about",)),
    (Role.FROM, ("von",)),
)


def _behind_prepositions(tokens: Tokens, start: int) -> int:
    position = start
    longest = start + _LONGEST_CHAIN
    while at(tokens, position).kind in _CHAIN and not clock_forms.is_one_hour(tokens, position):
        if position == longest:
            return start
        position += 1
    return position


def _role(tokens: Tokens, behind: int, said: frozenset[str]) -> tuple[Role, int]:
    """Return the role that the words before and behind a time give it, and the position behind them."""
    following, next_one = at(tokens, behind), at(tokens, behind + 1)
    if following.kind is Kind.AROUND or _is_rounded(tokens, behind):
        return Role.ABOUT, behind + 1
    if following.kind is Kind.OR and next_one.name in ("later", "late"):
        return Role.FROM, behind + 2
    if following.kind is Kind.OR and next_one.name in ("earlier", "early"):
        return Role.LATEST, behind + 2
    if following.kind is Kind.OR and next_one.name == "about":
        return Role.ABOUT, behind + 2
    if following.kind is Kind.AN:
        return Role.FROM, behind + 1
    is_hour = next_one.kind in _STARTS_OF_HOURS and at(tokens, behind + 2).kind is not Kind.MONTH
    if following.name == "latest" and not is_hour:
        return Role.LATEST, behind + 1  # "um elf spätestens"
    if following.name == "ab" and next_one.kind in ENDS:
        return Role.FROM, behind + 1
    return _role_before(said), behind


_STARTS_OF_HOURS = (Kind.NUMBER, Kind.CLOCK, Kind.HALF, Kind.QUARTER, Kind.THREE_QUARTERS)


def _is_rounded(tokens: Tokens, position: int) -> bool:
    """Tell "zehn Uhr ungefähr" from "zehn Uhr, ungefähr elf" and "um zehn so wie immer"."""
    word, following = at(tokens, position), at(tokens, position + 1)
    if word.name != "about" or following.kind in (Kind.NUMBER, Kind.CLOCK, Kind.HALF):
        return False
    return word.text not in ("so", "gegen") or following.kind in ENDS


def _role_before(said: frozenset[str]) -> Role:
    for role, names in _ROLES:
        if not said.isdisjoint(names):
            return role
    return Role.AT


# --- stretches --------------------------------------------------------------------------------------------


def _stretch(
    tokens: Tokens, start: int, said: frozenset[str], *, field: Field
) -> tuple[Stretch, int] | None:
    first = clock_forms.read(
        tokens, start, said=said | {"stretch"}, field=field
    ) or clock_forms.plain_hour(tokens, start)
    if not first:
        return None
    link = _behind_link(tokens, first[1], between="zwischen" in said)
    if link is None:
        return None
    position = _behind_prepositions(tokens, link)
    said = frozenset(("ab",)) if said & _BEFORE_DAYS else frozenset(("ab", "um"))
    last = clock_forms.read(tokens, position, said=said, field=field)
    return (Stretch(first[0], last[0]), last[1]) if last else None


_BEFORE_DAYS_OF_MONTHS = ("am", "den", "dem", "der", "zum")
_BEFORE_DAYS = frozenset(("the", "am", "vom"))


def _behind_link(tokens: Tokens, position: int, *, between: bool) -> int | None:
    """Return the position behind "bis", "-" or the "und" of "zwischen"."""
    link, following = at(tokens, position), at(tokens, position + 1)
    if link.name == "latest" and following.text in _BEFORE_DAYS_OF_MONTHS:
        return None  # "um elf spätestens am 27."
    if link.name in ("bis", "latest") or link.kind is Kind.DASH:
        return position + 1
    if between and link.kind is Kind.AND:
        return position + 1
    if link.kind is Kind.COMMA and at(tokens, position + 1).name == "bis":
        return position + 2
    return None
