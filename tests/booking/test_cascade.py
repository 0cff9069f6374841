"""Somebody falls ill: one proposal for each customer, no time twice, and nothing moves before they agree."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking import cascade, offers, scheduling
from booking.models import (
    Appointment,
    AppointmentChange,
    Customer,
    Proposal,
    Service,
    Skill,
    StaffMember,
    TimeOff,
    Visit,
)
from integrations.models import Message
from tenants import actors
from tenants.errors import NotFound
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import BERLIN, at

BY = actors.system("tests")


@pytest.fixture
def jana(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Jana")


@pytest.fixture
def mira(in_salon: Tenant) -> StaffMember:
    return StaffMember.objects.get(name="Mira")


def a_cut(
    person: StaffMember, clock: str, *, day: str = "2026-11-24", name: str = "Erika", **more: Any
) -> Appointment:
    customer = Customer.objects.filter(name=name).first() or Customer.objects.create(
        tenant_id=person.tenant_id, name=name, email=more.pop("email", f"{name}@example.org")
    )
    cut = Service.objects.get(name="Haarschnitt")
    return factories.make_appointment(person, cut, customer, starts_at=at(day, clock))


@pytest.fixture
def ill(jana: StaffMember) -> TimeOff:
    """Jana is ill on Tuesday."""
    return factories.make_time_off(
        Branch.objects.get(),
        staff_member=jana,
        starts_at=at("2026-11-24"),
        ends_at=at("2026-11-25"),
    )


def propose(off: TimeOff, *, now: datetime) -> cascade.Report:
    return cascade.propose(off, by=BY, now=now)


def shown(report: cascade.Report) -> list[tuple[str, str]]:
    found = []
    for case in report.cases:
        offered = case.proposal
        local = offered.starts_at.astimezone(BERLIN) if offered else None
        told = f"{local:%a %H:%M} {offered.staff_member.name}" if offered else str(case.reason)
        found.append((case.appointment.attendee_name, told))
    return found


def test_a_colleague_is_proposed_at_the_same_time(
    jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    erikas = a_cut(jana, "10:00")

    report = propose(ill, now=now)

    assert shown(report) == [("Erika", "Tue 10:00 Mira")]
    proposal = Proposal.objects.get()
    hold = Appointment.objects.get(status="held")
    assert (proposal.appointment, proposal.time_off, proposal.status) == (erikas, ill, "open")
    assert proposal.hold_number == hold.pk
    # A day to answer; the old and the new time are 25 hours ahead.
    assert proposal.expires_at == now + timedelta(hours=24)


def test_the_customer_is_asked_in_german_and_nothing_moves(
    jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    erikas = a_cut(jana, "10:00")

    propose(ill, now=now)

    erikas.refresh_from_db()
    assert (erikas.staff_member, erikas.starts_at, erikas.version) == (
        jana,
        at("2026-11-24", "10:00"),
        0,
    )
    message = Message.objects.get()
    assert message.recipient == "Erika@example.org"
    assert message.subject == (
        "Ihr Termin am Dienstag, 24. November 2026: neuer Vorschlag – Salon Sonnenschein"
    )
    assert "Jana fällt leider aus" in message.body
    assert "Haarschnitt bei Mira" in message.body
    assert "Ohne Ihre Zusage wird nichts verlegt." in message.body


def test_no_time_is_proposed_twice(
    jana: StaffMember, mira: StaffMember, ill: TimeOff, now: datetime
) -> None:
    """Mira has one customer of her own; four of Jana's want the three times around it and the next one."""
    a_cut(mira, "10:00", name="Miras")
    for clock, name in (("10:00", "Eins"), ("10:30", "Zwei"), ("11:00", "Drei"), ("11:30", "Vier")):
        a_cut(jana, clock, name=name)

    report = propose(ill, now=now)

    # 9:30 and 10:30 are equally near to ten; the earlier one is taken. The others keep their time with Mira.
    assert shown(report) == [
        ("Eins", "Tue 09:30 Mira"),
        ("Zwei", "Tue 10:30 Mira"),
        ("Drei", "Tue 11:00 Mira"),
        ("Vier", "Tue 11:30 Mira"),
    ]
    assert len({(each.staff_member_id, each.starts_at) for each in Proposal.objects.all()}) == 4


def test_proposals_are_as_long_as_the_appointments_and_all_can_be_accepted(
    jana: StaffMember, mira: StaffMember, ill: TimeOff, now: datetime
) -> None:
    """Mira needs a quarter of an hour for a cut, but what was booked for half an hour stays half an hour."""
    scenes.skill(mira, Service.objects.get(name="Haarschnitt"), duration_minutes=15)
    a_cut(mira, "10:30", name="Miras")
    for clock, name in (("10:00", "Eins"), ("10:30", "Zwei"), ("11:00", "Drei")):
        a_cut(jana, clock, name=name)

    report = propose(ill, now=now)
    for case in report.cases:
        assert case.proposal is not None
        cascade.accept(case.proposal, by=BY, source="portal", now=now)

    # Two wants 10:30: the nearest half hour that is left begins at eleven. Three is left with half past eleven.
    assert shown(report) == [
        ("Eins", "Tue 10:00 Mira"),
        ("Zwei", "Tue 11:00 Mira"),
        ("Drei", "Tue 11:30 Mira"),
    ]


def test_an_appointment_does_not_stand_in_the_way_of_its_own_proposal(
    jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    """The only cut of a day with room for one is that one."""
    scenes.change(Service.objects.get(name="Haarschnitt"), max_per_day=1)
    a_cut(jana, "10:00")

    assert shown(propose(ill, now=now)) == [("Erika", "Tue 10:00 Mira")]


def test_the_room_of_the_old_time_is_not_free_before_the_appointment_moves(
    in_salon: Tenant, jana: StaffMember, mira: StaffMember, ill: TimeOff, now: datetime
) -> None:
    """Two colleagues and eleven starts around the old time need the only chair; at noon it is free."""
    branch, colour = Branch.objects.get(), Service.objects.get(name="Färben")
    scenes.change(colour, duration_minutes=120)
    for person in (mira, factories.make_staff(branch, name="Lea")):
        factories.make_skill(person, colour)
    chair = factories.make_resource(branch, name="Stuhl")
    factories.make_requirement(colour, chair)
    scenes.use(scenes.appointment(jana, colour, at("2026-11-24", "10:00")), chair)

    assert shown(propose(ill, now=now)) == [("Jemand", "Tue 12:00 Mira")]


@pytest.mark.parametrize(
    ("off", "is_affected"),
    [(("10:30", "11:00"), False), (("10:29", "11:00"), True), (("10:30", "11:01"), True)],
)
def test_while_the_colour_takes_effect_nobody_is_missed(
    jana: StaffMember, now: datetime, off: tuple[str, str], is_affected: bool
) -> None:
    colour = Service.objects.get(name="Färben")
    scenes.change(colour, processing_after_minutes=30, processing_minutes=30)
    scenes.appointment(jana, colour, at("2026-11-24", "10:00"))
    hour: Any = {"starts_at": at("2026-11-24", off[0]), "ends_at": at("2026-11-24", off[1])}

    hers = factories.make_time_off(Branch.objects.get(), staff_member=jana, **hour)
    closed = factories.make_time_off(Branch.objects.get(), **hour)

    assert bool(cascade.affected(hers, now=now)) == is_affected
    assert len(cascade.affected(closed, now=now)) == 1  # the customer cannot sit there


def test_where_nobody_else_is_able_the_same_person_is_proposed_later(
    in_salon: Tenant, jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    colour = Service.objects.get(name="Färben")
    erika = factories.make_customer(in_salon, email="erika@example.org")
    factories.make_appointment(jana, colour, erika, starts_at=at("2026-11-24", "10:00"))

    report = propose(ill, now=now)

    assert shown(report) == [("Erika Mustermann", "Wed 09:00 Jana")]


def test_on_later_days_the_same_person_comes_before_a_colleague(
    jana: StaffMember, mira: StaffMember, ill: TimeOff, now: datetime
) -> None:
    for number in range(16):
        start = at("2026-11-24", "09:00") + timedelta(minutes=30 * number)
        a_cut(mira, f"{start.astimezone(BERLIN):%H:%M}", name="Miras")
    a_cut(jana, "10:00")

    assert shown(propose(ill, now=now)) == [("Erika", "Wed 09:00 Jana")]


def test_doing_it_again_adds_only_what_is_missing(
    jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    a_cut(jana, "10:00")
    first = propose(ill, now=now)
    a_cut(jana, "14:00", name="Max")

    again = propose(ill, now=now)

    assert (len(first.made), len(again.made)) == (1, 1)
    assert again.made[0].appointment.attendee_name == "Max"
    assert shown(again) == [("Erika", "Tue 10:00 Mira"), ("Max", "Tue 14:00 Mira")]
    assert Message.objects.count() == 2
    assert not propose(ill, now=now).made


def test_what_is_asked_already_is_not_asked_again_for_another_time_off(
    jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    """She is ill, and the whole branch closes that day too."""
    a_cut(jana, "10:00")
    propose(ill, now=now)
    closed = factories.make_time_off(
        jana.branch, starts_at=at("2026-11-24", "09:00"), ends_at=at("2026-11-24", "11:00")
    )

    again = propose(closed, now=now)

    assert again.made == []
    assert shown(again) == [("Erika", "Tue 10:00 Mira")]
    assert shown(cascade.report(closed, now=now)) == shown(again)
    assert Proposal.objects.count() == 1


def test_only_what_lies_in_the_time_off_is_affected(
    jana: StaffMember, mira: StaffMember, ill: TimeOff, now: datetime
) -> None:
    TimeOff.objects.filter(pk=ill.pk).update(
        starts_at=at("2026-11-24", "10:00"), ends_at=at("2026-11-24", "12:00")
    )
    ill.refresh_from_db()
    for clock in ("09:30", "10:00", "11:30", "12:00"):
        a_cut(jana, clock, name=clock)
    a_cut(mira, "11:00", name="Miras")
    cancelled = a_cut(jana, "11:00", name="Abgesagt")
    scheduling.cancel(cancelled, by=BY, source="back_office", now=now)

    assert [name for name, _told in shown(propose(ill, now=now))] == ["10:00", "11:30"]


def test_what_cannot_be_proposed_is_reported(
    in_salon: Tenant, jana: StaffMember, mira: StaffMember, ill: TimeOff
) -> None:
    soon = a_cut(jana, "09:00", name="Gleich")
    part = a_cut(jana, "10:00", name="Besuch")
    visit = Visit.objects.create(tenant=in_salon, branch=part.branch, customer=part.customer)
    Appointment.objects.filter(pk=part.pk).update(visit=visit)
    lonely = a_cut(jana, "11:00", name="Niemand")
    Skill.objects.filter(staff_member=mira).delete()
    factories.make_time_off(
        Branch.objects.get(),
        staff_member=jana,
        starts_at=at("2026-11-25"),
        ends_at=at("2026-12-31"),
    )
    moment = at("2026-11-24", "08:50")

    report = propose(ill, now=moment)

    assert shown(report) == [
        ("Gleich", cascade.TOO_LATE),
        ("Besuch", cascade.PART_OF_A_VISIT),
        ("Niemand", cascade.NOTHING_FREE),
    ]
    assert [case.appointment for case in report.for_people] == [soon, part, lonely]
    assert not Message.objects.exists()


def test_nobody_is_proposed_to_be_with_two_people_at_once(
    jana: StaffMember, mira: StaffMember, ill: TimeOff, now: datetime
) -> None:
    """Mira and Lea are free from half past ten on. Erika has two cuts; who comes with her has another name."""
    lea = factories.make_staff(Branch.objects.get(), name="Lea")
    factories.make_skill(lea, Service.objects.get(name="Haarschnitt"))
    for person in (mira, lea):
        for clock in ("09:00", "09:30", "10:00"):
            a_cut(person, clock, name=person.name)
    a_cut(jana, "10:00", name="Erika")
    a_cut(jana, "10:30", name="Erika")
    a_cut(jana, "11:00", name="Otto")

    report = propose(ill, now=now)

    # The second cut still stands at 10:30, so the first one goes to eleven, and the second stays where it is.
    assert shown(report) == [
        ("Erika", "Tue 11:00 Mira"),
        ("Erika", "Tue 10:30 Mira"),
        ("Otto", "Tue 11:00 Lea"),
    ]


@pytest.mark.parametrize(
    ("taken", "proposed", "moved"),
    [
        (
            (),
            "Tue 10:20 Mira",
            "10:20",
        ),  # where it stands, though no appointment of its own begins then
        (("10:00",), "Tue 10:30 Mira", "10:30"),  # ten minutes later, when Mira can
        (
            ("10:00", "10:30"),
            "part_of_a_visit",
            "10:20",
        ),  # later than that the colour is in the way
    ],
)
def test_a_part_of_a_visit_goes_to_a_colleague_between_the_other_parts(
    in_salon: Tenant,
    jana: StaffMember,
    mira: StaffMember,
    ill: TimeOff,
    now: datetime,
    taken: tuple[str, ...],
    proposed: str,
    moved: str,
) -> None:
    """Wash with Lea until 10:20, cut with Jana until 10:50, colour with Lea from eleven on."""
    lea = factories.make_staff(Branch.objects.get(), name="Lea")
    wash = factories.make_service(in_salon, name="Waschen", duration_minutes=20)
    erika = factories.make_customer(in_salon, email="erika@example.org")
    visit = Visit.objects.create(tenant=in_salon, branch=Branch.objects.get(), customer=erika)
    cut, colour = (Service.objects.get(name=name) for name in ("Haarschnitt", "Färben"))
    for person, service, clock in (
        (lea, wash, "10:00"),
        (jana, cut, "10:20"),
        (lea, colour, "11:00"),
    ):
        scenes.appointment(person, service, at("2026-11-24", clock), customer=erika, visit=visit)
    for clock in taken:
        a_cut(mira, clock, name="Miras")

    report = propose(ill, now=now)
    (case,) = report.cases
    if case.proposal is not None:
        cascade.accept(case.proposal, by=BY, source="portal", now=now)

    assert shown(report) == [("Erika Mustermann", proposed)]
    case.appointment.refresh_from_db()
    assert case.appointment.starts_at == at("2026-11-24", moved)


def test_who_has_no_address_is_for_people_to_call(
    in_salon: Tenant, jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    erika = factories.make_customer(in_salon)
    cut = Service.objects.get(name="Haarschnitt")
    factories.make_appointment(jana, cut, erika, starts_at=at("2026-11-24", "10:00"))

    (case,) = propose(ill, now=now).cases

    assert case.is_open
    assert case.must_be_told_by_phone
    assert case.needs_a_person


def test_a_closed_branch_affects_everybody(
    jana: StaffMember, mira: StaffMember, now: datetime
) -> None:
    a_cut(jana, "10:00", name="Eins")
    a_cut(mira, "10:00", name="Zwei")
    closed = factories.make_time_off(
        Branch.objects.get(), starts_at=at("2026-11-24"), ends_at=at("2026-11-25")
    )

    assert shown(propose(closed, now=now)) == [
        ("Eins", "Wed 09:00 Jana"),
        ("Zwei", "Wed 09:00 Mira"),
    ]


# --- Answers ------------------------------------------------------------------------------------------


@pytest.fixture
def proposal(jana: StaffMember, ill: TimeOff, now: datetime) -> Proposal:
    a_cut(jana, "10:00")
    propose(ill, now=now)
    Message.objects.all().delete()
    return Proposal.objects.get()


def test_who_agrees_keeps_the_appointment_at_the_new_time(
    proposal: Proposal, mira: StaffMember, now: datetime
) -> None:
    later = now + timedelta(hours=20)

    moved = cascade.accept(proposal, by=BY, source="phone", now=later)
    again = cascade.accept(proposal, by=BY, source="phone", now=later)

    assert moved.pk == again.pk == proposal.appointment_id
    stored = Appointment.objects.get()  # the hold is gone
    assert (stored.staff_member, stored.starts_at, stored.status) == (
        mira,
        at("2026-11-24", "10:00"),
        "confirmed",
    )
    assert [change.kind for change in AppointmentChange.objects.all()] == ["moved"]
    assert Message.objects.get().topic == "appointment_moved"
    assert not cascade.report(proposal.time_off, now=later).cases


def test_a_declined_proposal_is_left_to_people(
    proposal: Proposal, jana: StaffMember, ill: TimeOff, now: datetime
) -> None:
    cascade.decline(proposal, by=BY, now=now)
    cascade.decline(proposal, by=BY, now=now)

    (case,) = cascade.report(ill, now=now).for_people
    assert case.proposal == proposal
    assert case.appointment.staff_member == jana
    assert not Appointment.objects.filter(status="held").exists()
    assert not propose(ill, now=now).made
    with pytest.raises(offers.OfferOver):
        cascade.accept(proposal, by=BY, source="phone", now=now)


def test_an_unanswered_proposal_runs_out(proposal: Proposal, ill: TimeOff) -> None:
    over = proposal.expires_at

    with pytest.raises(offers.OfferOver):
        cascade.accept(proposal, by=BY, source="phone", now=over)
    ended = [cascade.sweep(ill.tenant_id, now=over) for _ in range(2)]

    proposal.refresh_from_db()
    assert (ended, proposal.status) == ([1, 0], "expired")
    assert not Appointment.objects.filter(status="held").exists()
    assert len(cascade.report(ill, now=over).for_people) == 1


def test_the_proposal_of_a_cancelled_appointment_ends(
    proposal: Proposal, ill: TimeOff, now: datetime
) -> None:
    appointment = scheduling.appointment_for(ill.tenant_id, proposal.appointment_id)
    scheduling.cancel(appointment, by=BY, source="back_office", now=now)

    assert cascade.sweep(ill.tenant_id, now=now) == 1
    assert not Appointment.objects.filter(status="held").exists()


def test_a_proposal_ends_when_the_old_time_begins(jana: StaffMember, ill: TimeOff) -> None:
    a_cut(jana, "10:00")
    moment = at("2026-11-24", "08:00")

    propose(ill, now=moment)

    # Mira is free at ten, and ten is an hour of notice after nine.
    proposal = Proposal.objects.get()
    assert proposal.starts_at == at("2026-11-24", "10:00")
    assert proposal.expires_at == at("2026-11-24", "09:00")


def test_what_is_not_there_is_not_found(in_salon: Tenant) -> None:
    with pytest.raises(NotFound):
        cascade.proposal_for(in_salon.pk, 1)
