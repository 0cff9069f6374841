"""Raising an alert: a row that stays until somebody dealt with it, and a line in the error log."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F

from tenants.models import Alert

log = structlog.get_logger("askpro.alert")


def raise_alert(
    code: str, *, tenant_id: UUID | None, about: str, now: datetime, **facts: Any
) -> None:
    """Open an alert, or count one more of the one that is open. Without a tenant it is the platform's."""
    log.error("alert", code=code, tenant=str(tenant_id or "-"), about=about, **facts)
    alert, is_new = Alert.objects.get_or_create(
        tenant_id=tenant_id,  # type: ignore[misc]  # the platform's alerts have none
        code=code,
        about=about,
        resolved_at=None,
        defaults={"facts": facts, "last_at": now},
    )
    if not is_new:
        Alert.objects.filter(pk=alert.pk).update(count=F("count") + 1, last_at=now, facts=facts)
