"""The tool that leads out of the machine: put through to a person, or a callback where nobody can take over."""

from datetime import datetime

from booking import doors
from calls import callbacks, desks, dictation, speech, wishes
from calls.answers import Answer
from calls.models import Call, CallbackRequest, ToolCall
from integrations.voice import numbers

_TRANSFER = "transfer"


def transfer_to_human(call: Call, *, name: str, phone: str, reason: str, now: datetime) -> Answer:
    """Put the caller through, if somebody is there; else note a callback at once.

    Asked a second time in a call, nobody took over the first time: then it is a callback.
    """
    branch = wishes.branch_of(call)
    desk = desks.of(branch)
    is_open = doors.today(branch, now=now).is_open
    if desk.transfers(is_open=is_open) and not _was_tried(call):
        return Answer(
            state=_TRANSFER,
            say="Gern, ich verbinde Sie. Einen Moment bitte.",
            data={"transfer_number": desk.transfer_number, "summary": reason},
        )
    return instead(call, name=name, phone=phone, reason=reason, now=now)


def instead(call: Call, *, name: str, phone: str, reason: str, now: datetime) -> Answer:
    """Note the callback that stands in for a person who cannot take over."""
    number = dictation.phone(phone) or call.from_number
    if number is not None and numbers.is_premium(number):
        number = None
    noted = callbacks.request(
        call,
        name=name,
        phone=number,
        reason=reason or "möchte mit einem Menschen sprechen",
        wish="",
        priority=CallbackRequest.Priority.HIGH,
        kind=CallbackRequest.Kind.PERSON,
        now=now,
    )
    if number is None:
        return Answer(
            state="missing",
            say="Gerade ist niemand frei. Unter welcher Nummer kann Sie jemand zurückrufen?",
            data={"fields": ["phone"], "callback_id": noted.pk},
        )
    return Answer(
        state="callback_noted",
        say="Gerade ist niemand frei. Ich habe notiert, dass ein Mensch Sie zurückruft, unter"
        f" {speech.spoken_phone(number)}.",
        data={"callback_id": noted.pk, "due_at": noted.due_at.isoformat()},
    )


def _was_tried(call: Call) -> bool:
    return ToolCall.objects.filter(call=call, state=_TRANSFER).exists()
