"""Personal data of the booking room: what is known of somebody, and how it is forgotten.

Appointments stay, because the business has worked that time; the person in them does not.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from booking import waiting
from booking.models import (
    Appointment,
    AppointmentChange,
    CalendarBooking,
    CalendarLink,
    Customer,
    Proposal,
    Series,
    WaitingEntry,
    WaitingOffer,
)
from integrations.models import Command
from tenants import actors, audit
from tenants import privacy as tenants
from tenants.actors import Actor

# What stands where a name was; the database wants a name.
ERASED = "(gelöscht)"
# Claims from an appointment lapse three years after the end of its year (BGB §§ 195, 199).
KEPT = timedelta(days=4 * 366)
# Who once waited for an appointment is of no more interest than this after it was over.
KEPT_WAITING = timedelta(days=180)
_OVER = (
    WaitingEntry.Status.BOOKED,
    WaitingEntry.Status.EXPIRED,
    WaitingEntry.Status.WITHDRAWN,
)


def disclose(customer: Customer) -> dict[str, Any]:
    """Return everything that is stored about a customer, as JSON values. Times are UTC."""
    appointments = Appointment.objects.filter(customer=customer).order_by("starts_at", "pk")
    return {
        "id": customer.pk,
        "name": customer.name,
        "phone": customer.phone,
        "email": customer.email,
        "language": customer.language,
        "notes": customer.notes,
        "since": customer.created_at.isoformat(),
        "series": [
            _series(each)
            for each in Series.objects.filter(customer=customer)
            .select_related("service")
            .order_by("pk")
        ],
        "waiting": [
            _waiting(each)
            for each in WaitingEntry.objects.filter(customer=customer)
            .select_related("service")
            .prefetch_related("offers")
            .order_by("pk")
        ],
        "proposals": [
            {**_offer(each), "appointment": each.appointment_id}
            for each in Proposal.objects.filter(appointment__customer=customer).order_by("pk")
        ],
        "calendar_bookings": list(
            CalendarBooking.objects.filter(link__appointment__customer=customer)
            .order_by("pk")
            .values("uid", "attendee_name", "attendee_email", "state")
        ),
        "appointments": [
            _appointment(each)
            for each in appointments.select_related(
                "service", "staff_member", "branch"
            ).prefetch_related("changes")
        ],
    }


def erase(customer: Customer, *, by: Actor, now: datetime) -> None:
    """Make a customer unrecognisable, with every appointment and its story. Erasing twice is erasing once.

    Appointments that lie ahead stand until they are cancelled, without a person; cancel them first. Messages are
    erased by their own room.
    """
    with transaction.atomic():
        tenants.forget_answers()
        _erase(customer, by=by, now=now)


def _erase(customer: Customer, *, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        _forget(Appointment.objects.filter(customer=customer))
        Series.objects.filter(customer=customer).update(attendee_name=ERASED)
        _forget_waiting(customer, by=by, now=now)
        if customer.name == ERASED and customer.phone is None and customer.email is None:
            return
        customer.name, customer.phone, customer.email, customer.notes = ERASED, None, None, ""
        customer.save(update_fields=["name", "phone", "email", "notes", "updated_at"])
        audit.record("erased", customer, tenant_id=customer.tenant_id, by=by, now=now)


def purge(*, now: datetime, limit: int = 1000) -> int:
    """Erase the customers and the waiting of the active business whose time is over, and return how many; none is left at zero.

    Whoever has had an appointment, or was entered, within the time we keep people is kept.
    """
    waited = WaitingEntry.objects.filter(status__in=_OVER, updated_at__lt=now - KEPT_WAITING)
    numbers = list(waited.order_by("pk").values_list("pk", flat=True)[:limit])
    WaitingEntry.objects.filter(pk__in=numbers).delete()
    return len(numbers) + _purge_customers(now=now, limit=limit)


def _purge_customers(*, now: datetime, limit: int) -> int:
    before = now - KEPT
    forgotten = (
        Customer.objects.filter(created_at__lt=before)
        .exclude(name=ERASED, phone=None, email=None)
        .annotate(last=Max("appointments__starts_at"))
        .filter(Q(last__isnull=True) | Q(last__lt=before))
        .order_by("pk")[:limit]
    )
    for customer in forgotten:
        _erase(customer, by=actors.system("retention"), now=now)
    return len(forgotten)


def _forget_waiting(customer: Customer, *, by: Actor, now: datetime) -> None:
    entries = WaitingEntry.objects.filter(customer=customer)
    for entry in entries.exclude(status__in=_OVER).order_by("pk"):
        waiting.withdraw(entry, by=by, now=now)
    entries.update(attendee_name=ERASED, note="")


def _forget(appointments: Any) -> None:
    CalendarBooking.objects.filter(link__appointment__in=appointments).update(
        attendee_name="", attendee_email=""
    )
    links = CalendarLink.objects.filter(appointment__in=appointments)
    commands = links.values_list("command_number", flat=True)
    # What was not told yet will not be: the command without its person fails and is shown.
    for command in Command.objects.filter(pk__in=[each for each in commands if each]):
        command.forget_arguments()
    AppointmentChange.objects.filter(appointment__in=appointments).update(reason="")
    appointments.update(attendee_name=ERASED, notes="")


def _series(series: Series) -> dict[str, Any]:
    return {
        "id": series.pk,
        "for": series.attendee_name,
        "rule": series.rule,
        "service": series.service.name,
    }


def _waiting(entry: WaitingEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "for": entry.attendee_name,
        "service": entry.service.name,
        "first_day": entry.first_day.isoformat(),
        "last_day": entry.last_day.isoformat(),
        "status": entry.status,
        "note": entry.note,
        "offers": [_offer(each) for each in sorted(entry.offers.all(), key=lambda offer: offer.pk)],
    }


def _offer(offer: WaitingOffer | Proposal) -> dict[str, Any]:
    return {"starts_at": offer.starts_at.isoformat(), "status": offer.status}


def _appointment(appointment: Appointment) -> dict[str, Any]:
    return {
        "id": appointment.pk,
        "service": appointment.service.name,
        "staff": appointment.staff_member.name,
        "branch": appointment.branch.name,
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "for": appointment.attendee_name,
        "status": appointment.status,
        "source": appointment.source,
        "price_cents": appointment.price_cents,
        "notes": appointment.notes,
        "changes": [
            {"kind": change.kind, "at": change.at.isoformat(), "reason": change.reason}
            for change in sorted(appointment.changes.all(), key=lambda each: (each.at, each.pk))
        ],
    }
