"""Why a start cannot be booked: the rule, the sentence, and what stands in the way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from booking import availability
from booking.explaining import SENTENCES
from booking.models import Service, StaffMember, WorkingHours
from booking.rules import RULES
from tenants import scope
from tenants.models import Branch, Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import at

TUESDAY = "2026-11-24"


def test_every_rule_has_a_sentence() -> None:
    assert set(SENTENCES) == set(RULES)


def test_an_explanation_speaks_for_each_person_and_for_all(salon: Tenant, now: datetime) -> None:
    cut, branch = factories.service_of(salon, "Haarschnitt"), factories.branch_of(salon)
    jana = factories.staff_of(salon, "Jana")
    erika = factories.make_customer(salon)
    factories.make_appointment(jana, cut, erika, starts_at=at(TUESDAY, "10:00"))

    with scope.tenant(salon), translation.override("de"):
        said = availability.explain(cut, branch=branch, starts_at=at(TUESDAY, "10:00"), now=now)
        late = availability.explain(cut, branch=branch, starts_at=at(TUESDAY, "20:00"), now=now)

    assert said.is_free
    assert {each.staff_name: each.rule for each in said.people} == {"Mira": None, "Jana": "taken"}
    assert late.rule == "closed"
    assert late.sentence == "Die Filiale ist zu dieser Zeit geschlossen."


@dataclass
class Scene:
    """The salon on a Tuesday, asked about Jana."""

    tenant: Tenant
    branch: Branch
    cut: Service
    jana: StaffMember
    now: datetime

    def why(
        self, clock: str, *, day: str = TUESDAY, **more: Any
    ) -> tuple[str | None, dict[str, Any]]:
        with scope.tenant(self.tenant), translation.override("de"):
            said = availability.explain(
                self.cut,
                branch=self.branch,
                staff_member=self.jana,
                starts_at=at(day, clock),
                now=self.now,
                **more,
            )
        assert said.sentence == said.people[0].sentence
        return said.rule, dict(said.facts)


@pytest.fixture
def scene(salon: Tenant, now: datetime) -> Scene:
    return Scene(
        tenant=salon,
        branch=factories.branch_of(salon),
        cut=factories.service_of(salon, "Haarschnitt"),
        jana=factories.staff_of(salon, "Jana"),
        now=now,
    )


def test_what_is_taken_is_named_as_appointment_or_hold(scene: Scene) -> None:
    booked = scenes.appointment(scene.jana, scene.cut, at(TUESDAY, "10:00"))
    held = scenes.hold(
        scene.jana, scene.cut, at(TUESDAY, "10:30"), until=scene.now + timedelta(minutes=5)
    )

    assert scene.why("10:15") == (
        "taken",
        {"appointment_ids": [booked.pk], "hold_ids": [held.pk]},
    )
    assert scene.why("09:45") == ("taken", {"appointment_ids": [booked.pk], "hold_ids": []})
    assert scene.why("11:00") == (None, {})


def test_an_appointment_around_is_not_named_while_its_colour_takes_effect(scene: Scene) -> None:
    colour = factories.service_of(scene.tenant, "Färben")
    scenes.change(colour, processing_after_minutes=30, processing_minutes=30)
    scenes.appointment(scene.jana, colour, at(TUESDAY, "10:00"))
    inside = scenes.appointment(scene.jana, scene.cut, at(TUESDAY, "10:30"))

    assert scene.why("10:30") == ("taken", {"appointment_ids": [inside.pk], "hold_ids": []})


def test_holidays_special_days_and_hours_are_named(scene: Scene) -> None:
    christmas = date(2026, 12, 25)
    assert scene.why("10:00", day="2026-12-25") == (
        "holiday",
        {"holiday": "Erster Weihnachtstag", "day": christmas},
    )
    numbers = scenes.special(scene.branch, TUESDAY, (12, 14))
    assert scene.why("10:00") == (
        "special_day",
        {"special_hours_ids": numbers, "day": date(2026, 11, 24)},
    )
    with scope.tenant(scene.tenant):
        wednesday = WorkingHours.objects.get(weekday=3).pk
    assert scene.why("20:00", day="2026-11-25") == ("closed", {"working_hours_ids": [wednesday]})


def test_at_night_the_evening_before_is_named(scene: Scene) -> None:
    """Monday's night is off; that Tuesday has hours of its own, too, takes nothing from it."""
    scenes.hours(scene.branch, "2026-11-30", (22, 26))
    monday = scenes.special(scene.branch, "2026-11-30")
    tuesday = scenes.special(scene.branch, "2026-12-01", (9, 12))

    assert scene.why("00:30", day="2026-12-01") == (
        "special_day",
        {"special_hours_ids": monday, "day": date(2026, 11, 30)},
    )
    assert scene.why("12:00", day="2026-12-01") == (
        "special_day",
        {"special_hours_ids": tuesday, "day": date(2026, 12, 1)},
    )


def test_a_closure_is_named_where_hours_of_the_date_would_be_open(scene: Scene) -> None:
    scenes.special(scene.branch, TUESDAY, (10, 16))
    shut = factories.make_time_off(
        scene.branch, starts_at=at(TUESDAY, "12:00"), ends_at=at(TUESDAY, "13:00")
    )

    assert scene.why("12:00") == ("closed", {"time_off_ids": [shut.pk]})


def test_a_closure_is_named_in_the_night_before_a_holiday(scene: Scene) -> None:
    """The shift of Christmas Eve goes on into the holiday, but for the closure."""
    scenes.hours(scene.branch, "2026-12-24", (22, 26))
    shut = factories.make_time_off(
        scene.branch, starts_at=at("2026-12-25"), ends_at=at("2026-12-25", "01:00")
    )

    assert scene.why("00:00", day="2026-12-25") == ("closed", {"time_off_ids": [shut.pk]})
    assert scene.why("01:00", day="2026-12-25") == (None, {})


def test_absences_and_closings_are_named(scene: Scene) -> None:
    noon, two = at(TUESDAY, "12:00"), at(TUESDAY, "14:00")
    off = factories.make_time_off(
        scene.branch, starts_at=noon, ends_at=two, staff_member=scene.jana
    )
    shut = factories.make_time_off(
        scene.branch, starts_at=at(TUESDAY, "15:00"), ends_at=at(TUESDAY, "16:00")
    )

    assert scene.why("13:00") == ("time_off", {"time_off_ids": [off.pk]})
    assert scene.why("15:00") == ("closed", {"time_off_ids": [shut.pk]})


def test_own_hours_and_own_special_hours_are_named(scene: Scene) -> None:
    factories.make_hours(
        scene.branch, staff_member=scene.jana, weekdays=(2,), from_minute=600, until_minute=720
    )
    with scope.tenant(scene.tenant):
        own = WorkingHours.objects.get(staff_member=scene.jana).pk
    assert scene.why("09:00") == ("off_hours", {"working_hours_ids": [own]})
    numbers = scenes.special(scene.branch, TUESDAY, of=scene.jana)
    assert scene.why("10:00") == (
        "off_hours",
        {"special_hours_ids": numbers, "day": date(2026, 11, 24)},
    )


def test_limits_resources_and_seats_are_named(scene: Scene) -> None:
    room = scenes.resource(scene.branch, "Raum")
    scenes.needs(scene.cut, "all", room)
    mira = factories.staff_of(scene.tenant, "Mira")
    scenes.use(scenes.appointment(mira, scene.cut, at(TUESDAY, "10:00")), room)
    assert scene.why("10:00") == ("resource_taken", {"resource_ids": [room.pk]})
    assert scene.why("12:00", seats=2) == ("session_full", {"seats_left": 1})

    scenes.change(scene.cut, max_per_day=1)
    assert scene.why("12:00") == (
        "day_full",
        {"limit_name": "max_per_day", "limit": 1, "day": date(2026, 11, 24)},
    )


def test_the_clock_is_explained_with_its_limit(scene: Scene) -> None:
    assert scene.why("09:15", day="2026-11-23") == (
        "too_soon",
        {"limit_name": "min_notice_minutes", "limit": 60},
    )
    assert scene.why("10:07") == ("off_grid", {"limit_name": "step_minutes", "limit": 15})
