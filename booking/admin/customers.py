"""Pages about customers. What is typed goes through the verbs that the telephone uses too."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from booking import customers
from booking.admin.inputs import written
from booking.models import Appointment, Customer
from integrations.voice import numbers
from tenants.back_office import TenantForm, TenantModelAdmin, actor
from tenants.roles import Area

_MOST_FOUND = 200
_MOST_SHOWN = 10
_LOOKS_LIKE_A_NUMBER = re.compile(r"[+0][0-9 ()/.-]{4,24}")


def phone_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("telephone"),
        max_length=30,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel"}),
        **options,
    )


def cleaned_phone(typed: str) -> str | None:
    """Return a typed number in its one form.

    :raises ValidationError: it is none
    """
    if not typed:
        return None
    number = numbers.e164(typed)
    if number is None:
        raise ValidationError(_("This is not a telephone number."))
    return number


def find(text: str, among: QuerySet[Customer]) -> QuerySet[Customer]:
    """Return the customers meant by what was typed: a full number, an address, or how a name begins."""
    text = text.strip()
    if "@" in text:
        return among.filter(email__iexact=text)
    if _LOOKS_LIKE_A_NUMBER.fullmatch(text):
        return among.filter(phone=numbers.e164(text) or "")
    return among.filter(name__istartswith=text)


def ids_of(text: str) -> list[int]:
    """Return the first customers meant by what was typed, to look up what belongs to them."""
    return list(find(text, Customer.objects.all()).values_list("pk", flat=True)[:_MOST_FOUND])


class CustomerForm(TenantForm):
    phone = phone_field()
    language = forms.ChoiceField(
        label=_("language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget()
    )

    def clean_phone(self) -> str | None:
        return cleaned_phone(self.cleaned_data["phone"])


class Choices(AutocompleteJsonView):
    """What a search for a customer offers: two people of one name must not be mistaken for each other."""

    def process_request(self, request: HttpRequest) -> Any:
        # Always about customers, whatever field the address names.
        page = admin.site._registry[Customer]
        return request.GET.get("term", ""), page, Appointment._meta.get_field("customer"), "id"

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        known = (obj.name, obj.phone, obj.email)
        return {"id": str(obj.pk), "text": " · ".join(part for part in known if part)}


@admin.register(Customer)
class CustomerAdmin(TenantModelAdmin):
    area = Area.CUSTOMERS
    form = CustomerForm
    verbs_write_the_audit_trail = True
    fields = ("name", ("phone", "email"), "language", "notes")
    list_display = ("name", "phone", "email", "created_at")
    search_fields = ("name__istartswith",)
    search_help_text = _("Name, full number or e-mail address")
    ordering = ("name", "pk")
    sortable_by = ("name",)
    change_form_outer_after_template = "admin/booking/customer/appointments.html"

    def get_urls(self) -> list[URLPattern]:
        choices = self.admin_site.admin_view(Choices.as_view(admin_site=self.admin_site))
        urls: list[URLPattern] = super().get_urls()
        return [path("choices/", choices, name="booking_customer_choices"), *urls]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        rows, _duplicates = super().get_search_results(request, queryset, "")
        return (find(search_term, rows) if search_term.strip() else rows), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {"appointments": _latest_of(object_id) if object_id.isdecimal() else []}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        known = {name: form.cleaned_data[name] for name in ("name", "phone", "email", "notes")}
        language = form.cleaned_data["language"]
        by, now = actor(request), timezone.now()
        if not change:
            new = customers.register(**known, language=language, by=by, now=now)
            obj.pk = new.pk
            return
        stored = Customer.objects.get(pk=obj.pk)
        customers.change(stored, **known, by=by, now=now)
        if stored.language != language:
            stored.language = language
            stored.save(update_fields=["language", "updated_at"])


def _latest_of(customer_id: str) -> list[dict[str, Any]]:
    rows = (
        Appointment.objects.filter(customer_id=customer_id)
        .select_related("service", "staff_member", "branch")
        .order_by("-starts_at", "-pk")[:_MOST_SHOWN]
    )
    return [{"row": row, "when": written(row.starts_at, row.branch)} for row in rows]
