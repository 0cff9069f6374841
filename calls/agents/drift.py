"""Whether the agent that took a call was told what our tools are today. The hash of the table travels with each version."""

from datetime import datetime

from calls import tools
from calls.models import Agent, AgentVersion, Call
from tenants import alerts, rows

OUTDATED = "agent_outdated"
NOT_OURS = "agent_not_ours"
_OF_CALL = "tenant_id = %s AND agent_id = %s AND provider_version = %s"


def check(call: Call, agent: Agent, *, now: datetime) -> str:
    """Compare who took a call with the agent of its branch; raise an alert and return its code where they differ.

    The tenant's scope must be open.
    """
    if not call.agent_id:
        return ""
    code = _difference(agent, call)
    if code:
        alerts.raise_alert(
            code,
            tenant_id=call.tenant_id,
            about=call.agent_id,
            now=now,
            call=call.pk,
            agent_version=call.agent_version,
            tools=tools.version(),
        )
    return code


def _difference(agent: Agent, call: Call) -> str:
    if agent.agent_id != call.agent_id:
        return NOT_OURS
    if call.agent_version is None:
        return ""
    known = rows.load(AgentVersion, _OF_CALL, (call.tenant_id, agent.pk, call.agent_version))
    if not known:
        return NOT_OURS
    return "" if known[0].tools_version == tools.version() else OUTDATED
