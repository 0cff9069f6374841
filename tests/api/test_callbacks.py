"""/api/callbacks: who waits to be called back, given to somebody, tried, done."""

from datetime import timedelta
from typing import Any

import pytest

from calls.models import CallbackRequest
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program

ANNA = {"name": "Anna Berg", "phone": "+491713920043", "reason": "Frage zur Rechnung"}


def _create(program: Program, **fields: Any) -> dict[str, Any]:
    answer = program.post("/api/callbacks", {**ANNA, **fields})
    assert answer.status_code == 201, answer.content
    shown: dict[str, Any] = answer.json()
    return shown


def test_a_callback_is_noted_and_given_to_somebody(salon: Tenant, program: Program) -> None:
    noted = _create(program, priority="high")

    assert (noted["status"], noted["priority"], noted["call_id"]) == ("assigned", "high", None)
    assert noted["assigned_to_id"] == factories.staff_of(salon, "Jana").pk
    assert noted["due_at"] == "2026-11-23T12:00:00Z"
    assert program.get(f"/api/callbacks/{noted['id']}").json() == noted


def test_the_list_shows_the_most_urgent_first_and_filters(salon: Tenant, program: Program) -> None:
    normal, urgent = _create(program), _create(program, priority="urgent")
    with scope.tenant(salon):
        waiting = CallbackRequest.objects.get(pk=normal["id"])
        waiting.due_at -= timedelta(days=2)
        waiting.save()

    def ids(**query: Any) -> list[int]:
        return [each["id"] for each in program.get("/api/callbacks", **query).json()["data"]]

    assert ids() == [normal["id"], urgent["id"]]
    assert ids(overdue="true") == [normal["id"]]
    assert ids(assigned_to_id=factories.staff_of(salon, "Mira").pk) == [urgent["id"]]
    assert ids(status="done") == []


def test_it_is_assigned_tried_and_completed(salon: Tenant, program: Program) -> None:
    path = f"/api/callbacks/{_create(program)['id']}"
    mira = factories.staff_of(salon, "Mira").pk

    assigned = program.put(f"{path}/assignment", {"staff_id": mira}).json()
    tried = program.post(f"{path}/contacts", {"notes": "Mailbox"})
    again = program.post(f"{path}/contacts", {}).json()
    done = program.put(f"{path}/completion").json()
    twice = program.put(f"{path}/completion")

    assert assigned["assigned_to_id"] == mira
    assert (tried.status_code, tried.json()["status"]) == (201, "contacted")
    assert (again["attempts"], again["notes"]) == (2, "Mailbox")
    assert (done["status"], twice.json()["done_at"]) == ("done", done["done_at"])


def test_a_higher_priority_brings_it_forward_and_a_lower_one_puts_nothing_off(
    program: Program,
) -> None:
    noted = _create(program)
    path = f"/api/callbacks/{noted['id']}"

    urgent = program.put(path, {"priority": "urgent"}).json()
    normal = program.put(path, {"priority": "normal"}).json()

    assert urgent["due_at"] == normal["due_at"] == "2026-11-23T10:00:00Z"


def test_what_is_over_is_not_changed_any_more(program: Program) -> None:
    path = f"/api/callbacks/{_create(program)['id']}"

    answers = [program.delete(path), program.delete(path), program.put(path, {"name": "Neu"})]

    assert [each.status_code for each in answers] == [204, 204, 409]
    assert answers[-1].json()["code"] == "callback_is_over"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Anna"},
        {**ANNA, "phone": "unbekannt"},
        {**ANNA, "priority": "sofort"},
        {**ANNA, "staff_id": 2**40},
        {**ANNA, "service_id": 2**40},
        {**ANNA, "branch_id": 2**40},
        {**ANNA, "unknown": 1},
    ],
)
def test_what_cannot_be_understood_is_refused(program: Program, body: dict[str, Any]) -> None:
    assert program.post("/api/callbacks", body).status_code == 400


@pytest.mark.parametrize(
    ("method", "below"),
    [("GET", ""), ("PUT", ""), ("DELETE", ""), ("PUT", "/assignment"), ("POST", "/contacts"), ("PUT", "/completion")],
)  # fmt: skip
def test_the_neighbour_finds_nothing(
    program: Program, stranger: Program, method: str, below: str
) -> None:
    noted = _create(program)
    body = {"name": "Fremd"} if method == "PUT" and not below else {}

    answer = stranger.send(method, f"/api/callbacks/{noted['id']}{below}", body, {})

    assert answer.status_code == 404
    assert stranger.get("/api/callbacks").json()["meta"]["total"] == 0
    assert program.get(f"/api/callbacks/{noted['id']}").json() == noted


def test_a_key_that_may_only_read_changes_nothing(program: Program, reader: Program) -> None:
    noted = _create(program)

    assert reader.post("/api/callbacks", ANNA).status_code == 403
    assert reader.get(f"/api/callbacks/{noted['id']}").status_code == 200
