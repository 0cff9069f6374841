"""Rivals on connections of their own, on real Postgres: one wins, the others are refused politely."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from askpro.operations import proof
from booking import customers, scheduling
from booking.models import Appointment, AppointmentChange, Customer, Service, StaffMember
from integrations.models import Message
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import at

pytestmark = pytest.mark.django_db(transaction=True)
BY = actors.system("tests")
TEN = at("2026-11-24", "10:00")


@pytest.mark.slow
def test_forty_rivals_for_one_time(now: datetime) -> None:
    result = proof.prove(rounds=3, threads=40, now=now)

    for score in result.scores:
        assert score.is_clean, (score.contest.name, score.outcomes)
        assert score.won == 3 * score.contest.winners
        assert score.refused == 3 * (40 - score.contest.winners)
    assert result.overlaps == 0
    assert result.holds
    with scope.tenant(proof.TENANT_ID):
        assert not Tenant.objects.get().is_active
        assert not Appointment.objects.exists()


def test_the_same_customer_calling_twice_at_once_is_one_record(
    salon: Tenant, now: datetime
) -> None:
    def find(_rival: int) -> int:
        with scope.tenant(salon):
            return customers.find_or_create(
                name="Erika", phone="+491713920042", email="erika@example.org", now=now
            ).pk

    found = _at_once(8, find)

    assert len(set(found)) == 1
    with scope.tenant(salon):
        assert Customer.objects.count() == 1


def test_the_same_request_twice_at_once_sends_one_message(salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(salon, email="erika@example.org")

    def book(_rival: int) -> bool:
        return _book(salon, erika, now=now, idempotency_key="call:1").is_new

    found = _at_once(8, book)

    assert sorted(found) == [False] * 7 + [True]
    with scope.tenant(salon):
        assert Appointment.objects.count() == 1
        assert Message.objects.count() == 1
        assert AppointmentChange.objects.count() == 1


def test_two_that_change_places_do_not_wait_for_each_other_for_ever(
    salon: Tenant, now: datetime
) -> None:
    erika = factories.make_customer(salon)
    cut = factories.service_of(salon, "Haarschnitt")
    jana, mira = factories.staff_of(salon, "Jana"), factories.staff_of(salon, "Mira")
    booked = [
        factories.make_appointment(person, cut, erika, starts_at=TEN) for person in (jana, mira)
    ]

    def move(rival: int) -> str:
        to = (mira, jana)[rival % 2]
        later = TEN + timedelta(hours=1 + rival // 2)
        with scope.tenant(salon):
            appointment = Appointment.objects.get(pk=booked[rival % 2].pk)
            return _said(
                lambda: scheduling.reschedule(
                    appointment, starts_at=later, staff_member=to, by=BY, source="api", now=now
                )
            )

    outcomes = _at_once(8, move)

    assert set(outcomes) <= {"done", "slot_taken"}
    assert proof.overlaps(salon.pk) == 0


def test_a_move_and_a_cancellation_at_once_end_in_one_of_both(salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(salon)
    for number in range(6):
        booked = _book(
            salon, erika, now=now, starts_at=TEN + timedelta(hours=number % 6)
        ).appointment

        def change(rival: int, booked: Appointment = booked) -> str:
            with scope.tenant(salon):
                appointment = Appointment.objects.get(pk=booked.pk)
                if rival:
                    return _said(
                        lambda: scheduling.cancel(appointment, by=BY, source="api", now=now)
                    )
                start = booked.starts_at + timedelta(minutes=15)
                return _said(
                    lambda: scheduling.reschedule(
                        appointment, starts_at=start, by=BY, source="api", now=now
                    )
                )

        moved, cancelled = _at_once(2, change)

        assert cancelled == "done"
        assert moved in {"done", "already_over"}
        with scope.tenant(salon):
            assert Appointment.objects.get(pk=booked.pk).status == Appointment.Status.CANCELLED
            changes = AppointmentChange.objects.filter(appointment=booked).order_by("pk")
            kinds = [change.kind for change in changes]
        assert kinds == (
            ["booked", "moved", "cancelled"] if moved == "done" else ["booked", "cancelled"]
        )


def test_the_sweep_of_holds_disturbs_no_booking(salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(salon)
    with scope.tenant(salon):
        for clock in ("10:00", "10:30", "11:00", "11:30"):
            scheduling.hold(
                Service.objects.get(name="Haarschnitt"),
                branch=Branch.objects.get(),
                staff_member=StaffMember.objects.get(name="Jana"),
                starts_at=at("2026-11-24", clock),
                source=Appointment.Source.PHONE,
                by=BY,
                now=now,
            )
    later = now + timedelta(minutes=10)

    def work(rival: int) -> str:
        if rival % 2:
            with scope.tenant(salon):
                scheduling.drop_expired_holds(later)
            return "done"
        start = TEN + timedelta(minutes=30 * (rival // 2))
        return _said(lambda: _book(salon, erika, now=later, starts_at=start))

    assert set(_at_once(8, work)) == {"done"}
    with scope.tenant(salon):
        assert Appointment.objects.filter(status=Appointment.Status.CONFIRMED).count() == 4
        assert not Appointment.objects.filter(status=Appointment.Status.HELD).exists()


def _book(
    tenant: Tenant, customer: Customer, *, now: datetime, starts_at: datetime = TEN, **more: Any
) -> scheduling.Booking:
    with scope.tenant(tenant):
        return scheduling.book(
            Service.objects.get(name="Haarschnitt"),
            branch=Branch.objects.get(),
            staff_member=StaffMember.objects.get(name="Jana"),
            starts_at=starts_at,
            customer=customer,
            attendee_name=customer.name,
            source=Appointment.Source.PHONE,
            by=BY,
            now=now,
            **more,
        )


def _said(verb: Callable[[], object]) -> str:
    try:
        verb()
    except Refused as refusal:
        return refusal.code
    return "done"


def _at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    with proof.rivals(count) as at_once:
        return at_once(work)
