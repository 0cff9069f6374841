"""The caller's own appointments: which there are, and which one is meant."""

from datetime import datetime
from typing import Any

from booking import calendar_standing, catalogue
from booking.models import Appointment
from calls import identity, speech, when, wishes
from calls.answers import Answer
from calls.models import Call, ToolCall
from calls.when import When
from calls.wishes import Ask

_AT_MOST = 5
NOTHING_THERE = Answer(
    state="none_found",
    say="Dazu finde ich unter Ihrer Rufnummer keinen Termin. Möchten Sie einen buchen, oder soll Sie jemand"
    " zurückrufen?",
    data={"appointments": []},
)


def find_appointments(call: Call, *, name: str, date: str, service: str, now: datetime) -> Answer:
    """Say what appointments the caller has ahead of them, if the number shows who it is."""
    try:
        own = identity.identify(call, name=name, now=now).appointments(now=now)
        found = _narrowed(own, date=date, service=service, now=now) if own else []
    except Ask as ask:
        return ask.answer
    if not found:
        return NOTHING_THERE
    unsure = _unsure(call, found)
    still = f" Noch nicht bestätigt ist: {_listed(unsure)}." if unsure else ""
    return Answer(
        state="appointments_found",
        say=f"{_counted(found)}: {_listed(found)}.{still} Was kann ich dazu für Sie tun?",
        data={
            "appointments": [
                {**shown(each), **({"calendar": "unknown"} if each in unsure else {})}
                for each in found[:_AT_MOST]
            ]
        },
    )


def _unsure(call: Call, found: list[Appointment]) -> list[Appointment]:
    """Return those that the calendar of the business has not agreed to, or not any more."""
    standings = calendar_standing.of_all(call.tenant_id, [each.pk for each in found])
    return [
        each
        for each in found
        if each.status == Appointment.Status.PENDING
        or not standings.get(each.pk, calendar_standing.ALONE).is_agreed
    ]


def the_one(
    call: Call, *, appointment_id: str, name: str, date: str, service: str, now: datetime
) -> Appointment:
    """Return the appointment that is meant.

    :raises Ask: the caller may not know, there is none, or several could be meant
    """
    own = identity.identify(call, name=name, now=now).appointments(now=now)
    if appointment_id:
        found = [each for each in own if str(each.pk) == appointment_id]
    else:
        found = _narrowed(own, date=date, service=service, now=now) if own else []
    if not found:
        raise Ask(_not_that_one(own) if own else NOTHING_THERE)
    if len(found) > 1:
        raise Ask(_which(found, "Welchen Termin meinen Sie"))
    return found[0]


def agrees(
    appointment: Appointment, *, appointment_id: str, date: str, service: str, now: datetime
) -> bool:
    """Whether an appointment is what these words point to; no words at all point to it, too."""
    if appointment_id:
        return str(appointment.pk) == appointment_id
    return bool(_narrowed([appointment], date=date, service=service, now=now))


def shown(appointment: Appointment) -> dict[str, object]:
    """Return an appointment as the model gets it."""
    local = appointment.starts_at.astimezone(appointment.branch.zone)
    return {
        "appointment_id": str(appointment.pk),
        "service": appointment.service.name,
        "staff": appointment.staff_member.name,
        "starts_at": local.isoformat(),
        "spoken": speech.spoken_slot(local),
        "name": appointment.attendee_name,
    }


def heard_at(call: Call, appointment: Appointment) -> str | None:
    """Return the start (ISO 8601, local) at which this call heard of an appointment last; None: it never did."""
    answers = ToolCall.objects.filter(call=call).order_by("-id").values_list("answer", flat=True)
    for answer in answers.iterator():
        data = answer.get("data") if isinstance(answer, dict) else None
        for each in _named_in(data if isinstance(data, dict) else {}):
            if str(each.get("appointment_id", each.get("id"))) == str(appointment.pk):
                return str(each.get("starts_at"))
    return None


def _named_in(data: dict[str, Any]) -> list[dict[str, Any]]:
    several = data.get("appointments")
    found = [data.get("appointment"), *(several if isinstance(several, list) else [])]
    return [each for each in found if isinstance(each, dict)]


def spoken(appointment: Appointment) -> str:
    """Return an appointment as it is said: when, what, with whom."""
    local = appointment.starts_at.astimezone(appointment.branch.zone)
    return (
        f"{speech.spoken_slot(local)}, {appointment.service.name} bei"
        f" {appointment.staff_member.name}"
    )


def _narrowed(
    own: list[Appointment], *, date: str, service: str, now: datetime
) -> list[Appointment]:
    """Return those that agree with the words; words that agree with none leave none."""
    found = own
    if service:
        offered = list({each.service_id: each.service for each in own}.values())
        match = catalogue.match(service, offered, names=lambda each: [each.name])
        named = catalogue.match_service(service)
        meant = match.candidates if match.state != catalogue.State.NONE else named.candidates
        found = [each for each in found if each.service in meant]
    if date:
        said = _understood(date, own[0], now=now)
        readings = said.alternatives or (said,)
        found = [each for each in found if any(_is_on(each, reading) for reading in readings)]
    return found


def _understood(date: str, appointment: Appointment, *, now: datetime) -> When:
    branch = appointment.branch
    return when.understand(
        date, now=now.astimezone(branch.zone), opening=wishes.opening_of(branch, now=now)
    )


def _is_on(appointment: Appointment, said: When) -> bool:
    local = appointment.starts_at.astimezone(appointment.branch.zone)
    if said.state == when.State.EXACT:
        return appointment.starts_at == said.start
    if said.date is not None and said.date != local.date():
        return False
    if said.time is not None and said.window_minutes is None and said.time != local.time():
        return False
    if said.start is None and said.date is None:
        return said.time is not None
    after = said.start is None or said.start <= appointment.starts_at
    return after and (said.end is None or appointment.starts_at < said.end)


def _not_that_one(own: list[Appointment]) -> Answer:
    return _which(own, "Einen solchen Termin finde ich nicht. Meinen Sie diesen")


def _which(found: list[Appointment], question: str) -> Answer:
    return Answer(
        state="ask_appointment",
        say=f"{question}: {_listed(found, last='oder')}?",
        data={"appointments": [shown(each) for each in found[:_AT_MOST]]},
    )


def _counted(found: list[Appointment]) -> str:
    count = len(found)
    if count == 1:
        return "Sie haben einen Termin"
    return f"Sie haben {speech.spoken_number(count)} Termine"


def _listed(found: list[Appointment], *, last: str = "und") -> str:
    return speech.spoken_list([spoken(each) for each in found[:_AT_MOST]], last=last)
