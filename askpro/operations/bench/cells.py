"""What is measured: each cell puts the product and its floor side by side."""

from collections.abc import Callable, Iterator

from askpro.operations.bench import acknowledgement, bookings, diary, house, live, search, walls
from askpro.operations.bench.goals import Goal, Size
from tenants.models import Tenant

CELLS: dict[str, Callable[[Tenant, Size], Iterator[Goal]]] = {
    "ack": acknowledgement.acknowledgement,
    "slots": diary.slot_search,
    "search": search.month_search,
    "bookings": bookings.different_slots,
    "rivals": diary.rivals,
    "flow": house.core_flow,
    "live": live.live_calls,
    "hand-over": house.hand_over,
    "walls": walls.walls,
}
