"""Carries for the calls room."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from calls import assurances, callbacks, recordings, refresh, unheard
from calls.agents import comparing, publishing
from tenants import directory, scope


@shared_task
def close_stale_calls() -> None:
    """End what nobody reported the end of, after asking the platform."""
    for tenant_id in directory.active_tenants():
        refresh.close_stale(tenant_id, now=timezone.now())


@shared_task
def refresh_recent_calls() -> None:
    """Close the gaps of the last minutes."""
    now = timezone.now()
    refresh.look_back(since=now - refresh.RECENTLY, until=now)


@shared_task
def refresh_last_week() -> None:
    """Close the gaps that a longer silence left."""
    now = timezone.now()
    refresh.look_back(since=now - refresh.A_WEEK, until=now)


@shared_task
def publish_agent(*, tenant_id: str, agent_pk: int) -> None:
    publishing.carry_out(UUID(tenant_id), agent_pk, now=timezone.now())


@shared_task
def publish_waiting_agents() -> None:
    """Carry what a lost nudge or a provider that was away left behind."""
    now = timezone.now()
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            waiting = publishing.due(now=now)
        for agent_pk in waiting:
            publishing.carry_out(tenant_id, agent_pk, now=timezone.now())


@shared_task
def escalate_overdue_callbacks() -> None:
    """Give what waits beyond its time to somebody else, and raise an alert."""
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            callbacks.escalate_overdue(now=timezone.now())


@shared_task
def settle_assurances() -> None:
    """Compare what callers were told with what the calendars made of it, and have those called back who were told wrong."""
    for tenant_id in directory.active_tenants():
        assurances.settle_open(tenant_id, now=timezone.now())
        unheard.call_back_open(tenant_id, now=timezone.now())


@shared_task
def remove_refused_recordings() -> None:
    """Have the platform forget the recordings that callers did not want."""
    for tenant_id in directory.active_tenants():
        recordings.carry_out(tenant_id, now=timezone.now())


@shared_task
def compare_agents() -> None:
    """Notice what somebody changed in the platform's dashboard."""
    for tenant_id in directory.active_tenants():
        comparing.compare(tenant_id, now=timezone.now())
