"""Retell and Resend as characters on the other side of the wire. What they hear and say is held against the contract."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.db import connection

from tests import descriptions

Answering = Callable[[httpx.Request], httpx.Response]


class Killed(BaseException):
    """The process dies here; nothing that would catch an error catches this."""


class Provider:
    """Answers requests and remembers them. `next` holds what it does instead of answering properly."""

    host: str
    contract: str

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.next: list[Answering] = []

    def hear(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.next:
            return self.next.pop(0)(request)
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    def says(self, status: int, content: Any = None, **headers: str) -> None:
        """Make the next answer this one."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.next.append(lambda _: httpx.Response(status, content=body, headers=named))

    def fails_with(self, error: BaseException) -> None:
        def fail(_: httpx.Request) -> httpx.Response:
            raise error

        self.next.append(fail)

    def does_it_and_then(self, error: BaseException) -> None:
        """Do what is asked; the answer never arrives."""

        def do_and_fail(request: httpx.Request) -> httpx.Response:
            self.answer(request)
            raise error

        self.next.append(do_and_fail)


class Resend(Provider):
    """Sends one mail for one idempotency key, as the real one does for 24 hours."""

    host = "api.resend.com"
    contract = descriptions.RESEND

    def __init__(self) -> None:
        super().__init__()
        self.accepted: dict[str, dict[str, Any]] = {}

    @property
    def mails(self) -> list[dict[str, Any]]:
        return list(self.accepted.values())

    def answer(self, request: httpx.Request) -> httpx.Response:
        once, mail = request.headers["Idempotency-Key"], json.loads(request.content)
        if self.accepted.setdefault(once, mail) != mail:
            return httpx.Response(409, json={"name": "invalid_idempotent_request"})
        number = list(self.accepted).index(once) + 1
        return httpx.Response(200, json={"id": f"mail-{number}"})


class Retell(Provider):
    """A workspace with some calls in it."""

    host = "api.retellai.com"
    contract = descriptions.RETELL

    def __init__(self, *, key: str) -> None:
        super().__init__()
        self.key = key
        self.org_id = "org_of_the_tests"
        self.calls: dict[str, dict[str, Any]] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] != f"Bearer {self.key}":
            return _refusal(401, "Invalid API Key")
        verb, _, call_id = request.url.path.strip("/").removeprefix("v2/").partition("/")
        if verb == "get-api-key-info":
            return httpx.Response(200, json={"org_id": self.org_id, "org_name": "Testhaus"})
        if verb == "v3":
            return self._list(json.loads(request.content))
        if call_id not in self.calls:
            return _refusal(422, f"Call {call_id} not found")
        if verb == "delete-call":
            del self.calls[call_id]
            return httpx.Response(204)
        if verb == "update-call":
            self.calls[call_id] |= json.loads(request.content)
        return httpx.Response(200, json=self.calls[call_id])

    def _list(self, wish: dict[str, Any]) -> httpx.Response:
        since, until = wish["filter_criteria"]["start_timestamp"]["value"]
        found = sorted(
            (call for call in self.calls.values() if since <= call["start_timestamp"] <= until),
            key=lambda call: call["start_timestamp"],
        )
        first = int(wish.get("pagination_key", 0))
        rest = found[first + wish["limit"] :]
        items = [
            {field: value for field, value in call.items() if "transcript" not in field}
            for call in found[first : first + wish["limit"]]
        ]
        page: dict[str, Any] = {"items": items, "has_more": bool(rest)}
        if rest:
            page["pagination_key"] = str(first + wish["limit"])
        return httpx.Response(200, json=page)


class Network(httpx.BaseTransport):
    """All there is of the internet: known hosts, and a note of what was wrong with what we sent."""

    def __init__(self) -> None:
        self._providers: dict[str, Provider] = {}
        self._undescribed: set[str] = set()
        self.problems: list[str] = []

    def connect(self, provider: Provider) -> None:
        self._providers[provider.host] = provider

    def connect_undescribed(self, provider: Provider) -> None:
        """Connect somebody whose words nobody promised: a private calendar, say."""
        self.connect(provider)
        self._undescribed.add(provider.host)

    def inspect(self, request: httpx.Request) -> None:
        """Look at a request before it leaves."""
        provider = self._providers.get(request.url.host)
        if provider is None:
            self.problems.append(f"{request.url.host} does not exist")
            return
        if connection.in_atomic_block:
            self.problems.append(f"{request.url.path} was asked within a transaction")
        request.read()
        described = self._described(provider)
        if described is not None:
            self.problems += described.problems_of_request(request)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        provider = self._providers.get(request.url.host)
        if provider is None:
            raise httpx.ConnectError("there is no such host here", request=request)
        is_proper = not provider.next
        response = provider.hear(request)
        described = self._described(provider)
        if is_proper and described is not None:
            self.problems += described.problems_of_answer(request, response)
        return response

    def _described(self, provider: Provider) -> descriptions.Description | None:
        """Behaviour is tested everywhere; `test_contracts.py` says so when the descriptions are missing."""
        if provider.host in self._undescribed:
            return None
        try:
            return descriptions.of(provider.contract)
        except pytest.skip.Exception:
            return None


def endless(chunks: int, sent: list[int]) -> Iterator[bytes]:
    """A body of megabytes; `sent` counts what was really fetched."""
    for number in range(chunks):
        sent.append(number)
        yield b" " * 1024 * 1024


def _refusal(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"status": "error", "message": message})
