"""Pages about what the business offers."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from booking.admin.inputs import EuroField, euros
from booking.models import Service, ServiceAlias
from tenants.back_office import (
    TenantForm,
    TenantInline,
    TenantModelAdmin,
    column,
)
from tenants.roles import Area

_STEPS = (5, 10, 15, 20, 30, 45, 60, 90, 120)


def _minutes(label: Any, *, least: int = 0, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        validators=[MinValueValidator(least), MaxValueValidator(most)],
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class ServiceForm(TenantForm):
    duration_minutes = _minutes(_("duration (minutes)"), least=5, most=720)
    buffer_before_minutes = _minutes(_("buffer before (minutes)"), most=360)
    buffer_after_minutes = _minutes(_("buffer after (minutes)"), most=360)
    horizon_days = _minutes(_("bookable ahead (days)"), most=730)
    step_minutes = forms.TypedChoiceField(
        label=_("a start every (minutes)"),
        coerce=int,
        choices=[(step, str(step)) for step in _STEPS],
        widget=UnfoldAdminSelectWidget(),
    )
    price_cents = EuroField(label=_("price (€)"), required=False)


class AliasInline(TenantInline):
    area = Area.OFFER
    model = ServiceAlias
    fields = ("alias",)
    verbose_name_plural = _("other names by which callers mean it")


@admin.register(Service)
class ServiceAdmin(TenantModelAdmin):
    area = Area.OFFER
    may_be_deleted = True
    form = ServiceForm
    inlines = (AliasInline,)
    fieldsets = (
        (None, {"fields": ("name", "description", ("is_active", "is_bookable_by_phone"))}),
        (
            _("Duration and price"),
            {
                "fields": (
                    ("duration_minutes", "price_cents"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                )
            },
        ),
        (
            _("When it can be booked"),
            {"fields": (("step_minutes", "min_notice_minutes", "horizon_days"),)},
        ),
    )
    list_display = ("name", "duration", "price", "is_bookable_by_phone", "is_active")
    list_filter = ("is_active", "is_bookable_by_phone")
    search_fields = ("name__istartswith",)
    ordering: ClassVar[tuple[str, ...]] = ("name", "pk")

    @column(_("duration"), ordering="duration_minutes")
    def duration(self, service: Service) -> str:
        return _("%(minutes)d min") % {"minutes": service.duration_minutes}

    @column(_("price"), ordering="price_cents")
    def price(self, service: Service) -> str:
        return "–" if service.price_cents is None else f"{euros(service.price_cents)} €"
