"""What may become of an appointment. The database holds the same table (`appointment_status_may_change`)."""

from booking.models import Appointment
from booking.refusals import IllegalTransition

_S = Appointment.Status
# A late arrival may follow a no-show, as long as nobody else has the time; what was cancelled or completed stays so.
MAY_BECOME: dict[str, frozenset[str]] = {
    _S.HELD: frozenset({_S.PENDING, _S.CONFIRMED}),
    _S.PENDING: frozenset({_S.CONFIRMED, _S.CHECKED_IN, _S.CANCELLED}),
    _S.CONFIRMED: frozenset({_S.CHECKED_IN, _S.COMPLETED, _S.NO_SHOW, _S.CANCELLED}),
    _S.CHECKED_IN: frozenset({_S.CONFIRMED, _S.COMPLETED, _S.CANCELLED}),
    _S.NO_SHOW: frozenset({_S.CHECKED_IN, _S.COMPLETED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
}


def must_allow(appointment: Appointment, status: str) -> None:
    """Do nothing where the appointment may become this.

    :raises IllegalTransition: it may not
    """
    if status not in MAY_BECOME[appointment.status]:
        raise IllegalTransition(status=appointment.status, wanted=status)
