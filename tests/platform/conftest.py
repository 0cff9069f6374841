"""Engines of their own for the tests of the launcher: made in a temporary folder, deleted after."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from askpro import engines

ROOT = Path(__file__).resolve().parents[2]
NAMED = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ASKPRO_PG_BIN")


@pytest.fixture(scope="session")
def state_folder() -> Iterator[Path]:
    """One cluster for all tests, because making one takes a second or more."""
    yield from _made_folder()


@pytest.fixture
def folder(state_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder whose engines are stopped, on a machine where no servers are named."""
    _name_no_servers(monkeypatch)
    return state_folder


@pytest.fixture
def fresh_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder nobody has used before, on a machine where no servers are named."""
    _name_no_servers(monkeypatch)
    yield from _made_folder()


def _made_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="askpro-state-") as made:
        state = Path(made, "state")
        yield state
        engines.reset(state)


def _name_no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMED:
        monkeypatch.delenv(name, raising=False)


class User:
    """Another process that uses the engines until it is told to leave."""

    def __init__(self, folder: Path) -> None:
        program = (
            "import sys; from pathlib import Path; from askpro import engines;"
            f"running = engines.ensure(Path({str(folder)!r}), durable=False);"
            "print(running.environment()['DATABASE_URL'], flush=True);"
            "sys.stdin.read(); running.stop()"
        )
        environment = {name: value for name, value in os.environ.items() if name not in NAMED}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def address(self) -> str:
        """Wait until the engines run for this user, and return where."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        """End as a well-behaved process does."""
        self.process.communicate("")

    def is_killed(self) -> None:
        """End without a chance to clear up."""
        self.process.kill()
        self.process.communicate()
