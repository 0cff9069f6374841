"""The doorbell: what is written is carried at once, and what is written in a burst is carried as well."""

import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.utils import timezone

from askpro import courier
from integrations import bell, inbox
from integrations.models import Delivery, Message
from integrations.voice import retell
from tenants import scope
from tests import factories
from tests.integrations import asking

OURS = "+493023125777"


@pytest.fixture
def carrying(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A courier that looks by itself only once in a long while: whatever it carries, the bell told it."""
    monkeypatch.setattr(courier, "_LOOKS_EVERY_SECONDS", 30.0)
    ours = f"askpro:bell:{time.time_ns()}"
    monkeypatch.setattr(bell, "channel", lambda: ours)
    factories.make_salon(name="Salon", number=OURS, slug="salon")
    carrier = courier.Courier()
    carrier.start()
    _until(lambda: _listeners() > 0)
    time.sleep(0.3)  # the first look, which nobody rang for
    yield
    carrier.stop()


def test_a_delivery_is_carried_when_it_rings(carrying: None) -> None:
    _record("call_bell_1")

    assert _until(lambda: _carried() == 1)


def test_a_burst_of_deliveries_is_carried_to_the_last_one(carrying: None) -> None:
    for number in range(60):
        _record(f"call_burst_{number}")

    assert _until(lambda: _carried() == 60)


def test_a_ring_gets_through_although_its_connection_was_closed_meanwhile(carrying: None) -> None:
    _record("call_bell_3")
    assert _until(lambda: _carried() == 1)
    host, port = bell._bell(bell.IN)._connection._sock.getsockname()
    bell.client().client_kill_filter(addr=f"{host}:{port}")

    _record("call_bell_4")

    assert _until(lambda: _carried() == 2)


def test_who_gives_way_rests_while_somebody_hurries_and_keeps_a_fifth_of_the_time() -> None:
    way = courier.Way()

    with way.hurrying() as hurry:
        assert way.rest_after(0.01) == 0  # one piece is no hurry
        hurry()
        assert way.rest_after(0.01) == pytest.approx(0.04)

    assert way.rest_after(0.01) == 0


def test_a_hurry_ends_with_the_work_even_where_that_fails() -> None:
    way = courier.Way()

    with pytest.raises(ZeroDivisionError), way.hurrying() as hurry:
        hurry()
        raise ZeroDivisionError

    assert way.rest_after(1.0) == 0


def test_what_comes_in_goes_before_what_is_over_and_nothing_else_waits() -> None:
    lanes = courier.Courier().lanes
    came_in = [lane for lane in lanes if lane.carry == courier.carry_in]
    over = [lane for lane in lanes if lane.carry == courier.look_after]

    assert len(came_in) == 2
    assert {id(lane.has_way) for lane in came_in} == {id(lane.gives_way) for lane in over}
    yields = [lane.gives_way for lane in lanes if lane.carry != courier.look_after]
    assert not {id(way) for way in yields} & {id(lane.has_way) for lane in lanes}


def test_a_ring_that_nobody_hears_does_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = f"askpro:bell:{time.time_ns()}"  # tests beside this one ring as well
    monkeypatch.setattr(bell, "channel", lambda: ours)
    server = bell.client()
    for _ in range(5):
        bell.came_in()
        time.sleep(0.03)

    assert _until(lambda: server.llen(f"{ours}:in") == 1)
    assert bell.wait_for_ring(server, timeout_seconds=0.1)
    assert not bell.wait_for_ring(server, timeout_seconds=0.1)


def test_ringing_waits_for_nothing_while_the_server_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet = bell._Bell(bell.IN)
    monkeypatch.setattr(settings, "REDIS_URL", "redis://192.0.2.1:6379/0")  # an address of nobody

    began = time.monotonic()
    for _ in range(100):
        quiet.ring()

    assert time.monotonic() - began < 0.1


def test_a_message_goes_out_when_it_rings(carrying: None) -> None:
    salon = factories.make_salon(name="Studio", number="+493023125778", slug="studio")

    asking.say(salon, now=timezone.now())

    assert _until(lambda: _sent() == 1)


def test_an_unknown_ring_does_not_deafen_the_courier(carrying: None) -> None:
    bell.client().publish(bell.channel(), b"of another version")

    _record("call_bell_2")

    assert _until(lambda: _carried() == 1)


def _record(call_id: str) -> None:
    body = f'{{"event": "call_started", "call": {{"call_id": "{call_id}", "to_number": "{OURS}"}}}}'
    inbox.record(
        retell.PROVIDER,
        key=f"call_started:{call_id}",
        kind="call_started",
        body=body.encode(),
        external_id=call_id,
    )


def _carried() -> int:
    with scope.platform():
        return Delivery.objects.filter(state=Delivery.State.DONE).count()


def _sent() -> int:
    with scope.platform():
        return Message.objects.filter(state=Message.State.SENT).count()


def _listeners() -> int:
    [(_, count)] = bell.client().pubsub_numsub(bell.channel())
    return int(count)


def _until(holds: Callable[[], bool], *, seconds: float = 10.0) -> bool:
    """Wait for what must happen long before the courier would look by itself."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if holds():
            return True
        time.sleep(0.02)
    return False
