"""Conversations of strangers, read from the tables and put before the auditor as evidence."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calls import auditor
from calls.evidence import Asked, Evidence, Fact
from calls.when import Opening

BERLIN = ZoneInfo("Europe/Berlin")
BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=BERLIN)
OPENING = Opening(hours=dict.fromkeys(range(1, 6), ((540, 1020),)))
SERVICES = {"Haarschnitt": ("Haarschnitt", "Haare schneiden"), "Färben": ("Färben",)}
TABLES = Path(__file__).parent / "tables"
# What the businesses of the later sets offer, besides what a conversation booked.
MENU = {
    name: (name, *aliases)
    for name, *aliases in (
        line.split(" = ") for line in (TABLES / "strangers_menu.txt").read_text().splitlines()
    )
}
LONG_HOURS = Opening(hours=dict.fromkeys(range(1, 7), ((420, 1200),)))
_FLAGS = {
    "booked": {"is_booked_here": True},
    "moved": {"is_moved_here": True},
    "booked_and_moved": {"is_booked_here": True, "is_moved_here": True},
    "booked_and_cancelled": {"is_booked_here": True, "is_cancelled_here": True},
    "cancelled": {"is_cancelled_here": True},
    "stands": {},
}


@dataclass(kw_only=True)
class Conversation:
    """What was said, what the rows say, and the troubles a careful listener would find."""

    name: str
    turns: list[tuple[str, str]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    has_callback: bool = False
    tools: list[str] = field(default_factory=list)  # "tool:state"
    tried: list[str] = field(default_factory=list)  # the same; nobody knows when they were answered
    team: list[str] = field(default_factory=list)  # besides those in the rows
    began: datetime | None = None  # None: at the salon of the tests
    expected: frozenset[str] = frozenset()


def conversations(table: str) -> list[Conversation]:
    """Return the conversations of a table, in order."""
    found: list[Conversation] = []
    for line in (TABLES / f"{table}.txt").read_text().splitlines():
        if line.startswith("=== "):
            found.append(Conversation(name=line[4:]))
        elif line.startswith("+ "):
            _note(found[-1], line[2:])
        elif line.startswith(("A: ", "C: ")):
            found[-1].turns.append(("agent" if line[0] == "A" else "user", line[3:]))
    return found


def troubles(conversation: Conversation) -> frozenset[str]:
    """Return what the auditor finds."""
    return frozenset(str(each.trouble) for each in auditor.examine(evidence(conversation)))


def evidence(conversation: Conversation) -> Evidence:
    booked = {fact.service: (fact.service,) for fact in conversation.facts}
    is_salon = conversation.began is None
    return Evidence(
        turns=tuple(conversation.turns),
        asked=_asked(conversation),
        facts=tuple(conversation.facts),
        has_callback=conversation.has_callback,
        services=SERVICES if is_salon else {**booked, **MENU},
        staff=("Jana", "Mira") if is_salon else _team(conversation),
        began=conversation.began or BEGAN,
        opening=OPENING if is_salon else LONG_HOURS,
    )


def _team(conversation: Conversation) -> tuple[str, ...]:
    return tuple(sorted({*(fact.staff for fact in conversation.facts), *conversation.team}))


def _asked(conversation: Conversation) -> tuple[Asked, ...]:
    # All answers came before the agent's last words.
    last = max(place for place, (who, _) in enumerate(conversation.turns) if who == "agent")
    known = [each.split(":") for each in conversation.tools]
    tried = [each.split(":") for each in conversation.tried]
    return (
        *(
            Asked(tool=tool, state=state, after_turn=max(0, last - len(known) + number))
            for number, (tool, state) in enumerate(known, start=1)
        ),
        *(Asked(tool=tool, state=state) for tool, state in tried),
    )


def _note(conversation: Conversation, line: str) -> None:
    kind, _, rest = line.partition(":")
    rest = rest.strip()
    if kind == "callback":
        conversation.has_callback = True
    elif kind == "tools":
        conversation.tools = rest.split()
    elif kind == "tried":
        conversation.tried = rest.split()
    elif kind == "team":
        conversation.team = rest.split("; ")
    elif kind == "began":
        conversation.began = _at(rest)
    elif kind == "expected":
        conversation.expected = frozenset(rest.split())
    elif kind in _FLAGS:
        service, staff, starts = rest.rsplit(", ", 2)
        # The newest start first, as the rows have it.
        times = tuple(_at(each) for each in reversed(starts.split(" > ")))
        conversation.facts.append(Fact(starts=times, service=service, staff=staff, **_FLAGS[kind]))


def _at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=BERLIN)
