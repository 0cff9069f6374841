"""What is asked back when a time has several meanings: each of them is said, and no two sound the same."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calls import wishes
from calls.answers import Answer
from calls.wishes import Ask
from tenants.models import Tenant
from tests import factories

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=BERLIN)


def _asked(salon: Tenant, date: str, time: str = "", *, now: datetime = WEDNESDAY) -> Answer:
    with pytest.raises(Ask) as asked:
        wishes.time_of(date=date, time=time, branch=factories.branch_of(salon), now=now)
    return asked.value.answer


def test_two_days_are_both_said(in_salon: Tenant) -> None:
    answer = _asked(in_salon, "nächsten Freitag")

    assert answer.say == (
        "Da bin ich nicht sicher. Meinen Sie Freitag, den zwanzigsten November oder Freitag, den"
        " siebenundzwanzigsten November?"
    )


def test_windows_are_said_with_their_hours(in_salon: Tenant) -> None:
    answer = _asked(in_salon, "nächsten Freitag", "vormittags")

    spoken = [each["spoken"] for each in answer.data["alternatives"]]
    assert [each.split(", zwischen")[0] for each in spoken] == [
        "Freitag, den zwanzigsten November",
        "Freitag, den siebenundzwanzigsten November",
    ]
    assert all(", zwischen " in each and " Uhr" in each for each in spoken)


@pytest.mark.parametrize(
    ("date", "time", "part"),
    [
        ("nächsten Freitag", "ab zehn", "ab zehn Uhr"),
        ("nächsten Freitag", "zwischen zehn und zwölf", "zwischen zehn Uhr und zwölf Uhr"),
        ("nächsten Freitag", "so gegen elf", "gegen elf Uhr"),
        ("KW 48 oder KW 49", "", "von Montag, den dreiundzwanzigsten November bis Sonntag, den"),
        ("diese oder nächste Woche", "", "von Montag"),
    ],
)
def test_every_meaning_is_said(in_salon: Tenant, date: str, time: str, part: str) -> None:
    answer = _asked(in_salon, date, time)

    spoken: list[Any] = [each["spoken"] for each in answer.data["alternatives"]]
    assert all(spoken)
    assert len(set(spoken)) == len(spoken) == 2
    assert any(part in each for each in spoken), spoken


def test_the_hour_that_comes_twice_sounds_different_each_time(in_salon: Tenant) -> None:
    answer = _asked(
        in_salon, "25.10.2026", "2:30 Uhr nachts", now=datetime(2026, 10, 20, 9, 0, tzinfo=BERLIN)
    )

    spoken = [each["spoken"] for each in answer.data["alternatives"]]
    assert len(set(spoken)) == 2
    assert spoken[0].endswith("in Sommerzeit, vor der Umstellung")
    assert spoken[1].endswith("in Winterzeit, nach der Umstellung")
