"""Our client against a server that is generated from Cal.com's description, over real HTTP."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pytest_django import Settings

from integrations import http
from integrations.calendars import calcom_account
from integrations.calendars.calcom import Calcom as Calendar
from integrations.calendars.calcom_wire import Refusal, Wire
from integrations.calendars.protocol import Person, State, TimeTaken, Wish
from integrations.errors import PermanentError, ProviderError
from tests import described_server, descriptions
from tests.calendars.calcom_house import Calcom
from tests.calendars.two_sides import TEN
from tests.described_server import DescribedServer
from tests.integrations.providers import Network

A_DAY = timedelta(days=1)
WISH = Wish(
    key="17-1",
    target="90210",
    starts_at=TEN,
    ends_at=TEN + timedelta(minutes=30),
    person=Person(name="Erika Mustermann", time_zone="Europe/Berlin", phone="+491713920042"),
    notes="Telefonisch gebucht",
    references={"call_number": "4"},
)
_BOOKING = "/v2/bookings/{bookingUid}"
_TYPES, _TYPE = "/v2/event-types", "/v2/event-types/{eventTypeId}"
_TEAM_TYPES = "/v2/teams/{teamId}/event-types"
_TEAM_TYPE = f"{_TEAM_TYPES}/{{eventTypeId}}"
EVERY_CALL = {
    ("GET", "/v2/me"),
    ("GET", "/v2/teams"),
    ("POST", "/v2/teams"),
    ("GET", "/v2/teams/{teamId}/memberships"),
    ("GET", _TYPES),
    ("POST", _TYPES),
    ("PATCH", _TYPE),
    ("GET", f"{_TYPE}/webhooks"),
    ("POST", f"{_TYPE}/webhooks"),
    ("PATCH", f"{_TYPE}/webhooks/{{webhookId}}"),
    ("GET", _TEAM_TYPES),
    ("POST", _TEAM_TYPES),
    ("PATCH", _TEAM_TYPE),
    ("GET", f"{_TEAM_TYPE}/webhooks"),
    ("POST", f"{_TEAM_TYPE}/webhooks"),
    ("PATCH", f"{_TEAM_TYPE}/webhooks/{{webhookId}}"),
    ("GET", "/v2/slots"),
    ("POST", "/v2/bookings"),
    ("GET", "/v2/bookings"),
    ("GET", _BOOKING),
    ("POST", f"{_BOOKING}/reschedule"),
    ("POST", f"{_BOOKING}/cancel"),
}


@pytest.fixture
def server(settings: Settings) -> Iterator[DescribedServer]:
    server = DescribedServer(descriptions.of(descriptions.CALCOM), host="api.cal.com")
    with described_server.serving(server) as url:
        settings.CALCOM_BASE_URL = f"{url}/v2"
        with http.rerouted():
            yield server


def test_every_call_of_ours_gets_along_with_what_cal_com_describes(
    server: DescribedServer, wire: Wire, calendar: Calendar
) -> None:
    for team in ("", "7"):
        _the_account(wire, team)
    _the_diary(replace(calendar, team_id="7", owner_email="termine@salon.example"))

    assert server.problems == []
    assert set(server.asked) == EVERY_CALL


def _the_account(wire: Wire, team: str) -> None:
    assert calcom_account.whoami(wire).number
    # The first thing that is described for a new team is that the account's plan has none.
    with pytest.raises(Refusal, match="payment_needed"):
        calcom_account.ensure_team(wire, name="Salon", slug="salon")
    known_name = wire.get("/teams", "teams")[0]["name"]
    assert calcom_account.ensure_team(wire, name=known_name, slug="x").number
    assert calcom_account.members(wire, team_id="7") is not None
    kinds = calcom_account.event_types(wire, team_id=team)
    assert all(kind.number and kind.minutes for kind in kinds)
    made = calcom_account.create_event_type(
        wire, team_id=team, title="Haarschnitt", slug="schnitt", minutes=30, hosts=["5"]
    )
    calcom_account.update_event_type(wire, made, team_id=team, minutes=45, hosts=["5"])
    known = wire.get(f"{'/teams/7' if team else ''}/event-types/9/webhooks", "webhooks", take=5)
    for url in ("https://desk.example/x", known[0]["subscriberUrl"]):
        calcom_account.ensure_webhook(wire, team_id=team, event_type="9", url=url, secret="s" * 16)


def _the_diary(calendar: Calendar) -> None:
    # It remembers nothing, so what it "books" is always somebody else's: that must not be taken for ours.
    with pytest.raises(TimeTaken):
        calendar.put(WISH)
    assert calendar.find(WISH) is None
    there = calendar.read("uid_1")
    assert there.state == State.ACCEPTED
    assert calendar.move("uid_1", starts_at=TEN, reason="krank").uid == there.uid
    calendar.remove("uid_1", reason="krank")
    assert [each.uid for each in calendar.fetch_changes(since=TEN).entries] == [there.uid]
    assert list(calendar.busy(since=TEN, until=TEN + A_DAY)) == []
    assert list(calendar.in_period(since=TEN, until=TEN + A_DAY)) == []
    free = calendar.free(
        target="9", since=TEN, until=TEN + A_DAY, time_zone="Europe/Berlin", moving="uid_1"
    )
    assert list(free) == []


def test_the_server_refuses_what_is_against_the_description(
    server: DescribedServer, wire: Wire, settings: Settings
) -> None:
    url = f"{settings.CALCOM_BASE_URL}/bookings"
    with httpx.Client(trust_env=False) as client:
        answer = client.post(url, headers=http.bearer("key"), content=json.dumps({"start": "x"}))

    assert answer.status_code == 400
    assert any("cal-api-version" in problem for problem in server.problems)
    with pytest.raises(PermanentError):
        wire.post("/bookings", "book", {"eventTypeId": 1})


GOOD = {
    "start": "2026-11-26T09:00:00.000Z",
    "eventTypeId": 90210,
    "attendee": {"name": "Erika Mustermann", "timeZone": "Europe/Berlin"},
    "metadata": {"appointment_id": "17"},
}
VERSION = {"cal-api-version": "2024-08-13"}


@pytest.mark.parametrize(
    ("method", "path", "content", "headers"),
    [
        ("POST", "/bookings", GOOD, {}),
        ("POST", "/bookings", GOOD, {"cal-api-version": "2024-04-15"}),
        ("POST", "/bookings", {**GOOD, "title": "Termin"}, VERSION),
        ("POST", "/bookings", {**GOOD, "metadata": "17"}, VERSION),
        ("POST", "/bookings", {**GOOD, "attendee": {"name": "Erika"}}, VERSION),
        ("POST", "/bookings", {**GOOD, "eventTypeId": "90210"}, VERSION),
        ("POST", "/booking", GOOD, VERSION),
        ("GET", "/bookings?status=cancelled,done", None, VERSION),
        ("GET", "/bookings?take=many", None, VERSION),
        ("GET", "/bookings?sortStart=down", None, VERSION),
        ("GET", "/bookings?since=2026", None, VERSION),
        ("GET", "/teams/salon/event-types", None, {"cal-api-version": "2024-06-14"}),
        ("GET", "/slots?start=2026-11-26", None, {"cal-api-version": "2024-09-04"}),
    ],
)
def test_a_wrong_request_to_cal_com_is_noticed(
    method: str, path: str, content: object, headers: dict[str, str]
) -> None:
    assert _problems("POST", "/bookings", GOOD, VERSION) == []

    assert _problems(method, path, content, headers) != []


def _problems(method: str, path: str, content: object, headers: dict[str, str]) -> list[str]:
    request = httpx.Request(
        method,
        f"https://api.cal.com/v2{path}",
        headers={"Authorization": "Bearer key", **headers},
        content=None if content is None else json.dumps(content).encode(),
    )
    return descriptions.of(descriptions.CALCOM).problems_of_request(request)


def test_a_wrong_request_fails_the_test_that_sent_it() -> None:
    """The network of the tests notes what is against the description, and its fixture fails the test."""
    network = Network()
    network.connect(Calcom(key="key", clock=lambda: TEN))
    descriptions.of(descriptions.CALCOM)

    with http.rerouted(network, listener=network.inspect), pytest.raises(ProviderError):
        Wire(key="key", whose=uuid.uuid4()).post(
            "/bookings", "book", {**GOOD, "eventTypeId": "90210"}
        )

    assert any("90210" in problem for problem in network.problems)
