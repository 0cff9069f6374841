"""Branches: /api/branches. Read only; a branch decides what is billed and which number rings where."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound
from tenants.models import Branch


class BranchShape(serializers.Serializer[Any]):
    """A place of the business, with its own clock and its own holidays."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    street = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField(help_text="Federal state, two letters; empty: no holidays.")
    municipality = serializers.ChoiceField(
        Branch.Municipality.choices,
        allow_blank=True,
        help_text="Where the holidays of the place differ from those of its state.",
    )
    closes_on_holidays = serializers.BooleanField()
    half_day_until_minute = serializers.IntegerField(
        allow_null=True, help_text="On 24 and 31 December; null: open as always, 0: closed."
    )
    time_zone = serializers.CharField()
    language = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()


class BranchQuery(lists.Page):
    is_active = strict.QueryFlag(required=False)


def _show(rows: "QuerySet[Branch]") -> list[dict[str, Any]]:
    return list(rows.values(*lists.columns(BranchShape)))


class Branches(TenantView):  # /api/branches
    @extend_schema(
        operation_id="branches_list",
        summary="Branches by name",
        tags=["branches"],
        parameters=[BranchQuery],
        responses={200: lists.list_of(BranchShape)},
    )
    def get(self, request: TenantRequest) -> Response:
        wanted = strict.read(BranchQuery, request.query_params.dict())
        rows = Branch.objects.order_by("name", "pk")
        if "is_active" in wanted:
            rows = rows.filter(is_active=wanted["is_active"])
        return lists.paged(rows, wanted, _show)


class BranchDetail(TenantView):  # /api/branches/{id}
    @extend_schema(
        operation_id="branches_read",
        summary="One branch",
        tags=["branches"],
        responses={200: BranchShape},
    )
    def get(self, request: TenantRequest, branch_id: int) -> Response:
        shown = _show(Branch.objects.filter(pk=branch_id))
        if not shown:
            raise NotFound
        return Response(shown[0])
