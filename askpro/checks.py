"""What must be true before the product may run in production. Each finding says what to set."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils.module_loading import import_string

_SHORTEST_SECRET, _FEWEST_CHARACTERS = 50, 5
_SHORTEST_SIGNING_SECRET = 8  # some are thought up by people, in the dashboards of the providers
_QUEUES = ("redis://", "rediss://", "unix://")
_SIGNING_SECRETS = tuple(
    name + more
    for name in (
        "RETELL_API_KEY",
        "RETELL_WEBHOOK_SECRET",
        "CALCOM_WEBHOOK_SECRET",
        "STRIPE_WEBHOOK_SECRET",
        "RESEND_WEBHOOK_SECRET",
        "TWILIO_AUTH_TOKEN",
    )
    for more in ("", "_FALLBACKS")
)
_TOY_MAIL = ("filebased", "locmem", "console", "dummy")


def refuse_unsafe_start() -> None:
    """Stop a production process whose settings are missing or unsafe.

    :raises ImproperlyConfigured: names every finding
    """
    findings = unsafe_settings(None) or _unsafe_role()
    if findings:
        raise ImproperlyConfigured("\n".join(f"{each.id}: {each.msg}" for each in findings))


@register(Tags.security)
def unsafe_settings(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Return what is missing or unsafe for production; elsewhere nothing is asked."""
    if not settings.IS_PRODUCTION:
        return []
    rules = (
        (
            _is_random(settings.SECRET_KEY),
            "E001",
            "SECRET_KEY needs 50 characters or more by chance",
        ),
        (
            _are_keys(settings.FIELD_KEYS),
            "E002",
            "FIELD_KEYS needs 32-byte keys in url-safe base64",
        ),
        (settings.DATABASES["default"].get("NAME"), "E003", "DATABASE_URL is missing"),
        (
            settings.REDIS_URL.startswith(_QUEUES),
            "E004",
            f"REDIS_URL is missing or begins with none of {', '.join(_QUEUES)}",
        ),
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
        (_is_secure(settings.PUBLIC_URL), "E008", "PUBLIC_URL must begin with https:// and a host"),
        (not settings.DEBUG, "E009", "DEBUG must be off"),
        *(
            (False, "E012", f"{name} can be guessed: whoever does so signs as the provider")
            for name in _guessable_secrets()
        ),
        (
            settings.ANYMAIL["RESEND_API_KEY"] or "resend" not in settings.EMAIL_BACKEND,
            "E013",
            "RESEND_API_KEY is missing, and EMAIL_BACKEND needs it",
        ),
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


def _unsafe_role() -> list[CheckMessage]:
    """Ask the database whether the walls hold; one that does not answer yet may come up later."""
    if not settings.IS_PRODUCTION:
        return []
    found = role_cannot_pass_the_walls(None, databases=["default"])
    connection.close()  # whoever forks after this must not share it
    return [each for each in found if each.id == "askpro.E011"]


def _is_random(secret: str) -> bool:
    return len(secret) >= _SHORTEST_SECRET and len(set(secret)) >= _FEWEST_CHARACTERS


def _guessable_secrets() -> Iterator[str]:
    """Name the secrets that are set and so short, or so blank, that anybody could sign with them."""
    for name in _SIGNING_SECRETS:
        value = getattr(settings, name, "")
        secrets = [value] if isinstance(value, str) else value
        if any(len(each.strip()) < _SHORTEST_SIGNING_SECRET for each in secrets if each):
            yield name


def _is_secure(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)


def _are_keys(keys: list[str]) -> bool:
    try:
        return bool(keys) and all(len(base64.urlsafe_b64decode(key)) == 32 for key in keys)
    except (binascii.Error, ValueError):
        return False


def _are_hosts(hosts: list[str]) -> bool:
    return bool(hosts) and all(host.strip(". ") and "*" not in host for host in hosts)


def _is_real_mail(backend: str) -> bool:
    try:
        import_string(backend)
    except ImportError:
        return False
    return not any(f".{toy}." in backend for toy in _TOY_MAIL)
