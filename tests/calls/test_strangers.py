"""What strangers say, write and believe: tables that were written before it was known what comes out."""

import json
from collections import Counter
from pathlib import Path

import pytest

from booking import catalogue
from booking.models import Service
from calls import arguments, tools, when
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.calls import judging, listening
from tests.calls.listening import Conversation

TABLES = Path(__file__).parent / "tables"
MENU = {
    "Herrenhaarschnitt": ("Herrenschnitt", "Männer schneiden"),
    "Damenhaarschnitt": (),
    "Kinderhaarschnitt": (),
    "Färben": ("Farbe", "Tönung"),
    "Strähnen": (),
    "Dauerwelle": (),
    "Bartpflege": (),
}
TEAM = ("Jana Hoffmann", "Mira Yıldız", "Tim Schröder")


def _lines(table: str) -> list[list[str]]:
    text = (TABLES / f"{table}.txt").read_text()
    return [
        [part.strip() for part in line.split(" | ")]
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


# --- time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["strangers_when", "strangers_when_2"])
def test_strangers_are_understood_or_asked_back_but_never_misunderstood(table: str) -> None:
    judged = {
        words: judging.judge(
            when.understand(words, now=judging.NOW, opening=judging.OPENING), expected
        )
        for words, expected in _lines(table)
    }
    counted = Counter(judged.values())

    assert [words for words, verdict in judged.items() if verdict == judging.WRONG] == []
    assert counted[judging.RIGHT] >= 0.99 * len(judged)


def test_oddities_of_models_are_understood_or_asked_back() -> None:
    tool = tools.TOOLS["check_availability"]
    cases = [
        json.loads(line) for line in (TABLES / "strangers_arguments.jsonl").read_text().splitlines()
    ]
    judged = []
    for case in cases:
        given = arguments.clean(case["given"], tool.parameters)
        assert given["service"] == "Haarschnitt", case
        said = when.understand_parts(
            date=given["date"] or None,
            time=given["time"] or None,
            now=judging.NOW,
            opening=judging.OPENING,
        )
        judged.append((judging.judge(said, case["expected"]), case))

    assert [case for verdict, case in judged if verdict != judging.RIGHT] == []


# --- names ---------------------------------------------------------------------------------------------


@pytest.fixture
def barber(db: None) -> Tenant:
    tenant = factories.make_tenant(name="Barbier", slug="barbier")
    branch = factories.make_branch(tenant, name="Laden")
    services = {name: factories.make_service(tenant, name=name) for name in MENU}
    for name, aliases in MENU.items():
        for alias in aliases:
            factories.make_alias(services[name], alias)
    for name in TEAM:
        person = factories.make_staff(branch, name=name)
        for service in services.values():
            factories.make_skill(person, service)
    return tenant


def test_what_strangers_call_a_service_or_a_person_is_found_or_asked_for(barber: Tenant) -> None:
    wrong: list[tuple[str, str, str]] = []
    asked: list[tuple[str, str, str]] = []
    with scope.tenant(barber):
        cut = Service.objects.get(name="Herrenhaarschnitt")
        branch = factories.branch_of(barber)
        for kind, words, expected in _lines("strangers_matching"):
            found = (
                catalogue.match_service(words)
                if kind == "service"
                else catalogue.match_staff(words, service=cut, branch=branch)
            )
            is_found = found.state == catalogue.State.MATCHED and found.found is not None
            name = found.found.name if is_found and found.found is not None else "ask"
            if name not in expected.split(" / "):
                (asked if name == "ask" else wrong).append((words, name, expected))

    assert wrong == []
    assert asked == []


# --- promises ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(each, id=f"{table.rpartition('_')[2]}-{each.name}")
        for table in (
            "strangers_calls_1",
            "strangers_calls_2",
            "strangers_calls_3",
            "strangers_calls_4",
            "strangers_calls_5",
            "strangers_calls_6",
            "strangers_calls_7",
            "strangers_calls_8",
            "strangers_calls_9",
            "strangers_calls_10",
            "strangers_calls_11",
            "strangers_calls_12",
            "strangers_calls_13",
            "strangers_calls_14",
        )
        for each in listening.conversations(table)
    ],
)
def test_a_strangers_conversation_is_judged_as_a_careful_listener_would(
    conversation: Conversation,
) -> None:
    assert listening.troubles(conversation) == conversation.expected
