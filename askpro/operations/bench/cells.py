"""What is measured: each cell puts the product and its floor side by side and says which goals that decides."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from askpro.operations.bench import cast, load, stage
from askpro.operations.bench.stage import Measured, Server
from booking import availability, scheduling
from booking.models import Appointment, Customer, Service, StaffMember
from booking.periods import Period
from integrations import outbox
from integrations.models import Delivery, Message
from integrations.voice import retell
from tenants import actors, scope, statements
from tenants.errors import Refused
from tenants.models import Branch, Tenant

_run = f"{time.time_ns():x}"
_numbers = itertools.count()
_PRODUCT = "askpro.wsgi:application"
_FLOOR = "askpro.operations.bench.floor:application"
_RAW = "askpro.operations.bench.floor:raw"
_CONNECTIONS = 16


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


def acknowledgement(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P1–P6: the durable acknowledgement of a webhook against its floors."""
    with (
        stage.serving(_PRODUCT) as product,
        stage.serving(_FLOOR, **_floor_environment()) as floor,
        stage.serving(_RAW, **_floor_environment()) as raw,
        stage.serving(_FLOOR, BENCH_MIDDLEWARE="1", **_floor_environment()) as usual,
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
            _saturated(server, _events(path, 400), size)  # imports, pools, plans
        for _ in range(size.rounds):
            for name, (server, path) in ways.items():
                events = _events(path, round(size.seconds * 9000))
                got[name].append(_saturated(server, events, size))
            events = _events("/api/retell/webhook", 2000)
            _saturated(product, events, size)
            repeated.append(_saturated(product, events * 8, size))
        yield from _judged_acknowledgement(got, repeated)
        yield from _latency(product, floor, size)
        yield _crowd(product, size)
    yield _nothing_lost()


def slot_search(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P9: the next three free starts, as the diary finds them and as the caller's agent gets them."""
    now = timezone.now()
    with scope.tenant(tenant):
        service, branch = Service.objects.get(), Branch.objects.get()
        search_ms = _timed(
            lambda: availability.free_slots(
                service,
                branch=branch,
                period=Period(now, now + timedelta(days=30)),
                now=now,
                limit=3,
            ),
            times=300,
        )
        month_ms = _timed(
            lambda: availability.free_slots(
                service, branch=branch, period=Period(now, now + timedelta(days=30)), now=now
            ),
            times=20,
        )
    yield _at_most(
        "P9", "next three starts of 20 people, search with database", search_ms, 1.0, "ms"
    )
    yield Goal(
        id="P7", what="all starts of 30 days, 20 people, with database", goal="told",
        measured=f"{month_ms:.2f} ms", holds=None,
    )  # fmt: skip
    with (
        stage.serving(_PRODUCT) as product,
        stage.serving(_FLOOR, **_floor_environment()) as floor,
    ):
        n = round(size.seconds * 100)
        asked = [
            _function("check_availability", service="Haarschnitt", date="so bald wie möglich")
            for _ in range(n)
        ]
        ours = stage.measured(product, load.at_a_rate, asked, per_second=100, connections=32)
        bare = stage.measured(
            floor, load.at_a_rate, [load.get("/bare")] * n, per_second=100, connections=32
        )
    yield _ratio(
        "P9",
        "function call over HTTP, p50 against bare Django",
        ours.outcome.quantile(0.5),
        bare.outcome.quantile(0.5),
        2.5,
    )
    yield _ratio(
        "P9",
        "function call over HTTP, p99 against bare Django",
        ours.outcome.quantile(0.99),
        bare.outcome.quantile(0.99),
        4.0,
    )
    yield _at_most("P9", "errors", ours.outcome.errors, 0, "")


def rivals(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P11: sixty-four at once want one slot; exactly one gets it, again and again."""
    diary = _Rivalry(tenant)
    alone = diary.waves(size.rivals_waves, rivals=64, same_slot=False)
    together = diary.waves(size.rivals_waves, rivals=64, same_slot=True)
    winners = {wave["won"] for wave in together}
    faults = sum(wave["faults"] for wave in [*alone, *together])
    p99_alone = _quantile([ms for wave in alone for ms in wave["ms"]], 0.99)
    p99_together = _quantile([ms for wave in together for ms in wave["ms"]], 0.99)
    yield Goal(
        id="P11", what=f"winners in {len(together)} waves of 64 rivals", goal="exactly 1",
        measured=", ".join(str(n) for n in sorted(winners)), holds=winners == {1},
    )  # fmt: skip
    yield _at_most("P11", "deadlocks and other faults", faults, 0, "")
    yield _ratio("P11", "p99 of 64 rivals against 64 different slots", p99_together, p99_alone, 3.0)
    yield _at_most("P11", "overlapping appointments in the diary", diary.overlaps(), 0, "")


def core_flow(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P12: webhook, availability, booking, webhook, fifty callers a second."""
    from askpro.operations.bench import flow

    with stage.serving(_PRODUCT) as product:
        stage.elsewhere(
            flow.run, product.port, settings.RETELL_API_KEY, cast.NUMBER, f"{_run}w", 20, 1.0
        )
        slow = stage.elsewhere(
            flow.run,
            product.port,
            settings.RETELL_API_KEY,
            cast.NUMBER,
            f"{_run}a",
            50,
            size.flows / 50,
        )
        fast = stage.elsewhere(
            flow.run,
            product.port,
            settings.RETELL_API_KEY,
            cast.NUMBER,
            f"{_run}b",
            110,
            size.flows / 50,
        )
    wrong = _booked_but_not_stored(slow["told"] + fast["told"], tenant)
    yield _at_most("P12", "p50 of a whole flow at 50/s", _quantile(slow["ms"], 0.5), 25, "ms")
    yield Goal(
        id="P12", what="p99 of a whole flow at 50/s", goal="told",
        measured=f"{_quantile(slow['ms'], 0.99):.1f} ms", holds=None,
    )  # fmt: skip
    yield _at_least("P12", "flows finished per second on this machine", fast["per_second"], 100, "")
    yield _at_most("P12", "errors", len(slow["bad"]) + len(fast["bad"]), 0, "")
    yield _at_most("P12", "told as booked without a row", wrong, 0, "")


def hand_over(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P14: what it costs a request to hand work over, against Celery's own way."""
    from askpro import celery  # the configured application; a task alone would look for another broker
    from askpro.operations import tasks

    tasks.carry_all.bind(celery.app)
    delays = _timed(
        lambda: tasks.carry_all.apply_async(queue="bench", ignore_result=True), times=400
    )
    with scope.tenant(tenant):
        rows = _timed(lambda: _owe_a_message(tenant), times=400)
        transaction.set_rollback(True)
    yield _ratio("P14", "outbox row inside a transaction against .delay()", rows, delays, 0.35)
    yield Goal(
        id="P14", what="the same, in microseconds", goal="≤ 0.1 × wanted",
        measured=f"{rows * 1000:.0f} against {delays * 1000:.0f} µs", holds=None,
    )  # fmt: skip


def walls(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P17: what row-level security costs a list of fifty calls over HTTP."""
    secret = cast.key_for(tenant, now=timezone.now())
    page = load.get("/api/calls?per_page=50", {"X-API-Key": secret})
    with_wall: list[float] = []
    without: list[float] = []
    with stage.serving(_PRODUCT, API_RATE="1000000/min") as product:
        for _ in range(size.rounds):
            for figures, enabled in ((with_wall, True), (without, False)):
                _policy(enabled=enabled)
                got = stage.measured(
                    product, load.as_fast_as_possible, [page] * 4000,
                    seconds=size.seconds, connections=8,
                )  # fmt: skip
                figures.append(got.cpu_us)
    _policy(enabled=True)
    wall, bare = statistics.median(with_wall), statistics.median(without)
    set_us = _timed(lambda: _one_scope(tenant), times=500) * 1000
    begin_us = _timed(_one_transaction, times=500) * 1000
    yield _ratio("P17", "list of 50 over HTTP: CPU with policy against without", wall, bare, 1.05)
    extra = max(0.0, wall - bare) + max(0.0, set_us - begin_us)
    yield _at_most("P17", "whole wall as a share of the request's CPU", 100 * extra / wall, 8, "%")


CELLS: dict[str, Callable[[Tenant, Size], Iterator[Goal]]] = {
    "ack": acknowledgement,
    "slots": slot_search,
    "rivals": rivals,
    "flow": core_flow,
    "hand-over": hand_over,
    "walls": walls,
}


# --- Loads -------------------------------------------------------------------------------------


def _floor_environment() -> dict[str, str]:
    database = settings.DATABASES["owner"]
    url = (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}"
    )
    return {
        "DATABASE_URL": url,
        "BENCH_SIGNING_KEY": settings.RETELL_API_KEY,
        "DJANGO_SETTINGS_MODULE": "",
    }


def _signed(path: str, content: dict[str, Any]) -> bytes:
    body = orjson.dumps(content)
    signature = retell.sign(body, key=settings.RETELL_API_KEY, now_ms=time.time_ns() // 1_000_000)
    return load.post(path, body, {"X-Retell-Signature": signature})


def _call(**facts: Any) -> dict[str, Any]:
    return {
        "call_id": f"bench_{_run}_{next(_numbers):08d}", "call_type": "phone_call",
        "direction": "inbound", "from_number": "+491713920042", "to_number": cast.NUMBER, **facts,
    }  # fmt: skip


def _events(path: str, count: int) -> list[bytes]:
    """Return signed events of different calls, about two kilobytes each."""
    transcript = "Agent: Guten Tag. User: Ich hätte gern einen Termin. " * 34
    return [
        _signed(path, {"event": "call_analyzed", "call": _call(transcript=transcript)})
        for _ in range(count)
    ]


def _function(tool: str, **arguments: str) -> bytes:
    return _signed(
        f"/api/retell/functions/{tool}", {"name": tool, "call": _call(), "args": arguments}
    )


def _saturated(server: Server, requests: list[bytes], size: Size) -> Measured:
    return stage.measured(
        server, load.as_fast_as_possible, requests, seconds=size.seconds, connections=_CONNECTIONS
    )


# --- Judgements ----------------------------------------------------------------------------------


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
    yield _at_least(
        "P1", "throughput against the floor", rate["product"] / rate["floor"], 0.60, "×"
    )
    yield _at_least(
        "P1", "throughput against the usual way", rate["product"] / rate["usual"], 3.0, "×"
    )
    yield _ratio("P2", "CPU against the floor", cpu["product"], cpu["floor"], 1.6)
    again = statistics.median(each.cpu_us for each in repeated)
    yield _ratio("P4", "CPU of a repetition against a first delivery", again, cpu["product"], 0.7)
    yield _at_least(
        "P5", "floor against the same without Django", rate["floor"] / rate["raw"], 0.55, "×"
    )
    errors = sum(each.outcome.errors for cells in got.values() for each in cells)
    yield _at_most("P1", "errors", errors, 0, "")


def _split(cells: list[Measured]) -> str:
    app = statistics.median(each.app_us for each in cells)
    database = statistics.median(each.database_us for each in cells)
    return f"application {app:,.0f}, database {database:,.0f}"


def _latency(product: Server, floor: Server, size: Size) -> Iterator[Goal]:
    n = round(size.seconds * 200)
    ours = stage.measured(
        product, load.at_a_rate, _events("/api/retell/webhook", n), per_second=100, connections=32
    )
    bare = stage.measured(
        floor, load.at_a_rate, [load.get("/bare")] * n, per_second=100, connections=32
    )
    yield _ratio(
        "P3",
        "p50 at 100/s against bare Django",
        ours.outcome.quantile(0.5),
        bare.outcome.quantile(0.5),
        2.5,
    )
    yield _ratio(
        "P3",
        "p99 at 100/s against bare Django",
        ours.outcome.quantile(0.99),
        bare.outcome.quantile(0.99),
        3.0,
    )


def _crowd(product: Server, size: Size) -> Goal:
    events = _events("/api/retell/webhook", round(size.seconds * 6000))
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
        stored = Delivery.objects.filter(key__contains=f"bench_{_run}_").count()
    return Goal(
        id="P6", what="rows stored by this run", goal="told", measured=f"{stored:,}", holds=None
    )


def _ratio(id_: str, what: str, ours: float, floor: float, most: float) -> Goal:
    return Goal(
        id=id_, what=what, goal=f"≤ {most:g} ×", measured=f"{ours / floor:.2f} × ({ours:.3g} / {floor:.3g})",
        holds=ours <= most * floor,
    )  # fmt: skip


def _at_most(id_: str, what: str, value: float, most: float, unit: str) -> Goal:
    return Goal(
        id=id_, what=what, goal=f"≤ {most:g} {unit}".strip(), measured=f"{value:.3g} {unit}".strip(),
        holds=value <= most,
    )  # fmt: skip


def _at_least(id_: str, what: str, value: float, least: float, unit: str) -> Goal:
    return Goal(
        id=id_, what=what, goal=f"≥ {least:g} {unit}".strip(), measured=f"{value:.3g} {unit}".strip(),
        holds=value >= least,
    )  # fmt: skip


def _quantile(values: list[float], share: float) -> float:
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def _timed(work: Callable[[], Any], *, times: int) -> float:
    """Return the median duration in milliseconds."""
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        durations.append((time.perf_counter() - began) * 1000)
    return statistics.median(durations)


# --- Rivals ----------------------------------------------------------------------------------------


class _Rivalry:
    """Waves of bookings on a service of its own, far enough ahead to be free."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        with scope.tenant(tenant):
            self.service, self.branch = Service.objects.get(), Branch.objects.get()
            self.team = list(StaffMember.objects.order_by("pk"))
            self.customer = Customer.objects.order_by("pk")[0]
        self.now = timezone.now()
        self._starts = self._free_starts()

    def waves(self, count: int, *, rivals: int, same_slot: bool) -> list[dict[str, Any]]:
        return [self._wave(rivals, same_slot=same_slot) for _ in range(count)]

    def overlaps(self) -> int:
        with scope.tenant(self.tenant):
            row = statements.run(
                "SELECT count(*) FROM booking_appointment a JOIN booking_appointment b"
                " ON a.staff_member_id = b.staff_member_id AND a.id < b.id"
                " AND tstzrange(a.blocked_from, a.blocked_until) && tstzrange(b.blocked_from, b.blocked_until)"
                " WHERE a.status IN ('held','pending','confirmed','checked_in')"
                " AND b.status IN ('held','pending','confirmed','checked_in')"
            ).fetchone()
        number: int = row[0]
        return number

    def _wave(self, rivals: int, *, same_slot: bool) -> dict[str, Any]:
        wanted = (
            [next(self._starts)] * rivals
            if same_slot
            else list(itertools.islice(self._starts, rivals))
        )
        wave: dict[str, Any] = {"won": 0, "lost": 0, "faults": 0, "ms": []}
        gate, lock = threading.Barrier(rivals), threading.Lock()

        def rival(slot: availability.Slot) -> None:
            gate.wait()
            began = time.perf_counter()
            try:
                result = self._book(slot)
            except Exception:
                result = "faults"
            finally:
                close_old_connections()
                connection.close()
            with lock:
                wave[result] += 1
                wave["ms"].append((time.perf_counter() - began) * 1000)

        threads = [threading.Thread(target=rival, args=(slot,)) for slot in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._clear()
        return wave

    def _book(self, slot: availability.Slot) -> str:
        with scope.tenant(self.tenant):
            try:
                scheduling.book(
                    self.service,
                    branch=self.branch,
                    staff_member=StaffMember(
                        pk=slot.staff_member_id, tenant=self.tenant, branch=self.branch
                    ),
                    starts_at=slot.starts_at,
                    customer=self.customer,
                    attendee_name="Rivale",
                    source=Appointment.Source.API,
                    by=actors.system("bench"),
                    now=self.now,
                )
            except Refused:
                return "lost"
        return "won"

    def _clear(self) -> None:
        with scope.tenant(self.tenant):
            Appointment.objects.filter(attendee_name="Rivale").update(status="cancelled")

    def _free_starts(self) -> Iterator[availability.Slot]:
        with scope.tenant(self.tenant):
            found = availability.free_slots(
                self.service,
                branch=self.branch,
                period=Period(self.now, self.now + timedelta(days=30)),
                now=self.now,
                every=True,
            )
        return itertools.cycle(found[::2])


def _booked_but_not_stored(told: list[str], tenant: Tenant) -> int:
    with scope.tenant(tenant):
        stored = set(
            statements.run(
                "SELECT c.external_id FROM booking_appointment a JOIN calls_call c ON c.id = a.call_number"
                " WHERE a.tenant_id = %s AND a.status = 'confirmed'",
                (tenant.pk,),
            ).fetchall()
        )
    return sum((call_id,) not in stored for call_id in told)


def _owe_a_message(tenant: Tenant) -> Message | None:
    return outbox.say_once(
        tenant_id=tenant.pk,
        key=f"bench:{_run}:{next(_numbers)}",
        channel="email",
        topic="benchmark",
        recipient="erika@example.org",
        subject="Benchmark",
        body="",
        about=None,
        now=timezone.now(),
    )


def _policy(*, enabled: bool) -> None:
    """Switch row-level security of the calls off and on again, as the owner of the table."""
    from django.db import connections

    verb = "ENABLE" if enabled else "DISABLE"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE calls_call {verb} ROW LEVEL SECURITY")
    connections["owner"].close()


def _one_scope(tenant: Tenant) -> None:
    with scope.tenant(tenant):
        pass


def _one_transaction() -> None:
    with transaction.atomic():
        statements.run("SELECT 1")
