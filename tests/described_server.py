"""A server made of nothing but an OpenAPI description: it refuses what is against it and answers generated examples.

It remembers nothing and knows nothing of what its answers mean. Whoever gets along with it reads what the provider
describes, and not what our own imitation happens to say.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from tests.descriptions import Description

_DEEPEST = 12


class DescribedServer:
    """`asked` are the operations that were asked for (method and path of the description), `problems` what was wrong."""

    def __init__(self, description: Description, *, host: str) -> None:
        self.description = description
        self.host = host
        self.asked: list[tuple[str, str]] = []
        self.problems: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        operation = self.description.operation_of(request)
        problems = self.description.problems_of_request(request)
        if operation is None or problems:
            self.problems += problems
            status = 404 if operation is None else 400
            return httpx.Response(status, json={"problems": problems})
        path, described = operation
        self.asked.append((request.method, path))
        status, schema = _success(described)
        response = httpx.Response(status, json=example_of(schema, self.description.document))
        self.problems += self.description.problems_of_answer(request, response)
        return response


@contextmanager
def serving(server: DescribedServer) -> Iterator[str]:
    """Serve over real HTTP; yields where."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = dict(self.headers.items())
            url = f"https://{server.host}{self.path}"
            response = server.answer(
                httpx.Request(self.command, url, headers=headers, content=content)
            )
            self.send_response(response.status_code)
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    http_server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=http_server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http_server.server_port}"
    finally:
        http_server.shutdown()
        http_server.server_close()


def _success(operation: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    status = min(each for each in operation["responses"] if each.startswith("2"))
    content = operation["responses"][status].get("content", {})
    schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    return int(status), schema


def example_of(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """Return a value that the schema allows: its own example, its first choice, or one made of its parts."""
    schema = _resolved(schema, document)
    if depth > _DEEPEST:
        return None
    for name in ("oneOf", "anyOf"):
        if name in schema:
            return example_of(schema[name][0], document, depth + 1)
    if "allOf" in schema:
        parts = [_resolved(each, document) for each in schema["allOf"]]
        merged = {k: v for part in parts for k, v in part.items()}
        merged["properties"] = {
            k: v for part in parts for k, v in part.get("properties", {}).items()
        }
        return example_of(merged, document, depth + 1)
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "enum" in schema:
        given = schema.get("example")
        return given if given in schema["enum"] else schema["enum"][0]
    if "object" in kinds or "properties" in schema:
        return _object(schema, document, depth)
    if "array" in kinds:
        return [example_of(schema.get("items", {}), document, depth + 1)]
    return _plain(schema, kinds)


def _object(schema: dict[str, Any], document: dict[str, Any], depth: int) -> dict[str, Any]:
    wanted = set(schema.get("required", []))
    made = {
        name: example_of(part, document, depth + 1)
        for name, part in schema.get("properties", {}).items()
        if depth < _DEEPEST - 2 or name in wanted
    }
    if not made and isinstance(schema.get("example"), dict):
        made = dict(schema["example"])
    return made


_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}
_PLAIN = {"string": "text", "number": 1, "integer": 1, "boolean": True}


def _plain(schema: dict[str, Any], kinds: list[Any]) -> Any:
    for name in ("example", "default"):
        given = schema.get(name)
        if any(isinstance(given, _KINDS.get(kind, ())) for kind in kinds):
            return given
    kind = next((each for each in kinds if each in _PLAIN), None)
    return _PLAIN[kind] if kind is not None else schema.get("example")


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].partition("#/")[2].split("/"):
            found = found[step]
        schema = found
    return schema
