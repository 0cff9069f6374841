"""Who compares both sides when: every few minutes what changed, once an hour everything, and at once who was asked to."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings

from booking.calendars import reconciling
from booking.models import CalendarAccount
from integrations.errors import ProviderError
from tenants import scope

log = structlog.get_logger("askpro.calendars")
_WHOLE_EVERY = timedelta(hours=1)
_CHANGES_EVERY = timedelta(minutes=5)


def sync_due(tenant_id: UUID, *, now: datetime) -> bool:
    """Compare both sides of a business if it is time; tell whether it was. A calendar that does not answer is noted.

    Must be called with no transaction open.
    """
    if not settings.CALCOM_ENABLED:
        return False
    with scope.tenant(tenant_id):
        account = CalendarAccount.objects.filter(is_active=True).first()
    if account is None:
        return False
    wanted = account.wants_sync_at is not None
    last = account.synced_at
    if not wanted and last is not None and now - last < _CHANGES_EVERY:
        return False
    is_whole = wanted or last is None or last.replace(minute=0) + _WHOLE_EVERY <= now
    try:
        reconciling.sync(tenant_id, now=now, is_whole=is_whole)
    except ProviderError as error:
        log.warning("calendar_not_compared", tenant=str(tenant_id), error=str(error))
    return True
