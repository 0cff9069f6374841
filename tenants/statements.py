"""Statements of the hot paths, run on the driver itself: prepared once per connection, no ORM, no copying.

They run in Django's transaction, on Django's connection. Everything else uses the ORM.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def run(
    sql: str,
    params: Sequence[Any] | Mapping[str, Any] | None = None,
    *,
    is_binary: bool = False,
) -> "psycopg.Cursor[Any]":
    """Execute one constant statement and return its cursor; `is_binary` spares packed bytes the detour over text.

    :raises django.db.Error: as the ORM would raise it
    """
    # Looked up once: `django.db.connection` looks it up anew for every attribute.
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is None:
        connection.ensure_connection()
    driver: psycopg.Connection[Any] = connection.connection
    with connection.wrap_database_errors:
        return psycopg.Cursor(driver).execute(sql, params, binary=is_binary)


def value(sql: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> Any:
    """Return the first column of the first row, None when there is no row."""
    row = run(sql, params).fetchone()
    return None if row is None else row[0]
