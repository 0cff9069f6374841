"""The calendar at Cal.com (API v2): what is taken, and putting, moving and cancelling bookings there.

A booking is addressed by its uid; the number gives 404. Moving makes a new one and leaves the old one behind, so a
chain of uids belongs to one appointment. Cal.com knows no idempotency keys: whether a request that was not answered
took effect is found out by looking for our id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings

from integrations.calendars import calcom_reading, calcom_wire
from integrations.calendars.calcom_wire import PROVIDER, Moved, Wire
from integrations.calendars.protocol import (
    Busy,
    Changes,
    Entry,
    Gone,
    MovedAway,
    TimeTaken,
    Wish,
)
from integrations.errors import PermanentError

_PAGE = 100
# Whoever asks for everything since an instant asks a little earlier: the other clock is not ours.
_OVERLAP = timedelta(seconds=2)
_ALL = "upcoming,past,cancelled,unconfirmed,recurring"
_LONGEST_CHAIN = 20
_LONGEST_VALUE = 500


@dataclass(frozen=True, kw_only=True)
class Calcom:
    """The bookings of one account, or of one team of it. `rescheduled_by` is the owner's e-mail address."""

    wire: Wire
    team_id: str = ""
    owner_email: str = ""

    @property
    def is_read_only(self) -> bool:
        return False

    def busy(self, *, since: datetime, until: datetime) -> Sequence[Busy]:
        """Return the times of active bookings in a period, in order."""
        entries = self._list(
            afterStart=written(since - timedelta(days=1)),
            beforeEnd=written(until + timedelta(days=1)),
        )
        return sorted(
            (
                Busy(starts_at=entry.starts_at, ends_at=entry.ends_at)
                for entry in entries
                if entry.is_active and entry.starts_at < until and entry.ends_at > since
            ),
            key=lambda each: (each.starts_at, each.ends_at),
        )

    def free(
        self,
        *,
        target: str,
        since: datetime,
        until: datetime,
        time_zone: str,
        moving: str = "",
    ) -> Sequence[datetime]:
        """Return the starts that Cal.com would offer for an event type, in order.

        With a time zone days are local ones; `moving` is the uid of a booking whose own time does not count.
        """
        query: dict[str, str | int] = {
            "eventTypeId": int(target),
            "start": written(since),
            "end": written(until),
            "timeZone": time_zone,
            "format": "range",
        }
        if moving:
            query["bookingUidToReschedule"] = moving
        days = self.wire.get("/slots", "slots", **query)
        if not isinstance(days, dict):
            raise calcom_wire.unreadable("slots")
        starts = (
            calcom_reading.instant(slot.get("start") if isinstance(slot, dict) else slot)
            for slots in days.values()
            if isinstance(slots, list)
            for slot in slots
        )
        return sorted(start for start in starts if start is not None and since <= start < until)

    def put(self, wish: Wish) -> Entry:
        """Book; what was booked under the same key before is returned."""
        try:
            answer = self.wire.post("/bookings", "book", _request(wish))
        except TimeTaken:
            # It may be our own booking that is in the way: an answer that was lost, or a 400 for one that stands.
            mine = self.find(wish)
            if mine is None or not mine.is_active:
                raise
            return mine
        entry = calcom_reading.of_answer(answer)
        if entry is None or not entry.is_active:
            raise calcom_wire.unreadable("book")
        if not calcom_reading.is_of_the_same(
            entry.key, wish.key
        ):  # an older booking, returned as if it were new
            raise TimeTaken(PROVIDER, "book", code="not_ours")
        return entry

    def find(self, wish: Wish) -> Entry | None:
        """Return the booking that stands for a wish, wherever it was moved since; none stands: the one that did.

        What was put for the same appointment before counts while it stands. What is over counts only under the very
        key: somebody cancelled this one before we heard of it, and not one that was decided upon long ago.
        """
        near = self._list(
            eventTypeIds=wish.target,
            afterStart=written(wish.starts_at - timedelta(minutes=1)),
            # It may last longer there than with us.
            beforeEnd=written(wish.ends_at + timedelta(days=1)),
            status=_ALL,
        )
        over: Entry | None = None
        for entry in near:
            if calcom_reading.is_of_the_same(entry.key, wish.key):
                last = self._last_of(entry)
                if last.is_active:
                    return last
                over = last if entry.key == wish.key else over
        return over

    def move(self, uid: str, *, starts_at: datetime, reason: str = "") -> Entry:
        """Move a booking. What it has become is followed along its chain."""
        try:
            answer = self.wire.post(
                f"/bookings/{_part(uid)}/reschedule", "reschedule", self._move(starts_at, reason)
            )
        except (Moved, Gone, TimeTaken) as error:
            # A move whose answer was lost has taken place: then the booking is where it was to go.
            there = self._instead_of(uid, error)
            if there.is_active and there.starts_at == starts_at:
                return there
            if isinstance(error, TimeTaken):
                raise
            if not there.is_active:
                raise Gone(PROVIDER, "reschedule", code="gone") from error
            if (
                there.uid == uid
            ):  # it stands where it stood, and cannot be moved: its event type is gone
                raise PermanentError(PROVIDER, "reschedule", code="stands_still") from error
            raise MovedAway(PROVIDER, "reschedule", entry=there) from error
        entry = calcom_reading.of_answer(answer)
        if entry is None or not entry.is_active:
            raise calcom_wire.unreadable("reschedule")
        return entry

    def _move(self, starts_at: datetime, reason: str) -> dict[str, str]:
        content = {"start": written(starts_at)}
        if self.owner_email:
            # The owner's word confirms at once where confirmation is required.
            content["rescheduledBy"] = self.owner_email
        if reason:
            content["reschedulingReason"] = reason[:_LONGEST_VALUE]
        return content

    def remove(self, uid: str, *, reason: str = "") -> None:
        """Cancel a booking. One that somebody moved is not cancelled at its new time without a question."""
        content = {"cancellationReason": reason[:_LONGEST_VALUE] or "Storniert"}
        try:
            self.wire.post(f"/bookings/{_part(uid)}/cancel", "cancel", content)
        except (Moved, Gone) as error:
            if error.status == 404:
                return
            there = self._instead_of(uid, error)
            if there.is_active and there.uid == uid:
                raise PermanentError(PROVIDER, "cancel", code="stands_still") from error
            if there.is_active:
                raise MovedAway(PROVIDER, "cancel", entry=there) from error

    def read(self, uid: str) -> Entry:
        """Return one booking.

        :raises Gone: it is not there
        """
        entry = calcom_reading.of_answer(self.wire.get(f"/bookings/{_part(uid)}", "read"))
        if entry is None:
            raise calcom_wire.unreadable("read")
        return entry

    def fetch_changes(self, *, since: datetime) -> Changes:
        """Return the bookings that were changed since an instant, page by page, each as it stands now."""
        latest: dict[str, Entry] = {}
        reached, skip = since - _OVERLAP, 0
        while True:
            page = self._page(
                skip, afterUpdatedAt=written(reached), sortUpdatedAt="asc", status=_ALL
            )
            for entry in page:
                latest.pop(entry.uid, None)
                latest[entry.uid] = entry
            stamps = [entry.updated_at for entry in page if entry.updated_at is not None]
            if len(page) < _PAGE or not stamps:
                break
            # What is changed meanwhile moves to the end: to count on from the last instant loses nothing,
            # to count pages would.
            skip = 0 if max(stamps) > reached else skip + _PAGE
            reached = max(stamps)
        changed = [entry.updated_at for entry in latest.values() if entry.updated_at is not None]
        return Changes(entries=tuple(latest.values()), until=max([since, *changed]))

    def in_period(self, *, since: datetime, until: datetime) -> Sequence[Entry]:
        """Return every booking that begins in a period, also those that are over."""
        entries = self._list(
            afterStart=written(since), beforeEnd=written(until + timedelta(days=1)), status=_ALL
        )
        return [entry for entry in entries if since <= entry.starts_at < until]

    def _instead_of(self, uid: str, error: Moved | Gone | TimeTaken) -> Entry:
        start = self.read(error.uid if isinstance(error, Moved) else uid)
        return self._last_of(start)

    def _last_of(self, entry: Entry) -> Entry:
        for _ in range(_LONGEST_CHAIN):
            if entry.is_active or not entry.replaced_by:
                return entry
            entry = self.read(entry.replaced_by)
        raise calcom_wire.unreadable("read")

    def _list(self, **query: str | int) -> list[Entry]:
        found: dict[str, Entry] = {}
        skip = 0
        while True:
            page = self._page(skip, sortStart="asc", **query)
            found |= {entry.uid: entry for entry in page}
            if len(page) < _PAGE:
                return list(found.values())
            skip += _PAGE

    def _page(self, skip: int, **query: str | int) -> list[Entry]:
        if self.team_id:
            query["teamId"] = self.team_id
        if skip:
            query["skip"] = skip
        answer = self.wire.get("/bookings", "bookings", take=_PAGE, **query)
        if not isinstance(answer, list):
            raise calcom_wire.unreadable("bookings")
        return list(_read_all(answer))


def _read_all(bookings: list[Any]) -> Iterator[Entry]:
    for booking in bookings:
        entry = calcom_reading.of_answer(booking)
        if entry is None:
            raise calcom_wire.unreadable("bookings")
        yield entry


def written(instant: datetime) -> str:
    """Return an instant as Cal.com wants it: UTC, with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _part(uid: str) -> str:
    return quote(uid, safe="")


def _request(wish: Wish) -> dict[str, Any]:
    """Return the body of a booking: `title` and notes belong inside the responses, metadata are texts."""
    person = wish.person
    attendee: dict[str, Any] = {
        "name": person.name,
        "timeZone": person.time_zone,
        "language": person.language if person.language in ("de", "en") else "de",
        # Most event types want an address; one of our own domain swallows what is sent to it.
        "email": person.email or settings.CALCOM_ATTENDEE_EMAIL,
    }
    if person.phone:
        attendee["phoneNumber"] = person.phone
    responses = {"title": f"{person.name}"[:_LONGEST_VALUE]}
    if wish.notes:
        responses["notes"] = wish.notes[:_LONGEST_VALUE]
    return {
        "start": written(wish.starts_at),
        "eventTypeId": int(wish.target),
        "attendee": attendee,
        "bookingFieldsResponses": responses,
        "metadata": {
            **{name[:40]: str(value)[:_LONGEST_VALUE] for name, value in wish.references.items()},
            calcom_reading.KEY: wish.key,
        },
    }
