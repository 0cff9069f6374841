"""Rooms, chairs and devices: who gets which, and when they are given back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from askpro.operations import proof
from booking import resources, scheduling
from booking.models import (
    Appointment,
    Customer,
    Requirement,
    Resource,
    ResourceUse,
    Service,
    StaffMember,
)
from booking.refusals import ResourceTaken
from booking.resources import Need
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import at
from tests.booking.writing import BY, TEN, TUESDAY, book, book_said, cancel, hold, move

ALL = Requirement.Mode.ALL


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def mira(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Mira")


@pytest.fixture
def cut(in_salon: Tenant) -> Service:
    return Service.objects.get(name="Haarschnitt")


@pytest.fixture
def erika(in_salon: Tenant) -> Customer:
    return factories.make_customer(in_salon)


@pytest.fixture
def room(in_salon: Tenant) -> Resource:
    return factories.make_resource(Branch.objects.get(), name="Raum 1")


@pytest.fixture
def other_room(in_salon: Tenant) -> Resource:
    return factories.make_resource(Branch.objects.get(), name="Raum 2")


def _used() -> list[tuple[str, datetime, datetime]]:
    found = ResourceUse.objects.order_by("blocked_from", "resource__name")
    return [(use.resource.name, use.blocked_from, use.blocked_until) for use in found]


def test_a_resource_is_taken_with_buffers_and_two_people_cannot_have_it(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    room: Resource,
    now: datetime,
) -> None:
    factories.make_requirement(cut, room)
    Service.objects.filter(pk=cut.pk).update(buffer_before_minutes=5, buffer_after_minutes=10)
    cut.refresh_from_db()

    book(cut, jana, erika, now=now)

    assert _used() == [("Raum 1", TEN - timedelta(minutes=5), TEN + timedelta(minutes=40))]
    for start in (TEN, TEN + timedelta(minutes=30)):
        with pytest.raises(ResourceTaken):
            book(cut, mira, erika, now=now, starts_at=start)
    assert book(cut, mira, erika, now=now, starts_at=TEN + timedelta(minutes=45)).is_new


def test_any_one_is_the_first_that_is_free(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    room: Resource,
    other_room: Resource,
    now: datetime,
) -> None:
    factories.make_requirement(cut, room, other_room)

    for person in (jana, mira):
        book(cut, person, erika, now=now)

    assert [name for name, _, _ in _used()] == ["Raum 1", "Raum 2"]


def test_all_of_them_means_all_of_them(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    room: Resource,
    other_room: Resource,
    now: datetime,
) -> None:
    colour = Service.objects.get(name="Färben")
    factories.make_requirement(cut, other_room)
    factories.make_requirement(colour, room, other_room, mode=ALL)
    book(cut, mira, erika, now=now)

    with pytest.raises(ResourceTaken):
        book(colour, jana, erika, now=now)
    book(colour, jana, erika, now=now, starts_at=at(TUESDAY, "12:00"))

    assert [name for name, _, _ in _used()] == ["Raum 2", "Raum 1", "Raum 2"]


def test_what_a_branch_does_not_have_cannot_be_had(
    cut: Service, jana: StaffMember, erika: Customer, in_salon: Tenant, now: datetime
) -> None:
    broken = factories.make_resource(Branch.objects.get(), name="Kaputt", is_active=False)
    elsewhere = factories.make_resource(factories.make_branch(in_salon, name="Zwei"), name="Dort")
    factories.make_requirement(cut, broken, elsewhere)

    with pytest.raises(ResourceTaken):
        book(cut, jana, erika, now=now, branch=Branch.objects.get(name="Hauptfiliale"))
    assert not Appointment.objects.exists()


def test_resources_are_given_back_by_cancelling_releasing_and_running_out(
    cut: Service, jana: StaffMember, erika: Customer, room: Resource, now: datetime
) -> None:
    factories.make_requirement(cut, room)
    booked = book(cut, jana, erika, now=now).appointment
    held = hold(cut, jana, now=now, starts_at=at(TUESDAY, "12:00"))
    hold(cut, jana, now=now, starts_at=at(TUESDAY, "14:00"))
    assert len(_used()) == 3

    cancel(booked, now=now)
    scheduling.release(held, by=BY, now=now)
    scheduling.drop_expired_holds(now + timedelta(seconds=300))

    assert _used() == []


def test_a_hold_in_another_diary_that_ran_out_takes_no_room(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    room: Resource,
    now: datetime,
) -> None:
    factories.make_requirement(cut, room)
    hold(cut, jana, now=now)
    with pytest.raises(ResourceTaken):
        book(cut, mira, erika, now=now)

    assert book(cut, mira, erika, now=now + timedelta(seconds=300)).is_new


def test_a_hold_that_lost_its_room_for_running_out_takes_another_one(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    room: Resource,
    other_room: Resource,
    now: datetime,
) -> None:
    factories.make_requirement(cut, room, other_room)
    held = hold(cut, jana, now=now)
    # The clock of the one who takes the room is ahead of the clock of the one who holds.
    book(cut, mira, erika, now=now + timedelta(seconds=300))

    booked = book(cut, jana, erika, now=now + timedelta(seconds=299), hold=held).appointment

    assert booked.pk == held.pk
    assert set(ResourceUse.objects.values_list("appointment__staff_member__name", flat=True)) == {
        "Jana",
        "Mira",
    }


def test_a_move_takes_the_same_room_along_if_it_can(
    cut: Service,
    jana: StaffMember,
    mira: StaffMember,
    erika: Customer,
    room: Resource,
    other_room: Resource,
    now: datetime,
) -> None:
    factories.make_requirement(cut, room, other_room)
    book(cut, jana, erika, now=now)
    second = book(cut, mira, erika, now=now).appointment

    move(second, TEN + timedelta(minutes=15), now=now)

    use = ResourceUse.objects.get(appointment=second)
    assert (use.resource, use.blocked_from) == (other_room, TEN + timedelta(minutes=15))


def test_a_session_shares_its_room(
    jana: StaffMember, mira: StaffMember, erika: Customer, in_salon: Tenant, room: Resource,
    other_room: Resource, now: datetime,
) -> None:  # fmt: skip
    yoga = factories.make_service(in_salon, name="Yoga", duration_minutes=60, seats=3)
    factories.make_skill(jana, yoga)
    factories.make_requirement(yoga, room, other_room)

    first = book(yoga, jana, erika, now=now).appointment
    book(yoga, jana, erika, now=now)
    cancel(first, now=now)
    book(yoga, jana, erika, now=now)

    assert [name for name, _, _ in _used()] == ["Raum 1", "Raum 1"]


def test_who_moves_into_a_session_leaves_the_own_room_for_the_room_of_the_others(
    jana: StaffMember, mira: StaffMember, erika: Customer, in_salon: Tenant, room: Resource,
    other_room: Resource, now: datetime,
) -> None:  # fmt: skip
    yoga = factories.make_service(in_salon, name="Yoga", duration_minutes=60, seats=3)
    for person in (jana, mira):
        factories.make_skill(person, yoga)
    factories.make_requirement(yoga, room, other_room)
    with_jana = book(yoga, jana, erika, now=now).appointment
    book(yoga, mira, erika, now=now)

    move(with_jana, TEN, staff_member=mira, now=now)

    assert [name for name, _, _ in _used()] == ["Raum 2", "Raum 2"]


def test_a_service_without_needs_takes_nothing(
    cut: Service, jana: StaffMember, erika: Customer, room: Resource, now: datetime
) -> None:
    book(cut, jana, erika, now=now)

    assert _used() == []


@pytest.mark.django_db(transaction=True)
def test_two_people_and_one_room_at_once_is_one_of_them(salon: Tenant, now: datetime) -> None:
    cut, erika = factories.service_of(salon, "Haarschnitt"), factories.make_customer(salon)
    factories.make_requirement(
        cut, factories.make_resource(factories.branch_of(salon), name="Raum")
    )
    people = [factories.staff_of(salon, name) for name in ("Jana", "Mira")]

    with proof.rivals(8) as at_once:
        said = at_once(lambda rival: book_said(salon, cut, people[rival % 2], erika, now=now))

    assert said.count("done") == 1
    assert set(said) <= {"done", "resource_taken", "slot_taken"}
    with scope.tenant(salon):
        assert ResourceUse.objects.count() == 1


# --- The choice --------------------------------------------------------------------------------------


def test_a_need_steps_aside_for_one_that_has_no_other_choice() -> None:
    needs = [Need(is_all=False, resource_ids=ids) for ids in ((1, 2), (1,))]

    assert resources.choose(needs, busy=()) == {1, 2}


@settings(suppress_health_check=[HealthCheck.too_slow])  # it is the machine that is
@given(
    st.lists(
        st.builds(Need, st.booleans(), st.frozensets(st.integers(1, 4), min_size=1).map(tuple)),
        max_size=4,
    ),
    st.frozensets(st.integers(1, 4)),
)
def test_a_choice_is_found_exactly_where_there_is_one(
    needs: list[Need], busy: frozenset[int]
) -> None:
    possible = _every_choice(needs, busy)

    if not possible:
        with pytest.raises(ResourceTaken):
            resources.choose(needs, busy=busy)
    else:
        assert resources.choose(needs, busy=busy) in possible


def _every_choice(needs: list[Need], busy: frozenset[int]) -> list[set[int]]:
    """Try everything: all of each "all", then one for each "any" that nobody else has."""
    fixed = {number for need in needs if need.is_all for number in need.resource_ids}
    insisted = sum(len(need.resource_ids) for need in needs if need.is_all)
    if fixed & busy or insisted > len(fixed):
        return []
    choices = [fixed]
    for need in needs:
        if not need.is_all:
            choices = [
                taken | {number}
                for taken in choices
                for number in need.resource_ids
                if number not in taken and number not in busy
            ]
    return choices
