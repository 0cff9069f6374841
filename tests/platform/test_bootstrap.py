"""The script that makes the virtual environment, asked without installing anything."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.platform.conftest import ROOT

# The bootstrap runs on the machine's Python, not in the virtual environment, which has no pip.
PYTHON = getattr(sys, "_base_executable", sys.executable)
_LOAD = (
    "import importlib.machinery as m, importlib.util as u, json, sys;"
    "l = m.SourceFileLoader('bootstrap', sys.argv[1]);"
    "b = u.module_from_spec(u.spec_from_loader('bootstrap', l)); l.exec_module(b);"
)


def test_the_settings_of_pip_are_handed_on_to_uv(tmp_path: Path) -> None:
    _skip_without_pip()
    environment = _environment(tmp_path) | {
        "PIP_INDEX_URL": "https://index.example/all",
        "PIP_EXTRA_INDEX_URL": "https://one.example/all https://two.example/all",
        "PIP_FIND_LINKS": "/wheels /more-wheels",
        "PIP_CERT": "/certificates.pem",
    }

    settings = _asked("b.uv_environment()", environment)

    assert settings["UV_DEFAULT_INDEX"] == "https://index.example/all"
    assert settings["UV_INDEX"] == "https://one.example/all https://two.example/all"
    assert settings["UV_FIND_LINKS"] == "/wheels,/more-wheels"
    assert settings["SSL_CERT_FILE"] == "/certificates.pem"
    assert settings["UV_SYSTEM_CERTS"] == "1"


def test_what_is_set_for_uv_itself_wins(tmp_path: Path) -> None:
    _skip_without_pip()
    environment = _environment(tmp_path) | {
        "PIP_INDEX_URL": "https://index.example/all",
        "UV_DEFAULT_INDEX": "https://chosen.example/all",
    }

    settings = _asked("b.uv_environment()", environment)

    assert settings["UV_DEFAULT_INDEX"] == "https://chosen.example/all"


def test_an_unfit_python_gets_a_sentence(tmp_path: Path) -> None:
    program = (
        "import sys; sys.version_info = (3, 9, 2, 'final', 0); sys.version = '3.9.2 (main)';"
        "sys.argv = ['bin/askpro', 'up']; import runpy;"
        f"runpy.run_path({str(ROOT / 'bin/askpro')!r}, run_name='__main__')"
    )

    done = subprocess.run(
        [PYTHON, "-c", program],
        env=_environment(tmp_path) | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "This is Python 3.9.2, but 3.11 to 3.14 is needed." in done.stderr
    assert "What to do: Install one of them" in done.stderr


def test_without_a_sub_command_the_way_is_shown_and_nothing_installed(tmp_path: Path) -> None:
    done = subprocess.run(
        [PYTHON, ROOT / "bin/askpro"], env=_environment(tmp_path), capture_output=True, text=True
    )

    assert done.returncode == 0
    assert "bin/askpro up" in done.stdout
    assert "bin/askpro test" in done.stdout


def test_both_locks_count_as_installed_only_for_this_content_and_place(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; root = Path(sys.argv[2]); b.ROOT = root; b.VENV = root / 'v';"
        "b.PYTHON = Path(sys.executable); b.VENV.mkdir(exist_ok=True);"
        "(b.VENV / 'made-here').write_text(b.place());"
        "runtime, development = root / b.RUNTIME, root / b.DEVELOPMENT;"
        "runtime.write_text('a==1'); development.write_text('a==1 b==1'); answers = [];"
        "ask = lambda: answers.append(b.is_installed(b.RUNTIME)); ask();"
        "b.stamp(b.DEVELOPMENT).write_text(b.fingerprint(b.DEVELOPMENT)); ask();"
        "development.write_text('a==1 b==2'); ask();"
        "b.stamp(b.RUNTIME).write_text(b.fingerprint(b.RUNTIME)); ask();"
        "(b.VENV / 'made-here').write_text('elsewhere'); ask(); print(json.dumps(answers))"
    )

    answers = _answer(program, _environment(tmp_path), str(tmp_path))

    assert answers == [False, True, False, True, False]


def _skip_without_pip() -> None:
    if subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
        pytest.skip("this Python comes without pip")


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))
    }
    kept.pop("SSL_CERT_FILE", None)
    return kept | {"HOME": str(home), "PIP_CONFIG_FILE": os.devnull}


def _asked(question: str, environment: dict[str, str]) -> Any:
    return _answer(f"print(json.dumps({question}))", environment)


def _answer(program: str, environment: dict[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [PYTHON, "-c", _LOAD + program, str(ROOT / "bin/askpro"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
