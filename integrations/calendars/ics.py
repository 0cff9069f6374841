"""A calendar that publishes a feed (iCalendar, RFC 5545): read only, and nothing is free when nobody could read it.

Private calendars say when somebody is busy this way. The last good copy serves until it is too old; from then on the
feed is `Stale` and whoever asks must take everything for busy.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar as Document

from integrations import http
from integrations.calendars.protocol import Busy, Changes, Entry, ReadOnly, Stale, Wish
from integrations.errors import ConfigurationError, ProviderError, RetryableError

PROVIDER = "ics"
STALE_AFTER = timedelta(hours=6)
_LONGEST_FEED = 5000
_A_DAY = timedelta(days=1)
# Repeating events are followed this many times at most within a period.
_MOST_REPETITIONS = 2000

Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A feed as it was read: its text, the mark of this version, and when it was last known to be current."""

    text: str
    etag: str
    read_at: datetime


class _Unchanged(ProviderError):
    """304: the copy is still good."""


def addresses_of(host: str) -> Sequence[str]:
    """Return the addresses behind a name.

    :raises OSError: there is none
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


def host_in(url: str) -> str:
    """Return the name in an address that may be asked: https, without a password, at the usual port.

    :raises ConfigurationError: it is none
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme != "https" or not host or parts.username or port not in (None, 443):
        raise ConfigurationError(PROVIDER, "read", code="address_not_allowed")
    return host


def check_address(url: str, *, resolve: Resolve = addresses_of) -> None:
    """Let only public addresses through: what a business types here must not reach into our house.

    :raises ConfigurationError: no address that may be asked, or a place inside
    :raises RetryableError: the name leads nowhere at the moment
    """
    host = host_in(url)
    try:
        found = resolve(host)
    except OSError as error:
        raise RetryableError(PROVIDER, "read", code="name_unknown") from error
    if not found or not all(ipaddress.ip_address(each).is_global for each in found):
        raise ConfigurationError(PROVIDER, "read", code="address_not_allowed")


def fetch(url: str, *, known: Copy | None, now: datetime, resolve: Resolve = addresses_of) -> Copy:
    """Return the feed as it is now; an unchanged one is the known copy, read again.

    :raises ProviderError: no usable answer
    """
    check_address(url, resolve=resolve)
    headers = {"Accept": "text/calendar"}
    if known is not None and known.etag:
        headers["If-None-Match"] = known.etag
    try:
        answer = http.request(
            "GET",
            url,
            provider=PROVIDER,
            operation="read",
            headers=headers,
            classify=lambda status, *_: _Unchanged(PROVIDER, "read") if status == 304 else None,
        )
    except _Unchanged:
        if known is None:
            raise RetryableError(PROVIDER, "read", code="unreadable_answer") from None
        return replace(known, read_at=now)
    text = answer.content.decode("utf-8-sig", errors="replace")
    if not text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise answer.unreadable()
    return Copy(text=text, etag=answer.headers.get("ETag", "")[:200], read_at=now)


@dataclass(frozen=True, kw_only=True)
class IcsFeed:
    """The last copy of a feed, as a calendar. All-day and floating times are those of `time_zone`."""

    copy: Copy | None
    time_zone: str
    now: datetime
    stale_after: timedelta = STALE_AFTER

    @property
    def is_read_only(self) -> bool:
        return True

    @property
    def is_stale(self) -> bool:
        return self.copy is None or self.now - self.copy.read_at > self.stale_after

    def busy(self, *, since: datetime, until: datetime) -> Sequence[Busy]:
        """Return what is taken; overlapping times become one."""
        if self.copy is None or self.is_stale:
            raise Stale(PROVIDER, "busy", code="stale")
        spans = busy_times(self.copy.text, since=since, until=until, zone=ZoneInfo(self.time_zone))
        return _merged(spans)

    def put(self, wish: Wish) -> Entry:
        raise ReadOnly(PROVIDER, "put", code="read_only")

    def move(self, uid: str, *, starts_at: datetime, reason: str = "") -> Entry:
        raise ReadOnly(PROVIDER, "move", code="read_only")

    def remove(self, uid: str, *, reason: str = "") -> None:
        raise ReadOnly(PROVIDER, "remove", code="read_only")

    def fetch_changes(self, *, since: datetime) -> Changes:
        """Return nothing: a feed says when somebody is busy, not what was changed."""
        if self.is_stale:
            raise Stale(PROVIDER, "fetch_changes", code="stale")
        return Changes(entries=(), until=since)


def busy_times(
    text: str, *, since: datetime, until: datetime, zone: ZoneInfo
) -> list[tuple[datetime, datetime]]:
    """Return the spans (UTC) in which the events of a feed take time, repetitions among them.

    :raises RetryableError: the feed cannot be read
    """
    try:
        events = list(Document.from_ical(text).walk("VEVENT"))
        if len(events) > _LONGEST_FEED:
            raise ValueError("too many events")
        # A changed repetition takes the place of the one that the rule would give.
        changed = {
            (str(event.get("UID")), _instant(event["RECURRENCE-ID"].dt, zone))
            for event in events
            if "RECURRENCE-ID" in event
        }
        return sorted(
            span
            for event in events
            if _takes_time(event)
            for span in _spans(event, since=since, until=until, zone=zone, changed=changed)
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        # What a stranger's calendar may contain has no end; one that cannot be read says nothing about what is free.
        raise RetryableError(PROVIDER, "busy", code="unreadable_answer") from error


def _takes_time(event: Any) -> bool:
    return (
        str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        and str(event.get("STATUS", "")).upper() != "CANCELLED"
    )


def _spans(
    event: Any,
    *,
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    changed: set[tuple[str, datetime]],
) -> Iterator[tuple[datetime, datetime]]:
    first = event["DTSTART"].dt
    uid = str(event.get("UID"))
    excluded = {_instant(each, zone) for each in _dates(event, "EXDATE")}
    for local in _starts(event, first, since=since, until=until, zone=zone):
        start = _instant(local, zone)
        is_rule = "RRULE" in event or "RDATE" in event
        if is_rule and (start in excluded or (uid, start) in changed):
            continue
        end = _end(event, first, local, zone)
        if start < until and end > since and end > start:
            yield start, end


def _starts(
    event: Any, first: date, *, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[date]:
    """Yield the local starts that may touch the period: by the wall clock, so that 9 o'clock stays 9 o'clock."""
    length = _end(event, first, first, zone) - _instant(first, zone)
    rule = event.get("RRULE")
    if rule is None:
        yield first
    else:
        naive = _naive(first, zone)
        from_wall = since.astimezone(_zone_of(first, zone)).replace(tzinfo=None) - length - _A_DAY
        until_wall = until.astimezone(_zone_of(first, zone)).replace(tzinfo=None) + _A_DAY
        found = rrulestr(_rule_text(rule, first, zone), dtstart=naive)
        for count, each in enumerate(found.xafter(from_wall, inc=True)):
            if each > until_wall or count > _MOST_REPETITIONS:
                break
            yield (
                each.date()
                if not isinstance(first, datetime)
                else each.replace(tzinfo=first.tzinfo)
            )
    yield from _dates(event, "RDATE")


def _rule_text(rule: Any, first: date, zone: ZoneInfo) -> str:
    """Return the rule with its end by the wall clock, because the starts are counted on it."""
    parts = dict(rule)
    if "UNTIL" in parts:
        last = parts["UNTIL"][0]
        if isinstance(last, datetime) and last.tzinfo is not None:
            last = last.astimezone(_zone_of(first, zone)).replace(tzinfo=None)
        parts["UNTIL"] = [last]
        rule = type(rule)(parts)
    text = rule.to_ical()
    return text.decode() if isinstance(text, bytes) else str(text)


def _dates(event: Any, name: str) -> Iterator[date]:
    given = event.get(name, [])
    for block in given if isinstance(given, list) else [given]:
        for each in block.dts:
            yield each.dt[0] if isinstance(each.dt, tuple) else each.dt


def _end(event: Any, first: date, start: date, zone: ZoneInfo) -> datetime:
    """Return when a repetition ends: as long after its start as the first one."""
    if "DTEND" in event:
        length = _instant(event["DTEND"].dt, zone) - _instant(first, zone)
        if not isinstance(first, datetime):
            days = (event["DTEND"].dt - first).days
            return _instant(start + timedelta(days=days), zone)
    elif "DURATION" in event:
        length = event["DURATION"].dt
    elif isinstance(first, datetime):
        length = timedelta(0)
    else:
        return _instant(start + _A_DAY, zone)
    return _instant(start, zone) + length


def _zone_of(moment: date, zone: ZoneInfo) -> Any:
    return (moment.tzinfo if isinstance(moment, datetime) else None) or zone


def _naive(moment: date, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time.min)


def _instant(moment: date, zone: ZoneInfo) -> datetime:
    """Return an instant: a day begins at midnight of the zone, a time without a zone is one of it."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _merged(spans: list[tuple[datetime, datetime]]) -> list[Busy]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [Busy(starts_at=start, ends_at=end) for start, end in merged]
