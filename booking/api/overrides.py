"""Setting the business's own rules aside: what a program may do in its name, with a reason that is kept."""

from typing import Any

from rest_framework import serializers

from booking.hosts import Override
from tenants.api import strict


class OverrideInput(strict.Input):
    """The will of the business: for a person that is named (`staff_id`).

    Nobody can set aside that a time is taken, past, or not offered.
    """

    reason = strict.Line(max_length=300, help_text="Kept with the change.")
    rules = serializers.ListField(
        child=strict.Line(max_length=40),
        required=False,
        min_length=1,
        max_length=20,
        help_text="Codes of the rules that may be set aside; without it: every rule that can be.",
    )


def of(wanted: dict[str, Any]) -> Override | None:
    """Return what the input says about setting rules aside; None where it says nothing."""
    said = wanted.get("override")
    if said is None:
        return None
    rules = frozenset(said["rules"]) if "rules" in said else None
    return Override(reason=said["reason"], rules=rules)
