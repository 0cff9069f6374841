"""What a `Command` row may ask for: one function for each operation, safe to be carried out twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from integrations import calendar_commands, credentials
from integrations.calendar_commands import Patience
from integrations.errors import PermanentError
from integrations.models import Command
from integrations.voice import client


@dataclass(frozen=True, kw_only=True)
class Done:
    """The provider's number for what was done, and its answer where somebody needs it."""

    provider_ref: str
    result: dict[str, Any]


def carry_out(command: Command, *, patience: Patience = Patience()) -> Done:  # noqa: B008 — it is frozen
    """Do at the provider what the command says and return what came of it.

    :raises ProviderError: of the kind that says whether to try again
    """
    ask_calendar = calendar_commands.OPERATIONS.get((command.provider, command.operation))
    if ask_calendar is not None:
        result = ask_calendar(command, patience)
        entry = result["entry"]
        return Done(provider_ref=entry["uid"] if entry else result["outcome"], result=result)
    operation = OPERATIONS.get((command.provider, command.operation))
    if operation is None:
        raise PermanentError(command.provider, command.operation, code="unknown_operation")
    return Done(provider_ref=operation(command), result={})


def _delete_call(command: Command) -> str:
    call_id = _text(command, "call_id")
    was_there = client.delete_call(call_id, key=_key(command))
    return call_id if was_there else f"{call_id} (was gone)"


def _update_call(command: Command) -> str:
    call_id = _text(command, "call_id")
    metadata = command.arguments.get("metadata")
    if not isinstance(metadata, dict):
        raise _without(command, "metadata")
    client.update_call(call_id, metadata=metadata, key=_key(command))
    return call_id


def _check_key(command: Command) -> str:
    return credentials.test_key(command.tenant_id, command.provider, now=timezone.now())


OPERATIONS: dict[tuple[str, str], Callable[[Command], str]] = {
    ("retell", "delete_call"): _delete_call,
    ("retell", "update_call"): _update_call,
    ("retell", "check_key"): _check_key,
    ("calcom", "check_key"): _check_key,
}


def _key(command: Command) -> str:
    return credentials.secret_for(command.tenant_id, command.provider)


def _text(command: Command, name: str) -> str:
    value: Any = command.arguments.get(name)
    if not isinstance(value, str) or not value:
        raise _without(command, name)
    return value


def _without(command: Command, name: str) -> PermanentError:
    return PermanentError(command.provider, command.operation, code=f"without_{name}")
