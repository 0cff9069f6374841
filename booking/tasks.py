"""Carries for the booking room."""

from celery import shared_task
from django.utils import timezone

from booking import attendance, cascade, matching, scheduling
from booking.calendars import feeds, sweeping
from tenants import directory, scope


@shared_task
def drop_expired_holds() -> None:
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            scheduling.drop_expired_holds(now=timezone.now())


@shared_task
def keep_attendance() -> None:
    """Mark who did not come, complete what is over. Each in a transaction of its own: none waits with a diary in hand."""
    for tenant_id in directory.active_tenants():
        now = timezone.now()
        with scope.tenant(tenant_id):
            missed = attendance.due_no_shows(now=now)
            over = attendance.due_completions(now=now)
        for number in missed:
            with scope.tenant(tenant_id):
                attendance.mark_missed(number, now=now)
        for number in over:
            with scope.tenant(tenant_id):
                attendance.complete_by_the_clock(number, now=now)


@shared_task
def offer_freed_times() -> None:
    """Ask the waiting lists, and end the offers and proposals that nobody answered."""
    for tenant_id in directory.active_tenants():
        now = timezone.now()
        cascade.sweep(tenant_id, now=now)
        matching.sweep(tenant_id, now=now)


@shared_task
def sync_calendars() -> None:
    for tenant_id in directory.active_tenants():
        feeds.read_due(tenant_id, now=timezone.now())
        sweeping.sync_due(tenant_id, now=timezone.now())
