"""The page of a voice agent shows what it would be told, what changed, and publishes on a click."""

from datetime import datetime
from typing import Any

import pytest
from django.db.models import Model
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from calls import tasks
from calls.models import Agent, AgentVersion
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.admin import office
from tests.admin.conftest import Rows
from tests.admin.office import Office


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the worker was asked to do; the worker itself is tested with the platform."""
    nudges: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.publish_agent, "delay", lambda **wish: nudges.append(wish))
    return nudges


def publish_url(agent: Model) -> str:
    return office.url(agent, "publish", agent.pk)


def test_before_publishing_one_sees_what_changes(
    owner: Office, ours: Rows, asked: list[dict[str, Any]]
) -> None:
    page = owner.get(publish_url(ours["calls.Agent"]))

    text = office.text_of(page)
    assert "-Du bist die Assistentin." in text
    assert "Die Werkzeuge haben sich seitdem geändert." in text
    assert asked == []


def test_a_business_makes_its_agent_and_sees_what_it_would_be_told(
    owner: Office, salon: Tenant
) -> None:
    branch = factories.branch_of(salon)

    page = owner.post(
        "/admin/calls/agent/add/",
        branch=branch.pk,
        template="salon",
        language="de",
        engine="retell",
        instructions="Parken im Hof.",
    )

    assert page.status_code == 200
    with scope.tenant(salon):
        agent = Agent.objects.get()
    text = office.text_of(owner.get(office.change_url(agent)))
    assert "Telefonassistentin von Salon Sonnenschein" in text
    assert "- Parken im Hof." in text
    assert "nie veröffentlicht" in text


def test_the_button_asks_for_publication_once_and_says_so(
    owner: Office,
    ours: Rows,
    salon: Tenant,
    settings: Settings,
    asked: list[dict[str, Any]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.RETELL_VOICE_ID = "11labs-Carola"
    agent = ours["calls.Agent"]

    with django_capture_on_commit_callbacks(execute=True):
        page = owner.post(publish_url(agent))

    assert page.status_code == 200
    assert asked == [{"tenant_id": str(salon.pk), "agent_pk": agent.pk}]
    with scope.tenant(salon):
        assert Agent.objects.get(pk=agent.pk).wanted_number == 2
        assert AgentVersion.objects.filter(agent_id=agent.pk).count() == 2
    assert "wird veröffentlicht" in office.text_of(owner.get(office.change_url(agent)))


def test_without_a_voice_the_button_says_what_is_missing(
    owner: Office, ours: Rows, salon: Tenant, settings: Settings, asked: list[dict[str, Any]]
) -> None:
    settings.RETELL_VOICE_ID = ""
    agent = ours["calls.Agent"]

    page = owner.post(publish_url(agent))

    assert "Wählen Sie zuerst eine Stimme" in office.text_of(page)
    assert asked == []


def test_who_may_only_look_cannot_publish(
    salon: Tenant, ours: Rows, asked: list[dict[str, Any]]
) -> None:
    viewer = Office(factories.make_member(salon, email="leser@salon.example", role="viewer"))
    agent = ours["calls.Agent"]

    page = viewer.post(publish_url(agent))

    assert page.status_code == 403
    assert asked == []


def test_nobody_publishes_the_agent_of_a_neighbour(
    owner: Office, theirs: Rows, asked: list[dict[str, Any]]
) -> None:
    agent = theirs["calls.Agent"]

    page = owner.post(publish_url(agent))

    assert page.status_code in (403, 404)
    assert asked == []


def test_a_version_shows_its_words_and_the_change(
    owner: Office, ours: Rows, salon: Tenant, now: datetime
) -> None:
    version = ours["calls.AgentVersion"]
    with scope.tenant(salon):
        second = AgentVersion.objects.create(
            tenant=salon,
            agent_id=ours["calls.Agent"].pk,
            number=2,
            greeting="Guten Tag, Salon Sonnenschein",
            prompt="Du bist der Assistent.",
            content_hash="1",
            tools_version="0123456789abcdef",
        )

    assert "Du bist die Assistentin." in office.text_of(owner.get(office.change_url(version)))
    text = office.text_of(owner.get(office.change_url(second)))
    assert "-Du bist die Assistentin." in text
    assert "+Du bist der Assistent." in text
