"""The stage on which two diaries are edited: a business of its own, its account in an imitation of Cal.com, one clock."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from booking.calendars import connecting
from booking.models import Service, Skill, StaffMember, WorkingHours
from integrations import credentials
from integrations.calendars.imitation import Fired, Imitation
from integrations.calendars.imitation_wire import Trouble, played
from tenants import actors, scope
from tenants.models import Branch, Tenant

BY = actors.system("proof")
_NAMES = ("Jana", "Mira")
_DAYS, _STEPS_A_DAY = 12, 16


@dataclass(kw_only=True)
class Outcome:
    """What was counted. Everything but edits and troubles has to be zero; `shown` are conflicts that a person saw."""

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


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Which link both sides disagree about, and since when."""

    link: int
    appointment: int
    at: datetime


@dataclass(kw_only=True)
class World:
    """Both sides, the clock, and what is on its way between them.

    `may_write` counts what our own edits and decisions allow us to write there: whatever goes beyond it is an echo.
    """

    tenant_id: UUID
    branch: Branch
    service: Service
    people: list[StaffMember]
    house: Imitation
    dice: random.Random
    now: datetime
    outcome: Outcome
    has_troubles: bool = False
    on_its_way: list[Fired] = field(default_factory=list)
    # What was changed on both sides in different ways, by the first uid there: it has to be shown to somebody.
    contested: dict[str, Contest] = field(default_factory=dict)
    may_write: int = 0
    written: int = 0

    def trouble(self) -> Trouble | None:
        if not self.has_troubles or self.dice.random() > 0.15:
            return None
        trouble = self.dice.choice(list(Trouble))
        self.outcome.troubles[trouble] += 1
        return trouble

    def root_of(self, uid: str) -> str:
        """Return the first uid of what was moved again and again."""
        while replaced := self.house.bookings[uid].replaces:
            uid = replaced
        return uid

    def note(self, method: str, status: int) -> None:
        """Count what we wrote there."""
        self.written += method == "POST" and status < 300

    def a_start(self) -> datetime:
        """Return one of a few hundred times, so that both sides meet at some of them."""
        day = (self.now + timedelta(days=3)).replace(hour=8, minute=0, second=0, microsecond=0)
        return day + timedelta(
            days=self.dice.randrange(_DAYS), minutes=30 * self.dice.randrange(_STEPS_A_DAY)
        )


@contextmanager
def stage(dice: random.Random, outcome: Outcome, *, now: datetime) -> Iterator[World]:
    """Make a business, connect it with an account at the imitation, and switch it off afterwards."""
    tenant = _business()
    key = f"cal_live_{uuid.uuid4().hex}"
    world: World
    house = Imitation(key=key, clock=lambda: world.now)
    team = house.add_team(tenant.name, tenant.slug)
    for name in _NAMES:
        house.add_user(name, f"{name.lower()}@proof.example", team_id=team)
    secret, is_on = settings.CALCOM_WEBHOOK_SECRET, settings.CALCOM_ENABLED
    settings.CALCOM_WEBHOOK_SECRET, settings.CALCOM_ENABLED = secret or "proof", True
    try:
        with scope.tenant(tenant):
            credentials.store(tenant.pk, provider="calcom", secret=key, by=BY, now=now)
            world = World(
                tenant_id=tenant.pk,
                branch=Branch.objects.get(),
                service=Service.objects.get(),
                people=list(StaffMember.objects.order_by("pk")),
                house=house,
                dice=dice,
                now=now,
                outcome=outcome,
            )
        with played(house, dice=world.trouble, note=world.note):
            connecting.connect(tenant.pk, is_personal=False, by=BY, now=now)
            world.has_troubles, world.written = True, 0
            yield world
    finally:
        settings.CALCOM_WEBHOOK_SECRET, settings.CALCOM_ENABLED = secret, is_on
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
