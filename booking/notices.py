"""What customers are told about several dates at once, and what is offered to them: in writing and in German.

Rows of the outbox, written in the transaction that decided it, as in `booking/messages.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import formats, translation

from booking import invitation, messages
from booking.models import Appointment, Proposal, Series, Visit, WaitingOffer
from integrations import outbox
from tenants.models import Branch, PhoneNumber

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


def offer_time(offer: WaitingOffer, *, now: datetime) -> None:
    """Ask somebody on the waiting list whether they want a time that became free."""
    entry = offer.entry
    if not entry.customer.email:
        return
    branch = entry.branch
    subject, body = written(
        "waiting_offer",
        {
            "attendee": entry.attendee_name,
            **_offered(offer, branch),
            "service": entry.service.name,
        },
    )
    outbox.say_once(
        tenant_id=offer.tenant_id,
        key=f"waiting_offer:{offer.pk}",
        topic="waiting_offer",
        recipient=entry.customer.email,
        subject=subject,
        body=body,
        about=offer,
        now=now,
    )


def propose(proposal: Proposal, *, now: datetime) -> None:
    """Ask a customer whether another time would do in place of an appointment that cannot take place."""
    appointment = proposal.appointment
    customer = appointment.customer
    if customer is None or not customer.email:
        return
    subject, body = written(
        "proposal",
        {
            "attendee": appointment.attendee_name,
            **_offered(proposal, appointment.branch),
            "service": appointment.service.name,
            "old_staff": appointment.staff_member.name,
            "old_day": messages.written_day(appointment.starts_at, appointment),
            "old_time": messages.written_time(appointment.starts_at, appointment),
        },
    )
    outbox.say_once(
        tenant_id=proposal.tenant_id,
        key=f"proposal:{proposal.pk}",
        topic="proposal",
        recipient=customer.email,
        subject=subject,
        body=body,
        about=proposal,
        now=now,
    )


def _offered(offer: WaitingOffer | Proposal, branch: Branch) -> dict[str, Any]:
    numbers = PhoneNumber.objects.filter(branch=branch, is_active=True)
    number = numbers.order_by("-is_primary", "pk").first()
    return {
        "business": branch.tenant.name,
        "branch": branch,
        "address": invitation.address_of(branch),
        "phone": number.number if number else "",
        "number": offer.pk,
        "staff": offer.staff_member.name,
        "day": _day(offer.starts_at, branch),
        "time": _time(offer.starts_at, branch),
        "until": f"{_day(offer.expires_at, branch)}, {_time(offer.expires_at, branch)}",
    }


def written(template: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Return subject and body; the first line of a template is its subject."""
    text = render_to_string(f"booking/{template}.txt", facts)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def _day(instant: datetime, branch: Branch) -> str:
    with translation.override("de"):
        return formats.date_format(instant.astimezone(branch.zone), "l, j. F Y")


def _time(instant: datetime, branch: Branch) -> str:
    return f"{instant.astimezone(branch.zone):%H:%M} Uhr"


def _line(appointment: Appointment) -> str:
    day = messages.written_day(appointment.starts_at, appointment)
    time = messages.written_time(appointment.starts_at, appointment)
    until = messages.written_time(appointment.ends_at, appointment)
    return f"{day}, {time} bis {until}, bei {appointment.staff_member.name}"


def _part(appointment: Appointment) -> str:
    time = messages.written_time(appointment.starts_at, appointment)
    until = messages.written_time(appointment.ends_at, appointment)
    return f"{time} bis {until}: {appointment.service.name} bei {appointment.staff_member.name}"
