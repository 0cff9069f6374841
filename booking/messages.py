"""What customers are told about their appointments, in writing and in German, with an entry for their calendar.

The message is a row of the outbox, written in the transaction of the appointment: there is no confirmation of a booking
that was not stored, and none is lost.
"""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import formats, translation

from booking import invitation
from booking.models import Appointment
from integrations import outbox


def confirm(appointment: Appointment, *, now: datetime) -> None:
    """Tell the customer, if there is an e-mail address, that the appointment stands."""
    _tell(appointment, "confirmed", invitation.REQUEST, now=now)


def tell_moved(appointment: Appointment, *, now: datetime) -> None:
    """Tell the customer the new time."""
    _tell(appointment, "moved", invitation.REQUEST, now=now)


def tell_cancelled(appointment: Appointment, *, now: datetime) -> None:
    """Tell the customer that the appointment will not take place."""
    _tell(appointment, "cancelled", invitation.CANCEL, now=now)


def _tell(appointment: Appointment, occasion: str, method: str, *, now: datetime) -> None:
    customer = appointment.customer
    if customer is None or not customer.email:
        return
    subject, body = _text(appointment, occasion)
    outbox.say_once(
        tenant_id=appointment.tenant_id,
        key=f"appointment:{appointment.pk}:{appointment.version}:{occasion}",
        channel="email",
        topic=f"appointment_{occasion}",
        recipient=customer.email,
        subject=subject,
        body=body,
        attachments=[invitation.attachment(appointment, method=method, now=now)],
        about=appointment,
        now=now,
    )


def _text(appointment: Appointment, occasion: str) -> tuple[str, str]:
    """Return subject and body; the first line of a template is its subject."""
    branch = appointment.branch
    text = render_to_string(
        f"booking/{occasion}.txt",
        {
            "appointment": appointment,
            "business": branch.tenant.name,
            "branch": branch,
            "address": invitation.address_of(branch),
            "service": appointment.service.name,
            "staff": appointment.staff_member.name,
            "day": written_day(appointment.starts_at, appointment),
            "time": written_time(appointment.starts_at, appointment),
            "until": written_time(appointment.ends_at, appointment),
        },
    )
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def written_day(instant: datetime, appointment: Appointment) -> str:
    """Return "Montag, 23. November 2026" by the clock of the branch."""
    with translation.override("de"):
        return formats.date_format(instant.astimezone(appointment.branch.zone), "l, j. F Y")


def written_time(instant: datetime, appointment: Appointment) -> str:
    """Return "10:00 Uhr" by the clock of the branch."""
    return f"{instant.astimezone(appointment.branch.zone):%H:%M} Uhr"
