"""Private calendars of staff members, read as busy times. One that cannot be read makes its person busy, not free.

What a feed says stands in the diary as time off, so that search and booking need to know nothing of feeds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from booking import locking
from booking.models import BusyFeed, CalendarBlock, StaffMember, TimeOff
from integrations import sealing
from integrations.calendars import ics
from integrations.calendars.ics import Copy, IcsFeed
from integrations.calendars.protocol import Busy
from integrations.errors import ProviderError
from tenants import alerts, audit, scope
from tenants.actors import Actor

AHEAD = timedelta(days=120)
READ_EVERY = timedelta(minutes=15)
_NOTE, _STALE_NOTE = "Privater Kalender", "Privater Kalender nicht lesbar"


def connect(staff_member: StaffMember, *, url: str, by: Actor, now: datetime) -> BusyFeed:
    """Have the busy times of a staff member read from this address; until it was read, nothing is free.

    :raises ConfigurationError: it is no address that may be asked
    """
    ics.host_in(url)
    with transaction.atomic():
        feed = BusyFeed.objects.filter(staff_member=staff_member).first()
        if feed is None:
            feed = BusyFeed(tenant_id=staff_member.tenant_id, staff_member=staff_member)
        feed.sealed_url = sealing.seal(url, context=_context(staff_member))
        feed.is_active, feed.read_at, feed.tried_at, feed.last_error = True, None, None, ""
        feed.save()
        audit.record("connected", feed, tenant_id=feed.tenant_id, by=by, now=now)
        _write(feed, None, now=now)
    return feed


def disconnect(feed: BusyFeed, *, by: Actor, now: datetime) -> None:
    """Read this calendar no more, and give its times back."""
    with transaction.atomic():
        TimeOff.objects.filter(blocks__feed=feed).delete()
        feed.is_active = False
        feed.save(update_fields=["is_active", "updated_at"])
        audit.record("disconnected", feed, tenant_id=feed.tenant_id, by=by, now=now)


def read_due(tenant_id: UUID, *, now: datetime, resolve: ics.Resolve = ics.addresses_of) -> int:
    """Read the feeds of a business whose turn it is, and return how many. Must be called with no transaction open."""
    with scope.tenant(tenant_id):
        due = [
            (feed.pk, sealing.unseal(bytes(feed.sealed_url), context=_context(feed.staff_member)))
            for feed in BusyFeed.objects.filter(is_active=True).select_related("staff_member")
            if feed.tried_at is None or now - feed.tried_at >= READ_EVERY
        ]
    for number, url in due:
        _read(tenant_id, number, url, now=now, resolve=resolve)
    return len(due)


def _read(tenant_id: UUID, number: int, url: str, *, now: datetime, resolve: ics.Resolve) -> None:
    copy: Copy | None = None
    error = ""
    try:
        copy = ics.fetch(url, known=None, now=now, resolve=resolve)
        IcsFeed(copy=copy, time_zone="UTC", now=now).busy(since=now, until=now + AHEAD)
    except ProviderError as failure:
        copy, error = None, str(failure)[:300]
    with scope.tenant(tenant_id):
        feed = BusyFeed.objects.select_related("staff_member__branch").get(pk=number)
        feed.tried_at, feed.last_error = now, error
        if copy is not None:
            feed.read_at = now
        feed.save(update_fields=["tried_at", "read_at", "last_error", "updated_at"])
        if copy is not None:
            zone = feed.staff_member.branch.time_zone
            known = IcsFeed(copy=copy, time_zone=zone, now=now)
            _write(feed, known.busy(since=now, until=now + AHEAD), now=now)
        elif _is_stale(feed, now=now):
            _write(feed, None, now=now)
            alerts.raise_alert(
                "calendar_stale", tenant_id=tenant_id, about=str(feed.staff_member), now=now
            )


def _is_stale(feed: BusyFeed, *, now: datetime) -> bool:
    return feed.read_at is None or now - feed.read_at > ics.STALE_AFTER


def _write(feed: BusyFeed, busy: Sequence[Busy] | None, *, now: datetime) -> None:
    """Put the busy times into the diary, in place of those before; None: nobody knows, so all of it is taken."""
    person = feed.staff_member
    locking.lock_diaries(feed.tenant_id, [person.pk])
    TimeOff.objects.filter(blocks__feed=feed).delete()
    spans = [Busy(starts_at=now, ends_at=now + AHEAD)] if busy is None else busy
    for span in spans:
        time_off = TimeOff.objects.create(
            tenant_id=feed.tenant_id,
            branch=person.branch,
            staff_member=person,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            kind=TimeOff.Kind.OTHER,
            note=_STALE_NOTE if busy is None else _NOTE,
        )
        CalendarBlock.objects.create(tenant_id=feed.tenant_id, time_off=time_off, feed=feed)


def _context(staff_member: StaffMember) -> str:
    return f"booking_busyfeed.sealed_url/{staff_member.tenant_id}/{staff_member.pk}"
