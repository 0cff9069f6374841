from datetime import datetime

import pytest
from django.db.models import Model

from tenants.models import Tenant
from tests import factories
from tests.admin import office
from tests.admin.office import Office

Rows = dict[str, Model]


@pytest.fixture
def ours(salon: Tenant, now: datetime) -> Rows:
    return office.fill(salon, now=now, number=101)


@pytest.fixture
def theirs(neighbour: Tenant, now: datetime) -> Rows:
    return office.fill(neighbour, now=now, number=202)


@pytest.fixture
def operator(db: None) -> Office:
    """Somebody of the platform."""
    return Office(factories.make_user(email="betrieb@askpro.example", is_superuser=True))


@pytest.fixture
def owner(salon: Tenant) -> Office:
    return Office(factories.make_member(salon, email="inhaberin@salon.example"))
