"""The process is killed at each step of booking, moving and cancelling: after the restart both sides agree.

A child process does the deed and dies of SIGKILL: no `finally`, no rollback by us, no goodbye to the database. Cal.com
lives on behind a real socket. Then the lease runs out, a courier does what is left, and both sides are compared.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NoReturn

import pytest
import time_machine
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from askpro import courier
from booking import calendar_links
from booking.calendars import reconciling, settling
from calls import conversation
from integrations import delivery, http
from tenants.models import Tenant
from tests.calendars import calcom_outside, two_sides
from tests.calendars.calcom_house import Calcom
from tests.calendars.calcom_outside import Asked, Outside
from tests.calendars.test_in_a_call import book
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
_PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY_MORNING, tick=True) as clock:
        yield clock


@pytest.fixture
def outside(connected: Tenant, calcom: Calcom, settings: Settings) -> Iterator[Outside]:
    with calcom_outside.open_for(calcom, settings) as outside:
        yield outside


Side = list[tuple[str, str, str]]
Deed = Callable[[Retell, dict[str, Any]], Any]


def _move(retell: Retell, call: dict[str, Any]) -> Any:
    return retell.asks_for(
        "reschedule_appointment", call, new_date="26.11.", new_time="11 Uhr", confirmed="ja"
    )


def _cancel(retell: Retell, call: dict[str, Any]) -> Any:
    answer = retell.asks_for("cancel_appointment", call, confirmed="ja")
    courier.carry_all()  # a cancellation is carried out by the courier
    return answer


# The deed, where the appointment was before, and where it is afterwards (start and person).
DEEDS: dict[str, tuple[Deed, str | None, str | None]] = {
    "booking": (book, None, "26. 09:00"),
    "moving": (_move, "26. 09:00", "26. 10:00"),
    "cancelling": (_cancel, "26. 09:00", None),
}


def _die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")


# Where the process dies by its own hand: a function that it does not come back from.
STEPS: dict[str, tuple[Any, str]] = {
    "before the commit": (calendar_links, "tell"),
    "after the commit": (delivery, "_deliver"),
    "before the answer is noted": (delivery, "_note_success"),
    "before the answer is folded in": (settling, "fold_answer"),
    "after both sides agree": (settling, "_agree"),
    "before the caller hears": (conversation, "_note"),
}
# Where it dies while Cal.com has its request in hand; true: it is done there.
REQUESTS = {"while it asks": False, "after it was done there": True}


@pytest.mark.parametrize("step", [*STEPS, *REQUESTS])
@pytest.mark.parametrize("what", DEEDS)
def test_after_the_restart_both_sides_agree(
    connected: Tenant,
    calcom: Calcom,
    outside: Outside,
    retell: Retell,
    clock: time_machine.Traveller,
    what: str,
    step: str,
) -> None:
    deed, before, after = DEEDS[what]
    call = retell.new_call()
    if before is not None:
        assert book(retell, call)["state"] == "booked"
        calcom.deliver()
        courier.carry_all()

    _dies_of_it(lambda: deed(retell, call), step, outside)
    _restart(clock)

    is_lost = step == "before the commit" or (step, what) == (
        "before the caller hears",
        "cancelling",
    )
    at = before if is_lost else after
    _agree(connected, calcom, at)
    # Its webhooks come late, and one more comparison finds nothing to do.
    calcom.deliver()
    courier.carry_all()
    report = reconciling.sync(connected.pk, now=timezone.now())
    assert report is not None
    assert (report.changed, report.told, report.lost_there, report.conflicts) == (0, 0, 0, 0)
    _agree(connected, calcom, at)
    assert len(calcom.house.bookings) == len({before, at} - {None})


def _agree(tenant: Tenant, calcom: Calcom, at: str | None) -> None:
    ours: Side = [] if at is None else [(at, "Jana", "confirmed")]
    theirs: Side = [] if at is None else [(at, "Jana", "accepted")]
    assert two_sides.ours(tenant) == ours
    assert two_sides.theirs(calcom) == theirs
    assert two_sides.reviews(tenant) == []


def _restart(clock: time_machine.Traveller) -> None:
    """Let the lease of whoever died run out, and do what is left."""
    for _ in range(3):
        clock.shift(timedelta(minutes=2))
        courier.carry_all()


def _dies_of_it(deed: Callable[[], Any], step: str, outside: Outside) -> None:
    """Do the deed in a child process that is killed at this step."""
    victim = _Victim()
    if step in REQUESTS:
        outside.next = [victim.killed_while_asking(is_done=REQUESTS[step])]
    child = os.fork()
    if child == 0:
        _live_and_die(deed, step)
    victim.is_known(child)
    assert _how_it_ended(child) == signal.SIGKILL


class _Victim:
    """The child, whose number is known to Cal.com's end only after it was born."""

    def __init__(self) -> None:
        self._child = 0
        self._born = threading.Event()

    def is_known(self, child: int) -> None:
        self._child = child
        self._born.set()

    def killed_while_asking(self, *, is_done: bool) -> calcom_outside.Mood:
        def mood(asked: Asked) -> None:
            self._born.wait(_PATIENCE_SECONDS)
            if is_done:
                asked.is_done()
            os.kill(self._child, signal.SIGKILL)

        return mood


def _live_and_die(deed: Callable[[], Any], step: str) -> NoReturn:
    """Everything of the child: connections of its own, the deed, and an end that is not its own idea of one."""
    kept = [connections[alias].connection for alias in connections]
    try:
        for alias in connections:
            connections[
                alias
            ].connection = None  # the parent's; to close it here would close it there
        if step in STEPS:
            module, name = STEPS[step]
            setattr(module, name, _die)
        with http.rerouted():
            deed()
    finally:
        os._exit(len(kept) and 7)


def _how_it_ended(child: int) -> int:
    alarm = threading.Timer(_PATIENCE_SECONDS, os.kill, (child, signal.SIGTERM))
    alarm.start()
    try:
        _, status = os.waitpid(child, 0)
    finally:
        alarm.cancel()
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)
