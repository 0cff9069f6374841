"""Who came and who did not: by hand, and by the clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from askpro.operations import proof
from booking import attendance, tasks
from booking.models import (
    Appointment,
    AppointmentChange,
    Customer,
    ResourceUse,
    Service,
    Session,
    StaffMember,
)
from booking.refusals import IllegalTransition, SlotTaken, TooEarly
from tenants import scope
from tenants.errors import Invalid
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import at
from tests.booking.writing import BY, TEN, TUESDAY, book, cancel, hold, move

BEGUN = TEN + timedelta(minutes=1)
HOST: Any = {"by": BY, "source": "back_office"}


@pytest.fixture
def cut(in_salon: Tenant) -> Service:
    return Service.objects.get(name="Haarschnitt")


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def erika(in_salon: Tenant) -> Customer:
    return factories.make_customer(in_salon)


@pytest.fixture
def booked(cut: Service, jana: StaffMember, erika: Customer, now: datetime) -> Appointment:
    return book(cut, jana, erika, now=now).appointment


def _kinds() -> list[str]:
    return list(AppointmentChange.objects.order_by("pk").values_list("kind", flat=True))


def _sweep(tenant: Tenant, *, now: datetime) -> list[bool]:
    """Do what the sweep does, at a time of our own."""
    with scope.tenant(tenant):
        missed = attendance.due_no_shows(now=now)
        over = attendance.due_completions(now=now)
        return [attendance.mark_missed(each, now=now) for each in missed] + [
            attendance.complete_by_the_clock(each, now=now) for each in over
        ]


# --- By hand ---------------------------------------------------------------------------------------


def test_an_appointment_runs_from_arrival_to_its_end(booked: Appointment) -> None:
    attendance.check_in(booked, now=TEN, **HOST)
    assert (booked.status, booked.checked_in_at) == ("checked_in", TEN)

    attendance.complete(booked, now=BEGUN, **HOST)

    assert Appointment.objects.get().status == "completed"
    assert _kinds() == ["booked", "arrived", "completed"]


def test_doing_it_twice_is_doing_it_once(booked: Appointment) -> None:
    for _ in range(2):
        attendance.check_in(booked, now=TEN, **HOST)
    for _ in range(2):
        attendance.complete(booked, now=BEGUN, **HOST)

    assert _kinds() == ["booked", "arrived", "completed"]


def test_nobody_arrives_on_the_day_before_or_is_missing_before_the_start(
    booked: Appointment, now: datetime
) -> None:
    with pytest.raises(TooEarly):
        attendance.check_in(booked, now=at("2026-11-23", "23:59"), **HOST)
    for verb in (attendance.mark_no_show, attendance.complete):
        with pytest.raises(TooEarly):
            verb(booked, now=TEN - timedelta(minutes=1), **HOST)

    attendance.check_in(booked, now=at(TUESDAY, "00:00"), **HOST)
    assert booked.status == "checked_in"


def test_a_check_in_by_mistake_is_taken_back(booked: Appointment) -> None:
    attendance.check_in(booked, now=TEN, **HOST)

    attendance.undo_check_in(booked, now=BEGUN, **HOST)

    assert (booked.status, booked.checked_in_at) == ("confirmed", None)
    with pytest.raises(IllegalTransition):
        attendance.undo_check_in(booked, now=BEGUN, **HOST)


def test_what_is_held_or_over_neither_arrives_nor_goes_missing(
    cut: Service, jana: StaffMember, booked: Appointment, now: datetime
) -> None:
    held = hold(cut, jana, now=now, starts_at=at(TUESDAY, "12:00"))
    cancel(booked, now=now)

    for appointment in (held, booked):
        for verb in (attendance.check_in, attendance.complete, attendance.mark_no_show):
            with pytest.raises(IllegalTransition):
                verb(appointment, now=at(TUESDAY, "13:00"), **HOST)


def test_who_was_missed_frees_time_and_room_and_gets_both_back_when_coming_late(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    factories.make_requirement(cut, factories.make_resource(Branch.objects.get(), name="Raum"))
    booked = book(cut, jana, erika, now=now).appointment
    attendance.mark_no_show(booked, now=BEGUN, **HOST)
    assert not ResourceUse.objects.exists()

    attendance.check_in(booked, now=TEN + timedelta(minutes=25), **HOST)

    assert Appointment.objects.get().status == "checked_in"
    assert ResourceUse.objects.count() == 1
    assert _kinds() == ["booked", "no_show", "arrived"]


def test_who_comes_when_somebody_else_has_the_time_does_not_get_it_back(
    jana: StaffMember, cut: Service, erika: Customer, booked: Appointment, now: datetime
) -> None:
    attendance.mark_no_show(booked, now=BEGUN, **HOST)
    factories.make_appointment(jana, cut, erika, starts_at=TEN + timedelta(minutes=15))

    with pytest.raises(SlotTaken):
        attendance.check_in(booked, now=TEN + timedelta(minutes=25), **HOST)

    assert Appointment.objects.get(pk=booked.pk).status == "no_show"


def test_a_missed_seat_is_free_and_taken_again(
    in_salon: Tenant, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    yoga = factories.make_service(in_salon, name="Yoga", seats=2)
    factories.make_skill(jana, yoga)
    booked = book(yoga, jana, erika, now=now, seats=2).appointment

    attendance.mark_no_show(booked, now=BEGUN, **HOST)
    assert Session.objects.get().seats_taken == 0
    attendance.check_in(booked, now=BEGUN, **HOST)

    assert Session.objects.get().seats_taken == 2


# --- Forgiving ----------------------------------------------------------------------------------------


def test_a_fee_for_not_coming_is_written_down_and_waived_with_a_reason(
    in_salon: Tenant, booked: Appointment
) -> None:
    factories.make_rules(in_salon, no_show_fee_cents=2000)
    attendance.mark_no_show(booked, now=BEGUN, **HOST)

    with pytest.raises(Invalid):
        attendance.waive(booked, reason=" ", now=BEGUN, **HOST)
    for _ in range(2):
        attendance.waive(booked, reason="Stau", now=BEGUN, **HOST)

    missed = AppointmentChange.objects.get(kind="no_show")
    waived = AppointmentChange.objects.get(kind="waived")
    assert (missed.fee_cents, waived.fee_cents) == (2000, 0)
    assert (waived.reason, waived.terms) == ("Stau", {"waived_cents": 2000})
    assert Appointment.objects.get().is_waived


def test_only_what_was_missed_is_forgiven(booked: Appointment, now: datetime) -> None:
    with pytest.raises(IllegalTransition):
        attendance.waive(booked, reason="nett", now=now, **HOST)


# --- The clock ----------------------------------------------------------------------------------------


def test_who_is_not_there_twenty_minutes_after_the_start_did_not_come(
    in_salon: Tenant, booked: Appointment
) -> None:
    assert _sweep(in_salon, now=TEN + timedelta(minutes=20, seconds=-1)) == []

    assert _sweep(in_salon, now=TEN + timedelta(minutes=20)) == [True]
    assert _sweep(in_salon, now=TEN + timedelta(minutes=21)) == []

    change = AppointmentChange.objects.get(kind="no_show")
    assert (change.actor, change.source) == ("system:clock", "clock")


def test_the_business_says_after_how_long_or_never(in_salon: Tenant, booked: Appointment) -> None:
    rules = factories.make_rules(in_salon, no_show_after_minutes=None)
    assert _sweep(in_salon, now=TEN + timedelta(days=1)) == []

    rules.no_show_after_minutes = 5
    rules.save()

    assert _sweep(in_salon, now=TEN + timedelta(minutes=5)) == [True]


@pytest.mark.parametrize("whose", ["hers", "the branch's"])
def test_nobody_is_missed_while_the_person_was_away(
    in_salon: Tenant, booked: Appointment, jana: StaffMember, whose: str
) -> None:
    """Neither by the look nor by the mark; somebody has to say what became of it."""
    due = TEN + timedelta(minutes=20)
    looked = attendance.due_no_shows(now=due)
    off = factories.make_time_off(
        Branch.objects.get(),
        staff_member=jana if whose == "hers" else None,
        starts_at=TEN + timedelta(minutes=29),
        ends_at=TEN + timedelta(hours=4),
    )

    assert looked == [booked.pk]
    assert not attendance.mark_missed(booked.pk, now=due)
    assert _sweep(in_salon, now=due) == []
    assert list(attendance.unclear(now=due)) == [booked]
    assert _kinds() == ["booked"]

    off.starts_at = booked.ends_at  # she was there until the end
    off.save()
    assert not attendance.unclear(now=due).exists()
    assert _sweep(in_salon, now=due) == [True]


@pytest.mark.parametrize(
    ("off", "is_clear"),
    [(("10:30", "11:00"), True), (("10:29", "11:00"), False), (("10:30", "11:01"), False)],
)
def test_who_is_away_while_the_colour_takes_effect_is_not_missing(
    in_salon: Tenant,
    jana: StaffMember,
    erika: Customer,
    off: tuple[str, str],
    is_clear: bool,
) -> None:
    colour = Service.objects.get(name="Färben")
    scenes.change(colour, processing_after_minutes=30, processing_minutes=30)
    colouring = scenes.appointment(jana, colour, TEN, customer=erika)
    factories.make_time_off(
        Branch.objects.get(),
        staff_member=jana,
        starts_at=at(TUESDAY, off[0]),
        ends_at=at(TUESDAY, off[1]),
    )
    due = TEN + timedelta(minutes=20)

    unclear = list(attendance.unclear(now=due))

    assert unclear == ([] if is_clear else [colouring])
    assert attendance.due_no_shows(now=due) == ([colouring.pk] if is_clear else [])
    assert attendance.mark_missed(colouring.pk, now=due) == is_clear


def test_what_somebody_has_settled_is_unclear_no_more(
    in_salon: Tenant, booked: Appointment, jana: StaffMember
) -> None:
    mira = StaffMember.objects.get(name="Mira")
    branch, end = Branch.objects.get(), TEN + timedelta(hours=4)
    factories.make_time_off(branch, staff_member=mira, starts_at=TEN, ends_at=end)
    assert not attendance.unclear(now=BEGUN).exists()
    factories.make_time_off(branch, staff_member=jana, starts_at=TEN, ends_at=end)
    assert not attendance.unclear(now=TEN - timedelta(seconds=1)).exists()
    assert attendance.unclear(now=BEGUN).exists()

    attendance.mark_no_show(booked, now=BEGUN, **HOST)

    assert not attendance.unclear(now=BEGUN).exists()


def test_who_is_moved_between_the_look_and_the_mark_is_not_missed(
    in_salon: Tenant, booked: Appointment, now: datetime
) -> None:
    due = TEN + timedelta(minutes=20)
    found = attendance.due_no_shows(now=due)
    move(booked, TEN + timedelta(minutes=15), now=now)

    assert [attendance.mark_missed(each, now=due) for each in found] == [False]
    assert Appointment.objects.get().status == "confirmed"


def test_who_came_is_never_missed_and_completed_after_the_end(
    in_salon: Tenant, booked: Appointment
) -> None:
    attendance.check_in(booked, now=TEN, **HOST)

    assert _sweep(in_salon, now=TEN + timedelta(minutes=29)) == []
    assert _sweep(in_salon, now=TEN + timedelta(minutes=30)) == [True]

    assert Appointment.objects.get().status == "completed"
    assert _kinds() == ["booked", "arrived", "completed"]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_and_an_arrival_at_once_are_one_change(salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(salon)
    cut, jana = factories.service_of(salon, "Haarschnitt"), factories.staff_of(salon, "Jana")
    late = TEN + timedelta(minutes=20)
    for number in range(5):
        with scope.tenant(salon):
            start = TEN + timedelta(days=number % 3, hours=number // 3)
            booked = book(cut, jana, erika, now=now, starts_at=start).appointment
            due = late + timedelta(days=number % 3, hours=number // 3)

        def act(rival: int, booked: Appointment = booked, due: datetime = due) -> bool:
            with scope.tenant(salon):
                if rival < 3:
                    return attendance.mark_missed(booked.pk, now=due)
                found = Appointment.objects.get(pk=booked.pk)
                attendance.check_in(found, now=due, **HOST)
                return False

        with proof.rivals(4) as at_once:
            swept = at_once(act)[:3]

        with scope.tenant(salon):
            kinds = list(
                AppointmentChange.objects.filter(appointment=booked)
                .order_by("pk")
                .values_list("kind", flat=True)
            )
        assert sum(map(bool, swept)) == kinds.count("no_show") <= 1
        assert kinds in (["booked", "arrived"], ["booked", "no_show", "arrived"])


@pytest.mark.django_db(transaction=True)
def test_the_task_looks_at_every_business(
    salon: Tenant, neighbour: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tenant in (salon, neighbour):
        factories.make_appointment(
            factories.staff_of(tenant, "Jana"),
            factories.service_of(tenant, "Haarschnitt"),
            factories.make_customer(tenant),
            starts_at=TEN,
        )
    monkeypatch.setattr(timezone, "now", lambda: TEN + timedelta(hours=1))

    tasks.keep_attendance()

    for tenant in (salon, neighbour):
        with scope.tenant(tenant):
            assert Appointment.objects.get().status == "no_show"
