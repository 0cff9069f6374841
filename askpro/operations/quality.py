"""``bin/askpro check``: all that is verified without running the product, in one table."""

import base64
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from askpro.operations import console, secret_scan

_BOOTSTRAP = "bin/askpro"  # has no ending, so it has to be named
_DEPLOYMENT = ("check", "--deploy", "--database", "default", "--fail-level", "WARNING")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one check said."""

    name: str
    has_passed: bool
    seconds: float
    output: str


def check(arguments: Sequence[str], *, environment: Mapping[str, str], root: Path) -> int:
    """Run all checks, or the named ones, print a table, and return 1 if any failed."""
    checks = _checks(environment, root)
    unknown = set(arguments) - checks.keys()
    if unknown:
        raise console.StepFailed(
            f"There is no check named {', '.join(sorted(unknown))}.",
            remedy=f"Choose from: {', '.join(checks)}.",
        )
    chosen = [name for name in checks if not arguments or name in arguments]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        verdicts = list(pool.map(lambda name: _run(name, checks[name]), chosen))
    for verdict in verdicts:
        if not verdict.has_passed:
            print(f"\n--- {verdict.name} ---\n{verdict.output.strip()}\n", flush=True)
    for verdict in verdicts:
        word = "passed" if verdict.has_passed else "FAILED"
        print(f"  {verdict.name:<12} {word}   {verdict.seconds:6.1f} s", flush=True)
    return 0 if all(verdict.has_passed for verdict in verdicts) else 1


_Answer = tuple[bool, str]


def _checks(environment: Mapping[str, str], root: Path) -> dict[str, Callable[[], _Answer]]:
    """Return the checks by name, the longest first, because two run at a time."""
    run = partial(_answer_of, root=root)
    manage = [sys.executable, "manage.py"]
    ruff = [sys.executable, "-m", "ruff"]
    production = _like_production(environment)
    return {
        "types": partial(run, [sys.executable, "-m", "mypy", "."], environment),
        "deployment": partial(run, [*manage, *_DEPLOYMENT], production),
        "migrations": partial(
            run, [*manage, "makemigrations", "--check", "--dry-run"], environment
        ),
        "layers": partial(run, ["lint-imports", "--no-cache"], environment),
        "format": partial(run, [*ruff, "format", "--check", ".", _BOOTSTRAP], environment),
        "lint": partial(run, [*ruff, "check", "--no-cache", ".", _BOOTSTRAP], environment),
        "secrets": partial(_scan, root),
    }


def _like_production(environment: Mapping[str, str]) -> dict[str, str]:
    # Nothing of this is used for anything; it only has to look as a careful operator's values do.
    return {
        **environment,
        "ASKPRO_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "RETELL_API_KEY": secrets.token_urlsafe(24),
        "RESEND_API_KEY": secrets.token_urlsafe(24),
        "ALLOWED_HOSTS": "desk.askpro.example",
        "CSRF_TRUSTED_ORIGINS": "https://desk.askpro.example",
        "PUBLIC_URL": "https://desk.askpro.example",
        "EMAIL_BACKEND": "anymail.backends.resend.EmailBackend",
        "DEFAULT_FROM_EMAIL": "AskProAI <termine@askpro.example>",
    }


def _answer_of(command: list[str], environment: Mapping[str, str], *, root: Path) -> _Answer:
    done = subprocess.run(
        command,
        env=environment,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode == 0, done.stdout


def _scan(root: Path) -> _Answer:
    findings = secret_scan.scan(root)
    return not findings, "\n".join(map(str, findings))


def _run(name: str, ask: Callable[[], _Answer]) -> Verdict:
    began = time.monotonic()
    has_passed, output = ask()
    seconds = time.monotonic() - began
    return Verdict(name=name, has_passed=has_passed, seconds=seconds, output=output)
