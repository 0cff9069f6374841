"""Staff: /api/staff. With what each of them offers, at which pace and price."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from booking import team
from booking.api import naming
from booking.models import Skill, StaffMember
from tenants.actors import Actor
from tenants.api import door, kinds, lists, strict
from tenants.api.kinds import Kind, Wanted
from tenants.models import Branch


class SkillShape(serializers.Serializer[Any]):
    """A service that somebody offers. null: duration and price of the service, no end."""

    service_id = serializers.IntegerField()
    valid_until = serializers.DateField(allow_null=True, help_text="The last day.")
    duration_minutes = serializers.IntegerField(allow_null=True)
    price_cents = serializers.IntegerField(allow_null=True)


class StaffShape(serializers.Serializer[Any]):
    """A staff member."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField(help_text="Empty where none is known.")
    branch_id = serializers.IntegerField()
    is_active = serializers.BooleanField()
    max_per_day = serializers.IntegerField(allow_null=True)
    skills = SkillShape(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


_COLUMNS = lists.columns(StaffShape, but=["skills"])


def show(rows: "QuerySet[StaffMember]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in two queries."""
    people = list(rows.values(*_COLUMNS))
    skills: dict[int, list[dict[str, Any]]] = defaultdict(list)
    known = Skill.objects.filter(staff_member_id__in=[each["id"] for each in people])
    for skill in known.order_by("service_id").values("staff_member_id", *lists.columns(SkillShape)):
        skills[skill.pop("staff_member_id")].append(skill)
    return [{**each, "skills": skills[each["id"]]} for each in people]


class StaffQuery(lists.Page):
    search = strict.QueryText(required=False, max_length=200, help_text="Part of the name.")
    branch_id = strict.QueryInteger(required=False, min_value=1)
    service_id = strict.QueryInteger(required=False, min_value=1, help_text="Who offers it.")
    is_active = strict.QueryFlag(required=False)


class SkillInput(strict.Input):
    service_id = strict.Id()
    valid_until = strict.Day(required=False, allow_null=True)
    duration_minutes = strict.Integer(required=False, allow_null=True, min_value=5, max_value=720)
    price_cents = strict.Integer(
        required=False, allow_null=True, min_value=0, max_value=100_000_000
    )


class NewStaffMember(strict.Input):
    name = strict.Line(max_length=200)
    email = strict.Email(required=False, allow_blank=True, max_length=254)
    branch_id = strict.Id()
    is_active = strict.Flag(required=False)
    max_per_day = strict.Integer(required=False, allow_null=True, min_value=1, max_value=32_767)
    skills = serializers.ListField(child=SkillInput(), required=False, max_length=500)


class StaffChanges(strict.Changes, NewStaffMember):
    """What is not named stays as it is."""


def _add(wanted: Wanted, by: Actor, now: datetime) -> StaffMember:
    parts = _parts(wanted)
    person = StaffMember(tenant_id=kinds.tenant_id(), **wanted)
    return team.add_staff_member(person, **parts, by=by, now=now)


def _change(person: StaffMember, wanted: Wanted, by: Actor, now: datetime) -> None:
    parts = _parts(wanted)
    team.change_staff_member(person, wanted, **parts, by=by, now=now)


def _remove(person: StaffMember, by: Actor, now: datetime) -> None:
    team.remove_staff_member(person, by=by, now=now)


def _parts(wanted: Wanted) -> dict[str, Any]:
    """Take what is no column out of the input and return it as the verbs want it."""
    if "branch_id" in wanted:
        branch_id = wanted.pop("branch_id")
        wanted["branch"] = door.one(Branch.objects.all(), branch_id, field="branch_id")
    if "skills" not in wanted:
        return {}
    abilities = []
    for number, each in enumerate(wanted.pop("skills")):
        service_id = each.pop("service_id")
        service = naming.service(service_id, field=f"skills.{number}.service_id")
        abilities.append(team.Ability(service=service, **each))
    return {"abilities": abilities}


def _narrow(rows: "QuerySet[StaffMember]", wanted: Wanted) -> "QuerySet[StaffMember]":
    if "search" in wanted:
        rows = rows.filter(name__icontains=wanted["search"])
    if "service_id" in wanted:
        rows = rows.filter(skills__service_id=wanted["service_id"])
    named = ("branch_id", "is_active")
    return rows.filter(**{name: wanted[name] for name in named if name in wanted})


KIND = Kind[StaffMember](
    path="staff",
    one="a staff member",
    many="Staff by name",
    rows=lambda: StaffMember.objects.order_by("name", "pk"),
    narrow=_narrow,
    show=show,
    shape=StaffShape,
    query=StaffQuery,
    new=NewStaffMember,
    changes=StaffChanges,
    add=_add,
    change=_change,
    remove=_remove,
    about_removal="Only somebody who never had an appointment; deactivate the others (`is_active`).",
    example={
        "name": "Lena",
        "branch_id": 1,
        "skills": [{"service_id": 1, "duration_minutes": 45, "valid_until": "2027-01-31"}],
    },
    example_of_change={"max_per_day": 8},
)
MANY, ONE = kinds.doors(KIND)
