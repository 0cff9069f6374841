"""What every request passes: the log, then the fork between the doors of machines and the pages of people.

Sessions, CSRF, messages and locale cost a webhook 150 microseconds and give it nothing. A path below `DOORS` is
answered by its view at once; everything else goes through the chain that stands behind `Doors` in the settings.
"""

from collections.abc import Callable
from functools import lru_cache
from time import perf_counter_ns
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve

from askpro import logs
from tenants import scope

DOORS = (
    "/api/retell/",
    "/api/calcom/",
    "/api/stripe/",
    "/api/twilio/",
    "/api/resend/",
    "/health",
    "/api/health",
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """Gives each request an id and leaves one line about it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter_ns()
        request_id = uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            logs.note_request(
                request_id=request_id,
                method=request.method or "",
                path=request.path_info,
                status=response.status_code,
                ms=round((perf_counter_ns() - began) / 1e6, 2),
            )
            return response
        finally:
            structlog.contextvars.clear_contextvars()


# The doors do not move; finding one of them anew for each request costs more than reading the request.
_door = lru_cache(maxsize=256)(resolve)


class Doors:
    """Answers at the doors of machines, past the chain for pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DOORS):
            return self.get_response(request)
        match = _door(request.path_info, settings.ROOT_URLCONF)
        request.resolver_match = match
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer


class BackOffice:
    """Opens the scope of the back office: staff of a business see their business, platform staff all of them.

    The page is one transaction. A page that fails leaves nothing of itself behind.
    """

    # What somebody without a business may still do: sign in as somebody else, sign out, change the password.
    OPEN_TO_ALL = ("/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/jsi18n/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        user = getattr(request, "user", None)
        with scope.for_user(user):
            if scope.is_open():
                return self._answer(request)
            if user is not None and user.is_staff and not self._is_open_to_all(request):
                return render(request, "admin/no_business.html", status=403)
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        request._failed = True  # type: ignore[attr-defined]

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if hasattr(request, "_failed"):
            transaction.set_rollback(True)
        return response

    def _is_open_to_all(self, request: HttpRequest) -> bool:
        return request.path_info.startswith(self.OPEN_TO_ALL)
