"""The waiting list: who would like to come earlier is asked when a time becomes free.

What is offered to whom: `booking/matching.py`. Whoever changes an entry or its offer has the row of the entry, then waits for diaries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import catalogue, customers, locking, offers, scheduling, together
from booking.models import Customer, Service, StaffMember, WaitingEntry, WaitingOffer
from booking.refusals import KeyReused
from tenants import audit, rows
from tenants.actors import Actor
from tenants.errors import Invalid, NotFound, Refused
from tenants.models import Branch

LONGEST_WAIT_DAYS = 365
_A_DAY = 24 * 60
_OPEN = (WaitingEntry.Status.WAITING, WaitingEntry.Status.OFFERED)


class Unreachable(Refused):
    code = "unreachable"
    sentence = _("Offers are sent by e-mail: the customer needs an address.")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What would suit, by the clock of the branch. No weekday named: every one; nobody named: anybody."""

    first_day: date
    last_day: date
    weekdays: Sequence[int] = ()
    from_minute: int = 0
    until_minute: int = _A_DAY
    staff_member: StaffMember | None = None
    seats: int = 1


@dataclass(frozen=True, kw_only=True)
class Joining:
    """The entry, and whether this request made it."""

    entry: WaitingEntry
    is_new: bool


def join(
    service: Service,
    wish: Wish,
    *,
    branch: Branch,
    customer: Customer,
    attendee_name: str,
    source: str,
    by: Actor,
    now: datetime,
    call_number: int | None = None,
    idempotency_key: str | None = None,
    note: str = "",
) -> Joining:
    """Put somebody on the waiting list. The same key, or the same wish of the same customer, is the same entry.

    :raises Unreachable: the customer has no e-mail address
    :raises KeyReused: the key stands for another wish
    :raises Invalid: the wish cannot be one
    """
    entry = WaitingEntry(
        tenant_id=branch.tenant_id,
        branch=branch,
        service=service,
        staff_member=wish.staff_member,
        customer=customer,
        attendee_name=customers.readable(attendee_name),
        seats=wish.seats,
        first_day=wish.first_day,
        last_day=wish.last_day,
        weekdays=sorted(set(wish.weekdays)),
        from_minute=wish.from_minute,
        until_minute=wish.until_minute,
        status=WaitingEntry.Status.WAITING,
        source=source,
        call_number=call_number,
        idempotency_key=idempotency_key,
        note=note,
    )
    _must_be_possible(entry, now=now)
    with transaction.atomic():
        # Two requests of one customer wait for each other, so the second one finds the first.
        customer.refresh_from_db(
            fields=["email"], from_queryset=Customer.objects.select_for_update(no_key=True)
        )
        stored = _joined_before(entry)
        if stored is not None:
            return Joining(entry=stored, is_new=False)
        if not customer.email:
            raise Unreachable
        if not rows.insert_once(entry, now=now):
            raise KeyReused
        audit.record("joined", entry, tenant_id=entry.tenant_id, by=by, now=now)
    return Joining(entry=entry, is_new=True)


def withdraw(entry: WaitingEntry, *, by: Actor, now: datetime) -> None:
    """Take somebody off the list; an open offer is given back. Who is off already stays off.

    :raises offers.OfferOver: an offer was accepted; the appointment can be cancelled
    """
    with transaction.atomic():
        _reread(entry)
        if entry.status == WaitingEntry.Status.BOOKED:
            raise offers.OfferOver
        if entry.status not in _OPEN:
            return
        for offer in entry.offers.filter(status=WaitingOffer.Status.OPEN):
            offers.close(offer, WaitingOffer.Status.DECLINED, by=by, now=now)
        entry.become(WaitingEntry.Status.WITHDRAWN)
        audit.record("withdrawn", entry, tenant_id=entry.tenant_id, by=by, now=now)


def accept(
    offer: WaitingOffer, *, by: Actor, source: str, now: datetime, call_number: int | None = None
) -> scheduling.Booking:
    """Book the offered time with its hold. Accepting again returns the same appointment.

    :raises offers.OfferOver: it has run out or was declined
    :raises SlotTaken, NotBookable, NotOffered: the business has changed the rules meanwhile
    """
    with transaction.atomic():
        entry = _opened(offer)
        if offer.status != WaitingOffer.Status.ACCEPTED:
            offers.must_stand(offer, now=now)
        booking = scheduling.book(
            entry.service,
            branch=entry.branch,
            staff_member=offer.staff_member,
            starts_at=offer.starts_at,
            customer=entry.customer,
            attendee_name=entry.attendee_name,
            source=source,
            by=by,
            now=now,
            idempotency_key=f"waiting:{offer.pk}",
            call_number=call_number,
            hold=offers.hold_of(offer),
            seats=entry.seats,
        )
        if offer.status != WaitingOffer.Status.ACCEPTED:
            offers.close(offer, WaitingOffer.Status.ACCEPTED, by=by, now=now)
            entry.become(WaitingEntry.Status.BOOKED)
            audit.record("accepted", offer, tenant_id=offer.tenant_id, by=by, now=now)
    return booking


def decline(offer: WaitingOffer, *, by: Actor, now: datetime) -> None:
    """Give the offered time back; who declines keeps the place in line. Declining again does nothing.

    :raises offers.OfferOver: it was accepted, or has run out
    """
    with transaction.atomic():
        entry = _opened(offer)
        if offer.status == WaitingOffer.Status.DECLINED:
            return
        offers.must_stand(offer, now=now)
        offers.close(offer, WaitingOffer.Status.DECLINED, by=by, now=now)
        entry.become(WaitingEntry.Status.WAITING)
        audit.record("declined", offer, tenant_id=offer.tenant_id, by=by, now=now)


def wait_for(tenant_id: UUID, entry_ids: Iterable[int]) -> None:
    """Have several entries and all that their open offers need until the commit, before the first of them is changed."""
    entries = WaitingEntry.objects.filter(pk__in=list(entry_ids)).order_by("pk")
    numbers = list(entries.select_for_update(no_key=True).values_list("pk", flat=True))
    offered = WaitingOffer.objects.filter(entry__in=numbers, status=WaitingOffer.Status.OPEN)
    locking.lock_diaries(tenant_id, offered.values_list("staff_member", flat=True))
    related = ("branch__tenant", "service", "customer")
    waiting = WaitingEntry.objects.filter(pk__in=numbers).select_related(*related)
    together.wait_for(list(waiting))


def entry_for(tenant_id: UUID, entry_id: int) -> WaitingEntry:
    """Return an entry of this business.

    :raises NotFound: there is none, or it is another business's
    """
    found = (
        WaitingEntry.objects.filter(tenant_id=tenant_id, pk=entry_id)
        .select_related("branch", "service", "staff_member", "customer")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def offer_for(tenant_id: UUID, offer_id: int) -> WaitingOffer:
    """Return an offer of this business.

    :raises NotFound: there is none, or it is another business's
    """
    found = (
        WaitingOffer.objects.filter(tenant_id=tenant_id, pk=offer_id)
        .select_related("staff_member", "entry")
        .first()
    )
    if found is None:
        raise NotFound
    return found


# --- Small things ----------------------------------------------------------------------------------


def _must_be_possible(entry: WaitingEntry, *, now: datetime) -> None:
    errors: dict[str, object] = {}
    if not entry.attendee_name or len(entry.attendee_name) > customers.LONGEST_NAME:
        errors["attendee_name"] = _("A name of 1 to 255 characters is needed.")
    if entry.last_day < max(entry.first_day, now.astimezone(entry.branch.zone).date()):
        errors["last_day"] = _("This day is over, or before the first one.")
    elif (entry.last_day - entry.first_day).days > LONGEST_WAIT_DAYS:
        errors["last_day"] = _("At most a year can be waited for.")
    if not set(entry.weekdays) <= set(range(1, 8)):
        errors["weekdays"] = _("Weekdays are numbers from 1 (Monday) to 7.")
    if not 0 <= entry.from_minute < entry.until_minute <= _A_DAY:
        errors["until_minute"] = _("The end must be after the beginning.")
    if not 1 <= entry.seats <= entry.service.seats:
        errors["seats"] = _("This service does not have so many seats.")
    errors.update(_who_cannot(entry))
    if errors:
        raise Invalid(**errors)


def _who_cannot(entry: WaitingEntry) -> dict[str, object]:
    able = catalogue.team_of(entry.service, entry.branch) if entry.service.is_active else set()
    if entry.staff_member_id is not None and entry.staff_member_id not in able:
        return {"staff_member": _("This staff member does not offer this service here.")}
    return {} if able else {"service": _("Nobody offers this service here.")}


def _joined_before(entry: WaitingEntry) -> WaitingEntry | None:
    """Return the entry of the same key, else the open one with the same wish.

    :raises KeyReused: the key stands for another wish
    """
    if entry.idempotency_key is not None:
        stored = WaitingEntry.objects.filter(idempotency_key=entry.idempotency_key).first()
        if stored is not None and _identity(stored) != _identity(entry):
            raise KeyReused
        if stored is not None:
            return stored
    open_ones = WaitingEntry.objects.filter(customer=entry.customer, status__in=_OPEN)
    alike = (each for each in open_ones.order_by("pk") if _identity(each) == _identity(entry))
    return next(alike, None)


def _identity(entry: WaitingEntry) -> tuple[object, ...]:
    return (
        entry.branch_id,
        entry.service_id,
        entry.staff_member_id,
        entry.customer_id,
        entry.attendee_name.casefold(),
        entry.seats,
        entry.first_day,
        entry.last_day,
        entry.weekdays,
        entry.from_minute,
        entry.until_minute,
    )


def _opened(offer: WaitingOffer) -> WaitingEntry:
    """Wait for everybody who changes the entry of an offer, then read both again."""
    entry = WaitingEntry.objects.select_for_update(no_key=True).get(pk=offer.entry_id)
    offer.refresh_from_db(fields=["status", "expires_at", "hold_number", "answered_at"])
    return entry


def _reread(entry: WaitingEntry) -> None:
    entry.refresh_from_db(
        fields=["status"], from_queryset=WaitingEntry.objects.select_for_update(no_key=True)
    )
