"""Versions: drafted from the rows of the business, compared, never changed."""

import difflib
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction

from calls import tools
from calls.agents import definition, facts, prompt
from calls.models import Agent, AgentVersion


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the agent would be told if it were published now."""

    greeting: str
    prompt: str
    settings: dict[str, Any]

    @property
    def content_hash(self) -> str:
        content = orjson.dumps(
            [self.greeting, self.prompt, self.settings], option=orjson.OPT_SORT_KEYS
        )
        return hashlib.sha256(content).hexdigest()


def draft(agent: Agent) -> Draft:
    """Compose what the rows of the business say now. The tenant's scope must be open."""
    known = facts.of(agent)
    base_url = settings.PUBLIC_URL.rstrip("/")
    greeting, text = prompt.greeting(agent, known), prompt.compose(agent, known)
    content: dict[str, Any] = {"agent": definition.agent(agent, known, base_url=base_url)}
    if agent.engine == Agent.Engine.OWN:
        content["engine"] = definition.own_engine(websocket_url=settings.LLM_WEBSOCKET_URL)
    else:
        content["llm"] = definition.llm(
            agent, known, greeting=greeting, text=text, base_url=base_url
        )
    return Draft(greeting=greeting, prompt=text, settings=content)


def keep(agent: Agent, *, now: datetime) -> AgentVersion:
    """Return the version that says what the rows say now; a new one only when something changed."""
    drafted = draft(agent)
    with transaction.atomic():
        Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        newest = latest(agent)
        if newest is not None and newest.content_hash == drafted.content_hash:
            return newest
        return AgentVersion.objects.create(
            tenant_id=agent.tenant_id,
            agent=agent,
            number=1 if newest is None else newest.number + 1,
            greeting=drafted.greeting,
            prompt=drafted.prompt,
            settings=drafted.settings,
            content_hash=drafted.content_hash,
            tools_version=tools.version(),
        )


def latest(agent: Agent) -> AgentVersion | None:
    """Return the newest version, None when there is none."""
    return AgentVersion.objects.filter(agent=agent).order_by("-number").first()


def numbered(agent: Agent, number: int | None) -> AgentVersion | None:
    """Return the version with this number, None without one."""
    if number is None:
        return None
    return AgentVersion.objects.filter(agent=agent, number=number).first()


def difference(before: AgentVersion | None, after: AgentVersion | Draft) -> str:
    """Return what changed, as a unified diff of greeting, prompt and settings; empty when nothing did."""
    lines = difflib.unified_diff(
        [] if before is None else _lines(before),
        _lines(after),
        fromfile="live" if before is None else f"version {before.number}",
        tofile=f"version {after.number}" if isinstance(after, AgentVersion) else "now",
        lineterm="",
    )
    return "\n".join(lines)


def _lines(version: AgentVersion | Draft) -> list[str]:
    # The prompt stands inside the settings as well; it is compared once.
    shown = {
        part: {name: value for name, value in content.items() if name not in _SAID_ABOVE}
        for part, content in version.settings.items()
    }
    rest = orjson.dumps(shown, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    return [version.greeting, "", *version.prompt.splitlines(), "", *rest.splitlines()]


_SAID_ABOVE = ("general_prompt", "begin_message")
