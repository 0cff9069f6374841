"""The one table of tools: name, purpose, arguments, verb.

The JSON schema that Retell gets, the words in the agent's prompt and the documentation are made from it
(`schema`, `manage.py show_tools`), and `version` is the hash by which drift is noticed.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from calls import answers, booking_tool, callback_tool, checking, context
from calls.answers import Answer
from calls.models import Call


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One argument as the model sees it. `also` are names that were met in practice for the same thing."""

    name: str
    meaning: str
    also: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tool:
    """Something the agent can ask for during a call. `verb` answers it with cleaned arguments."""

    name: str
    purpose: str
    verb: Callable[..., Answer]
    parameters: tuple[Parameter, ...] = ()
    also: tuple[str, ...] = ()


_SERVICE = Parameter(
    name="service",
    meaning="Leistung in den Worten des Anrufers, zum Beispiel „Haare schneiden“.",
    also=("dienstleistung", "service_name", "leistung"),
)
_STAFF = Parameter(
    name="staff",
    meaning="Gewünschte Person, nur wenn der Anrufer eine nennt.",
    also=("mitarbeiter", "preferred_staff", "staff_name"),
)
_DATE = Parameter(
    name="date",
    meaning="Tag in den Worten des Anrufers („nächsten Dienstag“, „15.1.“). Niemals selbst berechnen.",
    also=("datum", "tag", "day", "preferred_date"),
)
_TIME = Parameter(
    name="time",
    meaning="Uhrzeit oder Tageszeit in den Worten des Anrufers („halb drei“, „vormittags“).",
    also=("uhrzeit", "zeit", "preferred_time", "datetime"),
)

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="get_context",
            purpose="Zu Beginn: heutiges Datum, Betrieb, Öffnungszeiten, Leistungen, bekannter Anrufer.",
            verb=context.get_context,
            also=("get_current_context", "initialize_call"),
        ),
        Tool(
            name="check_availability",
            purpose="Sieht nach, was frei ist, und nennt höchstens drei Möglichkeiten.",
            verb=checking.check_availability,
            parameters=(_SERVICE, _DATE, _TIME, _STAFF),
            also=("check_availability_cal",),
        ),
        Tool(
            name="book_appointment",
            purpose="Bucht nach einem ausdrücklichen Ja des Anrufers. Gebucht ist erst, was state=booked sagt.",
            verb=booking_tool.book_appointment,
            parameters=(
                Parameter(
                    name="slot_id",
                    meaning="Kennung der angebotenen Zeit aus check_availability.",
                    also=("slot",),
                ),
                _SERVICE,
                _DATE,
                _TIME,
                _STAFF,
                Parameter(
                    name="name",
                    meaning="Name der Person, die kommt.",
                    also=("customer_name", "kunde", "attendee_name"),
                    required=True,
                ),
                Parameter(
                    name="phone", meaning="Rückrufnummer, nur wenn genannt.", also=("telefon",)
                ),
                Parameter(
                    name="email", meaning="E-Mail-Adresse für die Bestätigung, nur wenn genannt."
                ),
                Parameter(
                    name="notes", meaning="Anmerkung des Anrufers.", also=("notizen", "note")
                ),
            ),
            also=("start_booking", "book_appointment_cal"),
        ),
        Tool(
            name="request_callback",
            purpose="Notiert, dass jemand zurückrufen soll.",
            verb=callback_tool.request_callback,
            parameters=(
                Parameter(name="name", meaning="Name des Anrufers.", also=("customer_name",)),
                Parameter(
                    name="phone",
                    meaning="Rückrufnummer, wenn eine andere als die des Anrufs.",
                    also=("telefon", "phone_number", "number"),
                ),
                Parameter(name="reason", meaning="Worum es geht.", also=("grund", "anliegen")),
                Parameter(
                    name="wish", meaning="Wann der Rückruf passt.", also=("preferred_time", "wann")
                ),
                Parameter(
                    name="priority",
                    meaning="Dringlichkeit.",
                    also=("dringlichkeit",),
                    choices=("urgent", "high", "normal"),
                ),
            ),
        ),
    )
}

_ALIASES = {also: tool.name for tool in TOOLS.values() for also in tool.also}
_VERSION_SUFFIX = re.compile(r"_v[0-9]+$")
# What models write when they have nothing to say.
_EMPTY = frozenset(
    ("", "null", "none", "undefined", "n/a", "na", "nil", "-", "unbekannt", "unknown")
)


def find(name: str) -> Tool | None:
    """Return the tool of this name, of a known alias, or with a version suffix (`_v17`)."""
    plain = _VERSION_SUFFIX.sub("", name.strip().lower())
    return TOOLS.get(_ALIASES.get(plain, plain))


def answer(tool: Tool, call: Call, *, arguments: Mapping[str, Any], now: datetime) -> Answer:
    """Answer one question of the agent; arguments that the tool does not have are left aside."""
    try:
        cleaned = {p.name: _text(arguments, p) for p in tool.parameters}
    except TypeError:
        return answers.INVALID_ARGUMENTS
    return tool.verb(call, now=now, **cleaned)


def schema(tool: Tool) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments, as Retell's custom functions want it."""
    properties: dict[str, Any] = {}
    for parameter in tool.parameters:
        properties[parameter.name] = {"type": "string", "description": parameter.meaning}
        if parameter.choices:
            properties[parameter.name]["enum"] = list(parameter.choices)
    return {
        "type": "object",
        "properties": properties,
        "required": [p.name for p in tool.parameters if p.required],
    }


def definitions(*, base_url: str) -> list[dict[str, Any]]:
    """Return all tools as Retell's `general_tools`. Retell never repeats a booking by itself: `max_retry` is 0."""
    return [
        {
            "type": "custom",
            "name": tool.name,
            "description": tool.purpose,
            "url": f"{base_url}/api/retell/functions/{tool.name}",
            "method": "POST",
            "parameters": schema(tool),
            "speak_during_execution": tool.name != "get_context",
            "speak_after_execution": True,
            "timeout_ms": 8000,
            "max_retry": 0,
        }
        for tool in TOOLS.values()
    ]


def version() -> str:
    """Return the hash of the table; a published agent carries it."""
    content = orjson.dumps(definitions(base_url=""), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:16]


def _text(arguments: Mapping[str, Any], parameter: Parameter) -> str:
    """Return an argument as text, under whichever of its names it came; placeholders are nothing.

    :raises TypeError: a list or an object where a word belongs
    """
    for name in (parameter.name, *parameter.also):
        value = arguments.get(name)
        if value is None or isinstance(value, bool):
            continue
        if not isinstance(value, str | int | float):
            raise TypeError(name)
        text = str(value).strip()[:2000]
        if text.lower() not in _EMPTY:
            return text
    return ""
