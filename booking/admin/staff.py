"""Pages about who does it and when they are there: staff, branches, hours, time off.

Whoever changes when somebody is there waits for their diary first, so that no booking looks at half of a change.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
)

from booking import locking, team
from booking.admin.inputs import EuroField, WallTimeField, written
from booking.admin.local_time import LocalTimeAdmin
from booking.models import (
    Appointment,
    Service,
    Skill,
    SpecialHours,
    StaffMember,
    TimeOff,
    WorkingHours,
)
from tenants.admin.business import BranchAdmin, BranchForm
from tenants.back_office import (
    TenantForm,
    TenantInline,
    column,
)
from tenants.models import Branch
from tenants.roles import Area

_LAST_START, _LAST_END = 24 * 60 - 1, 48 * 60 - 1
# Time off that is long over need not be loaded into a form.
_SHOWN_AFTER_ITS_END = timedelta(days=30)


# --- Forms -----------------------------------------------------------------------------------------


class HoursForm(TenantForm):
    from_minute = WallTimeField(label=_("from"), latest=_LAST_START)
    until_minute = WallTimeField(
        label=_("until"), latest=_LAST_END, help_text=_("26:00 is 2:00 of the next day.")
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        begin, end = cleaned.get("from_minute"), cleaned.get("until_minute")
        if begin is not None and end is not None and begin >= end:
            self.add_error("until_minute", _("The end must be after the beginning."))
        elif begin is not None and end is not None and end > begin + 1440:
            self.add_error("until_minute", _("The end must be after the beginning, within a day."))
        _must_work_there(self, cleaned)
        return cleaned


class SpecialHoursForm(HoursForm):
    """Without times: closed, or not at work."""

    from_minute = WallTimeField(label=_("from"), latest=_LAST_START, required=False)
    until_minute = WallTimeField(
        label=_("until"),
        latest=_LAST_END,
        required=False,
        help_text=_("Both empty: closed all day."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        begin, end = cleaned.get("from_minute"), cleaned.get("until_minute")
        if (begin is None) != (end is None) and not self.errors:
            text = _("Say from when until when, or neither: closed all day.")
            self.add_error("until_minute", text)
        return cleaned


class BranchWithHolidaysForm(BranchForm):
    half_day_until_minute = WallTimeField(
        label=_("open on 24 and 31 December until"),
        required=False,
        help_text=_("00:00 means closed all day, empty means open as on every other day."),
    )


class SkillForm(TenantForm):
    price_cents = EuroField(label=_("own price (€)"), required=False)
    duration_minutes = forms.IntegerField(
        label=_("own duration (minutes)"),
        required=False,
        min_value=5,
        max_value=720,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class TimeOffForm(TenantForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        begin, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if begin is not None and end is not None and begin >= end:
            self.add_error("ends_at", _("The end must be after the beginning."))
        _must_work_there(self, cleaned)
        return cleaned


def _must_work_there(form: TenantForm, cleaned: dict[str, Any]) -> None:
    staff_member, branch = cleaned.get("staff_member"), cleaned.get("branch")
    if staff_member is None or branch is None or staff_member.branch_id == branch.pk:
        return
    form.add_error("staff_member", _("This staff member works in another branch."))


class StaffForm(TenantForm):
    offers: "forms.ModelMultipleChoiceField[Service]" = forms.ModelMultipleChoiceField(
        label=_("offers"),
        queryset=None,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "offers" not in self.fields:
            return
        own = [] if self.instance.pk is None else _offered_by(self.instance)
        services = Service.objects.filter(Q(is_active=True) | Q(pk__in=own))
        self.fields["offers"].queryset = services.order_by("name", "pk")  # type: ignore[attr-defined]
        self.initial["offers"] = own


def _offered_by(staff_member: StaffMember) -> list[int]:
    return list(
        Skill.objects.filter(staff_member=staff_member).values_list("service_id", flat=True)
    )


# --- Rows inside a page ------------------------------------------------------------------------------


class HoursInline(TenantInline):
    area = Area.OFFER
    model = WorkingHours
    form = HoursForm
    fields = ("weekday", "from_minute", "until_minute", "valid_from", "valid_until")
    ordering = ("weekday", "from_minute", "pk")


class HoursOfBranchInline(HoursInline):
    verbose_name_plural = _("opening hours")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingHours]:
        rows: QuerySet[WorkingHours] = super().get_queryset(request)
        return rows.filter(staff_member__isnull=True)


class HoursOfStaffInline(HoursInline):
    fk_name = "staff_member"
    verbose_name_plural = _("own working hours (none: when the branch is open)")


class SpecialHoursInline(TenantInline):
    area = Area.OFFER
    model = SpecialHours
    form = SpecialHoursForm
    fields = ("day", "from_minute", "until_minute", "note")
    ordering = ("day", "from_minute", "pk")
    verbose_name_plural = _("hours of single dates")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpecialHours]:
        rows: QuerySet[SpecialHours] = super().get_queryset(request)
        return rows.filter(day__gte=(timezone.now() - _SHOWN_AFTER_ITS_END).date())


class SpecialHoursOfBranchInline(SpecialHoursInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[SpecialHours]:
        return super().get_queryset(request).filter(staff_member__isnull=True)


class SpecialHoursOfStaffInline(SpecialHoursInline):
    fk_name = "staff_member"


class SkillInline(TenantInline):
    """What is particular about somebody's services; which ones they offer is ticked above."""

    area = Area.OFFER
    model = Skill
    form = SkillForm
    may_be_deleted = False
    fields = ("what", "valid_until", "duration_minutes", "price_cents")
    readonly_fields = ("what",)
    ordering = ("service__name", "pk")
    verbose_name_plural = _("own pace and price (empty: as the service)")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Skill]:
        rows: QuerySet[Skill] = super().get_queryset(request)
        return rows.select_related("service")

    @column(_("service"))
    def what(self, skill: Skill) -> str:
        return str(skill.service)


class TimeOffInline(TenantInline):
    area = Area.OFFER
    model = TimeOff
    form = TimeOffForm
    fields = ("starts_at", "ends_at", "kind", "note")
    ordering = ("starts_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOff]:
        rows: QuerySet[TimeOff] = super().get_queryset(request)
        return rows.filter(ends_at__gte=timezone.now() - _SHOWN_AFTER_ITS_END)


class TimeOffOfBranchInline(TimeOffInline):
    verbose_name_plural = _("closed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOff]:
        return super().get_queryset(request).filter(staff_member__isnull=True)


class TimeOffOfStaffInline(TimeOffInline):
    fk_name = "staff_member"


# --- Pages -----------------------------------------------------------------------------------------


@admin.register(StaffMember)
class StaffMemberAdmin(LocalTimeAdmin):
    area = Area.OFFER
    may_be_deleted = True
    form = StaffForm
    related = ("branch",)
    inlines = (SkillInline, HoursOfStaffInline, SpecialHoursOfStaffInline, TimeOffOfStaffInline)
    fields = ("name", ("branch", "email"), ("max_per_day", "is_active"), "offers")
    list_display = ("name", "branch", "offers", "is_active")
    list_filter = ("is_active", "branch")
    search_fields = ("name__istartswith",)
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffMember]:
        skills = Skill.objects.select_related("service").order_by("service__name", "pk")
        rows: QuerySet[StaffMember] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("skills", queryset=skills))

    def save_model(self, request: HttpRequest, obj: StaffMember, form: Any, change: bool) -> None:
        if change:
            locking.lock_diaries(obj.tenant_id, [obj.pk])
        super().save_model(request, obj, form, change)
        if change and "branch" in form.changed_data:
            team.take_hours_along(obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not Skill:
            for each in formset.forms:
                each.instance.branch_id = form.instance.branch_id
        formset.save()
        _warn_of_appointments(self, request, formset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "offers" in form.changed_data:
            _offer_only(form.instance, form.cleaned_data["offers"])

    @column(_("offers"))
    def offers(self, staff_member: StaffMember) -> str:
        return ", ".join(skill.service.name for skill in staff_member.skills.all()) or "–"


def _offer_only(staff_member: StaffMember, services: Iterable[Service]) -> None:
    wanted = {service.pk for service in services}
    skills = Skill.objects.filter(staff_member=staff_member)
    skills.exclude(service_id__in=wanted).delete()
    known = set(skills.values_list("service_id", flat=True))
    Skill.objects.bulk_create(
        Skill(tenant_id=staff_member.tenant_id, staff_member=staff_member, service_id=service_id)
        for service_id in sorted(wanted - known)
    )


# The branch's page stands a floor below; here it gets the hours.
admin.site.unregister(Branch)


@admin.register(Branch)
class BranchWithHoursAdmin(LocalTimeAdmin, BranchAdmin):
    form = BranchWithHolidaysForm
    inlines = (HoursOfBranchInline, SpecialHoursOfBranchInline, TimeOffOfBranchInline)
    fieldsets = (
        *BranchAdmin.fieldsets,
        (
            _("Holidays"),
            {"fields": (("closes_on_holidays", "municipality"), "half_day_until_minute")},
        ),
    )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        locking.lock_teams(form.instance.tenant_id, [form.instance.pk])
        formset.save()
        _warn_of_appointments(self, request, formset)


class _PresenceAdmin(LocalTimeAdmin):
    """Rows that say when somebody is there, or is not."""

    area = Area.OFFER
    may_be_deleted = True
    related = ("branch", "staff_member")
    search_fields = ("staff_member__name__istartswith",)
    search_help_text = _("Name of the staff member")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            before = self.model._default_manager.get(pk=obj.pk)
            locking.lock_diaries_of([before, obj])
        else:
            locking.lock_diaries_of([obj])
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        locking.lock_diaries_of([obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        locking.lock_diaries_of(queryset)
        super().delete_queryset(request, queryset)


@admin.register(WorkingHours)
class WorkingHoursAdmin(_PresenceAdmin):
    form = HoursForm
    fields = (
        ("branch", "staff_member"),
        "weekday",
        ("from_minute", "until_minute"),
        ("valid_from", "valid_until"),
    )
    list_display = ("whose", "branch", "weekday", "span", "valid_from", "valid_until")
    list_filter = ("weekday", "branch", "staff_member")
    ordering = ("branch", "staff_member", "weekday", "from_minute", "pk")
    sortable_by = ("weekday",)

    @column(_("who"))
    def whose(self, hours: WorkingHours) -> str:
        return str(hours.staff_member or _("the branch"))

    @column(_("time"))
    def span(self, hours: WorkingHours) -> str:
        clock = WallTimeField()
        begin = clock.prepare_value(hours.from_minute)
        return f"{begin}–{clock.prepare_value(hours.until_minute)}"


@admin.register(SpecialHours)
class SpecialHoursAdmin(_PresenceAdmin):
    form = SpecialHoursForm
    fields = (("branch", "staff_member"), "day", ("from_minute", "until_minute"), "note")
    list_display = ("day", "whose", "branch", "span", "note")
    list_filter = ("branch", "staff_member")
    ordering = ("-day", "pk")

    @column(_("who"))
    def whose(self, hours: SpecialHours) -> str:
        return str(hours.staff_member or _("the branch"))

    @column(_("time"))
    def span(self, hours: SpecialHours) -> str:
        if hours.from_minute is None:
            return str(_("closed"))
        clock = WallTimeField()
        begin = clock.prepare_value(hours.from_minute)
        return f"{begin}–{clock.prepare_value(hours.until_minute)}"


@admin.register(TimeOff)
class TimeOffAdmin(_PresenceAdmin):
    form = TimeOffForm
    fields = (("branch", "staff_member"), "starts_at", "ends_at", ("kind", "note"))
    list_display = ("whose", "branch", "begins", "ends", "kind", "note")
    list_filter = ("kind", "branch", "staff_member")
    ordering = ("-starts_at", "pk")

    def save_model(self, request: HttpRequest, obj: TimeOff, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _warn(self, request, [obj])

    @column(_("who"))
    def whose(self, off: TimeOff) -> str:
        return str(off.staff_member or _("the branch"))

    @column(_("from"), ordering="starts_at")
    def begins(self, off: TimeOff) -> str:
        return written(off.starts_at, off.branch)

    @column(_("until"), ordering="ends_at")
    def ends(self, off: TimeOff) -> str:
        return written(off.ends_at, off.branch)


# --- What lies in new time off ------------------------------------------------------------------------------


def _warn_of_appointments(page: Any, request: HttpRequest, formset: Any) -> None:
    if formset.model is TimeOff:
        changed = [row for row, _fields in formset.changed_objects]
        _warn(page, request, [*formset.new_objects, *changed])


def _warn(page: Any, request: HttpRequest, rows: Iterable[TimeOff]) -> None:
    """Say how many appointments lie in new time off; they stay until a person decides about each."""
    for off in rows:
        booked = Appointment.objects.filter(
            branch_id=off.branch_id,
            status__in=Appointment.ACTIVE,
            starts_at__lt=off.ends_at,
            ends_at__gt=off.starts_at,
        )
        if off.staff_member_id is not None:
            booked = booked.filter(staff_member_id=off.staff_member_id)
        count = booked.count()
        if count:
            text = ngettext(
                "%(count)d appointment lies in this time off and stays until it is moved or cancelled.",
                "%(count)d appointments lie in this time off and stay until they are moved or cancelled.",
                count,
            )
            page.message_user(request, text % {"count": count}, messages.WARNING)
