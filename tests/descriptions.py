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


class Description:
    """One OpenAPI document, and what in a request or an answer is against it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._registry: Registry[Any] = Registry().with_resource(
            "urn:api", DRAFT202012.create_resource(document)
        )

    def problems_of_request(self, request: httpx.Request) -> list[str]:
        found = self._operation(request)
        if found is None:
            return [f"{request.method} {request.url.path} is not in the description"]
        path, operation = found
        problems = _wrong_parameters(request, operation)
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            problems.append("no bearer key")
        if "requestBody" not in operation:
            return problems + (["a body that is not asked for"] if request.content else [])
        where = ["paths", path, request.method.lower(), "requestBody", "content"]
        return problems + self._problems_of_json(request.content, where)

    def problems_of_answer(self, request: httpx.Request, response: httpx.Response) -> list[str]:
        found = self._operation(request)
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

    def _operation(self, request: httpx.Request) -> tuple[str, dict[str, Any]] | None:
        for path, operations in self._document["paths"].items():
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


@cache
def of(name: str) -> Description:
    """Return the description in this file; skips the test where the descriptions are not."""
    return Description(contracts.load(name))


def _wrong_parameters(request: httpx.Request, operation: dict[str, Any]) -> list[str]:
    described = {
        (each["in"], each["name"].lower()): each.get("schema", {})
        for each in operation.get("parameters", [])
        if "in" in each
    }
    problems = [
        f"unknown parameter {name}"
        for name in request.url.params
        if ("query", name.lower()) not in described
    ]
    for (place, name), schema in described.items():
        if place == "header" and name in request.headers:
            problems += [
                f"{name}: {error.message}"
                for error in Draft202012Validator(schema).iter_errors(request.headers[name])
            ]
    return problems
