"""Customers who did not come too often: what it means for their next booking."""

from booking import hosts
from booking.hosts import Override
from booking.in_hand import OpenDiary
from booking.models import DiaryRules
from booking.refusals import CustomerBlocked, DepositNeeded

_CONSEQUENCES = {
    DiaryRules.Consequence.BLOCK: CustomerBlocked,
    DiaryRules.Consequence.DEPOSIT: DepositNeeded,
}


def ask(diary: OpenDiary, *, source: str, override: Override | None) -> list[str]:
    """Return the rule about missed appointments if it is set aside; nothing where it does not apply.

    The business itself books whom it likes.

    :raises CustomerBlocked, DepositNeeded: the customer did not come too often
    """
    if diary.no_show_limit is None or diary.no_shows is None or hosts.is_host(source):
        return []
    if diary.no_shows < diary.no_show_limit:
        return []
    refusal = _CONSEQUENCES[DiaryRules.Consequence(str(diary.no_show_consequence))]
    if override is not None and override.covers(refusal.code):
        return [refusal.code]
    raise refusal(no_shows=diary.no_shows)
