"""Writing the diary in tests: the cast of the salon, and verbs with what most of them have in common."""

from datetime import datetime
from typing import Any

from booking import scheduling
from booking.models import Appointment, Customer, Service, StaffMember
from booking.scheduling import Booking
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant
from tests.booking.diary import at

TUESDAY = "2026-11-24"
TEN = at(TUESDAY, "10:00")
BY = actors.system("tests")


def book(
    service: Service,
    staff_member: StaffMember | None,
    customer: Customer,
    *,
    now: datetime,
    starts_at: datetime = TEN,
    source: str = Appointment.Source.PHONE,
    **more: Any,
) -> Booking:
    """Book as a caller would; the scope is open already."""
    return scheduling.book(
        service,
        branch=more.pop("branch", None) or Branch.objects.get(),
        staff_member=staff_member,
        starts_at=starts_at,
        customer=customer,
        attendee_name=more.pop("attendee_name", customer.name),
        source=source,
        by=BY,
        now=now,
        **more,
    )


def hold(
    service: Service,
    staff_member: StaffMember,
    *,
    now: datetime,
    starts_at: datetime = TEN,
    source: str = Appointment.Source.PHONE,
    **more: Any,
) -> Appointment:
    return scheduling.hold(
        service,
        branch=Branch.objects.get(),
        staff_member=staff_member,
        starts_at=starts_at,
        source=source,
        by=BY,
        now=now,
        **more,
    )


def move(
    appointment: Appointment,
    starts_at: datetime,
    *,
    now: datetime,
    source: str = Appointment.Source.PHONE,
    **more: Any,
) -> Appointment:
    return scheduling.reschedule(
        appointment, starts_at=starts_at, by=BY, source=source, now=now, **more
    )


def cancel(
    appointment: Appointment,
    *,
    now: datetime,
    source: str = Appointment.Source.PHONE,
    **more: Any,
) -> None:
    scheduling.cancel(appointment, by=BY, source=source, now=now, **more)


def book_said(tenant: Tenant, *args: Any, **more: Any) -> str:
    """Book in a scope of its own and return "done" or the code of the refusal: for rivals."""
    try:
        with scope.tenant(tenant):
            book(*args, **more)
    except Refused as refusal:
        return refusal.code
    return "done"
