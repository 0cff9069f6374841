"""Several services in one visit: found one after the other, written as a whole or not at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from askpro.operations import proof
from booking import availability, policies, scheduling, visits
from booking.models import (
    Appointment,
    AppointmentChange,
    Customer,
    Policy,
    Service,
    StaffMember,
    Visit,
)
from booking.periods import Period
from booking.refusals import AlreadyOver, KeyReused, NotBookable, SlotTaken, TooLateToCancel
from booking.visits import Part, Plan, Wish
from integrations.models import Message
from tenants import scope
from tenants.errors import Invalid, NotFound, Refused
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import BERLIN, a_day, at
from tests.booking.writing import BY, TEN, TUESDAY, book, cancel, hold, move

# Jana cuts (30 minutes) and colours (90); Mira cuts. Open from 9 to 17.


@pytest.fixture
def cut(in_salon: Tenant) -> Service:
    return Service.objects.get(name="Haarschnitt")


@pytest.fixture
def colour(in_salon: Tenant) -> Service:
    return Service.objects.get(name="Färben")


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def mira(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Mira")


@pytest.fixture
def erika(in_salon: Tenant) -> Customer:
    return factories.make_customer(in_salon, email="erika@example.org")


def _find(wishes: list[Wish], *, now: datetime, **more: Any) -> list[Plan]:
    period = more.pop("period", a_day(TUESDAY))
    return visits.find(wishes, branch=Branch.objects.get(), period=period, now=now, **more)


def _book(
    parts: Sequence[Part], customer: Customer, *, now: datetime, **more: Any
) -> visits.Booked:
    return visits.book(
        parts,
        branch=Branch.objects.get(),
        customer=customer,
        attendee_name=customer.name,
        source=more.pop("source", "phone"),
        by=BY,
        now=now,
        **more,
    )


def _change(visit: Visit, verb: Any, *args: Any, now: datetime, **more: Any) -> Any:
    return verb(visit, *args, by=BY, source=more.pop("source", "phone"), now=now, **more)


def _part(service: Service, person: StaffMember, starts_at: datetime, *, seats: int = 1) -> Part:
    return Part(
        service=service,
        staff_member_id=person.pk,
        staff_name=person.name,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=service.duration_minutes),
        seats=seats,
    )


def _shown(plan: Plan) -> list[str]:
    return [f"{part.starts_at.astimezone(BERLIN):%H:%M} {part.staff_name}" for part in plan.parts]


# --- Finding ---------------------------------------------------------------------------------------


def test_parts_follow_each_other_with_the_same_person_where_able(
    cut: Service, colour: Service, now: datetime
) -> None:
    found = _find([Wish(service=colour), Wish(service=cut)], now=now, limit=2)

    assert [_shown(plan) for plan in found] == [
        ["09:00 Jana", "10:30 Jana"],
        ["09:15 Jana", "10:45 Jana"],
    ]


def test_the_last_start_leaves_time_for_all_parts(
    cut: Service, colour: Service, now: datetime
) -> None:
    found = _find([Wish(service=colour), Wish(service=cut)], now=now, limit=99)

    assert len(found) == 25  # from 9:00 to 15:00, every quarter of an hour
    assert _shown(found[-1]) == ["15:00 Jana", "16:30 Jana"]
    assert found[-1].ends_at == at(TUESDAY, "17:00")


def test_somebody_else_takes_over_when_the_same_person_cannot(
    cut: Service, colour: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    book(cut, jana, erika, now=now, starts_at=at(TUESDAY, "10:30"))

    found = _find([Wish(service=colour), Wish(service=cut)], now=now, limit=1)

    assert _shown(found[0]) == ["09:00 Jana", "10:30 Mira"]


def test_a_wanted_person_and_a_wanted_gap_are_kept(
    cut: Service, colour: Service, mira: StaffMember, now: datetime
) -> None:
    wishes = [Wish(service=colour), Wish(service=cut, staff_member=mira, gap_minutes=20)]

    assert _shown(_find(wishes, now=now, limit=1)[0]) == ["09:00 Jana", "10:50 Mira"]


def test_nobody_waits_longer_than_said(
    cut: Service, colour: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    for person in (jana, mira):
        book(cut, person, erika, now=now, starts_at=at(TUESDAY, "10:30"))
    wishes = [Wish(service=colour), Wish(service=cut)]

    assert _shown(_find(wishes, now=now, limit=1)[0]) == ["11:00 Jana", "12:30 Jana"]
    patient = _find(wishes, now=now, limit=1, longest_wait_minutes=30)
    assert _shown(patient[0]) == ["09:00 Jana", "11:00 Jana"]


def test_buffers_of_the_same_person_add_up_between_parts(
    cut: Service, colour: Service, jana: StaffMember, now: datetime
) -> None:
    Service.objects.filter(pk=colour.pk).update(buffer_after_minutes=10)
    Service.objects.filter(pk=cut.pk).update(buffer_before_minutes=5)
    for each in (cut, colour):
        each.refresh_from_db()
    wishes = [Wish(service=colour), Wish(service=cut, staff_member=jana)]

    assert _shown(_find(wishes, now=now, limit=1)[0]) == ["09:00 Jana", "10:45 Jana"]


def test_each_part_goes_to_somebody_who_is_there_for_it(
    cut: Service, colour: Service, in_salon: Tenant, mira: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    branch = Branch.objects.get()
    wash = factories.make_service(in_salon, name="Waschen", duration_minutes=15)
    factories.make_skill(mira, wash)
    factories.make_time_off(
        branch, staff_member=mira, starts_at=at(TUESDAY, "09:30"), ends_at=at(TUESDAY, "17:00")
    )
    wishes = [Wish(service=wash), Wish(service=cut), Wish(service=colour)]

    found = _find(wishes, now=now, limit=99)

    assert [_shown(plan) for plan in found] == [
        ["09:00 Mira", "09:15 Jana", "09:45 Jana"],
        ["09:15 Mira", "09:30 Jana", "10:00 Jana"],
    ]


def test_a_part_waits_a_little_so_that_the_next_one_follows_in_time(
    in_salon: Tenant,
    cut: Service,
    colour: Service,
    jana: StaffMember,
    mira: StaffMember,
    now: datetime,
) -> None:
    """Mira can only begin at ten. Her second cut could begin at 10:30, but then Jana, who comes at 11:30, is too late."""
    branch = Branch.objects.get()
    scenes.change(cut, step_minutes=30)
    scenes.special(branch, TUESDAY, (10, 11.25), of=mira)
    scenes.special(branch, TUESDAY, (11.5, 13), of=jana)
    wishes = [
        Wish(service=cut, staff_member=mira),
        Wish(service=cut, staff_member=mira),
        Wish(service=colour, staff_member=jana),
    ]

    found = _find(wishes, now=now, longest_wait_minutes=15)

    assert [_shown(plan) for plan in found] == [["10:00 Mira", "10:45 Mira", "11:30 Jana"]]


def test_limits_count_the_parts_of_one_visit_together(
    in_salon: Tenant, cut: Service, colour: Service, jana: StaffMember, mira: StaffMember,
    erika: Customer, now: datetime,
) -> None:  # fmt: skip
    """Jana has one appointment left that day, so Mira does the second part."""
    scenes.change(jana, max_per_day=1)
    wishes = [Wish(service=colour), Wish(service=cut)]

    found = _find(wishes, now=now)
    alone = _find([Wish(service=colour), Wish(service=cut, staff_member=jana)], now=now)

    assert {tuple(part.staff_name for part in plan.parts) for plan in found} == {("Jana", "Mira")}
    assert alone == []
    assert _book(found[0].parts, erika, now=now).is_new


@pytest.mark.parametrize(
    "limit",
    [
        {"max_per_day": 1},
        {"max_per_customer_per_day": 1},
        {"max_per_customer_per_week": 1},
        {"max_ahead_per_customer": 1},
    ],
)
def test_the_same_service_twice_is_two_of_its_limit(
    in_salon: Tenant,
    cut: Service,
    colour: Service,
    erika: Customer,
    now: datetime,
    limit: dict[str, int],
) -> None:
    scenes.change(cut, **limit)

    assert _find([Wish(service=cut), Wish(service=cut)], now=now, customer=erika) == []
    assert _find([Wish(service=cut), Wish(service=colour)], now=now, customer=erika)


def test_what_is_found_can_be_booked(
    in_salon: Tenant, cut: Service, colour: Service, erika: Customer, now: datetime
) -> None:
    room = factories.make_resource(Branch.objects.get(), name="Raum")
    for service in (cut, colour):
        factories.make_requirement(service, room)
        Service.objects.filter(pk=service.pk).update(buffer_after_minutes=5)
        service.refresh_from_db()
    wishes = [Wish(service=colour), Wish(service=cut), Wish(service=cut, gap_minutes=7)]

    booked = 0
    while found := _find(wishes, now=now, limit=1):
        _book(found[0].parts, erika, now=now)
        booked += 1

    assert booked == 2  # 175 minutes with buffers each, twice in eight hours with one room
    assert Appointment.objects.count() == 6


# --- Booking -----------------------------------------------------------------------------------------


def test_a_visit_is_all_its_parts_and_one_message(
    cut: Service, colour: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    parts = [_part(colour, jana, TEN), _part(cut, mira, at(TUESDAY, "11:35"))]

    booked = _book(parts, erika, now=now)

    rows = list(Appointment.objects.order_by("starts_at"))
    assert rows == booked.appointments
    assert [row.visit for row in rows] == [booked.visit] * 2
    assert [row.staff_member for row in rows] == [jana, mira]
    assert AppointmentChange.objects.filter(kind="booked").count() == 2
    message = Message.objects.get()
    assert message.topic == "visit_booked"
    assert "10:00 Uhr bis 11:30 Uhr: Färben bei Jana" in message.body
    assert "11:35 Uhr bis 12:05 Uhr: Haarschnitt bei Mira" in message.body


def test_a_part_that_cannot_be_leaves_nothing(
    cut: Service, colour: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    book(cut, mira, erika, now=now, starts_at=at(TUESDAY, "11:30"))

    with pytest.raises(SlotTaken):
        _book([_part(colour, jana, TEN), _part(cut, mira, at(TUESDAY, "11:30"))], erika, now=now)
    with pytest.raises(NotBookable):
        _book([_part(cut, jana, at(TUESDAY, "10:05"))], erika, now=now)

    assert Appointment.objects.count() == 1
    assert not Visit.objects.exists()


def test_nobody_is_in_two_chairs_at_once(
    cut: Service, colour: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        _book([_part(colour, jana, TEN), _part(cut, mira, at(TUESDAY, "11:15"))], erika, now=now)

    assert "parts" in refusal.value.errors
    with pytest.raises(Invalid):
        _book([], erika, now=now)
    assert not Appointment.objects.exists()


def test_the_same_key_gives_the_same_visit(
    cut: Service, colour: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    parts = [_part(colour, jana, TEN), _part(cut, jana, at(TUESDAY, "11:30"))]
    first = _book(parts, erika, now=now, idempotency_key="v")

    again = _book(parts, erika, now=now, idempotency_key="v")

    assert (again.is_new, again.visit, again.appointments) == (
        False,
        first.visit,
        first.appointments,
    )
    assert Message.objects.count() == 1
    with pytest.raises(KeyReused):
        _book(parts[:1], erika, now=now, idempotency_key="v")


# --- Changing ----------------------------------------------------------------------------------------


@pytest.fixture
def visit(
    cut: Service, colour: Service, jana: StaffMember, mira: StaffMember, erika: Customer, now: datetime,
) -> Visit:  # fmt: skip
    parts = [_part(colour, jana, TEN), _part(cut, jana, at(TUESDAY, "11:30"))]
    return _book(parts, erika, now=now).visit


def _starts() -> list[datetime]:
    found = Appointment.objects.exclude(status="cancelled").order_by("starts_at")
    return [row.starts_at for row in found]


@pytest.mark.parametrize("minutes", [15, -15, 90, 240])
def test_a_visit_moves_as_a_whole_also_over_its_own_time(
    visit: Visit, cut: Service, colour: Service, jana: StaffMember, now: datetime, minutes: int
) -> None:
    by = timedelta(minutes=minutes)
    parts = [_part(colour, jana, TEN + by), _part(cut, jana, TEN + by + timedelta(minutes=90))]
    before = set(Appointment.objects.values_list("pk", flat=True))

    _change(visit, visits.move, parts, now=now)

    assert _starts() == [TEN + by, TEN + by + timedelta(minutes=90)]
    assert set(Appointment.objects.values_list("pk", flat=True)) == before
    assert AppointmentChange.objects.filter(kind="moved").count() == 2
    assert Message.objects.filter(topic="visit_moved").count() == 1


def test_a_move_that_fails_for_one_part_moves_none(
    visit: Visit, cut: Service, colour: Service, jana: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    book(cut, jana, erika, now=now, starts_at=at(TUESDAY, "15:30"))
    parts = [_part(colour, jana, at(TUESDAY, "14:00")), _part(cut, jana, at(TUESDAY, "15:30"))]

    with pytest.raises(SlotTaken):
        _change(visit, visits.move, parts, now=now)
    with pytest.raises(Invalid):
        _change(visit, visits.move, parts[:1], now=now)

    assert _starts()[:2] == [TEN, at(TUESDAY, "11:30")]


def test_what_can_be_moved_is_found_over_the_own_time(
    visit: Visit, cut: Service, colour: Service, jana: StaffMember, now: datetime
) -> None:
    own = visits.parts_of(visit)
    period = Period(at(TUESDAY, "10:15"), at(TUESDAY, "10:30"))

    found = _find([Wish(service=colour), Wish(service=cut)], now=now, period=period, moving=own)
    _change(visit, visits.move, found[0].parts, now=now)

    assert _starts() == [at(TUESDAY, "10:15"), at(TUESDAY, "11:45")]


def test_a_visit_moves_to_a_faster_person_as_long_as_it_was_booked(
    visit: Visit, cut: Service, colour: Service, jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    """The colour took Jana ninety minutes; Mira needs sixty, but keeps the time that was promised."""
    factories.make_skill(mira, colour, duration_minutes=60)
    wishes = [Wish(service=colour, staff_member=mira), Wish(service=cut, staff_member=jana)]

    found = _find(wishes, now=now, moving=visits.parts_of(visit))
    _change(visit, visits.move, found[0].parts, now=now)

    assert _shown(found[0]) == ["09:00 Mira", "10:30 Jana"]
    assert [part.price_cents for part in found[0].parts] == [8900, 3500]
    assert _starts() == [at(TUESDAY, "09:00"), at(TUESDAY, "10:30")]


def test_a_part_by_itself_is_not_moved_to_the_time_of_another_part(
    visit: Visit, cut: Service, mira: StaffMember, now: datetime
) -> None:
    """The colour lasts from 10:00 to 11:30; Mira could cut meanwhile, but nobody sits in two chairs."""
    colouring, cutting = visits.parts_of(visit)
    branch = Branch.objects.get()
    with_mira: Any = {"now": now, "staff_member": mira, "ignoring": cutting}

    offered = availability.free_slots(cut, branch=branch, period=a_day(TUESDAY), **with_mira)
    said = availability.explain(cut, branch=branch, starts_at=at(TUESDAY, "11:15"), **with_mira)

    clocks = [f"{slot.starts_at.astimezone(BERLIN):%H:%M}" for slot in offered]
    assert clocks[:4] == ["09:00", "09:15", "09:30", "11:30"]
    assert (said.rule, said.facts["appointment_ids"]) == ("taken", [colouring.pk])
    for override in (None, scheduling.Override(reason="Sie will es so")):
        with pytest.raises(SlotTaken):
            move(
                cutting,
                at(TUESDAY, "11:15"),
                staff_member=mira,
                now=now,
                override=override,
            )
    move(cutting, at(TUESDAY, "09:30"), staff_member=mira, now=now)
    assert _starts() == [at(TUESDAY, "09:30"), TEN]


def test_a_visit_is_cancelled_as_a_whole_and_once(visit: Visit, now: datetime) -> None:
    for _ in range(2):
        _change(visit, visits.cancel, now=now)

    assert _starts() == []
    assert AppointmentChange.objects.filter(kind="cancelled").count() == 2
    assert Message.objects.filter(topic="visit_cancelled").count() == 1


def test_a_visit_that_has_begun_is_not_cancelled_any_more(visit: Visit) -> None:
    with pytest.raises(AlreadyOver):
        _change(visit, visits.cancel, now=at(TUESDAY, "11:00"))

    assert len(_starts()) == 2


def test_a_visit_pays_its_fixed_fee_once_and_counts_once_against_the_quota(
    in_salon: Tenant, visit: Visit, cut: Service, jana: StaffMember, erika: Customer, now: datetime,
) -> None:  # fmt: skip
    factories.make_policy(in_salon, quota=2)
    later = book(cut, jana, erika, now=now, starts_at=at("2026-12-01", "10:00")).appointment

    assert visits.terms_for(visit, Policy.Kind.CANCEL, now=now).fee_cents == 1000
    _change(visit, visits.cancel, now=now)

    fees = AppointmentChange.objects.filter(kind="cancelled").values_list("fee_cents", flat=True)
    assert sorted(fees) == [0, 1000]
    assert policies.terms_for(later, Policy.Kind.CANCEL, now=now).allowed


def test_shares_of_the_price_add_up_and_one_refusal_counts_for_all(
    in_salon: Tenant, visit: Visit, cut: Service, now: datetime
) -> None:
    factories.make_policy(in_salon, fee_tiers=[{"under_hours": 48, "percent": 10}])
    assert visits.terms_for(visit, Policy.Kind.CANCEL, now=now).fee_cents == 350 + 890
    factories.make_policy(in_salon, service=cut, notice_hours=48, text="Zwei Tage vorher.")

    with pytest.raises(TooLateToCancel):
        _change(visit, visits.cancel, now=now)

    assert len(_starts()) == 2


@pytest.mark.django_db(transaction=True)
def test_visits_over_cross_at_once_do_not_wait_for_each_other_for_ever(
    salon: Tenant, now: datetime
) -> None:
    cut, erika = factories.service_of(salon, "Haarschnitt"), factories.make_customer(salon)
    people = [factories.staff_of(salon, name) for name in ("Jana", "Mira")]
    half_past = TEN + timedelta(minutes=30)

    def visit_them(rival: int) -> str:
        one, other = people if rival % 2 else reversed(people)
        try:
            with scope.tenant(salon):
                _book([_part(cut, one, TEN), _part(cut, other, half_past)], erika, now=now)
        except Refused as refusal:
            return refusal.code
        return "done"

    with proof.rivals(8) as at_once:
        said = at_once(visit_them)

    assert said.count("done") == 2
    assert set(said) == {"done", "slot_taken"}
    with scope.tenant(salon):
        assert Visit.objects.count() == 2
        assert Appointment.objects.count() == 4


# --- Holding ---------------------------------------------------------------------------------------------


def _hold(parts: Sequence[Part], *, now: datetime, **more: Any) -> visits.HeldVisit:
    return visits.hold(
        parts,
        branch=Branch.objects.get(),
        source=more.pop("source", "phone"),
        by=BY,
        now=now,
        **more,
    )


@pytest.fixture
def parts(cut: Service, colour: Service, mira: StaffMember, jana: StaffMember) -> list[Part]:
    """Mira cuts at ten, Jana colours at half past ten."""
    return [_part(cut, mira, TEN), _part(colour, jana, TEN + timedelta(minutes=30))]


def _states() -> list[str]:
    return list(Appointment.objects.order_by("starts_at", "pk").values_list("status", flat=True))


def test_all_parts_are_held_for_five_minutes_and_nobody_else_gets_one(
    parts: list[Part],
    cut: Service,
    mira: StaffMember,
    jana: StaffMember,
    erika: Customer,
    now: datetime,
) -> None:
    held = _hold(parts, now=now)
    until = now + timedelta(seconds=300)

    assert [each.hold_expires_at for each in held.holds] == [until, until]
    for person, start in ((mira, TEN), (jana, TEN + timedelta(minutes=60))):
        with pytest.raises(SlotTaken):
            book(cut, person, erika, now=until - timedelta(seconds=1), starts_at=start)
        book(cut, person, erika, now=until, starts_at=start)


def test_a_visit_is_held_as_a_whole_or_not_at_all(
    parts: list[Part], cut: Service, jana: StaffMember, erika: Customer, now: datetime
) -> None:
    book(cut, jana, erika, now=now, starts_at=TEN + timedelta(minutes=90))

    with pytest.raises(SlotTaken):
        _hold(parts, now=now)

    assert _states() == ["confirmed"]
    assert not Visit.objects.exists()


def test_a_held_visit_becomes_the_booked_one(
    parts: list[Part], erika: Customer, now: datetime
) -> None:
    held = _hold(parts, now=now)
    later = now + timedelta(minutes=4)

    booked = _book(parts, erika, now=later, hold=held.visit, idempotency_key="k")
    again = _book(parts, erika, now=later, hold=held.visit, idempotency_key="k")

    assert booked.visit == held.visit == again.visit
    assert (booked.is_new, again.is_new) == (True, False)
    assert [each.pk for each in booked.appointments] == [each.pk for each in held.holds]
    assert Visit.objects.get().customer == erika
    assert _states() == ["confirmed", "confirmed"]


def test_who_decides_for_other_times_gives_the_held_ones_back(
    parts: list[Part], cut: Service, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    """Half of it stays as it was held, half is at another time; a third person's wish fits again."""
    held = _hold(parts, now=now)
    wanted = [
        parts[0],
        _part(parts[1].service, StaffMember.objects.get(name="Jana"), TEN + timedelta(hours=2)),
    ]

    booked = _book(wanted, erika, now=now, hold=held.visit)

    assert _states() == ["confirmed", "confirmed"]
    assert booked.appointments[0].pk == held.holds[0].pk
    assert not Appointment.objects.filter(pk=held.holds[1].pk).exists()


def test_a_held_visit_that_ran_out_is_booked_only_if_it_is_still_free(
    parts: list[Part], cut: Service, mira: StaffMember, erika: Customer, now: datetime
) -> None:
    held, later = _hold(parts, now=now), now + timedelta(seconds=300)
    book(cut, mira, erika, now=later)

    with pytest.raises(SlotTaken):
        _book(parts, erika, now=later, hold=held.visit)

    assert Appointment.objects.filter(status="confirmed").count() == 1


@pytest.mark.parametrize("way", ["the visit", "one part", "one part is cancelled"])
def test_a_held_visit_is_given_back_as_a_whole(parts: list[Part], now: datetime, way: str) -> None:
    held = _hold(parts, now=now)

    if way == "the visit":
        visits.release(held.visit, by=BY, now=now)
    elif way == "one part":
        scheduling.release(held.holds[1], by=BY, now=now)
    else:
        cancel(held.holds[1], now=now)

    assert not Appointment.objects.exists()


def test_nothing_is_left_of_a_held_visit_that_ran_out(
    parts: list[Part], now: datetime, in_salon: Tenant
) -> None:
    held = _hold(parts, now=now)
    assert scheduling.drop_expired_holds(now + timedelta(seconds=299)) == 0

    assert scheduling.drop_expired_holds(now + timedelta(seconds=300)) == 2

    assert not Visit.objects.filter(pk=held.visit.pk).exists()
    with pytest.raises(NotFound):
        visits.visit_for(in_salon.pk, held.visit.pk)


def test_a_visit_moves_to_the_times_that_are_held_for_it(
    parts: list[Part], erika: Customer, jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    visit = _book(parts, erika, now=now).visit
    later = [
        _part(part.service, person, part.starts_at + timedelta(hours=3))
        for part, person in zip(parts, (mira, jana), strict=True)
    ]
    held = _hold(later, now=now)

    moved = _change(visit, visits.move, later, now=now, hold=held.visit)

    assert [each.starts_at for each in moved] == [part.starts_at for part in later]
    assert _states() == ["confirmed", "confirmed"]


def test_another_call_of_the_same_caller_does_not_break_a_held_visit(
    parts: list[Part], cut: Service, mira: StaffMember, now: datetime
) -> None:
    _hold(parts, now=now, call_number=7)

    with pytest.raises(SlotTaken):
        hold(cut, mira, now=now, call_number=7)

    assert _states() == ["held", "held"]
