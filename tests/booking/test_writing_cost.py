"""What a booking costs: rules that a business does not use cost no statement."""

from datetime import datetime

from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.booking.test_cost import statements_run
from tests.booking.writing import book

__all__ = ["statements_run"]


def test_a_plain_booking_takes_eight_statements(
    salon: Tenant, now: datetime, statements_run: list[str]
) -> None:
    """A savepoint around six: wait and ask, make room, who could, what is taken, the row, its story with the trail."""
    cut, erika = factories.service_of(salon, "Haarschnitt"), factories.make_customer(salon)
    branch, jana = factories.branch_of(salon), factories.staff_of(salon, "Jana")

    with scope.tenant(salon):
        before = len(statements_run)
        book(cut, jana, erika, now=now, branch=branch)
        run = statements_run[before:]

    assert len(run) == 8, run
