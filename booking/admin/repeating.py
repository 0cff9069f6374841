"""Pages about series: their dates, and the two verbs for all that are ahead. One date is changed on its own page."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from booking import recurrence, series_edits
from booking.admin.acting import ActingAdmin, typed
from booking.admin.diary_forms import ReasonForm
from booking.admin.inputs import clock_field, written
from booking.models import Appointment, Series, StaffMember, WorkingHours
from booking.series import OnConflict
from booking.series_edits import Change, Edit, Scope
from tenants.back_office import TenantInline, actor, button, column
from tenants.roles import Area


class MoveSeriesForm(ReasonForm):
    """Another weekday, time or person for all that is ahead; what is left empty stays."""

    layout: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("weekday", "clock"),
        ("staff_member",),
        ("leaves_others",),
        ("reason",),
    )

    weekday = forms.TypedChoiceField(
        label=_("weekday"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "–"), *(WorkingHours._meta.get_field("weekday").choices or [])],
        widget=UnfoldAdminSelectWidget(),
    )
    clock = clock_field(required=False)
    staff_member: "forms.ModelChoiceField[StaffMember]" = forms.ModelChoiceField(
        label=_("staff member"), queryset=None, required=False, widget=UnfoldAdminSelectWidget()
    )

    # One answer for all dates, where some cannot be at the new time; each can be moved on its own page afterwards.
    leaves_others = forms.BooleanField(
        label=_("Leave dates where they are that cannot be moved there"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = StaffMember.objects.filter(
            branch=series.branch, skills__service=series.service, is_active=True
        )
        self.fields["staff_member"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("weekday", "clock", "staff_member")):
            self.add_error(None, _("Nothing is to be changed."))
        return cleaned


class DatesInline(TenantInline):
    area = Area.DIARY
    is_record = True
    may_be_deleted = False
    model = Appointment
    fk_name = "series"
    fields = ("when", "staff_member", "status")
    readonly_fields = ("when",)
    ordering = ("starts_at", "pk")
    verbose_name_plural = _("dates")
    show_change_link = True

    @column(_("when"))
    def when(self, appointment: Appointment) -> str:
        return written(appointment.starts_at, appointment.branch)


@admin.register(Series)
class SeriesAdmin(ActingAdmin):
    area = Area.DIARY
    is_record = True
    verbs_write_the_audit_trail = True
    related = ("branch", "service", "staff_member", "customer")
    inlines = (DatesInline,)
    fields = (
        ("service", "staff_member"),
        ("customer", "attendee_name"),
        ("repeats", "branch"),
        ("starts_at", "ended_at"),
    )
    list_display = (
        "attendee_name",
        "service",
        "staff_member",
        "repeats",
        "first",
        "branch",
        "is_over",
    )
    list_filter = ("staff_member", "service")
    search_fields = ("attendee_name__istartswith",)
    ordering = ("-pk",)
    sortable_by = ()
    actions_detail = ("move_dates", "cancel_dates")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return (*super().get_readonly_fields(request, obj), "repeats")

    @column(_("rule"))
    def repeats(self, series: Series) -> str:
        return recurrence.in_words(series.rule)

    @column(_("first time"))
    def first(self, series: Series) -> str:
        return written(series.starts_at, series.branch)

    @column(_("ended"))
    def is_over(self, series: Series) -> str:
        return "–" if series.ended_at is None else written(series.ended_at, series.branch)

    @button(_("Move what is ahead"), path="move-dates", icon="event_repeat")
    def move_dates(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(wanted: dict[str, Any]) -> tuple[int, str]:
            change = Change(
                weekday=wanted["weekday"],
                clock=wanted["clock"],
                staff_member=wanted["staff_member"],
            )
            conflict = OnConflict.SKIP if wanted["leaves_others"] else OnConflict.ABORT
            how = _by(request, wanted)
            return _done(series_edits.move(series, change, on_conflict=conflict, **how))

        with self.narrowed(request, object_id):
            series: Series = self.opened(request, object_id)
            form = MoveSeriesForm(typed(request), series=series)
            back = self.url_of("change", series.pk)
            return self.ask(request, form, title=_("Move what is ahead"), back=back, do=do)

    @button(_("Cancel what is ahead"), path="cancel-dates", icon="event_busy")
    def cancel_dates(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(wanted: dict[str, Any]) -> tuple[int, str]:
            return _done(series_edits.cancel(series, **_by(request, wanted)))

        with self.narrowed(request, object_id):
            series: Series = self.opened(request, object_id)
            form = ReasonForm(typed(request))
            back = self.url_of("change", series.pk)
            return self.ask(request, form, title=_("Cancel what is ahead"), back=back, do=do)


def _by(request: HttpRequest, wanted: dict[str, Any]) -> dict[str, Any]:
    return {
        "scope": Scope.ALL,
        "by": actor(request),
        "source": Appointment.Source.BACK_OFFICE,
        "now": timezone.now(),
        "reason": wanted["reason"],
    }


def _done(edit: Edit) -> tuple[int, str]:
    said = _("%(count)d dates changed.") % {"count": len(edit.changed)}
    if edit.left:
        said += " " + _("%(count)d stay where they are.") % {"count": len(edit.left)}
    return edit.series.pk, said
