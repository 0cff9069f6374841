"""The wire ends in the test: the providers a test asks for, and nothing else to reach."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from integrations import http
from tests.integrations.providers import Network, Resend, Retell

RETELL_KEY = "key_of_the_platform"
RESEND_KEY = "re_of_the_platform"


@pytest.fixture(autouse=True)
def network() -> Iterator[Network]:
    """Everything we send goes here; what was against a contract fails the test."""
    network = Network()
    with http.rerouted(network, listener=network.inspect):
        yield network
    assert network.problems == []


@pytest.fixture
def resend(network: Network, settings: Settings) -> Resend:
    """Our mail goes through Resend."""
    settings.EMAIL_BACKEND = "integrations.messaging.resend.EmailBackend"
    settings.ANYMAIL = {"RESEND_API_KEY": RESEND_KEY}
    resend = Resend()
    network.connect(resend)
    return resend


@pytest.fixture
def workspace(network: Network, settings: Settings) -> Retell:
    """Retell's REST API, with a key that is the platform's."""
    settings.RETELL_API_KEY = RETELL_KEY
    settings.RETELL_BASE_URL = "https://api.retellai.com"
    workspace = Retell(key=RETELL_KEY)
    network.connect(workspace)
    return workspace
