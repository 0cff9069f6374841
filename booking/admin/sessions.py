"""Pages about group appointments: who sits in a session. Seats are booked and given back by the appointments."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from booking.admin.inputs import written
from booking.models import Appointment, Session
from tenants.back_office import TenantInline, TenantModelAdmin, column
from tenants.roles import Area


class ParticipantsInline(TenantInline):
    area = Area.DIARY
    is_record = True
    may_be_deleted = False
    model = Appointment
    fields = ("who", "seats", "status", "source")
    readonly_fields = ("who",)
    ordering = ("created_at", "pk")
    verbose_name_plural = _("participants")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        rows: QuerySet[Appointment] = super().get_queryset(request)
        return rows.select_related("customer")

    @column(_("for"))
    def who(self, appointment: Appointment) -> str:
        url = reverse("admin:booking_appointment_change", args=[appointment.pk])
        name = appointment.attendee_name or _("held")
        return format_html('<a class="text-link" href="{}">{}</a>', url, name)


@admin.register(Session)
class SessionAdmin(TenantModelAdmin):
    area = Area.DIARY
    is_record = True
    related = ("branch", "service", "staff_member")
    inlines = (ParticipantsInline,)
    fields = (("when", "branch"), ("service", "staff_member"), "taken")
    readonly_fields = ("when", "taken")
    list_display = ("when", "service", "staff_member", "branch", "taken")
    list_filter = ("service", "staff_member")
    search_fields = ("service__name__istartswith",)
    ordering = ("-starts_at", "pk")
    sortable_by = ()

    @column(_("when"), ordering="starts_at")
    def when(self, session: Session) -> str:
        return written(session.starts_at, session.branch)

    @column(_("seats taken"))
    def taken(self, session: Session) -> str:
        return _("%(taken)d of %(all)d") % {"taken": session.seats_taken, "all": session.capacity}
