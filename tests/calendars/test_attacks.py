"""Whatever arrives at the door of Cal.com: every trigger, flat and wrapped, in odd spellings, and what cannot be true."""

import itertools
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from askpro import courier
from booking.calendars import reconciling
from booking.models import (
    Appointment,
    CalendarAccount,
    CalendarBooking,
    Customer,
    TimeOff,
)
from integrations.calendars import calcom_webhook, imitation_door
from integrations.calendars.imitation import Fired
from integrations.models import Delivery
from tenants import scope
from tenants.models import Tenant
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom, knock
from tests.calendars.test_hearing import book, hear, knock_with
from tests.calendars.two_sides import ELEVEN, NOON, TEN
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ONE = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


def say(fired: Fired, calcom: Calcom, **changed: Any) -> Any:
    """Deliver a webhook whose body was changed by whoever sends it; top level and `payload`."""
    content = json.loads(imitation_door.webhook(fired, calcom.house)[0])
    payload = changed.pop("payload", None)
    content |= changed
    if payload is not None:
        content["payload"] |= payload
    return send(fired, content)


def send(fired: Fired, content: dict[str, Any]) -> Any:
    answer = knock_with(json.dumps(content).encode(), fired.secret, fired.url)
    courier.carry_all()
    return answer


def a_booking(calcom: Calcom, at: datetime = TEN) -> Fired:
    """Return the webhook of a booking that somebody made there."""
    two_sides.somebody_books(calcom, "Jana", at)
    fired = calcom.house.fired[-1]
    calcom.house.fired.clear()
    return fired


# --- Triggers and spellings -------------------------------------------------------------------------------

CHANGES_NOTHING = (
    "BOOKING_PAID",
    "BOOKING_PAYMENT_INITIATED",
    "MEETING_STARTED",
    "MEETING_ENDED",
    "INSTANT_MEETING",
    "RECORDING_READY",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "OOO_CREATED",
    "FORM_SUBMITTED",
    "FORM_SUBMITTED_NO_EVENT",
    "ROUTING_FORM_FALLBACK_HIT",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "DELEGATION_CREDENTIAL_ERROR",
    "WRONG_ASSIGNMENT_REPORT",
    "SOMETHING_NEW",
)


@pytest.mark.parametrize("form", ["wrapped", "flat"])
@pytest.mark.parametrize("trigger", CHANGES_NOTHING)
def test_what_changes_no_diary_is_taken_and_changes_nothing(
    connected: Tenant, calcom: Calcom, trigger: str, form: str
) -> None:
    fired = a_booking(calcom)
    content = json.loads(imitation_door.webhook(fired, calcom.house)[0])
    if form == "flat":
        content |= content.pop("payload")

    answer = send(fired, {**content, "triggerEvent": trigger})

    assert answer.json() == {"received": True, "status": "processed"}
    assert two_sides.deliveries() == [(trigger, "ignored")]
    assert two_sides.ours(connected) == []


@pytest.mark.parametrize(
    "spelling", ["booking.created", "Booking-Created", "BOOKING_CREATED", " booking created "]
)
@pytest.mark.parametrize("form", ["wrapped", "flat"])
def test_a_trigger_may_be_spelled_in_any_way(
    connected: Tenant, calcom: Calcom, spelling: str, form: str
) -> None:
    fired = a_booking(calcom)
    content = json.loads(imitation_door.webhook(fired, calcom.house)[0])
    if form == "flat":
        content |= content.pop("payload")

    send(fired, {**content, "triggerEvent": spelling})

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.deliveries() == [("BOOKING_CREATED", "done")]


def test_a_confirmation_under_a_name_that_only_documents_know_is_a_confirmation(
    connected: Tenant, calcom: Calcom
) -> None:
    two_sides.kind_of(calcom, "Jana").needs_confirmation = True
    fired = a_booking(calcom)
    say(fired, calcom)
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "pending")]

    say(fired, calcom, triggerEvent="BOOKING_CONFIRMED", payload={"status": "ACCEPTED"})

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]


# --- What cannot be true ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"startTime": "2026-11-26T10:00:00"},  # no offset: nobody knows when that is
        {"startTime": "morgen"},
        {"startTime": None},
        {"startTime": 1764147600},
        {"endTime": "2026-11-26T08:00:00Z"},  # before it begins
        {"endTime": "2026-11-26T09:00:00Z"},  # no time at all
    ],
)
def test_a_booking_without_usable_times_is_kept_for_a_person(
    connected: Tenant, calcom: Calcom, wrong: dict[str, Any]
) -> None:
    answer = say(a_booking(calcom), calcom, payload=wrong)

    assert answer.status_code == 200
    assert two_sides.ours(connected) == []
    with scope.platform():
        assert Delivery.objects.get(provider="calcom").state in ("dead", "failed", "unreadable")


@pytest.mark.parametrize(
    "odd",
    [
        {"attendees": []},
        {"attendees": None},
        {"attendees": ["Anna"]},
        {"attendees": [{"name": "A" * 5000, "email": "kein @ Postfach", "phoneNumber": "110"}]},
        {"attendees": [{"name": "\x00\u202eannA", "email": None, "phoneNumber": "+4917139200"}]},
        {"metadata": "appointment_id"},
        {"metadata": {"appointment_id": ["1"]}},
        {"metadata": {"appointment_id": "1-1; DROP TABLE"}},
        {"metadata": {"appointment_id": "9" * 40 + "-" + "9" * 40}},
        {"organizer": None},
        {"organizer": {"id": "x" * 900}},
        {"price": None, "destinationCalendar": [], "bookingId": None},
        {"location": {"a": [1, 2, {"b": None}]}, "responses": []},
    ],
)
def test_odd_details_do_not_keep_a_booking_out(
    connected: Tenant, calcom: Calcom, odd: dict[str, Any]
) -> None:
    say(a_booking(calcom), calcom, payload=odd)

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    with scope.tenant(connected):
        assert Customer.objects.get().name.strip()


def test_somebody_elses_id_in_the_metadata_gets_hold_of_nothing(
    connected: Tenant, calcom: Calcom
) -> None:
    """Whoever books there can write our id into the metadata: neither appointment moves."""
    mine = book(connected)
    hear(calcom)
    link = two_sides.link(connected)
    fired = a_booking(calcom, NOON)

    say(fired, calcom, payload={"metadata": {"appointment_id": f"{mine.pk}-{link.pk}"}})

    assert [at for at, *_ in two_sides.ours(connected)] == ["26. 09:00", "26. 11:00"]
    assert two_sides.reviews(connected) == []


def test_an_event_type_of_nobody_under_a_host_of_nobody_is_shown(
    connected: Tenant, calcom: Calcom
) -> None:
    fired = a_booking(calcom)

    say(fired, calcom, payload={"eventTypeId": 4242, "organizer": {"id": 777}})

    assert two_sides.ours(connected) == []
    assert two_sides.reviews(connected) == ["no_person"]


def test_a_host_of_ours_is_blocked_by_an_event_type_that_nobody_knows(
    connected: Tenant, calcom: Calcom
) -> None:
    say(a_booking(calcom), calcom, payload={"eventTypeId": 4242})

    assert two_sides.ours(connected) == []
    with scope.tenant(connected):
        blocked = TimeOff.objects.get()
        assert (blocked.starts_at, blocked.staff_member.name) == (TEN, "Jana")


# --- Numbers instead of names ---------------------------------------------------------------------------


def test_a_booking_that_is_named_by_its_number_is_the_one_we_know(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    hear(calcom)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_cancels(booking.uid)

    say(calcom.house.fired[-1], calcom, payload={"uid": None})

    assert two_sides.ours(connected) == []
    with scope.tenant(connected):
        assert [each.uid for each in CalendarBooking.objects.all()] == [booking.uid]


def test_an_unknown_booking_that_is_named_by_its_number_is_fetched(
    connected: Tenant, calcom: Calcom
) -> None:
    """Under its number nothing can be asked for, so an appointment made of it would be lost with the first comparison."""
    say(a_booking(calcom), calcom, payload={"uid": None})
    assert two_sides.ours(connected) == []
    with scope.tenant(connected):
        assert CalendarAccount.objects.get().wants_sync_at is not None

    reconciling.sync(connected.pk, now=MONDAY_MORNING)
    reconciling.sync(connected.pk, now=MONDAY_MORNING)

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.reviews(connected) == []


# --- Orders of arrival ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_chain_of_moves_may_come_in_any_order_and_any_number_of_times(
    connected: Tenant, calcom: Calcom, seed: int
) -> None:
    """Ours, moved there three times and cancelled; or theirs, moved three times: two chains at once."""
    dice = random.Random(seed)
    book(connected)
    (mine,) = calcom.house.bookings.values()
    theirs = two_sides.somebody_books(calcom, "Mira", TEN)
    for at in (ELEVEN, NOON, ONE):
        mine = calcom.house.host_moves(mine.uid, starts_at=at)
        theirs = calcom.house.host_moves(theirs.uid, starts_at=at)
    calcom.house.host_cancels(theirs.uid)
    fired = [*calcom.house.fired, *dice.choices(calcom.house.fired, k=4)]
    dice.shuffle(fired)

    for each in fired:
        knock(each, calcom.house)
        courier.carry_all()

    assert two_sides.ours(connected) == [("26. 12:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 12:00", "Jana", "accepted")]
    assert two_sides.reviews(connected) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_cancellation_before_the_move_before_the_creation_leaves_nothing(
    connected: Tenant, calcom: Calcom, order: tuple[int, ...]
) -> None:
    first = two_sides.somebody_books(calcom, "Jana", TEN)
    moved = calcom.house.host_moves(first.uid, starts_at=NOON)
    calcom.house.host_cancels(moved.uid)
    fired = [*calcom.house.fired]

    for number in order:
        knock(fired[number], calcom.house)
        courier.carry_all()

    assert two_sides.ours(connected) == []
    assert two_sides.reviews(connected) == []
    with scope.tenant(connected):
        assert TimeOff.objects.count() == 0


# --- Echoes, attendees, series, zones ------------------------------------------------------------------


def test_an_echo_with_its_metadata_in_another_order_is_still_ours(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    (fired,) = calcom.house.fired
    content = json.loads(imitation_door.webhook(fired, calcom.house)[0])
    ours = content["payload"].pop("metadata")
    shuffled = {"videoCallUrl": "https://x.example", **dict(reversed(ours.items())), "a": "1"}
    content["payload"] = {"metadata": shuffled, **dict(reversed(content["payload"].items()))}

    send(fired, dict(reversed(content.items())))

    assert two_sides.changes(connected) == [("booked", "back_office")]
    assert two_sides.deliveries() == [("BOOKING_CREATED", "done")]


def test_other_data_of_an_attendee_change_no_appointment(connected: Tenant, calcom: Calcom) -> None:
    """Nobody tells us of it, and the customer is ours: the comparison leaves name and number alone."""
    book(connected)
    hear(calcom)
    (booking,) = calcom.house.bookings.values()
    booking.attendee |= {"name": "Ganz Anders", "phoneNumber": "+491713920099"}

    report = reconciling.sync(connected.pk, now=MONDAY_MORNING)

    assert report is not None
    assert (report.changed, report.told) == (0, 0)
    assert two_sides.appointment(connected).attendee_name == "Erika Mustermann"


def test_the_other_dates_of_a_series_are_appointments_of_their_own(
    connected: Tenant, calcom: Calcom
) -> None:
    """All dates of a recurring booking bear the metadata of the first one: ours must not wander to the last date."""
    book(connected)
    hear(calcom)
    (first,) = calcom.house.bookings.values()
    for at in (NOON, ONE):
        calcom.house.book(
            first.event_type, starts_at=at, attendee=first.attendee, metadata=first.metadata
        )
    hear(calcom)
    reconciling.sync(connected.pk, now=MONDAY_MORNING)

    assert [at for at, *_ in two_sides.ours(connected)] == ["26. 09:00", "26. 11:00", "26. 12:00"]
    assert two_sides.reviews(connected) == []
    with scope.tenant(connected):
        assert Appointment.objects.filter(source="calendar").count() == 2


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-26T09:00:00Z", TEN),
        ("2026-11-26T09:00:00+00:00", TEN),
        ("2026-11-26T09:00:00.000Z", TEN),
        ("2026-11-26T10:00:00+01:00", TEN),
        ("2026-11-26T18:00:00+09:00", TEN),
        ("2026-11-26T14:30:00+05:30", TEN),
        ("2027-03-28T03:30:00+02:00", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-10-31T02:30:00+02:00", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2027-10-31T02:30:00+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_time_may_be_written_in_any_zone(
    connected: Tenant, calcom: Calcom, written: str, instant: datetime
) -> None:
    begins = datetime.fromisoformat(written)
    ends = (begins + timedelta(minutes=30)).isoformat()

    say(a_booking(calcom), calcom, payload={"startTime": written, "endTime": ends})

    assert two_sides.appointment(connected).starts_at == instant


def test_event_types_that_one_booking_cannot_stand_for_are_not_booked(
    connected: Tenant, calcom: Calcom
) -> None:
    """A series would be more than one appointment: the business is told, and ours stay in our diary."""
    two_sides.kind_of(calcom, "Jana").occurrences = 5

    report = reconciling.sync(connected.pk, now=MONDAY_MORNING)
    book(connected)

    assert report is not None
    assert report.drift == ["Haarschnitt bei Jana: recurring"]
    assert report.unmapped == ["Haarschnitt · Jana"]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == []


def test_the_signature_of_another_body_opens_nothing(connected: Tenant, calcom: Calcom) -> None:
    fired = a_booking(calcom)
    body, headers = imitation_door.webhook(fired, calcom.house)
    good = headers["X-Cal-Signature-256"]
    forged: list[tuple[bytes, str]] = [
        (body + b" ", good),
        (body, good.upper()),
        (body, f"sha256={good}"),
        (body, "no-secret-provided"),
        (body, calcom_webhook.sign(body, secret="no-secret-provided")),
        (body, calcom_webhook.sign(body, secret="")),
        (body, ""),
    ]

    for content, signature in forged:
        answer = _knock(content, signature, fired.url)
        assert answer.status_code == 401, signature

    assert two_sides.deliveries() == []


def _knock(body: bytes, signature: str, url: str) -> Any:
    return Client(raise_request_exception=False).post(
        "/" + url.split("/", 3)[3],
        data=body,
        content_type="application/json",
        headers={"X-Cal-Signature-256": signature},
    )
