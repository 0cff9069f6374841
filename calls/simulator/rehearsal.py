"""A rehearsal: hundreds of calls through the real doors, in a town that is gone afterwards.

All of it happens in one transaction that is rolled back, on a clock of its own that stands in a far Monday and moves
with each question. So nothing outside has a say: the same seed gives the same calls, answers and rows, and the same
hash. What the platform would post is posted, signed, through every layer of the application; only the network is left out.
"""

import gc
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, connections, transaction
from django.utils import timezone

from booking.models import Appointment
from calls import aftercare, arrivals
from calls.simulator import report, world
from calls.simulator.crowd import Caller, crowd
from calls.simulator.dialling import place_call
from calls.simulator.line import Line
from calls.simulator.lively import Lively
from calls.simulator.report import Outcome
from calls.simulator.story import Asked, CallStory, Said
from integrations import inbox
from integrations.voice import loopback, retell
from tenants import scope

MONDAY = datetime(2035, 3, 5, 7, 0, tzinfo=UTC)
_BETWEEN_CALLS, _PER_QUESTION = timedelta(seconds=90), timedelta(seconds=4)
# Numbers kept free for fiction in Frankfurt; those that a real business here has are passed over.
_NUMBERS = [f"+496990009{number:03d}" for number in range(999, 900, -1)]


@dataclass(frozen=True, kw_only=True)
class Played:
    """One call of the rehearsal, with what the rows say of it."""

    caller: Caller
    template: str
    house: str
    story: CallStory
    outcome: Outcome | None
    problems: tuple[str, ...]

    @property
    def result(self) -> str:
        return self.outcome.outcome_label if self.outcome else "kein Anruf"

    def line(self) -> str:
        """Return the call as one line for the hash: what was asked, answered, said and written, without numbers of rows."""
        booked = self.outcome.appointments if self.outcome else ()
        content = {
            "call": [self.house, self.caller.number, str(self.caller.goal)],
            "asked": [
                [moment.tool, moment.state]
                for moment in self.story.moments
                if isinstance(moment, Asked)
            ],
            "said": [
                [moment.speaker, moment.text]
                for moment in self.story.moments
                if isinstance(moment, Said)
            ],
            "outcome": [self.outcome.outcome, self.outcome.reason] if self.outcome else [],
            "booked": [[each.service, each.staff, each.starts_at.isoformat()] for each in booked],
            "callback": bool(self.outcome and self.outcome.callback_due_at),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """All calls, and the hash over them."""

    played: tuple[Played, ...]

    @property
    def digest(self) -> str:
        lines = "\n".join(each.line() for each in self.played)
        return hashlib.sha256(lines.encode()).hexdigest()

    def table(self) -> list[tuple[str, Counter[str]]]:
        """Return how the calls ended, by goal."""
        counted: dict[str, Counter[str]] = {}
        for each in self.played:
            counted.setdefault(str(each.caller.goal), Counter())[each.result] += 1
        return sorted(counted.items())


def play(
    count: int,
    *,
    seed: int,
    application: Callable[..., Any],
    templates: tuple[str, ...] = (),
    processes: int = 1,
) -> Rehearsal:
    """Place `count` calls, spread over the businesses of the town, and leave nothing behind.

    Several processes share the businesses; what comes out is the same.
    """
    parts = list(_parts(count, templates))
    if processes == 1:
        played = [each for part in parts for each in _play(part, seed, application)]
        return Rehearsal(played=tuple(played))
    # A connection is not for two processes; each opens its own.
    connections.close_all()
    with ProcessPoolExecutor(
        processes, mp_context=get_context("fork"), initializer=_collect_seldom
    ) as pool:
        shares = [pool.submit(_play, part, seed, application) for part in parts]
        played = [each for share in shares for each in share.result()]
    return Rehearsal(played=tuple(played))


def _collect_seldom() -> None:
    """Look for garbage less often: a process of the pool lives for a minute, and looking takes a twelfth of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The calls of one business."""

    business: world.Business
    number: str
    calls: int


def _parts(count: int, templates: tuple[str, ...]) -> Iterator[_Part]:
    town = [
        replace(each, house=house)
        for house in (1, 2)
        for each in world.TOWN
        if not templates or each.template in templates
    ]
    for place, (business, number) in enumerate(zip(town, _free_numbers(len(town)), strict=True)):
        calls = count // len(town) + (place < count % len(town))
        if calls:
            yield _Part(business=business, number=number, calls=calls)


def _play(part: _Part, seed: int, application: Callable[..., Any]) -> list[Played]:
    clock = _Clock(MONDAY)
    with _one_connection(), transaction.atomic(), _standing_at(clock):
        played = list(_played(part, seed=seed, clock=clock, application=application))
        # What would be refused at the commit is refused here.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return played


class _Clock:
    """Stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@contextmanager
def _standing_at(clock: _Clock) -> Iterator[None]:
    """Let all doors read this clock."""
    real = timezone.now
    setattr(timezone, "now", clock)  # noqa: B010 — a function of a module, put back below
    try:
        yield
    finally:
        setattr(timezone, "now", real)  # noqa: B010


@contextmanager
def _one_connection() -> Iterator[None]:
    """Keep requests from closing the connection that holds the transaction, as they do between two of them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _played(
    part: _Part, *, seed: int, clock: _Clock, application: Callable[..., Any]
) -> Iterator[Played]:
    business = part.business
    regulars = world.build(business, number=part.number, now=clock.now)
    with loopback.in_process(application(), key=settings.RETELL_API_KEY) as sender:
        line = Line(
            sender=_Ticking(sender, clock),
            dialled=part.number,
            sleep=lambda _seconds: None,
            clock_ms=lambda: int(clock.now.timestamp() * 1000),
        )
        for caller in crowd(part.calls, seed=seed, business=business, regulars=regulars):
            clock.move(_BETWEEN_CALLS)
            yield _call(line, caller, business, seed=seed, clock=clock)


def _free_numbers(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM unnest(%s::text[]) AS number"
            " WHERE NOT EXISTS (SELECT FROM tenants_line_for(number)) LIMIT %s",
            [_NUMBERS, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _call(
    line: Line, caller: Caller, business: world.Business, *, seed: int, clock: _Clock
) -> Played:
    talks: list[Lively] = []

    def speaking(**parts: Any) -> Lively:
        dice = random.Random(f"talk {seed} {business.slug} {caller.number}")  # noqa: S311
        talks.append(Lively(goal=caller.goal, habits=caller.habits, dice=dice, **parts))
        return talks[0]

    story = place_call(
        line,
        caller.persona,
        caller.switches,
        run_id=f"rehearsal {seed} {business.slug}",
        speaking=speaking,
    )
    _settle(clock)
    outcome = report.look_up(story)
    found = [*report.problems(story, outcome), *_unkept(talks[0], business, outcome)]
    return Played(
        caller=caller,
        template=business.template,
        house=business.slug,
        # The bodies have done their part, and are long.
        story=replace(story, posted=()),
        outcome=outcome,
        problems=tuple(found),
    )


class _Ticking(loopback.Sender):
    """The same sender, on whose clock a question takes four seconds."""

    def __init__(self, sender: loopback.Sender, clock: _Clock) -> None:
        vars(self).update(vars(sender))
        self._clock_that_ticks = clock

    def ask(self, tool: str, call: Any, arguments: Any) -> loopback.Answer:
        self._clock_that_ticks.move(_PER_QUESTION)
        return super().ask(tool, call, arguments)


def _settle(clock: _Clock) -> None:
    """Do what the worker would do after the call."""
    # A delivery is due by the database's clock; the far Monday is always later.
    while inbox.apply_next(retell.PROVIDER, arrivals.apply, now=clock.now):
        pass
    while aftercare.settle_next(now=clock.now):
        pass


def _unkept(talk: Lively, business: world.Business, outcome: Outcome | None) -> list[str]:
    """Return what was said of an appointment of before and is not so, and calls without a reason."""
    wrong = []
    with scope.tenant(business.tenant_id):
        if talk.changed is not None:
            row = Appointment.objects.get(pk=talk.changed["id"])
            if row.starts_at != datetime.fromisoformat(str(talk.changed["starts_at"])):
                wrong.append("Ein Termin steht anders, als er verschoben wurde.")
    if outcome is None or not outcome.outcome:
        wrong.append("Der Anruf hat kein Ergebnis.")
    elif not outcome.appointments and not (outcome.reason or outcome.callback_due_at):
        wrong.append("Der Anruf brachte keinen Termin und nennt keinen Grund.")
    return wrong
