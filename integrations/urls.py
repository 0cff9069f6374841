"""The providers' doors, below /api/. Retell's are in `calls/urls.py`."""

from django.urls import path

from integrations import webhooks

urlpatterns = [
    path("calcom/webhook", webhooks.calcom),
    path("stripe/webhook", webhooks.stripe),
    path("twilio/status", webhooks.twilio),
    path("resend/webhook", webhooks.resend),
]
