"""How long an appointment takes, part by part. Search and booking ask here, so they cannot disagree."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.models import Appointment, Service

_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The parts of an appointment in minutes: buffer, work, processing, work, buffer.

    The staff member is taken in `before`, `first`, `second` and `after`; resources are taken all the time. Without
    processing time everything is in `first`. Minutes are real minutes, also where a start comes with a wall clock.
    """

    before: int
    first: int
    processing: int
    second: int
    after: int

    @property
    def duration(self) -> int:
        return self.first + self.processing + self.second

    @property
    def total(self) -> int:
        return self.before + self.duration + self.after

    def is_multiple_of(self, minutes: int) -> bool:
        """Whether each part is."""
        parts = (self.before, self.first, self.processing, self.second, self.after)
        return not any(part % minutes for part in parts)

    def divided(self, minutes: int) -> "Shape":
        """Return the same counted in cells of so many minutes, of which each part must be a multiple."""
        return Shape(
            before=self.before // minutes,
            first=self.first // minutes,
            processing=self.processing // minutes,
            second=self.second // minutes,
            after=self.after // minutes,
        )

    def ends_at(self, starts_at: datetime) -> datetime:
        return starts_at.astimezone(UTC) + self.duration * _A_MINUTE

    def blocked(self, starts_at: datetime) -> tuple[datetime, datetime]:
        """Return the span that is taken, buffers included."""
        blocked_from = starts_at.astimezone(UTC) - self.before * _A_MINUTE
        return blocked_from, self.ends_at(starts_at) + self.after * _A_MINUTE

    def processing_at(self, starts_at: datetime) -> tuple[datetime, datetime] | tuple[None, None]:
        """Return the span in which the staff member is free, if there is one."""
        if not self.processing:
            return None, None
        begins = starts_at.astimezone(UTC) + self.first * _A_MINUTE
        return begins, begins + self.processing * _A_MINUTE


def of(service: Service, own_minutes: int | None = None) -> Shape:
    """Return the shape of a service; `own_minutes` is the duration of a person who is slower or faster.

    The pace of a person changes the work after the processing time, or all of the work where there is none.
    """
    duration = service.duration_minutes if own_minutes is None else own_minutes
    first = (
        duration if service.processing_after_minutes is None else service.processing_after_minutes
    )
    return Shape(
        before=service.buffer_before_minutes,
        first=first,
        processing=service.processing_minutes,
        second=max(duration - first - service.processing_minutes, 0),
        after=service.buffer_after_minutes,
    )


def of_appointment(appointment: Appointment) -> Shape:
    """Return the shape with which an appointment was booked; it keeps it when it is moved."""
    before = appointment.starts_at - appointment.blocked_from
    after = appointment.blocked_until - appointment.ends_at
    if appointment.processing_from is None or appointment.processing_until is None:
        first, processing, second = appointment.ends_at - appointment.starts_at, 0, 0
        return Shape(
            before=before // _A_MINUTE,
            first=first // _A_MINUTE,
            processing=processing,
            second=second,
            after=after // _A_MINUTE,
        )
    return Shape(
        before=before // _A_MINUTE,
        first=(appointment.processing_from - appointment.starts_at) // _A_MINUTE,
        processing=(appointment.processing_until - appointment.processing_from) // _A_MINUTE,
        second=(appointment.ends_at - appointment.processing_until) // _A_MINUTE,
        after=after // _A_MINUTE,
    )
