"""The way through the back office: what stands in its side bar, for whom."""

from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


class _Entry(NamedTuple):
    title: str
    model: str
    icon: str


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the side bar with those entries that the person may see."""
    start = {
        "title": _("Overview"),
        "icon": "dashboard",
        "link": reverse("admin:index"),
    }
    groups = [
        {"title": title, "items": _permitted(request, entries)} for title, entries in _groups()
    ]
    return [{"items": [start]}, *(group for group in groups if group["items"])]


def account(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links below the person's own name."""
    return [
        {"title": _("Change password"), "link": reverse("admin:password_change")},
        {"title": _("Description of the API"), "link": reverse("docs")},
    ]


def style(request: HttpRequest | None = None) -> str:
    """Return the address of the product's own style sheet."""
    return static("askpro/back_office.css")


def icon(request: HttpRequest | None = None) -> str:
    """Return the address of the product's sign."""
    return static("askpro/icon.svg")


def _groups() -> list[tuple[str, list[_Entry]]]:
    return [
        (
            _("Telephone"),
            [
                _Entry(_("Calls"), "calls.Call", "call"),
                _Entry(_("Callbacks"), "calls.CallbackRequest", "phone_callback"),
                _Entry(_("Errands"), "calls.Errand", "assignment"),
                _Entry(_("Answers to callers"), "calls.KnowledgeEntry", "help"),
                _Entry(_("Telephone rules"), "calls.Desk", "support_agent"),
                _Entry(_("Caller rules"), "calls.CallerRule", "block"),
                _Entry(_("Voice agents"), "calls.Agent", "support_agent"),
                _Entry(_("Versions of agents"), "calls.AgentVersion", "history_edu"),
            ],
        ),
        (
            _("Diary"),
            [
                _Entry(_("Appointments"), "booking.Appointment", "event"),
                _Entry(_("Sessions"), "booking.Session", "diversity_3"),
                _Entry(_("Visits"), "booking.Visit", "linear_scale"),
                _Entry(_("Series"), "booking.Series", "event_repeat"),
                _Entry(_("Waiting list"), "booking.WaitingEntry", "hourglass_top"),
                _Entry(_("Offers"), "booking.WaitingOffer", "local_offer"),
                _Entry(_("Proposals"), "booking.Proposal", "swap_horiz"),
                _Entry(_("Customers"), "booking.Customer", "groups"),
                _Entry(_("Calendar conflicts"), "booking.CalendarReview", "sync_problem"),
            ],
        ),
        (
            _("Offer"),
            [
                _Entry(_("Services"), "booking.Service", "content_cut"),
                _Entry(_("Staff"), "booking.StaffMember", "badge"),
                _Entry(_("Working hours"), "booking.WorkingHours", "schedule"),
                _Entry(_("Hours of single dates"), "booking.SpecialHours", "event_note"),
                _Entry(_("Time off"), "booking.TimeOff", "beach_access"),
                _Entry(_("Resources"), "booking.Resource", "chair"),
                _Entry(_("Policies"), "booking.Policy", "policy"),
                _Entry(_("Rules of the diary"), "booking.DiaryRules", "rule"),
                _Entry(_("Calendar accounts"), "booking.CalendarAccount", "calendar_month"),
                _Entry(_("Event types"), "booking.CalendarEventType", "event_note"),
                _Entry(_("Busy calendars"), "booking.BusyFeed", "event_busy"),
                _Entry(_("Diary feeds"), "booking.DiaryFeed", "rss_feed"),
                _Entry(_("Calendar hosts"), "booking.CalendarHost", "assignment_ind"),
            ],
        ),
        (
            _("Business"),
            [
                _Entry(_("Businesses"), "tenants.Tenant", "storefront"),
                _Entry(_("Branches"), "tenants.Branch", "location_on"),
                _Entry(_("Phone numbers"), "tenants.PhoneNumber", "dialpad"),
                _Entry(_("Users"), "tenants.User", "person"),
                _Entry(_("API keys"), "tenants.ApiKey", "key"),
                _Entry(_("Credentials"), "integrations.Credential", "lock"),
            ],
        ),
        (_("Billing"), [_Entry(_("Usage"), "billing.UsageRecord", "receipt_long")]),
        (
            _("Technology"),
            [
                _Entry(_("Deliveries"), "integrations.Delivery", "inbox"),
                _Entry(_("Messages"), "integrations.Message", "mail"),
                _Entry(_("Commands"), "integrations.Command", "terminal"),
                _Entry(_("Alerts"), "tenants.Alert", "warning"),
                _Entry(_("Audit trail"), "tenants.AuditEntry", "history"),
            ],
        ),
    ]


def _permitted(request: HttpRequest, entries: list[_Entry]) -> list[dict[str, Any]]:
    items = []
    for entry in entries:
        model = apps.get_model(entry.model)
        page = admin.site._registry.get(model)
        if page is not None and page.has_view_permission(request):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
            items.append({"title": entry.title, "icon": entry.icon, "link": reverse(name)})
    return items
