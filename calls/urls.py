"""Retell's doors, below /api/retell/."""

from django.urls import path

from calls import webhooks

urlpatterns = [
    path("webhook", webhooks.webhook),
    path("functions/<str:tool>", webhooks.function),
    path("inbound", webhooks.inbound),
]
