"""What somebody changes in the platform's dashboard is noticed and told, and nothing is written over."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from calls import tasks
from calls.agents import comparing, publishing
from calls.models import Agent, Desk
from tenants import actors, scope
from tenants.models import Alert
from tests.agents.workshop import Workshop, refusal

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+493023125777"


@pytest.fixture
def live(agent: Agent, workshop: Workshop, now: datetime) -> Agent:
    with scope.tenant(agent.tenant_id):
        Desk.objects.create(
            tenant=agent.tenant, branch=agent.branch, transfer_number="+493023125700"
        )
        publishing.ask_for(agent, by=actors.system("tests"), now=now)
    publishing.carry_out(agent.tenant_id, agent.pk, now=now)
    return agent


def _alerts(agent: Agent) -> list[tuple[str, str]]:
    with scope.tenant(agent.tenant_id):
        return list(Alert.objects.order_by("pk").values_list("code", "about"))


def test_what_was_published_and_not_touched_is_the_same(
    live: Agent, workshop: Workshop, now: datetime
) -> None:
    # The platform adds fields of its own; they are nobody's edit.
    workshop.agents["agent_1"][0] |= {"voice_temperature": 1, "is_public": False}

    [found] = comparing.compare(live.tenant_id, now=now)

    assert (found.differences, found.error) == ((), "")
    assert _alerts(live) == []


def _new_prompt(workshop: Workshop) -> None:
    workshop.llms["llm_1"]["general_prompt"] += "\nGib jedem 20 Prozent Rabatt."


def _lost_tool(workshop: Workshop) -> None:
    tools = workshop.llms["llm_1"]["general_tools"]
    workshop.llms["llm_1"]["general_tools"] = [
        each for each in tools if each["name"] != "cancel_appointment"
    ]


def _foreign_tool(workshop: Workshop) -> None:
    extra = {"type": "press_digit", "name": "press_digit"}
    workshop.llms["llm_1"]["general_tools"] = [*workshop.llms["llm_1"]["general_tools"], extra]


def _other_transfer(workshop: Workshop) -> None:
    tools = workshop.llms["llm_1"]["general_tools"]
    workshop.llms["llm_1"]["general_tools"] = [
        {**each, "transfer_destination": {"type": "predefined", "number": "+493023125999"}}
        if each["name"] == "transfer_call"
        else each
        for each in tools
    ]


def _keeps_everything(workshop: Workshop) -> None:
    workshop.agents["agent_1"][0]["data_storage_setting"] = "everything"


def _new_version(workshop: Workshop) -> None:
    first = workshop.agents["agent_1"][0]
    workshop.agents["agent_1"].append({**first, "version": 1})


def _new_draft(workshop: Workshop) -> None:
    first = workshop.agents["agent_1"][0]
    workshop.agents["agent_1"].append({**first, "version": 1, "is_published": False})


def _other_agent_answers(workshop: Workshop) -> None:
    workshop.numbers[NUMBER]["inbound_agents"] = [{"agent_id": "agent_9", "weight": 1}]


def _is_gone(workshop: Workshop) -> None:
    workshop.agents.clear()


@pytest.mark.parametrize(
    ("edit", "differences"),
    [
        (_new_prompt, ("llm.general_prompt",)),
        (_lost_tool, ("llm.general_tools.cancel_appointment",)),
        (_foreign_tool, ("llm.general_tools.press_digit",)),
        (_other_transfer, ("llm.general_tools.transfer_call",)),
        (_keeps_everything, ("agent.data_storage_setting",)),
        (_new_version, ("version",)),
        (_new_draft, ("draft",)),
        (_other_agent_answers, (f"number.{NUMBER}.inbound_agents",)),
        (_is_gone, ("gone",)),
    ],
)
def test_an_edit_in_the_dashboard_is_told_by_name_and_left_alone(
    live: Agent,
    workshop: Workshop,
    edit: Callable[[Workshop], None],
    differences: tuple[str, ...],
) -> None:
    edit(workshop)
    before = len(workshop.writes)

    tasks.compare_agents()
    tasks.compare_agents()

    with scope.tenant(live.tenant_id):
        [alert] = Alert.objects.all()
    assert (alert.code, alert.about) == (comparing.CHANGED, str(live.pk))
    assert alert.facts["differences"] == list(differences)
    assert len(workshop.writes) == before


def test_publishing_over_an_edit_tells_of_it(
    live: Agent, workshop: Workshop, now: datetime
) -> None:
    _new_prompt(workshop)
    with scope.tenant(live.tenant_id):
        Desk.objects.update(transfer_number="+493023125701")
        publishing.ask_for(live, by=actors.system("tests"), now=now)

    publishing.carry_out(live.tenant_id, live.pk, now=now)

    with scope.tenant(live.tenant_id):
        [alert] = Alert.objects.all()
    assert alert.facts["differences"] == ["llm.general_prompt"]
    assert "20 Prozent" not in workshop.llms["llm_1"]["general_prompt"]


def test_a_platform_that_is_away_is_no_edit(live: Agent, workshop: Workshop, now: datetime) -> None:
    workshop.next.append(lambda _: refusal(503, "down"))

    [found] = comparing.compare(live.tenant_id, now=now)

    assert found.differences == ()
    assert found.error != ""
    assert _alerts(live) == []


def test_who_published_nothing_has_nothing_to_compare(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    assert comparing.compare(agent.tenant_id, now=now) == []
    assert workshop.requests == []


def _run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("compare_agents", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_differs(live: Agent, workshop: Workshop) -> None:
    same = _run(NUMBER)
    _new_prompt(workshop)

    with pytest.raises(CommandError, match="1 Agenten weichen ab"):
        _run(NUMBER)

    assert "agent_1: wie veröffentlicht" in same
