"""Pages about the diary. A state changes by a verb only: book, move, cancel; what they refuse is said on the page."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from booking import attendance, availability, in_hand, notes, scheduling, together
from booking.admin import customers as customer_pages
from booking.admin import diary_forms
from booking.admin.attendance import BUTTONS, AttendanceVerbs
from booking.admin.inputs import euros, written
from booking.admin.local_time import LocalTimeAdmin
from booking.availability import Slot
from booking.explaining import SENTENCES
from booking.hosts import Override
from booking.models import Appointment, AppointmentChange
from booking.periods import Period
from tenants import scope
from tenants.back_office import (
    TenantInline,
    actor,
    button,
    column,
    is_platform,
    sentence_of,
    tenant_name,
    who,
)
from tenants.errors import Refused
from tenants.models import Branch
from tenants.roles import Area

_SOURCE = Appointment.Source.BACK_OFFICE
COLOURS = {
    Appointment.Status.HELD: "info",
    Appointment.Status.PENDING: "warning",
    Appointment.Status.CONFIRMED: "success",
    Appointment.Status.CHECKED_IN: "success",
    Appointment.Status.COMPLETED: "primary",
    Appointment.Status.NO_SHOW: "danger",
    Appointment.Status.CANCELLED: "danger",
}
_OFFERED = 6
_tenant_of = attrgetter("tenant_id")
_LOOK_AHEAD = timedelta(days=14)


class When(admin.SimpleListFilter):
    """Shows what lies ahead, unless somebody asks for something else or searches."""

    title = _("period")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("today")),
            ("past", _("past")),
            ("unclear", _("to be settled: the person was away")),
            ("all", _("all")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        wanted = self.value()
        if wanted == "today":
            return queryset.filter(starts_at__gte=today, starts_at__lt=today + timedelta(days=1))
        if wanted == "past":
            return queryset.filter(starts_at__lt=timezone.now())
        if wanted == "unclear":
            return queryset.filter(pk__in=attendance.unclear(now=timezone.now()).values("pk"))
        if wanted == "all" or request.GET.get("q"):
            return queryset
        return queryset.filter(starts_at__gte=today)

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": _("from today on")}
        yield from rest


class ChangesInline(TenantInline):
    area = Area.DIARY
    is_record = True
    may_be_deleted = False
    model = AppointmentChange
    fields = (
        "at",
        "kind",
        "by",
        "through",
        "old_starts_at",
        "new_starts_at",
        "reason",
        "fee",
        "set_aside",
    )
    readonly_fields = ("by", "through", "fee", "set_aside")
    ordering = ("at", "pk")
    verbose_name_plural = _("what became of it")

    @column(_("by"))
    def by(self, change: AppointmentChange) -> str:
        return who(change.actor)

    @column(_("fee"))
    def fee(self, change: AppointmentChange) -> str:
        return f"{euros(change.fee_cents)} €" if change.fee_cents else "–"

    @column(_("set aside"))
    def set_aside(self, change: AppointmentChange) -> str:
        rules = change.terms.get("overridden", [])
        return ", ".join(gettext(SENTENCES.get(rule, rule)) for rule in rules) or "–"

    @column(_("source"))
    def through(self, change: AppointmentChange) -> str:
        return str(dict(Appointment.Source.choices).get(change.source, change.source))


@admin.register(Appointment)
class AppointmentAdmin(AttendanceVerbs, LocalTimeAdmin):
    area = Area.DIARY
    verbs_write_the_audit_trail = True
    related = ("branch", "service", "staff_member", "customer")
    inlines = (ChangesInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("when", "state_in_words"),
                    ("service", "staff_member"),
                    ("customer", "attendee_name"),
                    ("branch", "price"),
                    ("source", "call"),
                    ("seats", "together"),
                    ("confirmed_at", "checked_in_at"),
                    "cancelled_at",
                )
            },
        ),
        (None, {"fields": ("notes",)}),
    )
    list_display = ("when", "service", "staff_member", "attendee", "branch", "state", "source")
    list_filter = (When, "status", "source", "staff_member", "service")
    search_fields = ("attendee_name",)
    search_help_text = _("Name, full number, e-mail address or #number")
    sortable_by = ()
    actions = ("cancel_chosen",)
    actions_detail = (
        "check_in",
        "undo_check_in",
        "complete",
        "no_show",
        "waive",
        "move",
        "cancel",
    )

    # --- Lists -------------------------------------------------------------------------------------

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        ahead = request.GET.get("when", "today") == "today" and not request.GET.get("q")
        return ("starts_at", "pk") if ahead else ("-starts_at", "-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Appointment], search_term: str
    ) -> tuple[QuerySet[Appointment], bool]:
        term = search_term.strip()
        number = term.removeprefix("#")
        if not term:
            return queryset, False
        if number.isdecimal() and len(number) < 19 and not number.startswith("0"):
            return queryset.filter(pk=int(number)), False
        return queryset.filter(customer_id__in=customer_pages.ids_of(term)), False

    @column(_("when"), ordering="starts_at")
    def when(self, appointment: Appointment) -> str:
        return written(appointment.starts_at, appointment.branch)

    @column(_("for"))
    def attendee(self, appointment: Appointment) -> str:
        return appointment.attendee_name or "–"

    @column(_("status"), label=COLOURS)
    def state(self, appointment: Appointment) -> tuple[str, str]:
        return appointment.status, self.state_in_words(appointment)

    @column(_("status"))
    def state_in_words(self, appointment: Appointment) -> str:
        if appointment.is_waived:
            return _("%(state)s, forgiven") % {"state": appointment.get_status_display()}
        if appointment.hold_expires_at is None:
            return str(appointment.get_status_display())
        until = appointment.hold_expires_at.astimezone(appointment.branch.zone)
        return _("held until %(time)s") % {"time": f"{until:%H:%M}"}

    @column(_("price"))
    def price(self, appointment: Appointment) -> str:
        cents = appointment.price_cents
        return "–" if cents is None else f"{euros(cents)} €"

    @column(_("call"))
    def call(self, appointment: Appointment) -> str:
        if appointment.call_number is None:
            return "–"
        try:  # the page of the call stands a floor above; this is only its address
            url = reverse("admin:calls_call_change", args=[appointment.call_number])
        except NoReverseMatch:
            return str(appointment.call_number)
        return format_html('<a class="text-link" href="{}">{}</a>', url, appointment.call_number)

    @column(_("belongs to"))
    def together(self, appointment: Appointment) -> str:
        """Say which session, visit and series it is part of."""
        known = {
            "session": (appointment.session_id, _("session")),
            "visit": (appointment.visit_id, _("visit")),
            "series": (appointment.series_id, _("series")),
        }
        links = (
            (reverse(f"admin:booking_{name}_change", args=[number]), word)
            for name, (number, word) in known.items()
            if number is not None
        )
        return format_html_join(", ", '<a class="text-link" href="{}">{}</a>', links) or "–"

    @admin.action(description=_("Cancel the chosen ones"), permissions=["act"])
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        cancelled = 0
        for tenant_id, rows in groupby(queryset.order_by("tenant_id", "pk"), _tenant_of):
            chosen = list(rows)
            # All diaries at once and in order: somebody else may want two of them the other way round.
            with scope.tenant(tenant_id):
                cancelled += in_hand.change_all(chosen, partial(self._cancel_each, request, chosen))
        if cancelled:
            self.message_user(request, _("%(count)d cancelled.") % {"count": cancelled})

    def _cancel_each(self, request: HttpRequest, chosen: list[Appointment]) -> int:
        cancelled = 0
        together.wait_for(chosen)
        for appointment in chosen:
            try:
                scheduling.cancel(
                    appointment, by=actor(request), source=_SOURCE, now=timezone.now()
                )
            except Refused as refusal:
                text = f"{_named(appointment)}: {sentence_of(refusal)}"
                self.message_user(request, text, messages.WARNING)
            else:
                cancelled += 1
        return cancelled

    # --- One appointment -----------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        shown = [name for _title, options in self.fieldsets for name in _flat(options["fields"])]
        own = tuple(name for name in shown if name != "notes")
        return (*own, "tenant") if is_platform(request) else own

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        stored = Appointment.objects.get(pk=obj.pk)
        notes.annotate(
            stored,
            notes=form.cleaned_data["notes"],
            by=actor(request),
            source=_SOURCE,
            now=timezone.now(),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        row = Appointment.objects.filter(pk=object_id).only("status", "is_waived").first()
        has = BUTTONS.get(row.status, frozenset()) if row else frozenset()
        if row is not None and row.is_waived:
            has -= {"waive"}
        return [each for each in actions if each.path in has]

    # --- Book, move, cancel ----------------------------------------------------------------------------

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Book through the one verb that everybody books with."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        with self.narrowed(request, None):
            if scope.current().tenant_id is None:
                return self._ask_for_the_tenant(request)
            return self._answer(
                request,
                diary_forms.BookingForm(
                    _typed(request), site=self.admin_site, initial={"key": uuid.uuid4()}
                ),
                title=_("Book an appointment"),
                submit=_("Book"),
                do=lambda form: self._book(request, form),
            )

    @button(_("Move"), path="move", icon="event_repeat")
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        with self._opened(request, object_id) as appointment:
            local = appointment.starts_at.astimezone(appointment.branch.zone)
            initial = {
                "day": local.date(),
                "clock": local.time(),
                "staff_member": appointment.staff_member_id,
            }
            form = diary_forms.MoveForm(_typed(request), appointment=appointment, initial=initial)
            return self._answer(
                request,
                form,
                title=_("Move the appointment"),
                submit=_("Move"),
                do=lambda form: self._move(request, appointment, form),
                appointment=appointment,
            )

    @button(_("Cancel the appointment"), path="cancel", icon="event_busy")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        with self._opened(request, object_id) as appointment:
            return self._answer(
                request,
                diary_forms.ReasonForm(_typed(request)),
                title=_("Cancel the appointment"),
                submit=_("Cancel the appointment"),
                do=lambda form: self._cancel(request, appointment, form),
                appointment=appointment,
            )

    def _book(self, request: HttpRequest, form: Any) -> Appointment:
        booking = scheduling.book(
            form.cleaned_data["service"],
            branch=form.cleaned_data["branch"],
            staff_member=form.cleaned_data["staff_member"],
            starts_at=form.cleaned_data["starts_at"],
            customer=form.customer(now=timezone.now()),
            attendee_name=form.attendee_name(),
            source=_SOURCE,
            by=actor(request),
            now=timezone.now(),
            idempotency_key=f"back_office:{form.cleaned_data['key']}",
            notes=form.cleaned_data["notes"],
            seats=form.cleaned_data["seats"] or 1,
            override=_override(form),
        )
        text = _("Booked: %(what)s") % {"what": _named(booking.appointment)}
        self.message_user(request, text, messages.SUCCESS)
        return booking.appointment

    def _move(self, request: HttpRequest, appointment: Appointment, form: Any) -> Appointment:
        scheduling.reschedule(
            appointment,
            starts_at=form.cleaned_data["starts_at"],
            staff_member=form.cleaned_data["staff_member"],
            by=actor(request),
            source=_SOURCE,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
            override=_override(form),
        )
        self.message_user(request, _("The appointment was moved."), messages.SUCCESS)
        return appointment

    def _cancel(self, request: HttpRequest, appointment: Appointment, form: Any) -> Appointment:
        scheduling.cancel(
            appointment,
            by=actor(request),
            source=_SOURCE,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        self.message_user(request, _("The appointment was cancelled."), messages.SUCCESS)
        return appointment

    @contextmanager
    def _opened(self, request: HttpRequest, object_id: str) -> Iterator[Appointment]:
        """Open the scope of this appointment's business for somebody who may change it."""
        with self.narrowed(request, object_id):
            found: Appointment | None = self.get_object(request, object_id)
            if found is None:
                raise Http404
            yield found

    def _answer(
        self,
        request: HttpRequest,
        form: diary_forms.PlainForm,
        *,
        title: Any,
        submit: Any,
        do: Callable[[Any], Appointment] | None,
        appointment: Appointment | None = None,
    ) -> HttpResponse:
        """Show the form, or do what it says and go on; a refusal is said beside the form."""
        free: list[dict[str, str]] = []
        if do is not None and request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    done = do(form)
            except Refused as refusal:
                form.add_error(None, sentence_of(refusal))
                free = _instead(form, ignoring=appointment)
            else:
                still_there = Appointment.objects.filter(pk=done.pk).exists()
                return redirect(
                    self.url_of("change", done.pk) if still_there else self.url_of("changelist")
                )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": title,
            "submit": submit,
            "form": form,
            "rows": form.rows(),
            "free": free,
            "appointment": appointment,
            "when": self.when(appointment) if appointment else "",
            "tenant_name": tenant_name(request),
            "back": self.url_of("change", appointment.pk)
            if appointment
            else self.url_of("changelist"),
        }
        return render(request, "admin/booking/appointment/act.html", context)


def _override(form: Any) -> Override | None:
    reason = form.cleaned_data["override"]
    return Override(reason=reason) if reason else None


def _typed(request: HttpRequest) -> QueryDict | None:
    """Return what was posted; a free time that was clicked takes the place of the typed one."""
    if request.method != "POST":
        return None
    typed = request.POST.copy()
    day, _separator, clock = typed.get("pick", "").partition("T")
    if clock:
        typed["day"], typed["clock"] = day, clock
    return typed


def _instead(form: diary_forms.PlainForm, *, ignoring: Appointment | None) -> list[dict[str, str]]:
    """Return free times from the wanted day on, for a person to choose from; nothing is moved by itself."""
    wanted = form.cleaned_data.get("starts_at")
    if wanted is None:
        return []
    branch: Branch = form.cleaned_data["branch"]
    local = wanted.astimezone(branch.zone)
    start = local.replace(hour=0, minute=0)
    slots = availability.free_slots(
        form.cleaned_data["service"],
        branch=branch,
        period=Period(start, start + _LOOK_AHEAD),
        now=timezone.now(),
        staff_member=form.cleaned_data.get("staff_member"),
        limit=_OFFERED,
        ignoring=ignoring,
    )
    return [_offer(slot, branch) for slot in slots]


def _offer(slot: Slot, branch: Branch) -> dict[str, str]:
    local: datetime = slot.starts_at.astimezone(branch.zone)
    return {
        "value": f"{local:%Y-%m-%dT%H:%M}",
        "label": f"{written(slot.starts_at, branch)} · {slot.staff_name}",
    }


def _named(appointment: Appointment) -> str:
    return f"{appointment.attendee_name} {written(appointment.starts_at, appointment.branch)}"


def _flat(fields: Any) -> list[str]:
    return [name for each in fields for name in (each if isinstance(each, tuple) else (each,))]
