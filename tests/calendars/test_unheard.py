"""The business moves or cancels in its calendar: the customer is written to, or called where no mail reaches them. Once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from askpro import courier
from booking import scheduling
from booking.models import Appointment
from calls import unheard
from integrations.calendars.imitation import Booking
from integrations.models import Message
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_in_a_call import book
from tests.calendars.test_refused_afterwards import called_back, sweep
from tests.calls.test_aftercare import hang_up
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def call(retell: Retell) -> dict[str, Any]:
    return retell.new_call()


def booked(retell: Retell, call: dict[str, Any], calcom: Calcom, **more: str) -> Booking:
    """Book by telephone on both sides, hang up, and return the booking there."""
    assert book(retell, call, **more)["state"] == "booked"
    hang_up(retell, call)
    sweep()
    calcom.deliver()
    courier.carry_all()
    (booking,) = calcom.house.bookings.values()
    return booking


def hear(calcom: Calcom) -> None:
    calcom.deliver()
    courier.carry_all()


def mails(tenant: Tenant) -> list[str]:
    with scope.tenant(tenant):
        return list(Message.objects.order_by("pk").values_list("topic", flat=True))


def test_who_has_no_address_is_called_when_the_host_cancels(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booking = booked(retell, call, calcom)
    calcom.house.host_cancels(booking.uid)
    hear(calcom)

    sweep()
    sweep()

    [noted] = called_back(connected)
    assert noted.reason == (
        "Im Kalender abgesagt: Haarschnitt bei Jana, 26.11.2026, 10:00 Uhr. Ohne E-Mail-Adresse noch nicht"
        " benachrichtigt."
    )
    assert (noted.phone, noted.priority, noted.call_id is not None) == (retell.caller, "high", True)
    assert mails(connected) == []


def test_who_has_no_address_is_called_once_when_the_host_moves_it_twice(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booking = booked(retell, call, calcom)
    second = calcom.house.host_moves(booking.uid, starts_at=two_sides.ELEVEN)
    hear(calcom)
    calcom.house.host_moves(second.uid, starts_at=two_sides.NOON)
    hear(calcom)

    sweep()
    sweep()

    [noted] = called_back(connected)
    assert "Haarschnitt bei Jana, 26.11.2026, 12:00 Uhr" in noted.reason


def test_who_has_an_address_is_written_to_and_not_called(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booking = booked(retell, call, calcom, email="erika@example.org")
    calcom.house.host_cancels(booking.uid)
    hear(calcom)

    sweep()

    assert called_back(connected) == []
    assert mails(connected)[-1] == "appointment_cancelled"


def test_who_booked_elsewhere_is_called_without_a_call_of_before(
    connected: Tenant, calcom: Calcom
) -> None:
    with scope.tenant(connected):
        scheduling.book(
            factories.service_of(connected, "Haarschnitt"),
            branch=factories.branch_of(connected),
            staff_member=factories.staff_of(connected, "Jana"),
            starts_at=two_sides.TEN,
            customer=factories.make_customer(connected, phone="+491713920055"),
            attendee_name="Erika Mustermann",
            source=Appointment.Source.BACK_OFFICE,
            by=ME,
            now=timezone.now(),
        )
    courier.carry_all()
    hear(calcom)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_moves(booking.uid, starts_at=two_sides.ELEVEN)
    hear(calcom)

    sweep()
    sweep()

    [noted] = called_back(connected)
    assert (noted.phone, noted.call_id) == ("+491713920055", None)
    assert noted.reason.startswith("Im Kalender geändert, bisher 26.11.2026, 10:00 Uhr")


def test_what_the_business_changed_once_more_here_is_theirs_to_tell(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booking = booked(retell, call, calcom)
    calcom.house.host_moves(booking.uid, starts_at=two_sides.ELEVEN)
    hear(calcom)
    with scope.tenant(connected):
        scheduling.cancel(
            Appointment.objects.get(), by=ME, source="back_office", now=timezone.now()
        )

    sweep()

    assert called_back(connected) == []


def test_what_has_begun_is_nobodys_call(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    call: dict[str, Any],
    clock: time_machine.Traveller,
) -> None:
    booking = booked(retell, call, calcom)
    calcom.house.host_cancels(booking.uid)
    hear(calcom)
    clock.shift(timedelta(days=5))

    sweep()

    assert called_back(connected) == []


def test_workers_at_once_note_one_call(
    connected: Tenant, calcom: Calcom, retell: Retell, call: dict[str, Any]
) -> None:
    booking = booked(retell, call, calcom)
    calcom.house.host_cancels(booking.uid)
    hear(calcom)

    def work(_number: int) -> int:
        try:
            return unheard.call_back_open(connected.pk, now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        counts = list(workers.map(work, range(4)))

    assert sum(counts) == 1
    assert len(called_back(connected)) == 1
