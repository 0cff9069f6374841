import itertools
import time

import pytest

from calls.simulator import Switches
from tests.simulator.office import easy_caller, friendly_office, ring_up, states

NATURAL = ["call_started", "call_ended", "call_analyzed"]


def test_duplicate_posts_ring_and_events_twice_with_the_same_bytes() -> None:
    office = friendly_office()

    ring_up(office, switches=Switches(duplicate=True))

    assert office.events() == [name for name in NATURAL for _ in range(2)]
    bodies = [each.body for each in office.requests if not each.path.startswith("/api/retell/f")]
    assert bodies[0::2] == bodies[1::2]


def test_reorder_never_keeps_the_natural_order_and_reaches_every_other_one() -> None:
    met = set()
    for seed in range(40):
        office = friendly_office()
        ring_up(office, easy_caller(seed), Switches(reorder=True))
        met.add(tuple(office.events()))

    assert met == set(itertools.permutations(NATURAL)) - {tuple(NATURAL)}


def test_reorder_is_the_same_for_the_same_seed() -> None:
    first, again = friendly_office(), friendly_office()

    ring_up(first, easy_caller(5), Switches(reorder=True))
    ring_up(again, easy_caller(5), Switches(reorder=True))

    assert first.events() == again.events()


def test_a_start_that_comes_late_in_the_order_comes_after_the_questions() -> None:
    for seed in range(10):
        office = friendly_office()
        ring_up(office, easy_caller(seed), Switches(reorder=True))

        if office.events()[0] != "call_started":
            paths = [each.path for each in office.requests]
            assert paths.index("/api/retell/webhook") > paths.index(
                "/api/retell/functions/book_appointment"
            )
            return
    pytest.fail("no seed begins with another event than call_started")


def test_delay_holds_every_event_back_so_that_the_questions_overtake_it() -> None:
    office = friendly_office()
    began = time.monotonic()

    ring_up(office, switches=Switches(delay_seconds=0.2))

    paths = [each.path for each in office.requests]
    assert time.monotonic() - began >= 0.2
    assert paths.index("/api/retell/webhook") > paths.index(
        "/api/retell/functions/book_appointment"
    )
    assert office.events() == NATURAL


@pytest.mark.parametrize("lost", NATURAL)
def test_a_lost_event_never_arrives_and_the_others_do(lost: str) -> None:
    office = friendly_office()

    story = ring_up(office, switches=Switches(lose=frozenset({lost})))

    assert office.events() == [name for name in NATURAL if name != lost]
    assert story.accepted_events == set(NATURAL) - {lost}


def test_only_events_can_be_lost() -> None:
    with pytest.raises(ValueError, match="call_inbound"):
        Switches(lose=frozenset({"call_inbound"}))


def test_repeated_tools_are_asked_twice_word_for_word_and_count_once_in_the_talk() -> None:
    office = friendly_office()

    story = ring_up(office, switches=Switches(repeat_tool=True))

    bodies = [each.body for each in office.requests if each.path.startswith("/api/retell/f")]
    assert len(bodies) == 6
    assert bodies[0::2] == bodies[1::2]
    assert [tool for tool, _ in states(story)] == [
        "get_context",
        "check_availability",
        "book_appointment",
    ]


def test_switches_can_be_combined() -> None:
    office = friendly_office()
    switches = Switches(
        duplicate=True,
        reorder=True,
        delay_seconds=0.05,
        lose=frozenset({"call_ended"}),
        withheld=True,
        repeat_tool=True,
    )

    ring_up(office, switches=switches)

    assert sorted(office.events()) == ["call_analyzed"] * 2 + ["call_started"] * 2
    assert len(office.asked("book_appointment")) == 2
    assert {call["from_number"] for call in office.calls()} == {"anonymous"}
