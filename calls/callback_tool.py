"""The tools for what is no appointment: a callback, a message for the business."""

import re
from datetime import date, datetime

from booking import catalogue, people
from booking.models import Service, StaffMember
from calls import callbacks, dictation, errands, naming, speech, when, wishes
from calls.answers import Answer
from calls.models import Call, CallbackRequest, Errand
from calls.wishes import Ask
from integrations.voice import numbers

_KINDS = {
    Errand.Kind.PRESCRIPTION: "das Rezept",
    Errand.Kind.REFERRAL: "die Überweisung",
    Errand.Kind.RESULTS: "die Befunde",
    Errand.Kind.SICK_NOTE: "die Krankschreibung",
    Errand.Kind.OTHER: "Ihr Anliegen",
}
# How callers and models name them.
_STEMS = (
    (Errand.Kind.PRESCRIPTION, ("rezept", "medikament", "tablette", "prescription", "verordnung")),
    (Errand.Kind.REFERRAL, ("ueberweis", "überweis", "referral", "einweis")),
    (Errand.Kind.RESULTS, ("befund", "ergebnis", "labor", "blutwert", "result", "werte")),
    (Errand.Kind.SICK_NOTE, ("krankschreib", "krankmeld", "sick", "attest", "arbeitsunf", "au-")),
)
# How models and callers name them.
_PRIORITIES = {
    **dict.fromkeys(
        "urgent dringend dringende dringlich sofort eilig eilt brandeilig kritisch critical asap akut höchste".split(),
        CallbackRequest.Priority.URGENT,
    ),
    **dict.fromkeys("high hoch hohe wichtig bald zeitnah".split(), CallbackRequest.Priority.HIGH),
}
_NOT_URGENT = frozenset("nicht kein keine not no weniger".split())
_WHO_FOR = Answer(
    state="missing",
    say="Auf welchen Namen darf ich das notieren? Bitte Vor- und Nachname.",
    data={"fields": ["name"]},
)
_WHAT = Answer(state="missing", say="Was darf ich notieren?", data={"fields": ["text"]})
_NUMBER_UNCLEAR = Answer(
    state="missing",
    say="Die Rufnummer habe ich nicht verstanden. Können Sie sie bitte Ziffer für Ziffer nennen?",
    data={"fields": ["phone"]},
)
_NUMBER_NEEDED = Answer(
    state="missing",
    say="Ihre Rufnummer wird nicht angezeigt. Unter welcher Nummer erreichen wir Sie?",
    data={"fields": ["phone"]},
)
_ANOTHER_NUMBER = Answer(
    state="missing",
    say="Unter dieser Rufnummer können wir nicht zurückrufen. Unter welcher anderen erreichen wir Sie?",
    data={"fields": ["phone"]},
)


def request_callback(
    call: Call,
    *,
    name: str,
    phone: str,
    reason: str,
    wish: str,
    priority: str,
    staff: str,
    service: str,
    now: datetime,
) -> Answer:
    """Note a callback. Without a number to call back on, ask for one; none is guessed."""
    try:
        number = number_of(call, phone)
    except Ask as ask:
        return ask.answer
    about = _service(service)
    noted = callbacks.request(
        call,
        name=name,
        phone=number,
        reason=reason,
        wish=wish,
        priority=priority_of(priority),
        service=about,
        staff_member=_person(call, staff),
        now=now,
    )
    return Answer(
        state="callback_noted",
        say=f"Ich habe notiert, dass wir Sie zurückrufen, unter {speech.spoken_phone(number)}.",
        data={"callback_id": noted.pk, "due_at": noted.due_at.isoformat()},
    )


def take_message(
    call: Call,
    *,
    kind: str,
    name: str,
    birth_date: str,
    phone: str,
    subject: str,
    text: str,
    now: datetime,
) -> Answer:
    """Note a prescription, a referral, results, a sick note or another message as an errand for the business."""
    if not (subject or text):
        return _WHAT
    if len(name) < 2 or naming.is_nobody(name):
        return _WHO_FOR
    try:
        number = number_of(call, phone)
    except Ask as ask:
        return ask.answer
    which = kind_of(kind, subject, text)
    noted = errands.note(
        call,
        kind=which,
        name=name,
        birth_date=_birth_date(birth_date, now=now),
        phone=number,
        subject=subject,
        text=text,
        now=now,
    )
    return Answer(
        state="message_noted",
        say=f"Ich habe {_KINDS[which]} für {name} notiert. Die Praxis oder der Betrieb kümmert sich darum und meldet"
        f" sich bei Rückfragen unter {speech.spoken_phone(number)}.",
        data={"errand_id": noted.pk, "kind": which, "due_at": noted.due_at.isoformat()},
    )


def number_of(call: Call, said: str) -> str:
    """Return the number to call back on.

    :raises Ask: what was said is no number, or one that costs extra, or none is shown
    """
    number = dictation.phone(said) if said else call.from_number
    if number is None:
        raise Ask(_NUMBER_UNCLEAR if said else _NUMBER_NEEDED)
    if numbers.is_premium(number):
        raise Ask(_ANOTHER_NUMBER)
    return number


def priority_of(said: str) -> str:
    """Return the priority; whatever is none of ours is normal."""
    words = re.findall(r"\w+", said.casefold())
    if any(each in _NOT_URGENT for each in words):
        return CallbackRequest.Priority.NORMAL
    return next(
        (_PRIORITIES[each] for each in words if each in _PRIORITIES),
        CallbackRequest.Priority.NORMAL,
    )


def kind_of(said: str, *words: str) -> Errand.Kind:
    """Return the kind that was named, else the one the words speak of, else other."""
    if said in _KINDS:
        return Errand.Kind(said)
    for text in (said, *words):
        for kind, stems in _STEMS:
            if any(stem in text.lower() for stem in stems):
                return kind
    return Errand.Kind.OTHER


def _service(said: str) -> Service | None:
    """Return the service that it is about; an unclear one is nobody's business to ask for a callback."""
    return catalogue.match_service(said).found if said else None


def _person(call: Call, said: str) -> StaffMember | None:
    if not said:
        return None
    branch = wishes.branch_of(call)
    team = StaffMember.objects.filter(branch=branch, is_active=True).order_by("pk")
    match = people.meant(said, list(team), name=lambda each: each.name)
    return match.found if match.state == catalogue.State.MATCHED else None


def _birth_date(said: str, *, now: datetime) -> date | None:
    """Return a date of birth that was said in full; half of one is none."""
    if not said:
        return None
    meant = when.understand(said, now=now)
    return meant.date if meant.date is not None and meant.date < now.date() else None
