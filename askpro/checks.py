"""What must be true before the product may run in production. Each finding says what to set."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import Error as DatabaseError

_SHORTEST_SECRET = 50
_TOY_MAIL = ("filebased", "locmem", "console", "dummy")


def refuse_unsafe_start() -> None:
    """Stop a production process whose settings are missing or unsafe.

    :raises ImproperlyConfigured: names every finding
    """
    findings = unsafe_settings(None)
    if findings:
        raise ImproperlyConfigured("\n".join(f"{each.id}: {each.msg}" for each in findings))


@register(Tags.security)
def unsafe_settings(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Return what is missing or unsafe for production; elsewhere nothing is asked."""
    if not settings.IS_PRODUCTION:
        return []
    rules = (
        (
            len(settings.SECRET_KEY) >= _SHORTEST_SECRET,
            "E001",
            "SECRET_KEY needs 50 characters or more",
        ),
        (
            _are_keys(settings.FIELD_KEYS),
            "E002",
            "FIELD_KEYS needs 32-byte keys in url-safe base64",
        ),
        (settings.DATABASES["default"].get("NAME"), "E003", "DATABASE_URL is missing"),
        (settings.REDIS_URL, "E004", "REDIS_URL is missing"),
        (
            _are_hosts(settings.ALLOWED_HOSTS),
            "E005",
            "ALLOWED_HOSTS must name the hosts, without *",
        ),
        (
            settings.RETELL_API_KEY,
            "E006",
            "RETELL_API_KEY is missing: no webhook could be verified",
        ),
        (_is_real_mail(settings.EMAIL_BACKEND), "E007", "EMAIL_BACKEND does not reach anybody"),
        (settings.PUBLIC_URL.startswith("https://"), "E008", "PUBLIC_URL must begin with https://"),
        (not settings.DEBUG, "E009", "DEBUG must be off"),
    )
    return [Error(text, id=f"askpro.{number}") for holds, number, text in rules if not holds]


@register(Tags.database)
def role_cannot_pass_the_walls(
    app_configs: Any, databases: Iterable[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Row-level security does not bind a superuser or a role with BYPASSRLS."""
    if "default" not in (databases or ()):
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            passes = cursor.fetchone()
    except DatabaseError as error:
        return [Error(f"the database does not answer: {type(error).__name__}", id="askpro.E010")]
    if passes and passes[0]:
        return [
            Error(
                "the role of DATABASE_URL passes row-level security",
                hint="Connect with a role that is neither superuser nor BYPASSRLS.",
                id="askpro.E011",
            )
        ]
    return []


def _are_keys(keys: list[str]) -> bool:
    try:
        return bool(keys) and all(len(base64.urlsafe_b64decode(key)) == 32 for key in keys)
    except (binascii.Error, ValueError):
        return False


def _are_hosts(hosts: list[str]) -> bool:
    return bool(hosts) and "*" not in hosts


def _is_real_mail(backend: str) -> bool:
    return not any(f".{toy}." in backend for toy in _TOY_MAIL)
