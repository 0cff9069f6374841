"""P13: a thousand live calls at once, with their questions and events, against the same from ten."""

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from askpro.operations import processes
from askpro.operations.bench import cast, house, knock, stage, switchboard
from askpro.operations.bench.goals import Goal, Size, at_most, quantile, ratio
from integrations.models import Delivery
from tenants import scope, statements
from tenants.models import Tenant

_FEW = 10
_DRAINED_WITHIN_SECONDS = 30


def live_calls(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P13: a hundred questions and twenty events a second, the worker at work; nothing lost, and as quick as from ten calls."""
    numbers = cast.town(now=timezone.now())
    house.forget_what_waits()
    with (
        stage.serving(knock.PRODUCT) as product,
        house.working(processes.worker()),
    ):

        def calls(name: str, live: int, seconds: float) -> dict[str, Any]:
            prefix = f"{knock.RUN}{name}"
            got: dict[str, Any] = stage.elsewhere(
                switchboard.run, product.port, settings.RETELL_API_KEY, numbers, prefix,
                live=live, seconds=seconds,
            )  # fmt: skip
            return got

        warm = calls("lw", _FEW, 4)
        few = calls("lf", _FEW, max(5.0, size.live_seconds / 4))
        many = calls("lm", size.live_calls, size.live_seconds)
        left = _left_after_a_while()
    yield _told(many, size)
    what = f"p99 of a question, {size.live_calls} live calls against {_FEW}"
    yield ratio(
        "P13", what, quantile(many["questions"], 0.99), quantile(few["questions"], 0.99), 3.0
    )
    runs = (warm, few, many)
    yield at_most("P13", "errors", sum(len(got["bad"]) for got in runs), 0, "")
    yield at_most("P13", "events not applied after the last one", left, 0, "")
    yield from _compared(dict(zip(_NAMES, runs, strict=True)))
    told = [call for got in runs for call in got["told"]]
    yield at_most("P13", "told as booked without a row", house.booked_but_not_stored(told), 0, "")


_NAMES = ("lw", "lf", "lm")


def _told(many: dict[str, Any], size: Size) -> Goal:
    asked, events = many["questions"], many["events"]
    return Goal(
        id="P13",
        what=f"{size.live_calls} live calls for {size.live_seconds:.0f} s: questions and events, p50 / p99",
        goal="told",
        measured=f"{len(asked):,} in {quantile(asked, 0.5):.1f} / {quantile(asked, 0.99):.1f} ms,"
        f" {len(events):,} in {quantile(events, 0.5):.1f} / {quantile(events, 0.99):.1f} ms",
        holds=None,
    )


def _left_after_a_while() -> int:
    """Return how many deliveries still wait when the worker has had its time."""
    until = time.monotonic() + _DRAINED_WITHIN_SECONDS
    while True:
        with scope.platform():
            left = Delivery.objects.filter(state=Delivery.State.NEW).count()
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.2)


# Questions and events that were answered are rows, calls whose end was told are over.
_ROWS = """
SELECT
  (SELECT count(*) FROM calls_toolcall t JOIN calls_call c ON c.id = t.call_id WHERE c.external_id LIKE %(ours)s),
  (SELECT count(*) FROM integrations_delivery d JOIN integrations_subject s ON s.id = d.subject_id
   WHERE s.provider = 'retell' AND s.external_id LIKE %(ours)s AND d.state = 'done'),
  (SELECT count(*) FROM calls_call WHERE external_id = ANY(%(ended)s) AND status = 'ended')
"""
# What else became of events, and what was tried more than once.
_OTHERWISE = """
SELECT d.state, d.attempts, d.error, count(*)
FROM integrations_delivery d JOIN integrations_subject s ON s.id = d.subject_id
WHERE s.provider = 'retell' AND s.external_id LIKE %(ours)s AND (d.state <> 'done' OR d.attempts <> 1)
GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""
_KINDS = ("questions", "events", "ends")


def _compared(runs: dict[str, dict[str, Any]]) -> Iterator[Goal]:
    """Yield what was answered and is no row, what is a row and was not answered, and what became of the rest."""
    more = dict.fromkeys(_KINDS, 0)
    fewer = dict.fromkeys(_KINDS, 0)
    otherwise: list[str] = []
    for name, got in runs.items():
        asked = {"ours": f"bench_{knock.RUN}{name}_%", "ended": got["ended"]}
        with scope.platform():
            there = statements.run(_ROWS, asked).fetchall()[0]
            for state, attempts, error, count in statements.run(_OTHERWISE, asked).fetchall():
                otherwise.append(f"{count} {state} after {attempts} {error[:60]}".strip())
        told = (got["kept"]["questions"], got["kept"]["events"], len(got["ended"]))
        for kind, row, answer in zip(_KINDS, there, told, strict=True):
            more[kind] += max(0, row - answer)
            fewer[kind] += max(0, answer - row)
    for kind in _KINDS:
        yield at_most("P13", f"{kind} answered that are not in the rows", fewer[kind], 0, "")
    yield at_most("P13", "rows of which nobody got an answer", sum(more.values()), 0, "")
    measured = "; ".join(otherwise) or "none"
    yield Goal(
        id="P13", what="events not applied at the first attempt", goal="told", measured=measured, holds=None
    )  # fmt: skip
