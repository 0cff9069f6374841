"""Who must be called back: until when, by whom, and what happens when nobody does."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from booking.models import Service, StaffMember
from calls.models import Call, CallbackRequest
from integrations import outbox
from tenants import alerts, audit
from tenants.actors import Actor
from tenants.errors import NotFound, Refused
from tenants.models import Branch

_DUE_AFTER = {
    CallbackRequest.Priority.URGENT: timedelta(hours=2),
    CallbackRequest.Priority.HIGH: timedelta(hours=4),
    CallbackRequest.Priority.NORMAL: timedelta(hours=24),
}
_MORE_URGENT = {
    CallbackRequest.Priority.NORMAL: CallbackRequest.Priority.HIGH,
    CallbackRequest.Priority.HIGH: CallbackRequest.Priority.URGENT,
    CallbackRequest.Priority.URGENT: CallbackRequest.Priority.URGENT,
}
OVERDUE = "callback_overdue"
_LONGEST_REASON = 500
# What we have to put right, and what the caller wants: neither takes the place of the other.
_WORDS_OF_OURS = (CallbackRequest.Kind.UNFULFILLED, CallbackRequest.Kind.FAILSAFE)
_WAITS = Q(status__in=CallbackRequest.WAITING)


class CallbackIsOver(Refused):
    code = "callback_is_over"
    sentence = _("This callback is already done or cancelled.")


def request(
    call: Call,
    *,
    name: str,
    phone: str | None,
    reason: str,
    wish: str,
    priority: str,
    now: datetime,
    kind: str = CallbackRequest.Kind.CALLBACK,
    service: Service | None = None,
    staff_member: StaffMember | None = None,
    before: datetime | None = None,
) -> CallbackRequest:
    """Note that somebody must be called back. A call has one open request; asking again completes it.

    The wished person calls back, else who offers the service, of these who has the fewest open requests. `before`: it
    would be too late afterwards, whatever the priority allows.
    """
    due_at = now + _DUE_AFTER[CallbackRequest.Priority(priority)]
    due_at = due_at if before is None else min(due_at, before)
    fresh = CallbackRequest(
        tenant_id=call.tenant_id,
        branch_id=call.branch_id,
        call=call,
        kind=kind,
        name=name[:255],
        phone=phone,
        reason=reason[:_LONGEST_REASON],
        wish=wish[:200],
        service=service,
        priority=priority,
        status=CallbackRequest.Status.OPEN,
        due_at=due_at,
    )
    CallbackRequest.objects.bulk_create([fresh], ignore_conflicts=True)
    noted = CallbackRequest.objects.select_for_update(of=("self",)).get(_WAITS, call=call)
    noted.name = name[:255] or noted.name
    noted.phone = phone or noted.phone
    noted.reason = _reason(noted, reason, kind=kind)
    noted.wish = wish[:200] or noted.wish
    noted.service = service or noted.service
    noted.kind = kind if kind in _WORDS_OF_OURS else noted.kind
    noted.due_at = min(noted.due_at, due_at)
    if noted.due_at == due_at:
        noted.priority = priority
    if noted.assigned_to_id is None or staff_member is not None:
        _hand_to(noted, staff_member or _fittest(noted), now=now)
    noted.save()
    _tell_the_branch(noted, now=now)
    return noted


def take_down(
    *,
    branch: Branch,
    name: str,
    phone: str,
    reason: str,
    wish: str,
    priority: str,
    service: Service | None,
    staff_member: StaffMember | None,
    by: Actor,
    now: datetime,
    kind: str = CallbackRequest.Kind.CALLBACK,
    before: datetime | None = None,
) -> CallbackRequest:
    """Note a callback that did not come from a call; `before` as for `request`."""
    due_at = now + _DUE_AFTER[CallbackRequest.Priority(priority)]
    noted = CallbackRequest(
        tenant_id=branch.tenant_id,
        branch=branch,
        kind=kind,
        name=name,
        phone=phone,
        reason=reason,
        wish=wish,
        service=service,
        priority=priority,
        status=CallbackRequest.Status.OPEN,
        due_at=due_at if before is None else min(due_at, before),
    )
    _hand_to(noted, staff_member or _fittest(noted), now=now)
    noted.save()
    audit.record("created", noted, tenant_id=noted.tenant_id, by=by, now=now)
    _tell_the_branch(noted, now=now)
    return noted


def callback_for(tenant_id: UUID, callback_id: int) -> CallbackRequest:
    """Return a callback request of this business, locked for whoever changes it.

    :raises NotFound: there is none, or it is another business's
    """
    rows = CallbackRequest.objects.filter(tenant_id=tenant_id, pk=callback_id)
    found = rows.select_for_update(of=("self",)).select_related("branch").first()
    if found is None:
        raise NotFound
    return found


class Fields(TypedDict, total=False):
    name: str
    phone: str
    reason: str
    wish: str
    priority: str
    notes: str


def change(waiting: CallbackRequest, *, by: Actor, now: datetime, **fields: Unpack[Fields]) -> None:
    """Change what is known; a higher priority brings the due time forward, none puts it off.

    :raises CallbackIsOver: it is done or cancelled
    """
    _must_wait(waiting)
    for field, value in fields.items():
        setattr(waiting, field, value)
    if "priority" in fields:
        due = waiting.created_at + _DUE_AFTER[CallbackRequest.Priority(waiting.priority)]
        waiting.due_at = min(waiting.due_at, max(due, now))
    waiting.save()
    audit.record(
        "changed", waiting, tenant_id=waiting.tenant_id, by=by, now=now, fields=sorted(fields)
    )


def assign(waiting: CallbackRequest, *, to: StaffMember | None, by: Actor, now: datetime) -> None:
    """Give it to a person, or to whoever fits best.

    :raises CallbackIsOver: it is done or cancelled
    """
    _must_wait(waiting)
    _hand_to(waiting, to or _fittest(waiting), now=now)
    waiting.save()
    audit.record(
        "assigned", waiting, tenant_id=waiting.tenant_id, by=by, now=now, to=waiting.assigned_to_id
    )


def note_contact(waiting: CallbackRequest, *, notes: str, by: Actor, now: datetime) -> None:
    """Note that somebody tried; the person still waits until it is done.

    :raises CallbackIsOver: it is done or cancelled
    """
    _must_wait(waiting)
    waiting.status = CallbackRequest.Status.CONTACTED
    waiting.contacted_at = now
    waiting.attempts += 1
    waiting.notes = "\n".join(part for part in (waiting.notes, notes) if part)
    waiting.save()
    audit.record("contacted", waiting, tenant_id=waiting.tenant_id, by=by, now=now)


def finish(waiting: CallbackRequest, *, now: datetime) -> None:
    """Note that the person was called back. Done already: nothing happens."""
    _end(waiting, CallbackRequest.Status.DONE, now=now)


def cancel(waiting: CallbackRequest, *, now: datetime) -> None:
    """Note that no call is needed any more. Over already: nothing happens."""
    _end(waiting, CallbackRequest.Status.CANCELLED, now=now)


def escalate_overdue(*, now: datetime) -> int:
    """Give each overdue request of the active tenant to somebody else, once, and raise an alert; return how many."""
    overdue = CallbackRequest.objects.filter(_WAITS, due_at__lt=now, escalated_at__isnull=True)
    count = 0
    for waiting in overdue.select_for_update(skip_locked=True, of=("self",)).order_by("due_at"):
        waiting.escalated_at = now
        waiting.priority = _MORE_URGENT[CallbackRequest.Priority(waiting.priority)]
        _hand_to(waiting, _fittest(waiting, but=waiting.assigned_to_id), now=now)
        waiting.save()
        alerts.raise_alert(
            OVERDUE,
            tenant_id=waiting.tenant_id,
            about=str(waiting.pk),
            now=now,
            due_at=waiting.due_at.isoformat(),
        )
        count += 1
    return count


def _reason(noted: CallbackRequest, reason: str, *, kind: str) -> str:
    """Return why somebody waits, now that there is this reason, too."""
    is_another = kind in _WORDS_OF_OURS or noted.kind in _WORDS_OF_OURS
    if not reason or reason in noted.reason:
        return noted.reason
    if not (is_another and noted.reason):
        return reason[:_LONGEST_REASON]
    return f"{noted.reason[: max(0, _LONGEST_REASON - len(reason) - 1)]} {reason}"[:_LONGEST_REASON]


def _end(waiting: CallbackRequest, status: str, *, now: datetime) -> None:
    if waiting.status not in CallbackRequest.WAITING:
        return
    waiting.status = status
    waiting.done_at = now
    waiting.save(update_fields=["status", "done_at", "updated_at"])


def _must_wait(waiting: CallbackRequest) -> None:
    if waiting.status not in CallbackRequest.WAITING:
        raise CallbackIsOver


def _hand_to(waiting: CallbackRequest, person: StaffMember | None, *, now: datetime) -> None:
    """Give a request to a person; where there is nobody else it stays with whom it is."""
    if person is None or person.pk == waiting.assigned_to_id:
        return
    waiting.assigned_to = person
    waiting.assigned_at = now
    if waiting.status == CallbackRequest.Status.OPEN:
        waiting.status = CallbackRequest.Status.ASSIGNED


def _fittest(waiting: CallbackRequest, *, but: int | None = None) -> StaffMember | None:
    """Return who offers the service, of these who has the fewest open requests; without a service, of all."""
    people = StaffMember.objects.filter(branch_id=waiting.branch_id, is_active=True)
    if but is not None:
        people = people.exclude(pk=but)
    able = people.filter(skills__service_id=waiting.service_id) if waiting.service_id else people
    return _least_busy(able) or _least_busy(people)


def _least_busy(people: "QuerySet[StaffMember]") -> StaffMember | None:
    waits = Q(callback_requests__status__in=CallbackRequest.WAITING)
    ranked = people.alias(load=Count("callback_requests", filter=waits, distinct=True))
    return ranked.order_by("load", "pk").first()


def _tell_the_branch(noted: CallbackRequest, *, now: datetime) -> None:
    """Write to the branch, if it has an address: once per request, without what was said."""
    branch = noted.branch
    if not branch.email:
        return
    with translation.override("de"):
        text = render_to_string(
            "calls/callback_requested.txt",
            {
                "business": branch.tenant.name,
                "due": f"{noted.due_at.astimezone(branch.zone):%d.%m.%Y, %H:%M}",
                "urgency": noted.get_priority_display(),
                "person": noted.assigned_to.name if noted.assigned_to else "",
            },
        )
    subject, _rest, body = text.strip().partition("\n")
    outbox.say_once(
        tenant_id=noted.tenant_id,
        key=f"callback:{noted.pk}",
        topic="callback_requested",
        recipient=branch.email,
        subject=subject,
        body=body,
        about=noted,
        now=now,
    )
