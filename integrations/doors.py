"""What the doors of all providers have in common: read a bounded body, answer in JSON."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

TOO_LARGE = ("payload_too_large", "Der Inhalt ist zu groß.")


class Turned(Exception):
    """The door stays closed: carries the answer."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def read(request: HttpRequest) -> bytes:
    """Return the raw body of a POST.

    :raises Turned: 405 for another method, 413 before reading what is too large, 400 when the sender hung up
    """
    if request.method != "POST":
        refusal = refuse(405, "method_not_allowed", "Hier wird nur POST angenommen.")
        refusal["Allow"] = "POST"
        raise Turned(refusal)
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise Turned(refuse(413, *TOO_LARGE))
    try:
        if announced == 0 and request.META.get("HTTP_TRANSFER_ENCODING"):
            return _without_announcement(request)
        return request.body
    except RequestDataTooBig as error:
        raise Turned(refuse(413, *TOO_LARGE)) from error
    except UnreadablePostError as error:
        raise Turned(refuse(400, "unreadable", "Der Inhalt kam nicht vollständig an.")) from error


def _without_announcement(request: HttpRequest) -> bytes:
    """Return a body that came in chunks; Django reads nothing where no length was announced."""
    longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body: bytes = request.META["wsgi.input"].read(longest + 1)
    if len(body) > longest:
        raise Turned(refuse(413, *TOO_LARGE))
    return body


def answer(content: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a JSON answer."""
    body = orjson.dumps(content)
    # Said here, because the middleware that adds it to pages is not passed.
    headers = {"Content-Length": str(len(body))}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def refuse(status: int, code: str, detail: str) -> HttpResponse:
    """Return a refusal in the error shape of the whole product."""
    return answer({"code": code, "detail": detail, "errors": {}}, status=status)
