"""Golden days: what is offered on a day with all its rules, worked out by hand, and why the rest is not."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from holidays.countries.germany import Germany

from booking.models import DiaryRules, Service, StaffMember
from booking.periods import Period
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import diary, scenes
from tests.booking.diary import a_day, at, quarters

TUESDAY = "2026-11-24"
ALL_DAY = quarters("09:00", "16:30")
STATES = "BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split()


@dataclass
class Salon:
    """The salon of the tests, open Monday to Friday 9 to 17 in Berlin; Jana and Mira cut hair in half an hour."""

    tenant: Tenant
    branch: Branch
    cut: Service
    jana: StaffMember
    mira: StaffMember
    now: datetime

    def starts(self, day: str = TUESDAY, *, of: str = "jana", **more: Any) -> list[str]:
        period = more.pop("period", None) or a_day(day)
        who = {"jana": self.jana, "mira": self.mira, "anybody": None}[of]
        return diary.starts(
            self.tenant,
            more.pop("service", self.cut),
            period=period,
            now=self.now,
            staff_member=who,
            branch=self.branch,
            **more,
        )

    def rule(self, day: str, clock: str, *, fold: int = 0, **more: Any) -> str | None:
        service = more.pop("service", self.cut)
        who = more.pop("who", self.jana)
        return diary.why_not(
            self.tenant, service, who, at(day, clock, fold=fold), now=self.now, **more
        )


@pytest.fixture
def house(salon: Tenant, now: datetime) -> Salon:
    cut = factories.service_of(salon, "Haarschnitt")
    scenes.change(cut, horizon_days=730)
    return Salon(
        tenant=salon,
        branch=factories.branch_of(salon),
        cut=cut,
        jana=factories.staff_of(salon, "Jana"),
        mira=factories.staff_of(salon, "Mira"),
        now=now,
    )


# --- Public holidays ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "municipality", "day", "is_open"),
    [
        ("BE", "", "2027-03-08", False),  # Women's Day, in Berlin since 2019
        ("MV", "", "2027-03-08", False),  # and in Mecklenburg-Vorpommern since 2023
        ("BB", "", "2027-03-08", True),
        ("NW", "", "2027-05-27", False),  # Corpus Christi: 60 days after Easter Sunday, 28 March
        ("BW", "", "2027-05-27", False),
        ("BE", "", "2027-05-27", True),
        ("SN", "", "2027-05-27", True),
        ("SN", "catholic", "2027-05-27", False),
        ("TH", "catholic", "2027-05-27", False),
        ("TH", "", "2027-05-27", True),
        ("BY", "", "2027-01-06", False),  # Epiphany
        ("ST", "", "2027-01-06", False),
        ("HE", "", "2027-01-06", True),
        ("SN", "", "2027-11-17", False),  # Day of Repentance: the Wednesday before 23 November
        ("TH", "", "2027-11-17", True),
        ("NW", "", "2027-11-01", False),  # All Saints
        ("NI", "", "2027-11-01", True),
        ("TH", "", "2027-09-20", False),  # Children's Day
        ("SN", "", "2027-09-20", True),
        ("HH", "", "2028-10-31", False),  # Reformation Day
        ("HE", "", "2028-10-31", True),
        ("SL", "", "2028-08-15", False),  # Assumption
        ("BY", "", "2028-08-15", True),
        ("BY", "catholic", "2028-08-15", False),
        ("BY", "augsburg", "2028-08-15", False),
        ("BY", "augsburg", "2028-08-08", False),  # Peace Festival, in Augsburg only
        ("BY", "catholic", "2028-08-08", True),
        ("HB", "", "2027-03-29", False),  # Easter Monday
        ("", "", "2026-12-25", True),  # a branch without a state keeps none
    ],
)
def test_public_holidays_are_those_of_the_place(
    house: Salon, state: str, municipality: str, day: str, is_open: bool
) -> None:
    scenes.change(house.branch, state=state, municipality=municipality)

    assert house.starts(day) == (ALL_DAY if is_open else [])
    assert house.rule(day, "10:00") == (None if is_open else "holiday")


def test_all_sixteen_states_keep_christmas_and_not_the_day_before(house: Salon) -> None:
    for state in STATES:
        scenes.change(house.branch, state=state)
        assert house.starts("2026-12-25") == [], state
        assert house.starts("2026-12-23") == ALL_DAY, state


def test_who_is_open_on_holidays_is(house: Salon) -> None:
    scenes.change(house.branch, closes_on_holidays=False)

    assert house.starts("2026-12-25") == ALL_DAY


def test_hours_of_a_date_open_on_a_holiday(house: Salon) -> None:
    scenes.special(house.branch, "2026-12-25", (10, 12))

    assert house.starts("2026-12-25") == quarters("10:00", "11:30")
    assert house.rule("2026-12-25", "12:00") == "special_day"


# --- 24 and 31 December --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "day", "expected"),
    [
        (None, "2026-12-24", ALL_DAY),
        (14 * 60, "2026-12-24", quarters("09:00", "13:30")),
        (14 * 60, "2026-12-31", quarters("09:00", "13:30")),
        (14 * 60, "2026-12-30", ALL_DAY),
        (8 * 60, "2026-12-24", []),
        (0, "2026-12-24", []),
        (0, "2026-12-31", []),
    ],
)
def test_half_days_end_when_the_branch_says(
    house: Salon, until: int | None, day: str, expected: list[str]
) -> None:
    scenes.change(house.branch, half_day_until_minute=until)

    assert house.starts(day) == expected
    if until is not None and not expected:
        assert house.rule(day, "10:00") == "holiday"


def test_a_half_day_counts_for_who_is_open_on_holidays_and_for_no_state(house: Salon) -> None:
    scenes.change(house.branch, half_day_until_minute=12 * 60, closes_on_holidays=False, state="")

    assert house.starts("2026-12-24") == quarters("09:00", "11:30")
    assert house.rule("2026-12-24", "12:00") == "holiday"
    assert house.rule("2026-12-24", "18:00") == "closed"


def test_hours_of_a_date_replace_the_half_day(house: Salon) -> None:
    scenes.change(house.branch, half_day_until_minute=12 * 60)
    scenes.special(house.branch, "2026-12-24", (13, 15))

    assert house.starts("2026-12-24") == quarters("13:00", "14:30")


# --- Hours of a date -----------------------------------------------------------------------------


def test_a_branch_can_close_on_a_date(house: Salon) -> None:
    scenes.special(house.branch, TUESDAY)

    assert house.starts() == []
    assert house.rule(TUESDAY, "10:00") == "special_day"
    assert house.starts("2026-11-25") == ALL_DAY


def test_a_branch_can_open_on_a_sunday_in_two_parts(house: Salon) -> None:
    scenes.special(house.branch, "2026-11-29", (10, 12), (14, 15))

    assert house.starts("2026-11-29") == [*quarters("10:00", "11:30"), "14:00", "14:15", "14:30"]
    assert house.rule("2026-11-29", "12:00") == "special_day"


def test_the_hours_of_a_date_of_a_person_replace_their_own_week(house: Salon) -> None:
    factories.make_hours(house.branch, staff_member=house.jana, from_minute=540, until_minute=720)
    scenes.special(house.branch, TUESDAY, (13, 20), of=house.jana)

    # Until 20:00 Jana would be there, but the branch closes at 17:00.
    assert house.starts() == quarters("13:00", "16:30")
    assert house.starts("2026-11-25") == quarters("09:00", "11:30")
    assert house.rule(TUESDAY, "10:00") == "off_hours"


def test_who_works_as_the_branch_may_be_off_on_a_date(house: Salon) -> None:
    scenes.special(house.branch, TUESDAY, of=house.jana)

    assert house.starts() == []
    assert house.starts(of="mira") == ALL_DAY
    assert house.rule(TUESDAY, "10:00") == "off_hours"
    assert house.starts("2026-11-25") == ALL_DAY


def test_who_works_as_the_branch_works_its_hours_of_a_date(house: Salon) -> None:
    scenes.special(house.branch, TUESDAY, (18, 20))
    scenes.special(house.branch, "2026-11-25", of=house.jana)

    assert house.starts() == quarters("18:00", "19:30")


def test_own_weekly_hours_do_not_stretch_to_a_special_opening(house: Salon) -> None:
    factories.make_hours(house.branch, staff_member=house.jana)  # Monday to Friday
    scenes.special(house.branch, "2026-11-29", (10, 12))

    assert house.starts("2026-11-29") == []
    assert house.rule("2026-11-29", "10:00") == "off_hours"
    assert house.starts("2026-11-29", of="mira") == quarters("10:00", "11:30")


# --- Night shifts -----------------------------------------------------------------------------


def _night(day: str, until: str = "06:00") -> Period:
    """From noon of a day to the next morning."""
    return Period(at(day, "12:00"), at(str(date.fromisoformat(day) + timedelta(days=1)), until))


def test_a_night_shift_belongs_to_the_evening_on_which_it_begins(house: Salon) -> None:
    scenes.hours(house.branch, "2026-11-27", (22, 26))  # Friday to 02:00 on Saturday

    offered = house.starts(period=_night("2026-11-27"))

    assert offered == [*quarters("22:00", "23:45"), *quarters("00:00", "01:30")]
    assert house.rule("2026-11-28", "02:00") == "closed"
    assert house.rule("2026-11-27", "01:00") == "closed"


def test_a_holiday_removes_the_night_that_begins_on_it(house: Salon) -> None:
    scenes.hours(house.branch, "2026-12-25", (22, 26))  # Christmas is a Friday

    assert house.starts(period=_night("2026-12-25")) == []
    assert house.rule("2026-12-25", "22:00") == "holiday"
    scenes.change(house.branch, state="")
    assert "01:30" in house.starts(period=_night("2026-12-25"))


def test_a_holiday_of_one_city_leaves_the_nights_of_the_other_state_alone(house: Salon) -> None:
    """On 8 August Augsburg keeps peace, Berlin does not. In Augsburg the night before goes on until two."""
    friday, saturday = "2026-08-07", "2026-08-08"
    augsburg = factories.make_branch(house.tenant, name="Augsburg", state="BY")
    scenes.change(augsburg, municipality="augsburg")
    factories.make_skill(factories.make_staff(augsburg, name="Resi"), house.cut)
    scenes.change(house.cut, horizon_days=365)
    for branch in (house.branch, augsburg):
        scenes.hours(branch, friday, (22, 26))
        scenes.hours(branch, saturday, (9, 10), (22, 26))
    period = Period(at(saturday), at("2026-08-09", "02:00"))
    before = at("2026-08-01")

    def starts() -> list[list[str]]:
        return [
            diary.starts(house.tenant, house.cut, branch=branch, period=period, now=before)
            for branch in (house.branch, augsburg)
        ]

    night = quarters("00:00", "01:30")
    in_berlin = [*night, "09:00", "09:15", "09:30", *quarters("22:00", "23:45"), *night]
    assert starts() == [in_berlin, night]
    # Open on the holiday all the same, at noon; what the date says replaces the evening as well.
    scenes.special(augsburg, saturday, (12, 13))
    assert starts() == [in_berlin, [*night, "12:00", "12:15", "12:30"]]


def test_a_night_that_began_before_goes_on_into_the_holiday(house: Salon) -> None:
    scenes.hours(house.branch, "2026-12-24", (22, 26))

    assert house.starts(period=_night("2026-12-24")) == [
        *quarters("22:00", "23:45"),
        *quarters("00:00", "01:30"),
    ]


def test_after_midnight_the_reason_is_that_of_the_evening(house: Salon) -> None:
    scenes.hours(house.branch, "2026-11-27", (22, 26))
    scenes.special(house.branch, "2026-11-27")

    assert house.rule("2026-11-28", "01:00") == "special_day"
    assert house.rule("2026-11-28", "03:00") == "closed"


def test_a_half_day_cuts_the_night_and_not_the_one_before(house: Salon) -> None:
    scenes.hours(house.branch, "2026-12-23", (22, 26))  # Wednesday
    scenes.hours(house.branch, "2026-12-24", (12, 26))
    scenes.change(house.branch, half_day_until_minute=14 * 60, state="")

    offered = house.starts(period=Period(at("2026-12-24"), at("2026-12-25", "09:00")))

    assert offered == [*quarters("00:00", "01:30"), *quarters("12:00", "13:30")]


def test_the_night_of_a_special_day_replaces_the_weekly_one(house: Salon) -> None:
    scenes.hours(house.branch, "2026-11-27", (22, 26))
    scenes.special(house.branch, "2026-11-27", (23, 25))

    assert house.starts(period=_night("2026-11-27")) == [
        *quarters("23:00", "23:45"),
        "00:00",
        "00:15",
        "00:30",
    ]


def test_who_is_off_for_a_night_is_off_until_its_end(house: Salon) -> None:
    scenes.hours(house.branch, "2026-11-27", (22, 26))
    scenes.special(house.branch, "2026-11-27", of=house.jana)

    assert house.starts(period=_night("2026-11-27")) == []
    assert house.rule("2026-11-28", "01:00") == "off_hours"


def test_who_is_off_the_day_after_stays_until_the_end_of_the_night(house: Salon) -> None:
    scenes.hours(house.branch, "2026-11-27", (22, 26))
    scenes.special(house.branch, "2026-11-28", of=house.jana)

    assert house.starts(period=_night("2026-11-27"))[-1] == "01:30"


def test_a_night_shift_in_the_long_night_works_the_hour_twice(house: Salon) -> None:
    house.now = at("2026-10-20", "09:00")
    scenes.change(house.cut, duration_minutes=60, step_minutes=60)
    scenes.hours(house.branch, "2026-10-24", (23, 28))  # Saturday 23:00 to Sunday 04:00

    offered = house.starts(period=_night("2026-10-24"))

    assert offered == ["23:00", "00:00", "01:00", "02:00", "02:00", "03:00"]
    assert house.rule("2026-10-25", "02:00", fold=1) is None


def test_a_night_shift_in_the_short_night_loses_an_hour(house: Salon) -> None:
    house.now = at("2027-03-23", "09:00")
    scenes.change(house.branch, state="")
    scenes.change(house.cut, duration_minutes=60, step_minutes=60)
    scenes.hours(house.branch, "2027-03-27", (23, 28))

    assert house.starts(period=_night("2027-03-27")) == ["23:00", "00:00", "01:00", "03:00"]


def test_a_break_in_the_middle_of_the_long_night(house: Salon) -> None:
    house.now = at("2026-10-20", "09:00")
    scenes.hours(house.branch, "2026-10-25", (1, 2.5), (3, 4))

    # Half past two is shown twice: from 02:30 summer time nobody works, from 02:00 winter time they do again.
    offered = house.starts("2026-10-25", period=Period(at("2026-10-25"), at("2026-10-25", "06:00")))

    assert offered == [
        *quarters("01:00", "01:45"),
        "02:00",
        "02:00",
        "03:00",
        "03:15",
        "03:30",
    ]


def test_an_appointment_in_the_long_night_is_measured_in_real_minutes(house: Salon) -> None:
    house.now = at("2026-10-20", "09:00")
    scenes.hours(house.branch, "2026-10-25", (0, 6))
    scenes.change(house.cut, duration_minutes=90)

    taken = at("2026-10-25", "01:30")  # ends at 02:00 winter time
    scenes.appointment(house.jana, house.cut, taken)

    assert house.rule("2026-10-25", "02:00") == "taken"
    assert house.rule("2026-10-25", "02:45") == "taken"
    assert house.rule("2026-10-25", "02:00", fold=1) is None
    assert taken.astimezone(UTC).hour == 23


# --- Own pace, own price ------------------------------------------------------------------------


def test_who_is_slower_needs_longer_gaps(house: Salon) -> None:
    scenes.skill(house.jana, house.cut, duration_minutes=60, price_cents=4900)
    scenes.appointment(house.jana, house.cut, at(TUESDAY, "10:00"), own_minutes=60)

    assert house.starts() == [*quarters("09:00", "09:00"), *quarters("11:00", "16:00")]
    found = diary.slots(house.tenant, house.cut, period=a_day(TUESDAY), now=house.now, every=True)
    first = {slot.staff_name: slot for slot in found if slot.starts_at == at(TUESDAY, "09:00")}
    assert first["Jana"].ends_at == at(TUESDAY, "10:00")
    assert first["Jana"].price_cents == 4900
    assert first["Mira"].ends_at == at(TUESDAY, "09:30")
    assert first["Mira"].price_cents == 3500


def test_who_is_faster_works_until_closing(house: Salon) -> None:
    scenes.skill(house.jana, house.cut, duration_minutes=15)

    assert house.starts() == quarters("09:00", "16:45")


# --- Processing time -----------------------------------------------------------------------------


@pytest.fixture
def colour(house: Salon) -> Service:
    """Two hours: half an hour of work, an hour in which the colour takes effect, half an hour of work."""
    service = factories.service_of(house.tenant, "Färben")
    scenes.change(
        service,
        duration_minutes=120,
        processing_after_minutes=30,
        processing_minutes=60,
        horizon_days=730,
    )
    return service


def test_others_are_served_while_the_colour_takes_effect(house: Salon, colour: Service) -> None:
    scenes.appointment(house.jana, colour, at(TUESDAY, "10:00"))

    # Taken are 10:00 to 10:30 and 11:30 to 12:00.
    assert house.starts() == [
        *quarters("09:00", "09:30"),
        *quarters("10:30", "11:00"),
        *quarters("12:00", "16:30"),
    ]


def test_a_colour_fits_around_what_is_taken(house: Salon, colour: Service) -> None:
    scenes.appointment(house.jana, house.cut, at(TUESDAY, "10:00"))

    # 10:00 to 10:30 may lie in the processing (start + 30 to start + 90) or outside: 9:00, 9:15, 9:30.
    assert house.starts(service=colour) == [
        *quarters("09:00", "09:30"),
        *quarters("10:30", "15:00"),
    ]
    assert house.rule(TUESDAY, "09:45", service=colour) == "taken"


def test_the_person_must_be_at_work_all_the_time(house: Salon, colour: Service) -> None:
    scenes.hours(house.branch, TUESDAY, (9, 10.5), (11, 17))

    # 9:00 would have its processing in the break of the branch.
    assert house.starts(service=colour) == quarters("11:00", "15:00")
    assert house.rule(TUESDAY, "09:00", service=colour) == "closed"


def test_time_off_matters_only_while_there_is_work(house: Salon, colour: Service) -> None:
    factories.make_time_off(
        house.branch,
        starts_at=at(TUESDAY, "09:45"),
        ends_at=at(TUESDAY, "10:15"),
        staff_member=house.jana,
    )

    # 9:00 works until 9:30 and from 10:30; 9:15 until 9:45 and from 10:45.
    assert house.starts(service=colour)[:3] == ["09:00", "09:15", "10:15"]
    assert house.rule(TUESDAY, "09:30", service=colour) == "time_off"


def test_buffers_belong_to_the_work(house: Salon, colour: Service) -> None:
    scenes.change(colour, buffer_before_minutes=15, buffer_after_minutes=15)
    scenes.appointment(house.jana, house.cut, at(TUESDAY, "12:00"))

    # A start s works s-15..s+30 and s+90..s+135; 12:00..12:30 is free of both for these.
    assert house.starts(service=colour) == [
        *quarters("09:15", "09:45"),
        *quarters("11:00", "11:30"),
        *quarters("12:45", "14:45"),
    ]


def test_a_slow_colourist_works_longer_after_the_processing(house: Salon, colour: Service) -> None:
    scenes.skill(house.jana, colour, duration_minutes=150)
    scenes.appointment(house.jana, house.cut, at(TUESDAY, "12:00"))

    # A start s works s..s+30 and s+90..s+150.
    assert house.starts(service=colour) == [
        *quarters("09:00", "09:30"),
        *quarters("11:00", "11:30"),
        *quarters("12:30", "14:30"),
    ]


def test_processing_that_ends_the_appointment_frees_the_person(
    house: Salon, colour: Service
) -> None:
    scenes.change(colour, duration_minutes=90)
    scenes.appointment(house.jana, colour, at(TUESDAY, "10:00"))

    assert house.starts() == [*quarters("09:00", "09:30"), *quarters("10:30", "16:30")]


# --- Seats ------------------------------------------------------------------------------------


@pytest.fixture
def course(house: Salon) -> Service:
    """A course of an hour for three, given by Jana, every hour."""
    service = factories.make_service(
        house.tenant, name="Kurs", duration_minutes=60, seats=3, step_minutes=60, horizon_days=730
    )
    factories.make_skill(house.jana, service)
    return service


HOURS = [f"{hour:02d}:00" for hour in range(9, 17)]


def test_a_session_with_a_seat_left_is_offered(house: Salon, course: Service) -> None:
    ten = scenes.session(house.jana, course, at(TUESDAY, "10:00"))
    scenes.appointment(house.jana, course, at(TUESDAY, "10:00"), session=ten, seats=2)

    assert house.starts(service=course) == HOURS
    assert house.starts(service=course, seats=2) == [each for each in HOURS if each != "10:00"]
    assert house.rule(TUESDAY, "10:00", service=course, seats=2) == "session_full"
    assert house.rule(TUESDAY, "10:00", who=house.jana) == "taken"


def test_a_party_larger_than_the_room_finds_nothing(house: Salon, course: Service) -> None:
    assert house.starts(service=course, seats=3) == HOURS
    assert house.starts(service=course, seats=4) == []
    assert house.rule(TUESDAY, "10:00", service=course, seats=4) == "session_full"
    assert house.rule(TUESDAY, "10:00", seats=2) == "session_full"


def test_seats_of_holds_that_ran_out_are_free(house: Salon, course: Service) -> None:
    ten = scenes.session(house.jana, course, at(TUESDAY, "10:00"))
    for seats, until in ((1, 60), (2, 0)):
        scenes.hold(
            house.jana,
            course,
            at(TUESDAY, "10:00"),
            session=ten,
            seats=seats,
            until=house.now + timedelta(seconds=until),
        )

    assert house.rule(TUESDAY, "10:00", service=course, seats=2) is None
    assert house.rule(TUESDAY, "10:00", service=course, seats=3) == "session_full"


def test_a_session_in_which_nobody_is_blocks_nothing(house: Salon, course: Service) -> None:
    scenes.session(house.jana, course, at(TUESDAY, "10:00"))
    scenes.appointment(house.jana, house.cut, at(TUESDAY, "10:30"))

    assert house.rule(TUESDAY, "10:00", service=course) == "taken"
    assert house.rule(TUESDAY, "10:00") is None


def test_a_session_blocks_the_hours_around_it_once_however_many_come(
    house: Salon, course: Service
) -> None:
    scenes.change(course, step_minutes=30)
    ten = scenes.session(house.jana, course, at(TUESDAY, "10:00"))
    for _ in range(2):
        scenes.appointment(house.jana, course, at(TUESDAY, "10:00"), session=ten)

    assert house.starts(service=course)[:4] == ["09:00", "10:00", "11:00", "11:30"]
    found = diary.slots(
        house.tenant, house.cut, period=a_day(TUESDAY), now=house.now, staff_member=house.jana
    )
    assert at(TUESDAY, "10:00") not in [slot.starts_at for slot in found]


# --- Resources ------------------------------------------------------------------------------------


def test_the_only_chair_is_taken(house: Salon) -> None:
    chair = scenes.resource(house.branch, "Stuhl")
    scenes.needs(house.cut, "all", chair)
    scenes.use(scenes.appointment(house.mira, house.cut, at(TUESDAY, "10:00")), chair)

    assert house.starts() == [*quarters("09:00", "09:30"), *quarters("10:30", "16:30")]
    assert house.rule(TUESDAY, "10:15") == "resource_taken"


def test_any_chair_will_do(house: Salon) -> None:
    one, two = (scenes.resource(house.branch, name) for name in ("Stuhl 1", "Stuhl 2"))
    scenes.needs(house.cut, "any", one, two)
    scenes.use(scenes.appointment(house.mira, house.cut, at(TUESDAY, "10:00")), one)

    assert house.starts() == ALL_DAY


def test_all_of_them_must_be_free_all_the_time(house: Salon) -> None:
    room, laser = (scenes.resource(house.branch, name) for name in ("Raum", "Laser"))
    scenes.needs(house.cut, "all", room, laser)
    scenes.use(scenes.appointment(house.mira, house.cut, at(TUESDAY, "09:30")), room)
    scenes.use(scenes.appointment(house.mira, house.cut, at(TUESDAY, "10:15")), laser)

    assert house.starts()[:2] == ["09:00", "10:45"]


def test_two_requirements_need_two_resources(house: Salon) -> None:
    one, two = (scenes.resource(house.branch, name) for name in ("Stuhl 1", "Stuhl 2"))
    scenes.needs(house.cut, "any", one, two)
    scenes.needs(house.cut, "any", one)
    scenes.use(scenes.appointment(house.mira, house.cut, at(TUESDAY, "10:00")), two)

    # At ten only chair 1 is free, and both want it.
    assert house.starts() == [*quarters("09:00", "09:30"), *quarters("10:30", "16:30")]


def test_a_chair_one_takes_for_certain_is_no_choice_for_the_other(house: Salon) -> None:
    one, two = (scenes.resource(house.branch, name) for name in ("Stuhl 1", "Stuhl 2"))
    scenes.needs(house.cut, "all", one)
    scenes.needs(house.cut, "any", one, two)

    assert house.starts() == ALL_DAY
    scenes.change_resource(two, is_active=False)
    assert house.starts() == []
    assert house.rule(TUESDAY, "10:00") == "resource_taken"


def test_a_branch_without_the_device_cannot_offer(house: Salon) -> None:
    other = factories.make_branch(house.tenant, name="Zweite")
    laser = scenes.resource(other, "Laser")
    scenes.needs(house.cut, "any", laser)

    assert house.starts() == []
    assert house.rule(TUESDAY, "10:00") == "resource_taken"


def test_the_chair_is_taken_while_the_colour_takes_effect(house: Salon, colour: Service) -> None:
    chair = scenes.resource(house.branch, "Stuhl")
    scenes.needs(house.cut, "all", chair)
    scenes.use(scenes.appointment(house.jana, colour, at(TUESDAY, "10:00")), chair)

    assert house.rule(TUESDAY, "10:30") == "resource_taken"
    assert house.starts() == [*quarters("09:00", "09:30"), *quarters("12:00", "16:30")]


def test_a_hold_that_ran_out_gives_the_chair_back(house: Salon) -> None:
    chair = scenes.resource(house.branch, "Stuhl")
    scenes.needs(house.cut, "all", chair)
    over = scenes.hold(house.mira, house.cut, at(TUESDAY, "10:00"), until=house.now)
    scenes.use(over, chair)

    assert house.starts() == ALL_DAY


def test_the_seats_of_a_session_share_the_room(house: Salon, course: Service) -> None:
    room = scenes.resource(house.branch, "Raum")
    scenes.needs(course, "all", room)
    ten = scenes.session(house.jana, course, at(TUESDAY, "10:00"))
    first = scenes.appointment(house.jana, course, at(TUESDAY, "10:00"), session=ten)
    scenes.use(first, room)

    assert house.starts(service=course) == HOURS


# --- Limits ------------------------------------------------------------------------------------


def test_a_service_is_given_so_many_times_a_day(house: Salon) -> None:
    scenes.change(house.cut, max_per_day=2)
    scenes.appointment(house.jana, house.cut, at(TUESDAY, "10:00"))
    scenes.appointment(house.mira, house.cut, at(TUESDAY, "10:00"), status="completed")
    scenes.appointment(house.mira, house.cut, at("2026-11-25", "10:00"), status="cancelled")

    assert house.starts() == []
    assert house.rule(TUESDAY, "14:00") == "day_full"
    assert house.starts("2026-11-25") == ALL_DAY


def test_a_person_has_so_many_appointments_a_day(house: Salon) -> None:
    scenes.change(house.jana, max_per_day=1)
    colour = factories.service_of(house.tenant, "Färben")
    scenes.appointment(house.jana, colour, at(TUESDAY, "09:00"))

    assert house.starts() == []
    assert house.starts(of="mira") == ALL_DAY
    assert house.rule(TUESDAY, "14:00") == "staff_day_full"


def test_a_session_counts_once_and_may_be_joined(house: Salon, course: Service) -> None:
    scenes.change(course, max_per_day=1)
    ten = scenes.session(house.jana, course, at(TUESDAY, "10:00"))
    for _ in range(2):
        scenes.appointment(house.jana, course, at(TUESDAY, "10:00"), session=ten)

    assert house.starts(service=course) == ["10:00"]
    assert house.rule(TUESDAY, "12:00", service=course) == "day_full"


def test_a_customer_comes_so_many_times_a_day(house: Salon) -> None:
    erika = factories.make_customer(house.tenant)
    scenes.change(house.cut, max_per_customer_per_day=1)
    scenes.appointment(house.mira, house.cut, at(TUESDAY, "09:00"), customer=erika)

    assert house.starts(customer=erika) == []
    assert house.rule(TUESDAY, "14:00", customer=erika) == "customer_limit"
    assert house.starts() == ALL_DAY
    assert house.starts("2026-11-25", customer=erika) == ALL_DAY


def test_a_customer_comes_so_many_times_a_week_from_monday_to_sunday(house: Salon) -> None:
    erika = factories.make_customer(house.tenant)
    scenes.change(house.cut, max_per_customer_per_week=1)
    scenes.hours(house.branch, "2026-11-29", (9, 17))
    scenes.appointment(house.mira, house.cut, at("2026-11-29", "09:00"), customer=erika)  # Sunday

    assert house.starts(customer=erika) == []
    assert house.starts("2026-11-30", customer=erika) == ALL_DAY


def test_a_customer_has_so_many_appointments_ahead(house: Salon) -> None:
    erika = factories.make_customer(house.tenant)
    scenes.change(house.cut, max_ahead_per_customer=1)
    booked = scenes.appointment(house.mira, house.cut, at("2027-02-01", "09:00"), customer=erika)

    assert house.starts(customer=erika) == []
    assert house.rule(TUESDAY, "10:00", customer=erika) == "customer_limit"
    assert house.starts(customer=erika, ignoring=booked) == ALL_DAY


def test_a_local_day_ends_at_local_midnight(house: Salon) -> None:
    scenes.change(house.cut, max_per_day=1)
    scenes.hours(house.branch, TUESDAY, (0, 24))
    scenes.hours(house.branch, "2026-11-25", (0, 24))
    scenes.appointment(house.mira, house.cut, at("2026-11-25", "00:00"))  # in UTC still Tuesday

    assert house.rule(TUESDAY, "23:00") is None
    assert house.rule("2026-11-25", "12:00") == "day_full"


def test_an_own_appointment_does_not_count_against_its_move(house: Salon) -> None:
    scenes.change(house.cut, max_per_day=1)
    scenes.change(house.jana, max_per_day=1)
    booked = scenes.appointment(house.jana, house.cut, at(TUESDAY, "10:00"))

    assert house.starts(ignoring=booked) == ALL_DAY
    assert house.starts(ignoring_ids=frozenset({booked.pk})) == ALL_DAY


# --- Who ----------------------------------------------------------------------------------------


def test_among_equals_the_turn_goes_round(house: Salon) -> None:
    scenes.change(house.jana, turn=8)
    scenes.change(house.mira, turn=3)

    found = diary.slots(house.tenant, house.cut, period=a_day(TUESDAY), now=house.now)

    assert {slot.staff_name for slot in found} == {"Mira"}


def test_regulars_get_their_person_wherever_they_are_free(house: Salon) -> None:
    erika = factories.make_customer(house.tenant)
    for day, person in (("2026-11-02", "mira"), ("2026-11-09", "mira"), ("2026-11-16", "jana")):
        scenes.appointment(
            getattr(house, person), house.cut, at(day, "09:00"), customer=erika, status="completed"
        )
    scenes.appointment(house.mira, house.cut, at(TUESDAY, "12:00"))

    found = diary.slots(
        house.tenant, house.cut, period=a_day(TUESDAY), now=house.now, customer=erika
    )

    others = [
        f"{slot.starts_at.astimezone(diary.BERLIN):%H:%M}"
        for slot in found
        if slot.staff_name != "Mira"
    ]
    assert others == ["11:45", "12:00", "12:15"]
    assert len(found) == len(ALL_DAY)


def test_the_usual_person_is_one_who_still_offers_it_in_this_branch(house: Salon) -> None:
    """Three times with Anna of the other branch, three times with Lea who has stopped, once with Mira."""
    other = factories.make_branch(house.tenant, name="Zweite")
    anna = factories.make_staff(other, name="Anna")
    lea = factories.make_staff(house.branch, name="Lea")
    factories.make_skill(anna, house.cut)
    factories.make_skill(lea, house.cut, valid_until=date(2026, 11, 22))
    erika = factories.make_customer(house.tenant)
    for person, days in ((anna, (2, 3, 4)), (lea, (5, 6, 9)), (house.mira, (10,))):
        for day in days:
            scenes.appointment(person, house.cut, at(f"2026-11-{day:02}", "09:00"), customer=erika)

    found = diary.slots(
        house.tenant, house.cut, period=a_day(TUESDAY), now=house.now, customer=erika
    )

    assert {slot.staff_name for slot in found} == {"Mira"}


def test_buffers_and_a_shift_of_special_hours(house: Salon) -> None:
    scenes.change(house.cut, buffer_before_minutes=15, buffer_after_minutes=15)
    scenes.special(house.branch, TUESDAY, (10, 12))

    assert house.starts() == quarters("10:15", "11:15")


# --- Gaps ---------------------------------------------------------------------------------------


@pytest.fixture
def long_and_short(house: Salon) -> Salon:
    """Everything takes an hour at least."""
    scenes.change(house.cut, duration_minutes=60)
    return house


def test_starts_that_leave_no_useless_gap_come_first(long_and_short: Salon) -> None:
    house = long_and_short

    plain = house.starts(limit=3)
    tidy = house.starts(limit=3, avoiding_gaps=True)

    # 9:15 and 9:30 leave 15 and 30 minutes before them in which nothing fits; 10:00 leaves an hour, 10:15 more.
    assert plain == ["09:00", "09:15", "09:30"]
    assert tidy == ["09:00", "10:00", "10:15"]


def test_a_time_that_was_asked_for_stays(long_and_short: Salon) -> None:
    house = long_and_short
    period = Period(at(TUESDAY, "09:15"), at(TUESDAY, "17:00"))

    assert house.starts(period=period, limit=2, avoiding_gaps=True) == ["09:15", "10:00"]


def test_who_wants_to_come_soon_hears_the_soonest_start_first(long_and_short: Salon) -> None:
    """Nothing begins at 9:25. Half past nine leaves a quarter of an hour unused, but nobody is sent past it."""
    house = long_and_short
    scenes.hours(house.branch, TUESDAY, (9.25, 17))

    # 9:45 and 10:00 leave 30 and 45 minutes before them; 10:15 leaves an hour.
    asked: Any = {
        "period": Period(at(TUESDAY, "09:25"), at(TUESDAY, "17:00")),
        "avoiding_gaps": True,
    }
    assert house.starts(limit=1, **asked) == ["09:30"]
    assert house.starts(limit=3, **asked) == ["09:30", "10:15", "10:30"]


def test_nobody_waits_for_another_half_day(long_and_short: Salon) -> None:
    house = long_and_short
    scenes.hours(house.branch, TUESDAY, (9, 10.5), (14, 18))

    # In the morning 9:15 and 9:30 leave gaps, 9:00 leaves half an hour behind it, but it is all there is.
    assert house.starts(limit=3, avoiding_gaps=True) == ["09:00", "09:15", "09:30"]


def test_a_business_that_wants_it_always_gets_its_gaps_filled(long_and_short: Salon) -> None:
    house = long_and_short
    with scope.tenant(house.branch.tenant_id):
        DiaryRules.objects.create(tenant_id=house.branch.tenant_id, avoids_gaps=True)

    assert house.starts(limit=3) == ["09:00", "10:00", "10:15"]
    assert house.starts(limit=3, avoiding_gaps=False) == ["09:00", "09:15", "09:30"]


def test_the_states_of_branches_are_those_whose_holidays_are_known() -> None:
    assert set(Branch.State.values) == set(Germany.subdivisions_aliases.values())


@pytest.mark.parametrize("state", ["XX", "by", "DE"])
def test_a_branch_in_a_state_nobody_knows_is_refused(salon: Tenant, state: str) -> None:
    branch = factories.branch_of(salon)

    with pytest.raises(IntegrityError, match="branch_state_is_known"), transaction.atomic():
        scenes.change(branch, state=state)
    with scope.tenant(salon), pytest.raises(ValidationError, match="state"):
        branch.full_clean()
