"""What is said about opening hours is how the branch is open: special days, holidays and closures included."""

from datetime import date, datetime

import pytest

from booking import doors
from calls import knowing
from calls.models import Call
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import at

MONDAY = date(2026, 11, 23)
AS_USUAL = ((540, 1020),)


def _told(salon: Tenant, question: str, now: datetime) -> str:
    with scope.tenant(salon):
        call = Call(tenant=salon, branch=factories.branch_of(salon))
        told = knowing.answer_from_knowledge(call, question=question, name="", now=now)
    assert told.state == "answered"
    return told.say


def test_a_week_is_told_with_its_special_days(salon: Tenant, now: datetime) -> None:
    branch = factories.branch_of(salon)
    scenes.special(branch, "2026-11-26", (10, 12))
    scenes.special(branch, "2026-11-27")
    scenes.special(branch, "2026-11-29", (13, 18))

    assert _told(salon, "Wann haben Sie offen?", now) == (
        "Wir haben geöffnet: Montag von neun Uhr bis siebzehn Uhr; Dienstag von neun Uhr bis siebzehn Uhr;"
        " Mittwoch von neun Uhr bis siebzehn Uhr; Donnerstag von zehn Uhr bis zwölf Uhr; Freitag geschlossen;"
        " Sonntag von dreizehn Uhr bis achtzehn Uhr."
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Haben Sie am 25. Dezember offen?",
            "Am Freitag, den fünfundzwanzigsten Dezember, haben wir geschlossen: Erster Weihnachtstag.",
        ),
        (
            "Haben Sie am 24. Dezember geöffnet?",
            "Am Donnerstag, den vierundzwanzigsten Dezember, haben wir von neun Uhr bis dreizehn Uhr geöffnet.",
        ),
        (
            "Wann haben Sie morgen auf?",
            "Am Dienstag, den vierundzwanzigsten November, haben wir von neun Uhr bis siebzehn Uhr geöffnet.",
        ),
        (
            "Haben Sie am Sonntag offen?",
            "Am Sonntag, den neunundzwanzigsten November, haben wir geschlossen.",
        ),
        ("Haben Sie am Wochenende offen?", "In dieser Zeit haben wir geschlossen."),
    ],
)
def test_the_day_that_is_asked_about_is_told(
    salon: Tenant, now: datetime, question: str, said: str
) -> None:
    scenes.change(factories.branch_of(salon), half_day_until_minute=13 * 60)

    assert _told(salon, question, now) == said


def test_a_holiday_of_the_week_is_told_by_its_name(salon: Tenant) -> None:
    branch = factories.branch_of(salon)

    with scope.tenant(salon):
        friday, saturday = doors.days(branch, first=date(2026, 12, 25), count=2)

    assert friday == (date(2026, 12, 25), (), AS_USUAL, "Erster Weihnachtstag")
    assert saturday == (date(2026, 12, 26), (), (), "Zweiter Weihnachtstag")


def test_closures_are_taken_off_the_hours(salon: Tenant) -> None:
    branch = factories.branch_of(salon)
    factories.make_time_off(
        branch, starts_at=at("2026-11-23", "12:00"), ends_at=at("2026-11-23", "13:30")
    )
    factories.make_time_off(
        branch, starts_at=at("2026-11-24", "16:00"), ends_at=at("2026-11-26", "00:00")
    )

    with scope.tenant(salon):
        spans = [day.spans for day in doors.days(branch, first=MONDAY, count=4)]

    assert spans == [((540, 720), (810, 1020)), ((540, 960),), (), AS_USUAL]


def test_a_special_day_replaces_the_holiday_also_aloud(salon: Tenant) -> None:
    branch = factories.branch_of(salon)
    scenes.special(branch, "2026-12-25", (10, 11))

    with scope.tenant(salon):
        (friday,) = doors.days(branch, first=date(2026, 12, 25), count=1)

    assert friday == (date(2026, 12, 25), ((600, 660),), AS_USUAL, None)


def test_a_branch_without_hours_tells_none(salon: Tenant, now: datetime) -> None:
    empty = factories.make_branch(salon, name="Leer")

    with scope.tenant(salon):
        assert doors.days(empty, first=MONDAY, count=7) == []
