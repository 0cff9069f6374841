"""The one table of tools: name, purpose, arguments, verb.

The JSON schema that Retell gets, the words in the agent's prompt and the documentation are made from it
(`schema`, `manage.py show_tools`), and `version` is the hash by which drift is noticed.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

import orjson

from calls import (
    after_hours,
    answering_offers,
    answers,
    arguments,
    booking_tool,
    callback_tool,
    changing,
    checking,
    consent,
    context,
    decisions,
    emergencies,
    holding,
    knowing,
    leading_out,
    listing,
    own_appointments,
    transferring,
    waiting_tool,
)
from calls.answers import Answer
from calls.arguments import Parameter
from calls.models import Call
from integrations.voice.events import Turn


@dataclass(frozen=True, kw_only=True)
class Tool:
    """Something the agent can ask for during a call. `verb` answers it with cleaned arguments.

    What makes or moves appointments asks the desk whether that is done at this hour; what only offers times asks it
    where the agent was told, before the call, that it is not.
    """

    name: str
    purpose: str
    verb: Callable[..., Answer]
    parameters: tuple[Parameter, ...] = ()
    also: tuple[str, ...] = ()
    makes_appointments: bool = False
    offers_times: bool = False


_WISH = (arguments.SERVICE, arguments.DATE, arguments.TIME, arguments.STAFF)
_SLOT_OR_WISH = (arguments.SLOT, *_WISH)
_WHICH = (
    arguments.APPOINTMENT,
    replace(
        arguments.DATE,
        meaning="Wann der bestehende Termin ist, in den Worten des Anrufers.",
        also=(*arguments.DATE.also, "old_date", "altes_datum", "current_date", "alter_termin"),
        is_joined=False,
    ),
    replace(arguments.SERVICE, meaning="Leistung des bestehenden Termins, wenn genannt."),
    replace(arguments.NAME, meaning="Name, auf den der Termin läuft, nur wenn genannt."),
)
_BOOKING = (
    *_SLOT_OR_WISH,
    replace(arguments.NAME, required=True),
    arguments.PHONE,
    arguments.EMAIL,
    arguments.NOTES,
    arguments.CONFIRMED,
)

TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="get_context",
            purpose="Zu Beginn: heutiges Datum, Betrieb, Öffnungszeiten, Leistungen, bekannter Anrufer.",
            verb=context.get_context,
            also=("get_current_context", "initialize_call", "check_customer", "get_customer_info"),
        ),
        Tool(
            name="list_services",
            purpose="Nennt Leistungen mit Dauer und Preis. Preise nur von hier, nie aus dem Gedächtnis.",
            verb=listing.list_services,
            parameters=(arguments.SERVICE,),
            also=("get_available_services", "get_services", "get_service_info", "service_info"),
        ),
        Tool(
            name="check_availability",
            purpose="Sieht nach, was frei ist, und nennt höchstens drei Möglichkeiten.",
            verb=checking.check_availability,
            offers_times=True,
            parameters=_WISH,
            also=(
                "check_availability_cal",
                "check_slots",
                "get_availability",
                "pruefe_verfuegbarkeit",
            ),
        ),
        Tool(
            name="find_alternatives",
            purpose="Nennt höchstens drei andere freie Zeiten um einen Wunsch herum, ohne Tag die nächsten.",
            verb=listing.find_alternatives,
            offers_times=True,
            parameters=_WISH,
            also=("get_alternatives", "find_next_available", "get_next_available"),
        ),
        Tool(
            name="hold_slot",
            purpose="Hält eine Zeit fünf Minuten frei, während der Anrufer überlegt. Das ist keine Buchung.",
            verb=holding.hold_slot,
            makes_appointments=True,
            parameters=_SLOT_OR_WISH,
            also=("reserve_slot", "reserve", "hold", "reserve_appointment"),
        ),
        Tool(
            name="release_slot",
            purpose="Gibt die frei gehaltene Zeit wieder her.",
            verb=holding.release_slot,
            also=("release_slot_reservation", "release", "release_hold"),
        ),
        Tool(
            name="book_appointment",
            purpose="Bucht nach einem ausdrücklichen Ja des Anrufers. Gebucht ist erst, was state=booked sagt.",
            verb=booking_tool.book_appointment,
            makes_appointments=True,
            parameters=_BOOKING,
            also=("start_booking", "confirm_booking", "book_appointment_cal", "termin_buchen"),
        ),
        Tool(
            name="collect_appointment_data",
            purpose="Nimmt die Daten eines Termins auf: zuerst ohne confirmed fragen, nach dem Ja mit confirmed=ja buchen.",
            verb=booking_tool.collect_appointment_data,
            makes_appointments=True,
            parameters=_BOOKING,
        ),
        Tool(
            name="find_appointments",
            purpose="Nennt die kommenden Termine des Anrufers, wenn seine Rufnummer zeigt, wer er ist.",
            verb=own_appointments.find_appointments,
            parameters=_WHICH[1:],
            also=(
                "query_appointment",
                "query_appointment_by_name",
                "get_customer_appointments",
                "get_appointments",
                "list_appointments",
                "find_appointment",
            ),
        ),
        Tool(
            name="reschedule_appointment",
            purpose="Verschiebt einen Termin des Anrufers: zuerst ohne confirmed fragen, nach dem Ja mit confirmed=ja.",
            verb=changing.reschedule_appointment,
            makes_appointments=True,
            parameters=(
                *_WHICH,
                replace(
                    arguments.SLOT, meaning="Kennung der neuen Zeit, wenn sie angeboten wurde."
                ),
                Parameter(
                    name="new_date",
                    meaning="Neuer Tag in den Worten des Anrufers.",
                    also=("new_datum", "neues_datum", "neuer_tag", "new_day", "neuer_termin"),
                ),
                Parameter(
                    name="new_time",
                    meaning="Neue Uhrzeit oder Tageszeit in den Worten des Anrufers.",
                    also=(
                        "new_uhrzeit",
                        "neue_uhrzeit",
                        "neue_zeit",
                        "new_datetime",
                        "new_starts_at",
                    ),
                ),
                arguments.STAFF,
                arguments.CONFIRMED,
            ),
            also=("move_appointment", "reschedule", "termin_verschieben", "update_appointment"),
        ),
        Tool(
            name="cancel_appointment",
            purpose="Sagt einen Termin des Anrufers ab: zuerst ohne confirmed fragen, nach dem Ja mit confirmed=ja.",
            verb=changing.cancel_appointment,
            parameters=(*_WHICH, arguments.REASON, arguments.CONFIRMED),
            also=("cancel", "delete_appointment", "termin_absagen", "storno", "cancel_booking"),
        ),
        Tool(
            name="join_waiting_list",
            purpose="Setzt den Anrufer auf die Warteliste, wenn nichts Passendes frei ist. Das ist keine Buchung.",
            verb=waiting_tool.join_waiting_list,
            parameters=(*_WISH, replace(arguments.NAME, required=True), arguments.EMAIL),
            also=("waiting_list", "waitlist", "join_waitlist", "warteliste"),
        ),
        Tool(
            name="answer_offer",
            purpose="Angebote an den Anrufer: eine freie Zeit von der Warteliste, ein Ersatz für einen ausfallenden Termin."
            " Zuerst ohne answer nachsehen und fragen, nach dem Ja mit answer=ja, nach dem Nein mit answer=nein.",
            verb=answering_offers.answer_offer,
            parameters=(
                Parameter(
                    name="offer_id",
                    meaning="Kennung des Angebots, wenn mehrere genannt wurden.",
                    also=("offer", "angebot", "angebot_id", "proposal_id"),
                ),
                replace(arguments.DATE, meaning="Welches Angebot, in den Worten des Anrufers."),
                replace(
                    arguments.NAME, meaning="Name, für den das Angebot gilt, nur wenn genannt."
                ),
                Parameter(
                    name="answer",
                    meaning="„ja“ oder „nein“, erst nach der Frage.",
                    also=("antwort", "accept", "annehmen", "confirmed", "decision", "response"),
                    is_yes_or_no=True,
                ),
            ),
            also=("accept_offer", "decline_offer", "find_offers", "respond_to_offer", "angebot"),
        ),
        Tool(
            name="request_callback",
            purpose="Notiert, dass jemand zurückrufen soll.",
            verb=callback_tool.request_callback,
            parameters=(
                replace(arguments.NAME, meaning="Name des Anrufers."),
                replace(
                    arguments.PHONE, meaning="Rückrufnummer, wenn eine andere als die des Anrufs."
                ),
                arguments.REASON,
                Parameter(
                    name="wish",
                    meaning="Wann der Rückruf passt.",
                    also=("preferred_time", "wann", "time_window", "zeitfenster", "callback_time"),
                ),
                Parameter(
                    name="priority",
                    meaning="Dringlichkeit.",
                    also=("dringlichkeit", "urgency", "prioritaet"),
                    choices=("urgent", "high", "normal"),
                ),
                replace(
                    arguments.STAFF, meaning="Wer zurückrufen soll, nur wenn jemand genannt wird."
                ),
                replace(arguments.SERVICE, meaning="Leistung, um die es geht, nur wenn genannt."),
            ),
            also=("callback", "schedule_callback", "create_callback", "rueckruf"),
        ),
        Tool(
            name="transfer_to_human",
            purpose="Sobald jemand einen Menschen sprechen will oder die 0 drückt: sofort, ohne Rückfrage.",
            verb=transferring.transfer_to_human,
            parameters=(
                replace(arguments.NAME, meaning="Name des Anrufers, nur wenn genannt."),
                arguments.PHONE,
                replace(arguments.REASON, meaning="Worum es geht, in einem Satz für den Menschen."),
            ),
            also=("transfer_call", "transfer_to_agent", "human", "transfer", "weiterleiten"),
        ),
        Tool(
            name="take_message",
            purpose="Notiert ein Anliegen ohne Termin: Rezept, Überweisung, Befund, Krankschreibung, Nachricht.",
            verb=callback_tool.take_message,
            parameters=(
                Parameter(
                    name="kind",
                    meaning="Art des Anliegens.",
                    also=("art", "intent", "type", "category", "kategorie"),
                    choices=("prescription", "referral", "results", "sick_note", "other"),
                ),
                replace(arguments.NAME, meaning="Vor- und Nachname der Person, um die es geht."),
                Parameter(
                    name="birth_date",
                    meaning="Geburtsdatum, nur wenn genannt.",
                    also=("geburtsdatum", "date_of_birth", "birthdate", "geboren"),
                ),
                replace(
                    arguments.PHONE, meaning="Rückrufnummer, wenn eine andere als die des Anrufs."
                ),
                Parameter(
                    name="subject",
                    meaning="Welches Medikament, welche Fachrichtung, welcher Befund, von wann bis wann.",
                    also=(
                        "betreff",
                        "medication",
                        "medikament",
                        "specialist",
                        "fachrichtung",
                        "topic",
                    ),
                ),
                Parameter(
                    name="text",
                    meaning="Die Nachricht in den Worten des Anrufers.",
                    also=(
                        "message",
                        "nachricht",
                        "problem",
                        "anliegen",
                        "notes",
                        "notizen",
                        "details",
                    ),
                ),
            ),
            also=("leave_message", "create_ticket", "collect_issue_details", "nachricht"),
        ),
        Tool(
            name="answer_from_knowledge",
            purpose="Beantwortet Fragen zum Betrieb. Nur was hier zurückkommt, darfst du sagen.",
            verb=knowing.answer_from_knowledge,
            parameters=(
                Parameter(
                    name="question",
                    meaning="Die Frage in den Worten des Anrufers.",
                    also=("frage", "query", "q", "text", "thema"),
                    required=True,
                ),
                replace(arguments.NAME, meaning="Name des Anrufers, nur wenn genannt."),
            ),
            also=("knowledge", "faq", "get_opening_hours", "search_knowledge", "ask_knowledge"),
        ),
        Tool(
            name="note_recording_consent",
            purpose="Hält fest, ob der Anrufer der Aufzeichnung zustimmt. Bei Nein geht das Gespräch einfach weiter.",
            verb=consent.note_recording_consent,
            parameters=(
                Parameter(
                    name="consent",
                    meaning="„ja“ oder „nein“, wie der Anrufer geantwortet hat.",
                    also=("recording_consent", "einwilligung", "zustimmung", "answer", "antwort"),
                    required=True,
                    is_yes_or_no=True,
                ),
            ),
            also=("recording_consent", "einwilligung"),
        ),
    )
}

# Who speaks for the caller in a transcript; keys that were pressed come under a role of their own.
_CALLERS = ("user", "dtmf")
# What is asked for a caller who wants a person, anyway.
_LEAD_OUT = frozenset(
    ("transfer_to_human", "request_callback", "take_message", "note_recording_consent")
)
# Rules that decide before any tool does, by their names in the decision log.
_DANGER, _PERSON, _HOURS = "danger", "person", "hours"
# So much of what was said is kept where danger was heard: it may have been said some turns ago.
_REMEMBERED = 20
_ALIASES = {also: tool.name for tool in TOOLS.values() for also in tool.also}
_VERSION_SUFFIX = re.compile(r"[_-]?v[0-9]+$")


def find(name: str) -> Tool | None:
    """Return the tool of this name, of a known alias, or with a version suffix (`_v17`)."""
    plain = _VERSION_SUFFIX.sub("", name.strip().lower()).replace("-", "_")
    return TOOLS.get(_ALIASES.get(plain, plain))


def answer(
    tool: Tool,
    call: Call,
    *,
    given: Mapping[str, Any],
    turns: Sequence[Turn] = (),
    told: Mapping[str, str] | None = None,
    began: datetime | None = None,
    now: datetime,
) -> Answer:
    """Answer one question of the agent; arguments that the tool does not have are left aside.

    Before anything else it is heard whether the caller is in danger, or asks for a person: that comes first, whatever
    the agent makes of it. `turns` is what was said in the call so far, `told` what the agent was told before it
    (`calls/reception.py`), `began` when it began.
    """
    try:
        cleaned = arguments.clean(given, tool.parameters)
    except TypeError:
        return answers.INVALID_ARGUMENTS
    said = [turn.content for turn in turns if turn.role in _CALLERS]
    if emergencies.stands_in((*said, *cleaned.values())):
        decisions.note(_DANGER, given={"said": said[-_REMEMBERED:]}, said={"state": "emergency"})
        return emergencies.ROUTED
    latest = _since_the_agent_spoke(turns)
    if tool.name not in _LEAD_OUT and any(leading_out.wants_a_person(each) for each in latest):
        decisions.note(_PERSON, given={"said": latest}, said={"state": "leads_out"})
        return transferring.transfer_to_human(call, name="", phone="", reason="", now=now)
    is_told = (told or {}).get(after_hours.VARIABLE) == after_hours.YES
    must_ask = tool.makes_appointments or (tool.offers_times and is_told)
    if must_ask and after_hours.turns_down(call, began=began, now=now):
        given_hours = {"began": began and began.isoformat(), "told": is_told}
        decisions.note(_HOURS, given=given_hours, said={"books": False})
        return after_hours.CLOSED
    return tool.verb(call, now=now, **cleaned)


def _since_the_agent_spoke(turns: Sequence[Turn]) -> list[str]:
    """Return what the caller said or pressed last: one wish often comes in several pieces ("Hallo?")."""
    latest = takewhile(lambda turn: turn.role in _CALLERS, reversed(turns))
    return [turn.content for turn in latest][::-1]


def answer_again(
    tool: Tool, call: Call, *, given: Mapping[str, Any], decided: Sequence[Any], now: datetime
) -> Answer:
    """Answer a kept question once more, with the words and the beginning that decided then."""
    known = {each["rule"]: each["given"] for each in decided if isinstance(each, dict)}
    heard = known.get(_DANGER) or known.get(_PERSON) or {}
    hours = known.get(_HOURS) or {}
    return answer(
        tool,
        call,
        given=given,
        turns=[Turn(role="user", content=each) for each in heard.get("said", ())],
        told={after_hours.VARIABLE: after_hours.YES} if hours.get("told") else None,
        began=datetime.fromisoformat(hours["began"]) if hours.get("began") else None,
        now=now,
    )


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
