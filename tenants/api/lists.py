"""Lists of the REST API: which page, of which days, and what is answered."""

import math
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from tenants.api import strict
from tenants.models import Branch

Row = TypeVar("Row", bound=Model)


class Page(strict.Input):
    """Which part of a list."""

    page = strict.QueryInteger(
        min_value=1, max_value=1_000_000, default=1, help_text="Which page, beginning with 1."
    )
    per_page = strict.QueryInteger(
        min_value=1, max_value=100, default=25, help_text="How many on a page."
    )


class DaysPage(Page):
    """Which part of a list, and of which days."""

    from_date = strict.QueryDate(
        required=False, help_text="First day, by the clock of the business (its first branch)."
    )
    to_date = strict.QueryDate(
        required=False, help_text="Last day, inclusive, by the clock of the business."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.get("from_date"), attrs.get("to_date")
        if first and last and last < first:
            raise serializers.ValidationError({"to_date": [_("This day is before from_date.")]})
        return attrs


def paged(
    rows: "QuerySet[Row]",
    wanted: dict[str, Any],
    show: Callable[["QuerySet[Row]"], list[dict[str, Any]]],
) -> Response:
    """Return one page of the rows, shown, with what one needs to know to ask for the others."""
    page, per_page = wanted["page"], wanted["per_page"]
    total = rows.count()
    begin = (page - 1) * per_page
    data = show(rows[begin : begin + per_page]) if begin < total else []
    meta = {
        "page": page,
        "per_page": per_page,
        "total": total,
        "pages": math.ceil(total / per_page),
    }
    return Response({"data": data, "meta": meta})


def columns(shape: type[serializers.Serializer[Any]], *, but: Collection[str] = ()) -> list[str]:
    """Return the names of what is shown, but those that are no column."""
    return [name for name in shape().get_fields() if name not in but]


def local_days(wanted: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return the half-open span in UTC of the days that were asked for; None where it is open."""
    first, last = wanted.get("from_date"), wanted.get("to_date")
    if first is None and last is None:
        return None, None
    name = Branch.objects.order_by("pk").values_list("time_zone", flat=True).first()
    zone = ZoneInfo(name or "UTC")
    return midnight(first, zone), midnight(last, zone, days_later=1)


def midnight(day: date | None, zone: ZoneInfo, *, days_later: int = 0) -> datetime | None:
    """Return the instant at which a local day begins, None where the calendar ends."""
    if day is None:
        return None
    try:
        day += timedelta(days=days_later)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None  # the first or the last day of all time bounds nothing


class Meta(serializers.Serializer[Any]):
    """Where in the list this page is."""

    page = serializers.IntegerField(min_value=1)
    per_page = serializers.IntegerField(min_value=1, max_value=100)
    total = serializers.IntegerField(min_value=0)
    pages = serializers.IntegerField(min_value=0)


def list_of(shape: type[serializers.Serializer[Any]]) -> Any:
    """Return the documented shape of a list, ``{"data": [...], "meta": {...}}``."""
    return inline_serializer(f"{shape.__name__}List", {"data": shape(many=True), "meta": Meta()})
