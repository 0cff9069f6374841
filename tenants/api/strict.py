"""What may come in through the REST API: exact types, exact fields, nothing guessed.

The fields of Django REST framework are generous (5 becomes "5", "1_000" becomes 1000, unknown names are dropped). A
generous reader books the wrong thing; these refuse.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, cast

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

BIGGEST_ID = 2**63 - 1
_SHOWN_OF_A_NAME = 60
_UNKNOWN = _("This field is not known.")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
# Outside of these years nothing of a business happens, and clocks overflow.
_YEARS = range(1970, 2200)


class Input(serializers.Serializer[Any]):
    """The fields of a body or of a query; any other field is refused."""

    # What JSON Schema can say beyond the fields, for the OpenAPI document; `validate` is what holds.
    also: ClassVar[dict[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            unknown = (str(name) for name in data if name not in self.fields)
            errors = {name[:_SHOWN_OF_A_NAME]: [_UNKNOWN] for name in unknown}
        known = {}
        try:
            known = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            errors.update(cast("dict[str, Any]", refused.detail))
        if errors:
            raise serializers.ValidationError(errors)
        return known


class Changes(Input):
    """Mixed into the input of a new row: every field may be missing, and what is not named stays as it is."""

    also = {"minProperties": 1}
    # Fields of a new row that never change.
    settled: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        fields = {
            name: field for name, field in super().get_fields().items() if name not in self.settled
        }
        for field in fields.values():
            field.required, field.default = False, serializers.empty
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return something(attrs)


def something(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be changed.

    :raises rest_framework.serializers.ValidationError: nothing is
    """
    if not attrs:
        raise serializers.ValidationError([_("Nothing is to be changed.")])
    return attrs


class Text(serializers.CharField):
    """Text of several lines. Numbers are no text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Line(Text):
    """Text of one line: what may stand in a name, a subject or a log without breaking it."""

    no_control_characters = RegexValidator(
        r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", _("Control characters are not allowed here.")
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(self.no_control_characters)


class Email(serializers.EmailField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Integer(serializers.IntegerField):
    """A number of a JSON body; text and fractions are none."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """true or false of a JSON body, nothing that resembles it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class OneOf(serializers.ChoiceField):
    """One of these values, of their very type: "15" is not 15."""

    def to_internal_value(self, data: Any) -> Any:
        for value in self.choices:
            if type(value) is type(data) and value == data:
                return value
        return self.fail("invalid_choice", input=data)


class Id(Integer):
    """The id of a row. One that no row can have is as unknown as any other."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, **options)


class QueryInteger(serializers.IntegerField):
    """A number of a query string: digits and nothing else."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not _DIGITS.fullmatch(data):
            self.fail("invalid")
        return int(data)


class QueryFlag(serializers.BooleanField):
    """true or false of a query string, written so."""

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid", input=data)
        return bool(data == "true")


class QueryDate(serializers.DateField):
    """A calendar day as ``2026-11-23``."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail("invalid", format="YYYY-MM-DD")


class Day(QueryDate):
    """A calendar day of a JSON body, in years in which something of a business happens."""

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if day.year not in _YEARS:
            self.fail("invalid", format="YYYY-MM-DD")
        return day


class Instant(serializers.DateTimeField):
    """A point in time with its offset; wall-clock time without one is not guessed at."""

    def to_internal_value(self, value: Any) -> datetime:
        instant = _instant(value) if isinstance(value, str) else None
        if instant is None:
            self.fail("invalid", format="2026-11-23T10:00:00+01:00")
        return instant


def _instant(written: str) -> datetime | None:
    if not _INSTANT.fullmatch(written):
        return None
    try:
        instant = datetime.fromisoformat(written.upper())
        return instant.astimezone(UTC) if instant.year in _YEARS else None
    except ValueError:
        return None


class QueryText(Line):
    """What is searched for."""


def read(wanted: type[Input], given: Any) -> dict[str, Any]:
    """Return the body or the query as the wanted types.

    :raises rest_framework.exceptions.ValidationError: names each field that is wrong
    """
    form = wanted(data=given)
    form.is_valid(raise_exception=True)
    understood: dict[str, Any] = form.validated_data
    return understood
