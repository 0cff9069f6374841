"""Carries for the billing room."""

from celery import shared_task

from billing import metering
from tenants import directory, scope


@shared_task
def meter_usage() -> None:
    for tenant_id in directory.active_tenants():
        with scope.tenant(tenant_id):
            metering.record_usage(tenant_id)
