"""The back office's pages about how the telephone is answered: rules, callers, answers, and what callers left."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.admin.inputs import written
from calls import errands
from calls.models import CallerRule, Desk, Errand, KnowledgeEntry
from tenants import audit
from tenants.back_office import TenantModelAdmin, actor, column
from tenants.roles import Area


@admin.register(Desk)
class DeskAdmin(TenantModelAdmin):
    area = Area.BUSINESS
    may_be_deleted = True
    related = ("branch",)
    fields = (
        "branch",
        ("transfer_number", "transfers_when_closed"),
        ("when_closed", "answers_withheld"),
        "asks_to_record",
    )
    list_display = ("branch", "transfer_number", "when_closed", "asks_to_record")
    search_fields = ("branch__name__istartswith",)
    sortable_by = ()
    ordering = ("pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (*fields, "branch")


@admin.register(CallerRule)
class CallerRuleAdmin(TenantModelAdmin):
    area = Area.BUSINESS
    may_be_deleted = True
    fields = (("number", "kind"), "note", ("turned_away", "last_at"))
    readonly_fields = ("turned_away", "last_at")
    list_display = ("number", "kind", "note", "turned_away")
    list_filter = ("kind",)
    search_fields = ("number__istartswith",)
    ordering = ("number", "pk")


@admin.register(KnowledgeEntry)
class KnowledgeEntryAdmin(TenantModelAdmin):
    area = Area.OFFER
    may_be_deleted = True
    fields = ("question", "also", "answer", "is_active")
    list_display = ("question", "answer", "is_active")
    list_filter = ("is_active",)
    search_fields = ("question__icontains",)
    ordering = ("question", "pk")


@admin.register(Errand)
class ErrandAdmin(TenantModelAdmin):
    area = Area.CALLS
    is_record = True
    related = ("call__branch",)
    fields = (
        ("kind", "status"),
        ("name", "birth_date", "phone"),
        "subject",
        "text",
        ("due_at", "done_at"),
    )
    list_display = ("due", "what", "name", "phone", "subject", "state")
    list_filter = ("status", "kind")
    search_fields = ("phone__exact", "name__istartswith")
    search_help_text = _("Number as +4930… or name")
    ordering = ("due_at", "pk")
    sortable_by = ()
    actions = ("finish",)

    @admin.action(description=_("Done"), permissions=["act"])
    def finish(self, request: HttpRequest, queryset: QuerySet[Errand]) -> None:
        now, count = timezone.now(), 0
        for errand in queryset.filter(status=Errand.Status.OPEN):
            errands.finish(errand, now=now)
            audit.record("finished", errand, tenant_id=errand.tenant_id, by=actor(request), now=now)
            count += 1
        self.message_user(request, _("%(count)d done.") % {"count": count})

    @column(_("due"), ordering="due_at")
    def due(self, errand: Errand) -> str:
        return written(errand.due_at, errand.call.branch)

    @column(_("kind"), label=dict.fromkeys(Errand.Kind))
    def what(self, errand: Errand) -> tuple[str, str]:
        return errand.kind, str(errand.get_kind_display())

    @column(_("status"), label={"open": "info", "done": "success"})
    def state(self, errand: Errand) -> tuple[str, str]:
        return errand.status, str(errand.get_status_display())
