"""The sender's side of the benchmark: prepared requests over kept connections. Knows nothing of Django.

It runs in a process of its own, so that its work is not counted as the server's. Latency in an open loop counts from
the planned time of sending: a server that stalls is not forgiven the requests that had to wait.
"""

import asyncio
import itertools
import random
import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the senders saw. Latencies are in milliseconds, sorted."""

    seconds: float
    errors: int
    latencies_ms: list[float]

    @property
    def answered(self) -> int:
        return len(self.latencies_ms)

    def quantile(self, share: float) -> float:
        """Return the latency (ms) below which this share of the answers came."""
        if not self.latencies_ms:
            return float("nan")
        return self.latencies_ms[min(self.answered - 1, int(share * self.answered))]


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return the bytes of a request over a kept connection."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def get(path: str, headers: dict[str, str] | None = None) -> bytes:
    """Return the bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def as_fast_as_possible(
    port: int, requests: Sequence[bytes], *, seconds: float, connections: int
) -> Outcome:
    """Send from several connections without a pause until the time is over or the requests are."""
    upcoming = iter(requests)
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def sender(latencies: list[float], errors: list[int]) -> None:
        line = _Line(port)
        while time.perf_counter() < end:
            with lock:
                request = next(upcoming, None)
            if request is None:
                return
            sent = time.perf_counter()
            status = line.ask(request)
            if 200 <= status < 300:
                latencies.append((time.perf_counter() - sent) * 1000)
            else:
                errors.append(status)

    return _together(sender, connections)


def at_a_rate(
    port: int, requests: Sequence[bytes], *, per_second: float, connections: int
) -> Outcome:
    """Send requests that arrive at random (Poisson) at this mean rate, whatever the server does."""
    return asyncio.run(_open_loop(port, requests, per_second, connections))


async def _open_loop(
    port: int, requests: Sequence[bytes], per_second: float, connections: int
) -> Outcome:
    """One thread plans and sends: thirty-two threads would take turns at the interpreter while an answer waits."""
    planned: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    latencies: list[float] = []
    errors: list[int] = []
    senders = [
        asyncio.create_task(_sender(port, planned, latencies, errors)) for _ in range(connections)
    ]
    dice = random.Random(2)  # noqa: S311 — repeatable, guards nothing
    began = arrival = time.perf_counter()
    for request in requests:
        arrival += dice.expovariate(per_second)
        await asyncio.sleep(max(0.0, arrival - time.perf_counter()))
        planned.put_nowait((arrival, request))
    for _ in senders:
        planned.put_nowait(None)
    await asyncio.gather(*senders)
    return Outcome(
        seconds=time.perf_counter() - began, errors=len(errors), latencies_ms=sorted(latencies)
    )


async def _sender(
    port: int,
    planned: "asyncio.Queue[tuple[float, bytes] | None]",
    latencies: list[float],
    errors: list[int],
) -> None:
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while (item := await planned.get()) is not None:
        arrival, request = item
        try:
            line = line or await asyncio.open_connection("127.0.0.1", port)
            status = await _asked(*line, request)
        except (OSError, asyncio.IncompleteReadError):
            line, status = None, 0
        if 200 <= status < 300:
            latencies.append((time.perf_counter() - arrival) * 1000)
        else:
            errors.append(status)
    if line is not None:
        line[1].close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(_length(head))
    return int(head[9:12])


def from_a_crowd(port: int, requests: Sequence[bytes], *, seconds: float, crowd: int) -> Outcome:
    """Send from a thousand connections at once, each waiting for its own answers.

    One thread watches all sockets: a thousand tasks or threads would measure themselves.
    """
    upcoming = iter(requests)
    latencies: list[float] = []
    errors = 0
    watched = selectors.DefaultSelector()
    for _ in range(crowd):
        line = socket.create_connection(("127.0.0.1", port), 10)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        watched.register(line, selectors.EVENT_READ, _Member())
    began = time.perf_counter()
    for key in list(watched.get_map().values()):
        _next(key.fileobj, key.data, upcoming)
    while time.perf_counter() < began + seconds:
        for key, _ in watched.select(0.1):
            member: _Member = key.data
            member.received += key.fileobj.recv(65536)  # type: ignore[union-attr]
            status = member.status()
            if status is None:
                continue
            if 200 <= status < 300:
                latencies.append((time.perf_counter() - member.sent) * 1000)
            else:
                errors += 1
            _next(key.fileobj, member, upcoming)
    took = time.perf_counter() - began
    for key in list(watched.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    return Outcome(seconds=took, errors=errors, latencies_ms=sorted(latencies))


class _Member:
    """One of the crowd: when it asked, and what it got so far."""

    def __init__(self) -> None:
        self.sent = 0.0
        self.received = b""

    def status(self) -> int | None:
        """Return the status when the whole answer is there."""
        head, complete, body = self.received.partition(b"\r\n\r\n")
        if not complete or len(body) < _length(head):
            return None
        return int(head[9:12])


def _next(line: Any, member: _Member, upcoming: Iterator[bytes]) -> None:
    request = next(upcoming, None)
    if request is not None:
        member.sent, member.received = time.perf_counter(), b""
        line.sendall(request)


class _Line:
    """One kept connection; opened again when the server closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None

    def ask(self, request: bytes) -> int:
        """Send and return the status, 0 when the connection broke."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), 10)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(request)
            return self._answer(self.socket)
        except OSError:
            self.socket = None
            return 0

    def _answer(self, wire: socket.socket) -> int:
        received = b""
        while b"\r\n\r\n" not in received:
            piece = wire.recv(65536)
            if not piece:
                self.socket = None
                return 0
            received += piece
        head, _, rest = received.partition(b"\r\n\r\n")
        length = _length(head)
        while len(rest) < length:
            rest += wire.recv(65536)
        return int(head[9:12])


def _length(head: bytes) -> int:
    """Return the announced length of the body; every server of the benchmark announces it."""
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])


def _together(sender: object, connections: int) -> Outcome:
    latencies: list[list[float]] = [[] for _ in range(connections)]
    errors: list[list[int]] = [[] for _ in range(connections)]
    threads = [
        threading.Thread(target=sender, args=pair)  # type: ignore[arg-type]
        for pair in zip(latencies, errors, strict=True)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Outcome(
        seconds=time.perf_counter() - began,
        errors=sum(len(each) for each in errors),
        latencies_ms=sorted(itertools.chain.from_iterable(latencies)),
    )
