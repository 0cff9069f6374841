"""A conversation as people hold it: with a goal of their own, hesitations, corrections, mishearings, interruptions."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from calls.simulator.conversation import Conversation, Reply
from calls.simulator.crowd import WISHES, Goal, Habits
from calls.simulator.persona import Wish

_FILLERS = ("Ähm, ", "Also, ", "Ja, äh, ", "Hm, Moment, ", "Öh, ")
# As models rename what they were told to write.
_OTHER_NAMES = {"service": "dienstleistung", "date": "datum", "time": "uhrzeit", "name": "kunde"}
_LOST = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})


@dataclass(kw_only=True)
class Lively(Conversation):
    """One conversation with somebody who is not a machine. `changed` is an appointment of before that was changed."""

    goal: Goal
    habits: Habits
    dice: random.Random
    changed: Mapping[str, Any] | None = None
    was_cancelled: bool = False
    _has_corrected: bool = field(default=False, repr=False)

    def hold(self) -> None:
        """Hold the conversation until somebody hangs up."""
        self._wish, *self._wishes_left = self.persona.wishes
        self._service = self._heard(self.persona.errand.words)
        context = self._ask("get_context", {})
        if context.state == "unknown_number":
            self._agent(context.say)
            self.end_reason = "agent_hangup"
            return
        self._greet(context)
        _PURSUITS[self.goal](self)

    # --- goals ----------------------------------------------------------------------------------

    def _come_to_book(self) -> None:
        self._caller(self.persona.open(self._wish))
        self._agent("Gern, einen Moment, ich sehe nach.")
        if not self._find_a_time():
            self._offer_a_callback()
        self._say_goodbye()

    def _come_to_look(self) -> None:
        self._caller(self.persona.open(self._wish))
        reply = self._check()
        self._agent(reply.say)
        self._caller("Danke, das überlege ich mir noch.")
        self._agent("Gern. Auf Wiederhören.")

    def _change_the_mind(self) -> None:
        self._caller(self.persona.open(self._wish))
        if not self._find_a_time():
            self._offer_a_callback()
            return
        self._caller("Ach, wissen Sie was, das geht doch nicht.")
        self._move(is_own_booking=True)
        self._say_goodbye()

    def _regret(self) -> None:
        self._caller(self.persona.open(self._wish))
        if not self._find_a_time():
            self._offer_a_callback()
            return
        self._caller("Oh nein, da kann ich gar nicht. Bitte sagen Sie das wieder ab.")
        if self._cancel():
            self.told = None
        self._say_goodbye()

    def _come_to_move(self) -> None:
        self._caller(f"Hier ist {self.persona.name}. Ich möchte meinen Termin verschieben.")
        self._find_own()
        self._move(is_own_booking=False)
        self._say_goodbye()

    def _come_to_cancel(self) -> None:
        self._caller(f"Hier ist {self.persona.name}. Ich muss meinen Termin absagen.")
        self._find_own()
        self._cancel()
        self._say_goodbye()

    def _ask_for_a_callback(self) -> None:
        self._caller("Ich habe eine Frage, da müsste mich bitte jemand zurückrufen.")
        self._offer_a_callback()

    def _ask_for_a_person(self) -> None:
        self._caller("Kann ich bitte mit einem Menschen sprechen?")
        reply = self._ask("transfer_to_human", {"reason": "möchte einen Menschen sprechen"})
        self._agent(reply.say)
        self.end_reason = "user_hangup"

    def _ask_for_a_price(self) -> None:
        self._caller(f"Was kostet das denn bei Ihnen, {self.persona.errand.words}?")
        reply = self._ask("list_services", {"service": self.persona.errand.words})
        self._agent(reply.say)
        self._caller("Mehr wollte ich nicht wissen, danke.")

    def _just_hang_up(self) -> None:
        self._caller(self.persona.open(self._wish))
        self._check()
        self.end_reason = "user_hangup"

    def _mumble(self) -> None:
        for mumbled in ("blubb und so, ne", "na da halt, Sie wissen schon"):
            self._caller(f"{mumbled}.")
            reply = self._ask("check_availability", {"service": self._service, "date": mumbled})
            self._agent(reply.say)
        self._caller("Ach, lassen Sie.")

    # --- existing appointments ------------------------------------------------------------------

    def _find_own(self) -> None:
        reply = self._ask("find_appointments", {"name": self.persona.name})
        self._agent(reply.say)

    def _move(self, *, is_own_booking: bool) -> None:
        """Ask for another time for the appointment, choose one and have it moved; what cannot be is left."""
        wanted = self.dice.choice((WISHES[3], WISHES[4], WISHES[7], WISHES[8]))
        self._caller(f"Geht es auch {wanted.spoken}?")
        asked = {"new_date": wanted.date, "new_time": wanted.time, "name": self.persona.name}
        reply = self._ask("reschedule_appointment", asked)
        self._agent(reply.say)
        for _ in range(3):
            if reply.state in ("alternatives", "slot_taken") and reply.slots:
                slot = self._pick(reply)
                asked = {"slot_id": str(slot.get("slot_id", "")), "name": self.persona.name}
                reply = self._ask("reschedule_appointment", asked)
            elif reply.state == "ask_appointment":
                asked = {**asked, **self._the_first(reply)}
                reply = self._ask("reschedule_appointment", asked)
            elif reply.state == "confirm_move":
                self._caller("Ja, genau.")
                reply = self._ask("reschedule_appointment", {**asked, "confirmed": "ja"})
            else:
                break
            self._agent(reply.say)
        if reply.state == "rescheduled":
            self._note_change(reply, is_own_booking=is_own_booking)

    def _cancel(self) -> bool:
        asked = {"name": self.persona.name}
        reply = self._ask("cancel_appointment", asked)
        self._agent(reply.say)
        for _ in range(2):
            if reply.state == "ask_appointment":
                asked |= self._the_first(reply)
                reply = self._ask("cancel_appointment", asked)
            elif reply.state == "confirm_cancellation":
                self._caller("Ja, bitte.")
                reply = self._ask("cancel_appointment", {**asked, "confirmed": "ja"})
            else:
                break
            self._agent(reply.say)
        self.was_cancelled = reply.state == "cancelled"
        return self.was_cancelled

    def _the_first(self, reply: Reply) -> dict[str, str]:
        found = reply.objects("appointments")
        self._caller(
            f"{found[0].get('spoken', 'Den')}, den meine ich." if found else "Den nächsten."
        )
        return {"appointment_id": str(found[0].get("appointment_id", ""))} if found else {}

    def _note_change(self, reply: Reply, *, is_own_booking: bool) -> None:
        shown = reply.data.get("appointment")
        if not isinstance(shown, dict):
            return
        now_at = {"id": int(shown["appointment_id"]), **shown}
        if is_own_booking:
            self.told = now_at
        else:
            self.changed = now_at

    def _say_goodbye(self) -> None:
        self._caller("Vielen Dank, auf Wiederhören.")

    # --- habits -----------------------------------------------------------------------------------

    def _caller(self, text: str) -> None:
        if self.habits.hesitates and self.dice.random() < 0.5:
            text = self.dice.choice(_FILLERS) + text[:1].lower() + text[1:]
        super()._caller(text)

    def _agent(self, text: str) -> None:
        if self.habits.interrupts and len(text) > 60 and self.dice.random() < 0.4:
            cut = text[: self.dice.randrange(20, 50)].rsplit(" ", 1)[0]
            super()._agent(f"{cut} –")
            self._caller("Moment, noch mal bitte?")
        super()._agent(text)

    def _check(self) -> Reply:
        if self.habits.corrects and not self._has_corrected:
            self._has_corrected = True
            meant, self._wish = self._wish, self.dice.choice(WISHES)
            super()._check()
            self._caller(f"Nein, Moment, ich meinte {meant.spoken}.")
            self._wish = meant
        if self.habits.hesitates:
            said = self._wish
            self._wish = Wish(spoken=said.spoken, date=f"ähm, {said.date}", time=said.time)
            reply = super()._check()
            self._wish = said
            return reply
        return super()._check()

    def _ask(self, tool: str, arguments: Mapping[str, Any]) -> Reply:
        written = dict(arguments)
        if self.habits.is_renamed:
            written = {_OTHER_NAMES.get(name, name): value for name, value in written.items()}
            written |= {"email": "null"} if "email" not in written else {}
        if self.habits.interrupts and self.dice.random() < 0.25:
            super()._ask(tool, written)  # spoken into, the model asks the same once more
        return super()._ask(tool, written)

    def _heard(self, words: str) -> str:
        if not self.habits.is_misheard:
            return words
        garbled = words.translate(_LOST)
        if len(garbled) > 6 and self.dice.random() < 0.5:
            lost = self.dice.randrange(2, len(garbled) - 1)
            garbled = garbled[:lost] + garbled[lost + 1 :]
        return garbled


_PURSUITS: Mapping[Goal, Callable[[Lively], None]] = {
    Goal.BOOK: Lively._come_to_book,
    Goal.LOOK: Lively._come_to_look,
    Goal.CHANGE_MIND: Lively._change_the_mind,
    Goal.REGRET: Lively._regret,
    Goal.MOVE: Lively._come_to_move,
    Goal.CANCEL: Lively._come_to_cancel,
    Goal.CALLBACK: Lively._ask_for_a_callback,
    Goal.PERSON: Lively._ask_for_a_person,
    Goal.PRICE: Lively._ask_for_a_price,
    Goal.HANG_UP: Lively._just_hang_up,
    Goal.MUMBLE: Lively._mumble,
}
