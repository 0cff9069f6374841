"""What became of an appointment: each change is written down once for the business, once for the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from booking.models import Appointment, AppointmentChange
from tenants import audit, statements
from tenants.actors import Actor

Kind = AppointmentChange.Kind


def write_down(
    appointment: Appointment,
    kind: str,
    *,
    by: Actor,
    source: str,
    now: datetime,
    old: datetime | None = None,
    new: datetime | None = None,
    reason: str = "",
    fee_cents: int = 0,
    terms: Mapping[str, Any] | None = None,
) -> None:
    """Add a change; `old` and `new` are starts, `terms` is what the policy said and what was set aside."""
    statements.run(
        _WRITE,
        {
            "tenant": appointment.tenant_id,
            "appointment": appointment.pk,
            "kind": kind,
            "actor": str(by),
            "source": source,
            "reason": reason[:300],
            "old": old,
            "new": new,
            "fee_cents": fee_cents,
            "terms": Jsonb(dict(terms or {})),
            "at": now,
        },
    )
    audit.record(kind, appointment, tenant_id=appointment.tenant_id, by=by, now=now)


_WRITE = """
INSERT INTO booking_appointmentchange (
  tenant_id, appointment_id, kind, actor, source, reason, old_starts_at, new_starts_at, fee_cents,
  terms, at, created_at, updated_at)
VALUES (
  %(tenant)s, %(appointment)s, %(kind)s, %(actor)s, %(source)s, %(reason)s, %(old)s, %(new)s, %(fee_cents)s,
  %(terms)s, %(at)s, %(at)s, %(at)s)
"""
