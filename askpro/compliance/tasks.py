"""Carries for the compliance room."""

from celery import shared_task
from django.utils import timezone

from askpro.compliance import retention


@shared_task
def purge() -> None:
    retention.purge(now=timezone.now())
