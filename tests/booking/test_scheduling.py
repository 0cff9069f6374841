"""Booking, holding, moving, cancelling: what the diary looks like afterwards, and what it refuses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from booking import scheduling
from booking.models import Appointment, AppointmentChange, Customer, Service, StaffMember
from booking.scheduling import (
    AlreadyOver,
    Booking,
    KeyReused,
    NotBookable,
    NotOffered,
    SlotTaken,
    StillHeld,
)
from integrations.models import Message
from tenants import actors, scope
from tenants.errors import Invalid, NotFound
from tenants.models import AuditEntry, Branch, Tenant
from tests import factories
from tests.booking.diary import at
from tests.booking.test_cost import statements_run

__all__ = ["statements_run"]

TUESDAY = "2026-11-24"
BY = actors.system("tests")
TEN = at(TUESDAY, "10:00")


@pytest.fixture
def cut(in_salon: Tenant) -> Service:
    return Service.objects.get(name="Haarschnitt")


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def mira(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Mira")


@pytest.fixture
def branch(in_salon: Tenant) -> Branch:
    return Branch.objects.get()


@pytest.fixture
def erika(in_salon: Tenant) -> Customer:
    return factories.make_customer(in_salon, email="erika@example.org")


def _book(
    service: Service,
    staff_member: StaffMember | None,
    customer: Customer,
    *,
    starts_at: datetime = TEN,
    now: datetime,
    **more: Any,
) -> Booking:
    return scheduling.book(
        service,
        branch=Branch.objects.get(),
        staff_member=staff_member,
        starts_at=starts_at,
        customer=customer,
        attendee_name=more.pop("attendee_name", customer.name),
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
        **more,
    )


def _hold(
    service: Service,
    staff_member: StaffMember,
    *,
    starts_at: datetime = TEN,
    now: datetime,
    call_number: int | None = None,
) -> Appointment:
    return scheduling.hold(
        service,
        branch=Branch.objects.get(),
        staff_member=staff_member,
        starts_at=starts_at,
        source=Appointment.Source.PHONE,
        by=BY,
        now=now,
        call_number=call_number,
    )


# --- Booking ---------------------------------------------------------------------------------


def test_a_booking_is_one_confirmed_row_with_its_story(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    cut.buffer_before_minutes, cut.buffer_after_minutes = 5, 10

    booking = _book(
        cut, jana, erika, now=now, notes="kurz", call_number=12, attendee_name="Max  Mustermann"
    )

    stored = Appointment.objects.get()
    assert booking.is_new
    assert booking.appointment == stored
    assert stored.status == Appointment.Status.CONFIRMED
    assert (stored.starts_at, stored.ends_at) == (TEN, TEN + timedelta(minutes=30))
    assert stored.blocked_from == TEN - timedelta(minutes=5)
    assert stored.blocked_until == TEN + timedelta(minutes=40)
    assert (stored.customer, stored.attendee_name, stored.notes) == (
        erika,
        "Max Mustermann",
        "kurz",
    )
    assert (stored.price_cents, stored.call_number, stored.confirmed_at) == (3500, 12, now)
    change = AppointmentChange.objects.get()
    assert (change.kind, change.actor, change.source) == ("booked", "system:tests", "phone")
    assert (change.old_starts_at, change.new_starts_at, change.at) == (None, TEN, now)
    entry = AuditEntry.objects.get(object_type="booking.appointment")
    assert (entry.verb, entry.object_id, entry.actor) == ("booked", str(stored.pk), "system:tests")


def test_a_taken_time_is_refused_and_the_transaction_lives_on(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    _book(cut, jana, erika, now=now)

    with pytest.raises(SlotTaken) as refusal:
        _book(cut, jana, erika, now=now, starts_at=TEN + timedelta(minutes=15))

    assert (refusal.value.code, refusal.value.status) == ("slot_taken", 409)
    assert Appointment.objects.count() == 1


def test_neighbouring_times_do_not_touch(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    _book(cut, jana, erika, now=now)
    _book(cut, jana, erika, now=now, starts_at=TEN + timedelta(minutes=30))
    _book(cut, jana, erika, now=now, starts_at=TEN - timedelta(minutes=30))

    assert Appointment.objects.count() == 3


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        ("2026-11-23T08:45", "past"),
        ("2026-11-23T09:30", "too_soon"),
        ("2027-06-01T10:00", "beyond_horizon"),
        ("2026-11-24T10:05", "off_grid"),
        ("2026-11-24T20:00", "closed"),
        ("2026-11-24T16:45", "closed"),
        ("2026-11-29T10:00", "closed"),
    ],
)
def test_a_rule_refuses_under_its_own_name(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime, clock: str, code: str
) -> None:
    with pytest.raises(NotBookable) as refusal:
        _book(cut, jana, erika, now=now, starts_at=at(*clock.split("T")))

    assert refusal.value.code == code
    assert refusal.value.facts["rule"] == code
    assert str(refusal.value)
    assert not Appointment.objects.exists()


def test_who_does_not_offer_the_service_cannot_be_booked_for_it(
    mira: StaffMember, erika: Customer, now: datetime
) -> None:
    with pytest.raises(NotOffered):
        _book(Service.objects.get(name="Färben"), mira, erika, now=now)


def test_a_booking_needs_a_name(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    with pytest.raises(Invalid) as refusal:
        _book(cut, jana, erika, now=now, attendee_name=" \x00 ")

    assert "attendee_name" in refusal.value.errors


def test_anybody_is_who_has_least_to_do_that_day_then_the_other_then_nobody(
    in_salon: Tenant,
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    now: datetime,
) -> None:
    otto = factories.make_customer(in_salon, name="Otto", phone="+491713920043")
    _book(cut, jana, otto, now=now, starts_at=at(TUESDAY, "15:00"))

    first = _book(cut, None, erika, now=now)
    second = _book(cut, None, erika, now=now)

    assert first.appointment.staff_member == mira
    assert second.appointment.staff_member == jana
    with pytest.raises(SlotTaken):
        _book(cut, None, erika, now=now)
    with pytest.raises(NotBookable) as refusal:
        _book(cut, None, erika, now=now, starts_at=at(TUESDAY, "19:00"))
    assert refusal.value.code == "closed"


def test_the_constraint_has_the_last_word(
    cut: Service, jana: StaffMember, erika: Customer, in_salon: Tenant
) -> None:
    factories.make_appointment(jana, cut, erika, starts_at=TEN)

    with pytest.raises(IntegrityError, match="appointment_no_double_booking"), transaction.atomic():
        factories.make_appointment(jana, cut, erika, starts_at=TEN + timedelta(minutes=29))
    with pytest.raises(IntegrityError, match="whole_minutes"), transaction.atomic():
        factories.make_appointment(jana, cut, erika, starts_at=TEN + timedelta(hours=2, seconds=1))


# --- The same request again -----------------------------------------------------------------------


def test_the_same_key_gives_the_same_appointment_and_no_second_message(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    first = _book(cut, jana, erika, now=now, idempotency_key="call:1")

    again = _book(cut, jana, erika, now=now + timedelta(minutes=5), idempotency_key="call:1")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.appointment == first.appointment
    assert Appointment.objects.count() == 1
    assert Message.objects.count() == 1
    assert AppointmentChange.objects.count() == 1


def test_the_same_key_still_gives_the_appointment_after_it_was_moved_or_cancelled(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now, idempotency_key="call:1").appointment
    scheduling.reschedule(
        booked, starts_at=at(TUESDAY, "12:00"), staff_member=mira, by=BY, source="api", now=now
    )
    after_move = _book(cut, jana, erika, now=now, idempotency_key="call:1")
    scheduling.cancel(booked, by=BY, source="api", now=now)
    after_cancel = _book(cut, jana, erika, now=now, idempotency_key="call:1")

    assert after_move.appointment.starts_at == at(TUESDAY, "12:00")
    assert after_cancel.appointment.status == Appointment.Status.CANCELLED
    assert not after_move.is_new
    assert not after_cancel.is_new
    assert Appointment.objects.count() == 1


def test_a_key_does_not_stand_for_two_bookings(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    _book(cut, jana, erika, now=now, idempotency_key="call:1")

    colour, later = Service.objects.get(name="Färben"), TEN + timedelta(hours=1)
    others: list[tuple[Service, StaffMember, dict[str, Any]]] = [
        (cut, jana, {"starts_at": later}),
        (colour, jana, {}),
        (cut, mira, {}),
        (cut, jana, {"attendee_name": "Somebody else"}),
    ]
    for service, person, more in others:
        with pytest.raises(KeyReused):
            _book(service, person, erika, now=now, idempotency_key="call:1", **more)
    assert Appointment.objects.count() == 1


def test_the_neighbour_may_use_the_same_key(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    booked = []
    for tenant in (salon, neighbour):
        customer = factories.make_customer(tenant)
        with scope.tenant(tenant):
            jana, cut = (
                StaffMember.objects.get(name="Jana"),
                Service.objects.get(name="Haarschnitt"),
            )
            booked.append(_book(cut, jana, customer, now=now, idempotency_key="call:1"))

    assert [each.is_new for each in booked] == [True, True]
    assert {each.appointment.tenant_id for each in booked} == {salon.pk, neighbour.pk}


# --- Holds -------------------------------------------------------------------------------------


def test_a_hold_keeps_others_out_and_becomes_the_appointment(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)
    with pytest.raises(SlotTaken):
        _book(cut, jana, erika, now=now)
    with pytest.raises(SlotTaken):
        _hold(cut, jana, now=now)

    booking = _book(
        cut, jana, erika, now=now + timedelta(seconds=200), hold=held, idempotency_key="k"
    )

    assert booking.appointment.pk == held.pk
    stored = Appointment.objects.get()
    assert (stored.status, stored.hold_expires_at) == (Appointment.Status.CONFIRMED, None)
    assert (stored.customer, stored.idempotency_key) == (erika, "k")
    assert Message.objects.count() == 1


def test_a_hold_was_given_in_time_even_if_the_notice_has_passed_since(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    start = now + timedelta(minutes=60)
    held = _hold(cut, jana, starts_at=start, now=now)

    booking = _book(cut, jana, erika, starts_at=start, now=now + timedelta(minutes=4), hold=held)

    assert booking.appointment.pk == held.pk


def test_a_hold_that_ran_out_is_booked_anyway_if_the_time_is_free(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)
    later = now + timedelta(seconds=301)

    booking = _book(cut, jana, erika, now=later, hold=held)

    assert booking.is_new
    assert Appointment.objects.get().status == Appointment.Status.CONFIRMED


def test_a_hold_that_ran_out_gives_way_to_somebody_else(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)
    later = now + timedelta(seconds=300)
    _book(cut, jana, erika, now=later, starts_at=TEN + timedelta(minutes=15))

    with pytest.raises(SlotTaken):
        _book(cut, jana, erika, now=later, hold=held)
    assert [row.starts_at for row in Appointment.objects.all()] == [TEN + timedelta(minutes=15)]


def test_who_decides_otherwise_gives_the_hold_up(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)
    colour = Service.objects.get(name="Färben")

    booking = _book(colour, jana, erika, now=now, starts_at=TEN - timedelta(minutes=30), hold=held)

    assert booking.appointment.pk != held.pk
    assert list(Appointment.objects.all()) == [booking.appointment]


def test_a_hold_in_another_diary_is_given_up_as_well(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)

    booking = _book(cut, mira, erika, now=now, hold=held)

    assert list(Appointment.objects.all()) == [booking.appointment]


def test_a_refused_booking_keeps_the_hold(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now, call_number=5)

    with pytest.raises(NotBookable):
        _book(cut, jana, erika, now=now, starts_at=at(TUESDAY, "20:00"), hold=held, call_number=5)

    assert list(Appointment.objects.all()) == [held]


def test_a_call_is_not_kept_out_by_its_own_hold(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    _hold(cut, jana, now=now, call_number=5)
    _hold(cut, jana, now=now, starts_at=TEN + timedelta(minutes=15), call_number=5)
    assert Appointment.objects.count() == 1

    with pytest.raises(SlotTaken):
        _book(cut, jana, erika, now=now, call_number=6)
    booking = _book(cut, jana, erika, now=now, call_number=5)

    assert list(Appointment.objects.all()) == [booking.appointment]


def test_a_released_hold_is_gone_and_may_be_released_again(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)

    scheduling.release(held, by=BY, now=now)
    scheduling.release(held, by=BY, now=now)

    assert not Appointment.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "held",
        "released",
    ]


def test_releasing_what_was_booked_meanwhile_leaves_the_appointment(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)
    booked = _book(cut, jana, erika, now=now, hold=held).appointment

    scheduling.release(held, by=BY, now=now)

    assert list(Appointment.objects.all()) == [booked]


def test_the_sweep_drops_what_ran_out_and_nothing_else(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    _hold(cut, jana, now=now)
    live = _hold(cut, mira, now=now + timedelta(seconds=1))
    booked = _book(cut, jana, erika, now=now, starts_at=at(TUESDAY, "14:00")).appointment

    dropped = scheduling.drop_expired_holds(now + timedelta(seconds=300))

    assert dropped == 1
    assert set(Appointment.objects.all()) == {live, booked}


# --- Moving -------------------------------------------------------------------------------------


def test_a_move_keeps_the_row_the_customer_the_length_and_the_price(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    Service.objects.update(duration_minutes=120, price_cents=1)
    cut.refresh_from_db()

    moved = scheduling.reschedule(
        booked,
        starts_at=at(TUESDAY, "11:30"),
        staff_member=mira,
        by=BY,
        source="api",
        now=now,
        reason="verhindert",
    )

    stored = Appointment.objects.get()
    assert moved.pk == stored.pk == booked.pk
    assert (stored.starts_at, stored.ends_at) == (at(TUESDAY, "11:30"), at(TUESDAY, "12:00"))
    assert (stored.staff_member, stored.customer, stored.price_cents) == (mira, erika, 3500)
    assert (stored.version, stored.status) == (1, Appointment.Status.CONFIRMED)
    change = AppointmentChange.objects.get(kind="moved")
    assert (change.old_starts_at, change.new_starts_at) == (TEN, at(TUESDAY, "11:30"))
    assert (change.reason, change.source) == ("verhindert", "api")


def test_a_move_may_overlap_the_own_time_but_nobody_elses(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    _book(cut, jana, erika, now=now, starts_at=at(TUESDAY, "10:45"))

    scheduling.reschedule(booked, starts_at=at(TUESDAY, "10:15"), by=BY, source="api", now=now)
    with pytest.raises(SlotTaken):
        scheduling.reschedule(booked, starts_at=at(TUESDAY, "10:30"), by=BY, source="api", now=now)

    assert Appointment.objects.get(pk=booked.pk).starts_at == at(TUESDAY, "10:15")


def test_the_rules_of_a_booking_hold_for_a_move(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    colour = _book(
        Service.objects.get(name="Färben"), jana, erika, now=now, starts_at=at(TUESDAY, "14:00")
    ).appointment

    with pytest.raises(NotBookable) as refusal:
        scheduling.reschedule(booked, starts_at=at(TUESDAY, "19:00"), by=BY, source="api", now=now)
    assert refusal.value.code == "closed"
    with pytest.raises(NotOffered):
        scheduling.reschedule(
            colour, starts_at=TEN, staff_member=mira, by=BY, source="api", now=now
        )


def test_a_move_to_where_it_is_changes_nothing_and_tells_nobody(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment

    scheduling.reschedule(booked, starts_at=TEN, staff_member=jana, by=BY, source="api", now=now)

    assert Appointment.objects.get().version == 0
    assert Message.objects.count() == 1
    assert AppointmentChange.objects.count() == 1


def test_a_move_takes_the_time_of_a_hold_that_ran_out(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    _hold(cut, jana, now=now, starts_at=at(TUESDAY, "12:00"))

    later = now + timedelta(minutes=5)
    scheduling.reschedule(booked, starts_at=at(TUESDAY, "12:00"), by=BY, source="api", now=later)

    assert Appointment.objects.get().starts_at == at(TUESDAY, "12:00")


# --- Cancelling -------------------------------------------------------------------------------


def test_a_cancelled_time_is_free_again(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment

    scheduling.cancel(booked, by=BY, source="api", now=now, reason="krank")

    assert booked.status == Appointment.Status.CANCELLED
    stored = Appointment.objects.get()
    assert (stored.status, stored.cancelled_at, stored.version) == ("cancelled", now, 1)
    assert AppointmentChange.objects.get(kind="cancelled").reason == "krank"
    assert _book(cut, jana, erika, now=now).is_new


def test_cancelling_twice_is_cancelling_once(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    scheduling.cancel(booked, by=BY, source="api", now=now)

    scheduling.cancel(booked, by=BY, source="api", now=now + timedelta(hours=1))

    assert Appointment.objects.get().cancelled_at == now
    assert AppointmentChange.objects.filter(kind="cancelled").count() == 1
    assert Message.objects.filter(topic="appointment_cancelled").count() == 1


def test_what_is_over_is_neither_moved_nor_cancelled(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    done = factories.make_appointment(
        jana, cut, erika, starts_at=at(TUESDAY, "12:00"), status="completed"
    )

    for appointment, when in ((booked, TEN), (done, now)):
        with pytest.raises(AlreadyOver):
            scheduling.cancel(appointment, by=BY, source="api", now=when)
        with pytest.raises(AlreadyOver):
            scheduling.reschedule(
                appointment, starts_at=at(TUESDAY, "15:00"), by=BY, source="api", now=when
            )


def test_a_hold_is_not_moved_and_cancelling_gives_it_back(
    cut: Service, jana: StaffMember, now: datetime
) -> None:
    held = _hold(cut, jana, now=now)

    with pytest.raises(StillHeld):
        scheduling.reschedule(held, starts_at=at(TUESDAY, "15:00"), by=BY, source="api", now=now)
    scheduling.cancel(held, by=BY, source="api", now=now)

    assert not Appointment.objects.exists()


def test_the_appointment_of_the_neighbour_is_not_found(salon: Tenant, neighbour: Tenant) -> None:
    ours, theirs = (
        factories.make_appointment(
            factories.staff_of(tenant, "Jana"),
            factories.service_of(tenant, "Haarschnitt"),
            factories.make_customer(tenant),
            starts_at=TEN,
        )
        for tenant in (salon, neighbour)
    )

    with scope.tenant(salon):
        assert scheduling.appointment_for(salon.pk, ours.pk) == ours
        for unknown in (theirs.pk, 10**15):
            with pytest.raises(NotFound):
                scheduling.appointment_for(salon.pk, unknown)


# --- Parts, paces and prices -------------------------------------------------------------------


def test_a_row_has_the_processing_time_of_its_service_and_the_pace_and_price_of_its_person(
    jana: StaffMember, mira: StaffMember, erika: Customer, in_salon: Tenant, now: datetime
) -> None:
    perm = factories.make_service(
        in_salon,
        name="Dauerwelle",
        duration_minutes=90,
        processing_after_minutes=30,
        processing_minutes=40,
        price_cents=9000,
    )
    factories.make_skill(jana, perm)
    factories.make_skill(mira, perm, duration_minutes=100, price_cents=9900)

    plain = _book(perm, jana, erika, now=now).appointment
    slow = _book(perm, mira, erika, now=now).appointment

    for row, minutes, cents in ((plain, 90, 9000), (slow, 100, 9900)):
        stored = Appointment.objects.get(pk=row.pk)
        assert stored.processing_from == TEN + timedelta(minutes=30)
        assert stored.processing_until == TEN + timedelta(minutes=70)
        assert stored.ends_at == stored.blocked_until == TEN + timedelta(minutes=minutes)
        assert stored.price_cents == cents


def test_a_moved_appointment_keeps_its_parts(
    jana: StaffMember, erika: Customer, in_salon: Tenant, now: datetime
) -> None:
    perm = factories.make_service(
        in_salon,
        name="Dauerwelle",
        duration_minutes=90,
        processing_after_minutes=30,
        processing_minutes=40,
        buffer_after_minutes=10,
    )
    factories.make_skill(jana, perm)
    booked = _book(perm, jana, erika, now=now).appointment
    Service.objects.filter(pk=perm.pk).update(
        processing_after_minutes=None, processing_minutes=0, buffer_after_minutes=0
    )

    later = at(TUESDAY, "13:00")
    scheduling.reschedule(booked, starts_at=later, by=BY, source="api", now=now)

    stored = Appointment.objects.get()
    assert stored.processing_from == later + timedelta(minutes=30)
    assert stored.processing_until == later + timedelta(minutes=70)
    assert (stored.ends_at, stored.blocked_until) == (
        later + timedelta(minutes=90),
        later + timedelta(minutes=100),
    )


# --- Holds that are given up for something ---------------------------------------------------------


def test_a_move_takes_the_time_that_was_held_for_it(
    cut: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now).appointment
    held = _hold(cut, mira, now=now, starts_at=at(TUESDAY, "12:00"))

    scheduling.reschedule(
        booked,
        starts_at=at(TUESDAY, "12:00"),
        staff_member=mira,
        hold=held,
        by=BY,
        source="portal",
        now=now,
    )

    assert [(row.staff_member, row.starts_at) for row in Appointment.objects.all()] == [
        (mira, at(TUESDAY, "12:00"))
    ]


def test_a_hold_may_replace_others_in_one_step(
    cut: Service, jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    before = _hold(cut, mira, now=now)

    held = scheduling.hold(
        cut,
        branch=Branch.objects.get(),
        staff_member=jana,
        starts_at=TEN,
        source="phone",
        by=BY,
        now=now,
        replaces=[before],
    )

    assert list(Appointment.objects.all()) == [held]


def test_the_same_key_gives_the_same_hold_as_long_as_it_lives(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    def keep(starts_at: datetime, when: datetime) -> Appointment:
        return scheduling.hold(
            cut,
            branch=Branch.objects.get(),
            staff_member=jana,
            starts_at=starts_at,
            source="api",
            by=BY,
            now=when,
            idempotency_key="h",
        )

    first = keep(TEN, now)
    assert keep(TEN, now + timedelta(seconds=299)) == first
    with pytest.raises(KeyReused):
        keep(at(TUESDAY, "12:00"), now)
    with pytest.raises(KeyReused):
        _book(cut, jana, erika, now=now, idempotency_key="h")
    later = keep(TEN, now + timedelta(seconds=300))

    assert later.pk != first.pk
    assert list(Appointment.objects.all()) == [later]


def test_a_hold_waits_at_once_for_its_diary_and_those_of_what_goes_for_it(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    now: datetime,
    statements_run: list[str],
) -> None:
    """Who waits for one diary with another one in hand, out of order, may wait in a circle."""

    def keep(when: datetime, replaces: list[Appointment]) -> Appointment:
        return scheduling.hold(
            cut, branch=Branch.objects.get(), staff_member=mira, starts_at=TEN, source="api", by=BY,
            now=when, idempotency_key="h", replaces=replaces,
        )  # fmt: skip

    keep(now, [])
    elsewhere = _hold(cut, jana, now=now)
    before = len(statements_run)
    keep(now + timedelta(seconds=300), [elsewhere])

    run = [sql for sql in statements_run[before:] if "NO KEY UPDATE" in sql]
    assert "ANY" in run[0]
    assert sum("booking_staffmember WHERE" in sql for sql in run) == 1
    assert {each.staff_member for each in Appointment.objects.all()} == {mira}


def test_who_tells_the_customer_otherwise_books_quietly(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = _book(cut, jana, erika, now=now, quietly=True).appointment
    scheduling.reschedule(
        booked, starts_at=at(TUESDAY, "12:00"), by=BY, source="api", now=now, quietly=True
    )
    scheduling.cancel(booked, by=BY, source="api", now=now, quietly=True)

    assert not Message.objects.exists()
