"""Reading a diary in tests: the wall clock of Berlin in, the wall clock of Berlin out."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking import availability
from booking.availability import Slot
from booking.editions import EDITION_OF
from booking.models import Service, StaffMember
from booking.periods import Period
from tenants import scope, statements
from tenants.models import Branch, Tenant
from tests import factories

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: str, clock: str = "00:00", *, fold: int = 0) -> datetime:
    """Return the instant at which a clock in Berlin shows this; `fold` is the second time in the long night."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN, fold=fold)


def a_day(day: str) -> Period:
    start = at(day)
    return Period(start, start + timedelta(days=1))


def starts(
    tenant: Tenant,
    service: Service,
    *,
    period: Period,
    now: datetime,
    staff_member: StaffMember | None = None,
    branch: Branch | None = None,
    **more: Any,
) -> list[str]:
    """Return the offered starts as a clock on the wall shows them."""
    found = slots(
        tenant,
        service,
        period=period,
        now=now,
        staff_member=staff_member,
        branch=branch,
        **more,
    )
    return [f"{slot.starts_at.astimezone(BERLIN):%H:%M}" for slot in found]


def slots(
    tenant: Tenant,
    service: Service,
    *,
    period: Period,
    now: datetime,
    branch: Branch | None = None,
    **more: Any,
) -> list[Slot]:
    where = branch or factories.branch_of(tenant)
    with scope.tenant(tenant):
        found = availability.free_slots(service, branch=where, period=period, now=now, **more)
        edition = statements.value(f"SELECT {EDITION_OF.format(tenant='%s')}", (tenant.pk,))
        for _ in range(2):  # what is remembered gives the same
            assert found == availability.free_slots(
                service, branch=where, period=period, now=now, edition=edition, **more
            )
        return found


def why_not(
    tenant: Tenant,
    service: Service,
    staff_member: StaffMember,
    starts_at: datetime,
    *,
    now: datetime,
    **more: Any,
) -> str | None:
    with scope.tenant(tenant):
        return availability.why_not(
            service,
            branch=factories.branch_of(tenant),
            staff_member=staff_member,
            starts_at=starts_at,
            now=now,
            **more,
        )


def quarters(first: str, last: str) -> list[str]:
    """Return every quarter of an hour from the first to the last start."""
    begin, end = (
        datetime.fromisoformat(f"2026-01-01T{first}"),
        datetime.fromisoformat(f"2026-01-01T{last}"),
    )
    count = (end - begin) // timedelta(minutes=15)
    return [f"{begin + timedelta(minutes=15 * step):%H:%M}" for step in range(count + 1)]
