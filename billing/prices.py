"""The dated price list. Net, in integer euro cents; an entry holds from its day until the next one."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Prices:
    valid_from: date
    call_cents: int
    appointment_cents: int


PRICE_LIST = (Prices(valid_from=date(2025, 1, 1), call_cents=50, appointment_cents=200),)


def prices_on(day: date) -> Prices:
    """Return the prices of a day.

    :raises LookupError: before the first price list
    """
    for prices in reversed(PRICE_LIST):
        if prices.valid_from <= day:
            return prices
    raise LookupError(f"no prices on {day}")
