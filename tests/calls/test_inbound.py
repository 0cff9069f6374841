"""Before the call is answered: who rings, what the agent should know, and who is not answered at all."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking.models import Appointment
from calls.models import Agent, AgentVersion, Call, CallerRule, Desk
from integrations.models import Delivery
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.conftest import MONDAY_MORNING
from tests.retell import Retell

EVENING = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(MONDAY_MORNING, tick=True):
        yield


def _told(retell: Retell, **facts: Any) -> Any:
    return retell.rings(**facts).json()["call_inbound"]


def _desk(salon: Tenant, **rules: Any) -> None:
    with scope.tenant(salon):
        Desk.objects.create(tenant=salon, branch=factories.branch_of(salon), **rules)


def _rule(salon: Tenant, number: str, kind: str = "block") -> CallerRule:
    with scope.tenant(salon):
        return CallerRule.objects.create(tenant=salon, number=number, kind=kind)


def _calls(salon: Tenant) -> int:
    with scope.tenant(salon):
        return Call.objects.count()


def test_the_agent_is_told_who_rings_where_and_when(salon: Tenant, retell: Retell) -> None:
    erika = factories.make_customer(salon)
    jana = factories.staff_of(salon, "Jana")
    for day, service in ((1, "Färben"), (2, "Haarschnitt"), (3, "Haarschnitt")):
        factories.make_appointment(
            jana,
            factories.service_of(salon, service),
            erika,
            starts_at=MONDAY_MORNING - timedelta(days=7 * day),
            status=Appointment.Status.COMPLETED,
        )

    told = _told(retell)["dynamic_variables"]

    assert told == {
        "firma": "Salon Sonnenschein",
        "filiale": "Hauptfiliale",
        "datum": "Montag, den dreiundzwanzigsten November",
        "wochentag": "Montag",
        "uhrzeit": "09:00",
        "sprache": "de",
        "heute_geoeffnet": "9:00 bis 17:00 Uhr",
        "jetzt_geoeffnet": "true",
        "nur_rueckruf": "false",
        "verbindet": "false",
        "anrufer_bekannt": "true",
        "anrufer_name": "Erika Mustermann",
        "anrufer_leistung": "Haarschnitt",
    }
    assert all(isinstance(value, str) for value in told.values())


def test_a_number_that_several_share_greets_nobody_by_name(salon: Tenant, retell: Retell) -> None:
    erika = factories.make_customer(salon)
    row = factories.make_appointment(
        factories.staff_of(salon, "Jana"),
        factories.service_of(salon, "Haarschnitt"),
        erika,
        starts_at=MONDAY_MORNING + timedelta(days=1),
    )
    with scope.tenant(salon):
        Appointment.objects.filter(pk=row.pk).update(attendee_name="Max Mustermann")

    assert _told(retell)["dynamic_variables"]["anrufer_name"] == ""


def test_the_published_agent_of_the_branch_takes_the_call(salon: Tenant, retell: Retell) -> None:
    assert "override_agent_id" not in _told(retell)
    with scope.tenant(salon):
        Agent.objects.create(
            tenant=salon,
            branch=factories.branch_of(salon),
            template="salon",
            agent_id="agent_of_the_salon",
            live_number=1,
        )

    assert _told(retell)["override_agent_id"] == "agent_of_the_salon"


def test_a_draft_at_the_platform_takes_no_calls(salon: Tenant, retell: Retell) -> None:
    with scope.tenant(salon):
        agent = Agent.objects.create(
            tenant=salon,
            branch=factories.branch_of(salon),
            template="salon",
            agent_id="agent_of_the_salon",
            live_number=2,
        )
        for number, there in ((1, 4), (2, 5), (3, None)):
            AgentVersion.objects.create(
                tenant=salon,
                agent=agent,
                number=number,
                provider_version=there,
                settings={},
                tools_version="",
                greeting="",
            )

    told = _told(retell)

    assert (told["override_agent_id"], told["override_agent_version"]) == ("agent_of_the_salon", 5)


@pytest.mark.parametrize("rule", ["+491713920042", "+4917139*", "+49*"])
def test_a_blocked_caller_gets_no_agent_and_costs_nothing(
    salon: Tenant, retell: Retell, rule: str
) -> None:
    blocked = _rule(salon, rule)

    told = _told(retell)

    assert told == {}
    assert _calls(salon) == 0
    with scope.tenant(salon):
        assert CallerRule.objects.get(pk=blocked.pk).turned_away == 1
    with scope.platform():
        assert Delivery.objects.get().error == "caller_turned_away"


def test_whoever_is_allowed_is_answered_whatever_blocks_the_others(
    salon: Tenant, retell: Retell
) -> None:
    _rule(salon, "+49171*")
    _rule(salon, "+491713920042", "allow")

    assert _told(retell)["dynamic_variables"]
    assert _told(retell, from_number="+491713920043") == {}


def test_the_neighbours_rules_block_nobody_here(
    salon: Tenant, neighbour: Tenant, retell: Retell
) -> None:
    _rule(neighbour, "+49171*")

    assert _told(retell)["dynamic_variables"]


@pytest.mark.parametrize("answers", [True, False])
def test_withheld_numbers_are_answered_as_the_branch_says(
    salon: Tenant, retell: Retell, answers: bool
) -> None:
    _desk(salon, answers_withheld=answers)

    assert bool(_told(retell, from_number="anonymous")) is answers
    assert _told(retell)


@pytest.mark.parametrize(
    ("when_closed", "expected"), [("book", "false"), ("callback", "true"), ("reject", None)]
)
def test_after_hours_the_branch_decides(
    salon: Tenant, retell: Retell, when_closed: str, expected: str | None
) -> None:
    _desk(salon, when_closed=when_closed, transfer_number="+493023125700")
    by_day = _told(retell)["dynamic_variables"]

    with time_machine.travel(EVENING, tick=True):
        by_night = _told(retell).get("dynamic_variables")

    assert (by_day["nur_rueckruf"], by_day["verbindet"]) == ("false", "true")
    if expected is None:
        assert by_night is None
    else:
        assert (by_night["nur_rueckruf"], by_night["verbindet"]) == (expected, "false")


def test_the_answer_comes_within_a_tenth_of_a_second(salon: Tenant, retell: Retell) -> None:
    factories.make_customer(salon)
    _desk(salon)
    _rule(salon, "+4930*")
    _told(retell)

    spent = []
    for _ in range(15):
        began = time.perf_counter()
        _told(retell)
        spent.append(time.perf_counter() - began)

    assert sorted(spent)[len(spent) // 2] < 0.1
