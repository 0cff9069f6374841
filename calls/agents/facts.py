"""What an agent may know of its business: read from the rows, never from a form of free text."""

from dataclasses import dataclass

from booking import hours
from booking.models import Service, StaffMember
from calls import desks
from calls.models import Agent


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A service as callers may hear of it. No price is None: then none may be named."""

    name: str
    minutes: int
    price_cents: int | None
    description: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One branch as its agent knows it. `opening` is by ISO weekday, in minutes of the local day."""

    business: str
    branch: str
    address: str
    time_zone: str
    opening: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
    offers: tuple[Offer, ...]
    staff: tuple[str, ...]
    when_closed: str  # Desk.WhenClosed
    transfer_number: str | None


def of(agent: Agent) -> Facts:
    """Return what the rows say about the agent's branch. The tenant's scope must be open."""
    branch = agent.branch
    desk = desks.of(branch)
    place = " ".join(part for part in (branch.postcode, branch.city) if part)
    services = Service.objects.filter(is_active=True, is_bookable_by_phone=True)
    staff = StaffMember.objects.filter(branch=branch, is_active=True)
    return Facts(
        business=plain(branch.tenant.name),
        branch=plain(branch.name),
        address=plain(", ".join(part for part in (branch.street, place) if part)),
        time_zone=branch.time_zone,
        opening=tuple(
            (weekday, tuple(spans)) for weekday, spans in sorted(hours.opening_of(branch).items())
        ),
        offers=tuple(
            Offer(
                name=plain(service.name),
                minutes=service.duration_minutes,
                price_cents=service.price_cents,
                description=plain(service.description),
            )
            for service in services.order_by("name", "pk")
        ),
        when_closed=desk.when_closed,
        transfer_number=desk.transfer_number,
        staff=tuple(plain(name) for name in staff.order_by("name", "pk").values_list("name", flat=True)),
    )  # fmt: skip


def plain(text: str) -> str:
    """Return a text of the business on one line, without the marks by which the platform knows variables."""
    return " ".join(text.replace("{", "(").replace("}", ")").split())
