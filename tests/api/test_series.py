"""/api/series: look at every date, book all or none, change one, the following or all."""

from typing import Any

import pytest

from booking.models import Appointment, Series
from tenants import scope
from tenants.models import Tenant
from tests import factories
from tests.api.conftest import Program
from tests.booking import scenes
from tests.booking.diary import at

ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}


def wish(salon: Tenant, **fields: Any) -> dict[str, Any]:
    return {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "staff_id": factories.staff_of(salon, "Jana").pk,
        "starts_at": "2026-11-24T10:00:00+01:00",
        "rule": "FREQ=WEEKLY;COUNT=3",
        **fields,
    }


@pytest.fixture
def conflict(salon: Tenant) -> Appointment:
    """Somebody else has the second Tuesday at ten."""
    return factories.make_appointment(
        factories.staff_of(salon, "Jana"),
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon, name="Andere"),
        starts_at=at("2026-12-01", "10:00"),
    )


@pytest.fixture
def booked(salon: Tenant, program: Program) -> dict[str, Any]:
    shown: dict[str, Any] = program.post("/api/series", wish(salon, customer=ERIKA)).json()
    return shown


def starts(shown: dict[str, Any]) -> list[str]:
    return [date["starts_at"] for date in shown["dates"] if date["state"] != "cancelled"]


def patch(program: Program, series_id: int, **body: Any) -> Any:
    return program.send("PATCH", f"/api/series/{series_id}", body, {})


def test_every_date_is_looked_at_and_nothing_is_written(
    salon: Tenant, program: Program, conflict: Appointment
) -> None:
    jana = factories.staff_of(salon, "Jana")

    answer = program.post("/api/series/preview", wish(salon))

    first, second, third = answer.json()["dates"]
    assert answer.status_code == 200
    assert first == {
        "starts_at": "2026-11-24T09:00:00Z",
        "clock": None,
        "is_free": True,
        "rule": None,
        "staff_id": jana.pk,
        "alternatives": [],
    }
    assert (second["is_free"], second["rule"], third["is_free"]) == (False, "taken", True)
    assert [each["starts_at"] for each in second["alternatives"]] == [
        "2026-12-01T08:15:00Z",
        "2026-12-01T08:30:00Z",
        "2026-12-01T09:30:00Z",
    ]
    with scope.tenant(salon):
        assert not Series.objects.exists()


def test_a_series_is_booked_and_read(
    salon: Tenant, program: Program, booked: dict[str, Any]
) -> None:
    assert starts(booked) == [
        "2026-11-24T09:00:00Z",
        "2026-12-01T09:00:00Z",
        "2026-12-08T09:00:00Z",
    ]
    assert booked["skipped"] == []
    assert (booked["rule"], booked["time_zone"]) == ("FREQ=WEEKLY;COUNT=3", "Europe/Berlin")
    read = program.get(f"/api/series/{booked['id']}").json()
    assert read == {name: value for name, value in booked.items() if name != "skipped"}
    listed = program.get("/api/series", customer_id=booked["customer_id"]).json()
    assert listed["data"] == [read]


def test_a_conflict_names_the_dates(salon: Tenant, program: Program, conflict: Appointment) -> None:
    answer = program.post("/api/series", wish(salon, customer=ERIKA))

    assert answer.status_code == 409
    assert answer.json()["code"] == "series_conflict"
    assert answer.json()["errors"] == {
        "dates.2026-12-01T09:00:00+00:00": ["Diese Zeit ist nicht mehr frei."]
    }


def test_a_conflict_is_left_out_or_moved_as_was_said(
    salon: Tenant, program: Program, conflict: Appointment
) -> None:
    left_out = program.post(
        "/api/series", wish(salon, customer=ERIKA, on_conflict="skip", rule="FREQ=WEEKLY;COUNT=2")
    ).json()
    choice = {"date": "2026-12-01T11:00:00+01:00", "starts_at": "2026-12-01T12:00:00+01:00"}
    moved = program.post(
        "/api/series",
        wish(
            salon,
            customer=ERIKA,
            starts_at="2026-11-24T11:00:00+01:00",
            rule="FREQ=WEEKLY;COUNT=2",
            choices=[choice],
        ),
    ).json()

    assert (starts(left_out), left_out["skipped"]) == (
        ["2026-11-24T09:00:00Z"],
        ["2026-12-01T09:00:00Z"],
    )
    assert starts(moved) == ["2026-11-24T10:00:00Z", "2026-12-01T11:00:00Z"]


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY", "FREQ=HOURLY;COUNT=2", "jeden Dienstag"])
def test_a_bad_rule_is_refused_in_words(salon: Tenant, program: Program, rule: str) -> None:
    answer = program.post("/api/series/preview", wish(salon, rule=rule))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_rule")
    assert set(answer.json()["errors"]) == {"rule"}


def test_all_are_moved_into_a_series_that_follows(program: Program, booked: dict[str, Any]) -> None:
    answer = patch(program, booked["id"], scope="all", weekday=4, time="15:00")

    shown = answer.json()
    assert answer.status_code == 200
    assert shown["series"]["id"] != booked["id"]
    assert starts(shown["series"]) == [
        "2026-11-26T14:00:00Z",
        "2026-12-03T14:00:00Z",
        "2026-12-10T14:00:00Z",
    ]
    assert shown["changed"] == [date["appointment_id"] for date in booked["dates"]]
    assert program.get(f"/api/series/{booked['id']}").json()["ended_at"] is not None


def test_this_and_following(program: Program, booked: dict[str, Any]) -> None:
    second = booked["dates"][1]["appointment_id"]

    this = patch(program, booked["id"], scope="this", appointment_id=second, time="11:00").json()
    rest = program.post(
        f"/api/series/{booked['id']}/cancel",
        {"scope": "following", "appointment_id": second},
    ).json()

    assert starts(this["series"])[1] == "2026-12-01T10:00:00Z"
    assert starts(rest["series"]) == ["2026-11-24T09:00:00Z"]
    assert len(rest["changed"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "all"}, "input"),
        ({"scope": "some", "time": "11:00"}, "scope"),
        ({"scope": "this", "time": "11:00"}, "appointment_id"),
        ({"scope": "all", "time": "25:00"}, "time"),
        ({"scope": "all", "time": "11:00\n"}, "time"),
        ({"scope": "all", "weekday": 8}, "weekday"),
    ],
)
def test_what_is_not_understood_is_named(
    program: Program, booked: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    answer = patch(program, booked["id"], **body)

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})


def test_a_reader_changes_nothing(salon: Tenant, reader: Program) -> None:
    assert reader.post("/api/series", wish(salon, customer=ERIKA)).status_code == 403
    assert patch(reader, 1, scope="all", time="11:00").status_code == 403


def test_several_come_to_every_date(salon: Tenant, program: Program) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    too_many = program.post("/api/series", wish(salon, customer=ERIKA, seats=2))
    scenes.change(cut, seats=3)

    looked = program.post("/api/series/preview", wish(salon, seats=3)).json()
    made = program.post("/api/series", wish(salon, customer=ERIKA, seats=3)).json()

    assert too_many.status_code == 400
    assert all(each["is_free"] for each in looked["dates"])
    assert made["seats"] == 3
    with scope.tenant(salon):
        assert {each.seats for each in Appointment.objects.all()} == {3}
