"""What is past its time is forgotten: each room knows what and when (`privacy.py`), this sweep asks all of them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from booking import privacy as booking
from calls import privacy as calls
from integrations import privacy as integrations
from tenants import directory, scope
from tenants import privacy as tenants

_BATCHES_AT_MOST = 1000


def purge(*, now: datetime) -> int:
    """Purge every business and what belongs to none, batch by batch; return how many rows were changed."""
    forgotten = 0
    for tenant_id in directory.active_tenants():
        for room in (calls.purge, integrations.purge, booking.purge, tenants.purge):
            forgotten += _in_batches(partial(_purge_tenant, tenant_id, room, now=now))
    return forgotten + _in_batches(partial(_purge_platform, now=now))


def _purge_tenant(tenant_id: UUID, room: Callable[..., int], *, now: datetime) -> int:
    with scope.tenant(tenant_id):
        return room(now=now)


def _purge_platform(*, now: datetime) -> int:
    with scope.platform():
        return integrations.purge(now=now)


def _in_batches(batch: Callable[[], int]) -> int:
    """Repeat a batch, each in a transaction of its own, until it finds nothing."""
    total = 0
    for _ in range(_BATCHES_AT_MOST):
        changed = batch()
        total += changed
        if not changed:
            break
    return total
