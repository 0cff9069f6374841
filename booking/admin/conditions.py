"""Pages about what the business sets: policies with their fees, and the rules of its diary."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from booking import conditions
from booking.admin.inputs import EuroField, euros
from booking.models import DiaryRules, Policy
from tenants.back_office import TenantForm, TenantModelAdmin, column
from tenants.errors import Invalid
from tenants.records import AlreadyExists
from tenants.roles import Area

_TIERS = range(1, 5)


def _number(label: Any, *, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class _PolicyForm(TenantForm):
    """A policy; its fees are lines of "less than so many hours before: an amount, or a part of the price"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, tier in zip(_TIERS, self.instance.fee_tiers, strict=False):
            self.initial[f"hours_{number}"] = tier["under_hours"]
            self.initial[f"cents_{number}"] = tier.get("cents")
            self.initial[f"percent_{number}"] = tier.get("percent")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        tiers = []
        for number in _TIERS:
            parts = {
                "under_hours": cleaned.get(f"hours_{number}"),
                "cents": cleaned.get(f"cents_{number}"),
                "percent": cleaned.get(f"percent_{number}"),
            }
            tier = {name: value for name, value in parts.items() if value is not None}
            if tier and "under_hours" not in tier:
                self.add_error(f"hours_{number}", _("From how many hours before on?"))
            elif tier:
                tiers.append(tier)
        if not self.errors:
            self._take(sorted(tiers, key=lambda tier: tier["under_hours"]))
        return cleaned

    def _take(self, tiers: list[dict[str, int]]) -> None:
        try:
            conditions.check_fees(tiers)
        except Invalid as refusal:
            ((field, sentence),) = refusal.errors.items()
            under = tiers[int(field.rpartition(".")[2])]["under_hours"]
            text = f"{_('Fees')}, {under} h: {sentence}"
            raise ValidationError(text) from refusal
        self.instance.fee_tiers = tiers


def _fields_of(number: int) -> dict[str, forms.Field]:
    return {
        f"hours_{number}": _number(_("less than … hours before"), least=1, most=32_767),
        f"cents_{number}": EuroField(label=_("fee (€)"), required=False),
        f"percent_{number}": _number(_("or % of the price"), least=0, most=100),
    }


_FIELDS = {name: field for number in _TIERS for name, field in _fields_of(number).items()}
PolicyForm: type[TenantForm] = type("PolicyForm", (_PolicyForm,), _FIELDS)


@admin.register(Policy)
class PolicyAdmin(TenantModelAdmin):
    area = Area.OFFER
    may_be_deleted = True
    form = PolicyForm
    related = ("branch", "service", "staff_member")
    fieldsets = (
        (_("What it is about"), {"fields": (("kind", "branch"), ("service", "staff_member"))}),
        (_("What is allowed"), {"fields": (("notice_hours", "quota"), "text")}),
        (
            _("Fees"),
            {
                "classes": ("ask-side-by-side",),
                "fields": tuple(
                    (f"hours_{number}", f"cents_{number}", f"percent_{number}") for number in _TIERS
                ),
                "description": _(
                    "The narrowest line that applies counts. Without any: under 48 hours 10 €, under 24 hours 15 €."
                ),
            },
        ),
    )
    list_display = ("kind", "whose", "notice_hours", "quota", "fees")
    list_filter = ("kind",)
    ordering: ClassVar[tuple[str, ...]] = ("kind", "pk")

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change:  # the lines of the fees are no columns
            obj.save(update_fields=["fee_tiers", "updated_at"])

    @column(_("applies to"))
    def whose(self, policy: Policy) -> str:
        parts = (policy.staff_member, policy.service, policy.branch)
        named = [str(part) for part in parts if part is not None]
        return ", ".join(named) or str(_("the whole business"))

    @column(_("fees"))
    def fees(self, policy: Policy) -> str:
        return " · ".join(_line(tier) for tier in policy.fee_tiers) or "–"


def _line(tier: dict[str, int]) -> str:
    fee = f"{euros(tier['cents'])} €" if "cents" in tier else f"{tier['percent']} %"
    return f"< {tier['under_hours']} h: {fee}"


class DiaryRulesForm(TenantForm):
    no_show_fee_cents = EuroField(label=_("fee for not coming (€)"))

    def clean(self) -> dict[str, Any] | None:
        if self.instance._state.adding and DiaryRules.objects.exists():
            raise ValidationError(AlreadyExists.sentence)
        return super().clean()


@admin.register(DiaryRules)
class DiaryRulesAdmin(TenantModelAdmin):
    """One row for a business at most."""

    area = Area.OFFER
    form = DiaryRulesForm
    fieldsets = (
        (
            _("Who does not come"),
            {
                "fields": (
                    ("no_show_after_minutes", "no_show_fee_cents"),
                    ("no_show_limit", "no_show_window_days", "no_show_consequence"),
                )
            },
        ),
        (
            _("What is offered"),
            {"fields": ("prefers_usual_staff", "avoids_gaps", "offer_minutes")},
        ),
    )
    list_display = ("no_show_after_minutes", "no_show_limit", "avoids_gaps", "prefers_usual_staff")
    ordering: ClassVar[tuple[str, ...]] = ("pk",)
