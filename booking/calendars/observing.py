"""What is seen at Cal.com, folded into chains of bookings, in whatever order and however often it is seen.

A booking goes only forward (waiting, accepted, over) and its time never changes: moving makes a new one that names the
old one. So nothing that comes late can undo what is known; a booking that was replaced before it was first seen is
noted as over.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from booking.calendars import taking
from booking.models import (
    CalendarAccount,
    CalendarBooking,
    CalendarEventType,
    CalendarHost,
    CalendarLink,
    TimeOff,
)
from integrations.calendars.protocol import Entry, State

_RANK = {State.PENDING: 0, State.ACCEPTED: 1, State.OVER: 2}
_LONGEST_CHAIN = 50
_AT_ONCE = 1000


def lock() -> CalendarAccount | None:
    """Wait for whoever folds something in for this business, and return its account; None: it keeps no calendar."""
    return CalendarAccount.objects.select_for_update(of=("self",)).first()


def unheard(entries: Iterable[Entry]) -> list[Entry]:
    """Return those that say something which is not noted yet, in their order: few statements for many bookings.

    What says the same as before is left alone; whether both sides agree on it is asked of the links, not of the list.
    """
    rest = iter(entries)
    news: list[Entry] = []
    while some := list(islice(rest, _AT_ONCE)):
        noted = CalendarBooking.objects.filter(uid__in=[each.uid for each in some])
        known = {each.uid: each for each in noted}
        news += [each for each in some if not _says_the_same(each, known.get(each.uid))]
    return news


def oldest_first(entries: Sequence[Entry]) -> list[Entry]:
    """Return bookings so that what was moved comes after what it replaces, else in their order."""
    known = {each.uid: each for each in entries}
    ordered: dict[str, Entry] = {}
    for each in entries:
        chain = [each]
        while (older := known.get(chain[-1].replaces)) and len(chain) < _LONGEST_CHAIN:
            chain.append(older)
        ordered |= {one.uid: one for one in reversed(chain) if one.uid not in ordered}
    return list(ordered.values())


def replaced_unseen(entries: Iterable[Entry]) -> list[str]:
    """Return the uids of bookings that these were moved to, and that nobody has looked at yet."""
    wanted = {each.replaced_by for each in entries if each.replaced_by}
    wanted -= {each.uid for each in entries}
    seen = CalendarBooking.objects.filter(uid__in=wanted, starts_at__isnull=False)
    return sorted(wanted - set(seen.values_list("uid", flat=True)))


def _says_the_same(entry: Entry, noted: CalendarBooking | None) -> bool:
    if noted is None or _RANK[entry.state] > _RANK[State(noted.state)]:
        return False
    if (entry.starts_at, entry.ends_at) != (noted.starts_at, noted.ends_at):
        return False
    if noted.link_id is None:
        return noted.state == CalendarBooking.State.OVER and not entry.key
    said = (
        (entry.host, noted.host),
        (entry.replaces, noted.replaces),
        (entry.replaced_by, noted.replaced_by),
        (_link_in(entry.key), str(noted.link_id)),
    )
    return all(not there or there == here for there, here in said)


def people_of(entry: Entry) -> set[int]:
    """Return whose diaries may have to be waited for before this booking is folded in. Nothing is written."""
    names = [name for name in (entry.uid, entry.replaces, entry.replaced_by) if name]
    chain = _chain_of(CalendarBooking.objects.filter(uid__in=names))
    numbers = {each.link_id for each in chain if each.link_id is not None}
    named = _named(entry.key)
    if named is not None:
        numbers.add(named)
    people = CalendarLink.objects.filter(pk__in=numbers, appointment__isnull=False)
    found = set(people.values_list("appointment__staff_member_id", flat=True))
    hosts = {entry.host, *(each.host for each in chain)} - {""}
    found |= set(
        CalendarHost.objects.filter(number__in=hosts).values_list("staff_member_id", flat=True)
    )
    targets = {entry.target, *(each.target for each in chain)} - {""}
    kinds = CalendarEventType.objects.filter(number__in=targets, staff_member__isnull=False)
    found |= set(kinds.values_list("staff_member_id", flat=True))
    blocks = TimeOff.objects.filter(blocks__link__in=numbers, staff_member__isnull=False)
    return {each for each in (*found, *blocks.values_list("staff_member_id", flat=True)) if each}


def observe(
    entry: Entry,
    *,
    now: datetime,
    asks_for_another_time: bool = False,
    is_read: bool = False,
    belongs_to: int | None = None,
) -> CalendarLink | None:
    """Note a booking as it was seen, and return what it belongs to, with the end of its chain in `theirs_*`.

    `is_read`: it was just read there. No webhook says that somebody else has a booking now, so one that comes late
    does not give it back to whom it was handed over from. `belongs_to` is the link whose command it answers: it may
    have been moved several times since, and the steps between were never seen. None is returned for a booking that was
    over before anybody knew it. The account must be locked, and the diaries of `people_of` it.
    """
    booking = _note(entry, is_read=is_read)
    others = [_replaced(entry.replaces, by=entry.uid)] if entry.replaces else []
    if entry.replaced_by and entry.replaced_by != booking.replaced_by:
        booking.replaced_by = entry.replaced_by
        booking.state = CalendarBooking.State.OVER
        booking.save(update_fields=["replaced_by", "state", "updated_at"])
    chain = _chain_of([booking, *others])
    link = _link_of(entry, chain, belongs_to, now=now)
    if link is None:
        if not entry.is_active or all(each.state == "over" for each in chain):
            return None
        link = CalendarLink(
            tenant_id=booking.tenant_id,
            origin=CalendarLink.Origin.THEIRS,
            state=CalendarLink.State.AGREED,
            target=entry.target,
        )
        link.save()
    CalendarBooking.objects.filter(pk__in=[each.pk for each in chain]).update(link=link)
    _see_the_end_of(link)
    if asks_for_another_time:
        link.asks_for_another_time = True
    link.save()
    return link


def _note(entry: Entry, *, is_read: bool) -> CalendarBooking:
    person = entry.person
    booking = CalendarBooking.objects.filter(uid=entry.uid).first()
    if booking is None:
        account = CalendarAccount.objects.get()
        booking = CalendarBooking(
            tenant_id=account.tenant_id, uid=entry.uid, state=entry.state.value
        )
    elif _RANK[entry.state] > _RANK[State(booking.state)]:
        booking.state = entry.state.value
    booking.starts_at, booking.ends_at = entry.starts_at, entry.ends_at
    booking.number = entry.number or booking.number
    booking.target = entry.target or booking.target
    if is_read or not booking.host:
        booking.host = entry.host or booking.host
    booking.replaces = entry.replaces or booking.replaces
    if person is not None:
        booking.attendee_name = person.name or booking.attendee_name
        booking.attendee_email = person.email or booking.attendee_email
    booking.save()
    return booking


def _replaced(uid: str, *, by: str) -> CalendarBooking:
    """Note that a booking was left behind, also when nobody has seen it yet."""
    old = CalendarBooking.objects.filter(uid=uid).first()
    if old is None:
        account = CalendarAccount.objects.get()
        old = CalendarBooking(tenant_id=account.tenant_id, uid=uid)
    old.state = CalendarBooking.State.OVER
    old.replaced_by = by
    old.save()
    return old


def _chain_of(known: Iterable[CalendarBooking]) -> list[CalendarBooking]:
    """Return every booking before and after these, oldest first as far as the chain is known."""
    chain = {each.uid: each for each in known}
    names = {name for each in chain.values() for name in (each.replaces, each.replaced_by) if name}
    while (missing := names - chain.keys()) and len(chain) < _LONGEST_CHAIN:
        found = list(CalendarBooking.objects.filter(uid__in=missing))
        if not found:
            break
        chain |= {each.uid: each for each in found}
        names |= {name for each in found for name in (each.replaces, each.replaced_by) if name}
    return _in_order(chain.values())


def _in_order(bookings: Iterable[CalendarBooking]) -> list[CalendarBooking]:
    """Return bookings so that what was moved stands behind what it replaces."""
    ordered: list[CalendarBooking] = []
    rest = {each.uid: each for each in bookings}
    while rest:
        first = next((each for each in rest.values() if each.replaces not in rest), None)
        if first is None:
            return [*ordered, *rest.values()]
        ordered.append(rest.pop(first.uid))
    return ordered


def _link_of(
    entry: Entry, chain: list[CalendarBooking], belongs_to: int | None, *, now: datetime
) -> CalendarLink | None:
    """Return the link that our id names, else the one the chain belongs to; two halves of a chain become one."""
    numbers = {each.link_id for each in chain if each.link_id is not None}
    numbers |= {belongs_to} if belongs_to is not None else set()
    named = _named(entry.key)
    if named is not None and _stands_beside(entry, chain, named):
        named = None
    if named is None:
        named = belongs_to
    if named is not None:
        numbers.add(named)
    links = list(
        CalendarLink.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    )
    if not links:
        return None
    links.sort(key=lambda each: (each.pk != named, each.origin != "ours", each.pk))
    first, *halves = links
    for half in halves:
        _join(half, into=first, now=now)
    return first


def _stands_beside(entry: Entry, chain: list[CalendarBooking], named: int) -> bool:
    """Tell whether the link has another booking that stands: the dates of a series all bear the id of the first one.

    What was moved is no such thing, even where not all of its chain is known yet.
    """
    if entry.replaces or not entry.is_active:
        return False
    return (
        CalendarBooking.objects.filter(link_id=named, state__in=("pending", "accepted"))
        .exclude(uid__in=[each.uid for each in chain])
        .exists()
    )


def _named(key: str) -> int | None:
    """Return the number of the link in our id ("<appointment>-<link>", later ones with "-<command>")."""
    appointment, link = key.partition("-")[0], _link_in(key)
    if not (appointment.isascii() and appointment.isdigit() and link.isascii() and link.isdigit()):
        return None
    if len(link) > 18 or len(appointment) > 18:
        return None
    # Whoever copies our id into another booking does not get hold of somebody else's appointment.
    found = CalendarLink.objects.filter(pk=int(link)).values_list("pk", "appointment_id").first()
    if found is None or found[1] not in (None, int(appointment)):
        return None
    return found[0]


def _link_in(key: str) -> str:
    return key.partition("-")[2].partition("-")[0]


def _join(half: CalendarLink, *, into: CalendarLink, now: datetime) -> None:
    """Let a half of a chain that was taken for something of its own become part of the other."""
    if half.appointment is not None and into.appointment is None:
        into.appointment, half.appointment = half.appointment, None
        half.save(update_fields=["appointment", "updated_at"])
        into.agreed_starts_at, into.agreed_over = half.agreed_starts_at, half.agreed_over
    elif half.appointment is not None:
        # It was made of a later half of the chain and stands for another one of ours.
        taking.cancel(half.appointment, reason="double", now=now, tell=False)
    taking.unblock(half)
    CalendarBooking.objects.filter(link=half).update(link=into)
    half.delete()


def _see_the_end_of(link: CalendarLink) -> None:
    """Set what stands there: the last booking that is not over, of all that ever stood for this link.

    One that was cancelled and put anew begins a chain of its own; what is heard of the old one later changes nothing.
    """
    noted = CalendarBooking.objects.filter(link=link).order_by("pk")
    seen = [each for each in _in_order(noted) if each.starts_at is not None]
    last = next(
        (each for each in reversed(seen) if each.state != "over"), seen[-1] if seen else None
    )
    if last is None or _is_moved_on(last):
        return
    if link.asked_starts_at in {each.starts_at for each in _before(last, seen)}:
        # They moved it on from where we had asked it to be: that much both sides agreed on.
        link.agreed_starts_at, link.agreed_over = link.asked_starts_at, False
    link.theirs_uid, link.theirs_state = last.uid, last.state
    link.theirs_starts_at, link.theirs_ends_at = last.starts_at, last.ends_at
    link.theirs_host = last.host or link.theirs_host
    link.target = link.target or last.target


def _is_moved_on(last: CalendarBooking) -> bool:
    """Tell whether a booking was moved to where nobody has looked yet: then it is not over, and where it is comes next."""
    if last.state != CalendarBooking.State.OVER or not last.replaced_by:
        return False
    return not CalendarBooking.objects.filter(
        uid=last.replaced_by, starts_at__isnull=False
    ).exists()


def _before(last: CalendarBooking, seen: Iterable[CalendarBooking]) -> list[CalendarBooking]:
    """Return what a booking was before it was moved, the latest first."""
    known = {each.uid: each for each in seen}
    found: list[CalendarBooking] = []
    while (older := known.pop(last.replaces, None)) is not None:
        found.append(older)
        last = older
    return found
