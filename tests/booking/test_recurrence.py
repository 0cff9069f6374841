"""Rules of repetition: which dates they give by the clock on the wall, and which rules are refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from booking import recurrence
from booking.recurrence import DOUBLED, SKIPPED, InvalidRule
from tests.booking.diary import BERLIN, at


def dates(rule: str, first: datetime, zone: ZoneInfo = BERLIN) -> list[str]:
    found = recurrence.occurrences(rule, first=first, zone=zone)
    return [f"{each.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" for each in found]


def test_ten_stays_ten_when_the_clocks_are_changed() -> None:
    winter = dates("FREQ=WEEKLY;COUNT=3", at("2026-10-17", "10:00"))
    summer = recurrence.occurrences(
        "FREQ=WEEKLY;COUNT=3", first=at("2027-03-20", "10:00"), zone=BERLIN
    )

    assert winter == ["2026-10-17 10:00", "2026-10-24 10:00", "2026-10-31 10:00"]
    assert [each.starts_at for each in summer] == [
        datetime(2027, 3, 20, 9, tzinfo=UTC),
        datetime(2027, 3, 27, 9, tzinfo=UTC),
        datetime(2027, 4, 3, 8, tzinfo=UTC),
    ]


def test_a_time_that_the_clock_leaves_out_begins_an_hour_later_and_is_told() -> None:
    found = recurrence.occurrences(
        "FREQ=DAILY;COUNT=3", first=at("2027-03-27", "02:30"), zone=BERLIN
    )

    assert [each.clock for each in found] == [None, SKIPPED, None]
    assert [f"{each.starts_at.astimezone(BERLIN):%H:%M}" for each in found] == [
        "02:30",
        "03:30",
        "02:30",
    ]


def test_a_time_that_the_clock_shows_twice_begins_the_first_time_and_is_told() -> None:
    found = recurrence.occurrences(
        "FREQ=DAILY;COUNT=3", first=at("2026-10-24", "02:30"), zone=BERLIN
    )

    assert [each.clock for each in found] == [None, DOUBLED, None]
    assert found[1].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=WEEKLY;UNTIL=20261208", "2026-11-24", ["11-24", "12-01", "12-08"]),
        # The end is 09:00 UTC, that is ten o'clock on the wall: the last date still counts, a minute earlier not.
        ("FREQ=WEEKLY;UNTIL=20261208T090000Z", "2026-11-24", ["11-24", "12-01", "12-08"]),
        ("FREQ=WEEKLY;UNTIL=20261208T085900Z", "2026-11-24", ["11-24", "12-01"]),
        ("FREQ=WEEKLY;UNTIL=20261208T095959", "2026-11-24", ["11-24", "12-01"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", "2026-11-24", ["11-24", "12-08", "12-22"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", "2026-11-24", ["11-24", "11-26", "12-01", "12-03"]),
        ("rrule:freq=weekly;count=2;", "2026-11-24", ["11-24", "12-01"]),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=3", "2026-11-24", ["11-24", "12-29", "01-26"]),
        # Months without a 31st are left out, as RFC 5545 says.
        ("FREQ=MONTHLY;COUNT=3", "2026-08-31", ["08-31", "10-31", "12-31"]),
        ("FREQ=DAILY;INTERVAL=30;COUNT=2", "2026-11-24", ["11-24", "12-24"]),
        ("FREQ=YEARLY;COUNT=2", "2026-11-24", ["11-24", "11-24"]),
        ("FREQ=WEEKLY;COUNT=1", "2026-11-24", ["11-24"]),
    ],
)
def test_a_rule_gives_its_dates(rule: str, first: str, expected: list[str]) -> None:
    found = dates(rule, at(first, "10:00"))

    assert [each[5:10] for each in found] == expected
    assert {each[11:] for each in found} == {"10:00"}


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("", "unreadable"),
        ("every tuesday", "unreadable"),
        ("FREQ=WEEKLY", "without_end"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20261208", "without_end"),
        ("FREQ=WEEKLY;COUNT=0", "unreadable"),
        ("FREQ=WEEKLY;COUNT=-3", "unreadable"),
        ("FREQ=WEEKLY;COUNT=101", "too_many"),
        ("FREQ=DAILY;UNTIL=20270401", "too_many"),
        ("FREQ=WEEKLY;UNTIL=20990101", "too_long"),
        ("FREQ=YEARLY;COUNT=4", "too_long"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "first_date"),
        ("FREQ=HOURLY;COUNT=3", "unknown_part"),
        ("FREQ=DAILY;BYHOUR=9;COUNT=3", "unknown_part"),
        ("FREQ=YEARLY;BYEASTER=0;COUNT=3", "unknown_part"),
        ("FREQ=WEEKLY;COUNT=3;COUNT=4", "unreadable"),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=3", "unreadable"),
        ("FREQ=WEEKLY;INTERVAL=4000;COUNT=3", "unreadable"),
        ("FREQ=WEEKLY;UNTIL=20261399", "unreadable"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "unreadable"),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "first_date"),
        ("FREQ=WEEKLY;UNTIL=20261101", "first_date"),
        ("FREQ=MONTHLY;BYMONTHDAY=99;COUNT=3", "first_date"),
        ("DTSTART:20261124T100000\nRRULE:FREQ=WEEKLY;COUNT=3", "unreadable"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(rule: str, problem: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        recurrence.occurrences(rule, first=at("2026-11-24", "10:00"), zone=BERLIN)

    assert (refused.value.problem, refused.value.code) == (problem, "invalid_rule")
    assert "rule" in refused.value.errors


def test_a_rule_can_be_shortened_and_put_on_another_weekday() -> None:
    assert recurrence.shortened("FREQ=WEEKLY;UNTIL=20271231;BYDAY=TU", count=4) == (
        "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
    )
    assert (
        recurrence.on_weekday("FREQ=WEEKLY;BYDAY=TU;COUNT=4", 4) == "FREQ=WEEKLY;BYDAY=TH;COUNT=4"
    )
    assert recurrence.on_weekday("FREQ=WEEKLY;COUNT=4", 4) == "FREQ=WEEKLY;COUNT=4"
    for rule in ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", "FREQ=MONTHLY;COUNT=4"):
        with pytest.raises(InvalidRule):
            recurrence.on_weekday(rule, 4)


@given(
    first=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    interval=st.integers(1, 4),
    count=st.integers(1, 30),
)
def test_every_date_shows_the_same_time_unless_the_clock_cannot(
    first: datetime, interval: int, count: int
) -> None:
    wall = first.replace(second=0, microsecond=0)
    start = wall.replace(tzinfo=BERLIN)
    if start.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) != wall:
        return

    found = recurrence.occurrences(
        f"FREQ=DAILY;INTERVAL={interval};COUNT={count}", first=start, zone=BERLIN
    )

    assert len(found) == count
    for number, each in enumerate(found):
        wanted = wall + timedelta(days=interval * number)
        shown = each.starts_at.astimezone(BERLIN).replace(tzinfo=None)
        assert shown == wanted + (timedelta(hours=1) if each.clock == SKIPPED else timedelta())


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY;COUNT=5", "jeden Tag, 5-mal"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=10",
            "alle 2 Wochen, Dienstag, Donnerstag, 10-mal",
        ),
        ("FREQ=MONTHLY;UNTIL=20271231", "jeden Monat, bis 31.12.2027"),
        ("FREQ=YEARLY;UNTIL=20271231T235959Z", "jedes Jahr, bis 31.12.2027"),
        # The last Tuesday of the month: words would lose the last.
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=3", "FREQ=MONTHLY;BYDAY=-1TU;COUNT=3"),
        ("FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3"),
    ],
)
def test_a_rule_is_told_in_words(rule: str, words: str) -> None:
    with translation.override("de"):
        assert recurrence.in_words(rule) == words
