"""What ``bin/askpro`` makes of its arguments before it hands over."""

import os

import pytest

from askpro.operations import terminal


@pytest.mark.parametrize("arguments", [(), ("-q",), ("-q", "--durations=10")])
def test_all_tests_run_side_by_side(arguments: tuple[str, ...]) -> None:
    assert terminal._side_by_side(arguments)[:2] == ["-n", "auto"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("tests/test_docs.py",),
        ("tests/test_docs.py::test_something", "-q"),
        ("-k", "door"),
        ("-x",),
        ("-n", "3"),
    ],
)
def test_a_chosen_part_runs_in_one_process(arguments: tuple[str, ...]) -> None:
    assert terminal._side_by_side(arguments) == []


def test_a_process_has_a_database_and_a_redis_of_its_own() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        pytest.skip("there is one process only")

    number = int(worker.removeprefix("gw"))
    assert os.environ["ASKPRO_TEST_DB"] == f"test_askpro_{number}"
    assert os.environ["REDIS_URL"].endswith(f"/{number + 1}")
