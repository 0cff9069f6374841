"""Services: /api/services. With the words callers use for them and what they need beside a person."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from booking import offer
from booking.api import naming
from booking.models import Requirement, RequirementResource, Service, ServiceAlias
from tenants.actors import Actor
from tenants.api import kinds, lists, strict
from tenants.api.kinds import Kind, Wanted

_STEPS = [5, 10, 15, 20, 30, 45, 60, 90, 120]
_SMALL = 32_767
_TWO_YEARS_OF_MINUTES = 2 * 366 * 24 * 60
_MANY_CENTS = 100_000_000


# --- What is shown -------------------------------------------------------------------------------


class RequirementShape(serializers.Serializer[Any]):
    """What a service needs: all of these resources, or any one of them."""

    name = serializers.CharField()
    mode = serializers.ChoiceField(Requirement.Mode.choices)
    resource_ids = serializers.ListField(child=serializers.IntegerField())


class ServiceShape(serializers.Serializer[Any]):
    """A service. Times are in minutes, money is in cents, null means: no limit, none, not known."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    buffer_before_minutes = serializers.IntegerField()
    buffer_after_minutes = serializers.IntegerField()
    processing_after_minutes = serializers.IntegerField(
        allow_null=True, help_text="When the processing time begins, counted from the start."
    )
    processing_minutes = serializers.IntegerField(
        help_text="Part of the duration in which the staff member is free."
    )
    seats = serializers.IntegerField(help_text="More than 1: a session for several customers.")
    max_per_day = serializers.IntegerField(allow_null=True)
    max_per_customer_per_day = serializers.IntegerField(allow_null=True)
    max_per_customer_per_week = serializers.IntegerField(allow_null=True)
    max_ahead_per_customer = serializers.IntegerField(allow_null=True)
    min_notice_minutes = serializers.IntegerField()
    horizon_days = serializers.IntegerField()
    step_minutes = serializers.IntegerField()
    price_cents = serializers.IntegerField(allow_null=True)
    is_bookable_by_phone = serializers.BooleanField()
    is_active = serializers.BooleanField()
    other_names = serializers.ListField(child=serializers.CharField())
    requirements = RequirementShape(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


_NESTED = ("other_names", "requirements")
_COLUMNS = lists.columns(ServiceShape, but=_NESTED)


def show(rows: "QuerySet[Service]") -> list[dict[str, Any]]:
    """Return the rows as the API shows them, read in four queries."""
    services = list(rows.values(*_COLUMNS))
    ids = [each["id"] for each in services]
    names, needs = _names_of(ids), _needs_of(ids)
    return [
        {**each, "other_names": names[each["id"]], "requirements": needs[each["id"]]}
        for each in services
    ]


def _names_of(ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = ServiceAlias.objects.filter(service_id__in=ids).order_by("alias", "pk")
    for service_id, alias in rows.values_list("service_id", "alias"):
        found[service_id].append(alias)
    return found


def _needs_of(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    options: dict[int, list[int]] = defaultdict(list)
    rows = RequirementResource.objects.filter(requirement__service_id__in=ids)
    for need, resource in rows.order_by("pk").values_list("requirement_id", "resource_id"):
        options[need].append(resource)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    needs = Requirement.objects.filter(service_id__in=ids).order_by("pk")
    for need, service_id, name, mode in needs.values_list("pk", "service_id", "name", "mode"):
        found[service_id].append({"name": name, "mode": mode, "resource_ids": options[need]})
    return found


# --- What may come in --------------------------------------------------------------------------------


class ServiceQuery(lists.Page):
    search = strict.QueryText(required=False, max_length=200, help_text="Part of the name.")
    is_active = strict.QueryFlag(required=False)
    staff_id = strict.QueryInteger(required=False, min_value=1, help_text="Who offers it.")


class RequirementInput(strict.Input):
    name = strict.Line(max_length=200)
    mode = serializers.ChoiceField(Requirement.Mode.choices)
    resource_ids = serializers.ListField(child=strict.Id(), min_length=1, max_length=100)


class NewService(strict.Input):
    name = strict.Line(max_length=200)
    description = strict.Text(required=False, allow_blank=True, max_length=5000)
    duration_minutes = strict.Integer(min_value=5, max_value=720)
    buffer_before_minutes = strict.Integer(required=False, min_value=0, max_value=360)
    buffer_after_minutes = strict.Integer(required=False, min_value=0, max_value=360)
    processing_after_minutes = strict.Integer(
        required=False, allow_null=True, min_value=1, max_value=720
    )
    processing_minutes = strict.Integer(required=False, min_value=0, max_value=720)
    seats = strict.Integer(required=False, min_value=1, max_value=500)
    max_per_day = strict.Integer(required=False, allow_null=True, min_value=1, max_value=_SMALL)
    max_per_customer_per_day = strict.Integer(
        required=False, allow_null=True, min_value=1, max_value=_SMALL
    )
    max_per_customer_per_week = strict.Integer(
        required=False, allow_null=True, min_value=1, max_value=_SMALL
    )
    max_ahead_per_customer = strict.Integer(
        required=False, allow_null=True, min_value=1, max_value=_SMALL
    )
    min_notice_minutes = strict.Integer(
        required=False, min_value=0, max_value=_TWO_YEARS_OF_MINUTES
    )
    horizon_days = strict.Integer(required=False, min_value=0, max_value=730)
    step_minutes = strict.OneOf(_STEPS, required=False)
    price_cents = strict.Integer(
        required=False, allow_null=True, min_value=0, max_value=_MANY_CENTS
    )
    is_bookable_by_phone = strict.Flag(required=False)
    is_active = strict.Flag(required=False)
    other_names = serializers.ListField(
        child=strict.Line(max_length=200), required=False, max_length=50
    )
    requirements = serializers.ListField(child=RequirementInput(), required=False, max_length=20)


class ServiceChanges(strict.Changes, NewService):
    """What is not named stays as it is."""


# --- How it is written ----------------------------------------------------------------------------------


def _add(wanted: Wanted, by: Actor, now: datetime) -> Service:
    parts = _parts(wanted)
    service = Service(tenant_id=kinds.tenant_id(), **wanted)
    return offer.add_service(service, **parts, by=by, now=now)


def _change(service: Service, wanted: Wanted, by: Actor, now: datetime) -> None:
    parts = _parts(wanted)
    offer.change_service(service, wanted, **parts, by=by, now=now)


def _remove(service: Service, by: Actor, now: datetime) -> None:
    offer.remove_service(service, by=by, now=now)


def _parts(wanted: Wanted) -> dict[str, Any]:
    """Take what is no column out of the input and return it as the verbs want it."""
    parts: dict[str, Any] = {}
    if "other_names" in wanted:
        parts["other_names"] = wanted.pop("other_names")
    if "requirements" in wanted:
        parts["needs"] = [
            offer.Need(
                name=each["name"],
                mode=each["mode"],
                resources=naming.resources(
                    each["resource_ids"], field=f"requirements.{number}.resource_ids"
                ),
            )
            for number, each in enumerate(wanted.pop("requirements"))
        ]
    return parts


def _narrow(rows: "QuerySet[Service]", wanted: Wanted) -> "QuerySet[Service]":
    if "search" in wanted:
        rows = rows.filter(name__icontains=wanted["search"])
    if "is_active" in wanted:
        rows = rows.filter(is_active=wanted["is_active"])
    if "staff_id" in wanted:
        rows = rows.filter(skills__staff_member_id=wanted["staff_id"])
    return rows


KIND = Kind[Service](
    path="services",
    one="a service",
    many="Services by name",
    rows=lambda: Service.objects.order_by("name", "pk"),
    narrow=_narrow,
    show=show,
    shape=ServiceShape,
    query=ServiceQuery,
    new=NewService,
    changes=ServiceChanges,
    add=_add,
    change=_change,
    remove=_remove,
    about_removal="Only one that was never booked; deactivate the others (`is_active`).",
    example={
        "name": "Strähnen",
        "duration_minutes": 120,
        "processing_after_minutes": 45,
        "processing_minutes": 30,
        "price_cents": 9500,
        "other_names": ["Mèches"],
    },
    example_of_change={"price_cents": 9900, "max_per_customer_per_week": 1},
)
MANY, ONE = kinds.doors(KIND)
