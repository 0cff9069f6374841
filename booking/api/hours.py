"""When somebody is there: /api/working-hours, /api/special-hours, /api/time-off.

Minutes are counted from midnight on the wall clock of the branch; a night shift ends after 1440.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from booking import presence
from booking.api import naming
from booking.models import SpecialHours, TimeOff, WorkingHours
from tenants.actors import Actor
from tenants.api import kinds, lists, strict
from tenants.api.kinds import Kind, Wanted
from tenants.errors import Invalid

_Row = TypeVar("_Row", WorkingHours, SpecialHours, TimeOff)


# --- What is shown -------------------------------------------------------------------------------


class _PresenceShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    staff_id = serializers.IntegerField(allow_null=True, help_text="null: the whole branch")


class WorkingHoursShape(_PresenceShape):
    """Hours of one weekday. Somebody without own hours works when the branch is open."""

    weekday = serializers.IntegerField(min_value=1, max_value=7, help_text="1 is Monday.")
    from_minute = serializers.IntegerField()
    until_minute = serializers.IntegerField()
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True, help_text="The last day.")


class SpecialHoursShape(_PresenceShape):
    """Hours of one date in place of the weekly ones; without minutes: closed, or not at work."""

    day = serializers.DateField()
    from_minute = serializers.IntegerField(allow_null=True)
    until_minute = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()


class TimeOffShape(_PresenceShape):
    """A period in which somebody, or the whole branch, is not there. Times are UTC."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(TimeOff.Kind.choices)
    note = serializers.CharField()


# --- What may come in --------------------------------------------------------------------------------


class _PresenceQuery(lists.Page):
    branch_id = strict.QueryInteger(required=False, min_value=1)
    staff_id = strict.QueryInteger(required=False, min_value=1)
    whole_branch = strict.QueryFlag(
        required=False, help_text="true: only those of branches; false: only those of people."
    )


class WorkingHoursQuery(_PresenceQuery):
    weekday = strict.QueryInteger(required=False, min_value=1, max_value=7)


class SpecialHoursQuery(_PresenceQuery, lists.DaysPage):
    pass


class TimeOffQuery(_PresenceQuery, lists.DaysPage):
    kind = serializers.ChoiceField(TimeOff.Kind.choices, required=False)


class _Presence(strict.Input):
    also = {"anyOf": [{"required": ["branch_id"]}, {"required": ["staff_id"]}]}

    branch_id = strict.Id(required=False, help_text="The whole branch, unless somebody is named.")
    staff_id = strict.Id(required=False, help_text="One person.")


class NewWorkingHours(_Presence):
    weekday = strict.Integer(min_value=1, max_value=7, help_text="1 is Monday.")
    from_minute = strict.Integer(min_value=0, max_value=1439)
    until_minute = strict.Integer(min_value=1, max_value=2879)
    valid_from = strict.Day(required=False, allow_null=True)
    valid_until = strict.Day(required=False, allow_null=True)


class NewSpecialHours(_Presence):
    day = strict.Day()
    from_minute = strict.Integer(required=False, allow_null=True, min_value=0, max_value=1439)
    until_minute = strict.Integer(required=False, allow_null=True, min_value=1, max_value=2879)
    note = strict.Line(required=False, allow_blank=True, max_length=200)


class NewTimeOff(_Presence):
    starts_at = strict.Instant()
    ends_at = strict.Instant()
    kind = serializers.ChoiceField(TimeOff.Kind.choices, required=False)
    note = strict.Line(required=False, allow_blank=True, max_length=200)


class _Changes(strict.Changes):
    settled = ("branch_id", "staff_id")


class WorkingHoursChanges(_Changes, NewWorkingHours):
    """What is not named stays as it is. Whose hours they are stays."""


class SpecialHoursChanges(_Changes, NewSpecialHours):
    """What is not named stays as it is. Whose hours they are stays."""


class TimeOffChanges(_Changes, NewTimeOff):
    """What is not named stays as it is. Whose time off it is stays."""


# --- How it is written ----------------------------------------------------------------------------------


def _whose(wanted: Wanted) -> Wanted:
    """Take out of the input whose hours they are.

    :raises Invalid: it does not say
    """
    if not wanted.keys() & {"branch_id", "staff_id"}:
        raise Invalid(branch_id=_("Name a branch, or a staff member."))
    person = naming.staff_member(wanted)
    branch = naming.branch(wanted, person)
    for name in ("branch_id", "staff_id"):
        wanted.pop(name, None)
    return {"tenant_id": kinds.tenant_id(), "branch": branch, "staff_member": person}


def _change(row: _Row, wanted: Wanted, by: Actor, now: datetime) -> None:
    presence.change(row, wanted, by=by, now=now)


def _remove(row: _Row, by: Actor, now: datetime) -> None:
    presence.remove(row, by=by, now=now)


def _narrow(rows: "QuerySet[_Row]", wanted: Wanted) -> "QuerySet[_Row]":
    if "branch_id" in wanted:
        rows = rows.filter(branch_id=wanted["branch_id"])
    if "staff_id" in wanted:
        rows = rows.filter(staff_member_id=wanted["staff_id"])
    if "whole_branch" in wanted:
        rows = rows.filter(staff_member__isnull=wanted["whole_branch"])
    return rows


def _show(rows: "QuerySet[Any]", shape: type[_PresenceShape]) -> list[dict[str, Any]]:
    columns = lists.columns(shape, but=["staff_id"])
    return list(rows.values(*columns, staff_id=F("staff_member_id")))


# --- Weekly -----------------------------------------------------------------------------------------------


def _of_weekday(rows: "QuerySet[WorkingHours]", wanted: Wanted) -> "QuerySet[WorkingHours]":
    rows = _narrow(rows, wanted)
    return rows.filter(weekday=wanted["weekday"]) if "weekday" in wanted else rows


WEEKLY = Kind[WorkingHours](
    path="working-hours",
    one="working hours",
    many="Weekly hours of branches and people",
    rows=lambda: WorkingHours.objects.order_by(
        "branch_id", "staff_member_id", "weekday", "from_minute", "pk"
    ),
    narrow=_of_weekday,
    show=lambda rows: _show(rows, WorkingHoursShape),
    shape=WorkingHoursShape,
    query=WorkingHoursQuery,
    new=NewWorkingHours,
    changes=WorkingHoursChanges,
    add=lambda wanted, by, now: presence.add(
        WorkingHours(**_whose(wanted), **wanted), by=by, now=now
    ),
    change=_change,
    remove=_remove,
    about="Several on one weekday make a split day; the time between them is a break.",
    example={"staff_id": 1, "weekday": 6, "from_minute": 540, "until_minute": 840},
    example_of_change={"until_minute": 900},
)
WEEKLY_MANY, WEEKLY_ONE = kinds.doors(WEEKLY)


# --- Of one date ----------------------------------------------------------------------------------------


def _of_dates(rows: "QuerySet[SpecialHours]", wanted: Wanted) -> "QuerySet[SpecialHours]":
    rows = _narrow(rows, wanted)
    if "from_date" in wanted:
        rows = rows.filter(day__gte=wanted["from_date"])
    return rows.filter(day__lte=wanted["to_date"]) if "to_date" in wanted else rows


SPECIAL = Kind[SpecialHours](
    path="special-hours",
    one="special hours",
    many="Hours of single dates",
    rows=lambda: SpecialHours.objects.order_by("day", "branch_id", "from_minute", "pk"),
    narrow=_of_dates,
    show=lambda rows: _show(rows, SpecialHoursShape),
    shape=SpecialHoursShape,
    query=SpecialHoursQuery,
    new=NewSpecialHours,
    changes=SpecialHoursChanges,
    add=lambda wanted, by, now: presence.add(
        SpecialHours(**_whose(wanted), **wanted), by=by, now=now
    ),
    change=_change,
    remove=_remove,
    about="They take the place of the weekly hours of that date and open a branch on a public holiday.",
    example={"branch_id": 1, "day": "2026-12-24", "from_minute": 540, "until_minute": 780},
    example_of_change={"note": "Heiligabend"},
)
SPECIAL_MANY, SPECIAL_ONE = kinds.doors(SPECIAL)


# --- Time off ---------------------------------------------------------------------------------------------


def _of_days(rows: "QuerySet[TimeOff]", wanted: Wanted) -> "QuerySet[TimeOff]":
    rows = _narrow(rows, wanted)
    since, until = lists.local_days(wanted)
    if since is not None:
        rows = rows.filter(ends_at__gt=since)
    if until is not None:
        rows = rows.filter(starts_at__lt=until)
    return rows.filter(kind=wanted["kind"]) if "kind" in wanted else rows


OFF = Kind[TimeOff](
    path="time-off",
    one="time off",
    many="Time off that touches the days, the earliest first",
    rows=lambda: TimeOff.objects.order_by("starts_at", "pk"),
    narrow=_of_days,
    show=lambda rows: _show(rows, TimeOffShape),
    shape=TimeOffShape,
    query=TimeOffQuery,
    new=NewTimeOff,
    changes=TimeOffChanges,
    add=lambda wanted, by, now: presence.add(TimeOff(**_whose(wanted), **wanted), by=by, now=now),
    change=_change,
    remove=_remove,
    about="Appointments inside stay until somebody moves or cancels them.",
    example={
        "staff_id": 1,
        "starts_at": "2026-12-01T00:00:00+01:00",
        "ends_at": "2026-12-08T00:00:00+01:00",
        "kind": "holiday",
    },
    example_of_change={"kind": "sick", "note": "bis Mittwoch"},
)
OFF_MANY, OFF_ONE = kinds.doors(OFF)
