"""The account of a business at Cal.com: with which key it is asked, and whom and what it knows there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.models import (
    CalendarAccount,
    CalendarEventType,
    CalendarHost,
    Service,
    Skill,
    StaffMember,
)
from integrations import credentials
from integrations.calendars.calcom import Calcom
from integrations.calendars.calcom_account import EventType, Member
from integrations.calendars.calcom_wire import Wire
from integrations.quota import Urgency
from tenants import audit
from tenants.actors import Actor

PROVIDER = "calcom"
# Who is the same by address is taken; by name only where one of each bears it.
_BY_EMAIL, _BY_NAME = CalendarHost.MatchedBy.EMAIL, CalendarHost.MatchedBy.NAME


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An event type that a service and a person need, or one of the general ones (no service, all hosts)."""

    title: str
    slug: str
    minutes: int
    hosts: tuple[str, ...]
    service_id: int | None = None
    staff_member_id: int | None = None


def wire_of(tenant_id: UUID, *, urgency: Urgency = Urgency.CHANGE) -> Wire:
    """Return how to ask with the key of a business.

    :raises ConfigurationError: it has none
    """
    return Wire(key=credentials.secret_for(tenant_id, PROVIDER), whose=tenant_id, urgency=urgency)


def calendar_of(account: CalendarAccount, *, wire: Wire) -> Calcom:
    return Calcom(wire=wire, team_id=account.team_id, owner_email=account.owner_email)


def link_hosts(members: Iterable[Member], *, by: Actor, now: datetime) -> list[str]:
    """Note who of the active business is who there, and return the names of those who were not found.

    What was matched by hand stays as it is.
    """
    known = {host.staff_member_id: host for host in CalendarHost.objects.all()}
    there = list(members)
    missing = []
    for person in StaffMember.objects.filter(is_active=True).order_by("pk"):
        if person.pk in known:
            continue
        found = _match(person, there)
        if found is None or any(host.number == found[0].number for host in known.values()):
            missing.append(person.name)
            continue
        host = CalendarHost.objects.create(
            tenant_id=person.tenant_id,
            staff_member=person,
            number=found[0].number,
            matched_by=found[1],
        )
        known[person.pk] = host
        audit.record(
            "matched", host, tenant_id=person.tenant_id, by=by, now=now, matched_by=found[1]
        )
    return missing


def _match(person: StaffMember, members: Sequence[Member]) -> tuple[Member, str] | None:
    if person.email:
        for member in members:
            if member.email == person.email.lower():
                return member, _BY_EMAIL
    same = [each for each in members if each.name.casefold() == person.name.casefold()]
    return (same[0], _BY_NAME) if len(same) == 1 else None


def import_types(tenant_id: UUID, found: Iterable[EventType], *, now: datetime) -> list[str]:
    """Note what can be booked there and where it deviates from us; return the deviations as "title: what".

    Our services stay as they are, whatever stands there.
    """
    seen = set()
    for each in found:
        seen.add(each.number)
        kind = CalendarEventType.objects.filter(number=each.number).first() or CalendarEventType(
            tenant_id=tenant_id, number=each.number
        )
        kind.title, kind.slug = each.title, each.slug
        kind.length_minutes, kind.hosts = each.minutes, list(each.hosts)
        kind.is_bookable, kind.seen_at = each.is_bookable, now
        kind.drift = _drift(kind, hindrance=each.hindrance)
        kind.save()
    for gone in CalendarEventType.objects.exclude(number__in=seen):
        gone.is_bookable, gone.drift = False, "gone"
        gone.save(update_fields=["is_bookable", "drift", "updated_at"])
    drifted = CalendarEventType.objects.exclude(drift="").order_by("title", "pk")
    return [f"{each.title}: {each.drift}" for each in drifted]


def _drift(kind: CalendarEventType, *, hindrance: str) -> str:
    if kind.service is None:
        return ""
    if hindrance:
        return hindrance
    minutes = kind.service.duration_minutes
    if kind.length_minutes != minutes:
        return f"{kind.length_minutes} minutes instead of {minutes}"
    host = CalendarHost.objects.filter(staff_member_id=kind.staff_member_id).first()
    if kind.hosts and host is not None and host.number not in kind.hosts:
        return "another host"
    return ""


def unmapped() -> list[str]:
    """Return what the active business offers and Cal.com does not know: "service · person"."""
    known = set(
        CalendarEventType.objects.filter(is_bookable=True, service__isnull=False).values_list(
            "service_id", "staff_member_id"
        )
    )
    skills = (
        Skill.objects.filter(staff_member__is_active=True, service__is_active=True)
        .select_related("service", "staff_member")
        .order_by("service__name", "staff_member__name", "pk")
    )
    return [str(_pair(each)) for each in skills if _ids(each) not in known]


def _ids(skill: Skill) -> tuple[int, int]:
    service: Service = skill.service
    return service.pk, skill.staff_member.pk


def _pair(skill: Skill) -> str:
    return f"{skill.service.name} · {skill.staff_member.name}"
