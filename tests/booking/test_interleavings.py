"""Everything at once, for a short while: what the long run of the operators proves, in little."""

from collections import Counter
from datetime import datetime

import pytest

from askpro.operations import interleaving, invariants
from booking.models import Appointment, Requirement, ResourceUse, Visit
from tenants import scope
from tenants.models import ApiKey, Tenant
from tests import factories
from tests.booking.writing import TEN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_whatever_happens_at_once_the_diary_stays_true(now: datetime) -> None:
    """By the verbs, by the REST API with keys and by the pages of the back office."""
    report = interleaving.run(rounds=16, workers=32, seed=7, now=now)

    assert report.broken == Counter(), report.details
    assert report.deadlocks == 0, report.details
    assert report.faults == [], report.details
    assert report.holds
    outcomes: dict[str, set[str]] = {}
    for name, outcome in report.outcomes:
        outcomes.setdefault(name, set()).add(outcome)
    for name, weight, _ in interleaving.ACTIONS:
        assert weight < 6 or "done" in outcomes[name], (name, outcomes[name])
    assert "again" in outcomes["api: book"], "a request with its key comes twice"
    with scope.tenant(interleaving.TENANT_ID):
        assert not Tenant.objects.get().is_active
        assert not Appointment.objects.exists()
        assert not ApiKey.objects.exists()


def test_a_run_ends_in_time(now: datetime) -> None:
    report = interleaving.run(rounds=50, workers=2, seed=1, now=now, seconds=0)

    assert (report.rounds, report.workers, report.holds) == (1, 2, True)


def test_what_is_wrong_in_the_rows_is_seen(salon: Tenant) -> None:
    """A row that no verb has written: no story, no room; then a visit of one, and a room kept by what is over."""
    cut, branch = factories.service_of(salon, "Haarschnitt"), factories.branch_of(salon)
    erika, room = factories.make_customer(salon), factories.make_resource(branch, name="Raum")
    factories.make_requirement(cut, room, mode=Requirement.Mode.ANY)
    row = factories.make_appointment(factories.staff_of(salon, "Jana"), cut, erika, starts_at=TEN)
    assert set(invariants.broken(salon.pk, latest=TEN)) == {
        "an appointment that was not booked once",
        "an appointment without the room it needs",
    }

    with scope.tenant(salon):
        row.visit = Visit.objects.create(tenant=salon, branch=branch, customer=erika)
        row.status = Appointment.Status.CANCELLED
        row.save()
        ResourceUse.objects.create(
            tenant=salon, appointment=row, resource=room,
            blocked_from=row.blocked_from, blocked_until=row.blocked_until,
        )  # fmt: skip

    assert set(invariants.broken(salon.pk, latest=TEN)) == {
        "an appointment that was not booked once",
        "a room kept by something that is over",
        "half a visit",
    }
