"""The audit trail: one verb writes it, nobody changes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from psycopg.types.json import Jsonb

from tenants import scope, statements
from tenants.actors import Actor

# For a statement that writes down what was done together with the deed; its parameters are those of `entry`.
ENTRY = """
INSERT INTO tenants_auditentry (tenant_id, actor, verb, object_type, object_id, facts, at, created_at)
VALUES (%(tenant)s, %(actor)s, %(verb)s, %(object_type)s, %(object_id)s, %(facts)s, %(at)s, %(at)s)
"""


def entry(
    verb: str, target: models.Model, *, tenant_id: UUID, by: Actor, now: datetime, **facts: Any
) -> dict[str, Any]:
    """Return what `record` would write down, as the parameters of `ENTRY`."""
    return {
        "tenant": tenant_id,
        "actor": str(by),
        "verb": verb,
        "object_type": target._meta.label_lower,
        "object_id": str(target.pk),
        "facts": Jsonb(facts),
        "at": now,
    }


def record(
    verb: str, target: models.Model, *, tenant_id: UUID, by: Actor, now: datetime, **facts: Any
) -> None:
    """Write down what was done to an object. ``facts`` are JSON values without contents of conversations."""
    scope.current()
    statements.run(ENTRY, entry(verb, target, tenant_id=tenant_id, by=by, now=now, **facts))
