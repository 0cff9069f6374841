"""The tool for offers that stand: a time from the waiting list, another time for an appointment that cannot take place.

Told first, answered after the yes or no, once; only to whom the appointment belongs.
"""

from dataclasses import dataclass
from datetime import datetime

from booking import calendar_standing, cascade, waiting
from booking.models import Appointment, Proposal, WaitingEntry, WaitingOffer
from booking.offers import OfferOver
from calls import (
    arguments,
    callbacks,
    identity,
    naming,
    offers,
    own_appointments,
    speech,
    when,
    wishes,
)
from calls import waiting as calendar_waits
from calls.answers import Answer
from calls.identity import Caller
from calls.models import Call, CallbackRequest, ToolCall
from calls.wishes import Ask, Wish
from tenants import actors
from tenants.errors import Refused
from tenants.models import Branch

_AT_MOST = 3
_OPEN = "offer_open"
_DONE = ("booked", "rescheduled", "offer_declined")
_NOTHING_OPEN = Answer(
    state="no_offer",
    say="Unter Ihrer Rufnummer finde ich gerade kein offenes Angebot. Möchten Sie einen Termin buchen?",
    data={"offers": []},
)
_OVER = Answer(
    state="offer_over",
    say="Dieses Angebot gilt leider nicht mehr. Soll ich nachsehen, was sonst frei ist?",
)


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """An offer with the appointment or the wish that it belongs to."""

    offer: WaitingOffer | Proposal
    branch: Branch

    @property
    def name(self) -> str:
        kind = "warteliste" if isinstance(self.offer, WaitingOffer) else "ersatz"
        return f"{kind}-{self.offer.pk}"

    @property
    def subject(self) -> WaitingEntry | Appointment:
        subject: WaitingEntry | Appointment
        if isinstance(self.offer, WaitingOffer):
            subject = self.offer.entry
        else:
            subject = self.offer.appointment
        return subject

    @property
    def starts_at(self) -> datetime:
        return self.offer.starts_at.astimezone(self.branch.zone)

    @property
    def spoken(self) -> str:
        return (
            f"{speech.spoken_slot(self.starts_at)}, {self.subject.service.name} bei"
            f" {self.offer.staff_member.name}"
        )

    def shown(self) -> dict[str, str]:
        """Return the offer as the model gets it."""
        return {
            "offer_id": self.name,
            "spoken": self.spoken,
            "starts_at": self.starts_at.isoformat(),
            "staff": self.offer.staff_member.name,
            "service": self.subject.service.name,
        }

    def wish(self) -> Wish:
        subject = self.subject
        return Wish(
            branch=self.branch,
            service=subject.service,
            staff_member=self.offer.staff_member,
            when=None,
            moving=subject if isinstance(subject, Appointment) else None,
        )


def answer_offer(
    call: Call, *, offer_id: str, date: str, name: str, answer: str, now: datetime
) -> Answer:
    """Say what is offered to the caller; take it after the yes, give it back after the no. Asked again: the same."""
    try:
        caller = identity.identify(call, name=name, now=now)
        standing = _meant(_standing(call, caller, name=name, now=now), offer_id, date, now=now)
    except Ask as ask:
        return (_done_before(call, offer_id) if answer else None) or ask.answer
    if answer not in (arguments.YES, arguments.NO) or not _was_told(call, standing):
        return _told([standing])
    try:
        if answer == arguments.NO:
            return _declined(call, standing, now=now)
        return _accepted(call, standing, now=now)
    except OfferOver:
        return _OVER
    except Refused:
        return offers.others(
            call,
            standing.wish(),
            standing.offer.starts_at,
            state="slot_taken",
            rule="taken",
            now=now,
        )


def _standing(call: Call, caller: Caller, *, name: str, now: datetime) -> list[_Standing]:
    """Return what stands open for the caller, the earliest first."""
    waiting_ones = WaitingOffer.objects.filter(
        entry__customer__in=caller.customers, status=WaitingOffer.Status.OPEN, expires_at__gt=now
    ).select_related("entry__service", "entry__branch", "staff_member")
    mine = [each for each in waiting_ones if _is_theirs(each.entry.attendee_name, caller, name)]
    moves = Proposal.objects.filter(
        appointment__in=caller.appointments(now=now),
        status=Proposal.Status.OPEN,
        expires_at__gt=now,
    ).select_related(
        "appointment__service", "appointment__branch", "appointment__staff_member", "staff_member"
    )
    found = [_Standing(offer=each, branch=each.entry.branch) for each in mine]
    found += [_Standing(offer=each, branch=each.appointment.branch) for each in moves]
    if not found:
        raise Ask(_NOTHING_OPEN)
    return sorted(found, key=lambda each: (each.offer.starts_at, each.name))


def _is_theirs(attendee: str, caller: Caller, name: str) -> bool:
    """Whether a place on the list is the caller's: under their number, and of the name that was said."""
    return not name or attendee in caller.names or naming.is_part_of(name, attendee)


def _meant(found: list[_Standing], offer_id: str, date: str, *, now: datetime) -> _Standing:
    """Return the one that is meant.

    :raises Ask: none of them, or several could be
    """
    if offer_id:
        found = [each for each in found if each.name == offer_id.strip().lower()]
    elif date:
        found = [each for each in found if _is_on(each, date, now=now)]
    if not found:
        raise Ask(_NOTHING_OPEN)
    if len(found) > 1:
        raise Ask(_told(found))
    return found[0]


def _is_on(standing: _Standing, said: str, *, now: datetime) -> bool:
    branch = standing.branch
    meant = when.understand(
        said, now=now.astimezone(branch.zone), opening=wishes.opening_of(branch, now=now)
    )
    days = {each.date for each in (meant, *meant.alternatives) if each.date is not None}
    return not days or standing.starts_at.date() in days


def _told(found: list[_Standing]) -> Answer:
    data = {"offers": [each.shown() for each in found[:_AT_MOST]]}
    if len(found) > 1:
        listed = speech.spoken_list([each.spoken for each in found[:_AT_MOST]], last="oder")
        return Answer(
            state=_OPEN, say=f"Angeboten ist Ihnen: {listed}. Was möchten Sie?", data=data
        )
    [one] = found
    subject = one.subject
    if isinstance(subject, Appointment):
        say = (
            f"Ihr Termin, {own_appointments.spoken(subject)}, kann so leider nicht stattfinden."
            f" Möglich wäre {one.spoken}. Nehmen Sie diese Zeit?"
        )
    else:
        say = f"Für Sie ist eine Zeit frei geworden: {one.spoken}. Möchten Sie den Termin?"
    return Answer(state=_OPEN, say=say, data=data)


def _was_told(call: Call, standing: _Standing) -> bool:
    """Whether the caller has heard of this offer in this call."""
    told = ToolCall.objects.filter(call=call, state=_OPEN).values_list("answer", flat=True)
    return any(
        each.get("offer_id") == standing.name
        for answer in told
        for each in answer.get("data", {}).get("offers", ())
    )


def _done_before(call: Call, offer_id: str) -> Answer | None:
    """Return what this very call answered to an offer before: the question is a repetition."""
    asked = ToolCall.objects.filter(call=call, state__in=_DONE).order_by("-id")
    for each in asked:
        data = each.answer.get("data", {})
        if data.get("offer_id") and offer_id in ("", data["offer_id"]):
            return Answer(state=each.state, say=each.answer.get("say", ""), data=data)
    return None


def _accepted(call: Call, standing: _Standing, *, now: datetime) -> Answer:
    by, source = actors.call(call.pk), Appointment.Source.PHONE
    if isinstance(standing.offer, WaitingOffer):
        made = waiting.accept(
            standing.offer, by=by, source=source, now=now, call_number=call.pk
        ).appointment
        if made.status == Appointment.Status.PENDING:
            return calendar_waits.for_booking(
                call, standing.wish(), made, booked=lambda *_: _booked(made, standing), now=now
            )
        return _booked(made, standing)
    moved = cascade.accept(standing.offer, by=by, source=source, now=now)
    if calendar_standing.of(moved).is_agreed:
        return _rescheduled(moved, standing)
    return calendar_waits.for_move(
        call, moved, wish=standing.wish(), moved=lambda *_: _rescheduled(moved, standing), now=now
    )


def _booked(appointment: Appointment, taken: _Standing) -> Answer:
    return Answer(
        state="booked",
        say=f"Ihr Termin ist gebucht: {own_appointments.spoken(appointment)}.",
        data={"appointment": own_appointments.shown(appointment), "offer_id": taken.name},
    )


def _rescheduled(appointment: Appointment, taken: _Standing) -> Answer:
    return Answer(
        state="rescheduled",
        say=f"Ihr Termin ist verschoben auf {own_appointments.spoken(appointment)}.",
        data={"appointment": own_appointments.shown(appointment), "offer_id": taken.name},
    )


def _declined(call: Call, standing: _Standing, *, now: datetime) -> Answer:
    by = actors.call(call.pk)
    if isinstance(standing.offer, WaitingOffer):
        waiting.decline(standing.offer, by=by, now=now)
        return Answer(
            state="offer_declined",
            say="In Ordnung, die Zeit ist zurückgegeben. Sie bleiben auf der Warteliste.",
            data={"offer_id": standing.name},
        )
    cascade.decline(standing.offer, by=by, now=now)
    appointment = standing.offer.appointment
    noted = callbacks.request(
        call,
        name=appointment.attendee_name,
        phone=call.from_number,
        reason=f"Braucht eine andere Zeit: {own_appointments.spoken(appointment)}",
        wish="",
        priority=CallbackRequest.Priority.HIGH,
        kind=CallbackRequest.Kind.UNFULFILLED,
        now=now,
    )
    return Answer(
        state="offer_declined",
        say="In Ordnung, die vorgeschlagene Zeit ist zurückgegeben. Ich habe notiert, dass wir Sie zurückrufen und eine"
        " andere suchen.",
        data={"offer_id": standing.name, "callback_id": noted.pk},
    )
