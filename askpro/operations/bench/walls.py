"""P17: what the wall between the businesses costs a list over HTTP."""

import statistics
from collections.abc import Iterator

from django.db import connections, transaction
from django.utils import timezone

from askpro.operations.bench import cast, knock, load, stage
from askpro.operations.bench.goals import Goal, Size, at_most, ratio, timed
from tenants import scope, statements
from tenants.models import Tenant

# Every connection of the server plans anew after a switch, and prepares what it has asked five times.
_WARM = 240


def walls(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P17: the same list of fifty calls with and without the policy, in short turns; who is first takes turns, too."""
    secret = cast.key_for(tenant, now=timezone.now())
    page = load.get("/api/calls?per_page=50", {"X-API-Key": secret})
    cpu: dict[bool, list[float]] = {True: [], False: []}
    with stage.serving(knock.PRODUCT, API_RATE="1000000/min") as product:
        try:
            for turn in range(4 * size.rounds):
                for enabled in (turn % 2 == 0, turn % 2 == 1):
                    _policy(enabled=enabled)
                    _ask(product, page, count=_WARM, seconds=30.0)
                    got = _ask(product, page, count=4000, seconds=size.seconds / 2)
                    cpu[enabled].append(got.cpu_us)
        finally:
            _policy(enabled=True)
    bare = statistics.median(cpu[False])
    # Neighbours change from one minute to the next: each pair is compared with itself.
    wall = bare * statistics.median(a / b for a, b in zip(cpu[True], cpu[False], strict=True))
    yield ratio("P17", "list of 50 over HTTP: CPU with policy against without", wall, bare, 1.05)
    rounds = [(_in_scope(tenant), _in_transaction()) for _ in range(5)]
    scope_us = 1000 * statistics.median(inside - outside for inside, outside in rounds)
    extra = max(0.0, wall - bare) + max(0.0, scope_us)
    yield Goal(
        id="P17", what="the statement that raises the wall, with its round trip", goal="told",
        measured=f"{scope_us:.0f} µs", holds=None,
    )  # fmt: skip
    yield at_most("P17", "whole wall as a share of the request's CPU", 100 * extra / wall, 8, "%")


def _ask(server: stage.Server, page: bytes, *, count: int, seconds: float) -> stage.Measured:
    return stage.measured(
        server, load.as_fast_as_possible, [page] * count, seconds=seconds, connections=8
    )


def _policy(*, enabled: bool) -> None:
    """Switch row-level security of the calls off and on again, as the owner of the table."""
    verb = "ENABLE" if enabled else "DISABLE"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE calls_call {verb} ROW LEVEL SECURITY")
    connections["owner"].close()


def _in_scope(tenant: Tenant) -> float:
    def one() -> None:
        with scope.tenant(tenant):
            statements.run("SELECT 1")

    return timed(one, times=300)


def _in_transaction() -> float:
    def one() -> None:
        with transaction.atomic():
            statements.run("SELECT 1")

    return timed(one, times=300)
