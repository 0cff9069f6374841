"""Appointments as calendars understand them: iCalendar (RFC 5545), sent as iTIP (RFC 5546).

The UID never changes and SEQUENCE counts the changes, so a moved appointment moves in the customer's calendar and a
cancelled one leaves it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import uuid5

from django.conf import settings
from icalendar import Event, vCalAddress, vText

from booking.models import Appointment
from integrations.outbox import Attachment
from tenants.models import Branch

REQUEST = "REQUEST"
CANCEL = "CANCEL"
# Several entries in one file: each keeps its own UID, so a later message about one of them changes that one.
PUBLISH = "PUBLISH"


def attachment(appointment: Appointment, *, method: str, now: datetime) -> Attachment:
    """Return the appointment as a file for the customer's calendar."""
    return attachment_of_all([appointment], method=method, now=now)


def attachment_of_all(
    appointments: Sequence[Appointment], *, method: str, now: datetime
) -> Attachment:
    """Return appointments of one branch as one file for the customer's calendar."""
    events = (_event(each, method=method, now=now) for each in appointments)
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//AskProAI//Termine//DE",
        "VERSION:2.0",
        f"METHOD:{method}",
        *_rules_of(appointments[0].branch.time_zone),
        *[event.to_ical().decode().rstrip() for event in events],
        "END:VCALENDAR",
        "",
    ]
    return {
        "name": "termin.ics" if len(appointments) == 1 else "termine.ics",
        "type": f"text/calendar; method={method}; charset=utf-8",
        "content": "\r\n".join(lines),
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
    event.add("dtstart", _written(appointment.starts_at, branch))
    event.add("dtend", _written(appointment.ends_at, branch))
    event.add("summary", f"{appointment.service.name} – {branch.tenant.name}")
    event.add("description", f"Mit {appointment.staff_member.name}")
    event.add("location", address_of(branch) or branch.name)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _organizer(branch))
    if method != PUBLISH:  # RFC 5546: what is published names nobody
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


def _written(instant: datetime, branch: Branch) -> datetime:
    """Return the instant by the clock of the branch, where its rules are written down here; else in UTC."""
    return instant.astimezone(branch.zone if branch.time_zone in _CENTRAL_EUROPE else UTC)


# The summer time of the European Union, written as RFC 5545 wants it: onsets by the clock that ran until then.
# (The zones that icalendar writes itself begin the summer an hour late.)
_CENTRAL_EUROPE = frozenset({"Europe/Berlin", "Europe/Busingen", "Europe/Vienna", "Europe/Zurich"})
_RULES = """\
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""


def _rules_of(zone: str) -> list[str]:
    return _RULES.format(zone=zone).splitlines() if zone in _CENTRAL_EUROPE else []
