"""P7, P9, P11: searching the diary, and sixty-four rivals for one slot."""

import concurrent.futures
import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from askpro.operations.bench import cast, floor_schema, knock, load, stage
from askpro.operations.bench.goals import Goal, Size, at_most, quantile, ratio, timed
from askpro.operations.bench.stage import Measured
from booking import availability, scheduling
from booking.models import Appointment, Customer, Service, StaffMember
from booking.periods import Period
from calls import lifecycle
from integrations.voice import retell
from tenants import actors, scope, statements
from tenants.errors import Refused
from tenants.models import Branch, Tenant


def slot_search(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P9: the next three free starts, as the diary finds them and as the caller's agent gets them."""
    now = timezone.now()
    with scope.tenant(tenant):
        service, branch = Service.objects.get(), Branch.objects.get()
        search_ms = timed(
            lambda: availability.free_slots(
                service,
                branch=branch,
                period=Period(now, now + timedelta(days=30)),
                now=now,
                limit=3,
            ),
            times=300,
        )
        month_ms = timed(
            lambda: availability.free_slots(
                service, branch=branch, period=Period(now, now + timedelta(days=30)), now=now
            ),
            times=20,
        )
    yield at_most(
        "P9", "next three starts of 20 people, search with database", search_ms, 1.0, "ms"
    )
    yield Goal(
        id="P7", what="all starts of 30 days, 20 people, with database", goal="told",
        measured=f"{month_ms:.2f} ms", holds=None,
    )  # fmt: skip
    floor_schema.fill([cast.NUMBER])
    with (
        stage.serving(knock.PRODUCT) as product,
        stage.serving(knock.FLOOR_OF_A_CALL, **knock.floor_environment()) as floor,
    ):
        for _ in range(2):  # imports, connections, plans
            for server, requests in ((product, _questions(60)), (floor, _plain_questions(60))):
                stage.measured(server, load.at_a_rate, requests, per_second=30, connections=32)
        ours: list[Measured] = []
        plain: list[Measured] = []
        first: list[Measured] = []
        bare: list[Measured] = []
        for _ in range(size.rounds):
            n = round(size.seconds * 100)
            for got, server, requests in (
                (ours, product, _questions(n)),
                (bare, floor, [load.get("/bare")] * n),
                (plain, floor, _plain_questions(n)),
                (first, product, _first_questions(n)),
            ):
                got.append(
                    stage.measured(server, load.at_a_rate, requests, per_second=100, connections=32)
                )
    for name, share, most in (("p50", 0.5, 2.5), ("p99", 0.99, 4.0)):
        what = f"function call over HTTP, {name} against bare Django"
        yield ratio("P9", what, stage.median(ours, share), stage.median(bare, share), most)
    yield Goal(
        id="P9", what="the same, asked before anything else of its call arrived, p50 / p99", goal="told",
        measured=f"{stage.median(first, 0.5):.1f} / {stage.median(first, 0.99):.1f} ms", holds=None,
    )  # fmt: skip
    yield Goal(
        id="P9", what="the floor of a question (signature, one statement, no walls) against bare Django, p50 / p99",
        goal="told", holds=None,
        measured=" / ".join(
            f"{stage.median(plain, share) / stage.median(bare, share):.2f} ×" for share in (0.5, 0.99)
        ),
    )  # fmt: skip
    cpu = statistics.median(each.cpu_us for each in ours)
    app = statistics.median(each.app_us for each in ours)
    yield Goal(
        id="P9", what="CPU of a question at 100/s (application, database)", goal="told",
        measured=f"{cpu:,.0f} µs ({app:,.0f}, {cpu - app:,.0f})", holds=None,
    )  # fmt: skip
    errors = sum(each.outcome.errors for each in (*ours, *first))
    yield at_most("P9", "errors", errors, 0, "")


def _questions(count: int) -> list[bytes]:
    """Return questions of calls that have begun: what announced them has been applied."""
    calls = [knock.call() for _ in range(count)]
    for facts in calls:
        begun = retell.function_request({"call": facts}, tool="get_context")
        with lifecycle.opened(begun.facts, now=timezone.now()):
            pass
    return [_question(facts) for facts in calls]


def _first_questions(count: int) -> list[bytes]:
    return [_question(knock.call()) for _ in range(count)]


def _plain_questions(count: int) -> list[bytes]:
    """Return the same in the words of the floor of a call."""
    content = {"number": cast.NUMBER, "day": "1"}
    return [knock.signed("/free", content) for _ in range(count)]


def _question(facts: dict[str, Any]) -> bytes:
    return knock.function(
        facts, "check_availability", service="Haarschnitt", date="so bald wie möglich"
    )


def rivals(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """P11: sixty-four at once want one slot; exactly one gets it, again and again."""
    diary = _Rivalry(tenant)
    alone = diary.waves(min(size.rivals_waves, 40), rivals=64, same_slot=False)
    together = diary.waves(size.rivals_waves, rivals=64, same_slot=True)
    winners = {wave["won"] for wave in together}
    faults = sum(wave["faults"] for wave in [*alone, *together])
    p99_alone = quantile([ms for wave in alone for ms in wave["ms"]], 0.99)
    p99_together = quantile([ms for wave in together for ms in wave["ms"]], 0.99)
    yield Goal(
        id="P11", what=f"winners in {len(together)} waves of 64 rivals", goal="exactly 1",
        measured=", ".join(str(n) for n in sorted(winners)), holds=winners == {1},
    )  # fmt: skip
    yield at_most("P11", "deadlocks and other faults", faults, 0, "")
    yield ratio("P11", "p99 of 64 rivals against 64 different slots", p99_together, p99_alone, 3.0)
    yield at_most("P11", "overlapping appointments in the diary", diary.overlaps(), 0, "")


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
        # The rivals stay, each with its connection: sixty-four logins a wave would be most of what is measured.
        with concurrent.futures.ThreadPoolExecutor(rivals) as crowd:
            waves = [self._wave(crowd, rivals, same_slot=same_slot) for _ in range(count)]
            gate = threading.Barrier(rivals)
            for leaving in [crowd.submit(_leave, gate) for _ in range(rivals)]:
                leaving.result()
        return waves

    def overlaps(self) -> int:
        with scope.tenant(self.tenant):
            number: int = statements.value(
                "SELECT count(*) FROM booking_appointment a JOIN booking_appointment b"
                " ON a.staff_member_id = b.staff_member_id AND a.id < b.id"
                " AND tstzrange(a.blocked_from, a.blocked_until) && tstzrange(b.blocked_from, b.blocked_until)"
                " WHERE a.status IN ('held','pending','confirmed','checked_in')"
                " AND b.status IN ('held','pending','confirmed','checked_in')"
            )
        return number

    def _wave(
        self, crowd: concurrent.futures.Executor, rivals: int, *, same_slot: bool
    ) -> dict[str, Any]:
        wanted = (
            [next(self._starts)] * rivals
            if same_slot
            else list(itertools.islice(self._starts, rivals))
        )
        wave: dict[str, Any] = {"won": 0, "lost": 0, "faults": 0, "ms": []}
        gate, lock = threading.Barrier(rivals), threading.Lock()

        def rival(slot: availability.Slot) -> None:
            connection.ensure_connection()
            gate.wait()
            began = time.perf_counter()
            try:
                result = self._book(slot)
            except Exception:
                result = "faults"
            with lock:
                wave[result] += 1
                wave["ms"].append((time.perf_counter() - began) * 1000)

        for booking in [crowd.submit(rival, slot) for slot in wanted]:
            booking.result()
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
            mine = Appointment.objects.filter(attendee_name="Rivale")
            mine.exclude(status="cancelled").update(status="cancelled")

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


def _leave(gate: threading.Barrier) -> None:
    gate.wait()  # so that each of the crowd closes its own connection
    connection.close()
