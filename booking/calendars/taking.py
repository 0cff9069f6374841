"""Taking over what stands in the calendar: a booking becomes an appointment or at least a block, a move a move.

What stands there is a fact, so the rules for new bookings (notice, grid, hours) are not asked; whether the time is
free is, under the lock of the diary and the constraint.
"""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from booking import customers, orders, scheduling
from booking.calendars import people
from booking.hosts import Override
from booking.models import (
    Appointment,
    CalendarBlock,
    CalendarBooking,
    CalendarEventType,
    CalendarLink,
    Customer,
    StaffMember,
    TimeOff,
)
from integrations.calendars.protocol import Person
from integrations.voice import numbers
from tenants import actors
from tenants.errors import Invalid, Refused

BY = actors.system("calendar")
SOURCE = Appointment.Source.CALENDAR
# What stands there is a fact: notice, grid and hours are not asked, whether the time is free is.
_AS_IT_IS = Override(reason="Cal.com")
_NAMELESS = "Termin im Kalender"


def admit(link: CalendarLink, *, person: Person | None, now: datetime) -> bool:
    """Make an appointment of a booking that stands there; tell whether it is one now.

    It is not where its event type means no service of ours, nobody of ours is the host, or the time is taken.
    """
    kind = CalendarEventType.objects.filter(number=link.target).select_related("service").first()
    staff_member = people.person_for(link)
    if kind is None or kind.service is None or staff_member is None or kind.service.seats > 1:
        return False
    if link.theirs_starts_at is None or not _is_whole_minute(link.theirs_starts_at):
        return False
    order = orders.Order(
        service=kind.service,
        branch=staff_member.branch,
        starts_at=link.theirs_starts_at,
        source=SOURCE,
        by=BY,
        now=now,
        customer=_customer(link, person, now=now),
        attendee_name=_name(link, person),
        idempotency_key=f"calcom:{link.pk}:{link.theirs_uid}"[:200],
        override=_AS_IT_IS,
        quietly=True,
        waits=link.theirs_state == "pending",
    )
    try:
        with transaction.atomic():
            unblock(link)
            link.appointment = orders.book_with_one_of_them(order, staff_member)
    except (Refused, IntegrityError):
        return False
    return True


def move(
    appointment: Appointment,
    *,
    starts_at: datetime,
    now: datetime,
    tell: bool,
    staff_member: StaffMember | None = None,
) -> bool:
    """Move an appointment to where and with whom it stands there; tell whether that was free. Its length stays.

    Diaries and row in hand. `tell`: the customer hears of it from us.
    """
    if not _is_whole_minute(starts_at):
        return False
    try:
        with transaction.atomic():
            scheduling.reschedule(
                appointment,
                starts_at=starts_at,
                staff_member=staff_member,
                by=BY,
                source=SOURCE,
                now=now,
                override=_AS_IT_IS,
                quietly=not tell,
            )
    except (Refused, IntegrityError):
        appointment.refresh_from_db()
        return False
    return True


def cancel(appointment: Appointment, *, reason: str, now: datetime, tell: bool) -> bool:
    """Cancel an appointment because it is over there; tell whether it is. What has begun stays. Diary and row in hand."""
    try:
        with transaction.atomic():
            scheduling.cancel(
                appointment, by=BY, source=SOURCE, now=now, reason=reason, quietly=not tell
            )
    except Refused:
        appointment.refresh_from_db()
        return False
    return True


def block(link: CalendarLink, *, now: datetime) -> bool:
    """Keep the time of a booking that is no appointment of ours free of others; tell whether it was free.

    The diary of the host is blocked (and in hand); without one nothing can be, and it was not.
    """
    staff_member = people.host_of(link) or people.person_for(link)
    if staff_member is None or link.theirs_starts_at is None or link.theirs_ends_at is None:
        return False
    blocked = CalendarBlock.objects.filter(link=link).select_related("time_off").first()
    wanted = (staff_member.pk, link.theirs_starts_at, link.theirs_ends_at)
    if blocked is not None:
        time_off = blocked.time_off
        if (time_off.staff_member_id, time_off.starts_at, time_off.ends_at) != wanted:
            unblock(link)
            blocked = None
    if blocked is None:
        time_off = TimeOff.objects.create(
            tenant_id=link.tenant_id,
            branch=staff_member.branch,
            staff_member=staff_member,
            starts_at=link.theirs_starts_at,
            ends_at=link.theirs_ends_at,
            kind=TimeOff.Kind.OTHER,
            note="Cal.com",
        )
        CalendarBlock.objects.create(tenant_id=link.tenant_id, time_off=time_off, link=link)
    others = Appointment.objects.filter(
        staff_member=staff_member,
        status__in=Appointment.ACTIVE,
        blocked_from__lt=link.theirs_ends_at,
        blocked_until__gt=link.theirs_starts_at,
    ).exclude(status=Appointment.Status.HELD, hold_expires_at__lte=now)
    if link.appointment_id is not None:
        others = others.exclude(pk=link.appointment_id)
    return not others.exists()


def unblock(link: CalendarLink) -> None:
    """Give the time of a booking back."""
    TimeOff.objects.filter(blocks__link=link).delete()


def _customer(link: CalendarLink, person: Person | None, *, now: datetime) -> Customer:
    """Return whose appointment it is; a number or address that cannot be one is left out."""
    name = _name(link, person)
    phone = numbers.e164(person.phone) if person and person.phone else None
    email = _email(link, person)
    try:
        return customers.find_or_create(name=name, phone=phone, email=email, now=now)
    except Invalid:
        return customers.find_or_create(name=name, phone=phone, email=None, now=now)


def _name(link: CalendarLink, person: Person | None) -> str:
    known = CalendarBooking.objects.filter(link=link).exclude(attendee_name="").first()
    given = person.name if person else (known.attendee_name if known else "")
    return customers.readable(given)[: customers.LONGEST_NAME] or _NAMELESS


def _email(link: CalendarLink, person: Person | None) -> str | None:
    known = CalendarBooking.objects.filter(link=link).exclude(attendee_email="").first()
    given = person.email if person else (known.attendee_email if known else None)
    return given if given and given != settings.CALCOM_ATTENDEE_EMAIL else None


def _is_whole_minute(instant: datetime) -> bool:
    return not instant.second and not instant.microsecond
