"""What Cal.com tells us: bookings, moves and cancellations that were made there, echoes of our own, and conflicts."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.core import mail
from django.test import Client

from askpro import courier
from booking import scheduling
from booking.calendars import deciding
from booking.models import Appointment, CalendarEventType, CalendarReview, Customer, TimeOff
from integrations.calendars import calcom_webhook, imitation_door
from tenants import actors, scope
from tenants.models import Alert, Tenant
from tests import contracts, factories
from tests.calendars import two_sides
from tests.calendars.calcom_house import Calcom, knock
from tests.calendars.two_sides import ELEVEN, NOON, TEN
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db(transaction=True)
ME = actors.system("tests")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


def hear(calcom: Calcom) -> None:
    """Deliver what waits and let the worker apply it."""
    assert all(answer.status_code == 200 for answer in calcom.deliver())
    courier.carry_all()


def book(tenant: Tenant, *, at: datetime = TEN, staff: str = "Jana") -> Appointment:
    """Book in our diary, as the back office does, and let the calendar hear of it."""
    with scope.tenant(tenant):
        booking = scheduling.book(
            factories.service_of(tenant, "Haarschnitt"),
            branch=factories.branch_of(tenant),
            staff_member=factories.staff_of(tenant, staff),
            starts_at=at,
            customer=factories.make_customer(tenant, phone=None, name="Erika Mustermann"),
            attendee_name="Erika Mustermann",
            source=Appointment.Source.BACK_OFFICE,
            by=ME,
            now=MONDAY_MORNING,
        )
    courier.carry_all()
    return booking.appointment


def test_our_own_echo_changes_nothing(connected: Tenant, calcom: Calcom) -> None:
    book(connected)
    before, asked = two_sides.changes(connected), len(calcom.requests)

    hear(calcom)

    assert two_sides.changes(connected) == before == [("booked", "back_office")]
    assert len(calcom.requests) == asked
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.deliveries() == [("BOOKING_CREATED", "done")]


def test_an_echo_that_is_faster_than_the_answer_confirms_the_booking(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    calcom.does_it_and_then(httpx.ReadTimeout("lost"))
    book(connected)
    hear(calcom)

    clock.shift(timedelta(minutes=1))
    courier.carry_all()

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert len(calcom.house.bookings) == 1


def test_a_booking_made_there_becomes_an_appointment(connected: Tenant, calcom: Calcom) -> None:
    two_sides.somebody_books(calcom, "Mira", TEN, phone="+491713920077")

    hear(calcom)

    made = two_sides.appointment(connected)
    assert two_sides.ours(connected) == [("26. 09:00", "Mira", "confirmed")]
    assert (made.service.name, made.source) == ("Haarschnitt", "calendar")
    assert two_sides.changes(connected) == [("booked", "calendar")]
    with scope.tenant(connected):
        customer = Customer.objects.get()
        assert (customer.name, customer.phone) == ("Anna Beispiel", "+491713920077")
    assert calcom.asked("POST") == []
    assert mail.outbox == []


def test_a_booking_under_an_unknown_event_type_blocks_the_time(
    connected: Tenant, calcom: Calcom
) -> None:
    kind = next(each for each in calcom.house.event_types.values() if each.slug == "30min")
    calcom.house.host_books(kind.id, starts_at=TEN, name="Anna", email="anna@example.org")

    hear(calcom)

    assert two_sides.ours(connected) == []
    assert two_sides.reviews(connected) == []
    with scope.tenant(connected):
        blocked = TimeOff.objects.get()
        assert (blocked.starts_at, blocked.ends_at) == (TEN, TEN + timedelta(minutes=30))
        service = factories.service_of(connected, "Haarschnitt")
        with pytest.raises(scheduling.NotBookable):
            scheduling.hold(
                service,
                branch=factories.branch_of(connected),
                staff_member=blocked.staff_member,
                starts_at=TEN,
                source="phone",
                by=ME,
                now=MONDAY_MORNING,
            )


def test_a_block_goes_when_its_booking_goes(connected: Tenant, calcom: Calcom) -> None:
    kind = next(each for each in calcom.house.event_types.values() if each.slug == "30min")
    booking = calcom.house.host_books(kind.id, starts_at=TEN, name="A", email="a@example.org")
    hear(calcom)
    moved = calcom.house.host_moves(booking.uid, starts_at=NOON)
    hear(calcom)
    with scope.tenant(connected):
        assert [each.starts_at for each in TimeOff.objects.all()] == [NOON]

    calcom.house.host_cancels(moved.uid)
    hear(calcom)

    with scope.tenant(connected):
        assert TimeOff.objects.count() == 0


def test_a_move_made_there_moves_our_appointment_and_tells_our_customer(
    connected: Tenant, calcom: Calcom
) -> None:
    first = book(connected)
    with scope.tenant(connected):
        Customer.objects.update(email="erika@example.org")
    hear(calcom)
    (booking,) = calcom.house.bookings.values()

    calcom.house.host_moves(booking.uid, starts_at=NOON)
    hear(calcom)

    moved = two_sides.appointment(connected)
    assert (moved.pk, moved.starts_at, moved.version) == (first.pk, NOON, 1)
    assert two_sides.changes(connected)[-1] == ("moved", "calendar")
    assert "verlegt" in mail.outbox[-1].subject
    assert len(calcom.asked("POST")) == 1  # our booking; a move from there is not sent back


def test_moves_are_followed_along_the_chain_of_uids(connected: Tenant, calcom: Calcom) -> None:
    book(connected)
    (first,) = calcom.house.bookings.values()
    second = calcom.house.host_moves(first.uid, starts_at=ELEVEN)
    third = calcom.house.host_moves(second.uid, starts_at=NOON)

    hear(calcom)

    assert two_sides.link(connected).theirs_uid == third.uid
    assert two_sides.ours(connected) == [("26. 11:00", "Jana", "confirmed")]


def test_a_cancellation_made_there_cancels_without_metadata(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    hear(calcom)
    (booking,) = calcom.house.bookings.values()

    calcom.house.host_cancels(booking.uid, reason="Kunde ist krank")
    hear(calcom)

    assert two_sides.ours(connected) == []
    assert two_sides.changes(connected)[-1] == ("cancelled", "calendar")
    assert len(calcom.asked("POST")) == 1


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1], [0, 0, 2, 1, 1, 2]])
def test_the_order_of_arrival_does_not_matter(
    connected: Tenant, calcom: Calcom, order: list[int]
) -> None:
    created = two_sides.somebody_books(calcom, "Jana", TEN)
    moved = calcom.house.host_moves(created.uid, starts_at=ELEVEN)
    calcom.house.host_moves(moved.uid, starts_at=NOON)
    fired = [*calcom.house.fired]

    for number in order:
        knock(fired[number], calcom.house)
        courier.carry_all()

    assert two_sides.ours(connected) == [("26. 11:00", "Jana", "confirmed")]
    assert two_sides.reviews(connected) == []


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [1, 0, 1, 0]])
def test_a_creation_that_comes_after_the_end_creates_nothing(
    connected: Tenant, calcom: Calcom, order: list[int]
) -> None:
    created = two_sides.somebody_books(calcom, "Jana", TEN)
    calcom.house.host_cancels(created.uid)
    fired = [*calcom.house.fired]

    for number in order:
        knock(fired[number], calcom.house)
        courier.carry_all()

    assert two_sides.ours(connected) == []


def test_a_booking_made_there_at_a_time_we_have_sold_is_shown_and_nothing_moves(
    connected: Tenant, calcom: Calcom
) -> None:
    with scope.tenant(connected):
        CalendarEventType.objects.filter(title="Haarschnitt bei Jana").update(is_bookable=False)
    book(connected)  # ours alone
    with scope.tenant(connected):
        CalendarEventType.objects.update(is_bookable=True)
    two_sides.somebody_books(calcom, "Jana", TEN)

    hear(calcom)

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert two_sides.reviews(connected) == ["time_taken"]
    with scope.tenant(connected):
        assert [each.code for each in Alert.objects.all()] == ["calendar_conflict"]


def test_a_move_made_there_onto_a_time_we_have_sold_is_shown_and_can_be_decided(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    with scope.tenant(connected):
        CalendarEventType.objects.filter(title="Haarschnitt bei Jana").update(is_bookable=False)
    other = book(connected, at=NOON)  # ours alone, so Cal.com does not know
    with scope.tenant(connected):
        CalendarEventType.objects.update(is_bookable=True)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_moves(booking.uid, starts_at=NOON)

    hear(calcom)

    assert two_sides.reviews(connected) == ["time_taken"]
    assert ("26. 09:00", "Jana", "confirmed") in two_sides.ours(connected)
    with scope.tenant(connected):
        review = CalendarReview.objects.get()
        with pytest.raises(deciding.StillTaken):
            deciding.take_theirs(review, by=ME, now=MONDAY_MORNING)
    with scope.tenant(connected):
        deciding.keep_ours(CalendarReview.objects.get(), by=ME, now=MONDAY_MORNING)
    courier.carry_all()
    hear(calcom)
    assert two_sides.theirs(calcom) == [("26. 09:00", "Jana", "accepted")]
    assert two_sides.reviews(connected) == []
    assert other.starts_at == NOON


def test_when_both_sides_were_changed_a_person_decides(connected: Tenant, calcom: Calcom) -> None:
    mine = book(connected)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_moves(booking.uid, starts_at=NOON)
    with scope.tenant(connected):
        scheduling.reschedule(
            scheduling.appointment_for(connected.pk, mine.pk),
            starts_at=ELEVEN,
            by=ME,
            source="back_office",
            now=MONDAY_MORNING,
        )
    courier.carry_all()
    hear(calcom)

    assert two_sides.reviews(connected) == ["both_changed"]
    assert two_sides.ours(connected)[0][0] == "26. 10:00"
    assert two_sides.theirs(calcom)[0][0] == "26. 11:00"

    with scope.tenant(connected):
        deciding.take_theirs(CalendarReview.objects.get(), by=ME, now=MONDAY_MORNING)

    assert two_sides.ours(connected) == [("26. 11:00", "Jana", "confirmed")]
    assert two_sides.reviews(connected) == []


def test_a_host_who_asks_for_another_time_has_not_cancelled(
    connected: Tenant, calcom: Calcom
) -> None:
    book(connected)
    hear(calcom)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_cancels(booking.uid)
    (fired,) = calcom.house.fired
    body, _ = imitation_door.webhook(fired, calcom.house)
    asked = json.loads(body)
    asked["payload"]["requestReschedule"] = True
    sent = json.dumps(asked).encode()
    secret = fired.secret

    answer = knock_with(sent, secret, fired.url)
    courier.carry_all()

    assert answer.status_code == 200
    assert two_sides.reviews(connected) == ["other_time"]
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]


def test_who_did_not_come_there_did_not_come_here(
    connected: Tenant, calcom: Calcom, clock: time_machine.Traveller
) -> None:
    book(connected)
    hear(calcom)
    clock.move_to(TEN + timedelta(minutes=20))
    (booking,) = calcom.house.bookings.values()

    calcom.house.mark_absent(booking.uid)
    hear(calcom)

    with scope.tenant(connected):
        assert Appointment.objects.get().status == "no_show"


def test_a_request_waits_until_it_is_accepted_there(connected: Tenant, calcom: Calcom) -> None:
    kind = two_sides.kind_of(calcom, "Jana")
    kind.needs_confirmation = True
    asked = two_sides.somebody_books(calcom, "Jana", TEN)

    hear(calcom)
    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "pending")]

    calcom.house.decline(asked.uid, reason="Mitarbeiterin im Urlaub")
    hear(calcom)
    assert two_sides.ours(connected) == []


def test_a_move_reported_as_a_request_is_still_a_move(connected: Tenant, calcom: Calcom) -> None:
    booking = two_sides.somebody_books(calcom, "Jana", TEN)
    hear(calcom)
    two_sides.kind_of(calcom, "Jana").needs_confirmation = True

    calcom.house.host_moves(booking.uid, starts_at=NOON)
    assert [each.trigger for each in calcom.house.fired] == ["BOOKING_REQUESTED"]
    hear(calcom)

    assert [at for at, _, _ in two_sides.ours(connected)] == ["26. 11:00"]


def test_a_neighbour_cannot_speak_for_us(
    connected: Tenant, neighbour: Tenant, calcom: Calcom
) -> None:
    book(connected)
    hear(calcom)
    (booking,) = calcom.house.bookings.values()
    calcom.house.host_cancels(booking.uid)
    (fired,) = calcom.house.fired
    body, _ = imitation_door.webhook(fired, calcom.house)
    theirs = calcom_webhook.secret_of(neighbour.pk, secret="whsec_of_the_platform")
    own_address = fired.url.replace(str(connected.pk), str(neighbour.pk))

    assert knock_with(body, theirs, fired.url).status_code == 401
    assert knock_with(body, theirs, own_address).status_code == 200
    courier.carry_all()

    assert two_sides.ours(connected) == [("26. 09:00", "Jana", "confirmed")]
    assert two_sides.deliveries()[-1][1] == "ignored"


def test_the_samples_of_the_contract_are_understood(connected: Tenant, calcom: Calcom) -> None:
    """One story: created, moved, cancelled; flat and wrapped; and what changes no diary."""
    with scope.tenant(connected):
        CalendarEventType.objects.filter(title="Haarschnitt bei Jana").update(number="90210")
    told = []
    for name in ("CREATED", "REQUESTED", "RESCHEDULED", "CANCELLED", "REJECTED"):
        sample = contracts.load(f"calcom/webhook.BOOKING_{name}.json")
        assert knock_plain(sample).status_code == 200
        courier.carry_all()
        told.append([at for at, _, _ in two_sides.ours(connected)])

    assert told == [["26. 13:30"], ["26. 13:30"], ["27. 09:00"], [], []]
    assert two_sides.changes(connected) == [
        ("booked", "calendar"),
        ("moved", "calendar"),
        ("cancelled", "calendar"),
    ]
    flat = contracts.load("calcom/webhook.MEETING_ENDED.json")
    assert knock_plain(flat).json() == {"received": True, "status": "processed"}
    courier.carry_all()
    assert two_sides.deliveries()[-1] == ("MEETING_ENDED", "ignored")


def test_an_event_type_of_nobody_is_kept_and_alerted(connected: Tenant, calcom: Calcom) -> None:
    knock_plain(contracts.load("calcom/webhook.BOOKING_CREATED.json"))
    courier.carry_all()

    assert two_sides.deliveries() == [("BOOKING_CREATED", "ignored")]
    with scope.platform():
        assert [each.code for each in Alert.objects.all()] == ["calendar_of_nobody"]


def knock_with(body: bytes, secret: str, url: str) -> Any:
    return Client(raise_request_exception=False).post(
        "/" + url.split("/", 3)[3],
        data=body,
        content_type="application/json",
        headers={"X-Cal-Signature-256": calcom_webhook.sign(body, secret=secret)},
    )


def knock_plain(sample: object) -> Any:
    """Deliver with the platform's own secret, as a webhook that was set up by hand."""
    body = json.dumps(sample).encode()
    return knock_with(body, "whsec_of_the_platform", "https://x/api/calcom/webhook")
