"""The three doors at which Retell knocks: life-cycle events, functions of a running call, calls about to come in."""

import hashlib
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from calls import conversation, reception, redaction
from integrations import doors, inbox
from integrations.models import Delivery
from integrations.voice import retell

_ACCEPTED = "Webhook processed successfully"


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    """POST /api/retell/webhook: verify, record, answer. The worker does the rest."""
    try:
        body = _signed_body(request)
    except doors.Turned as turned:
        return turned.answer
    try:
        event, call_id, _ = retell.envelope(retell.load(body))
    except retell.Unreadable as unreadable:
        return _keep_unreadable(body, unreadable, kind="webhook")
    number = inbox.record(
        retell.PROVIDER, key=_key(event, call_id, body), kind=event, body=body, external_id=call_id
    )
    return doors.answer({"success": True, "message": _ACCEPTED, "call_id": number})


@csrf_exempt
def function(request: HttpRequest, tool: str) -> HttpResponse:
    """POST /api/retell/functions/<tool>: a person is waiting, so the answer comes in the request."""
    began, tool = time.perf_counter(), retell.tool_name(tool)
    try:
        body = _signed_body(request)
    except doors.Turned as turned:
        return turned.answer
    try:
        asked = retell.function_request(retell.load(body), tool=tool)
    except retell.Unreadable as unreadable:
        _keep_unreadable(body, unreadable, kind=f"function {tool}")
        return doors.answer(conversation.not_understood(now=timezone.now()))
    return doors.answer(conversation.answer(asked, body=body, began=began, now=timezone.now()))


@csrf_exempt
def inbound(request: HttpRequest) -> HttpResponse:
    """POST /api/retell/inbound: tell the agent who is ringing where, before it answers."""
    try:
        body = _signed_body(request)
    except doors.Turned as turned:
        return turned.answer
    try:
        asked = retell.inbound_request(retell.load(body))
    except retell.Unreadable as unreadable:
        return _keep_unreadable(body, unreadable, kind="call_inbound")
    return doors.answer(reception.greet(asked, body=body, now=timezone.now()))


def _signed_body(request: HttpRequest) -> bytes:
    body = doors.read(request)
    signed = retell.is_signed(
        body,
        request.META.get(retell.SIGNATURE_HEADER, ""),
        keys=(settings.RETELL_API_KEY, *settings.RETELL_API_KEY_FALLBACKS),
        plain_secret=settings.RETELL_WEBHOOK_SECRET,
        now_ms=time.time_ns() // 1_000_000,
    )
    if not signed:
        raise doors.Turned(doors.refuse(401, "invalid_signature", "Invalid signature"))
    return body


def _key(event: str, call_id: str, body: bytes) -> str:
    """A life-cycle event comes once per call; of other events there may be many, told apart by their bytes."""
    if event in retell.KINDS:
        return f"{event}:{call_id}"
    return f"{event[:60]}:{call_id}:{hashlib.sha256(body).hexdigest()}"


def _keep_unreadable(body: bytes, unreadable: retell.Unreadable, *, kind: str) -> HttpResponse:
    """Keep what was signed and cannot be read, where a person sees it; tell the sender what is wrong with it."""
    inbox.record(
        retell.PROVIDER,
        key=f"unreadable:{hashlib.sha256(body).hexdigest()}",
        kind=kind,
        body=redaction.kept(body),
        state=Delivery.State.UNREADABLE,
        error=unreadable.code,
    )
    return doors.refuse(400, unreadable.code, _WHAT_IS_WRONG[unreadable.code])


_WHAT_IS_WRONG: dict[str, Any] = {
    "malformed_json": "Der Inhalt ist kein gültiges JSON.",
    "not_an_object": "Der Inhalt ist kein JSON-Objekt.",
    "event_missing": "Das Feld event fehlt oder ist kein Text.",
    "call_missing": "Das Feld call fehlt oder ist kein Objekt.",
    "call_id_missing": "Das Feld call.call_id fehlt oder ist kein Text.",
    "arguments_not_an_object": "Das Feld args ist kein Objekt.",
}
