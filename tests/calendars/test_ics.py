"""Feeds that say when somebody is busy: read as their calendars mean them, and never taken for free when unread."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from integrations.calendars import ics
from integrations.calendars.ics import Copy, IcsFeed
from integrations.calendars.protocol import Stale
from integrations.errors import ConfigurationError, ProviderError, RetryableError
from tests.integrations.providers import Network, Provider

BERLIN = ZoneInfo("Europe/Berlin")
URL = "https://private.example/feed.ics"
MONDAY = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
A_WEEK = timedelta(days=7)


def public(_: str) -> Sequence[str]:
    return ["93.184.215.14"]


def document(*events: str) -> str:
    inner = "\r\n".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\n{e}\r\nEND:VEVENT" for n, e in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{inner}\r\nEND:VCALENDAR\r\n"


def busy(
    *events: str, since: datetime = MONDAY, until: datetime = MONDAY + A_WEEK
) -> list[tuple[str, str]]:
    """Return the spans by the clock of Berlin, as "26 10:00"."""
    spans = ics.busy_times(document(*events), since=since, until=until, zone=BERLIN)
    return [
        (f"{start.astimezone(BERLIN):%d %H:%M}", f"{end.astimezone(BERLIN):%d %H:%M}")
        for start, end in spans
    ]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20261126T090000Z\r\nDTEND:20261126T100000Z", [("26 10:00", "26 11:00")]),
        (
            "DTSTART;TZID=Europe/Berlin:20261126T100000\r\nDURATION:PT30M",
            [("26 10:00", "26 10:30")],
        ),
        ("DTSTART:20261126T100000\r\nDTEND:20261126T110000", [("26 10:00", "26 11:00")]),
        ("DTSTART;VALUE=DATE:20261126", [("26 00:00", "27 00:00")]),
        (
            "DTSTART;VALUE=DATE:20261126\r\nDTEND;VALUE=DATE:20261128",
            [("26 00:00", "28 00:00")],
        ),
        ("DTSTART:20261126T090000Z\r\nDTEND:20261126T100000Z\r\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20261126T090000Z\r\nDTEND:20261126T100000Z\r\nSTATUS:CANCELLED", []),
        ("DTSTART:20261126T090000Z", []),
        (
            "DTSTART;TZID=Europe/Berlin:20261101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH",
            [("24 09:00", "24 10:00"), ("26 09:00", "26 10:00")],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20261101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH\r\nEXDATE;TZID=Europe/Berlin:20261124T090000",
            [("26 09:00", "26 10:00")],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20261101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20261124T080000Z",
            [("23 09:00", "23 10:00"), ("24 09:00", "24 10:00")],
        ),
        (
            "DTSTART;VALUE=DATE:20261001\r\nRRULE:FREQ=WEEKLY;COUNT=9",
            [("26 00:00", "27 00:00")],
        ),
    ],
)
def test_an_event_takes_the_time_it_means(event: str, expected: list[tuple[str, str]]) -> None:
    assert busy(event) == expected


def test_nine_o_clock_stays_nine_o_clock_over_the_change_of_the_clocks() -> None:
    event = "DTSTART;TZID=Europe/Berlin:20261001T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"
    since = datetime(2026, 10, 23, 22, 0, tzinfo=UTC)

    found = busy(event, since=since, until=since + timedelta(days=3))

    assert [start for start, _ in found] == ["24 09:00", "25 09:00", "26 09:00"]


def test_a_repetition_that_was_moved_is_where_it_was_moved_to() -> None:
    text = document(
        "DTSTART;TZID=Europe/Berlin:20261102T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY"
    ).replace(
        "END:VCALENDAR",
        "BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;TZID=Europe/Berlin:20261123T090000\r\n"
        "DTSTART;TZID=Europe/Berlin:20261123T150000\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR",
    )

    spans = ics.busy_times(text, since=MONDAY, until=MONDAY + A_WEEK, zone=BERLIN)

    assert [f"{start.astimezone(BERLIN):%d %H:%M}" for start, _ in spans] == ["23 15:00"]


@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:soon", "nonsense"])
def test_a_feed_that_cannot_be_read_says_nothing_about_what_is_free(text: str) -> None:
    with pytest.raises(RetryableError):
        ics.busy_times(text, since=MONDAY, until=MONDAY + A_WEEK, zone=BERLIN)


class Private(Provider):
    """A private calendar that publishes a feed."""

    host = "private.example"
    contract = "none"

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return httpx.Response(304)
        text = document("DTSTART:20261126T090000Z\r\nDTEND:20261126T100000Z")
        return httpx.Response(200, text=text, headers={"ETag": '"1"'})


@pytest.fixture
def private(network: Network) -> Private:
    private = Private()
    network.connect_undescribed(private)
    return private


def test_an_unchanged_feed_is_read_again_without_its_text(private: Private, now: datetime) -> None:
    first = ics.fetch(URL, known=None, now=now, resolve=public)
    later = now + timedelta(hours=1)

    second = ics.fetch(URL, known=first, now=later, resolve=public)

    assert second == Copy(text=first.text, etag='"1"', read_at=later)


@pytest.mark.parametrize("body", [b"<html>login</html>", b""])
def test_a_page_is_no_feed(private: Private, now: datetime, body: bytes) -> None:
    private.says(200, body)

    with pytest.raises(RetryableError):
        ics.fetch(URL, known=None, now=now, resolve=public)


@pytest.mark.parametrize(
    "url",
    [
        "http://private.example/feed.ics",
        "https://user:pass@private.example/feed.ics",
        "https://private.example:8443/feed.ics",
        "file:///etc/passwd",
        "https://",
        "https://[",
    ],
)
def test_only_public_https_addresses_are_asked(url: str, now: datetime) -> None:
    with pytest.raises(ConfigurationError):
        ics.fetch(url, known=None, now=now, resolve=public)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_inside_is_not_followed(address: str, now: datetime) -> None:
    with pytest.raises(ConfigurationError):
        ics.fetch(URL, known=None, now=now, resolve=lambda _: ["93.184.215.14", address])


def test_a_name_that_leads_nowhere_may_lead_somewhere_later(now: datetime) -> None:
    def nowhere(_: str) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(RetryableError):
        ics.fetch(URL, known=None, now=now, resolve=nowhere)


@pytest.mark.parametrize("age_hours", [7, None])
def test_a_stale_feed_knows_nothing(now: datetime, age_hours: int | None) -> None:
    copy = (
        None
        if age_hours is None
        else Copy(text=document(), etag="", read_at=now - timedelta(hours=age_hours))
    )
    feed = IcsFeed(copy=copy, time_zone="Europe/Berlin", now=now)

    with pytest.raises(Stale):
        feed.busy(since=MONDAY, until=MONDAY + A_WEEK)
    with pytest.raises(Stale):
        feed.fetch_changes(since=MONDAY)


def test_overlapping_times_become_one(now: datetime) -> None:
    text = document(
        "DTSTART:20261126T090000Z\r\nDTEND:20261126T100000Z",
        "DTSTART:20261126T093000Z\r\nDTEND:20261126T110000Z",
    )
    feed = IcsFeed(copy=Copy(text=text, etag="", read_at=now), time_zone="Europe/Berlin", now=now)

    (only,) = feed.busy(since=MONDAY, until=MONDAY + A_WEEK)

    assert (only.starts_at.hour, only.ends_at.hour) == (9, 11)


def test_the_error_says_nothing_of_the_secret_address(private: Private, now: datetime) -> None:
    private.says(500)
    fetch: Callable[[], Copy] = lambda: ics.fetch(  # noqa: E731
        "https://private.example/secret-token.ics", known=None, now=now, resolve=public
    )

    with pytest.raises(ProviderError) as raised:
        fetch()

    assert "secret-token" not in str(raised.value)
