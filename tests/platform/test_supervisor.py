"""Several processes in one terminal: who ends when, and what the terminal shows."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from askpro.operations.supervisor import Notable, Supervisor

_OBEDIENT = """
import signal, sys, time
def end(*_):
    time.sleep(0.15)
    with open(sys.argv[1], "a") as stream:
        stream.write(sys.argv[2] + " ended\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with open(sys.argv[1], "a") as stream:
    stream.write(sys.argv[2] + " started\\n")
signal.pause()
"""
_STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
_PATIENCE_SECONDS = 10.0


@pytest.fixture
def shown() -> list[tuple[str, str]]:
    """What the terminal showed."""
    return []


@pytest.fixture
def supervisor(tmp_path: Path, shown: list[tuple[str, str]]) -> Iterator[Supervisor]:
    """A supervisor without children yet."""
    made = Supervisor(
        logs=tmp_path / "logs",
        environment=os.environ,
        show=lambda name, text: shown.append((name, text)),
    )
    yield made
    made.is_in_a_hurry = True
    made.stop(about=lambda _: None)


def test_children_end_one_after_the_other_the_last_first(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    names = ["worker", "web", "beat"]
    supervisor.start(
        {name: _python(_OBEDIENT, str(diary), name) for name in names},
        patience_seconds=_PATIENCE_SECONDS,
    )
    _wait_for(lambda: diary.exists() and len(diary.read_text().splitlines()) == 3)

    told: list[str] = []
    supervisor.stop(about=told.append)

    assert diary.read_text().splitlines()[3:] == ["beat ended", "web ended", "worker ended"]
    assert told == ["beat", "web", "worker"]


def test_ctrl_c_in_the_terminal_does_not_reach_the_children(supervisor: Supervisor) -> None:
    supervisor.start({"web": _python("import time; time.sleep(60)")}, patience_seconds=1.0)

    child = supervisor._children[0]

    assert os.getsid(child.process.pid) != os.getsid(0)
    assert os.getpgid(child.process.pid) != os.getpgid(0)


def test_a_child_that_will_not_end_is_killed_when_patience_ends(supervisor: Supervisor) -> None:
    supervisor.start({"worker": _python(_STUBBORN)}, patience_seconds=0.3)
    process = supervisor._children[0].process
    time.sleep(0.2)

    began = time.monotonic()
    supervisor.stop(about=lambda _: None)

    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("is_dead_already", [False, True])
def test_nobody_whom_a_child_has_started_outlives_it(
    supervisor: Supervisor, tmp_path: Path, is_dead_already: bool
) -> None:
    note = tmp_path / "grandchild"
    program = (
        "import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "pid = os.fork(); pid and open(sys.argv[1], 'w').write(f'{pid}\\n'); time.sleep(60)"
    )
    supervisor.start({"web": _python(program, str(note))}, patience_seconds=0.2)
    _wait_for(lambda: note.exists() and note.read_text().endswith("\n"))
    grandchild = int(note.read_text())
    if is_dead_already:
        os.kill(supervisor._children[0].process.pid, signal.SIGKILL)
        _wait_for(lambda: supervisor.dead() is not None)

    supervisor.stop(about=lambda _: None)

    _wait_for(lambda: not _lives(grandchild))


def test_hurry_ends_the_patience(supervisor: Supervisor) -> None:
    supervisor.start({"worker": _python(_STUBBORN)}, patience_seconds=60)
    time.sleep(0.2)

    supervisor.is_in_a_hurry = True
    began = time.monotonic()
    supervisor.stop(about=lambda _: None)

    assert time.monotonic() - began < 3


def test_a_death_is_noticed_with_the_last_words(supervisor: Supervisor) -> None:
    program = "import sys; print('cannot go on'); sys.exit(3)"
    supervisor.start({"beat": _python(program)}, patience_seconds=1.0)

    _wait_for(lambda: supervisor.dead() is not None)

    child = supervisor.dead()
    assert child is not None
    assert child.reader is not None
    child.reader.join()
    assert (child.name, child.process.returncode) == ("beat", 3)
    assert list(child.last_lines) == ["cannot go on"]


def test_children_of_a_killed_supervisor_end_too(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a child of its parent's end")
    program = (
        "import os, sys, time; from pathlib import Path;"
        "from askpro.operations.supervisor import Supervisor;"
        "s = Supervisor(logs=Path(sys.argv[1]), environment=os.environ, show=print);"
        "s.start({'web': [sys.executable, '-c', 'import time; time.sleep(60)']},"
        " patience_seconds=1);"
        "print(s._children[0].process.pid, flush=True); time.sleep(60)"
    )
    read_end, write_end = os.pipe()
    pid = os.posix_spawn(
        sys.executable,
        _python(program, str(tmp_path)),
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, write_end, 1)],
    )
    child = int(os.read(read_end, 32))

    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

    _wait_for(lambda: not _lives(child))
    os.close(read_end)
    os.close(write_end)


def test_everything_is_logged_but_only_trouble_is_shown(
    supervisor: Supervisor, shown: list[tuple[str, str]], tmp_path: Path
) -> None:
    records = [
        {"level": "info", "event": "request", "timestamp": "2026-11-23T08:00:00Z"},
        {"level": "warning", "event": "slow", "seconds": 3, "timestamp": "2026-11-23T08:00:01Z"},
    ]
    program = f"print({json.dumps(records[0])!r}); print({json.dumps(records[1])!r})"
    supervisor.start({"web": _python(program)}, patience_seconds=1.0)

    reader = supervisor._children[0].reader
    assert reader is not None
    reader.join()

    assert shown == [("web", "warning: slow seconds=3")]
    logged = (tmp_path / "logs" / "web.log").read_text().splitlines()
    assert [json.loads(line) for line in logged] == records


def test_of_a_traceback_only_the_error_is_shown() -> None:
    notable = Notable()
    lines = [
        "starting",
        "Traceback (most recent call last):",
        '  File "web.py", line 1, in <module>',
        "    boom()",
        "RuntimeError: boom",
        "going on",
        "[2026-11-23 08:00:00,000: WARNING/MainProcess] low on memory",
    ]

    shown = [text for text in map(notable.of, lines) if text]

    assert shown == [
        "RuntimeError: boom",
        "[2026-11-23 08:00:00,000: WARNING/MainProcess] low on memory",
    ]


def _python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-u", "-c", program, *arguments]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _wait_for(claim: "object", *, seconds: float = 10) -> None:
    give_up_at = time.monotonic() + seconds
    assert callable(claim)
    while not claim():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)
