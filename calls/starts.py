"""Which start is meant: an offered slot by its id, or a time that was said exactly."""

from datetime import datetime

from booking import catalogue
from calls import slot_ids, when, wishes
from calls.answers import Answer
from calls.models import Call
from calls.wishes import Ask, Wish

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
    found = ref and catalogue.chosen(
        service_id=ref.service_id,
        staff_member_id=ref.staff_member_id,
        branch_id=call.branch_id,
        edition=call.edition,
    )
    if not ref or not found:
        raise Ask(_UNKNOWN_SLOT)
    service, person, branch = found
    return Wish(branch=branch, service=service, staff_member=person, when=None), ref.starts_at
