"""One shape for everything that is not 2xx, and never a 500 for what somebody sends."""

import pytest
from django.db import OperationalError
from django.test import Client

from tenants import api_keys
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program

CUSTOMER = {"name": "Erika Mustermann", "email": "erika@example.org"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/unknown", 404, "not_found"),
        ("GET", "/api/customers/1", 404, "not_found"),
        ("GET", f"/api/customers/{2**63}", 404, "not_found"),
        ("GET", f"/api/calls/{10**30}", 404, "not_found"),
        ("GET", "/api/appointments/" + "9" * 5000, 404, "not_found"),
        ("GET", "/api/appointments/-1", 404, "not_found"),
        ("GET", "/api/customers/Erika", 404, "not_found"),
        ("PATCH", "/api/customers/1", 405, "method_not_allowed"),
        ("DELETE", "/api/calls", 405, "method_not_allowed"),
        ("OPTIONS", "/api/calls", 405, "method_not_allowed"),
        ("TRACE", "/api/calls", 405, "method_not_allowed"),
        ("PROPFIND", "/api/calls", 405, "method_not_allowed"),
        ("POST", "/api/customers", 415, "unsupported_media_type"),
    ],
)
def test_every_refusal_has_the_same_shape(
    program: Program, method: str, path: str, status: int, code: str
) -> None:
    response = program.client.generic(method, path, b"name=Erika", content_type="text/plain")

    answer = response.json()
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert answer.keys() == {"code", "detail", "errors"}
    assert answer["code"] == code
    assert answer["detail"]
    assert answer["errors"] == {}


def test_a_method_that_does_not_exist_is_told_which_ones_do(program: Program) -> None:
    assert program.delete("/api/customers")["Allow"] == "GET, POST, HEAD"


def test_only_json_is_spoken(program: Program) -> None:
    response = program.client.get("/api/calls", headers={"Accept": "text/html"})

    assert response.status_code == 406
    assert response.json()["code"] == "not_acceptable"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"name": "BOM"}',
        b'{"name": NaN}',
        b'{"name": 1e400}',
        b'{"name": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"null",
        b"[]",
        b'"text"',
        b"7",
    ],
)
def test_what_is_no_json_object_is_refused(program: Program, body: bytes) -> None:
    response = program.post("/api/customers", body)

    assert response.status_code == 400
    assert response.json().keys() == {"code", "detail", "errors"}


def test_a_body_beyond_the_limit_is_refused(program: Program) -> None:
    response = program.post("/api/customers", b'{"name": "' + b"A" * 5_300_000 + b'"}')

    assert response.status_code == 413
    assert response.json()["code"] == "payload_too_large"


def test_a_body_in_chunks_is_not_taken_for_an_empty_one(program: Program) -> None:
    response = program.client.generic(
        "POST",
        "/api/customers",
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
    )

    assert response.status_code == 411
    assert response.json()["code"] == "length_required"


def test_a_body_that_says_it_is_smaller_is_read_no_further(program: Program) -> None:
    response = program.client.generic(
        "POST",
        "/api/customers",
        b'{"name": "' + b"A" * 5_300_000 + b'"}',
        content_type="application/json",
        CONTENT_LENGTH="20",
    )

    assert response.status_code == 400


@pytest.mark.parametrize("name", [None, 5, 5.5, True, [], {}, "", " ", "A\x00B", "A\nB", "A" * 256])
def test_a_name_of_another_kind_is_refused(program: Program, name: object) -> None:
    response = program.post("/api/customers", {**CUSTOMER, "name": name})

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"name"}


@pytest.mark.parametrize("field", ["id", "tenant_id", "tenant", "self", "Name", "a.b", "x" * 500])
def test_a_field_that_is_not_known_is_refused(program: Program, field: str) -> None:
    response = program.post("/api/customers", {**CUSTOMER, field: 1})

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {field[:60]}


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": str(10**18)},
        {"page": "9" * 5000},
        {"page": "1_0"},
        {"page": "1.0"},
        {"page": "１"},
        {"page": ""},
        {"page": "\x00"},
        {"per_page": "0"},
        {"per_page": "101"},
        {"per_page": str(10**9)},
        {"search": "A\x00"},
        {"sort": "name"},
        {"format": "xml"},
        {"tenant_id": "1"},
    ],
)
def test_a_query_that_cannot_be_is_refused(program: Program, query: dict[str, str]) -> None:
    response = program.get("/api/customers", **query)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert response.json()["errors"].keys() == query.keys()


@pytest.mark.parametrize(
    "query",
    [
        {"from_date": "23.11.2026"},
        {"from_date": "2026-02-30"},
        {"from_date": "20261123"},
        {"to_date": "2026-W48-1"},
        {"to_date": ""},
        {"from_date": "2026-11-24", "to_date": "2026-11-23"},
    ],
)
@pytest.mark.parametrize("path", ["/api/calls", "/api/appointments"])
def test_a_day_that_does_not_exist_is_refused(
    program: Program, path: str, query: dict[str, str]
) -> None:
    assert program.get(path, **query).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("path", ["/api/calls", "/api/appointments"])
def test_the_first_and_the_last_day_of_all_time_are_days(
    program: Program, path: str, day: str
) -> None:
    assert program.get(path, from_date=day, to_date=day).status_code == 200


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("", "Anmeldedaten fehlen."),
        ("de-AT,de;q=0.9", "Anmeldedaten fehlen."),
        ("en", "Authentication credentials were not provided."),
        ("xx", "Anmeldedaten fehlen."),
    ],
)
def test_sentences_come_in_the_language_of_the_sender(
    nobody: Program, language: str, sentence: str
) -> None:
    response = nobody.client.get("/api/calls", headers={"Accept-Language": language})

    assert response.json()["detail"] == sentence


def test_a_database_that_is_away_is_no_defect(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(api_keys, "recognise", away)

    response = program.get("/api/calls")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response.json()["code"] == "unavailable"


def test_a_defect_tells_nothing_but_that_it_is_one(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(api_keys, "note_use", defect)

    response = program.get("/api/calls")

    assert response.status_code == 500
    assert response.json()["code"] == "error"
    assert b"secret" not in response.content


def test_a_refused_request_leaves_nothing_behind(salon: Tenant, program: Program) -> None:
    body = {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "starts_at": "2026-11-22T10:00:00+01:00",
        "customer": CUSTOMER,
    }

    response = program.post("/api/appointments", body)

    assert response.status_code == 409
    assert program.get("/api/customers").json()["meta"]["total"] == 0


def test_pages_outside_of_the_api_are_no_json(db: None) -> None:
    response = Client().get("/nothing")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
