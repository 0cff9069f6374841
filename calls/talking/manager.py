"""The dialogue manager: a German conversation without a model. Same words, same answers.

It asks the same tools as every other agent and says what they say; it decides only which tool comes next.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from calls import leading_out, when

Ask = Callable[[str, Mapping[str, str]], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What the agent says next, and whether that ends or hands over the call."""

    text: str
    ends_call: bool = False
    transfer_number: str = ""


_SORRY = "Das habe ich leider nicht verstanden. Können Sie es bitte noch einmal sagen?"
_GOODBYE = "Vielen Dank für Ihren Anruf. Auf Wiederhören!"
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_YES = re.compile(
    r"^(?:aehm? |oeh |also )*(?:ja|jawohl|genau|gern|gerne|bitte|okay|ok|passt|richtig|stimmt|einverstanden|das nehme ich|nehme ich|klar|super)\b"
)
_NO = re.compile(
    r"^(?:aehm? |oeh |also |ach )*(?:nein|nee|ne|nicht|lieber nicht|passt nicht|leider nicht)\b"
)
_BYE = re.compile(
    r"\b(?:tschuess|auf wiederhoeren|wiederhoeren|wiedersehen|das war alles|das wars|nichts mehr|danke das war)\b"
)
_CANCEL = re.compile(r"\b(?:absagen|stornieren|storno|canceln|absage)\b|\bsag\w*\b.*\bab\b")
_MOVE = re.compile(r"\b(?:verschieben|verlegen|umbuchen|verschiebe|aendern)\b")
_OWN = re.compile(
    r"\b(?:wann (?:ist|war) mein|meine termine|meinen termin nennen|habe ich (?:einen|noch einen) termin)\b"
)
_PRICE = re.compile(r"\b(?:kostet|kosten|preis|preise|teuer)\b")
_CALLBACK = re.compile(r"\b(?:rueckruf|zurueckrufen|rufen sie mich|ruft mich)\b")
_OFFER = re.compile(r"\b(?:angebot|warteliste|vorschlag)\b")
_JOINS = re.compile(r"\b(?:auf die|setzen sie mich|eintragen)\b.*\bwarteliste\b")
_BY_MAIL = re.compile(r"\b(?:e ?mail|mail|mailadresse|bestaetigung schicken|schriftlich)\b")
_ADDRESS = re.compile(
    r"\S+@\S+|\b(?:ät|aet|klammeraffe|at)\b.*\b(?:punkt|dot)\b|\bpunkt\b.*\b(?:ät|aet|at)\b"
)
# What takes back what was said before.
_CORRECTS = re.compile(
    r"\b(?:lieber|doch|moment|stattdessen|warten sie|stopp|stop|ach nein|nein|aendern|andere[rsn]?|anders|quatsch|falsch|geht auch)\b"
)
_IS_NAMED = re.compile(r"\b(?:mein name|name ist|ich heisse|hier ist|auf den namen)\b")
# Only to hear whether a time is named at all; which one is decided by our tools, on their clock.
_ANY_MOMENT = datetime(2026, 1, 5, 8, tzinfo=UTC)
_ORDINALS = {
    "erste": 0,
    "ersten": 0,
    "erster": 0,
    "zweite": 1,
    "zweiten": 1,
    "zweiter": 1,
    "dritte": 2,
    "dritten": 2,
    "letzte": -1,
    "letzten": -1,
}
_NAME = re.compile(
    r"^(?:.*\b(?:mein name ist|ich heisse|ich heiße|hier ist|auf den namen|auf|ich bin|name ist)\s+)?(.+?)[.,!]*(?:\s+bitte)?[.!]*$",
    re.IGNORECASE,
)
_RAW_YES = re.compile(r"^\s*(?:ähm?|ja|genau|gern|bitte|und)[,.]?\s+", re.IGNORECASE)


@dataclass(kw_only=True)
class Manager:
    """One conversation. `ask` puts a question to our tools and returns the answer."""

    ask: Ask
    _pending: str = ""
    _phone: str = ""
    _service: str = ""
    _date: str = ""
    _time: str = ""
    _slots: list[Mapping[str, Any]] = field(default_factory=list)
    _slot_id: str = ""
    _name: str = ""
    _email: str = ""
    _wants_mail: bool = False
    _wish: dict[str, str] = field(default_factory=dict)
    _misses: int = 0

    def open(self) -> Spoken:
        """Return the first sentences; that a machine speaks is always among them."""
        greeting = str(self.ask("get_context", {}).get("say") or "Guten Tag.")
        head, _, tail = greeting.rpartition(". ")
        disclosed = "Sie sprechen mit einer digitalen Assistentin."
        return Spoken(text=f"{head}. {disclosed} {tail}" if head else f"{greeting} {disclosed}")

    def answer(self, words: str) -> Spoken:
        """Return what to say to these words of the caller."""
        folded = _folded(words)
        if not folded:
            return self._missed(_SORRY)
        if leading_out.wants_a_person(words):
            return self._lead_out(words)
        self._wants_mail = self._wants_mail or bool(_BY_MAIL.search(folded))
        if _BYE.search(folded) and not self._pending:
            return Spoken(text=_GOODBYE, ends_call=True)
        handler = _PENDING.get(self._pending)
        return handler(self, words, folded) if handler else self._new_matter(words, folded)

    def remind(self) -> Spoken:
        """Return what to say into a long silence."""
        return Spoken(text="Sind Sie noch da?")

    # --- a new matter ------------------------------------------------------------------------------

    def _new_matter(self, words: str, folded: str) -> Spoken:
        if _OFFER.search(folded) and not _JOINS.search(folded):
            return self._about_offer({})
        if _CANCEL.search(folded):
            return self._change("cancel_appointment", {"date": ""})
        if _MOVE.search(folded):
            return self._change(_MOVING, {"new_date": words if _names_a_time(words) else ""})
        if _OWN.search(folded):
            return self._say("find_appointments", {})
        if _PRICE.search(folded):
            return self._say("list_services", {"service": words})
        if _CALLBACK.search(folded):
            return self._call_back(words)
        self._service, self._date, self._time = words, words, ""
        return self._check()

    def _check(self) -> Spoken:
        asked = {"service": self._service, "date": self._date, "time": self._time}
        reply = self.ask("check_availability", _without_blanks(asked))
        return self._react(reply)

    def _react(self, reply: Mapping[str, Any]) -> Spoken:
        state, data = str(reply.get("state", "")), _object(reply.get("data"))
        self._slots = _objects(data.get("slots"))
        self._pending = "slot" if self._slots else _AFTER.get(state, "")
        if state == "failed":
            self._pending = "callback"
        return Spoken(text=str(reply.get("say") or _SORRY))

    # --- what was asked for ------------------------------------------------------------------------

    def _hear_slot(self, words: str, folded: str) -> Spoken:
        chosen = self._chosen(folded)
        if chosen is None:
            if _NO.search(folded) and len(folded.split()) < 4:
                self._pending = "time"
                return Spoken(text="An welchem Tag und um wie viel Uhr würde es Ihnen passen?")
            self._date, self._time = words, ""
            return self._check()
        self._slot_id = str(chosen.get("slot_id", ""))
        if self._name:
            return self._book()
        self._pending = "name"
        return Spoken(text=_WHOSE_NAME)

    def _chosen(self, folded: str) -> Mapping[str, Any] | None:
        """Return the slot that is meant: the only one, one by its place, or one by its hour."""
        if _NO.search(folded):
            return None
        for word, place in _ORDINALS.items():
            if re.search(rf"\b{word}\b", folded) and -len(self._slots) <= place < len(self._slots):
                return self._slots[place]
        named = [each for each in self._slots if _hour_of(each) and _hour_of(each) in folded]
        if len(named) == 1:
            return named[0]
        return self._slots[0] if len(self._slots) == 1 and _YES.search(folded) else None

    def _hear_name(self, words: str, folded: str) -> Spoken:
        if _takes_back(words, folded):
            self._date, self._time = words, ""
            return self._check()
        if _BY_MAIL.search(folded) and not _IS_NAMED.search(folded):
            return Spoken(text=f"Gern. {_WHOSE_NAME}")
        found = _NAME.match(_RAW_YES.sub("", words.strip()))
        self._name = (found[1] if found else words).strip()
        return self._book()

    def _hear_number(self, words: str, folded: str) -> Spoken:
        self._misses += 1
        if _NO.search(folded) or self._misses > 2:
            self._phone, self._pending = "", ""
            return Spoken(text="In Ordnung. Kann ich sonst noch etwas für Sie tun?")
        self._phone = words
        return self._book()

    def _hear_email(self, words: str, folded: str) -> Spoken:
        if _NO.search(folded):
            self._email, self._wants_mail = "", False
        elif _ADDRESS.search(words.casefold()) or len(folded) > _SHORTEST_ADDRESS:
            self._email = words
        else:
            return Spoken(text=_WHICH_ADDRESS)
        return self._book()

    def _book(self) -> Spoken:
        if self._wants_mail and not self._email:
            self._pending = "email"
            return Spoken(text=_WHICH_ADDRESS)
        asked = {
            "slot_id": self._slot_id,
            "service": self._service,
            "name": self._name,
            "email": self._email,
            "phone": self._phone,
            "confirmed": "ja",
        }
        reply = self.ask("book_appointment", _without_blanks(asked))
        if reply.get("state") == "missing" and "name" in (
            _object(reply.get("data")).get("fields") or ()
        ):
            self._name, self._pending = "", "name"
            return Spoken(text=str(reply.get("say") or _SORRY))
        spoken = self._react(reply)
        if "phone" in (_object(reply.get("data")).get("fields") or ()):
            # Refused already: the callback waits for its number. Still open: it stays with the booking.
            is_noted = "callback_id" in _object(reply.get("data"))
            self._pending = "phone" if is_noted else "number"
        if reply.get("state") == "booked":
            return Spoken(text=f"{spoken.text} Kann ich sonst noch etwas für Sie tun?")
        return spoken

    def _hear_service(self, words: str, folded: str) -> Spoken:
        self._service = words
        return self._check()

    def _hear_time(self, words: str, folded: str) -> Spoken:
        self._date, self._time = words, ""
        return self._check()

    # --- appointments of before ----------------------------------------------------------------------

    def _change(self, tool: str, wish: dict[str, str]) -> Spoken:
        self._wish = {"tool": tool, **_without_blanks(wish)}
        return self._go_on_changing()

    def _go_on_changing(self) -> Spoken:
        asked = {name: value for name, value in self._wish.items() if name != "tool"}
        reply = self.ask(self._wish["tool"], asked)
        state, data = str(reply.get("state", "")), _object(reply.get("data"))
        self._slots = _objects(data.get("slots"))
        self._pending = "new_slot" if self._slots else _AFTER_CHANGE.get(state, "")
        return Spoken(text=str(reply.get("say") or _SORRY))

    def _hear_confirmation(self, words: str, folded: str) -> Spoken:
        if _takes_back(words, folded) and self._wish["tool"] == _MOVING:
            return self._hear_new_time(words, folded)
        if not _YES.search(folded):
            self._pending = ""
            return Spoken(text="Gut, dann bleibt alles, wie es ist. Was kann ich noch für Sie tun?")
        self._wish["confirmed"] = "ja"
        return self._go_on_changing()

    def _hear_new_time(self, words: str, folded: str) -> Spoken:
        self._wish |= {"new_date": words}
        self._wish.pop("slot_id", None)
        return self._go_on_changing()

    def _hear_new_slot(self, words: str, folded: str) -> Spoken:
        chosen = self._chosen(folded)
        if chosen is None:
            return self._hear_new_time(words, folded)
        self._wish.pop("new_date", None)
        self._wish["slot_id"] = str(chosen.get("slot_id", ""))
        return self._go_on_changing()

    def _hear_which(self, words: str, folded: str) -> Spoken:
        self._wish["date"] = words
        return self._go_on_changing()

    def _hear_whose(self, words: str, folded: str) -> Spoken:
        found = _NAME.match(words.strip())
        self._wish["name"] = (found[1] if found else words).strip()
        return self._go_on_changing()

    # --- offers ----------------------------------------------------------------------------------------

    def _about_offer(self, asked: Mapping[str, str]) -> Spoken:
        reply = self.ask("answer_offer", asked)
        state = str(reply.get("state", ""))
        self._pending = {"offer_open": "offer", "ask_name": "offer_name"}.get(state, "")
        return Spoken(text=str(reply.get("say") or _SORRY))

    def _hear_offer(self, words: str, folded: str) -> Spoken:
        if _YES.search(folded):
            return self._about_offer({"answer": "ja"})
        if _NO.search(folded):
            return self._about_offer({"answer": "nein"})
        return self._about_offer({"date": words})

    def _hear_offer_name(self, words: str, folded: str) -> Spoken:
        found = _NAME.match(words.strip())
        return self._about_offer({"name": (found[1] if found else words).strip()})

    # --- out of the conversation ---------------------------------------------------------------------

    def _lead_out(self, words: str) -> Spoken:
        reply = self.ask(
            "transfer_to_human", _without_blanks({"reason": words, "name": self._name})
        )
        self._pending = "phone" if reply.get("state") == "missing" else ""
        number = _object(reply.get("data")).get("transfer_number")
        return Spoken(
            text=str(reply.get("say") or _SORRY),
            transfer_number=number if isinstance(number, str) else "",
        )

    def _call_back(self, words: str) -> Spoken:
        reply = self.ask("request_callback", _without_blanks({"reason": words, "name": self._name}))
        self._pending = "phone" if reply.get("state") == "missing" else ""
        return Spoken(text=str(reply.get("say") or _SORRY))

    def _hear_phone(self, words: str, folded: str) -> Spoken:
        reply = self.ask("request_callback", {"phone": words})
        self._pending = "phone" if reply.get("state") == "missing" and self._misses < 2 else ""
        self._misses += 1
        return Spoken(text=str(reply.get("say") or _SORRY))

    def _hear_callback(self, words: str, folded: str) -> Spoken:
        self._pending = ""
        if _YES.search(folded):
            return self._call_back("Termin")
        return self._new_matter(words, folded)

    def _say(self, tool: str, asked: Mapping[str, str]) -> Spoken:
        return Spoken(text=str(self.ask(tool, asked).get("say") or _SORRY))

    def _missed(self, text: str) -> Spoken:
        self._misses += 1
        return self._call_back("nicht verstanden") if self._misses > 3 else Spoken(text=text)


_MOVING = "reschedule_appointment"
_WHOSE_NAME = "Auf welchen Namen darf ich den Termin eintragen?"
_WHICH_ADDRESS = "An welche E-Mail-Adresse darf ich die Bestätigung schicken? Gern buchstabiert."
_SHORTEST_ADDRESS = 8
# What is waited for after an answer without slots.
_AFTER = {
    "ask_service": "service",
    "ask_date": "time",
    "ask_time": "time",
    "ask_email": "email",
    "past": "time",
    "invalid": "time",
    "conflict": "time",
    "ambiguous": "time",
    "too_soon": "time",
    "beyond_horizon": "time",
    "closed": "time",
    "missing": "time",
    "nothing_free": "callback",
    "not_available": "callback",
    "slot_taken": "callback",
    "only_callbacks": "callback",
}
_AFTER_CHANGE = {
    "confirm_cancellation": "confirm",
    "confirm_move": "confirm",
    "ask_new_time": "new_time",
    "ask_date": "new_time",
    "past": "new_time",
    "ambiguous": "new_time",
    "conflict": "new_time",
    "invalid": "new_time",
    "ask_appointment": "which",
    "ask_name": "whose",
    "denied": "callback",
    "number_withheld": "callback",
    "not_identified": "callback",
    "too_many_attempts": "callback",
    "only_callbacks": "callback",
}
_PENDING: Mapping[str, Callable[[Manager, str, str], Spoken]] = {
    "slot": Manager._hear_slot,
    "name": Manager._hear_name,
    "email": Manager._hear_email,
    "offer": Manager._hear_offer,
    "offer_name": Manager._hear_offer_name,
    "service": Manager._hear_service,
    "time": Manager._hear_time,
    "confirm": Manager._hear_confirmation,
    "new_time": Manager._hear_new_time,
    "new_slot": Manager._hear_new_slot,
    "which": Manager._hear_which,
    "whose": Manager._hear_whose,
    "phone": Manager._hear_phone,
    "number": Manager._hear_number,
    "callback": Manager._hear_callback,
}


def _names_a_time(words: str) -> bool:
    said = when.understand(words, now=_ANY_MOMENT)
    return said.state is not when.State.UNPARSEABLE


def _takes_back(words: str, folded: str) -> bool:
    """Whether a caller names another time where something else was asked."""
    return bool(_CORRECTS.search(folded)) and _names_a_time(words)


def _hour_of(slot: Mapping[str, Any]) -> str:
    """Return the spoken time of a slot, folded: "zehn uhr dreissig"."""
    return _folded(str(slot.get("spoken", "")).rpartition(" um ")[2])


def _without_blanks(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold().translate(_LETTERS)).split())
