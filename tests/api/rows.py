"""Rows that the cast of these tests needs besides `tests/factories.py`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from booking.models import Customer
from calls.models import Call, ToolCall
from tenants import scope
from tenants.models import PhoneNumber, Tenant


def make_call(
    tenant: Tenant, *, number: int, customer: Customer | None = None, **fields: Any
) -> Call:
    """Write a call as it stands after its end."""
    began = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    as_usual = {
        "status": Call.Status.ANALYZED,
        "outcome": Call.Outcome.NO_WISH,
        "from_number": "+491713920042",
        "started_at": began,
        "ended_at": began + timedelta(seconds=90),
        "duration_seconds": 90,
        "transcript": "Agent: Guten Tag.\nUser: Auf Wiederhören.",
        "turns": [{"role": "agent", "content": "Guten Tag."}],
        "analysis": {"call_successful": True},
    }
    with scope.tenant(tenant):
        line = PhoneNumber.objects.order_by("pk")[0]
        return Call.objects.create(
            id=number,
            tenant=tenant,
            external_id=f"call_{number}",
            branch_id=line.branch_id,
            phone_number=line,
            to_number=line.number,
            customer=customer,
            **{**as_usual, **fields},
        )


def make_tool_call(call: Call, *, name: str = "check_availability", **fields: Any) -> ToolCall:
    as_usual = {
        "arguments": {"service": "Haarschnitt"},
        "state": "available",
        "answer": {"say": "Da ist frei.", "data": {}},
        "duration_ms": 12,
        "at": datetime(2026, 11, 20, 9, 1, tzinfo=UTC),
    }
    with scope.tenant(call.tenant_id):
        return ToolCall.objects.create(
            tenant_id=call.tenant_id, call=call, name=name, **{**as_usual, **fields}
        )
