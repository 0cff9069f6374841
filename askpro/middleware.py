"""Middleware of pages, and nothing of it for the doors that machines knock at.

Sessions, CSRF, messages and locale cost a webhook 150 microseconds and give it nothing. A page middleware built by
`_for_pages` steps aside for every path below `DOORS`; what remains there is `RequestLog`.
"""

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any
from uuid import uuid4

import structlog
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

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

log = structlog.get_logger("askpro.request")
GetResponse = Callable[[HttpRequest], HttpResponse]


def is_door(request: HttpRequest) -> bool:
    return request.path_info.startswith(DOORS)


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
            log.info(
                "request",
                method=request.method,
                path=request.path_info,
                status=response.status_code,
                ms=round((perf_counter_ns() - began) / 1e6, 2),
            )
            return response
        finally:
            structlog.contextvars.clear_contextvars()


class BackOffice:
    """Opens the scope of the back office: staff of a business see their business, platform staff all of them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        with scope.for_user(getattr(request, "user", None)):
            return self.get_response(request)


def _for_pages(middleware: type[Any]) -> type[Any]:
    class PagesOnly(middleware):  # type: ignore[misc]
        def __call__(self, request: HttpRequest) -> HttpResponse:
            if is_door(request):
                answer: HttpResponse = self.get_response(request)
                return answer
            page: HttpResponse = super().__call__(request)
            return page

        def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
            if is_door(request) or not hasattr(middleware, "process_view"):
                return None
            stopped: HttpResponse | None = super().process_view(request, *view)
            return stopped

    PagesOnly.__name__ = PagesOnly.__qualname__ = middleware.__name__
    return PagesOnly


Security = _for_pages(SecurityMiddleware)
WhiteNoise = _for_pages(WhiteNoiseMiddleware)
Sessions = _for_pages(SessionMiddleware)
Locale = _for_pages(LocaleMiddleware)
Common = _for_pages(CommonMiddleware)
Csrf = _for_pages(CsrfViewMiddleware)
Authentication = _for_pages(AuthenticationMiddleware)
Messages = _for_pages(MessageMiddleware)
ClickJacking = _for_pages(XFrameOptionsMiddleware)
