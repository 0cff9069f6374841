"""A kind of row that integrators keep: list, add, read, change, delete, all kinds in the same way.

A `Kind` says what is particular about one: how it is shown, what may come in, which verbs write it. `doors` makes its
two endpoints of that. A row that is somebody else's does not exist; what is not named in a change stays as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from tenants import scope
from tenants.actors import Actor
from tenants.api import lists, strict
from tenants.api.access import TenantRequest
from tenants.api.door import TenantView
from tenants.errors import NotFound
from tenants.models import TenantOwned

Row = TypeVar("Row", bound=TenantOwned)
Wanted = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[Row]):
    """What is particular about one kind of row. `rows` has an order that ends in something unique."""

    path: str
    one: str
    many: str
    rows: "Callable[[], QuerySet[Row]]"
    narrow: "Callable[[QuerySet[Row], Wanted], QuerySet[Row]]"
    show: "Callable[[QuerySet[Row]], list[dict[str, Any]]]"
    shape: type[serializers.Serializer[Any]]
    query: type[lists.Page]
    new: type[strict.Input]
    changes: type[strict.Input]
    add: Callable[[Wanted, Actor, datetime], Row]
    change: Callable[[Row, Wanted, Actor, datetime], object]
    remove: Callable[[Row, Actor, datetime], None]
    example: dict[str, Any]
    example_of_change: dict[str, Any]
    about: str = ""
    about_removal: str = ""

    @property
    def name(self) -> str:
        return self.path.replace("-", "_")

    def shown(self, row_id: int) -> dict[str, Any]:
        """Return one row as it is shown.

        :raises NotFound: there is none under this id
        """
        shown = self.show(self.rows().filter(pk=row_id))
        if not shown:
            raise NotFound
        return shown[0]

    def row(self, row_id: int) -> Row:
        """Return one row to change it.

        :raises NotFound: there is none under this id
        """
        row = self.rows().filter(pk=row_id).first()
        if row is None:
            raise NotFound
        return row


def tenant_id() -> UUID:
    """Return whose row a new one is.

    :raises tenants.scope.ScopeError: no business is active
    """
    active = scope.current().tenant_id
    if active is None:
        raise scope.ScopeError("a row belongs to one business")
    return active


def doors(kind: Kind[Any]) -> tuple[type[TenantView], type[TenantView]]:
    """Return the endpoint of all rows of this kind, and the endpoint of one."""
    return many(kind), one(kind)


def many(kind: Kind[Any]) -> type[TenantView]:
    class Many(TenantView):
        @extend_schema(
            operation_id=f"{kind.name}_list",
            summary=kind.many,
            description=kind.about or None,
            tags=[kind.path],
            parameters=[kind.query],
            responses={200: lists.list_of(kind.shape)},
        )
        def get(self, request: TenantRequest) -> Response:
            wanted = strict.read(kind.query, request.query_params.dict())
            return lists.paged(kind.narrow(kind.rows(), wanted), wanted, kind.show)

        @extend_schema(
            operation_id=f"{kind.name}_add",
            summary=f"Add {kind.one}",
            tags=[kind.path],
            request=kind.new,
            responses={201: kind.shape},
            examples=[OpenApiExample("New", request_only=True, value=kind.example)],
        )
        def post(self, request: TenantRequest) -> Response:
            wanted = strict.read(kind.new, request.data)
            row = kind.add(wanted, request.actor, timezone.now())
            where = {"Location": f"/api/{kind.path}/{row.pk}"}
            return Response(kind.shown(row.pk), status=201, headers=where)

    return Many


def one(kind: Kind[Any]) -> type[TenantView]:
    class One(TenantView):
        @extend_schema(
            operation_id=f"{kind.name}_read",
            summary=kind.one[0].upper() + kind.one[1:],
            tags=[kind.path],
            responses={200: kind.shape},
        )
        def get(self, request: TenantRequest, **named: int) -> Response:
            return Response(kind.shown(_only(named)))

        @extend_schema(
            operation_id=f"{kind.name}_change",
            summary=f"Change {kind.one}",
            description="What is not named stays as it is. A list that is named is replaced as a whole.",
            tags=[kind.path],
            request=kind.changes,
            responses={200: kind.shape},
            examples=[OpenApiExample("Change", request_only=True, value=kind.example_of_change)],
        )
        def put(self, request: TenantRequest, **named: int) -> Response:
            row = kind.row(_only(named))
            wanted = strict.read(kind.changes, request.data)
            kind.change(row, wanted, request.actor, timezone.now())
            return Response(kind.shown(row.pk))

        @extend_schema(
            operation_id=f"{kind.name}_delete",
            summary=f"Delete {kind.one}",
            description=kind.about_removal or None,
            tags=[kind.path],
            responses={204: None},
        )
        def delete(self, request: TenantRequest, **named: int) -> Response:
            kind.remove(kind.row(_only(named)), request.actor, timezone.now())
            return Response(status=204)

    return One


def _only(named: dict[str, int]) -> int:
    (row_id,) = named.values()
    return row_id
