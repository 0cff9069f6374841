"""Starting, sharing and stopping the engines of one state folder."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

from . import postgres, valkey
from . import state as states
from .errors import EngineError
from .state import RunState

_START_SECONDS = 60.0  # an unclean stop is followed by recovery, which may take its time
_STOP_SECONDS = 40.0
_RETRY_SECONDS = 15.0
_KEEPER = Path(__file__).with_name("keeper.py")
_STILL_ENDING = ('"postmaster.pid" already exists', "pre-existing shared memory block")
_PORT_TAKEN = "Address already in use"


class Engines:
    """The engines as one of their users sees them; they run for as long as they have users."""

    def __init__(
        self,
        folder: Path,
        state: RunState,
        *,
        users: IO[str] | None = None,
        keeper: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self.folder = folder
        self.state = state
        self.are_embedded = users is not None
        self._users = users
        self._keeper = keeper

    def environment(self) -> dict[str, str]:
        """Return the variables by which everything else finds the engines and its secrets.

        What the operator has set already stays as it is.
        """
        chosen = {
            "SECRET_KEY": self.state.secret_key,
            "FIELD_KEYS": self.state.field_key,
            "RETELL_API_KEY": self.state.retell_api_key,
            "ASKPRO_ADMIN_EMAIL": self.state.admin_email,
            "ASKPRO_ADMIN_PASSWORD": self.state.admin_password,
        }
        if self.are_embedded:
            chosen |= {
                "DATABASE_URL": postgres.url(self.state, postgres.APP),
                "DATABASE_OWNER_URL": postgres.url(self.state, postgres.OWNER),
                "REDIS_URL": valkey.url(self.state),
                "ASKPRO_PG_BIN": str(postgres.program_folder(self.state)),
            }
        return chosen | {name: os.environ[name] for name in chosen if name in os.environ}

    def is_running(self) -> bool:
        """Return whether nothing has ended them; servers of the operator are not ours to watch."""
        return self._users is None or _is_kept(self.folder)

    def stop(self) -> None:
        """Let go of the engines, and wait until they have ended if nobody else uses them."""
        if self._users is None:
            return
        users, self._users = self._users, None
        with states.locked(self.folder / "start.lock"), users:
            if not _is_last(users):
                return
            users.close()
            _wait_for_the_end(self.folder)
        if self._keeper is not None:
            self._keeper.wait()


def ensure(state_folder: Path, *, durable: bool) -> Engines:
    """Return running engines: named by the operator, running already, or started now.

    Any number of processes may ask at once; one starts them, all share them. Without ``durable``
    a crash of the machine may cost the data, which is right for tests only.

    :raises EngineError: they cannot be started; the text says what to do
    """
    folder = states.open_folder(state_folder)
    with states.locked(folder / "start.lock"):
        state = states.load_or_create(folder)
        if _are_named_by_operator():
            return Engines(folder, state)
        users = (folder / "users.lock").open("a")
        try:
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping the engines
            state, keeper = _running(folder, state, durable=durable)
        except BaseException:
            users.close()
            raise
        return Engines(folder, state, users=users, keeper=keeper)


def reset(state_folder: Path) -> None:
    """Delete all data of the engines of this folder, with their ports and secrets.

    :raises EngineError: somebody uses them
    """
    folder = states.open_folder(state_folder)
    with states.locked(folder / "start.lock"):
        with (folder / "users.lock").open("a") as users:
            if not _is_last(users):
                raise EngineError(
                    f"The engines of {folder} are in use.", remedy="Stop what uses them first."
                )
        _wait_for_the_end(folder)
        if (folder / "run.json").exists():
            with suppress(EngineError):
                postgres.reset(states.load_or_create(folder))
        valkey.reset(folder)
        (folder / "run.json").unlink(missing_ok=True)


def _are_named_by_operator() -> bool:
    named = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if len(named) == 1:
        raise EngineError(
            f"{named[0]} is set, but not its companion.",
            remedy="Set both DATABASE_URL and REDIS_URL to use your servers, or none of them.",
        )
    return bool(named)


def _running(
    folder: Path, state: RunState, *, durable: bool
) -> tuple[RunState, subprocess.Popen[bytes] | None]:
    programs = postgres.program_folder(state)
    if _is_kept(folder):
        if _wait_until_ready(
            folder, state, programs, seconds=5.0, is_kept=partial(_is_kept, folder)
        ):
            return state, None
        _end_keeper(folder)
    postgres.make_cluster(state, programs, durable=durable)
    postgres.stop_orphan(state, programs)
    valkey.stop_orphan(state, folder)
    state, keeper = _start(folder, state, programs, durable=durable)
    postgres.prepare(state, programs)
    return state, keeper


def _start(
    folder: Path, state: RunState, programs: Path, *, durable: bool
) -> tuple[RunState, subprocess.Popen[bytes]]:
    give_up_at = time.monotonic() + _RETRY_SECONDS
    while True:
        logs = _Logs(folder)
        keeper = _keep(folder, state, programs, durable=durable)
        is_alive = partial(_is_alive, keeper)
        if _wait_until_ready(folder, state, programs, seconds=_START_SECONDS, is_kept=is_alive):
            return state, keeper
        _end_keeper(folder)
        keeper.wait()
        said = logs.news()
        if time.monotonic() > give_up_at or not _may_pass(said):
            raise EngineError(
                f"The engines did not start: {_reason(said)}", remedy=_remedy(said, folder, state)
            )
        if _PORT_TAKEN in said:
            first, second = states.free_ports(2)
            state = replace(state, postgres_port=first, valkey_port=second)
            states.save(folder, state)
        else:
            time.sleep(0.3)


def _keep(
    folder: Path, state: RunState, programs: Path, *, durable: bool
) -> subprocess.Popen[bytes]:
    orders = {
        "users": str(folder / "users.lock"),
        "keeper": str(folder / "keeper.lock"),
        "servers": [
            postgres.orders(state, programs, log=folder / "postgres.log", durable=durable),
            valkey.orders(state, folder, log=folder / "valkey.log", durable=durable),
        ],
    }
    with (folder / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_KEEPER)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal must not reach the database
        )
    if keeper.stdin is not None:
        with keeper.stdin as stdin:
            stdin.write(json.dumps(orders).encode())
    (folder / "keeper.pid").write_text(str(keeper.pid), encoding="utf-8")
    return keeper


def _wait_until_ready(
    folder: Path,
    state: RunState,
    programs: Path,
    *,
    seconds: float,
    is_kept: Callable[[], bool],
) -> bool:
    give_up_at = time.monotonic() + seconds
    while is_kept() and time.monotonic() < give_up_at:
        if valkey.is_ours_and_ready(state, folder) and postgres.is_ours_and_ready(state, programs):
            return True
        time.sleep(0.02)
    return False


def _is_alive(keeper: subprocess.Popen[bytes]) -> bool:
    return keeper.poll() is None


def _is_kept(folder: Path) -> bool:
    with (folder / "keeper.lock").open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _end_keeper(folder: Path) -> None:
    if not _is_kept(folder):
        return
    os.kill(int((folder / "keeper.pid").read_text(encoding="utf-8")), signal.SIGTERM)
    _wait_for_the_end(folder)


def _wait_for_the_end(folder: Path) -> None:
    give_up_at = time.monotonic() + _STOP_SECONDS
    while _is_kept(folder) and time.monotonic() < give_up_at:
        time.sleep(0.02)


def _is_last(users: IO[str]) -> bool:
    # While the lock is made exclusive the waiting keeper may come first: that, too, proves
    # that nobody else is left. `start.lock` is held, so nobody can join meanwhile.
    for kind in (fcntl.LOCK_EX, fcntl.LOCK_SH):
        try:
            fcntl.flock(users, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return kind == fcntl.LOCK_EX
    return True


def _may_pass(said: str) -> bool:
    return _PORT_TAKEN in said or any(words in said for words in _STILL_ENDING)


def _remedy(said: str, folder: Path, state: RunState) -> str:
    if any(words in said for words in _STILL_ENDING):
        # The number of a server that was cut off may by now be that of another program.
        return (
            "If this checkout was copied while it ran, copy it again when that one is stopped."
            " If no PostgreSQL runs under the number in the first line of this file, delete it:"
            f" {state.postgres_folder}/data/postmaster.pid"
        )
    return f"The logs are in {folder}. `bin/askpro reset` starts afresh."


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "rror" in line]
    return (telling or lines or ["no reason was given."])[-1]


class _Logs:
    """What the engines write after this moment."""

    def __init__(self, folder: Path) -> None:
        paths = [folder / f"{name}.log" for name in ("postgres", "valkey", "keeper")]
        self._sizes = {path: path.stat().st_size if path.exists() else 0 for path in paths}

    def news(self) -> str:
        pieces = []
        for path, size in self._sizes.items():
            if path.exists():
                with path.open("rb") as stream:
                    stream.seek(size)
                    pieces.append(stream.read().decode(errors="replace"))
        return "\n".join(pieces)
