"""Pages about what the house writes down: alerts and the audit trail."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants import audit
from tenants.back_office import (
    TenantModelAdmin,
    actor,
    column,
    who,
)
from tenants.models import (
    Alert,
    AuditEntry,
)
from tenants.roles import Area


class OpenFirst(admin.SimpleListFilter):
    """Shows what is open, unless somebody asks for the rest."""

    title = _("state")
    parameter_name = "state"
    column = "resolved_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("done", _("dealt with")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(**{f"{self.column}__isnull": self.value() != "done"})

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": _("open")}
        yield from rest


@admin.register(Alert)
class AlertAdmin(TenantModelAdmin):
    area = Area.TRAFFIC
    is_record = True
    fields = ("code", "about", "facts", "count", "created_at", "last_at", "resolved_at")
    list_display = ("last_at", "code", "about", "count", "resolved_at")
    list_filter = (OpenFirst,)
    search_fields = ("code__istartswith", "about__startswith")
    ordering = ("-last_at", "-pk")
    actions = ("resolve",)

    @admin.action(description=_("Dealt with"), permissions=["act"])
    def resolve(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        now = timezone.now()
        for alert in alerts.filter(resolved_at__isnull=True):
            alert.resolved_at = now
            alert.save(update_fields=["resolved_at", "updated_at"])
            if alert.tenant_id is not None:
                audit.record(
                    "resolved", alert, tenant_id=alert.tenant_id, by=actor(request), now=now
                )


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantModelAdmin):
    area = Area.ACCESS
    is_record = True
    fields = ("at", "by", "verb", "object_type", "object_id", "facts")
    readonly_fields = ("by",)
    list_display = ("at", "by", "verb", "object_type", "object_id")
    search_fields = ("object_id",)
    search_help_text = _("Number of the object, or the actor (user:7)")
    ordering = ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        term = search_term.strip()
        if ":" in term:
            return queryset.filter(actor=term), False
        if term:
            # The index begins with the kind of the object; there are a few dozen kinds.
            kinds = [model._meta.label_lower for model in apps.get_models()]
            queryset = queryset.filter(object_type__in=kinds, object_id=term[:60])
        return queryset, False

    @column(_("actor"))
    def by(self, entry: AuditEntry) -> str:
        return who(entry.actor)
