"""docs/mission.md claims nothing that the repository does not hold."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.core.management import get_commands

from askpro.operations import terminal

ROOT = Path(settings.BASE_DIR)
LINES = {"000": 32, "001": 50, "002": 69, "003": 24, "004": 36}
STATUSES = ("done", "partial", "open", "fact")
# Sub-commands that `bin/askpro` answers itself.
OF_THE_BOOTSTRAP = {"lock"}


class Line(NamedTuple):
    number: str
    status: str
    proof: tuple[str, ...]


def _mission() -> list[Line]:
    rows = re.findall(
        r"^\| (\d{3}\.\d\d) \| .+ \| (\w+) \| (.*) \|$",
        (ROOT / "docs" / "mission.md").read_text(),
        re.MULTILINE,
    )
    return [
        Line(number, status, tuple(re.findall(r"(?:^|<br>)`([^`]+)`(?=<br>|$)", cell)))
        for number, status, cell in rows
    ]


@cache
def _tests_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


def _exists(proof: str) -> bool:
    """Tell whether the repository holds this test, command or file."""
    if "::" in proof:
        path, name = proof.split("::")
        return (ROOT / path).is_file() and name.startswith("test_") and name in _tests_in(path)
    command = re.fullmatch(r"(bin/askpro|manage\.py) ([\w-]+)(?: .*)?", proof)
    if command is None:
        return (ROOT / proof).is_file()
    known = set(get_commands())
    if command[1] == "bin/askpro":
        known |= set(terminal._COMMANDS) | OF_THE_BOOTSTRAP
    return command[2] in known


def test_every_line_stands_there_once() -> None:
    expected = [
        f"{part}.{number:02d}" for part, count in LINES.items() for number in range(1, count + 1)
    ]

    assert [line.number for line in _mission()] == expected


def test_every_line_has_a_status() -> None:
    assert {line.number: line.status for line in _mission() if line.status not in STATUSES} == {}


def test_what_is_done_or_partial_names_what_shows_it() -> None:
    claimed = [line for line in _mission() if line.status in ("done", "partial")]

    assert claimed
    assert [line.number for line in claimed if not line.proof] == []


def test_what_is_done_is_shown_by_a_test_or_a_command() -> None:
    shown_by_a_run = {
        line.number
        for line in _mission()
        if any("::" in proof or " " in proof for proof in line.proof)
    }

    assert [
        line.number
        for line in _mission()
        if line.status == "done" and line.number not in shown_by_a_run
    ] == []


@pytest.mark.parametrize("line", _mission(), ids=lambda line: line.number)
def test_what_a_line_names_exists(line: Line) -> None:
    assert [proof for proof in line.proof if not _exists(proof)] == []


def test_the_table_of_counts_is_right() -> None:
    text = (ROOT / "docs" / "mission.md").read_text()
    lines = _mission()

    counted = [sum(line.status == status for line in lines) for status in STATUSES]

    assert f"| **all** | {' | '.join(map(str, counted))} |" in text


@pytest.mark.parametrize(
    "proof",
    [
        "tests/test_mission.py::test_that_nobody_wrote",
        "tests/test_nothing.py::test_every_line_has_a_status",
        "docs/nothing.md",
        "bin/askpro dance",
        "manage.py dance",
    ],
)
def test_what_does_not_exist_is_noticed(proof: str) -> None:
    assert not _exists(proof)
