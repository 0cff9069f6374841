"""Floor 4: the calls, what the agent asked during them, who must be called back, and who answers the telephone."""

from calls.models.agent import Agent, AgentVersion
from calls.models.assurance import Assurance
from calls.models.call import Call, ToolCall
from calls.models.callback import CallbackRequest
from calls.models.desk import CallerRule, Desk
from calls.models.errand import Errand
from calls.models.knowledge import KnowledgeEntry
from calls.models.recording import RecordingRemoval

__all__ = [
    "Agent",
    "AgentVersion",
    "Assurance",
    "Call",
    "CallbackRequest",
    "CallerRule",
    "Desk",
    "Errand",
    "KnowledgeEntry",
    "RecordingRemoval",
    "ToolCall",
]
