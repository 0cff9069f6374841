"""When something repeats: a rule of RFC 5545, read by the clock on the wall of a branch.

The clock decides: what begins at ten begins at ten in summer and in winter. A rule has an end. What the clock shows
never (the night of the short hour) begins an hour later by that clock, what it shows twice begins the first time: so
RFC 5545 says, section 3.3.10. Both are told.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil import rrule
from django.utils.translation import gettext_lazy as _

from tenants.errors import Invalid

LONGEST_RULE = 300
MOST_DATES = 100
# As far as a service can be booked ahead.
MOST_DAYS = 730

# What the clock on the wall does to a date.
SKIPPED = "skipped"  # it never shows this time that day
DOUBLED = "doubled"  # it shows this time twice that day

_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
_NUMBERS = r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*"
_DAY = r"(?:[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)"
_FORMS = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY|YEARLY"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?"),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "BYDAY": re.compile(rf"{_DAY}(?:,{_DAY})*"),
    "BYMONTHDAY": re.compile(_NUMBERS),
    "BYYEARDAY": re.compile(_NUMBERS),
    "BYWEEKNO": re.compile(_NUMBERS),
    "BYMONTH": re.compile(_NUMBERS),
    "BYSETPOS": re.compile(_NUMBERS),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Under which other parts a part of these means nothing.
_ONLY_ONE_DAY = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS")


class InvalidRule(Invalid):
    """A rule that cannot be followed; `problem` is for machines, the sentence under `rule` for people."""

    code = "invalid_rule"
    sentence = _("This rule of repetition cannot be used.")

    def __init__(self, problem: str) -> None:
        super().__init__(rule=_PROBLEMS[problem])
        self.problem = problem


_PROBLEMS = {
    "unreadable": _("Write the rule as in RFC 5545, for example FREQ=WEEKLY;COUNT=10."),
    "unknown_part": _(
        "Only days, weeks, months and years can repeat, without times of day in the rule."
    ),
    "without_end": _("The rule needs an end: COUNT or UNTIL, one of the two."),
    "too_many": _("A series has at most 100 dates."),
    "too_long": _("A series ends within two years."),
    "first_date": _("The first date does not follow the rule."),
    "no_whole_minute": _("Appointments begin at a whole minute."),
    "weekday": _("The weekday can be changed only where the rule names a single one."),
}


_HOW_OFTEN = {
    "DAILY": (_("every day"), _("every %(count)d days")),
    "WEEKLY": (_("every week"), _("every %(count)d weeks")),
    "MONTHLY": (_("every month"), _("every %(count)d months")),
    "YEARLY": (_("every year"), _("every %(count)d years")),
}
_DAY_NAMES = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One date of a rule: what the clock on the wall shows, which instant that is, and what the clock did to it."""

    wall: datetime
    starts_at: datetime
    clock: str | None = None


def in_words(rule: str) -> str:
    """Return a rule in the active language; one that says more than words can hold stays as it is written."""
    said = dict(part.split("=") for part in rule.split(";"))
    days = said.get("BYDAY", "").split(",") if "BYDAY" in said else []
    if said.keys() - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"} or not (
        set(days) <= set(_WEEKDAYS)
    ):
        return rule
    interval = int(said.get("INTERVAL", "1"))
    one, many = _HOW_OFTEN[said["FREQ"]]
    words = [str(one) if interval == 1 else many % {"count": interval}]
    words += [str(_DAY_NAMES[_WEEKDAYS.index(day)]) for day in days]
    if "COUNT" in said:
        words.append(_("%(count)s times") % {"count": said["COUNT"]})
    if "UNTIL" in said:
        last = datetime.strptime(said["UNTIL"][:8], "%Y%m%d").replace(tzinfo=UTC)
        words.append(_("until %(day)s") % {"day": f"{last:%d.%m.%Y}"})
    return ", ".join(words)


def occurrences(rule: str, *, first: datetime, zone: ZoneInfo) -> list[Occurrence]:
    """Return all dates of a rule, `first` being the first of them.

    :raises InvalidRule: it cannot be read, has no end, is too long, or does not contain `first`
    """
    parts = _parts(rule)
    wall = first.astimezone(zone).replace(tzinfo=None)
    if wall.second or wall.microsecond:
        raise InvalidRule("no_whole_minute")
    walls = _walls(parts, wall, zone)
    if not walls or walls[0] != wall:
        raise InvalidRule("first_date")
    found = [occurrence(each, zone) for each in walls]
    # Of a doubled hour, the caller may mean the second one; the first date is as it was asked for.
    found[0] = Occurrence(wall=wall, starts_at=first.astimezone(UTC), clock=found[0].clock)
    return found


def occurrence(wall: datetime, zone: ZoneInfo) -> Occurrence:
    """Return the instant at which the clock on the wall shows a time, and what is odd about it."""
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    before, after = early.utcoffset(), late.utcoffset()
    assert before is not None
    assert after is not None
    clock = None if before == after else DOUBLED if before > after else SKIPPED
    return Occurrence(wall=wall, starts_at=early.astimezone(UTC), clock=clock)


def normal(rule: str) -> str:
    """Return a rule as it is stored.

    :raises InvalidRule: it is none that we follow
    """
    return _written(_parts(rule))


def shortened(rule: str, *, count: int) -> str:
    """Return the same rule with an end after so many dates."""
    parts = {key: value for key, value in _parts(rule).items() if key not in ("COUNT", "UNTIL")}
    return _written({**parts, "COUNT": str(count)})


def on_weekday(rule: str, weekday: int) -> str:
    """Return a weekly rule with another weekday (ISO: Monday is 1).

    :raises InvalidRule: it is not weekly, or has several weekdays
    """
    parts = _parts(rule)
    days = parts.get("BYDAY", "MO").split(",")
    if parts["FREQ"] != "WEEKLY" or len(days) > 1 or any(each in parts for each in _ONLY_ONE_DAY):
        raise InvalidRule("weekday")
    if "BYDAY" not in parts:
        return rule
    return _written({**parts, "BYDAY": _WEEKDAYS[weekday - 1]})


def moved(wall: datetime, *, weekday: int | None, clock: time | None) -> datetime:
    """Return a time on the wall in the same week (Monday to Sunday), on another weekday and at another time."""
    day: date = wall.date()
    if weekday is not None:
        day += timedelta(days=weekday - day.isoweekday())
    return datetime.combine(day, clock or wall.time())


def _parts(rule: str) -> dict[str, str]:
    """Return the parts of a rule by name.

    :raises InvalidRule: it is none that we follow
    """
    parts: dict[str, str] = {}
    if len(rule) > LONGEST_RULE:
        raise InvalidRule("unreadable")
    for piece in rule.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        read = _PART.fullmatch(piece)
        if read is None or read[1] in parts:
            raise InvalidRule("unreadable")
        parts[read[1]] = read[2]
    _must_be_followed(parts)
    return parts


def _must_be_followed(parts: dict[str, str]) -> None:
    freq = parts.get("FREQ", "")
    if not parts.keys() <= _FORMS.keys() or freq in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise InvalidRule("unknown_part")
    if not freq or not all(_FORMS[key].fullmatch(value) for key, value in parts.items()):
        raise InvalidRule("unreadable")
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise InvalidRule("without_end")
    if int(parts.get("COUNT", "1")) > MOST_DATES:
        raise InvalidRule("too_many")


def _walls(parts: dict[str, str], first: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return what the clock on the wall shows at each date. No search goes further than a series may last."""
    ends = first + timedelta(days=MOST_DAYS)
    until = _until(parts["UNTIL"], zone) if "UNTIL" in parts else None
    if until is not None and until > ends:
        raise InvalidRule("too_long")
    endless = {key: value for key, value in parts.items() if key not in ("COUNT", "UNTIL")}
    try:
        rule = rrule.rrulestr(_written(endless), dtstart=first)
        found = list(islice(rule.replace(until=until or ends), MOST_DATES + 1))
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise InvalidRule("unreadable") from error
    if until is not None:
        if len(found) > MOST_DATES:
            raise InvalidRule("too_many")
        return found
    count = int(parts["COUNT"])
    if found and len(found) < count:
        raise InvalidRule("too_long")
    return found[:count]


def _until(written: str, zone: ZoneInfo) -> datetime:
    """Return the last time on the wall. A day counts as a whole, a Z means UTC."""
    try:
        if len(written) == len("20261231"):
            day = datetime.strptime(written, "%Y%m%d")  # noqa: DTZ007 — a wall has no zone
            return datetime.combine(day, time.max)
        until = datetime.strptime(written.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError as error:
        raise InvalidRule("unreadable") from error
    if written.endswith("Z"):
        return until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return until


def _written(parts: dict[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in parts.items())
