"""A question opens its business and its call in one statement; what it is compared with is never old."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError

from booking import catalogue
from booking.models import Service
from calls import lifecycle, wishes
from calls.models import Call
from integrations import inbox
from integrations.voice import retell
from integrations.voice.events import CallFacts
from tenants import directory, scope, statements
from tenants.models import Tenant
from tests import factories

OURS, NEIGHBOURS, NOBODYS = "+493023125777", "+494066969200", "+49891234567"


def _facts(dialled: str | None = OURS, call_id: str = "call_first") -> CallFacts:
    content: dict[str, Any] = {
        "call": {
            "call_id": call_id,
            "agent_id": "agent_7",
            "agent_version": 3,
            "direction": "inbound",
            "from_number": "+491713920042",
            "to_number": dialled,
            "start_timestamp": 1_795_428_000_000,
        }
    }
    return retell.function_request(content, tool="get_context").facts


def _row(tenant: Tenant, call_id: str) -> dict[str, Any]:
    with scope.tenant(tenant):
        row = Call.objects.filter(external_id=call_id).values().get()
    return {name: value for name, value in row.items() if name not in ("id", "external_id")}


def test_the_first_question_writes_the_call_down_like_every_other_door(
    salon: Tenant, now: datetime
) -> None:
    with lifecycle.opened(_facts(), now=now) as reached:
        assert reached is not None
    line = directory.line_for(OURS)
    assert line is not None
    number = inbox.number_for(retell.PROVIDER, "call_other_door")
    with scope.tenant(salon):
        lifecycle.open_call(_facts(call_id="call_other_door"), number=number, line=line, now=now)

    assert _row(salon, "call_first") == _row(salon, "call_other_door")
    assert _row(salon, "call_first")["started_at"] == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_the_second_question_finds_the_call_as_it_became(salon: Tenant, now: datetime) -> None:
    with lifecycle.opened(_facts(), now=now) as first:
        assert first is not None
        first[0].status = Call.Status.ONGOING
        first[0].save(update_fields=["status"])

    with lifecycle.opened(_facts(), now=now) as second:
        assert second is not None
        call, zone = second
        # What was not read with it is read when it is asked for.
        assert (call.pk, call.status, call.agent_id, call.transcript) == (
            first[0].pk, "ongoing", "agent_7", "",
        )  # fmt: skip
        assert zone.key == "Europe/Berlin"
        assert Call.objects.count() == 1


def test_within_a_question_only_the_dialled_business_exists(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    with lifecycle.opened(_facts(), now=now):
        assert scope.current().tenant_id == salon.pk
        assert statements.run("SELECT DISTINCT tenant_id FROM tenants_branch").fetchall() == [
            (salon.pk,)
        ]

    assert not scope.is_open()
    assert statements.value("SELECT count(*) FROM tenants_branch") == 0


def test_a_number_of_nobody_opens_nothing(salon: Tenant, now: datetime) -> None:
    with lifecycle.opened(_facts(NOBODYS), now=now) as reached:
        assert reached is None
        assert not scope.is_open()
        assert statements.value("SELECT count(*) FROM tenants_branch") == 0


def test_a_call_of_another_business_is_not_opened(
    salon: Tenant, neighbour: Tenant, now: datetime
) -> None:
    with lifecycle.opened(_facts(), now=now):
        pass

    with (
        pytest.raises(DatabaseError, match="another business"),
        lifecycle.opened(_facts(NEIGHBOURS), now=now),
    ):
        pass


def test_a_question_within_a_scope_is_refused(in_salon: Tenant, now: datetime) -> None:
    with pytest.raises(scope.ScopeError), lifecycle.opened(_facts(), now=now):
        pass


def test_a_change_of_the_menu_is_heard_at_the_next_question(in_salon: Tenant) -> None:
    def meant(said: str) -> str | None:
        found = catalogue.menu().match(said).found
        return found.name if found else None

    cut = factories.service_of(in_salon, "Haarschnitt")
    before = [meant("Haare schneiden"), meant("Kurzhaarschnitt"), meant("Rasur")]
    # An update that leaves no date of change behind.
    Service.objects.filter(pk=cut.pk).update(name="Kurzhaarschnitt")
    renamed = [meant("Haare schneiden"), meant("Kurzhaarschnitt"), meant("Rasur")]
    factories.make_alias(cut, "Rasur")
    known = meant("Rasur")
    Service.objects.filter(pk=cut.pk).update(is_active=False)
    gone = [meant("Kurzhaarschnitt"), meant("Rasur")]

    assert before == ["Haarschnitt", None, None]
    assert renamed == ["Kurzhaarschnitt", "Kurzhaarschnitt", None]
    assert known == "Kurzhaarschnitt"
    assert gone == [None, None]


def test_the_menu_gives_the_rows_as_the_orm_does(in_salon: Tenant) -> None:
    branch, cut = factories.branch_of(in_salon), factories.service_of(in_salon, "Haarschnitt")
    menu = catalogue.menu(branch.pk)
    found = menu.match("Haarschnitt").found
    assert found is not None

    for ours, theirs in ((menu.branch, branch), (found, cut)):
        assert ours == theirs
        for field in theirs._meta.concrete_fields:
            assert getattr(ours, field.attname) == getattr(theirs, field.attname), field.name


def test_of_three_o_clock_is_the_one_at_which_it_is_open(in_salon: Tenant, now: datetime) -> None:
    branch = factories.branch_of(in_salon)

    day = wishes.time_of(date="morgen", time="", branch=branch, now=now)
    hour = wishes.time_of(date="morgen", time="um drei", branch=branch, now=now)

    assert day is not None
    assert day.date == date(2026, 11, 24)
    assert hour is not None
    assert hour.start == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
