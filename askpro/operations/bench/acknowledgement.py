"""P1–P6: the durable acknowledgement of a webhook against its floors."""

import statistics
from collections.abc import Iterator

from askpro.operations.bench import knock, load, stage
from askpro.operations.bench.goals import Goal, Size, at_least, at_most, ratio
from askpro.operations.bench.stage import Measured, Server
from integrations.models import Delivery
from tenants import scope
from tenants.models import Tenant


def acknowledgement(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P1–P6: the durable acknowledgement of a webhook against its floors."""
    with (
        stage.serving(knock.PRODUCT) as product,
        stage.serving(knock.FLOOR, **knock.floor_environment()) as floor,
        stage.serving(knock.RAW, **knock.floor_environment()) as raw,
        stage.serving(knock.FLOOR, BENCH_MIDDLEWARE="1", **knock.floor_environment()) as usual,
    ):
        ways = {
            "product": (product, "/api/retell/webhook"),
            "floor": (floor, "/ack"),
            "raw": (raw, "/"),
            "usual": (usual, "/usual"),
        }
        got: dict[str, list[Measured]] = {name: [] for name in ways}
        repeated: list[Measured] = []
        for server, path in ways.values():
            knock.saturated(server, knock.events(path, 400), size)  # imports, pools, plans
        for _ in range(size.rounds):
            for name, (server, path) in ways.items():
                events = knock.events(path, round(size.seconds * 9000))
                got[name].append(knock.saturated(server, events, size))
            events = knock.events("/api/retell/webhook", 2000)
            knock.saturated(product, events, size)
            repeated.append(knock.saturated(product, events * 8, size))
        yield from _judged_acknowledgement(got, repeated)
        yield from _latency(product, floor, size)
        yield _crowd(product, size)
    yield _nothing_lost()


def _judged_acknowledgement(
    got: dict[str, list[Measured]], repeated: list[Measured]
) -> Iterator[Goal]:
    rate = {
        name: statistics.median(each.per_second for each in cells) for name, cells in got.items()
    }
    cpu = {name: statistics.median(each.cpu_us for each in cells) for name, cells in got.items()}
    for name in got:
        yield Goal(
            id="P1", what=f"acknowledgements: {name}", goal="told",
            measured=f"{rate[name]:,.0f}/s, {cpu[name]:,.0f} µs CPU ({_split(got[name])})", holds=None,
        )  # fmt: skip
    yield at_least("P1", "throughput against the floor", rate["product"] / rate["floor"], 0.60, "×")
    yield at_least(
        "P1", "throughput against the usual way", rate["product"] / rate["usual"], 3.0, "×"
    )
    yield ratio("P2", "CPU against the floor", cpu["product"], cpu["floor"], 1.6)
    again = statistics.median(each.cpu_us for each in repeated)
    yield ratio("P4", "CPU of a repetition against a first delivery", again, cpu["product"], 0.7)
    yield at_least(
        "P5", "floor against the same without Django", rate["floor"] / rate["raw"], 0.55, "×"
    )
    errors = sum(each.outcome.errors for cells in got.values() for each in cells)
    yield at_most("P1", "errors", errors, 0, "")


def _split(cells: list[Measured]) -> str:
    app = statistics.median(each.app_us for each in cells)
    database = statistics.median(each.database_us for each in cells)
    return f"application {app:,.0f}, database {database:,.0f}"


def _latency(product: Server, floor: Server, size: Size) -> Iterator[Goal]:
    """The two take turns, so that a busy minute is a busy minute for both."""
    n = round(size.seconds * 100)
    ours: list[Measured] = []
    bare: list[Measured] = []
    for _ in range(size.rounds):
        for got, server, requests in (
            (ours, product, knock.events("/api/retell/webhook", n)),
            (bare, floor, [load.get("/bare")] * n),
        ):
            got.append(
                stage.measured(server, load.at_a_rate, requests, per_second=100, connections=32)
            )
    for name, share, most in (("p50", 0.5, 2.5), ("p99", 0.99, 3.0)):
        what = f"{name} at 100/s against bare Django"
        yield ratio("P3", what, stage.median(ours, share), stage.median(bare, share), most)


def _crowd(product: Server, size: Size) -> Goal:
    events = knock.events("/api/retell/webhook", round(size.seconds * 6000))
    got = stage.measured(product, load.from_a_crowd, events, seconds=size.seconds, crowd=1000)
    bound = 1.2 * 1000 / got.per_second * 1000
    p99 = got.outcome.quantile(0.99)
    return Goal(
        id="P6", what="1,000 connections: p99 against 1.2 × (1,000 / throughput), errors",
        goal=f"≤ {bound:.0f} ms, 0", measured=f"{p99:.0f} ms, {got.outcome.errors}",
        holds=p99 <= bound and got.outcome.errors == 0,
    )  # fmt: skip


def _nothing_lost() -> Goal:
    """Every event that was acknowledged in this run has its row."""
    with scope.platform():
        stored = Delivery.objects.filter(key__contains=f"bench_{knock.RUN}_").count()
    return Goal(
        id="P6", what="rows stored by this run", goal="told", measured=f"{stored:,}", holds=None
    )
