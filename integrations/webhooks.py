"""The doors at which Cal.com, Stripe, Twilio and Resend knock: verify, record, answer.

A worker folds what Twilio and Resend report into the messages and what Cal.com says into the diary. What Stripe sends
is kept and waits: nothing applies it yet.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from integrations import doors, inbox
from integrations.calendars import calcom_webhook
from integrations.envelopes import Envelope, Unreadable
from integrations.messaging import resend_webhook, twilio_webhook
from integrations.models import Delivery
from integrations.payments import stripe_webhook

_RECEIVED = {"received": True}
# What the interface promises to Cal.com's side; "processed" means: kept, durably and once.
_RECEIVED_BOOKING = {"received": True, "status": "processed"}


@csrf_exempt
def calcom(request: HttpRequest) -> HttpResponse:
    """POST /api/calcom/webhook, of a business ``?business=<its id>`` with a secret that is derived for it"""
    business = calcom_webhook.business_in(request.GET.get(calcom_webhook.BUSINESS))
    secrets = (settings.CALCOM_WEBHOOK_SECRET, *settings.CALCOM_WEBHOOK_SECRET_FALLBACKS)
    if not settings.CALCOM_ENABLED:
        secrets = ()  # as without a secret: the door is closed
    if business is not None:
        secrets = tuple(calcom_webhook.secret_of(business, secret=each) for each in secrets if each)
    return _receive(
        request,
        calcom_webhook.PROVIDER,
        is_signed=lambda body: calcom_webhook.is_signed(
            body, _header(request, calcom_webhook.SIGNATURE_HEADER), secrets=secrets
        ),
        envelope=lambda body: calcom_webhook.envelope_of(body, business=business),
        thanks=_RECEIVED_BOOKING,
    )


@csrf_exempt
def stripe(request: HttpRequest) -> HttpResponse:
    """POST /api/stripe/webhook"""
    return _receive(
        request,
        stripe_webhook.PROVIDER,
        is_signed=lambda body: stripe_webhook.is_signed(
            body,
            _header(request, stripe_webhook.SIGNATURE_HEADER),
            secrets=(settings.STRIPE_WEBHOOK_SECRET, *settings.STRIPE_WEBHOOK_SECRET_FALLBACKS),
            now_seconds=time.time(),
        ),
        envelope=stripe_webhook.envelope,
    )


@csrf_exempt
def twilio(request: HttpRequest) -> HttpResponse:
    """POST /api/twilio/status"""
    return _receive(
        request,
        twilio_webhook.PROVIDER,
        is_signed=lambda body: twilio_webhook.is_signed(
            body,
            _header(request, twilio_webhook.SIGNATURE_HEADER),
            signature_settings=request.META.get(twilio_webhook.SETTINGS_HEADER),
            url=_public_url(request),
            secrets=(settings.TWILIO_AUTH_TOKEN, *settings.TWILIO_AUTH_TOKEN_FALLBACKS),
        ),
        envelope=twilio_webhook.envelope,
    )


@csrf_exempt
def resend(request: HttpRequest) -> HttpResponse:
    """POST /api/resend/webhook"""
    delivery_id = _header(request, resend_webhook.ID_HEADER)
    return _receive(
        request,
        resend_webhook.PROVIDER,
        is_signed=lambda body: resend_webhook.is_signed(
            body,
            _header(request, resend_webhook.SIGNATURE_HEADER),
            delivery_id=delivery_id,
            timestamp=_header(request, resend_webhook.TIMESTAMP_HEADER),
            secrets=(settings.RESEND_WEBHOOK_SECRET, *settings.RESEND_WEBHOOK_SECRET_FALLBACKS),
            now_seconds=time.time(),
        ),
        envelope=lambda body: resend_webhook.envelope(body, delivery_id=delivery_id),
    )


def _receive(
    request: HttpRequest,
    provider: str,
    *,
    is_signed: Callable[[bytes], bool],
    envelope: Callable[[bytes], Envelope],
    thanks: Mapping[str, Any] = _RECEIVED,
) -> HttpResponse:
    try:
        body = doors.read(request)
    except doors.Turned as turned:
        return turned.answer
    if not is_signed(body):
        return doors.refuse(401, "invalid_signature", "Invalid signature")
    try:
        outside = envelope(body)
    except Unreadable as unreadable:
        return _keep_unreadable(provider, body, unreadable)
    inbox.record(
        provider,
        key=outside.key,
        kind=outside.kind,
        body=body,
        external_id=outside.about,
        state=Delivery.State.NEW if outside.needs_work else Delivery.State.IGNORED,
    )
    return doors.answer(thanks)


def _keep_unreadable(provider: str, body: bytes, unreadable: Unreadable) -> HttpResponse:
    """Keep what was signed and cannot be read, where a person sees it; tell the sender what is wrong with it."""
    inbox.record(
        provider,
        key=f"unreadable:{hashlib.sha256(body).hexdigest()}",
        kind="webhook",
        body=body,
        state=Delivery.State.UNREADABLE,
        error=unreadable.code,
    )
    return doors.refuse(400, unreadable.code, _WHAT_IS_WRONG[unreadable.code])


def _header(request: HttpRequest, name: str) -> str:
    return str(request.META.get(name, ""))


def _public_url(request: HttpRequest) -> str:
    """Return the address as the sender called it; scheme and host of the request are the proxy's, or a stranger's."""
    query = request.META.get("QUERY_STRING", "")
    address = settings.PUBLIC_URL.rstrip("/") + request.path
    return f"{address}?{query}" if query else address


_WHAT_IS_WRONG = {
    "malformed_json": "Der Inhalt ist kein gültiges JSON.",
    "malformed_form": "Der Inhalt ist kein gültiges Formular.",
    "not_an_object": "Der Inhalt ist kein JSON-Objekt.",
    "event_missing": "Der Name des Ereignisses fehlt oder ist kein Text.",
    "event_id_missing": "Das Feld id fehlt oder ist kein Text.",
    "payload_missing": "Das Feld payload ist kein Objekt.",
    "booking_id_missing": "Die Buchung ist nicht genannt (payload.uid oder payload.bookingId).",
    "message_id_missing": "Das Feld MessageSid fehlt oder ist kein Text.",
}
