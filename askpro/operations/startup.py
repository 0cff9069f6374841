"""``bin/askpro up``: from nothing to a placed call, in one terminal."""

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from askpro import engines
from askpro.operations import console, processes
from askpro.operations.console import StepFailed
from askpro.operations.supervisor import Supervisor

_USUAL_PORT = 8000
_HERE = "127.0.0.1"
_HEALTH_SECONDS = 90.0
_PATIENCE_SECONDS = 30.0
_RESET = "Read the lines above; `bin/askpro reset` starts afresh if the demo's data are the cause."


def up(arguments: Sequence[str], *, folder: Path) -> int:
    """Start everything, place one call, and keep running until Ctrl-C.

    :raises StepFailed: a step did not succeed
    :raises EngineError: the servers cannot be started
    """
    wishes = _parsed(arguments)
    _refuse_production()
    started = float(os.environ.get("ASKPRO_STARTED_AT") or time.time())
    with _interruptible() as supervisors, _only_one(folder):
        port = _chosen_port(wishes.port)
        running = _engines(folder)
        try:
            environment = demo_environment(running, port=port, llm_port=_port_behind(port))
            supervisor = Supervisor(
                logs=folder / "logs", environment=_without_the_owner(environment), show=console.tell
            )
            supervisors.append(supervisor)
            return _run(wishes, supervisor, running, environment, port=port, started=started)
        finally:
            console.tell("stop", "database and queue")
            running.stop()


def demo_environment(running: engines.Engines, *, port: int, llm_port: int) -> dict[str, str]:
    """Return the environment of every process of the demo."""
    return {
        "ASKPRO_ENV": "demo",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LLM_WEBSOCKET_URL": f"ws://127.0.0.1:{llm_port}",
        "EMAIL_FILE_PATH": str(running.folder / "mails"),
        **os.environ,
        **running.environment(),
        "DJANGO_SETTINGS_MODULE": "askpro.settings",
    }


def _without_the_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of those who serve: they never change the schema and need not know how."""
    known = {name: value for name, value in environment.items() if name != "DATABASE_OWNER_URL"}
    return {**known, "ASKPRO_SERVES": "true"}


def migrate(environment: Mapping[str, str]) -> None:
    """Bring the database to the newest schema, as its owner.

    :raises StepFailed: a migration was refused
    """
    _manage("migrate", "--database", "owner", "--no-input", "--verbosity", "0", env=environment)


def _run(
    wishes: argparse.Namespace,
    supervisor: Supervisor,
    running: engines.Engines,
    environment: Mapping[str, str],
    *,
    port: int,
    started: float,
) -> int:
    address = f"http://127.0.0.1:{port}"
    try:
        _migrate(environment)
        # A demo that ends after its first call has nobody who would dial the websocket.
        engine = None if wishes.once else environment["LLM_WEBSOCKET_URL"]
        _start(supervisor, port=port, engine=engine, folder=running.folder)
        _seed(environment)  # while the processes are importing
        _wait_until_healthy(supervisor, address)
        has_booked = wishes.no_demo_call or _place_a_call(supervisor, environment, address)
        if wishes.once:
            return 0 if has_booked else 1
        engine_address = environment["LLM_WEBSOCKET_URL"]
        _welcome(running, address, engine_address, seconds=time.time() - started)
        _watch(supervisor, running)
    except KeyboardInterrupt:
        console.tell("stop", "asked to end; once more to hurry")
    finally:
        supervisor.stop(about=lambda name: console.tell("stop", name))
    return 0


# --- The steps ----------------------------------------------------------------------------------


def _engines(folder: Path) -> engines.Engines:
    began = time.monotonic()
    running = engines.ensure(folder, durable=True)
    whose = "PostgreSQL and Valkey run" if running.are_embedded else "using DATABASE_URL, REDIS_URL"
    console.tell("engines", f"{whose} ({time.monotonic() - began:.1f} s)")
    return running


def _migrate(environment: Mapping[str, str]) -> None:
    began = time.monotonic()
    console.tell("database", "bringing the schema up to date ...")
    migrate(environment)
    console.tell("", f"done ({time.monotonic() - began:.1f} s)")


def _start(supervisor: Supervisor, *, port: int, engine: str | None, folder: Path) -> None:
    own = urllib.parse.urlsplit(engine or "")
    commands = {
        "worker": processes.worker(),
        "web": processes.web(port=port),
        # An address elsewhere, from the environment, is served elsewhere.
        **({"llm": processes.llm(port=own.port)} if own.port and own.hostname == _HERE else {}),
        "beat": processes.beat(schedule_file=folder / "beat-schedule"),
    }
    supervisor.start(commands, patience_seconds=_PATIENCE_SECONDS)
    console.tell("processes", f"starting {', '.join(commands)} ...")


def _seed(environment: Mapping[str, str]) -> None:
    began = time.monotonic()
    said = _manage("seed_demo", env=environment)
    console.tell("demo data", said.strip() or "ready")
    console.tell("", f"({time.monotonic() - began:.1f} s)")


def _wait_until_healthy(supervisor: Supervisor, address: str) -> None:
    began = time.monotonic()
    answer = "nothing"
    while time.monotonic() - began < _HEALTH_SECONDS:
        _refuse_a_death(supervisor)
        answer = _health(address)
        if answer == "200":
            console.tell("health", f"{address}/health says yes ({time.monotonic() - began:.1f} s)")
            return
        time.sleep(0.1)
    raise StepFailed(
        f"{address}/health did not become healthy; its last answer was: {answer}",
        remedy=f"Read web.log, worker.log and beat.log in {supervisor.logs}.",
    )


def _place_a_call(supervisor: Supervisor, environment: Mapping[str, str], address: str) -> bool:
    console.tell("first call", "a simulated caller rings, signed as the voice platform signs ...")
    command = [sys.executable, "manage.py", "simulate_call", "--base-url", address]
    call = subprocess.Popen(
        command,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    listener = threading.Thread(target=_repeat, args=(call.stdout,), daemon=True)
    listener.start()
    try:
        while call.poll() is None:
            _refuse_a_death(supervisor)  # nobody would ever answer the caller
            time.sleep(0.05)
    finally:
        call.kill()
        call.wait()
    listener.join(timeout=2)
    if call.returncode != 0:
        console.complain(
            "The simulated call did not come through.",
            remedy=f"Read the lines above and {supervisor.logs}/web.log.",
        )
    return call.returncode == 0


def _repeat(lines: IO[str] | None) -> None:
    for line in lines or ():
        console.tell("", line.rstrip())


def _welcome(
    running: engines.Engines, address: str, engine_address: str, *, seconds: float
) -> None:
    state = running.state
    console.tell("", "")
    console.tell("back office", f"{address}/admin/")
    console.tell("  log in", f"{state.admin_email}   {state.admin_password}")
    console.tell("API", f"{address}/api/docs/")
    console.tell("health", f"{address}/health")
    console.tell("own engine", f"{engine_address}/api/retell/llm/<call_id>")
    console.tell("logs", str(running.folder / "logs"))
    console.tell("mails", str(running.folder / "mails"))
    console.tell("", "")
    console.tell("ready", f"after {seconds:.0f} s. Ctrl-C stops everything; the data stay.")


def _watch(supervisor: Supervisor, running: engines.Engines) -> None:
    while True:
        _refuse_a_death(supervisor)
        if not running.is_running():
            raise StepFailed(
                "The database or the queue has ended.",
                remedy=f"Read postgres.log and valkey.log in {running.folder}, then start again.",
            )
        time.sleep(0.5)


def _refuse_a_death(supervisor: Supervisor) -> None:
    child = supervisor.dead()
    if child is None:
        return
    time.sleep(0.2)  # its last words may still be in the pipe
    console.tell(child.name, "\n".join(child.last_lines) or "(it said nothing)")
    raise StepFailed(
        f"{child.name} has ended by itself (exit code {child.process.returncode}).",
        remedy=f"Read its last lines above, or all of them in {child.log}.",
    )


# --- Asking before starting ---------------------------------------------------------------------


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/askpro up", description=up.__doc__)
    parser.add_argument("--port", type=int, help="the port of the web server (usually 8000)")
    parser.add_argument("--no-demo-call", action="store_true", help="place no simulated call")
    parser.add_argument("--once", action="store_true", help="end after the call (for tests)")
    return parser.parse_args(arguments)


def _refuse_production() -> None:
    if os.environ.get("ASKPRO_ENV", "demo") == "production":
        raise StepFailed(
            "`up` starts the demo, and ASKPRO_ENV says production.",
            remedy="In production run the container image, see README.md.",
        )


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "up.lock").open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StepFailed(
                "It runs already, in another terminal.",
                remedy="Use that one, or stop it with Ctrl-C first.",
            ) from None
        yield


def _chosen_port(wanted: int | None) -> int:
    if _is_free(wanted or _USUAL_PORT):
        return wanted or _USUAL_PORT
    if wanted is not None:
        raise StepFailed(
            f"Port {wanted} is taken by another program.", remedy="Name another with --port."
        )
    port = next((port for port in range(_USUAL_PORT + 1, 65_536) if _is_free(port)), 0)
    console.tell("port", f"{_USUAL_PORT} is taken by another program, using {port}")
    return port


def _port_behind(port: int) -> int:
    """Return the next free port, for the websocket of our own engine."""
    return next((each for each in range(port + 1, 65_536) if _is_free(each)), 0)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


# --- Below the steps ----------------------------------------------------------------------------


@contextmanager
def _interruptible() -> Iterator[list[Supervisor]]:
    """Let Ctrl-C, TERM and a closed terminal end the run; a second one ends the patience."""
    supervisors: list[Supervisor] = []
    was_asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal was_asked
        if was_asked:
            for each in supervisors:
                each.is_in_a_hurry = True
            return
        was_asked = True
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    yield supervisors


def _manage(*arguments: str, env: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C ends it through us, not beside us
    )
    if done.returncode != 0:
        console.tell(arguments[0], "\n".join(done.stdout.splitlines()[-25:]))
        raise StepFailed(f"The step `{arguments[0]}` did not succeed.", remedy=_RESET)
    return done.stdout


def _health(address: str) -> str:
    # Without the proxies of the environment: this stays on the machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/health", timeout=5) as response:
            return str(response.status)
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(500).decode(errors='replace')}"
    except OSError as error:
        return str(error)
