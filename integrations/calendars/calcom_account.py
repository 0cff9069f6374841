"""What belongs to an account at Cal.com: who it is, teams, their people, event types, webhooks.

Event types of a team live under the team's path; the path without a team knows only the personal ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integrations.calendars import calcom_wire
from integrations.calendars.calcom_reading import text
from integrations.calendars.calcom_wire import PROVIDER, Refusal, Wire

# One level of webhooks only: the same booking fires each one that matches.
TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_REJECTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_NO_SHOW_UPDATED",
)
_WEBHOOK_VERSION = "2021-10-20"
_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose key it is."""

    number: str
    name: str
    email: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Team:
    number: str
    name: str
    slug: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody who can be a host."""

    number: str
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class EventType:
    """Something that can be booked there.

    `hindrance` is why no appointment of ours can be one booking of it: a managed one is a pattern that can neither be
    booked nor asked, a recurring one makes many bookings of one, and with seats many people share a booking.
    """

    number: str
    title: str
    slug: str
    minutes: int
    hosts: tuple[str, ...] = ()
    hindrance: str = ""

    @property
    def is_bookable(self) -> bool:
        return not self.hindrance


@dataclass(frozen=True, kw_only=True)
class Webhook:
    number: str
    url: str
    triggers: tuple[str, ...]
    is_active: bool


def whoami(wire: Wire) -> Account:
    """Return whose key this is; the check of a key.

    :raises ProviderError: the key is not accepted, or no usable answer
    """
    me = wire.get("/me", "me")
    number = text(me.get("id"), 40) if isinstance(me, dict) else ""
    if not number:
        raise calcom_wire.unreadable("me")
    return Account(
        number=number,
        name=text(me.get("name"), 200) or text(me.get("username"), 200),
        email=text(me.get("email"), 254),
        time_zone=text(me.get("timeZone"), 60),
    )


def ensure_team(wire: Wire, *, name: str, slug: str) -> Team:
    """Return the team of this name or short name; it is made when there is none.

    :raises Refusal: `payment_needed`, the account's plan has no teams
    """
    found = wire.get("/teams", "teams")
    for each in _rows(found, "teams"):
        if text(each.get("slug"), 200) == slug or text(each.get("name"), 200) == name:
            return _team(each)
    made = wire.post("/teams", "create_team", {"name": name, "slug": slug})
    if isinstance(made, dict) and "paymentLink" in made:
        raise Refusal(PROVIDER, "create_team", code="payment_needed")
    return _team(made)


def members(wire: Wire, *, team_id: str) -> Sequence[Member]:
    """Return who belongs to a team and has accepted."""
    found: list[Member] = []
    skip = 0
    while True:
        page = wire.get(f"/teams/{team_id}/memberships", "memberships", take=_PAGE, skip=skip)
        # Described as one membership, sent as a list.
        rows = _rows([page] if isinstance(page, dict) else page, "memberships")
        for each in rows:
            person = each.get("user")
            if each.get("accepted") is True and isinstance(person, dict):
                found.append(
                    Member(
                        number=text(each.get("userId"), 40),
                        name=text(person.get("name"), 200) or text(person.get("username"), 200),
                        email=text(person.get("email"), 254).lower(),
                    )
                )
        if len(rows) < _PAGE:
            return found
        skip += _PAGE


def event_types(wire: Wire, *, team_id: str) -> Sequence[EventType]:
    """Return what can be booked in a team, or (without a team) with the account itself."""
    found = wire.get(_event_types(team_id), "event_types")
    return [_event_type(each) for each in _rows(found, "event_types")]


def create_event_type(
    wire: Wire, *, team_id: str, title: str, slug: str, minutes: int, hosts: Sequence[str]
) -> EventType:
    """Make an event type; in a team one of the round-robin kind with these hosts."""
    content: dict[str, Any] = {"title": title, "slug": slug, "lengthInMinutes": minutes}
    if team_id:
        content["schedulingType"] = "roundRobin"
        content["hosts"] = _hosts(hosts)
    return _event_type(wire.post(_event_types(team_id), "create_event_type", content))


def update_event_type(
    wire: Wire, event_type: EventType, *, team_id: str, minutes: int, hosts: Sequence[str]
) -> EventType:
    """Give an event type our length and hosts."""
    content: dict[str, Any] = {"lengthInMinutes": minutes}
    if team_id:
        content["hosts"] = _hosts(hosts)
    path = f"{_event_types(team_id)}/{event_type.number}"
    return _event_type(wire.patch(path, "update_event_type", content))


def ensure_webhook(
    wire: Wire, *, team_id: str, event_type: str, url: str, secret: str
) -> tuple[Webhook, bool]:
    """Return the webhook of an event type that comes to this address, and whether it had to be made or mended."""
    path = f"{_event_types(team_id)}/{event_type}/webhooks"
    content = {
        "active": True,
        "subscriberUrl": url,
        "triggers": list(TRIGGERS),
        "secret": secret,
        "version": _WEBHOOK_VERSION,
    }
    for each in _rows(wire.get(path, "webhooks", take=_PAGE), "webhooks"):
        known = _webhook(each)
        if known.url != url:
            continue
        is_right = (
            known.is_active
            and set(TRIGGERS) <= set(known.triggers)
            and each.get("secret") == secret
        )
        if is_right:
            return known, False
        return _webhook(wire.patch(f"{path}/{known.number}", "update_webhook", content)), True
    return _webhook(wire.post(path, "create_webhook", content)), True


def _event_types(team_id: str) -> str:
    return f"/teams/{team_id}/event-types" if team_id else "/event-types"


def _hosts(hosts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"userId": int(host)} for host in hosts]


def _rows(found: object, operation: str) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise calcom_wire.unreadable(operation)
    return found


def _team(row: object) -> Team:
    number = text(row.get("id"), 40) if isinstance(row, dict) else ""
    if not isinstance(row, dict) or not number:
        raise calcom_wire.unreadable("teams")
    return Team(number=number, name=text(row.get("name"), 200), slug=text(row.get("slug"), 200))


def _event_type(row: object) -> EventType:
    number = text(row.get("id"), 40) if isinstance(row, dict) else ""
    minutes = row.get("lengthInMinutes") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not number or not isinstance(minutes, int | float):
        raise calcom_wire.unreadable("event_types")
    hosts = row.get("hosts") or row.get("users") or []
    return EventType(
        number=number,
        title=text(row.get("title"), 200),
        slug=text(row.get("slug"), 200),
        minutes=int(minutes),
        hindrance=_hindrance(row),
        hosts=tuple(
            text(host.get("userId", host.get("id")), 40) for host in hosts if isinstance(host, dict)
        ),
    )


def _hindrance(row: dict[str, Any]) -> str:
    if row.get("schedulingType") == "managed":
        return "managed"
    for word, field, size in (
        ("recurring", "recurrence", "occurrences"),
        ("seats", "seats", "seatsPerTimeSlot"),
    ):
        part = row.get(field)
        number = part.get(size) if isinstance(part, dict) else None
        if isinstance(number, int | float) and number > 1:
            return word
    return ""


def _webhook(row: object) -> Webhook:
    number = text(row.get("id"), 60) if isinstance(row, dict) else ""
    if not isinstance(row, dict) or not number:
        raise calcom_wire.unreadable("webhooks")
    triggers = row.get("triggers")
    return Webhook(
        number=number,
        url=text(row.get("subscriberUrl"), 500),
        triggers=tuple(triggers) if isinstance(triggers, list) else (),
        is_active=row.get("active") is True,
    )
