"""The OpenAPI document says what the API does, and the API does what it says."""

import re
from datetime import datetime
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator, FormatChecker

from askpro.api import documentation
from tenants.models import Tenant
from tests.api.conftest import Program
from tests.api.rows import fill, fitted, make_call

READ = "/api/branches /api/branches/{branch_id} /api/slots /api/slots/explain"
# What can be done to an appointment, and to which one of those that are there.
DEEDS = {
    "cancel": "appointment_id",
    "check-in": "begun_appointment_id",
    "complete": "begun_appointment_id",
    "move": "appointment_id",
    "no-show": "begun_appointment_id",
    "undo-check-in": "arrived_appointment_id",
    "waive": "missed_appointment_id",
}
KEPT = {
    "/api/policies": "policy_id",
    "/api/resources": "resource_id",
    "/api/services": "service_id",
    "/api/special-hours": "special_hours_id",
    "/api/staff": "staff_id",
    "/api/time-off": "time_off_id",
    "/api/working-hours": "working_hours_id",
}
OPERATIONS = {
    ("get", "/api/calls"),
    ("post", "/api/calls"),
    ("get", "/api/calls/{call_id}"),
    ("get", "/api/callbacks"),
    ("post", "/api/callbacks"),
    *((method, "/api/callbacks/{callback_id}") for method in ("get", "put", "delete")),
    ("put", "/api/callbacks/{callback_id}/assignment"),
    ("post", "/api/callbacks/{callback_id}/contacts"),
    ("put", "/api/callbacks/{callback_id}/completion"),
    ("get", "/api/appointments"),
    ("post", "/api/appointments"),
    ("get", "/api/appointments/{appointment_id}"),
    ("put", "/api/appointments/{appointment_id}"),
    ("delete", "/api/appointments/{appointment_id}"),
    ("get", "/api/appointments/{appointment_id}/changes"),
    ("get", "/api/appointments/{appointment_id}/terms"),
    *(("post", f"/api/appointments/{{appointment_id}}/{deed}") for deed in DEEDS),
    ("get", "/api/customers"),
    ("post", "/api/customers"),
    ("get", "/api/customers/{customer_id}"),
    ("put", "/api/customers/{customer_id}"),
    ("get", "/api/offers"),
    ("post", "/api/offers/{offer_id}/accept"),
    ("post", "/api/offers/{offer_id}/decline"),
    ("get", "/api/proposals"),
    ("post", "/api/proposals"),
    ("post", "/api/proposals/{proposal_id}/accept"),
    ("post", "/api/proposals/{proposal_id}/decline"),
    ("get", "/api/series"),
    ("post", "/api/series"),
    ("post", "/api/series/preview"),
    ("get", "/api/series/{series_id}"),
    ("patch", "/api/series/{series_id}"),
    ("post", "/api/series/{series_id}/cancel"),
    ("get", "/api/waiting-list"),
    ("post", "/api/waiting-list"),
    ("get", "/api/waiting-list/{entry_id}"),
    ("delete", "/api/waiting-list/{entry_id}"),
    ("get", "/api/diary-rules"),
    ("put", "/api/diary-rules"),
    ("get", "/api/holds"),
    ("post", "/api/holds"),
    ("get", "/api/holds/{hold_id}"),
    ("delete", "/api/holds/{hold_id}"),
    ("get", "/api/visits"),
    ("post", "/api/visits"),
    ("post", "/api/visits/holds"),
    ("get", "/api/visits/holds/{held_visit_id}"),
    ("delete", "/api/visits/holds/{held_visit_id}"),
    ("post", "/api/visits/plans"),
    ("get", "/api/visits/{visit_id}"),
    ("get", "/api/visits/{visit_id}/terms"),
    ("post", "/api/visits/{visit_id}/cancel"),
    ("post", "/api/visits/{visit_id}/move"),
    *(("get", path) for path in READ.split()),
    *((method, path) for path in KEPT for method in ("get", "post")),
    *((m, f"{path}/{{{name}}}") for path, name in KEPT.items() for m in ("get", "put", "delete")),
}
ASKED = {
    "/api/slots": {"from_date": "2026-11-23", "to_date": "2026-11-27"},
    "/api/slots/explain": {"starts_at": "2026-11-25T09:00:00Z"},
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return documentation.document("de")


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_valid_and_complete() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    described = operations(document)

    assert described.keys() == OPERATIONS
    assert all(operation["summary"] and operation["tags"] for operation in described.values())


def test_every_operation_takes_the_key_in_either_header(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    for operation in operations(document).values():
        assert operation["security"] == [{"bearer": []}, {"apiKey": []}]


def test_every_refusal_has_the_same_shape(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        assert {"401", "403", "429", "503"} <= operation["responses"].keys()
        for status, answer in operation["responses"].items():
            if status >= "400":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/calls", {"page", "per_page", "from_date", "to_date", "status", "outcome"}),
        (
            "/api/appointments",
            {"page", "per_page", "from_date", "to_date", "status", "state", "staff_id"}
            | {"branch_id", "service_id", "customer_id", "session_id", "visit_id", "series_id"},
        ),
        ("/api/customers", {"page", "per_page", "search"}),
        ("/api/services", {"page", "per_page", "search", "is_active", "staff_id"}),
        ("/api/staff", {"page", "per_page", "search", "is_active", "branch_id", "service_id"}),
        (
            "/api/slots",
            {"service_id", "staff_id", "branch_id", "customer_id", "seats"}
            | {"from_date", "to_date", "every", "limit"},
        ),
        (
            "/api/slots/explain",
            {"service_id", "staff_id", "branch_id", "customer_id", "seats", "starts_at"},
        ),
    ],
)
def test_the_parameters_of_lists_are_described(
    document: dict[str, Any], path: str, names: set[str]
) -> None:
    parameters = document["paths"][path]["get"]["parameters"]

    assert {each["name"] for each in parameters} == names


@pytest.fixture
def lived_in(salon: Tenant, now: datetime) -> dict[str, int]:
    """A business in which something has happened."""
    make_call(
        salon, number=10**9 + 12, from_number=None, started_at=None, ended_at=None, outcome="failed"
    )
    make_call(salon, number=10**9 + 13, status="ongoing", outcome="", ended_at=None)
    return fill(salon, now=now)


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_answers_are_as_described(
    document: dict[str, Any], program: Program, lived_in: dict[str, int], method: str, path: str
) -> None:
    operation = operations(document)[method, path]
    query = {**ASKED[path], "service_id": lived_in["used_service_id"]} if path in ASKED else {}
    deed = DEEDS.get(path.rpartition("/")[2], "appointment_id")
    ids = {**lived_in, "appointment_id": lived_in[deed]}

    answer = program.send(
        method.upper(),
        f"{path.format(**ids)}?{urlencode(query)}",
        body_for(operation, lived_in),
        {},
    )

    assert answer.status_code < 300, answer.content
    described = operation["responses"][str(answer.status_code)]
    if "content" in described:
        schema = exact(described["content"]["application/json"]["schema"])
        validator = Draft202012Validator(
            {**schema, "components": exact(document["components"])}, format_checker=FormatChecker()
        )
        assert [error.message for error in validator.iter_errors(answer.json())] == []


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_every_body_has_an_example_that_its_own_schema_accepts(
    document: dict[str, Any], method: str, path: str
) -> None:
    operation = operations(document)[method, path]

    for content in operation.get("requestBody", {}).get("content", {}).values():
        validator = Draft202012Validator(
            {**content["schema"], "components": document["components"]},
            format_checker=FormatChecker(),
        )
        assert content["examples"]
        for example in content["examples"].values():
            assert [error.message for error in validator.iter_errors(example["value"])] == []


def body_for(operation: Any, lived_in: dict[str, int]) -> Any:
    """Return the first example of the document, about rows that exist."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in content.get("examples", {}).values():
        return fitted(example["value"], lived_in)
    return {}


def exact(schema: Any) -> Any:
    """Return the schema with every object closed: a field that is answered must be described."""
    if isinstance(schema, list):
        return [exact(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: exact(each) for name, each in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed["additionalProperties"] = False
    return closed


def test_anybody_may_read_the_document(nobody: Program) -> None:
    response = nobody.client.get("/api/schema/", headers={"Accept": "application/json"})

    assert response.status_code == 200
    assert response.json()["info"]["title"] == "AskProAI API"


def test_the_page_needs_nothing_from_elsewhere(nobody: Program) -> None:
    page = nobody.get("/api/docs/").content.decode()

    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) >= 3
    assert all(source.startswith("/static/drf_spectacular_sidecar/") for source in sources)
    assert "://" not in page.replace("http://www.w3.org", "")
