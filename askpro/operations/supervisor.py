"""Runs some processes beside each other in one terminal, and ends them in order.

Each child has a session of its own, so Ctrl-C reaches only this process, which then decides who
goes first. What they write goes to one log file each; the terminal shows warnings and errors.
"""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LEVEL = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
_LOUD = {"warning", "error", "critical"}
_REMEMBERED_LINES = 20


@dataclass(kw_only=True)
class Child:
    """One running process and the last it said."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    patience_seconds: float
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_LINES))
    reader: threading.Thread | None = None

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self.process.poll() is None


class Supervisor:
    """The children in the order of their start."""

    def __init__(
        self, *, logs: Path, environment: Mapping[str, str], show: Callable[[str, str], None]
    ) -> None:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs = logs
        self._environment = dict(environment)
        self._show = show
        self._children: list[Child] = []
        self.is_in_a_hurry = False

    def start(self, commands: Mapping[str, list[str]], *, patience_seconds: float) -> None:
        """Start the named commands; each has so many seconds to end when it is asked to."""
        # All are started before the first thread reads: forking beside threads is asking for trouble.
        started = [
            self._spawn(name, command, patience_seconds) for name, command in commands.items()
        ]
        for child in started:
            child.reader = threading.Thread(target=self._read, args=(child,), daemon=True)
            child.reader.start()
        self._children += started

    def dead(self) -> Child | None:
        """Return a child that ended by itself, if there is one."""
        return next((child for child in self._children if not child.is_alive()), None)

    def stop(self, *, about: Callable[[str], None]) -> None:
        """End the children one after the other, the last started first."""
        while self._children:
            child = self._children.pop()
            if child.is_alive():
                about(child.name)
            self._end(child)

    def _spawn(self, name: str, command: list[str], patience_seconds: float) -> Child:
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        process = subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent(),
        )
        return Child(name=name, process=process, log=log, patience_seconds=patience_seconds)

    def _read(self, child: Child) -> None:
        pipe: IO[bytes] | None = child.process.stdout
        shown = Notable()
        with child.log.open("wb", buffering=0) as log:
            for raw in pipe or ():
                log.write(raw)
                line = raw.decode(errors="replace").rstrip()
                child.last_lines.append(line)
                text = shown.of(line)
                if text:
                    self._show(child.name, text)

    def _end(self, child: Child) -> None:
        if child.is_alive():
            child.process.send_signal(signal.SIGTERM)
        give_up_at = time.monotonic() + child.patience_seconds
        while child.is_alive() and time.monotonic() < give_up_at and not self.is_in_a_hurry:
            time.sleep(0.02)
        # Also those whom it has started itself: without it they would go on, and keep its port.
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        if child.reader is not None:
            child.reader.join(timeout=1)


class Notable:
    """Picks from a log what a person should see while everything runs."""

    def __init__(self) -> None:
        self._in_traceback = False

    def of(self, line: str) -> str:
        """Return what to show of this line; nothing if it is of no interest."""
        if line.startswith("{"):
            return _told_by_record(line)
        if line.startswith("Traceback "):
            self._in_traceback = True
            return ""
        if self._in_traceback:
            # The first line without indentation is the error itself; the way to it is in the log.
            self._in_traceback = line.startswith((" ", "\t")) or not line
            return "" if self._in_traceback else line
        return line if _LEVEL.search(line) else ""


def _told_by_record(line: str) -> str:
    try:
        record = json.loads(line)
    except ValueError:
        return ""
    level = str(record.pop("level", "")).lower()
    if level not in _LOUD:
        return ""
    event = record.pop("event", "")
    reason = str(record.pop("exception", "")).strip().splitlines()[-1:]
    for noise in ("timestamp", "logger"):
        record.pop(noise, None)
    details = " ".join(f"{name}={value}" for name, value in record.items())
    return "\n".join([f"{level}: {event} {details}".rstrip(), *reason])


def _die_with_parent() -> Callable[[], None] | None:
    # Loaded before the fork; after it only the call itself is safe.
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
