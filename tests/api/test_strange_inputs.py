"""What a stranger would try on the diary: each is refused with a code and a sentence, and nothing is written."""

from typing import Any

import pytest

from booking.models import Appointment, Customer, Series, Visit, WaitingEntry
from tenants import scope
from tenants.models import KeyedRequest, Tenant
from tests import factories
from tests.api.conftest import Program
from tests.booking.diary import at

ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}
TEN = "2026-11-24T10:00:00+01:00"


@pytest.fixture
def ids(salon: Tenant, neighbour: Tenant) -> dict[str, int]:
    """Numbers of ours, and of the neighbour's."""
    jana, cut = factories.staff_of(salon, "Jana"), factories.service_of(salon, "Haarschnitt")
    customer = factories.make_customer(salon, email="kundin@example.org")
    booked = factories.make_appointment(jana, cut, customer, starts_at=at("2026-11-25", "10:00"))
    theirs = factories.make_customer(neighbour)
    return {
        "jana": jana.pk,
        "cut": cut.pk,
        "colour": factories.service_of(salon, "Färben").pk,
        "mira": factories.staff_of(salon, "Mira").pk,
        "branch": factories.branch_of(salon).pk,
        "erika": customer.pk,
        "booked": booked.pk,
        "their_cut": factories.service_of(neighbour, "Haarschnitt").pk,
        "their_jana": factories.staff_of(neighbour, "Jana").pk,
        "their_branch": factories.branch_of(neighbour).pk,
        "their_customer": theirs.pk,
        "none": 2**40,
    }


def fitted(value: Any, ids: dict[str, int]) -> Any:
    """Return a body with the numbers in place of "$names"."""
    if isinstance(value, dict):
        return {name: fitted(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [fitted(each, ids) for each in value]
    if isinstance(value, str) and value.startswith("$"):
        return ids[value[1:]]
    return value


def counted(tenant: Tenant) -> list[int]:
    with scope.tenant(tenant):
        kinds = (Appointment, Visit, Series, WaitingEntry, Customer, KeyedRequest)
        return [kind._default_manager.count() for kind in kinds]


BOOKING = {"service_id": "$cut", "staff_id": "$jana", "starts_at": TEN, "customer": ERIKA}
HOLD = {"service_id": "$cut", "staff_id": "$jana", "starts_at": TEN}
PART = {"service_id": "$cut", "staff_id": "$jana", "starts_at": TEN}
VISIT = {"parts": [PART], "customer": ERIKA}
SERIES = {**BOOKING, "rule": "FREQ=WEEKLY;COUNT=3"}
WAITING = {
    "service_id": "$cut",
    "customer": ERIKA,
    "first_day": "2026-11-24",
    "last_day": "2026-11-25",
}
OFF = {
    "branch_id": "$branch",
    "staff_id": "$jana",
    "starts_at": "2026-12-01T08:00:00+01:00",
    "ends_at": "2026-12-01T18:00:00+01:00",
}
WEEKLY = {
    "branch_id": "$branch",
    "staff_id": "$jana",
    "weekday": 1,
    "from_minute": 540,
    "until_minute": 1020,
}
SPECIAL = {
    "branch_id": "$branch",
    "day": "2026-12-24",
    "from_minute": 540,
    "until_minute": 720,
}
APPOINTMENTS, HOLDS, VISITS = "/api/appointments", "/api/holds", "/api/visits"
NOTHING: list[Any] = [None, True, 5.5, "", " ", [], {}, "zehn"]


def wrong(path: str, body: dict[str, Any], field: str, values: list[Any]) -> Any:
    """Return a case: with each of these values 400, and the field is named."""
    bodies = [{**body, field: value} for value in values]
    code = "invalid_rule" if field == "rule" else "invalid"
    return pytest.param(path, bodies, 400, code, field, id=f"{path} {field}")


def one(
    path: str, body: dict[str, Any], status: int, code: str, field: str | None = None, *, id_: str
) -> Any:
    return pytest.param(path, [body], status, code, field, id=id_)


STARTS: list[Any] = [
    "2026-11-24T10:00:00",  # without an offset: whose clock?
    "2026-11-24 10:00",
    "2026-11-24",
    "10:00",
    "morgen um zehn",
    "2026-02-30T10:00:00+01:00",
    "2026-11-24T25:00:00+01:00",
    "2026-11-24T10:00:00+25:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "20261124T100000Z",
    1795597200,
    *NOTHING,
]
RULES: list[Any] = [
    "WEEKLY",
    "FREQ=SECONDLY;COUNT=3",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;COUNT=100000",
    "FREQ=WEEKLY;COUNT=0",
    "FREQ=WEEKLY;COUNT=-1",
]
CASES = [
    # --- Types, everywhere ------------------------------------------------------------------------
    wrong(APPOINTMENTS, BOOKING, "starts_at", STARTS),
    wrong(HOLDS, HOLD, "starts_at", STARTS),
    wrong("/api/series", SERIES, "starts_at", STARTS),
    wrong(APPOINTMENTS, BOOKING, "service_id", [*NOTHING, 0, -1, "1"]),
    wrong(APPOINTMENTS, BOOKING, "staff_id", [True, 5.5, "", [], {}, 0, -1, "1"]),
    wrong(APPOINTMENTS, BOOKING, "seats", [*NOTHING, 0, -3, "2", 501, 10**9, 2**63]),
    wrong(HOLDS, HOLD, "seats", [0, -1, 10**9, "1", None]),
    wrong(HOLDS, HOLD, "seconds", [0, -1, 29, 901, 10**9, "300", None, 30.0]),
    wrong(APPOINTMENTS, BOOKING, "customer", [None, [], "Erika", 7, {}, {"name": ""}, {"id": "1"}]),
    wrong(
        APPOINTMENTS, BOOKING, "customer", [{"id": 1, "name": "Erika"}, {"email": "a@b.example"}]
    ),
    wrong(APPOINTMENTS, BOOKING, "notes", [5, None, [], "x" * 5001]),
    wrong(APPOINTMENTS, BOOKING, "override", ["ja", {}, {"reason": ""}, {"reason": 5}, True]),
    wrong(VISITS, VISIT, "parts", [*NOTHING, [None], [{}], ["10:00"], [PART] * 9]),
    wrong("/api/visits/holds", {"parts": [PART]}, "parts", [*NOTHING, [{}], [PART] * 9]),
    wrong("/api/visits/holds", {"parts": [PART]}, "seconds", [0, 29, 901, "300"]),
    wrong("/api/series", SERIES, "rule", RULES),
    wrong("/api/waiting-list", WAITING, "first_day", [*NOTHING, "24.11.2026", TEN, "2026-02-30"]),
    wrong("/api/waiting-list", WAITING, "last_day", ["2026-11-23", "2026-11-20", "2199-01-01"]),
    wrong("/api/waiting-list", WAITING, "weekdays", [[0], [8], ["Mo"], "1", [1.5], [1] * 8]),
    wrong("/api/time-off", OFF, "ends_at", [OFF["starts_at"], "2026-11-30T08:00:00+01:00"]),
    wrong("/api/time-off", OFF, "starts_at", STARTS[:8]),
    wrong("/api/time-off", OFF, "kind", ["Urlaub", 5, None]),
    wrong("/api/working-hours", WEEKLY, "weekday", [0, 8, "1", None, 1.5]),
    wrong("/api/working-hours", WEEKLY, "until_minute", [540, 0, -1, 100_000, "17:00"]),
    wrong("/api/special-hours", SPECIAL, "until_minute", [540, 100, -1, "12:00"]),
    wrong("/api/special-hours", SPECIAL, "day", [*NOTHING, "24.12.2026", TEN, "2026-12-32"]),
    # A number that no row can have is as unknown as any other.
    one(APPOINTMENTS, {**BOOKING, "service_id": 2**63}, 404, "not_found", "service_id", id_="2^63"),
    # --- Times that cannot be ---------------------------------------------------------------------
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "2026-11-23T08:59:00+01:00"},
        409,
        "past",
        id_="a minute ago",
    ),
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "1999-11-24T10:00:00+01:00"},
        409,
        "past",
        id_="in another century",
    ),
    one(HOLDS, {**HOLD, "starts_at": "2026-11-20T10:00:00+01:00"}, 409, "past", id_="held before"),
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "2199-11-24T10:00:00+01:00"},
        409,
        "beyond_horizon",
        id_="in 173 years",
    ),
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "2026-11-24T10:00:30+01:00"},
        409,
        "off_grid",
        id_="half a minute past",
    ),
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "2026-11-24T10:00:00.000001+01:00"},
        409,
        "off_grid",
        id_="a microsecond past",
    ),
    one(HOLDS, {**HOLD, "starts_at": "2026-11-24T10:07:00+01:00"}, 409, "off_grid", id_="10:07"),
    # 2:30 exists twice on 25 October 2026 and never on 28 March 2027; the offset says which minute is meant.
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "2027-03-28T02:30:00+01:00"},
        409,
        "beyond_horizon",
        id_="in the hour that does not exist",
    ),
    one(
        APPOINTMENTS,
        {**BOOKING, "starts_at": "2026-10-25T02:30:00+02:00"},
        409,
        "past",
        id_="in the hour that comes twice",
    ),
    one(
        VISITS,
        {**VISIT, "parts": [PART, {**PART, "service_id": "$colour"}]},
        400,
        "invalid",
        "parts",
        id_="two parts at one time",
    ),
    # --- Parties ----------------------------------------------------------------------------------
    one(APPOINTMENTS, {**BOOKING, "seats": 2}, 400, "invalid", "seats", id_="two on one chair"),
    one(HOLDS, {**HOLD, "seats": 500}, 400, "invalid", "seats", id_="a party of 500"),
    one(
        VISITS,
        {**VISIT, "parts": [{**PART, "seats": 2}]},
        400,
        "invalid",
        None,
        id_="a part for two on one chair",
    ),
    # --- Numbers of nobody, and of the neighbour ----------------------------------------------------
    *[
        one(path, {**body, field: f"${which}"}, 404, "not_found", field, id_=f"{path} {which}")
        for path, body, field, others in (
            (APPOINTMENTS, BOOKING, "service_id", ("none", "their_cut")),
            (APPOINTMENTS, BOOKING, "staff_id", ("none", "their_jana")),
            (APPOINTMENTS, BOOKING, "branch_id", ("none", "their_branch")),
            (APPOINTMENTS, BOOKING, "hold_id", ("none", "booked")),
            (HOLDS, HOLD, "service_id", ("none", "their_cut")),
            (HOLDS, HOLD, "staff_id", ("none", "their_jana")),
            (HOLDS, HOLD, "customer_id", ("none", "their_customer")),
            (VISITS, VISIT, "hold_id", ("none", "booked")),
            ("/api/series", SERIES, "service_id", ("none", "their_cut")),
            ("/api/series", SERIES, "staff_id", ("none", "their_jana")),
            ("/api/waiting-list", WAITING, "service_id", ("none", "their_cut")),
            ("/api/waiting-list", WAITING, "staff_id", ("none", "their_jana")),
            ("/api/time-off", OFF, "staff_id", ("none", "their_jana")),
            ("/api/time-off", OFF, "branch_id", ("none", "their_branch")),
            ("/api/working-hours", WEEKLY, "branch_id", ("none", "their_branch")),
            ("/api/proposals", {}, "time_off_id", ("none",)),
        )
        for which in others
    ],
    *[
        one(
            APPOINTMENTS,
            {**BOOKING, "customer": {"id": f"${which}"}},
            404,
            "not_found",
            "customer.id",
            id_=f"customer {which}",
        )
        for which in ("none", "their_customer")
    ],
    one(
        VISITS,
        {**VISIT, "parts": [{**PART, "service_id": "$their_cut"}]},
        404,
        "not_found",
        "parts.0.service_id",
        id_="a part of the neighbour's",
    ),
    # --- What does not go together ------------------------------------------------------------------
    one(
        APPOINTMENTS,
        {**BOOKING, "service_id": "$colour", "staff_id": "$mira"},
        409,
        "not_offered",
        id_="who does not do that",
    ),
    one(
        "/api/waiting-list",
        {**WAITING, "customer": {"name": "Ohne"}},
        409,
        "unreachable",
        id_="who has no address",
    ),
]


@pytest.mark.parametrize(("path", "bodies", "status", "code", "field"), CASES)
def test_what_cannot_be_is_refused_in_words_and_writes_nothing(
    salon: Tenant,
    neighbour: Tenant,
    program: Program,
    ids: dict[str, int],
    path: str,
    bodies: list[dict[str, Any]],
    status: int,
    code: str,
    field: str | None,
) -> None:
    before = counted(salon), counted(neighbour)

    for body in bodies:
        response = program.post(path, fitted(body, ids), **{"Idempotency-Key": "once"})

        answer = response.json()
        assert (response.status_code, answer["code"]) == (status, code), (body, answer)
        assert answer["detail"].strip()
        if field is not None:
            names = {name.split(".")[0] for name in answer["errors"]}
            assert field.split(".")[0] in names, (body, answer)
            assert all(answer["errors"].values())
    assert (counted(salon), counted(neighbour)) == before


@pytest.mark.parametrize(
    "key", ["", " ", "x" * 151, "zwei Wörter", "ein\ttab", "ü", "x" * 5000, "\x7f"]
)
def test_a_key_of_a_strange_form_is_refused(
    salon: Tenant, program: Program, ids: dict[str, int], key: str
) -> None:
    before = counted(salon)

    response = program.post(APPOINTMENTS, fitted(BOOKING, ids), **{"Idempotency-Key": key})

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert response.json()["errors"].keys() == {"Idempotency-Key"}
    assert counted(salon) == before


def test_a_key_that_was_used_for_something_else_is_refused(
    salon: Tenant, program: Program, ids: dict[str, int]
) -> None:
    """Another body, another address, another method: all of them are another request."""
    key = {"Idempotency-Key": "x" * 150}
    first = program.post(APPOINTMENTS, fitted(BOOKING, ids), **key)
    before = counted(salon)
    path = f"{APPOINTMENTS}/{first.json()['id']}"

    again = program.post(APPOINTMENTS, fitted(BOOKING, ids), **key)
    others = [
        program.post(APPOINTMENTS, fitted({**BOOKING, "notes": "anders"}, ids), **key),
        program.post(HOLDS, fitted(HOLD, ids), **key),
        program.post(f"{path}/cancel", {}, **key),
        program.send("PUT", path, {"notes": "anders"}, key),
        program.send("DELETE", path, None, key),
    ]

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert [(each.status_code, each.json()["code"]) for each in others] == [
        (422, "key_reused")
    ] * len(others)
    assert counted(salon) == before


QUERIES: list[tuple[str, dict[str, str], str]] = [
    ("/api/slots", {"from_date": "2026-11-24", "to_date": "2026-11-24"}, "service_id"),
    ("/api/slots", {"service_id": "Schnitt", "from_date": "2026-11-24"}, "service_id"),
    ("/api/slots", {"service_id": "$cut", "from_date": "24.11.", "to_date": "2026-11-24"}, "from_date"),
    ("/api/slots", {"service_id": "$cut", "from_date": "2026-11-24", "to_date": "2026-11-23"}, "to_date"),
    ("/api/slots", {"service_id": "$cut", "from_date": "2026-11-24", "to_date": "2028-11-24"}, "to_date"),
    ("/api/slots", {"service_id": "$cut", "from_date": "2026-11-24", "to_date": "2026-11-24", "seats": "0"}, "seats"),
    ("/api/slots", {"service_id": "$cut", "from_date": "2026-11-24", "to_date": "2026-11-24", "seats": "99999999999999999999"}, "seats"),
    ("/api/slots/explain", {"service_id": "$cut", "starts_at": "2026-11-24T10:00:00"}, "starts_at"),
    ("/api/slots/explain", {"service_id": "$cut", "starts_at": "zehn"}, "starts_at"),
    ("/api/slots/explain", {"service_id": "$cut"}, "starts_at"),
    ("/api/appointments", {"status": "booked"}, "status"),
    ("/api/appointments", {"staff_id": "Jana"}, "staff_id"),
    ("/api/visits", {"customer_id": "0"}, "customer_id"),
    ("/api/time-off", {"from_date": "gestern"}, "from_date"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "field"), QUERIES)
def test_questions_that_cannot_be_answered_name_the_field(
    program: Program, ids: dict[str, int], path: str, query: dict[str, str], field: str
) -> None:
    response = program.get(path, **fitted(query, ids))

    assert (response.status_code, response.json()["code"]) == (400, "invalid"), response.json()
    assert field in response.json()["errors"]
