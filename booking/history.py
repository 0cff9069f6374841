"""What became of an appointment: each change is written down once for the business, once for the audit trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from booking.models import Appointment, AppointmentChange
from tenants import audit, scope, statements
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
    overridden: Sequence[str] = (),
) -> None:
    """Add a change; `old` and `new` are starts, `terms` is what the policy said, `overridden` are rules set aside.

    Rules that were set aside stand in the audit trail, too, with the reason.
    """
    set_aside = {"overridden": list(overridden)} if overridden else {}
    trail = {**set_aside, "reason": reason[:300]} if overridden else {}
    scope.current()
    statements.run(
        _WRITE,
        {
            **audit.entry(
                kind, appointment, tenant_id=appointment.tenant_id, by=by, now=now, **trail
            ),
            "appointment": appointment.pk,
            "source": source,
            "reason": reason[:300],
            "old": old,
            "new": new,
            "fee_cents": fee_cents,
            "terms": Jsonb({**(terms or {}), **set_aside}),
        },
    )


# The story and the trail are one statement: neither is there without the other.
_WRITE = f"""
WITH story AS (
INSERT INTO booking_appointmentchange (
  tenant_id, appointment_id, kind, actor, source, reason, old_starts_at, new_starts_at, fee_cents,
  terms, at, created_at, updated_at)
VALUES (
  %(tenant)s, %(appointment)s, %(verb)s, %(actor)s, %(source)s, %(reason)s, %(old)s, %(new)s, %(fee_cents)s,
  %(terms)s, %(at)s, %(at)s, %(at)s))
{audit.ENTRY}"""  # noqa: S608 — our own words
