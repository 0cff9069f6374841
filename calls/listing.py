"""The tools that say what can be booked, and what else is free."""

from datetime import datetime, timedelta

from booking import catalogue
from booking.availability import Slot
from booking.models import Service
from booking.periods import Period
from calls import offers, speech, when, wishes
from calls.answers import Answer
from calls.models import Call
from calls.wishes import Ask, Wish

_SPOKEN = 5
# The platform cuts an answer at 15,000 characters, in the middle of a word.
_SHOWN = 40
_LONGEST_DESCRIPTION = 1000


def list_services(call: Call, *, service: str, now: datetime) -> Answer:
    """Say what can be booked by telephone, with minutes and price from the rows; about one service if it is named."""
    offered = catalogue.offered_by_phone()
    if service:
        match = catalogue.match_service(service)
        offered = [match.found] if match.found else list(match.candidates) or offered
    if not offered:
        return Answer(
            state="services",
            say="Am Telefon kann ich im Moment nichts buchen. Soll Sie jemand zurückrufen?",
            data={"services": []},
        )
    told = speech.spoken_list([_told(each) for each in offered[:_SPOKEN]], last="und")
    more = " und noch einiges mehr" if len(offered) > _SPOKEN else ""
    return Answer(
        state="services",
        say=f"Wir bieten an: {told}{more}. Was davon möchten Sie?",
        data={"services": [_shown(each, among=len(offered)) for each in offered[:_SHOWN]]},
    )


def find_alternatives(
    call: Call, *, service: str, date: str, time: str, staff: str, now: datetime
) -> Answer:
    """Offer up to three free times around a wish, the wished one left out; without a date the next ones."""
    try:
        wish = wishes.of(call, service=service, date=date, time=time, staff=staff, now=now)
    except Ask as ask:
        return ask.answer
    found = _around(call, wish, now=now)
    if not found:
        return Answer(
            state="nothing_free",
            say="Ich finde leider keine freie Zeit. Soll Sie jemand zurückrufen?",
            data={"slots": []},
        )
    return offers.offer("alternatives", "Frei wäre", found, wish, call)


def _around(call: Call, wish: Wish, *, now: datetime) -> list[Slot]:
    said = wish.when
    if said is None or said.start is None:
        horizon = now + timedelta(days=wish.service.horizon_days + 1)
        return offers.free(call, wish, Period(now, horizon), now=now)
    if said.state == when.State.EXACT:
        return offers.nearest(call, wish, said.start, now=now, without=said.start)
    return offers.within(call, wish, said, now=now) or offers.nearest(
        call, wish, said.start, now=now
    )


def _told(service: Service) -> str:
    price = f", {speech.spoken_euros(service.price_cents)}" if service.price_cents else ""
    return f"{service.name}, {speech.spoken_number(service.duration_minutes)} Minuten{price}"


def _shown(service: Service, *, among: int) -> dict[str, object]:
    """Return a service as the model gets it; what is written about it only where few are listed."""
    description = service.description[:_LONGEST_DESCRIPTION] if among <= _SPOKEN else ""
    return {
        "name": service.name,
        "minutes": service.duration_minutes,
        "price_cents": service.price_cents,
        "description": description,
    }
