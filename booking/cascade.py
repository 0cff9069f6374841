"""When somebody falls ill: every customer who is affected gets one proposal of another time, and nothing moves before they agree.

The proposed time is the nearest one from the day of the appointment on: that day with whoever is able, nearest to the
old time; then day by day, the same person before a colleague. A hold keeps it, so no time is proposed twice. What the
customer declines or leaves unanswered, and what there is no time for, is left to people (`report`). A part of a visit is
proposed with a colleague where it stands, or nearly: between the other parts.

Whoever changes a proposal has its row, then waits for diaries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from booking import (
    asking,
    availability,
    hours,
    locking,
    notices,
    offers,
    rules,
    scheduling,
    together,
)
from booking.availability import Slot
from booking.models import Appointment, Proposal, StaffMember, TimeOff
from booking.periods import Period, instant_of, minute_of
from booking.refusals import ResourceTaken
from tenants import actors, audit, scope
from tenants.actors import Actor
from tenants.errors import NotFound, Refused

# How long a customer has to answer, and how far ahead another time is looked for.
STANDS_FOR = timedelta(hours=24)
LOOK_AHEAD_DAYS = 14
# Less time than this to answer is none.
SHORTEST = timedelta(minutes=15)
# Nobody waits longer between two parts of a visit, unless they did before.
LONGEST_WAIT = timedelta(minutes=15)
_CAN_MOVE = (Appointment.Status.PENDING, Appointment.Status.CONFIRMED)
_BY = actors.system("proposals")
# Why there is no proposal, beside the rules of the diary.
TOO_LATE = "too_late"  # the appointment begins before anybody could answer
PART_OF_A_VISIT = "part_of_a_visit"  # nothing is free between its other parts
NOTHING_FREE = "nothing_free"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One affected appointment: its proposal, or why it has none."""

    appointment: Appointment
    proposal: Proposal | None = None
    reason: str | None = None

    @property
    def must_be_told_by_phone(self) -> bool:
        """Whether an open proposal reached nobody, because there is no address."""
        customer = self.appointment.customer
        return self.is_open and (customer is None or not customer.email)

    @property
    def is_open(self) -> bool:
        return self.proposal is not None and self.proposal.status == Proposal.Status.OPEN

    @property
    def needs_a_person(self) -> bool:
        """Whether nobody will answer any more: somebody of the business has to call."""
        return not self.is_open or self.must_be_told_by_phone


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of the appointments that lie in a time off, in order of time; `made` are the new proposals."""

    cases: list[Case]
    made: list[Proposal] = field(default_factory=list)

    @property
    def for_people(self) -> list[Case]:
        return [case for case in self.cases if case.needs_a_person]


def propose(off: TimeOff, *, by: Actor, now: datetime) -> Report:
    """Propose another time to every customer whose appointment lies in a time off and who has no proposal for it yet.

    Customers are told; doing it again adds only what is missing. All diaries of the branch are waited for first.
    """
    with transaction.atomic():
        locking.lock_teams(off.tenant_id, [off.branch_id])
        found = affected(off, now=now)
        together.wait_for(found)
        known = _proposals_of(off, found)
        made: list[Proposal] = []
        cases: list[Case] = []
        for appointment in found:
            case = Case(appointment=appointment, proposal=known.get(appointment.pk))
            if case.proposal is None:
                case = _propose(appointment, off, by=by, now=now)
                made += [case.proposal] if case.proposal else []
            cases.append(case)
        audit.record(
            "proposed",
            off,
            tenant_id=off.tenant_id,
            by=by,
            now=now,
            made=len(made),
            without=sum(case.proposal is None for case in cases),
        )
    return Report(cases=cases, made=made)


def propose_all(absences: Sequence[TimeOff], *, by: Actor, now: datetime) -> list[Report]:
    """Propose for several absences of one business in one transaction: what all of them need is waited for first."""
    with transaction.atomic():
        locking.lock_teams(absences[0].tenant_id, {off.branch_id for off in absences})
        together.wait_for([each for off in absences for each in affected(off, now=now)])
        return [propose(off, by=by, now=now) for off in absences]


def report(off: TimeOff, *, now: datetime) -> Report:
    """Return how it stands with every appointment that still lies in a time off. Nothing is changed."""
    found = affected(off, now=now)
    known = _proposals_of(off, found)
    cases = [
        Case(appointment=each, proposal=known.get(each.pk), reason=_why_not_at_all(each, now=now))
        for each in found
    ]
    return Report(cases=cases)


def affected(off: TimeOff, *, now: datetime) -> list[Appointment]:
    """Return the booked appointments ahead that lie in a time off, in order of time."""
    rows = Appointment.objects.filter(
        branch_id=off.branch_id,
        status__in=_CAN_MOVE,
        starts_at__gt=now,
        starts_at__lt=off.ends_at,
        ends_at__gt=off.starts_at,
    )
    if off.staff_member_id is not None:
        rows = rows.filter(staff_member_id=off.staff_member_id)
        rows = rows.filter(_needs_the_person(off))
    related = rows.select_related("branch__tenant", "service", "staff_member", "customer")
    return list(related.order_by("starts_at", "pk"))


def _needs_the_person(off: TimeOff) -> Q:
    """Return the condition that somebody would have to work in a time off: nobody has to while a colour takes effect."""
    before = Q(processing_from=None) | Q(processing_from__gt=off.starts_at)
    after = Q(processing_until__lt=off.ends_at, ends_at__gt=F("processing_until"))
    return before | after


def accept(proposal: Proposal, *, by: Actor, source: str, now: datetime) -> Appointment:
    """Move the appointment to the proposed time; it keeps its number and its history. Again: nothing.

    What a policy says about moving is not asked: the business could not keep the time.

    :raises offers.OfferOver: it was declined or has run out
    :raises SlotTaken, NotBookable, NotOffered: the business has changed the rules meanwhile
    :raises AlreadyOver: the appointment was cancelled or has begun
    """
    with transaction.atomic():
        _reread(proposal)
        appointment = scheduling.appointment_for(proposal.tenant_id, proposal.appointment_id)
        if proposal.status == Proposal.Status.ACCEPTED:
            return appointment
        offers.must_stand(proposal, now=now)
        moved = scheduling.reschedule(
            appointment,
            starts_at=proposal.starts_at,
            staff_member=proposal.staff_member,
            by=by,
            source=source,
            now=now,
            reason=str(proposal),
            hold=offers.hold_of(proposal),
            with_policy=False,
        )
        offers.close(proposal, Proposal.Status.ACCEPTED, by=by, now=now)
        audit.record("accepted", proposal, tenant_id=proposal.tenant_id, by=by, now=now)
    return moved


def decline(proposal: Proposal, *, by: Actor, now: datetime) -> None:
    """Give the proposed time back; the appointment stays where it is, for people to decide. Again: nothing.

    :raises offers.OfferOver: it was accepted or has run out
    """
    with transaction.atomic():
        _reread(proposal)
        if proposal.status == Proposal.Status.DECLINED:
            return
        offers.must_stand(proposal, now=now)
        offers.close(proposal, Proposal.Status.DECLINED, by=by, now=now)
        audit.record("declined", proposal, tenant_id=proposal.tenant_id, by=by, now=now)


def sweep(tenant_id: UUID, *, now: datetime) -> int:
    """End the proposals that have run out, or whose appointment was cancelled, and return how many."""
    with scope.tenant(tenant_id):
        still = Proposal.objects.filter(status=Proposal.Status.OPEN)
        over = still.filter(expires_at__lte=now) | still.exclude(appointment__status__in=_CAN_MOVE)
        numbers = list(over.order_by("pk").values_list("pk", flat=True))
    ended = 0
    for number in numbers:
        with scope.tenant(tenant_id):
            ended += _let_run_out(number, now=now)
    return ended


def wait_for(tenant_id: UUID, proposal_ids: Iterable[int]) -> None:
    """Have several proposals and all that moving needs until the commit, before the first of them is answered."""
    proposals = Proposal.objects.filter(pk__in=list(proposal_ids)).order_by("pk")
    numbers = list(proposals.select_for_update(no_key=True).values_list("pk", flat=True))
    people = Proposal.objects.filter(pk__in=numbers).values_list(
        "staff_member", "appointment__staff_member"
    )
    locking.lock_diaries(tenant_id, {number for pair in people for number in pair})
    related = ("branch__tenant", "service", "customer")
    moving = Appointment.objects.filter(proposals__in=numbers).select_related(*related)
    together.wait_for(list(moving))


def proposal_for(tenant_id: UUID, proposal_id: int) -> Proposal:
    """Return a proposal of this business.

    :raises NotFound: there is none, or it is another business's
    """
    found = (
        Proposal.objects.filter(tenant_id=tenant_id, pk=proposal_id)
        .select_related("staff_member", "appointment")
        .first()
    )
    if found is None:
        raise NotFound
    return found


# --- One appointment -------------------------------------------------------------------------------


def _propose(appointment: Appointment, off: TimeOff, *, by: Actor, now: datetime) -> Case:
    reason = _why_not_at_all(appointment, now=now)
    if reason is not None:
        return Case(appointment=appointment, reason=reason)
    without_room: set[datetime] = set()
    for slot in _candidates(appointment, now=now):
        if slot.starts_at in without_room:
            continue
        staff_member = StaffMember.objects.get(pk=slot.staff_member_id)
        expires_at = _end(appointment, slot, now=now)
        try:
            hold = scheduling.hold(
                appointment.service,
                branch=appointment.branch,
                staff_member=staff_member,
                starts_at=slot.starts_at,
                source=Appointment.Source.BACK_OFFICE,
                by=by,
                now=now,
                seconds=int((expires_at - now).total_seconds()) + offers.GRACE_SECONDS,
                seats=appointment.seats,
                moving=appointment,
            )
        # Its own old time may be in the way, which it has until it moves; the next time is looked at.
        except ResourceTaken:
            without_room.add(slot.starts_at)  # whoever does it
            continue
        except Refused:
            continue
        proposal = Proposal.objects.create(
            tenant_id=appointment.tenant_id,
            appointment=appointment,
            time_off=off,
            staff_member=staff_member,
            starts_at=slot.starts_at,
            hold_number=hold.pk,
            expires_at=expires_at,
        )
        notices.propose(proposal, now=now)
        return Case(appointment=appointment, proposal=proposal)
    return Case(appointment=appointment, reason=_nothing_free(appointment))


def _nothing_free(appointment: Appointment) -> str:
    return NOTHING_FREE if appointment.visit_id is None else PART_OF_A_VISIT


def _why_not_at_all(appointment: Appointment, *, now: datetime) -> str | None:
    return TOO_LATE if appointment.starts_at < now + SHORTEST else None


def _candidates(appointment: Appointment, *, now: datetime) -> list[Slot]:
    """Return the times that leave the customer time to answer, the nearest first."""
    service, branch = appointment.service, appointment.branch
    zone = branch.time_zone
    day = hours.day_of(zone, minute_of(appointment.starts_at))
    between, ahead = _others_of_the_visit(appointment), LOOK_AHEAD_DAYS
    if between:
        # It begins when the part before it ends, that day or not at all.
        service, ahead = asking.softened(service, rules.OFF_GRID), 0
    free = availability.free_slots(
        service,
        branch=branch,
        period=Period(
            instant_of(hours.midnight(zone, day)),
            instant_of(hours.midnight(zone, day + ahead + 1)),
        ),
        now=now,
        every=True,
        ignoring=appointment,
        customer=appointment.customer,
        seats=appointment.seats,
    )
    elsewhere = _elsewhere(appointment)
    able = [
        slot
        for slot in free
        if _end(appointment, slot, now=now) >= now + SHORTEST
        and _stays_in_place(appointment, slot, between)
        and not any(start < slot.ends_at and slot.starts_at < end for start, end in elsewhere)
    ]
    return sorted(able, key=lambda slot: _distance(appointment, slot, day))


def _elsewhere(appointment: Appointment) -> list[tuple[datetime, datetime]]:
    """Return when the same person is with somebody else, or would be by another proposal."""
    theirs = Appointment.objects.filter(
        customer=appointment.customer_id,
        attendee_name__iexact=appointment.attendee_name,
        status__in=_CAN_MOVE,
        ends_at__gt=appointment.starts_at - timedelta(days=1),
    ).exclude(pk=appointment.pk)
    found = [(each.starts_at, each.ends_at) for each in theirs]
    standing = Proposal.objects.filter(appointment__in=theirs, status=Proposal.Status.OPEN)
    for proposal in standing.select_related("appointment"):
        lasts = proposal.appointment.ends_at - proposal.appointment.starts_at
        found.append((proposal.starts_at, proposal.starts_at + lasts))
    return found


def _others_of_the_visit(appointment: Appointment) -> list[Appointment]:
    if appointment.visit_id is None:
        return []
    standing = Appointment.objects.filter(
        visit_id=appointment.visit_id, status__in=Appointment.ACTIVE
    )
    return list(standing.exclude(pk=appointment.pk))


def _stays_in_place(appointment: Appointment, slot: Slot, others: Iterable[Appointment]) -> bool:
    """Whether a part of a visit stays behind those before it and before those behind it, without a new long wait."""
    for other in others:
        if other.starts_at < appointment.starts_at:
            was, would = appointment.starts_at - other.ends_at, slot.starts_at - other.ends_at
        else:
            was, would = other.starts_at - appointment.ends_at, other.starts_at - slot.ends_at
        if not timedelta() <= would <= max(was, LONGEST_WAIT):
            return False
    return True


def _distance(appointment: Appointment, slot: Slot, day: int) -> tuple[object, ...]:
    """Return how far a time is from the old one: that day by the time of day, later ones by who and when."""
    days = hours.day_of(appointment.branch.time_zone, minute_of(slot.starts_at)) - day
    is_colleague = slot.staff_member_id != appointment.staff_member_id
    apart = abs(slot.starts_at - appointment.starts_at)
    if days == 0:
        return (0, apart, is_colleague, slot.starts_at, slot.staff_member_id)
    return (days, is_colleague, slot.starts_at, slot.staff_member_id)


def _end(appointment: Appointment, slot: Slot, *, now: datetime) -> datetime:
    """Return until when a proposal can stand: as long as the new time can be booked and the old one lies ahead."""
    notice = timedelta(minutes=appointment.service.min_notice_minutes)
    return min(now + STANDS_FOR, appointment.starts_at, slot.starts_at - notice)


def _let_run_out(number: int, *, now: datetime) -> bool:
    proposal = (
        Proposal.objects.filter(pk=number, status=Proposal.Status.OPEN)
        .select_for_update(no_key=True, skip_locked=True)
        .first()
    )
    if proposal is None:
        return False  # somebody is answering just now
    offers.close(proposal, Proposal.Status.EXPIRED, by=_BY, now=now)
    audit.record("ran_out", proposal, tenant_id=proposal.tenant_id, by=_BY, now=now)
    return True


def _reread(proposal: Proposal) -> None:
    proposal.refresh_from_db(
        fields=["status", "expires_at", "hold_number", "answered_at"],
        from_queryset=Proposal.objects.select_for_update(no_key=True),
    )


def _proposals_of(off: TimeOff, appointments: Iterable[Appointment]) -> dict[int, Proposal]:
    """Return by appointment what was proposed for a time off (of several the last), or stands because of another one."""
    standing = Q(appointment__in=list(appointments), status=Proposal.Status.OPEN)
    rows = Proposal.objects.filter(Q(time_off=off) | standing).select_related("staff_member")
    return {each.appointment_id: each for each in rows.order_by("pk")}
