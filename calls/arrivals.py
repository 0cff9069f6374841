"""What a delivery about a call sets off: it is folded into the call, and a call that begins is looked at."""

from uuid import UUID

from calls import lifecycle
from calls.agents import drift
from calls.models import Call
from integrations import inbox
from integrations.models import Delivery
from integrations.voice import retell
from integrations.voice.events import EventKind
from tenants import rows, scope


def apply(delivery: Delivery) -> UUID | None:
    """Apply a recorded event and return the tenant it belongs to.

    :raises inbox.NotOurs: as `lifecycle.apply`
    """
    tenant_id = lifecycle.apply(delivery)
    if tenant_id is not None and delivery.kind == EventKind.STARTED:
        call_id = retell.envelope(retell.load(bytes(delivery.body)))[1]
        number = delivery.subject_id or inbox.number_for(retell.PROVIDER, call_id)
        with scope.tenant(tenant_id):
            for call in rows.load(Call, "tenant_id = %s AND id = %s", (tenant_id, number)):
                drift.check(call, now=delivery.created_at)
    return tenant_id
