"""How an appointment stands with the calendar of the business: whether that has agreed, has still to answer, or says no."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from booking.models import Appointment, AppointmentChange, CalendarLink, CalendarReview
from tenants import statements


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`waits`: it has still to answer. `is_disputed`: it said no, or has something else, and a person has to decide.

    `there_at` is where it was last known to stand there.
    """

    link_number: int | None = None
    waits: bool = False
    is_disputed: bool = False
    there_at: datetime | None = None

    @property
    def is_agreed(self) -> bool:
        return not (self.waits or self.is_disputed)


# Whatever no calendar knows of is agreed: our diary decides alone.
ALONE = Standing()

_OF_APPOINTMENTS = """
SELECT l.appointment_id, l.id, l.command_number IS NOT NULL, EXISTS (
  SELECT FROM booking_calendarreview r WHERE r.tenant_id = l.tenant_id AND r.link_id = l.id AND r.resolved_at IS NULL),
  CASE WHEN l.theirs_state IN ('pending', 'accepted') THEN l.theirs_starts_at END
FROM booking_calendarlink l WHERE l.tenant_id = %s AND l.appointment_id = ANY(%s)
"""


def of(appointment: Appointment) -> Standing:
    """Return how one appointment stands with the calendar; one statement."""
    return of_all(appointment.tenant_id, [appointment.pk]).get(appointment.pk, ALONE)


def of_all(tenant_id: UUID, appointment_ids: list[int]) -> dict[int, Standing]:
    """Return how these appointments stand with the calendar; those that it does not know are left out. One statement."""
    found = statements.run(_OF_APPOINTMENTS, (tenant_id, appointment_ids)).fetchall()
    return {
        appointment_id: Standing(
            link_number=number, waits=waits, is_disputed=is_disputed, there_at=there_at
        )
        for appointment_id, number, waits, is_disputed, there_at in found
    }


def was_changed_there(appointment: Appointment) -> bool:
    """Tell whether what happened to it last (moved, handed over, cancelled) came from the calendar."""
    changes = AppointmentChange.objects.filter(
        appointment=appointment,
        kind__in=(AppointmentChange.Kind.MOVED, AppointmentChange.Kind.CANCELLED),
    )
    last = changes.order_by("-id").values_list("source", flat=True).first()
    return last == Appointment.Source.CALENDAR


def note_call(appointment: Appointment) -> None:
    """Note that the customer has heard, or is about to, what the calendar made of it."""
    CalendarLink.objects.filter(appointment=appointment, owes_call=True).update(owes_call=False)


class Cancelled(StrEnum):
    """What became of a cancelled appointment in the calendar."""

    OVER = "over"
    OPEN = "open"  # it has still to answer, or a person has to decide
    BACK = "back"  # somebody decided that it stands all the same


def after_cancelling(link_number: int | None, *, appointment_id: int) -> Cancelled:
    """Return what became in the calendar of an appointment that was cancelled here."""
    known = CalendarLink.objects.select_related("appointment")
    link = None if link_number is None else known.filter(pk=link_number).first()
    if link is None:
        return Cancelled.OVER
    is_over = not link.theirs_uid or link.theirs_state == "over"
    is_open = (
        link.command_number is not None
        or CalendarReview.objects.filter(link=link, resolved_at=None).exists()
    )
    if is_open or (link.appointment_id == appointment_id and not is_over):
        return Cancelled.OPEN
    other = link.appointment if link.appointment_id != appointment_id else None
    stands_again = other is not None and other.status != Appointment.Status.CANCELLED
    return Cancelled.BACK if stands_again or not is_over else Cancelled.OVER
