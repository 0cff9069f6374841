"""Publishing: the platform gets exactly what our rows say, once, however often it is asked."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from askpro import courier
from calls import tasks, tools
from calls.agents import drift, publishing, versions
from calls.models import Agent, AgentVersion, Desk
from tenants import actors, scope
from tenants.errors import Refused
from tenants.models import Alert, AuditEntry, Tenant
from tests import factories
from tests.agents.workshop import Workshop
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+493023125777"
FIRST_TIME = [
    "POST /create-retell-llm",
    "POST /create-agent",
    "PATCH /update-retell-llm/llm_1",
    "PATCH /update-agent/agent_1",
    "POST /publish-agent-version/agent_1",
    "POST /import-phone-number",
]


def publish(agent: Agent, now: datetime) -> Agent:
    with scope.tenant(agent.tenant_id):
        publishing.ask_for(agent, by=actors.system("tests"), now=now)
    publishing.carry_out(agent.tenant_id, agent.pk, now=now)
    return seen(agent)


def seen(agent: Agent) -> Agent:
    with scope.tenant(agent.tenant_id):
        return Agent.objects.select_related("branch__tenant").get(pk=agent.pk)


def alerts(tenant: Tenant) -> list[tuple[str, str]]:
    with scope.tenant(tenant):
        return list(Alert.objects.order_by("pk").values_list("code", "about"))


def test_an_agent_is_made_published_and_bound_to_its_number(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    live = publish(agent, now)

    assert (live.agent_id, live.llm_id, live.live_number) == ("agent_1", "llm_1", 1)
    assert live.wanted_number is None
    [version] = workshop.agents["agent_1"]
    assert version["is_published"] is True
    assert version["version_title"] == f"1 / {tools.version()}"
    assert workshop.numbers[NUMBER]["inbound_agents"] == [
        {"agent_id": "agent_1", "weight": 1, "agent_version": 0}
    ]
    assert workshop.numbers[NUMBER]["inbound_webhook_url"] == (
        "https://askpro.example/api/retell/inbound"
    )
    assert workshop.writes == FIRST_TIME


def test_what_is_published_keeps_the_law_and_the_limits(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    publish(agent, now)

    made = workshop.agents["agent_1"][0]
    assert made["agent_name"].startswith("Salon Sonnenschein - Agent")
    assert (made["language"], made["timezone"]) == ("de-DE", "Europe/Berlin")
    assert (made["voice_id"], made["voice_model"]) == ("11labs-Carola", "eleven_multilingual_v2")
    assert made["end_call_after_silence_ms"] <= 30_000
    assert made["max_call_duration_ms"] <= 15 * 60_000
    assert made["data_storage_setting"] == "everything_except_pii"
    assert made["data_storage_retention_days"] == 30
    assert made["opt_in_signed_url"] is True
    assert made["handbook_config"]["ai_disclosure"] is True
    assert made["webhook_url"] == "https://askpro.example/api/retell/webhook"
    told = workshop.llms["llm_1"]["general_tools"]
    custom = {tool["name"]: tool for tool in told if tool["type"] == "custom"}
    assert set(custom) == set(tools.TOOLS)
    assert {tool["max_retry"] for tool in custom.values()} == {0}
    assert all(tool["timeout_ms"] <= 10_000 for tool in custom.values())
    assert all(
        tool["url"].startswith("https://askpro.example/api/retell/functions/")
        for tool in custom.values()
    )


def test_whoever_takes_over_is_reached_by_a_transfer_that_comes_back(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    with scope.tenant(agent.tenant_id):
        Desk.objects.create(
            tenant=agent.tenant, branch=agent.branch, transfer_number="+493023125700"
        )

    publish(agent, now)

    [transfer] = [
        tool for tool in workshop.llms["llm_1"]["general_tools"] if tool["type"] == "transfer_call"
    ]
    assert transfer["transfer_destination"] == {"type": "predefined", "number": "+493023125700"}
    # A cold transfer would leave a caller whom nobody answers alone.
    assert transfer["transfer_option"]["type"] == "warm_transfer"
    assert "transfer_cancelled" in workshop.agents["agent_1"][0]["webhook_events"]


def test_without_anybody_to_take_over_there_is_no_transfer(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    publish(agent, now)

    types = {tool["type"] for tool in workshop.llms["llm_1"]["general_tools"]}
    assert types == {"custom", "end_call"}


def test_publishing_again_changes_nothing_there(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    publish(agent, now)
    before = list(workshop.writes)

    live = publish(agent, now + timedelta(minutes=1))

    assert workshop.writes == before
    assert live.live_number == 1


def test_a_change_is_a_new_version_there_and_the_published_one_stays(
    agent: Agent, workshop: Workshop, now: datetime, salon: Tenant
) -> None:
    publish(agent, now)
    factories.make_service(salon, name="Bartpflege", price_cents=2200)

    live = publish(agent, now + timedelta(minutes=1))

    assert workshop.writes[len(FIRST_TIME) :] == [
        "POST /create-agent-version/agent_1",
        "PATCH /update-retell-llm/llm_1",
        "PATCH /update-agent/agent_1",
        "POST /publish-agent-version/agent_1",
        f"PATCH /update-phone-number/{NUMBER}",
    ]
    assert [each["is_published"] for each in workshop.agents["agent_1"]] == [True, True]
    assert "Bartpflege" in workshop.llms["llm_1"]["general_prompt"]
    assert workshop.numbers[NUMBER]["inbound_agents"][0]["agent_version"] == 1
    with scope.tenant(salon):
        assert list(
            AgentVersion.objects.order_by("number").values_list("number", "provider_version")
        ) == [(1, 0), (2, 1)]
    assert live.live_number == 2


STEPS = range(len(FIRST_TIME))


@pytest.mark.parametrize("step", STEPS)
def test_who_dies_between_two_steps_leaves_nothing_double(
    agent: Agent, workshop: Workshop, now: datetime, step: int
) -> None:
    count = 0
    hear = workshop.hear

    def lose_the_answer(request: httpx.Request) -> httpx.Response:
        nonlocal count
        response = hear(request)
        if request.method != "GET" and request.url.path != "/v2/list-agents":
            count += 1
            if count == step + 1:
                raise httpx.ReadTimeout("lost", request=request)
        return response

    workshop.hear = lose_the_answer  # type: ignore[method-assign]
    waiting = publish(agent, now)
    assert waiting.wanted_number == 1
    assert "timeout" in waiting.last_error

    publishing.carry_out(agent.tenant_id, agent.pk, now=now + timedelta(minutes=10))

    assert len(workshop.llms) == 1
    assert len(workshop.agents) == 1
    assert list(workshop.numbers) == [NUMBER]
    live = seen(agent)
    assert (live.live_number, live.wanted_number, live.last_error) == (1, None, "")
    bound = workshop.numbers[NUMBER]["inbound_agents"][0]
    newest = workshop.agents["agent_1"][-1]
    assert newest["is_published"] is True
    assert bound == {"agent_id": "agent_1", "weight": 1, "agent_version": newest["version"]}


def test_a_refusal_of_the_platform_is_told_to_a_person(
    agent: Agent, workshop: Workshop, now: datetime, salon: Tenant
) -> None:
    workshop.key = "another key"

    refused = publish(agent, now)

    assert refused.wanted_number is None
    assert "401" in refused.last_error
    assert alerts(salon) == [(publishing.NOT_PUBLISHED, str(agent.pk))]


def test_without_a_trunk_a_german_number_is_not_pretended_to_be_there(
    agent: Agent, workshop: Workshop, now: datetime, settings: Settings
) -> None:
    settings.SIP_TERMINATION_URI = ""

    refused = publish(agent, now)

    assert "no_sip_trunk" in refused.last_error
    assert refused.live_number is None


def test_a_number_comes_in_over_the_trunk_with_its_password(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    publish(agent, now)

    [imported] = [
        request for request in workshop.requests if request.url.path == "/import-phone-number"
    ]
    assert b'"termination_uri":"trunk.example"' in imported.content
    assert b'"sip_trunk_auth_password":"geheim"' in imported.content
    assert b'"ignore_e164_validation":false' in imported.content


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"RETELL_VOICE_ID": ""}, publishing.NoVoice),
        (
            {"IS_PRODUCTION": True, "PUBLIC_URL": "http://127.0.0.1:8000"},
            publishing.NoPublicAddress,
        ),
    ],
)
def test_what_could_not_work_is_refused_before_anybody_is_asked(
    agent: Agent,
    workshop: Workshop,
    now: datetime,
    settings: Settings,
    change: dict[str, Any],
    refusal: type[Refused],
) -> None:
    for name, value in change.items():
        setattr(settings, name, value)

    with scope.tenant(agent.tenant_id), pytest.raises(refusal):
        publishing.ask_for(agent, by=actors.system("tests"), now=now)

    assert workshop.requests == []


def test_an_agent_without_services_is_not_published(
    workshop: Workshop, now: datetime, salon: Tenant
) -> None:
    empty = factories.make_tenant(name="Leer", slug="leer")
    branch = factories.make_branch(empty, name="Filiale")
    with scope.tenant(empty):
        agent = Agent.objects.create(tenant=empty, branch=branch, template="general")
        with pytest.raises(publishing.NothingOffered):
            publishing.ask_for(agent, by=actors.system("tests"), now=now)


def test_our_own_engine_is_reached_by_websocket(
    agent: Agent, workshop: Workshop, now: datetime, settings: Settings
) -> None:
    settings.LLM_WEBSOCKET_URL = "wss://askpro.example"
    agent.engine = Agent.Engine.OWN
    with scope.tenant(agent.tenant_id):
        agent.save()

    publish(agent, now)

    assert workshop.llms == {}
    assert workshop.agents["agent_1"][-1]["response_engine"] == {
        "type": "custom-llm",
        "llm_websocket_url": "wss://askpro.example/api/retell/llm",
    }


def test_who_asked_and_what_was_published_stands_in_the_trail(
    agent: Agent, workshop: Workshop, now: datetime, salon: Tenant
) -> None:
    publish(agent, now)

    with scope.tenant(salon):
        trail = list(AuditEntry.objects.order_by("pk").values_list("verb", "actor"))
    assert ("asked_to_publish", "system:tests") in trail
    assert ("published", "system:publishing") in trail


class TestDrift:
    def call(self, retell: Retell, **facts: Any) -> None:
        retell.sends("call_started", retell.new_call(**facts))
        courier.carry_all()

    def test_a_call_with_the_published_version_is_fine(
        self, agent: Agent, workshop: Workshop, now: datetime, salon: Tenant, retell: Retell
    ) -> None:
        publish(agent, now)

        self.call(retell, agent_id="agent_1", agent_version=0)

        assert alerts(salon) == []

    def test_a_version_with_other_tools_raises_an_alert(
        self, agent: Agent, workshop: Workshop, now: datetime, salon: Tenant, retell: Retell
    ) -> None:
        publish(agent, now)
        with scope.tenant(salon):
            AgentVersion.objects.update(tools_version="0123456789abcdef")

        self.call(retell, agent_id="agent_1", agent_version=0)

        assert alerts(salon) == [(drift.OUTDATED, "agent_1")]

    @pytest.mark.parametrize(
        "facts",
        [
            {"agent_id": "agent_1", "agent_version": 7},
            {"agent_id": "agent_of_somebody", "agent_version": 0},
        ],
    )
    def test_an_agent_that_we_did_not_publish_raises_an_alert(
        self,
        agent: Agent,
        workshop: Workshop,
        now: datetime,
        salon: Tenant,
        retell: Retell,
        facts: dict[str, Any],
    ) -> None:
        publish(agent, now)

        self.call(retell, **facts)

        assert alerts(salon) == [(drift.NOT_OURS, facts["agent_id"])]

    def test_where_we_published_nothing_there_is_nothing_to_compare(
        self, salon: Tenant, retell: Retell
    ) -> None:
        self.call(retell, agent_id="agent_by_hand", agent_version=3)

        assert alerts(salon) == []


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("publish_agent", NUMBER, *arguments, stdout=out)
        return out.getvalue()

    def test_a_branch_gets_its_agent_from_nothing(self, salon: Tenant, workshop: Workshop) -> None:
        out = self.run()

        assert "Version 1 ist veröffentlicht: Agent agent_1" in out
        with scope.tenant(salon):
            assert Agent.objects.get().template == Agent.Template.SALON

    def test_looking_changes_nothing(self, salon: Tenant, workshop: Workshop) -> None:
        preview, changes = self.run("--preview"), self.run("--diff")

        assert preview.startswith("Guten Tag, hier ist Salon Sonnenschein.")
        assert "+- Haarschnitt: 30 Minuten, 35 Euro" in changes
        assert workshop.requests == []
        with scope.tenant(salon):
            assert Agent.objects.count() == AgentVersion.objects.count() == 0

    def test_what_is_live_has_no_difference(self, salon: Tenant, workshop: Workshop) -> None:
        self.run()

        assert "Nichts hat sich geändert." in self.run("--diff")

    def test_a_failure_is_said(self, salon: Tenant, workshop: Workshop) -> None:
        workshop.key = "another key"

        with pytest.raises(CommandError, match=r"Nicht veröffentlicht: .*401"):
            self.run()

    def test_a_number_of_nobody_is_refused(self, salon: Tenant, workshop: Workshop) -> None:
        with pytest.raises(CommandError, match="zu keiner aktiven Filiale"):
            call_command("publish_agent", "+493023125999")


def test_two_who_publish_at_once_do_it_once(
    agent: Agent, workshop: Workshop, now: datetime
) -> None:
    with scope.tenant(agent.tenant_id):
        publishing.ask_for(agent, by=actors.system("tests"), now=now)
        claimed = publishing._claim(agent.pk, now=now)

    assert claimed is not None
    assert publishing.carry_out(agent.tenant_id, agent.pk, now=now) is False
    assert workshop.requests == []


def test_a_lost_nudge_is_found_by_the_sweep(agent: Agent, workshop: Workshop) -> None:
    with scope.tenant(agent.tenant_id):
        publishing.ask_for(agent, by=actors.system("tests"), now=datetime.now(UTC))
        version = versions.latest(agent)

    tasks.publish_waiting_agents()

    assert version is not None
    assert seen(agent).live_number == version.number
