"""The embedded Valkey: writes its configuration, says how it is started, asks whether it answers."""

import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

from . import binaries
from .state import RunState

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
daemonize no
appendonly {append_only}
appendfsync everysec
save ""
maxmemory 256mb
# Anything else may throw away queued tasks.
maxmemory-policy noeviction
"""


def orders(state: RunState, folder: Path, *, log: Path, durable: bool) -> dict[str, Any]:
    """Write the configuration and return how the keeper has to start and stop the server."""
    data = _data(folder)
    data.mkdir(mode=0o700, exist_ok=True)
    configuration = _CONFIGURATION.format(
        port=state.valkey_port,
        password=state.valkey_password,
        folder=_quoted(data),
        append_only="yes" if durable else "no",
    )
    # In a file, because every user of the machine can read the arguments of a process.
    descriptor, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(configuration)
    path = Path(name).replace(folder / "valkey.conf")
    return {
        "argv": [str(binaries.valkey_server()), str(path)],
        "cwd": str(folder),
        "env": {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)},
        "user": None,
        "signal": "TERM",
        "log": str(log),
    }


def is_ours_and_ready(state: RunState, folder: Path) -> bool:
    """Return whether a server answers on our port to our password, and works in our folder.

    The server of a checkout from which this one was copied has the same port and the same password.
    """
    place = os.fsencode(_data(folder).resolve())
    answer = b"+OK\r\n*2\r\n$3\r\ndir\r\n$%d\r\n%b\r\n+PONG\r\n" % (len(place), place)
    return _ask(state, "CONFIG GET dir\r\nPING") == answer


def stop_orphan(state: RunState, folder: Path) -> None:
    """Stop our server when it has lost its keeper, and wait until it is gone."""
    if is_ours_and_ready(state, folder):
        _ask(state, "SHUTDOWN")  # the answer is that the connection ends


def url(state: RunState) -> str:
    """Return the address of the first database."""
    return f"redis://:{state.valkey_password}@127.0.0.1:{state.valkey_port}/0"


def reset(folder: Path) -> None:
    """Delete the queue and the cache with their configuration."""
    shutil.rmtree(_data(folder), ignore_errors=True)
    (folder / "valkey.conf").unlink(missing_ok=True)


def _data(folder: Path) -> Path:
    return folder / "valkey"


def _ask(state: RunState, question: str) -> bytes:
    """Return what is answered until the pong, a refusal or the end of the connection."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", state.valkey_port), timeout=2) as connection:
            connection.sendall(f"AUTH {state.valkey_password}\r\n{question}\r\n".encode())
            while not _is_complete(answer) and (piece := connection.recv(512)):
                answer += piece
    except OSError:
        return b""
    return answer


def _is_complete(answer: bytes) -> bool:
    first, _, rest = answer.partition(b"\r\n")
    return answer.endswith(b"+PONG\r\n") or first.startswith(b"-") or rest.startswith(b"-")


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
