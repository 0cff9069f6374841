"""After the call: what was asked for and fell through becomes true once more, or somebody's task. Never both.

A booking that was complete and confirmed is made under the key it would have had, if the caller counts on it or will be
told by mail. Everything else that was wanted becomes a callback.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from booking.models import Customer
from calls import arguments, booking_tool, callbacks, evidence, outcomes, starts, tools
from calls.findings import Finding, Trouble
from calls.models import Call, CallbackRequest, ToolCall
from calls.wishes import Ask

# Older calls are history: whoever wanted something has called again or gone elsewhere.
LOOKS_BACK = timedelta(hours=24)


class Result(StrEnum):
    NOTHING_TO_DO = "nothing_to_do"
    BOOKED = "booked"
    CALLBACK = "callback"
    NOT_RECOVERABLE = "not_recoverable"  # nobody can be reached


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """A booking the agent asked for, and when."""

    given: dict[str, Any]
    asked_at: datetime
    is_wish: bool  # what was collected is a wish until somebody said yes to it


_BOOKING = ("book_appointment", "collect_appointment_data")
_WANTED = {
    Call.Outcome.FAILED,
    Call.Outcome.NOT_UNDERSTOOD,
    Call.Outcome.SLOT_TAKEN,
    Call.Outcome.NOTHING_FREE,
    Call.Outcome.NOT_COMPLETED,
}


def recover(call: Call, findings: tuple[Finding, ...], *, now: datetime) -> Result:
    """Do what can be done for a call that ended without what was wanted. The tenant's scope must be open."""
    if now - (call.ended_at or call.created_at) > LOOKS_BACK or _has_something(call):
        return Result.NOTHING_TO_DO
    attempt = _last_attempt(call)
    is_promised = any(each.trouble == Trouble.PHANTOM_BOOKING for each in findings)
    if attempt is not None and _book(call, attempt, is_expected=is_promised, now=now):
        return Result.BOOKED
    if is_promised or (attempt is None and not _was_wanted(call)):
        return Result.NOTHING_TO_DO  # a promise that is broken is told by who found it
    return ask_to_call_back(call, reason=f"{wish_of(call)}. Im Anruf nicht gelungen.", now=now)


def ask_to_call_back(call: Call, *, reason: str, now: datetime) -> Result:
    """Have somebody call the caller back, unless that is noted already or there is no number."""
    if CallbackRequest.objects.filter(call=call).exists():
        return Result.CALLBACK
    if call.from_number is None:
        return Result.NOT_RECOVERABLE
    callbacks.request(
        call,
        name=call.customer.name if call.customer is not None else "",
        phone=call.from_number,
        reason=reason,
        wish="",
        priority=CallbackRequest.Priority.HIGH,
        now=now,
    )
    return Result.CALLBACK


def wish_of(call: Call) -> str:
    """Return, in German, what the last attempt to book was about."""
    attempt = _last_attempt(call)
    said = [] if attempt is None else _told(attempt.given)
    return f"Terminwunsch: {', '.join(said)}" if said else "Terminwunsch aus dem Anruf"


def _has_something(call: Call) -> bool:
    """Whether the call brought what it was for: an appointment, or the promise of a callback."""
    brought = outcomes.brought_by(call)
    return (
        brought.has_ever_booked
        or brought.change is not None
        or brought.has_callback
        or brought.has_errand
    )


def _last_attempt(call: Call) -> _Attempt | None:
    """Return the last booking that was asked for, if it got no usable answer."""
    asked = [
        (tool_call.name, tool_call.arguments, tool_call.state, tool_call.at)
        for tool_call in ToolCall.objects.filter(call=call).order_by("id")
    ]
    ended = call.ended_at or call.created_at
    unheard = [
        (each["name"], each["arguments"], each["state"], call.started_at or ended)
        for each in call.invocations
        if not each.get("state") and evidence.tool_named(each["name"]) in _BOOKING
    ]
    attempts = [each for each in (*asked, *unheard) if evidence.tool_named(each[0]) in _BOOKING]
    if not attempts:
        return None
    name, given, state, at = attempts[-1]
    is_wish = evidence.tool_named(name) == "collect_appointment_data"
    attempt = _Attempt(given=given, asked_at=at, is_wish=is_wish)
    return attempt if state in ("", "failed") else None


def _book(call: Call, attempt: _Attempt, *, is_expected: bool, now: datetime) -> bool:
    """Make the booking under its own key; False where it is incomplete, over, taken, or nobody would learn of it."""
    tool = tools.TOOLS["book_appointment"]
    try:
        given = arguments.clean(attempt.given, tool.parameters)
        is_refused = given["confirmed"] in (arguments.NO, arguments.UNCLEAR)
        is_open = attempt.is_wish and not (is_expected or given["confirmed"] or given["slot_id"])
        if is_refused or is_open or not (is_expected or _can_be_told(call, given)):
            return False
        exact = _pinned(call, given, attempt)
    except (TypeError, Ask):
        return False
    answer = booking_tool.book_appointment(call, now=now, **exact)
    # Pending: the time is kept, and whom the calendar refuses is called back.
    return answer.state in ("booked", "pending")


def _pinned(call: Call, given: dict[str, str], attempt: _Attempt) -> dict[str, str]:
    """Return the wish with its time as it was meant then: "morgen" is the day after the call.

    :raises Ask: it was not clear
    """
    if given["slot_id"]:
        return given
    wanted = {name: given[name] for name in ("slot_id", "service", "date", "time", "staff")}
    wish, start = starts.of(call, now=attempt.asked_at, **wanted)
    local = start.astimezone(wish.branch.zone)
    return {**given, "date": local.date().isoformat(), "time": f"{local:%H:%M}"}


def _can_be_told(call: Call, given: dict[str, str]) -> bool:
    """Whether a mail will reach the caller, who has heard that nothing is booked."""
    if given["email"]:
        return True
    known = Customer.objects.filter(phone=given["phone"] or call.from_number).first()
    return known is not None and bool(known.email)


def _was_wanted(call: Call) -> bool:
    """Whether an appointment was wanted and not had: the analysis says so, or the tools could not help."""
    outcome = outcomes.decide(call)[0]
    if outcome in (Call.Outcome.FAILED, Call.Outcome.NOT_UNDERSTOOD):
        return ToolCall.objects.filter(call=call).exists() or bool(call.invocations)
    return outcome in _WANTED and _is_requested(call.analysis)


def _is_requested(analysis: dict[str, Any]) -> bool:
    custom = analysis.get("custom_analysis_data")
    said = {**analysis, **(custom if isinstance(custom, dict) else {})}
    return said.get("appointment_requested") is True


def _told(given: dict[str, Any]) -> list[str]:
    try:
        cleaned = arguments.clean(given, tools.TOOLS["book_appointment"].parameters)
    except TypeError:
        return []
    return [cleaned[name] for name in ("service", "date", "time", "staff", "name") if cleaned[name]]
