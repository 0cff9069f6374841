"""What customers are told about several dates at once, and what is offered to them: in writing and in German.

Rows of the outbox, written in the transaction that decided it, as in `booking/messages.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from booking import invitation, messages
from booking.models import Appointment, Series, Visit
from integrations import outbox

BOOKED, MOVED, CANCELLED = "booked", "moved", "cancelled"
_METHODS = {
    BOOKED: invitation.PUBLISH,
    MOVED: invitation.PUBLISH,
    CANCELLED: invitation.CANCEL,
}


def tell_series(
    series: Series, occasion: str, appointments: Sequence[Appointment], *, now: datetime
) -> None:
    """Tell the customer in one message what became of these dates of a series (`BOOKED`, `MOVED` or `CANCELLED`)."""
    customer = series.customer
    if not customer.email or not appointments:
        return
    first = appointments[0]
    subject, body = written(
        f"series_{occasion}",
        {
            "attendee": series.attendee_name,
            "business": first.branch.tenant.name,
            "branch": first.branch,
            "address": invitation.address_of(first.branch),
            "service": first.service.name,
            "count": len(appointments),
            "first": messages.written_day(first.starts_at, first),
            "dates": [_line(each) for each in appointments],
        },
    )
    outbox.say_once(
        tenant_id=series.tenant_id,
        # Each change of a date raises its version, so the next change is news.
        key=f"series:{series.pk}:{occasion}:{first.pk}:{first.version}",
        topic=f"series_{occasion}",
        recipient=customer.email,
        subject=subject,
        body=body,
        attachments=[
            invitation.attachment_of_all(appointments, method=_METHODS[occasion], now=now)
        ],
        about=series,
        now=now,
    )


def tell_visit(visit: Visit, occasion: str, parts: Sequence[Appointment], *, now: datetime) -> None:
    """Tell the customer in one message what became of a visit (`BOOKED`, `MOVED` or `CANCELLED`)."""
    first = parts[0]
    customer = first.customer
    if customer is None or not customer.email:
        return
    subject, body = written(
        f"visit_{occasion}",
        {
            "attendee": first.attendee_name,
            "business": first.branch.tenant.name,
            "branch": first.branch,
            "address": invitation.address_of(first.branch),
            "day": messages.written_day(first.starts_at, first),
            "time": messages.written_time(first.starts_at, first),
            "parts": [_part(each) for each in parts],
        },
    )
    outbox.say_once(
        tenant_id=visit.tenant_id,
        key=f"visit:{visit.pk}:{occasion}:{first.pk}:{max(each.version for each in parts)}",
        topic=f"visit_{occasion}",
        recipient=customer.email,
        subject=subject,
        body=body,
        attachments=[invitation.attachment_of_all(parts, method=_METHODS[occasion], now=now)],
        about=visit,
        now=now,
    )


def written(template: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Return subject and body; the first line of a template is its subject."""
    text = render_to_string(f"booking/{template}.txt", facts)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def _line(appointment: Appointment) -> str:
    day = messages.written_day(appointment.starts_at, appointment)
    time = messages.written_time(appointment.starts_at, appointment)
    until = messages.written_time(appointment.ends_at, appointment)
    return f"{day}, {time} bis {until}, bei {appointment.staff_member.name}"


def _part(appointment: Appointment) -> str:
    time = messages.written_time(appointment.starts_at, appointment)
    until = messages.written_time(appointment.ends_at, appointment)
    return f"{time} bis {until}: {appointment.service.name} bei {appointment.staff_member.name}"
