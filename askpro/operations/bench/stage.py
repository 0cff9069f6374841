"""The stage of the benchmark: servers in process groups of their own, senders in another process, CPU time of all."""

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from askpro.operations.bench.load import Outcome

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A web server under measurement."""

    port: int
    group: int


@dataclass(kw_only=True)
class Measured:
    """What a load did: what the senders saw, and the CPU time it took (microseconds per answered request)."""

    outcome: Outcome
    app_us: float
    database_us: float
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.outcome.answered / self.outcome.seconds

    @property
    def cpu_us(self) -> float:
        return self.app_us + self.database_us


@contextlib.contextmanager
def serving(application: str, **environment: str) -> Iterator[Server]:
    """Serve an application with granian (WSGI, two workers) for the length of the block."""
    port = _free_port()
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--workers", "2",
        "--blocking-threads", "4", "--backpressure", "256", "--host", "127.0.0.1", "--port", str(port),
        "--no-access-log", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "LOG_LEVEL": "WARNING", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_open(process, port)
        yield Server(port=port, group=process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def measured(
    server: Server, load: Callable[..., Outcome], requests: Sequence[bytes], **how: Any
) -> Measured:
    """Put a load on a server and return what it did."""
    app_before, database_before = _group_seconds(server.group), _database_seconds()
    outcome = elsewhere(load, server.port, requests, **how)
    app, database = _group_seconds(server.group), _database_seconds()
    share = 1e6 / max(1, outcome.answered)
    return Measured(
        outcome=outcome,
        app_us=(app - app_before) * share,
        database_us=(database - database_before) * share,
    )


def median(rounds: Sequence[Measured], share: float) -> float:
    """Return the median over the rounds of the latency (ms) below which this share of the answers came."""
    return statistics.median(each.outcome.quantile(share) for each in rounds)


def elsewhere(work: Callable[..., Any], *given: Any, **how: Any) -> Any:
    """Do the work in a process of its own and return its result."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *given, **how).result()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_open(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            time.sleep(0.5)  # both workers, not only the first
            return
    raise RuntimeError("the server did not open its port within 15 s")


def _database_seconds() -> float:
    """Return the CPU seconds of the database server: its parent, its children, and those that ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    parent = int(_stat(backend)[1])
    fields = _stat(parent)
    total = sum(int(fields[n]) for n in (11, 12, 13, 14))
    for pid in _processes():
        with contextlib.suppress(OSError):
            fields = _stat(pid)
            if int(fields[1]) == parent:
                total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _group_seconds(group: int) -> float:
    total = 0
    for pid in _processes():
        with contextlib.suppress(OSError):
            fields = _stat(pid)
            if int(fields[2]) == group:
                total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name: state, parent, group …"""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
