"""P7, P8, P9: searching a month of 1, 20 and 200 people, next to the plain way over the same rows."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connections
from django.utils import timezone

from askpro.operations.bench.goals import Goal, Size, ratio, timed
from booking import availability
from booking.models import Appointment, Customer, Service, Skill, StaffMember, WorkingHours
from booking.periods import Period
from tenants import scope, statements
from tenants.models import Branch, Tenant

_ZONE = ZoneInfo("Europe/Berlin")
_DAYS, _STEP, _LENGTH = 30, 15, 30
# Cal.com's and Easy!Appointments' own code on the same work took 56, 677, 6,350 and 31, 608, 8,440 ms.
_MONTH_MS = {1: 0.51, 20: 6.08, 200: 63.5}
_LINES_MS = {20: 0.677, 200: 6.35}


class Business(NamedTuple):
    tenant: Tenant
    service: Service
    branch: Branch
    now: datetime
    first: datetime

    def period(self, days: int = _DAYS) -> Period:
        return Period(self.first, self.first + timedelta(days=days))


def month_search(tenant: Tenant, size: Size) -> Iterator[Goal]:
    """All starts of a month, half taken, with database: as slots, and as starts whose people are chosen when asked for."""
    month: dict[tuple[int, int], float] = {}
    for people in (1, 20, 200):
        business = enter(people)
        with scope.tenant(business.tenant):
            yield from _search(business, people, month, times=round(10 * size.seconds) + 5)
    yield ratio("P7", "ten times the people", month[200, 30], month[20, 30], 12.0)
    yield ratio("P7", "twice the days", month[20, 60], month[20, 30], 2.5)


def _search(
    business: Business, people: int, month: dict[tuple[int, int], float], *, times: int
) -> Iterator[Goal]:
    ask: dict[str, Any] = {"branch": business.branch, "now": business.now}
    slots = availability.free_slots(business.service, period=business.period(), **ask)
    plain = _plain_way(business)
    yield Goal(
        id="P7", what=f"{people} people: the same starts as the plain way", goal="identical",
        measured=f"{len(slots)} starts", holds=[slot.starts_at for slot in slots] == plain,
    )  # fmt: skip
    searches = {}
    for days in (30, 60):
        period = business.period(days)
        searches[days] = _clocked(
            partial(availability.free_slots, business.service, period=period, **ask), times=times
        )
        month[people, days] = statistics.median(searches[days])
    floor = timed(lambda: _plain_way(business), times=max(times // 3, 3))
    yield _within("P7", f"{people} people, 30 days, as slots", searches[30], _MONTH_MS[people])
    yield Goal(
        id="P7", what=f"{people} people: against rows and intervals in plain Python", goal="told",
        measured=f"{month[people, 30] / floor:.2f} × ({month[people, 30]:.3g} / {floor:.3g})", holds=None,
    )  # fmt: skip
    if people in _LINES_MS:
        opened = _clocked(lambda: _starts(business), times=times)
        what = f"{people} people, 30 days, starts from stored lines"
        yield _within("P8", what, opened, _LINES_MS[people])
    next_three = _clocked(
        partial(
            availability.free_slots, business.service, period=business.period(), limit=3, **ask
        ),
        times=times * 3,
    )
    if people <= 20:
        yield _within("P9", f"{people} people: next three starts", next_three, 1.0)


def _within(id_: str, what: str, durations: list[float], most: float) -> Goal:
    """Return the goal of a median; the fastest one tells what the neighbours on the machine cost."""
    median = statistics.median(durations)
    return Goal(
        id=id_, what=what, goal=f"≤ {most:g} ms", holds=median <= most,
        measured=f"{median:.3g} ms (fastest {min(durations):.3g})",
    )  # fmt: skip


def _clocked(work: Callable[[], Any], *, times: int) -> list[float]:
    """Return each duration in milliseconds, after two that warm up."""
    durations = []
    for _ in range(times + 2):
        began = time.perf_counter()
        work()
        durations.append((time.perf_counter() - began) * 1000)
    return durations[2:]


def _starts(business: Business) -> list[datetime]:
    found = availability.openings(
        business.service, branch=business.branch, period=business.period(), now=business.now
    )
    return [] if found is None else found.starts


# --- The plain way: fetch the rows, walk along the intervals --------------------------------------


def _plain_way(business: Business) -> list[datetime]:
    period = business.period()
    rows = statements.run(
        "SELECT staff_member_id, blocked_from, blocked_until FROM booking_appointment"
        " WHERE tenant_id = %s AND status IN ('held','pending','confirmed','checked_in')"
        " AND blocked_from < %s AND blocked_until > %s ORDER BY staff_member_id, blocked_from",
        (business.tenant.pk, period.end, period.start),
    ).fetchall()
    windows = _windows(period.start, _DAYS)
    diaries: dict[int, list[tuple[datetime, datetime]]] = {}
    for person, start, end in rows:
        diaries.setdefault(person, []).append((start, end))
    found: set[datetime] = set()
    for busy in diaries.values():
        found.update(_free(windows, busy))
    return sorted(found)


def _free(
    windows: list[tuple[datetime, datetime]], busy: list[tuple[datetime, datetime]]
) -> Iterator[datetime]:
    step, length, place = timedelta(minutes=_STEP), timedelta(minutes=_LENGTH), 0
    for opens, closes in windows:
        start = opens
        while start + length <= closes:
            while place < len(busy) and busy[place][1] <= start:
                place += 1
            if place == len(busy) or busy[place][0] >= start + length:
                yield start
            start += step


# --- Who plays --------------------------------------------------------------------------------------


def enter(people: int) -> Business:
    """Return a business of so many people whose month is half taken, made at the first run."""
    now = timezone.now()
    slug = f"benchmark-search-{people}"
    with scope.platform():
        tenant = Tenant.objects.filter(slug=slug).first()
        is_new = tenant is None
        tenant = tenant or Tenant.objects.create(name=f"Benchmark, {people} people", slug=slug)
    with scope.tenant(tenant):
        if is_new:
            _furnish(tenant, people, now)
        branch, service = Branch.objects.get(), Service.objects.get()
        begun = Appointment.objects.order_by("starts_at")[0].starts_at.astimezone(_ZONE)
    if is_new:
        with connections["owner"].cursor() as cursor:
            # What autovacuum does within minutes; until then plans are made for empty tables.
            cursor.execute(
                "VACUUM ANALYZE booking_appointment, booking_takenline, booking_staffmember,"
                " booking_skill, booking_workinghours"
            )
    first = begun.replace(hour=0, minute=0)
    # The clock of the search stands where the diary was made, so that every run does the same work.
    return Business(tenant, service, branch, first - timedelta(days=2), first)


def _windows(first: datetime, days: int) -> list[tuple[datetime, datetime]]:
    """Return nine to twelve and one to five of each day."""
    found = []
    for number in range(days):
        day = first.astimezone(_ZONE).date() + timedelta(days=number)
        for opens, closes in ((9, 12), (13, 17)):
            found.append(
                (
                    datetime(day.year, day.month, day.day, opens, tzinfo=_ZONE).astimezone(UTC),
                    datetime(day.year, day.month, day.day, closes, tzinfo=_ZONE).astimezone(UTC),
                )
            )
    return found


def _furnish(tenant: Tenant, people: int, now: datetime) -> None:
    dice = random.Random(11)  # noqa: S311 — repeatable, guards nothing
    branch = Branch.objects.create(
        tenant=tenant,
        name="Filiale",
        state="BE",
        closes_on_holidays=False,
        time_zone="Europe/Berlin",
    )
    service = Service.objects.create(tenant=tenant, name="Haarschnitt", duration_minutes=_LENGTH)
    customer = Customer.objects.create(tenant=tenant, name="Erika Mustermann")
    for weekday in range(1, 8):
        for opens, closes in ((9 * 60, 12 * 60), (13 * 60, 17 * 60)):
            WorkingHours.objects.create(
                tenant=tenant,
                branch=branch,
                weekday=weekday,
                from_minute=opens,
                until_minute=closes,
            )
    first = (
        (now + timedelta(days=2))
        .astimezone(_ZONE)
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
    rows = []
    for number in range(people):
        person = StaffMember.objects.create(
            tenant=tenant, branch=branch, name=f"Person {number:03d}"
        )
        Skill.objects.create(tenant=tenant, staff_member=person, service=service)
        for starts_at, ends_at in _half_taken(first, dice):
            rows.append(
                Appointment(
                    tenant=tenant, branch=branch, service=service, staff_member=person, customer=customer,
                    attendee_name=customer.name, starts_at=starts_at, ends_at=ends_at,
                    blocked_from=starts_at, blocked_until=ends_at,
                    status=Appointment.Status.CONFIRMED, source=Appointment.Source.BACK_OFFICE,
                )
            )  # fmt: skip
    Appointment.objects.bulk_create(rows, batch_size=2000)


def _half_taken(first: datetime, dice: random.Random) -> Iterator[tuple[datetime, datetime]]:
    """Yield appointments of 15 to 60 minutes that take a little less than half of the time."""
    for opens, closes in _windows(first, _DAYS):
        start = opens
        while start < closes:
            if dice.random() < 0.2857:
                end = min(start + timedelta(minutes=dice.choice((15, 30, 45, 60))), closes)
                yield start, end
                start = end
            else:
                start += timedelta(minutes=15)
