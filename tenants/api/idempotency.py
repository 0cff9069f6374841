"""The same request again, known by the key of its sender (``Idempotency-Key``): done once, answered twice.

Source: draft-ietf-httpapi-idempotency-key-header-07, read 2026-11-21. The answer is written in the transaction of the
effect. A request that was refused, or that died, has left nothing behind, the key included: it may come again.
"""

import hashlib
import re
from collections.abc import Callable

import orjson
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, permissions, status
from rest_framework.response import Response

from tenants import rows, statements
from tenants.api.access import TenantRequest
from tenants.api.wire import Answer
from tenants.errors import Invalid, Refused
from tenants.models import KeyedRequest

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PATTERN = r"[\x21-\x7e]{1,150}"
_KEY = re.compile(PATTERN)
# Whoever comes second must not wait behind the first: it is told to come again.
_TAKE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


class KeyReused(Refused):
    code = "key_reused"
    status = 422
    sentence = _("This key was used for another request.")


class AnswerForgotten(Refused):
    code = "answer_forgotten"
    sentence = _("This request was carried out. Its answer named somebody who had to be forgotten.")


class StillRunning(exceptions.APIException):
    """The first request with this key has not been answered yet."""

    status_code = 409
    default_code = "still_running"
    default_detail = _("The first request with this key is still running. Please ask again.")
    wait = 1


def once(request: TenantRequest, handle: Callable[[], Response]) -> Response:
    """Handle a request, or repeat what was answered to the same one before.

    :raises KeyReused: the key stands for another request
    :raises StillRunning: the first request has not been answered yet
    :raises AnswerForgotten: the answer named a person who was erased since
    :raises Invalid: the key has a form that no key has
    """
    key = None if request.method in permissions.SAFE_METHODS else request.headers.get(HEADER)
    if key is None:
        return handle()
    if not _KEY.fullmatch(key):
        raise Invalid(**{HEADER: _("Use 1 to 150 visible ASCII characters.")})
    if not statements.value(_TAKE, (f"{request.tenant_id}:{key}",)):
        raise StillRunning
    fingerprint = _fingerprint(request)
    before = KeyedRequest.objects.filter(tenant_id=request.tenant_id, key=key).first()
    if before is not None:
        return _again(before, fingerprint)
    response = handle()
    _write_down(request, key, fingerprint, response)
    return response


def _fingerprint(request: TenantRequest) -> bytes:
    """Return what makes two requests the same: method, address and body, whatever the order of its fields."""
    asked = [request.method, request.get_full_path(), request.data]
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()


def _again(before: KeyedRequest, fingerprint: bytes) -> Response:
    if bytes(before.fingerprint) != fingerprint:
        raise KeyReused
    if before.answer is None:
        raise AnswerForgotten
    headers = {REPLAYED: "true"}
    if before.location:
        headers["Location"] = before.location
    data = orjson.Fragment(before.answer) if before.answer else None
    return Response(data, status=before.status, headers=headers)


def _write_down(request: TenantRequest, key: str, fingerprint: bytes, response: Response) -> None:
    if response.status_code >= status.HTTP_300_MULTIPLE_CHOICES:
        return
    done = KeyedRequest(
        tenant_id=request.tenant_id,
        key=key,
        route=f"{request.method} {request.path}"[:200],
        fingerprint=fingerprint,
        status=response.status_code,
        location=response.headers.get("Location", ""),
        answer=Answer().render(response.data).decode(),
    )
    if not rows.insert_once(done, now=timezone.now()):
        raise StillRunning
