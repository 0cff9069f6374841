"""GET /health and /api/health: is everything there that a call needs?"""

import shutil
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import redis
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from askpro.courier import HEARTBEAT_KEY
from askpro.operations import health
from integrations import bell
from tenants import statements


@pytest.fixture
def server() -> Iterator["redis.Redis"]:
    """The Redis of the tests, without a heartbeat before and after."""
    client = bell.client()
    client.delete(HEARTBEAT_KEY)
    yield client
    client.delete(HEARTBEAT_KEY)


@pytest.fixture
def beating(server: "redis.Redis") -> "redis.Redis":
    """A worker is alive."""
    server.set(HEARTBEAT_KEY, int(time.time()), ex=20)
    return server


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_all_is_well(db: None, client: Client, beating: "redis.Redis", path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert response.json() == {
        "database": "ok",
        "redis": "ok",
        "worker": "ok",
        "horizon": "ok",
        "disk_space": "ok",
    }
    assert response["Cache-Control"] == "no-store"


def test_health_is_asked_for_only(client: Client) -> None:
    response = client.post("/api/health", {})

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response.json().keys() == {"code", "detail", "errors"}
    assert response.json()["code"] == "method_not_allowed"


def test_a_worker_that_beat_a_minute_ago_has_failed(
    db: None, client: Client, server: "redis.Redis"
) -> None:
    server.set(HEARTBEAT_KEY, int(time.time()) - 60, ex=20)

    assert client.get("/health").json()["worker"] == "failed"


@pytest.mark.parametrize("beat", [None, "0", "nonsense"])
def test_a_worker_without_a_heartbeat_has_failed(
    db: None, client: Client, server: "redis.Redis", beat: str | None
) -> None:
    if beat is not None:
        server.set(HEARTBEAT_KEY, beat, ex=20)

    response = client.get("/health")

    assert response.status_code == 503
    assert (response.json()["worker"], response.json()["horizon"]) == ("failed", "failed")
    assert response.json()["redis"] == "ok"


def test_without_redis_nobody_knows_of_a_worker(
    db: None, client: Client, settings: LazySettings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    health._redis.cache_clear()

    response = client.get("/health")
    health._redis.cache_clear()

    assert response.status_code == 503
    assert (response.json()["redis"], response.json()["worker"]) == ("failed", "failed")
    assert response.json()["database"] == "ok"


def test_a_database_that_does_not_answer_has_failed(
    db: None, client: Client, beating: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = statements.run
    monkeypatch.setattr(statements, "run", lambda _sql: ask("SELECT 1/0"))

    response = client.get("/health")

    assert response.status_code == 503
    assert response.json()["database"] == "failed"


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "state"), [(1_073_741_824, "low"), (1_073_741_825, "ok")])
def test_a_disk_that_runs_full_is_a_warning(
    db: None,
    client: Client,
    beating: "redis.Redis",
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    state: str,
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(2**40, 2**40 - free, free))

    response = client.get("/health")

    assert (response.status_code, response.json()["disk_space"]) == (200, state)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_health_can_only_be_asked(db: None, client: Client, method: str) -> None:
    assert client.generic(method, "/health").status_code == 405


def test_the_front_door_leads_to_the_back_office(db: None, client: Client) -> None:
    response = client.get("/")

    assert response.status_code == 302
    assert response["Location"] == reverse("admin:index")
