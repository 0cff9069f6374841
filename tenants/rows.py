"""Rows of the hot paths: written and read as model instances, without building a query each time.

The ORM spends most of a millisecond on composing a statement; in a call ten of them are a wait that is heard. What is
here composes a statement once per model and condition. Both walls stand: the scope is asked, row-level security holds.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

from tenants import scope, statements

_Row = TypeVar("_Row", bound=models.Model)


def insert_once(row: models.Model, *, now: datetime) -> bool:
    """Write a row as of now, or nothing where a constraint says no; tell whether it was written.

    Unlike an error, a "no" leaves the transaction intact. A plain INSERT under an exclusion constraint would wait for
    its rivals after writing, and they for it, until the deadlock detector frees them one by one; this looks first.

    :raises tenants.scope.ScopeError: no scope is active
    """
    scope.current()
    sql, fields = _insert(type(row), is_numbered=row.pk is not None)
    for field in fields:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            setattr(row, field.attname, now)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    number = statements.value(sql, values)
    if number is None:
        return False
    row.pk = number
    row._state.adding = False
    row._state.db = connection.alias
    return True


def load(model: type[_Row], condition: str, params: Sequence[Any]) -> list[_Row]:
    """Return the rows that a constant condition selects; it must name the tenant. JSON columns load when asked for.

    :raises tenants.scope.ScopeError: no scope is active
    """
    scope.current()
    names, sql = _selection(model, condition)
    found = statements.run(sql, params).fetchall()
    return [model.from_db(connection.alias, names, row) for row in found]


@cache
def _selection(model: type[models.Model], condition: str) -> tuple[list[str], str]:
    fields = [
        field for field in model._meta.concrete_fields if not isinstance(field, models.JSONField)
    ]
    columns = ", ".join(f"{model._meta.db_table}.{field.column}" for field in fields)
    sql = f"SELECT {columns} FROM {model._meta.db_table} WHERE {condition}"  # noqa: S608 — our own words
    return [field.attname for field in fields], sql


@cache
def _insert(
    model: type[models.Model], *, is_numbered: bool
) -> "tuple[str, list[models.Field[Any, Any]]]":
    """Return statement and fields; a row without a number gets it from the database."""
    fields = [f for f in model._meta.concrete_fields if is_numbered or not f.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join("%s" for _ in fields)
    return (
        f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})"  # noqa: S608 — our own columns
        " ON CONFLICT DO NOTHING RETURNING id"
    ), fields
