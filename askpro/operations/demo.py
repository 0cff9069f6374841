"""Three invented businesses, so that a fresh installation can be called, clicked and queried.

Their ids follow from their short names, so seeding again finds them and leaves them as they have become since. Names,
numbers and addresses belong to nobody: the numbers come from the ranges kept free for fiction.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID, uuid5

from booking import availability, scheduling
from booking.models import (
    Appointment,
    Customer,
    Service,
    ServiceAlias,
    Skill,
    StaffMember,
    TimeOff,
    WorkingHours,
)
from booking.periods import Period
from tenants import actors, scope
from tenants.models import Branch, Membership, PhoneNumber, Tenant, User

_NAMESPACE = UUID("5b0f2f0e-6f0c-4a5e-9d6e-0a1f6f5d2a11")
_APPOINTMENTS = 8
_MON_FRI = (1, 2, 3, 4, 5)
Hours = tuple[Sequence[int], str, str]  # weekdays, from, until


@dataclass(frozen=True, kw_only=True)
class _Offer:
    """A service with the words by which callers mean it, and who does it (nobody named: everybody)."""

    name: str
    minutes: int
    cents: int | None
    aliases: Sequence[str] = ()
    by: Sequence[str] = ()
    before: int = 0
    after: int = 0


@dataclass(frozen=True, kw_only=True)
class _Place:
    name: str
    street: str
    postcode: str
    city: str
    state: str
    number: str
    hours: Sequence[Hours]
    staff: Sequence[str]
    own_hours: dict[str, Sequence[Hours]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Business:
    slug: str
    name: str
    industry: str
    places: Sequence[_Place]
    offers: Sequence[_Offer]
    customers_numbers: str  # pattern for the numbers of the customers


BUSINESSES = (
    _Business(
        slug="salon-sonnenschein",
        name="Salon Sonnenschein",
        industry=Tenant.Industry.SALON,
        customers_numbers="+493023125{:03d}",
        places=(
            _Place(
                name="Hauptfiliale",
                street="Sonnenallee 12",
                postcode="12047",
                city="Berlin",
                state="BE",
                number="+493023125777",
                hours=(
                    ((2, 3, 4, 5), "09:00", "12:30"),
                    ((2, 3, 4, 5), "13:00", "19:00"),
                    ((1,), "10:00", "16:00"),
                    ((6,), "09:00", "14:00"),
                ),
                staff=("Jana Berger", "Mira Yilmaz", "Tom Richter", "Lea Hoffmann"),
                own_hours={
                    "Lea Hoffmann": (((2, 4), "09:00", "14:00"), ((6,), "09:00", "14:00")),
                    "Tom Richter": (((1, 2, 3, 4, 5), "11:00", "19:00"),),
                },
            ),
        ),
        offers=(
            _Offer(name="Haarschnitt", minutes=30, cents=3500, after=5,
                   aliases=("Haare schneiden", "Haareschneiden", "Schneiden", "Herrenschnitt")),
            _Offer(name="Waschen, Schneiden, Föhnen", minutes=60, cents=5200, after=5,
                   aliases=("Damenschnitt", "Haarschnitt mit Waschen"),
                   by=("Jana Berger", "Mira Yilmaz", "Lea Hoffmann")),
            _Offer(name="Waschen und Föhnen", minutes=30, cents=2500, aliases=("Föhnen",)),
            _Offer(name="Färben", minutes=90, cents=8900, after=10,
                   aliases=("Haare färben", "Farbe", "Coloration"),
                   by=("Jana Berger", "Mira Yilmaz")),
            _Offer(name="Strähnen", minutes=120, cents=11900, after=10,
                   aliases=("Strähnchen", "Highlights"), by=("Jana Berger",)),
            _Offer(name="Bartpflege", minutes=30, cents=2200,
                   aliases=("Bart schneiden", "Rasur"), by=("Tom Richter",)),
        ),
    ),
    _Business(
        slug="praxis-dr-lindner",
        name="Praxis Dr. Lindner",
        industry=Tenant.Industry.PRACTICE,
        customers_numbers="+498999998{:03d}",
        places=(
            _Place(
                name="Praxis Schwabing",
                street="Isarweg 3",
                postcode="80801",
                city="München",
                state="BY",
                number="+498999998100",
                hours=(
                    (_MON_FRI, "08:00", "12:00"),
                    ((1, 2, 4), "14:00", "18:00"),
                ),
                staff=("Dr. Anna Lindner", "Dr. Karim Haddad", "Sabine Vogt"),
                own_hours={
                    "Dr. Karim Haddad": (((1, 3, 5), "08:00", "12:00"), ((1,), "14:00", "18:00")),
                },
            ),
        ),
        offers=(
            _Offer(name="Sprechstunde", minutes=15, cents=None,
                   aliases=("Arzttermin", "Untersuchung", "Arzt"),
                   by=("Dr. Anna Lindner", "Dr. Karim Haddad")),
            _Offer(name="Vorsorgeuntersuchung", minutes=45, cents=None, after=5,
                   aliases=("Vorsorge", "Gesundheitscheck", "Check-up"),
                   by=("Dr. Anna Lindner", "Dr. Karim Haddad")),
            _Offer(name="Kontrolltermin", minutes=15, cents=None,
                   aliases=("Kontrolle", "Nachkontrolle"),
                   by=("Dr. Anna Lindner", "Dr. Karim Haddad")),
            _Offer(name="Impfung", minutes=15, cents=None, after=5, aliases=("Impftermin", "impfen")),
            _Offer(name="Blutabnahme", minutes=10, cents=None, after=5,
                   aliases=("Blut abnehmen", "Labor"), by=("Sabine Vogt",)),
        ),
    ),
    _Business(
        slug="beratung-hansen",
        name="Beratung Hansen",
        industry=Tenant.Industry.CONSULTANCY,
        customers_numbers="+494066969{:03d}",
        places=(
            _Place(
                name="Büro Hamburg",
                street="Elbkai 40",
                postcode="20457",
                city="Hamburg",
                state="HH",
                number="+494066969200",
                hours=((_MON_FRI, "09:00", "12:00"), (_MON_FRI, "13:00", "17:00")),
                staff=("Ole Hansen", "Frieda Petersen", "Deniz Aydin"),
                own_hours={
                    "Frieda Petersen": (((1, 2, 3), "09:00", "12:00"), ((1, 2, 3), "13:00", "17:00")),
                },
            ),
        ),
        offers=(
            _Offer(name="Erstgespräch", minutes=30, cents=0, after=15,
                   aliases=("Kennenlernen", "Kennenlerngespräch", "erstes Gespräch")),
            _Offer(name="Beratungsgespräch", minutes=60, cents=15000, before=5, after=10,
                   aliases=("Beratung", "Termin zur Beratung")),
            _Offer(name="Steuerberatung", minutes=60, cents=18000, after=10,
                   aliases=("Steuern", "Steuererklärung"), by=("Ole Hansen",)),
            _Offer(name="Workshop", minutes=180, cents=60000, before=15, after=15,
                   aliases=("Seminar",), by=("Ole Hansen", "Deniz Aydin")),
        ),
    ),
)  # fmt: skip

_FIRST_NAMES = (
    "Amelie", "Burak", "Carla", "Detlef", "Elif", "Friedrich", "Greta", "Hakan", "Ines", "Jonas",
    "Karla", "Lorenz", "Mathilda",
)  # fmt: skip
_LAST_NAMES = (
    "Albrecht", "Böhm", "Cetin", "Dietrich", "Engel", "Fuchs", "Günther", "Hübner", "Ilic", "Jäger",
    "König", "Lorenz", "Mayer",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """What stands in the database for one business after seeding."""

    name: str
    number: str
    services: int
    staff: int
    customers: int
    appointments: int
    is_new: bool


def seed(*, now: datetime, email: str, password: str) -> list[Seeded]:
    """Make the demo businesses that are missing, and the person who sees them all."""
    if email and password and not User.objects.filter(email__iexact=email).exists():
        User.objects.create_superuser(email, password, name="Betreiber")
    return [_seed(business, now=now) for business in BUSINESSES]


def tenant_id_of(slug: str) -> UUID:
    """Return the id of a demo business."""
    return uuid5(_NAMESPACE, slug)


def _seed(business: _Business, *, now: datetime) -> Seeded:
    tenant_id = tenant_id_of(business.slug)
    with scope.tenant(tenant_id):
        is_new = not Tenant.objects.filter(pk=tenant_id).exists()
        if is_new:
            _create(business, tenant_id, now=now)
        return Seeded(
            name=business.name,
            number=business.places[0].number,
            services=Service.objects.count(),
            staff=StaffMember.objects.count(),
            customers=Customer.objects.count(),
            appointments=Appointment.objects.exclude(status=Appointment.Status.HELD).count(),
            is_new=is_new,
        )


def _create(business: _Business, tenant_id: UUID, *, now: datetime) -> None:
    tenant = Tenant.objects.create(
        pk=tenant_id,
        name=business.name,
        slug=business.slug,
        industry=business.industry,
        billing_email=f"rechnung@{business.slug}.example",
    )
    _make_owner(tenant, business)
    services = _make_services(tenant, business)
    for place in business.places:
        branch = _make_branch(tenant, business, place)
        _make_staff(branch, business, place, services)
        _make_time_off(branch, now=now)
        _make_appointments(
            branch, services, _make_customers(tenant, business), seed=business.slug, now=now
        )


def _make_owner(tenant: Tenant, business: _Business) -> None:
    # Without a password: the operator lets this person in from the back office.
    owner = User(email=f"leitung@{business.slug}.example", name="Leitung", is_staff=True)
    owner.set_unusable_password()
    owner.save()
    Membership.objects.create(tenant=tenant, user=owner, role=Membership.Role.OWNER)


def _make_services(tenant: Tenant, business: _Business) -> dict[str, Service]:
    services = Service.objects.bulk_create(
        Service(
            tenant=tenant,
            name=offer.name,
            duration_minutes=offer.minutes,
            buffer_before_minutes=offer.before,
            buffer_after_minutes=offer.after,
            price_cents=offer.cents,
        )
        for offer in business.offers
    )
    ServiceAlias.objects.bulk_create(
        ServiceAlias(tenant=tenant, service=service, alias=alias)
        for service, offer in zip(services, business.offers, strict=True)
        for alias in offer.aliases
    )
    return {service.name: service for service in services}


def _make_branch(tenant: Tenant, business: _Business, place: _Place) -> Branch:
    branch = Branch.objects.create(
        tenant=tenant,
        name=place.name,
        street=place.street,
        postcode=place.postcode,
        city=place.city,
        state=place.state,
        time_zone="Europe/Berlin",
        email=f"termine@{business.slug}.example",
    )
    PhoneNumber.objects.create(tenant=tenant, branch=branch, number=place.number, is_primary=True)
    _make_hours(branch, None, place.hours)
    return branch


def _make_staff(
    branch: Branch, business: _Business, place: _Place, services: dict[str, Service]
) -> None:
    people = StaffMember.objects.bulk_create(
        StaffMember(tenant_id=branch.tenant_id, branch=branch, name=name) for name in place.staff
    )
    for person in people:
        _make_hours(branch, person, place.own_hours.get(person.name, ()))
    Skill.objects.bulk_create(
        Skill(tenant_id=branch.tenant_id, staff_member=person, service=services[offer.name])
        for person in people
        for offer in business.offers
        if not offer.by or person.name in offer.by
    )


def _make_hours(branch: Branch, person: StaffMember | None, hours: Sequence[Hours]) -> None:
    WorkingHours.objects.bulk_create(
        WorkingHours(
            tenant_id=branch.tenant_id,
            branch=branch,
            staff_member=person,
            weekday=weekday,
            from_minute=_minutes(start),
            until_minute=_minutes(end),
        )
        for weekdays, start, end in hours
        for weekday in weekdays
    )


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _make_time_off(branch: Branch, *, now: datetime) -> None:
    """One person is away for three days next week, the whole branch for an afternoon the week after."""
    away = StaffMember.objects.filter(branch=branch).order_by("-pk")[0]
    today = now.astimezone(branch.zone).date()
    next_monday = today + timedelta(days=7 - today.weekday())

    def local(days: int, hour: int) -> datetime:
        day = next_monday + timedelta(days=days)
        return datetime.combine(day, time(hour), tzinfo=branch.zone)

    for person, start, end, kind, note in (
        (away, local(2, 0), local(5, 0), TimeOff.Kind.HOLIDAY, "Kurzurlaub"),
        (None, local(9, 15), local(10, 0), TimeOff.Kind.CLOSED, "Fortbildung"),
    ):
        TimeOff.objects.create(
            tenant_id=branch.tenant_id,
            branch=branch,
            staff_member=person,
            starts_at=start,
            ends_at=end,
            kind=kind,
            note=note,
        )


def _make_customers(tenant: Tenant, business: _Business) -> list[Customer]:
    return Customer.objects.bulk_create(
        Customer(
            tenant=tenant,
            name=f"{first} {last}",
            phone=business.customers_numbers.format(301 + place),
            email=f"{first.lower()}.{place + 1}@example.org" if place % 3 == 0 else None,
        )
        for place, (first, last) in enumerate(zip(_FIRST_NAMES, _LAST_NAMES, strict=True))
    )


def _make_appointments(
    branch: Branch,
    services: dict[str, Service],
    customers: Sequence[Customer],
    *,
    seed: str,
    now: datetime,
) -> None:
    """Book some of the free starts of the next ten days, as a caller would."""
    dice = random.Random(seed)  # noqa: S311 — the same demo every time, no secret
    period = Period(now, now + timedelta(days=10))
    for customer in dice.sample(list(customers), _APPOINTMENTS):
        service = dice.choice(list(services.values()))
        free = availability.free_slots(service, branch=branch, period=period, now=now)
        if not free:
            continue
        slot = dice.choice(free)
        scheduling.book(
            service,
            branch=branch,
            staff_member=StaffMember.objects.get(pk=slot.staff_member_id),
            starts_at=slot.starts_at,
            customer=customer,
            attendee_name=customer.name,
            source=Appointment.Source.BACK_OFFICE,
            by=actors.system("demo"),
            now=now,
        )
