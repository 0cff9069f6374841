"""Saying why a start cannot be booked: the rule, a sentence for people, and the rows that stand in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from booking import rules


@dataclass(frozen=True, kw_only=True)
class Reason:
    """The first rule that blocks a start for one person, None when it is free.

    `facts` are the rows and numbers behind it: `appointment_ids`, `hold_ids`, `time_off_ids`, `working_hours_ids`,
    `special_hours_ids`, `resource_ids`, `session_id`, `holiday`, `limit`, `at` (the first blocked minute).
    """

    staff_member_id: int
    staff_name: str
    rule: str | None
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_free(self) -> bool:
        return self.rule is None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What the rules say to a start: to each person, and to all of them together (the rule nearest to a yes)."""

    starts_at: datetime
    rule: str | None
    sentence: str
    people: tuple[Reason, ...]

    @property
    def is_free(self) -> bool:
        return self.rule is None


FREE = gettext_noop("This time is free.")
SENTENCES = {
    rules.INACTIVE: gettext_noop("This service, branch or person is switched off."),
    rules.NOT_OFFERED: gettext_noop("This service is not offered by this person at this time."),
    rules.PAST: gettext_noop("This time has passed."),
    rules.TOO_SOON: gettext_noop("This time is too soon to be booked."),
    rules.BEYOND_HORIZON: gettext_noop("This time is too far ahead to be booked."),
    rules.OFF_GRID: gettext_noop("Appointments do not begin at this minute."),
    rules.CLOSED: gettext_noop("The branch is closed at this time."),
    rules.HOLIDAY: gettext_noop("The branch is closed on a public holiday."),
    rules.SPECIAL_DAY: gettext_noop("The branch has other hours on this day."),
    rules.OFF_HOURS: gettext_noop("The staff member does not work at this time."),
    rules.TIME_OFF: gettext_noop("The staff member is away at this time."),
    rules.DAY_FULL: gettext_noop("As many of these appointments as possible a day are booked."),
    rules.STAFF_DAY_FULL: gettext_noop(
        "The staff member has no more appointments to give that day."
    ),
    rules.CUSTOMER_LIMIT: gettext_noop(
        "The customer has as many of these appointments as allowed."
    ),
    rules.RESOURCE_TAKEN: gettext_noop("A room or device that is needed is not free at this time."),
    rules.SESSION_FULL: gettext_noop("There are not enough seats left."),
    rules.TAKEN: gettext_noop("This time is no longer available."),
}


def sentence_of(rule: str | None) -> str:
    """Return what a rule means, in the active language."""
    return str(_(SENTENCES[rule] if rule else FREE))
