"""What no webhook told us is asked for, and goes the way of every delivery."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from askpro import courier
from calls import refresh, tasks
from calls.models import Call
from integrations import credentials
from integrations.models import Delivery
from tenants import actors, scope
from tenants.models import Tenant
from tests.agents.workshop import Workshop
from tests.retell import Retell

pytestmark = pytest.mark.django_db(transaction=True)


def a_call(retell: Retell, *, minutes_ago: int = 20, **facts: Any) -> dict[str, Any]:
    """A call that is over, as the platform has it."""
    began = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    start = int(began.timestamp() * 1000)
    return retell.new_call(
        start_timestamp=start,
        **{
            "call_status": "ended",
            "end_timestamp": start + 60_000,
            "duration_ms": 60_000,
            "disconnection_reason": "user_hangup",
            "transcript": "Agent: Guten Tag.\nUser: Auf Wiederhören.\n",
            "call_analysis": {"call_summary": "Kurz.", "user_sentiment": "Neutral"},
            **facts,
        },
    )


def known(workshop: Workshop, *calls: dict[str, Any]) -> None:
    workshop.calls |= {call["call_id"]: call for call in calls}


def look(**period: timedelta) -> refresh.Refreshed:
    now = datetime.now(UTC)
    found = refresh.look_back(since=now - period.get("back", refresh.RECENTLY), until=now)
    courier.carry_all()
    return found


def rows(tenant: Tenant) -> list[Call]:
    with scope.tenant(tenant):
        return list(Call.objects.order_by("pk"))


def test_a_call_that_nobody_told_of_is_fetched_whole(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    known(workshop, a_call(retell))

    assert look() == refresh.Refreshed(seen=1, fetched=1)

    [call] = rows(salon)
    assert (call.status, call.summary, call.duration_seconds) == ("analyzed", "Kurz.", 60)
    assert "Auf Wiederhören" in call.transcript


def test_looking_again_fetches_nothing(salon: Tenant, retell: Retell, workshop: Workshop) -> None:
    known(workshop, a_call(retell))
    look()

    assert look() == refresh.Refreshed(seen=1)
    assert len(rows(salon)) == 1


@pytest.mark.parametrize("lost", ["call_ended", "call_analyzed"])
def test_what_one_lost_event_left_out_is_filled_in(
    salon: Tenant, retell: Retell, workshop: Workshop, lost: str
) -> None:
    call = a_call(retell)
    known(workshop, call)
    told = {name: value for name, value in call.items() if name != "call_analysis"}
    retell.sends("call_started", {**told, "call_status": "ongoing"})
    if lost == "call_analyzed":
        retell.sends("call_ended", told)
    courier.carry_all()

    look()

    [row] = rows(salon)
    assert (row.status, row.summary) == ("analyzed", "Kurz.")


def test_an_event_that_comes_after_all_changes_nothing(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    call = a_call(retell)
    known(workshop, call)
    look()
    before = rows(salon)[0].updated_at

    retell.sends("call_ended", {k: v for k, v in call.items() if k != "call_analysis"})
    courier.carry_all()

    [row] = rows(salon)
    assert (row.status, row.summary, row.outcome) == ("analyzed", "Kurz.", "no_wish")
    assert row.updated_at >= before


def test_a_running_call_is_left_alone(salon: Tenant, retell: Retell, workshop: Workshop) -> None:
    call = retell.new_call()
    known(workshop, call)
    retell.sends("call_started", call)
    courier.carry_all()

    assert look() == refresh.Refreshed(seen=1)


def test_a_number_of_nobody_is_passed_over(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    known(workshop, a_call(retell, to_number="+493023125999"))

    assert look() == refresh.Refreshed(seen=1)
    assert rows(salon) == []


def test_a_workspace_of_a_business_speaks_for_that_business_alone(
    salon: Tenant, neighbour: Tenant, retell: Retell, workshop: Workshop
) -> None:
    with scope.tenant(neighbour):
        credentials.store(
            neighbour.pk,
            provider="retell",
            secret="key_of_the_neighbour",
            by=actors.user(1),
            now=datetime.now(UTC),
        )
    workshop.key = "key_of_the_neighbour"
    known(workshop, a_call(retell), a_call(Retell(dialled="+494066969200")))

    found = look()

    assert (found.seen, found.fetched) == (2, 1)
    assert (len(rows(salon)), len(rows(neighbour))) == (0, 1)


def test_a_list_of_many_pages_is_read_to_its_end(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    known(workshop, *(a_call(retell) for _ in range(120)))

    assert look().fetched == 120
    assert len(rows(salon)) == 120


def test_a_platform_that_does_not_answer_is_asked_again_later(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    known(workshop, a_call(retell))
    workshop.fails_with(httpx.ReadTimeout("slow"))

    assert look() == refresh.Refreshed(failed=1)
    assert look() == refresh.Refreshed(seen=1, fetched=1)


def test_a_key_of_our_own_making_is_sent_to_nobody(
    salon: Tenant, retell: Retell, workshop: Workshop, settings: Any
) -> None:
    settings.RETELL_API_KEY = "demo_made-here"

    assert look() == refresh.Refreshed()
    assert workshop.requests == []


def test_the_night_looks_back_a_week(salon: Tenant, retell: Retell, workshop: Workshop) -> None:
    known(workshop, a_call(retell, minutes_ago=6 * 24 * 60))

    tasks.refresh_recent_calls()
    courier.carry_all()
    assert rows(salon) == []

    tasks.refresh_last_week()
    courier.carry_all()
    assert len(rows(salon)) == 1


class TestStale:
    def begun(self, salon: Tenant, retell: Retell, *, hours_ago: float) -> dict[str, Any]:
        call = retell.new_call()
        retell.sends("call_started", call)
        courier.carry_all()
        with scope.tenant(salon):
            Call.objects.update(created_at=datetime.now(UTC) - timedelta(hours=hours_ago))
        return call

    def test_the_platform_knows_how_it_ended(
        self, salon: Tenant, retell: Retell, workshop: Workshop
    ) -> None:
        call = self.begun(salon, retell, hours_ago=3)
        known(workshop, {**a_call(retell), "call_id": call["call_id"]})

        tasks.close_stale_calls()
        courier.carry_all()

        [row] = rows(salon)
        assert (row.status, row.end_reason) == ("analyzed", "user_hangup")

    def test_what_the_platform_does_not_know_is_ended_here(
        self, salon: Tenant, retell: Retell, workshop: Workshop
    ) -> None:
        self.begun(salon, retell, hours_ago=3)

        tasks.close_stale_calls()

        [row] = rows(salon)
        assert (row.status, row.end_reason) == ("ended", "never_reported")
        assert row.outcome == Call.Outcome.NOT_CONNECTED

    def test_a_call_of_an_hour_ago_may_still_run(
        self, salon: Tenant, retell: Retell, workshop: Workshop
    ) -> None:
        self.begun(salon, retell, hours_ago=1)

        tasks.close_stale_calls()

        assert rows(salon)[0].status == "ongoing"
        assert workshop.requests == []

    def test_who_has_no_account_asks_nobody(
        self, salon: Tenant, retell: Retell, workshop: Workshop, settings: Any
    ) -> None:
        self.begun(salon, retell, hours_ago=3)
        settings.RETELL_API_KEY = "demo_made-here"

        tasks.close_stale_calls()

        assert rows(salon)[0].status == "ended"
        assert workshop.requests == []

    def test_a_platform_that_is_away_is_waited_for_a_day(
        self, salon: Tenant, retell: Retell, workshop: Workshop
    ) -> None:
        self.begun(salon, retell, hours_ago=3)
        workshop.says(503)
        tasks.close_stale_calls()
        assert rows(salon)[0].status == "ongoing"

        with scope.tenant(salon):
            Call.objects.update(created_at=datetime.now(UTC) - timedelta(hours=25))
        workshop.says(503)
        tasks.close_stale_calls()
        assert rows(salon)[0].status == "ended"


def test_what_is_fetched_is_kept_as_it_came(
    salon: Tenant, retell: Retell, workshop: Workshop
) -> None:
    known(workshop, a_call(retell))

    look()

    with scope.platform():
        delivery = Delivery.objects.get()
    assert delivery.key.startswith("fetched:call_analyzed:")
    assert b'"call_summary"' in bytes(delivery.body)
