"""What became free is offered to the waiting list.

Whatever freed it (a cancellation, a move, a hold that ran out, new hours), a sweep finds it by asking the search for free
time, so nobody is offered what the rules would refuse. The one who has waited longest and whom it suits gets the offer,
alone and for a limited time. Who lets it run out goes to the end of the line; the third time, off the list.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Greatest

from booking import availability, hours, notices, offers, scheduling
from booking.availability import Slot
from booking.models import Appointment, DiaryRules, StaffMember, WaitingEntry, WaitingOffer
from booking.periods import Period, instant_of
from tenants import actors, audit, scope, statements
from tenants.errors import Refused
from tenants.models import Branch

# Who does not answer so many offers is asked no more.
MOST_UNANSWERED = 3
_BY = actors.system("waiting list")
_EPOCH = date(1970, 1, 1)
# Rivals may take what was just free: so many times are tried before the next in line is looked at.
_MOST_TRIES = 5


def sweep(tenant_id: UUID, *, now: datetime) -> int:
    """End what has run out, offer what is free, and return how many offers were made.

    Each step has a transaction of its own, so no two diaries are waited for at once. Two sweeps at the same time make
    no offer twice: one of them looks at a branch, the other one goes on.
    """
    with scope.tenant(tenant_id):
        _close_what_is_late(now=now)
        lapsed = list(
            WaitingOffer.objects.filter(status=WaitingOffer.Status.OPEN, expires_at__lte=now)
            .order_by("expires_at", "pk")
            .values_list("pk", flat=True)
        )
        waiting = WaitingEntry.objects.filter(status=WaitingEntry.Status.WAITING)
        branches = list(waiting.order_by("branch").values_list("branch", flat=True).distinct())
        branches += list(
            WaitingOffer.objects.filter(pk__in=lapsed)
            .exclude(entry__branch__in=branches)
            .order_by("entry__branch")
            .values_list("entry__branch", flat=True)
            .distinct()
        )
    for offer_id in lapsed:
        with scope.tenant(tenant_id):
            _let_run_out(offer_id, now=now)
    return sum(_offer_in(tenant_id, branch_id, now=now) for branch_id in branches)


def offer_next(
    branch: Branch, *, now: datetime, after: tuple[datetime, int] | None = None
) -> WaitingOffer | None:
    """Offer a free time to the first in line whom one suits, and return the offer; None when there is none.

    `after` is the place in line (`place_of`) behind which is looked.
    """
    if not offers.may_be_made(branch.zone, now=now):
        return None
    with transaction.atomic():
        if not statements.value(_ALONE, (f"waiting list {branch.pk}",)):
            return None
        stands_for = _stands_for(branch.tenant_id)
        for entry in _line(branch, after):
            offer = _offer(entry, stands_for, now=now)
            if offer is not None:
                return offer
    return None


def place_of(entry: WaitingEntry) -> tuple[datetime, int]:
    """Return what orders the line: since when somebody waits, or when they let an offer run out."""
    return (
        WaitingEntry.objects.filter(pk=entry.pk)
        .annotate(since=_SINCE)
        .values_list("since", "pk")[0]
    )


# Until the commit; whoever comes second does not wait.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
_SINCE = Greatest(
    "created_at",
    Coalesce(
        Max("offers__expires_at", filter=Q(offers__status=WaitingOffer.Status.EXPIRED)),
        "created_at",
    ),
)


def _offer_in(tenant_id: UUID, branch_id: int, *, now: datetime) -> int:
    made, after = 0, None
    while True:
        with scope.tenant(tenant_id):
            branch = Branch.objects.get(pk=branch_id)
            offer = offer_next(branch, now=now, after=after)
            if offer is None:
                return made
            after = place_of(offer.entry)
        made += 1


def _line(branch: Branch, after: tuple[datetime, int] | None) -> Iterator[WaitingEntry]:
    """Yield who waits, first come first, each kept from changes by others; who is being changed is passed over."""
    line = (
        WaitingEntry.objects.filter(branch=branch, status=WaitingEntry.Status.WAITING)
        .annotate(since=_SINCE)
        .order_by("since", "pk")
    )
    if after is not None:
        line = line.filter(Q(since__gt=after[0]) | Q(since=after[0], pk__gt=after[1]))
    for number in line.values_list("pk", flat=True):
        entry = (
            WaitingEntry.objects.filter(pk=number, status=WaitingEntry.Status.WAITING)
            .select_for_update(no_key=True, skip_locked=True, of=("self",))
            .select_related("branch__tenant", "service", "staff_member", "customer")
            .first()
        )
        if entry is not None:
            yield entry


def _offer(entry: WaitingEntry, stands_for: timedelta, *, now: datetime) -> WaitingOffer | None:
    for slot in _suitable(entry, stands_for, now=now)[:_MOST_TRIES]:
        staff_member = StaffMember.objects.get(pk=slot.staff_member_id)
        try:
            hold = scheduling.hold(
                entry.service,
                branch=entry.branch,
                staff_member=staff_member,
                starts_at=slot.starts_at,
                source=_source(entry),
                by=_BY,
                now=now,
                seconds=int(stands_for.total_seconds()) + offers.GRACE_SECONDS,
                seats=entry.seats,
                customer=entry.customer,
            )
        except Refused:  # somebody else was faster, or this customer may not
            continue
        offer = WaitingOffer.objects.create(
            tenant_id=entry.tenant_id,
            entry=entry,
            staff_member=staff_member,
            starts_at=slot.starts_at,
            hold_number=hold.pk,
            expires_at=now + stands_for,
        )
        entry.become(WaitingEntry.Status.OFFERED)
        audit.record("offered", offer, tenant_id=offer.tenant_id, by=_BY, now=now)
        notices.offer_time(offer, now=now)
        return offer
    return None


def _source(entry: WaitingEntry) -> str:
    """Return the source of a hold: programs see and give back those of the API, and this one is not theirs."""
    if entry.source == Appointment.Source.API:
        return Appointment.Source.PORTAL
    return str(entry.source)


def _suitable(entry: WaitingEntry, stands_for: timedelta, *, now: datetime) -> list[Slot]:
    """Return the free times that suit and were not offered before, the earliest first."""
    if not entry.customer.email:
        return []  # the address was taken away: staff see the entry, an offer would reach nobody
    zone = entry.branch.time_zone
    first = instant_of(hours.midnight(zone, (entry.first_day - _EPOCH).days))
    last = instant_of(hours.midnight(zone, (entry.last_day - _EPOCH).days + 1))
    asked = set(entry.offers.values_list("starts_at", flat=True))
    free = availability.free_slots(
        entry.service,
        branch=entry.branch,
        # Who is asked has until the end of the offer; the time must lie behind it.
        period=Period(max(first, now + stands_for), last),
        now=now,
        staff_member=entry.staff_member,
        customer=entry.customer,
        seats=entry.seats,
    )
    return [slot for slot in free if slot.starts_at not in asked and suits(entry, slot)]


def suits(entry: WaitingEntry, slot: Slot) -> bool:
    """Whether a time lies on a wished weekday and as a whole between the wished times of the day."""
    begin = slot.starts_at.astimezone(entry.branch.zone)
    minute = begin.hour * 60 + begin.minute
    length = (slot.ends_at - slot.starts_at) // timedelta(minutes=1)
    return (
        not entry.weekdays or begin.isoweekday() in entry.weekdays
    ) and entry.from_minute <= minute <= entry.until_minute - length


def _stands_for(tenant_id: UUID) -> timedelta:
    own = DiaryRules.objects.filter(tenant_id=tenant_id).first()
    return timedelta(minutes=(own or DiaryRules()).offer_minutes)


def _let_run_out(offer_id: int, *, now: datetime) -> None:
    """End an offer that nobody answered; who let several run out is asked no more."""
    whose = WaitingOffer.objects.filter(pk=offer_id).values("entry")
    entry = (
        WaitingEntry.objects.filter(pk__in=whose)
        .select_for_update(no_key=True, skip_locked=True)
        .first()
    )
    if entry is None:
        return  # somebody is answering just now
    offer = WaitingOffer.objects.get(pk=offer_id)
    if offer.status != WaitingOffer.Status.OPEN:
        return
    offers.close(offer, WaitingOffer.Status.EXPIRED, by=_BY, now=now)
    lapsed = entry.offers.filter(status=WaitingOffer.Status.EXPIRED).count()
    gone = lapsed >= MOST_UNANSWERED
    entry.become(WaitingEntry.Status.EXPIRED if gone else WaitingEntry.Status.WAITING)
    audit.record("ran_out", offer, tenant_id=offer.tenant_id, by=_BY, now=now)


def _close_what_is_late(*, now: datetime) -> None:
    """End the entries whose last day is over, by the clock of their branch."""
    for branch in Branch.objects.filter(waiting__status=WaitingEntry.Status.WAITING).distinct():
        today = now.astimezone(branch.zone).date()
        late = WaitingEntry.objects.filter(
            branch=branch, status=WaitingEntry.Status.WAITING, last_day__lt=today
        )
        # Who is changed just now is left to the next sweep.
        numbers = late.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True)
        WaitingEntry.objects.filter(pk__in=list(numbers)).update(
            status=WaitingEntry.Status.EXPIRED, updated_at=now
        )
