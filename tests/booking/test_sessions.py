"""Services with several seats: who shares a session, and when it is full."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from askpro.operations import proof
from booking import scheduling
from booking.models import Appointment, Customer, Service, Session, StaffMember
from booking.refusals import SessionFull
from booking.scheduling import KeyReused, SlotTaken
from tenants import scope
from tenants.errors import Invalid
from tenants.models import Tenant
from tests import factories
from tests.booking.diary import at
from tests.booking.writing import BY, TEN, TUESDAY, book, book_said, cancel, hold, move

LATER = at(TUESDAY, "14:00")


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def yoga(in_salon: Tenant, jana: StaffMember) -> Service:
    return _yoga(in_salon)


def _yoga(tenant: Tenant) -> Service:
    service = factories.make_service(
        tenant, name="Yoga", duration_minutes=60, seats=6, price_cents=1500
    )
    for name in ("Jana", "Mira"):
        factories.make_skill(factories.staff_of(tenant, name), service)
    return service


@pytest.fixture
def erika(in_salon: Tenant) -> Customer:
    return factories.make_customer(in_salon)


def test_the_first_opens_a_session_and_others_share_it(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    first = book(yoga, jana, erika, now=now).appointment
    party = book(yoga, jana, erika, now=now, seats=3).appointment

    session = Session.objects.get()
    assert (first.session, party.session) == (session, session)
    assert (session.starts_at, session.ends_at) == (TEN, TEN + timedelta(hours=1))
    assert (session.capacity, session.seats_taken) == (6, 4)
    assert (first.price_cents, party.price_cents) == (1500, 4500)


def test_who_does_not_fit_is_refused_as_a_whole(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    book(yoga, jana, erika, now=now, seats=5)

    with pytest.raises(SessionFull) as refusal:
        book(yoga, jana, erika, now=now, seats=2)

    assert refusal.value.code == "session_full"
    assert Session.objects.get().seats_taken == 5
    assert book(yoga, jana, erika, now=now, seats=1).is_new


def test_more_than_a_service_has_seats_for_cannot_even_be_asked(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    cut = Service.objects.get(name="Haarschnitt")

    for service, seats in ((yoga, 7), (yoga, 0), (cut, 2)):
        with pytest.raises(Invalid) as refusal:
            book(service, jana, erika, now=now, seats=seats)
        assert "seats" in refusal.value.errors


def test_a_session_keeps_other_services_and_other_starts_out(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    book(yoga, jana, erika, now=now)

    with pytest.raises(SlotTaken):
        book(Service.objects.get(name="Haarschnitt"), jana, erika, now=now)
    with pytest.raises(SlotTaken):
        book(yoga, jana, erika, now=now, starts_at=TEN + timedelta(minutes=30))


def test_holds_take_seats_until_they_run_out(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = hold(yoga, jana, now=now, seats=4)
    hold(yoga, jana, now=now, seats=2)
    with pytest.raises(SessionFull):
        book(yoga, jana, erika, now=now)

    kept = book(yoga, jana, erika, now=now, seats=4, hold=held).appointment
    book(yoga, jana, erika, now=now + timedelta(seconds=300), seats=2)

    assert kept.pk == held.pk
    assert Session.objects.get().seats_taken == 6
    assert not Appointment.objects.filter(status="held").exists()


def test_a_hold_for_two_does_not_become_an_appointment_for_three(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    held = hold(yoga, jana, now=now, seats=2)

    booked = book(yoga, jana, erika, now=now, seats=3, hold=held).appointment

    assert list(Appointment.objects.all()) == [booked]
    assert Session.objects.get().seats_taken == 3


def test_cancelling_releasing_and_running_out_free_the_seats(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = book(yoga, jana, erika, now=now, seats=2).appointment
    held = hold(yoga, jana, now=now, seats=2)
    hold(yoga, jana, now=now, seats=2)

    cancel(booked, now=now)
    scheduling.release(held, by=BY, now=now)
    dropped = scheduling.drop_expired_holds(now + timedelta(seconds=300))

    assert dropped == 1
    assert Session.objects.get().seats_taken == 0
    assert book(Service.objects.get(name="Haarschnitt"), jana, erika, now=now).is_new


def test_an_empty_session_begins_anew_as_the_service_is_now(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    cancel(book(yoga, jana, erika, now=now).appointment, now=now)
    Service.objects.filter(pk=yoga.pk).update(seats=2, duration_minutes=90)
    yoga.refresh_from_db()

    book(yoga, jana, erika, now=now, seats=2)

    session = Session.objects.get()
    assert (session.capacity, session.seats_taken) == (2, 2)
    assert session.ends_at == TEN + timedelta(minutes=90)


def test_a_move_takes_its_seats_along(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    moved = book(yoga, jana, erika, now=now, seats=2).appointment
    book(yoga, jana, erika, now=now, seats=4)
    book(yoga, jana, erika, now=now, starts_at=LATER, seats=4)

    move(moved, LATER, now=now)

    taken = dict(Session.objects.values_list("starts_at", "seats_taken"))
    assert taken == {TEN: 4, LATER: 6}
    with pytest.raises(SessionFull):
        move(Appointment.objects.get(starts_at=TEN), LATER, now=now)


def test_a_key_stands_for_its_party(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    first = book(yoga, jana, erika, now=now, seats=2, idempotency_key="k")

    again = book(yoga, jana, erika, now=now, seats=2, idempotency_key="k")

    assert (again.is_new, again.appointment) == (False, first.appointment)
    with pytest.raises(KeyReused):
        book(yoga, jana, erika, now=now, seats=3, idempotency_key="k")


def test_the_database_counts_and_has_the_last_word(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    booked = book(yoga, jana, erika, now=now, seats=6).appointment

    with pytest.raises(IntegrityError, match="session_is_not_overbooked"), transaction.atomic():
        Appointment.objects.filter(pk=booked.pk).update(seats=7)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_for_six_seats_are_six(salon: Tenant, now: datetime) -> None:
    yoga, jana = _yoga(salon), factories.staff_of(salon, "Jana")
    erika = factories.make_customer(salon)

    with proof.rivals(10) as at_once:
        said = at_once(lambda _rival: book_said(salon, yoga, jana, erika, now=now))

    assert sorted(said) == ["done"] * 6 + ["session_full"] * 4
    with scope.tenant(salon):
        assert Session.objects.get().seats_taken == 6


@pytest.mark.django_db(transaction=True)
def test_parties_at_once_never_sit_on_each_others_laps(salon: Tenant, now: datetime) -> None:
    yoga, jana = _yoga(salon), factories.staff_of(salon, "Jana")
    erika = factories.make_customer(salon)

    with proof.rivals(8) as at_once:
        said = at_once(
            lambda rival: book_said(salon, yoga, jana, erika, now=now, seats=1 + rival % 4)
        )

    with scope.tenant(salon):
        session = Session.objects.get()
        seats = sum(Appointment.objects.values_list("seats", flat=True))
        assert said.count("done") == Appointment.objects.count()
    assert session.seats_taken == seats <= 6


@pytest.mark.parametrize("others", [0, 2])
def test_more_than_half_of_the_seats_that_are_held_are_booked(
    yoga: Service, jana: StaffMember, erika: Customer, now: datetime, others: int
) -> None:
    if others:
        book(yoga, jana, erika, now=now, seats=others)
    held = hold(yoga, jana, now=now, seats=4)

    booked = book(yoga, jana, erika, now=now, seats=4, hold=held).appointment

    assert (booked.pk, booked.status) == (held.pk, "confirmed")
