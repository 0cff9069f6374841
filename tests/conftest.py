"""The cast and the stage: real Postgres, two businesses, a clock that stands still."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import httpx
import pytest
from django.conf import settings
from pytest_django import Settings

from integrations import http
from tenants import scope
from tenants.models import Tenant
from tests import databases, factories
from tests.retell import KEY, Retell

MONDAY_MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 09:00 in Berlin


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Make a database as the owner, then work in it as the application, which cannot pass the walls."""
    if not settings.ENVIRONMENT == "test":
        raise pytest.UsageError("tests run with ASKPRO_ENV=test only: use bin/askpro test")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        databases.make(os.environ.get("ASKPRO_TEST_DB", "test_askpro"))
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        databases.leave()


class _NobodyAsks(httpx.BaseTransport):
    """Lets everything through but what would go to the real Cal.com."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.cal.com":
            self.asked.append(f"{request.method} {request.url.path}")
            raise httpx.ConnectError("Cal.com is not played here", request=request)
        return _outside().handle_request(request)


@cache
def _outside() -> httpx.HTTPTransport:
    return httpx.HTTPTransport()


@pytest.fixture(autouse=True)
def _cal_com_is_asked_in_character_only() -> Iterator[None]:
    """Whatever asks Cal.com is heard by the character that holds it against the contract, or fails its test."""
    nobody = _NobodyAsks()
    with http.rerouted(nobody):
        yield
    assert nobody.asked == []


@pytest.fixture
def now() -> datetime:
    return MONDAY_MORNING


@pytest.fixture
def salon(db: None) -> Tenant:
    """Our business: one branch in Berlin, one number, two people, two services, open Monday to Friday 9 to 17."""
    return factories.make_salon(
        name="Salon Sonnenschein", number="+493023125777", slug="salon-sonnenschein"
    )


@pytest.fixture
def neighbour(db: None) -> Tenant:
    """The other business in the house: must never see or change a thing of the salon."""
    return factories.make_salon(name="Nachbar", number="+494066969200", slug="nachbar")


@pytest.fixture
def in_salon(salon: Tenant) -> Iterator[Tenant]:
    """The salon, with its scope open for the whole test."""
    with scope.tenant(salon):
        yield salon


@pytest.fixture
def retell(settings: Settings) -> Retell:
    """The voice platform, calling the salon from a known kind of number."""
    settings.RETELL_API_KEY = KEY
    return Retell()
