"""Words to callers that a calendar can still undo: given with the deed, kept, put right in the call, or called back.

Whoever books, moves or cancels by telephone goes away believing something before the calendar of the business has
agreed. The word is a row from the deed on. What the caller hears in the call is noted with it; after the call a sweep
compares it with what stands, until it has come true. Where it has not, somebody calls back: once, in the transaction
that settles the row.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import structlog
from django.db.models import QuerySet

from booking import calendar_standing
from booking.calendar_standing import Cancelled
from booking.models import Appointment
from calls import arguments, callbacks, dictation
from calls.models import Assurance, Call, CallbackRequest, ToolCall
from tenants import scope

log = structlog.get_logger("askpro.assurances")
Kind, Outcome = Assurance.Kind, Assurance.Outcome
# Whoever is called back has to hear it before they leave for the appointment; whoever calls needs a moment, too.
_BEFORE_IT_BEGINS = timedelta(hours=1)
_AT_LEAST = timedelta(minutes=15)
_OVER = (Call.Status.ENDED, Call.Status.ANALYZED)


def give(
    call: Call, appointment: Appointment, kind: str, *, link_number: int | None, now: datetime
) -> None:
    """Write down what the caller will go away believing: the appointment as it stands here now, or that it is over.

    Belongs into the transaction of the deed. Whatever was said of the appointment before is overtaken.
    """
    _open_for(appointment).update(settled_at=now, outcome=Outcome.OVERTAKEN, updated_at=now)
    fresh = Assurance(
        tenant_id=call.tenant_id,
        call=call,
        appointment=appointment,
        kind=kind,
        starts_at=appointment.starts_at,
        staff_member_id=appointment.staff_member_id,
        link_number=link_number,
        given_at=now,
    )
    # The same question, sent twice at once, is one word.
    Assurance.objects.bulk_create([fresh], ignore_conflicts=True)


def keep(appointment: Appointment, *, now: datetime) -> None:
    """Note that it has come true."""
    _open_for(appointment).update(settled_at=now, outcome=Outcome.KEPT, updated_at=now)


def number_of(call: Call, appointment: Appointment) -> str | None:
    """Return the number to reach the caller under: the one they called from, else one that they told, else none."""
    customer = appointment.customer
    known = call.from_number or (customer.phone if customer else None)
    return known or _number_told(call)


def _number_told(call: Call) -> str | None:
    told = ToolCall.objects.filter(call=call).order_by("-id").values_list("arguments", flat=True)
    for given in told.iterator():
        try:
            said = arguments.clean(given, (arguments.PHONE,))["phone"]
        except TypeError:
            continue  # whoever asked so was told that it cannot be understood
        number = dictation.phone(said) if said else None
        if number is not None:
            return number
    return None


def correct(appointment: Appointment, *, now: datetime) -> None:
    """Note that the caller hears now that it is not so; whoever has hung up before that is called back all the same."""
    _open_for(appointment).filter(corrected_at=None).update(corrected_at=now, updated_at=now)


def call_back(
    call: Call, appointment: Appointment, *, number: str | None, now: datetime
) -> CallbackRequest:
    """Note a callback at once, for a caller who hears now that the calendar did not take it.

    `number` is where they want to be reached, if they said so just now.
    """
    word = _open_for(appointment).select_for_update(of=("self",)).first()
    noted = _noted(call, appointment, word, number=number, now=now)
    if word is not None:
        word.settle(Outcome.CALLED_BACK, now=now)
    return noted


# --- After the call ---------------------------------------------------------------------------------------


def settle_open(tenant_id: UUID, *, now: datetime) -> int:
    """Settle what was said in calls that are over, each word by itself; return for how many somebody has to call back.

    Must be called with no scope open. What goes wrong with one word does not keep the others waiting.
    """
    with scope.tenant(tenant_id):
        waiting = Assurance.objects.filter(settled_at=None, call__status__in=_OVER)
        numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
    count = 0
    for number in numbers:
        try:
            count += settle(tenant_id, number, now=now)
        except Exception as error:
            # Its turn comes again with the next sweep.
            log.exception("word_not_settled", assurance=number, error=type(error).__name__)
    return count


def settle(tenant_id: UUID, assurance_id: int, *, now: datetime) -> bool:
    """Compare one word with what stands; tell whether somebody has to call back for it.

    Safe twice, at once and late: the row is locked, and the callback is noted in the transaction that settles it.
    """
    with scope.tenant(tenant_id):
        call = (
            Call.objects.select_for_update(of=("self",), no_key=True)
            .filter(assurances=assurance_id)
            .first()
        )
        word = (
            Assurance.objects.select_for_update(of=("self",))
            .filter(pk=assurance_id, settled_at=None)
            .first()
        )
        if call is None or word is None:
            return False
        appointment = Appointment.objects.select_related(
            "service", "staff_member", "branch", "customer"
        ).get(pk=word.appointment_id)
        truth = _truth_of(word, appointment, now=now)
        if truth == _Truth.BROKEN:
            calendar_standing.note_call(appointment)
        if truth == _Truth.BROKEN and not _has_heard(word, call):
            _noted(call, appointment, word, now=now)
            word.settle(Outcome.CALLED_BACK, now=now)
            # What the call brought is another thing now.
            Call.objects.filter(pk=call.pk).update(settle_at=now)
            return True
        if truth in _OUTCOMES:
            word.settle(_OUTCOMES[truth], now=now)
        return False


class _Truth(StrEnum):
    OPEN = "open"
    TRUE = "true"
    OVERTAKEN = "overtaken"
    BROKEN = "broken"


# What is broken and comes here was heard in the call.
_OUTCOMES = {
    _Truth.TRUE: Outcome.KEPT,
    _Truth.OVERTAKEN: Outcome.OVERTAKEN,
    _Truth.BROKEN: Outcome.CORRECTED,
}


def _truth_of(word: Assurance, appointment: Appointment, *, now: datetime) -> _Truth:
    is_past = max(word.starts_at, appointment.starts_at) <= now
    truth = _of_a_cancellation(word) if word.kind == Kind.CANCELLED else _of(word, appointment)
    # Once it has begun there is nothing left to say.
    return _Truth.OVERTAKEN if is_past and truth in (_Truth.OPEN, _Truth.BROKEN) else truth


def _of_a_cancellation(word: Assurance) -> _Truth:
    became = calendar_standing.after_cancelling(
        word.link_number, appointment_id=word.appointment_id
    )
    return {
        Cancelled.OVER: _Truth.TRUE,
        Cancelled.OPEN: _Truth.OPEN,
        Cancelled.BACK: _Truth.BROKEN,
    }[became]


def _of(word: Assurance, appointment: Appointment) -> _Truth:
    standing = calendar_standing.of(appointment)
    is_there = (appointment.starts_at, appointment.staff_member_id) == (
        word.starts_at,
        word.staff_member_id,
    )
    if appointment.status == Appointment.Status.CANCELLED or not is_there:
        # Somebody of the business, or the customer, knows what they did; the calendar did it behind their backs.
        is_theirs = calendar_standing.was_changed_there(appointment)
        return _Truth.BROKEN if is_theirs else _Truth.OVERTAKEN
    if standing.is_disputed:
        return _Truth.BROKEN
    if standing.waits or appointment.status == Appointment.Status.PENDING:
        return _Truth.OPEN
    return _Truth.TRUE


def _has_heard(word: Assurance, call: Call) -> bool:
    """Whether the caller was still there when it was put right."""
    if word.corrected_at is None:
        return False
    return call.ended_at is None or word.corrected_at < call.ended_at


# --- What whoever calls back reads ------------------------------------------------------------------------


def _noted(
    call: Call,
    appointment: Appointment,
    word: Assurance | None,
    *,
    now: datetime,
    number: str | None = None,
) -> CallbackRequest:
    there_at = calendar_standing.of(appointment).there_at
    said_at = word.starts_at if word else appointment.starts_at
    # The first time at which somebody could stand before a closed door, or not come.
    ahead = [each for each in (appointment.starts_at, said_at, there_at) if each and each > now]
    return callbacks.request(
        call,
        name=appointment.attendee_name,
        phone=number or number_of(call, appointment),
        reason=_reason(appointment, word, there_at=there_at),
        wish="",
        priority=CallbackRequest.Priority.HIGH,
        kind=CallbackRequest.Kind.UNFULFILLED,
        service=appointment.service,
        before=before_it_begins(ahead, now=now),
        now=now,
    )


def before_it_begins(starts: list[datetime], *, now: datetime) -> datetime | None:
    """Return until when somebody must have heard who could come in vain to one of these starts."""
    return max(min(starts) - _BEFORE_IT_BEGINS, now + _AT_LEAST) if starts else None


def _reason(appointment: Appointment, word: Assurance | None, *, there_at: datetime | None) -> str:
    what = f"{appointment.service.name} bei {appointment.staff_member.name}"
    stands = written(appointment.starts_at, appointment)
    if word is None:
        return f"Der Kalender hat den Termin nicht angenommen: {what}, {stands}."
    said = written(word.starts_at, appointment)
    if word.kind == Kind.CANCELLED:
        return f"Im Anruf abgesagt, laut Kalender findet der Termin statt: {what}, {said}."
    told = "verschoben" if word.kind == Kind.MOVED else "reserviert"
    opening = f"Im Anruf {told}, vom Kalender nicht angenommen: {what}, {said}."
    if appointment.status == Appointment.Status.CANCELLED:
        return f"{opening} Der Termin steht nicht mehr, bitte eine andere Zeit anbieten."
    if word.starts_at != appointment.starts_at:
        return f"{opening} Der Termin steht jetzt am {stands}."
    if there_at is not None and there_at != appointment.starts_at:
        opening = f"{opening} Dort steht er am {written(there_at, appointment)}."
    return f"{opening} Bitte den Kalenderkonflikt entscheiden und Bescheid sagen."


def written(instant: datetime, appointment: Appointment) -> str:
    """Return "26.11.2026, 10:00 Uhr" by the clock of the branch."""
    return f"{instant.astimezone(appointment.branch.zone):%d.%m.%Y, %H:%M} Uhr"


def _open_for(appointment: Appointment) -> "QuerySet[Assurance]":
    return Assurance.objects.filter(appointment=appointment, settled_at=None)
