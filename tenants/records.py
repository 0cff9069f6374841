"""Rows that people keep by hand (what is offered, who works when): written, changed and deleted with a trace.

The audit trail learns which fields were changed, not what was in them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.actors import Actor
from tenants.errors import Refused
from tenants.models import TenantOwned


class AlreadyExists(Refused):
    code = "already_exists"
    sentence = _("There is already one like this.")


class InUse(Refused):
    code = "in_use"
    sentence = _("This is in use or has a history. It can be deactivated, not deleted.")


def add(row: TenantOwned, *, by: Actor, now: datetime) -> None:
    """Write a new row.

    :raises AlreadyExists: its name or place is taken
    """
    _save(row, None)
    audit.record("added", row, tenant_id=row.tenant_id, by=by, now=now)


def change(row: TenantOwned, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> list[str]:
    """Set the given fields and return those that were different before.

    :raises AlreadyExists: the new name or place is taken
    """
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, wanted[name])
        _save(row, [*changed, "updated_at"])
        audit.record("changed", row, tenant_id=row.tenant_id, by=by, now=now, fields=changed)
    return changed


def remove(
    row: TenantOwned, *, by: Actor, now: datetime, unless: Iterable["QuerySet[Any]"] = ()
) -> None:
    """Delete a row with what is part of it.

    :raises InUse: something else stands on it, or one of `unless` finds rows
    """
    if any(rows.exists() for rows in unless):
        raise InUse
    # Deleting takes the number off the row, and the trail needs it.
    audit.record("deleted", row, tenant_id=row.tenant_id, by=by, now=now)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError as error:
        raise InUse from error


def _save(row: TenantOwned, fields: list[str] | None) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as error:
        if isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            raise AlreadyExists from error
        raise
