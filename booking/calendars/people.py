"""Whose a booking is: who of ours is the host there, and whether somebody there handed it over to somebody else."""

from booking.models import Appointment, CalendarEventType, CalendarHost, CalendarLink, StaffMember

_STANDS = ("pending", "accepted")


def person_for(link: CalendarLink) -> StaffMember | None:
    """Return who of ours does it: whose appointment it is, else the host there, else who the event type belongs to."""
    if link.appointment is not None:
        ours: StaffMember = link.appointment.staff_member
        return ours
    host = host_of(link)
    if host is not None:
        return host
    kind = (
        CalendarEventType.objects.filter(number=link.target)
        .select_related("staff_member__branch")
        .first()
    )
    owner: StaffMember | None = kind.staff_member if kind is not None else None
    return owner


def host_of(link: CalendarLink) -> StaffMember | None:
    """Return who of ours the host there is; None: nobody, or nobody knows."""
    return _known_as(link.theirs_host)


def is_handed_over(link: CalendarLink) -> bool:
    """Tell whether somebody else has it there than both sides agreed on, or than Cal.com was asked for.

    Whom nobody matched with a host is not missed: a personal account has one host for everybody.
    """
    appointment = link.appointment
    if appointment is None or appointment.status not in Appointment.ACTIVE:
        return False
    if link.theirs_state not in _STANDS or link.theirs_host in ("", link.agreed_host):
        return False
    host = host_of(link)
    if host is not None:
        return bool(host.pk != appointment.staff_member_id)
    ours = CalendarHost.objects.filter(staff_member=appointment.staff_member)
    return bool(link.agreed_host) or ours.exists()


def taker_of(link: CalendarLink) -> StaffMember | None:
    """Return to whom of ours it was handed over by somebody; None: that has to be asked.

    It has to where our diary has somebody else by now, too, and where Cal.com chose the host by itself: the customer was
    promised somebody else.
    """
    agreed = _known_as(link.agreed_host)
    if agreed is None or link.appointment is None:
        return None
    return host_of(link) if agreed.pk == link.appointment.staff_member_id else None


def _known_as(number: str) -> StaffMember | None:
    if not number:
        return None
    host = CalendarHost.objects.filter(number=number).select_related("staff_member__branch").first()
    person: StaffMember | None = host.staff_member if host is not None else None
    return person
