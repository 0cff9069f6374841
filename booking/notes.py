"""What is remembered with an appointment, for those who do the work."""

from datetime import datetime

from django.db import transaction

from booking import history
from booking.models import Appointment
from tenants.actors import Actor


def annotate(
    appointment: Appointment, *, notes: str, by: Actor, source: str, now: datetime
) -> None:
    """Replace the notes of an appointment, in whatever state it is. Nobody is told."""
    if appointment.notes == notes:
        return
    with transaction.atomic():
        appointment.notes = notes
        appointment.save(update_fields=["notes", "updated_at"])
        history.write_down(appointment, history.Kind.UPDATED, by=by, source=source, now=now)
