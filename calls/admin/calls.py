"""The back office's pages about calls: what was said, what was asked of us, what came of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from booking.admin import customers as customer_pages
from booking.admin.inputs import written
from booking.models import Appointment
from calls import callbacks
from calls.models import Assurance, Call, CallbackRequest, RecordingRemoval, ToolCall
from integrations.voice import numbers
from tenants import audit
from tenants.back_office import (
    TenantModelAdmin,
    actor,
    column,
    is_platform,
)
from tenants.roles import Area

_O = Call.Outcome
_COLOURS: dict[str, str | None] = {
    **dict.fromkeys(Call.Outcome),
    "": None,
    _O.BOOKED: "success",
    _O.MOVED: "success",
    _O.CANCELLED: "info",
    _O.CALLBACK: "info",
    _O.MESSAGE: "info",
    _O.SLOT_TAKEN: "warning",
    _O.NOTHING_FREE: "warning",
    _O.NOT_UNDERSTOOD: "warning",
    _O.NOT_COMPLETED: "warning",
    _O.FAILED: "danger",
}
# As the provider names them, whatever the case.
_MOODS = {
    "positive": _("positive"),
    "neutral": _("neutral"),
    "negative": _("negative"),
    "unknown": _("unknown"),
}
_TROUBLES = {
    "phantom_booking": _("said to be booked, and is not"),
    "phantom_change": _("said to be changed, and is not"),
    "phantom_callback": _("a callback was promised, and nobody knows"),
    "wrong_time": _("another time was said"),
    "wrong_service": _("another service was said"),
    "wrong_person": _("another person was said"),
    "unspoken_failure": _("a failure was not spoken"),
}
# Texts of a conversation that no list shows.
_LONG = (
    "transcript",
    "turns",
    "invocations",
    "findings",
    "analysis",
    "summary",
    "recording_url",
)


@admin.register(Call)
class CallAdmin(TenantModelAdmin):
    area = Area.CALLS
    is_record = True
    related = ("branch", "customer", "phone_number")
    list_display = ("began", "caller", "customer", "branch", "lasted", "progress", "result")
    list_display_links = ("began", "caller")
    list_filter = ("outcome", "status", "branch")
    search_fields = ("external_id",)
    search_help_text = _("Full number, name of the customer, #number or the provider's id")
    sortable_by = ()
    change_form_template = "admin/calls/call/change_form.html"

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Each of the two has its index.
        return ("-pk",) if is_platform(request) else ("-created_at", "-pk")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("external_id",)  # the page has a template of its own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        rows: QuerySet[Call] = super().get_queryset(request)
        return rows if _is_about_one(request) else rows.defer(*_LONG)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Call], search_term: str
    ) -> tuple[QuerySet[Call], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.startswith("#") and term[1:].isdecimal() and len(term) < 20:
            return queryset.filter(pk=int(term[1:])), False
        number = numbers.e164(term)
        if number is not None:
            return queryset.filter(from_number=number), False
        if term.startswith("call_"):
            return queryset.filter(external_id=term), False
        return queryset.filter(customer_id__in=customer_pages.ids_of(term)), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = dict(extra_context or {})
        call = self.get_object(request, object_id)
        if call is not None and self.has_view_permission(request, call):
            context |= _story_of(call)
            if is_platform(request):
                context["tenant_name"] = call.tenant.name
        return super().change_view(request, object_id, form_url, context)

    @column(_("began"))
    def began(self, call: Call) -> str:
        return written(call.started_at or call.created_at, call.branch)

    @column(_("caller"))
    def caller(self, call: Call) -> str:
        return call.from_number or str(_("withheld"))

    @column(_("duration"))
    def lasted(self, call: Call) -> str:
        return _duration(call.duration_seconds)

    @column(_("status"), label=dict.fromkeys(Call.Status) | {Call.Status.ONGOING: "info"})
    def progress(self, call: Call) -> tuple[str, str]:
        return call.status, str(call.get_status_display())

    @column(_("outcome"), label=_COLOURS)
    def result(self, call: Call) -> tuple[str, str]:
        return call.outcome, str(call.get_outcome_display()) if call.outcome else "…"


def _is_about_one(request: HttpRequest) -> bool:
    return request.resolver_match is not None and "object_id" in request.resolver_match.kwargs


def _story_of(call: Call) -> dict[str, Any]:
    """Return everything the page of a call tells."""
    appointments = Appointment.objects.filter(call_number=call.pk)
    callbacks_of_call = CallbackRequest.objects.filter(call=call)
    return {
        "call": call,
        "began": written(call.started_at or call.created_at, call.branch),
        "lasted": _duration(call.duration_seconds),
        "mood": _MOODS.get(call.sentiment.lower(), call.sentiment),
        "outcome_colour": _COLOURS[call.outcome],
        "turns": list(_turns(call)),
        "tool_calls": [_trace(each) for each in ToolCall.objects.filter(call=call).order_by("pk")],
        "appointments": [
            {"row": each, "when": written(each.starts_at, each.branch)}
            for each in appointments.select_related("service", "staff_member", "branch").order_by(
                "starts_at", "pk"
            )
        ],
        "callbacks": callbacks_of_call.order_by("pk"),
        "assurances": [
            {"row": each, "when": written(each.starts_at, call.branch)}
            for each in Assurance.objects.filter(call=call).order_by("pk")
        ],
        "recording": _recording_of(call),
        "broken_promises": [
            {**each, "said": _TROUBLES.get(each.get("trouble", ""), each.get("trouble", ""))}
            for each in call.findings
            if isinstance(each, dict)
        ],
    }


def _recording_of(call: Call) -> str:
    """Return what became of the recording, where something was said about it."""
    removal = RecordingRemoval.objects.filter(call=call).first()
    if removal is not None and removal.removed_at is not None:
        return str(_("not wanted, and deleted at the platform"))
    if removal is not None:
        return str(_("not wanted, and not yet deleted at the platform"))
    return str(_RECORDING[call.recording_consent])


_RECORDING = {
    "": "",
    Call.Consent.GRANTED: _("agreed to"),
    Call.Consent.DENIED: _("not wanted"),
    Call.Consent.REVOKED: _("agreed to, then taken back"),
}


def _turns(call: Call) -> Sequence[dict[str, Any]]:
    """Return who said what, from the turns or, when none came, from the plain transcript."""
    if call.turns:
        return [
            {"is_agent": turn.get("role") == "agent", "text": turn.get("content", "")}
            for turn in call.turns
            if turn.get("content")
        ]
    lines = [line.partition(":") for line in call.transcript.splitlines() if line.strip()]
    return [
        {"is_agent": who.strip().lower() == "agent", "text": text.strip()}
        if text
        else {"is_agent": False, "text": who.strip()}
        for who, _colon, text in lines
    ]


def _trace(tool_call: ToolCall) -> dict[str, Any]:
    answer = tool_call.answer if isinstance(tool_call.answer, dict) else {}
    return {
        "row": tool_call,
        "arguments": sorted(tool_call.arguments.items())
        if isinstance(tool_call.arguments, dict)
        else [("", tool_call.arguments)],
        "say": answer.get("say", ""),
        "is_slow": tool_call.duration_ms > 1500,
    }


def _duration(seconds: int | None) -> str:
    return "–" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}\N{NO-BREAK SPACE}min"


class Due(admin.SimpleListFilter):
    """Shows who still waits, unless somebody asks for the rest."""

    title = _("status")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("overdue")), ("done", _("done")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        waiting = queryset.filter(status__in=CallbackRequest.WAITING)
        if self.value() == "overdue":
            return waiting.filter(due_at__lt=timezone.now())
        if self.value() == "done":
            return queryset.exclude(status__in=CallbackRequest.WAITING)
        return queryset if self.value() == "all" else waiting

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": _("open")}
        yield from rest


@admin.register(CallbackRequest)
class CallbackRequestAdmin(TenantModelAdmin):
    area = Area.CALLS
    is_record = True
    related = ("branch", "assigned_to")
    fields = (
        ("name", "phone"),
        "reason",
        "wish",
        ("priority", "status", "kind"),
        ("assigned_to", "service"),
        ("due_at", "contacted_at", "done_at"),
        "notes",
        "about_call",
    )
    readonly_fields = ("about_call",)
    list_display = ("due", "name", "phone", "reason", "wish", "assigned_to", "urgency", "state")
    list_filter = (Due, "priority")
    search_fields = ("phone__exact", "name__istartswith")
    search_help_text = _("Number as +4930… or name")
    ordering = ("due_at", "pk")
    sortable_by = ()
    actions = ("finish",)

    @admin.action(description=_("Done"), permissions=["act"])
    def finish(self, request: HttpRequest, queryset: QuerySet[CallbackRequest]) -> None:
        now, count = timezone.now(), 0
        for waiting in queryset.filter(status__in=CallbackRequest.WAITING):
            callbacks.finish(waiting, now=now)
            audit.record(
                "finished", waiting, tenant_id=waiting.tenant_id, by=actor(request), now=now
            )
            count += 1
        self.message_user(request, _("%(count)d done.") % {"count": count})

    @column(_("due"), ordering="due_at")
    def due(self, waiting: CallbackRequest) -> str:
        return written(waiting.due_at, waiting.branch)

    @column(_("priority"), label={"urgent": "danger", "high": "warning", "normal": None})
    def urgency(self, waiting: CallbackRequest) -> tuple[str, str]:
        return waiting.priority, str(waiting.get_priority_display())

    @column(
        _("status"),
        label={
            "open": "info",
            "assigned": "info",
            "contacted": "warning",
            "done": "success",
            "cancelled": None,
            "overdue": "danger",
        },
    )
    def state(self, waiting: CallbackRequest) -> tuple[str, Any]:
        is_open = waiting.status in CallbackRequest.WAITING
        if is_open and waiting.due_at < timezone.now():
            return "overdue", _("overdue")
        return waiting.status, str(waiting.get_status_display())

    @column(_("call"))
    def about_call(self, waiting: CallbackRequest) -> str:
        if waiting.call_id is None:
            return "–"
        url = f"../../../call/{waiting.call_id}/change/"
        return format_html('<a class="text-link" href="{}">{}</a>', url, waiting.call_id)
