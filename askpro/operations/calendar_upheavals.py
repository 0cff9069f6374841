"""What happens now and then to a business that keeps two diaries: people and event types go, branches close, accounts change."""

from collections.abc import Callable
from datetime import timedelta

from askpro.operations.calendar_world import BY, World
from booking.calendars import connecting
from booking.models import CalendarAccount, CalendarHost, TimeOff
from integrations.calendars.imitation import EventType
from tenants import scope
from tenants.models import Branch


def settle_down(world: World) -> None:
    """Bring everything back that went away: open the branch, offer the service, connect the account."""
    with scope.tenant(world.tenant_id):
        Branch.objects.update(is_active=True)
        world.branch.is_active = True
    for kind in world.house.event_types.values():
        kind.minutes = 30
    _connect(world)


def _connect(world: World) -> None:
    """Connect, or mend the connection. What is written for it is no echo."""
    written, troubles = world.written, world.has_troubles
    world.has_troubles = False
    connecting.connect(world.tenant_id, is_personal=False, by=BY, now=world.now)
    world.written, world.has_troubles = written, troubles


def _we_take_time_off(world: World) -> bool:
    """Cal.com is not told: what is moved there into a time off is a fact."""
    person, starts_at = world.dice.choice(world.people), world.a_start()
    with scope.tenant(world.tenant_id):
        TimeOff.objects.create(
            tenant_id=world.tenant_id,
            branch=world.branch,
            staff_member=person,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            kind=TimeOff.Kind.OTHER,
        )
    return True


def _the_branch_closes(world: World) -> bool:
    with scope.tenant(world.tenant_id):
        Branch.objects.update(is_active=False)
    world.branch.is_active = False
    return True


def _the_calendar_goes_off(world: World) -> bool:
    with scope.tenant(world.tenant_id):
        account = CalendarAccount.objects.get()
        if account.is_active:
            connecting.disconnect(account, by=BY, now=world.now)
    return True


def _somebody_is_nobody_there(world: World) -> bool:
    with scope.tenant(world.tenant_id):
        hosts = list(CalendarHost.objects.order_by("pk"))
        if not hosts:
            return False
        world.dice.choice(hosts).delete()
    return True


def _all_is_mended(world: World) -> bool:
    with scope.tenant(world.tenant_id):
        is_well = (
            CalendarAccount.objects.get().is_active
            and world.branch.is_active
            and CalendarHost.objects.count() == len(world.people)
        )
    if is_well and len(_bookable(world)) >= len(world.people):
        return False
    settle_down(world)
    return True


def _they_delete_an_event_type(world: World) -> bool:
    kinds = _bookable(world)
    if len(kinds) < len(world.people):
        return False
    world.house.delete_event_type(world.dice.choice(kinds).id)
    return True


def _bookable(world: World) -> list[EventType]:
    return [
        each
        for each in world.house.event_types.values()
        if each.title.startswith("Termin bei") and each.id not in world.house.deleted_types
    ]


def _they_change_a_length(world: World) -> bool:
    kind = world.dice.choice(list(world.house.event_types.values()))
    kind.minutes = 30 if kind.minutes != 30 else 45
    return True


EDITS: dict[str, tuple[int, Callable[[World], bool]]] = {
    "we take time off": (1, _we_take_time_off),
    "the branch closes": (1, _the_branch_closes),
    "the calendar goes off": (1, _the_calendar_goes_off),
    "somebody is nobody there": (1, _somebody_is_nobody_there),
    "they delete an event type": (1, _they_delete_an_event_type),
    "they change a length": (1, _they_change_a_length),
    "all is mended": (8, _all_is_mended),
}
