"""An imitation of Cal.com with a memory: for demos and tests, the product itself never asks it.

Slots shrink when something is booked, hosts cannot be in two places, moving leaves the old booking behind and makes
a new uid, every change fires the webhooks that were registered, cancelling fires one without metadata. Whoever plays
the business's side edits with `host_books`, `host_moves` and `host_cancels`. Shapes and doors are in
`imitation_door.py`. Source: as `calcom_wire.py`.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any


class No(Exception):
    """A refusal with its status and Cal.com's sentence."""

    def __init__(self, status: int, sentence: str, code: str = "BadRequestException") -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.code = code


@dataclass(kw_only=True)
class User:
    id: int
    name: str
    email: str
    time_zone: str = "Europe/Berlin"


@dataclass(kw_only=True)
class EventType:
    id: int
    title: str
    slug: str
    minutes: int
    team_id: int | None = None
    hosts: list[int] = field(default_factory=list)
    scheduling: str = "roundRobin"
    needs_confirmation: bool = False
    occurrences: int = 1


@dataclass(kw_only=True)
class Booking:
    id: int
    uid: str
    event_type: int
    host: int
    starts_at: datetime
    ends_at: datetime
    status: str
    attendee: dict[str, Any]
    metadata: dict[str, str]
    responses: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    replaces: str = ""
    replaced_by: str = ""
    reason: str = ""

    @property
    def is_active(self) -> bool:
        return self.status in ("accepted", "pending")


@dataclass(kw_only=True)
class Webhook:
    id: int
    event_type: int
    url: str
    triggers: list[str]
    secret: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Fired:
    """A webhook on its way: where to, signed with what, saying what."""

    url: str
    secret: str
    trigger: str
    booking: Booking
    at: datetime
    facts: Mapping[str, Any]


class Imitation:
    """One account with its teams, event types, bookings and webhooks."""

    def __init__(
        self, *, key: str, clock: Callable[[], datetime], first_number: int = 1000
    ) -> None:
        self.key = key
        self.clock = clock
        self.team_names: dict[int, tuple[str, str]] = {}
        self.users: dict[int, User] = {}
        self.members: dict[int, list[int]] = {}
        self.event_types: dict[int, EventType] = {}
        self.deleted_types: set[int] = set()
        self.bookings: dict[str, Booking] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.fired: list[Fired] = []
        self._numbers = itertools.count(first_number)
        self._last_stamp = datetime.min.replace(tzinfo=UTC)
        self.owner = self.add_user("Salon Sonnenschein", "termine@salon-sonnenschein.example")

    # --- Setting up -----------------------------------------------------------------------------

    def add_user(self, name: str, email: str, *, team_id: int | None = None) -> User:
        user = User(id=next(self._numbers), name=name, email=email)
        self.users[user.id] = user
        if team_id is not None:
            self.members[team_id].append(user.id)
        return user

    def add_team(self, name: str, slug: str) -> int:
        number = next(self._numbers)
        self.team_names[number] = (name, slug)
        self.members[number] = [self.owner.id]
        return number

    def add_event_type(
        self,
        *,
        title: str,
        slug: str,
        minutes: int,
        team_id: int | None = None,
        hosts: Sequence[int] = (),
        scheduling: str = "roundRobin",
    ) -> EventType:
        others = (e for e in self.event_types.values() if e.id not in self.deleted_types)
        if any(e.slug == slug and e.team_id == team_id for e in others):
            raise No(400, "Event type with this slug already exists")
        made = EventType(
            id=next(self._numbers),
            title=title,
            slug=slug,
            minutes=minutes,
            team_id=team_id,
            hosts=list(hosts) or [self.owner.id],
            scheduling=scheduling,
        )
        self.event_types[made.id] = made
        return made

    def add_webhook(
        self,
        event_type: int,
        *,
        url: str,
        triggers: Sequence[str],
        secret: str,
        active: bool = True,
    ) -> Webhook:
        self._event_type(event_type)
        hook = Webhook(
            id=next(self._numbers),
            event_type=event_type,
            url=url,
            triggers=list(triggers),
            secret=secret,
            active=active,
        )
        self.webhooks[hook.id] = hook
        return hook

    # --- What the interface does ---------------------------------------------------------------

    def book(
        self,
        event_type: int,
        *,
        starts_at: datetime,
        attendee: Mapping[str, Any],
        metadata: Mapping[str, str] | None = None,
        responses: Mapping[str, Any] | None = None,
    ) -> Booking:
        kind = self._event_type(event_type)
        if kind.scheduling == "managed":
            raise No(404, "Event type not found", "NotFoundException")
        self._check_attendee(attendee)
        ends_at = starts_at + timedelta(minutes=kind.minutes)
        self._check_start(starts_at)
        host = self._free_host(kind, starts_at, ends_at)
        booking = self._write(
            kind,
            host=host,
            starts_at=starts_at,
            ends_at=ends_at,
            attendee=dict(attendee),
            metadata=dict(metadata or {}),
            responses=dict(responses or {}),
        )
        self._fire("BOOKING_REQUESTED" if kind.needs_confirmation else "BOOKING_CREATED", booking)
        return booking

    def reschedule(
        self, uid: str, *, starts_at: datetime, by: str = "", reason: str = ""
    ) -> Booking:
        old = self.booking(uid)
        if not old.is_active:
            tail = f" and rescheduled already to booking with uid={old.replaced_by}"
            how = "cancelled" + (tail if old.replaced_by else " already")
            raise No(400, f"Can't reschedule booking with uid={uid} because it has been {how}")
        kind = self._event_type(old.event_type)
        self._check_start(starts_at)
        ends_at = starts_at + timedelta(minutes=kind.minutes)
        host = self._free_host(kind, starts_at, ends_at, but=old, preferred=old.host)
        new = self._write(
            kind,
            host=host,
            starts_at=starts_at,
            ends_at=ends_at,
            attendee=dict(old.attendee),
            metadata=dict(old.metadata),
            responses=dict(old.responses),
        )
        new.replaces, old.replaced_by = old.uid, new.uid
        self._end(old, "cancelled", reason)
        self._fire(
            # Where confirmation is required a move is reported as a request.
            "BOOKING_REQUESTED" if kind.needs_confirmation else "BOOKING_RESCHEDULED",
            new,
            rescheduleId=old.id,
            rescheduleUid=old.uid,
            rescheduleStartTime=_short(old.starts_at),
            rescheduleEndTime=_short(old.ends_at),
            rescheduledBy=by or old.attendee.get("email", ""),
        )
        return new

    def cancel(self, uid: str, *, reason: str = "", asks_for_another_time: bool = False) -> Booking:
        booking = self.booking(uid)
        if not booking.is_active:
            raise No(
                400,
                f"Can't cancel booking with uid={uid} because it has been cancelled already. "
                "Please provide uid of a booking that is not cancelled.",
            )
        self._end(booking, "cancelled", reason)
        self._fire(
            "BOOKING_CANCELLED",
            booking,
            cancellationReason=reason,
            cancelledBy=booking.attendee.get("email", ""),
            requestReschedule=asks_for_another_time,
        )
        return booking

    def decline(self, uid: str, *, reason: str = "") -> Booking:
        booking = self.booking(uid)
        self._end(booking, "rejected", reason)
        self._fire("BOOKING_REJECTED", booking, rejectionReason=reason)
        return booking

    def mark_absent(self, uid: str) -> Booking:
        booking = self.booking(uid)
        booking.updated_at = self._stamp()
        self._fire("BOOKING_NO_SHOW_UPDATED", booking)
        return booking

    def booking(self, uid: str) -> Booking:
        found = self.bookings.get(uid)
        if found is None:
            raise No(
                404, f"Booking with uid={uid} was not found in the database", "NotFoundException"
            )
        return found

    def free(
        self, event_type: int, since: datetime, until: datetime, moving: str
    ) -> list[datetime]:
        kind = self._event_type(event_type)
        step = timedelta(minutes=kind.minutes)
        start = since.replace(minute=0, second=0, microsecond=0)
        found = []
        while start < until:
            if start >= since and start > self.clock():
                ends_at = start + step
                if any(self._is_free(host, start, ends_at, moving) for host in kind.hosts):
                    found.append(start)
            start += step
        return found

    # --- What somebody does there by hand -----------------------------------------------------------

    def host_books(
        self, event_type: int, *, starts_at: datetime, name: str, email: str, phone: str = ""
    ) -> Booking:
        attendee = {"name": name, "email": email, "timeZone": "Europe/Berlin", "language": "de"}
        if phone:
            attendee["phoneNumber"] = phone
        return self.book(event_type, starts_at=starts_at, attendee=attendee)

    host_moves = reschedule
    host_cancels = cancel

    def host_asks_for_another_time(self, uid: str) -> Booking:
        """Cancel, and ask the customer to choose again: nothing links the choice to this booking."""
        return self.cancel(uid, reason="Bitte neu wählen", asks_for_another_time=True)

    def host_renames(self, uid: str, *, attendee: str) -> Booking:
        """Correct the name of who comes. No webhook says so."""
        booking = self.booking(uid)
        booking.attendee["name"], booking.updated_at = attendee, self._stamp()
        return booking

    def delete_event_type(self, number: int) -> None:
        """Take an event type away. Its bookings stay, but cannot be moved; its webhooks go with it."""
        self.deleted_types.add(number)
        self.webhooks = {k: v for k, v in self.webhooks.items() if v.event_type != number}

    def host_hands_over(self, uid: str, *, to: int) -> Booking:
        """Give a booking to another host. No webhook says so: there is no trigger for it."""
        booking = self.booking(uid)
        if not booking.is_active:
            raise No(400, f"Booking with uid={uid} is not accepted")
        if not self._is_free(to, booking.starts_at, booking.ends_at, uid):
            raise No(400, "The user is not available at this time")
        booking.host, booking.updated_at = to, self._stamp()
        return booking

    # --- Inside ----------------------------------------------------------------------------------------

    def _event_type(self, number: int) -> EventType:
        found = self.event_types.get(number)
        if found is None or number in self.deleted_types:
            raise No(404, f"Event type with id {number} not found", "NotFoundException")
        return found

    @staticmethod
    def _check_attendee(attendee: Mapping[str, Any]) -> None:
        if not attendee.get("email"):
            raise No(400, "responses - {email}error_required_field")

    def _check_start(self, starts_at: datetime) -> None:
        if starts_at < self.clock():
            raise No(400, "Attempting to book a meeting in the past.")

    def _is_free(self, host: int, starts_at: datetime, ends_at: datetime, but: str = "") -> bool:
        return not any(
            each.host == host
            and each.is_active
            and each.uid != but
            and each.starts_at < ends_at
            and each.ends_at > starts_at
            for each in self.bookings.values()
        )

    def _free_host(
        self,
        kind: EventType,
        starts_at: datetime,
        ends_at: datetime,
        *,
        but: Booking | None = None,
        preferred: int | None = None,
    ) -> int:
        # Who has it keeps it where they can, also when it was handed over to them from outside the event type.
        candidates = sorted({*kind.hosts, *([preferred] if preferred else [])})
        candidates.sort(key=lambda host: host != preferred)
        for host in candidates:
            if self._is_free(host, starts_at, ends_at, but.uid if but else ""):
                return host
        who = "One of the hosts" if kind.team_id else "User"
        raise No(400, f"{who} either already has booking at this time or is not available")

    def _write(self, kind: EventType, **fields: Any) -> Booking:
        number, now = next(self._numbers), self._stamp()
        booking = Booking(
            id=number,
            uid=f"uid{number:06d}cal",
            event_type=kind.id,
            status="pending" if kind.needs_confirmation else "accepted",
            created_at=now,
            updated_at=now,
            **fields,
        )
        self.bookings[booking.uid] = booking
        return booking

    def _end(self, booking: Booking, status: str, reason: str) -> None:
        booking.status, booking.reason, booking.updated_at = status, reason, self._stamp()

    def _stamp(self) -> datetime:
        """Return now; two changes never happen in the same millisecond."""
        self._last_stamp = max(self.clock(), self._last_stamp + timedelta(milliseconds=1))
        return self._last_stamp

    def _fire(self, trigger: str, booking: Booking, **facts: Any) -> None:
        for hook in self.webhooks.values():
            if hook.active and hook.event_type == booking.event_type and trigger in hook.triggers:
                self.fired.append(
                    Fired(
                        url=hook.url,
                        secret=hook.secret,
                        trigger=trigger,
                        booking=replace(booking),
                        at=self._stamp(),
                        facts=facts,
                    )
                )


def _short(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
