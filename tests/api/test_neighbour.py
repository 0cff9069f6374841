"""Two businesses in one house: the neighbour sees and changes nothing, and cannot even tell that there is something."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import models

from askpro.api import documentation
from booking.models import Appointment, Customer
from calls.models import Call
from tenants import scope
from tenants.models import Tenant, base
from tests import factories
from tests.api.conftest import Program
from tests.api.rows import fill, fitted, make_call, make_tool_call

MISSING = 2**40


def example_of(operation: Any) -> Any:
    """Return the first example of what an operation takes, nothing where it takes nothing."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((each["value"] for each in content.get("examples", {}).values()), {})


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """One row of each kind, of the salon."""

    customer: int
    appointment: int
    call: int
    service: int
    staff: int
    branch: int


@pytest.fixture
def ours(salon: Tenant) -> Belongings:
    customer = factories.make_customer(salon, email="erika@example.org")
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    appointment = factories.make_appointment(
        jana, cut, customer, starts_at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    )
    call = make_call(salon, number=4711, customer=customer)
    make_tool_call(call)
    return Belongings(
        customer=customer.pk,
        appointment=appointment.pk,
        call=call.pk,
        service=cut.pk,
        staff=jana.pk,
        branch=factories.branch_of(salon).pk,
    )


@pytest.fixture(params=["both walls", "row-level security alone"])
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Once as it is, once with the filter of the application removed."""
    if request.param != "both walls":
        monkeypatch.setattr(base._ScopedManager, "get_queryset", models.Manager.get_queryset)
    return str(request.param)


PATHS = [
    ("GET", "/api/calls/{call}", None),
    ("GET", "/api/customers/{customer}", None),
    ("PUT", "/api/customers/{customer}", {"name": "Fremd"}),
    ("GET", "/api/appointments/{appointment}", None),
    ("PUT", "/api/appointments/{appointment}", {"notes": "fremd"}),
    ("PUT", "/api/appointments/{appointment}", {"starts_at": "2026-11-26T10:00:00+01:00"}),
    ("DELETE", "/api/appointments/{appointment}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_what_is_ours_looks_as_if_it_did_not_exist(
    ours: Belongings, stranger: Program, walls: str, method: str, path: str, body: Any
) -> None:
    nothing = Belongings(**dict.fromkeys(vars(ours), MISSING))

    foreign = stranger.send(method, path.format(**vars(ours)), body or {}, {})
    missing = stranger.send(method, path.format(**vars(nothing)), body or {}, {})

    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert headers(foreign) == headers(missing)


@pytest.mark.parametrize("path", ["/api/calls", "/api/customers", "/api/appointments"])
def test_lists_are_empty_for_the_neighbour(
    ours: Belongings, stranger: Program, program: Program, walls: str, path: str
) -> None:
    assert stranger.get(path).json()["meta"]["total"] == 0
    assert program.get(path).json()["meta"]["total"] == 1


@pytest.mark.parametrize("search", ["Erika", "erika@example.org", "+491713920042"])
def test_a_search_finds_nobody_of_ours(
    ours: Belongings, stranger: Program, program: Program, walls: str, search: str
) -> None:
    assert stranger.get("/api/customers", search=search).json()["data"] == []
    assert len(program.get("/api/customers", search=search).json()["data"]) == 1


def test_a_filter_by_one_of_our_people_finds_nothing(
    ours: Belongings, stranger: Program, walls: str
) -> None:
    foreign = stranger.get("/api/appointments", staff_id=ours.staff)

    assert foreign.content == stranger.get("/api/appointments", staff_id=MISSING).content


@pytest.mark.parametrize("field", ["service_id", "staff_id", "branch_id", "customer"])
def test_an_id_of_ours_in_a_body_is_as_good_as_none(
    ours: Belongings, neighbour: Tenant, stranger: Program, walls: str, field: str
) -> None:
    body = {
        "service_id": factories.service_of(neighbour, "Haarschnitt").pk,
        "starts_at": "2026-11-24T10:00:00+01:00",
        "customer": {"name": "Max", "email": "max@example.org"},
    }
    our_id = getattr(ours, field.removesuffix("_id"))

    foreign = stranger.post("/api/appointments", {**body, field: _as(field, our_id)})
    missing = stranger.post("/api/appointments", {**body, field: _as(field, MISSING)})

    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_moving_to_one_of_our_people_is_as_good_as_to_nobody(
    ours: Belongings, neighbour: Tenant, stranger: Program, walls: str
) -> None:
    theirs = factories.make_appointment(
        factories.staff_of(neighbour, "Jana"),
        factories.service_of(neighbour, "Haarschnitt"),
        factories.make_customer(neighbour),
        starts_at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC),
    )

    foreign = stranger.put(f"/api/appointments/{theirs.pk}", {"staff_id": ours.staff})
    missing = stranger.put(f"/api/appointments/{theirs.pk}", {"staff_id": MISSING})

    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_a_call_to_our_number_is_not_written_down_by_the_neighbour(
    ours: Belongings, stranger: Program, walls: str
) -> None:
    foreign = stranger.post("/api/calls", {"to_number": "+493023125777"})
    missing = stranger.post("/api/calls", {"to_number": "+493023125778"})

    assert (foreign.status_code, foreign.content) == (400, missing.content)


def test_number_and_address_of_our_customer_are_free_for_the_neighbour(
    ours: Belongings, stranger: Program, walls: str
) -> None:
    response = stranger.post(
        "/api/customers",
        {"name": "Erika", "email": "erika@example.org", "phone": "+491713920042"},
    )

    assert response.status_code == 201


def test_after_all_that_nothing_of_ours_has_changed(
    salon: Tenant, ours: Belongings, stranger: Program, walls: str
) -> None:
    with scope.tenant(salon):
        before = _everything()

    for method, path, body in PATHS:
        stranger.send(method, path.format(**vars(ours)), body or {}, {})

    with scope.tenant(salon):
        assert _everything() == before


# --- Every address of the document ------------------------------------------------------------------------

LISTS = sorted(
    path
    for path, methods in documentation.document("de")["paths"].items()
    if "{" not in path
    and "get" in methods
    and not path.startswith(("/api/slots", "/api/diary-rules"))
)
OF_ONE_ROW = sorted(
    (method, path)
    for path, methods in documentation.document("de")["paths"].items()
    for method in methods
    if "{" in path
)
NAMES_ROWS = sorted(
    (method, path)
    for path, methods in documentation.document("de")["paths"].items()
    for method, operation in methods.items()
    if method == "post" and "_id" in str(example_of(operation))
)


@pytest.fixture
def rows_of_ours(salon: Tenant, now: datetime) -> dict[str, int]:
    return fill(salon, now=now)


@pytest.mark.parametrize(("method", "path"), OF_ONE_ROW)
def test_each_row_of_ours_looks_as_if_it_did_not_exist(
    rows_of_ours: dict[str, int], stranger: Program, walls: str, method: str, path: str
) -> None:
    operation = documentation.document("de")["paths"][path][method]
    body = fitted(example_of(operation), rows_of_ours)
    nothing = dict.fromkeys(rows_of_ours, MISSING)

    foreign = stranger.send(method.upper(), path.format(**rows_of_ours), body, {})
    missing = stranger.send(method.upper(), path.format(**nothing), body, {})

    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert headers(foreign) == headers(missing)


@pytest.mark.parametrize("path", LISTS)
def test_each_list_shows_the_neighbour_what_it_shows_without_us(
    neighbour: Tenant, stranger: Program, walls: str, path: str, now: datetime, salon: Tenant
) -> None:
    without_us = stranger.get(path).content

    fill(salon, now=now)

    assert stranger.get(path).content == without_us


@pytest.mark.parametrize(("method", "path"), NAMES_ROWS)
def test_each_id_of_ours_in_a_body_is_as_good_as_none(
    rows_of_ours: dict[str, int], stranger: Program, walls: str, method: str, path: str
) -> None:
    example = example_of(documentation.document("de")["paths"][path][method])

    foreign = stranger.post(path, fitted(example, rows_of_ours))
    missing = stranger.post(path, fitted(example, dict.fromkeys(rows_of_ours, MISSING)))

    assert (foreign.status_code, foreign.content) == (404, missing.content)


@pytest.mark.parametrize("name", ["service_id", "staff_id", "branch_id"])
def test_free_times_of_ours_are_not_found(
    rows_of_ours: dict[str, int], neighbour: Tenant, stranger: Program, walls: str, name: str
) -> None:
    query = {
        "service_id": factories.service_of(neighbour, "Haarschnitt").pk,
        "from_date": "2026-11-24",
        "to_date": "2026-11-24",
    }
    assert stranger.get("/api/slots", **query).json()["data"]

    foreign = stranger.get("/api/slots", **query | {name: rows_of_ours[name]})
    missing = stranger.get("/api/slots", **query | {name: MISSING})

    assert (foreign.status_code, foreign.content) == (404, missing.content)


def headers(response: Any) -> dict[str, str]:
    """Return the headers without what differs from one request to the next."""
    passing = {"X-Request-ID", "X-RateLimit-Remaining"}
    return {name: value for name, value in response.items() if name not in passing}


def _as(field: str, row_id: int) -> Any:
    return {"id": row_id} if field == "customer" else row_id


def _everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Customer, Appointment, Call)]
