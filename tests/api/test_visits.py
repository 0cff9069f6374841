"""/api/visits: several services in one visit, found, booked, moved and cancelled as a whole."""

from typing import Any

import pytest

from booking.models import Appointment, Policy, Visit
from integrations.models import Message
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program

ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}


def wish(salon: Tenant, **fields: Any) -> dict[str, Any]:
    """Cut by Mira, then colour, which only Jana does."""
    return {
        "wishes": [
            {
                "service_id": factories.service_of(salon, "Haarschnitt").pk,
                "staff_id": factories.staff_of(salon, "Mira").pk,
            },
            {"service_id": factories.service_of(salon, "Färben").pk},
        ],
        "from_date": "2026-11-24",
        "to_date": "2026-11-24",
        **fields,
    }


def parts_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    taken = ("service_id", "staff_id", "starts_at", "seats")
    return [{name: part[name] for name in taken} for part in plan["parts"]]


@pytest.fixture
def plans(salon: Tenant, program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.post("/api/visits/plans", wish(salon)).json()["data"]
    return found


@pytest.fixture
def visit(program: Program, plans: list[dict[str, Any]]) -> dict[str, Any]:
    shown: dict[str, Any] = program.post(
        "/api/visits", {"parts": parts_of(plans[0]), "customer": ERIKA}
    ).json()
    return shown


def test_a_plan_is_found_and_booked_as_a_whole(
    salon: Tenant, program: Program, plans: list[dict[str, Any]]
) -> None:
    response = program.post("/api/visits", {"parts": parts_of(plans[0]), "customer": ERIKA})

    shown = response.json()
    assert (response.status_code, response["Location"]) == (201, f"/api/visits/{shown['id']}")
    assert [
        (each["staff_name"], each["service_name"], each["starts_at"][11:16])
        for each in shown["appointments"]
    ] == [("Mira", "Haarschnitt", "08:00"), ("Jana", "Färben", "08:30")]
    assert {each["visit_id"] for each in shown["appointments"]} == {shown["id"]}
    assert program.get(f"/api/visits/{shown['id']}").json() == shown
    with scope.tenant(salon):
        assert Message.objects.count() == 1


def test_a_visit_is_booked_as_a_whole_or_not_at_all(
    salon: Tenant, program: Program, plans: list[dict[str, Any]]
) -> None:
    jana = factories.staff_of(salon, "Jana").pk
    cut = factories.service_of(salon, "Haarschnitt").pk
    program.post(
        "/api/appointments",
        {
            "service_id": cut,
            "staff_id": jana,
            "starts_at": "2026-11-24T10:30:00+01:00",
            "customer": {"name": "Max"},
        },
    )

    response = program.post("/api/visits", {"parts": parts_of(plans[4]), "customer": ERIKA})

    assert plans[4]["starts_at"] == "2026-11-24T09:00:00Z"
    assert (response.status_code, response.json()["code"]) == (409, "slot_taken")
    with scope.tenant(salon):
        assert (Visit.objects.count(), Appointment.objects.count()) == (0, 1)


def test_a_visit_is_moved_and_cancelled_as_a_whole(
    salon: Tenant, program: Program, plans: list[dict[str, Any]], visit: dict[str, Any]
) -> None:
    path = f"/api/visits/{visit['id']}"

    moved = program.post(f"{path}/move", {"parts": parts_of(plans[-1]), "reason": "später"}).json()
    other = program.post(f"{path}/move", {"parts": parts_of(plans[0])[:1]})
    cancelled = program.post(f"{path}/cancel", {"reason": "krank"}).json()
    again = program.post(f"{path}/cancel", {})

    before, after = visit["appointments"], moved["appointments"]
    assert [each["id"] for each in after] == [each["id"] for each in before]
    assert after[0]["starts_at"] == plans[-1]["starts_at"]
    assert (other.status_code, other.json()["errors"].keys()) == (400, {"parts"})
    assert {each["status"] for each in cancelled["appointments"]} == {"cancelled"}
    assert again.json() == cancelled


def test_times_to_move_a_visit_to_are_found_over_its_own_time(
    salon: Tenant, program: Program, visit: dict[str, Any]
) -> None:
    own = visit["appointments"][0]["starts_at"]

    found = program.post("/api/visits/plans", {**wish(salon), "visit_id": visit["id"]}).json()
    without = program.post("/api/visits/plans", wish(salon)).json()
    others = wish(salon)
    others["wishes"].reverse()
    wrong = program.post("/api/visits/plans", {**others, "visit_id": visit["id"]})
    unknown = program.post("/api/visits/plans", {**wish(salon), "visit_id": 2**40})

    assert own in {plan["starts_at"] for plan in found["data"]}
    assert own not in {plan["starts_at"] for plan in without["data"]}
    assert (wrong.status_code, wrong.json()["errors"].keys()) == (400, {"wishes"})
    assert unknown.status_code == 404


def test_the_fee_of_a_visit_is_that_of_its_parts(
    salon: Tenant, program: Program, visit: dict[str, Any]
) -> None:
    with scope.tenant(salon):
        Policy.objects.create(
            tenant=salon, kind="cancel", fee_tiers=[{"under_hours": 48, "percent": 50}]
        )
    path = f"/api/visits/{visit['id']}"

    before = program.get(f"{path}/terms").json()["cancel"]
    program.post(f"{path}/cancel", {})
    after = program.get(f"{path}/terms").json()["cancel"]

    # Half of 35 and 89 euros.
    assert (before["is_allowed"], before["fee_cents"]) == (True, 1750 + 4450)
    assert (after["is_allowed"], after["code"]) == (False, "already_over")


def test_unknown_parts_are_named(salon: Tenant, program: Program) -> None:
    body = wish(salon)
    body["wishes"][1]["service_id"] = 2**40

    response = program.post("/api/visits/plans", body)

    assert response.status_code == 404
    assert response.json()["errors"].keys() == {"wishes.1.service_id"}


def test_visits_are_found_by_customer(
    salon: Tenant, program: Program, visit: dict[str, Any]
) -> None:
    mine = program.get("/api/visits", customer_id=visit["customer_id"]).json()["data"]

    assert [each["id"] for each in mine] == [visit["id"]]
    assert program.get("/api/visits", customer_id=2**40).json()["data"] == []


def test_a_visit_is_kept_and_booked_with_its_hold(
    salon: Tenant, program: Program, plans: list[dict[str, Any]]
) -> None:
    parts = parts_of(plans[0])

    kept = program.post("/api/visits/holds", {"parts": parts, "seconds": 600})
    held = kept.json()
    without = program.post("/api/visits", {"parts": parts, "customer": ERIKA})
    listed = program.get("/api/visits").json()["meta"]["total"]
    booked = program.post("/api/visits", {"parts": parts, "customer": ERIKA, "hold_id": held["id"]})
    again = program.post("/api/visits", {"parts": parts, "customer": ERIKA, "hold_id": held["id"]})

    assert (kept.status_code, kept["Location"]) == (201, f"/api/visits/holds/{held['id']}")
    assert held["expires_at"] == "2026-11-23T08:10:00Z"
    assert {each["visit_id"] for each in held["holds"]} == {held["id"]}
    assert (without.status_code, without.json()["code"]) == (409, "slot_taken")
    assert listed == 0
    assert (booked.status_code, booked.json()["id"]) == (201, held["id"])
    assert [each["id"] for each in booked.json()["appointments"]] == [
        each["id"] for each in held["holds"]
    ]
    assert (again.status_code, again.json()["errors"].keys()) == (404, {"hold_id"})


@pytest.mark.parametrize("way", ["/api/visits/holds/{visit}", "/api/holds/{part}"])
def test_a_kept_visit_is_read_and_given_back_as_a_whole(
    program: Program, plans: list[dict[str, Any]], way: str
) -> None:
    held = program.post("/api/visits/holds", {"parts": parts_of(plans[0])}).json()
    path = f"/api/visits/holds/{held['id']}"

    assert program.get(path).json() == held
    gone = program.delete(way.format(visit=held["id"], part=held["holds"][0]["id"]))

    assert gone.status_code == 204
    assert program.get(path).status_code == 404
    assert program.delete(path).status_code == 404
    assert program.get("/api/holds").json()["data"] == []


def test_a_part_of_a_kept_visit_is_no_hold_of_an_appointment(
    program: Program, plans: list[dict[str, Any]]
) -> None:
    held = program.post("/api/visits/holds", {"parts": parts_of(plans[0])}).json()
    part = held["holds"][0]

    response = program.post(
        "/api/appointments",
        {
            "service_id": part["service_id"],
            "staff_id": part["staff_id"],
            "starts_at": part["starts_at"],
            "customer": ERIKA,
            "hold_id": part["id"],
        },
    )

    assert (response.status_code, response.json()["errors"].keys()) == (404, {"hold_id"})
