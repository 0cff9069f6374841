"""Changing a series: one date, one date and those after it, or all that are ahead.

What is stored of a series never changes but for its end. Who changes its later dates ends it and begins another one
that takes them over; the dates stay the same appointments with the same history, and the earlier ones stay where they
were booked. The rules, for "following" and "all":

* What has begun, is over or is cancelled stays as it is.
* Moving leaves a date alone that stands elsewhere than the series says: somebody moved it on purpose. It goes along to
  the new series. The date that the caller points at is moved in any case.
* Cancelling takes such dates along: who ends a series wants none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import (
    availability,
    catalogue,
    locking,
    notices,
    recurrence,
    resources,
    rules,
    scheduling,
    series,
)
from booking.models import Appointment, Series, StaffMember
from booking.recurrence import Occurrence
from booking.series import Choice, OnConflict, SeriesConflict
from tenants import audit, rows
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound

# Somebody moves the dates from diary to diary again and again: nobody does.
_PATIENCE = 5
_CAN_CHANGE = (Appointment.Status.PENDING, Appointment.Status.CONFIRMED)


class Scope(StrEnum):
    """Which dates are meant."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What shall be different: the weekday (ISO, in the same week), the time on the wall, who does it."""

    weekday: int | None = None
    clock: time | None = None
    staff_member: StaffMember | None = None


@dataclass(frozen=True, kw_only=True)
class Edit:
    """The series to which the later dates belong now, which dates were changed and which were left as they are."""

    series: Series
    changed: list[Appointment] = field(default_factory=list)
    left: list[Appointment] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Request:
    """Who asks for it, when and why."""

    by: Actor
    source: str
    now: datetime
    reason: str


@dataclass(kw_only=True)
class _Step:
    """One date and where it goes."""

    appointment: Appointment
    starts_at: datetime
    staff_member: StaffMember
    is_chosen: bool = False

    @property
    def changes_nothing(self) -> bool:
        here = (self.appointment.starts_at, self.appointment.staff_member_id)
        return here == (self.starts_at, self.staff_member.pk)


def move(
    changed: Series,
    change: Change,
    *,
    scope: Scope,
    appointment: Appointment | None = None,
    by: Actor,
    source: str,
    now: datetime,
    reason: str = "",
    on_conflict: OnConflict = OnConflict.ABORT,
    choices: Mapping[datetime, Choice] | None = None,
) -> Edit:
    """Move dates of a series to another weekday, time or person, all or none, and tell the customer once.

    `appointment` is the date that "this" and "following" begin with. `choices` names by the new start what was chosen
    for a date that cannot be there; with `SKIP`, one about which nothing was chosen stays where it is.

    :raises recurrence.InvalidRule: the rule has no single weekday to change
    :raises SeriesConflict: dates cannot be there
    :raises Invalid: "this" and "following" without a date
    :raises NotFound: the date is none of this series
    """
    request = _Request(by=by, source=source, now=now, reason=reason)
    with transaction.atomic():
        dates = _opened(changed, change.staff_member, *_people_of(choices))
        anchor = _anchor(dates, scope, appointment)
        if scope == Scope.THIS:
            assert anchor is not None
            _move_one(anchor, change, request)
            return Edit(series=changed, changed=[anchor])
        plan = _Plan.of(changed, change, scope, dates, anchor, request)
        steps = plan.steps(choices or {}, on_conflict)
        if not steps:
            return Edit(series=changed, left=plan.later)
        successor = plan.successor()
        _carry_out(steps, request)
        series.take_over(successor, plan.later)
        moved = sorted((step.appointment for step in steps), key=lambda each: each.starts_at)
        audit.record(
            "moved",
            changed,
            tenant_id=changed.tenant_id,
            by=by,
            now=now,
            scope=str(scope),
            successor=successor.pk,
            dates=len(moved),
        )
        notices.tell_series(successor, notices.MOVED, moved, now=now)
    gone = {each.pk for each in moved}
    return Edit(
        series=successor,
        changed=moved,
        left=[each for each in plan.later if each.pk not in gone],
    )


def cancel(
    changed: Series,
    *,
    scope: Scope,
    appointment: Appointment | None = None,
    by: Actor,
    source: str,
    now: datetime,
    reason: str = "",
) -> Edit:
    """Cancel dates of a series that are ahead, all or none, and tell the customer once. Nothing left: nothing is done.

    :raises Invalid: "this" and "following" without a date
    :raises NotFound: the date is none of this series
    :raises scheduling.AlreadyOver: the one date has begun or is over
    """
    with transaction.atomic():
        dates = _opened(changed)
        anchor = _anchor(dates, scope, appointment)
        if scope == Scope.THIS:
            assert anchor is not None
            scheduling.cancel(anchor, by=by, source=source, now=now, reason=reason)
            return Edit(series=changed, changed=[anchor])
        first = anchor.starts_at if anchor is not None and scope == Scope.FOLLOWING else now
        meant = [each for each in _ahead(dates, now) if each.starts_at >= first]
        for each in meant:
            scheduling.cancel(each, by=by, source=source, now=now, reason=reason, quietly=True)
        if meant:
            _end(changed, now=now)
            audit.record(
                "cancelled",
                changed,
                tenant_id=changed.tenant_id,
                by=by,
                now=now,
                scope=str(scope),
                dates=len(meant),
            )
            notices.tell_series(changed, notices.CANCELLED, meant, now=now)
    return Edit(series=changed, changed=meant)


# --- What is meant -------------------------------------------------------------------------------


def _opened(changed: Series, *people_who_take_over: StaffMember | None) -> list[Appointment]:
    """Wait for this series, then for every diary that may be written into, and return the dates in order of time.

    :raises scheduling.SlotTaken: others move the dates to new diaries again and again
    """
    Series.objects.select_for_update(no_key=True).get(pk=changed.pk)
    also = {each.pk for each in people_who_take_over if each is not None}
    if changed.staff_member_id is None:
        also |= catalogue.team_of(changed.service, changed.branch)
    for _attempt in range(_PATIENCE):
        with transaction.atomic():
            people = also | {each.staff_member_id for each in series.appointments_of(changed)}
            locking.lock_diaries(changed.tenant_id, people)
            dates = series.appointments_of(changed)
            if {each.staff_member_id for each in dates} <= people:
                resources.lock_for([changed.service], changed.branch)
                return dates
            transaction.set_rollback(True)
    raise scheduling.SlotTaken


def _people_of(choices: Mapping[datetime, Choice] | None) -> list[StaffMember | None]:
    return [each.staff_member for each in (choices or {}).values()]


def _anchor(
    dates: Sequence[Appointment], scope: Scope, wanted: Appointment | None
) -> Appointment | None:
    if scope == Scope.ALL:
        return None
    if wanted is None:
        raise Invalid(appointment_id=_("Which date of the series?"))
    for each in dates:
        if each.pk == wanted.pk:
            return each
    raise NotFound(field="appointment_id")


def _ahead(dates: Sequence[Appointment], now: datetime) -> list[Appointment]:
    return [each for each in dates if each.status in _CAN_CHANGE and each.starts_at > now]


def _by_rule(changed: Series) -> list[Occurrence]:
    return recurrence.occurrences(changed.rule, first=changed.starts_at, zone=changed.branch.zone)


def is_individual(changed: Series, date: Appointment, occurrences: Sequence[Occurrence]) -> bool:
    """Whether a date stands elsewhere, or with somebody else, than its series says."""
    if date.starts_at not in {each.starts_at for each in occurrences}:
        return True
    return changed.staff_member_id is not None and date.staff_member_id != changed.staff_member_id


@dataclass(kw_only=True)
class _Plan:
    """A move of "following" or "all", looked at before anything is written."""

    series: Series
    change: Change
    request: _Request
    # Where the rule puts the dates from the first changed one on, before and after the change.
    before: list[Occurrence]
    after: list[Occurrence]
    # Everything ahead from there on, and of it what is to be moved.
    later: list[Appointment]
    meant: list[Appointment]

    @classmethod
    def of(
        cls,
        changed: Series,
        change: Change,
        scope: Scope,
        dates: Sequence[Appointment],
        anchor: Appointment | None,
        request: _Request,
    ) -> "_Plan":
        by_rule = _by_rule(changed)
        first = anchor.starts_at if anchor is not None else request.now
        # Beyond its last date a series that was ended before does not go on.
        last = max((each.starts_at for each in dates), default=first)
        before = [each for each in by_rule if first <= each.starts_at <= last]
        ahead = _ahead(dates, request.now)
        later = [each for each in ahead if each.starts_at >= first]
        if anchor is not None and anchor not in later:
            raise scheduling.AlreadyOver
        meant = [
            each for each in later if each == anchor or not is_individual(changed, each, by_rule)
        ]
        if change.weekday is not None:
            recurrence.on_weekday(changed.rule, change.weekday)
        return cls(
            series=changed,
            change=change,
            request=request,
            before=before,
            after=[_after(each.wall, change, changed) for each in before],
            later=later,
            meant=meant,
        )

    def steps(self, choices: Mapping[datetime, Choice], on_conflict: OnConflict) -> list[_Step]:
        """Look at every date, and return what is to be moved where.

        :raises SeriesConflict: a date cannot be there and must not stay
        """
        if not choices.keys() <= {self._new_start(each) for each in self.meant}:
            raise Invalid(choices=_("This is no date of the series."))
        steps = [self._step(each, choices) for each in self.meant]
        wanted = [step for step in steps if step is not None and not step.changes_nothing]
        possible: list[_Step] = []
        conflicts: dict[datetime, str] = {}
        # With somebody else it could be done; but nobody comes to two dates of a series at one time.
        taken = {each.starts_at for each in self.later}
        taken -= {step.appointment.starts_at for step in wanted}
        for step in wanted:
            rule = rules.TAKEN if step.starts_at in taken else self._first_rule(step)
            taken.add(step.starts_at)
            if rule is None:
                possible.append(step)
            elif step.is_chosen or on_conflict == OnConflict.ABORT:
                conflicts[step.starts_at] = rule
        if conflicts:
            raise SeriesConflict(conflicts)
        return possible

    def successor(self) -> Series:
        """End the series and return the one that takes over its later dates; without any by the rule, it goes on."""
        if not self.after:
            return self.series
        old = self.series
        rule = recurrence.shortened(old.rule, count=len(self.after))
        if self.change.weekday is not None:
            rule = recurrence.on_weekday(rule, self.change.weekday)
        new = Series(
            tenant_id=old.tenant_id,
            branch=old.branch,
            service=old.service,
            staff_member=self.change.staff_member or old.staff_member,
            customer=old.customer,
            attendee_name=old.attendee_name,
            rule=rule,
            starts_at=self.after[0].starts_at,
            seats=old.seats,
        )
        rows.insert_once(new, now=self.request.now)
        _end(old, now=self.request.now)
        return new

    def _step(self, date: Appointment, choices: Mapping[datetime, Choice]) -> _Step | None:
        start = self._new_start(date)
        choice = choices.get(start)
        person = self.change.staff_member or date.staff_member
        if choice is None:
            return _Step(appointment=date, starts_at=start, staff_member=person)
        if choice.starts_at is None:
            return None
        return _Step(
            appointment=date,
            starts_at=choice.starts_at,
            staff_member=choice.staff_member or person,
            is_chosen=True,
        )

    def _new_start(self, date: Appointment) -> datetime:
        for old, new in zip(self.before, self.after, strict=True):
            if old.starts_at == date.starts_at:
                return new.starts_at
        return _new_start(date, self.change)

    @property
    def _anybody_will_do(self) -> bool:
        return self.series.staff_member_id is None and self.change.staff_member is None

    def _first_rule(self, step: _Step) -> str | None:
        """Return the first rule that forbids a step; where anybody will do, the step goes to who can."""
        free = not step.is_chosen and self._anybody_will_do
        found = availability.verdicts(
            self.series.service,
            branch=self.series.branch,
            starts_at=step.starts_at,
            now=self.request.now,
            staff_member=None if free else step.staff_member,
            ignoring=step.appointment,
            customer=self.series.customer,
            seats=step.appointment.seats,
        )
        able = [each.staff_member_id for each in found if each.is_free]
        if not able:
            return availability.nearest_rule(found)
        if step.staff_member.pk not in able:
            step.staff_member = StaffMember.objects.get(pk=able[0])
        return None


def _after(wall: datetime, change: Change, changed: Series) -> Occurrence:
    new = recurrence.moved(wall, weekday=change.weekday, clock=change.clock)
    return recurrence.occurrence(new, changed.branch.zone)


def _new_start(date: Appointment, change: Change) -> datetime:
    """Return where a date goes by itself, whatever its series says."""
    wall = date.starts_at.astimezone(date.branch.zone).replace(tzinfo=None)
    if change.weekday is None and change.clock is None:
        return date.starts_at
    new = recurrence.moved(wall, weekday=change.weekday, clock=change.clock)
    return recurrence.occurrence(new, date.branch.zone).starts_at


# --- Writing ---------------------------------------------------------------------------------------


def _move_one(date: Appointment, change: Change, request: _Request) -> None:
    scheduling.reschedule(
        date,
        starts_at=_new_start(date, change),
        staff_member=change.staff_member,
        by=request.by,
        source=request.source,
        now=request.now,
        reason=request.reason,
    )


def _carry_out(steps: Sequence[_Step], request: _Request) -> None:
    for step in steps:
        scheduling.reschedule(
            step.appointment,
            starts_at=step.starts_at,
            staff_member=step.staff_member,
            by=request.by,
            source=request.source,
            now=request.now,
            reason=request.reason,
            quietly=True,
        )


def _end(changed: Series, *, now: datetime) -> None:
    if changed.ended_at is None:
        changed.ended_at = now
        changed.save(update_fields=["ended_at", "updated_at"])
