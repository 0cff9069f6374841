"""The promise auditor: what the agent said and what the tools answered, held against the rows.

`examine` is pure; `look_at` reads the rows of a call and asks it. A finding is something a person has to repair.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from booking.models import Appointment, AppointmentChange, Service, ServiceAlias, StaffMember
from calls import promises, tools, wishes
from calls.models import Call, CallbackRequest, ToolCall
from calls.promises import Claim, Kind
from calls.when import Opening, State, When
from tenants import actors


class Trouble(StrEnum):
    PHANTOM_BOOKING = "phantom_booking"
    PHANTOM_CHANGE = "phantom_change"
    PHANTOM_CALLBACK = "phantom_callback"
    WRONG_TIME = "wrong_time"
    WRONG_SERVICE = "wrong_service"
    WRONG_PERSON = "wrong_person"
    UNSPOKEN_FAILURE = "unspoken_failure"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is not true, in the agent's own words and in ours."""

    trouble: Trouble
    quote: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An appointment that this call made, changed or was told of. `starts` are all its times, local."""

    starts: tuple[datetime, ...]
    service: str
    staff: str
    is_booked_here: bool = False
    is_moved_here: bool = False
    is_cancelled_here: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the agent asked of us, and what came back. `after_turn` counts the turns before the answer; None: unknown."""

    tool: str
    state: str  # empty: no answer arrived
    after_turn: int | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that an examination looks at. `names` are the words by which each service is known."""

    turns: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]
    facts: tuple[Fact, ...]
    has_callback: bool
    services: Mapping[str, tuple[str, ...]]
    staff: tuple[str, ...]
    began: datetime  # local
    opening: Opening


_BOOKING = ("book_appointment", "collect_appointment_data")
_CHANGING = (*_BOOKING, "reschedule_appointment", "cancel_appointment", "request_callback")
_WORKED = {"booked", "rescheduled", "cancelled", "callback_noted"}
# Answers that mean the tool did not do what was asked; whatever only asks back is not among them.
_FAILED = {"", "failed", "slot_taken", "not_available", "nothing_free", "denied", "unknown_tool"}
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_HALF_A_DAY = timedelta(hours=12)


def examine(evidence: Evidence) -> tuple[Finding, ...]:
    """Return everything in a conversation that the rows do not bear out, each thing once."""
    promised = promises.claims(evidence.turns, now=evidence.began, opening=evidence.opening)
    relied_on = [claim for claim in promised if _is_relied_on(claim, promised, evidence)]
    found = [finding for claim in relied_on for finding in _about(claim, relied_on, evidence)]
    if not any(finding.trouble in _PHANTOMS for finding in found):
        found += _unspoken(evidence)
    once: dict[Trouble, Finding] = {}
    for finding in found:
        once.setdefault(finding.trouble, finding)
    return tuple(once.values())


def look_at(call: Call) -> tuple[Finding, ...]:
    """Return what is not true about a call that is over. The tenant's scope must be open."""
    return examine(evidence_of(call))


def evidence_of(call: Call) -> Evidence:
    """Return what the rows say about a call."""
    branch = wishes.branch_of(call)
    return Evidence(
        turns=turns_of(call),
        asked=tuple(_asked(call)),
        facts=tuple(_facts(call)),
        has_callback=CallbackRequest.objects.filter(call=call).exists(),
        services=_service_names(),
        staff=tuple(
            StaffMember.objects.filter(branch=branch).order_by("pk").values_list("name", flat=True)
        ),
        began=(call.started_at or call.created_at).astimezone(branch.zone),
        opening=wishes.opening_of(branch, now=call.started_at or call.created_at),
    )


def turns_of(call: Call) -> tuple[tuple[str, str], ...]:
    """Return who said what, from the turns or, when none came, from the plain transcript."""
    if call.turns:
        return tuple(
            (str(turn.get("role", "")), str(turn.get("content", "")))
            for turn in call.turns
            if isinstance(turn, dict)
        )
    lines = (line.partition(":") for line in call.transcript.splitlines() if line.strip())
    return tuple(
        ("agent" if who.strip().casefold() in _AGENTS else "user", words.strip())
        for who, _colon, words in lines
    )


def tool_named(name: str) -> str:
    """Return the name that a tool has in our table, whatever it was called by."""
    tool = tools.find(name)
    return tool.name if tool else name


_AGENTS = {"agent", "assistent", "assistentin", "bot", "ki", "assistant"}
_PHANTOMS = {Trouble.PHANTOM_BOOKING, Trouble.PHANTOM_CHANGE, Trouble.PHANTOM_CALLBACK}


# --- claims against rows ---------------------------------------------------------------------------------


def _is_relied_on(claim: Claim, promised: Sequence[Claim], evidence: Evidence) -> bool:
    """Whether the caller goes away believing it: it was not taken back, and a weak one stands alone."""
    if claim.kind != Kind.BOOKED:
        return True
    later = [words for role, words in evidence.turns[claim.turn + 1 :] if role == "agent"]
    here = evidence.turns[claim.turn][1].partition(claim.sentence)[2]
    if any(map(promises.takes_back, (here, *later))):
        return False
    if not claim.is_weak:
        names_a_time = claim.when is not None or promises.names_a_clock(claim.sentence)
        return names_a_time or _is_about_one(claim, evidence)
    if any(each.kind != Kind.CALLBACK and not each.is_weak for each in promised):
        return False
    if any(map(_goes_on, (here, *later))) or _answered(evidence, *_ENDED_OTHERWISE):
        return False
    if claim.when is not None and claim.when.state == State.TIME_ONLY:
        return _has_agreed(claim, evidence)
    return _is_about_one(claim, evidence)


def _is_about_one(claim: Claim, evidence: Evidence) -> bool:
    """Whether an appointment was spoken or asked of at all; a parking space can be reserved, too."""
    if any(asked.tool in _ABOUT_TIMES for asked in evidence.asked) or evidence.facts:
        return True
    is_bare = claim.when is None or promises.is_farewell(claim.sentence)
    is_bare = is_bare and "termin" not in claim.sentence.casefold()
    own = claim.sentence if is_bare else ""
    said = [words.replace(own, "") if own else words for _, words in evidence.turns]
    return any(
        promises.is_about_appointments(words) or _named(_words(words), evidence.services)
        for words in said
    )


_ABOUT_TIMES = (
    *("check_availability", "find_alternatives", "hold_slot", "book_appointment", "answer_offer"),
    *("collect_appointment_data", "reschedule_appointment", "cancel_appointment"),
)


def _has_agreed(claim: Claim, evidence: Evidence) -> bool:
    """Whether the caller had just taken a time: then an hour alone answers it ("alles klar, dann um zwei")."""
    said = [words for role, words in evidence.turns[: claim.turn] if role != "agent"]
    return bool(said) and _TAKES_IT.search(said[-1].casefold()) is not None


_TAKES_IT = re.compile(
    r"\b(?:nehme ich|nehm ich|den nehme|passt|ja|gern|gerne|einverstanden|buchen|perfekt|super)\b"
)


def _goes_on(words: str) -> bool:
    """Whether the agent has not done with it: it asks, looks, or tells of trouble."""
    is_asking = "?" in words and not _IS_CLOSING.search(words.casefold())
    is_looking = re.search(r"moment|augenblick|sekunde", words.casefold()) is not None
    return is_asking or is_looking or promises.speaks_of_trouble(words.replace("?", ""))


# What a call without a booking may have ended with instead.
_ENDED_OTHERWISE = (
    *("callback_noted", "message_noted", "waiting", "held", "cancelled", "transfer"),
    *("question_noted", "answered", "services", "emergency", "offer_declined"),
)
# The question that ends a call asks for nothing that the appointment lacks.
_IS_CLOSING = re.compile(
    r"noch (?:etwas|was|eine frage|weiterhelfen|behilflich)|sonst|alles klar\?|okay\?"
)


def _about(claim: Claim, promised: Sequence[Claim], evidence: Evidence) -> list[Finding]:
    if claim.kind == Kind.CALLBACK:
        if evidence.has_callback or _answered(
            evidence, "callback_noted", "waiting", "message_noted", "question_noted"
        ):
            return []
        return [Finding(trouble=Trouble.PHANTOM_CALLBACK, quote=claim.sentence)]
    meant = _meant(claim, evidence)
    if not meant:
        if _is_only_held(claim, evidence):
            return []
        trouble = _PHANTOM_OF[claim.kind]
        return [Finding(trouble=trouble, quote=claim.sentence)]
    if _is_one_more(claim, meant, promised, evidence):
        return [Finding(trouble=Trouble.PHANTOM_BOOKING, quote=claim.sentence)]
    return [*_wrong_time(claim, meant, evidence), *_wrong_names(claim, meant, evidence)]


def _is_one_more(
    claim: Claim, meant: list[Fact], promised: Sequence[Claim], evidence: Evidence
) -> bool:
    """Whether a booking was claimed beside those that stand: their days are claimed too, and this is another one."""
    if claim.kind != Kind.BOOKED or claim.when is None or claim.when.date is None:
        return False
    starts = [start for fact in meant for start in fact.starts]
    days = {start.date() for start in starts}
    said = {each.when.date for each in promised if each.when is not None}
    if claim.when.date in days or not days <= said or _is_corrected(claim, starts, evidence):
        return False
    if _IS_ADDED.search(claim.sentence.casefold()):
        return True
    is_same_hour = claim.when.time in {start.time() for start in starts}
    return not is_same_hour and not promises.is_farewell(claim.sentence)


_IS_ADDED = re.compile(r"\b(?:auch|ebenfalls|ebenso|beide|außerdem|zusätzlich|zweite|dritte)\b")


_PHANTOM_OF = {
    Kind.BOOKED: Trouble.PHANTOM_BOOKING,
    Kind.MOVED: Trouble.PHANTOM_CHANGE,
    Kind.CANCELLED: Trouble.PHANTOM_CHANGE,
}


def _meant(claim: Claim, evidence: Evidence) -> list[Fact]:
    """Return the appointments that a claim can be about; none: it is about nothing that there is."""
    if claim.kind == Kind.MOVED:
        return [fact for fact in evidence.facts if fact.is_moved_here]
    if claim.kind == Kind.CANCELLED:
        return [fact for fact in evidence.facts if fact.is_cancelled_here]
    return [fact for fact in evidence.facts if not fact.is_cancelled_here or fact.is_booked_here]


def _is_only_held(claim: Claim, evidence: Evidence) -> bool:
    """Whether "reserviert" was said of a time that is held indeed, which is what the word means."""
    is_soft = (
        re.search(r"reserviert|vorgemerkt|geblockt|freigehalten", claim.sentence.casefold())
        is not None
    )
    return is_soft and _answered(evidence, "held")


def _answered(evidence: Evidence, *states: str) -> bool:
    return any(asked.state in states for asked in evidence.asked)


def _wrong_time(claim: Claim, meant: list[Fact], evidence: Evidence) -> list[Finding]:
    if claim.when is None:
        return []
    starts = [start for fact in meant for start in fact.starts]
    if _agrees(claim.when, starts) or _is_corrected(claim, starts, evidence):
        return []
    spoken = ", ".join(f"{start:%d.%m.%Y %H:%M}" for start in starts)
    is_untouched = not any(fact.is_booked_here or fact.is_moved_here for fact in meant)
    if is_untouched and _IS_NEW.search(claim.sentence.casefold()):
        return [Finding(trouble=Trouble.PHANTOM_CHANGE, quote=claim.sentence, detail=spoken)]
    return [Finding(trouble=Trouble.WRONG_TIME, quote=claim.context, detail=spoken)]


# "Ihr Termin liegt jetzt am Donnerstag" tells of a change, not of what stood before.
_IS_NEW = re.compile(r"\b(?:jetzt|nun|neu|neuer|ab sofort|stattdessen)\b")


def _agrees(said: When, starts: Iterable[datetime]) -> bool:
    readings = said.alternatives or (said,)
    return any(_is_at(reading, start) for reading in readings for start in starts)


def _is_at(said: When, start: datetime) -> bool:
    """Whether a reading does not contradict a start; an hour may be said without its half of the day."""
    if said.state == State.EXACT and said.start is not None:
        return abs(said.start - start) in (timedelta(0), _HALF_A_DAY)
    if said.date is not None and said.date != start.date():
        return False
    if said.time is not None and said.window_minutes is None:
        same_minute = said.time.minute == start.minute
        return same_minute and said.time.hour % 12 == start.hour % 12
    return True


def _is_corrected(claim: Claim, starts: Sequence[datetime], evidence: Evidence) -> bool:
    later = evidence.turns[claim.turn :]
    return any(
        role == "agent"
        and promises.corrects(words)
        and any(
            _agrees(said, starts)
            for said in promises.times_in(words, now=evidence.began, opening=evidence.opening)
        )
        for role, words in later
    )


def _wrong_names(claim: Claim, meant: list[Fact], evidence: Evidence) -> list[Finding]:
    words = _words(claim.context)
    named = _named(words, evidence.services)
    found = []
    if named and not named & {fact.service for fact in meant}:
        detail = ", ".join(sorted({fact.service for fact in meant}))
        found.append(Finding(trouble=Trouble.WRONG_SERVICE, quote=claim.context, detail=detail))
    people = _named(words, {name: (name, *name.split()) for name in evidence.staff})
    if people and not people & {fact.staff for fact in meant}:
        detail = ", ".join(sorted({fact.staff for fact in meant}))
        found.append(Finding(trouble=Trouble.WRONG_PERSON, quote=claim.context, detail=detail))
    return found


def _named(words: list[str], known: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what of the known is named; where one name lies inside another, the longer one is meant."""
    spans: list[tuple[int, int, str]] = []
    for name, forms in known.items():
        for form in forms:
            looked_for = [word for word in _words(form) if word not in _NOT_A_NAME]
            spans += [(at, at + len(looked_for), name) for at in _places(looked_for, words)]
    return {
        name
        for start, end, name in spans
        if not any(
            other != name and first <= start and end <= last and last - first > end - start
            for first, last, other in spans
        )
    }


# Titles and forms of address name nobody.
_NOT_A_NAME = frozenset({"dr", "prof", "herr", "frau", "und", "mit"})


def _places(looked_for: list[str], words: list[str]) -> list[int]:
    if not looked_for:
        return []
    kept = [word for word in words if word not in _NOT_A_NAME]
    length = len(looked_for)
    return [at for at in range(len(kept) - length + 1) if kept[at : at + length] == looked_for]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().translate(_LETTERS))


# --- failures that were not spoken ------------------------------------------------------------------------


def _unspoken(evidence: Evidence) -> list[Finding]:
    is_booked = any(fact.is_booked_here for fact in evidence.facts)
    for position, asked in enumerate(evidence.asked):
        if is_booked and asked.tool in _BOOKING:
            continue  # tried again, or recovered after the call
        if asked.tool not in _CHANGING or asked.state not in _FAILED:
            continue
        if any(later.state in _WORKED for later in evidence.asked[position + 1 :]):
            continue
        said = _said_after(evidence, asked)
        if said and not any(promises.speaks_of_trouble(words) for words in said):
            detail = f"{asked.tool}: {asked.state or 'no answer'}"
            return [Finding(trouble=Trouble.UNSPOKEN_FAILURE, quote=said[-1], detail=detail)]
    return []


def _said_after(evidence: Evidence, asked: Asked) -> list[str]:
    """Return what the agent said after an answer; where the platform did not say when it came, the last two turns."""
    if asked.after_turn is not None:
        return [words for role, words in evidence.turns[asked.after_turn :] if role == "agent"]
    return [words for role, words in evidence.turns if role == "agent"][-2:]


# --- rows -------------------------------------------------------------------------------------------------


def _asked(call: Call) -> list[Asked]:
    """Return the questions of the call: as the platform tells them, else as we answered them."""
    answered = [
        Asked(tool=tool_named(name), state=state)
        for name, state in ToolCall.objects.filter(call=call)
        .order_by("id")
        .values_list("name", "state")
    ]
    told = [
        Asked(
            tool=tool_named(str(each.get("name", ""))),
            state=str(each.get("state", "")),
            after_turn=each.get("after_turn"),
        )
        for each in call.invocations
        if isinstance(each, dict)
    ]
    return told if len(told) >= len(answered) else answered


def _facts(call: Call) -> list[Fact]:
    zone = wishes.branch_of(call).zone
    named = _named_in_answers(call)
    changes = AppointmentChange.objects.filter(
        appointment_id__in=named, actor=str(actors.call(call.pk))
    )
    changed: dict[int, set[str]] = {}
    for appointment_id, kind in changes.values_list("appointment_id", "kind"):
        changed.setdefault(appointment_id, set()).add(kind)
    rows = Appointment.objects.select_related("service", "staff_member").exclude(
        status=Appointment.Status.HELD
    )
    own = rows.filter(call_number=call.pk)
    facts = []
    for row in (own | rows.filter(pk__in=named)).distinct().order_by("starts_at", "pk"):
        kinds = changed.get(row.pk, set())
        facts.append(
            Fact(
                starts=tuple(each.astimezone(zone) for each in _all_starts(row)),
                service=row.service.name,
                staff=row.staff_member.name,
                is_booked_here=row.call_number == call.pk,
                is_moved_here=AppointmentChange.Kind.MOVED in kinds,
                is_cancelled_here=AppointmentChange.Kind.CANCELLED in kinds,
            )
        )
    return facts


def _service_names() -> dict[str, tuple[str, ...]]:
    """Return the services of the business, each with the words by which callers mean it."""
    names = {pk: [name] for pk, name in Service.objects.order_by("pk").values_list("pk", "name")}
    for service_id, alias in ServiceAlias.objects.order_by("pk").values_list("service_id", "alias"):
        names[service_id].append(alias)
    return {known[0]: tuple(known) for known in names.values()}


def _named_in_answers(call: Call) -> list[int]:
    """Return the appointments that our own answers named: read out to the caller, booked, moved or cancelled."""
    named: list[int] = []
    for answer in ToolCall.objects.filter(call=call).values_list("answer", flat=True):
        data = answer.get("data") if isinstance(answer, dict) else None
        if isinstance(data, dict):
            several = data.get("appointments")
            shown = [data.get("appointment"), *(several if isinstance(several, list) else [])]
            named += [number for each in shown if (number := _number_in(each)) is not None]
    return named


def _number_in(shown: object) -> int | None:
    """Return the number of an appointment as an answer shows it; only what was changed counts as done."""
    given = shown.get("appointment_id", shown.get("id")) if isinstance(shown, dict) else None
    return int(given) if str(given).isdecimal() else None  # type: ignore[arg-type]


def _all_starts(row: Appointment) -> list[datetime]:
    """Return every start an appointment ever had: it may have been moved since it was promised."""
    starts = [row.starts_at]
    for old, new in AppointmentChange.objects.filter(appointment=row).values_list(
        "old_starts_at", "new_starts_at"
    ):
        starts += [each for each in (old, new) if each is not None]
    return list(dict.fromkeys(starts))
