"""A stranger's imagination: requests made from the OpenAPI document, right ones and wrong ones, short form."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from askpro.api import documentation
from askpro.wsgi import application
from tenants.api.access import KeyThrottle
from tenants.models import Tenant
from tests import factories
from tests.api.rows import make_call

schema = schemathesis.openapi.from_dict(documentation.document("de"))
schema.app = application


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Let requests stay in the transaction of the test, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(salon: Tenant, one_connection: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A key without a limit, of a business in which there is something to find."""
    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"api": None})
    customer = factories.make_customer(salon)
    make_call(salon, number=10**9, customer=customer)
    return factories.make_api_key(salon)


# The parameter gives each operation an id of its own: of tests with one id, processes side by side run only one.
@pytest.mark.parametrize("scheme", ["Bearer"])
@pytest.mark.slow
@schema.parametrize()  # type: ignore[untyped-decorator]
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api_or_its_promises(
    case: schemathesis.Case, secret: str, scheme: str
) -> None:
    # What a schema cannot say is refused as well: somebody else's number, the year 69, 25.0 for an id.
    response = case.call_and_validate(
        headers={"Authorization": f"{scheme} {secret}"},
        excluded_checks=[positive_data_acceptance],
    )

    assert response.status_code < 500
