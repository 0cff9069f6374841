"""What the senders of messages tell us afterwards, in our own words."""

from dataclasses import dataclass
from datetime import datetime

from integrations.models import Message


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of one message. `feedback` is None when the sender said nothing that we know a word for.

    `reason` is made of codes; it never holds an address or the sender's own sentence.
    """

    provider: str
    provider_ref: str
    feedback: Message.Feedback | None
    reason: str = ""
    happened_at: datetime | None = None
    is_complaint: bool = False
