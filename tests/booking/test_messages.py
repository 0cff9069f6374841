"""What the customer reads, and what their calendar does with it."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from booking import customers, scheduling
from booking.models import Appointment, Customer, Service, StaffMember
from integrations.models import Message
from tenants import actors
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import BERLIN, at

BY = actors.system("tests")
TEN = at("2026-11-24", "10:00")


@pytest.fixture
def booked(in_salon: Tenant, now: datetime) -> Appointment:
    erika = factories.make_customer(in_salon, email="erika@example.org")
    return _book(erika, now=now)


def _book(
    customer: Customer, *, now: datetime, attendee_name: str = "Erika & Max <M>"
) -> Appointment:
    return scheduling.book(
        Service.objects.get(name="Haarschnitt"),
        branch=Branch.objects.get(),
        staff_member=StaffMember.objects.get(name="Jana"),
        starts_at=TEN,
        customer=customer,
        attendee_name=attendee_name,
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
    ).appointment


def _event(message: Message) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(message.attachments[0]["content"])
    return calendar, calendar.walk("VEVENT")[0]


def test_the_confirmation_says_in_german_what_was_booked(booked: Appointment) -> None:
    message = Message.objects.get()

    assert message.recipient == "erika@example.org"
    assert message.topic == "appointment_confirmed"
    assert (
        message.subject
        == "Ihr Termin am Dienstag, 24. November 2026 um 10:00 Uhr – Salon Sonnenschein"
    )
    assert "Guten Tag Erika & Max <M>," in message.body
    assert "Haarschnitt bei Jana" in message.body
    assert "10:00 Uhr bis 10:30 Uhr" in message.body
    assert (message.about_type, message.about_id) == ("booking.appointment", str(booked.pk))


def test_the_calendar_entry_is_complete(booked: Appointment, now: datetime) -> None:
    message = Message.objects.get()
    calendar, event = _event(message)

    assert message.attachments[0]["type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert calendar["METHOD"] == "REQUEST"
    assert event["DTSTART"].dt == TEN
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert event["DTEND"].dt == at("2026-11-24", "10:30")
    assert event["DTSTAMP"].dt == now.astimezone(UTC)
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["ATTENDEE"] == "mailto:erika@example.org"
    assert event["ORGANIZER"].startswith("mailto:")
    # RFC 5545: lines end in CRLF and are at most 75 bytes long.
    lines = message.attachments[0]["content"].encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28", "2026-07-01", "2026-12-24"])
def test_the_entry_carries_the_rules_of_the_clock(booked: Appointment, day: str) -> None:
    calendar, _event_of_it = _event(Message.objects.get())
    zone = calendar.walk("VTIMEZONE")[0]

    told = zone.to_tz()

    assert zone["TZID"] == "Europe/Berlin"
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    for minutes in range(0, 6 * 60, 15):
        instant = midnight + timedelta(minutes=minutes)
        assert instant.astimezone(told).utcoffset() == instant.astimezone(BERLIN).utcoffset()


def test_a_branch_elsewhere_writes_its_times_in_utc(in_salon: Tenant, now: datetime) -> None:
    Branch.objects.update(time_zone="Atlantic/Canary")

    _book(factories.make_customer(in_salon, email="erika@example.org"), now=now)

    calendar, event = _event(Message.objects.get())
    assert event["DTSTART"].to_ical() == b"20261124T090000Z"
    assert not calendar.walk("VTIMEZONE")
    assert "09:00 Uhr" in Message.objects.get().body


def test_a_moved_and_a_cancelled_appointment_is_the_same_entry_of_the_calendar(
    booked: Appointment, now: datetime
) -> None:
    scheduling.reschedule(booked, starts_at=at("2026-11-25", "11:00"), by=BY, source="api", now=now)
    scheduling.cancel(booked, by=BY, source="api", now=now)

    messages = list(Message.objects.order_by("pk"))
    entries = [_event(message) for message in messages]
    assert [message.topic for message in messages] == [
        "appointment_confirmed",
        "appointment_moved",
        "appointment_cancelled",
    ]
    assert len({event["UID"] for _, event in entries}) == 1
    assert [event["SEQUENCE"] for _, event in entries] == [0, 1, 2]
    assert [calendar["METHOD"] for calendar, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert entries[1][1]["DTSTART"].dt == at("2026-11-25", "11:00")
    assert entries[2][1]["STATUS"] == "CANCELLED"
    assert "Mittwoch, 25. November 2026" in messages[1].body
    assert "findet nicht statt" in messages[2].body


def test_moving_there_and_back_tells_the_customer_each_time(
    booked: Appointment, now: datetime
) -> None:
    for start in (at("2026-11-25", "11:00"), TEN, at("2026-11-25", "11:00")):
        scheduling.reschedule(booked, starts_at=start, by=BY, source="api", now=now)

    assert Message.objects.filter(topic="appointment_moved").count() == 3


def test_who_left_no_address_gets_no_message(in_salon: Tenant, now: datetime) -> None:
    booked = _book(factories.make_customer(in_salon), now=now)
    scheduling.cancel(booked, by=BY, source="api", now=now)

    assert not Message.objects.exists()


def test_line_breaks_in_a_name_do_not_reach_the_calendar_or_the_subject(
    in_salon: Tenant, now: datetime
) -> None:
    customer = customers.find_or_create(
        name="Max\r\nATTENDEE:mailto:x@example.org",
        phone=None,
        email="max@example.org",
        now=now,
    )

    _book(customer, now=now, attendee_name=customer.name)

    message = Message.objects.get()
    _, event = _event(message)
    assert event["ATTENDEE"] == "mailto:max@example.org"
    assert "\n" not in message.subject
