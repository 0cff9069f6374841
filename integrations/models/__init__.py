"""Floor 2: all that enters or leaves."""

from integrations.models.credentials import Credential
from integrations.models.inbox import Delivery, Subject
from integrations.models.outbox import Command, Message

__all__ = ["Command", "Credential", "Delivery", "Message", "Subject"]
