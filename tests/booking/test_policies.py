"""What the business allows its customers, what it costs, and what the business itself may set aside."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking import policies
from booking.models import Appointment, AppointmentChange, Customer, Policy, Service, StaffMember
from booking.refusals import (
    CancelledTooOften,
    CustomerBlocked,
    DepositNeeded,
    MovedTooOften,
    TooLateToCancel,
    TooLateToMove,
)
from booking.scheduling import NotBookable, NotOffered, Override, SlotTaken
from tenants.errors import Invalid
from tenants.models import AuditEntry, Branch, Tenant
from tests import factories
from tests.booking.diary import at
from tests.booking.writing import TEN, TUESDAY, book, cancel, hold, move

CANCEL, MOVE = Policy.Kind.CANCEL, Policy.Kind.MOVE
TIERS = [{"under_hours": 24, "percent": 50}, {"under_hours": 4, "cents": 3000}]
MINUTE = timedelta(minutes=1)


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


def _change(kind: str) -> AppointmentChange:
    return AppointmentChange.objects.get(kind=kind)


# --- What it costs ------------------------------------------------------------------------------------


def test_without_a_policy_everything_is_allowed_and_free(
    booked: Appointment, now: datetime
) -> None:
    terms = policies.terms_for(booked, CANCEL, now=TEN - MINUTE)

    assert (terms.allowed, terms.code, terms.fee_cents, terms.policy_id) == (True, None, 0, None)


@pytest.mark.parametrize(
    ("before", "cents"),
    [
        (timedelta(hours=49), 0),
        (timedelta(hours=48), 0),
        (timedelta(hours=48) - MINUTE, 1000),
        (timedelta(hours=24), 1000),
        (timedelta(hours=24) - MINUTE, 1500),
        (MINUTE, 1500),
    ],
)
def test_a_policy_without_fees_means_the_usual_ones(
    in_salon: Tenant, booked: Appointment, before: timedelta, cents: int
) -> None:
    factories.make_policy(in_salon)

    assert policies.terms_for(booked, CANCEL, now=TEN - before).fee_cents == cents


@pytest.mark.parametrize(
    ("hours", "cents"), [(24, 0), (23.99, 1750), (4, 1750), (3.99, 3000), (0.1, 3000)]
)
def test_the_narrowest_tier_that_applies_counts_in_cents_or_percent(
    in_salon: Tenant, booked: Appointment, hours: float, cents: int
) -> None:
    factories.make_policy(in_salon, fee_tiers=TIERS)

    terms = policies.terms_for(booked, CANCEL, now=TEN - timedelta(hours=hours))

    assert terms.fee_cents == cents


@pytest.mark.parametrize(
    ("percent", "price", "cents"), [(50, 3501, 1751), (33, 1000, 330), (50, None, 0)]
)
def test_a_share_is_rounded_half_up(percent: int, price: int | None, cents: int) -> None:
    assert policies.fee_of({"under_hours": 1, "percent": percent}, price) == cents


def test_the_fee_said_before_the_yes_is_the_fee_that_is_written_down(
    in_salon: Tenant, booked: Appointment, now: datetime
) -> None:
    policy = factories.make_policy(in_salon)

    said = policies.terms_for(booked, CANCEL, now=now)
    cancel(booked, now=now)

    change = _change("cancelled")
    assert change.fee_cents == said.fee_cents == 1000
    assert change.terms == {
        "policy": policy.pk,
        "hours_before": 25.0,
        "tier": {"under_hours": 48, "cents": 1000},
    }


# --- Who may, until when, how often -----------------------------------------------------------------------


def test_cancelling_and_moving_have_notices_of_their_own_and_the_limit_itself_is_in_time(
    in_salon: Tenant, booked: Appointment
) -> None:
    factories.make_policy(in_salon, notice_hours=4, text="Bitte vier Stunden vorher.")
    factories.make_policy(in_salon, kind=MOVE, notice_hours=2)
    late = TEN - timedelta(hours=4) + MINUTE

    with pytest.raises(TooLateToCancel) as refusal:
        cancel(booked, now=late)
    assert str(refusal.value) == "Bitte vier Stunden vorher."
    assert refusal.value.code == "too_late_to_cancel"
    with pytest.raises(TooLateToMove):
        move(booked, at(TUESDAY, "14:00"), now=TEN - timedelta(hours=2) + MINUTE)

    assert policies.terms_for(booked, MOVE, now=late).allowed
    terms = policies.terms_for(booked, CANCEL, now=late)
    assert (terms.allowed, terms.code, terms.sentence) == (
        False,
        "too_late_to_cancel",
        "Bitte vier Stunden vorher.",
    )
    cancel(booked, now=TEN - timedelta(hours=4))


def test_the_most_specific_policy_counts(
    in_salon: Tenant, booked: Appointment, cut: Service, jana: StaffMember, now: datetime
) -> None:
    colour, mira = Service.objects.get(name="Färben"), StaffMember.objects.get(name="Mira")

    def costs(cents: int, **owner: Any) -> None:
        tiers = [{"under_hours": 99, "cents": cents}]
        factories.make_policy(in_salon, fee_tiers=tiers, **owner)

    costs(50, service=colour)
    costs(51, staff_member=mira)
    owners: list[dict[str, Any]] = [
        {},
        {"branch": Branch.objects.get()},
        {"service": cut},
        {"staff_member": jana},
    ]
    found = []
    for cents, owner in enumerate(owners):
        costs(cents, **owner)
        found.append(policies.terms_for(booked, CANCEL, now=now).fee_cents)

    assert found == [0, 1, 2, 3]


def test_a_customer_cancels_so_often_within_thirty_days(
    in_salon: Tenant, cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    factories.make_policy(in_salon, quota=2)
    days = [at(day, "10:00") for day in ("2026-12-01", "2026-12-02", "2027-01-05")]
    rows = [book(cut, jana, erika, now=now, starts_at=day).appointment for day in days]
    cancel(rows[0], now=now)
    cancel(rows[1], now=now + timedelta(days=1))

    with pytest.raises(CancelledTooOften):
        cancel(rows[2], now=now + timedelta(days=2))
    other = factories.make_customer(in_salon, name="Otto", phone="+491713920043")
    cancel(book(cut, jana, other, now=now, starts_at=days[0]).appointment, now=now)

    a_month_later = now + timedelta(days=30)
    assert not policies.terms_for(rows[2], CANCEL, now=a_month_later - MINUTE).allowed
    assert policies.terms_for(rows[2], CANCEL, now=a_month_later).allowed


def test_what_the_business_cancels_is_not_counted_against_the_customer(
    in_salon: Tenant, cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    factories.make_policy(in_salon, quota=1, notice_hours=48)
    first = book(cut, jana, erika, now=now).appointment
    second = book(cut, jana, erika, now=now, starts_at=at("2026-12-01", "10:00")).appointment

    cancel(first, now=now, source="back_office")

    assert (_change("cancelled").fee_cents, _change("cancelled").terms) == (0, {})
    assert policies.terms_for(second, CANCEL, now=now).allowed


def test_an_appointment_is_moved_so_often(
    in_salon: Tenant, booked: Appointment, now: datetime
) -> None:
    factories.make_policy(in_salon, kind=MOVE, quota=1)
    move(booked, at(TUESDAY, "11:00"), now=now)

    with pytest.raises(MovedTooOften):
        move(booked, at(TUESDAY, "12:00"), now=now)

    assert Appointment.objects.get().starts_at == at(TUESDAY, "11:00")
    assert _change("moved").fee_cents == 1000


def test_a_door_may_ask_the_policy_for_the_business_or_spare_the_customer(
    in_salon: Tenant, booked: Appointment
) -> None:
    factories.make_policy(in_salon, notice_hours=4)
    late = TEN - timedelta(hours=1)

    with pytest.raises(TooLateToCancel):
        cancel(booked, now=late, source="back_office", with_policy=True)
    cancel(booked, now=late, source="portal", with_policy=False)

    assert _change("cancelled").terms == {}


# --- What the business sets aside -------------------------------------------------------------------------


def test_setting_aside_needs_a_reason() -> None:
    with pytest.raises(Invalid):
        Override(reason="  ")


@pytest.mark.parametrize(
    ("clock", "rules"),
    [
        ("2026-11-23T09:30", ["too_soon"]),
        ("2027-03-01T10:00", ["beyond_horizon"]),
        ("2026-11-24T10:05", ["off_grid"]),
        ("2026-11-24T18:00", ["closed"]),
        ("2027-03-07T10:05", ["beyond_horizon", "off_grid", "closed"]),
    ],
)
def test_rules_that_are_set_aside_are_named_in_history_and_audit_trail(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime, clock: str, rules: list[str]
) -> None:
    start = at(*clock.split("T"))
    with pytest.raises(NotBookable):
        book(cut, jana, erika, now=now, starts_at=start, source="back_office")

    override = Override(reason="Stammkundin")
    book(cut, jana, erika, now=now, starts_at=start, source="back_office", override=override)

    change = _change("booked")
    assert change.terms == {"overridden": rules}
    assert change.reason == "Stammkundin"
    entry = AuditEntry.objects.get(object_type="booking.appointment")
    assert entry.facts == {"overridden": rules, "reason": "Stammkundin"}


def test_what_is_taken_stays_taken_even_after_hours(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    override, evening = Override(reason="dringend"), at(TUESDAY, "18:00")
    more: dict[str, Any] = {"now": now, "source": "back_office", "override": override}
    book(cut, jana, erika, starts_at=evening, **more)

    with pytest.raises(SlotTaken):
        book(cut, jana, erika, starts_at=evening + timedelta(minutes=15), **more)
    with pytest.raises(NotBookable) as past:
        book(cut, jana, erika, starts_at=now - timedelta(hours=1), **more)
    assert past.value.code == "past"
    with pytest.raises(NotOffered):
        book(
            Service.objects.get(name="Färben"),
            StaffMember.objects.get(name="Mira"),
            erika,
            **more,
        )


def test_only_the_named_rules_are_set_aside(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    override = Override(reason="Ausnahme", rules=frozenset({"off_grid"}))
    more: dict[str, Any] = {"now": now, "source": "api", "override": override}

    assert book(cut, jana, erika, starts_at=TEN + timedelta(minutes=5), **more).is_new
    with pytest.raises(NotBookable):
        book(cut, jana, erika, starts_at=at(TUESDAY, "18:00"), **more)


def test_a_rule_that_is_not_named_is_not_set_aside_behind_one_that_is(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    factories.make_time_off(
        Branch.objects.get(),
        staff_member=jana,
        starts_at=at(TUESDAY, "17:00"),
        ends_at=at(TUESDAY, "20:00"),
    )
    closed = Override(reason="Ausnahme", rules=frozenset({"closed"}))
    more: dict[str, Any] = {"now": now, "source": "back_office", "starts_at": at(TUESDAY, "18:00")}

    with pytest.raises(NotBookable) as refusal:
        book(cut, jana, erika, override=closed, **more)
    assert refusal.value.code == "time_off"
    book(cut, jana, erika, override=Override(reason="Ausnahme"), **more)

    assert _change("booked").terms == {"overridden": ["closed", "time_off"]}


def test_a_booking_within_the_rules_needs_nothing_set_aside(
    cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    book(cut, jana, erika, now=now, source="back_office", override=Override(reason="egal"))

    assert (_change("booked").terms, _change("booked").reason) == ({}, "")


def test_absence_and_policy_are_set_aside_for_a_move_and_a_cancellation(
    in_salon: Tenant, booked: Appointment, jana: StaffMember
) -> None:
    factories.make_policy(in_salon, notice_hours=4)
    factories.make_policy(in_salon, kind=MOVE, notice_hours=4)
    factories.make_time_off(
        Branch.objects.get(),
        staff_member=jana,
        starts_at=at(TUESDAY, "14:00"),
        ends_at=at(TUESDAY, "16:00"),
    )
    late = TEN - timedelta(hours=1)

    move(booked, at(TUESDAY, "14:00"), now=late, override=Override(reason="abgesprochen"))
    cancel(booked, now=late + timedelta(hours=3), override=Override(reason="Kulanz"))

    assert _change("moved").terms["overridden"] == ["too_late_to_move", "time_off"]
    assert _change("moved").fee_cents == 0
    assert _change("cancelled").terms["overridden"] == ["too_late_to_cancel"]
    assert _change("cancelled").reason == "Kulanz"


# --- Who did not come ---------------------------------------------------------------------------------


def _miss(
    cut: Service, jana: StaffMember, erika: Customer, day: str, *, is_waived: bool = False
) -> None:
    row = factories.make_appointment(
        jana, cut, erika, starts_at=at(day, "10:00"), status=Appointment.Status.NO_SHOW
    )
    Appointment.objects.filter(pk=row.pk).update(is_waived=is_waived)


@pytest.mark.parametrize(
    ("consequence", "refusal"), [("block", CustomerBlocked), ("deposit", DepositNeeded)]
)
def test_who_did_not_come_too_often_is_not_booked_by_customers_ways(
    in_salon: Tenant,
    cut: Service,
    jana: StaffMember,
    erika: Customer,
    now: datetime,
    consequence: str,
    refusal: type[Exception],
) -> None:
    factories.make_rules(
        in_salon, no_show_limit=2, no_show_window_days=30, no_show_consequence=consequence
    )
    for day in ("2026-11-10", "2026-11-11"):
        _miss(cut, jana, erika, day)

    for source in ("phone", "api", "portal"):
        with pytest.raises(refusal):
            book(cut, jana, erika, now=now, source=source)
        with pytest.raises(refusal):
            book(cut, None, erika, now=now, source=source)
        with pytest.raises(refusal):
            hold(cut, jana, now=now, source=source, customer=erika)
    other = factories.make_customer(in_salon, name="Otto", phone="+491713920043")
    assert book(cut, jana, other, now=now).is_new
    assert book(
        cut, jana, erika, now=now, starts_at=at(TUESDAY, "11:00"), source="back_office"
    ).is_new
    allowed = Override(reason="hat sich entschuldigt")
    assert book(cut, jana, erika, now=now, starts_at=at(TUESDAY, "12:00"), override=allowed).is_new


def test_what_is_waived_or_long_ago_does_not_count(
    in_salon: Tenant, cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    factories.make_rules(in_salon, no_show_limit=2, no_show_window_days=30)
    _miss(cut, jana, erika, "2026-11-10")
    _miss(cut, jana, erika, "2026-11-11", is_waived=True)
    _miss(cut, jana, erika, "2026-10-22")

    assert book(cut, jana, erika, now=now).is_new


# --- Whose turn it is ---------------------------------------------------------------------------------


def test_anybody_is_everybody_in_turn_and_never_somebody_who_cannot(
    in_salon: Tenant, erika: Customer, now: datetime
) -> None:
    """300 bookings of three equals; a fourth is away all the time, a fifth does not offer it."""
    factories.make_rules(in_salon, prefers_usual_staff=False)
    branch = Branch.objects.get()
    massage = factories.make_service(in_salon, name="Massage", duration_minutes=15)
    equals = [factories.make_staff(branch, name=name) for name in ("Ada", "Bea", "Cleo")]
    away = factories.make_staff(branch, name="Dora")
    for person in (*equals, away):
        factories.make_skill(person, massage)
    factories.make_time_off(
        branch, staff_member=away, starts_at=now, ends_at=now + timedelta(days=60)
    )
    starts = [
        at(day, "09:00") + timedelta(minutes=15 * number)
        for day in ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27")
        for number in range(32)
    ]

    booked = [
        book(massage, None, erika, now=now, starts_at=starts[number % len(starts)]).appointment
        for number in range(300)
    ]

    counts = {
        person.name: sum(row.staff_member_id == person.pk for row in booked) for person in equals
    }
    assert sum(counts.values()) == 300
    assert all(97 <= count <= 103 for count in counts.values()), counts
