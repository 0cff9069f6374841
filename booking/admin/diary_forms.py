"""The forms behind the verbs of the diary."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from booking import customers
from booking.admin.customers import cleaned_phone, phone_field
from booking.admin.inputs import clock_field, day_field, instant_at
from booking.models import Appointment, Customer, Service, StaffMember
from tenants import scope
from tenants.back_office import capitalise
from tenants.models import Branch

_ANYBODY = _("whoever is free")


class PlainForm(forms.Form):
    """Cleaned values are what a verb takes."""

    cleaned_data: dict[str, Any]
    # Fields that stand in one line.
    layout: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capitalise(self)

    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[name] for name in line] for line in self.layout]


def _choice(queryset: Any, *, label: Any, **options: Any) -> "forms.ModelChoiceField[Any]":
    return forms.ModelChoiceField(
        label=label, queryset=queryset, widget=UnfoldAdminSelectWidget(), **options
    )


class _CustomerSelect(AutocompleteSelect):
    """Offers the customers of the business whose scope is open, to platform staff too."""

    def get_url(self) -> str:
        url = reverse("admin:booking_customer_choices")
        return f"{url}?tenant={scope.current().tenant_id}"


def _override_field() -> forms.CharField:
    return forms.CharField(
        label=_("set rules aside, because"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_(
            "Notice, hours, limits and policies are then not asked. What is taken stays taken."
        ),
    )


class BookingForm(PlainForm):
    """A new appointment: an existing customer, or one who is written down now."""

    layout = (
        ("service", "branch"),
        ("staff_member", "seats"),
        ("day", "clock"),
        ("chosen",),
        ("name",),
        ("phone", "email"),
        ("notes", "key"),
        ("override",),
    )

    override = _override_field()

    key = forms.UUIDField(widget=forms.HiddenInput())
    branch = _choice(None, label=_("branch"))
    service = _choice(None, label=_("service"))
    staff_member = _choice(None, label=_("staff member"), required=False, empty_label=_ANYBODY)
    seats = forms.IntegerField(
        label=_("seats"),
        min_value=1,
        max_value=500,
        initial=1,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    day = day_field()
    clock = clock_field()
    chosen: "forms.ModelChoiceField[Customer]" = forms.ModelChoiceField(
        label=_("customer"), queryset=None, required=False
    )
    name = forms.CharField(
        label=_("name"),
        max_length=255,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For somebody new, or when the appointment is for somebody else."),
    )
    phone = phone_field()
    email = forms.EmailField(
        label=_("e-mail"), required=False, widget=UnfoldAdminEmailInputWidget()
    )
    notes = forms.CharField(
        label=_("notes"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, site: AdminSite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = Branch.objects.filter(is_active=True).order_by("name", "pk")
        if len(branches) == 1:
            self.initial["branch"] = branches[0]
        rows = {
            "branch": branches,
            "service": Service.objects.filter(is_active=True).order_by("name", "pk"),
            "staff_member": StaffMember.objects.filter(is_active=True).order_by("name", "pk"),
            "chosen": Customer.objects.all(),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        relation = Appointment._meta.get_field("customer")
        self.fields["chosen"].widget = _CustomerSelect(
            relation,
            site,
            attrs={"class": "admin-autocomplete", "data-theme": "admin-autocomplete"},
        )
        self.fields["chosen"].widget.choices = self.fields["chosen"].choices  # type: ignore[attr-defined]

    def clean_phone(self) -> str | None:
        return cleaned_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("chosen") and not cleaned.get("name"):
            self.add_error("name", _("Choose a customer or write a name."))
        _note_the_start(self, cleaned)
        return cleaned

    def customer(self, *, now: datetime) -> Customer:
        """Return the chosen customer, or the one with this number or address, or a new one."""
        chosen: Customer | None = self.cleaned_data["chosen"]
        if chosen is not None:
            return chosen
        return customers.find_or_create(
            name=self.cleaned_data["name"],
            phone=self.cleaned_data["phone"],
            email=self.cleaned_data["email"] or None,
            now=now,
        )

    def attendee_name(self) -> str:
        name: str = self.cleaned_data["name"] or self.cleaned_data["chosen"].name
        return name


class GivenReasonForm(PlainForm):
    """Why; without it nothing happens."""

    layout: ClassVar[tuple[tuple[str, ...], ...]] = (("reason",),)

    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget())


class ReasonForm(PlainForm):
    layout: ClassVar[tuple[tuple[str, ...], ...]] = (("reason",),)

    reason = forms.CharField(
        label=_("reason"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget()
    )


class MoveForm(ReasonForm):
    """Another time, and perhaps another person; what is booked stays the same."""

    layout = (("day", "clock"), ("staff_member",), ("reason",), ("override",))

    override = _override_field()

    day = day_field()
    clock = clock_field()
    staff_member = _choice(None, label=_("staff member"))

    def __init__(self, *args: Any, appointment: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appointment = appointment
        people = StaffMember.objects.filter(
            branch=appointment.branch, skills__service=appointment.service, is_active=True
        )
        self.fields["staff_member"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["branch"] = self.appointment.branch
        cleaned["service"] = self.appointment.service
        _note_the_start(self, cleaned)
        return cleaned


def _note_the_start(form: PlainForm, cleaned: dict[str, Any]) -> None:
    day, clock, branch = cleaned.get("day"), cleaned.get("clock"), cleaned.get("branch")
    if day is None or clock is None or branch is None:
        return
    try:
        cleaned["starts_at"] = instant_at(day, clock, branch.zone)
    except ValidationError as error:
        form.add_error("clock", error)
