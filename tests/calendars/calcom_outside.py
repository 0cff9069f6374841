"""The account at Cal.com behind a real socket: slow, silent, dripping or gone, and held against the contract."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from pytest_django import Settings

from integrations import http
from tests import descriptions
from tests.calendars.calcom_house import Calcom


class Asked:
    """One request that has arrived, and what can be done with it."""

    def __init__(self, door: "_Door", outside: "Outside", request: httpx.Request) -> None:
        self._door = door
        self._outside = outside
        self.request = request

    def is_done(self) -> httpx.Response:
        """Do what is asked, and return the answer without sending it."""
        return self._outside.does(self.request)

    def answers(self, response: httpx.Response) -> None:
        door = self._door
        door.send_response(response.status_code)
        door.send_header("Content-Length", str(len(response.content)))
        door.end_headers()
        door.wfile.write(response.content)

    def waits(self, seconds: float) -> None:
        """Say nothing for a while, or until the curtain falls."""
        self._outside.closing.wait(seconds)

    def drips(self, seconds: float, *, every_seconds: float = 0.3) -> None:
        """Send headers that never end, so that no single read takes long."""
        self._door.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(int(seconds / every_seconds)):
            self._door.wfile.write(b"X-Header-%d: x\r\n" % number)
            if self._outside.closing.wait(every_seconds):
                return


Mood = Callable[[Asked], None]


def properly(asked: Asked) -> None:
    asked.answers(asked.is_done())


def hangs(seconds: float = 30.0) -> Mood:
    """Hear everything and say nothing."""
    return lambda asked: asked.waits(seconds)


def does_it_and_hangs(seconds: float = 30.0) -> Mood:
    def mood(asked: Asked) -> None:
        asked.is_done()
        asked.waits(seconds)

    return mood


def is_slow(seconds: float) -> Mood:
    def mood(asked: Asked) -> None:
        asked.waits(seconds)
        properly(asked)

    return mood


def drips(seconds: float = 30.0) -> Mood:
    return lambda asked: asked.drips(seconds)


def says(status: int, text: str = "{}") -> Mood:
    return lambda asked: asked.answers(httpx.Response(status, text=text))


class Outside:
    """`next` holds moods for the next requests, one each; `always` is the mood of all others."""

    def __init__(self, calcom: Calcom) -> None:
        self.calcom = calcom
        self.next: list[Mood] = []
        self.always: Mood = properly
        self.heard: list[httpx.Request] = []
        self.problems: list[str] = []
        self.closing = threading.Event()
        self._one_at_a_time = threading.Lock()
        try:
            self._described: descriptions.Description | None = descriptions.of(descriptions.CALCOM)
        except pytest.skip.Exception:
            self._described = None  # behaviour is tested everywhere

    def hears(self, door: "_Door", request: httpx.Request) -> None:
        self.heard.append(request)
        if self._described is not None:
            self.problems += self._described.problems_of_request(request)
        mood = self.next.pop(0) if self.next else self.always
        mood(Asked(door, self, request))

    def does(self, request: httpx.Request) -> httpx.Response:
        with self._one_at_a_time:
            response = self.calcom.answer(request)
        if self._described is not None:
            self.problems += self._described.problems_of_answer(request, response)
        return response


@contextmanager
def open_for(calcom: Calcom, settings: Settings) -> Iterator[Outside]:
    """Let the account be reached over real HTTP; whatever was against the contract fails the test."""
    outside = Outside(calcom)
    server = _Server(outside)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.CALCOM_BASE_URL = f"http://127.0.0.1:{server.server_port}/v2"
    try:
        with http.rerouted():
            yield outside
    finally:
        outside.closing.set()
        server.shutdown()
        server.server_close()
    assert sorted(set(outside.problems)) == []


class _Server(ThreadingHTTPServer):
    block_on_close = False
    daemon_threads = True

    def __init__(self, outside: Outside) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.outside = outside


class _Door(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = httpx.Request(
            self.command,
            f"https://api.cal.com{self.path}",
            headers=dict(self.headers.items()),
            content=content,
        )
        try:
            self.server.outside.hears(self, request)
        except OSError:
            self.close_connection = True  # whoever asked is not there any more

    def do_POST(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        return
