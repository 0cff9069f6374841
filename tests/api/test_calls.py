"""/api/calls: what was said, what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calls.models import Call
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.api.conftest import Program
from tests.api.rows import make_call, make_tool_call

DIALLED = "+493023125777"


def ids(response: Any) -> list[int]:
    return [row["id"] for row in response.json()["data"]]


def test_calls_come_in_pages_the_latest_first(salon: Tenant, program: Program) -> None:
    for number in (1, 2, 3):
        make_call(salon, number=number)

    response = program.get("/api/calls", per_page=2)

    assert ids(response) == [3, 2]
    assert response.json()["meta"] == {"page": 1, "per_page": 2, "total": 3, "pages": 2}


def test_a_list_shows_what_a_call_was_and_not_what_was_said(
    salon: Tenant, program: Program
) -> None:
    make_call(salon, number=7)

    shown = program.get("/api/calls").json()["data"][0]

    assert shown["status"] == "analyzed"
    assert shown["outcome"] == "no_wish"
    assert shown["started_at"] == "2026-11-20T09:00:00Z"
    assert shown["time_zone"] == "Europe/Berlin"
    assert shown["duration_seconds"] == 90
    assert not shown.keys() & {"transcript", "turns", "analysis"}


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2026-11-20", "2026-11-20", [2, 3]),
        ("2026-11-20", None, [2, 3, 4]),
        (None, "2026-11-19", [1]),
        ("2026-11-21", "2026-11-21", [4]),
        ("2026-12-01", None, []),
    ],
)
def test_days_are_those_of_the_business(
    salon: Tenant, program: Program, first: str | None, last: str | None, found: list[int]
) -> None:
    for number, at in enumerate(
        [
            datetime(2026, 11, 19, 22, 59, 59, tzinfo=UTC),  # 23:59 on the 19th in Berlin
            datetime(2026, 11, 19, 23, 0, tzinfo=UTC),  # midnight
            datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
        ],
        start=1,
    ):
        make_call(salon, number=number, started_at=at, ended_at=at)
    query = {"from_date": first, "to_date": last}

    response = program.get("/api/calls", **{name: day for name, day in query.items() if day})

    assert sorted(ids(response)) == found


def test_a_day_of_a_clock_change_has_all_its_hours(salon: Tenant, program: Program) -> None:
    last_minute = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)  # the 25 hours of 25 October
    make_call(salon, number=1, started_at=last_minute, ended_at=last_minute)

    response = program.get("/api/calls", from_date="2026-10-25", to_date="2026-10-25")

    assert ids(response) == [1]


def test_a_call_that_never_began_counts_for_the_day_it_was_announced(
    salon: Tenant, program: Program
) -> None:
    make_call(salon, number=1, started_at=None, ended_at=None, outcome="not_connected")

    assert ids(program.get("/api/calls", from_date="2026-11-23", to_date="2026-11-23")) == [1]
    assert ids(program.get("/api/calls", from_date="2026-11-24")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "ongoing"}, [2]),
        ({"outcome": "booked"}, [3]),
        ({"status": "analyzed", "outcome": "no_wish"}, [1]),
        ({"status": "ongoing", "outcome": "booked"}, []),
    ],
)
def test_calls_are_found_by_status_and_outcome(
    salon: Tenant, program: Program, query: dict[str, str], found: list[int]
) -> None:
    make_call(salon, number=1)
    make_call(salon, number=2, status="ongoing", outcome="")
    make_call(salon, number=3, outcome="booked")

    assert ids(program.get("/api/calls", **query)) == found


@pytest.mark.parametrize("query", [{"status": "in-progress"}, {"outcome": "good"}, {"status": ""}])
def test_a_status_that_does_not_exist_is_refused(program: Program, query: dict[str, str]) -> None:
    response = program.get("/api/calls", **query)

    assert response.status_code == 400
    assert response.json()["errors"].keys() == query.keys()


def test_a_call_is_shown_with_everything(salon: Tenant, program: Program, now: datetime) -> None:
    call = make_call(salon, number=7, agent_id="agent_1", agent_version=3, end_reason="user_hangup")
    make_tool_call(call)
    make_tool_call(call, name="book_appointment", state="booked")
    appointment = factories.make_appointment(
        factories.staff_of(salon, "Jana"),
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon),
        starts_at=now + timedelta(hours=2),
    )
    with scope.tenant(salon):
        type(appointment).objects.update(call_number=7)

    shown = program.get("/api/calls/7").json()

    assert shown["transcript"] == "Agent: Guten Tag.\nUser: Auf Wiederhören."
    assert shown["turns"] == [{"role": "agent", "content": "Guten Tag."}]
    assert shown["analysis"] == {"call_successful": True}
    assert [(each["name"], each["state"]) for each in shown["tool_calls"]] == [
        ("check_availability", "available"),
        ("book_appointment", "booked"),
    ]
    assert [(each["id"], each["call_id"]) for each in shown["appointments"]] == [
        (appointment.pk, 7)
    ]


def test_numbers_beyond_64_bits_in_what_a_model_said_are_shown(
    salon: Tenant, program: Program
) -> None:
    make_call(salon, number=7, analysis={"huge": 10**30})

    response = program.get("/api/calls/7")

    assert response.status_code == 200
    assert response.json()["analysis"] == {"huge": 10**30}


def test_a_call_is_written_down(salon: Tenant, program: Program) -> None:
    customer = factories.make_customer(salon, phone="+491713920042")

    response = program.post(
        "/api/calls",
        {
            "to_number": DIALLED,
            "from_number": "491713920042",
            "started_at": "2026-11-23T08:30:00+01:00",
            "ended_at": "2026-11-23T08:32:30+01:00",
            "transcript": "User: Guten Tag.",
            "intent": "appointment",
            "sentiment": "positive",
        },
    )

    call = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/calls/{call['id']}"
    assert call["status"] == "ended"
    assert call["outcome"] == "no_wish"
    assert call["started_at"] == "2026-11-23T07:30:00Z"
    assert call["duration_seconds"] == 150
    assert call["customer_id"] == customer.pk
    assert call["transcript"] == "User: Guten Tag."
    assert program.get(f"/api/calls/{call['id']}").json() == call


def test_a_call_needs_nothing_but_the_dialled_number(salon: Tenant, program: Program) -> None:
    response = program.post("/api/calls", {"to_number": DIALLED})

    assert response.status_code == 201
    assert response.json()["status"] == "registered"
    assert response.json()["from_number"] is None


def test_who_wrote_a_call_down_is_written_down(salon: Tenant, program: Program) -> None:
    call = program.post("/api/calls", {"to_number": DIALLED}).json()

    with scope.tenant(salon):
        entry = AuditEntry.objects.get(object_type="calls.call")
    assert entry.object_id == str(call["id"])
    assert entry.actor.startswith("api_key:ask_live_")


def test_two_calls_written_down_are_two(salon: Tenant, program: Program) -> None:
    one = program.post("/api/calls", {"to_number": DIALLED}).json()
    other = program.post("/api/calls", {"to_number": DIALLED}).json()

    assert one["id"] != other["id"]
    with scope.tenant(salon):
        assert Call.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to_number", None),
        ("to_number", "+493023125778"),
        ("to_number", 493023125777),
        ("from_number", "anonymous"),
        ("started_at", "2026-11-23T08:30:00"),
        ("started_at", "gestern"),
        ("started_at", 1763886600),
        ("started_at", "9999-12-31T23:59:59-12:00"),
        ("started_at", "0001-01-01T00:00:00+14:00"),
        ("ended_at", "2026-11-23T08:30:00Z"),
        ("transcript", {"text": "Hallo"}),
        ("transcript", "NUL \x00"),
        ("intent", "i" * 101),
        ("outcome", "booked"),
        ("id", 5),
    ],
)
def test_a_call_that_cannot_have_been_is_refused(
    salon: Tenant, program: Program, field: str, value: object
) -> None:
    response = program.post("/api/calls", {"to_number": DIALLED, field: value})

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {field}


@pytest.mark.parametrize(
    "ended_at", ["2026-11-23T08:29:59Z", "2026-11-24T08:30:01Z", "2199-01-01T00:00:00Z"]
)
def test_a_call_does_not_end_before_it_began_nor_goes_on_for_days(
    salon: Tenant, program: Program, ended_at: str
) -> None:
    response = program.post(
        "/api/calls",
        {
            "to_number": DIALLED,
            "started_at": "2026-11-23T08:30:00Z",
            "ended_at": ended_at,
        },
    )

    assert response.json()["errors"].keys() == {"ended_at"}
