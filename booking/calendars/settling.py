"""Bringing both sides together: after a webhook, after the answer to a command, and in every comparison.

Whoever settles waits in one order: for the account, for diaries, for the appointment, for the link.
"""

from datetime import datetime
from uuid import UUID

from booking import calendar_links, locking, messages
from booking.calendar_merge import Act, decide
from booking.calendars import observing, people, reviews, taking
from booking.models import Appointment, CalendarLink, StaffMember, TimeOff
from integrations import calendar_commands, delivery
from integrations.calendar_commands import ALONE, DONE, GONE, MOVED_AWAY, TAKEN, Patience
from integrations.calendars.protocol import Entry, Person
from integrations.models import Command
from integrations.quota import Urgency
from tenants import scope, statements

# Seconds that a caller waits for the calendar.
IN_CALL_SECONDS = 2.5


def settle(
    link: CalendarLink,
    *,
    now: datetime,
    person: Person | None = None,
    takes_theirs: bool = False,
) -> None:
    """Do what brings both sides together, or show what stands in the way. Link and appointment must be locked.

    `takes_theirs`: somebody decided that whoever has it there shall have it here.
    """
    if link.command_number is not None:
        link.save()
        return  # its answer comes first
    if link.appointment is None and link.origin == CalendarLink.Origin.THEIRS:
        _settle_foreign(link, person=person, now=now)
    else:
        taker = people.host_of(link) if takes_theirs else people.taker_of(link)
        _settle_ours(link, taker=taker, now=now)
    link.save()


def _settle_ours(link: CalendarLink, *, taker: StaffMember | None, now: datetime) -> None:
    """`taker` is who of ours it goes to if it was handed over there; None: that is not for us to say."""
    appointment = link.appointment
    act = decide(
        ours=calendar_links.ours(link),
        theirs=calendar_links.theirs(link),
        agreed=calendar_links.agreed(link),
    )
    if appointment is not None and appointment.status in _FINISHED:
        act = Act.AGREED
    if act == Act.AGREED:
        _agree_on_the_person(link, taker=taker, now=now)
    elif act == Act.CONFLICT:
        _disagree(link, reviews.Kind.BOTH_CHANGED, now=now)
    elif appointment is not None and act == Act.TAKE_END:
        _take_end(link, appointment, now=now)
    elif appointment is not None and act == Act.TAKE_TIME:
        _take_time(link, appointment, taker=taker, now=now)
    elif link.state not in (CalendarLink.State.FAILED, CalendarLink.State.CONFLICT):
        calendar_links.tell(link, now=now)


_FINISHED = (Appointment.Status.COMPLETED, Appointment.Status.NO_SHOW)


def _take_end(link: CalendarLink, appointment: Appointment, *, now: datetime) -> None:
    is_news = appointment.status == Appointment.Status.PENDING and not link.agreed_starts_at
    if link.asks_for_another_time:
        _disagree(link, reviews.Kind.OTHER_TIME_WANTED, now=now)
    elif taking.cancel(appointment, reason="", now=now, tell=_tells(link)):
        _owe_call(link, appointment)
        _agree(link, now=now)
        if is_news:  # whoever was told that it is open is called back, as for a time that was taken
            link.last_error = TAKEN
    else:
        _disagree(link, reviews.Kind.BOTH_CHANGED, now=now)


def _take_time(
    link: CalendarLink, appointment: Appointment, *, taker: StaffMember | None, now: datetime
) -> None:
    assert link.theirs_starts_at is not None
    is_handed_over = people.is_handed_over(link)
    if is_handed_over and taker is None:
        _disagree(link, reviews.Kind.HANDED_OVER, now=now)
        return
    person = taker if is_handed_over and taker is not None else appointment.staff_member
    if _take_over(link, appointment, person, starts_at=link.theirs_starts_at, now=now):
        _agree(link, now=now)
    else:
        _disagree(link, reviews.Kind.TIME_TAKEN, now=now)


def _agree_on_the_person(link: CalendarLink, *, taker: StaffMember | None, now: datetime) -> None:
    """Follow a hand-over to somebody of ours who can do it, as a move is followed; any other one is shown."""
    appointment, is_same = link.appointment, True
    if appointment is not None and people.is_handed_over(link):
        is_same = taker is not None and _take_over(
            link, appointment, taker, starts_at=appointment.starts_at, now=now
        )
    if is_same:
        _agree(link, now=now)
    else:
        _disagree(link, reviews.Kind.HANDED_OVER, now=now)


def _take_over(
    link: CalendarLink,
    appointment: Appointment,
    person: StaffMember,
    *,
    starts_at: datetime,
    now: datetime,
) -> bool:
    link.save()  # the diary asks it where the appointment stands
    is_moved = taking.move(
        appointment, starts_at=starts_at, staff_member=person, now=now, tell=_tells(link)
    )
    if is_moved:
        _owe_call(link, appointment)
    return is_moved


def _owe_call(link: CalendarLink, appointment: Appointment) -> None:
    """Note that the customer is to be told of a change by telephone, where no mail reaches them."""
    customer = appointment.customer
    if _tells(link) and customer is not None and not customer.email:
        link.owes_call = True


def _settle_foreign(link: CalendarLink, *, person: Person | None, now: datetime) -> None:
    is_past = link.theirs_ends_at is not None and link.theirs_ends_at <= now
    if link.theirs_state == "over" or is_past:
        taking.unblock(link)
        link.state = CalendarLink.State.AGREED
        link.agreed_starts_at, link.agreed_over = link.theirs_starts_at, True
        reviews.close_for(link, now=now)
    elif taking.admit(link, person=person, now=now):
        _agree(link, now=now)
    elif people.person_for(link) is None:
        _disagree(link, reviews.Kind.WITHOUT_PERSON, now=now)
    elif taking.block(link, now=now):
        link.state = CalendarLink.State.AGREED
        reviews.close_for(link, now=now)
    else:
        _disagree(link, reviews.Kind.TIME_TAKEN, now=now)


def _agree(link: CalendarLink, *, now: datetime) -> None:
    ours = calendar_links.ours(link)
    link.agreed_starts_at, link.agreed_over = ours.starts_at, ours.is_over
    link.agreed_host = link.theirs_host
    link.asked_starts_at = None
    link.state = CalendarLink.State.AGREED
    if not ours.is_over:
        link.last_error = ""
    taking.unblock(link)
    reviews.close_for(link, now=now)
    appointment = link.appointment
    if appointment is not None and link.theirs_state == "accepted":
        _confirm(link, appointment, now=now)


def _confirm(link: CalendarLink, appointment: Appointment, *, now: datetime) -> None:
    """Say of a waiting appointment that it stands, and tell the customer what they have not heard yet."""
    if appointment.status == Appointment.Status.PENDING:
        appointment.status = Appointment.Status.CONFIRMED
        appointment.confirmed_at = now
        appointment.save(update_fields=["status", "confirmed_at", "updated_at"])
        if _tells(link):
            messages.confirm(appointment, now=now)
    elif link.owes_word:
        messages.tell_moved(appointment, now=now)
    link.owes_word = False


def _disagree(link: CalendarLink, kind: str, *, now: datetime) -> None:
    link.state = CalendarLink.State.CONFLICT
    if link.theirs_state in ("pending", "accepted"):
        taking.block(link, now=now)
    reviews.open_for(link, kind, now=now)


def _tells(link: CalendarLink) -> bool:
    """Who booked there hears from there, who booked with us hears from us."""
    return link.origin == CalendarLink.Origin.OURS


# --- Answers to commands ----------------------------------------------------------------------------------

_ANSWERED = """
SELECT l.tenant_id, l.id FROM booking_calendarlink l
JOIN integrations_command c ON c.id = l.command_number
WHERE l.command_number IS NOT NULL AND c.state IN ('sent', 'failed')
ORDER BY l.id LIMIT 1
"""


def settle_next(*, now: datetime) -> bool:
    """Fold the next answer of a calendar into the diary, of whichever business; tell whether there was one."""
    with scope.platform():
        row = statements.run(_ANSWERED).fetchone()
    if row is None:
        return False
    fold_answer(row[0], row[1], now=now)
    return True


def wait_for(appointment_id: int, *, tenant_id: UUID, now: datetime) -> None:
    """Carry out at once what an appointment waits for, for a caller who is on the telephone, and fold the answer in.

    Must be called with no transaction open. Afterwards the row says what became of it; `pending`: nobody knows yet.
    """
    with scope.tenant(tenant_id):
        link = CalendarLink.objects.filter(
            appointment_id=appointment_id, command_number__isnull=False
        ).first()
    if link is None or link.command_number is None:
        return
    delivery.carry_out_now(
        link.command_number,
        tenant_id=tenant_id,
        patience=Patience(urgency=Urgency.CALL, budget_seconds=IN_CALL_SECONDS),
        now=now,
    )
    fold_answer(tenant_id, link.pk, now=now, is_heard=True)


def fold_answer(tenant_id: UUID, link_id: int, *, now: datetime, is_heard: bool = False) -> None:
    """Fold the answer to the command of a link into the diary, if there is one; `is_heard`: a caller hears it at once."""
    with scope.tenant(tenant_id):
        observing.lock()
        link = locked(link_id)
        command = (
            Command.objects.filter(pk=link.command_number, state__in=("sent", "failed")).first()
            if link is not None and link.command_number is not None
            else None
        )
        if link is None or command is None:
            return
        _fold(link, command, now=now, is_heard=is_heard)
        command.forget_arguments()


def fold(
    entry: Entry,
    *,
    tenant_id: UUID,
    now: datetime,
    asks_for_another_time: bool = False,
    is_read: bool = False,
) -> CalendarLink | None:
    """Fold a booking as it was seen into the diary, and return what it belongs to. The account must be locked."""
    locking.lock_diaries(tenant_id, observing.people_of(entry))
    link = observing.observe(
        entry, now=now, asks_for_another_time=asks_for_another_time, is_read=is_read
    )
    held = locked(link.pk) if link is not None else None
    if held is not None:
        settle(held, now=now, person=entry.person)
    return held


def locked(link_id: int) -> CalendarLink | None:
    """Return a link with its appointment; waited for in this order: diaries, appointment, link."""
    link = (
        CalendarLink.objects.filter(pk=link_id)
        .select_related("appointment__staff_member__branch")
        .first()
    )
    if link is None:
        return None
    found = (people.person_for(link), people.host_of(link))
    whose = {each.pk for each in found if each is not None}
    blocked = TimeOff.objects.filter(blocks__link=link_id, staff_member__isnull=False)
    whose |= {each for each in blocked.values_list("staff_member_id", flat=True) if each}
    locking.lock_diaries(link.tenant_id, whose)
    number = link.appointment_id
    if number is not None:
        Appointment.objects.select_for_update(of=("self",), no_key=True).filter(pk=number).first()
    return (
        CalendarLink.objects.select_for_update(of=("self",))
        .filter(pk=link_id)
        .select_related(
            "appointment__staff_member__branch",
            "appointment__service",
            "appointment__branch",
            "appointment__customer",
        )
        .first()
    )


def _fold(link: CalendarLink, command: Command, *, now: datetime, is_heard: bool) -> None:
    link.command_number = None
    link.state = CalendarLink.State.AGREED
    result = command.result if command.state == Command.State.SENT else {}
    outcome = result.get("outcome", "")
    if result.get("entry"):
        link.save()
        entry = calendar_commands.entry_in(result["entry"])
        locking.lock_diaries(link.tenant_id, observing.people_of(entry))
        if outcome == MOVED_AWAY:
            asked = command.arguments.get("uid", "")
            link.bookings.filter(uid=asked).exclude(uid=entry.uid).update(state="over")
        observing.observe(entry, now=now, belongs_to=link.pk)
        seen = locked(link.pk)
        if seen is None:
            return
        link = seen
    if outcome in (DONE, GONE, MOVED_AWAY):
        if command.operation == "remove" and outcome == DONE or outcome == GONE:
            link.theirs_state = "over"
            link.bookings.filter(uid=link.theirs_uid).update(state="over")
        settle(link, now=now)
    else:
        _fold_a_no(link, command, outcome, now=now, is_heard=is_heard)
    link.save()


def _fold_a_no(
    link: CalendarLink, command: Command, outcome: str, *, now: datetime, is_heard: bool
) -> None:
    if outcome == TAKEN and command.operation == "put":
        _was_taken(link, now=now)
    elif outcome == TAKEN:
        _move_was_taken(link, now=now, is_heard=is_heard)
    elif outcome == ALONE:
        link.asked_starts_at = None  # nobody was asked
        if link.appointment is not None:
            _confirm(link, link.appointment, now=now)
    else:
        link.state = CalendarLink.State.FAILED
        link.last_error = command.error[:300]
        reviews.open_for(link, reviews.Kind.REFUSED, now=now)


_TOLD = (Appointment.Status.CONFIRMED, Appointment.Status.CHECKED_IN)


def _was_taken(link: CalendarLink, *, now: datetime) -> None:
    """Give the time back: whoever is still on the telephone hears of others, whoever is not is called back.

    An appointment that a customer was told of is not taken back without a person.
    """
    appointment = link.appointment
    if appointment is not None and appointment.status in _TOLD:
        _disagree(link, reviews.Kind.MOVE_REFUSED, now=now)
        return
    link.agreed_over = True
    link.last_error = TAKEN
    if appointment is not None:
        taking.cancel(appointment, reason=TAKEN, now=now, tell=False)


def _move_was_taken(link: CalendarLink, *, now: datetime, is_heard: bool) -> None:
    """Go back to where both sides were, if that time is still ours and somebody hears it; else show it.

    Whoever moved it at the back office, or hung up, believes that it was moved: it is not moved back behind their back.
    """
    appointment, back_to = link.appointment, link.agreed_starts_at
    is_there = back_to is not None and link.theirs_starts_at == back_to
    if appointment is None or back_to is None or not (is_heard and is_there):
        _disagree(link, reviews.Kind.MOVE_REFUSED, now=now)
        return
    if taking.move(appointment, starts_at=back_to, now=now, tell=False):
        link.owes_word = False
        settle(link, now=now)
    else:
        _disagree(link, reviews.Kind.MOVE_REFUSED, now=now)
