"""Pages about visits: several services one after the other, read and cancelled as a whole. Each part has a page of its own."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import visits
from booking.admin.acting import ActingAdmin, typed
from booking.admin.diary import COLOURS
from booking.admin.diary_forms import ReasonForm
from booking.admin.inputs import written
from booking.models import Appointment, Visit
from tenants.back_office import TenantInline, actor, button, column
from tenants.roles import Area


class PartsInline(TenantInline):
    area = Area.DIARY
    is_record = True
    may_be_deleted = False
    model = Appointment
    fk_name = "visit"
    fields = ("when", "service", "staff_member", "status")
    readonly_fields = ("when",)
    ordering = ("starts_at", "pk")
    verbose_name_plural = _("parts")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        rows: QuerySet[Appointment] = super().get_queryset(request)
        return rows.select_related("service", "staff_member", "branch", "customer")

    @column(_("when"))
    def when(self, appointment: Appointment) -> str:
        return written(appointment.starts_at, appointment.branch)


@admin.register(Visit)
class VisitAdmin(ActingAdmin):
    area = Area.DIARY
    is_record = True
    verbs_write_the_audit_trail = True
    related = ("branch", "customer")
    inlines = (PartsInline,)
    fields = (("customer", "branch"), "created_at")
    list_display = ("customer", "when", "services", "people", "branch", "state")
    list_filter = ("branch",)
    search_fields = ("customer__name__istartswith",)
    search_help_text = _("Name of the customer")
    ordering = ("-pk",)
    sortable_by = ()
    actions_detail = ("cancel_visit",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visit]:
        """Return what was booked; a visit that is only held belongs to nobody yet."""
        parts = Appointment.objects.select_related("service", "staff_member")
        rows: QuerySet[Visit] = super().get_queryset(request)
        return rows.filter(customer__isnull=False).prefetch_related(
            Prefetch("appointments", queryset=parts.order_by("starts_at", "pk"), to_attr="parts")
        )

    @column(_("when"))
    def when(self, visit: Any) -> str:
        return written(visit.parts[0].starts_at, visit.branch) if visit.parts else "–"

    @column(_("services"))
    def services(self, visit: Any) -> str:
        return ", ".join(part.service.name for part in visit.parts)

    @column(_("staff"))
    def people(self, visit: Any) -> str:
        return ", ".join(dict.fromkeys(part.staff_member.name for part in visit.parts))

    @column(_("status"), label=COLOURS)
    def state(self, visit: Any) -> tuple[str, str] | str:
        """Return the state of the first part that is not cancelled: the others follow it."""
        cancelled = Appointment.Status.CANCELLED
        standing = [part for part in visit.parts if part.status != cancelled] or visit.parts
        return (standing[0].status, standing[0].get_status_display()) if standing else "–"

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        ahead = Appointment.objects.filter(
            visit=object_id, status__in=Appointment.ACTIVE, starts_at__gt=timezone.now()
        )
        actions: list[Any] = super().get_actions_detail(request, object_id)
        return actions if ahead.exists() else []

    @button(_("Cancel the visit"), path="cancel-visit", icon="event_busy")
    def cancel_visit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def do(wanted: dict[str, Any]) -> tuple[int, str]:
            visits.cancel(
                visit,
                by=actor(request),
                source=Appointment.Source.BACK_OFFICE,
                now=timezone.now(),
                reason=wanted["reason"],
            )
            return visit.pk, str(_("The visit was cancelled."))

        with self.narrowed(request, object_id):
            visit: Visit = self.opened(request, object_id)
            back = self.url_of("change", visit.pk)
            form = ReasonForm(typed(request))
            return self.ask(request, form, title=_("Cancel the visit"), back=back, do=do)
