"""The documentation of the REST API: GET /api/schema/ (OpenAPI) and /api/docs/ (a page to read and try it)."""

from functools import lru_cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response


class Document(SpectacularAPIView):
    """The document, made once per process and language, because anybody may ask for it."""

    def _get_schema_response(self, request: Request) -> Response:
        return Response(document(translation.get_language()))


class Page(SpectacularSwaggerView):
    """Swagger UI from our own static files; nothing is fetched from elsewhere."""

    url_name = "schema"


@lru_cache(maxsize=4)
def document(language: str | None) -> dict[str, Any]:
    """Return the OpenAPI document of all endpoints that a key opens."""
    with translation.override(language):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    return schema
