"""Times that are offered to somebody and kept by a hold until the answer or the end of the offer."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from booking import scheduling
from booking.models import Appointment, Proposal, WaitingOffer
from tenants.actors import Actor
from tenants.errors import Refused

# People are written to between these times on the wall of the branch.
MORNING, EVENING = time(8), time(20)
# The hold outlives the offer by so much, that the sweep can hand the time on before somebody else takes it.
GRACE_SECONDS = 120


class OfferOver(Refused):
    code = "offer_over"
    sentence = _("This offer no longer stands.")


def may_be_made(zone: ZoneInfo, *, now: datetime) -> bool:
    """Whether it is a time of day at which people are written to."""
    return MORNING <= now.astimezone(zone).time() < EVENING


def must_stand(offer: WaitingOffer | Proposal, *, now: datetime) -> None:
    """Do nothing for an offer that can be answered now.

    :raises OfferOver: it was answered otherwise, or has run out
    """
    if offer.status != offer.Status.OPEN or offer.expires_at <= now:
        raise OfferOver


def hold_of(offer: WaitingOffer | Proposal) -> Appointment | None:
    """Return the hold that keeps the offered time, if it is still there."""
    if offer.hold_number is None:
        return None
    held = Appointment.Status.HELD
    return Appointment.objects.filter(pk=offer.hold_number, status=held).first()


def close(offer: WaitingOffer | Proposal, status: str, *, by: Actor, now: datetime) -> None:
    """End an offer; the hold of one that was not accepted is given back."""
    offer.status = status
    offer.answered_at = None if status == offer.Status.EXPIRED else now
    offer.save(update_fields=["status", "answered_at", "updated_at"])
    hold = hold_of(offer)
    if status != offer.Status.ACCEPTED and hold is not None:
        scheduling.release(hold, by=by, now=now)
