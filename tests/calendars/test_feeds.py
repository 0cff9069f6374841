"""Diaries to subscribe to, and private calendars that say when somebody is busy."""

from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest
from django.test import Client
from icalendar import Calendar

from booking import availability
from booking.calendars import feeds, publishing
from booking.models import Appointment, BusyFeed, DiaryFeed
from booking.periods import Period
from tenants import actors, scope
from tenants.models import Alert, Tenant
from tests import factories
from tests.calendars.two_sides import TEN
from tests.conftest import MONDAY_MORNING
from tests.integrations.providers import Network, Provider

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")
URL = "https://private.example/feed.ics"


def public(_: str) -> Sequence[str]:
    return ["93.184.215.14"]


def publish(salon: Tenant) -> str:
    """Return the path of a fresh address of Jana's diary."""
    with scope.tenant(salon):
        address = publishing.publish(factories.staff_of(salon, "Jana"), by=ME, now=MONDAY_MORNING)
    return "/" + address.split("/", 3)[3]


def appointment(salon: Tenant, staff: str = "Jana") -> Appointment:
    return factories.make_appointment(
        factories.staff_of(salon, staff),
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon, name="Erika Mustermann; geb. Müller, Ärztin", phone=None),
        starts_at=TEN,
    )


def test_a_diary_can_be_subscribed_to_and_an_unchanged_one_costs_nothing(
    salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = appointment(salon)
    appointment(salon, "Mira")
    path = publish(salon)

    first = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    with scope.tenant(salon):
        Appointment.objects.filter(pk=row.pk).update(
            version=1, starts_at=TEN + timedelta(minutes=5)
        )
    changed = Client().get(path, headers={"If-None-Match": first["ETag"]})

    (event,) = Calendar.from_ical(first.content).walk("VEVENT")
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert event["DTSTART"].dt == TEN
    assert str(event["SUMMARY"]) == "Haarschnitt – Erika Mustermann; geb. Müller, Ärztin"
    assert max(len(line) for line in first.content.split(b"\r\n")) <= 75
    assert (again.status_code, again.content) == (304, b"")
    (moved,) = Calendar.from_ical(changed.content).walk("VEVENT")
    assert (str(moved["UID"]), moved["SEQUENCE"]) == (str(event["UID"]), 1)


def test_an_address_that_was_taken_back_leads_nowhere(salon: Tenant, neighbour: Tenant) -> None:
    old = publish(salon)
    new = publish(salon)
    of_the_neighbour = new.replace(str(salon.pk), str(neighbour.pk))

    assert [Client().get(path).status_code for path in (old, new, of_the_neighbour)] == [
        404,
        200,
        404,
    ]
    with scope.tenant(salon):
        publishing.revoke(DiaryFeed.objects.get(revoked_at=None), by=ME, now=MONDAY_MORNING)
    assert Client().get(new).status_code == 404


class Private(Provider):
    host = "private.example"
    contract = "none"

    def answer(self, request: httpx.Request) -> httpx.Response:
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
            "DTSTART:20261126T090000Z\r\nDTEND:20261126T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        return httpx.Response(200, text=text)


@pytest.fixture
def private(network: Network) -> Private:
    private = Private()
    network.connect_undescribed(private)
    return private


def is_free(salon: Tenant, *, after: timedelta) -> bool:
    with scope.tenant(salon):
        start = TEN + after
        return bool(
            availability.free_slots(
                factories.service_of(salon, "Haarschnitt"),
                branch=factories.branch_of(salon),
                staff_member=factories.staff_of(salon, "Jana"),
                period=Period(start, start + timedelta(minutes=1)),
                now=MONDAY_MORNING,
            )
        )


def test_what_a_private_calendar_takes_is_not_offered(salon: Tenant, private: Private) -> None:
    with scope.tenant(salon):
        jana = factories.staff_of(salon, "Jana")
        feeds.connect(jana, url=URL, by=ME, now=MONDAY_MORNING)
    # Until it was read, nothing is free.
    assert not is_free(salon, after=timedelta(hours=2))

    feeds.read_due(salon.pk, now=MONDAY_MORNING, resolve=public)

    assert not is_free(salon, after=timedelta(0))
    assert is_free(salon, after=timedelta(hours=2))
    assert feeds.read_due(salon.pk, now=MONDAY_MORNING, resolve=public) == 0


def test_a_stale_calendar_makes_its_person_busy_and_the_owner_is_warned(
    salon: Tenant, private: Private
) -> None:
    with scope.tenant(salon):
        jana = factories.staff_of(salon, "Jana")
        feeds.connect(jana, url=URL, by=ME, now=MONDAY_MORNING)
    feeds.read_due(salon.pk, now=MONDAY_MORNING, resolve=public)
    private.says(500)
    feeds.read_due(salon.pk, now=MONDAY_MORNING + timedelta(hours=1), resolve=public)
    assert is_free(salon, after=timedelta(hours=2))  # the last copy still serves

    private.says(500)
    feeds.read_due(salon.pk, now=MONDAY_MORNING + timedelta(hours=7), resolve=public)

    assert not is_free(salon, after=timedelta(hours=2))
    with scope.tenant(salon):
        assert [each.code for each in Alert.objects.all()] == ["calendar_stale"]
        feeds.disconnect(BusyFeed.objects.get(), by=ME, now=MONDAY_MORNING)
    assert is_free(salon, after=timedelta(0))
