"""How views become the OpenAPI document: with the one error shape and the two ways to show a key."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import permissions, serializers

from tenants.api import idempotency, strict


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A field is wrong",
            value={
                "code": "invalid",
                "detail": "Die Eingabe ist nicht gültig.",
                "errors": {"email": ["Gib eine gültige E-Mail Adresse an."]},
            },
        ),
        OpenApiExample(
            "A rule says no",
            value={
                "code": "slot_taken",
                "detail": "Diese Zeit ist leider nicht mehr frei.",
                "errors": {},
            },
        ),
    ]
)
class Problem(serializers.Serializer[Any]):
    """Every answer that is not 2xx."""

    code = serializers.CharField(help_text="Stable, for machines.")
    detail = serializers.CharField(
        help_text="For people, in the language of Accept-Language (de, en)."
    )
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Sentences by field; nested fields are named with dots.",
    )


_ALWAYS = {
    "401": "The key is missing or not valid.",
    "403": "The key lacks the scope (`read` to read, `write` to change).",
    "406": "Only JSON is spoken here.",
    "429": "Too many requests of this key; Retry-After says for how many seconds.",
    "503": "A part of the service is away for a moment; Retry-After says when to ask again.",
}
_UNKNOWN_ROW = "Something that the input names does not exist."
_WITH_INPUT = {"400": "The input is not valid; `errors` names the fields."}
_WITH_ID = {"404": "There is nothing under this id, or it is somebody else's."}
_WITH_BODY = {
    **_WITH_INPUT,
    "404": _UNKNOWN_ROW,
    "411": "The body came in chunks; Content-Length is needed.",
    "413": "The body is larger than 5 MB.",
    "415": "The body is not application/json.",
}
_WHEN_WRITING = {
    **_WITH_INPUT,
    "409": "A rule says no, or the first request with this key is still running; `code` says which.",
    "422": "The Idempotency-Key was used for another request.",
}
_KEY = {
    "in": "header",
    "name": idempotency.HEADER,
    "schema": {"type": "string", "pattern": f"^{idempotency.PATTERN}$"},
    "description": "The same request with the same key is carried out once and answered as before.",
}
_RATE_HEADERS = {
    "X-RateLimit-Limit": "How many requests the key has per minute.",
    "X-RateLimit-Remaining": "How many of them are left.",
}


class Schema(AutoSchema):
    """Says for every operation what else may be answered than the good news."""

    def get_operation(self, *where: Any, **how: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*where, **how)
        if operation is None or not operation.get("security"):
            return operation
        if self.method not in permissions.SAFE_METHODS:
            operation.setdefault("parameters", []).append(_KEY)
        for status, why in sorted(self._refusals(operation).items()):
            operation["responses"].setdefault(status, self._problem(why))
        for status, answer in operation["responses"].items():
            if status not in ("401", "403"):
                answer["headers"] = {**answer.get("headers", {}), **_rate_headers()}
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _refusals(self, operation: dict[str, Any]) -> dict[str, str]:
        parameters = operation.get("parameters", [])
        places = {parameter["in"] for parameter in parameters}
        names_rows = any(
            each["in"] == "query" and each.get("required") and each["name"].endswith("_id")
            for each in parameters
        )
        return {
            **_ALWAYS,
            **(_WITH_BODY if "requestBody" in operation else {}),
            **({} if self.method in permissions.SAFE_METHODS else _WHEN_WRITING),
            **(_WITH_INPUT if places & {"query", "header"} else {}),
            **({"404": _UNKNOWN_ROW} if names_rows else {}),
            **(_WITH_ID if "path" in places else {}),
        }

    def _problem(self, why: str) -> dict[str, Any]:
        shape = self.resolve_serializer(Problem, "response").ref
        return {"description": why, "content": {"application/json": {"schema": shape}}}

    def _map_serializer(self, serializer: Any, *how: Any, **more: Any) -> Any:
        schema = super()._map_serializer(serializer, *how, **more)  # type: ignore[no-untyped-call]
        if isinstance(serializer, strict.Input):
            schema.update(serializer.also, additionalProperties=False)
        return schema


def _rate_headers() -> dict[str, Any]:
    return {
        name: {"schema": {"type": "integer"}, "description": why}
        for name, why in _RATE_HEADERS.items()
    }


class KeyInHeader(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The same key, shown in either of two headers."""

    target_class = "tenants.api.access.KeyAuthentication"
    name = ["bearer", "apiKey"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "http", "scheme": "bearer"},
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        ]
