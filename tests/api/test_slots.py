"""/api/slots and /api/holds: what is offered can be had, and what is kept is nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking import scheduling
from booking.models import Appointment
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program

TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday, 10:00 in Berlin
ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}


def tuesday(salon: Tenant, **query: Any) -> dict[str, Any]:
    return {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "from_date": "2026-11-24",
        "to_date": "2026-11-24",
        **query,
    }


def ten(salon: Tenant, **fields: Any) -> dict[str, Any]:
    return {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "staff_id": factories.staff_of(salon, "Jana").pk,
        "starts_at": "2026-11-24T10:00:00+01:00",
        **fields,
    }


# --- Free times ----------------------------------------------------------------------------------------


def test_a_free_day_is_offered_in_steps(salon: Tenant, program: Program) -> None:
    response = program.get("/api/slots", **tuesday(salon))

    slots = response.json()["data"]
    assert response.json()["meta"] == {"has_more": False, "time_zone": "Europe/Berlin"}
    # 9:00 to 16:30 every quarter of an hour; 9:00 in Berlin is 8:00 UTC.
    assert len(slots) == 31
    assert slots[0] == {
        "starts_at": "2026-11-24T08:00:00Z",
        "ends_at": "2026-11-24T08:30:00Z",
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "branch_id": factories.branch_of(salon).pk,
        "staff_id": factories.staff_of(salon, "Jana").pk,
        "staff_name": "Jana",
        "price_cents": 3500,
    }
    assert slots[-1]["starts_at"] == "2026-11-24T15:30:00Z"


def test_what_is_offered_can_be_booked(salon: Tenant, program: Program) -> None:
    slot = program.get("/api/slots", **tuesday(salon, limit=1)).json()["data"][0]

    booked = program.post(
        "/api/appointments",
        {name: slot[name] for name in ("service_id", "staff_id", "starts_at")}
        | {"customer": ERIKA},
    )
    after = program.get("/api/slots", **tuesday(salon, limit=1, staff_id=slot["staff_id"]))

    assert booked.status_code == 201
    assert after.json()["data"][0]["starts_at"] == "2026-11-24T08:30:00Z"


def test_everybody_who_is_free_is_shown_on_request(salon: Tenant, program: Program) -> None:
    slots = program.get("/api/slots", **tuesday(salon, every="true", limit=2)).json()["data"]

    assert [(each["starts_at"][11:16], each["staff_name"]) for each in slots] == [
        ("08:00", "Jana"),
        ("08:00", "Mira"),
    ]


def test_a_search_that_stops_says_that_there_are_more(salon: Tenant, program: Program) -> None:
    some = program.get("/api/slots", **tuesday(salon, limit=30)).json()
    all_of_them = program.get("/api/slots", **tuesday(salon, limit=31)).json()

    assert (len(some["data"]), some["meta"]["has_more"]) == (30, True)
    assert (len(all_of_them["data"]), all_of_them["meta"]["has_more"]) == (31, False)


def test_who_has_a_price_of_their_own_is_offered_at_it(salon: Tenant, program: Program) -> None:
    jana = factories.staff_of(salon, "Jana")
    cut = factories.service_of(salon, "Haarschnitt")
    program.put(f"/api/staff/{jana.pk}", {"skills": [{"service_id": cut.pk, "price_cents": 4200}]})

    slots = program.get("/api/slots", **tuesday(salon, every="true", limit=2)).json()["data"]

    assert {each["staff_name"]: each["price_cents"] for each in slots} == {
        "Jana": 4200,
        "Mira": 3500,
    }


def test_days_are_those_of_the_branch(salon: Tenant, program: Program) -> None:
    canary = factories.make_branch(salon, name="Teneriffa", time_zone="Atlantic/Canary")
    factories.make_hours(canary)
    cut = factories.service_of(salon, "Haarschnitt")
    factories.make_skill(factories.make_staff(canary, name="Pia"), cut)

    response = program.get("/api/slots", **tuesday(salon, branch_id=canary.pk)).json()

    assert response["meta"]["time_zone"] == "Atlantic/Canary"
    assert response["data"][0]["starts_at"] == "2026-11-24T09:00:00Z"


def test_among_several_branches_none_is_guessed(salon: Tenant, program: Program) -> None:
    factories.make_branch(salon, name="Filiale Nord")

    response = program.get("/api/slots", **tuesday(salon))

    assert (response.status_code, response.json()["errors"].keys()) == (400, {"branch_id"})


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"from_date": None}, "from_date"),
        ({"to_date": "2026-11-23"}, "to_date"),
        ({"to_date": "2027-02-24"}, "to_date"),
        ({"from_date": "9999-12-31", "to_date": "9999-12-31"}, "from_date"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"every": "yes"}, "every"),
        ({"service_id": "Haarschnitt"}, "service_id"),
        ({"duration": "30"}, "duration"),
    ],
)
def test_what_cannot_be_understood_is_named(
    salon: Tenant, program: Program, query: dict[str, Any], wrong: str
) -> None:
    asked = {name: value for name, value in tuesday(salon, **query).items() if value is not None}

    response = program.get("/api/slots", **asked)

    assert (response.status_code, response.json()["errors"].keys()) == (400, {wrong})


# --- Holds ------------------------------------------------------------------------------------------------


def test_a_kept_time_is_offered_to_nobody_else(salon: Tenant, program: Program) -> None:
    response = program.post("/api/holds", ten(salon))

    hold = response.json()
    assert (response.status_code, response["Location"]) == (201, f"/api/holds/{hold['id']}")
    assert hold["expires_at"] == "2026-11-23T08:05:00Z"
    assert program.get(f"/api/holds/{hold['id']}").json() == hold
    assert [each["id"] for each in program.get("/api/holds").json()["data"]] == [hold["id"]]
    jana = factories.staff_of(salon, "Jana").pk
    starts = [
        slot["starts_at"][11:16]
        for slot in program.get("/api/slots", **tuesday(salon, staff_id=jana)).json()["data"]
    ]
    assert starts[:4] == ["08:00", "08:15", "08:30", "09:30"]
    rival = program.post("/api/appointments", ten(salon, customer=ERIKA))
    assert (rival.status_code, rival.json()["code"]) == (409, "slot_taken")


def test_who_holds_a_time_books_it(salon: Tenant, program: Program) -> None:
    hold = program.post("/api/holds", ten(salon)).json()

    booked = program.post("/api/appointments", ten(salon, customer=ERIKA, hold_id=hold["id"]))

    assert (booked.status_code, booked.json()["id"]) == (201, hold["id"])
    assert program.get(f"/api/holds/{hold['id']}").status_code == 404


def test_a_time_that_was_given_back_is_free(salon: Tenant, program: Program) -> None:
    hold = program.post("/api/holds", ten(salon)).json()

    released = program.delete(f"/api/holds/{hold['id']}")

    assert (released.status_code, program.delete(f"/api/holds/{hold['id']}").status_code) == (
        204,
        404,
    )
    assert program.post("/api/appointments", ten(salon, customer=ERIKA)).status_code == 201


def test_a_hold_ends_by_itself(salon: Tenant, program: Program, now: datetime) -> None:
    hold = program.post("/api/holds", ten(salon, seconds=30)).json()

    with time_machine.travel(now + timedelta(seconds=31), tick=False):
        assert program.get(f"/api/holds/{hold['id']}").status_code == 404
        assert program.get("/api/holds").json()["data"] == []
        late = program.post("/api/appointments", ten(salon, customer=ERIKA, hold_id=hold["id"]))

    assert late.status_code == 201, "nobody else took it, so it can still be had"


def test_the_holds_of_callers_are_theirs(salon: Tenant, program: Program, now: datetime) -> None:
    with scope.tenant(salon):
        hold = scheduling.hold(
            factories.service_of(salon, "Haarschnitt"),
            branch=factories.branch_of(salon),
            staff_member=factories.staff_of(salon, "Jana"),
            starts_at=TEN,
            source=Appointment.Source.PHONE,
            by=actors.call(1),
            now=now,
        )

    stolen = program.post("/api/appointments", ten(salon, customer=ERIKA, hold_id=hold.pk))

    assert (stolen.status_code, stolen.json()["errors"].keys()) == (404, {"hold_id"})
    assert program.get("/api/holds").json()["data"] == []
    assert program.delete(f"/api/holds/{hold.pk}").status_code == 404


def test_a_time_that_cannot_be_booked_cannot_be_kept(salon: Tenant, program: Program) -> None:
    response = program.post("/api/holds", ten(salon, starts_at="2026-11-24T20:00:00+01:00"))

    assert (response.status_code, response.json()["code"]) == (409, "closed")


def test_one_key_keeps_one_time(salon: Tenant, program: Program) -> None:
    key = {"Idempotency-Key": "hold-1"}

    first, again = (program.post("/api/holds", ten(salon), **key) for _ in range(2))

    assert (again.status_code, again.json()) == (201, first.json())
    with scope.tenant(salon):
        assert Appointment.objects.count() == 1


# --- Why not ------------------------------------------------------------------------------------------------


def test_a_minute_that_is_not_offered_is_explained(salon: Tenant, program: Program) -> None:
    booked = program.post("/api/appointments", ten(salon, customer=ERIKA)).json()
    jana, mira = factories.staff_of(salon, "Jana"), factories.staff_of(salon, "Mira")
    off = program.post(
        "/api/time-off",
        {
            "staff_id": mira.pk,
            "starts_at": "2026-11-24T00:00:00+01:00",
            "ends_at": "2026-11-25T00:00:00+01:00",
        },
    ).json()

    response = program.get(
        "/api/slots/explain", service_id=booked["service_id"], starts_at="2026-11-24T09:15:00Z"
    )

    found = response.json()
    assert response.status_code == 200
    assert (found["is_free"], found["rule"]) == (False, "taken")
    people = {each["staff_id"]: (each["rule"], each["facts"]) for each in found["people"]}
    assert people == {
        jana.pk: ("taken", {"appointment_ids": [booked["id"]], "hold_ids": []}),
        mira.pk: ("time_off", {"time_off_ids": [off["id"]]}),
    }
    assert all(each["sentence"] for each in found["people"])


def test_a_minute_that_is_offered_is_free(salon: Tenant, program: Program) -> None:
    cut = factories.service_of(salon, "Haarschnitt")

    found = program.get(
        "/api/slots/explain", service_id=cut.pk, starts_at="2026-11-24T09:15:00Z"
    ).json()

    assert (found["is_free"], found["rule"], found["facts"]) == (True, None, {})


def test_several_seats_are_found_kept_and_booked_together(salon: Tenant, program: Program) -> None:
    yoga = factories.make_service(salon, name="Yoga", duration_minutes=60, seats=6)
    jana = factories.staff_of(salon, "Jana")
    factories.make_skill(jana, yoga)
    asked = {"service_id": yoga.pk, "from_date": "2026-11-24", "to_date": "2026-11-24"}
    body = {"service_id": yoga.pk, "staff_id": jana.pk, "starts_at": "2026-11-24T10:00:00+01:00"}

    hold = program.post("/api/holds", {**body, "seats": 4}).json()
    left = {
        seats: "2026-11-24T09:00:00Z"
        in [
            slot["starts_at"]
            for slot in program.get("/api/slots", **asked, seats=seats).json()["data"]
        ]
        for seats in (2, 3)
    }
    four = program.post(
        "/api/appointments", {**body, "seats": 4, "customer": ERIKA, "hold_id": hold["id"]}
    ).json()
    three = program.post("/api/appointments", {**body, "seats": 3, "customer": {"name": "Max"}})

    assert (hold["seats"], left) == (4, {2: True, 3: False})
    assert (four["seats"], four["session_id"] is not None) == (4, True)
    assert (three.status_code, three.json()["code"]) == (409, "session_full")
    sessions = program.get("/api/appointments", session_id=four["session_id"]).json()["data"]
    assert [each["id"] for each in sessions] == [four["id"]]
