"""Appointments as calendars understand them: iCalendar (RFC 5545), sent as iTIP (RFC 5546).

The UID never changes and SEQUENCE counts the changes, so a moved appointment moves in the customer's calendar and a
cancelled one leaves it.
"""

from datetime import UTC, date, datetime
from email.utils import parseaddr
from functools import lru_cache
from uuid import uuid5

from django.conf import settings
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from booking.models import Appointment
from integrations.outbox import Attachment
from tenants.models import Branch

REQUEST = "REQUEST"
CANCEL = "CANCEL"


def attachment(appointment: Appointment, *, method: str, now: datetime) -> Attachment:
    """Return the appointment as a file for the customer's calendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//AskProAI//Termine//DE")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_zone(appointment.branch.time_zone))
    calendar.add_component(_event(appointment, method=method, now=now))
    return {
        "name": "termin.ics",
        "type": f"text/calendar; method={method}; charset=utf-8",
        "content": calendar.to_ical().decode(),
    }


def uid_of(appointment: Appointment) -> str:
    """Return the name of the appointment in every calendar of the world."""
    return f"{uuid5(appointment.tenant_id, f'appointment:{appointment.pk}')}@askpro"


def address_of(branch: Branch) -> str:
    """Return where the branch is, on one line."""
    town = f"{branch.postcode} {branch.city}".strip()
    return ", ".join(part for part in (branch.street, town) if part)


def _event(appointment: Appointment, *, method: str, now: datetime) -> Event:
    branch = appointment.branch
    event = Event()
    event.add("uid", uid_of(appointment))
    event.add("sequence", appointment.version)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", appointment.starts_at.astimezone(branch.zone))
    event.add("dtend", appointment.ends_at.astimezone(branch.zone))
    event.add("summary", f"{appointment.service.name} – {branch.tenant.name}")
    event.add("description", f"Mit {appointment.staff_member.name}")
    event.add("location", address_of(branch) or branch.name)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _organizer(branch))
    event.add("attendee", _attendee(appointment))
    return event


def _organizer(branch: Branch) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{branch.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["cn"] = vText(branch.tenant.name)
    return organizer


def _attendee(appointment: Appointment) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{appointment.customer.email}")
    attendee.params["cn"] = vText(appointment.attendee_name)
    attendee.params["partstat"] = vText("ACCEPTED")  # they asked for it
    attendee.params["rsvp"] = vText("FALSE")
    return attendee


@lru_cache(maxsize=64)
def _zone(name: str) -> Timezone:
    """Return the rules of a zone; working them out takes a hundred times as long as the rest."""
    return Timezone.from_tzid(name, first_date=date(2020, 1, 1), last_date=date(2038, 1, 1))
