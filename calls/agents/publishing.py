"""Publishing: what a version says is brought to the platform. The wish is a row; whoever carries it may die and be repeated.

Each step looks before it does, and what was created is written down at once, so that doing it again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking import catalogue
from calls.agents import comparing, definition, versions
from calls.models import Agent, AgentVersion
from integrations import credentials, retrying
from integrations.errors import ConfigurationError, PermanentError, RetryableError
from integrations.voice import provisioning, retell
from integrations.voice.provisioning import AgentAtProvider
from tenants import actors, alerts, audit, scope
from tenants.actors import Actor
from tenants.errors import Refused
from tenants.models import PhoneNumber

log = structlog.get_logger("askpro.agents")
NOT_PUBLISHED = "agent_not_published"
_SYSTEM = actors.system("publishing")
# Longer than all steps together may take; then somebody else may carry it.
_LEASE = timedelta(minutes=5)


class NoVoice(Refused):
    code = "agent_without_a_voice"
    sentence = _("Choose a voice first, here or for the whole installation.")


class NoPublicAddress(Refused):
    code = "agent_without_an_address"
    sentence = _(
        "The platform cannot reach this installation: its public address is no https address."
    )


class NothingOffered(Refused):
    code = "agent_without_services"
    sentence = _("There is no service that can be booked by telephone, so the agent would have nothing to offer.")  # fmt: skip


def ask_for(agent: Agent, *, by: Actor, now: datetime) -> AgentVersion:
    """Write down that what the rows say now shall be what callers hear, and return the version that says it.

    :raises NoVoice, NoPublicAddress, NothingOffered: it could not be published or would be of no use
    """
    version = versions.keep(agent, now=now)
    _must_be_fit(version)
    with transaction.atomic():
        stored = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        stored.wanted_number = version.number
        stored.attempts, stored.next_attempt_at, stored.last_error = 0, now, ""
        stored.save(
            update_fields=[
                "wanted_number",
                "attempts",
                "next_attempt_at",
                "last_error",
                "updated_at",
            ]
        )
        audit.record(
            "asked_to_publish",
            stored,
            tenant_id=agent.tenant_id,
            by=by,
            now=now,
            version=version.number,
        )
    agent.refresh_from_db()
    return version


def due(*, now: datetime) -> list[int]:
    """Return the agents of the active tenant that wait to be published."""
    waiting = Agent.objects.filter(wanted_number__isnull=False, next_attempt_at__lte=now)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def carry_out(tenant_id: UUID, agent_pk: int, *, now: datetime) -> bool:
    """Publish what is wanted of an agent; tell whether callers hear it now. Goes over the network: no transaction.

    What went wrong stands with the agent; it is tried again, or a person is told.
    """
    with scope.tenant(tenant_id):
        plan = _claim(agent_pk, now=now)
    if plan is None:
        return False
    if plan.agent.attempts == 1:
        # What somebody edited there meanwhile is written over now, but not silently.
        comparing.compare(tenant_id, now=now, agent_pk=agent_pk)
    try:
        published = _bring(plan, key=credentials.secret_for(tenant_id, retell.PROVIDER))
    except (RetryableError, PermanentError, ConfigurationError) as error:
        with scope.tenant(tenant_id):
            _note_failure(plan, error, now=now)
        return False
    with scope.tenant(tenant_id):
        _note_success(plan, published, now=now)
    return True


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What one attempt needs to know; nothing of it is read again while the network is asked."""

    agent: Agent
    version: AgentVersion
    numbers: tuple[tuple[str, str], ...]  # E.164, nickname
    mark: str

    @property
    def is_own_engine(self) -> bool:
        return "engine" in self.version.settings


def _must_be_fit(version: AgentVersion) -> None:
    if not version.settings["agent"]["voice_id"]:
        raise NoVoice
    if settings.IS_PRODUCTION and not settings.PUBLIC_URL.startswith("https://"):
        raise NoPublicAddress
    if not catalogue.offered_by_phone():
        raise NothingOffered


def _claim(agent_pk: int, *, now: datetime) -> _Plan | None:
    agent = (
        Agent.objects.select_related("branch")
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=agent_pk, wanted_number__isnull=False, next_attempt_at__lte=now)
        .first()
    )
    version = versions.numbered(agent, agent.wanted_number) if agent else None
    if agent is None or version is None:
        return None
    agent.attempts += 1
    agent.next_attempt_at = now + _LEASE
    agent.save(update_fields=["attempts", "next_attempt_at", "updated_at"])
    lines = PhoneNumber.objects.filter(branch=agent.branch, is_active=True).order_by("pk")
    return _Plan(
        agent=agent,
        version=version,
        numbers=tuple((line.number, f"{agent.branch.name}"[:60]) for line in lines),
        mark=definition.mark(agent),
    )


def _bring(plan: _Plan, *, key: str) -> AgentAtProvider:
    current = _existing(plan, key=key)
    if current is None:
        current = _create(plan, key=key)
    if not _is_live(plan, current):
        current = _renew(plan, current, key=key)
    for number, nickname in plan.numbers:
        _bind(number, nickname, current, key=key)
    return current


def _existing(plan: _Plan, *, key: str) -> AgentAtProvider | None:
    agent_id = plan.agent.agent_id or provisioning.find_agent(plan.mark, key=key)
    current = provisioning.get_agent(agent_id, key=key) if agent_id else None
    if current is not None:
        _remember(plan, agent_id=current.agent_id, llm_id=current.llm_id)
    return current


def _is_live(plan: _Plan, current: AgentAtProvider) -> bool:
    return current.is_published and plan.version.provider_version == current.version


def _create(plan: _Plan, *, key: str) -> AgentAtProvider:
    if plan.is_own_engine:
        engine: dict[str, Any] = plan.version.settings["engine"]
    else:
        llm_id = provisioning.find_llm(plan.mark, key=key)
        if llm_id is None:
            llm_id = provisioning.create_llm(plan.version.settings["llm"], key=key)
        _remember(plan, llm_id=llm_id)
        engine = {"type": "retell-llm", "llm_id": llm_id}
    created = provisioning.create_agent(
        {**plan.version.settings["agent"], "response_engine": engine}, key=key
    )
    _remember(plan, agent_id=created.agent_id)
    return created


def _renew(plan: _Plan, current: AgentAtProvider, *, key: str) -> AgentAtProvider:
    """Bring the newest draft to what the version says, and publish it. A published version is never changed."""
    draft = current
    if current.is_published:
        draft = provisioning.new_draft(current.agent_id, base_version=current.version, key=key)
    content = dict(plan.version.settings["agent"])
    if plan.is_own_engine:
        content["response_engine"] = plan.version.settings["engine"]
    else:
        llm_id = draft.llm_id or provisioning.find_llm(plan.mark, key=key)
        if not llm_id:
            llm_id = provisioning.create_llm(plan.version.settings["llm"], key=key)
        else:
            provisioning.update_llm(
                llm_id,
                plan.version.settings["llm"],
                version=draft.llm_version if draft.llm_id else None,
                key=key,
            )
        if llm_id != draft.llm_id:
            content["response_engine"] = {"type": "retell-llm", "llm_id": llm_id}
        _remember(plan, llm_id=llm_id)
    provisioning.update_agent(draft.agent_id, content, version=draft.version, key=key)
    title = f"{plan.version.number} / {plan.version.tools_version}"
    provisioning.publish_agent(draft.agent_id, version=draft.version, title=title, key=key)
    return AgentAtProvider(
        agent_id=draft.agent_id,
        version=draft.version,
        is_published=True,
        llm_id=draft.llm_id,
        llm_version=draft.llm_version,
    )


def _bind(number: str, nickname: str, agent: AgentAtProvider, *, key: str) -> None:
    """Have a number answered by exactly this version, and ourselves asked before."""
    inbound = definition.inbound_webhook(settings.PUBLIC_URL)
    wanted: dict[str, Any] = {
        "inbound_agents": [
            {"agent_id": agent.agent_id, "weight": 1, "agent_version": agent.version}
        ],
        "inbound_webhook_url": inbound,
    }
    known = provisioning.get_number(number, key=key)
    if known is None:
        provisioning.import_number({**_over_sip(number, nickname), **wanted}, key=key)
        return
    answered_by = ((agent.agent_id, str(agent.version)),)
    if (known.answered_by, known.inbound_webhook_url) != (answered_by, inbound):
        provisioning.update_number(number, wanted, key=key)


def _over_sip(number: str, nickname: str) -> dict[str, Any]:
    if not settings.SIP_TERMINATION_URI:
        raise ConfigurationError(retell.PROVIDER, "import_number", code="no_sip_trunk")
    trunk: dict[str, Any] = {
        "phone_number": number,
        "termination_uri": settings.SIP_TERMINATION_URI,
        "transport": settings.SIP_TRANSPORT,
        "nickname": nickname,
        "ignore_e164_validation": False,
    }
    if settings.SIP_USERNAME:
        trunk["sip_trunk_auth_username"] = settings.SIP_USERNAME
        trunk["sip_trunk_auth_password"] = settings.SIP_PASSWORD
    return trunk


def _remember(plan: _Plan, **ids: str) -> None:
    """Write down at once what exists at the platform, so that nobody creates it a second time."""
    changed = {name: value for name, value in ids.items() if value}
    with scope.tenant(plan.agent.tenant_id):
        Agent.objects.filter(pk=plan.agent.pk).update(**changed)
    for name, value in changed.items():
        setattr(plan.agent, name, value)


def _note_success(plan: _Plan, published: AgentAtProvider, *, now: datetime) -> None:
    version = AgentVersion.objects.select_for_update(of=("self",)).get(pk=plan.version.pk)
    if version.provider_version != published.version:
        version.provider_version = published.version
        version.published_at = now
        version.save(update_fields=["provider_version", "published_at", "updated_at"])
        audit.record(
            "published",
            version,
            tenant_id=version.tenant_id,
            by=_SYSTEM,
            now=now,
            version=version.number,
            tools=version.tools_version,
        )
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=plan.agent.pk)
    agent.live_number = version.number
    agent.attempts, agent.last_error = 0, ""
    if agent.wanted_number == version.number:  # else somebody asked for another one meanwhile
        agent.wanted_number = agent.next_attempt_at = None
    else:
        agent.next_attempt_at = now
    agent.save(
        update_fields=[
            "live_number",
            "attempts",
            "last_error",
            "wanted_number",
            "next_attempt_at",
            "updated_at",
        ]
    )


def _note_failure(plan: _Plan, error: Exception, *, now: datetime) -> None:
    explained = retrying.explain(error)
    log.warning("agent_not_published", agent=plan.agent.pk, error=explained)
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=plan.agent.pk)
    delay = retrying.delay_after(agent.attempts, error=error)
    agent.last_error = explained[:300]
    if delay is None:
        agent.wanted_number = agent.next_attempt_at = None
        alerts.raise_alert(
            NOT_PUBLISHED,
            tenant_id=agent.tenant_id,
            about=str(agent.pk),
            now=now,
            error=explained,
        )
    else:
        agent.next_attempt_at = now + delay
    agent.save(update_fields=["last_error", "wanted_number", "next_attempt_at", "updated_at"])
