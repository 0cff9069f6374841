"""Days that people name instead of a date. Only names that mean the same day in every German state."""

from datetime import date, timedelta

# Length in days; most feasts are one day.
_FIXED = {
    "dreikoenig": (1, 6, 1),
    "valentinstag": (2, 14, 1),
    "tagderarbeit": (5, 1, 1),
    "einheit": (10, 3, 1),
    "reformationstag": (10, 31, 1),
    "allerheiligen": (11, 1, 1),
    "nikolaus": (12, 6, 1),
    "heiligabend": (12, 24, 1),
    "weihnachten": (12, 24, 3),
    "weihnachtstageins": (12, 25, 1),
    "weihnachtstagzwei": (12, 26, 1),
    "zwischendenjahren": (12, 27, 4),
    "silvester": (12, 31, 1),
    "neujahr": (1, 1, 1),
}
_BY_EASTER = {
    "rosenmontag": (-48, 1),
    "faschingsdienstag": (-47, 1),
    "aschermittwoch": (-46, 1),
    "gruendonnerstag": (-3, 1),
    "karfreitag": (-2, 1),
    "karsamstag": (-1, 1),
    "ostern": (-2, 4),
    "ostersonntag": (0, 1),
    "ostermontag": (1, 1),
    "himmelfahrt": (39, 1),
    "pfingsten": (49, 2),
    "pfingstsonntag": (49, 1),
    "pfingstmontag": (50, 1),
    "fronleichnam": (60, 1),
}
# How many weeks before the last Sunday of Advent, which is the one before Christmas.
_BY_CHRISTMAS = {"adventeins": 3, "adventzwei": 2, "adventdrei": 1, "adventvier": 0}


def days_of(name: str, *, year: int) -> tuple[date, date]:
    """Return the first day of a feast and the day after its last."""
    if name in _FIXED:
        month, day, length = _FIXED[name]
        first = date(year, month, day)
    elif name in _BY_CHRISTMAS:
        eve = date(year, 12, 24)
        first = eve - timedelta(days=eve.isoweekday() % 7, weeks=_BY_CHRISTMAS[name])
        length = 1
    else:
        offset, length = _BY_EASTER[name]
        first = _easter(year) + timedelta(days=offset)
    return first, first + timedelta(days=length)


def _easter(year: int) -> date:
    """Return Easter Sunday (Gauss with Lichtenberg's correction, Gregorian calendar)."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    cycle = year % 19
    seed = (19 * cycle + moon) % 30
    correction = (seed + cycle // 11) // 29
    full_moon = 21 + seed - correction
    first_sunday = 7 - (year + year // 4 + sun) % 7
    distance = 7 - (full_moon - first_sunday) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + distance - 1)
