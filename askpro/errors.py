"""Everything that can be said no to, said in one shape: ``{"code": …, "detail": …, "errors": {field: [sentence]}}``."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from tenants.api.wire import TooLarge
from tenants.errors import Invalid, NotFound, Refused

log = structlog.get_logger("askpro.errors")
_DATABASE_IS_AWAY = (OperationalError, InterfaceError)
_ASK_AGAIN_AFTER_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is answered instead of what was asked for."""

    status: int
    code: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "detail": self.detail, "errors": self.errors}


class Unavailable(exceptions.APIException):
    status_code = 503
    default_code = "unavailable"
    default_detail = _("The service is not available at the moment. Please try again shortly.")


def answer(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what went wrong in the REST API; None for a defect, which goes on to the error tracker."""
    problem = problem_of(exc)
    if problem is None:
        return None
    return Response(problem.as_json(), status=problem.status, headers=problem.headers)


def problem_of(exc: BaseException) -> Problem | None:
    """Return how this is said, or None when it is a defect."""
    if isinstance(exc, Refused):
        return _refused(exc)
    if isinstance(exc, Http404):
        return _refused(NotFound())
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc)
    known = _in_words_of_the_framework(exc)
    return None if known is None else _refused_by_framework(known)


def _refused(refusal: Refused) -> Problem:
    errors: dict[str, list[str]] = {}
    if isinstance(refusal, Invalid):
        errors = dict(_flat(refusal.errors))
    elif "field" in refusal.facts:
        errors = {str(refusal.facts["field"]): [str(refusal)]}
    return Problem(status=refusal.status, code=refusal.code, detail=str(refusal), errors=errors)


def _in_words_of_the_framework(exc: BaseException) -> exceptions.APIException | None:
    for kinds, known in _KNOWN.items():
        if isinstance(exc, kinds):
            if known is Unavailable:
                log.error("database_is_away", error=type(exc).__name__)
            return known()
    return exc if isinstance(exc, exceptions.APIException) else None


_KNOWN: dict[tuple[type[BaseException], ...], type[exceptions.APIException]] = {
    (PermissionDenied,): exceptions.PermissionDenied,
    (RequestDataTooBig,): TooLarge,
    (UnreadablePostError,): exceptions.ParseError,
    _DATABASE_IS_AWAY: Unavailable,
}


def _refused_by_framework(exc: exceptions.APIException) -> Problem:
    return Problem(
        status=exc.status_code,
        code=str(exc.get_codes()) if isinstance(exc.detail, str) else exc.default_code,
        detail=str(exc.detail),
        headers=dict(_headers(exc)),
    )


def _invalid(exc: exceptions.ValidationError) -> Problem:
    return Problem(
        status=Invalid.status,
        code=Invalid.code,
        detail=str(Invalid.sentence),
        errors=dict(_flat(exc.detail)),
    )


def _headers(exc: exceptions.APIException) -> Iterator[tuple[str, str]]:
    asks_for = getattr(exc, "auth_header", None)
    if asks_for:
        yield "WWW-Authenticate", asks_for
    wait_seconds = getattr(exc, "wait", None)
    if isinstance(exc, Unavailable):
        wait_seconds = _ASK_AGAIN_AFTER_SECONDS
    if wait_seconds is not None:
        yield "Retry-After", str(max(1, math.ceil(wait_seconds)))


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Name nested fields with dots (``customer.email``); what concerns no single field is under ``input``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = "input" if name == "non_field_errors" else str(name)
            yield from _flat(inner, f"{path}.{here}" if path else here)
    elif isinstance(detail, list) and any(isinstance(inner, dict) for inner in detail):
        for number, inner in enumerate(detail):
            yield from _flat(inner, f"{path}.{number}")
    else:
        sentences = detail if isinstance(detail, list | tuple) else [detail]
        yield path or "input", [str(sentence) for sentence in sentences]


# --- Pages of Django itself: JSON below /api/, its own elsewhere ---------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    problem = problem_of(exception) or _refused_by_framework(exceptions.ParseError())
    return _json(request, problem) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    problem = _refused_by_framework(exceptions.PermissionDenied())
    return _json(request, problem) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _json(request, _refused(NotFound())) or defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    exception = sys.exc_info()[1]
    problem = (problem_of(exception) if exception else None) or Problem(
        status=500, code="error", detail=str(_("Something went wrong on our side."))
    )
    return _json(request, problem) or defaults.server_error(request)


def _json(request: HttpRequest, problem: Problem) -> HttpResponse | None:
    if not request.path_info.startswith("/api/"):
        return None
    return JsonResponse(
        problem.as_json(),
        status=problem.status,
        headers=problem.headers,
        json_dumps_params={"ensure_ascii": False},
    )
