"""How the REST API is written on the wire: JSON, exactly, within limits."""

from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class LengthRequired(exceptions.APIException):
    """A body in chunks has no length, and WSGI would read it as empty."""

    status_code = 411
    default_code = "length_required"
    default_detail = _("The length of the body must be announced (Content-Length).")


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "payload_too_large"
    default_detail = _("The body is too large.")


class Json(JSONParser):
    """Reads JSON and nothing that only resembles it (NaN, lone surrogates, endless nesting); stops at the limit."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        announced = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > limit:
            raise TooLarge
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError from error


class Answer(JSONRenderer):
    """Writes JSON, fast; instants as ``2026-11-23T09:00:00Z``."""

    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:
            return b""
        try:
            return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)
        except TypeError:  # a stored JSON document may hold numbers beyond 64 bits
            written: bytes = super().render(data, accepted_media_type, renderer_context)
            return written
