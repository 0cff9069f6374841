"""A stranger's imagination: requests made from the OpenAPI document, right ones and wrong ones, short form."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from askpro.api import documentation
from askpro.wsgi import application
from tenants.api.access import KeyThrottle
from tenants.models import Tenant
from tests import factories
from tests.api.rows import make_call

schema = schemathesis.openapi.from_dict(documentation.document("de"))
schema.app = application


@pytest.fixture
def secret(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> str:
    """A key without a limit, of a business in which there is something to find."""
    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"api": None})
    customer = factories.make_customer(salon)
    make_call(salon, number=1, customer=customer)
    return factories.make_api_key(salon)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api_or_its_promises(
    case: schemathesis.Case, secret: str
) -> None:
    response = case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})

    assert response.status_code < 500
