"""Lets several processes run the tests at once: each in a database and a Redis database of its own.

Loaded before the settings are read (``-p tests.side_by_side``).
"""

import os
from urllib.parse import urlsplit, urlunsplit


def _move_in(worker: str) -> None:
    number = int(worker.removeprefix("gw"))
    os.environ["ASKPRO_TEST_DB"] = f"test_askpro_{number}"
    shared = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = urlunsplit(shared._replace(path=f"/{number + 1}"))


if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    _move_in(_worker)
