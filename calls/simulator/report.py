"""What became of a simulated call: read back from the rows, and told in German."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from booking.models import Appointment
from calls.models import Call, CallbackRequest
from calls.simulator.story import Asked, CallStory, Said
from integrations.models import Delivery
from tenants import directory, scope

_CONFIRMED = (Appointment.Status.CONFIRMED, Appointment.Status.CHECKED_IN)
_SPEAKERS = {"agent": "Agent", "caller": "Anrufer"}


@dataclass(frozen=True, kw_only=True)
class Booked:
    """An appointment that the call brought, as its row has it. Times are in the branch's zone."""

    appointment_id: int
    service: str
    staff: str
    starts_at: datetime
    name: str
    status: str
    status_label: str

    @property
    def is_confirmed(self) -> bool:
        return self.status in _CONFIRMED


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the rows say about the call. `is_settled`: every accepted event has been applied."""

    call_number: int
    is_settled: bool
    status: str
    caller: str
    outcome: str = ""
    outcome_label: str = ""
    reason: str = ""
    duration_seconds: int | None = None
    appointments: tuple[Booked, ...] = ()
    callback_due_at: datetime | None = None


def look_up(story: CallStory) -> Outcome | None:
    """Return what the rows say about a call right now, None when there is no such call (yet)."""
    line = directory.line_for(story.dialled)
    if line is None:
        return None
    with scope.tenant(line.tenant_id):
        call = (
            Call.objects.select_related("branch", "customer")
            .filter(external_id=story.call_id)
            .first()
        )
        return None if call is None else _outcome(call, story)


def problems(story: CallStory, outcome: Outcome | None) -> list[str]:
    """Return, in German, everything that must not be: errors of the server, and promises without their rows."""
    errors = [f"Fehler des Servers bei {error}" for error in story.server_errors]
    if outcome is not None:
        return errors + _broken_promises(story, outcome)
    if story.told:
        errors.append("Dem Anrufer wurde ein Termin genannt, aber der Anruf ist nicht gespeichert.")
    return errors


def dialogue(story: CallStory) -> Iterator[str]:
    """Tell the conversation line by line, with the questions to us in between."""
    yield f"☎  {_number_of(story)} ruft {story.dialled} an"
    for moment in story.moments:
        yield _heard(moment) if isinstance(moment, Said) else _asked(moment)


def verdict(story: CallStory, outcome: Outcome | None, *, was_read_back: bool) -> Iterator[str]:
    """Tell what became of the call: who, what, with whom, when, confirmed or why not.

    Without `was_read_back` there was no database to ask, and only what the caller heard can be told.
    """
    number = outcome.call_number if outcome else story.call_number
    yield from _rows(
        {
            "Anrufer": f"{story.persona.name}, {outcome.caller if outcome else _number_of(story)}",
            **_what_became(story, outcome, was_read_back=was_read_back),
            "Anrufnummer": "keine" if number is None else str(number),
        }
    )


def tally(outcomes: Iterable[Outcome | None]) -> str:
    """Tell in one line how several calls ended."""
    counted = Counter(each.outcome_label or "offen" if each else "unbekannt" for each in outcomes)
    parts = ", ".join(f"{count} × {label}" for label, count in counted.most_common())
    return f"{counted.total()} Anrufe: {parts}"


def as_json(story: CallStory, outcome: Outcome | None) -> dict[str, Any]:
    """Return the story for machines. Bodies are left out, they are long."""
    return {
        "call_id": story.call_id,
        "call_number": story.call_number,
        "dialled": story.dialled,
        "caller": {"name": story.persona.name, "seed": story.persona.seed},
        "moments": [
            {"kind": "asked" if isinstance(moment, Asked) else "said", **asdict(moment)}
            for moment in story.moments
        ],
        "posted": [
            {
                "kind": post.kind,
                "name": post.name,
                "status": post.answer.status,
                "failure": post.answer.failure,
                "attempts": post.answer.attempts,
                "duration_ms": round(post.answer.duration_ms, 1),
                "is_repeat": post.is_repeat,
            }
            for post in story.posted
        ],
        "told": dict(story.told) if story.told else None,
        "outcome": asdict(outcome) if outcome else None,
        "problems": problems(story, outcome),
    }


def _broken_promises(story: CallStory, outcome: Outcome) -> list[str]:
    told = story.told
    rows = outcome.appointments
    findings = {
        "Die Meldungen zum Anruf sind noch nicht verarbeitet. Läuft der Worker?": not outcome.is_settled,
        "Die Anrufnummer in der Antwort ist nicht die des Anrufs.": story.call_number
        not in (None, outcome.call_number),
        "Dem Anrufer wurde ein Termin genannt, zu dem es keinen Eintrag gibt.": told is not None
        and not any(_is_told(each, told) for each in rows),
        f"Der Anruf hat {len(rows)} Termine statt einem.": len(rows) > 1,
        "Dem Anrufer wurde ein Rückruf zugesagt, zu dem es keinen Eintrag gibt.": (
            story.was_promised_a_callback and outcome.callback_due_at is None
        ),
    }
    return [sentence for sentence, is_so in findings.items() if is_so]


def _outcome(call: Call, story: CallStory) -> Outcome:
    zone = call.branch.zone
    callback = CallbackRequest.objects.filter(call=call).order_by("-id").first()
    return Outcome(
        call_number=call.pk,
        is_settled=_applied_events(call) >= story.accepted_events,
        status=call.status,
        caller=call.from_number or "Nummer unterdrückt",
        outcome=call.outcome,
        outcome_label=str(call.get_outcome_display()) if call.outcome else "",
        reason=call.outcome_reason,
        duration_seconds=call.duration_seconds,
        appointments=tuple(_booked(each, zone) for each in _appointments(call)),
        callback_due_at=callback.due_at.astimezone(zone) if callback else None,
    )


def _applied_events(call: Call) -> frozenset[str]:
    done = Delivery.objects.filter(subject_id=call.pk, state=Delivery.State.DONE)
    return frozenset(done.values_list("kind", flat=True))


def _appointments(call: Call) -> Sequence[Appointment]:
    return list(
        Appointment.objects.select_related("service", "staff_member")
        .filter(call_number=call.pk)
        .exclude(status__in=(Appointment.Status.HELD, Appointment.Status.CANCELLED))
        .order_by("starts_at", "pk")
    )


def _booked(appointment: Appointment, zone: ZoneInfo) -> Booked:
    return Booked(
        appointment_id=appointment.pk,
        service=appointment.service.name,
        staff=appointment.staff_member.name,
        starts_at=appointment.starts_at.astimezone(zone),
        name=appointment.attendee_name,
        status=appointment.status,
        status_label=str(appointment.get_status_display()),
    )


def _is_told(booked: Booked, told: Mapping[str, Any]) -> bool:
    """Tell whether this is the appointment that the caller heard of, and at the time that was said."""
    return told.get("id") == booked.appointment_id and _same_instant(
        told.get("starts_at"), booked.starts_at
    )


def _same_instant(said: object, at: datetime) -> bool:
    try:
        return datetime.fromisoformat(str(said)) == at
    except (ValueError, TypeError):
        return False


def _what_became(
    story: CallStory, outcome: Outcome | None, *, was_read_back: bool
) -> dict[str, str]:
    if not was_read_back:
        heard = str(story.told.get("spoken", "")) if story.told else "kein Termin"
        return {"Gehört": heard, "Geprüft": "nein, die Datenbank ist nicht erreichbar"}
    if outcome is None:
        return {"Bestätigt": "nein: der Anruf gehört zu keinem Betrieb oder ist nicht gespeichert"}
    if outcome.appointments:
        return _about_appointment(outcome.appointments[0])
    return {"Leistung": story.persona.errand.words, "Bestätigt": f"nein: {_why_not(outcome)}"}


def _about_appointment(booked: Booked) -> dict[str, str]:
    return {
        "Leistung": booked.service,
        "Mitarbeiter": booked.staff,
        "Zeit": _written(booked.starts_at),
        "Bestätigt": f"ja (Termin {booked.appointment_id})"
        if booked.is_confirmed
        else f"noch nicht: {booked.status_label}",
    }


def _why_not(outcome: Outcome) -> str:
    why = outcome.outcome_label or "noch offen"
    if outcome.reason:
        why += f" ({outcome.reason})"
    if outcome.callback_due_at:
        why += f", Rückruf bis {_written(outcome.callback_due_at)}"
    return why


_WEEKDAYS = ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So.")


def _written(at: datetime) -> str:
    return f"{_WEEKDAYS[at.weekday()]} {at:%d.%m.%Y, %H:%M} Uhr"


def _rows(content: Mapping[str, str]) -> Iterator[str]:
    width = max(len(name) for name in content) + 1
    return (f"   {name + ':':<{width}} {value}" for name, value in content.items())


def _number_of(story: CallStory) -> str:
    return "Unterdrückte Nummer" if story.switches.withheld else story.persona.phone


def _heard(said: Said) -> str:
    return f"   {_SPEAKERS[said.speaker] + ':':<8} {said.text}"


def _asked(asked: Asked) -> str:
    arguments = ", ".join(f"{name}={value}" for name, value in asked.arguments.items())
    repeat = "" if asked.repeated_ms is None else f" · Wiederholung {asked.repeated_ms:.0f} ms"
    return f"      → {asked.tool}({arguments}) → {asked.state} · {asked.duration_ms:.0f} ms{repeat}"
