"""After hours, where the business wants callbacks only: nothing is booked or moved, and the caller hears so."""

from datetime import datetime

from calls import desks
from calls.answers import Answer
from calls.models import Call

# What the inbound door told the agent; it comes back inside every signed question of the call.
VARIABLE, YES = "nur_rueckruf", "true"
CLOSED = Answer(
    state="only_callbacks",
    say="Wir haben gerade geschlossen, und um diese Zeit trage ich keine Termine ein. Es ist nichts gebucht oder"
    " geändert. Soll ich notieren, dass wir Sie zurückrufen?",
    data={"rule": "after_hours"},
)


def turns_down(call: Call, *, began: datetime | None, now: datetime) -> bool:
    """Whether the rules of the desk keep this call, which began at `began`, from making appointments now."""
    return not desks.books_now(call, began=began or now, now=now)
