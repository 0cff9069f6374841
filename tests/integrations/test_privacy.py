"""What this floor holds about a person: shown, forgotten on demand, forgotten in time."""

from datetime import datetime, timedelta

from integrations import inbox, privacy
from integrations.models import Delivery, Message
from integrations.models.outbox import Outgoing
from tenants import scope
from tenants.models import Tenant
from tests.integrations import asking

State = Outgoing.State
ERIKA, OTHER = "erika@example.org", "maerika@example.org"


def a_delivery(tenant: Tenant, *, key: str, at: datetime, state: str = Delivery.State.DONE) -> int:
    """Record a delivery about a call of the tenant and return our number for the call."""
    with scope.platform():
        number = inbox.record(
            "retell", key=key, kind="call_ended", body=b'{"who": "Erika"}', external_id=key
        )
        Delivery.objects.filter(key=key).update(
            tenant=tenant, created_at=at, state=state, processed_at=at
        )
    assert number is not None
    return number


def bodies() -> list[bytes]:
    with scope.platform():
        return [bytes(row.body) for row in Delivery.objects.order_by("pk")]


def test_a_person_is_shown_what_was_said_to_her_and_of_her(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    asking.say(salon, now=now, key="a", recipient="Erika@Example.org")
    asking.say(salon, now=now, key="b", recipient=OTHER)
    asking.say(neighbour, now=now, key="c", recipient=ERIKA)
    number = a_delivery(salon, key="call_1", at=now)
    a_delivery(salon, key="call_2", at=now)

    with scope.tenant(salon):
        shown = privacy.disclose(recipients=[ERIKA], subjects=[number])

    assert [message["recipient"] for message in shown["messages"]] == ["Erika@Example.org"]
    assert [delivery["body"] for delivery in shown["deliveries"]] == ['{"who": "Erika"}']


def test_nobody_is_nobody(salon: Tenant, now: datetime) -> None:
    asking.say(salon, now=now)
    a_delivery(salon, key="call_1", at=now)

    with scope.tenant(salon):
        shown = privacy.disclose(recipients=[], subjects=[])
        forgotten = privacy.erase(recipients=[], subjects=[], now=now)

    assert shown == {"messages": [], "deliveries": []}
    assert forgotten == 0
    assert bodies() == [b'{"who": "Erika"}']


def test_what_is_erased_leaves_only_that_it_was(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    sent = asking.say(salon, now=now, key="a", attachments=[])
    waiting = asking.say(salon, now=now, key="b")
    others = asking.say(salon, now=now, key="c", recipient=OTHER)
    next_door = asking.say(neighbour, now=now)
    number = a_delivery(salon, key="call_1", at=now)
    with scope.tenant(salon):
        sent.succeed(provider_ref="mail-1", now=now)

    with scope.tenant(salon):
        count = privacy.erase(recipients=[ERIKA], subjects=[number], now=now)

    assert count == 3
    for erased, state in ((sent, State.SENT), (waiting, State.CANCELLED)):
        row = asking.seen(erased)
        assert (row.recipient, row.subject, row.body, row.state) == ("", "", "", state)
    assert asking.seen(others).recipient == OTHER
    assert asking.seen(next_door).recipient == ERIKA
    assert bodies() == [b""]


def test_contents_are_forgotten_when_their_time_is_over(salon: Tenant, now: datetime) -> None:
    a_delivery(salon, key="old", at=now - timedelta(days=31))
    a_delivery(salon, key="young", at=now - timedelta(days=29))
    a_delivery(salon, key="waiting", at=now - timedelta(days=31), state=Delivery.State.NEW)
    old, young, waiting = (asking.say(salon, now=now, key=key) for key in ("o", "y", "w"))
    with scope.tenant(salon):
        for message, days, state in (
            (old, 91, "failed"),
            (young, 89, "failed"),
            (waiting, 91, "pending"),
        ):
            Message.objects.filter(pk=message.pk).update(
                created_at=now - timedelta(days=days), state=state
            )

    with scope.platform():
        first, second = privacy.purge(now=now), privacy.purge(now=now)

    assert (first, second) == (2, 0)
    assert bodies() == [b"", b'{"who": "Erika"}', b'{"who": "Erika"}']
    assert [asking.seen(message).recipient for message in (old, young, waiting)] == [
        "",
        ERIKA,
        ERIKA,
    ]


def test_forgetting_goes_in_portions(salon: Tenant, now: datetime) -> None:
    for number in range(5):
        a_delivery(salon, key=f"call_{number}", at=now - timedelta(days=40))

    with scope.platform():
        portions = [privacy.purge(now=now, limit=2) for _ in range(4)]

    assert portions == [2, 2, 1, 0]
