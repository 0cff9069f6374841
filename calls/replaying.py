"""Replaying a call: every question of the agent is asked once more, of the diary as it was then, and nothing is kept.

Inside one transaction that is rolled back, the diary is turned back to the first question: what was booked, moved or
cancelled since is undone. Then the questions are answered again, each at its own time, and both answers compared.
What other people changed in services, hours and staff since is not undone; then the difference shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from booking.models import Appointment, AppointmentChange, Customer
from calls import decisions, rules, tools
from calls.answers import Answer
from calls.models import Call, CallbackRequest, ToolCall
from tenants import actors

# Numbers of rows; the second time they are others.
_NUMBERS = frozenset({"id", "appointment_id", "callback_id", "errand_id", "waiting_id"})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question with both answers, and whether the same rules decided."""

    tool: str
    at: datetime
    before: dict[str, Any]
    after: dict[str, Any]
    decided_before: list[Any]
    decided_after: list[Any]
    same_rules: bool

    @property
    def is_same(self) -> bool:
        return self.before == self.after and self.decided_before == self.decided_after


def replay(call: Call) -> list[Step]:
    """Return every question of a call with the answer of then and of now. The tenant's scope must be open."""
    with transaction.atomic():
        asked = list(ToolCall.objects.filter(call=call).order_by("id"))
        if asked:
            _turn_back(call, to=asked[0].at)
        steps = [_once_more(call, each) for each in asked]
        transaction.set_rollback(True)
    return steps


def _once_more(call: Call, asked: ToolCall) -> Step:
    tool = tools.find(asked.name)
    with decisions.logged() as decided:
        answer = _answered(tool, call, asked) if tool else None
    after = (
        {} if answer is None else {"state": answer.state, "say": answer.say, "data": answer.data}
    )
    before = {"state": asked.state, **asked.answer} if tool else {}
    # Later questions count the earlier ones, for instance wrong names.
    ToolCall.objects.create(
        tenant_id=call.tenant_id,
        call=call,
        name=asked.name,
        arguments=asked.arguments,
        state=asked.state if answer is None else answer.state,
        answer=asked.answer,
        duration_ms=0,
        at=asked.at,
    )
    return Step(
        tool=asked.name,
        at=asked.at,
        before=_without_numbers(before),
        after=_without_numbers(after),
        decided_before=asked.decisions,
        decided_after=decided,
        same_rules=asked.rules_version == rules.version(),
    )


def _answered(tool: tools.Tool, call: Call, asked: ToolCall) -> Answer:
    return tools.answer_again(
        tool, call, given=asked.arguments, decided=asked.decisions, now=asked.at
    )


def _turn_back(call: Call, *, to: datetime) -> None:
    for change in _undone(to):
        _undo(change)
    made_since = Appointment.objects.filter(created_at__gte=to)
    made_since.filter(status=Appointment.Status.HELD).delete()
    made_since.update(status=Appointment.Status.CANCELLED, idempotency_key=None, call_number=None)
    AppointmentChange.objects.filter(actor=str(actors.call(call.pk))).update(actor="replay")
    CallbackRequest.objects.filter(call=call).delete()
    ToolCall.objects.filter(call=call).delete()
    call.customer = None
    call.save(update_fields=["customer"])
    # Whoever became known by this call was a stranger when it began.
    Customer.objects.filter(created_at__gte=to).update(phone=None, email=None)
    call.customer = (
        Customer.objects.filter(phone=call.from_number).first() if call.from_number else None
    )


def _undone(to: datetime) -> Iterator[AppointmentChange]:
    since = AppointmentChange.objects.filter(at__gte=to).exclude(appointment__created_at__gte=to)
    yield from since.select_related("appointment").order_by("-at", "-id")


def _undo(change: AppointmentChange) -> None:
    row = Appointment.objects.get(pk=change.appointment_id)
    if change.kind == AppointmentChange.Kind.CANCELLED:
        row.status, row.cancelled_at = Appointment.Status.CONFIRMED, None
        row.save(update_fields=["status", "cancelled_at"])
    elif change.kind == AppointmentChange.Kind.MOVED and change.old_starts_at is not None:
        shift = change.old_starts_at - row.starts_at
        for field in ("starts_at", "ends_at", "blocked_from", "blocked_until"):
            setattr(row, field, getattr(row, field) + shift)
        row.save(update_fields=["starts_at", "ends_at", "blocked_from", "blocked_until"])


def _without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_numbers(each) for name, each in value.items() if name not in _NUMBERS
        }
    return [_without_numbers(each) for each in value] if isinstance(value, list) else value
