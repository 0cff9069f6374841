"""The back office's pages about voice agents: what they are told, what changed, and the button that publishes it."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from calls import tasks, tools
from calls.agents import publishing, versions
from calls.models import Agent, AgentVersion
from tenants.back_office import TenantModelAdmin, actor, button, column, sentence_of
from tenants.errors import Refused
from tenants.roles import Area

_PRE = '<pre class="whitespace-pre-wrap text-sm">{}</pre>'


@admin.register(Agent)
class AgentAdmin(TenantModelAdmin):
    area = Area.BUSINESS
    related = ("branch",)
    list_display = ("branch", "template", "engine", "live_number", "standing")
    list_display_links = ("branch",)
    sortable_by = ()
    ordering = ("pk",)
    search_fields = ("branch__name__istartswith", "agent_id__exact")
    fields = (
        "branch",
        ("template", "language", "engine"),
        "voice_id",
        "greeting",
        "instructions",
        ("standing", "agent_id"),
        ("live_number", "last_error"),
        "difference",
        "preview",
    )
    readonly_fields = ("standing", "agent_id", "live_number", "last_error", "difference", "preview")
    actions_detail = ("publish",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else (*fields, "branch")

    @button(_("Publish"), path="publish", icon="publish")
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_act_permission(request):
            raise PermissionDenied
        with self.narrowed(request, object_id):
            agent = self.get_object(request, object_id)
            if agent is None:
                raise Http404
            if request.method == "POST":
                self._publish(request, agent)
                return redirect(self.url_of("change", agent.pk))
            context = {
                **self.admin_site.each_context(request),
                "opts": self.model._meta,
                "title": _("Publish the voice agent of %(branch)s") % {"branch": agent.branch},
                "difference": _changed(agent),
                "back": self.url_of("change", agent.pk),
            }
            return render(request, "admin/calls/agent/publish.html", context)

    def _publish(self, request: HttpRequest, agent: Agent) -> None:
        try:
            version = publishing.ask_for(agent, by=actor(request), now=timezone.now())
        except Refused as refusal:
            self.message_user(request, sentence_of(refusal), messages.ERROR)
            return
        nudge = partial(
            tasks.publish_agent.delay, tenant_id=str(agent.tenant_id), agent_pk=agent.pk
        )
        # Without a broker the sweep does it a minute later; the page need not fail.
        transaction.on_commit(nudge, robust=True)
        text = _("Version %(number)d is being published; the result will stand here.")
        self.message_user(request, text % {"number": version.number})

    @column(
        _("standing"),
        label={"live": "success", "waiting": "info", "outdated": "warning", "failed": "danger"},
    )
    def standing(self, agent: Agent) -> tuple[str, Any]:
        if agent.wanted_number is not None:
            return "waiting", _("being published")
        if agent.last_error:
            return "failed", _("not published")
        if agent.live_number is None:
            return "never", _("never published")
        return "live", _("published")

    @admin.display(description=_("what would change"))
    def difference(self, agent: Agent) -> SafeString | str:
        if agent._state.adding:
            return "–"
        changed = _changed(agent)
        return format_html(_PRE, changed) if changed else str(_("nothing"))

    @admin.display(description=_("what it would be told"))
    def preview(self, agent: Agent) -> SafeString | str:
        if agent._state.adding:
            return "–"
        drafted = versions.draft(agent)
        return format_html(_PRE, f"{drafted.greeting}\n\n{drafted.prompt}")


def _changed(agent: Agent) -> str:
    """Return what callers would hear differently, beginning with the tools."""
    live = versions.numbered(agent, agent.live_number)
    changed = versions.difference(live, versions.draft(agent)) if live else ""
    if live is not None and live.tools_version != tools.version():
        return f"{_('The tools have changed since.')}\n{changed}"
    return changed


@admin.register(AgentVersion)
class AgentVersionAdmin(TenantModelAdmin):
    area = Area.BUSINESS
    is_record = True
    related = ("agent__branch",)
    list_display = ("agent", "number", "tools_version", "provider_version", "published_at")
    sortable_by = ()
    ordering = ("-pk",)
    fields = (
        ("agent", "number"),
        ("tools_version", "provider_version", "published_at"),
        "told",
        "since_the_one_before",
    )
    readonly_fields = ("told", "since_the_one_before")

    @admin.display(description=_("prompt"))
    def told(self, version: AgentVersion) -> SafeString:
        return format_html(_PRE, f"{version.greeting}\n\n{version.prompt}")

    @admin.display(description=_("what changed"))
    def since_the_one_before(self, version: AgentVersion) -> SafeString | str:
        before = versions.numbered(version.agent, version.number - 1)
        return format_html(_PRE, versions.difference(before, version)) if before else "–"
