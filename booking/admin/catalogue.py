"""Pages about what the business offers."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
)

from booking import offer
from booking.admin.inputs import EuroField, euros
from booking.models import Requirement, RequirementResource, Resource, Service, ServiceAlias
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
    processing_minutes = _minutes(_("processing time (minutes)"), most=720)
    seats = _minutes(_("seats"), least=1, most=500)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        parts = {name: cleaned.get(name) for name in offer.PARTS}
        if None not in (parts["duration_minutes"], parts["processing_minutes"], parts["seats"]):
            for name, sentence in offer.problems_of(**parts).items():  # type: ignore[arg-type]
                self.add_error(name, str(sentence))
        return cleaned


class RequirementForm(TenantForm):
    """What a service needs, with the rooms, chairs and devices it can be."""

    options: "forms.ModelMultipleChoiceField[Resource]" = forms.ModelMultipleChoiceField(
        label=_("of these"), queryset=None, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Resource.objects.filter(is_active=True).select_related("branch")
        self.fields["options"].queryset = rows.order_by("branch__name", "name", "pk")  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            chosen = RequirementResource.objects.filter(requirement=self.instance)
            self.initial["options"] = list(chosen.values_list("resource_id", flat=True))


class RequirementInline(TenantInline):
    area = Area.OFFER
    model = Requirement
    form = RequirementForm
    fields = ("name", "mode", "options")
    verbose_name_plural = _("what it needs beside a person")


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
    inlines = (AliasInline, RequirementInline)
    fieldsets = (
        (None, {"fields": ("name", "description", ("is_active", "is_bookable_by_phone"))}),
        (
            _("Duration and price"),
            {
                "fields": (
                    ("duration_minutes", "price_cents"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                    ("processing_after_minutes", "processing_minutes"),
                )
            },
        ),
        (
            _("When it can be booked"),
            {"fields": (("step_minutes", "min_notice_minutes", "horizon_days"),)},
        ),
        (
            _("Seats and limits (empty: none)"),
            {
                "fields": (
                    ("seats", "max_per_day"),
                    ("max_per_customer_per_day", "max_per_customer_per_week"),
                    "max_ahead_per_customer",
                )
            },
        ),
    )
    list_display = ("name", "duration", "price", "is_bookable_by_phone", "is_active")
    list_filter = ("is_active", "is_bookable_by_phone")
    search_fields = ("name__istartswith",)
    ordering: ClassVar[tuple[str, ...]] = ("name", "pk")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save()
        if formset.model is Requirement:
            for each in formset.forms:
                if each.instance.pk and "options" in each.changed_data:
                    offer.choose_from(each.instance, each.cleaned_data["options"])

    @column(_("duration"), ordering="duration_minutes")
    def duration(self, service: Service) -> str:
        return _("%(minutes)d min") % {"minutes": service.duration_minutes}

    @column(_("price"), ordering="price_cents")
    def price(self, service: Service) -> str:
        return "–" if service.price_cents is None else f"{euros(service.price_cents)} €"


@admin.register(Resource)
class ResourceAdmin(TenantModelAdmin):
    area = Area.OFFER
    may_be_deleted = True
    related = ("branch",)
    fields = (("name", "branch"), "is_active")
    list_display = ("name", "branch", "is_active")
    list_filter = ("is_active", "branch")
    search_fields = ("name__istartswith",)
    ordering: ClassVar[tuple[str, ...]] = ("name", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fixed = ("branch",) if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)
