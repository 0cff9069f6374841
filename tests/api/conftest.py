"""Those who knock at the REST API: programs with a key."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from tenants.models import Tenant
from tests import factories


class Program:
    """A program of an integrator: speaks JSON and shows its key."""

    def __init__(self, secret: str | None) -> None:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        self.client = Client(headers=headers, raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, headers)

    def put(self, path: str, body: Any = None) -> Any:
        return self.send("PUT", path, body, {})

    def delete(self, path: str) -> Any:
        return self.client.delete(path)

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            method, path, content, content_type="application/json", headers=headers
        )


@pytest.fixture
def standing_clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def program(salon: Tenant, standing_clock: None) -> Program:
    """The program of the salon, which may read and write."""
    return Program(factories.make_api_key(salon))


@pytest.fixture
def reader(salon: Tenant, standing_clock: None) -> Program:
    """The program of the salon that may only read."""
    return Program(factories.make_api_key(salon, scopes=("read",)))


@pytest.fixture
def stranger(neighbour: Tenant, standing_clock: None) -> Program:
    """The program of the neighbour."""
    return Program(factories.make_api_key(neighbour))


@pytest.fixture
def nobody(db: None) -> Program:
    """A program without a key."""
    return Program(None)
