"""The wire ends here: Cal.com as an imitation with a memory, and nothing else to reach."""

import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from integrations import http
from integrations.calendars.calcom import Calcom as Calendar
from integrations.calendars.calcom_wire import Wire
from tests.calendars.calcom_house import Calcom
from tests.integrations.providers import Network


@pytest.fixture(autouse=True)
def network() -> Iterator[Network]:
    """Everything we send goes here; what was against a contract fails the test."""
    network = Network()
    with http.rerouted(network, listener=network.inspect):
        yield network
    assert network.problems == []


@pytest.fixture
def calcom_key() -> str:
    """A key that no other test has used up."""
    return f"cal_live_{uuid.uuid4().hex}"


@pytest.fixture
def calcom(network: Network, settings: Settings, now: datetime, calcom_key: str) -> Calcom:
    """An account at Cal.com with nothing in it."""
    settings.CALCOM_BASE_URL = "https://api.cal.com/v2"
    account = Calcom(key=calcom_key, clock=lambda: now)
    network.connect(account)
    return account


@pytest.fixture
def wire(calcom_key: str) -> Wire:
    """Asking that account, for a business that no other test has seen."""
    return Wire(key=calcom_key, whose=uuid.uuid4())


@pytest.fixture
def calendar(wire: Wire) -> Calendar:
    return Calendar(wire=wire)
