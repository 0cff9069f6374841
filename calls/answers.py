"""What a tool answers: a state for machines, a sentence for the caller, and today's date for the model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calls import speech
from calls.models import Call

Continuation = Callable[[Call, datetime], "Answer"]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody outside has to answer before the caller hears anything: for which appointment, and what is said then."""

    appointment_id: int
    then: Continuation


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer during a call. `say` is German and states nothing but what rows prove."""

    state: str
    say: str
    data: dict[str, Any] = field(default_factory=dict)
    waiting: Waiting | None = None

    def as_json(self, *, local_now: datetime) -> dict[str, Any]:
        """Return the answer as the agent gets it; the date keeps the model from inventing one."""
        return {
            "state": self.state,
            "say": self.say,
            "today": local_now.date().isoformat(),
            "weekday": speech.weekday_name(local_now.date()),
            "data": self.data,
        }


UNKNOWN_NUMBER = Answer(
    state="unknown_number",
    say="Diese Rufnummer ist bei uns nicht eingerichtet. Bitte wenden Sie sich direkt an den Betrieb.",
)
FAILED = Answer(
    state="failed",
    say="Das hat gerade technisch nicht geklappt, und es ist nichts gebucht. "
    "Möchten Sie, dass Sie jemand zurückruft?",
)
# What was asked for is written, and whether the calendar agrees could not be found out.
UNSURE = Answer(
    state="pending",
    say="Ich habe das so notiert, die Bestätigung aus dem Kalender steht noch aus. Falls es nicht klappt, melden wir uns"
    " bei Ihnen.",
    data={"calendar": "unknown"},
)
INVALID_ARGUMENTS = Answer(
    state="invalid_arguments",
    say="Das habe ich nicht verstanden. Können Sie es bitte noch einmal sagen?",
)
