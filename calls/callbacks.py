"""Who must be called back, and until when."""

from datetime import datetime, timedelta

from calls.models import Call, CallbackRequest

_DUE_AFTER = {
    CallbackRequest.Priority.URGENT: timedelta(hours=2),
    CallbackRequest.Priority.HIGH: timedelta(hours=4),
    CallbackRequest.Priority.NORMAL: timedelta(hours=24),
}


def request(
    call: Call,
    *,
    name: str,
    phone: str | None,
    reason: str,
    wish: str,
    priority: str,
    now: datetime,
) -> CallbackRequest:
    """Note that somebody must be called back. A call has one open request; asking again completes it."""
    due_at = now + _DUE_AFTER[CallbackRequest.Priority(priority)]
    fresh = CallbackRequest(
        tenant_id=call.tenant_id,
        call=call,
        name=name[:255],
        phone=phone,
        reason=reason[:500],
        wish=wish[:200],
        priority=priority,
        status=CallbackRequest.Status.OPEN,
        due_at=due_at,
    )
    CallbackRequest.objects.bulk_create([fresh], ignore_conflicts=True)
    noted = CallbackRequest.objects.select_for_update(of=("self",)).get(
        call=call, status=CallbackRequest.Status.OPEN
    )
    noted.name = name[:255] or noted.name
    noted.phone = phone or noted.phone
    noted.reason = reason[:500] or noted.reason
    noted.wish = wish[:200] or noted.wish
    noted.due_at = min(noted.due_at, due_at)
    if noted.due_at == due_at:
        noted.priority = priority
    noted.save()
    return noted


def finish(request: CallbackRequest, *, now: datetime) -> None:
    """Note that the person was called back. Done already: nothing happens."""
    if request.status != CallbackRequest.Status.OPEN:
        return
    request.status = CallbackRequest.Status.DONE
    request.done_at = now
    request.save(update_fields=["status", "done_at", "updated_at"])
