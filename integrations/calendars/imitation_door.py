"""The doors of the imitation of Cal.com: addresses, shapes of answers, bodies of webhooks."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import orjson

from integrations.calendars import calcom_webhook
from integrations.calendars.imitation import (
    Booking,
    EventType,
    Fired,
    Imitation,
    No,
    Webhook,
)

_LOOKS = ("bannerUrl", "logoUrl", "brandColor", "darkBrandColor", "theme")


class Reply(NamedTuple):
    status: int
    content: dict[str, Any]


class _Asked(NamedTuple):
    house: Imitation
    numbers: tuple[str, ...]
    query: dict[str, str]
    content: dict[str, Any]


def answer(
    house: Imitation, method: str, address: str, headers: Mapping[str, str], body: bytes
) -> Reply:
    """Answer a request as Cal.com would. `headers` must be found in any case."""
    parts = urlsplit(address)
    try:
        if headers.get("Authorization") != f"Bearer {house.key}":
            raise No(401, "ApiKeyAuthStrategy - api key - Invalid API Key", "UnauthorizedException")
        return _reply(house, method, parts.path, parts.query, body)
    except No as no:
        return Reply(
            no.status,
            {
                "status": "error",
                "timestamp": _long(house.clock()),
                "path": parts.path,
                "error": {
                    "code": no.code,
                    "message": no.sentence,
                    "details": {"message": no.sentence, "statusCode": no.status},
                },
            },
        )


def webhook(fired: Fired, house: Imitation) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a webhook on its way."""
    body = orjson.dumps(
        {
            "triggerEvent": fired.trigger,
            "createdAt": _long(fired.at),
            "payload": _payload(fired, house),
        }
    )
    return body, {
        "Content-Type": "application/json",
        "X-Cal-Signature-256": calcom_webhook.sign(body, secret=fired.secret),
        "X-Cal-Webhook-Version": "2021-10-20",
    }


def _reply(house: Imitation, method: str, path: str, query: str, body: bytes) -> Reply:
    for verb, shape, status, act in _ROUTES:
        found = re.fullmatch(shape, path)
        if verb == method and found:
            asked = _Asked(
                house=house,
                numbers=tuple(each for each in found.groups() if each is not None),
                query={name: values[0] for name, values in parse_qs(query).items()},
                content=orjson.loads(body) if body else {},
            )
            result = act(asked)
            extra = result if isinstance(result, dict) and "data" in result else {"data": result}
            return Reply(status, {"status": "success", **extra})
    raise No(404, f"Cannot {method} {path}", "NotFoundException")


def _me(asked: _Asked) -> dict[str, Any]:
    owner = asked.house.owner
    return {
        "id": owner.id,
        "username": "salon-sonnenschein",
        "email": owner.email,
        "name": owner.name,
        "avatarUrl": "https://cal.example/avatar.png",
        "bio": "",
        "timeFormat": 24,
        "defaultScheduleId": None,
        "weekStart": "Monday",
        "timeZone": owner.time_zone,
        "organizationId": None,
    }


def _team(number: int, name: str, slug: str) -> dict[str, Any]:
    return {"id": number, "name": name, "slug": slug, "isOrganization": False}


def _teams(asked: _Asked) -> list[dict[str, Any]]:
    return [_team(number, *names) for number, names in asked.house.team_names.items()]


def _create_team(asked: _Asked) -> dict[str, Any]:
    name, slug = asked.content["name"], asked.content.get("slug", "")
    return _team(asked.house.add_team(name, slug), name, slug)


def _memberships(asked: _Asked) -> list[dict[str, Any]]:
    team = int(asked.numbers[0])
    first = int(asked.query.get("skip", 0))
    people = [asked.house.users[each] for each in asked.house.members.get(team, [])]
    return [
        {
            "id": user.id + 500_000,
            "userId": user.id,
            "teamId": team,
            "accepted": True,
            "role": "OWNER" if user is asked.house.owner else "MEMBER",
            "user": {"name": user.name, "email": user.email, "username": user.name.lower()},
        }
        for user in people[first : first + int(asked.query.get("take", 250))]
    ]


def _event_types(asked: _Asked) -> list[dict[str, Any]]:
    team = int(asked.numbers[0]) if asked.numbers else None
    return [
        _event_type(asked.house, each)
        for each in asked.house.event_types.values()
        if each.team_id == team and each.id not in asked.house.deleted_types
    ]


def _create_event_type(asked: _Asked) -> dict[str, Any]:
    content = asked.content
    made = asked.house.add_event_type(
        title=content["title"],
        slug=content["slug"],
        minutes=content["lengthInMinutes"],
        team_id=int(asked.numbers[0]) if asked.numbers else None,
        hosts=[host["userId"] for host in content.get("hosts", [])],
        scheduling=content.get("schedulingType", ""),
    )
    return _event_type(asked.house, made)


def _update_event_type(asked: _Asked) -> dict[str, Any]:
    kind = asked.house.event_types.get(int(asked.numbers[-1]))
    if kind is None:
        raise No(404, "Event type not found", "NotFoundException")
    kind.minutes = asked.content.get("lengthInMinutes", kind.minutes)
    if "hosts" in asked.content:
        kind.hosts = [host["userId"] for host in asked.content["hosts"]]
    return _event_type(asked.house, kind)


def _webhooks(asked: _Asked) -> list[dict[str, Any]]:
    wanted = int(asked.numbers[-1])
    return [_hook(each) for each in asked.house.webhooks.values() if each.event_type == wanted]


def _create_webhook(asked: _Asked) -> dict[str, Any]:
    content = asked.content
    return _hook(
        asked.house.add_webhook(
            int(asked.numbers[-1]),
            url=content["subscriberUrl"],
            triggers=content["triggers"],
            secret=content["secret"],
            active=content["active"],
        )
    )


def _update_webhook(asked: _Asked) -> dict[str, Any]:
    hook = asked.house.webhooks.get(int(asked.numbers[-1]))
    if hook is None:
        raise No(404, "Webhook not found", "NotFoundException")
    hook.triggers = asked.content.get("triggers", hook.triggers)
    hook.secret = asked.content.get("secret", hook.secret)
    hook.active = asked.content.get("active", hook.active)
    return _hook(hook)


def _slots(asked: _Asked) -> dict[str, Any]:
    zone = ZoneInfo(asked.query.get("timeZone", "UTC"))
    starts = asked.house.free(
        int(asked.query["eventTypeId"]),
        _instant(asked.query["start"]),
        _instant(asked.query["end"]),
        asked.query.get("bookingUidToReschedule", ""),
    )
    days: dict[str, list[dict[str, str]]] = {}
    for start in starts:
        local = start.astimezone(zone)
        days.setdefault(local.date().isoformat(), []).append(
            {"start": local.isoformat(timespec="milliseconds")}
        )
    return {"data": days}


def _book(asked: _Asked) -> dict[str, Any]:
    content = asked.content
    metadata = content.get("metadata", {})
    if not all(isinstance(each, str) for each in metadata.values()):
        raise No(400, "metadata - values must be strings")
    booking = asked.house.book(
        int(content["eventTypeId"]),
        starts_at=_instant(content["start"]),
        attendee=content["attendee"],
        metadata=metadata,
        responses=content.get("bookingFieldsResponses"),
    )
    # The answer to a booking names no host.
    return {**shown(asked.house, booking), "hosts": []}


def _bookings(asked: _Asked) -> dict[str, Any]:
    query, house = asked.query, asked.house
    skip, take = int(query.get("skip", 0)), min(int(query.get("take", 100)), 250)
    found = [each for each in house.bookings.values() if _is_wanted(house, each, query)]
    if "sortUpdatedAt" in query:
        found.sort(key=lambda each: (each.updated_at, each.id))
    else:
        found.sort(key=lambda each: (each.starts_at, each.id))
    page = found[skip : skip + take]
    return {
        "data": [shown(house, each) for each in page],
        "pagination": {
            "totalItems": len(found),
            "remainingItems": max(0, len(found) - skip - len(page)),
            "returnedItems": len(page),
            "itemsPerPage": take,
            "currentPage": skip // take + 1,
            "totalPages": -(-len(found) // take),
            "hasNextPage": skip + len(page) < len(found),
            "hasPreviousPage": skip > 0,
        },
    }


def _is_wanted(house: Imitation, booking: Booking, query: Mapping[str, str]) -> bool:
    limits: dict[str, Callable[[datetime], bool]] = {
        "afterStart": lambda at: booking.starts_at >= at,
        "beforeEnd": lambda at: booking.ends_at <= at,
        "afterUpdatedAt": lambda at: booking.updated_at >= at,
    }
    if not all(test(_instant(query[name])) for name, test in limits.items() if name in query):
        return False
    if "teamId" in query and str(house.event_types[booking.event_type].team_id) != query["teamId"]:
        return False
    wanted = query.get("eventTypeIds", "")
    if wanted and str(booking.event_type) not in wanted.split(","):
        return False
    return booking.is_active or "cancelled" in query.get("status", "cancelled")


def _reschedule(asked: _Asked) -> dict[str, Any]:
    content = asked.content
    booking = asked.house.reschedule(
        asked.numbers[0],
        starts_at=_instant(content["start"]),
        by=content.get("rescheduledBy", ""),
        reason=content.get("reschedulingReason", ""),
    )
    return shown(asked.house, booking)


def _cancel(asked: _Asked) -> dict[str, Any]:
    reason = asked.content.get("cancellationReason", "")
    return shown(asked.house, asked.house.cancel(asked.numbers[0], reason=reason))


_UID = r"/v2/bookings/([A-Za-z0-9_-]+)"
_TYPES = r"(?:/v2/teams/(\d+)/event-types|/v2/event-types)"
_ROUTES: tuple[tuple[str, str, int, Callable[[_Asked], Any]], ...] = (
    ("GET", r"/v2/me", 200, _me),
    ("GET", r"/v2/teams", 200, _teams),
    ("POST", r"/v2/teams", 201, _create_team),
    ("GET", r"/v2/teams/(\d+)/memberships", 200, _memberships),
    ("GET", _TYPES, 200, _event_types),
    ("POST", _TYPES, 201, _create_event_type),
    ("PATCH", _TYPES + r"/(\d+)", 200, _update_event_type),
    ("GET", _TYPES + r"/(\d+)/webhooks", 200, _webhooks),
    ("POST", _TYPES + r"/(\d+)/webhooks", 201, _create_webhook),
    ("PATCH", _TYPES + r"/\d+/webhooks/(\d+)", 200, _update_webhook),
    ("GET", r"/v2/slots", 200, _slots),
    ("POST", r"/v2/bookings", 201, _book),
    ("GET", r"/v2/bookings", 200, _bookings),
    ("GET", _UID, 200, lambda asked: shown(asked.house, asked.house.booking(asked.numbers[0]))),
    ("POST", _UID + "/reschedule", 201, _reschedule),
    ("POST", _UID + "/cancel", 200, _cancel),
)


def shown(house: Imitation, booking: Booking) -> dict[str, Any]:
    """Return a booking as an answer has it."""
    kind = house.event_types[booking.event_type]
    host = house.users[booking.host]
    content: dict[str, Any] = {
        "id": booking.id,
        "uid": booking.uid,
        "title": f"{kind.title} zwischen {host.name} und {booking.attendee['name']}",
        "description": "",
        "hosts": [
            {
                "id": host.id,
                "name": host.name,
                "email": host.email,
                "displayEmail": host.email,
                "username": host.name.lower(),
                "timeZone": host.time_zone,
            }
        ],
        "status": booking.status,
        "start": _long(booking.starts_at),
        "end": _long(booking.ends_at),
        "duration": kind.minutes,
        "eventTypeId": kind.id,
        "eventType": {"id": kind.id, "slug": kind.slug},
        "location": "",
        "absentHost": False,
        "createdAt": _long(booking.created_at),
        "updatedAt": _long(booking.updated_at),
        "metadata": booking.metadata,
        "icsUid": f"{booking.uid}@Cal.com",
        "attendees": [
            {**_attendee(booking), "displayEmail": booking.attendee["email"], "absent": False}
        ],
        "guests": [],
        "bookingFieldsResponses": booking.responses,
    }
    if booking.reason:
        content["cancellationReason"] = booking.reason
    if booking.replaces:
        content["rescheduledFromUid"] = booking.replaces
    if booking.replaced_by:
        content["rescheduledToUid"] = booking.replaced_by
    return content


def _attendee(booking: Booking) -> dict[str, Any]:
    wanted = ("name", "email", "timeZone", "language", "phoneNumber")
    return {name: booking.attendee[name] for name in wanted if name in booking.attendee}


def _payload(fired: Fired, house: Imitation) -> dict[str, Any]:
    booking = fired.booking
    if fired.trigger == "BOOKING_NO_SHOW_UPDATED":
        email = booking.attendee["email"]
        return {
            "message": f"{email} marked as no-show",
            "attendees": [{"email": email, "noShow": True}],
            "bookingUid": booking.uid,
            "bookingId": booking.id,
        }
    kind, host = house.event_types[booking.event_type], house.users[booking.host]
    attendee = {**_attendee(booking), "language": {"locale": "de"}, "utcOffset": 60}
    content: dict[str, Any] = {
        "bookerUrl": "https://cal.example",
        "title": kind.title,
        "type": kind.slug,
        "startTime": _short(booking.starts_at),
        "endTime": _short(booking.ends_at),
        "eventTypeId": kind.id,
        "organizer": {
            "id": host.id,
            "name": host.name,
            "email": host.email,
            "timeZone": host.time_zone,
        },
        "attendees": [attendee],
        "responses": {},
        "location": "",
        "uid": booking.uid,
        "bookingId": booking.id,
        "length": kind.minutes,
        "status": booking.status.upper(),
        **fired.facts,
    }
    # Nothing of ours travels with the end of a booking.
    if fired.trigger not in ("BOOKING_CANCELLED", "BOOKING_REJECTED"):
        content["metadata"] = booking.metadata
    return content


def _event_type(house: Imitation, kind: EventType) -> dict[str, Any]:
    hosts = [{"userId": each, "name": house.users[each].name} for each in kind.hosts]
    content: dict[str, Any] = {
        "id": kind.id,
        "lengthInMinutes": kind.minutes,
        "title": kind.title,
        "slug": kind.slug,
        "description": "",
        "locations": [],
        "bookingFields": [],
        "disableGuests": False,
        "recurrence": {"interval": 1, "occurrences": kind.occurrences, "frequency": "weekly"},
        "metadata": {},
        "price": 0,
        "currency": "eur",
        "lockTimeZoneToggleOnBookingPage": False,
        "forwardParamsSuccessRedirect": None,
        "successRedirectUrl": None,
        "isInstantEvent": False,
        "scheduleId": None,
        "hidden": False,
        "bookingRequiresAuthentication": False,
    }
    if kind.team_id is None:
        return content | {
            "ownerId": house.owner.id,
            "users": [{"id": each, "name": house.users[each].name} for each in kind.hosts],
            "bookingUrl": "https://cal.example",
        }
    return content | {
        "teamId": kind.team_id,
        "hosts": hosts,
        "schedulingType": kind.scheduling,
        "team": {
            "id": kind.team_id,
            "name": house.team_names[kind.team_id][0],
            "slug": house.team_names[kind.team_id][1],
            "weekStart": "Monday",
            **dict.fromkeys(_LOOKS, ""),
        },
    }


def _hook(hook: Webhook) -> dict[str, Any]:
    return {
        "payloadTemplate": "",
        "triggers": hook.triggers,
        "eventTypeId": hook.event_type,
        "id": hook.id,
        "subscriberUrl": hook.url,
        "active": hook.active,
        "secret": hook.secret,
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _long(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
