"""Publish the voice agent of a branch, or show what it would be told."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from calls.agents import publishing, versions
from calls.models import Agent
from integrations.voice.numbers import e164
from tenants import actors, directory, scope
from tenants.errors import Refused
from tenants.models import Branch, Tenant

_TEMPLATE_OF = {
    Tenant.Industry.SALON: Agent.Template.SALON,
    Tenant.Industry.PRACTICE: Agent.Template.PRACTICE,
    Tenant.Industry.CONSULTANCY: Agent.Template.CONSULTANCY,
}


class Command(BaseCommand):
    help = "Veröffentlicht den Sprachagenten der Filiale, zu der eine Rufnummer gehört."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="Rufnummer der Filiale, +4930…")
        parser.add_argument("--template", choices=Agent.Template.values, help="Vorlage")
        parser.add_argument("--engine", choices=Agent.Engine.values, help="wer spricht")
        parser.add_argument("--voice", help="Kennung der Stimme bei der Plattform")
        show = parser.add_mutually_exclusive_group()
        show.add_argument("--preview", action="store_true", help="zeigt nur, was er gesagt bekäme")
        show.add_argument("--diff", action="store_true", help="zeigt nur, was sich ändern würde")

    def handle(self, *args: Any, **options: Any) -> None:
        line = directory.line_for(e164(options["number"]) or "")
        if line is None:
            raise CommandError("Diese Nummer gehört zu keiner aktiven Filiale.")
        with translation.override("de"):
            if options["preview"] or options["diff"]:
                with scope.tenant(line.tenant_id):
                    self.stdout.write(_shown(_agent(line.branch_id, options), options))
                return
            self._publish(line.tenant_id, line.branch_id, options)

    def _publish(self, tenant_id: UUID, branch_id: int, options: dict[str, Any]) -> None:
        now = timezone.now()
        try:
            with scope.tenant(tenant_id):
                agent = _agent(branch_id, options)
                version = publishing.ask_for(agent, by=actors.system("publish_agent"), now=now)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        was_done = publishing.carry_out(tenant_id, agent.pk, now=now)
        with scope.tenant(tenant_id):
            agent.refresh_from_db()
            version.refresh_from_db()
        if not was_done:
            raise CommandError(
                f"Nicht veröffentlicht: {agent.last_error or 'ein anderer ist gerade dabei.'}"
            )
        self.stdout.write(
            f"Version {version.number} ist veröffentlicht: Agent {agent.agent_id}, dort Version"
            f" {version.provider_version}, Werkzeuge {version.tools_version}."
        )


def _agent(branch_id: int, options: dict[str, Any]) -> Agent:
    """Return the branch's agent with what was asked for; a branch without one gets one."""
    branch = Branch.objects.select_related("tenant").get(pk=branch_id)
    agent = Agent.objects.select_related("branch__tenant").filter(branch=branch).first()
    if agent is None:
        template = _TEMPLATE_OF.get(Tenant.Industry(branch.tenant.industry))
        agent = Agent(
            tenant_id=branch.tenant_id,
            branch=branch,
            template=options["template"] or template or Agent.Template.GENERAL,
        )
    for field, option in (("template", "template"), ("engine", "engine"), ("voice_id", "voice")):
        if options[option]:
            setattr(agent, field, options[option])
    if not (options["preview"] or options["diff"]):
        agent.save()
    return agent


def _shown(agent: Agent, options: dict[str, Any]) -> str:
    drafted = versions.draft(agent)
    if options["preview"]:
        return f"{drafted.greeting}\n\n{drafted.prompt}"
    live = versions.numbered(agent, agent.live_number) if agent.pk else None
    return versions.difference(live, drafted) or "Nichts hat sich geändert."
