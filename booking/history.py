"""What became of an appointment: each change is written down once for the business, once for the audit trail."""

from datetime import datetime

from booking.models import Appointment, AppointmentChange
from tenants import audit
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
) -> None:
    """Add a change; `old` and `new` are starts."""
    AppointmentChange.objects.create(
        tenant_id=appointment.tenant_id,
        appointment=appointment,
        kind=kind,
        actor=str(by),
        source=source,
        reason=reason[:300],
        old_starts_at=old,
        new_starts_at=new,
        at=now,
    )
    audit.record(kind, appointment, tenant_id=appointment.tenant_id, by=by, now=now)
