"""The address of a subscribed diary. Who knows it may read it; nobody else learns whether it exists."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking.calendars import publishing
from tenants import scope


@require_safe
def diary(request: HttpRequest, tenant_id: UUID, token: str) -> HttpResponse:
    """GET /diary-feeds/<business>/<token>.ics"""
    with scope.tenant(tenant_id):
        document = publishing.document_for(tenant_id, token, now=timezone.now())
    if document is None:
        raise Http404
    mark = publishing.etag_of(document)
    response: HttpResponse = HttpResponseNotModified()
    if not _knows(request.headers.get("If-None-Match", ""), mark):
        response = HttpResponse(document, content_type="text/calendar; charset=utf-8")
    response["ETag"] = mark
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    return response


def _knows(given: str, mark: str) -> bool:
    """Tell whether a header names this version: alone, among others, as a weak one, or as any (RFC 9110, 13.1.2)."""
    if given.strip() == "*":
        return True
    return mark in (each.strip().removeprefix("W/") for each in given.split(","))
