"""The state folder: where one installation keeps its ports, its generated secrets and its locks.

Everything here is written for the owner's eyes only (folder 700, files 600).
"""

import base64
import fcntl
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from .errors import EngineError

ADMIN_EMAIL = "admin@askpro.example"
_BESIDE = "postgres"  # the folder of the data, where they may lie beside ``run.json``


@dataclass(frozen=True, kw_only=True)
class RunState:
    """Everything that is chosen once per state folder and has to stay the same afterwards."""

    postgres_port: int
    postgres_folder: str
    superuser_password: str
    owner_password: str
    app_password: str
    valkey_port: int
    valkey_password: str
    secret_key: str
    field_key: str
    retell_api_key: str
    admin_email: str
    admin_password: str


def open_folder(folder: Path) -> Path:
    """Make the state folder, private to its owner, and return its absolute path."""
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def load_or_create(folder: Path) -> RunState:
    """Return the state kept in ``run.json``; choose ports and secrets when there is none yet."""
    path = folder / "run.json"
    if path.exists():
        state = _where_they_are_now(folder, _read(path))
    else:
        state = _fresh(folder)
        save(folder, state)
    _refuse_data_of_another(folder, state)
    return state


def save(folder: Path, state: RunState) -> None:
    """Write ``run.json`` in one step, so that a crash leaves the old or the new one, never half."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="run.", suffix=".new")
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(state), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).replace(folder / "run.json")


def free_ports(count: int) -> list[int]:
    """Return so many different loopback ports on which nobody listens right now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the exclusive lock on ``path``; the kernel lets go when the process dies."""
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> RunState:
    known = {field.name for field in fields(RunState)}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return RunState(**{name: content[name] for name in known})
    except (ValueError, TypeError, KeyError) as error:
        raise EngineError(
            f"{path} cannot be read ({type(error).__name__}).",
            remedy="Restore it from a copy, or start afresh with `bin/askpro reset`.",
        ) from error


def _where_they_are_now(folder: Path, state: RunState) -> RunState:
    """The data beside ``run.json`` are meant, wherever the checkout was moved or copied to since."""
    beside = folder / _BESIDE
    return replace(state, postgres_folder=str(beside)) if beside.is_dir() else state


def _refuse_data_of_another(folder: Path, state: RunState) -> None:
    """Two checkouts with one database would end each other's servers: a copied ``run.json`` names it as well."""
    elsewhere = Path(state.postgres_folder)
    if elsewhere.is_relative_to(folder) or not elsewhere.is_dir():
        return
    note = elsewhere / "belongs-to"
    owner = Path(note.read_text(encoding="utf-8")) if note.exists() else folder
    if owner.resolve() != folder.resolve() and _names(owner / "run.json", elsewhere):
        raise EngineError(
            f"This is a copy of {owner}, whose database is in {elsewhere}.",
            remedy="`bin/askpro reset` gives this copy data of its own; those of the other stay.",
        )
    note.write_text(str(folder), encoding="utf-8")


def _names(run_file: Path, postgres_folder: Path) -> bool:
    try:
        return run_file.exists() and _read(run_file).postgres_folder == str(postgres_folder)
    except EngineError:
        return True  # unreadable, but there: whoever repairs it finds its data again


def _fresh(folder: Path) -> RunState:
    postgres_port, valkey_port = free_ports(2)
    return RunState(
        postgres_port=postgres_port,
        postgres_folder=str(_new_postgres_folder(folder)),
        superuser_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
        valkey_port=valkey_port,
        valkey_password=secrets.token_urlsafe(24),
        secret_key=secrets.token_urlsafe(64),
        field_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        retell_api_key=f"demo_{secrets.token_urlsafe(24)}",
        admin_email=ADMIN_EMAIL,
        admin_password=secrets.token_urlsafe(12),
    )


def _new_postgres_folder(folder: Path) -> Path:
    if os.geteuid() != 0:
        return _unused(folder / _BESIDE)
    # Postgres refuses to run as root, and the user it runs as instead cannot enter root's home.
    # A fresh name from mkdtemp cannot have been put there by somebody else before.
    persistent = Path("/var/tmp")  # noqa: S108 - survives a restart of the machine, unlike /tmp
    parent = persistent if os.access(persistent, os.W_OK) else Path(tempfile.gettempdir())
    made = Path(tempfile.mkdtemp(prefix="askpro-", dir=parent))
    made.chmod(0o711)
    return made


def _unused(path: Path) -> Path:
    with suppress(FileNotFoundError, OSError):
        path.rmdir()
    if path.exists():
        raise EngineError(
            f"{path} holds a database, but its passwords are gone with {path.parent}/run.json.",
            remedy="Restore run.json from a copy, or start afresh with `bin/askpro reset`.",
        )
    return path
