"""Personal data of the booking room: what is known of somebody, and how it is forgotten.

Appointments stay, because the business has worked that time; the person in them does not.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from booking.models import Appointment, AppointmentChange, Customer, Series
from tenants import actors, audit
from tenants import privacy as tenants
from tenants.actors import Actor

# What stands where a name was; the database wants a name.
ERASED = "(gelöscht)"
# Claims from an appointment lapse three years after the end of its year (BGB §§ 195, 199).
KEPT = timedelta(days=4 * 366)


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
            {
                "id": each.pk,
                "for": each.attendee_name,
                "rule": each.rule,
                "service": each.service.name,
            }
            for each in Series.objects.filter(customer=customer)
            .select_related("service")
            .order_by("pk")
        ],
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
        if customer.name == ERASED and customer.phone is None and customer.email is None:
            return
        customer.name, customer.phone, customer.email, customer.notes = ERASED, None, None, ""
        customer.save(update_fields=["name", "phone", "email", "notes", "updated_at"])
        audit.record("erased", customer, tenant_id=customer.tenant_id, by=by, now=now)


def purge(*, now: datetime, limit: int = 1000) -> int:
    """Erase the customers of the active business whose time is over, and return how many; none is left at zero.

    Whoever has had an appointment, or was entered, within the time we keep people is kept.
    """
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


def _forget(appointments: Any) -> None:
    AppointmentChange.objects.filter(appointment__in=appointments).update(reason="")
    appointments.update(attendee_name=ERASED, notes="")


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
