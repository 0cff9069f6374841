"""Who acts: a person, a key, a call, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    USER = "user"
    API_KEY = "api_key"
    CALL = "call"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The one to whom a change is written down. ``str(actor)`` is what the audit trail keeps."""

    kind: ActorKind
    ref: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref}"


def user(user_id: int) -> Actor:
    return Actor(kind=ActorKind.USER, ref=str(user_id))


def api_key(prefix: str) -> Actor:
    return Actor(kind=ActorKind.API_KEY, ref=prefix)


def call(call_id: int) -> Actor:
    return Actor(kind=ActorKind.CALL, ref=str(call_id))


def system(part: str) -> Actor:
    return Actor(kind=ActorKind.SYSTEM, ref=part)
