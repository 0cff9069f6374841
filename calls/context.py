"""What the agent should know at the start of a call."""

from datetime import datetime
from typing import Any

from booking import catalogue, customers, doors
from booking.hours import Spans
from calls import consent, desks, disclosure, identity, speech, wishes
from calls.answers import Answer
from calls.models import Call, Desk
from tenants import rows
from tenants.models import Tenant


def get_context(call: Call, *, now: datetime) -> Answer:
    """Return today's date, the branch, its hours today, its services and the caller, if the number is known."""
    branch = wishes.branch_of(call)
    business = rows.load(Tenant, "id = %s", (call.tenant_id,))[0].name
    local_now = now.astimezone(branch.zone)
    caller = customers.match_by_phone(call.from_number)
    greeting = f"Guten Tag, hier ist {business}. {disclosure.SENTENCE}"
    disclosure.note(call, greeting, now=now)
    desk, today = desks.of(branch), doors.today(branch, now=now)
    asks = desk.asks_to_record and not call.recording_consent
    question = consent.RECORDING_ASKED if asks else "Was kann ich für Sie tun?"
    return Answer(
        state="context",
        say=f"{greeting} {question}",
        data={
            "business": business,
            "branch": branch.name,
            "date_spoken": speech.spoken_date(local_now.date()),
            "time": f"{local_now:%H:%M}",
            "hours_today": _spans(today.spans),
            "open_now": today.is_open,
            "only_callbacks": not today.is_open and desk.when_closed != Desk.WhenClosed.BOOK,
            "transfers": desk.transfers(is_open=today.is_open),
            "services": [service.name for service in catalogue.offered_by_phone()[:20]],
            # A number is a hint and no identity: the name helps to greet, it opens nothing.
            "caller_known": caller is not None,
            "caller_name": identity.greeted_name(caller, now=now) if caller else "",
        },
    )


def _spans(spans: Spans) -> list[dict[str, Any]]:
    return [{"from": _clock(first), "until": _clock(last)} for first, last in spans]


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
