"""/api/waiting-list, /api/offers and /api/proposals."""

from datetime import datetime
from typing import Any

import pytest

from booking import matching
from booking.models import Appointment, Proposal, WaitingOffer
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program
from tests.booking.diary import at

ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}


def wish(salon: Tenant, **fields: Any) -> dict[str, Any]:
    return {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "customer": ERIKA,
        "first_day": "2026-11-24",
        "last_day": "2026-11-24",
        "from_minute": 600,
        "until_minute": 660,
        **fields,
    }


@pytest.fixture
def offer(salon: Tenant, program: Program, now: datetime) -> WaitingOffer:
    program.post("/api/waiting-list", wish(salon))
    with scope.tenant(salon):
        matching.sweep(salon.pk, now=now)
        return WaitingOffer.objects.get()


# --- The waiting list -----------------------------------------------------------------------------------


def test_somebody_joins_once_and_leaves(salon: Tenant, program: Program) -> None:
    first = program.post("/api/waiting-list", wish(salon, weekdays=[2, 2]))
    again = program.post("/api/waiting-list", wish(salon, weekdays=[2]))

    shown = first.json()
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == shown
    assert first["Location"] == f"/api/waiting-list/{shown['id']}"
    assert (shown["status"], shown["weekdays"], shown["staff_id"]) == ("waiting", [2], None)
    assert program.get("/api/waiting-list", status="waiting").json()["data"] == [shown]

    assert program.delete(f"/api/waiting-list/{shown['id']}").status_code == 204
    assert program.get(f"/api/waiting-list/{shown['id']}").json()["status"] == "withdrawn"
    assert program.get("/api/waiting-list", status="waiting").json()["data"] == []


def test_who_has_no_address_cannot_wait(salon: Tenant, program: Program) -> None:
    answer = program.post(
        "/api/waiting-list", wish(salon, customer={"name": "Max", "phone": "+491713920043"})
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "unreachable")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"last_day": "2026-11-01"}, "last_day"),
        ({"first_day": "24.11.2026"}, "first_day"),
        ({"first_day": 20261124}, "first_day"),
        ({"weekdays": [8]}, "weekdays.0"),
        ({"until_minute": 600}, "until_minute"),
        ({"seats": 2}, "seats"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    salon: Tenant, program: Program, fields: dict[str, Any], field: str
) -> None:
    answer = program.post("/api/waiting-list", wish(salon, **fields))

    assert answer.status_code == 400
    assert [name for name in answer.json()["errors"] if name.startswith(field.split(".")[0])]


def test_an_offer_is_accepted_once(salon: Tenant, program: Program, offer: WaitingOffer) -> None:
    (listed,) = program.get("/api/offers", status="open").json()["data"]
    first = program.post(f"/api/offers/{offer.pk}/accept")
    again = program.post(f"/api/offers/{offer.pk}/accept")

    assert (listed["id"], listed["starts_at"]) == (offer.pk, "2026-11-24T09:00:00Z")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["starts_at"] == "2026-11-24T09:00:00Z"
    assert again.json()["id"] == first.json()["id"]
    assert program.post(f"/api/offers/{offer.pk}/decline").json()["code"] == "offer_over"


def test_an_offer_is_declined(program: Program, offer: WaitingOffer) -> None:
    assert program.post(f"/api/offers/{offer.pk}/decline").status_code == 204
    assert program.post(f"/api/offers/{offer.pk}/accept").json()["code"] == "offer_over"


def test_the_hold_of_an_offer_is_no_hold_of_the_program(
    program: Program, offer: WaitingOffer
) -> None:
    assert program.get("/api/holds").json()["data"] == []
    assert program.delete(f"/api/holds/{offer.hold_number}").status_code == 404


# --- Proposals --------------------------------------------------------------------------------------------


@pytest.fixture
def sick_day(salon: Tenant) -> int:
    """Jana has a customer on Tuesday at ten and is ill that day."""
    jana = factories.staff_of(salon, "Jana")
    factories.make_appointment(
        jana,
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon, email="erika@example.org"),
        starts_at=at("2026-11-24", "10:00"),
    )
    return factories.make_time_off(
        factories.branch_of(salon),
        staff_member=jana,
        starts_at=at("2026-11-24"),
        ends_at=at("2026-11-25"),
    ).pk


def test_a_sick_day_is_one_request(salon: Tenant, program: Program, sick_day: int) -> None:
    first = program.post("/api/proposals", {"time_off_id": sick_day}).json()
    again = program.post("/api/proposals", {"time_off_id": sick_day}).json()

    (case,) = first["cases"]
    assert first["made"] == [case["proposal"]["id"]]
    assert (case["proposal"]["staff_name"], case["proposal"]["status"]) == ("Mira", "open")
    assert (case["reason"], case["needs_a_person"]) == (None, False)
    assert again == {"made": [], "cases": first["cases"]}
    listed = program.get("/api/proposals", time_off_id=sick_day).json()["data"]
    assert listed == [case["proposal"]]


def test_who_agrees_is_moved(salon: Tenant, program: Program, sick_day: int) -> None:
    program.post("/api/proposals", {"time_off_id": sick_day})
    with scope.tenant(salon):
        proposal = Proposal.objects.get()

    moved = program.post(f"/api/proposals/{proposal.pk}/accept")

    assert moved.status_code == 200
    assert (moved.json()["id"], moved.json()["staff_name"]) == (proposal.appointment_id, "Mira")
    assert program.post(f"/api/proposals/{proposal.pk}/accept").status_code == 200
    assert program.post(f"/api/proposals/{proposal.pk}/decline").status_code == 409


def test_who_declines_stays(salon: Tenant, program: Program, sick_day: int) -> None:
    program.post("/api/proposals", {"time_off_id": sick_day})
    with scope.tenant(salon):
        proposal = Proposal.objects.get()

    assert program.post(f"/api/proposals/{proposal.pk}/decline").status_code == 204

    with scope.tenant(salon):
        assert Appointment.objects.get().staff_member.name == "Jana"
