"""When a branch is open and its people are there: weekly hours, hours of one date, time off.

Whoever changes that waits for the diaries it is about, so that no booking looks at half of a change.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import locking
from booking.models import SpecialHours, TimeOff, WorkingHours
from tenants import records
from tenants.actors import Actor
from tenants.errors import Invalid

Presence = WorkingHours | SpecialHours | TimeOff
_Row = TypeVar("_Row", WorkingHours, SpecialHours, TimeOff)


def add(row: _Row, *, by: Actor, now: datetime) -> _Row:
    """Write new hours or time off.

    :raises Invalid: it ends before it begins, or its person works in another branch
    """
    check(row)
    with transaction.atomic():
        locking.lock_diaries_of([row])
        records.add(row, by=by, now=now)
    return row


def change(row: _Row, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Change hours or time off; whose they are stays.

    :raises Invalid: it would end before it begins
    """
    with transaction.atomic():
        locking.lock_diaries_of([row])
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        check(type(row)(**{**values, **wanted}))
        records.change(row, wanted, by=by, now=now)


def remove(row: Presence, *, by: Actor, now: datetime) -> None:
    """Delete hours or time off. Appointments stay as they are."""
    with transaction.atomic():
        locking.lock_diaries_of([row])
        records.remove(row, by=by, now=now)


def check(row: Presence) -> None:
    """Say what the database would refuse without a sentence.

    :raises Invalid: the parts of the row do not fit together
    """
    if row.staff_member is not None and row.staff_member.branch_id != row.branch_id:
        raise Invalid(staff_id=_("This staff member works in another branch."))
    if isinstance(row, TimeOff):
        if row.starts_at >= row.ends_at:
            raise Invalid(ends_at=_("The end must be after the beginning."))
        return
    if isinstance(row, WorkingHours):
        first, last = row.valid_from, row.valid_until
        if first and last and last < first:
            raise Invalid(valid_until=_("The end must be after the beginning."))
    _check_minutes(row.from_minute, row.until_minute)


def _check_minutes(begin: int | None, end: int | None) -> None:
    if begin is None and end is None:
        return  # closed all day
    if begin is None or end is None:
        raise Invalid(until_minute=_("Say from when until when, or neither: closed all day."))
    if not begin < end <= begin + 1440:
        raise Invalid(until_minute=_("The end must be after the beginning, within a day."))
