"""Series, waiting list and proposals under 32 rivals, on connections of their own: nothing twice, nobody in a circle."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from askpro.operations import proof
from booking import cascade, matching, scheduling, series, series_edits, waiting
from booking.models import (
    Appointment,
    Customer,
    Proposal,
    Series,
    Service,
    StaffMember,
    TimeOff,
    WaitingEntry,
    WaitingOffer,
)
from booking.series_edits import Change, Scope
from integrations.models import Message
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BY = actors.system("tests")
TEN = at("2026-11-24", "10:00")
TUESDAY = date(2026, 11, 24)
RIVALS = 32


def test_rivals_for_one_series_leave_one(salon: Tenant, now: datetime) -> None:
    """Half of them ask with the same key, half without; the dates overlap in the middle of the rule."""
    erika = factories.make_customer(salon, email="erika@example.org")

    def book(rival: int) -> str:
        with scope.tenant(salon):
            return _said(
                lambda: _series(
                    erika,
                    now=now,
                    starts_at=TEN + timedelta(weeks=0 if rival % 2 else rival % 4),
                    idempotency_key="api:1" if rival % 2 else None,
                )
            )

    outcomes = _at_once(book)

    assert set(outcomes) <= {"done", "series_conflict"}
    with scope.tenant(salon):
        assert Series.objects.count() == 1
        assert Appointment.objects.count() == 4
        assert Message.objects.count() == 1
    assert proof.overlaps(salon.pk) == 0


def test_series_of_anybody_that_cross_each_other_wait_in_one_order(
    salon: Tenant, now: datetime
) -> None:
    erika = factories.make_customer(salon)

    def book(rival: int) -> str:
        with scope.tenant(salon):
            person = [None, *StaffMember.objects.order_by("-pk")][rival % 3]
            start = TEN + timedelta(minutes=30 * (rival % 8), weeks=rival % 3)
            return _said(lambda: _series(erika, now=now, starts_at=start, staff_member=person))

    outcomes = _at_once(book)

    assert set(outcomes) == {"done", "series_conflict"}
    assert proof.overlaps(salon.pk) == 0
    with scope.tenant(salon):
        assert Appointment.objects.count() == 4 * outcomes.count("done")


def test_changes_of_one_series_end_in_one_of_them(salon: Tenant, now: datetime) -> None:
    erika = factories.make_customer(salon)
    with scope.tenant(salon):
        made = _series(erika, now=now)
    third = made.appointments[2]

    def change(rival: int) -> str:
        with scope.tenant(salon):
            whose = series.series_for(salon.pk, made.series.pk)
            date_ = Appointment.objects.get(pk=third.pk)
            at_ = timedelta(minutes=30 * (rival % 6))
            if rival % 4 == 0:
                return _said(
                    lambda: scheduling.reschedule(
                        date_, starts_at=date_.starts_at + at_, by=BY, source="back_office", now=now
                    )
                )
            if rival % 4 == 1:
                clock = (TEN + at_).astimezone(whose.branch.zone).time()
                return _said(
                    lambda: series_edits.move(
                        whose,
                        Change(clock=clock),
                        scope=Scope.ALL,
                        by=BY,
                        source="back_office",
                        now=now,
                    )
                )
            if rival % 4 == 2:
                return _said(
                    lambda: series_edits.cancel(
                        whose,
                        scope=Scope.FOLLOWING,
                        appointment=date_,
                        by=BY,
                        source="back_office",
                        now=now,
                    )
                )
            return _said(lambda: scheduling.cancel(date_, by=BY, source="back_office", now=now))

    outcomes = _at_once(change)

    assert set(outcomes) <= {"done", "already_over", "not_found", "series_conflict", "slot_taken"}
    assert "done" in outcomes
    assert proof.overlaps(salon.pk) == 0
    with scope.tenant(salon):
        assert Appointment.objects.count() == 4
        assert Appointment.objects.get(pk=third.pk).status == "cancelled"


def test_sweeps_at_once_make_one_offer_for_each_freed_time(salon: Tenant, now: datetime) -> None:
    with scope.tenant(salon):
        full = _full(salon)
        for number in range(8):
            _join(_customer(f"kunde{number}"), now=now)
        for number in (2, 9, 20):
            scheduling.cancel(full[number], by=BY, source="back_office", now=now)

    _at_once(lambda _rival: matching.sweep(salon.pk, now=now))

    with scope.tenant(salon):
        offers = list(WaitingOffer.objects.order_by("pk"))
        assert len(offers) == 3
        assert len({(each.staff_member_id, each.starts_at) for each in offers}) == 3
        # The three who have waited longest, each with one.
        first = list(WaitingEntry.objects.order_by("created_at", "pk").values_list("pk", flat=True))
        assert sorted(each.entry_id for each in offers) == first[:3]
        assert Message.objects.filter(topic="waiting_offer").count() == 3
    assert proof.overlaps(salon.pk) == 0


def test_joining_twice_at_once_is_joining_once(salon: Tenant, now: datetime) -> None:
    with scope.tenant(salon):
        erika = _customer("erika")

    def join(rival: int) -> int:
        with scope.tenant(salon):
            person = Customer.objects.get(pk=erika.pk)
            return _join(person, now=now, key="api:1" if rival % 2 else None).pk

    found = _at_once(join)

    # With the key and without it is the same wish.
    assert len(set(found)) == 1


@pytest.mark.parametrize("seed", range(4))
def test_everything_at_once_keeps_the_diary_true(salon: Tenant, now: datetime, seed: int) -> None:
    """Sweeps, answers, withdrawals, cancellations, bookings, series and a sick day, shuffled."""
    dice = random.Random(seed)
    with scope.tenant(salon):
        full = _full(salon)
        for number in range(10):
            _join(_customer(f"kunde{number}"), now=now)
        for number in (1, 5, 17, 25):
            scheduling.cancel(full[number], by=BY, source="back_office", now=now)
        mira = StaffMember.objects.get(name="Mira")
        off = factories.make_time_off(
            Branch.objects.get(),
            staff_member=mira,
            starts_at=at("2026-11-24", "12:00"),
            ends_at=at("2026-11-24", "15:00"),
        )
    matching.sweep(salon.pk, now=now)
    later = now + timedelta(minutes=dice.choice([1, 29, 30, 31]))
    plan = [dice.choice(_DEEDS) for _ in range(RIVALS)]

    def act(rival: int) -> str:
        return _said(lambda: plan[rival](salon, off, random.Random(seed * 100 + rival), later))

    outcomes = _at_once(act)
    cascade.sweep(salon.pk, now=later)
    matching.sweep(salon.pk, now=later)

    refusals = {
        "done", "offer_over", "slot_taken", "already_over", "series_conflict", "time_off", "not_found",
    }  # fmt: skip
    assert set(outcomes) <= refusals
    assert proof.overlaps(salon.pk) == 0
    with scope.tenant(salon):
        _must_agree()


def _must_agree() -> None:
    """Every open offer has its hold, every accepted one its appointment, nobody two open offers."""
    for kind in (WaitingOffer, Proposal):
        for offer in kind._default_manager.all():
            assert offer.hold_number is not None
            kept = Appointment.objects.filter(pk=offer.hold_number).first()
            if offer.status == "open":
                assert kept is not None
                assert (kept.status, kept.starts_at) == ("held", offer.starts_at)
            if kind is WaitingOffer and offer.status == "accepted":
                assert kept is not None
                assert kept.status in ("confirmed", "cancelled")
    booked = WaitingEntry.objects.filter(status="booked").count()
    assert WaitingOffer.objects.filter(status="accepted").count() == booked
    assert WaitingEntry.objects.filter(status="offered").count() == (
        WaitingOffer.objects.filter(status="open").count()
    )
    places = [
        (each.staff_member_id, each.starts_at)
        for each in (
            *WaitingOffer.objects.filter(status="open"),
            *Proposal.objects.filter(status="open"),
        )
    ]
    assert len(places) == len(set(places))


# --- What rivals do -----------------------------------------------------------------------------------


def _sweep(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    matching.sweep(salon.pk, now=now)


def _answer(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    with scope.tenant(salon):
        offer = dice.choice(list(WaitingOffer.objects.order_by("pk")))
        if dice.random() < 0.7:
            waiting.accept(offer, by=BY, source="back_office", now=now)
        else:
            waiting.decline(offer, by=BY, now=now)


def _withdraw(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    with scope.tenant(salon):
        waiting.withdraw(dice.choice(list(WaitingEntry.objects.order_by("pk"))), by=BY, now=now)


def _cancel(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    with scope.tenant(salon):
        rows = Appointment.objects.filter(status="confirmed").order_by("pk")
        appointment = scheduling.appointment_for(salon.pk, dice.choice(list(rows)).pk)
        scheduling.cancel(appointment, by=BY, source="back_office", now=now)


def _fall_ill(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    with scope.tenant(salon):
        cascade.propose(TimeOff.objects.select_related("branch").get(pk=off.pk), by=BY, now=now)


def _agree(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    with scope.tenant(salon):
        found = list(Proposal.objects.select_related("staff_member").order_by("pk"))
        if found and dice.random() < 0.7:
            cascade.accept(dice.choice(found), by=BY, source="back_office", now=now)
        elif found:
            cascade.decline(dice.choice(found), by=BY, now=now)


def _repeat(salon: Tenant, off: TimeOff, dice: random.Random, now: datetime) -> None:
    with scope.tenant(salon):
        start = at("2026-11-24", "09:00") + timedelta(minutes=30 * dice.randrange(16))
        person = dice.choice([None, *StaffMember.objects.order_by("pk")])
        customer = Customer.objects.order_by("pk")[0]
        _series(customer, now=now, starts_at=start, staff_member=person)


_DEEDS: list[Callable[[Tenant, TimeOff, random.Random, datetime], None]] = [
    _sweep,
    _answer,
    _answer,
    _withdraw,
    _cancel,
    _fall_ill,
    _agree,
    _agree,
    _repeat,
]


# --- The stage ------------------------------------------------------------------------------------------


def _full(salon: Tenant) -> list[Appointment]:
    """Take every half hour of Tuesday, 9 to 17, of Jana and of Mira."""
    other = factories.make_customer(salon, name="Andere", phone=None)
    cut = Service.objects.get(name="Haarschnitt")
    return [
        factories.make_appointment(
            person, cut, other, starts_at=at("2026-11-24", "09:00") + timedelta(minutes=30 * number)
        )
        for person in StaffMember.objects.order_by("pk")
        for number in range(16)
    ]


def _customer(name: str) -> Customer:
    tenant_id = Branch.objects.get().tenant_id
    return Customer.objects.create(tenant_id=tenant_id, name=name, email=f"{name}@example.org")


def _join(customer: Customer, *, now: datetime, key: str | None = None) -> WaitingEntry:
    return waiting.join(
        Service.objects.get(name="Haarschnitt"),
        waiting.Wish(first_day=TUESDAY, last_day=TUESDAY),
        branch=Branch.objects.get(),
        customer=customer,
        attendee_name=customer.name,
        source=Appointment.Source.BACK_OFFICE,
        by=BY,
        now=now,
        idempotency_key=key,
    ).entry


def _series(
    customer: Customer, *, now: datetime, starts_at: datetime = TEN, **more: Any
) -> series.SeriesBooking:
    who = {"staff_member": StaffMember.objects.get(name="Jana")}
    return series.book(
        Service.objects.get(name="Haarschnitt"),
        branch=Branch.objects.get(),
        rule="FREQ=WEEKLY;COUNT=4",
        starts_at=starts_at,
        customer=customer,
        attendee_name=customer.name,
        source=Appointment.Source.BACK_OFFICE,
        by=BY,
        now=now,
        **{**who, **more},
    )


def _said(verb: Callable[[], object]) -> str:
    try:
        verb()
    except Refused as refusal:
        return refusal.code
    return "done"


def _at_once(work: Callable[[int], Any]) -> list[Any]:
    with proof.rivals(RIVALS) as at_once:
        return at_once(work)
