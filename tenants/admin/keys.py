"""The page about keys of machines: made here, shown once."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
)

from tenants import api_keys, audit
from tenants.back_office import (
    TenantForm,
    TenantModelAdmin,
    actor,
    column,
)
from tenants.models import (
    ApiKey,
    Tenant,
)
from tenants.roles import Area


class ApiKeyForm(TenantForm):
    scopes = forms.MultipleChoiceField(
        label=_("may"),
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(TenantModelAdmin):
    area = Area.ACCESS
    form = ApiKeyForm
    verbs_write_the_audit_trail = True
    list_display = ("name", "prefix", "may_do", "state", "last_used_at", "expires_at")
    ordering = ("-pk",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("name", "scopes", "expires_at")
        return ("name", "prefix", "may_do", "expires_at", "last_used_at", "revoked_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        tenant = Tenant.objects.get(pk=obj.tenant_id)
        key, secret = api_keys.issue(
            tenant, name=obj.name, scopes=obj.scopes, by=actor(request), now=timezone.now()
        )
        if obj.expires_at is not None:
            key.expires_at = obj.expires_at
            key.save(update_fields=["expires_at", "updated_at"])
        obj.pk, obj.prefix = key.pk, key.prefix
        text = _("This is the key. It is shown now and never again: %(secret)s")
        self.message_user(request, text % {"secret": secret}, messages.WARNING)

    @admin.action(description=_("Revoke"), permissions=["act"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        now = timezone.now()
        for key in keys.filter(revoked_at__isnull=True):
            key.revoke(now=now)
            audit.record("revoked", key, tenant_id=key.tenant_id, by=actor(request), now=now)
            self.message_user(request, _("%(key)s is revoked.") % {"key": key})

    @column(_("may"))
    def may_do(self, key: ApiKey) -> str:
        return ", ".join(str(ApiKey.Scope(each).label) for each in key.scopes)

    @column(
        _("state"),
        label={"active": "success", "expired": "warning", "revoked": "danger"},
    )
    def state(self, key: ApiKey) -> tuple[str, Any]:
        if key.revoked_at is not None:
            return "revoked", _("revoked")
        if key.expires_at is not None and key.expires_at <= timezone.now():
            return "expired", _("expired")
        return "active", _("active")
