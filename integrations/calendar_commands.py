"""What a command may ask of a calendar: put, move, remove. A no of the calendar is an answer and not a failure.

The result says what stands there now (`entry`) or what stood in the way (`outcome`); whoever asked folds it into the
diary.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations import credentials
from integrations.calendars.calcom import Calcom
from integrations.calendars.calcom_wire import SwitchedOff, Wire
from integrations.calendars.protocol import (
    Entry,
    Gone,
    MovedAway,
    Person,
    State,
    TimeTaken,
    Wish,
)
from integrations.errors import PermanentError
from integrations.models import Command
from integrations.quota import Urgency

DONE, TAKEN, MOVED_AWAY, GONE = "done", "taken", "moved_away", "gone"
# Nobody was asked, because Cal.com is switched off: our diary decides alone.
ALONE = "alone"


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How urgent it is and how long somebody waits (seconds; None: nobody does)."""

    urgency: Urgency = Urgency.CHANGE
    budget_seconds: float | None = None


def put(command: Command, patience: Patience) -> dict[str, Any]:
    wish = wish_in(command.arguments)
    calendar = _calendar(command, patience)
    if command.attempts > 1:
        # The answer to the first time may be what was lost.
        mine = calendar.find(wish)
        if mine is not None:
            # One that somebody cancelled meanwhile is not put again behind their back.
            return {"outcome": DONE if mine.is_active else GONE, "entry": written(mine)}
    return _answered(lambda: calendar.put(wish))


def move(command: Command, patience: Patience) -> dict[str, Any]:
    calendar, given = _calendar(command, patience), command.arguments
    return _answered(
        lambda: calendar.move(
            given["uid"],
            starts_at=datetime.fromisoformat(given["starts_at"]),
            reason=given.get("reason", ""),
        )
    )


def remove(command: Command, patience: Patience) -> dict[str, Any]:
    calendar, given = _calendar(command, patience), command.arguments
    try:
        calendar.remove(given["uid"], reason=given.get("reason", ""))
    except MovedAway as away:
        return {"outcome": MOVED_AWAY, "entry": written(away.entry)}
    return {"outcome": DONE, "entry": None}


_Deed = Callable[[Command, Patience], dict[str, Any]]


def _unless_alone(deed: _Deed) -> _Deed:
    def do(command: Command, patience: Patience) -> dict[str, Any]:
        try:
            return deed(command, patience)
        except SwitchedOff:
            return {"outcome": ALONE, "entry": None}

    return do


OPERATIONS: dict[tuple[str, str], _Deed] = {
    ("calcom", "put"): _unless_alone(put),
    ("calcom", "move"): _unless_alone(move),
    ("calcom", "remove"): _unless_alone(remove),
}


def arguments_for(wish: Wish, *, team_id: str, owner_email: str) -> dict[str, Any]:
    """Return a wish as the arguments of a `put`."""
    person = wish.person
    return {
        "team_id": team_id,
        "owner_email": owner_email,
        "key": wish.key,
        "target": wish.target,
        "starts_at": wish.starts_at.isoformat(),
        "ends_at": wish.ends_at.isoformat(),
        "person": {
            "name": person.name,
            "time_zone": person.time_zone,
            "email": person.email,
            "phone": person.phone,
            "language": person.language,
        },
        "notes": wish.notes,
        "references": dict(wish.references),
    }


def wish_in(arguments: dict[str, Any]) -> Wish:
    """Return the wish in the arguments of a `put`.

    :raises PermanentError: it is not complete, because the person was forgotten meanwhile
    """
    try:
        return Wish(
            key=arguments["key"],
            target=arguments["target"],
            starts_at=datetime.fromisoformat(arguments["starts_at"]),
            ends_at=datetime.fromisoformat(arguments["ends_at"]),
            person=Person(**arguments["person"]),
            notes=arguments["notes"],
            references=arguments["references"],
        )
    except (KeyError, TypeError) as error:
        raise PermanentError("calcom", "put", code="wish_incomplete") from error


def written(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON values; who comes is known to us already."""
    return {
        "uid": entry.uid,
        "number": entry.number,
        "target": entry.target,
        "starts_at": entry.starts_at.isoformat(),
        "ends_at": entry.ends_at.isoformat(),
        "state": entry.state.value,
        "key": entry.key,
        "host": entry.host,
        "replaces": entry.replaces,
        "replaced_by": entry.replaced_by,
    }


def entry_in(values: dict[str, Any]) -> Entry:
    """Return the entry that `written` wrote."""
    return Entry(
        **{
            **values,
            "starts_at": datetime.fromisoformat(values["starts_at"]),
            "ends_at": datetime.fromisoformat(values["ends_at"]),
            "state": State(values["state"]),
        }
    )


def _answered(ask: Callable[[], Entry]) -> dict[str, Any]:
    try:
        return {"outcome": DONE, "entry": written(ask())}
    except TimeTaken:
        return {"outcome": TAKEN, "entry": None}
    except MovedAway as away:
        return {"outcome": MOVED_AWAY, "entry": written(away.entry)}
    except Gone as gone:
        if gone.status == 404:
            raise
        return {"outcome": GONE, "entry": None}


def _calendar(command: Command, patience: Patience) -> Calcom:
    key = credentials.secret_for(command.tenant_id, command.provider)
    budget = patience.budget_seconds
    return Calcom(
        wire=Wire(
            key=key,
            whose=command.tenant_id,
            urgency=patience.urgency,
            until=None if budget is None else time.monotonic() + budget,
        ),
        team_id=command.arguments.get("team_id", ""),
        owner_email=command.arguments.get("owner_email", ""),
    )
