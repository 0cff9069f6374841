"""The audit trail: one verb writes it, nobody changes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from tenants import rows
from tenants.actors import Actor
from tenants.models import AuditEntry


def record(
    verb: str, target: models.Model, *, tenant_id: UUID, by: Actor, now: datetime, **facts: Any
) -> None:
    """Write down what was done to an object. ``facts`` are JSON values without contents of conversations."""
    rows.insert_once(
        AuditEntry(
            tenant_id=tenant_id,
            actor=str(by),
            verb=verb,
            object_type=target._meta.label_lower,
            object_id=str(target.pk),
            facts=facts,
            at=now,
        ),
        now=now,
    )
