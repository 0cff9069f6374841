"""Golden days: what is offered, worked out by hand, and why the rest is not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking import availability
from booking.models import Appointment, Service, StaffMember, WorkingHours
from booking.periods import Period
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking.diary import a_day, at, quarters, slots, starts, why_not

TUESDAY = "2026-11-24"


@pytest.fixture
def cut(salon: Tenant) -> Service:
    return factories.service_of(salon, "Haarschnitt")


@pytest.fixture
def jana(salon: Tenant) -> StaffMember:
    return factories.staff_of(salon, "Jana")


@pytest.fixture
def branch(salon: Tenant) -> Branch:
    return factories.branch_of(salon)


def _change(tenant: Tenant, service: Service, **fields: int | bool) -> None:
    with scope.tenant(tenant):
        for name, value in fields.items():
            setattr(service, name, value)
        service.save()


# --- Hours and length ------------------------------------------------------------------------


def test_an_empty_day_offers_every_start_that_ends_before_closing(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == quarters("09:00", "16:30")


def test_a_long_service_ends_with_the_working_day(
    salon: Tenant, jana: StaffMember, now: datetime
) -> None:
    colour = factories.service_of(salon, "Färben")

    offered = starts(salon, colour, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == quarters("09:00", "15:30")


def test_nothing_is_offered_on_a_day_without_hours(
    salon: Tenant, cut: Service, now: datetime
) -> None:
    assert starts(salon, cut, period=a_day("2026-11-28"), now=now) == []


def test_nothing_is_offered_where_no_hours_were_entered(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    with scope.tenant(salon):
        WorkingHours.objects.all().delete()

    assert starts(salon, cut, period=a_day(TUESDAY), now=now) == []
    assert why_not(salon, cut, jana, at(TUESDAY, "10:00"), now=now) == "closed"


def test_a_lunch_break_is_kept_free(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    with scope.tenant(salon):
        WorkingHours.objects.filter(weekday=2).update(until_minute=12 * 60)
    factories.make_hours(
        factories.branch_of(salon), weekdays=(2,), from_minute=13 * 60, until_minute=15 * 60
    )

    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == quarters("09:00", "11:30") + quarters("13:00", "14:30")
    assert why_not(salon, cut, jana, at(TUESDAY, "11:45"), now=now) == "closed"


def test_hours_that_touch_are_one_stretch(
    salon: Tenant, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    with scope.tenant(salon):
        WorkingHours.objects.filter(weekday=2).update(until_minute=12 * 60)
    factories.make_hours(branch, weekdays=(2,), from_minute=12 * 60, until_minute=14 * 60)
    colour = factories.service_of(salon, "Färben")

    offered = starts(salon, colour, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == quarters("09:00", "12:30")


def test_own_hours_count_only_while_the_branch_is_open(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    factories.make_hours(
        branch, staff_member=jana, weekdays=(2,), from_minute=7 * 60, until_minute=10 * 60
    )

    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == quarters("09:00", "09:30")
    assert why_not(salon, cut, jana, at(TUESDAY, "08:00"), now=now) == "closed"
    assert why_not(salon, cut, jana, at(TUESDAY, "09:45"), now=now) == "off_hours"


def test_somebody_with_own_hours_is_not_there_on_the_other_days(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    factories.make_hours(branch, staff_member=jana, weekdays=(2,))

    assert starts(salon, cut, period=a_day("2026-11-25"), now=now, staff_member=jana) == []
    assert why_not(salon, cut, jana, at("2026-11-25", "10:00"), now=now) == "off_hours"


def test_hours_count_from_their_first_to_their_last_day(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    with scope.tenant(salon):
        WorkingHours.objects.all().update(
            valid_from=date(2026, 11, 25), valid_until=date(2026, 11, 26)
        )

    week = Period(at("2026-11-23"), at("2026-11-30"))
    days = {
        slot.starts_at.date() for slot in slots(salon, cut, period=week, now=now, staff_member=jana)
    }

    assert days == {date(2026, 11, 25), date(2026, 11, 26)}


def test_a_shift_goes_on_over_midnight(
    salon: Tenant, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    factories.make_hours(branch, weekdays=(2,), from_minute=22 * 60, until_minute=24 * 60)
    factories.make_hours(branch, weekdays=(3,), from_minute=0, until_minute=60)
    colour = factories.service_of(salon, "Färben")
    night = Period(at(TUESDAY, "20:00"), at("2026-11-25", "02:00"))

    offered = starts(salon, colour, period=night, now=now, staff_member=jana)

    assert offered == [*quarters("22:00", "23:15"), "23:30"]


# --- What is taken -----------------------------------------------------------------------------


def test_a_booked_time_is_half_open(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "10:00"))

    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == quarters("09:00", "09:30") + quarters("10:30", "16:30")
    assert why_not(salon, cut, jana, at(TUESDAY, "09:45"), now=now) == "taken"
    assert why_not(salon, cut, jana, at(TUESDAY, "10:15"), now=now) == "taken"


def test_buffers_of_neighbours_add_up_and_lie_inside_the_hours(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    _change(salon, cut, buffer_before_minutes=10, buffer_after_minutes=5)
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "12:00"))

    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)

    # 09:00 would begin to be prepared before opening; after 12:00–12:30 five minutes and the next one's ten are free.
    assert offered == quarters("09:15", "11:15") + quarters("12:45", "16:15")
    assert why_not(salon, cut, jana, at(TUESDAY, "09:00"), now=now) == "closed"
    assert why_not(salon, cut, jana, at(TUESDAY, "11:30"), now=now) == "taken"


@pytest.mark.parametrize("status", ["completed", "no_show", "cancelled"])
def test_what_is_over_or_cancelled_blocks_nothing(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime, status: str
) -> None:
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "10:00"), status=status)

    assert why_not(salon, cut, jana, at(TUESDAY, "10:00"), now=now) is None


def test_a_hold_blocks_until_it_runs_out(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    start = at(TUESDAY, "10:00")
    with scope.tenant(salon):
        Appointment.objects.create(
            tenant=salon,
            branch_id=jana.branch_id,
            staff_member=jana,
            service=cut,
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            blocked_from=start,
            blocked_until=start + timedelta(minutes=30),
            status=Appointment.Status.HELD,
            hold_expires_at=now + timedelta(seconds=300),
            source=Appointment.Source.PHONE,
            call_number=7,
        )

    just_before, then = now + timedelta(seconds=299), now + timedelta(seconds=300)
    assert why_not(salon, cut, jana, start, now=just_before) == "taken"
    assert why_not(salon, cut, jana, start, now=then) is None
    assert "10:00" not in starts(
        salon, cut, period=a_day(TUESDAY), now=just_before, staff_member=jana
    )
    assert "10:00" in starts(salon, cut, period=a_day(TUESDAY), now=then, staff_member=jana)
    # The caller it is held for is not turned away by it.
    assert why_not(salon, cut, jana, start, now=just_before, for_call=7) is None


def test_time_off_of_a_person_and_of_the_branch(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    mira = factories.staff_of(salon, "Mira")
    factories.make_time_off(
        branch, starts_at=at(TUESDAY, "09:00"), ends_at=at(TUESDAY, "12:10"), staff_member=jana
    )
    factories.make_time_off(branch, starts_at=at(TUESDAY, "15:00"), ends_at=at(TUESDAY, "23:00"))

    janas = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)
    miras = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=mira)

    assert janas == quarters("12:15", "14:30")
    assert miras == quarters("09:00", "14:30")
    assert why_not(salon, cut, jana, at(TUESDAY, "10:00"), now=now) == "time_off"
    assert why_not(salon, cut, jana, at(TUESDAY, "15:00"), now=now) == "closed"


def test_who_is_away_for_weeks_is_away_on_the_day_in_the_middle(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    factories.make_time_off(
        branch, starts_at=at("2026-11-01"), ends_at=at("2026-12-20"), staff_member=jana
    )

    assert starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana) == []


# --- Notice, horizon, grid -----------------------------------------------------------------------


def test_the_first_start_is_a_notice_away(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    offered = starts(salon, cut, period=a_day("2026-11-23"), now=now, staff_member=jana)

    assert offered[0] == "10:00"  # it is nine o'clock, the notice is an hour
    assert why_not(salon, cut, jana, at("2026-11-23", "09:45"), now=now) == "too_soon"
    assert why_not(salon, cut, jana, at("2026-11-23", "08:45"), now=now) == "past"


def test_a_second_after_the_notice_is_too_late(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    late = now + timedelta(seconds=1)

    offered = starts(salon, cut, period=a_day("2026-11-23"), now=late, staff_member=jana)

    assert offered[0] == "10:15"
    assert why_not(salon, cut, jana, at("2026-11-23", "10:00"), now=late) == "too_soon"


def test_the_horizon_ends_with_a_local_day(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    _change(salon, cut, horizon_days=2)

    found = slots(
        salon, cut, period=Period(now, now + timedelta(days=30)), now=now, staff_member=jana
    )

    assert found[-1].starts_at == at("2026-11-25", "16:30")
    assert why_not(salon, cut, jana, at("2026-11-26", "10:00"), now=now) == "beyond_horizon"


def test_dates_at_the_end_of_the_calendar_are_only_far_away(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    first = datetime(1, 1, 1, tzinfo=UTC)

    assert why_not(salon, cut, jana, last, now=now) == "beyond_horizon"
    assert why_not(salon, cut, jana, first, now=now) == "past"
    assert slots(salon, cut, period=Period(first, last), now=now, limit=1)


def test_the_grid_is_counted_from_midnight_not_from_opening(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    with scope.tenant(salon):
        WorkingHours.objects.filter(weekday=2).update(from_minute=9 * 60 + 10)
    _change(salon, cut, step_minutes=45)

    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana)

    assert offered == [
        "09:45", "10:30", "11:15", "12:00", "12:45", "13:30", "14:15", "15:00", "15:45", "16:30",
    ]  # fmt: skip
    assert why_not(salon, cut, jana, at(TUESDAY, "09:15"), now=now) == "off_grid"
    assert why_not(salon, cut, jana, at(TUESDAY, "10:30:30"), now=now) == "off_grid"


def test_a_period_bounds_the_starts_half_open(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    period = Period(at(TUESDAY, "10:00"), at(TUESDAY, "10:30"))

    assert starts(salon, cut, period=period, now=now, staff_member=jana) == ["10:00", "10:15"]


# --- The nights in which the clocks are changed ----------------------------------------------------


@pytest.fixture
def open_at_night(salon: Tenant, branch: Branch) -> None:
    """The salon is open on Sundays from midnight to six, whatever the clocks do."""
    factories.make_hours(branch, weekdays=(7,), from_minute=0, until_minute=6 * 60)


def test_the_long_night_has_an_hour_more(
    salon: Tenant, cut: Service, jana: StaffMember, open_at_night: None
) -> None:
    now = at("2026-10-20", "09:00")
    _change(salon, cut, duration_minutes=60, step_minutes=60)
    night = Period(at("2026-10-25"), at("2026-10-25", "12:00"))

    found = slots(salon, cut, period=night, now=now, staff_member=jana)

    assert [slot.starts_at.astimezone(UTC).hour for slot in found] == [22, 23, 0, 1, 2, 3, 4]
    shown = starts(salon, cut, period=night, now=now, staff_member=jana)
    assert shown == ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00", "05:00"]
    assert all(slot.ends_at - slot.starts_at == timedelta(hours=1) for slot in found)


def test_the_short_night_has_an_hour_less(
    salon: Tenant, cut: Service, jana: StaffMember, open_at_night: None
) -> None:
    now = at("2027-03-23", "09:00")
    _change(salon, cut, duration_minutes=60, step_minutes=60)
    night = Period(at("2027-03-28"), at("2027-03-28", "12:00"))

    found = slots(salon, cut, period=night, now=now, staff_member=jana)

    assert [slot.starts_at.astimezone(UTC).hour for slot in found] == [23, 0, 1, 2, 3]
    shown = starts(salon, cut, period=night, now=now, staff_member=jana)
    assert shown == ["00:00", "01:00", "03:00", "04:00", "05:00"]


def test_a_long_service_runs_through_the_hour_that_is_left_out(
    salon: Tenant, cut: Service, jana: StaffMember, open_at_night: None
) -> None:
    now = at("2027-03-23", "09:00")
    _change(salon, cut, duration_minutes=120)

    # From 01:30 two hours of work last until 04:30 on the wall clock.
    assert why_not(salon, cut, jana, at("2027-03-28", "01:30"), now=now) is None
    found = slots(salon, cut, period=a_day("2027-03-28"), now=now, staff_member=jana)
    assert found[-1].starts_at == at("2027-03-28", "04:00")


def test_hours_that_begin_in_the_missing_hour_begin_when_the_clock_has_jumped(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch
) -> None:
    now = at("2027-03-23", "09:00")
    factories.make_hours(branch, weekdays=(7,), from_minute=2 * 60 + 30, until_minute=4 * 60)

    found = slots(salon, cut, period=a_day("2027-03-28"), now=now, staff_member=jana)

    assert found[0].starts_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)  # 03:00 on the wall
    assert found[-1].starts_at == at("2027-03-28", "03:30")


def test_working_days_on_both_sides_of_a_change_are_nine_to_five(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch
) -> None:
    with scope.tenant(salon):  # in spring the change lies between Good Friday and Easter Monday
        branch.closes_on_holidays = False
        branch.save()
    for now, friday, monday in (
        (at("2026-10-20", "09:00"), "2026-10-23", "2026-10-26"),
        (at("2027-03-23", "09:00"), "2027-03-26", "2027-03-29"),
    ):
        week = Period(at(friday), at(monday) + timedelta(days=1))

        found = slots(salon, cut, period=week, now=now, staff_member=jana)

        assert (found[0].starts_at, found[-1].starts_at) == (
            at(friday, "09:00"),
            at(monday, "16:30"),
        )
        assert len(found) == 2 * len(quarters("09:00", "16:30"))


def test_a_branch_lives_by_its_own_clock(salon: Tenant, cut: Service, now: datetime) -> None:
    lisbon = factories.make_branch(salon, name="Lissabon", time_zone="Europe/Lisbon")
    factories.make_hours(lisbon)
    rui = factories.make_staff(lisbon, name="Rui")
    factories.make_skill(rui, cut)

    found = slots(salon, cut, period=a_day(TUESDAY), now=now, branch=lisbon)

    assert found[0].starts_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


# --- Who -------------------------------------------------------------------------------------------


def test_any_person_is_the_one_with_the_fewest_minutes_that_day(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    mira = factories.staff_of(salon, "Mira")
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "15:00"))
    factories.make_appointment(mira, cut, erika, starts_at=at("2026-11-25", "15:00"))

    tuesday = slots(salon, cut, period=a_day(TUESDAY), now=now)
    wednesday = slots(salon, cut, period=a_day("2026-11-25"), now=now)
    thursday = slots(salon, cut, period=a_day("2026-11-26"), now=now)

    assert {slot.staff_name for slot in tuesday} == {"Mira"}
    at_three = at("2026-11-25", "15:00")
    assert {slot.staff_name for slot in wednesday} == {"Jana"}
    assert [slot.staff_name for slot in wednesday if slot.starts_at == at_three] == ["Jana"]
    assert {slot.staff_name for slot in thursday} == {"Jana"}  # nobody has anything: the lower id
    assert len(tuesday) == len(quarters("09:00", "16:30"))


def test_every_free_person_is_named_on_request(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "09:00"))
    first_hour = Period(at(TUESDAY, "09:00"), at(TUESDAY, "09:45"))

    found = slots(salon, cut, period=first_hour, now=now, every=True)

    assert [(f"{slot.starts_at:%H:%M}", slot.staff_name) for slot in found] == [
        ("08:00", "Mira"),
        ("08:15", "Mira"),
        ("08:30", "Jana"),
        ("08:30", "Mira"),
    ]


def test_who_does_not_offer_the_service_is_not_offered(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    mira = factories.staff_of(salon, "Mira")
    colour = factories.service_of(salon, "Färben")

    assert {slot.staff_name for slot in slots(salon, colour, period=a_day(TUESDAY), now=now)} == {
        "Jana"
    }
    assert starts(salon, colour, period=a_day(TUESDAY), now=now, staff_member=mira) == []
    assert why_not(salon, colour, mira, at(TUESDAY, "10:00"), now=now) == "not_offered"


def test_a_skill_ends_with_its_last_day(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    with scope.tenant(salon):
        jana.skills.filter(service=cut).update(valid_until=date(2026, 11, 24))

    week = Period(now, now + timedelta(days=7))
    days = {
        slot.starts_at.date() for slot in slots(salon, cut, period=week, now=now, staff_member=jana)
    }

    assert days == {date(2026, 11, 23), date(2026, 11, 24)}
    assert why_not(salon, cut, jana, at("2026-11-25", "10:00"), now=now) == "not_offered"


@pytest.mark.parametrize("what", ["service", "staff", "branch"])
def test_what_is_switched_off_is_not_offered(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime, what: str
) -> None:
    things: dict[str, Service | StaffMember | Branch]
    things = {"service": cut, "staff": jana, "branch": branch}
    thing = things[what]
    with scope.tenant(salon):
        thing.is_active = False
        thing.save()

    assert starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana) == []
    assert why_not(salon, cut, jana, at(TUESDAY, "10:00"), now=now) == "inactive"


def test_why_nobody_names_the_reason_nearest_to_a_yes(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    mira = factories.staff_of(salon, "Mira")
    erika = factories.make_customer(salon)
    factories.make_time_off(
        branch, starts_at=at(TUESDAY), ends_at=at(TUESDAY, "23:59"), staff_member=jana
    )
    factories.make_appointment(mira, cut, erika, starts_at=at(TUESDAY, "10:00"))

    with scope.tenant(salon):
        ask = {
            clock: availability.why_nobody(
                cut, branch=branch, starts_at=at(TUESDAY, clock), now=now
            )
            for clock in ("10:00", "11:00", "18:00")
        }

    assert ask == {"10:00": "taken", "11:00": None, "18:00": "closed"}


# --- Moving, limits, cost ----------------------------------------------------------------------------


def test_an_appointment_that_is_moved_does_not_block_itself_and_keeps_its_length(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    erika = factories.make_customer(salon)
    booked = factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "10:00"))
    _change(salon, cut, duration_minutes=120)

    assert why_not(salon, cut, jana, at(TUESDAY, "10:15"), now=now) == "taken"
    assert why_not(salon, cut, jana, at(TUESDAY, "10:15"), now=now, ignoring=booked) is None
    offered = starts(salon, cut, period=a_day(TUESDAY), now=now, staff_member=jana, ignoring=booked)
    assert offered == quarters("09:00", "16:30")


def test_a_limit_gives_the_first_starts_however_far_away(
    salon: Tenant, cut: Service, jana: StaffMember, branch: Branch, now: datetime
) -> None:
    period = Period(now, now + timedelta(days=60))
    everything = slots(salon, cut, period=period, now=now)

    assert slots(salon, cut, period=period, now=now, limit=3) == everything[:3]
    for closed_until in ("2026-11-30", "2026-12-20"):
        factories.make_time_off(branch, starts_at=now, ends_at=at(closed_until))
        everything = slots(salon, cut, period=period, now=now)
        assert slots(salon, cut, period=period, now=now, limit=3) == everything[:3]
        assert everything[0].starts_at >= at(closed_until)


def test_nothing_is_read_outside_a_scope(
    salon: Tenant, cut: Service, jana: StaffMember, now: datetime
) -> None:
    branch = factories.branch_of(salon)

    with pytest.raises(scope.ScopeError):
        availability.free_slots(cut, branch=branch, period=a_day(TUESDAY), now=now)
    with pytest.raises(scope.ScopeError):
        availability.why_not(
            cut, branch=branch, staff_member=jana, starts_at=at(TUESDAY, "10:00"), now=now
        )


def test_the_diary_of_the_neighbour_is_neither_seen_nor_offered(
    salon: Tenant, neighbour: Tenant, cut: Service, now: datetime
) -> None:
    theirs = factories.staff_of(neighbour, "Jana")
    their_cut = factories.service_of(neighbour, "Haarschnitt")
    their_branch = factories.branch_of(neighbour)

    assert why_not(salon, cut, theirs, at(TUESDAY, "10:00"), now=now) == "not_offered"
    assert slots(salon, their_cut, period=a_day(TUESDAY), now=now, branch=their_branch) == []
    assert slots(neighbour, their_cut, period=a_day(TUESDAY), now=now) != []
