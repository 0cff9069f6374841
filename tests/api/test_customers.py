"""/api/customers: those who come."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.models import Customer
from calls.models import Call
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.api.conftest import Program
from tests.api.rows import make_call

ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org", "phone": "+491713920042"}


def names(response: Any) -> list[str]:
    return [row["name"] for row in response.json()["data"]]


def test_a_customer_is_registered(salon: Tenant, program: Program) -> None:
    response = program.post("/api/customers", {**ERIKA, "notes": "mag es kurz"})

    customer = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/customers/{customer['id']}"
    assert customer == {
        "id": customer["id"],
        **ERIKA,
        "language": "de",
        "notes": "mag es kurz",
        "created_at": "2026-11-23T08:00:00Z",
        "updated_at": "2026-11-23T08:00:00Z",
    }


def test_who_registered_a_customer_is_written_down(salon: Tenant, program: Program) -> None:
    customer = program.post("/api/customers", ERIKA).json()

    with scope.tenant(salon):
        entry = AuditEntry.objects.get(object_type="booking.customer")
    assert entry.object_id == str(customer["id"])
    assert entry.actor.startswith("api_key:ask_live_")


@pytest.mark.parametrize("missing", ["name", "email"])
def test_name_and_address_are_needed(program: Program, missing: str) -> None:
    body = {field: value for field, value in ERIKA.items() if field != missing}

    response = program.post("/api/customers", body)

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {missing}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+491713920042", "+491713920042"),
        ("491713920042", "+491713920042"),
        ("+49301", "+49301"),
        (None, None),
    ],
)
def test_a_number_is_kept_in_one_form(
    program: Program, written: str | None, kept: str | None
) -> None:
    response = program.post("/api/customers", {**ERIKA, "phone": written})

    assert response.status_code == 201
    assert response.json()["phone"] == kept


@pytest.mark.parametrize(
    "phone",
    ["01713920042", "+0171", "+49 171 3920042", "anonymous", "", "+", "+4917139200421234", 49],
)
def test_a_number_of_another_form_is_refused(program: Program, phone: object) -> None:
    response = program.post("/api/customers", {**ERIKA, "phone": phone})

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"phone"}


@pytest.mark.parametrize(
    "email",
    ["erika", "erika@", "@example.org", "", None, 5, "a@b@example.org", "e" * 250 + "@example.org"],
)
def test_an_address_that_is_none_is_refused(program: Program, email: object) -> None:
    response = program.post("/api/customers", {**ERIKA, "email": email})

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"email"}


@pytest.mark.parametrize("repeated", [{"email": "Erika@Example.org"}, {"phone": "491713920042"}])
def test_number_and_address_belong_to_one_customer(
    program: Program, repeated: dict[str, str]
) -> None:
    program.post("/api/customers", ERIKA)
    other = {"name": "Max", "email": "max@example.org", "phone": "+491713920043"}

    response = program.post("/api/customers", {**other, **repeated})

    assert response.status_code == 409
    assert response.json()["code"] == "customer_exists"
    assert program.get("/api/customers").json()["meta"]["total"] == 1


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 🦊 Äöüß",
        "مريم",
        "O'Brien; DROP TABLE booking_customer;--",
        "{{ 7*7 }}${7*7}",
        "=HYPERLINK(1)",
        "Ame\u0301lie",
        "N" * 255,
    ],
)
def test_a_name_comes_back_as_it_was_sent(program: Program, name: str) -> None:
    customer = program.post("/api/customers", {**ERIKA, "name": name}).json()

    assert program.get(f"/api/customers/{customer['id']}").json()["name"] == name


def test_customers_come_in_pages_by_name(salon: Tenant, program: Program) -> None:
    for name in ("Cora", "Anna", "Bert"):
        factories.make_customer(salon, name=name, phone=None)

    first = program.get("/api/customers", per_page=2)
    second = program.get("/api/customers", per_page=2, page=2)
    beyond = program.get("/api/customers", per_page=2, page=1_000_000)

    assert (names(first), names(second), names(beyond)) == (["Anna", "Bert"], ["Cora"], [])
    assert first.json()["meta"] == {"page": 1, "per_page": 2, "total": 3, "pages": 2}


def test_without_customers_there_is_an_empty_page(program: Program) -> None:
    assert program.get("/api/customers").json() == {
        "data": [],
        "meta": {"page": 1, "per_page": 25, "total": 0, "pages": 0},
    }


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("muster", ["Erika Mustermann"]),
        ("MÜLL", ["Jörg Müller"]),
        ("joerg@example.org", ["Jörg Müller"]),
        ("JOERG@example.org", ["Jörg Müller"]),
        ("oerg@example", []),
        ("+491713920042", ["Erika Mustermann"]),
        ("0171 3920042", ["Erika Mustermann"]),
        ("3920042", []),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
    ],
)
def test_a_name_is_found_by_a_part_and_an_address_as_a_whole(
    salon: Tenant, program: Program, search: str, found: list[str]
) -> None:
    factories.make_customer(salon, name="Erika Mustermann", phone="+491713920042")
    factories.make_customer(salon, name="Jörg Müller", phone=None, email="joerg@example.org")

    assert names(program.get("/api/customers", search=search)) == found


def test_a_customer_is_shown_with_calls_and_appointments(
    salon: Tenant, program: Program, now: datetime
) -> None:
    customer = factories.make_customer(salon)
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    appointment = factories.make_appointment(
        jana, cut, customer, starts_at=now + timedelta(hours=2)
    )
    call = make_call(salon, number=17, customer=customer)
    make_call(salon, number=18)

    shown = program.get(f"/api/customers/{customer.pk}").json()

    assert shown["name"] == "Erika Mustermann"
    assert [each["id"] for each in shown["calls"]] == [call.pk]
    assert [each["id"] for each in shown["appointments"]] == [appointment.pk]
    assert shown["appointments"][0]["staff_name"] == "Jana"


def test_only_the_latest_hundred_of_a_regular_are_shown(
    salon: Tenant, program: Program, now: datetime
) -> None:
    customer = factories.make_customer(salon)
    for number in range(101):
        make_call(salon, number=1000 + number, customer=customer)

    calls = program.get(f"/api/customers/{customer.pk}").json()["calls"]

    assert [calls[0]["id"], len(calls)] == [1100, 100]


def test_what_is_not_named_stays_as_it_is(salon: Tenant, program: Program) -> None:
    customer = program.post("/api/customers", {**ERIKA, "notes": "mag es kurz"}).json()

    response = program.put(f"/api/customers/{customer['id']}", {"name": "Erika Muster"})

    assert response.status_code == 200
    assert response.json() == {**customer, "name": "Erika Muster"}


def test_a_number_can_be_forgotten(program: Program) -> None:
    customer = program.post("/api/customers", ERIKA).json()

    response = program.put(f"/api/customers/{customer['id']}", {"phone": None})

    assert response.json()["phone"] is None


def test_a_change_needs_something_to_change(salon: Tenant, program: Program) -> None:
    customer = factories.make_customer(salon)

    response = program.put(f"/api/customers/{customer.pk}", {})

    assert response.status_code == 400


def test_a_customer_does_not_get_the_address_of_another(salon: Tenant, program: Program) -> None:
    factories.make_customer(salon, name="Max", phone=None, email="max@example.org")
    customer = program.post("/api/customers", ERIKA).json()

    response = program.put(f"/api/customers/{customer['id']}", {"email": "MAX@example.org"})

    assert response.status_code == 409
    with scope.tenant(salon):
        assert Customer.objects.get(pk=customer["id"]).email == "erika@example.org"


def test_a_customer_whose_call_is_running_is_shown(salon: Tenant, program: Program) -> None:
    customer = factories.make_customer(salon)
    make_call(salon, number=19, customer=customer, status=Call.Status.ONGOING, outcome="")

    calls = program.get(f"/api/customers/{customer.pk}").json()["calls"]

    assert [(each["status"], each["outcome"]) for each in calls] == [("ongoing", "")]
