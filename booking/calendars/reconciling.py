"""Comparing both sides: what was missed is folded in, what was not told is told, what cannot be is shown.

Webhooks are sent once and may be lost; this finds what they would have said. Nothing is removed or moved here that the
comparison of three (`booking/calendar_merge.py`) does not allow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from booking import calendar_links, in_hand
from booking.calendars import accounts, observing, settling
from booking.models import (
    Appointment,
    CalendarAccount,
    CalendarHost,
    CalendarLink,
    CalendarReview,
)
from integrations.calendars import calcom_account
from integrations.calendars.calcom import Calcom
from integrations.calendars.protocol import Entry, Gone
from integrations.errors import ProviderError
from integrations.models import Command
from integrations.quota import Urgency
from tenants import scope

LOOKS_BACK = timedelta(days=1)
LOOKS_AHEAD = timedelta(days=180)
_MOST_READ_ALONE = 30


@dataclass(kw_only=True)
class Report:
    """What the comparison found. `differences` are those that a person has to decide, or to know of."""

    seen: int = 0
    changed: int = 0
    told: int = 0
    lost_there: int = 0
    conflicts: int = 0
    differences: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


def sync(tenant_id: UUID, *, now: datetime, is_whole: bool = True) -> Report | None:
    """Compare the diary of a business with its calendar; None: it keeps none, or Cal.com is switched off.

    `is_whole` looks at every booking of the next months and at the event types; else only at what changed there
    since the last time. Must be called with no transaction open.

    :raises ProviderError: no usable answer; what was folded in until then stays
    """
    if not settings.CALCOM_ENABLED:
        return None
    with scope.tenant(tenant_id):
        account = CalendarAccount.objects.filter(is_active=True).first()
    if account is None:
        return None
    try:
        report = _compare(account, now=now, is_whole=is_whole)
    except ProviderError as error:
        with scope.tenant(tenant_id):
            CalendarAccount.objects.filter(pk=account.pk).update(
                last_error=str(error)[:300], updated_at=now
            )
        raise
    return report


def ask_for_sync(account: CalendarAccount, *, now: datetime) -> None:
    """Have both sides compared soon, because who asks may hold a transaction."""
    account.wants_sync_at = now
    account.save(update_fields=["wants_sync_at", "updated_at"])


def _compare(account: CalendarAccount, *, now: datetime, is_whole: bool) -> Report:
    wire = accounts.wire_of(account.tenant_id, urgency=Urgency.SYNC)
    calendar = accounts.calendar_of(account, wire=wire)
    report = Report()
    since = account.changes_until or now - LOOKS_BACK
    changes = calendar.fetch_changes(since=since)
    entries = list(changes.entries)
    if is_whole:
        entries += calendar.in_period(since=now - LOOKS_BACK, until=now + LOOKS_AHEAD)
        kinds = calcom_account.event_types(wire, team_id=account.team_id)
        with scope.tenant(account.tenant_id):
            report.drift = accounts.import_types(account.tenant_id, kinds, now=now)
            report.unmapped = accounts.unmapped()
    latest = {each.uid: each for each in entries}
    report.seen = len(latest)
    with scope.tenant(account.tenant_id):
        news = observing.unheard(latest.values())
        elsewhere = observing.replaced_unseen(latest.values())
    news += [calendar.read(uid) for uid in elsewhere[:_MOST_READ_ALONE]]
    for entry in observing.oldest_first(news):
        report.changed += _fold(account.tenant_id, entry, now=now)
    if is_whole:
        report.lost_there = _find_lost(account.tenant_id, calendar, entries, now=now)
    _bring_the_rest_together(account.tenant_id, report, now=now)
    with scope.tenant(account.tenant_id):
        _note(account, report, until=changes.until, now=now)
    return report


def _fold(tenant_id: UUID, entry: Entry, *, now: datetime) -> bool:
    """Fold one booking in, in a transaction of its own; tell whether it changed something."""
    with scope.tenant(tenant_id):
        observing.lock()
        before = _known(entry)
        settling.fold(entry, tenant_id=tenant_id, now=now, is_read=True)
        return before != _known(entry)


def _known(entry: Entry) -> list[tuple[object, ...]]:
    """Return what is known of the appointment behind a booking: what a comparison may have changed."""
    return list(
        CalendarLink.objects.filter(bookings__uid=entry.uid).values_list(
            "state",
            "appointment_id",
            "appointment__staff_member_id",
            "agreed_starts_at",
            "agreed_over",
        )
    )


def _find_lost(
    tenant_id: UUID, calendar: Calcom, entries: Sequence[Entry], *, now: datetime
) -> int:
    """Ask one by one for what should stand there and was not in the list; return how many are gone."""
    seen = {entry.uid for entry in entries}
    with scope.tenant(tenant_id):
        missing = list(
            CalendarLink.objects.filter(
                theirs_state__in=("pending", "accepted"),
                theirs_starts_at__gt=now,
                theirs_starts_at__lt=now + LOOKS_AHEAD,
            )
            .exclude(theirs_uid__in=seen)
            .order_by("pk")[:_MOST_READ_ALONE]
        )
    lost = 0
    for link in missing:
        try:
            _fold(tenant_id, calendar.read(link.theirs_uid), now=now)
        except Gone:
            lost += 1
            _note_gone(tenant_id, link.pk, now=now)
    return lost


def _note_gone(tenant_id: UUID, link_id: int, *, now: datetime) -> None:
    with scope.tenant(tenant_id):
        observing.lock()
        link = settling.locked(link_id)
        if link is None:
            return
        link.bookings.filter(uid=link.theirs_uid).update(state="over")
        link.theirs_state = "over"
        settling.settle(link, now=now)


def _bring_the_rest_together(tenant_id: UUID, report: Report, *, now: datetime) -> None:
    """Settle what is not the same on both sides, and tell what was never told.

    That are appointments from before the connection or from a time without it, changes whose command was lost, and
    bookings that were no appointment of ours before somebody mapped their event type.
    """
    with scope.tenant(tenant_id):
        observing.lock()
        numbers = list(_apart(now).values_list("pk", flat=True))
        strangers = list(_never_told(now).values_list("pk", flat=True))
        strangers += list(_given_away_here(now).values_list("appointment_id", flat=True))
    for number in numbers:
        _try_again(tenant_id, number, report, now=now)
    for number in strangers:
        report.told += _tell_first(tenant_id, number, now=now)


_STANDS = ("pending", "accepted")


def _apart(now: datetime) -> QuerySet[CalendarLink]:
    """Return what stands on one side only, at two times, with two people, or waits."""
    ahead = Q(appointment__status__in=Appointment.ACTIVE, appointment__starts_at__gt=now)
    stands = Q(theirs_state__in=_STANDS)
    unfinished = ~Q(state=CalendarLink.State.AGREED)
    waits = ahead & Q(appointment__status=Appointment.Status.PENDING)
    elsewhere = ahead & (~stands | ~Q(theirs_starts_at=F("appointment__starts_at")))
    handed_over = ahead & stands & ~Q(theirs_host="") & ~Q(theirs_host=F("agreed_host"))
    only_there = (
        stands
        & Q(theirs_starts_at__gt=now - LOOKS_BACK)
        & (Q(appointment__status=Appointment.Status.CANCELLED) | Q(appointment__isnull=True))
    )
    return CalendarLink.objects.filter(
        unfinished | waits | elsewhere | handed_over | only_there
    ).order_by("pk")


def _try_again(tenant_id: UUID, link_id: int, report: Report, *, now: datetime) -> None:
    with scope.tenant(tenant_id):
        observing.lock()
        link = settling.locked(link_id)
        if link is None:
            return
        if link.command_number is not None:
            alive = Command.objects.filter(pk=link.command_number)
            if alive.exists():
                return
            link.command_number = None  # it was deleted: nobody will answer
            link.state = CalendarLink.State.AGREED
        before = link.appointment_id
        settling.settle(link, now=now)
        report.told += link.command_number is not None
        report.changed += link.appointment_id != before


def _never_told(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(
        status__in=(Appointment.Status.PENDING, Appointment.Status.CONFIRMED),
        starts_at__gt=now,
        calendar_links__isnull=True,
    ).order_by("starts_at", "pk")


def _given_away_here(now: datetime) -> QuerySet[CalendarLink]:
    """Return what somebody else has here since both sides agreed, and nobody there has heard of."""
    others = CalendarHost.objects.filter(number=OuterRef("theirs_host")).exclude(
        staff_member=OuterRef("appointment__staff_member")
    )
    return CalendarLink.objects.filter(
        Exists(others),
        theirs_host=F("agreed_host"),
        theirs_state__in=_STANDS,
        state=CalendarLink.State.AGREED,
        appointment__status__in=Appointment.ACTIVE,
        appointment__starts_at__gt=now,
    ).order_by("pk")


def _tell_first(tenant_id: UUID, appointment_id: int, *, now: datetime) -> bool:
    with scope.tenant(tenant_id):
        appointment = (
            Appointment.objects.select_related("branch", "customer", "service", "staff_member")
            .filter(pk=appointment_id)
            .first()
        )
        if appointment is None:
            return False
        return in_hand.change(
            appointment, lambda: calendar_links.tell_changed(appointment, now=now)
        )


def _with_somebody_else(now: datetime) -> list[str]:
    """Return the appointments that somebody else of ours has at Cal.com, because somebody decided that ours is right."""
    hosts = dict(CalendarHost.objects.values_list("number", "staff_member__name"))
    links = CalendarLink.objects.filter(
        theirs_host__in=hosts,
        theirs_host=F("agreed_host"),
        theirs_state__in=_STANDS,
        appointment__status__in=Appointment.ACTIVE,
        appointment__starts_at__gt=now,
    ).select_related("appointment__staff_member")
    return [
        f"{each.appointment}: {hosts[each.theirs_host]} (Cal.com)"
        for each in links.order_by("appointment__starts_at", "pk")
        if each.appointment is not None
        and each.appointment.staff_member.name != hosts[each.theirs_host]
    ][:100]


def _note(account: CalendarAccount, report: Report, *, until: datetime, now: datetime) -> None:
    open_reviews = CalendarReview.objects.filter(resolved_at=None).order_by("opened_at", "pk")
    report.conflicts = open_reviews.count()
    report.differences = [*map(str, open_reviews[:100]), *_with_somebody_else(now)]
    CalendarAccount.objects.filter(pk=account.pk).update(
        changes_until=until,
        synced_at=now,
        wants_sync_at=None,
        last_error="",
        updated_at=now,
        report={
            "seen": report.seen,
            "changed": report.changed,
            "told": report.told,
            "lost_there": report.lost_there,
            "conflicts": report.conflicts,
            "differences": report.differences,
            "drift": report.drift,
            "unmapped": report.unmapped,
        },
    )
