"""Deciding a disagreement: our diary stays and the calendar follows, or the other way round."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import calendar_links
from booking.calendars import observing, people, settling
from booking.models import Appointment, CalendarLink, CalendarReview
from tenants import audit
from tenants.actors import Actor
from tenants.errors import Refused

OURS = "ours"
_HANDED_OVER = CalendarReview.Kind.HANDED_OVER


class StillTaken(Refused):
    code = "still_taken"
    sentence = _("Our diary has something else at this time. Move or cancel that first.")


class CannotTakeOver(Refused):
    code = "cannot_take_over"
    sentence = _("Who has it in the calendar does not offer this here, or is not free then.")


def keep_ours(review: CalendarReview, *, by: Actor, now: datetime) -> None:
    """Bring the calendar to where we have it. Resolved already: nothing happens."""
    with transaction.atomic():
        link = _locked(review)
        if link is None:
            return
        link.asks_for_another_time = False
        if link.theirs_state == "over" and link.appointment is not None:
            # What is over stays over: it is put anew.
            link.theirs_uid = link.theirs_state = link.theirs_host = ""
            link.theirs_starts_at = link.theirs_ends_at = None
        link.agreed_starts_at, link.agreed_over = link.theirs_starts_at, False
        link.command_number = None
        link.save()
        _decided(review, OURS, by=by, now=now)
        appointment = link.appointment
        if appointment is not None and people.is_handed_over(link):
            _take_back(link, appointment, now=now)
        else:
            calendar_links.tell(link, now=now)
        settling.settle(link, now=now)


def take_theirs(review: CalendarReview, *, by: Actor, now: datetime) -> None:
    """Bring our diary to where the calendar has it. Resolved already: nothing happens.

    :raises StillTaken: our diary has something else there
    :raises CannotTakeOver: whoever has it there cannot do it here
    """
    with transaction.atomic():
        link = _locked(review)
        if link is None:
            return
        link.asks_for_another_time = False
        if not link.theirs_uid:  # it never stood there
            link.theirs_uid, link.theirs_state = "-", "over"
        if link.appointment is not None:
            is_over = link.appointment.status == Appointment.Status.CANCELLED
            if is_over and link.theirs_state != "over":
                # A cancelled appointment does not come back: a new one is made of the booking.
                link.appointment = None
                link.origin = CalendarLink.Origin.THEIRS
            else:
                link.agreed_starts_at = link.appointment.starts_at
                link.agreed_over = is_over
        else:
            link.origin = CalendarLink.Origin.THEIRS  # it becomes an appointment of its own
        link.save()
        settling.settle(link, now=now, takes_theirs=True)
        still = CalendarReview.objects.filter(pk=review.pk, resolved_at=None).first()
        if still is not None:
            raise CannotTakeOver if still.kind == _HANDED_OVER else StillTaken
        audit.record("took_theirs", review, tenant_id=review.tenant_id, by=by, now=now)


def _take_back(link: CalendarLink, appointment: Appointment, *, now: datetime) -> None:
    """Have it put anew with whom we have it; where the calendar knows no place for that, it stays as it is on each side."""
    if calendar_links.has_place(appointment):
        calendar_links.put_elsewhere(link, appointment, now=now)
    else:
        link.agreed_host = link.theirs_host
        calendar_links.tell(link, now=now)


def _locked(review: CalendarReview) -> CalendarLink | None:
    observing.lock()
    review.refresh_from_db()
    return settling.locked(review.link_id) if review.resolved_at is None else None


def _decided(review: CalendarReview, resolution: str, *, by: Actor, now: datetime) -> None:
    review.resolve(resolution, now=now)
    audit.record("kept_ours", review, tenant_id=review.tenant_id, by=by, now=now)
