"""Offering times: at most three, each with an opaque id and a German form. The caller chooses."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from booking import availability
from booking.availability import Slot
from booking.periods import Period
from calls import slot_ids, speech
from calls.answers import Answer
from calls.models import Call
from calls.slot_ids import SlotRef
from calls.wishes import Wish
from tenants.models import Branch

AT_MOST = 3
# How the rules of the diary sound (codes of `availability.why_not`).
_REASONS = {
    "past": "Das liegt schon in der Vergangenheit.",
    "too_soon": "So kurzfristig geht es leider nicht.",
    "beyond_horizon": "So weit im Voraus kann ich noch nicht buchen.",
    "closed": "Da haben wir nicht geöffnet.",
    "off_hours": "Das passt nicht in die Arbeitszeiten.",
    "time_off": "Da ist niemand da.",
    "taken": "Da ist leider schon alles vergeben.",
}


def free(
    call: Call, wish: Wish, period: Period, *, now: datetime, limit: int | None = AT_MOST
) -> list[Slot]:
    """Return what is free for a wish; what is held for this very call counts as free for it."""
    if period.start >= period.end:
        return []
    return availability.free_slots(
        wish.service,
        branch=wish.branch,
        staff_member=wish.staff_member,
        period=period,
        now=now,
        limit=limit,
        for_call=call.pk,
    )


def offer(
    state: str, opening: str, found: list[Slot], wish: Wish, call: Call, **facts: Any
) -> Answer:
    """Return the answer that offers these slots."""
    return Answer(
        state=state,
        say=f"{opening} {_spoken(found, wish.branch)}. Was passt Ihnen?",
        data={"slots": as_data(found, wish, call), **facts},
    )


def others(
    call: Call, wish: Wish, near: datetime, *, state: str, rule: str, now: datetime
) -> Answer:
    """Say why the wanted time is not possible and offer the nearest others: that day first, then the next ones."""
    reason = _REASONS.get(rule, "Da ist leider nichts frei.")
    found = _nearest(call, wish, near, now=now)
    if found:
        return offer(state, f"{reason} Frei wäre", found, wish, call, rule=rule)
    return Answer(
        state="nothing_free" if state == "alternatives" else state,
        say=f"{reason} Ich finde auch keine andere freie Zeit. Soll Sie jemand zurückrufen?",
        data={"rule": rule, "slots": []},
    )


def as_data(found: Iterable[Slot], wish: Wish, call: Call) -> list[dict[str, str]]:
    """Return slots as the model gets them."""
    return [
        {
            "slot_id": slot_ids.name(
                SlotRef(
                    service_id=wish.service.pk,
                    staff_member_id=slot.staff_member_id,
                    starts_at=slot.starts_at,
                ),
                tenant_id=call.tenant_id,
            ),
            "spoken": at(slot, wish.branch),
            "starts_at": slot.starts_at.astimezone(wish.branch.zone).isoformat(),
            "staff": slot.staff_name,
        }
        for slot in found
    ]


def at(slot: Slot, branch: Branch) -> str:
    """Return when a slot begins, as it is spoken in the branch."""
    return speech.spoken_slot(slot.starts_at.astimezone(branch.zone))


def _spoken(found: list[Slot], branch: Branch) -> str:
    """Return the slots as one says them: each day once, with its times behind it."""
    days: dict[date, list[str]] = {}
    for slot in found:
        local = slot.starts_at.astimezone(branch.zone)
        days.setdefault(local.date(), []).append(speech.spoken_time(local.time()))
    return speech.spoken_list(
        [
            f"{speech.spoken_date(day)}, um {speech.spoken_list(times)}"
            for day, times in days.items()
        ]
    )


def _nearest(call: Call, wish: Wish, near: datetime, *, now: datetime) -> list[Slot]:
    local = near.astimezone(wish.branch.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    next_day = midnight + timedelta(days=1)
    horizon = now + timedelta(days=wish.service.horizon_days + 1)
    same_day = free(call, wish, Period(midnight, next_day), now=now, limit=None)
    same_day.sort(key=lambda slot: (abs(slot.starts_at - near), slot.starts_at))
    found = sorted(same_day[:AT_MOST], key=lambda slot: slot.starts_at)
    if len(found) < AT_MOST:
        later = Period(max(next_day, now), horizon)
        found += free(call, wish, later, now=now, limit=AT_MOST - len(found))
    return found
