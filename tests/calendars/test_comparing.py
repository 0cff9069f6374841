"""Connecting an account, and comparing both sides: what was lost is found, what cannot be repaired is shown."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import httpx
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from askpro import courier
from booking.calendars import connecting, reconciling, sweeping
from booking.models import (
    Appointment,
    CalendarAccount,
    CalendarEventType,
    CalendarHost,
    CalendarLink,
    Service,
    TimeOff,
)
from integrations.errors import ProviderError
from integrations.models import Command
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.test_hearing import book, hear
from tests.calendars.two_sides import ELEVEN, NOON, TEN
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


def sync(tenant: Tenant, *, is_whole: bool = True) -> reconciling.Report:
    report = reconciling.sync(tenant.pk, now=timezone.now(), is_whole=is_whole)
    courier.carry_all()
    assert report is not None
    return report


def test_a_business_is_connected_with_people_event_types_and_webhooks(
    connected: Tenant, calcom: Calcom
) -> None:
    with scope.tenant(connected):
        mapped = set(
            CalendarEventType.objects.filter(service__isnull=False).values_list(
                "service__name", "staff_member__name", "length_minutes"
            )
        )
        hosts = set(CalendarHost.objects.values_list("staff_member__name", "matched_by"))
    assert mapped == {
        ("Haarschnitt", "Jana", 30),
        ("Haarschnitt", "Mira", 30),
        ("Färben", "Jana", 90),
    }
    assert hosts == {("Jana", "name"), ("Mira", "name")}
    titles = {(each.title, each.slug, each.minutes) for each in calcom.house.event_types.values()}
    assert {("30 Min Beratung", "30min", 30), ("60 Min Termin", "60min", 60)} <= titles
    assert len(calcom.house.webhooks) == len(calcom.house.event_types) == 5
    assert {hook.url for hook in calcom.house.webhooks.values()} == {
        f"https://desk.example/api/calcom/webhook?business={connected.pk}"
    }


def test_connecting_again_makes_nothing_twice_and_mends_what_is_wrong(
    connected: Tenant, calcom: Calcom
) -> None:
    again = connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)
    two_sides.kind_of(calcom, "Jana").minutes = 45
    next(iter(calcom.house.webhooks.values())).active = False

    mended = connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)

    assert again.made == []
    assert len(mended.made) == 2
    assert two_sides.kind_of(calcom, "Jana").minutes == 30
    assert len(calcom.house.event_types) == 5


@pytest.mark.parametrize("answers", range(6))
def test_connecting_that_broke_off_is_finished_by_the_next_run(
    connected: Tenant, calcom: Calcom, answers: int
) -> None:
    """A new person wants an event type and a webhook; Cal.com stops answering somewhere on the way."""
    neu = factories.make_staff(factories.branch_of(connected), name="Neu")
    factories.make_skill(neu, factories.service_of(connected, "Haarschnitt"))
    (team,) = calcom.house.team_names
    calcom.house.add_user("Neu", "neu@salon.example", team_id=team)
    calcom.next = [calcom.answer] * answers
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    with pytest.raises(ProviderError):
        connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)

    connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)
    again = connecting.connect(connected.pk, is_personal=False, by=ME, now=MONDAY_MORNING)

    assert again.made == []
    assert len(calcom.house.event_types) == len(calcom.house.webhooks) == 6
    with scope.tenant(connected):
        assert CalendarEventType.objects.filter(staff_member=neu).count() == 1
        assert CalendarHost.objects.filter(staff_member=neu).count() == 1


def test_the_command_connects_and_says_what_is_missing(connected: Tenant, calcom: Calcom) -> None:
    factories.make_staff(factories.branch_of(connected), name="Neu")
    out = StringIO()

    call_command("connect_calcom", connected.slug, stdout=out)

    assert "nobody there for: Neu" in out.getvalue()


def test_a_lost_webhook_is_found(connected: Tenant, calcom: Calcom) -> None:
    first = two_sides.somebody_books(calcom, "Jana", TEN)
    calcom.house.fired.clear()
    sync(connected, is_whole=False)
    assert [at for at, *_ in two_sides.ours(connected)] == ["26. 09:00"]

    calcom.house.host_moves(first.uid, starts_at=NOON)
    calcom.house.fired.clear()
    sync(connected, is_whole=False)

    assert [at for at, *_ in two_sides.ours(connected)] == ["26. 11:00"]


def test_comparing_twice_changes_nothing(connected: Tenant, calcom: Calcom) -> None:
    book(connected)
    two_sides.somebody_books(calcom, "Mira", NOON)
    hear(calcom)
    before = (two_sides.ours(connected), two_sides.theirs(calcom), two_sides.changes(connected))
    writes = len(calcom.asked("POST"))

    report = sync(connected)

    assert (report.changed, report.told, report.conflicts) == (0, 0, 0)
    assert (
        two_sides.ours(connected),
        two_sides.theirs(calcom),
        two_sides.changes(connected),
    ) == before
    assert len(calcom.asked("POST")) == writes


def test_appointments_from_before_the_connection_are_put_there(
    connected: Tenant, calcom: Calcom
) -> None:
    jana, cut = (
        factories.staff_of(connected, "Jana"),
        factories.service_of(connected, "Haarschnitt"),
    )
    factories.make_appointment(jana, cut, factories.make_customer(connected), starts_at=TEN)

    report = sync(connected)

    assert report.told == 1
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]


def test_an_older_appointment_whose_time_is_sold_there_stays_and_is_shown(
    connected: Tenant, calcom: Calcom
) -> None:
    jana, cut = (
        factories.staff_of(connected, "Jana"),
        factories.service_of(connected, "Haarschnitt"),
    )
    factories.make_appointment(jana, cut, factories.make_customer(connected), starts_at=TEN)
    two_sides.somebody_books(calcom, "Jana", TEN)
    calcom.house.fired.clear()

    sync(connected)

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert sorted(two_sides.reviews(connected)) == ["move_refused", "time_taken"]


def test_what_vanished_there_is_over_here(connected: Tenant, calcom: Calcom) -> None:
    book(connected)
    hear(calcom)
    calcom.house.bookings.clear()

    report = sync(connected)

    assert report.lost_there == 1
    assert two_sides.ours(connected) == []


def test_what_was_changed_without_the_calendar_is_told_when_it_is_back(
    connected: Tenant, calcom: Calcom
) -> None:
    moved, cancelled = book(connected, at=TEN), book(connected, at=NOON, staff="Mira")
    hear(calcom)
    with scope.tenant(connected):
        Appointment.objects.filter(pk=moved.pk).update(
            starts_at=ELEVEN, ends_at=ELEVEN + timedelta(minutes=30),
            blocked_from=ELEVEN, blocked_until=ELEVEN + timedelta(minutes=30),
        )  # fmt: skip
        Appointment.objects.filter(pk=cancelled.pk).update(status="cancelled")

    report = sync(connected)

    assert report.told == 2
    assert two_sides.theirs(calcom) == [("26. 10:00", "Jana", "accepted")]


def test_a_booking_becomes_an_appointment_once_its_event_type_is_mapped(
    connected: Tenant, calcom: Calcom
) -> None:
    with scope.tenant(connected):
        mapped = CalendarEventType.objects.get(title="Haarschnitt bei Jana")
        service = mapped.service
        CalendarEventType.objects.filter(pk=mapped.pk).update(service=None)
    two_sides.somebody_books(calcom, "Jana", TEN)
    hear(calcom)
    assert two_sides.ours(connected) == []

    with scope.tenant(connected):
        CalendarEventType.objects.filter(pk=mapped.pk).update(service=service)
    report = sync(connected)

    assert report.changed == 1
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    with scope.tenant(connected):
        assert TimeOff.objects.count() == 0


def test_a_block_that_somebody_took_away_is_put_back(connected: Tenant, calcom: Calcom) -> None:
    kind = next(each for each in calcom.house.event_types.values() if each.slug == "30min")
    calcom.house.host_books(kind.id, starts_at=TEN, name="Anna", email="anna@example.org")
    hear(calcom)
    with scope.tenant(connected):
        TimeOff.objects.all().delete()

    sync(connected)

    with scope.tenant(connected):
        assert [each.starts_at for each in TimeOff.objects.all()] == [TEN]


def test_what_says_the_same_as_before_is_left_alone(connected: Tenant, calcom: Calcom) -> None:
    """Thousands of bookings are compared every hour: what is known costs no transaction of its own."""

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert sync(connected).changed == 0
        return len(asked)

    book(connected)
    hear(calcom)
    few = questions()
    for hour in range(1, 6):
        two_sides.somebody_books(calcom, "Mira", TEN + timedelta(hours=hour))
    hear(calcom)

    assert questions() == few


def test_a_command_that_was_lost_with_its_row_is_asked_again(
    connected: Tenant, calcom: Calcom
) -> None:
    calcom.says(500, {})
    book(connected)
    with scope.tenant(connected):
        Command.objects.all().delete()

    sync(connected)

    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]


def test_event_types_that_drift_are_named_and_ours_stay(connected: Tenant, calcom: Calcom) -> None:
    two_sides.kind_of(calcom, "Jana").minutes = 45
    gone = two_sides.kind_of(calcom, "Mira")
    del calcom.house.event_types[gone.id]

    report = sync(connected)

    assert report.drift == [
        "Haarschnitt bei Jana: 45 minutes instead of 30",
        "Haarschnitt bei Mira: gone",
    ]
    assert report.unmapped == ["Haarschnitt · Mira"]
    with scope.tenant(connected):
        assert Service.objects.get(name="Haarschnitt").duration_minutes == 30


def test_the_command_lists_what_a_person_has_to_decide(connected: Tenant, calcom: Calcom) -> None:
    book(connected)
    calcom.house.fired.clear()
    with scope.tenant(connected):
        CalendarLink.objects.update(
            agreed_starts_at=ELEVEN, asked_starts_at=None, theirs_starts_at=None
        )
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_moves(booking.uid, starts_at=NOON)
    out = StringIO()

    call_command("sync_calendars", stdout=out)

    assert "1 to decide" in out.getvalue()
    assert "beide Seiten wurden geändert" in out.getvalue()


def test_a_calendar_that_does_not_answer_is_noted_and_changes_nothing(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    calcom.says(500, {})

    with pytest.raises(ProviderError):
        reconciling.sync(connected.pk, now=MONDAY_MORNING)

    with scope.tenant(connected):
        assert "500" in CalendarAccount.objects.get().last_error
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]


def test_comparing_comes_at_its_time_and_at_once_when_asked(
    connected: Tenant, calcom: Calcom
) -> None:
    at = MONDAY_MORNING
    assert sweeping.sync_due(connected.pk, now=at) is True
    assert sweeping.sync_due(connected.pk, now=at + timedelta(minutes=2)) is False
    assert sweeping.sync_due(connected.pk, now=at + timedelta(minutes=6)) is True
    with scope.tenant(connected):
        reconciling.ask_for_sync(CalendarAccount.objects.get(), now=at)

    assert sweeping.sync_due(connected.pk, now=at + timedelta(minutes=7)) is True
    assert sweeping.sync_due(connected.pk, now=at + timedelta(minutes=8)) is False


def test_a_disconnected_calendar_is_left_alone(connected: Tenant, calcom: Calcom) -> None:
    with scope.tenant(connected):
        connecting.disconnect(CalendarAccount.objects.get(), by=ME, now=MONDAY_MORNING)

    book(connected)

    assert reconciling.sync(connected.pk, now=MONDAY_MORNING) is None
    assert calcom.requests == []
    with scope.tenant(connected):
        assert Appointment.objects.get().status == "confirmed"


def test_what_was_moved_is_not_taken_for_cancelled_in_whatever_order_it_is_listed(
    connected: Tenant, calcom: Calcom
) -> None:
    """The new booking was changed after the old one had ended, so the old one stands first in the list of changes."""
    book(connected)
    hear(calcom)
    (old,) = calcom.house.bookings.values()
    new = calcom.house.host_moves(old.uid, starts_at=ELEVEN)
    calcom.house.fired.clear()
    new.updated_at = old.updated_at + timedelta(minutes=1)

    sync(connected, is_whole=False)

    assert two_sides.ours(connected) == [("26. 10:00", "Jana", "confirmed")]
    assert two_sides.changes(connected) == [("booked", "back_office"), ("moved", "calendar")]


def test_where_a_booking_was_moved_is_looked_up_when_the_list_does_not_say(
    connected: Tenant, calcom: Calcom
) -> None:
    """Half a year ahead is compared; it was moved to later than that, and the change itself was missed."""
    book(connected)
    hear(calcom)
    (old,) = calcom.house.bookings.values()
    new = calcom.house.host_moves(old.uid, starts_at=TEN + timedelta(days=300))
    calcom.house.fired.clear()
    new.updated_at = old.created_at - timedelta(days=2)

    sync(connected)

    assert [each[0] for each in two_sides.ours(connected)] == ["22. 09:00"]
    assert two_sides.changes(connected)[-1] == ("moved", "calendar")
