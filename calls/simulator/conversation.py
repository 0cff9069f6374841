"""The telephone conversation: an invented caller, and an agent that keeps to what our tools answer.

The agent does what the real one is told to do: it asks before it speaks, says what `say` says, books only what the
caller chose, and takes down a callback when nothing can be booked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from calls.simulator.line import Switches, Wire
from calls.simulator.persona import Persona, Wish
from calls.simulator.story import Asked, Said
from calls.simulator.tape import Tape
from integrations.voice.loopback import Answer

_MOST_CHECKS, _MOST_BOOKINGS = 6, 4
_APOLOGY = "Entschuldigung, das hat gerade technisch nicht geklappt."


@dataclass(kw_only=True)
class Conversation:
    """One conversation. `hold` plays it; the other fields tell afterwards what came out of it."""

    wire: Wire
    tape: Tape
    persona: Persona
    switches: Switches
    moments: list[Said | Asked] = field(default_factory=list)
    told: Mapping[str, Any] | None = None
    was_promised_a_callback: bool = False
    end_reason: str = "user_hangup"
    # What the agent has understood so far.
    _service: str = ""
    _name: str = ""
    _email: str = ""
    _phone: str = ""
    _wish: Wish = field(default_factory=lambda: Wish(spoken="", date=""))
    _wishes_left: list[Wish] = field(default_factory=list)

    def hold(self) -> None:
        """Hold the conversation until somebody hangs up."""
        self._wish, *self._wishes_left = self.persona.wishes
        self._service = self.persona.errand.words
        context = self._ask("get_context", {})
        if context.state == "unknown_number":
            self._agent(context.say)
            self.end_reason = "agent_hangup"
            return
        self._greet(context)
        self._caller(self.persona.open(self._wish))
        self._agent("Gern, einen Moment, ich sehe nach.")
        if not self._find_a_time():
            self._offer_a_callback()
        self._caller("Vielen Dank, auf Wiederhören.")

    def collected(self) -> dict[str, str]:
        return {"appointment_id": str(self.told["id"])} if self.told and "id" in self.told else {}

    def analysis(self) -> dict[str, Any]:
        """Return what the platform's model would make of the conversation afterwards."""
        return {
            "call_summary": self._summary(),
            "in_voicemail": False,
            "user_sentiment": "Positive" if self.told else "Neutral",
            "call_successful": bool(self.told or self.was_promised_a_callback),
            "custom_analysis_data": {
                "anliegen": "termin_buchen",
                "rueckruf_erbeten": self.was_promised_a_callback,
                **({"kundenname": self._name} if self._name else {}),
            },
        }

    def _summary(self) -> str:
        wanted = f"{self.persona.name} wollte {self._wish.spoken} einen Termin {self.persona.errand.spoken}"
        if self.told:
            spoken = self.told.get("spoken", "")
            return f"{wanted}. Gebucht wurde {self.told.get('service', 'ein Termin')}: {spoken}."
        if self.was_promised_a_callback:
            return f"{wanted}. Es wurde kein Termin gebucht, ein Rückruf wurde zugesagt."
        return f"{wanted}. Es wurde kein Termin gebucht."

    # --- looking for a time ---------------------------------------------------------------------

    def _find_a_time(self) -> bool:
        """Ask for times until one is booked; tell whether one was."""
        for _ in range(_MOST_CHECKS):
            reply = self._check()
            react = _REACTIONS.get(reply.state, Conversation._cannot_go_on)
            if not react(self, reply):
                break
            if self.told:
                return True
        return False

    def _check(self) -> "Reply":
        wanted = {"service": self._service, "date": self._wish.date, "time": self._wish.time}
        return self._ask(
            "check_availability", {name: said for name, said in wanted.items() if said}
        )

    def _choose_a_time(self, reply: "Reply") -> bool:
        self._agent(reply.say)
        if not reply.slots:
            return self._wish_for_something_else()
        insists = not self.persona.takes_alternatives and self._wishes_left
        if reply.state == "alternatives" and insists:
            self._caller("Nein, das passt mir leider nicht.")
            return self._wish_for_something_else()
        return self._book(self._pick(reply))

    def _pick(self, reply: "Reply") -> Mapping[str, Any]:
        slot = self.persona.choose_slot(reply.slots)
        self._caller(f"{slot.get('spoken', 'Das')} passt mir gut.")
        return slot

    def _choose_a_service(self, reply: "Reply") -> bool:
        offered = [each for each in reply.data.get("candidates") or () if isinstance(each, str)]
        candidates = [each for each in offered if each != self._service]
        self._agent(reply.say)
        if not candidates:
            return False
        self._service = self.persona.choose_service(candidates)
        self._caller(f"{self._service}, bitte.")
        return True

    def _choose_a_reading(self, reply: "Reply") -> bool:
        readings = _objects(reply.data.get("alternatives"))
        if not readings:
            return self._name_another_day(reply)
        self._agent(reply.say)
        meant = str(readings[0].get("spoken", ""))
        self._caller(f"{meant}, meinte ich.")
        only_time = "time" in readings[0]
        date, time = (self._wish.date, meant) if only_time else (meant, "")
        if (date, time) == (self._wish.date, self._wish.time):
            return False
        self._wish = Wish(spoken=self._wish.spoken, date=date, time=time)
        return True

    def _name_a_time(self, reply: "Reply") -> bool:
        self._agent(reply.say)
        if self._wish.time:
            return self._wish_for_something_else()
        self._caller("Am liebsten vormittags.")
        self._wish = Wish(spoken=self._wish.spoken, date=self._wish.date, time="vormittags")
        return True

    def _name_another_day(self, reply: "Reply") -> bool:
        self._agent(reply.say)
        return self._wish_for_something_else()

    def _wish_for_something_else(self) -> bool:
        if not self._wishes_left:
            if not self._was_just_offered_a_callback():
                self._caller("Dann weiß ich leider auch keinen anderen Tag.")
            return False
        self._wish = self._wishes_left.pop(0)
        self._caller(f"Geht es sonst vielleicht {self._wish.spoken}?")
        return True

    def _cannot_go_on(self, reply: "Reply") -> bool:
        self._agent(reply.say or _APOLOGY)
        return False

    # --- booking ----------------------------------------------------------------------------------

    def _book(self, slot: Mapping[str, Any]) -> bool:
        """Book a slot, or what is offered instead; False when there is nothing more to try."""
        self._ask_for_the_name()
        if self.persona.leaves_email:
            self._ask_for_the_email()
        for _ in range(_MOST_BOOKINGS):
            reply = self._ask("book_appointment", self._booking(slot))
            self._agent(reply.say or _APOLOGY)
            if reply.state == "booked":
                self.told = _object(reply.data.get("appointment")) or {"spoken": reply.say}
                return True
            if reply.slots:
                slot = self._pick(reply)
            elif reply.state not in ("missing", "ask_email"):
                return (
                    reply.state in ("slot_taken", "not_available")
                    and self._wish_for_something_else()
                )
            elif not self._complete(reply):
                return True
        return False

    def _booking(self, slot: Mapping[str, Any]) -> dict[str, str]:
        said = {
            "slot_id": str(slot.get("slot_id", "")),
            "service": self._service,
            "name": self._name,
            "phone": self._phone,
            "email": self._email,
        }
        return {name: value for name, value in said.items() if value}

    def _complete(self, reply: "Reply") -> bool:
        """Say what is missing; False when it is nothing that a caller could add."""
        adds: Mapping[str, Callable[[], None]] = {
            "name": self._say_the_name,
            "email": self._say_the_email,
            "phone": self._say_the_phone,
        }
        missing = [adds[name] for name in reply.data.get("fields") or () if name in adds]
        for add in missing:
            add()
        return bool(missing)

    def _ask_for_the_name(self) -> None:
        if not self._name:
            self._agent("Auf welchen Namen darf ich den Termin eintragen?")
            self._say_the_name()

    def _ask_for_the_email(self) -> None:
        if not self._email:
            self._agent("Möchten Sie eine Bestätigung per E-Mail?")
            self._say_the_email()

    def _say_the_name(self) -> None:
        self._name = self.persona.name
        self._caller(f"Auf {self._name}, bitte.")

    def _say_the_email(self) -> None:
        self._email = self.persona.email
        self._caller(f"Ja, an {self._email}.")

    def _say_the_phone(self) -> None:
        self._phone = self.persona.phone
        self._caller(f"Meine Nummer ist {_as_dialled(self._phone)}.")

    # --- when nothing can be booked ---------------------------------------------------------------

    def _offer_a_callback(self) -> None:
        if not self._was_just_offered_a_callback():
            self._agent("Darf ich notieren, dass Sie jemand zurückruft?")
        self._caller("Ja, bitte.")
        self._ask_for_the_name_of_the_caller()
        for _ in range(2):
            reply = self._ask("request_callback", self._callback())
            self._agent(reply.say or _APOLOGY)
            if reply.state == "callback_noted":
                self.was_promised_a_callback = True
                return
            if reply.state != "missing" or not self._complete(reply):
                return

    def _was_just_offered_a_callback(self) -> bool:
        last = self.moments[-1]
        return isinstance(last, Said) and last.speaker == "agent" and "zurückr" in last.text

    def _callback(self) -> dict[str, str]:
        said = {
            "name": self._name,
            "phone": self._phone,
            "reason": f"Termin: {self.persona.errand.words}",
            "wish": self._wish.spoken,
        }
        return {name: value for name, value in said.items() if value}

    def _ask_for_the_name_of_the_caller(self) -> None:
        if not self._name:
            self._agent("Auf welchen Namen darf ich das notieren?")
            self._say_the_name()

    # --- speaking and asking ----------------------------------------------------------------------

    def _greet(self, context: "Reply") -> None:
        self._agent(context.say or "Guten Tag, was kann ich für Sie tun?")
        if self.persona.introduces_itself:
            self._name = self.persona.name
            return
        known = context.data.get("caller_name")
        if isinstance(known, str) and known:
            self._agent(f"Spreche ich mit {known}?")
            self._caller(self.persona.confirms_being(known))
            self._name = self.persona.name

    def _agent(self, text: str) -> None:
        self._say("agent", "agent", text)

    def _caller(self, text: str) -> None:
        self._say("user", "caller", text[:1].upper() + text[1:])

    def _say(self, role: str, speaker: str, text: str) -> None:
        if text:
            self.tape.say(role, text)
            self.moments.append(Said(speaker=speaker, text=text))

    def _ask(self, tool: str, arguments: Mapping[str, Any]) -> "Reply":
        tool_call_id = self.tape.ask(tool, arguments)
        answer = self.wire.ask(tool, self.tape.running(), arguments)
        self.tape.answer(
            tool_call_id,
            answer.text or answer.failure,
            successful=answer.is_accepted,
            duration_ms=answer.duration_ms,
        )
        reply = _understand(answer)
        self.moments.append(
            Asked(
                tool=tool,
                arguments=dict(arguments),
                state=reply.state,
                duration_ms=self._first_duration(answer),
                repeated_ms=answer.duration_ms if self.switches.repeat_tool else None,
            )
        )
        return reply

    def _first_duration(self, answer: Answer) -> float:
        return (
            self.wire.posted[-2].answer.duration_ms
            if self.switches.repeat_tool
            else answer.duration_ms
        )


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer of ours, as far as the agent understands it."""

    state: str
    say: str
    data: Mapping[str, Any]

    @property
    def slots(self) -> list[Mapping[str, Any]]:
        return self.objects("slots")

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        return _objects(self.data.get(name))


# What the agent does after each state of check_availability; False ends the search.
_REACTIONS: Mapping[str, Callable[[Conversation, Reply], bool]] = {
    "available": Conversation._choose_a_time,
    "alternatives": Conversation._choose_a_time,
    "ask_service": Conversation._choose_a_service,
    "ambiguous": Conversation._choose_a_reading,
    "conflict": Conversation._choose_a_reading,
    "ask_time": Conversation._name_a_time,
    "ask_date": Conversation._name_another_day,
    "nothing_free": Conversation._name_another_day,
    "past": Conversation._name_another_day,
    "invalid": Conversation._name_another_day,
    "too_soon": Conversation._name_another_day,
    "beyond_horizon": Conversation._name_another_day,
    "closed": Conversation._name_another_day,
}


def _understand(answer: Answer) -> Reply:
    if not answer.is_accepted:
        return Reply(state=answer.failure or f"HTTP {answer.status}", say="", data={})
    state, say = answer.content.get("state"), answer.content.get("say")
    return Reply(
        state=state if isinstance(state, str) else "",
        say=say if isinstance(say, str) else "",
        data=_object(answer.content.get("data")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _as_dialled(phone: str) -> str:
    return f"0{phone[3:]}" if phone.startswith("+49") else phone
