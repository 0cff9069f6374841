"""Carries for the booking room."""

from celery import shared_task
from django.utils import timezone

from booking import scheduling
from tenants import directory, scope


@shared_task
def drop_expired_holds() -> None:
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            scheduling.drop_expired_holds(now=timezone.now())
