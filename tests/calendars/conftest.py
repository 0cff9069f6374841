"""The wire ends here: Cal.com as an imitation with a memory, and nothing else to reach."""

import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from booking.calendars import connecting
from integrations import credentials, http
from integrations.calendars.calcom import Calcom as Calendar
from integrations.calendars.calcom_wire import Wire
from tenants import actors, scope
from tenants.models import Tenant
from tests.calendars.calcom_house import Calcom
from tests.integrations.providers import Network


@pytest.fixture(autouse=True)
def network() -> Iterator[Network]:
    """Everything we send goes here; what was against a contract fails the test."""
    network = Network()
    with http.rerouted(network, listener=network.inspect):
        yield network
    assert network.problems == []


@pytest.fixture(autouse=True)
def _calcom_is_on(settings: Settings) -> None:
    """The suite runs with Cal.com switched off as well; here it is what is tested."""
    settings.CALCOM_ENABLED = True


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


@pytest.fixture
def connected(
    salon: Tenant, calcom: Calcom, calcom_key: str, settings: Settings, now: datetime
) -> Tenant:
    """The salon, connected with its account: a team with Jana and Mira, event types, webhooks."""
    settings.CALCOM_WEBHOOK_SECRET = "whsec_of_the_platform"
    settings.PUBLIC_URL = "https://desk.example"
    team = calcom.house.add_team(salon.name, salon.slug)
    for name in ("Jana", "Mira"):
        calcom.house.add_user(name, f"{name.lower()}@salon.example", team_id=team)
    with scope.tenant(salon):
        credentials.store(
            salon.pk, provider="calcom", secret=calcom_key, by=actors.system("tests"), now=now
        )
    connecting.connect(salon.pk, is_personal=False, by=actors.system("tests"), now=now)
    calcom.requests.clear()
    return salon
