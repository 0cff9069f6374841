"""P10: writing appointments into different diaries, next to a unique key and to the usual way of locking."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection, connections

from askpro.operations.bench import search
from askpro.operations.bench.goals import Goal, Size, at_least
from booking.models import Appointment, Customer, StaffMember
from tenants import scope
from tenants.models import Tenant

_CLIENTS, _WARM = 32, 10
_HALF_AN_HOUR = timedelta(minutes=30)
# The lower bound: the same row, under a unique key and nothing else.
_NO_FLOORS = "DROP TABLE IF EXISTS bench_unique, bench_walled"
_FLOORS = """
CREATE TABLE bench_unique (LIKE booking_appointment INCLUDING IDENTITY, UNIQUE (staff_member_id, starts_at));
CREATE TABLE bench_walled (
  LIKE booking_appointment INCLUDING IDENTITY INCLUDING CONSTRAINTS INCLUDING INDEXES, UNIQUE (staff_member_id, starts_at));
ALTER TABLE bench_walled ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON bench_unique, bench_walled TO PUBLIC;
"""
# What a copy of a table does not take with it, and what it is to do without: only the unique key says no there.
_WALLS = """
SELECT format('ALTER TABLE bench_walled ADD %s', pg_get_constraintdef(oid)) FROM pg_constraint
WHERE conrelid = 'booking_appointment'::regclass AND contype = 'f'
UNION ALL
SELECT format('ALTER TABLE bench_walled DROP CONSTRAINT %I', conname) FROM pg_constraint
WHERE conrelid = 'bench_walled'::regclass AND contype = 'x'
UNION ALL
SELECT format('CREATE POLICY %I ON bench_walled USING (%s) WITH CHECK (%s)', polname,
  pg_get_expr(polqual, polrelid), pg_get_expr(coalesce(polwithcheck, polqual), polrelid))
FROM pg_policy WHERE polrelid = 'booking_appointment'::regclass
"""
_BOOKED = """
INSERT INTO booking_appointment (
  tenant_id, branch_id, service_id, customer_id, staff_member_id, starts_at, ends_at, blocked_from, blocked_until,
  attendee_name, seats, status, source, notes, is_waived, version, confirmed_at, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'P10', 1, 'confirmed', 'api', '', false, 0, now(), now(), now())
ON CONFLICT DO NOTHING
"""
_UNIQUE = _BOOKED.replace("booking_appointment", "bench_unique")
_WALLED = _BOOKED.replace("booking_appointment", "bench_walled")
# The usual way, on the real table.
_LOCK = "SELECT id FROM booking_staffmember WHERE id = %s FOR UPDATE"
_LOOK = """
SELECT id FROM booking_appointment
WHERE staff_member_id = %s AND status IN ('held', 'pending', 'confirmed', 'checked_in')
  AND blocked_from < %s AND blocked_until > %s LIMIT 1
"""

Write = Callable[["psycopg.AsyncConnection[Any]", int, Any], Awaitable[None]]


def different_slots(_: Tenant, size: Size) -> Iterator[Goal]:
    """Rows of the real table with every constraint, wall and trigger, the line of what is taken among them."""
    business = search.enter(200)
    tenant = business.tenant
    _build_floors()
    with scope.tenant(tenant):
        people = list(StaffMember.objects.order_by("pk").values_list("pk", flat=True)[:_CLIENTS])
        # Nobody books with thirty-two people at a time.
        guests = [Customer.objects.create(tenant=tenant, name="P10") for _ in people]
    of = (tenant.pk, business.branch.pk, business.service.pk)
    who = {person: (*of, guest.pk, person) for person, guest in zip(people, guests, strict=True)}
    far = business.first + timedelta(days=400)
    ways = {
        "product": _one_statement(_BOOKED, who),
        "unique": _one_statement(_UNIQUE, who),
        "walled": _one_statement(_WALLED, who),
        "usual": _usual(who),
    }
    counts: dict[str, list[float]] = {name: [] for name in ways}
    for turn, (name, way) in itertools.product(range(size.rounds), ways.items()):
        # The two that write into the same table want different days.
        starts = far + timedelta(days=100 * (2 * turn + (name == "usual")))
        load = _everybody(str(tenant.pk), people, starts, way, size.seconds)
        counts[name].append(asyncio.run(load))
    _tear_down()
    with scope.tenant(tenant):
        Appointment.objects.filter(attendee_name="P10").delete()
        Customer.objects.filter(name="P10").delete()
    product, unique, walled, usual = (sorted(counts[name])[size.rounds // 2] for name in ways)
    yield at_least(
        "P10",
        f"rows a second against a unique key ({product:.0f} / {unique:.0f})",
        product / unique,
        0.5,
        "×",
    )
    yield Goal(
        id="P10",
        what=f"the same, where the unique key's row has our walls and keys as well ({product:.0f} / {walled:.0f})",
        goal="told", measured=f"{product / walled:.3g} ×", holds=None,
    )  # fmt: skip
    yield at_least(
        "P10",
        f"rows a second against FOR UPDATE, look, insert ({product:.0f} / {usual:.0f})",
        product / usual,
        3.0,
        "×",
    )


def _build_floors() -> None:
    _tear_down()
    with connections["owner"].cursor() as cursor:
        cursor.execute(_FLOORS)
        cursor.execute(_WALLS)
        for (wall,) in cursor.fetchall():
            cursor.execute(wall)


def _tear_down() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_NO_FLOORS)


async def _everybody(
    tenant_id: str, people: list[int], first: Any, way: Write, seconds: float
) -> float:
    """Return how many rows a second everybody wrote together, each into a diary of their own.

    As in production the connections stand, and their plans are made, before the clock starts.
    """

    async def one(driver: "psycopg.AsyncConnection[Any]", person: int) -> int:
        for number in range(_WARM):
            await way(driver, person, first + number * _HALF_AN_HOUR)
        await warm.wait()
        written, stop = 0, time.perf_counter() + seconds
        while time.perf_counter() < stop:
            await way(driver, person, first + (_WARM + written) * _HALF_AN_HOUR)
            written += 1
        return written

    warm = asyncio.Barrier(len(people) + 1)
    async with AsyncExitStack() as stack:
        drivers = [await stack.enter_async_context(_connected(tenant_id)) for _ in people]
        writers = [
            asyncio.create_task(one(driver, person))
            for driver, person in zip(drivers, people, strict=True)
        ]
        await warm.wait()
        began = time.perf_counter()
        written = await asyncio.gather(*writers)
        return sum(written) / (time.perf_counter() - began)


@asynccontextmanager
async def _connected(tenant_id: str) -> "AsyncIterator[psycopg.AsyncConnection[Any]]":
    params = connection.get_connection_params()
    known = {
        name: params[name]
        for name in ("dbname", "user", "password", "host", "port", "options")
        if params.get(name)
    }
    driver = await psycopg.AsyncConnection.connect(**known, autocommit=True, prepare_threshold=1)
    try:
        await driver.execute("SELECT set_config('app.tenant', %s, false)", (tenant_id,))
        yield driver
    finally:
        await driver.close()


def _one_statement(sql: str, who: dict[int, tuple[Any, ...]]) -> Write:
    async def write(driver: "psycopg.AsyncConnection[Any]", person: int, starts_at: Any) -> None:
        ends_at = starts_at + _HALF_AN_HOUR
        await driver.execute(sql, (*who[person], starts_at, ends_at, starts_at, ends_at))

    return write


def _usual(who: dict[int, tuple[Any, ...]]) -> Write:
    insert = _one_statement(_BOOKED, who)

    async def write(driver: "psycopg.AsyncConnection[Any]", person: int, starts_at: Any) -> None:
        async with driver.transaction():
            await driver.execute(_LOCK, (person,))
            looked = await driver.execute(_LOOK, (person, starts_at + _HALF_AN_HOUR, starts_at))
            if await looked.fetchone() is None:
                await insert(driver, person, starts_at)

    return write
