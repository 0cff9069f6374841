"""Telling the calendar of the business what changed in our diary: a row of the outbox, written with the change itself.

An appointment whose service and person are known at Cal.com waits (`pending`) until the calendar has answered. One
command at a time goes out for each appointment; the answer is folded in by `booking/calendars/settling.py`, which also
sees what changed meanwhile.
"""

from datetime import datetime, timedelta

from django.conf import settings

from booking.calendar_merge import Act, Side, decide
from booking.models import Appointment, CalendarLink, Service, StaffMember
from integrations import calendar_commands, outbox
from integrations.calendars.protocol import Person, Wish
from tenants import statements

# A caller waits: their request carries the command out itself; the courier takes what it left behind.
_LEFT_TO_THE_CALL = timedelta(seconds=8)
_FORGOTTEN_BY_US = Side(starts_at=None, is_over=True)


_PLACE = """
SELECT e.number FROM booking_calendaraccount a
JOIN booking_calendareventtype e ON e.tenant_id = a.tenant_id
WHERE a.tenant_id = %s AND a.is_active AND e.is_bookable
  AND e.service_id = %s AND e.staff_member_id = %s
"""
_ACCOUNT = """
SELECT team_id, owner_email FROM booking_calendaraccount WHERE tenant_id = %s AND is_active
"""


def place_of(service: Service, staff_member: StaffMember, *, source: str) -> str | None:
    """Return the event type under which an appointment belongs at Cal.com; one statement.

    None: the business keeps it in our diary alone, or it comes from there. A service with several seats is one time
    for many people, which no booking of one attendee can stand for.
    """
    if stays_with_us(service, source=source):
        return None
    row = statements.run(_PLACE, (service.tenant_id, service.pk, staff_member.pk)).fetchone()
    return row[0] if row else None


def stays_with_us(service: Service, *, source: str) -> bool:
    """Whether an appointment belongs into no calendar, whatever is connected."""
    if not settings.CALCOM_ENABLED:
        return True
    return source == Appointment.Source.CALENDAR or service.seats > 1


def tell_booked(appointment: Appointment, target: str, *, now: datetime) -> bool:
    """Have an appointment put into the calendar; tell whether it has to wait for the answer. Diary in hand."""
    link = CalendarLink(
        tenant_id=appointment.tenant_id,
        appointment=appointment,
        origin=CalendarLink.Origin.OURS,
        state=CalendarLink.State.AGREED,
        target=target,
    )
    link.save()
    return tell(link, now=now)


def tell_changed(appointment: Appointment, *, now: datetime, follows: bool = False) -> bool:
    """Have a move or a cancellation told; tell whether it has to wait for the answer. Diary and row in hand.

    With another person it is another place: what stands at the old one is removed, and it is put anew. Not so where our
    diary `follows` what was done there.
    """
    link = _link_of(appointment)
    is_active = appointment.status in Appointment.ACTIVE
    if link is None:
        target = _target(appointment) if is_active else None
        return target is not None and tell_booked(appointment, target, now=now)
    link.appointment = appointment
    if is_active and not follows and _is_elsewhere(link, appointment):
        return put_elsewhere(link, appointment, now=now)
    return tell(link, now=now) and is_active


def put_elsewhere(link: CalendarLink, appointment: Appointment, *, now: datetime) -> bool:
    """Have what stands there removed, and put anew in the place of whoever has it now; tell whether that has to wait.

    Diary and row in hand.
    """
    link.appointment = None
    link.origin = CalendarLink.Origin.OURS  # what is left of it is no booking of a stranger
    link.save(update_fields=["appointment", "origin", "updated_at"])
    tell(link, now=now)
    target = _target(appointment)
    return target is not None and tell_booked(appointment, target, now=now)


def has_place(appointment: Appointment) -> bool:
    """Tell whether the calendar knows a place for an appointment, with whoever has it now."""
    return _target(appointment) is not None


def owe_word(appointment: Appointment) -> None:
    """Note that the customer is to hear of a move once the calendar has agreed."""
    CalendarLink.objects.filter(appointment=appointment).update(owes_word=True)


def waits(appointment: Appointment) -> bool:
    """Tell whether the calendar has still to answer to what was asked last."""
    return CalendarLink.objects.filter(
        appointment=appointment, command_number__isnull=False
    ).exists()


def tell(link: CalendarLink, *, now: datetime) -> bool:
    """Write the command that brings the calendar to where we are, unless one is under way; tell whether one is.

    The row must be locked, or new.
    """
    if link.command_number is not None:
        return True
    if not settings.CALCOM_ENABLED:
        return False  # told by the first comparison when it is on again
    act = decide(ours=ours(link), theirs=theirs(link), agreed=agreed(link))
    if act not in (Act.PUT, Act.MOVE, Act.REMOVE):
        return False
    _ask(link, act, now=now)
    return link.command_number is not None


def ours(link: CalendarLink) -> Side:
    """Return where we have it; without an appointment it is over for us."""
    appointment = link.appointment
    if appointment is None:
        return _FORGOTTEN_BY_US
    return Side(
        starts_at=appointment.starts_at,
        is_over=appointment.status == Appointment.Status.CANCELLED,
    )


def theirs(link: CalendarLink) -> Side | None:
    """Return where it was last known to be there."""
    if not link.theirs_uid:
        return None
    return Side(starts_at=link.theirs_starts_at, is_over=link.theirs_state == "over")


def agreed(link: CalendarLink) -> Side | None:
    """Return what both sides last had; of what was never answered, what we asked for."""
    if link.agreed_starts_at is not None or link.agreed_over:
        return Side(starts_at=link.agreed_starts_at, is_over=link.agreed_over)
    if link.asked_starts_at is not None:
        return Side(starts_at=link.asked_starts_at)
    return None


def _ask(link: CalendarLink, act: Act, *, now: datetime) -> None:
    appointment = link.appointment
    starts_at = appointment.starts_at if appointment else None
    if act != Act.REMOVE and (starts_at is None or starts_at <= now):
        return  # what has begun is not told any more
    link.commands_asked += 1
    arguments = _arguments(link, act)
    if arguments is None:
        return  # the account was taken away
    command = outbox.do_once(
        tenant_id=link.tenant_id,
        key=f"calendar:{link.pk}:{link.commands_asked}",
        provider="calcom",
        operation=act.value,
        arguments=arguments,
        now=now,
        not_before=now + _LEFT_TO_THE_CALL if _is_on_the_telephone(link, act) else None,
    )
    assert command is not None, "the number of a command is used once"
    link.command_number = command.pk
    link.asked_starts_at = starts_at if act != Act.REMOVE else link.asked_starts_at
    link.state = CalendarLink.State.ASKING
    link.save()


def _is_on_the_telephone(link: CalendarLink, act: Act) -> bool:
    appointment = link.appointment
    return (
        act == Act.PUT
        and appointment is not None
        and appointment.source == Appointment.Source.PHONE
        and link.commands_asked == 1
    )


def _arguments(link: CalendarLink, act: Act) -> dict[str, object] | None:
    row = statements.run(_ACCOUNT, (link.tenant_id,)).fetchone()
    if row is None:
        return None
    account = {"team_id": row[0], "owner_email": row[1]}
    appointment = link.appointment
    if act == Act.PUT and appointment is not None:
        return calendar_commands.arguments_for(wish_of(link, appointment), **account)
    if act == Act.MOVE and appointment is not None:
        return {**account, "uid": link.theirs_uid, "starts_at": appointment.starts_at.isoformat()}
    return {**account, "uid": link.theirs_uid}


def wish_of(link: CalendarLink, appointment: Appointment) -> Wish:
    """Return an appointment as the calendar is asked for it."""
    customer = appointment.customer
    # Each time it is put has a key of its own: so it is known which of them somebody cancelled.
    again = f"-{link.commands_asked}" if link.commands_asked > 1 else ""
    references = {"call_number": str(appointment.call_number)} if appointment.call_number else {}
    return Wish(
        key=f"{appointment.pk}-{link.pk}{again}",
        target=link.target,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        person=Person(
            name=appointment.attendee_name,
            time_zone=appointment.branch.time_zone,
            email=customer.email if customer else None,
            phone=customer.phone if customer else None,
            language=customer.language if customer else "de",
        ),
        references=references,
    )


_HAS_IT_THERE = """
SELECT staff_member_id FROM booking_calendarhost WHERE tenant_id = %s AND number = %s
"""


def _is_elsewhere(link: CalendarLink, appointment: Appointment) -> bool:
    who = statements.run(_HAS_IT_THERE, (link.tenant_id, link.theirs_host)).fetchone()
    if who is not None:
        if who[0] == appointment.staff_member_id:
            return False  # whoever has it there needs no other place
        if link.agreed_host and link.agreed_host != link.theirs_host:
            return False  # they handed it over: that is shown and decided, not undone by the way
    target = _target(appointment)
    if target is None:
        # What came from there is moved where it stands, whoever of ours does it.
        return link.origin == CalendarLink.Origin.OURS
    return who is not None or target != link.target


def _target(appointment: Appointment) -> str | None:
    ours = Appointment.Source.BACK_OFFICE  # whoever booked it: now it is one of our appointments
    return place_of(appointment.service, appointment.staff_member, source=ours)


# No business without an account has links: one small look at an index tells.
_OF_APPOINTMENT = "SELECT id FROM booking_calendarlink WHERE tenant_id = %s AND appointment_id = %s"


def _link_of(appointment: Appointment) -> CalendarLink | None:
    row = statements.run(_OF_APPOINTMENT, (appointment.tenant_id, appointment.pk)).fetchone()
    if row is None:
        return None
    return CalendarLink.objects.select_for_update(of=("self",)).filter(pk=row[0]).first()
