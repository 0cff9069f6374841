"""Pages about the calendar beside our diary: what disagrees, what was compared, what is mapped to what."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from booking.calendars import connecting, deciding, feeds, people, publishing, reconciling
from booking.models import (
    BusyFeed,
    CalendarAccount,
    CalendarEventType,
    CalendarHost,
    CalendarReview,
    DiaryFeed,
)
from integrations.calendars import ics
from integrations.errors import ConfigurationError
from tenants.admin.records import OpenFirst
from tenants.back_office import TenantForm, TenantModelAdmin, actor, column
from tenants.roles import Area


@admin.register(CalendarReview)
class CalendarReviewAdmin(TenantModelAdmin):
    area = Area.DIARY
    is_record = True
    verbs_write_the_audit_trail = True
    related = ("link__appointment__staff_member",)
    fields = (
        "kind",
        "who",
        "ours_starts_at",
        "ours_with",
        "theirs_starts_at",
        "theirs_with",
        "opened_at",
        "resolved_at",
        "resolution",
    )
    readonly_fields = ("who", "ours_with", "theirs_with")
    list_display = (
        "opened_at",
        "kind",
        "who",
        "ours_starts_at",
        "theirs_starts_at",
        "resolved_at",
    )
    list_filter = (OpenFirst,)
    ordering = ("-opened_at", "-id")
    sortable_by = ()
    actions = ("keep_ours", "take_theirs")

    @column(_("for"))
    def who(self, review: CalendarReview) -> str:
        appointment = review.link.appointment
        return appointment.attendee_name if appointment is not None else "–"

    @column(_("in our diary with"))
    def ours_with(self, review: CalendarReview) -> str:
        appointment = review.link.appointment
        return str(appointment.staff_member) if appointment is not None else "–"

    @column(_("in the calendar with"))
    def theirs_with(self, review: CalendarReview) -> str:
        host = people.host_of(review.link)
        return str(host) if host is not None else review.link.theirs_host or "–"

    @admin.action(description=_("Our diary is right"), permissions=["act"])
    def keep_ours(self, request: HttpRequest, chosen: QuerySet[CalendarReview]) -> None:
        for review in chosen.order_by("pk"):
            deciding.keep_ours(review, by=actor(request), now=timezone.now())

    @admin.action(description=_("The calendar is right"), permissions=["act"])
    def take_theirs(self, request: HttpRequest, chosen: QuerySet[CalendarReview]) -> None:
        for review in chosen.order_by("pk"):
            deciding.take_theirs(review, by=actor(request), now=timezone.now())


# What a comparison counts and names, in the order in which it is read.
_REPORT = {
    "seen": _("bookings seen there"),
    "changed": _("taken over from there"),
    "told": _("told there"),
    "lost_there": _("vanished there"),
    "conflicts": _("to be decided"),
    "differences": _("of which"),
    "drift": _("deviating event types"),
    "unmapped": _("cannot be booked there"),
}


@admin.register(CalendarAccount)
class CalendarAccountAdmin(TenantModelAdmin):
    area = Area.OFFER
    is_record = True
    verbs_write_the_audit_trail = True
    fields = ("is_active", "team_id", "owner_email", "synced_at", "last_error", "last_report")
    readonly_fields = ("last_report",)
    list_display = ("__str__", "is_active", "owner_email", "synced_at", "last_error")
    sortable_by = ()
    actions = ("compare", "disconnect")

    @column(_("report"))
    def last_report(self, account: CalendarAccount) -> str:
        lines = [
            f"{label}: {', '.join(value) if isinstance(value, list) else value}"
            for name, label in _REPORT.items()
            if (value := account.report.get(name)) is not None and value != []
        ]
        return "\n".join(lines) or "–"

    @admin.action(description=_("Compare both sides now"), permissions=["act"])
    def compare(self, request: HttpRequest, chosen: QuerySet[CalendarAccount]) -> None:
        for account in chosen:
            reconciling.ask_for_sync(account, now=timezone.now())
        text = _("Both sides are being compared; the report will stand here.")
        self.message_user(request, str(text), messages.SUCCESS)

    @admin.action(description=_("Disconnect"), permissions=["act"])
    def disconnect(self, request: HttpRequest, chosen: QuerySet[CalendarAccount]) -> None:
        for account in chosen:
            connecting.disconnect(account, by=actor(request), now=timezone.now())


@admin.register(CalendarEventType)
class CalendarEventTypeAdmin(TenantModelAdmin):
    area = Area.OFFER
    related = ("service", "staff_member")
    fields = ("title", "service", "staff_member", "length_minutes", "slug", "seen_at", "drift")
    readonly_fields = ("title", "length_minutes", "slug", "seen_at", "drift")
    list_display = ("title", "service", "staff_member", "length_minutes", "drift")
    ordering = ("title", "pk")
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # they are made there and imported


@admin.register(CalendarHost)
class CalendarHostAdmin(TenantModelAdmin):
    area = Area.OFFER
    may_be_deleted = True
    related = ("staff_member",)
    list_display = ("staff_member", "number", "matched_by")
    ordering = ("staff_member__name", "pk")
    sortable_by = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            ("staff_member", "number") if obj is None else ("staff_member", "number", "matched_by")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        own = () if obj is None else ("staff_member", "matched_by")
        return (*super().get_readonly_fields(request, obj), *own)

    def save_model(self, request: HttpRequest, obj: CalendarHost, form: Any, change: bool) -> None:
        obj.matched_by = CalendarHost.MatchedBy.HAND
        obj.save()


@admin.register(DiaryFeed)
class DiaryFeedAdmin(TenantModelAdmin):
    area = Area.OFFER
    verbs_write_the_audit_trail = True
    related = ("staff_member",)
    fields = ("staff_member",)
    list_display = ("staff_member", "created_at", "revoked_at")
    ordering = ("staff_member__name", "-pk")
    sortable_by = ()
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: DiaryFeed, form: Any, change: bool) -> None:
        url = publishing.publish(obj.staff_member, by=actor(request), now=timezone.now())
        obj.pk = DiaryFeed.objects.get(staff_member=obj.staff_member, revoked_at=None).pk
        text = _("The address is %(url)s. It is shown only now.") % {"url": url}
        self.message_user(request, text, messages.WARNING)

    @admin.action(description=_("Revoke"), permissions=["act"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[DiaryFeed]) -> None:
        for feed in chosen:
            publishing.revoke(feed, by=actor(request), now=timezone.now())


class BusyFeedForm(TenantForm):
    url = forms.CharField(
        label=_("address of the feed"), max_length=1000, widget=UnfoldAdminTextInputWidget()
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            ics.host_in(url)
        except ConfigurationError as error:
            sentence = _("An address that begins with https:// is needed.")
            raise ValidationError(sentence) from error
        return url


@admin.register(BusyFeed)
class BusyFeedAdmin(TenantModelAdmin):
    area = Area.OFFER
    verbs_write_the_audit_trail = True
    related = ("staff_member",)
    form = BusyFeedForm
    list_display = ("staff_member", "is_active", "read_at", "last_error")
    ordering = ("staff_member__name", "pk")
    sortable_by = ()
    actions = ("disconnect",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("staff_member", "url")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        own = () if obj is None else ("staff_member",)
        return (*super().get_readonly_fields(request, obj), *own)

    def save_model(self, request: HttpRequest, obj: BusyFeed, form: Any, change: bool) -> None:
        url = form.cleaned_data["url"]
        stored = feeds.connect(obj.staff_member, url=url, by=actor(request), now=timezone.now())
        obj.pk = stored.pk

    @admin.action(description=_("Disconnect"), permissions=["act"])
    def disconnect(self, request: HttpRequest, chosen: QuerySet[BusyFeed]) -> None:
        for feed in chosen:
            feeds.disconnect(feed, by=actor(request), now=timezone.now())
