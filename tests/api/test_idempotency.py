"""The same request again under its `Idempotency-Key`: done once, answered twice; on every address that writes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from askpro.compliance import retention
from booking import privacy
from booking.models import Appointment, Customer
from calls.models import Call
from integrations.models import Message
from tenants import actors, scope, statements
from tenants.api import idempotency
from tenants.models import AuditEntry, KeyedRequest, Tenant
from tests import factories
from tests.api.conftest import Program

KEY = {"Idempotency-Key": "order-4711"}
ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}


def cut_at_ten(salon: Tenant, **fields: Any) -> dict[str, Any]:
    return {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "starts_at": "2026-11-23T10:00:00+01:00",
        "customer": {"name": "Ohne Nummer"},
        **fields,
    }


def test_the_same_request_with_the_same_key_books_once(salon: Tenant, program: Program) -> None:
    first = program.post("/api/appointments", cut_at_ten(salon), **KEY)

    again = program.post("/api/appointments", cut_at_ten(salon), **KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"] == f"/api/appointments/{first.json()['id']}"
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    with scope.tenant(salon):
        assert (Appointment.objects.count(), Customer.objects.count()) == (1, 1)


def test_the_order_of_the_fields_makes_no_other_request(salon: Tenant, program: Program) -> None:
    first = program.post("/api/customers", {"name": "Erika", "email": "e@example.org"}, **KEY)

    again = program.post("/api/customers", {"email": "e@example.org", "name": "Erika"}, **KEY)

    assert (again.status_code, again.content) == (201, first.content)


def test_every_kind_of_write_is_done_once(salon: Tenant, program: Program) -> None:
    call = {"to_number": "+493023125777"}
    calls = [program.post("/api/calls", call, **{"Idempotency-Key": "a"}) for _ in range(2)]
    customer = program.post("/api/customers", ERIKA, **{"Idempotency-Key": "b"})
    path = f"/api/customers/{customer.json()['id']}"
    changed = [
        program.send("PUT", path, {"notes": "kurz"}, {"Idempotency-Key": "c"}) for _ in range(2)
    ]
    booked = program.post("/api/appointments", cut_at_ten(salon)).json()
    path = f"/api/appointments/{booked['id']}"
    cancelled = [program.client.delete(path, headers={"Idempotency-Key": "d"}) for _ in range(2)]

    for first, again in (calls, changed, cancelled):
        assert first.status_code == again.status_code
        assert first.content == again.content
        assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert cancelled[1].status_code == 204
    with scope.tenant(salon):
        assert Call.objects.count() == 1
        assert AuditEntry.objects.filter(verb="changed").count() == 1


def test_every_deed_of_the_diary_is_done_once(salon: Tenant, program: Program) -> None:
    """Each is sent twice, and once more with another body under the same key."""
    cut, colour = (factories.service_of(salon, name).pk for name in ("Haarschnitt", "Färben"))
    jana, branch = factories.staff_of(salon, "Jana").pk, factories.branch_of(salon).pk
    sent = 0

    def twice(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        nonlocal sent
        sent += 1
        key = {"Idempotency-Key": f"deed-{sent}"}
        first, again = (program.send(method, path, body, key) for _ in range(2))
        other = program.send(method, path, {**(body or {}), "also": 1}, key)
        assert first.status_code < 300, (path, first.content)
        assert (again.status_code, again.content) == (first.status_code, first.content), path
        assert again["Idempotency-Replayed"] == "true", path
        assert (other.status_code, other.json()["code"]) == (422, "key_reused"), path
        return first.json() if first.content else None

    def on_tuesday(clock: str, service: int = cut) -> dict[str, Any]:
        starts_at = f"2026-11-24T{clock}:00+01:00"
        return {"service_id": service, "staff_id": jana, "starts_at": starts_at}

    held = twice("POST", "/api/holds", on_tuesday("10:00"))["id"]
    wanted = {**on_tuesday("10:00"), "hold_id": held, "customer": ERIKA}
    path = f"/api/appointments/{twice('POST', '/api/appointments', wanted)['id']}"
    twice("POST", f"{path}/move", {"starts_at": "2026-11-24T11:00:00+01:00"})
    twice("PUT", path, {"notes": "kurz"})
    twice("POST", f"{path}/cancel", {"reason": "krank"})
    released = twice("POST", "/api/holds", on_tuesday("10:00"))["id"]
    twice("DELETE", f"/api/holds/{released}")
    rule = {**on_tuesday("12:00"), "rule": "FREQ=WEEKLY;COUNT=3", "customer": ERIKA}
    series = twice("POST", "/api/series", rule)["id"]
    moved = twice("PATCH", f"/api/series/{series}", {"scope": "all", "time": "13:00"})
    twice("POST", f"/api/series/{moved['series']['id']}/cancel", {"scope": "all"})
    parts = {"parts": [on_tuesday("14:00"), on_tuesday("14:30", colour)]}
    kept = twice("POST", "/api/visits/holds", parts)["id"]
    visit = twice("POST", "/api/visits", {**parts, "hold_id": kept, "customer": ERIKA})["id"]
    days = {"first_day": "2026-11-24", "last_day": "2026-11-30"}
    joined = {"service_id": cut, "customer": ERIKA, **days}
    entry = twice("POST", "/api/waiting-list", joined)["id"]
    twice("DELETE", f"/api/waiting-list/{entry}")
    tuesday = {"starts_at": "2026-11-24T00:00:00+01:00", "ends_at": "2026-11-25T00:00:00+01:00"}
    ill = {"branch_id": branch, "staff_id": jana, "kind": "sick", **tuesday}
    off = twice("POST", "/api/time-off", ill)["id"]
    twice("POST", "/api/proposals", {"time_off_id": off})
    twice("POST", f"/api/visits/{visit}/cancel", {})

    with scope.tenant(salon):
        # One cut, three of a series, two parts of a visit; Mira could have done one of these.
        statuses = list(Appointment.objects.values_list("status", flat=True))
        assert (statuses.count("cancelled"), statuses.count("held")) == (6, 1)


def test_what_was_answered_stays_the_answer_when_the_row_has_changed(
    salon: Tenant, program: Program
) -> None:
    first = program.post("/api/appointments", cut_at_ten(salon), **KEY)
    program.delete(f"/api/appointments/{first.json()['id']}")

    again = program.post("/api/appointments", cut_at_ten(salon), **KEY)

    assert again.json()["state"] == "confirmed"
    with scope.tenant(salon):
        assert [each.status for each in Appointment.objects.all()] == ["cancelled"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/customers", {**ERIKA, "notes": "anders"}),
        ("POST", "/api/calls", ERIKA),
        ("PUT", "/api/customers", ERIKA),
        ("POST", "/api/customers?page=1", ERIKA),
    ],
)
def test_a_key_stands_for_one_request(
    salon: Tenant, program: Program, method: str, path: str, body: dict[str, Any]
) -> None:
    program.post("/api/customers", ERIKA, **KEY)

    response = program.send(method, path, body, KEY)

    assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    with scope.tenant(salon):
        assert (Customer.objects.count(), Call.objects.count()) == (1, 0)


def test_what_was_refused_may_be_corrected_under_the_same_key(
    salon: Tenant, program: Program
) -> None:
    too_soon = cut_at_ten(salon, starts_at="2026-11-23T09:15:00+01:00")

    refused = program.post("/api/appointments", too_soon, **KEY)
    corrected = program.post("/api/appointments", cut_at_ten(salon), **KEY)

    assert (refused.status_code, corrected.status_code) == (409, 201)


def test_the_keys_of_two_businesses_are_different_keys(
    salon: Tenant, neighbour: Tenant, program: Program, stranger: Program
) -> None:
    ours = program.post("/api/customers", ERIKA, **KEY)
    theirs = stranger.post("/api/customers", {**ERIKA, "name": "Max"}, **KEY)

    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert theirs.json()["name"] == "Max"


def test_reading_needs_no_key_and_ignores_one(salon: Tenant, program: Program) -> None:
    for _ in range(2):
        response = program.client.get("/api/customers", headers={"Idempotency-Key": "a b"})
        assert response.status_code == 200
    with scope.tenant(salon):
        assert not KeyedRequest.objects.exists()


@pytest.mark.parametrize("key", ["", "a b", "ä", "k" * 151, "a\tb"])
def test_a_key_of_another_form_is_refused(salon: Tenant, program: Program, key: str) -> None:
    response = program.post("/api/appointments", cut_at_ten(salon), **{"Idempotency-Key": key})

    assert response.status_code == 400
    assert response.json()["errors"].keys() == {"Idempotency-Key"}


def test_a_request_that_died_has_done_nothing_and_may_come_again(
    salon: Tenant, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_what: Any) -> None:
        raise RuntimeError("the machine went away")

    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "_write_down", dies)
        died = program.post("/api/appointments", cut_at_ten(salon), **KEY)
    with scope.tenant(salon):
        left = (Appointment.objects.count(), Message.objects.count(), Customer.objects.count())
    again = program.post("/api/appointments", cut_at_ten(salon), **KEY)

    assert (died.status_code, left, again.status_code) == (500, (0, 0, 0), 201)
    assert "Idempotency-Replayed" not in again


def test_answers_are_kept_for_three_days(
    salon: Tenant, neighbour: Tenant, program: Program, now: datetime
) -> None:
    program.post("/api/customers", ERIKA, **KEY)

    retention.purge(now=now + timedelta(days=3))
    kept = program.post("/api/customers", ERIKA, **KEY)
    retention.purge(now=now + timedelta(days=3, seconds=1))
    gone = program.post("/api/customers", ERIKA, **KEY)

    assert kept["Idempotency-Replayed"] == "true"
    assert (gone.status_code, gone.json()["code"]) == (409, "customer_exists")


def test_who_is_forgotten_is_in_no_stored_answer(
    salon: Tenant, program: Program, now: datetime
) -> None:
    made = program.post("/api/customers", ERIKA, **KEY).json()
    with scope.tenant(salon):
        erika = Customer.objects.get(pk=made["id"])
        privacy.erase(erika, by=actors.system("tests"), now=now)

    again = program.post("/api/customers", ERIKA, **KEY)

    assert (again.status_code, again.json()["code"]) == (409, "answer_forgotten")
    with scope.tenant(salon):
        assert [each.answer for each in KeyedRequest.objects.all()] == [None]
        assert Customer.objects.count() == 1


# --- At the same moment -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_while_the_first_runs_the_second_is_told_to_come_again(
    transactional_db: None, salon: Tenant, program: Program
) -> None:
    body = cut_at_ten(salon)
    with scope.tenant(salon):
        statements.value(idempotency._TAKE, (f"{salon.pk}:order-4711",))
        second = at_once(1, lambda: program.post("/api/appointments", body, **KEY))[0]
    later = program.post("/api/appointments", body, **KEY)

    assert (second.status_code, second.json()["code"]) == (409, "still_running")
    assert second["Retry-After"] == "1"
    assert later.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_with_one_key_book_once(
    transactional_db: None, salon: Tenant, program: Program
) -> None:
    body = cut_at_ten(salon)

    answers = at_once(16, lambda: program.post("/api/appointments", body, **KEY))

    assert {each.status_code for each in answers} <= {201, 409}
    booked = [each for each in answers if each.status_code == 201]
    assert sum("Idempotency-Replayed" not in each for each in booked) == 1
    assert len({each.content for each in booked}) == 1
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"still_running"}
    with scope.tenant(salon):
        assert (Appointment.objects.count(), Customer.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_rivals_with_other_wishes_under_one_key_one_is_heard(
    transactional_db: None, salon: Tenant, program: Program
) -> None:
    wishes = [cut_at_ten(salon, starts_at=f"2026-11-23T1{n}:00:00+01:00") for n in range(4)] * 3
    left = iter(wishes)

    answers = at_once(12, lambda: program.post("/api/appointments", next(left), **KEY))

    codes = {each.json()["code"] for each in answers if each.status_code != 201}
    assert codes <= {"still_running", "key_reused"}
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    with scope.tenant(salon):
        assert Appointment.objects.count() == 1


def at_once(rivals: int, act: Any) -> list[Any]:
    """Let so many act at the same time, each on a connection of its own."""

    def one(_rival: int) -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(rivals) as pool:
        return list(pool.map(one, range(rivals)))
