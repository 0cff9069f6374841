"""What the diary says no to."""

from typing import NoReturn

from django.utils.translation import gettext_lazy as _

from booking import diaries
from tenants.errors import Refused


class SlotTaken(Refused):
    code = "slot_taken"
    sentence = _("This time is no longer available.")


class NotOffered(Refused):
    code = "not_offered"
    sentence = _("This staff member does not offer this service here.")


class NotBookable(Refused):
    """A rule forbids this start. Each rule is a refusal of its own, with its name as the code."""

    code = "not_bookable"
    sentence = _("This time cannot be booked.")


class Past(NotBookable):
    code = diaries.PAST
    sentence = _("This time has passed.")


class TooSoon(NotBookable):
    code = diaries.TOO_SOON
    sentence = _("This time is too soon to be booked.")


class BeyondHorizon(NotBookable):
    code = diaries.BEYOND_HORIZON
    sentence = _("This time is too far ahead to be booked.")


class OffGrid(NotBookable):
    code = diaries.OFF_GRID
    sentence = _("Appointments do not begin at this minute.")


class Closed(NotBookable):
    code = diaries.CLOSED
    sentence = _("The branch is closed at this time.")


class OffHours(NotBookable):
    code = diaries.OFF_HOURS
    sentence = _("The staff member does not work at this time.")


class Away(NotBookable):
    code = diaries.TIME_OFF
    sentence = _("The staff member is away at this time.")


class Inactive(NotBookable):
    code = diaries.INACTIVE
    sentence = _("This service, branch or person is switched off.")


class PublicHoliday(NotBookable):
    code = diaries.HOLIDAY
    sentence = _("The branch is closed on a public holiday.")


class SpecialDay(NotBookable):
    code = diaries.SPECIAL_DAY
    sentence = _("The branch has other hours on this day.")


class DayFull(NotBookable):
    code = diaries.DAY_FULL
    sentence = _("As many of these appointments as possible a day are booked.")


class StaffDayFull(NotBookable):
    code = diaries.STAFF_DAY_FULL
    sentence = _("The staff member has no more appointments to give that day.")


class CustomerLimit(NotBookable):
    code = diaries.CUSTOMER_LIMIT
    sentence = _("The customer has as many of these appointments as allowed.")


class ResourceTaken(NotBookable):
    code = diaries.RESOURCE_TAKEN
    sentence = _("A room or device that is needed is not free at this time.")


class SessionFull(NotBookable):
    code = diaries.SESSION_FULL
    sentence = _("There are not enough seats left.")


class AlreadyOver(Refused):
    code = "already_over"
    sentence = _("This appointment is already over or cancelled.")


class StillHeld(Refused):
    code = "still_held"
    sentence = _("This time is only held and not booked yet.")


class KeyReused(Refused):
    code = "key_reused"
    sentence = _("This key was used for another booking.")


class IllegalTransition(Refused):
    code = "illegal_transition"
    sentence = _("The appointment is in a state from which this is not possible.")


class TooEarly(Refused):
    code = "too_early"
    sentence = _("It is too early for that.")


class CustomerBlocked(Refused):
    code = "customer_blocked"
    sentence = _("An appointment can only be made with the business itself.")


class DepositNeeded(Refused):
    code = "deposit_needed"
    sentence = _("An appointment can only be made with a deposit.")


class AgainstPolicy(Refused):
    """What the business does not allow its customers; in its own words, where it has any."""

    code = "against_policy"

    def __init__(self, *, text: str = "", **facts: object) -> None:
        super().__init__(**facts)
        self.text = text

    def __str__(self) -> str:
        return self.text or super().__str__()


class TooLateToCancel(AgainstPolicy):
    code = "too_late_to_cancel"
    sentence = _("It is too late to cancel this appointment.")


class TooLateToMove(AgainstPolicy):
    code = "too_late_to_move"
    sentence = _("It is too late to move this appointment.")


class CancelledTooOften(AgainstPolicy):
    code = "cancel_quota"
    sentence = _("Appointments have been cancelled too often of late.")


class MovedTooOften(AgainstPolicy):
    code = "move_quota"
    sentence = _("This appointment has been moved too often already.")


_OF_RULE: dict[str, type[Refused]] = {
    diaries.NOT_OFFERED: NotOffered,
    diaries.TAKEN: SlotTaken,
    **{
        each.code: each
        for each in (
            Inactive,
            Past,
            TooSoon,
            BeyondHorizon,
            OffGrid,
            Closed,
            PublicHoliday,
            SpecialDay,
            OffHours,
            Away,
            DayFull,
            StaffDayFull,
            CustomerLimit,
            ResourceTaken,
            SessionFull,
        )
    },
}


def refuse(rule: str) -> NoReturn:
    """Raise the refusal of a rule of the diary (one of `diaries.RULES`)."""
    raise _OF_RULE[rule](rule=rule)
