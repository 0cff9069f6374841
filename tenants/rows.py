"""Rows of the hot paths: written and read as model instances, without building a query each time.

The ORM spends most of a millisecond on composing a statement; in a call ten of them are a wait that is heard. What is
here composes a statement once per model and condition. Both walls stand: the scope is asked, row-level security holds.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.base import ModelState

from tenants import scope, statements

_Row = TypeVar("_Row", bound=models.Model)
_SAME_IN_JSON = (models.IntegerField, models.CharField, models.TextField, models.BooleanField)
_PLAIN = (*_SAME_IN_JSON, models.UUIDField, models.DateTimeField, models.DateField)


def insert_once(row: models.Model, *, now: datetime) -> bool:
    """Write a row as of now, or nothing where a constraint says no; tell whether it was written.

    Unlike an error, a "no" leaves the transaction intact. A plain INSERT under an exclusion constraint would wait for
    its rivals after writing, and they for it, until the deadlock detector frees them one by one; this looks first.

    :raises tenants.scope.ScopeError: no scope is active
    """
    scope.current()
    sql, columns = _insert(type(row), is_numbered=row.pk is not None)
    values = []
    for name, is_now, prepare in columns:
        if is_now:
            setattr(row, name, now)
        value = getattr(row, name)
        values.append(value if prepare is None else prepare(value, connection))
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
    return [made(model, names, row) for row in statements.run(sql, params).fetchall()]


@cache
def columns(model: type[models.Model]) -> tuple[list[str], list[str]]:
    """Return names and columns of all fields but JSON, for a statement whose rows are given to `made`."""
    fields = [
        field for field in model._meta.concrete_fields if not isinstance(field, models.JSONField)
    ]
    return [field.attname for field in fields], [str(field.column) for field in fields]


def made(model: type[_Row], names: Sequence[str], values: Sequence[Any]) -> _Row:
    """Return a stored row as an instance; fields that are not named load when asked for.

    What `Model.from_db` does, without the signals and the descriptors that nobody here listens to.
    """
    row = model.__new__(model)
    row.__dict__.update(zip(names, values, strict=True))
    row._state = ModelState()
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS
    return row


def from_json(model: type[_Row], document: Mapping[str, Any]) -> _Row:
    """Return a row that the database gave as `row_to_json`; instants and what is rarer load when asked for."""
    names, columns, ids = _in_json(model)
    row = made(model, names, [document[column] for column in columns])
    for name, column in ids:
        value = document[column]
        row.__dict__[name] = None if value is None else UUID(value)
    return row


@cache
def _in_json(
    model: type[models.Model],
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return names and columns of the fields that are the same in JSON, and both of those that are UUIDs."""
    same, ids = [], []
    for field in model._meta.concrete_fields:
        value = field.target_field if isinstance(field, models.ForeignKey) else field
        if isinstance(value, models.UUIDField):
            ids.append((field.attname, str(field.column)))
        elif isinstance(value, _SAME_IN_JSON):
            same.append((field.attname, str(field.column)))
    return [name for name, _ in same], [column for _, column in same], ids


@cache
def _selection(model: type[models.Model], condition: str) -> tuple[list[str], str]:
    names, found = columns(model)
    listed = ", ".join(f"{model._meta.db_table}.{column}" for column in found)
    return names, f"SELECT {listed} FROM {model._meta.db_table} WHERE {condition}"  # noqa: S608 — our own words


@cache
def _insert(
    model: type[models.Model], *, is_numbered: bool
) -> tuple[str, list[tuple[str, bool, Callable[[Any, Any], Any] | None]]]:
    """Return the statement, and for each column its name, whether it says "now", and how its value is prepared.

    A row without a number gets it from the database.
    """
    fields = [f for f in model._meta.concrete_fields if is_numbered or not f.primary_key]
    names = ", ".join(str(field.column) for field in fields)
    places = ", ".join("%s" for _ in fields)
    sql = f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608 — our own columns
    return f"{sql} ON CONFLICT DO NOTHING RETURNING id", [
        (
            field.attname,
            getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False),
            None if _is_taken_as_it_is(field) else field.get_db_prep_save,
        )
        for field in fields
    ]


def _is_taken_as_it_is(field: "models.Field[Any, Any]") -> bool:
    """Whether the driver understands the value of a field by itself, as with all plain fields of Django."""
    value = field.target_field if isinstance(field, models.ForeignKey) else field
    return isinstance(value, _PLAIN) and type(value).__module__.startswith("django.db.models.")
