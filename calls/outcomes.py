"""How a call ended, decided from rows alone: one outcome per call, from a closed list, with its reason."""

from typing import NamedTuple

from booking.models import Appointment
from calls.models import Call
from tenants import scope, statements

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


class Brought(NamedTuple):
    """What a call brought, as the rows say. `change` and `answer` are the last ones of their kind: tool and state."""

    has_booked: bool
    has_ever_booked: bool
    has_callback: bool
    has_errand: bool
    change: list[str] | None
    answer: list[str] | None

    @property
    def changed_to(self) -> tuple[str, str]:
        """What the call did last to an appointment of before, with the reason; empty when nothing.

        The answer was written in the transaction that changed the appointment, so it is as true as the row.
        """
        if self.change is None:
            return "", ""
        tool, state = self.change
        return _AFTER_CHANGE[state], f"{tool}: {state}"


_BROUGHT = """
SELECT
  EXISTS (SELECT FROM booking_appointment a
    WHERE a.tenant_id = %(tenant)s AND a.call_number = %(call)s AND a.status = ANY(%(booked)s)),
  EXISTS (SELECT FROM booking_appointment a
    WHERE a.tenant_id = %(tenant)s AND a.call_number = %(call)s AND a.status <> 'held'),
  EXISTS (SELECT FROM calls_callbackrequest c WHERE c.tenant_id = %(tenant)s AND c.call_id = %(call)s),
  EXISTS (SELECT FROM calls_errand e WHERE e.tenant_id = %(tenant)s AND e.call_id = %(call)s),
  (SELECT ARRAY[t.name, t.state]::text[] FROM calls_toolcall t
    WHERE t.tenant_id = %(tenant)s AND t.call_id = %(call)s AND t.state = ANY(%(changes)s) ORDER BY t.id DESC LIMIT 1),
  (SELECT ARRAY[t.name, t.state]::text[] FROM calls_toolcall t
    WHERE t.tenant_id = %(tenant)s AND t.call_id = %(call)s AND t.state = ANY(%(answers)s) ORDER BY t.id DESC LIMIT 1)
"""


def brought_by(call: Call) -> Brought:
    """Return what a call brought, in one statement. The tenant's scope must be open."""
    scope.current()
    asked = {
        "tenant": call.tenant_id,
        "call": call.pk,
        "booked": [str(each) for each in _BOOKED],
        "changes": list(_AFTER_CHANGE),
        "answers": list(_AFTER_STATE),
    }
    return Brought._make(statements.run(_BROUGHT, asked).fetchall()[0])


def decide(call: Call) -> tuple[str, str]:
    """Return the outcome of a call that is over, and the reason as ``tool: state`` or the end reason."""
    brought = brought_by(call)
    if brought.has_booked:
        return Call.Outcome.BOOKED, ""
    if brought.change is not None:
        return brought.changed_to
    if brought.has_callback:
        return Call.Outcome.CALLBACK, ""
    if brought.has_errand:
        return Call.Outcome.MESSAGE, "take_message"
    if brought.answer is not None:
        tool, state = brought.answer
        return _AFTER_STATE[state], f"{tool}: {state}"
    return _without_a_wish(call), call.end_reason


def _without_a_wish(call: Call) -> str:
    never_connected = call.end_reason.startswith(("dial_", "never_", "registered_call_timeout"))
    if never_connected:
        return Call.Outcome.NOT_CONNECTED
    if call.end_reason.startswith(("error_", "telephony_", "sip_")):
        return Call.Outcome.FAILED
    return Call.Outcome.NO_WISH
