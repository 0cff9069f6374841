"""What the business sets: policies (/api/policies) and the rules of its diary (/api/diary-rules)."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from booking import conditions
from booking.api import naming
from booking.models import DiaryRules, Policy
from tenants import records
from tenants.actors import Actor
from tenants.api import door, kinds, lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.api.kinds import Kind, Wanted
from tenants.models import Branch

_MANY_CENTS = 100_000_000
_SMALL = 32_767


# --- Policies -----------------------------------------------------------------------------------------------


class FeeShape(serializers.Serializer[Any]):
    """What it costs when less than so many hours are left: an amount, or a part of the price."""

    under_hours = serializers.IntegerField()
    cents = serializers.IntegerField(required=False)
    percent = serializers.IntegerField(required=False)


class PolicyShape(serializers.Serializer[Any]):
    """Notice, fees and quota of cancelling or moving, for the business or a part of it."""

    id = serializers.IntegerField()
    about = serializers.ChoiceField(Policy.Kind.choices)
    branch_id = serializers.IntegerField(allow_null=True)
    service_id = serializers.IntegerField(allow_null=True)
    staff_id = serializers.IntegerField(allow_null=True)
    notice_hours = serializers.IntegerField()
    quota = serializers.IntegerField(allow_null=True)
    fee_tiers = FeeShape(many=True)
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PolicyQuery(lists.Page):
    about = serializers.ChoiceField(Policy.Kind.choices, required=False)
    branch_id = strict.QueryInteger(required=False, min_value=1)
    service_id = strict.QueryInteger(required=False, min_value=1)
    staff_id = strict.QueryInteger(required=False, min_value=1)


class FeeInput(strict.Input):
    also = {"oneOf": [{"required": ["cents"]}, {"required": ["percent"]}]}

    under_hours = strict.Integer(min_value=1, max_value=_SMALL)
    cents = strict.Integer(required=False, min_value=0, max_value=_MANY_CENTS)
    percent = strict.Integer(required=False, min_value=0, max_value=100)


class NewPolicy(strict.Input):
    about = serializers.ChoiceField(Policy.Kind.choices)
    branch_id = strict.Id(required=False, allow_null=True)
    service_id = strict.Id(required=False, allow_null=True)
    staff_id = strict.Id(required=False, allow_null=True)
    notice_hours = strict.Integer(
        required=False, min_value=0, max_value=_SMALL, help_text="Later it is refused."
    )
    quota = strict.Integer(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=_SMALL,
        help_text="Cancelling: of a customer within 30 days. Moving: of one appointment.",
    )
    fee_tiers = serializers.ListField(child=FeeInput(), required=False, max_length=20)
    text = strict.Text(required=False, allow_blank=True, max_length=5000)


class PolicyChanges(strict.Changes, NewPolicy):
    """What is not named stays as it is. What a policy is about stays."""

    settled = ("about", "branch_id", "service_id", "staff_id")


def _show(rows: "QuerySet[Policy]") -> list[dict[str, Any]]:
    renamed = {"about": F("kind"), "staff_id": F("staff_member_id")}
    columns = lists.columns(PolicyShape, but=renamed)
    return list(rows.values(*columns, **renamed))


def _add(wanted: Wanted, by: Actor, now: datetime) -> Policy:
    person = naming.staff_member(wanted)
    branch_id, service_id = wanted.pop("branch_id", None), wanted.pop("service_id", None)
    wanted.pop("staff_id", None)
    policy = Policy(
        tenant_id=kinds.tenant_id(),
        kind=wanted.pop("about"),
        branch=door.one(Branch.objects.all(), branch_id, field="branch_id") if branch_id else None,
        service=naming.service(service_id) if service_id else None,
        staff_member=person,
        **wanted,
    )
    return conditions.add_policy(policy, by=by, now=now)


def _change(policy: Policy, wanted: Wanted, by: Actor, now: datetime) -> None:
    conditions.change_policy(policy, wanted, by=by, now=now)


def _remove(policy: Policy, by: Actor, now: datetime) -> None:
    records.remove(policy, by=by, now=now)


_COLUMN = {
    "about": "kind",
    "branch_id": "branch_id",
    "service_id": "service_id",
    "staff_id": "staff_member_id",
}


def _narrow(rows: "QuerySet[Policy]", wanted: Wanted) -> "QuerySet[Policy]":
    return rows.filter(**{_COLUMN[name]: wanted[name] for name in _COLUMN if name in wanted})


POLICIES = Kind[Policy](
    path="policies",
    one="a policy",
    many="Policies of cancelling and moving",
    rows=lambda: Policy.objects.order_by("kind", "pk"),
    narrow=_narrow,
    show=_show,
    shape=PolicyShape,
    query=PolicyQuery,
    new=NewPolicy,
    changes=PolicyChanges,
    add=_add,
    change=_change,
    remove=_remove,
    about="Of several that apply, one for a staff member counts before one for a service, a branch, the business.",
    example={
        "about": "cancel",
        "notice_hours": 2,
        "fee_tiers": [
            {"under_hours": 24, "percent": 50},
            {"under_hours": 48, "cents": 1000},
        ],
        "text": "Bis 48 Stunden vorher ist die Absage kostenlos.",
    },
    example_of_change={"quota": 3},
)
POLICIES_MANY, POLICIES_ONE = kinds.doors(POLICIES)


# --- Rules of the diary -------------------------------------------------------------------------------------


class DiaryRulesShape(serializers.Serializer[Any]):
    """How the diary behaves by itself."""

    no_show_after_minutes = serializers.IntegerField(
        allow_null=True, help_text="null: nobody is marked by itself."
    )
    no_show_limit = serializers.IntegerField(allow_null=True)
    no_show_window_days = serializers.IntegerField()
    no_show_consequence = serializers.ChoiceField(DiaryRules.Consequence.choices)
    no_show_fee_cents = serializers.IntegerField()
    offer_minutes = serializers.IntegerField()
    avoids_gaps = serializers.BooleanField()
    prefers_usual_staff = serializers.BooleanField()


class DiaryRulesChanges(strict.Input):
    """What is not named stays as it is."""

    also = {"minProperties": 1}

    no_show_after_minutes = strict.Integer(
        required=False, allow_null=True, min_value=1, max_value=1440
    )
    no_show_limit = strict.Integer(required=False, allow_null=True, min_value=1, max_value=_SMALL)
    no_show_window_days = strict.Integer(required=False, min_value=1, max_value=3660)
    no_show_consequence = serializers.ChoiceField(DiaryRules.Consequence.choices, required=False)
    no_show_fee_cents = strict.Integer(required=False, min_value=0, max_value=_MANY_CENTS)
    offer_minutes = strict.Integer(required=False, min_value=1, max_value=10_080)
    avoids_gaps = strict.Flag(required=False)
    prefers_usual_staff = strict.Flag(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return strict.something(attrs)


class Rules(TenantView):  # /api/diary-rules
    @extend_schema(
        operation_id="diary_rules_read",
        summary="The rules of the diary",
        tags=["diary-rules"],
        responses={200: DiaryRulesShape},
    )
    def get(self, request: TenantRequest) -> Response:
        return Response(_shown(conditions.rules_of(request.tenant_id)))

    @extend_schema(
        operation_id="diary_rules_change",
        summary="Change the rules of the diary",
        description="What is not named stays as it is.",
        tags=["diary-rules"],
        request=DiaryRulesChanges,
        responses={200: DiaryRulesShape},
        examples=[
            OpenApiExample(
                "Three times in half a year",
                request_only=True,
                value={"no_show_limit": 3, "no_show_window_days": 180},
            )
        ],
    )
    def put(self, request: TenantRequest) -> Response:
        rules = conditions.rules_of(request.tenant_id)
        wanted = strict.read(DiaryRulesChanges, request.data)
        conditions.change_rules(rules, wanted, by=request.actor, now=timezone.now())
        return Response(_shown(rules))


def _shown(rules: DiaryRules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in lists.columns(DiaryRulesShape)}
