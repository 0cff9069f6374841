"""Pages about the business itself, its branches and numbers."""

import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
)

from tenants.back_office import (
    RoleModelAdmin,
    RowForm,
    TenantForm,
    TenantModelAdmin,
    is_platform,
    own_tenant_id,
)
from tenants.models import (
    Branch,
    PhoneNumber,
    Tenant,
)
from tenants.roles import Area

# Proper names: the same in every language.
_STATES = [
    ("BW", "Baden-Württemberg"),
    ("BY", "Bayern"),
    ("BE", "Berlin"),
    ("BB", "Brandenburg"),
    ("HB", "Bremen"),
    ("HH", "Hamburg"),
    ("HE", "Hessen"),
    ("MV", "Mecklenburg-Vorpommern"),
    ("NI", "Niedersachsen"),
    ("NW", "Nordrhein-Westfalen"),
    ("RP", "Rheinland-Pfalz"),
    ("SL", "Saarland"),
    ("SN", "Sachsen"),
    ("ST", "Sachsen-Anhalt"),
    ("SH", "Schleswig-Holstein"),
    ("TH", "Thüringen"),
]
_NOT_CHOSEN = ("", "—")
_IN_EUROPE = sorted(name for name in zoneinfo.available_timezones() if name.startswith("Europe/"))


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget()
    )


class BusinessForm(RowForm):
    default_language = _language()


@admin.register(Tenant)
class TenantAdmin(RoleModelAdmin):
    area = Area.BUSINESS
    form = BusinessForm
    fields = ("name", "slug", "industry", "default_language", "billing_email", "is_active")
    list_display = ("name", "industry", "is_active", "created_at")
    list_filter = ("industry", "is_active")
    search_fields = ("name__istartswith", "slug__istartswith")
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        rows: QuerySet[Tenant] = super().get_queryset(request)
        return rows if is_platform(request) else rows.filter(pk=own_tenant_id())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if is_platform(request) else ("slug", "is_active")


class BranchForm(TenantForm):
    state = forms.ChoiceField(
        label=_("federal state"),
        required=False,
        choices=[_NOT_CHOSEN, *_STATES],
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Decides the holidays."),
    )
    time_zone = forms.ChoiceField(label=_("time zone"), widget=UnfoldAdminSelectWidget())
    language = _language()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [self.instance.time_zone] if self.instance.time_zone else []
        zones += [name for name in _IN_EUROPE if name not in zones]
        choices = [_NOT_CHOSEN, *((name, name) for name in zones)]
        if "time_zone" in self.fields:
            self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]


@admin.register(Branch)
class BranchAdmin(TenantModelAdmin):
    area = Area.BUSINESS
    form = BranchForm
    fieldsets: ClassVar[tuple[Any, ...]] = (
        (None, {"fields": ("name", "is_active")}),
        (_("Address"), {"fields": ("street", ("postcode", "city"), "state", "email")}),
        (_("Language and time"), {"fields": (("language", "time_zone"),)}),
    )
    list_display = ("name", "city", "state", "time_zone", "is_active")
    search_fields = ("name__istartswith", "city__istartswith")
    ordering = ("name", "pk")


class PhoneNumberForm(TenantForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("is_primary") and cleaned.get("branch"):
            others = PhoneNumber.objects.filter(branch=cleaned["branch"], is_primary=True)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("is_primary", _("This branch has a primary number already."))
        return cleaned


@admin.register(PhoneNumber)
class PhoneNumberAdmin(TenantModelAdmin):
    """A number decides whose call it is, so only platform staff say which number belongs to whom."""

    area = Area.BUSINESS
    is_platforms = True
    form = PhoneNumberForm
    related = ("branch",)
    fields = ("number", "branch", "kind", "is_primary", "is_active")
    list_display = ("number", "branch", "kind", "is_primary", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("number__startswith",)
    ordering = ("number",)
