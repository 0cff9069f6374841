"""The lines that the database keeps of what is taken are what the appointments say, whatever becomes of them."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from booking import bitmaps, taken
from booking.models import Appointment, StaffMember, TakenLine
from booking.rulers import COARSE, FINE, Ruler
from booking.searching import Seeker
from tenants import scope, statements
from tenants.models import Tenant
from tests import factories
from tests.booking import scenes
from tests.booking.diary import a_day, at, quarters, starts

# The first day of a line of 28 days, so that appointments lie across its beginning.
EDGE = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=28 * 743)
BOOKED = ("pending", "confirmed", "checked_in")


def _cells(tenant: Tenant, people: list[StaffMember], now: datetime) -> list[int] | None:
    """What the kept lines say of six weeks around the edge."""
    base = int((EDGE - timedelta(days=21)).timestamp()) // 60
    who = Seeker(now, [], None)
    with scope.tenant(tenant):
        ids = [each.pk for each in people]
        kept = bitmaps.lines(tenant.pk, ids, who, Ruler(base, 42 * 288, COARSE))
        assert bitmaps.differences() == []
        minutes = taken.lines(tenant.pk, ids, who, Ruler(base, 42 * 1440, FINE))
    if kept is not None:
        assert [_stretched(line) for line in kept] == minutes
    return kept


def _stretched(line: int) -> int:
    """Return a line of cells as a line of minutes."""
    return int("".join(bit * 5 for bit in f"{line:b}"), 2)


class Fate:
    """What becomes of appointments by chance, some of it not allowed."""

    def __init__(self, salon: Tenant, *, seed: int) -> None:
        self.dice = random.Random(seed)
        self.people = [factories.staff_of(salon, name) for name in ("Jana", "Mira")]
        self.colour = factories.service_of(salon, "Färben")
        scenes.change(self.colour, processing_after_minutes=30, processing_minutes=30)
        self.course = factories.make_service(salon, name="Kurs", duration_minutes=60, seats=3)
        self.simple = factories.service_of(salon, "Haarschnitt")
        self.rows: list[Appointment] = []
        self.acts: list[Callable[[], None]] = [
            self.book, self.book, self.join, self.move, self.end, self.end, self.delete,
        ]  # fmt: skip

    def act(self) -> None:
        try:
            with transaction.atomic():
                (self.dice.choice(self.acts) if self.rows else self.book)()
        except IntegrityError:  # the time is taken, or the state does not follow
            self.rows = list(Appointment.objects.order_by("pk"))

    def book(self) -> None:
        starts_at = EDGE + timedelta(minutes=5 * self.dice.randrange(-2000, 2000))
        service = self.dice.choice([self.simple, self.colour])
        self.rows.append(scenes.appointment(self.dice.choice(self.people), service, starts_at))

    def join(self) -> None:
        jana, starts_at = self.people[0], EDGE + timedelta(hours=self.dice.randrange(-99, 99))
        session = scenes.session(jana, self.course, starts_at)
        for _ in range(self.dice.randrange(1, 4)):
            self.rows.append(scenes.appointment(jana, self.course, starts_at, session=session))

    def move(self) -> None:
        row = self.dice.choice(self.rows)
        if row.session_id is None:
            by = timedelta(minutes=5 * self.dice.randrange(-400, 400))
            _shift(row, by, to=self.dice.choice(self.people))

    def end(self) -> None:
        row = self.dice.choice(self.rows)
        if row.status in BOOKED:
            row.status = self.dice.choice(["cancelled", "completed", "no_show", "checked_in"])
            row.save()

    def delete(self) -> None:
        self.rows.pop(self.dice.randrange(len(self.rows))).delete()


@pytest.mark.parametrize("seed", range(4))
def test_the_lines_follow_whatever_becomes_of_appointments(
    salon: Tenant, now: datetime, seed: int
) -> None:
    fate = Fate(salon, seed=seed)

    with scope.tenant(salon):
        for _ in range(40):
            fate.act()
        assert Appointment.objects.filter(status__in=BOOKED).exists()

    assert _cells(salon, fate.people, now) is not None


def _shift(row: Appointment, by: timedelta, *, to: StaffMember) -> None:
    row.staff_member = to
    for name in (
        "starts_at", "ends_at", "blocked_from", "blocked_until", "processing_from", "processing_until",
    ):  # fmt: skip
        if getattr(row, name) is not None:
            setattr(row, name, getattr(row, name) + by)
    row.save()


def test_a_line_that_is_there_is_drawn_on_up_to_its_ends(salon: Tenant, now: datetime) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    day = factories.make_service(salon, name="Ganztags", duration_minutes=720)
    scenes.change(day, buffer_before_minutes=360, buffer_after_minutes=360)
    for at_first in (timedelta(days=-10), timedelta(days=10)):
        scenes.appointment(jana, cut, EDGE + at_first)

    for service, starts_at in ((day, EDGE - timedelta(hours=18)), (cut, EDGE)):
        scenes.appointment(jana, service, starts_at)

    # Counted from 21 days before the edge in cells of five minutes: half an hour is six ones, a day is 288.
    half_an_hour, whole_day = 0b111111, 2**288 - 1
    assert _cells(salon, [jana], now) == [
        half_an_hour << 11 * 288 | whole_day << 20 * 288 | half_an_hour << 21 * 288 | half_an_hour << 31 * 288
    ]  # fmt: skip


def test_holds_are_seen_and_not_kept(salon: Tenant, now: datetime) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    hold = scenes.hold(jana, cut, EDGE, until=now + timedelta(minutes=5))

    assert _cells(salon, [jana], now) != [0]
    assert _cells(salon, [jana], now + timedelta(minutes=5)) == [0]
    with scope.tenant(salon):
        assert not TakenLine.objects.exists()
        hold.status, hold.hold_expires_at = "confirmed", None
        hold.customer = factories.make_customer(salon)
        hold.save()
    assert _cells(salon, [jana], now + timedelta(minutes=5)) != [0]


def test_the_last_seat_gives_the_time_back(salon: Tenant, now: datetime) -> None:
    jana = factories.staff_of(salon, "Jana")
    course = factories.make_service(salon, name="Kurs", duration_minutes=60, seats=3)
    session = scenes.session(jana, course, EDGE)
    rows = [scenes.appointment(jana, course, EDGE, session=session) for _ in range(2)]

    for row, is_free in zip(rows, (False, True), strict=True):
        with scope.tenant(salon):
            row.status = "cancelled"
            row.save()
        assert (_cells(salon, [jana], now) == [0]) == is_free


def test_what_is_not_on_the_raster_is_read_from_the_appointments(
    salon: Tenant, now: datetime
) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    scenes.change(cut, buffer_after_minutes=7)
    row = scenes.appointment(jana, cut, EDGE)
    assert _cells(salon, [jana], now) is None

    with scope.tenant(salon):
        row.delete()
    assert _cells(salon, [jana], now) == [0]


def test_a_wrong_line_is_found_and_drawn_again(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    scenes.appointment(jana, cut, at("2026-11-24", "10:00"))
    call_command("check_taken_lines")
    with scope.tenant(salon):
        statements.run("UPDATE booking_takenline SET cells = cells << 1")

    with pytest.raises(CommandError, match="1 lines"):
        call_command("check_taken_lines")
    call_command("check_taken_lines", rebuild=True)
    call_command("check_taken_lines")


def test_an_appointment_is_of_a_business_that_exists(salon: Tenant, now: datetime) -> None:
    """No key of the row says so itself: its branch is of the same business, and the branch's business exists."""
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    row = scenes.appointment(jana, cut, EDGE)

    refused = pytest.raises(IntegrityError, match="branch_id_same_tenant")
    with scope.platform(), refused, transaction.atomic():
        statements.run(
            "UPDATE booking_appointment SET tenant_id = gen_random_uuid() WHERE id = %s", [row.pk]
        )
        statements.run("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_neighbour_sees_no_line(salon: Tenant, neighbour: Tenant, now: datetime) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    scenes.appointment(jana, cut, EDGE)

    assert _cells(neighbour, [jana], now) == [0]


@pytest.fixture
def from_lines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the same from the lines as from the appointments; here it must come from the lines."""

    def never(*_args: object, **_named: object) -> list[int]:
        raise AssertionError("the appointments were read")

    monkeypatch.setattr(taken, "lines", never)


def _offered(salon: Tenant, now: datetime) -> list[str]:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    return starts(salon, cut, period=a_day("2026-11-24"), now=now, staff_member=jana)


@pytest.mark.usefixtures("from_lines_alone")
def test_a_service_for_one_is_searched_in_the_lines(salon: Tenant, now: datetime) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    scenes.appointment(jana, cut, at("2026-11-24", "10:00"))

    assert _offered(salon, now) == [*quarters("09:00", "09:30"), *quarters("10:30", "16:30")]


@pytest.mark.usefixtures("from_lines_alone")
def test_time_off_and_closures_by_the_minute_leave_the_lines_in_use(
    salon: Tenant, now: datetime
) -> None:
    branch, jana = factories.branch_of(salon), factories.staff_of(salon, "Jana")
    day = "2026-11-24"
    factories.make_time_off(
        branch, starts_at=at(day, "11:03"), ends_at=at(day, "11:58"), staff_member=jana
    )
    factories.make_time_off(branch, starts_at=at(day, "14:59"), ends_at=at(day, "15:01"))

    # 10:30 is over at eleven and 14:15 at a quarter to three; 12:00 and 15:15 begin when all is over.
    assert _offered(salon, now) == [
        *quarters("09:00", "10:30"), *quarters("12:00", "14:15"), *quarters("15:15", "16:30"),
    ]  # fmt: skip


@pytest.mark.usefixtures("from_lines_alone")
def test_hours_by_the_minute_leave_the_lines_in_use(salon: Tenant, now: datetime) -> None:
    branch = factories.branch_of(salon)
    # Two shifts that follow each other are one: nothing is lost between them.
    scenes.hours(branch, "2026-11-24", (9 + 3 / 60, 12 + 3 / 60), (12 + 3 / 60, 16 + 58 / 60))

    assert _offered(salon, now) == quarters("09:15", "16:15")


@pytest.mark.usefixtures("from_lines_alone")
def test_resources_leave_the_lines_in_use(salon: Tenant, now: datetime) -> None:
    branch, mira = factories.branch_of(salon), factories.staff_of(salon, "Mira")
    room = scenes.resource(branch, "Raum")
    scenes.needs(factories.service_of(salon, "Haarschnitt"), "all", room)
    long = factories.make_service(salon, name="Lang", duration_minutes=33)
    scenes.use(scenes.appointment(mira, long, at("2026-11-24", "10:00")), room)

    assert _offered(salon, now) == [*quarters("09:00", "09:30"), *quarters("10:45", "16:30")]


@pytest.mark.usefixtures("from_lines_alone")
def test_seats_leave_the_lines_in_use(salon: Tenant, now: datetime) -> None:
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    scenes.change(cut, seats=3)
    ten = at("2026-11-24", "10:00")
    scenes.appointment(jana, cut, ten, session=scenes.session(jana, cut, ten))

    # The session can be joined at ten, and nothing else begins while it lasts.
    expected = [*quarters("09:00", "09:30"), "10:00", *quarters("10:30", "16:30")]
    assert _offered(salon, now) == expected


def test_who_avoids_gaps_measures_them_by_the_minute(salon: Tenant, now: datetime) -> None:
    """Three minutes before somebody leaves are a gap, though the five minutes in which they lie are not free."""
    branch, jana = factories.branch_of(salon), factories.staff_of(salon, "Jana")
    cut, day = factories.service_of(salon, "Haarschnitt"), "2026-11-24"
    scenes.change(cut, step_minutes=30)
    scenes.hours(branch, day, (9 + 10 / 60, 17))
    factories.make_time_off(
        branch, starts_at=at(day, "10:33"), ends_at=at(day, "17:00"), staff_member=jana
    )

    offered = starts(
        salon,
        cut,
        period=a_day(day),
        now=now,
        staff_member=jana,
        limit=1,
        avoiding_gaps=True,
    )

    # 9:30 leaves twenty minutes before it. 10:00 would leave three behind it, so the first start stays the first.
    assert offered == ["09:30"]
