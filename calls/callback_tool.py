"""The tool that notes a wish to be called back."""

from datetime import datetime

from calls import callbacks, speech
from calls.answers import Answer
from calls.models import Call, CallbackRequest
from integrations.voice import numbers


def request_callback(
    call: Call, *, name: str, phone: str, reason: str, wish: str, priority: str, now: datetime
) -> Answer:
    """Note a callback. Without a number to call back on, ask for one; none is guessed."""
    said = numbers.e164(phone) if phone else None
    if phone and said is None:
        return Answer(
            state="missing",
            say="Die Rufnummer habe ich nicht verstanden. Können Sie sie bitte Ziffer für Ziffer nennen?",
            data={"fields": ["phone"]},
        )
    number = said or call.from_number
    if number is None:
        return Answer(
            state="missing",
            say="Ihre Rufnummer wird nicht angezeigt. Unter welcher Nummer erreichen wir Sie?",
            data={"fields": ["phone"]},
        )
    if priority not in CallbackRequest.Priority.values:
        priority = CallbackRequest.Priority.NORMAL
    noted = callbacks.request(
        call, name=name, phone=number, reason=reason, wish=wish, priority=priority, now=now
    )
    return Answer(
        state="callback_noted",
        say=f"Ich habe notiert, dass wir Sie zurückrufen, unter {speech.spoken_phone(number)}.",
        data={"callback_id": noted.pk, "due_at": noted.due_at.isoformat()},
    )
