"""Writing into the outbox and looking at it, as the tests do it."""

from datetime import datetime
from typing import Any

from integrations import outbox
from integrations.models import Command, Message
from tenants import scope
from tenants.models import Alert, Tenant

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Färben\r\nEND:VCALENDAR\r\n"


def say(tenant: Tenant, *, now: datetime, key: str = "confirmed/1", **changes: Any) -> Message:
    """Write a message in a transaction of its own and return it."""
    wish: dict[str, Any] = {
        "topic": "appointment_confirmed",
        "recipient": "erika@example.org",
        "subject": "Ihr Termin am Montag",
        "body": "Guten Tag Erika Mustermann, Ihr Termin ist bestätigt.",
    }
    with scope.tenant(tenant):
        message = outbox.say_once(tenant_id=tenant.pk, key=key, now=now, **{**wish, **changes})
    assert message is not None
    return message


def do(tenant: Tenant, operation: str, *, now: datetime, **arguments: Any) -> Command:
    """Write a command to Retell in a transaction of its own and return it."""
    with scope.tenant(tenant):
        command = outbox.do_once(
            tenant_id=tenant.pk,
            key=f"{operation}/1",
            provider="retell",
            operation=operation,
            arguments=arguments,
            now=now,
        )
    assert command is not None
    return command


def seen(row: Message | Command) -> Any:
    """Return the row as it stands in the database now."""
    with scope.platform():
        return type(row).objects.get(pk=row.pk)


def alerts() -> list[tuple[Any, str, str]]:
    """Return tenant, code and subject of all open alerts."""
    with scope.platform():
        return list(Alert.objects.order_by("pk").values_list("tenant_id", "code", "about"))
