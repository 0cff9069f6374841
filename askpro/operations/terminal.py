"""The door for a person at a terminal: what ``bin/askpro`` hands over to.

Everything here runs before Django is configured; ``bin/askpro`` without a sub-command of its own
is ``manage.py`` with the engines running.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from askpro import engines
from askpro.operations import console, startup
from askpro.operations.console import StepFailed

ROOT = Path(__file__).resolve().parent.parent.parent
# Elsewhere for a checkout on a network drive, where a database must not live.
STATE = Path(os.environ.get("ASKPRO_STATE_FOLDER") or ROOT / ".askpro").absolute()
HELP = """\
AskProAI - the telephone receptionist

  bin/askpro up       start everything and place a simulated call  (--port, --no-demo-call, --once)
  bin/askpro test     run all tests; further arguments go to pytest
  bin/askpro check    formatting, lint, types, layers, migrations, deployment, secrets
  bin/askpro bench    measure; further arguments go to the benchmark
  bin/askpro reset    delete the demo's data  (--yes: without asking)
  bin/askpro lock     resolve the requirements anew  (--upgrade: to the newest)
  bin/askpro ...      anything else goes to manage.py, with the servers running: shell, migrate, ...
"""


def main(arguments: Sequence[str]) -> int:
    """Run one sub-command and return its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", ())
    run = _COMMANDS.get(command)
    try:
        return run(rest) if run else _manage(arguments)
    except (StepFailed, engines.EngineError) as error:
        console.complain(error.what_happened, remedy=error.remedy)
        return 1
    except KeyboardInterrupt:
        return 130


def _up(arguments: Sequence[str]) -> int:
    return startup.up(arguments, folder=STATE)


def _test(arguments: Sequence[str]) -> int:
    running = engines.ensure(STATE / "test", durable=False)
    try:
        command = [sys.executable, "-m", "pytest", *_side_by_side(arguments), *arguments]
        return _in_front(command, _for_tests(running))
    finally:
        running.stop()


def _check(arguments: Sequence[str]) -> int:
    from askpro.operations import quality

    running = engines.ensure(STATE / "test", durable=False)
    try:
        return quality.check(arguments, environment=_for_tests(running), root=ROOT)
    finally:
        running.stop()


def _bench(arguments: Sequence[str]) -> int:
    running = engines.ensure(STATE / "bench", durable=True)
    try:
        environment = {**os.environ, **running.environment(), "ASKPRO_ENV": "demo"}
        startup.migrate(environment)
        return _in_front([sys.executable, "manage.py", "bench", *arguments], environment)
    finally:
        running.stop()


def _reset(arguments: Sequence[str]) -> int:
    if "--yes" not in arguments:
        question = "  Delete all data of the demo, with its login and its keys? [y/N] "
        if not sys.stdin.isatty() or input(question).strip().lower() not in {"y", "yes", "j", "ja"}:
            console.tell("reset", "nothing was deleted; `bin/askpro reset --yes` does not ask")
            return 1
    for folder in (STATE / "test", STATE / "bench", STATE):
        if folder.exists():
            engines.reset(folder)
    shutil.rmtree(STATE, ignore_errors=True)
    console.tell("reset", "the next `bin/askpro up` starts afresh")
    return 0


def _help(_arguments: Sequence[str]) -> int:
    print(HELP, end="")
    return 0


def _manage(arguments: Sequence[str]) -> int:
    running = engines.ensure(STATE, durable=True)
    try:
        os.environ.setdefault("ASKPRO_ENV", "demo")
        os.environ.update(running.environment())
        return _in_front([sys.executable, "manage.py", *arguments], dict(os.environ))
    finally:
        running.stop()


def _side_by_side(arguments: Sequence[str]) -> list[str]:
    """A part of the tests is through before a second process would have made its database."""
    chooses = any(Path(each.partition("::")[0]).exists() for each in arguments)
    chooses = chooses or bool({"-n", "-k", "-m", "-x", "--pdb", "--collect-only"} & {*arguments})
    return [] if chooses else ["-n", "auto", "--maxprocesses", "8", "--dist", "worksteal"]


def _for_tests(running: engines.Engines) -> dict[str, str]:
    chosen = {"ASKPRO_ENV": "test", "DJANGO_SETTINGS_MODULE": "askpro.settings"}
    return {**os.environ, **running.environment(), **chosen}


def _in_front(command: list[str], environment: dict[str, str]) -> int:
    # Ctrl-C reaches the command directly; this process only waits to clear up after it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(
        command,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": _up,
    "test": _test,
    "check": _check,
    "bench": _bench,
    "reset": _reset,
    "help": _help,
    "-h": _help,
    "--help": _help,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
