"""Carries for the calls room."""

from celery import shared_task
from django.utils import timezone

from calls import lifecycle
from tenants import directory, scope


@shared_task
def close_stale_calls() -> None:
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            lifecycle.close_stale(now=timezone.now())
