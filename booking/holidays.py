"""Public holidays of the sixteen German states, and what a branch makes of them.

The library `holidays` knows the law of each state and year. A branch without a state keeps none.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from holidays.countries.germany import Germany

from tenants.models import Branch

_EPOCH = date(1970, 1, 1).toordinal()
# Not public holidays; the business says until when it is open.
_HALF_DAYS = {(12, 24): "Heiligabend", (12, 31): "Silvester"}


class Keeping(NamedTuple):
    """How a branch keeps holidays: its state, its municipality, whether it closes, the end of 24 and 31 December."""

    state: str
    municipality: str
    closes: bool
    half_day_until: int | None


def keeping_of(branch: Branch) -> Keeping:
    return Keeping(
        branch.state,
        branch.municipality,
        branch.closes_on_holidays,
        branch.half_day_until_minute,
    )


def closed_for(keeping: Keeping, day: int) -> str | None:
    """Return the holiday for which a branch is closed on a day (days since 1970), in German, None when it is not."""
    if not keeping.closes or not keeping.state:
        return None
    year = date.fromordinal(day + _EPOCH).year
    return _of_year(keeping.state, keeping.municipality, year).get(day)


def half_day(keeping: Keeping, day: int) -> str | None:
    """Return the name of a day on which a branch closes earlier, None when it does not."""
    if keeping.half_day_until is None:
        return None
    that_day = date.fromordinal(day + _EPOCH)
    return _HALF_DAYS.get((that_day.month, that_day.day))


@lru_cache(maxsize=256)
def _of_year(state: str, municipality: str, year: int) -> dict[int, str]:
    is_augsburg = municipality == Branch.Municipality.AUGSBURG and state == "BY"
    is_catholic = is_augsburg or municipality == Branch.Municipality.CATHOLIC
    found = Germany(
        subdiv="Augsburg" if is_augsburg else state,
        years=year,
        categories=("public", "catholic") if is_catholic else ("public",),
        language="de",
    )
    return {day.toordinal() - _EPOCH: name for day, name in found.items()}
