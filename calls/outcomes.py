"""How a call ended, decided from rows alone: one outcome per call, from a closed list, with its reason."""

from booking.models import Appointment
from calls.models import Call, CallbackRequest, Errand, ToolCall

_BOOKED = (
    Appointment.Status.PENDING,
    Appointment.Status.CONFIRMED,
    Appointment.Status.CHECKED_IN,
    Appointment.Status.COMPLETED,
    Appointment.Status.NO_SHOW,
)
# What was changed last counts: who moved and then cancelled has cancelled.
_AFTER_CHANGE = {"cancelled": Call.Outcome.CANCELLED, "rescheduled": Call.Outcome.MOVED}
# What the last answer of a tool says about a call that brought no appointment.
_AFTER_STATE = {
    "slot_taken": Call.Outcome.SLOT_TAKEN,
    "not_available": Call.Outcome.SLOT_TAKEN,
    "nothing_free": Call.Outcome.NOTHING_FREE,
    "available": Call.Outcome.NOT_COMPLETED,
    "alternatives": Call.Outcome.NOT_COMPLETED,
    "missing": Call.Outcome.NOT_COMPLETED,
    "failed": Call.Outcome.FAILED,
    "ask_service": Call.Outcome.NOT_UNDERSTOOD,
    "ask_staff": Call.Outcome.NOT_UNDERSTOOD,
    "ask_date": Call.Outcome.NOT_UNDERSTOOD,
    "ask_time": Call.Outcome.NOT_UNDERSTOOD,
    "ask_email": Call.Outcome.NOT_UNDERSTOOD,
    "past": Call.Outcome.NOT_UNDERSTOOD,
    "ambiguous": Call.Outcome.NOT_UNDERSTOOD,
    "conflict": Call.Outcome.NOT_UNDERSTOOD,
    "invalid": Call.Outcome.NOT_UNDERSTOOD,
    "invalid_arguments": Call.Outcome.NOT_UNDERSTOOD,
    "too_soon": Call.Outcome.NOTHING_FREE,
    "beyond_horizon": Call.Outcome.NOTHING_FREE,
    "closed": Call.Outcome.NOTHING_FREE,
    "only_callbacks": Call.Outcome.NOT_COMPLETED,
}


def decide(call: Call) -> tuple[str, str]:
    """Return the outcome of a call that is over, and the reason as ``tool: state`` or the end reason."""
    if Appointment.objects.filter(call_number=call.pk, status__in=_BOOKED).exists():
        return Call.Outcome.BOOKED, ""
    changed = changed_to(call)
    if changed[0]:
        return changed
    if CallbackRequest.objects.filter(call=call).exists():
        return Call.Outcome.CALLBACK, ""
    if Errand.objects.filter(call=call).exists():
        return Call.Outcome.MESSAGE, "take_message"
    last = (
        ToolCall.objects.filter(call=call, state__in=_AFTER_STATE)
        .order_by("-id")
        .values_list("name", "state")
        .first()
    )
    if last is not None:
        return _AFTER_STATE[last[1]], f"{last[0]}: {last[1]}"
    return _without_a_wish(call), call.end_reason


def changed_to(call: Call) -> tuple[str, str]:
    """Return what this call did last to an appointment of before, with the reason; empty when nothing.

    The answer was written in the transaction that changed the appointment, so it is as true as the row.
    """
    done = ToolCall.objects.filter(call=call, state__in=_AFTER_CHANGE).order_by("-id")
    last = done.values_list("name", "state").first()
    return ("", "") if last is None else (_AFTER_CHANGE[last[1]], f"{last[0]}: {last[1]}")


def _without_a_wish(call: Call) -> str:
    never_connected = call.end_reason.startswith(("dial_", "never_", "registered_call_timeout"))
    if never_connected:
        return Call.Outcome.NOT_CONNECTED
    if call.end_reason.startswith(("error_", "telephony_", "sip_")):
        return Call.Outcome.FAILED
    return Call.Outcome.NO_WISH
