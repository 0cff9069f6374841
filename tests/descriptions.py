"""The providers' own OpenAPI descriptions: every request of the tests is held against them."""

import json
import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests import contracts

RETELL = "retell/retell-sdk-6.2.13.derived.openapi.json"
RESEND = "resend/resend.subset.openapi.json"
CALCOM = "calcom/calcom-v2.subset-corrected.openapi.json"
# Where a description is wrong about the answers of the real server, beyond what was corrected in it.
_ANSWERS_THAT_DIFFER: dict[str, dict[tuple[str, str], dict[str, Any]]] = {
    CALCOM: {
        # One membership is described, all of them are sent.
        ("GetTeamMembershipsOutput", "data"): {
            "type": "array",
            "items": {"$ref": "#/components/schemas/TeamMembershipOutput"},
        },
        # Texts are described, objects are sent.
        ("TeamEventTypeOutput_2024_06_14", "hosts"): {"type": "array", "items": {"type": "object"}},
        ("EventTypeOutput_2024_06_14", "users"): {"type": "array", "items": {"type": "object"}},
    }
}
# Left out of the subset although we ask it: taken from the description as it was published.
_PUBLISHED = {
    CALCOM: (
        "calcom/calcom-v2.openapi.json",
        "/v2/teams/{teamId}/event-types/{eventTypeId}/webhooks/{webhookId}",
    )
}


class Description:
    """One OpenAPI document, and what in a request or an answer is against it."""

    def __init__(self, document: dict[str, Any]) -> None:
        document = _with_nulls(document)
        self.document = document
        self._registry: Registry[Any] = Registry().with_resource(
            "urn:api", DRAFT202012.create_resource(document)
        )

    def problems_of_request(self, request: httpx.Request) -> list[str]:
        found = self.operation_of(request)
        if found is None:
            return [f"{request.method} {request.url.path} is not in the description"]
        path, operation = found
        problems = _wrong_parameters(request, path, operation)
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            problems.append("no bearer key")
        if "requestBody" not in operation:
            return problems + (["a body that is not asked for"] if request.content else [])
        where = ["paths", path, request.method.lower(), "requestBody", "content"]
        return problems + self._problems_of_json(request.content, where)

    def problems_of_answer(self, request: httpx.Request, response: httpx.Response) -> list[str]:
        found = self.operation_of(request)
        if found is None:
            return [f"{request.method} {request.url.path} is not in the description"]
        path, operation = found
        for status in (str(response.status_code), f"{response.status_code // 100}XX", "default"):
            if status in operation["responses"]:
                if "content" not in operation["responses"][status]:
                    return ["a body that is not described"] if response.content else []
                where = ["paths", path, request.method.lower(), "responses", status, "content"]
                return self._problems_of_json(response.content, where)
        return [f"status {response.status_code} is not described"]

    def operation_of(self, request: httpx.Request) -> tuple[str, dict[str, Any]] | None:
        """Return the path of the description and the operation that a request asks for."""
        for path, operations in self.document["paths"].items():
            shape = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))
            if re.fullmatch(shape, request.url.path) and request.method.lower() in operations:
                return path, operations[request.method.lower()]
        return None

    def _problems_of_json(self, content: bytes, where: list[str]) -> list[str]:
        try:
            instance = json.loads(content)
        except ValueError:
            return ["the body is no JSON"]
        steps = [*where, "application/json", "schema"]
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
        validator = Draft202012Validator({"$ref": f"urn:api#/{pointer}"}, registry=self._registry)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def _with_nulls(part: Any) -> Any:
    """Say "nullable", a word of OpenAPI 3.0, as JSON schema says it."""
    if isinstance(part, list):
        return [_with_nulls(each) for each in part]
    if not isinstance(part, dict):
        return part
    said = {name: _with_nulls(each) for name, each in part.items()}
    if said.get("nullable") is True and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
    return said


@cache
def of(name: str) -> Description:
    """Return the description in this file; skips the test where the descriptions are not."""
    document = contracts.load(name)
    if name in _PUBLISHED:
        published, path = _PUBLISHED[name]
        document["paths"][path] = contracts.load(published)["paths"][path]
    for (schema, field), wanted in _ANSWERS_THAT_DIFFER.get(name, {}).items():
        document["components"]["schemas"][schema]["properties"][field] = wanted
    return Description(document)


def _wrong_parameters(request: httpx.Request, path: str, operation: dict[str, Any]) -> list[str]:
    """Return what is unknown, missing or of the wrong kind in path, query and headers."""
    described = {
        (each["in"], each["name"].lower()): each
        for each in operation.get("parameters", [])
        if "in" in each
    }
    query = request.url.params
    problems = [
        f"unknown parameter {name}" for name in query if ("query", name.lower()) not in described
    ]
    given = {
        **{("query", name.lower()): value for name, value in query.items()},
        **{("header", name.lower()): value for name, value in request.headers.items()},
        **{("path", name.lower()): value for name, value in _in_path(request, path).items()},
    }
    for place, parameter in described.items():
        if place in given:
            problems += _wrong_value(parameter, given[place])
        elif parameter.get("required"):
            problems.append(f"{parameter['name']} is missing")
    return problems


def _in_path(request: httpx.Request, path: str) -> dict[str, str]:
    names = re.findall(r"{([^/]+?)}", path)
    found = re.fullmatch(_shape(path, "([^/]+)"), request.url.path)
    return dict(zip(names, found.groups(), strict=True)) if found else {}


def _shape(path: str, part: str) -> str:
    return re.sub(r"\\{[^/]+?\\}", part, re.escape(path))


def _wrong_value(parameter: dict[str, Any], text: str) -> list[str]:
    """Hold the text of a parameter against its schema; one of the kinds that the schema allows must be right."""
    schema = {name: each for name, each in parameter.get("schema", {}).items() if name != "$ref"}
    readings: list[Any] = [text, text.split(",")]
    for name, value in (("true", True), ("false", False)):
        readings += [value] if text == name else []
    readings += [float(text)] if re.fullmatch(r"-?[0-9]{1,15}", text) else []
    validator = Draft202012Validator(schema)
    if any(validator.is_valid(reading) for reading in readings):
        return []
    return [f"{parameter['name']}: {text!r} is none of {schema}"]
