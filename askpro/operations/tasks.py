"""Carries for the operations room."""

from celery import shared_task

from askpro import courier


@shared_task
def carry_all() -> None:
    courier.carry_all()
