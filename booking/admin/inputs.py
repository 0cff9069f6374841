"""How people type and read what rows keep as numbers: a time of day, an amount of money, an instant."""

import re
import zoneinfo
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from tenants.models import Branch

_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
_EUROS = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))?")
_WHOLE_DAY = 24 * 60


class WallTimeField(forms.Field):
    """``09:30`` on the page, 570 in the row; ``24:00`` is the end of the day.

    With `latest` beyond that ``26:00`` is two o'clock in the night that follows.
    """

    def __init__(self, *, latest: int = _WHOLE_DAY, **options: Any) -> None:
        self.latest = latest
        options.setdefault(
            "widget", UnfoldAdminTextInputWidget(attrs={"placeholder": "09:00", "size": 6})
        )
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60:02d}:{value % 60:02d}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        typed = _CLOCK.fullmatch(str(value).strip())
        minute = int(typed[1]) * 60 + int(typed[2]) if typed else self.latest + 1
        if minute > self.latest:
            raise ValidationError(_("Write the time as 09:30."))
        return minute


class EuroField(forms.Field):
    """``35,00`` on the page, 3500 cents in the row."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", UnfoldAdminTextInputWidget(attrs={"placeholder": "35,00", "size": 9})
        )
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return euros(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        typed = _EUROS.fullmatch(str(value).strip().removesuffix("€").strip())
        if typed is None:
            raise ValidationError(_("Write the amount as 35,00."))
        return int(typed[1]) * 100 + int((typed[2] or "0").ljust(2, "0"))


def euros(cents: int) -> str:
    """Return an amount as it is written in Germany, without the sign."""
    return f"{cents // 100},{cents % 100:02d}"


def written(instant: datetime, branch: Branch) -> str:
    """Return an instant as the branch's clock shows it."""
    local = formats.date_format(instant.astimezone(branch.zone), "D d.m.Y H:i")
    return local.replace(" ", "\N{NO-BREAK SPACE}")


def day_field(**options: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs=_native("date"))
    return forms.DateField(label=_("day"), widget=widget, **options)


def clock_field(**options: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={**_native("time"), "step": 300})
    return forms.TimeField(label=_("time"), widget=widget, **options)


def instant_at(day: date, clock: time, zone: zoneinfo.ZoneInfo) -> datetime:
    """Return the instant of a local time.

    :raises ValidationError: the clocks are changed just then, so the time exists twice or not at all
    """
    local = datetime.combine(day, clock, tzinfo=zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ValidationError(
            _("The clocks are changed at this time: it exists twice, or not at all.")
        )
    return local.astimezone(UTC)


def _native(kind: str) -> dict[str, Any]:
    return {"type": kind, "class": " ".join(INPUT_CLASSES)}
