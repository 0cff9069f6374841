"""Cal.com switched off in the whole installation: nothing leaves, nothing comes in, and every diary stands alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from askpro import courier
from booking import scheduling
from booking.calendars import connecting, reconciling, sweeping
from booking.models import CalendarLink
from integrations.calendars import calcom_account
from integrations.calendars.calcom_wire import SwitchedOff, Wire
from tenants import actors, scope
from tenants.models import Tenant
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_hearing import book as book_by_hand
from tests.calendars.test_in_a_call import book
from tests.calendars.two_sides import NOON, TEN
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def off(connected: Tenant, settings: Settings) -> Settings:
    settings.CALCOM_ENABLED = False
    return settings


def test_a_caller_books_moves_and_cancels_in_our_diary_alone(
    connected: Tenant, calcom: Calcom, retell: Retell, off: Settings
) -> None:
    call = retell.new_call()

    booked = book(retell, call)
    moved = retell.asks_for(
        "reschedule_appointment", call, new_date="26.11.", new_time="11 Uhr", confirmed="ja"
    )
    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]
    cancelled = retell.asks_for("cancel_appointment", call, confirmed="ja")
    courier.carry_all()

    said = [each["state"] for each in (booked, moved, cancelled)]
    assert said == ["booked", "rescheduled", "cancelled"]
    assert calcom.requests == []
    with scope.tenant(connected):
        assert CalendarLink.objects.count() == 0


def test_the_door_is_closed(connected: Tenant, calcom: Calcom, off: Settings) -> None:
    two_sides.somebody_books(calcom, "Jana", TEN)

    (answer,) = calcom.deliver()

    assert answer.status_code == 401
    assert two_sides.deliveries() == []


def test_what_was_waiting_for_an_answer_is_confirmed_by_our_diary(
    connected: Tenant,
    calcom: Calcom,
    retell: Retell,
    settings: Settings,
    clock: time_machine.Traveller,
) -> None:
    calcom.fails_with(httpx.ReadTimeout("silence"))
    assert book(retell, retell.new_call(), email="erika@example.org")["state"] == "pending"
    settings.CALCOM_ENABLED = False

    clock.shift(timedelta(minutes=1))
    courier.carry_all()
    courier.carry_all()

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.reviews(connected) == []
    assert len(mail.outbox) == 1
    assert len(calcom.requests) == 1


def test_what_was_missed_is_made_up_for_when_it_is_on_again(
    connected: Tenant, calcom: Calcom, settings: Settings
) -> None:
    before = book_by_hand(connected, at=NOON)
    settings.CALCOM_ENABLED = False
    book_by_hand(connected, at=TEN)
    with scope.tenant(connected):
        scheduling.cancel(before, by=ME, source="back_office", now=MONDAY_MORNING)
    two_sides.somebody_books(calcom, "Mira", NOON)
    courier.carry_all()
    settings.CALCOM_ENABLED = True

    reconciling.sync(connected.pk, now=timezone.now())
    courier.carry_all()

    both = [("26. 09:00", "Jana"), ("26. 11:00", "Mira")]
    assert [each[:2] for each in two_sides.ours(connected)] == both
    assert [each[:2] for each in two_sides.theirs(calcom)] == both
    assert two_sides.reviews(connected) == []


def test_nothing_is_compared_connected_or_asked(
    connected: Tenant, calcom: Calcom, wire: Wire, off: Settings
) -> None:
    asking: list[Any] = [
        lambda: connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING),
        lambda: calcom_account.whoami(wire),
    ]
    for ask, refusal in zip(asking, (connecting.CalcomIsOff, SwitchedOff), strict=True):
        with pytest.raises(refusal):
            ask()
    with pytest.raises(CommandError, match="CALCOM_ENABLED"):
        call_command("connect_calcom", connected.slug)

    assert reconciling.sync(connected.pk, now=MONDAY_MORNING) is None
    assert sweeping.sync_due(connected.pk, now=MONDAY_MORNING) is False
    assert calcom.requests == []
