"""Databases for tests: migrated once for each state of the migrations, then copied, which takes no time."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

_ALIASES = ("default", "owner")
_TEMPLATE = "askpro_template_"


def make(name: str) -> None:
    """Make an empty database with the whole schema and point the application and its owner to it."""
    template = _TEMPLATE + _fingerprint()
    with _driver(str(settings.DATABASES["owner"]["NAME"])) as driver:
        # Processes that start side by side wait here for the first of them. Given back when the connection ends.
        driver.execute("SELECT pg_advisory_lock(hashtext(%s))", (_TEMPLATE,))
        if not driver.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (template,)
        ).fetchone():
            _make_template(driver, template)
        _run(driver, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _run(driver, "CREATE DATABASE {} TEMPLATE {}", name, template)
    _use(name)


def leave() -> None:
    """Close every connection."""
    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def _make_template(driver: "psycopg.Connection[tuple[str]]", template: str) -> None:
    known = driver.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (_TEMPLATE,)
    )
    for (old,) in known.fetchall():
        _run(driver, "DROP DATABASE {} WITH (FORCE)", old)
    # Under another name until it is complete: whoever is stopped in between leaves nothing that looks whole.
    unfinished = f"{_TEMPLATE}unfinished"
    _run(driver, "CREATE DATABASE {}", unfinished)
    _grant(unfinished)
    _use(unfinished)
    call_command("migrate", database="owner", verbosity=0)
    for alias in _ALIASES:
        connections[alias].close()
    _run(driver, "ALTER DATABASE {} RENAME TO {}", unfinished, template)


def _grant(name: str) -> None:
    application = str(settings.DATABASES["default"]["USER"])
    with _driver(name) as driver:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO {}",
            "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {}",
        ):
            _run(driver, statement, application)


def url() -> str:
    """Return the address of the application's database of this run, for a process of its own."""
    app: dict[str, Any] = settings.DATABASES["default"]
    host = quote(app["HOST"], safe="")
    return f"postgresql://{app['USER']}:{app['PASSWORD']}@{host}:{app['PORT']}/{app['NAME']}"


def _use(name: str) -> None:
    for alias in _ALIASES:
        connections[alias].close()
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def _driver(name: str) -> "psycopg.Connection[tuple[str]]":
    owner: dict[str, Any] = settings.DATABASES["owner"]
    return psycopg.connect(
        host=owner["HOST"],
        port=owner["PORT"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname=name,
        autocommit=True,
    )


def _run(driver: "psycopg.Connection[tuple[str]]", statement: str, *names: str) -> None:
    driver.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _fingerprint() -> str:
    """Return what tells one schema from another: our migrations, and the versions of those of others."""
    root = Path(settings.BASE_DIR)
    files = [*sorted(root.glob("*/migrations/*.py")), root / "requirements-dev.lock"]
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:16]
