"""Several appointments in one transaction: what they all need is waited for before the first of them is changed."""

from collections import defaultdict
from collections.abc import Sequence

from booking import locking, resources
from booking.models import Appointment, Service, WaitingEntry
from tenants.models import Branch


def wait_for(parts: Sequence[Appointment | WaitingEntry]) -> None:
    """Wait for the resources, limits and quotas of several appointments, or of what is to become one.

    Their diaries are locked before. Each verb takes the locks of its own appointment in the order of
    `booking/locking.py`; one verb after the other would begin that order again with locks in hand.
    """
    wanted: dict[Branch, set[Service]] = defaultdict(set)
    for part in parts:
        wanted[part.branch].add(part.service)
    for branch in sorted(wanted, key=lambda each: each.pk):
        resources.lock_for(wanted[branch], branch)
    locking.lock_counts((part.service, part.branch, part.customer) for part in parts)
