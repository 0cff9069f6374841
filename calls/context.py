"""What the agent should know at the start of a call."""

from datetime import datetime
from typing import Any

from booking import catalogue, customers, hours
from calls import consent, desks, disclosure, identity, speech, wishes
from calls.answers import Answer
from calls.models import Call
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
    asks = desks.of(branch).asks_to_record and not call.recording_consent
    question = consent.RECORDING_ASKED if asks else "Was kann ich für Sie tun?"
    return Answer(
        state="context",
        say=f"{greeting} {question}",
        data={
            "business": business,
            "branch": branch.name,
            "date_spoken": speech.spoken_date(local_now.date()),
            "time": f"{local_now:%H:%M}",
            "hours_today": _spans(hours.opening_of(branch), local_now.isoweekday()),
            "services": [service.name for service in catalogue.offered_by_phone()[:20]],
            # A number is a hint and no identity: the name helps to greet, it opens nothing.
            "caller_known": caller is not None,
            "caller_name": identity.greeted_name(caller, now=now) if caller else "",
        },
    )


def _spans(opening: dict[int, list[tuple[int, int]]], weekday: int) -> list[dict[str, Any]]:
    return [
        {"from": f"{a // 60:02d}:{a % 60:02d}", "until": f"{b // 60:02d}:{b % 60:02d}"}
        for a, b in opening.get(weekday, [])
    ]
