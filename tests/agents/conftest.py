from collections.abc import Iterator

import pytest
from pytest_django import Settings

from calls.models import Agent
from integrations import http
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.agents.workshop import Workshop
from tests.integrations.providers import Network
from tests.retell import KEY


@pytest.fixture
def network() -> Iterator[Network]:
    """Everything we send goes here; what was against the contract fails the test."""
    network = Network()
    with http.rerouted(network, listener=network.inspect):
        yield network
    assert network.problems == []


@pytest.fixture
def workshop(network: Network, settings: Settings) -> Workshop:
    settings.RETELL_API_KEY = KEY
    settings.RETELL_BASE_URL = "https://api.retellai.com"
    settings.PUBLIC_URL = "https://askpro.example"
    settings.RETELL_VOICE_ID = "11labs-Carola"
    settings.SIP_TERMINATION_URI = "trunk.example"
    settings.SIP_USERNAME, settings.SIP_PASSWORD = "askpro", "geheim"
    workshop = Workshop(key=KEY)
    network.connect(workshop)
    return workshop


@pytest.fixture
def agent(salon: Tenant) -> Agent:
    """The salon's agent, never published so far."""
    branch = factories.branch_of(salon)
    with scope.tenant(salon):
        return Agent.objects.create(tenant=salon, branch=branch, template=Agent.Template.SALON)
