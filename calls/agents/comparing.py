"""What callers really hear: the agents at the platform, compared with what was published. Nothing is changed there.

Somebody with the platform's dashboard can edit a prompt, a tool or a storage setting. It is told with the names of
what differs; what is right is decided by a person, who publishes again or takes the change over into the rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from calls.agents import definition, versions
from calls.models import Agent
from integrations import credentials, retrying
from integrations.errors import ConfigurationError, PermanentError, RetryableError
from integrations.voice import provisioning, retell
from tenants import alerts, scope
from tenants.models import PhoneNumber

log = structlog.get_logger("askpro.agents")
CHANGED = "agent_changed_elsewhere"
# Names of what differs, beside the fields themselves.
GONE, VERSION, DRAFT = "gone", "version", "draft"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One agent and the names of what differs; none: callers hear what was published. Or why it could not be asked."""

    agent_pk: int
    agent_id: str
    differences: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class _Published:
    """What should be there, read before the network is asked."""

    agent_pk: int
    agent_id: str
    llm_id: str
    provider_version: int | None
    settings: Mapping[str, Any]
    numbers: tuple[str, ...]


def compare(tenant_id: UUID, *, now: datetime, agent_pk: int | None = None) -> list[Comparison]:
    """Compare every published agent of a business, or one, with the platform; raise an alert where something differs.

    Goes over the network: no transaction may be open.
    """
    with scope.tenant(tenant_id):
        published = [each for each in _published() if agent_pk in (None, each.agent_pk)]
    found = [_compared(tenant_id, each) for each in published]
    with scope.tenant(tenant_id):
        for each in found:
            if each.differences:
                alerts.raise_alert(
                    CHANGED,
                    tenant_id=tenant_id,
                    about=str(each.agent_pk),
                    now=now,
                    agent=each.agent_id,
                    differences=list(each.differences),
                )
    return found


def _published() -> Iterator[_Published]:
    live = Agent.objects.filter(live_number__isnull=False).exclude(agent_id="")
    for agent in live.order_by("pk"):
        version = versions.numbered(agent, agent.live_number)
        if version is None:
            continue
        lines = PhoneNumber.objects.filter(branch_id=agent.branch_id, is_active=True).order_by("pk")
        yield _Published(
            agent_pk=agent.pk,
            agent_id=agent.agent_id,
            llm_id=agent.llm_id,
            provider_version=version.provider_version,
            settings=version.settings,
            numbers=tuple(lines.values_list("number", flat=True)),
        )


def _compared(tenant_id: UUID, published: _Published) -> Comparison:
    try:
        key = credentials.secret_for(tenant_id, retell.PROVIDER)
        found = tuple(dict.fromkeys(_differences(published, key=key)))
    except (RetryableError, PermanentError, ConfigurationError) as error:
        explained = retrying.explain(error)
        log.warning("agent_not_compared", agent=published.agent_pk, error=explained)
        return Comparison(agent_pk=published.agent_pk, agent_id=published.agent_id, error=explained)
    return Comparison(agent_pk=published.agent_pk, agent_id=published.agent_id, differences=found)


def _differences(published: _Published, *, key: str) -> Iterator[str]:
    newest = provisioning.get_agent(published.agent_id, key=key)
    if newest is None:
        yield GONE
        return
    if newest.version != published.provider_version:
        yield VERSION if newest.is_published else DRAFT
    theirs = provisioning.read_agent(
        published.agent_id, version=published.provider_version, key=key
    )
    if theirs is None:
        yield GONE
        return
    yield from _fields("agent", published.settings["agent"], theirs)
    if "llm" in published.settings:
        engine = theirs.get("response_engine")
        engine = engine if isinstance(engine, dict) else {}
        yield from _engine(published, engine, key=key)
    for number in published.numbers:
        yield from _number(number, published, key=key)


def _engine(published: _Published, engine: Mapping[str, Any], *, key: str) -> Iterator[str]:
    if engine.get("llm_id") != published.llm_id:
        yield "agent.response_engine"
        return
    version = engine.get("version")
    at = int(version) if isinstance(version, int | float) else None
    theirs = provisioning.read_llm(published.llm_id, version=at, key=key)
    if theirs is None:
        yield "llm"
        return
    wanted = dict(published.settings["llm"])
    tools = wanted.pop("general_tools")
    yield from _fields("llm", wanted, theirs)
    yield from _tools(tools, theirs.get("general_tools"))


def _tools(wanted: Iterable[Mapping[str, Any]], theirs: object) -> Iterator[str]:
    there = {
        str(each.get("name")): each
        for each in (theirs if isinstance(theirs, list) else [])
        if isinstance(each, dict)
    }
    for tool in wanted:
        found = there.pop(str(tool["name"]), None)
        if found is None or not _covers(tool, found):
            yield f"llm.general_tools.{tool['name']}"
    yield from (f"llm.general_tools.{name}" for name in there)


def _number(number: str, published: _Published, *, key: str) -> Iterator[str]:
    known = provisioning.get_number(number, key=key)
    answered_by = ((published.agent_id, str(published.provider_version)),)
    inbound = definition.inbound_webhook(settings.PUBLIC_URL)
    if known is None or known.answered_by != answered_by:
        yield f"number.{number}.inbound_agents"
    elif known.inbound_webhook_url != inbound:
        yield f"number.{number}.inbound_webhook_url"


def _fields(of: str, wanted: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if not _covers(value, theirs.get(name)):
            yield f"{of}.{name}"


def _covers(wanted: Any, theirs: Any) -> bool:
    """Whether what we set is there; what the platform adds of its own says nothing."""
    if isinstance(wanted, Mapping):
        return isinstance(theirs, Mapping) and all(
            _covers(value, theirs.get(name)) for name, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(theirs, list)
            and len(wanted) == len(theirs)
            and all(map(_covers, wanted, theirs))
        )
    return bool(wanted == theirs) or (not wanted and not theirs)
