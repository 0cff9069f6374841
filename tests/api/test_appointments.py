"""/api/appointments: the diary, under the same rules as on the telephone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from booking import scheduling
from booking.models import Appointment, AppointmentChange, Customer
from integrations.models import Message
from tenants import actors, scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program

TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin
ERIKA = {"name": "Erika Mustermann", "phone": "+491713920042", "email": "erika@example.org"}


def cut_at_ten(salon: Tenant, **fields: Any) -> dict[str, Any]:
    return {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "starts_at": "2026-11-23T10:00:00+01:00",
        "customer": ERIKA,
        **fields,
    }


def booked(salon: Tenant, *, staff: str = "Jana", starts_at: datetime = TEN) -> Appointment:
    with scope.tenant(salon):
        customer = Customer.objects.first()
    return factories.make_appointment(
        factories.staff_of(salon, staff),
        factories.service_of(salon, "Haarschnitt"),
        customer or factories.make_customer(salon, email="erika@example.org"),
        starts_at=starts_at,
    )


def held(salon: Tenant) -> Appointment:
    with scope.tenant(salon):
        return scheduling.hold(
            factories.service_of(salon, "Haarschnitt"),
            branch=factories.branch_of(salon),
            staff_member=factories.staff_of(salon, "Jana"),
            starts_at=TEN,
            source=Appointment.Source.PHONE,
            by=actors.system("tests"),
            now=TEN - timedelta(hours=1),
        )


def ids(response: Any) -> list[int]:
    return [row["id"] for row in response.json()["data"]]


# --- Booking ----------------------------------------------------------------------------------------


def test_an_appointment_is_booked(salon: Tenant, program: Program) -> None:
    jana, branch = factories.staff_of(salon, "Jana"), factories.branch_of(salon)

    response = program.post(
        "/api/appointments", cut_at_ten(salon, staff_id=jana.pk, notes="Pony kürzer")
    )

    shown = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/appointments/{shown['id']}"
    assert shown == {
        "id": shown["id"],
        "status": "scheduled",
        "state": "confirmed",
        "starts_at": "2026-11-23T09:00:00Z",
        "ends_at": "2026-11-23T09:30:00Z",
        "time_zone": "Europe/Berlin",
        "branch_id": branch.pk,
        "branch_name": "Hauptfiliale",
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "service_name": "Haarschnitt",
        "staff_id": jana.pk,
        "staff_name": "Jana",
        "customer_id": shown["customer_id"],
        "attendee_name": "Erika Mustermann",
        "seats": 1,
        "session_id": None,
        "visit_id": None,
        "series_id": None,
        "price_cents": 3500,
        "notes": "Pony kürzer",
        "source": "api",
        "call_id": None,
        "confirmed_at": "2026-11-23T08:00:00Z",
        "cancelled_at": None,
        "checked_in_at": None,
        "is_waived": False,
        "created_at": "2026-11-23T08:00:00Z",
        "updated_at": "2026-11-23T08:00:00Z",
    }
    assert program.get(f"/api/appointments/{shown['id']}").json() == shown


def test_the_customer_is_told(salon: Tenant, program: Program) -> None:
    program.post("/api/appointments", cut_at_ten(salon))

    with scope.tenant(salon):
        assert Message.objects.get().recipient == "erika@example.org"


def test_who_is_free_is_found_when_nobody_is_named(salon: Tenant, program: Program) -> None:
    first = program.post("/api/appointments", cut_at_ten(salon)).json()
    second = program.post("/api/appointments", cut_at_ten(salon)).json()
    third = program.post("/api/appointments", cut_at_ten(salon))

    assert {first["staff_name"], second["staff_name"]} == {"Jana", "Mira"}
    assert third.status_code == 409
    assert third.json()["code"] == "slot_taken"


def test_a_known_customer_comes_by_id_and_for_somebody_else(
    salon: Tenant, program: Program
) -> None:
    customer = factories.make_customer(salon)

    shown = program.post(
        "/api/appointments",
        cut_at_ten(salon, customer={"id": customer.pk}, attendee_name="Max Mustermann"),
    ).json()

    assert (shown["customer_id"], shown["attendee_name"]) == (customer.pk, "Max Mustermann")


def test_who_shares_a_number_is_not_renamed(salon: Tenant, program: Program) -> None:
    customer = factories.make_customer(salon, name="Erika Mustermann")

    shown = program.post(
        "/api/appointments", cut_at_ten(salon, customer={**ERIKA, "name": "Max Mustermann"})
    ).json()

    assert (shown["customer_id"], shown["attendee_name"]) == (customer.pk, "Max Mustermann")
    with scope.tenant(salon):
        assert Customer.objects.get().name == "Erika Mustermann"


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        ("2026-11-22T10:00:00+01:00", "past"),
        ("2026-11-23T09:30:00+01:00", "too_soon"),
        ("2027-11-22T10:00:00+01:00", "beyond_horizon"),
        ("2026-11-23T10:01:00+01:00", "off_grid"),
        ("2026-11-23T20:00:00+01:00", "closed"),
        ("2026-11-28T10:00:00+01:00", "closed"),
    ],
)
def test_the_rules_of_the_telephone_hold(
    salon: Tenant, program: Program, starts_at: str, code: str
) -> None:
    response = program.post("/api/appointments", cut_at_ten(salon, starts_at=starts_at))

    assert response.status_code == 409
    assert response.json()["code"] == code


def test_who_does_not_offer_a_service_is_not_booked_for_it(salon: Tenant, program: Program) -> None:
    colour, mira = factories.service_of(salon, "Färben"), factories.staff_of(salon, "Mira")

    response = program.post(
        "/api/appointments", cut_at_ten(salon, service_id=colour.pk, staff_id=mira.pk)
    )

    assert response.status_code == 409
    assert response.json()["code"] == "not_offered"


def test_among_several_branches_none_is_guessed(salon: Tenant, program: Program) -> None:
    factories.make_branch(salon, name="Filiale Nord")

    response = program.post("/api/appointments", cut_at_ten(salon))

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"branch_id"}


def test_a_named_branch_or_person_says_where(salon: Tenant, program: Program) -> None:
    factories.make_branch(salon, name="Filiale Nord")
    branch, jana = factories.branch_of(salon), factories.staff_of(salon, "Jana")

    by_branch = program.post("/api/appointments", cut_at_ten(salon, branch_id=branch.pk))
    by_person = program.post(
        "/api/appointments",
        cut_at_ten(salon, staff_id=jana.pk, starts_at="2026-11-23T11:00:00+01:00"),
    )

    assert [by_branch.json()["branch_id"], by_person.json()["branch_id"]] == [branch.pk] * 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"starts_at": None}, "starts_at"),
        ({"starts_at": "2026-11-23T10:00:00"}, "starts_at"),
        ({"starts_at": "2026-11-23T25:61:00Z"}, "starts_at"),
        ({"starts_at": "morgen"}, "starts_at"),
        ({"starts_at": "2026-11-23"}, "starts_at"),
        ({"service_id": "1"}, "service_id"),
        ({"service_id": True}, "service_id"),
        ({"service_id": 0}, "service_id"),
        ({"service_id": 10**30}, "service_id"),
        ({"staff_id": None}, "staff_id"),
        ({"staff_id": 1.0}, "staff_id"),
        ({"customer": None}, "customer"),
        ({"customer": 5}, "customer.input"),
        ({"customer": {}}, "customer.name"),
        ({"customer": {"phone": "+491713920042"}}, "customer.name"),
        ({"customer": {"id": 1, "name": "Erika"}}, "customer.id"),
        ({"customer": {"name": "Erika", "email": "erika"}}, "customer.email"),
        ({"customer": {"name": "Erika", "tenant_id": 1}}, "customer.tenant_id"),
        ({"attendee_name": "Max\nBcc: max@example.org"}, "attendee_name"),
        ({"notes": ["kurz"]}, "notes"),
        ({"notes": "NUL \x00"}, "notes"),
        ({"status": "confirmed"}, "status"),
        ({"price_cents": 1}, "price_cents"),
    ],
)
def test_what_cannot_be_understood_is_named(
    salon: Tenant, program: Program, fields: dict[str, Any], wrong: str
) -> None:
    response = program.post("/api/appointments", cut_at_ten(salon, **fields))

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {wrong}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"service_id": 2**62}, "service_id"),
        ({"staff_id": 2**63 + 1}, "staff_id"),
        ({"branch_id": 2**62}, "branch_id"),
        ({"customer": {"id": 2**62}}, "customer.id"),
    ],
)
def test_what_does_not_exist_is_not_found(
    salon: Tenant, program: Program, fields: dict[str, Any], field: str
) -> None:
    response = program.post("/api/appointments", cut_at_ten(salon, **fields))

    assert response.status_code == 404
    assert response.json()["errors"].keys() == {field}


# --- Lists --------------------------------------------------------------------------------------------


def test_appointments_come_in_pages_the_latest_first(salon: Tenant, program: Program) -> None:
    rows = [booked(salon, starts_at=TEN + timedelta(hours=hour)) for hour in range(3)]

    response = program.get("/api/appointments", per_page=2)

    assert ids(response) == [rows[2].pk, rows[1].pk]
    assert response.json()["meta"] == {"page": 1, "per_page": 2, "total": 3, "pages": 2}


def test_a_hold_is_no_appointment(salon: Tenant, program: Program) -> None:
    hold = held(salon)
    path = f"/api/appointments/{hold.pk}"

    assert ids(program.get("/api/appointments")) == []
    assert program.get(path).status_code == 404
    assert program.put(path, {"notes": "meins"}).status_code == 404
    assert program.delete(path).status_code == 404
    with scope.tenant(salon):
        assert Appointment.objects.get(pk=hold.pk).status == "held"


@pytest.mark.parametrize(
    ("state", "public"),
    [
        ("pending", "scheduled"),
        ("confirmed", "scheduled"),
        ("checked_in", "scheduled"),
        ("completed", "completed"),
        ("no_show", "no_show"),
        ("cancelled", "cancelled"),
    ],
)
def test_public_states_are_few_and_the_exact_one_stands_beside(
    salon: Tenant, program: Program, state: str, public: str
) -> None:
    appointment = booked(salon)
    with scope.tenant(salon):
        # Written anew: not every state follows from the one it is booked in.
        Appointment.objects.all().delete()
        appointment.status = state
        appointment.save(force_insert=True)

    found = {
        status: ids(program.get("/api/appointments", status=status))
        for status in ("scheduled", "completed", "no_show", "cancelled")
    }
    shown = program.get(f"/api/appointments/{appointment.pk}").json()

    assert (shown["status"], shown["state"]) == (public, state)
    assert [status for status, rows in found.items() if rows] == [public]


def test_appointments_are_found_by_person(salon: Tenant, program: Program) -> None:
    booked(salon, staff="Jana")
    with_mira = booked(salon, staff="Mira")

    mira = factories.staff_of(salon, "Mira")
    assert ids(program.get("/api/appointments", staff_id=mira.pk)) == [with_mira.pk]
    assert ids(program.get("/api/appointments", staff_id=10**17)) == []
    assert program.get("/api/appointments", staff_id="Mira").status_code == 400


def test_days_are_those_of_the_business(salon: Tenant, program: Program) -> None:
    midnight = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # the 25th begins in Berlin
    before = booked(salon, starts_at=midnight - timedelta(minutes=30))
    after = booked(salon, starts_at=midnight)

    until = program.get("/api/appointments", to_date="2026-11-24")
    since = program.get("/api/appointments", from_date="2026-11-25", to_date="2026-11-25")

    assert (ids(until), ids(since)) == ([before.pk], [after.pk])


def test_an_unknown_status_is_refused(program: Program) -> None:
    assert program.get("/api/appointments", status="held").status_code == 400


# --- Moving, annotating, cancelling ----------------------------------------------------------------------


def test_an_appointment_is_moved(salon: Tenant, program: Program) -> None:
    appointment, mira = booked(salon), factories.staff_of(salon, "Mira")

    response = program.put(
        f"/api/appointments/{appointment.pk}",
        {"starts_at": "2026-11-24T15:00:00+01:00", "staff_id": mira.pk},
    )

    shown = response.json()
    assert response.status_code == 200
    assert (shown["starts_at"], shown["ends_at"]) == (
        "2026-11-24T14:00:00Z",
        "2026-11-24T14:30:00Z",
    )
    assert shown["staff_name"] == "Mira"
    with scope.tenant(salon):
        change = AppointmentChange.objects.get(kind="moved")
    assert (change.source, change.actor.split(":")[0]) == ("api", "api_key")


def test_a_move_to_a_time_that_is_taken_is_refused(salon: Tenant, program: Program) -> None:
    appointment = booked(salon)
    booked(salon, starts_at=TEN + timedelta(hours=1))

    response = program.put(
        f"/api/appointments/{appointment.pk}", {"starts_at": "2026-11-23T11:15:00+01:00"}
    )

    assert response.status_code == 409
    assert response.json()["code"] == "slot_taken"
    shown = program.get(f"/api/appointments/{appointment.pk}").json()
    assert shown["starts_at"] == "2026-11-23T09:00:00Z"


def test_notes_change_without_a_move(salon: Tenant, program: Program) -> None:
    appointment = booked(salon)

    shown = program.put(f"/api/appointments/{appointment.pk}", {"notes": "Pony kürzer"}).json()

    assert (shown["notes"], shown["starts_at"]) == ("Pony kürzer", "2026-11-23T09:00:00Z")
    with scope.tenant(salon):
        assert [each.kind for each in AppointmentChange.objects.all()] == ["updated"]
        assert not Message.objects.exists()


def test_a_refused_move_leaves_the_notes_alone(salon: Tenant, program: Program) -> None:
    appointment = booked(salon)

    response = program.put(
        f"/api/appointments/{appointment.pk}",
        {"notes": "neu", "starts_at": "2026-11-22T10:00:00+01:00"},
    )

    assert response.status_code == 409
    assert program.get(f"/api/appointments/{appointment.pk}").json()["notes"] == ""


@pytest.mark.parametrize(
    "body", [{}, {"starts_at": None}, {"status": "completed"}, {"customer_id": 1}, {"notes": None}]
)
def test_what_cannot_be_changed_is_refused(
    salon: Tenant, program: Program, body: dict[str, Any]
) -> None:
    appointment = booked(salon)

    assert program.put(f"/api/appointments/{appointment.pk}", body).status_code == 400


def test_an_appointment_is_cancelled(salon: Tenant, program: Program) -> None:
    appointment = booked(salon)

    response = program.delete(f"/api/appointments/{appointment.pk}")

    shown = program.get(f"/api/appointments/{appointment.pk}").json()
    assert (response.status_code, response.content) == (204, b"")
    assert (shown["status"], shown["cancelled_at"]) == ("cancelled", "2026-11-23T08:00:00Z")
    with scope.tenant(salon):
        assert Message.objects.get().topic == "appointment_cancelled"


def test_cancelling_twice_tells_the_customer_once(salon: Tenant, program: Program) -> None:
    appointment = booked(salon)
    program.delete(f"/api/appointments/{appointment.pk}")

    again = program.delete(f"/api/appointments/{appointment.pk}")

    assert again.status_code == 204
    with scope.tenant(salon):
        assert Message.objects.count() == 1


def test_what_is_over_is_neither_moved_nor_cancelled(salon: Tenant, program: Program) -> None:
    appointment = booked(salon, starts_at=TEN - timedelta(days=3))
    path = f"/api/appointments/{appointment.pk}"

    moved = program.put(path, {"starts_at": "2026-11-24T15:00:00+01:00"})
    cancelled = program.delete(path)

    assert (moved.status_code, cancelled.status_code) == (409, 409)
    assert cancelled.json()["code"] == "already_over"


def test_a_cancelled_time_is_free_again(salon: Tenant, program: Program) -> None:
    jana = factories.staff_of(salon, "Jana")
    first = program.post("/api/appointments", cut_at_ten(salon, staff_id=jana.pk)).json()
    program.delete(f"/api/appointments/{first['id']}")

    again = program.post("/api/appointments", cut_at_ten(salon, staff_id=jana.pk))

    assert again.status_code == 201
