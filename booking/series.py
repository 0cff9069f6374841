"""Appointments that repeat: look at every date first, then write all of them or none.

A series is as many ordinary appointments; each keeps to the rules of every booking. What cannot be booked is left out
or put at a time that the caller named, when the caller said so; without a word the whole series is refused.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import (
    availability,
    catalogue,
    customers,
    explaining,
    hours,
    locking,
    notices,
    recurrence,
    resources,
    rules,
    scheduling,
    sessions,
)
from booking.availability import Slot
from booking.models import Appointment, Customer, Series, Service, StaffMember
from booking.periods import Period, instant_of, minute_of
from booking.recurrence import Occurrence
from booking.refusals import KeyReused, NotBookable, NotOffered, SlotTaken
from tenants import audit, rows
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound, Refused
from tenants.models import Branch

# How many other times of a day are named for a date that cannot be.
ALTERNATIVES = 3
_LONGEST_NAME = customers.LONGEST_NAME


class OnConflict(StrEnum):
    """What becomes of a date that cannot be and about which nothing was chosen."""

    ABORT = "abort"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the caller chose for one date: another time, perhaps with somebody else; without a time, nothing."""

    starts_at: datetime | None = None
    staff_member: StaffMember | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the rules say to one date: who would do it, or the first rule that forbids it and what is free that day."""

    occurrence: Occurrence
    rule: str | None = None
    staff_member_id: int | None = None
    alternatives: tuple[Slot, ...] = ()

    @property
    def is_free(self) -> bool:
        return self.rule is None


class SeriesConflict(Invalid):
    """Dates that cannot be; `conflicts` holds start and rule of each."""

    code = "series_conflict"
    status = 409
    sentence = _("Not every date of the series is possible.")

    def __init__(self, conflicts: Mapping[datetime, str]) -> None:
        super().__init__(
            **{
                f"dates.{start.isoformat()}": _(explaining.SENTENCES[rule])
                for start, rule in conflicts.items()
            }
        )
        self.conflicts = dict(conflicts)


@dataclass(frozen=True, kw_only=True)
class SeriesBooking:
    """The series with its dates, what was left out, and whether this request made it."""

    series: Series
    appointments: list[Appointment]
    skipped: list[datetime] = field(default_factory=list)
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What shall repeat. Without a staff member: whoever is free each time."""

    service: Service
    branch: Branch
    staff_member: StaffMember | None
    rule: str
    starts_at: datetime
    now: datetime
    customer: Customer | None = None
    seats: int = 1

    def occurrences(self) -> list[Occurrence]:
        return recurrence.occurrences(self.rule, first=self.starts_at, zone=self.branch.zone)


def preview(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember | None,
    rule: str,
    starts_at: datetime,
    now: datetime,
    customer: Customer | None = None,
    seats: int = 1,
) -> list[Verdict]:
    """Return what the rules say to every date; with a customer, their limits too. Nothing is written or held.

    `seats` is how many come each time. Each date is looked at by itself: a limit that only several of them reach
    together is found when they are booked.

    :raises recurrence.InvalidRule: the rule gives no dates that begin with `starts_at`
    :raises Invalid: more come than the service has seats
    """
    sessions.must_fit(service, seats)
    wish = Wish(
        service=service,
        branch=branch,
        staff_member=staff_member,
        rule=rule,
        starts_at=starts_at,
        now=now,
        customer=customer,
        seats=seats,
    )
    return _looked_at(wish, wish.occurrences())


def book(
    service: Service,
    *,
    branch: Branch,
    staff_member: StaffMember | None,
    rule: str,
    starts_at: datetime,
    customer: Customer,
    attendee_name: str,
    source: str,
    by: Actor,
    now: datetime,
    seats: int = 1,
    idempotency_key: str | None = None,
    on_conflict: OnConflict = OnConflict.ABORT,
    choices: Mapping[datetime, Choice] | None = None,
) -> SeriesBooking:
    """Book every date of a rule in one transaction, and tell the customer once.

    All diaries are waited for, all dates are looked at, and only then is the first one written. `choices` names by
    the wanted start what was chosen for a date; a chosen time that cannot be is never skipped. `seats` is how many
    come each time. The same key again returns the stored series and does nothing.

    :raises recurrence.InvalidRule: the rule gives no dates that begin with `starts_at`
    :raises SeriesConflict: dates cannot be (and are not to be skipped), or none is left
    :raises KeyReused: the key stands for another series
    :raises Invalid: nobody is named, more come than the service has seats, or a choice is about no date of the series
    """
    sessions.must_fit(service, seats)
    wish = Wish(
        service=service,
        branch=branch,
        staff_member=staff_member,
        rule=rule,
        starts_at=starts_at,
        now=now,
        customer=customer,
        seats=seats,
    )
    chosen = choices or {}
    dates = wish.occurrences()
    _must_be_about(dates, chosen)
    new = Series(
        tenant_id=branch.tenant_id,
        branch=branch,
        service=service,
        staff_member=staff_member,
        customer=customer,
        attendee_name=_named(attendee_name),
        rule=recurrence.normal(rule),
        starts_at=starts_at,
        seats=seats,
        idempotency_key=idempotency_key,
    )
    with transaction.atomic():
        _lock(wish, chosen.values())
        stored = booked_before(new)
        if stored is not None:
            return SeriesBooking(series=stored, appointments=appointments_of(stored), is_new=False)
        places = _places(wish, dates, chosen, on_conflict)
        if not rows.insert_once(new, now=now):
            raise KeyReused
        booked = _written(new, places, on_conflict, source=source, by=by, now=now)
        audit.record(
            "booked", new, tenant_id=new.tenant_id, by=by, now=now, dates=len(booked), rule=new.rule
        )
        notices.tell_series(new, notices.BOOKED, booked, now=now)
    taken = {each.wanted for each in places} - {each.wanted for each in places if each.is_left_out}
    return SeriesBooking(
        series=new,
        appointments=booked,
        skipped=[each.starts_at for each in dates if each.starts_at not in taken],
        is_new=True,
    )


def series_for(tenant_id: UUID, series_id: int) -> Series:
    """Return a series of this business.

    :raises NotFound: there is none, or it is another business's
    """
    found = (
        Series.objects.filter(tenant_id=tenant_id, pk=series_id)
        .select_related("branch", "service", "staff_member", "customer")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def appointments_of(series: Series) -> list[Appointment]:
    """Return the dates of a series as they stand, the cancelled ones too, in order."""
    return list(
        Appointment.objects.filter(series=series)
        .select_related("service", "staff_member", "branch", "customer")
        .order_by("starts_at", "pk")
    )


def booked_before(new: Series) -> Series | None:
    """Return the series that was booked under the same key.

    :raises KeyReused: it was something else
    """
    if new.idempotency_key is None:
        return None
    stored = (
        Series.objects.filter(idempotency_key=new.idempotency_key)
        .select_related("branch", "service", "staff_member", "customer")
        .first()
    )
    if stored is not None and _identity(stored) != _identity(new):
        raise KeyReused
    return stored


def _identity(series: Series) -> tuple[object, ...]:
    return (
        series.branch_id,
        series.service_id,
        series.staff_member_id,
        series.customer_id,
        series.attendee_name.casefold(),
        series.rule,
        series.starts_at,
        series.seats,
    )


def _named(attendee_name: str) -> str:
    name = customers.readable(attendee_name)
    if not name or len(name) > _LONGEST_NAME:
        raise Invalid(attendee_name=_("A name of 1 to 255 characters is needed."))
    return name


def _must_be_about(dates: list[Occurrence], chosen: Mapping[datetime, Choice]) -> None:
    if not chosen.keys() <= {each.starts_at for each in dates}:
        raise Invalid(choices=_("This is no date of the series."))


def _lock(wish: Wish, chosen: Collection[Choice]) -> None:
    """Wait for all diaries and resources that may be written into, in the order that everybody keeps."""
    people = {each.staff_member.pk for each in chosen if each.staff_member is not None}
    if wish.staff_member is None:
        people |= catalogue.team_of(wish.service, wish.branch)
    else:
        people.add(wish.staff_member.pk)
    locking.lock_diaries(wish.branch.tenant_id, people)
    resources.lock_for([wish.service], wish.branch)


# --- Looking -----------------------------------------------------------------------------------


def _looked_at(wish: Wish, dates: list[Occurrence]) -> list[Verdict]:
    """Return the verdict of every date, in a number of statements that does not grow with them."""
    found = _first_rules(wish, [each.starts_at for each in dates], wish.staff_member)
    conflicts = [
        each.starts_at for each, (rule, _) in zip(dates, found, strict=True) if rule is not None
    ]
    others = dict(zip(conflicts, _alternatives(wish, conflicts), strict=True))
    return [
        Verdict(
            occurrence=each,
            rule=rule,
            staff_member_id=staff_member_id,
            alternatives=others.get(each.starts_at, ()),
        )
        for each, (rule, staff_member_id) in zip(dates, found, strict=True)
    ]


def _alternatives(wish: Wish, starts: Sequence[datetime]) -> list[tuple[Slot, ...]]:
    """Return for each start the free times of its local day that are nearest to it, in order of time."""
    free = availability.free_on_days(
        wish.service,
        branch=wish.branch,
        days=[day_of(starts_at, wish.branch) for starts_at in starts],
        now=wish.now,
        staff_member=wish.staff_member,
        customer=wish.customer,
        seats=wish.seats,
    )
    return [_nearest(starts_at, slots) for starts_at, slots in zip(starts, free, strict=True)]


def _nearest(starts_at: datetime, free: Sequence[Slot]) -> tuple[Slot, ...]:
    nearest = sorted(free, key=lambda slot: (abs(slot.starts_at - starts_at), slot.starts_at))
    return tuple(sorted(nearest[:ALTERNATIVES], key=lambda slot: slot.starts_at))


def day_of(instant: datetime, branch: Branch) -> Period:
    """Return the local day in which an instant lies."""
    day = hours.day_of(branch.time_zone, minute_of(instant))
    return Period(
        instant_of(hours.midnight(branch.time_zone, day)),
        instant_of(hours.midnight(branch.time_zone, day + 1)),
    )


def _first_rules(
    wish: Wish, starts: Sequence[datetime], staff_member: StaffMember | None
) -> list[tuple[str | None, int | None]]:
    """Return for each start the first rule that forbids it, or who would do it."""
    found = availability.verdicts_on(
        wish.service,
        branch=wish.branch,
        starts=starts,
        now=wish.now,
        staff_member=staff_member,
        customer=wish.customer,
        seats=wish.seats,
    )
    return [_first_rule(verdicts) for verdicts in found]


def _first_rule(verdicts: list[availability.Verdict]) -> tuple[str | None, int | None]:
    for each in verdicts:
        if each.is_free:
            return None, each.staff_member_id
    return availability.nearest_rule(verdicts), None


@dataclass(kw_only=True)
class _Place:
    """Where one date goes."""

    wanted: datetime
    starts_at: datetime
    staff_member: StaffMember | None
    is_chosen: bool
    is_left_out: bool = False


def _places(
    wish: Wish,
    dates: list[Occurrence],
    chosen: Mapping[datetime, Choice],
    on_conflict: OnConflict,
) -> list[_Place]:
    """Return where each date goes that is not left out; every one of them is free.

    :raises SeriesConflict: one is not and must not be left out, or nothing is left
    """
    places: list[_Place] = []
    conflicts: dict[datetime, str] = {}
    left_out: dict[datetime, str] = {}
    wanted = [_place(wish, date, chosen.get(date.starts_at)) for date in dates]
    for place, rule in _with_rules(wish, [each for each in wanted if each is not None]):
        if rule is None:
            places.append(place)
        elif place.is_chosen or on_conflict == OnConflict.ABORT:
            conflicts[place.wanted] = rule
        else:
            left_out[place.wanted] = rule
    if conflicts or not places:
        raise SeriesConflict(conflicts or left_out)
    return places


def _with_rules(wish: Wish, places: list[_Place]) -> list[tuple[_Place, str | None]]:
    """Return each place with the first rule that forbids it; all that are with the same person are looked at together."""
    together: dict[int | None, list[_Place]] = {}
    for place in places:
        person = None if place.staff_member is None else place.staff_member.pk
        together.setdefault(person, []).append(place)
    rule_of: dict[datetime, str | None] = {}
    for some in together.values():
        found = _first_rules(wish, [each.starts_at for each in some], some[0].staff_member)
        for place, (rule, _person) in zip(some, found, strict=True):
            rule_of[place.wanted] = rule
    return [(place, rule_of[place.wanted]) for place in places]


def _place(wish: Wish, date: Occurrence, choice: Choice | None) -> _Place | None:
    if choice is not None and choice.starts_at is None:
        return None
    if choice is None or choice.starts_at is None:
        return _Place(
            wanted=date.starts_at,
            starts_at=date.starts_at,
            staff_member=wish.staff_member,
            is_chosen=False,
        )
    return _Place(
        wanted=date.starts_at,
        starts_at=choice.starts_at,
        staff_member=choice.staff_member or wish.staff_member,
        is_chosen=True,
    )


# --- Writing -------------------------------------------------------------------------------------


def _written(
    series: Series,
    places: list[_Place],
    on_conflict: OnConflict,
    *,
    source: str,
    by: Actor,
    now: datetime,
) -> list[Appointment]:
    """Book all places. What only the dates together forbid (limits per week) is found here.

    :raises SeriesConflict: one cannot be and must not be left out, or nothing is left
    """
    booked: list[Appointment] = []
    conflicts: dict[datetime, str] = {}
    for place in places:
        try:
            booking = scheduling.book(
                series.service,
                branch=series.branch,
                staff_member=place.staff_member,
                starts_at=place.starts_at,
                customer=series.customer,
                attendee_name=series.attendee_name,
                source=source,
                by=by,
                now=now,
                series=series,
                seats=series.seats,
                quietly=True,
            )
        except (SlotTaken, NotBookable, NotOffered) as refusal:
            place.is_left_out = True
            conflicts[place.wanted] = _rule_of(refusal)
            if place.is_chosen or on_conflict == OnConflict.ABORT:
                raise SeriesConflict(conflicts) from refusal
        else:
            booked.append(booking.appointment)
    if not booked:
        raise SeriesConflict(conflicts)
    return booked


def _rule_of(refusal: Refused) -> str:
    return rules.TAKEN if isinstance(refusal, SlotTaken) else refusal.code


def take_over(series: Series, appointments: Collection[Appointment]) -> None:
    """Make appointments dates of a series."""
    for each in appointments:
        each.series = series
    Appointment.objects.filter(pk__in=[each.pk for each in appointments]).update(series=series)
