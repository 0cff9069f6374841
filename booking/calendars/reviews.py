"""What a person has to decide: shown once for each appointment, until it is decided or went away."""

from datetime import datetime

from booking.models import CalendarLink, CalendarReview
from tenants import alerts

Kind = CalendarReview.Kind
WENT_AWAY = "went_away"


def open_for(link: CalendarLink, kind: str, *, now: datetime) -> None:
    """Show a disagreement to the business; one that is shown already is brought up to date."""
    review = CalendarReview.objects.filter(link=link, resolved_at=None).first()
    is_new = review is None
    if review is None:
        review = CalendarReview(tenant_id=link.tenant_id, link=link, opened_at=now)
    review.kind = kind
    review.ours_starts_at = link.appointment.starts_at if link.appointment else None
    review.theirs_starts_at = link.theirs_starts_at
    review.save()
    if is_new:
        alerts.raise_alert(
            "calendar_conflict", tenant_id=link.tenant_id, about=str(link.pk), now=now, kind=kind
        )


def close_for(link: CalendarLink, *, now: datetime, resolution: str = WENT_AWAY) -> None:
    """Note that there is nothing to decide any more."""
    for review in CalendarReview.objects.filter(link=link, resolved_at=None):
        review.resolve(resolution, now=now)
