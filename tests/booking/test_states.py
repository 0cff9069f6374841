"""What may become of an appointment: every pair of states, in our table and in the database's."""

from datetime import datetime
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from booking import states
from booking.models import Appointment, Service, StaffMember
from booking.refusals import IllegalTransition
from tenants.models import Tenant
from tests import factories
from tests.booking.writing import TEN

# Written out by hand: held → pending → confirmed → checked in → completed, with the ways out and the ways back.
LEGAL = {
    ("held", "pending"),
    ("held", "confirmed"),
    ("pending", "confirmed"),
    ("pending", "checked_in"),
    ("pending", "cancelled"),
    ("confirmed", "checked_in"),
    ("confirmed", "completed"),
    ("confirmed", "no_show"),
    ("confirmed", "cancelled"),
    ("checked_in", "confirmed"),
    ("checked_in", "completed"),
    ("checked_in", "cancelled"),
    ("no_show", "checked_in"),
    ("no_show", "completed"),
}
PAIRS = list(product(Appointment.Status.values, repeat=2))


@pytest.fixture
def appointment(in_salon: Tenant, now: datetime) -> Appointment:
    return factories.make_appointment(
        StaffMember.objects.get(name="Jana"),
        Service.objects.get(name="Haarschnitt"),
        factories.make_customer(in_salon),
        starts_at=TEN,
    )


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_verb_may_change_a_state_only_as_the_table_says(before: str, after: str) -> None:
    appointment = Appointment(status=before)

    if (before, after) in LEGAL:
        states.must_allow(appointment, after)
    else:
        with pytest.raises(IllegalTransition) as refusal:
            states.must_allow(appointment, after)
        assert (refusal.value.code, refusal.value.status) == ("illegal_transition", 409)


def test_the_database_says_the_same_to_every_pair(appointment: Appointment, now: datetime) -> None:
    allowed, refused = set(), set()
    for before, after in PAIRS:
        try:
            with transaction.atomic():
                _begin_as(appointment, before, now=now)
                expires_at = now if after == Appointment.Status.HELD else None
                Appointment.objects.filter(pk=appointment.pk).update(
                    status=after, hold_expires_at=expires_at
                )
                allowed.add((before, after))
                transaction.set_rollback(True)
        except IntegrityError as error:
            refused.add("does not become" in str(error))

    assert allowed == LEGAL | {(status, status) for status in Appointment.Status.values}
    assert refused == {True}


def _begin_as(appointment: Appointment, status: str, *, now: datetime) -> None:
    """Put a row in the appointment's place that begins in a state; only a change of state is judged."""
    Appointment.objects.filter(pk=appointment.pk).delete()
    appointment.status = status
    appointment.hold_expires_at = now if status == Appointment.Status.HELD else None
    appointment.save(force_insert=True)
