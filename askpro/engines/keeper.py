"""A small process of its own that runs the engines as long as somebody uses them.

Every user of the engines holds a shared lock on one file. The kernel takes the lock away from a
user that ends, in whichever way. The keeper waits for the exclusive lock; once it has it nobody is
left, and it stops the servers, last started first. Thus nothing has to be counted, a killed user
leaves nothing behind, and the first user may end before the second.

It is run by its path and without site-packages, so it may import the standard library only.
It reads its orders as JSON from standard input::

    {"users": "<lock file>", "keeper": "<lock file>",
     "servers": [{"argv": [...], "cwd": "...", "env": {...}, "user": "nobody" or null,
                  "signal": "INT", "log": "<file>"}]}
"""

import ctypes
import fcntl
import json
import os
import pwd
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_PATIENCE_SECONDS = 30.0
_NOBODY_IS_LEFT = signal.SIGUSR1
_WAKING = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, _NOBODY_IS_LEFT}


def main() -> int:
    """Start the servers in order, wait until nobody needs them, stop them in reverse order."""
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a default handler would swallow it
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAKING)
    orders = json.load(sys.stdin)
    with _locked(orders["keeper"]):
        servers = [(_start(server), _signal(server)) for server in orders["servers"]]
        threading.Thread(target=_wait_for_users, args=(orders["users"],), daemon=True).start()
        died = _wait([process for process, _ in servers])
        for process, number in reversed(servers):
            _stop(process, number)
    return 1 if died else 0


def _start(server: dict[str, Any]) -> subprocess.Popen[bytes]:
    user = server["user"]
    with Path(server["log"]).open("ab") as log:
        return subprocess.Popen(
            server["argv"],
            cwd=server["cwd"],
            env=server["env"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=_prepared(_signal(server)),
        )


def _signal(server: dict[str, Any]) -> signal.Signals:
    return signal.Signals["SIG" + server["signal"]]


def _prepared(number: signal.Signals) -> Callable[[], None]:
    # Linux tells the server when this process was killed; elsewhere the next start adopts it.
    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, int(number))

    return prepare


def _wait_for_users(path: str) -> None:
    with _locked(path):
        os.kill(os.getpid(), _NOBODY_IS_LEFT)
        threading.Event().wait()  # keeps the lock until this process ends


def _wait(processes: list[subprocess.Popen[bytes]]) -> bool:
    """Return whether a server died by itself before anybody asked to stop."""
    while True:
        reason = signal.sigwait(_WAKING)
        if any(process.poll() is not None for process in processes):
            return True
        if reason != signal.SIGCHLD:
            return False


def _stop(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is not None:
        return
    process.send_signal(number)
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _locked(path: str) -> Iterator[None]:
    with Path(path).open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
