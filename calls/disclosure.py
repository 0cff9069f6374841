"""That a machine speaks: said first in every call, and written down with its wording (AI Act, article 50)."""

import hashlib
from datetime import datetime

from calls.models import Agent, AgentVersion, Call
from tenants import alerts, rows
from tenants.models import Alert

NOT_DISCLOSED = "ai_not_disclosed"
# Our own first sentence, where the agent asks us for the context.
SENTENCE = "Sie sprechen mit einer digitalen Assistentin."
_SAYS_SO = (
    "digital", "künstlich", "kuenstlich", " ki ", " ki-", "automatisch", "computer", "virtuell", "digital assistant",
    "artificial", " ai ", "automated",
)  # fmt: skip
_LIVE = "tenant_id = %s AND agent_id = %s AND number = %s"


def version_of(words: str) -> str:
    """Return the short name of a wording, by which it can be proved later what was said."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]


def says_so(words: str) -> bool:
    """Whether words say that no human being is speaking."""
    plain = f" {words.lower()} "
    return any(each in plain for each in _SAYS_SO)


def note(call: Call, words: str, *, now: datetime) -> None:
    """Write down, once, that the caller was told, and in which words."""
    Call.objects.filter(pk=call.pk, disclosed_at__isnull=True).update(
        disclosed_at=now, disclosure=version_of(words), updated_at=now
    )


def note_greeting(call: Call, agent: Agent, *, now: datetime) -> None:
    """Write down what the published agent of the branch says first."""
    live = rows.load(AgentVersion, _LIVE, (call.tenant_id, agent.pk, agent.live_number))
    if live and says_so(live[0].greeting):
        note(call, live[0].greeting, now=now)


def check_transcript(call: Call, *, now: datetime) -> None:
    """Compare with what was really said first; raise an alert where the caller was not told."""
    first = next(
        (str(turn.get("content", "")) for turn in call.turns if turn.get("role") == "agent"), ""
    )
    if not first:
        return
    if says_so(first):
        note(call, first, now=call.started_at or now)
    elif not _is_told_already(call):
        alerts.raise_alert(
            NOT_DISCLOSED,
            tenant_id=call.tenant_id,
            about=call.agent_id or "-",
            now=now,
            call=call.pk,
        )


def _is_told_already(call: Call) -> bool:
    """Whether the open alert speaks of this call: its events come in any order, and count once."""
    of_agent = Alert.objects.filter(
        code=NOT_DISCLOSED, tenant_id=call.tenant_id, about=call.agent_id or "-"
    )
    return of_agent.filter(resolved_at__isnull=True, facts__call=call.pk).exists()
