"""From the caller's words to what the diary can be asked: which service, with whom, when. Or the question to ask back."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from booking import catalogue, hours
from booking.models import Appointment, Service, StaffMember
from calls import decisions, speech, when
from calls.answers import Answer
from calls.models import Call
from calls.when import When
from tenants import rows
from tenants.models import Branch

_AT_MOST = 5
_MIDNIGHT = 24 * 60


class Ask(Exception):
    """The wish is not clear yet; carries the answer that asks."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.state)
        self.answer = answer


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted, as far as it was said."""

    branch: Branch
    service: Service
    staff_member: StaffMember | None
    when: When | None
    moving: Appointment | None = None  # what would be moved; its own time does not block
    edition: str | None = None  # which one branch and service are from, where that is known


def of(call: Call, *, service: str, date: str, time: str, staff: str, now: datetime) -> Wish:
    """Return what the caller wants.

    :raises Ask: something is missing, unknown, contradictory or could mean several things
    """
    menu = catalogue.menu(call.branch_id, edition=call.edition)
    branch, wanted = menu.branch, _service(menu.match(service), said=service)
    return Wish(
        branch=branch,
        service=wanted,
        staff_member=staff_of(staff, service=wanted, branch=branch),
        when=time_of(date=date, time=time, branch=branch, now=now),
        edition=menu.edition,
    )


def branch_of(call: Call) -> Branch:
    """Return the branch that was called."""
    return rows.load(Branch, "tenant_id = %s AND id = %s", (call.tenant_id, call.branch_id))[0]


def _service(match: catalogue.Match[Service], *, said: str) -> Service:
    """Return the service that is meant; there is a default only where there is one service."""
    decisions.note("service", given={"said": said}, said=_decided(match))
    if match.state == catalogue.State.MATCHED and match.found is not None:
        return match.found
    names = [service.name for service in match.candidates][:_AT_MOST]
    question = (
        f"Das biete ich nicht unter diesem Namen an. Möglich sind {speech.spoken_list(names)}. Was passt?"
        if said and match.state == catalogue.State.NONE
        else f"Worum geht es: {speech.spoken_list(names)}?"
    )
    raise Ask(Answer(state="ask_service", say=question, data={"candidates": names}))


def staff_of(said: str, *, service: Service, branch: Branch) -> StaffMember | None:
    """Return the person who is wanted, None when nobody was named.

    :raises Ask: unknown name, several of that name, or somebody who does not offer the service
    """
    if not said or catalogue.names_nobody(said):
        return None
    match = catalogue.match_staff(said, service=service, branch=branch)
    decisions.note("staff", given={"said": said, "service": service.name}, said=_decided(match))
    if match.state == catalogue.State.MATCHED and match.found is not None:
        return match.found
    names = [person.name for person in match.candidates][:_AT_MOST]
    if match.state == catalogue.State.CANNOT and match.found is not None:
        say = f"{match.found.name} bietet {service.name} nicht an."
    else:
        say = f"Eine Person mit dem Namen {said[:60]} finde ich nicht."
    if names:
        say += f" Möglich wäre es bei {speech.spoken_list(names)}."
    raise Ask(Answer(state="ask_staff", say=say, data={"candidates": names}))


def time_of(*, date: str, time: str, branch: Branch, now: datetime) -> When | None:
    """Return what was said about the time, None when nothing was said.

    :raises Ask: past, contradictory, ambiguous or not understood; nothing is moved or filled in
    """
    if not date and not time:
        return None
    said = when.understand_parts(
        date=date or None,
        time=time or None,
        now=now.astimezone(branch.zone),
        opening=opening_of(branch, now=now),
    )
    decisions.note("time", given={"date": date, "time": time}, said=_heard(said))
    if said.state in _CLEAR:
        return said
    raise Ask(_question_about(said))


def _decided(match: catalogue.Match[Any]) -> dict[str, Any]:
    """Return what the matcher said, for the decision log."""
    found = None if match.found is None else match.found.name
    candidates = [each.name for each in match.candidates][:_AT_MOST]
    return {"state": str(match.state), "found": found, "candidates": candidates}


def _heard(said: When) -> dict[str, Any]:
    """Return what the parser said, for the decision log."""
    return {
        "state": str(said.state),
        "start": said.start and said.start.isoformat(),
        "end": said.end and said.end.isoformat(),
        "date": said.date and said.date.isoformat(),
        "time": said.time and said.time.isoformat(),
        "alternatives": len(said.alternatives),
    }


def opening_of(branch: Branch, *, now: datetime) -> when.Opening:
    """Return the usual hours of a branch, which choose between the readings of "um drei"."""
    return when.Opening(hours=_HoursIfAsked(branch, now.astimezone(branch.zone).date()))


class _HoursIfAsked(Mapping[int, tuple[tuple[int, int], ...]]):
    """The hours of a branch by weekday, read from the database when something depends on them: mostly nothing does."""

    def __init__(self, branch: Branch, on: date) -> None:
        self._branch, self._on = branch, on

    @cached_property
    def _hours(self) -> dict[int, tuple[tuple[int, int], ...]]:
        spans = hours.opening_of(self._branch, on=self._on).items()
        return {weekday: tuple(each) for weekday, each in spans}

    def __getitem__(self, weekday: int) -> tuple[tuple[int, int], ...]:
        return self._hours[weekday]

    def __iter__(self) -> Iterator[int]:
        return iter(self._hours)

    def __len__(self) -> int:
        return len(self._hours)


_CLEAR = (
    when.State.EXACT,
    when.State.DAY,
    when.State.WINDOW,
    when.State.RANGE,
    when.State.EARLIEST,
)
_QUESTIONS = {
    when.State.PAST: ("past", "Das liegt schon in der Vergangenheit. Welcher Tag passt Ihnen?"),
    when.State.INVALID: ("invalid", "Dieses Datum oder diese Uhrzeit gibt es nicht. Wann genau?"),
    when.State.CONFLICT: ("conflict", "Das passt nicht zusammen. Welcher Tag und welche Uhrzeit?"),
    when.State.AMBIGUOUS: ("ambiguous", "Da bin ich nicht sicher."),
    when.State.TIME_ONLY: ("ask_date", "An welchem Tag möchten Sie kommen?"),
    when.State.UNPARSEABLE: (
        "ask_date",
        "Das habe ich nicht verstanden. An welchem Tag und um wie viel Uhr?",
    ),
}


def _question_about(said: When) -> Answer:
    state, say = _QUESTIONS[said.state]
    readings = [_reading(each) for each in said.alternatives]
    _tell_doubled_hours_apart(said, readings)
    spoken = list(dict.fromkeys(each["spoken"] for each in readings if each["spoken"]))
    if spoken:
        say += f" Meinen Sie {speech.spoken_list(spoken)}?"
    return Answer(state=state, say=say, data={"alternatives": readings, "reason": said.reason})


def _reading(said: When) -> dict[str, Any]:
    """Return one of several meanings as it is offered: an instant, a day, hours of a day, several days, or a time."""
    if said.state == when.State.EXACT and said.start is not None:
        return {"spoken": speech.spoken_slot(said.start), "starts_at": said.start.isoformat()}
    hours_said = _hours(said)
    if said.date is not None:
        spoken = ", ".join(part for part in (speech.spoken_date(said.date), hours_said) if part)
        return {"spoken": spoken, "date": said.date.isoformat(), **_edges(said)}
    if said.start is not None or said.end is not None:
        spoken = " ".join(part for part in (_days(said), hours_said) if part)
        return {"spoken": spoken, **_edges(said)}
    return {"spoken": hours_said, "time": said.time.isoformat() if said.time else ""}


def _hours(said: When) -> str:
    if said.window_minutes is None:
        return f"um {speech.spoken_time(said.time)}" if said.time is not None else ""
    if said.reason == "about" and said.time is not None:
        return f"gegen {speech.spoken_time(said.time)}"
    first, last = said.window_minutes
    if last >= _MIDNIGHT:
        return f"ab {_clock(first)}"
    return f"bis {_clock(last)}" if first == 0 else f"zwischen {_clock(first)} und {_clock(last)}"


def _clock(minute: int) -> str:
    return speech.spoken_time(dt.time(minute // 60 % 24, minute % 60))


def _days(said: When) -> str:
    """Return several days as they are said; the end is the day after the last one."""
    if said.start is None:
        return f"bis {speech.spoken_date(_last_day(said))}"
    first = speech.spoken_date(said.start.date())
    if said.end is None:
        return f"ab {first}"
    last = _last_day(said)
    return first if last == said.start.date() else f"von {first} bis {speech.spoken_date(last)}"


def _last_day(said: When) -> dt.date:
    assert said.end is not None
    return (said.end - dt.timedelta(minutes=1)).date()


def _edges(said: When) -> dict[str, str]:
    edges = {"from": said.start, "until": said.end}
    return {name: edge.isoformat() for name, edge in edges.items() if edge is not None}


def _tell_doubled_hours_apart(said: When, readings: list[dict[str, Any]]) -> None:
    """In the night when the clocks go back, half past two comes twice: before and after the change."""
    if said.reason != "time_doubled":
        return
    words = ("in Sommerzeit, vor der Umstellung", "in Winterzeit, nach der Umstellung")
    for reading, which in zip(sorted(readings, key=_instant), words, strict=False):
        reading["spoken"] = f"{reading['spoken']} {which}"


def _instant(reading: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(reading["starts_at"]).astimezone(dt.UTC)
