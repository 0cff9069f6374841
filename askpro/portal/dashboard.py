"""The first page of the back office: what happened today, what comes next, what waits for a person.

Every number is read over an index and over a span of days that does not grow with the business; all numbers come in
one statement.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import attendance
from booking.admin.inputs import written
from booking.models import Appointment
from calls.models import Call, CallbackRequest
from integrations.models import Delivery
from tenants.back_office import is_platform, may
from tenants.models import Alert
from tenants.roles import Area, Deed

_LISTED = 8
_WEEK = timedelta(days=7)
_COMING = (Appointment.Status.PENDING, Appointment.Status.CONFIRMED, Appointment.Status.CHECKED_IN)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One number with its name, what it means, and where it leads."""

    title: str
    value: str
    note: str
    link: str
    icon: str
    is_alarming: bool = False


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the first page shows to its context."""
    now = timezone.now()
    counts = _counted(_questions(request, now=now))
    return {
        **context,
        "title": _("Overview"),
        "tiles": [tile for tile in _tiles(counts) if tile is not None],
        "upcoming": _upcoming(now) if may(request, Deed.SEE, Area.DIARY) else None,
        "latest": _latest(request) if may(request, Deed.SEE, Area.CALLS) else None,
    }


def _questions(request: HttpRequest, *, now: datetime) -> dict[str, QuerySet[Any]]:
    """Return what is counted, as far as this person may see it."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = today + timedelta(days=1)
    questions: dict[str, QuerySet[Any]] = {}
    if may(request, Deed.SEE, Area.CALLS):
        week = Call.objects.filter(created_at__gte=today - _WEEK + timedelta(days=1))
        questions |= {
            "calls": Call.objects.filter(created_at__gte=today),
            "booked": Call.objects.filter(created_at__gte=today, outcome=Call.Outcome.BOOKED),
            "calls_of_week": week.exclude(outcome=""),
            "booked_of_week": week.filter(outcome=Call.Outcome.BOOKED),
            "open": CallbackRequest.objects.filter(status__in=CallbackRequest.WAITING),
            "overdue": CallbackRequest.objects.filter(
                status__in=CallbackRequest.WAITING, due_at__lt=now
            ),
        }
    if may(request, Deed.SEE, Area.DIARY):
        coming = Appointment.objects.filter(status__in=_COMING, starts_at__lt=today + _WEEK)
        questions |= {
            "today": coming.filter(starts_at__gte=today, starts_at__lt=tomorrow),
            "coming": coming.filter(starts_at__gte=now),
            "unclear": attendance.unclear(now=now).filter(starts_at__gte=today - _WEEK),
        }
    if may(request, Deed.SEE, Area.TRAFFIC):
        questions["alerts"] = Alert.objects.filter(resolved_at__isnull=True)
    if is_platform(request):
        # What was not applied yet has no business yet.
        questions["waiting"] = Delivery.objects.filter(state=Delivery.State.NEW)
    return questions


def _counted(questions: dict[str, QuerySet[Any]]) -> dict[str, int]:
    """Return all the numbers, asked for in one statement."""
    counts = dict.fromkeys(questions, 0)
    parts = [
        rows.order_by()
        .values(what=Value(name))
        .annotate(rows=Count("pk"))
        .values_list("what", "rows")
        for name, rows in questions.items()
    ]
    if parts:
        first, *rest = parts
        counts |= dict(first.union(*rest, all=True) if rest else first)
    return counts


def _tiles(counts: dict[str, int]) -> list[Tile | None]:
    return [
        *_about_calls(counts),
        *_about_appointments(counts),
        *_about_callbacks(counts),
        *_about_traffic(counts),
    ]


def _about_calls(counts: dict[str, int]) -> list[Tile | None]:
    if "calls" not in counts:
        return []
    calls = reverse("admin:calls_call_changelist")
    of_week = counts["calls_of_week"]
    share = f"{round(100 * counts['booked_of_week'] / of_week)} %" if of_week else "–"
    return [
        Tile(
            title=_("Calls today"),
            value=str(counts["calls"]),
            note=_("%(count)d booked") % {"count": counts["booked"]},
            link=calls,
            icon="call",
        ),
        Tile(
            title=_("Conversion"),
            value=share,
            note=_("calls of 7 days that ended with an appointment"),
            link=f"{calls}?outcome=booked",
            icon="trending_up",
        ),
    ]


def _about_appointments(counts: dict[str, int]) -> list[Tile | None]:
    if "coming" not in counts:
        return []
    diary = reverse("admin:booking_appointment_changelist")
    today = Tile(
        title=_("Appointments today"),
        value=str(counts["today"]),
        note=_("%(count)d ahead within a week") % {"count": counts["coming"]},
        link=diary,
        icon="event",
    )
    unclear = Tile(
        title=_("Appointments to be settled"),
        value=str(counts["unclear"]),
        note=_("begun while the person was away"),
        link=f"{diary}?when=unclear",
        icon="event_upcoming",
        is_alarming=True,
    )
    return [today, unclear] if counts["unclear"] else [today]


def _about_callbacks(counts: dict[str, int]) -> list[Tile | None]:
    if "open" not in counts:
        return []
    return [
        Tile(
            title=_("Open callbacks"),
            value=str(counts["open"]),
            note=_("%(count)d overdue") % {"count": counts["overdue"]},
            link=reverse("admin:calls_callbackrequest_changelist"),
            icon="phone_callback",
            is_alarming=counts["overdue"] > 0,
        )
    ]


def _about_traffic(counts: dict[str, int]) -> list[Tile | None]:
    tiles: list[Tile | None] = []
    if "waiting" in counts:
        tiles.append(
            Tile(
                title=_("Deliveries waiting"),
                value=str(counts["waiting"]),
                note=_("received and not applied yet"),
                link=f"{reverse('admin:integrations_delivery_changelist')}?state=new",
                icon="inbox",
            )
        )
    if "alerts" in counts:
        tiles.append(
            Tile(
                title=_("Open alerts"),
                value=str(counts["alerts"]),
                note=_("until somebody has dealt with them"),
                link=reverse("admin:tenants_alert_changelist"),
                icon="warning",
                is_alarming=counts["alerts"] > 0,
            )
        )
    return tiles


def _upcoming(now: datetime) -> list[dict[str, Any]]:
    rows = (
        Appointment.objects.filter(status__in=_COMING, starts_at__gte=now)
        .select_related("branch", "service", "staff_member")
        .order_by("starts_at", "pk")[:_LISTED]
    )
    return [{"row": row, "when": written(row.starts_at, row.branch)} for row in rows]


def _latest(request: HttpRequest) -> list[dict[str, Any]]:
    order = ("-pk",) if is_platform(request) else ("-created_at", "-pk")
    rows = (
        Call.objects.select_related("branch", "customer")
        .only(
            "created_at",
            "started_at",
            "from_number",
            "outcome",
            "status",
            "branch__time_zone",
            "customer__name",
        )
        .order_by(*order)[:_LISTED]
    )
    return [
        {"row": row, "when": written(row.started_at or row.created_at, row.branch)} for row in rows
    ]
