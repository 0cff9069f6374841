"""Connecting a business with Cal.com: team, people, event types, webhooks. Done again it mends what is missing.

Three rounds, because nothing is asked over the network within a transaction: look here, ask there, note here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from booking.calendars import accounts
from booking.calendars.accounts import Wanted
from booking.models import (
    CalendarAccount,
    CalendarEventType,
    CalendarHost,
    Skill,
)
from integrations.calendars import calcom_account, calcom_webhook
from integrations.calendars.calcom_account import Account, EventType, Member
from integrations.calendars.calcom_wire import Wire
from tenants import audit, scope
from tenants.actors import Actor
from tenants.errors import Refused
from tenants.models import Tenant

# What every team gets: title, short name, minutes.
DEFAULTS = (("30 Min Beratung", "30min", 30), ("60 Min Termin", "60min", 60))


class CalcomIsOff(Refused):
    code = "calcom_is_off"
    sentence = _("Cal.com is switched off in this installation (CALCOM_ENABLED).")


class NoWebhookSecret(Refused):
    code = "no_webhook_secret"
    sentence = _("CALCOM_WEBHOOK_SECRET is not set: nobody could verify what Cal.com sends.")


@dataclass(kw_only=True)
class Report:
    """What was found, made and missed."""

    owner: str = ""
    team_id: str = ""
    made: list[str] = field(default_factory=list)
    missing_hosts: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


def connect(tenant_id: UUID, *, is_personal: bool, by: Actor, now: datetime) -> Report:
    """Connect a business, or mend its connection; `is_personal`: without a team, for one person.

    Must be called with no transaction open. The key of the business must be stored.

    :raises CalcomIsOff: this installation asks nothing of Cal.com
    :raises NoWebhookSecret: webhooks could not be verified
    :raises ProviderError: the key is not accepted, or Cal.com did not answer; done again it goes on
    """
    if not settings.CALCOM_ENABLED:
        raise CalcomIsOff
    if not settings.CALCOM_WEBHOOK_SECRET:
        raise NoWebhookSecret
    wire = accounts.wire_of(tenant_id)
    with scope.tenant(tenant_id):
        tenant = Tenant.objects.get(pk=tenant_id)
        known = CalendarAccount.objects.first()
    owner = calcom_account.whoami(wire)
    team_id = known.team_id if known else ""
    if not is_personal and not team_id:
        team_id = calcom_account.ensure_team(wire, name=tenant.name, slug=tenant.slug).number
    members = (
        calcom_account.members(wire, team_id=team_id)
        if team_id
        else [Member(number=owner.number, name=owner.name, email=owner.email.lower())]
    )
    report = Report(owner=owner.email, team_id=team_id)
    with scope.tenant(tenant_id):
        account = _note_account(tenant_id, owner, team_id, by=by, now=now)
        report.missing_hosts = accounts.link_hosts(members, by=by, now=now)
        wanted = _wanted(members)
    found = list(calcom_account.event_types(wire, team_id=team_id))
    pairs = _ensure_types(wire, team_id, wanted, found, report)
    _ensure_webhooks(wire, tenant_id, team_id, pairs, report)
    with scope.tenant(tenant_id):
        latest = _latest(found, pairs)
        _unmap_gone({each.number for each in latest})
        _note_types(account.tenant_id, pairs, now=now)
        report.drift = accounts.import_types(tenant_id, latest, now=now)
        report.unmapped = accounts.unmapped()
    return report


def disconnect(account: CalendarAccount, *, by: Actor, now: datetime) -> None:
    """Keep the diary here alone from now on. What stands at Cal.com stays there; nothing is told any more."""
    account.is_active = False
    account.save(update_fields=["is_active", "updated_at"])
    audit.record("disconnected", account, tenant_id=account.tenant_id, by=by, now=now)


def webhook_address(tenant_id: UUID) -> str:
    """Return where Cal.com is to send what happens in the calendar of a business."""
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}/api/calcom/webhook?{calcom_webhook.BUSINESS}={tenant_id}"


def _note_account(
    tenant_id: UUID, owner: Account, team_id: str, *, by: Actor, now: datetime
) -> CalendarAccount:
    account = CalendarAccount.objects.first() or CalendarAccount(tenant_id=tenant_id)
    account.is_active = True
    account.team_id = team_id
    account.owner_number, account.owner_email = owner.number, owner.email
    account.save()
    audit.record("connected", account, tenant_id=tenant_id, by=by, now=now)
    return account


def _wanted(members: Sequence[Member]) -> list[Wanted]:
    """Return the event types that what is offered needs: one for each service and person, and the general ones."""
    hosts = dict(CalendarHost.objects.values_list("staff_member_id", "number"))
    there = {member.number for member in members}
    wanted = [
        Wanted(
            title=f"{skill.service.name} bei {skill.staff_member.name}"[:200],
            slug=slugify(f"{skill.service.name}-{skill.staff_member.name}-{skill.pk}")[:100],
            minutes=skill.service.duration_minutes,
            hosts=(hosts[skill.staff_member_id],),
            service_id=skill.service_id,
            staff_member_id=skill.staff_member_id,
        )
        for skill in Skill.objects.select_related("service", "staff_member").order_by("pk")
        if skill.service.is_active
        and skill.staff_member.is_active
        and hosts.get(skill.staff_member_id) in there
    ]
    everybody = tuple(sorted(number for number in hosts.values() if number in there))
    if everybody:
        wanted += [
            Wanted(title=title, slug=slug, minutes=minutes, hosts=everybody)
            for title, slug, minutes in DEFAULTS
        ]
    return wanted


def _ensure_types(
    wire: Wire,
    team_id: str,
    wanted: Sequence[Wanted],
    found: Sequence[EventType],
    report: Report,
) -> list[tuple[Wanted, EventType]]:
    by_slug = {each.slug: each for each in found}
    pairs = []
    for wish in wanted:
        there = by_slug.get(wish.slug)
        if there is None:
            there = calcom_account.create_event_type(
                wire,
                team_id=team_id,
                title=wish.title,
                slug=wish.slug,
                minutes=wish.minutes,
                hosts=wish.hosts,
            )
            report.made.append(f"event type {wish.slug}")
        elif there.minutes != wish.minutes or (team_id and set(there.hosts) != set(wish.hosts)):
            there = calcom_account.update_event_type(
                wire, there, team_id=team_id, minutes=wish.minutes, hosts=wish.hosts
            )
            report.made.append(f"event type {wish.slug} (mended)")
        pairs.append((wish, there))
    return pairs


def _ensure_webhooks(
    wire: Wire,
    tenant_id: UUID,
    team_id: str,
    pairs: Sequence[tuple[Wanted, EventType]],
    report: Report,
) -> None:
    """Have each event type tell us: that is the one level on which webhooks are registered."""
    secret = calcom_webhook.secret_of(tenant_id, secret=settings.CALCOM_WEBHOOK_SECRET)
    for wish, there in pairs:
        _webhook, is_new = calcom_account.ensure_webhook(
            wire,
            team_id=team_id,
            event_type=there.number,
            url=webhook_address(tenant_id),
            secret=secret,
        )
        if is_new:
            report.made.append(f"webhook of {wish.slug}")


def _unmap_gone(numbers: set[str]) -> None:
    """Let go of event types that were deleted there: what stood for them is booked under others."""
    CalendarEventType.objects.exclude(number__in=numbers).update(service=None, staff_member=None)


def _note_types(
    tenant_id: UUID, pairs: Sequence[tuple[Wanted, EventType]], *, now: datetime
) -> None:
    for wish, there in pairs:
        kind = CalendarEventType.objects.filter(number=there.number).first()
        if kind is None:
            kind = CalendarEventType(tenant_id=tenant_id, number=there.number)
        if wish.service_id is not None:
            # A mapping that a person made by hand is not taken away.
            taken = CalendarEventType.objects.filter(
                service_id=wish.service_id, staff_member_id=wish.staff_member_id
            ).exclude(number=there.number)
            if not taken.exists():
                kind.service_id, kind.staff_member_id = wish.service_id, wish.staff_member_id
        kind.title, kind.slug = there.title, there.slug
        kind.length_minutes, kind.hosts, kind.seen_at = there.minutes, list(there.hosts), now
        kind.save()


def _latest(
    found: Sequence[EventType], pairs: Sequence[tuple[Wanted, EventType]]
) -> list[EventType]:
    latest = {each.number: each for each in found}
    latest |= {there.number: there for _, there in pairs}
    return list(latest.values())
