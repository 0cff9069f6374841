"""How the three processes of the product are started; the container uses the same words."""

import sys
from pathlib import Path

_WEB_WORKERS, _THREADS = 2, 4


def web(*, port: int, host: str = "127.0.0.1", workers: int = _WEB_WORKERS) -> list[str]:
    """Return the command of the web server (WSGI: docs/performance.md says why)."""
    return [
        *_module("granian"),
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(_THREADS)),
        *("--respawn-failed-workers", "--no-access-log", "--no-ws"),
        # A worker that is told to end while it still starts does not hear it. The longest answer
        # is given within 4 s.
        *("--workers-kill-timeout", "6"),
        "askpro.wsgi:application",
    ]


def llm(*, port: int, host: str = "127.0.0.1", workers: int = 1) -> list[str]:
    """Return the command of the websocket server of our own engine (docs/decisions/0008)."""
    return [
        *_module("granian"),
        *("--interface", "asgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--ws", "--no-access-log", "--respawn-failed-workers"),
        "askpro.asgi:application",
    ]


def worker(*, threads: int = _THREADS) -> list[str]:
    """Return the command of the worker; threads, because its work is waiting for others."""
    return [
        *_module("celery"),
        *("--app", "askpro", "worker", "--pool", "threads", "--concurrency", str(threads)),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def beat(*, schedule_file: Path) -> list[str]:
    """Return the command of the clock that starts the sweeps."""
    return [
        *_module("celery"),
        *("--app", "askpro", "beat", "--schedule", str(schedule_file), "--loglevel", "INFO"),
    ]


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]
