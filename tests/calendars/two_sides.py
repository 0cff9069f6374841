"""Looking at both sides: our diary and the account at Cal.com, in one notation."""

from datetime import UTC, datetime
from typing import Any

from booking.models import (
    Appointment,
    AppointmentChange,
    CalendarEventType,
    CalendarHost,
    CalendarLink,
    CalendarReview,
)
from integrations.calendars.imitation import Booking, EventType
from integrations.models import Delivery
from tenants import scope
from tenants.models import Tenant
from tests.calendars.calcom_house import Calcom

TEN = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # Thursday, 10:00 in Berlin
ELEVEN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)


def ours(tenant: Tenant) -> list[tuple[str, str, str]]:
    """Return our active appointments: start, person, status."""
    with scope.tenant(tenant):
        rows = Appointment.objects.filter(status__in=Appointment.ACTIVE).select_related(
            "staff_member"
        )
        return sorted((_at(row.starts_at), row.staff_member.name, row.status) for row in rows)


def theirs(calcom: Calcom) -> list[tuple[str, str, str]]:
    """Return the active bookings there: start, host, status."""
    house = calcom.house
    return sorted(
        (_at(each.starts_at), house.users[each.host].name, each.status)
        for each in house.bookings.values()
        if each.is_active
    )


def theirs_confirmed(calcom: Calcom) -> list[tuple[str, str, str]]:
    """Return the active bookings there in the words of our diary."""
    return [(at, person, "confirmed") for at, person, _status in theirs(calcom)]


def unmatch(person: str) -> None:
    """Forget who a person is there."""
    CalendarHost.objects.filter(staff_member__name=person).delete()


def unmap(person: str) -> None:
    """Let nobody book a person there any more."""
    CalendarEventType.objects.filter(staff_member__name=person).update(
        service=None, staff_member=None
    )


def appointment(tenant: Tenant) -> Appointment:
    """Return the one appointment there is."""
    with scope.tenant(tenant):
        return Appointment.objects.select_related("staff_member", "service", "branch").get()


def link(tenant: Tenant) -> CalendarLink:
    with scope.tenant(tenant):
        return CalendarLink.objects.get()


def reviews(tenant: Tenant) -> list[str]:
    with scope.tenant(tenant):
        return list(
            CalendarReview.objects.filter(resolved_at=None)
            .order_by("pk")
            .values_list("kind", flat=True)
        )


def changes(tenant: Tenant) -> list[tuple[str, str]]:
    with scope.tenant(tenant):
        return list(AppointmentChange.objects.order_by("pk").values_list("kind", "source"))


def deliveries() -> list[tuple[str, str]]:
    with scope.platform():
        return list(
            Delivery.objects.filter(provider="calcom").order_by("pk").values_list("kind", "state")
        )


def kind_of(calcom: Calcom, person: str, title: str = "Haarschnitt") -> EventType:
    """Return the event type for a service of ours and a person."""
    return next(
        each for each in calcom.house.event_types.values() if each.title == f"{title} bei {person}"
    )


def somebody_books(calcom: Calcom, person: str, at: datetime, **more: Any) -> Booking:
    return calcom.house.host_books(
        kind_of(calcom, person).id,
        starts_at=at,
        name=more.pop("name", "Anna Beispiel"),
        email=more.pop("email", "anna@example.org"),
        **more,
    )


def _at(instant: datetime) -> str:
    return f"{instant:%d. %H:%M}"
