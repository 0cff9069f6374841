"""The proof that two diaries agree: random edits on both sides, with webhooks lost, doubled and out of order, and an API
that fails in every way; then one comparison, and a count.

It works in a business of its own, which is switched off afterwards, against the imitation of Cal.com.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from booking import customers, scheduling
from booking.calendars import connecting, deciding, hearing, reconciling, settling
from booking.models import (
    Appointment,
    AppointmentChange,
    CalendarLink,
    CalendarReview,
    Service,
    Skill,
    StaffMember,
    TimeOff,
    WorkingHours,
)
from integrations import credentials, delivery, inbox
from integrations.calendars import calcom_webhook, imitation_door
from integrations.calendars.imitation import Booking, Fired, Imitation, No
from integrations.calendars.imitation_wire import Trouble, played
from integrations.errors import ProviderError
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant

_BY = actors.system("proof")
_NAMES = ("Jana", "Mira")
_DAYS, _STEPS_A_DAY = 12, 16
_HALF_AN_HOUR = timedelta(minutes=30)
# Longer than any wait between two attempts.
_LATER = timedelta(hours=2)
_MOST_ROUNDS = 40


@dataclass(kw_only=True)
class Outcome:
    """What was counted. Everything but the edits has to be zero; `shown` are the conflicts that a person saw."""

    edits: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    overlaps: int = 0
    disagreements: list[str] = field(default_factory=list)
    orphans: int = 0
    echoes: int = 0
    left_waiting: int = 0

    @property
    def holds(self) -> bool:
        wrong = self.overlaps + self.orphans + self.echoes + self.left_waiting
        return not wrong and not self.disagreements


@dataclass(kw_only=True)
class _World:
    """Both sides, the clock, and what is on its way between them."""

    tenant_id: UUID
    branch: Branch
    service: Service
    people: list[StaffMember]
    house: Imitation
    dice: random.Random
    now: datetime
    outcome: Outcome
    has_troubles: bool = True
    on_its_way: list[Fired] = field(default_factory=list)

    def trouble(self) -> Trouble | None:
        if not self.has_troubles or self.dice.random() > 0.15:
            return None
        trouble = self.dice.choice(list(Trouble))
        self.outcome.troubles[trouble] += 1
        return trouble

    def a_start(self) -> datetime:
        day = (self.now + timedelta(days=3)).replace(hour=8, minute=0, second=0, microsecond=0)
        return day + timedelta(
            days=self.dice.randrange(_DAYS), minutes=30 * self.dice.randrange(_STEPS_A_DAY)
        )


def prove(*, edits: int, seed: int, now: datetime) -> Outcome:
    """Edit both sides at random, compare once, and count. Must be called with no transaction open."""
    dice = random.Random(seed)  # noqa: S311 — repeatable on purpose
    outcome = Outcome()
    with _stage(dice, outcome, now=now) as world:
        for _ in range(edits):
            _edit(world)
            _let_some_of_it_happen(world)
        world.has_troubles = False
        _come_to_rest(world)
        _judge(world)
        _decide_everything(world)
        _judge(world)
        _judge_strictly(world)
    return outcome


# --- The stage ----------------------------------------------------------------------------------------------


@contextmanager
def _stage(dice: random.Random, outcome: Outcome, *, now: datetime) -> Iterator[_World]:
    tenant = _business()
    key = f"cal_live_{uuid.uuid4().hex}"
    world: _World
    house = Imitation(key=key, clock=lambda: world.now)
    team = house.add_team(tenant.name, tenant.slug)
    for name in _NAMES:
        house.add_user(name, f"{name.lower()}@proof.example", team_id=team)
    secret = settings.CALCOM_WEBHOOK_SECRET
    settings.CALCOM_WEBHOOK_SECRET = secret or "proof"
    try:
        with scope.tenant(tenant):
            credentials.store(tenant.pk, provider="calcom", secret=key, by=_BY, now=now)
            world = _World(
                tenant_id=tenant.pk,
                branch=Branch.objects.get(),
                service=Service.objects.get(),
                people=list(StaffMember.objects.order_by("pk")),
                house=house,
                dice=dice,
                now=now,
                outcome=outcome,
                has_troubles=False,
            )
        with played(house, dice=world.trouble):
            connecting.connect(tenant.pk, is_personal=False, by=_BY, now=now)
            world.has_troubles = True
            yield world
    finally:
        settings.CALCOM_WEBHOOK_SECRET = secret
        with scope.platform():
            Tenant.objects.filter(pk=tenant.pk).update(is_active=False)


def _business() -> Tenant:
    mark = uuid.uuid4().hex[:8]
    with scope.platform():
        tenant = Tenant.objects.create(name=f"Beweis {mark}", slug=f"beweis-{mark}")
    with scope.tenant(tenant):
        branch = Branch.objects.create(tenant=tenant, name="Haus", time_zone="Europe/Berlin")
        service = Service.objects.create(
            tenant=tenant, name="Termin", duration_minutes=30, step_minutes=30, min_notice_minutes=0
        )
        for weekday in range(1, 8):
            WorkingHours.objects.create(
                tenant=tenant, branch=branch, weekday=weekday, from_minute=0, until_minute=1440
            )
        for name in _NAMES:
            person = StaffMember.objects.create(tenant=tenant, branch=branch, name=name)
            Skill.objects.create(tenant=tenant, staff_member=person, service=service)
    return tenant


# --- Edits -----------------------------------------------------------------------------------------------------


def _edit(world: _World) -> None:
    ours = {"we book": _we_book, "we move": _we_move, "we cancel": _we_cancel}
    theirs = {"they book": _they_book, "they move": _they_move, "they cancel": _they_cancel}
    theirs["they block"] = _they_block
    every = {**ours, **theirs}
    weights = [3, 3, 1, 3, 3, 1, 1]
    name = world.dice.choices(list(every), weights=weights)[0]
    try:
        if every[name](world):
            world.outcome.edits[name] += 1
    except (Refused, No):
        world.outcome.edits["refused at once"] += 1
    world.now += timedelta(seconds=world.dice.randint(1, 90))
    world.on_its_way += world.house.fired
    world.house.fired.clear()


def _we_book(world: _World) -> bool:
    with scope.tenant(world.tenant_id):
        customer = customers.find_or_create(
            name="Erika Mustermann", phone=None, email=None, now=world.now
        )
        scheduling.book(
            world.service,
            branch=world.branch,
            staff_member=world.dice.choice(world.people),
            starts_at=world.a_start(),
            customer=customer,
            attendee_name="Erika Mustermann",
            source=Appointment.Source.BACK_OFFICE,
            by=_BY,
            now=world.now,
        )
    return True


def _we_move(world: _World) -> bool:
    with scope.tenant(world.tenant_id):
        appointment = _one_of_ours(world)
        if appointment is None:
            return False
        scheduling.reschedule(
            appointment, starts_at=world.a_start(), by=_BY, source="back_office", now=world.now
        )
    return True


def _we_cancel(world: _World) -> bool:
    with scope.tenant(world.tenant_id):
        appointment = _one_of_ours(world)
        if appointment is None:
            return False
        scheduling.cancel(appointment, by=_BY, source="back_office", now=world.now)
    return True


def _one_of_ours(world: _World) -> Appointment | None:
    active = Appointment.objects.filter(status__in=Appointment.ACTIVE).order_by("pk")
    numbers = list(active.values_list("pk", flat=True))
    if not numbers:
        return None
    return scheduling.appointment_for(world.tenant_id, world.dice.choice(numbers))


def _they_book(world: _World) -> bool:
    kinds = [e for e in world.house.event_types.values() if e.title.startswith("Termin bei")]
    _host_books(world, world.dice.choice(kinds).id)
    return True


def _they_block(world: _World) -> bool:
    kind = next(e for e in world.house.event_types.values() if e.slug == "30min")
    _host_books(world, kind.id)
    return True


def _host_books(world: _World, kind: int) -> Booking:
    return world.house.host_books(
        kind, starts_at=world.a_start(), name="Anna Beispiel", email="anna@example.org"
    )


def _they_move(world: _World) -> bool:
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    world.house.host_moves(booking.uid, starts_at=world.a_start())
    return True


def _they_cancel(world: _World) -> bool:
    booking = _one_of_theirs(world)
    if booking is None:
        return False
    world.house.host_cancels(booking.uid)
    return True


def _one_of_theirs(world: _World) -> Booking | None:
    active = [each for each in world.house.bookings.values() if each.is_active]
    return world.dice.choice(active) if active else None


# --- What happens in between -----------------------------------------------------------------------------


def _let_some_of_it_happen(world: _World) -> None:
    dice = world.dice
    world.on_its_way += world.house.fired
    world.house.fired.clear()
    dice.shuffle(world.on_its_way)
    for _ in range(dice.randint(0, 3)):
        if not world.on_its_way:
            break
        fired = world.on_its_way.pop()
        fate = dice.random()
        if fate < 0.15:
            world.outcome.edits["webhook lost"] += 1
            continue
        if fate < 0.3:
            world.outcome.edits["webhook doubled"] += 1
            world.on_its_way.append(fired)
        _receive(world, fired)
    for _ in range(dice.randint(0, 3)):
        _carry(world)


def _receive(world: _World, fired: Fired) -> None:
    """Record a webhook as the door does once its signature was verified."""
    body, headers = imitation_door.webhook(fired, world.house)
    secret = calcom_webhook.secret_of(world.tenant_id, secret=settings.CALCOM_WEBHOOK_SECRET)
    if not calcom_webhook.is_signed(body, headers["X-Cal-Signature-256"], secrets=[secret]):
        raise AssertionError("the imitation signs with another secret")
    outside = calcom_webhook.envelope_of(body, business=world.tenant_id)
    inbox.record("calcom", key=outside.key, kind=outside.kind, body=body, external_id=outside.about)


def _carry(world: _World) -> bool:
    moment = max(world.now, datetime.now(UTC))
    is_out = delivery.deliver_next(moment)
    is_folded = settling.settle_next(now=world.now)
    is_in = inbox.apply_next("calcom", partial(hearing.apply, now=world.now), now=moment)
    return is_out or is_folded or is_in


def _come_to_rest(world: _World) -> None:
    """Compare, carry everything, and wait for what waits, until nothing happens any more."""
    world.on_its_way.clear()  # what was not delivered by now is lost
    for _ in range(_MOST_ROUNDS):
        world.now += _LATER
        while _carry(world):
            pass
        for fired in world.house.fired:
            _receive(world, fired)
        world.house.fired.clear()
        try:
            report = reconciling.sync(world.tenant_id, now=world.now)
        except ProviderError:
            continue
        rested = report is not None and not report.changed and not report.told
        if not _carry(world) and rested and not world.house.fired:
            return


def _decide_everything(world: _World) -> None:
    """Let a person decide each conflict: at random, and where one side is impossible, for the other."""
    for _ in range(_MOST_ROUNDS):
        with scope.tenant(world.tenant_id):
            reviews = list(CalendarReview.objects.filter(resolved_at=None).order_by("pk"))
        if not reviews:
            return
        world.outcome.shown += len(reviews)
        for review in reviews:
            with scope.tenant(world.tenant_id):
                _decide(world, review)
        _come_to_rest(world)


def _decide(world: _World, review: CalendarReview) -> None:
    if world.dice.random() < 0.5:
        try:
            deciding.take_theirs(review, by=_BY, now=world.now)
        except Refused:
            deciding.keep_ours(review, by=_BY, now=world.now)
    else:
        deciding.keep_ours(review, by=_BY, now=world.now)


# --- Judging ----------------------------------------------------------------------------------------------------


def _judge(world: _World) -> None:
    """Count what is wrong: what stands on one side only and is not shown to anybody."""
    outcome = world.outcome
    writes = sum(1 for each in world.house.bookings.values())
    with scope.tenant(world.tenant_id):
        before = AppointmentChange.objects.count()
        shown = set(
            CalendarReview.objects.filter(resolved_at=None).values_list("link_id", flat=True)
        )
        links = list(CalendarLink.objects.select_related("appointment__staff_member"))
        rows = list(
            Appointment.objects.filter(
                status__in=Appointment.ACTIVE, starts_at__gt=world.now
            ).select_related("staff_member")
        )
        blocks = set(TimeOff.objects.values_list("starts_at", "staff_member__name"))
    there = {
        (each.starts_at, world.house.users[each.host].name): each
        for each in world.house.bookings.values()
        if each.is_active and each.starts_at > world.now
    }
    here = {(row.starts_at, row.staff_member.name) for row in rows}
    excused = {each.theirs_uid for each in links if each.pk in shown}
    mine = {each.appointment_id for each in links if each.pk in shown}
    for row in rows:
        if (row.starts_at, row.staff_member.name) not in there and row.pk not in mine:
            outcome.disagreements.append(f"only ours: {row.starts_at} {row.staff_member}")
        if row.status == Appointment.Status.PENDING and row.pk not in mine:
            outcome.left_waiting += 1
    for place, booking in there.items():
        if place not in here and place not in blocks and booking.uid not in excused:
            outcome.disagreements.append(f"only theirs: {place}")
    known = {each.theirs_uid for each in links}
    outcome.orphans += sum(1 for each in there.values() if each.uid not in known)
    outcome.overlaps += len(rows) - len(here)
    _come_to_rest(world)
    with scope.tenant(world.tenant_id):
        after = AppointmentChange.objects.count()
    # At rest nothing may be answered with anything: an echo would show as a change or a booking.
    outcome.echoes += abs(after - before) + len(world.house.bookings) - writes


def _judge_strictly(world: _World) -> None:
    """After every decision nothing is left to decide."""
    with scope.tenant(world.tenant_id):
        left = CalendarReview.objects.filter(resolved_at=None).count()
        unsettled = CalendarLink.objects.filter(
            Q(appointment__starts_at__gt=world.now) & ~Q(state=CalendarLink.State.AGREED)
        ).count()
    if left or unsettled:
        world.outcome.disagreements.append(f"{left} to decide, {unsettled} unsettled")
