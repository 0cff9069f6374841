"""Who came and who did not: arriving, finishing, missing, and being forgiven."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from booking import history, in_hand, moving, orders, resources, states
from booking.models import Appointment, DiaryRules, TimeOff
from booking.refusals import IllegalTransition, SlotTaken, TooEarly
from tenants import actors, scope, statements
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound

Status = Appointment.Status
_CLOCK = actors.system("clock")
_SOURCE = "clock"


def check_in(appointment: Appointment, *, by: Actor, source: str, now: datetime) -> None:
    """Note that the customer is there. Who comes late, after being marked as missing, gets the time if it is still free.

    :raises TooEarly: it is not the day of the appointment yet
    :raises SlotTaken, NotBookable: somebody else has the time meanwhile
    :raises IllegalTransition: it is held, cancelled or completed
    """

    def verb() -> None:
        if appointment.status == Status.CHECKED_IN:
            return
        states.must_allow(appointment, Status.CHECKED_IN)
        if _day_of(appointment, now) < _day_of(appointment, appointment.starts_at):
            raise TooEarly
        is_late = appointment.status == Status.NO_SHOW
        if is_late:
            orders.drop_expired_of(appointment.staff_member, now=now)
        appointment.checked_in_at = now
        _become(appointment, Status.CHECKED_IN)
        if is_late:
            moving.take_again(appointment, now=now)
        _write_down(appointment, history.Kind.ARRIVED, by=by, source=source, now=now)

    try:
        in_hand.change(appointment, verb)
    except IntegrityError as error:  # the time, or the seat, of somebody who was missed
        raise SlotTaken from error


def undo_check_in(appointment: Appointment, *, by: Actor, source: str, now: datetime) -> None:
    """Take back a mistake: the customer is not there.

    :raises IllegalTransition: nobody was noted as there
    """

    def verb() -> None:
        if appointment.status != Status.CHECKED_IN:
            raise IllegalTransition(status=appointment.status, wanted=Status.CONFIRMED)
        appointment.checked_in_at = None
        _become(appointment, Status.CONFIRMED)
        _write_down(
            appointment, history.Kind.UPDATED, by=by, source=source, now=now, undone="arrived"
        )

    in_hand.change(appointment, verb)


def complete(appointment: Appointment, *, by: Actor, source: str, now: datetime) -> None:
    """Note that the appointment took place.

    :raises TooEarly: it has not begun
    :raises IllegalTransition: it is held, waiting for the calendar or cancelled
    """

    def verb() -> None:
        if appointment.status == Status.COMPLETED:
            return
        states.must_allow(appointment, Status.COMPLETED)
        _must_have_begun(appointment, now=now)
        _become(appointment, Status.COMPLETED)
        resources.give_back(appointment)
        _write_down(appointment, history.Kind.COMPLETED, by=by, source=source, now=now)

    in_hand.change(appointment, verb)


def mark_no_show(appointment: Appointment, *, by: Actor, source: str, now: datetime) -> None:
    """Note that the customer did not come. What the business asks for that stands in the history.

    :raises TooEarly: it has not begun
    :raises IllegalTransition: the customer was there, or it is cancelled or completed
    """
    in_hand.change(appointment, lambda: _miss(appointment, by=by, source=source, now=now))


def waive(appointment: Appointment, *, reason: str, by: Actor, source: str, now: datetime) -> None:
    """Forgive a missed appointment: it does not count any more, and its fee is not asked for.

    :raises IllegalTransition: it was not missed
    :raises Invalid: there is no reason
    """
    if not reason.strip():
        raise Invalid(reason=_("Say why it does not count."))

    def verb() -> None:
        if appointment.status != Status.NO_SHOW:
            raise IllegalTransition(status=appointment.status)
        if appointment.is_waived:
            return
        appointment.is_waived = True
        appointment.save(update_fields=["is_waived", "updated_at"])
        missed = appointment.changes.filter(kind=history.Kind.NO_SHOW).order_by("-pk").first()
        history.write_down(
            appointment,
            history.Kind.WAIVED,
            by=by,
            source=source,
            now=now,
            reason=reason.strip(),
            terms={"waived_cents": missed.fee_cents if missed else 0},
        )

    in_hand.change(appointment, verb)


# --- What the clock does --------------------------------------------------------------------------------

# Where the person was away nobody knows whether the customer came: that is left to people (`unclear`). While a colour
# takes effect the person may be away.
_MISSED = """
SELECT id FROM booking_appointment a
WHERE tenant_id = %s AND status = 'confirmed' AND starts_at <= %s AND NOT EXISTS (
  SELECT 1 FROM booking_timeoff o
  WHERE o.tenant_id = a.tenant_id AND o.branch_id = a.branch_id
    AND o.starts_at < a.ends_at AND o.ends_at > a.starts_at
    AND (o.staff_member_id IS NULL OR o.staff_member_id = a.staff_member_id
      AND (o.starts_at < coalesce(a.processing_from, a.ends_at)
        OR o.ends_at > nullif(a.processing_until, a.ends_at))))
ORDER BY starts_at, id LIMIT %s
"""
_OVER = """
SELECT id FROM booking_appointment
WHERE tenant_id = %s AND status = 'checked_in' AND ends_at <= %s
ORDER BY starts_at, id LIMIT %s
"""
_AT_ONCE = 500


def due_no_shows(*, now: datetime) -> list[int]:
    """Return the appointments of the active business that began some time ago without anybody there."""
    rules = rules_of_the_diary()
    if rules.no_show_after_minutes is None:
        return []
    begun = now - timedelta(minutes=rules.no_show_after_minutes)
    return _numbers(_MISSED, begun)


def due_completions(*, now: datetime) -> list[int]:
    """Return the appointments of the active business whose customer came and whose time is over."""
    return _numbers(_OVER, now)


def unclear(*, now: datetime) -> QuerySet[Appointment]:
    """Return what has begun, without anybody noted as there, while its person was away.

    The business could not keep the time, so the clock blames nobody: somebody has to say what became of it.
    """
    is_needed = Q(starts_at__lt=Coalesce(OuterRef("processing_from"), OuterRef("ends_at"))) | Q(
        ends_at__gt=NullIf(OuterRef("processing_until"), OuterRef("ends_at"))
    )
    away = TimeOff.objects.filter(
        Q(staff_member=OuterRef("staff_member")) & is_needed | Q(staff_member=None),
        branch=OuterRef("branch"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    begun = Appointment.objects.filter(status=Status.CONFIRMED, starts_at__lte=now)
    return begun.filter(Exists(away))


def mark_missed(appointment_id: int, *, now: datetime) -> bool:
    """Mark a due appointment as missed, and tell whether it was this time: however many sweeps run, one does it."""
    after = rules_of_the_diary().no_show_after_minutes

    def is_due(found: Appointment) -> bool:
        if found.status != Status.CONFIRMED or after is None:
            return False
        if found.starts_at > now - timedelta(minutes=after):
            return False
        return not unclear(now=now).filter(pk=found.pk).exists()

    return _by_the_clock(
        appointment_id,
        is_due=is_due,
        verb=lambda found: _miss(found, by=_CLOCK, source=_SOURCE, now=now),
    )


def complete_by_the_clock(appointment_id: int, *, now: datetime) -> bool:
    """Complete a due appointment, and tell whether it was this time: however many sweeps run, one does it."""

    def verb(found: Appointment) -> None:
        _become(found, Status.COMPLETED)
        resources.give_back(found)
        _write_down(found, history.Kind.COMPLETED, by=_CLOCK, source=_SOURCE, now=now)

    return _by_the_clock(
        appointment_id,
        is_due=lambda found: found.status == Status.CHECKED_IN and found.ends_at <= now,
        verb=verb,
    )


def rules_of_the_diary() -> DiaryRules:
    """Return how the diary of the active business behaves by itself."""
    return DiaryRules.objects.first() or DiaryRules()


def _numbers(sql: str, until: datetime) -> list[int]:
    params = (scope.current().tenant_id, until, _AT_ONCE)
    return [number for (number,) in statements.run(sql, params).fetchall()]


def _by_the_clock(
    appointment_id: int,
    *,
    is_due: Callable[[Appointment], bool],
    verb: Callable[[Appointment], None],
) -> bool:
    """Do something that was due when it was looked for, if it still is: it may have been moved or changed meanwhile."""
    appointment = Appointment.objects.filter(pk=appointment_id).first()
    if appointment is None:
        return False
    found = appointment

    def only_once() -> bool:
        if not is_due(found):
            return False
        verb(found)
        return True

    try:
        return in_hand.change(found, only_once)
    except NotFound:
        return False


# --- One change ------------------------------------------------------------------------------------------


def _become(appointment: Appointment, status: str) -> None:
    appointment.status = status
    appointment.save(update_fields=["status", "checked_in_at", "updated_at"])


def _miss(appointment: Appointment, *, by: Actor, source: str, now: datetime) -> None:
    if appointment.status == Status.NO_SHOW:
        return
    states.must_allow(appointment, Status.NO_SHOW)
    _must_have_begun(appointment, now=now)
    _become(appointment, Status.NO_SHOW)
    resources.give_back(appointment)
    fee_cents = rules_of_the_diary().no_show_fee_cents
    history.write_down(
        appointment,
        history.Kind.NO_SHOW,
        by=by,
        source=source,
        now=now,
        fee_cents=fee_cents,
    )


def _must_have_begun(appointment: Appointment, *, now: datetime) -> None:
    if now < appointment.starts_at:
        raise TooEarly


def _day_of(appointment: Appointment, instant: datetime) -> date:
    return instant.astimezone(appointment.branch.zone).date()


def _write_down(
    appointment: Appointment, kind: str, *, by: Actor, source: str, now: datetime, **terms: str
) -> None:
    history.write_down(appointment, kind, by=by, source=source, now=now, terms=terms)
