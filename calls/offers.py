"""Offering times: at most three, each with an opaque id and a German form. The caller chooses."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from booking import availability
from booking.availability import Slot
from booking.periods import Period
from calls import decisions, slot_ids, speech
from calls.answers import Answer
from calls.models import Call
from calls.slot_ids import SlotRef
from calls.when import When
from calls.wishes import Wish
from tenants.models import Branch

AT_MOST = 3
_A_DAY = timedelta(days=1)
# How the rules of the diary sound (codes of `availability.why_not`).
_REASONS = {
    "past": "Das liegt schon in der Vergangenheit.",
    "too_soon": "So kurzfristig geht es leider nicht.",
    "beyond_horizon": "So weit im Voraus kann ich noch nicht buchen.",
    "closed": "Da haben wir nicht geöffnet.",
    "holiday": "Da haben wir wegen des Feiertags geschlossen.",
    "special_day": "An diesem Tag haben wir andere Öffnungszeiten.",
    "off_hours": "Das passt nicht in die Arbeitszeiten.",
    "time_off": "Da ist niemand da.",
    "day_full": "An diesem Tag können wir davon nichts mehr annehmen.",
    "staff_day_full": "An diesem Tag ist schon alles vergeben.",
    "customer_limit": "Davon sind für Sie schon so viele Termine gebucht, wie möglich sind.",
    "resource_taken": "Da ist der Raum oder das Gerät dafür schon belegt.",
    "session_full": "Da sind nicht mehr genug Plätze frei.",
    "taken": "Da ist leider schon alles vergeben.",
}


def free(
    call: Call, wish: Wish, period: Period, *, now: datetime, limit: int | None = AT_MOST
) -> list[Slot]:
    """Return what is free for a wish; what is held for this very call counts as free for it."""
    if period.start >= period.end:
        return []
    found = availability.free_slots(
        wish.service,
        branch=wish.branch,
        staff_member=wish.staff_member,
        period=period,
        now=now,
        limit=limit,
        ignoring=wish.moving,
        for_call=call.pk,
        customer=call.customer if call.customer_id else None,
        edition=wish.edition,
    )
    decisions.note("free", given=_asked(wish, period), said=_found(found))
    return found


def _asked(wish: Wish, period: Period) -> dict[str, Any]:
    """Return what the diary was asked, for the decision log."""
    return {
        "service": wish.service.name,
        "staff": wish.staff_member.name if wish.staff_member else None,
        "from": period.start.isoformat(),
        "until": period.end.isoformat(),
    }


def _found(found: list[Slot]) -> dict[str, Any]:
    """Return what the diary said: how many starts, and the first of them."""
    return {
        "count": len(found),
        "first": [[slot.starts_at.isoformat(), slot.staff_name] for slot in found[:AT_MOST]],
    }


def within(call: Call, wish: Wish, said: When, *, now: datetime) -> list[Slot]:
    """Return up to three free starts in the days and hours that were said; around "gegen zehn" the nearest."""
    period = period_of(wish, said, now=now)
    if said.reason == "about" and said.time is not None and said.date is not None:
        middle = datetime.combine(said.date, said.time, tzinfo=wish.branch.zone)
        found = free(call, wish, period, now=now, limit=None)
        return _closest(found, middle)
    if said.window_minutes is None and said.time is None:
        return free(call, wish, period, now=now)
    if period.end - period.start <= _A_DAY:
        return free(call, wish, period, now=now)
    return _at_these_hours(call, wish, period, said, now=now)


def period_of(wish: Wish, said: When | None, *, now: datetime) -> Period:
    """Return the days in which to look: what was said, as far as the service can be booked ahead."""
    horizon = now + timedelta(days=wish.service.horizon_days + 1)
    if said is None or said.start is None:
        return Period(now, horizon)
    end = said.end or horizon
    if said.reason == "latest" and said.end is not None:
        end += timedelta(minutes=1)  # "spätestens um zehn" may begin at ten
    return Period(said.start, min(end, max(horizon, said.start)))


def nearest(
    call: Call, wish: Wish, near: datetime, *, now: datetime, without: datetime | None = None
) -> list[Slot]:
    """Return up to three starts around one: first of the same day, then of the days behind it."""
    local = near.astimezone(wish.branch.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    next_day = midnight + timedelta(days=1)
    horizon = now + timedelta(days=wish.service.horizon_days + 1)
    same_day = free(call, wish, Period(midnight, next_day), now=now, limit=None)
    found = _closest([slot for slot in same_day if slot.starts_at != without], near)
    if len(found) < AT_MOST:
        later = Period(max(next_day, now), horizon)
        found += free(call, wish, later, now=now, limit=AT_MOST - len(found))
    return found


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
    found = nearest(call, wish, near, now=now)
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


def _closest(found: list[Slot], near: datetime) -> list[Slot]:
    """Return the three that begin closest to an instant, in the order of the clock."""
    found = sorted(found, key=lambda slot: (abs(slot.starts_at - near), slot.starts_at))
    return sorted(found[:AT_MOST], key=lambda slot: slot.starts_at)


def _at_these_hours(
    call: Call, wish: Wish, period: Period, said: When, *, now: datetime
) -> list[Slot]:
    """Look for "nächste Woche vormittags": week by week, and only at the hours that were said."""
    found: list[Slot] = []
    start = max(period.start, now)
    while start < period.end and len(found) < AT_MOST:
        end = min(start + 7 * _A_DAY, period.end)
        each = free(call, wish, Period(start, end), now=now, limit=None)
        found += [slot for slot in each if _is_at(slot, said, wish.branch)]
        start = end
    return found[:AT_MOST]


def _is_at(slot: Slot, said: When, branch: Branch) -> bool:
    local = slot.starts_at.astimezone(branch.zone)
    minute = local.hour * 60 + local.minute
    if said.window_minutes is not None:
        first, last = said.window_minutes
        return first <= minute < last or first <= minute + 24 * 60 < last
    return local.time() == said.time
