"""Which start is meant: an offered slot by its id, or a time that was said exactly."""

from datetime import datetime
from typing import TypeVar

from booking.models import Service, StaffMember
from calls import slot_ids, when, wishes
from calls.answers import Answer
from calls.models import Call
from calls.wishes import Ask, Wish
from tenants import rows

_Row = TypeVar("_Row", Service, StaffMember)
_WHEN_EXACTLY = Answer(
    state="missing",
    say="Für welchen Tag und welche Uhrzeit genau soll ich buchen?",
    data={"fields": ["date", "time"]},
)
_UNKNOWN_SLOT = Answer(
    state="missing",
    say="Diese Auswahl kenne ich nicht. Für welchen Tag und welche Uhrzeit soll ich buchen?",
    data={"fields": ["date", "time"]},
)


def of(
    call: Call, *, slot_id: str, service: str, date: str, time: str, staff: str, now: datetime
) -> tuple[Wish, datetime]:
    """Return the wish and its start.

    :raises Ask: the id is none of ours, or date and time were not said exactly
    """
    if slot_id:
        return offered(call, slot_id)
    wish = wishes.of(call, service=service, date=date, time=time, staff=staff, now=now)
    if wish.when is None or wish.when.state != when.State.EXACT or wish.when.start is None:
        raise Ask(_WHEN_EXACTLY)
    return wish, wish.when.start


def offered(call: Call, slot_id: str) -> tuple[Wish, datetime]:
    """Return what an offered slot stands for; the rules are asked again when it is booked.

    :raises Ask: the id is none of ours
    """
    ref = slot_ids.read(slot_id, tenant_id=call.tenant_id)
    service = _one(Service, call, ref.service_id) if ref else None
    person = _one(StaffMember, call, ref.staff_member_id) if ref else None
    if ref is None or service is None or person is None:
        raise Ask(_UNKNOWN_SLOT)
    branch = wishes.branch_of(call)
    return Wish(branch=branch, service=service, staff_member=person, when=None), ref.starts_at


def _one(model: type[_Row], call: Call, number: int) -> _Row | None:
    found = rows.load(model, "tenant_id = %s AND id = %s AND is_active", (call.tenant_id, number))
    return found[0] if found else None
