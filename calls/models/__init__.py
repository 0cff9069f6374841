"""Floor 4: the calls, what the agent asked during them, and who must be called back."""

from calls.models.call import Call, ToolCall
from calls.models.callback import CallbackRequest

__all__ = ["Call", "CallbackRequest", "ToolCall"]
