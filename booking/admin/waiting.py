"""Pages about times that are offered: the waiting list, and proposals when somebody is away."""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import cascade, waiting
from booking.admin.inputs import WallTimeField, written
from booking.admin.local_time import LocalTimeAdmin
from booking.admin.staff import TimeOffAdmin
from booking.cascade import NOTHING_FREE, PART_OF_A_VISIT, TOO_LATE, Case
from booking.models import (
    Appointment,
    AppointmentChange,
    Proposal,
    TimeOff,
    WaitingEntry,
    WaitingOffer,
    WorkingHours,
)
from tenants import scope
from tenants.back_office import TenantModelAdmin, actor, column, sentence_of
from tenants.errors import Refused
from tenants.models import Branch
from tenants.roles import Area

_SOURCE = Appointment.Source.BACK_OFFICE
_COLOURS = {
    WaitingEntry.Status.WAITING: "info",
    WaitingEntry.Status.OFFERED: "warning",
    WaitingEntry.Status.BOOKED: "success",
    WaitingEntry.Status.EXPIRED: "danger",
    WaitingEntry.Status.WITHDRAWN: "danger",
}
_ANSWERS = {
    Proposal.Status.OPEN: "warning",
    Proposal.Status.ACCEPTED: "success",
    Proposal.Status.DECLINED: "danger",
    Proposal.Status.EXPIRED: "danger",
}
_REASONS = {
    TOO_LATE: _("it begins before anybody could answer"),
    PART_OF_A_VISIT: _("it is part of a visit of several services"),
    NOTHING_FREE: _("nothing is free"),
}


class _OfferAdmin(LocalTimeAdmin):
    """Times that are kept for somebody, with the answers that the customer gave by telephone."""

    area = Area.DIARY
    is_record = True
    verbs_write_the_audit_trail = True
    sortable_by = ()
    list_filter = ("status",)
    ordering = ("-pk",)

    @column(_("status"), label=_ANSWERS)
    def state(self, offer: Any) -> tuple[str, str]:
        return offer.status, str(offer.get_status_display())

    def _each(
        self,
        request: HttpRequest,
        rows: "QuerySet[Any]",
        verb: Callable[[Any], object],
        *,
        wait_for: "_WaitFor",
        key: str = "pk",
    ) -> None:
        done = _for_each(self, request, rows, verb, wait_for=wait_for, key=key)
        if done:
            self.message_user(request, _("%(count)d answered.") % {"count": done})


@admin.register(WaitingEntry)
class WaitingEntryAdmin(LocalTimeAdmin):
    area = Area.DIARY
    is_record = True
    verbs_write_the_audit_trail = True
    related = ("branch", "service", "staff_member", "customer")
    fields = (
        ("service", "staff_member"),
        ("customer", "attendee_name"),
        ("first_day", "last_day"),
        ("weekdays_in_words", "between"),
        "seats",
        ("branch", "status"),
        ("source", "created_at"),
        "note",
    )
    list_display = (
        "attendee_name",
        "service",
        "staff_member",
        "days",
        "between",
        "branch",
        "state",
    )
    list_filter = ("status", "service", "staff_member")
    search_fields = ("attendee_name__istartswith",)
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("withdraw",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return (*super().get_readonly_fields(request, obj), "between", "weekdays_in_words")

    @column(_("weekdays"))
    def weekdays_in_words(self, entry: WaitingEntry) -> str:
        names = dict(WorkingHours._meta.get_field("weekday").choices or [])
        return ", ".join(str(names[number]) for number in entry.weekdays) or str(_("every day"))

    @column(_("days"))
    def days(self, entry: WaitingEntry) -> str:
        return f"{entry.first_day:%d.%m.%Y} – {entry.last_day:%d.%m.%Y}"

    @column(_("time"))
    def between(self, entry: WaitingEntry) -> str:
        clock = WallTimeField()
        begin = clock.prepare_value(entry.from_minute)
        return f"{begin}–{clock.prepare_value(entry.until_minute)}"

    @column(_("status"), label=_COLOURS)
    def state(self, entry: WaitingEntry) -> tuple[str, str]:
        return entry.status, str(entry.get_status_display())

    @admin.action(description=_("Take off the list"), permissions=["act"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[WaitingEntry]) -> None:
        by, now = actor(request), timezone.now()
        done = _for_each(
            self,
            request,
            queryset,
            lambda entry: waiting.withdraw(entry, by=by, now=now),
            wait_for=waiting.wait_for,
        )
        if done:
            self.message_user(request, _("%(count)d taken off the list.") % {"count": done})


@admin.register(WaitingOffer)
class WaitingOfferAdmin(_OfferAdmin):
    related = ("entry__branch", "entry__service", "staff_member")
    fields = (("entry", "staff_member"), ("starts_at", "expires_at"), ("status", "answered_at"))
    list_display = ("entry", "when", "staff_member", "until", "state")
    search_fields = ("entry__attendee_name__istartswith",)
    actions = ("accept", "decline")

    @column(_("when"))
    def when(self, offer: WaitingOffer) -> str:
        return written(offer.starts_at, offer.entry.branch)

    @column(_("stands until"))
    def until(self, offer: WaitingOffer) -> str:
        return written(offer.expires_at, offer.entry.branch)

    @admin.action(description=_("The customer says yes"), permissions=["act"])
    def accept(self, request: HttpRequest, queryset: QuerySet[WaitingOffer]) -> None:
        by, now = actor(request), timezone.now()
        self._each(
            request,
            queryset,
            lambda row: waiting.accept(row, by=by, source=_SOURCE, now=now),
            wait_for=waiting.wait_for,
            key="entry_id",
        )

    @admin.action(description=_("The customer says no"), permissions=["act"])
    def decline(self, request: HttpRequest, queryset: QuerySet[WaitingOffer]) -> None:
        by, now = actor(request), timezone.now()
        self._each(
            request,
            queryset,
            lambda row: waiting.decline(row, by=by, now=now),
            wait_for=waiting.wait_for,
            key="entry_id",
        )


@admin.register(Proposal)
class ProposalAdmin(_OfferAdmin):
    related = ("appointment__branch", "appointment__customer", "staff_member")
    fields = (
        ("appointment", "staff_member"),
        ("starts_at", "expires_at"),
        ("status", "answered_at"),
    )
    list_display = ("attendee", "old", "when", "staff_member", "until", "state", "reach")
    search_fields = ("appointment__attendee_name__istartswith",)
    actions = ("accept", "decline")

    @column(_("for"))
    def attendee(self, proposal: Proposal) -> str:
        return str(proposal.appointment.attendee_name)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        moves = AppointmentChange.objects.filter(
            appointment=OuterRef("appointment"),
            kind=AppointmentChange.Kind.MOVED,
            new_starts_at=OuterRef("starts_at"),
        )
        rows: QuerySet[Proposal] = super().get_queryset(request)
        return rows.annotate(moved_from=Subquery(moves.order_by("-pk").values("old_starts_at")[:1]))

    @column(_("before"))
    def old(self, proposal: Any) -> str:
        """Return where the appointment is, or was before the customer agreed."""
        is_moved = proposal.status == Proposal.Status.ACCEPTED and proposal.moved_from is not None
        old = proposal.moved_from if is_moved else proposal.appointment.starts_at
        return written(old, proposal.appointment.branch)

    @column(_("after"))
    def when(self, proposal: Proposal) -> str:
        return written(proposal.starts_at, proposal.appointment.branch)

    @column(_("stands until"))
    def until(self, proposal: Proposal) -> str:
        return written(proposal.expires_at, proposal.appointment.branch)

    @column(_("reached by"))
    def reach(self, proposal: Proposal) -> str:
        if proposal.status != Proposal.Status.OPEN:
            return "–"
        customer = proposal.appointment.customer
        return str(_("e-mail") if customer and customer.email else _("telephone only: please call"))

    @admin.action(description=_("The customer says yes"), permissions=["act"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        by, now = actor(request), timezone.now()
        self._each(
            request,
            queryset,
            lambda row: cascade.accept(row, by=by, source=_SOURCE, now=now),
            wait_for=cascade.wait_for,
        )

    @admin.action(description=_("The customer says no"), permissions=["act"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        by, now = actor(request), timezone.now()
        self._each(
            request,
            queryset,
            lambda row: cascade.decline(row, by=by, now=now),
            wait_for=cascade.wait_for,
        )


# The page of time off stands beside the staff; here it gets the action that needs the proposals.
admin.site.unregister(TimeOff)


@admin.register(TimeOff)
class TimeOffWithProposalsAdmin(TimeOffAdmin):
    actions = ("propose",)

    @admin.action(description=_("Propose other times to the customers"), permissions=["act"])
    def propose(self, request: HttpRequest, queryset: QuerySet[TimeOff]) -> None:
        by, now = actor(request), timezone.now()
        chosen = queryset.select_related("branch", "staff_member").order_by("tenant_id", "pk")
        for tenant_id, own in groupby(chosen, attrgetter("tenant_id")):
            absences = list(own)
            with scope.tenant(tenant_id):
                reports = cascade.propose_all(absences, by=by, now=now)
            for off, report in zip(absences, reports, strict=True):
                self._tell(request, off, report)

    def _tell(self, request: HttpRequest, off: TimeOff, report: cascade.Report) -> None:
        text = _("%(made)d proposals made, %(all)d appointments affected.")
        facts = {"made": len(report.made), "all": len(report.cases)}
        self.message_user(request, text % facts)
        for case in report.for_people:
            self.message_user(request, _told(case, off.branch), messages.WARNING)


def _told(case: Case, branch: Branch) -> str:
    """Return why somebody has to call about an appointment."""
    if case.must_be_told_by_phone:
        why: object = _("there is no e-mail address: please call about the proposal")
    elif case.proposal is not None:
        why = case.proposal.get_status_display()
    else:
        why = _REASONS[str(case.reason)]
    appointment = case.appointment
    return f"{appointment.attendee_name} {written(appointment.starts_at, branch)}: {why}"


# Has the rows of one business, by their numbers, and their diaries: all of them before the first is changed.
_WaitFor = Callable[[UUID, Iterable[int]], None]


def _for_each(
    page: TenantModelAdmin,
    request: HttpRequest,
    rows: "QuerySet[Any]",
    verb: Callable[[Any], object],
    *,
    wait_for: _WaitFor,
    key: str = "pk",
) -> int:
    """Do something with each row; what is refused is said and does not keep the others."""
    done = 0
    for tenant_id, own in groupby(rows.order_by("tenant_id", "pk"), attrgetter("tenant_id")):
        chosen = list(own)
        with scope.tenant(tenant_id):
            wait_for(tenant_id, [getattr(row, key) for row in chosen])
            done += sum(_is_done(page, request, row, verb) for row in chosen)
    return done


def _is_done(
    page: TenantModelAdmin, request: HttpRequest, row: Any, verb: Callable[[Any], object]
) -> bool:
    try:
        with transaction.atomic():
            verb(row)
    except Refused as refusal:
        page.message_user(request, f"{row}: {sentence_of(refusal)}", messages.WARNING)
        return False
    return True
