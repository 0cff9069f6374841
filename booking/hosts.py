"""What the business may do that its customers may not: set its own rules aside, with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from booking import rules
from booking.models import Appointment
from tenants.errors import Invalid

# What nobody can set aside: that somebody does it, that the time is to come, and that all is free.
_NEVER = frozenset(
    {
        rules.INACTIVE,
        rules.NOT_OFFERED,
        rules.PAST,
        rules.RESOURCE_TAKEN,
        rules.SESSION_FULL,
        rules.TAKEN,
    }
)
_BY_THE_HOST = frozenset({Appointment.Source.BACK_OFFICE, Appointment.Source.CALENDAR})


@dataclass(frozen=True, kw_only=True)
class Override:
    """The will to set rules aside: all that can be, or only the named ones. The reason is kept with the change.

    :raises Invalid: there is no reason
    """

    reason: str
    rules: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise Invalid(reason=_("Say why the rules are set aside."))

    def covers(self, rule: str) -> bool:
        return rule not in _NEVER and (self.rules is None or rule in self.rules)


def is_host(source: str) -> bool:
    """Whether a change comes from the business itself and not from its customers."""
    return source in _BY_THE_HOST


def reason_of(reason: str, override: Override | None, overridden: Iterable[str]) -> str:
    """Return the reason that is kept with a change: why rules were set aside, or what was said otherwise."""
    return override.reason.strip() if override is not None and list(overridden) else reason
