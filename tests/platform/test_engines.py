"""The launcher of the embedded servers, tried on real ones."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from askpro import engines
from askpro.engines import EngineError, postgres
from tests.platform.conftest import ROOT, User


@pytest.fixture
def running(folder: Path) -> Iterator[engines.Engines]:
    """Engines started by this process."""
    started = engines.ensure(folder, durable=False)
    yield started
    started.stop()


def test_the_application_role_cannot_pass_row_level_security(running: engines.Engines) -> None:
    with psycopg.connect(running.environment()["DATABASE_URL"]) as connection:
        privileges = connection.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
            " pg_get_userbyid(datdba) FROM pg_roles, pg_database"
            " WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")

    assert privileges == ("askpro_app", False, False, False, False, "askpro_owner")


def test_application_and_database_talk_over_a_socket(running: engines.Engines) -> None:
    with psycopg.connect(running.environment()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT inet_client_addr()").fetchone() == (None,)


def test_a_checkout_too_deep_for_a_socket_uses_the_port(running: engines.Engines) -> None:
    deep = replace(running.state, postgres_folder="/" + "deep/" * 20)

    assert f"@127.0.0.1:{deep.postgres_port}/" in postgres.url(deep, postgres.APP)
    assert (
        "unix_socket_directories="
        in postgres.orders(deep, Path("/bin"), log=Path("/log"), durable=True)["argv"]
    )


def test_a_comma_in_the_path_which_a_socket_cannot_have_uses_the_port(
    running: engines.Engines,
) -> None:
    listed = replace(running.state, postgres_folder="/Praxis Müller, Berlin")

    assert f"@127.0.0.1:{listed.postgres_port}/" in postgres.url(listed, postgres.APP)


@pytest.mark.parametrize("sign", ['"', "$", "`", "\\"])
def test_a_path_that_a_shell_would_read_is_refused_in_words(
    fresh_folder: Path, running: engines.Engines, sign: str
) -> None:
    state = replace(running.state, postgres_folder=str(fresh_folder))

    with pytest.raises(EngineError, match="in its path") as refusal:
        postgres.make_cluster(state, Path(f"/with{sign}/bin"), durable=False)

    assert "Move the checkout" in refusal.value.remedy
    assert not fresh_folder.exists()


def test_a_user_without_a_name_is_told(
    fresh_folder: Path, running: engines.Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = replace(running.state, postgres_folder=str(fresh_folder))
    monkeypatch.setattr(os, "geteuid", lambda: 2**31 - 7)

    with pytest.raises(EngineError, match="has no name on this machine"):
        postgres.make_cluster(state, Path("/bin"), durable=False)

    assert not fresh_folder.exists()


def test_a_moved_checkout_keeps_its_data(fresh_folder: Path) -> None:
    first = engines.ensure(fresh_folder, durable=False)
    _write(first.environment(), "kept")
    first.stop()
    moved = fresh_folder.rename(fresh_folder.with_name("moved"))

    second = engines.ensure(moved, durable=False)

    assert _written(second.environment()) == ["kept"]
    assert not fresh_folder.exists()
    second.stop()
    moved.rename(fresh_folder)


def test_a_copied_checkout_leaves_the_engines_of_the_original_alone(fresh_folder: Path) -> None:
    original = engines.ensure(fresh_folder, durable=False)
    copy = fresh_folder.with_name("copy")
    shutil.copytree(fresh_folder, copy, ignore=shutil.ignore_patterns(".s.PGSQL*"))

    with pytest.raises(EngineError) as refusal:
        engines.ensure(copy, durable=False)

    assert re.search(
        "is a copy|was copied", f"{refusal.value.what_happened} {refusal.value.remedy}"
    )
    assert original.is_running()
    engines.reset(copy)
    _ask(original.environment()["DATABASE_URL"])
    own = engines.ensure(copy, durable=False)
    _ask(own.environment()["DATABASE_URL"])
    assert own.state.postgres_folder != original.state.postgres_folder
    own.stop()
    original.stop()
    engines.reset(copy)


def test_another_name_of_the_same_folder_shares_the_engines(fresh_folder: Path) -> None:
    first = engines.ensure(fresh_folder, durable=False)
    link = fresh_folder.with_name("link")
    link.symlink_to(fresh_folder)

    second = engines.ensure(link, durable=False)

    assert second.state.postgres_port == first.state.postgres_port
    second.stop()
    assert first.is_running()
    _ask(first.environment()["DATABASE_URL"])
    first.stop()


def test_a_socket_left_behind_by_a_killed_server_is_no_trouble(folder: Path) -> None:
    first = engines.ensure(folder, durable=True)
    data = Path(first.state.postgres_folder, "data")
    keeper, server = (folder / "keeper.pid"), (data / "postmaster.pid")
    for pid in (int(keeper.read_text()), int(server.read_text().split()[0])):
        os.kill(pid, signal.SIGKILL)
    left = sorted(path.name for path in data.glob(".s.PGSQL*"))

    second = engines.ensure(folder, durable=True)

    assert len(left) == 2
    with psycopg.connect(second.environment()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT inet_client_addr()").fetchone() == (None,)
    second.stop()
    first.stop()


def test_what_the_owner_makes_the_application_may_use(running: engines.Engines) -> None:
    environment = running.environment()

    with psycopg.connect(environment["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE EXTENSION btree_gist")
        owner.execute("CREATE EXTENSION pg_trgm")
        owner.execute("CREATE TABLE greeting (id bigserial PRIMARY KEY, said text)")
        owner.execute("CREATE DATABASE another")
        owner.execute("DROP DATABASE another")

    with psycopg.connect(environment["DATABASE_URL"]) as app:
        app.execute("INSERT INTO greeting (said) VALUES ('grüezi')")
        assert app.execute("SELECT upper(said) FROM greeting").fetchone() == ("GRÜEZI",)


def test_the_queue_asks_for_its_password_and_throws_nothing_away(running: engines.Engines) -> None:
    address = running.environment()["REDIS_URL"]
    stranger = redis.from_url(f"redis://127.0.0.1:{running.state.valkey_port}/0")

    with pytest.raises(redis.AuthenticationError):
        stranger.ping()

    assert redis.from_url(address).config_get("maxmemory-policy") == {
        "maxmemory-policy": "noeviction"
    }


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_test_data_may_be_lost_in_a_crash(folder: Path, durable: bool, fsync: str) -> None:
    running = engines.ensure(folder, durable=durable)

    with psycopg.connect(running.environment()["DATABASE_URL"]) as connection:
        found = connection.execute("SHOW fsync").fetchone()

    running.stop()
    assert found == (fsync,)


def test_secrets_are_for_the_owners_eyes_only(running: engines.Engines, folder: Path) -> None:
    secret_files = [folder / "run.json", folder / "valkey.conf"]

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret_files} == {0o600}
    data = Path(running.state.postgres_folder, "data")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert data.stat().st_uid != 0


def test_running_engines_are_shared_until_the_last_user_leaves(folder: Path) -> None:
    first = User(folder)
    address = first.address()
    second = User(folder)

    assert second.address() == address
    first.leave()
    _ask(address)
    second.leave()

    assert not _answers(folder)


def test_four_users_at_once_start_one_pair_of_engines(fresh_folder: Path) -> None:
    users = [User(fresh_folder) for _ in range(4)]

    addresses = {user.address() for user in users}

    assert len(addresses) == 1
    _ask(addresses.pop())
    for user in users:
        user.leave()
    assert not _answers(fresh_folder)


def test_a_killed_user_leaves_no_engines_behind(folder: Path) -> None:
    user = User(folder)
    user.address()

    user.is_killed()

    assert _ends_within(folder, seconds=10)


@pytest.mark.skipif(
    not os.path.isdir("/proc"), reason="only Linux tells a child of its parent's end"
)
def test_engines_end_with_their_keeper(folder: Path) -> None:
    running = engines.ensure(folder, durable=False)

    os.kill(int((folder / "keeper.pid").read_text()), signal.SIGKILL)

    assert _ends_within(folder, seconds=10)
    assert not running.is_running()
    running.stop()


def test_a_second_start_keeps_data_and_secrets(folder: Path) -> None:
    first = engines.ensure(folder, durable=False)
    before = first.environment()
    _write(before, "kept")
    first.stop()

    second = engines.ensure(folder, durable=True)

    assert _written(second.environment()) == ["kept"]
    assert second.environment()["FIELD_KEYS"] == before["FIELD_KEYS"]
    assert second.environment()["ASKPRO_ADMIN_PASSWORD"] == before["ASKPRO_ADMIN_PASSWORD"]
    second.stop()


def test_queued_work_survives_a_stop(folder: Path) -> None:
    first = engines.ensure(folder, durable=True)
    queue = redis.from_url(first.environment()["REDIS_URL"])
    queue.delete("queue")
    queue.lpush("queue", "task")
    first.stop()

    second = engines.ensure(folder, durable=True)

    assert redis.from_url(second.environment()["REDIS_URL"]).lrange("queue", 0, -1) == [b"task"]
    second.stop()


def test_no_row_is_lost_when_the_database_is_killed(folder: Path) -> None:
    first = engines.ensure(folder, durable=True)
    _write(first.environment(), "committed")
    pid = Path(first.state.postgres_folder, "data", "postmaster.pid").read_text().split()[0]

    os.kill(int(pid), signal.SIGKILL)
    second = engines.ensure(folder, durable=True)

    assert _written(second.environment()) == ["committed"]
    second.stop()
    first.stop()


def test_a_port_taken_meanwhile_is_replaced(folder: Path) -> None:
    first = engines.ensure(folder, durable=False)
    first.stop()
    taken = first.state.postgres_port

    with socket.create_server(("127.0.0.1", taken)):
        second = engines.ensure(folder, durable=False)

    assert second.state.postgres_port != taken
    _ask(second.environment()["DATABASE_URL"])
    second.stop()


def test_files_of_another_major_version_are_refused_with_the_way_out(folder: Path) -> None:
    first = engines.ensure(folder, durable=False)
    first.stop()
    Path(first.state.postgres_folder, "data", "PG_VERSION").write_text("17\n")

    with pytest.raises(EngineError) as refusal:
        engines.ensure(folder, durable=False)

    assert "written by PostgreSQL 17, but this is PostgreSQL 18" in refusal.value.what_happened
    assert "pg_dump" in refusal.value.remedy
    assert "bin/askpro reset" in refusal.value.remedy
    assert not _answers(folder)
    Path(first.state.postgres_folder, "data", "PG_VERSION").write_text("18\n")


def test_a_damaged_run_file_is_explained(folder: Path) -> None:
    engines.ensure(folder, durable=False).stop()
    whole = (folder / "run.json").read_text()
    (folder / "run.json").write_text(whole[:40])

    with pytest.raises(EngineError, match=r"run\.json cannot be read"):
        engines.ensure(folder, durable=False)

    (folder / "run.json").write_text(whole)


def test_named_servers_are_used_and_nothing_is_started(
    fresh_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/askpro")
    monkeypatch.setenv("REDIS_URL", "redis://queue.example/0")

    running = engines.ensure(fresh_folder, durable=True)

    assert not running.are_embedded
    assert not {"DATABASE_URL", "REDIS_URL", "ASKPRO_PG_BIN"} & running.environment().keys()
    assert not (fresh_folder / "keeper.lock").exists()
    running.stop()


def test_naming_one_server_only_is_refused(
    fresh_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://queue.example/0")

    with pytest.raises(EngineError) as refusal:
        engines.ensure(fresh_folder, durable=True)

    assert "REDIS_URL is set, but not its companion" in refusal.value.what_happened


def test_what_the_operator_set_is_not_overruled(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETELL_API_KEY", "the-operators-own")

    running = engines.ensure(folder, durable=False)

    assert running.environment()["RETELL_API_KEY"] == "the-operators-own"
    running.stop()


def test_engines_in_use_are_not_deleted(running: engines.Engines, folder: Path) -> None:
    with pytest.raises(EngineError, match="in use"):
        engines.reset(folder)

    _ask(running.environment()["DATABASE_URL"])


def test_the_container_makes_the_same_roles_as_the_demo(fresh_folder: Path) -> None:
    running = engines.ensure(fresh_folder, durable=False)
    environment = running.environment()
    superuser = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(running.state.postgres_port),
        "PGPASSWORD": running.state.superuser_password,
    }
    ours = _roles_and_privileges(superuser)
    with _as_superuser(superuser, "postgres") as connection:
        connection.execute("DROP DATABASE askpro")
        connection.execute("DROP ROLE askpro_owner, askpro_app")

    done = subprocess.run(
        [ROOT / "deploy/postgres/10-roles.sh"],
        env=superuser
        | {
            "PATH": f"{environment['ASKPRO_PG_BIN']}{os.pathsep}{os.environ['PATH']}",
            "POSTGRES_USER": "postgres",
            "ASKPRO_OWNER_PASSWORD": running.state.owner_password,
            "ASKPRO_APP_PASSWORD": running.state.app_password,
        },
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert _roles_and_privileges(superuser) == ours
    assert len(ours) >= 5
    _ask(environment["DATABASE_URL"])
    _ask(environment["DATABASE_OWNER_URL"])
    running.stop()


def _roles_and_privileges(superuser: dict[str, str]) -> list[tuple[Any, ...]]:
    questions = (
        (
            "SELECT rolname, rolsuper, rolcanlogin, rolcreatedb, rolcreaterole, rolbypassrls"
            " FROM pg_roles WHERE rolname LIKE 'askpro%' ORDER BY 1"
        ),
        (
            "SELECT pg_get_userbyid(defaclrole), defaclobjtype, defaclacl::text FROM pg_default_acl"
            " ORDER BY 1, 2"
        ),
        "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname = 'public'",
    )
    with _as_superuser(superuser, "askpro") as connection:
        return [row for question in questions for row in connection.execute(question)]


def _as_superuser(superuser: dict[str, str], database: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=superuser["PGHOST"],
        port=int(superuser["PGPORT"]),
        user="postgres",
        password=superuser["PGPASSWORD"],
        dbname=database,
        autocommit=True,
    )


def _ask(address: str) -> None:
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def _write(environment: dict[str, str], said: str) -> None:
    with psycopg.connect(environment["DATABASE_OWNER_URL"]) as connection:
        connection.execute("DROP TABLE IF EXISTS note")
        connection.execute("CREATE TABLE note (said text)")
        connection.execute("INSERT INTO note VALUES (%s)", (said,))


def _written(environment: dict[str, str]) -> list[str]:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        return [row[0] for row in connection.execute("SELECT said FROM note ORDER BY said")]


def _answers(folder: Path) -> bool:
    state = json.loads((folder / "run.json").read_text())
    for port in (state["postgres_port"], state["valkey_port"]):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
    return False


def _ends_within(folder: Path, *, seconds: float) -> bool:
    give_up_at = time.monotonic() + seconds
    while _answers(folder) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return not _answers(folder)
