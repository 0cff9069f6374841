"""The waiting list: who is asked when a time becomes free, how long, and what an answer does."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from booking import matching, offers, scheduling, waiting
from booking.models import (
    Appointment,
    Customer,
    DiaryRules,
    Service,
    StaffMember,
    WaitingEntry,
    WaitingOffer,
)
from booking.refusals import KeyReused
from booking.waiting import Wish
from integrations.models import Message
from tenants import actors
from tenants.errors import Invalid, NotFound
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import BERLIN, at

BY = actors.system("tests")
TUESDAY = date(2026, 11, 24)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def full(jana: StaffMember) -> list[Appointment]:
    """Take every half hour of Tuesday, 9 to 17, of Jana and of Mira."""
    other = factories.make_customer(jana.tenant, name="Andere", phone=None)
    return [
        factories.make_appointment(
            person, cut(), other, starts_at=at("2026-11-24", "09:00") + HALF_AN_HOUR * number
        )
        for person in StaffMember.objects.order_by("pk")
        for number in range(16)
    ]


def cut() -> Service:
    return Service.objects.get(name="Haarschnitt")


def customer(name: str) -> Customer:
    return Customer.objects.create(
        tenant_id=Branch.objects.get().tenant_id, name=name, email=f"{name.lower()}@example.org"
    )


def join(
    name: str = "Erika", *, now: datetime, whose: Customer | None = None, **more: Any
) -> WaitingEntry:
    return _join(name, now=now, whose=whose, **more).entry


def _join(
    name: str = "Erika",
    *,
    now: datetime,
    whose: Customer | None = None,
    idempotency_key: str | None = None,
    service: Service | None = None,
    **wish: Any,
) -> waiting.Joining:
    days = {"first_day": TUESDAY, "last_day": TUESDAY}
    person = whose or Customer.objects.filter(name=name).first() or customer(name)
    return waiting.join(
        service or cut(),
        Wish(**{**days, **wish}),
        branch=Branch.objects.get(),
        customer=person,
        attendee_name=person.name,
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
        idempotency_key=idempotency_key,
    )


def free(appointment: Appointment, *, now: datetime) -> None:
    scheduling.cancel(appointment, by=BY, source="back_office", now=now)
    Message.objects.all().delete()


def sweep(*, now: datetime) -> int:
    return matching.sweep(Branch.objects.get().tenant_id, now=now)


def offered() -> list[tuple[str, str, str]]:
    rows = WaitingOffer.objects.select_related("entry", "staff_member").order_by("pk")
    return [
        (each.entry.attendee_name, f"{each.starts_at.astimezone(BERLIN):%H:%M}", each.status)
        for each in rows
    ]


# --- Joining ------------------------------------------------------------------------------------------


def test_the_same_key_is_the_same_entry(in_salon: Tenant, now: datetime) -> None:
    first = _join(now=now, idempotency_key="api:1")
    again = _join(now=now, idempotency_key="api:1")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.entry == first.entry
    with pytest.raises(KeyReused):
        _join(now=now, idempotency_key="api:1", weekdays=[2])


def test_the_same_wish_without_a_key_is_the_same_entry_while_it_waits(
    in_salon: Tenant, now: datetime
) -> None:
    first, again = join(now=now), join(now=now)
    waiting.withdraw(first, by=BY, now=now)
    later = join(now=now)

    assert first == again
    assert later != first


def test_who_cannot_be_written_to_is_not_put_on_the_list(in_salon: Tenant, now: datetime) -> None:
    nobody = factories.make_customer(in_salon)

    with pytest.raises(waiting.Unreachable):
        join(whose=nobody, now=now)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"last_day": date(2026, 11, 22)}, "last_day"),
        ({"first_day": date(2026, 11, 25)}, "last_day"),
        ({"last_day": date(2028, 1, 1)}, "last_day"),
        ({"weekdays": [0]}, "weekdays"),
        ({"from_minute": 600, "until_minute": 600}, "until_minute"),
        ({"until_minute": 1441}, "until_minute"),
        ({"seats": 2}, "seats"),
        ({"seats": 0}, "seats"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    in_salon: Tenant, now: datetime, wish: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        join(now=now, **wish)

    assert set(refused.value.errors) == {field}


def test_only_who_offers_the_service_can_be_waited_for(in_salon: Tenant, now: datetime) -> None:
    mira = StaffMember.objects.get(name="Mira")

    with pytest.raises(Invalid):
        join(now=now, service=Service.objects.get(name="Färben"), staff_member=mira)


# --- The offer ------------------------------------------------------------------------------------------


def test_a_cancelled_time_is_offered_to_who_waits(full: list[Appointment], now: datetime) -> None:
    entry = join(now=now)
    assert sweep(now=now) == 0
    free(full[4], now=now)

    assert sweep(now=now) == 1

    offer = WaitingOffer.objects.get()
    entry.refresh_from_db()
    assert offered() == [("Erika", "11:00", "open")]
    assert entry.status == "offered"
    assert offer.expires_at == now + timedelta(minutes=30)
    hold = Appointment.objects.get(status="held")
    assert hold.pk == offer.hold_number
    assert (hold.status, hold.starts_at) == ("held", at("2026-11-24", "11:00"))
    message = Message.objects.get()
    assert message.recipient == "erika@example.org"
    assert message.subject == (
        "Ein Termin ist frei geworden: Dienstag, 24. November 2026 um 11:00 Uhr – Salon Sonnenschein"
    )
    assert "Haarschnitt bei Jana" in message.body
    assert "bis Montag, 23. November 2026, 09:30 Uhr" in message.body
    assert "+493023125777" in message.body
    assert sweep(now=now) == 0


def test_the_longest_waiting_gets_it_and_nobody_else(
    full: list[Appointment], now: datetime
) -> None:
    first, second = join("Erika", now=now), join("Max", now=now + timedelta(seconds=1))
    free(full[4], now=now)

    assert sweep(now=now + timedelta(minutes=1)) == 1
    assert sweep(now=now + timedelta(minutes=2)) == 0

    assert offered() == [("Erika", "11:00", "open")]
    second.refresh_from_db()
    assert (first.pk < second.pk, second.status) == (True, "waiting")


def test_who_has_waited_longer_but_whom_it_does_not_suit_is_passed_over(
    full: list[Appointment], now: datetime
) -> None:
    join("Abends", now=now, from_minute=15 * 60)
    join("Knapp", now=now, until_minute=11 * 60 + 15)
    join("Mittwochs", now=now, weekdays=[3], last_day=date(2026, 11, 25), from_minute=20 * 60)
    join("Max", now=now, from_minute=11 * 60, until_minute=11 * 60 + 30)
    free(full[4], now=now)

    sweep(now=now)

    assert offered() == [("Max", "11:00", "open")]


def test_who_waits_for_somebody_gets_that_somebody(
    full: list[Appointment], jana: StaffMember, now: datetime
) -> None:
    join("Janas", now=now, staff_member=jana)
    join("Egal", now=now)
    free(full[16 + 4], now=now)  # Mira

    sweep(now=now)

    assert offered() == [("Egal", "11:00", "open")]


def test_a_moved_appointment_frees_its_time(full: list[Appointment], now: datetime) -> None:
    join(now=now)
    scheduling.reschedule(
        full[4], starts_at=at("2026-11-25", "11:00"), by=BY, source="back_office", now=now
    )

    sweep(now=now)

    assert offered() == [("Erika", "11:00", "open")]


def test_a_hold_that_ran_out_frees_its_time(
    full: list[Appointment], jana: StaffMember, now: datetime
) -> None:
    join(now=now)
    free(full[4], now=now)
    scheduling.hold(
        cut(),
        branch=Branch.objects.get(),
        staff_member=jana,
        starts_at=at("2026-11-24", "11:00"),
        source="phone",
        by=BY,
        now=now,
    )

    assert sweep(now=now) == 0
    assert sweep(now=now + timedelta(minutes=6)) == 1


def test_new_hours_are_offered(full: list[Appointment], now: datetime) -> None:
    join(now=now)
    factories.make_hours(
        Branch.objects.get(), weekdays=(2,), from_minute=17 * 60, until_minute=18 * 60
    )

    sweep(now=now)

    assert offered() == [("Erika", "17:00", "open")]


def test_each_freed_time_goes_to_one_of_the_line(full: list[Appointment], now: datetime) -> None:
    for number, name in enumerate(("Eins", "Zwei", "Drei")):
        join(name, now=now + timedelta(seconds=number))
    for number in (4, 6):
        free(full[number], now=now)

    assert sweep(now=now + timedelta(minutes=1)) == 2

    assert offered() == [("Eins", "11:00", "open"), ("Zwei", "12:00", "open")]


@pytest.mark.parametrize(
    ("clock", "expected"), [("07:59", 0), ("08:00", 1), ("19:59", 1), ("20:00", 0)]
)
def test_nobody_is_written_to_at_night(full: list[Appointment], clock: str, expected: int) -> None:
    moment = at("2026-11-20", clock)
    join(now=moment)
    free(full[4], now=moment)

    assert sweep(now=moment) == expected


def test_the_business_says_how_long_an_offer_stands(
    full: list[Appointment], in_salon: Tenant, now: datetime
) -> None:
    DiaryRules.objects.create(tenant=in_salon, offer_minutes=90)
    join(now=now)
    free(full[4], now=now)

    sweep(now=now)

    assert WaitingOffer.objects.get().expires_at == now + timedelta(minutes=90)


def test_nobody_is_offered_what_the_rules_refuse(full: list[Appointment], now: datetime) -> None:
    """Erika has her one cut of the day already; Max has none."""
    Service.objects.update(max_per_customer_per_day=1)
    erika = customer("Erika")
    join("Erika", now=now, whose=erika)
    join("Max", now=now)
    Appointment.objects.filter(pk=full[0].pk).update(customer=erika)
    free(full[4], now=now)

    sweep(now=now)

    assert offered() == [("Max", "11:00", "open")]


def test_who_waits_until_yesterday_waits_no_more(in_salon: Tenant, now: datetime) -> None:
    entry = join(now=now)

    sweep(now=at("2026-11-25", "00:30"))

    entry.refresh_from_db()
    assert entry.status == "expired"


# --- Answers ------------------------------------------------------------------------------------------


@pytest.fixture
def offer(full: list[Appointment], now: datetime) -> WaitingOffer:
    join("Erika", now=now)
    join("Max", now=now + timedelta(seconds=1))
    free(full[4], now=now)
    sweep(now=now + timedelta(minutes=1))
    return WaitingOffer.objects.get()


def accept(offer: WaitingOffer, *, now: datetime) -> scheduling.Booking:
    return waiting.accept(offer, by=BY, source="phone", now=now)


def test_an_accepted_offer_is_an_appointment_once(offer: WaitingOffer, now: datetime) -> None:
    later = now + timedelta(minutes=20)

    booking = accept(offer, now=later)
    again = accept(offer, now=later)

    assert (booking.is_new, again.is_new) == (True, False)
    assert again.appointment == booking.appointment
    row = booking.appointment
    assert row.pk == offer.hold_number
    assert (row.status, row.attendee_name, row.starts_at) == (
        "confirmed",
        "Erika",
        at("2026-11-24", "11:00"),
    )
    assert offered() == [("Erika", "11:00", "accepted")]
    assert WaitingEntry.objects.get(attendee_name="Erika").status == "booked"
    assert Message.objects.filter(topic="appointment_confirmed").count() == 1
    assert sweep(now=later) == 0


def test_a_declined_time_goes_to_the_next_and_the_place_in_line_stays(
    offer: WaitingOffer, full: list[Appointment], now: datetime
) -> None:
    later = now + timedelta(minutes=5)

    waiting.decline(offer, by=BY, now=later)
    waiting.decline(offer, by=BY, now=later)
    sweep(now=later)
    free(full[6], now=later)
    sweep(now=later)

    assert offered() == [
        ("Erika", "11:00", "declined"),
        ("Max", "11:00", "open"),
        ("Erika", "12:00", "open"),
    ]
    with pytest.raises(offers.OfferOver):
        accept(offer, now=later)


def test_an_offer_that_runs_out_goes_to_the_next_in_line(
    offer: WaitingOffer, now: datetime
) -> None:
    over = offer.expires_at

    with pytest.raises(offers.OfferOver):
        accept(offer, now=over)
    assert sweep(now=over) == 1

    assert offered() == [("Erika", "11:00", "expired"), ("Max", "11:00", "open")]
    assert Appointment.objects.filter(status="held").count() == 1


def test_until_the_sweep_hands_it_on_nobody_else_takes_the_time(
    offer: WaitingOffer, jana: StaffMember
) -> None:
    with pytest.raises(scheduling.SlotTaken):
        scheduling.hold(
            cut(),
            branch=Branch.objects.get(),
            staff_member=jana,
            starts_at=offer.starts_at,
            source="phone",
            by=BY,
            now=offer.expires_at + timedelta(seconds=59),
        )


def test_who_lets_three_offers_run_out_is_asked_no_more(
    offer: WaitingOffer, full: list[Appointment], now: datetime
) -> None:
    waiting.withdraw(WaitingEntry.objects.get(attendee_name="Max"), by=BY, now=now)
    moment = offer.expires_at
    for number in (6, 8, 10):
        free(full[number], now=moment)
        sweep(now=moment)
        moment += timedelta(minutes=30)

    sweep(now=moment)

    assert [each for each in offered() if each[0] == "Erika"] == [
        ("Erika", "11:00", "expired"),
        ("Erika", "12:00", "expired"),
        ("Erika", "13:00", "expired"),
    ]
    assert WaitingEntry.objects.get(attendee_name="Erika").status == "expired"


def test_who_let_an_offer_run_out_stands_at_the_end_of_the_line(
    offer: WaitingOffer, full: list[Appointment]
) -> None:
    moment = offer.expires_at
    sweep(now=moment)  # Max has the eleven o'clock now
    join("Neu", now=moment)
    WaitingEntry.objects.filter(attendee_name="Neu").update(
        created_at=moment - timedelta(minutes=1)
    )
    free(full[6], now=moment)

    sweep(now=moment)

    assert offered()[-1] == ("Neu", "12:00", "open")


def test_who_withdraws_gives_the_offer_back(offer: WaitingOffer, now: datetime) -> None:
    entry = WaitingEntry.objects.get(attendee_name="Erika")

    waiting.withdraw(entry, by=BY, now=now)
    waiting.withdraw(entry, by=BY, now=now)

    assert WaitingEntry.objects.get(pk=entry.pk).status == "withdrawn"
    assert offered() == [("Erika", "11:00", "declined")]
    assert not Appointment.objects.filter(status="held").exists()


def test_who_has_booked_cannot_leave_the_list(offer: WaitingOffer, now: datetime) -> None:
    accept(offer, now=now)

    with pytest.raises(offers.OfferOver):
        waiting.withdraw(WaitingEntry.objects.get(attendee_name="Erika"), by=BY, now=now)


def test_what_is_not_there_is_not_found(in_salon: Tenant) -> None:
    for find in (waiting.entry_for, waiting.offer_for):
        with pytest.raises(NotFound):
            find(in_salon.pk, 1)
