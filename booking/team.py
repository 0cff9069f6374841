"""Who does it: staff members and what each of them offers, at which pace and price."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import locking
from booking.models import (
    Proposal,
    Service,
    Skill,
    SpecialHours,
    StaffMember,
    TimeOff,
    WaitingEntry,
    WaitingOffer,
    WorkingHours,
)
from tenants import audit, records
from tenants.actors import Actor
from tenants.errors import Invalid


class Ability(NamedTuple):
    """A service that somebody offers; None: duration and price of the service, no end."""

    service: Service
    valid_until: date | None = None
    duration_minutes: int | None = None
    price_cents: int | None = None


def add_staff_member(
    person: StaffMember, *, by: Actor, now: datetime, abilities: Sequence[Ability] = ()
) -> StaffMember:
    """Write a new staff member with what they offer.

    :raises Invalid: the abilities do not fit the services
    :raises tenants.records.AlreadyExists: somebody of this name works in the branch
    """
    with transaction.atomic():
        records.add(person, by=by, now=now)
        offer_only(person, abilities)
    return person


def change_staff_member(
    person: StaffMember,
    wanted: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    abilities: Sequence[Ability] | None = None,
) -> None:
    """Change the given fields; abilities are replaced as a whole where they are given.

    Whoever changes the branch takes their hours along.

    :raises Invalid: the abilities do not fit the services
    :raises tenants.records.AlreadyExists: somebody of this name works in the branch
    """
    with transaction.atomic():
        locking.lock_diaries(person.tenant_id, [person.pk])
        changed = records.change(person, wanted, by=by, now=now)
        if "branch" in changed:
            take_hours_along(person)
        if abilities is not None:
            offer_only(person, abilities)
            count = {"skill": len(abilities)}
            audit.record(
                "changed", person, tenant_id=person.tenant_id, by=by, now=now, fields=[], **count
            )


def remove_staff_member(person: StaffMember, *, by: Actor, now: datetime) -> None:
    """Delete somebody who never had an appointment and for whom nobody waits, with their hours.

    :raises tenants.records.InUse: they had one, or somebody does
    """
    stories = (WaitingEntry, WaitingOffer, Proposal)
    with transaction.atomic():
        locking.lock_diaries(person.tenant_id, [person.pk])
        records.remove(
            person,
            by=by,
            now=now,
            unless=[model._default_manager.filter(staff_member=person) for model in stories],
        )


def take_hours_along(person: StaffMember) -> None:
    """Give somebody's hours and time off the branch in which they work now."""
    for rows in (WorkingHours.objects, SpecialHours.objects, TimeOff.objects):
        rows.filter(staff_member=person).update(branch=person.branch)


def offer_only(person: StaffMember, abilities: Sequence[Ability]) -> None:
    """Let somebody offer exactly these services.

    :raises Invalid: a service is named twice, or an own duration is too short for its processing time
    """
    _check(abilities)
    Skill.objects.filter(staff_member=person).delete()
    Skill.objects.bulk_create(
        Skill(tenant_id=person.tenant_id, staff_member=person, **ability._asdict())
        for ability in abilities
    )


def _check(abilities: Sequence[Ability]) -> None:
    if len({ability.service.pk for ability in abilities}) != len(abilities):
        raise Invalid(skills=_("Every service once."))
    for number, ability in enumerate(abilities):
        service, own = ability.service, ability.duration_minutes
        until = (service.processing_after_minutes or 0) + service.processing_minutes
        if own is not None and own < until:
            wrong = _("The processing time is part of the duration.")
            raise Invalid(**{f"skills.{number}.duration_minutes": wrong})
