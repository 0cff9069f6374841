"""A goal, what was measured for it, and the words for both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal with what was measured. `holds` is None where it is only told."""

    id: str
    what: str
    goal: str
    measured: str
    holds: bool | None


@dataclass(frozen=True, kw_only=True)
class Size:
    """How long each load lasts."""

    seconds: float
    rounds: int
    rivals_waves: int
    flows: int
    live_calls: int
    live_seconds: float


def ratio(id_: str, what: str, ours: float, floor: float, most: float) -> Goal:
    return Goal(
        id=id_, what=what, goal=f"≤ {most:g} ×", measured=f"{ours / floor:.2f} × ({ours:.3g} / {floor:.3g})",
        holds=ours <= most * floor,
    )  # fmt: skip


def at_most(id_: str, what: str, value: float, most: float, unit: str) -> Goal:
    return Goal(
        id=id_, what=what, goal=f"≤ {most:g} {unit}".strip(), measured=f"{value:.3g} {unit}".strip(),
        holds=value <= most,
    )  # fmt: skip


def at_least(id_: str, what: str, value: float, least: float, unit: str) -> Goal:
    return Goal(
        id=id_, what=what, goal=f"≥ {least:g} {unit}".strip(), measured=f"{value:.3g} {unit}".strip(),
        holds=value >= least,
    )  # fmt: skip


def quantile(values: list[float], share: float) -> float:
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def timed(work: Callable[[], Any], *, times: int) -> float:
    """Return the median duration in milliseconds."""
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        durations.append((time.perf_counter() - began) * 1000)
    return statistics.median(durations)
