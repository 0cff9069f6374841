"""What every row of a business has in common."""

from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants import scope

_Row = TypeVar("_Row", bound="TenantOwned", covariant=True)


class TenantOwnedQuerySet(models.QuerySet[_Row, _Row]):
    """Rows of the active tenant."""


class _ScopedManager(models.Manager[_Row]):
    """Filters by the active scope and raises without one: the first wall."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        rows = super().get_queryset()
        active = scope.current()
        if active.tenant_id is None:
            return rows
        return rows.filter(tenant_id=active.tenant_id)


class TenantOwned(models.Model):
    """A row that belongs to one business; queries without an active tenant raise."""

    # Indexes that are needed begin with the tenant; one of the tenant alone would only cost.
    tenant = models.ForeignKey(
        "tenants.Tenant",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("business"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = _ScopedManager()

    class Meta:
        abstract = True
        # Related access and deletion go through the scope as well.
        base_manager_name = "objects"
        default_manager_name = "objects"


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key to a row of the same tenant.

    The database holds it by a composite key (`tenants.walls.same_tenant`) instead of the plain one. It brings no index
    of its own: which indexes a table needs stands in its Meta.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("db_index", False)
        super().__init__(*args, **kwargs)
