"""Resources: /api/resources. Rooms, chairs and devices that services need."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from booking import offer
from booking.models import Resource
from tenants import records
from tenants.actors import Actor
from tenants.api import door, kinds, lists, strict
from tenants.api.kinds import Kind, Wanted
from tenants.models import Branch


class ResourceShape(serializers.Serializer[Any]):
    """A room, a chair, a device: one appointment at a time."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    branch_id = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ResourceQuery(lists.Page):
    branch_id = strict.QueryInteger(required=False, min_value=1)
    is_active = strict.QueryFlag(required=False)


class NewResource(strict.Input):
    name = strict.Line(max_length=200)
    branch_id = strict.Id()
    is_active = strict.Flag(required=False)


class ResourceChanges(strict.Changes, NewResource):
    """What is not named stays as it is. A resource stays in its branch."""

    settled = ("branch_id",)


def _show(rows: "QuerySet[Resource]") -> list[dict[str, Any]]:
    return list(rows.values(*lists.columns(ResourceShape)))


def _add(wanted: Wanted, by: Actor, now: datetime) -> Resource:
    branch = door.one(Branch.objects.all(), wanted.pop("branch_id"), field="branch_id")
    resource = Resource(tenant_id=kinds.tenant_id(), branch=branch, **wanted)
    records.add(resource, by=by, now=now)
    return resource


def _change(resource: Resource, wanted: Wanted, by: Actor, now: datetime) -> None:
    records.change(resource, wanted, by=by, now=now)


def _remove(resource: Resource, by: Actor, now: datetime) -> None:
    offer.remove_resource(resource, by=by, now=now)


def _narrow(rows: "QuerySet[Resource]", wanted: Wanted) -> "QuerySet[Resource]":
    named = ("branch_id", "is_active")
    return rows.filter(**{name: wanted[name] for name in named if name in wanted})


KIND = Kind[Resource](
    path="resources",
    one="a resource",
    many="Rooms, chairs and devices by name",
    rows=lambda: Resource.objects.order_by("name", "pk"),
    narrow=_narrow,
    show=_show,
    shape=ResourceShape,
    query=ResourceQuery,
    new=NewResource,
    changes=ResourceChanges,
    add=_add,
    change=_change,
    remove=_remove,
    about_removal="Only one that no service needs and no appointment has used.",
    example={"name": "Waschplatz 1", "branch_id": 1},
    example_of_change={"is_active": False},
)
MANY, ONE = kinds.doors(KIND)
