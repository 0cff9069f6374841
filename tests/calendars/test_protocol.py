"""One contract for all calendars. What is only read has to refuse to be written, and says so in the same way."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.calendars.calcom import Calcom as CalcomCalendar
from integrations.calendars.ics import Copy, IcsFeed
from integrations.calendars.protocol import (
    Busy,
    Calendar,
    Gone,
    Person,
    ReadOnly,
    State,
    TimeTaken,
    Wish,
)
from tests.calendars.calcom_house import Calcom

TEN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DAY = (TEN - timedelta(hours=9), TEN + timedelta(hours=15))
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A calendar with an entry of somebody else from 12:00 to 12:30, and how to wish for something in it."""

    calendar: Calendar
    wish: Wish


@pytest.fixture
def at_calcom(calcom: Calcom, calendar: CalcomCalendar) -> Stage:
    kind = calcom.house.add_event_type(title="Haarschnitt", slug="haarschnitt", minutes=30)
    calcom.house.host_books(
        kind.id, starts_at=TEN + timedelta(hours=2), name="Anna", email="anna@example.org"
    )
    return Stage(calendar=calendar, wish=wish_for(str(kind.id)))


@pytest.fixture
def in_a_feed(now: datetime) -> Stage:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTART:20261126T110000Z\r\nDTEND:20261126T113000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    feed = IcsFeed(copy=Copy(text=text, etag="", read_at=now), time_zone="Europe/Berlin", now=now)
    return Stage(calendar=feed, wish=wish_for("1"))


def wish_for(target: str) -> Wish:
    return Wish(
        key="17",
        target=target,
        starts_at=TEN,
        ends_at=TEN + HALF_AN_HOUR,
        person=Person(name="Erika Mustermann", time_zone="Europe/Berlin", phone="+491713920042"),
    )


ALL = ("at_calcom", "in_a_feed")
WRITABLE = ("at_calcom",)


@pytest.fixture(params=ALL)
def any_stage(request: pytest.FixtureRequest) -> Stage:
    stage: Stage = request.getfixturevalue(request.param)
    return stage


@pytest.fixture(params=WRITABLE)
def stage(request: pytest.FixtureRequest) -> Stage:
    stage: Stage = request.getfixturevalue(request.param)
    return stage


def busy(stage: Stage) -> list[datetime]:
    found = stage.calendar.busy(since=DAY[0], until=DAY[1])
    assert all(isinstance(each, Busy) and each.ends_at > each.starts_at for each in found)
    return [each.starts_at for each in found]


def test_what_is_taken_is_told_in_order_and_only_within_the_period(any_stage: Stage) -> None:
    assert busy(any_stage) == [TEN + timedelta(hours=2)]
    assert list(any_stage.calendar.busy(since=DAY[1], until=DAY[1] + HALF_AN_HOUR)) == []


def test_what_is_only_read_refuses_to_be_written(any_stage: Stage) -> None:
    if not any_stage.calendar.is_read_only:
        pytest.skip("this calendar is written")
    writes: list[Callable[[], object]] = [
        lambda: any_stage.calendar.put(any_stage.wish),
        lambda: any_stage.calendar.move("1", starts_at=TEN),
        lambda: any_stage.calendar.remove("1"),
    ]

    for write in writes:
        with pytest.raises(ReadOnly):
            write()


def test_what_was_put_stands_and_takes_its_time(stage: Stage) -> None:
    entry = stage.calendar.put(stage.wish)

    assert (entry.starts_at, entry.ends_at) == (TEN, TEN + HALF_AN_HOUR)
    assert (entry.state, entry.key) == (State.ACCEPTED, "17")
    assert busy(stage) == [TEN, TEN + timedelta(hours=2)]


def test_the_same_key_again_is_the_same_entry(stage: Stage) -> None:
    first = stage.calendar.put(stage.wish)
    second = stage.calendar.put(stage.wish)

    assert second.uid == first.uid
    assert busy(stage) == [TEN, TEN + timedelta(hours=2)]


def test_a_taken_time_is_refused(stage: Stage) -> None:
    at_noon = replace(
        stage.wish,
        starts_at=TEN + timedelta(hours=2),
        ends_at=TEN + timedelta(hours=2) + HALF_AN_HOUR,
    )

    with pytest.raises(TimeTaken):
        stage.calendar.put(at_noon)


def test_a_move_gives_the_old_time_back(stage: Stage) -> None:
    entry = stage.calendar.put(stage.wish)

    moved = stage.calendar.move(entry.uid, starts_at=TEN + timedelta(hours=4))

    assert moved.starts_at == TEN + timedelta(hours=4)
    assert busy(stage) == [TEN + timedelta(hours=2), TEN + timedelta(hours=4)]


def test_moving_onto_somebody_elses_time_changes_nothing(stage: Stage) -> None:
    entry = stage.calendar.put(stage.wish)

    with pytest.raises(TimeTaken):
        stage.calendar.move(entry.uid, starts_at=TEN + timedelta(hours=2))

    assert busy(stage) == [TEN, TEN + timedelta(hours=2)]


def test_what_was_removed_is_free_again_and_stays_removed(stage: Stage) -> None:
    entry = stage.calendar.put(stage.wish)

    stage.calendar.remove(entry.uid, reason="krank")
    stage.calendar.remove(entry.uid, reason="krank")

    assert busy(stage) == [TEN + timedelta(hours=2)]
    with pytest.raises(Gone):
        stage.calendar.move(entry.uid, starts_at=TEN)


def test_changes_tell_what_became_of_each_entry(stage: Stage, now: datetime) -> None:
    entry = stage.calendar.put(stage.wish)
    moved = stage.calendar.move(entry.uid, starts_at=TEN + timedelta(hours=4))
    stage.calendar.remove(moved.uid)

    changes = stage.calendar.fetch_changes(since=now - timedelta(hours=1))

    last = [each for each in changes.entries if each.key == "17"]
    assert last
    assert all(not each.is_active for each in last)
    assert changes.until >= now - timedelta(hours=1)
