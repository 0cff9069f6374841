"""Everything at once: many workers do whatever they like in the same few diaries, and after each round the rows are counted.

They come by the verbs, by the REST API with keys, and by the pages of the back office. What a worker does is drawn from a
seed; how the statements of the workers fall between each other is up to the database. The invariants are asked in plain
statements of their own, not through the constraints they prove.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError

from askpro.operations import invariants, proof
from askpro.operations.interleaving import api, back_office, verbs
from askpro.operations.interleaving import stage as stages
from askpro.operations.interleaving.doors import Answer
from askpro.operations.interleaving.stage import (
    CLOCKS_DIFFER_BY,
    FIRST_CLOCK,
    ROUNDS_A_DAY,
    TENANT_ID,
    Stage,
    Worker,
)
from askpro.operations.interleaving.verbs import Action
from tenants.errors import Refused

__all__ = ["ACTIONS", "TENANT_ID", "Action", "Report", "Worker", "run"]

ACTIONS = (*verbs.ACTIONS, *api.ACTIONS, *back_office.ACTIONS)


@dataclass(kw_only=True)
class Report:
    """What came of all rounds: how often what was done or refused, and what was wrong."""

    rounds: int = 0
    workers: int = 0
    seconds: float = 0.0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)

    @property
    def deadlocks(self) -> int:
        return sum(n for (_, outcome), n in self.outcomes.items() if outcome == "deadlock")

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Return what neither was done nor refused; `details` has the words of the database."""
        return sorted(each for each in self.outcomes if each[1].endswith("Error"))

    @property
    def holds(self) -> bool:
        return not (self.broken or self.deadlocks or self.faults)


def run(
    *,
    rounds: int,
    workers: int,
    seed: int,
    now: datetime,
    progress: Callable[[int], None] = lambda _done: None,
    seconds: float | None = None,
    actions: Sequence[tuple[str, int, Action]] = (),
) -> Report:
    """Let the workers meet in so many rounds, for so many seconds at most. Leaves a business that is empty and inactive.

    `actions` are names, weights and verbs that take part beside our own.
    """
    report = Report(workers=workers)
    began = time.perf_counter()
    try:
        stage = stages.build(now, workers=workers)
        everything = [*verbs.ACTIONS, *api.ACTIONS, *back_office.ACTIONS, *actions]
        with _quiet(), proof.rivals(workers) as at_once:
            for number in range(rounds):
                _round(at_once, stage, number, seed=seed, report=report, actions=everything)
                report.broken.update(invariants.broken(TENANT_ID, latest=stage.latest))
                if number % ROUNDS_A_DAY == ROUNDS_A_DAY - 1:
                    stages.empty_the_day()
                progress(number + 1)
                report.rounds = number + 1
                if seconds is not None and time.perf_counter() - began > seconds:
                    break
    finally:
        stages.leave()
    report.seconds = time.perf_counter() - began
    return report


def _round(
    at_once: proof.AtOnce,
    stage: Stage,
    number: int,
    *,
    seed: int,
    report: Report,
    actions: Sequence[tuple[str, int, Action]],
) -> None:
    names, weights, deeds = zip(*actions, strict=True)

    def act(rival: int) -> tuple[str, str]:
        dice = random.Random(f"{seed}:{number}:{rival}")  # noqa: S311 — the same dice again, no secret
        place = dice.choices(range(len(names)), weights)[0]
        clock = stage.midnight + FIRST_CLOCK
        clock += timedelta(seconds=dice.randrange(CLOCKS_DIFFER_BY // timedelta(seconds=1)))
        worker = Worker(stage=stage, dice=dice, round=number, number=rival, now=clock)
        return names[place], _outcome(deeds[place], worker, report.details)

    report.outcomes.update(at_once(act))
    for each in stage.visitor.contradictions():
        report.broken["one key, two answers"] += 1
        report.details.append(each)


def _outcome(verb: Action, worker: Worker, details: list[str]) -> str:
    try:
        done = verb(worker)
        if isinstance(done, Answer):
            return done.outcome(details)
        return "nothing to do" if done is None else "done"
    except Refused as refusal:
        return refusal.code
    except DatabaseError as error:
        details.append(f"{error}")
        is_deadlock = isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
        return "deadlock" if is_deadlock else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Write no line for each of some ten thousand requests, and none for those that are refused."""
    before = {name: logging.getLogger(name).level for name in ("askpro.request", "django.request")}
    for name in before:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
