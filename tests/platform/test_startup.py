"""``bin/askpro up`` as a newcomer meets it, in a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from askpro import engines
from askpro.engines import state as states
from tests.platform.conftest import ROOT

_HANDED_OUT = {
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ASKPRO_PG_BIN", "ASKPRO_ENV"),
    *("SECRET_KEY", "FIELD_KEYS", "RETELL_API_KEY", "ASKPRO_ADMIN_EMAIL", "ASKPRO_ADMIN_PASSWORD"),
    *("PUBLIC_URL", "EMAIL_BACKEND", "EMAIL_FILE_PATH", "DJANGO_SETTINGS_MODULE"),
}


@pytest.fixture
def demo(fresh_folder: Path) -> Iterator["Demo"]:
    """A demo that has never been started."""
    made = Demo(fresh_folder)
    yield made
    made.stop()


@pytest.fixture
def used_demo(folder: Path) -> Iterator["Demo"]:
    """A demo whose database was made before."""
    made = Demo(folder)
    yield made
    made.stop()


class Demo:
    """The one command in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = states.free_ports(1)[0]
        self.environment = {
            name: value for name, value in os.environ.items() if name not in _HANDED_OUT
        } | {"ASKPRO_STATE_FOLDER": str(folder)}
        self._running: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Give the command, as a person would, in a process group of its own."""
        process = subprocess.Popen(
            [sys.executable, "-m", "askpro.operations.terminal", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def up(self, *arguments: str) -> "subprocess.Popen[str]":
        return self.start("up", "--port", str(self.port), *arguments)

    def stop(self) -> None:
        """Leave nothing behind, whatever the test did."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=90)

    def appointments(self) -> int:
        """Count as the superuser, whom row-level security does not bind."""
        running = engines.ensure(self.folder, durable=True)
        state = running.state
        with psycopg.connect(
            host="127.0.0.1",
            port=state.postgres_port,
            user="postgres",
            password=state.superuser_password,
            dbname="askpro",
        ) as connection:
            (number,) = connection.execute(
                "SELECT count(*) FROM booking_appointment"
            ).fetchone() or (0,)
        running.stop()
        return int(number)


@pytest.mark.slow
def test_one_command_takes_a_call_and_ctrl_c_ends_everything_in_order(demo: Demo) -> None:
    process = demo.up()
    said = _until(process, "ready ")
    page = urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/admin/login/", timeout=10)
    engine = re.search(r"own engine +ws://127\.0\.0\.1:(\d+)/api/retell/llm/", said)
    has_engine = engine is not None and _comes_up(int(engine[1]))

    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=90)

    assert re.search(r"Anrufer: .*\+49", said)
    assert re.search(r"Leistung: ", said)
    assert re.search(r"log in +admin@askpro\.example +\S{12,}", said)
    assert page.status == 200
    assert has_engine
    assert process.returncode == 0
    assert re.findall(r"stop +(.+)", rest)[1:] == [
        *("beat", "llm", "web", "worker"),
        "database and queue",
    ]
    assert not _answers(demo.port)
    appointments = demo.appointments()
    assert appointments > 0

    second = demo.up("--once", "--no-demo-call")
    again, _ = second.communicate(timeout=90)

    assert (second.returncode, "making" in again) == (0, False)
    assert demo.appointments() == appointments


def test_a_second_terminal_is_told_that_it_runs_already(used_demo: Demo) -> None:
    _until(used_demo.up("--no-demo-call"), "engines ")

    second = used_demo.up()
    said, _ = second.communicate(timeout=30)

    assert second.returncode == 1
    assert "It runs already, in another terminal." in said


def test_a_wanted_port_that_is_taken_is_refused_before_anything_starts(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", demo.port)):
        said, _ = demo.up().communicate(timeout=30)

    assert f"Port {demo.port} is taken by another program." in said
    assert "What to do: Name another with --port." in said
    assert not (demo.folder / "run.json").exists()


def test_the_demo_does_not_start_in_production(demo: Demo) -> None:
    demo.environment["ASKPRO_ENV"] = "production"

    said, _ = demo.up().communicate(timeout=30)

    assert "`up` starts the demo, and ASKPRO_ENV says production." in said
    assert not (demo.folder / "run.json").exists()


def test_a_step_that_fails_shows_why_and_ends_the_engines(used_demo: Demo) -> None:
    used_demo.environment["DATABASE_POOL_MAX"] = "many"

    process = used_demo.up("--once")
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "The step `migrate` did not succeed." in said
    assert "many" in said
    assert "What to do: " in said
    assert not _answers(states.load_or_create(used_demo.folder).postgres_port)


def test_other_commands_find_the_engines_running(used_demo: Demo) -> None:
    program = "import os; print(os.environ['ASKPRO_ENV'], os.environ['DATABASE_URL'])"

    process = used_demo.start("shell", "--no-imports", "--command", program)
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert re.search(r"demo postgresql://askpro_app:\S+@\S+:\d+/askpro", said)
    assert not _answers(states.load_or_create(used_demo.folder).postgres_port)


def test_reset_deletes_only_when_it_is_told_to(demo: Demo) -> None:
    engines.ensure(demo.folder, durable=False).stop()
    data = Path(states.load_or_create(demo.folder).postgres_folder)

    asked, _ = demo.start("reset").communicate("", timeout=30)
    assert "nothing was deleted" in asked
    assert data.exists()

    process = demo.start("reset", "--yes")
    process.communicate(timeout=30)

    assert process.returncode == 0
    assert not data.exists()
    assert not demo.folder.exists()


def _until(process: "subprocess.Popen[str]", wanted: str) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if line.strip().startswith(wanted):
            return said
    pytest.fail(f"it ended without {wanted!r}:\n{said}")


def _comes_up(port: int) -> bool:
    """Nothing waits for the websocket's server: it may come up a moment later than the rest."""
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at and not _answers(port):
        time.sleep(0.1)
    return _answers(port)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
