"""The diary of a staff member as a calendar to subscribe to: RFC 5545 to the letter, and not a byte more than needed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from booking import scheduling
from booking.calendars import publishing
from booking.models import Appointment, Service, StaffMember
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.calendars.two_sides import NOON, TEN
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def path(salon: Tenant) -> str:
    """The secret address of Jana's diary."""
    with scope.tenant(salon):
        address = publishing.publish(factories.staff_of(salon, "Jana"), by=ME, now=MONDAY_MORNING)
    return "/" + address.split("/", 3)[3]


def put(salon: Tenant, *, at: datetime = TEN, name: str = "Erika Mustermann") -> Appointment:
    return factories.make_appointment(
        factories.staff_of(salon, "Jana"),
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon, name=name, phone=None),
        starts_at=at,
    )


def events(path: str) -> list[Any]:
    """Return the entries, after the file was held against RFC 5545."""
    answer = Client().get(path)
    assert answer.status_code == 200
    _is_rfc_5545(answer.content)
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def _is_rfc_5545(content: bytes) -> None:
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert (
        content.replace(b"\r\n", b"").count(b"\n")
        == content.replace(b"\r\n", b"").count(b"\r")
        == 0
    )
    lines = content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert max(len(line.encode()) for line in lines) <= 75
    assert not any(
        ord(character) < 32 and character != "\t" for line in lines for character in line
    )
    calendar = Calendar.from_ical(content)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    seen = [event["UID"] for event in calendar.walk("VEVENT")]
    assert len(seen) == len(set(seen))
    for event in calendar.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE"} <= set(event)
        assert not event.errors
        assert event["DTEND"].dt > event["DTSTART"].dt


def test_an_empty_diary_is_a_calendar_as_well(path: str) -> None:
    assert events(path) == []


@pytest.mark.parametrize(
    "name",
    [
        "Erika Mustermann; geb. Müller, Ärztin",
        "Ä" * 200,
        "日本語の名前" * 20,
        "👩‍👩‍👧‍👦" * 30,
        "a" * 66,
        "C:\\temp, \\n ist kein Umbruch",
        "Zeile eins\nZeile zwei\r\nZeile drei",
        "BEGIN:VEVENT\r\nUID:gefälscht\r\nEND:VEVENT",
        "Glocke\x07 und Umbruch\x0b und DEL\x7f",
        "\u2028Zeilentrenner\u2029 und \u0085",
    ],
)
def test_whatever_a_name_holds_stays_within_its_line(salon: Tenant, path: str, name: str) -> None:
    row = put(salon)
    with scope.tenant(salon):
        Appointment.objects.filter(pk=row.pk).update(attendee_name=name)

    (event,) = events(path)

    kept = name.replace("\r", "").translate({7: None, 11: None, 127: None})
    assert str(event["SUMMARY"]) == f"Haarschnitt – {kept}"


def test_a_move_keeps_the_uid_and_counts_up(salon: Tenant, path: str) -> None:
    row = put(salon)
    (before,) = events(path)
    with scope.tenant(salon):
        scheduling.reschedule(
            scheduling.appointment_for(salon.pk, row.pk),
            starts_at=NOON,
            by=ME,
            source="back_office",
            now=MONDAY_MORNING,
        )

    (after,) = events(path)

    assert str(after["UID"]) == str(before["UID"])
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 1)
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (TEN, NOON)
    assert after["DTSTAMP"].dt >= before["DTSTAMP"].dt


def test_what_is_cancelled_leaves_the_calendar(salon: Tenant, path: str) -> None:
    row, other = put(salon), put(salon, at=NOON)
    first = Client().get(path)
    with scope.tenant(salon):
        scheduling.cancel(
            scheduling.appointment_for(salon.pk, row.pk),
            by=ME,
            source="back_office",
            now=MONDAY_MORNING,
        )

    again = Client().get(path, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    (left,) = events(path)
    assert left["DTSTART"].dt == other.starts_at


@pytest.mark.parametrize(
    ("starts_at", "by_the_clock"),
    [
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "01:30"),  # the hour before summer begins
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "03:00"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "02:30"),  # the first 02:30
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "02:30"),  # the second one
        (datetime(2027, 7, 1, 8, 0, tzinfo=UTC), "10:00"),
    ],
)
def test_both_nights_of_the_clock_are_unmistakable(
    salon: Tenant, path: str, starts_at: datetime, by_the_clock: str
) -> None:
    put(salon, at=starts_at)

    (event,) = events(path)

    assert event["DTSTART"].dt == starts_at
    assert f"{event['DTSTART'].dt.astimezone(BERLIN):%H:%M}" == by_the_clock
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=30)


@pytest.mark.parametrize("spelling", ["{0}", "W/{0}", '"other", {0}', "{0} , W/{0}", "*"])
def test_an_unchanged_diary_is_not_sent_again(salon: Tenant, path: str, spelling: str) -> None:
    put(salon)
    mark = Client().get(path)["ETag"]

    answer = Client().get(path, headers={"If-None-Match": spelling.format(mark)})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == mark


@pytest.mark.parametrize("spelling", ['"other"', "other", "", '""', "\x00"])
def test_an_old_mark_gets_the_diary(salon: Tenant, path: str, spelling: str) -> None:
    answer = Client().get(path, headers={"If-None-Match": spelling})

    assert answer.status_code == 200


def test_it_may_be_asked_for_in_head_only_and_is_kept_by_nobody_in_between(path: str) -> None:
    answer = Client().head(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert "private" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"]
    assert Client().post(path).status_code == 405


def test_whoever_left_or_closed_is_not_shown_any_more(salon: Tenant, path: str) -> None:
    with scope.tenant(salon):
        StaffMember.objects.filter(name="Jana").update(is_active=False)
    assert Client().get(path).status_code == 404
    with scope.tenant(salon):
        StaffMember.objects.filter(name="Jana").update(is_active=True)
    assert Client().get(path).status_code == 200

    with scope.platform():
        Tenant.objects.filter(pk=salon.pk).update(is_active=False)

    assert Client().get(path).status_code == 404


def test_the_name_of_a_service_is_written_as_carefully(salon: Tenant, path: str) -> None:
    put(salon)
    with scope.tenant(salon):
        Service.objects.filter(name="Haarschnitt").update(
            name="Schneiden, Föhnen; \\o/ und\nmehr\x1f"
        )

    (event,) = events(path)

    assert str(event["SUMMARY"]).startswith("Schneiden, Föhnen; \\o/ und\nmehr –")
