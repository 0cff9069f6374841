"""The door of the REST API: whose rows are seen.

Every endpoint of a business is a `TenantView`. Its handler runs in the scope of the key's tenant and in one
transaction; outside of the handler no row is visible.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import api_keys, scope
from tenants.api import idempotency
from tenants.api.access import TenantRequest
from tenants.api.wire import LengthRequired
from tenants.errors import NotFound

Row = TypeVar("Row", bound=Model)


class TenantView(APIView):
    """An endpoint of a business: the handler sees the rows of the key's tenant and no others."""

    http_method_names = ["get", "post", "put", "delete", "head"]
    request: TenantRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Do what `APIView.dispatch` does, with the tenant's scope around the handler."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(asked, *args, **kwargs)
            api_keys.note_use(asked.key, now=timezone.now())
            with scope.tenant(asked.tenant_id):
                handle = partial(self._handler(asked), asked, *args, **kwargs)
                response = idempotency.once(asked, handle)
        except Exception as refused:
            response = self.handle_exception(refused)
        self.response = self.finalize_response(asked, response, *args, **kwargs)
        return self.response

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TenantRequest:
        return TenantRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            raise LengthRequired
        structlog.contextvars.bind_contextvars(tenant=str(self.request.tenant_id))

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        rate = self.request.rate
        if rate is not None:
            final["X-RateLimit-Limit"] = str(rate.limit)
            final["X-RateLimit-Remaining"] = str(rate.remaining)
        return final

    def _handler(self, request: Request) -> Callable[..., Response]:
        method = (request.method or "").lower()
        if method not in self.http_method_names:
            return self.http_method_not_allowed
        handler: Callable[..., Response] = getattr(self, method, self.http_method_not_allowed)
        return handler


def one(rows: "QuerySet[Row]", pk: int, *, field: str) -> Row:
    """Return the row that a field of the input names.

    :raises NotFound: there is none, or it is somebody else's; nobody can tell which
    """
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(field=field)
    return row
