"""The one HTTP door: bounded, without detours, and with errors that say nothing about anybody."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from integrations import http
from integrations.errors import ConfigurationError, PermanentError, ProviderError, RetryableError

SECRET = "key_that_must_not_be_seen"


def ask(url: str = "https://provider.example/thing", key: str = SECRET) -> http.Answer:
    return http.request(
        "POST",
        url,
        provider="somebody",
        operation="something",
        headers=http.bearer(key),
        content=b"{}",
    )


def answering(status: int, **response: object) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(status, **response))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, PermanentError),
        (308, PermanentError),
        (400, PermanentError),
        (401, ConfigurationError),
        (402, ConfigurationError),
        (403, ConfigurationError),
        (404, PermanentError),
        (408, RetryableError),
        (409, RetryableError),
        (422, PermanentError),
        (429, RetryableError),
        (500, RetryableError),
        (503, RetryableError),
        (529, RetryableError),
    ],
)
def test_each_status_has_its_kind(status: int, kind: type[ProviderError]) -> None:
    with http.rerouted(answering(status)), pytest.raises(ProviderError) as raised:
        ask()

    assert type(raised.value) is kind
    assert raised.value.status == status


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectTimeout,
        httpx.ReadTimeout,
        httpx.PoolTimeout,
        httpx.ConnectError,
        httpx.ReadError,
        httpx.RemoteProtocolError,
    ],
)
def test_no_answer_means_ask_again(failure: type[httpx.TransportError]) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise failure(f"Bearer {SECRET}")

    with http.rerouted(httpx.MockTransport(fail)), pytest.raises(RetryableError) as raised:
        ask()

    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("key", ["with a\nbreak", "mit Ümlaut"])
def test_a_key_that_cannot_travel_is_a_matter_of_configuration(key: str) -> None:
    # A real socket on this machine, because only a real one refuses the header.
    with http.rerouted(), loopback() as url, pytest.raises(ConfigurationError) as raised:
        ask(url, key=key)

    assert raised.value.code == "cannot_be_sent"
    assert key not in str(raised.value)


def test_a_closed_port_is_retryable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    with http.rerouted(), pytest.raises(RetryableError) as raised:
        ask(f"http://127.0.0.1:{port}/")

    assert raised.value.code == "unreachable"


def test_an_answer_cut_off_in_the_middle_is_no_answer() -> None:
    cut_off = loopback(b'{"id": "1"', announced=1000)

    with http.rerouted(), cut_off as url, pytest.raises(RetryableError) as raised:
        ask(url)

    assert raised.value.code == "unreachable"


def test_an_answer_arrives_over_a_real_socket_and_asks_for_no_compression() -> None:
    seen: list[str] = []

    with http.rerouted(), loopback(b'{"id": "1"}', seen=seen) as url:
        answer = ask(url)

    assert answer.json() == {"id": "1"}
    assert "accept-encoding: identity" in [line.lower() for line in seen]


def test_cookies_of_one_answer_do_not_travel_with_the_next_request() -> None:
    cookies: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        cookies.append(request.headers.get("Cookie"))
        return httpx.Response(200, json={}, headers={"Set-Cookie": "session=of_the_salon; Path=/"})

    with http.rerouted(httpx.MockTransport(answer)):
        ask()
        ask()

    assert cookies == [None, None]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"name": "validation_error"}', "validation_error"),
        (b'{"code": "resource_missing"}', "resource_missing"),
        (b'{"error": {"message": "no"}}', ""),
        (b'{"name": "Erika Mustermann"}', ""),
        (b'{"name": "+491713920042"}', ""),
        (b'{"name": "erika@example.org"}', ""),
        (b'"text"', ""),
        (b"<html>", ""),
    ],
)
def test_of_an_error_only_the_machines_word_is_kept(body: bytes, code: str) -> None:
    with http.rerouted(answering(400, content=body)), pytest.raises(PermanentError) as raised:
        ask()

    assert raised.value.code == code


def test_a_listener_sees_each_request_before_it_leaves() -> None:
    order: list[str] = []

    def answer(_: httpx.Request) -> httpx.Response:
        order.append("answered")
        return httpx.Response(200, json={})

    listener = lambda request: order.append(request.url.path)  # noqa: E731
    with http.rerouted(httpx.MockTransport(answer), listener=listener):
        ask()

    assert order == ["/thing", "answered"]


class loopback:  # noqa: N801 — reads as the context it is
    """A real server on this machine that answers one request with these bytes."""

    def __init__(
        self, body: bytes = b"{}", *, announced: int | None = None, seen: list[str] | None = None
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                if seen is not None:
                    seen.extend(str(self.headers).splitlines())
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Length", str(announced or len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture(autouse=True)
def network() -> None:
    """These tests bring their own wire."""
