"""A small town of invented businesses, one for each template, made for one rehearsal and gone after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from booking import availability, customers, scheduling
from booking.models import Appointment, Service, ServiceAlias, Skill, StaffMember, WorkingHours
from booking.periods import Period
from calls.models import Agent
from calls.simulator.persona import name_of, number_of
from tenants import actors, scope
from tenants.models import Branch, PhoneNumber, Tenant

_NAMESPACE = UUID("0f3b8c1a-55a1-4c58-9a5b-2d1f6c1f7e10")
_WEEK = (1, 2, 3, 4, 5)
_REGULARS = 12
Offer = tuple[str, int, int | None, tuple[str, ...]]  # name, minutes, cents, other names


@dataclass(frozen=True, kw_only=True)
class Business:
    """What a business of the town offers, and how callers speak of it (as said, as the bare words)."""

    template: str
    name: str
    industry: str
    staff: Sequence[str]
    offers: Sequence[Offer]
    errands: Sequence[tuple[str, str]]
    house: int = 1  # which of several businesses of this kind

    @property
    def slug(self) -> str:
        return f"probe-{self.template}-{self.house}"

    @property
    def tenant_id(self) -> UUID:
        return uuid5(_NAMESPACE, self.slug)


_T = Agent.Template
TOWN = (
    Business(
        template=_T.SALON, name="Salon Probe", industry=Tenant.Industry.SALON,
        staff=("Jana Berger", "Mira Yilmaz", "Tom Richter"),
        offers=(
            ("Haarschnitt", 30, 3500, ("Haare schneiden", "Schneiden")),
            ("Färben", 90, 8900, ("Haare färben", "Farbe")),
            ("Waschen und Föhnen", 30, 2500, ("Föhnen",)),
        ),
        errands=(("zum Haareschneiden", "Haare schneiden"), ("zum Färben", "Färben"), ("für einen Haarschnitt", "Haarschnitt")),
    ),
    Business(
        template=_T.PRACTICE, name="Praxis Probe", industry=Tenant.Industry.PRACTICE,
        staff=("Dr. Anna Lindner", "Dr. Karim Haddad"),
        offers=(
            ("Sprechstunde", 15, None, ("Arzttermin", "Untersuchung")),
            ("Vorsorgeuntersuchung", 45, None, ("Vorsorge",)),
            ("Impfung", 15, None, ("Impftermin",)),
        ),
        errands=(("für die Sprechstunde", "Sprechstunde"), ("zur Vorsorge", "Vorsorge"), ("zur Impfung", "Impfung")),
    ),
    Business(
        template=_T.CONSULTANCY, name="Beratung Probe", industry=Tenant.Industry.CONSULTANCY,
        staff=("Ole Hansen", "Frieda Petersen"),
        offers=(("Erstgespräch", 30, 0, ("Kennenlernen",)), ("Beratungsgespräch", 60, 15000, ("Beratung",))),
        errands=(("zum Kennenlernen", "Erstgespräch"), ("für eine Beratung", "Beratung")),
    ),
    Business(
        template=_T.PHYSIOTHERAPY, name="Physio Probe", industry=Tenant.Industry.OTHER,
        staff=("Lea Hoffmann", "Deniz Aydin", "Sabine Vogt"),
        offers=(
            ("Krankengymnastik", 20, 2800, ("KG",)),
            ("Manuelle Therapie", 30, 3600, ("MT",)),
            ("Lymphdrainage", 45, 4500, ()),
        ),
        errands=(("zur Krankengymnastik", "Krankengymnastik"), ("zur Lymphdrainage", "Lymphdrainage"), ("zur manuellen Therapie", "manuelle Therapie")),
    ),
    Business(
        template=_T.WORKSHOP, name="Werkstatt Probe", industry=Tenant.Industry.OTHER,
        staff=("Ralf Sommer", "Nadja Winter"),
        offers=(("Inspektion", 60, 14900, ("Durchsicht",)), ("Ölwechsel", 30, 7900, ("Öl wechseln",)), ("Reifenwechsel", 30, 3900, ("Räder wechseln",))),
        errands=(("zur Inspektion", "Inspektion"), ("zum Ölwechsel", "Ölwechsel"), ("zum Reifenwechsel", "Reifenwechsel")),
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Regular:
    """Somebody who has an appointment already."""

    name: str
    phone: str
    service: str


def build(business: Business, *, number: str, now: datetime) -> list[Regular]:
    """Make a business with this number (E.164) and return its regular customers. A transaction must be open."""
    with scope.tenant(business.tenant_id):
        tenant = Tenant.objects.create(
            pk=business.tenant_id,
            name=business.name,
            slug=business.slug,
            industry=business.industry,
        )
        branch = Branch.objects.create(
            tenant=tenant, name="Hauptstelle", city="Berlin", state="BE", time_zone="Europe/Berlin"
        )
        PhoneNumber.objects.create(tenant=tenant, branch=branch, number=number, is_primary=True)
        Agent.objects.create(tenant=tenant, branch=branch, template=business.template)
        for weekday in _WEEK:
            WorkingHours.objects.create(
                tenant=tenant, branch=branch, weekday=weekday, from_minute=8 * 60, until_minute=18 * 60
            )  # fmt: skip
        services = [_service(tenant, offer) for offer in business.offers]
        for name in business.staff:
            person = StaffMember.objects.create(tenant=tenant, branch=branch, name=name)
            for service in services:
                Skill.objects.create(tenant=tenant, staff_member=person, service=service)
        return [_regular(place, branch, services, now=now) for place in range(_REGULARS)]


def _service(tenant: Tenant, offer: Offer) -> Service:
    name, minutes, cents, aliases = offer
    service = Service.objects.create(
        tenant=tenant, name=name, duration_minutes=minutes, price_cents=cents
    )
    for alias in aliases:
        ServiceAlias.objects.create(tenant=tenant, service=service, alias=alias)
    return service


def _regular(place: int, branch: Branch, services: list[Service], *, now: datetime) -> Regular:
    phone = number_of(place * 8)
    service = services[place % len(services)]
    start = now + timedelta(days=7 + place)
    period = Period(start, start + timedelta(days=5))
    slot = availability.free_slots(service, branch=branch, period=period, now=now, limit=1)[0]
    facts: dict[str, Any] = {"name": name_of(phone), "phone": phone, "email": None}
    scheduling.book(
        service,
        branch=branch,
        staff_member=StaffMember.objects.get(pk=slot.staff_member_id),
        starts_at=slot.starts_at,
        customer=customers.find_or_create(now=now, **facts),
        attendee_name=facts["name"],
        source=Appointment.Source.BACK_OFFICE,
        by=actors.system("rehearsal"),
        now=now,
    )
    return Regular(name=facts["name"], phone=phone, service=service.name)
