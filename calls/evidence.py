"""What there is to hold a conversation against: the turns, what the tools were asked, and the rows behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.models import Appointment, AppointmentChange, Service, ServiceAlias, StaffMember
from calls import tools, wishes
from calls.models import Call, CallbackRequest, ToolCall
from calls.when import Opening
from tenants import actors


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

    def answered(self, *states: str) -> bool:
        """Whether a tool came back with any of these."""
        return any(asked.state in states for asked in self.asked)

    def only_moved_in_vain(self) -> bool:
        """Whether no change was tried but to move an appointment, and that did not work."""
        tried = {(asked.tool, asked.state) for asked in self.asked if asked.tool in _CHANGES}
        return bool(tried) and all(
            tool == "reschedule_appointment" and state != "rescheduled" for tool, state in tried
        )


_CHANGES = (
    *("book_appointment", "collect_appointment_data", "reschedule_appointment"),
    *("cancel_appointment", "request_callback"),
)


def of_call(call: Call) -> Evidence:
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
