"""In production nothing starts with a value that is missing or unsafe."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from askpro import checks
from tests.platform.conftest import ROOT

GOOD: dict[str, Any] = {
    "IS_PRODUCTION": True,
    "SECRET_KEY": "".join(chr(97 + number % 26) for number in range(60)),
    "FIELD_KEYS": ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="],
    "REDIS_URL": "rediss://queue.example/0",
    "ALLOWED_HOSTS": ["telefon.example", ".praxis.example"],
    "RETELL_API_KEY": "a-key-with-a-badge",
    "RETELL_API_KEY_FALLBACKS": ["a-key-of-yesterday"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "PUBLIC_URL": "https://telefon.example",
    "DEBUG": False,
}


@pytest.fixture
def production(settings: Settings) -> Settings:
    """A place where everything is as it should be."""
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def test_a_complete_place_may_start(production: Settings, db: None) -> None:
    assert checks.unsafe_settings(None) == []
    assert checks.role_cannot_pass_the_walls(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("SECRET_KEY", "short", "E001"),
        ("SECRET_KEY", "a" * 60, "E001"),
        ("FIELD_KEYS", [], "E002"),
        ("FIELD_KEYS", ["abc"], "E002"),
        ("FIELD_KEYS", [*GOOD["FIELD_KEYS"], "geheim"], "E002"),
        ("REDIS_URL", "", "E004"),
        ("REDIS_URL", "queue.example:6379", "E004"),
        ("ALLOWED_HOSTS", [], "E005"),
        ("ALLOWED_HOSTS", ["*"], "E005"),
        ("ALLOWED_HOSTS", ["telefon.example", "."], "E005"),
        ("ALLOWED_HOSTS", [""], "E005"),
        ("RETELL_API_KEY", "", "E006"),
        ("RETELL_API_KEY", " ", "E012"),
        ("RETELL_API_KEY_FALLBACKS", ["x"], "E012"),
        ("RETELL_WEBHOOK_SECRET", "\t \n       ", "E012"),
        ("STRIPE_WEBHOOK_SECRET_FALLBACKS", ["whsec"], "E012"),
        ("EMAIL_BACKEND", "", "E007"),
        ("EMAIL_BACKEND", "nobody.at.home.Backend", "E007"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E007"),
        ("PUBLIC_URL", "http://telefon.example", "E008"),
        ("PUBLIC_URL", "https://", "E008"),
        ("DEBUG", True, "E009"),
        ("EMAIL_BACKEND", "anymail.backends.resend.EmailBackend", "E013"),
    ],
)
def test_what_is_missing_or_unsafe_is_named(
    production: Settings, name: str, value: Any, finding: str
) -> None:
    setattr(production, name, value)

    with pytest.raises(ImproperlyConfigured, match=rf"askpro\.{finding}: .*[A-Z]{{4}}"):
        checks.refuse_unsafe_start()

    assert [each.id for each in checks.unsafe_settings(None)] == [f"askpro.{finding}"]


def test_a_role_that_passes_the_walls_does_not_start(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsafe = Error("passes the walls", id="askpro.E011")
    monkeypatch.setattr(checks, "role_cannot_pass_the_walls", lambda *_, **__: [unsafe])

    with pytest.raises(ImproperlyConfigured, match="E011"):
        checks.refuse_unsafe_start()


@pytest.mark.parametrize(
    "environment",
    [
        {"ASKPRO_ENV": "prod"},
        {"ASKPRO_ENV": "Production"},
        {"ASKPRO_ENV": ""},
        {"DATABASE_URL": "sqlite:///askpro.db"},
        {"DATABASE_URL": "askpro"},
    ],
    ids=str,
)
def test_a_slip_of_the_pen_opens_nothing(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import askpro.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert f"ImproperlyConfigured: {next(iter(environment))} " in done.stderr
