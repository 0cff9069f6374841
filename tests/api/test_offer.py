"""/api/services, /api/staff, /api/resources: what the business offers, kept by its own programs."""

from datetime import datetime
from typing import Any

import pytest

from booking.models import Requirement, Service, Skill, StaffMember, WaitingEntry, WorkingHours
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.api.conftest import Program
from tests.api.rows import fill


def names(response: Any) -> list[str]:
    return [row["name"] for row in response.json()["data"]]


# --- Services ------------------------------------------------------------------------------------------


def test_a_service_is_added_with_everything(salon: Tenant, program: Program) -> None:
    chair = program.post(
        "/api/resources", {"name": "Platz 1", "branch_id": factories.branch_of(salon).pk}
    ).json()

    response = program.post(
        "/api/services",
        {
            "name": "Strähnen",
            "duration_minutes": 120,
            "processing_after_minutes": 45,
            "processing_minutes": 30,
            "buffer_after_minutes": 10,
            "max_per_customer_per_week": 1,
            "step_minutes": 30,
            "price_cents": 9500,
            "other_names": ["Mèches", "Strähnchen", "Mèches"],
            "requirements": [{"name": "Platz", "mode": "any", "resource_ids": [chair["id"]]}],
        },
    )

    shown = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/api/services/{shown['id']}"
    assert shown == {
        "id": shown["id"],
        "name": "Strähnen",
        "description": "",
        "duration_minutes": 120,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 10,
        "processing_after_minutes": 45,
        "processing_minutes": 30,
        "seats": 1,
        "max_per_day": None,
        "max_per_customer_per_day": None,
        "max_per_customer_per_week": 1,
        "max_ahead_per_customer": None,
        "min_notice_minutes": 60,
        "horizon_days": 60,
        "step_minutes": 30,
        "price_cents": 9500,
        "is_bookable_by_phone": True,
        "is_active": True,
        "other_names": ["Mèches", "Strähnchen"],
        "requirements": [{"name": "Platz", "mode": "any", "resource_ids": [chair["id"]]}],
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    assert program.get(f"/api/services/{shown['id']}").json() == shown


def test_what_is_not_named_stays_and_a_list_is_replaced_as_a_whole(
    salon: Tenant, program: Program
) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    before = program.get(f"/api/services/{cut.pk}").json()

    shown = program.put(f"/api/services/{cut.pk}", {"other_names": ["Schnitt"]}).json()

    changed = {"other_names", "updated_at"}
    assert shown["other_names"] == ["Schnitt"]
    assert {k: v for k, v in shown.items() if k not in changed} == {
        k: v for k, v in before.items() if k not in changed
    }
    with scope.tenant(salon):
        entry = AuditEntry.objects.filter(object_type="booking.service").latest("pk")
    assert (entry.verb, entry.facts) == ("changed", {"fields": [], "servicealias": 1})


def test_the_trail_says_which_fields_a_key_changed(salon: Tenant, program: Program) -> None:
    cut = factories.service_of(salon, "Haarschnitt")

    program.put(f"/api/services/{cut.pk}", {"price_cents": 3900, "duration_minutes": 30})

    with scope.tenant(salon):
        entry = AuditEntry.objects.get(object_type="booking.service", object_id=str(cut.pk))
    assert (entry.verb, entry.facts) == ("changed", {"fields": ["price_cents"]})
    assert entry.actor.startswith("api_key:")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"processing_minutes": 30}, "processing_minutes"),
        ({"processing_after_minutes": 30}, "processing_minutes"),
        ({"processing_after_minutes": 20, "processing_minutes": 15}, "processing_minutes"),
        ({"seats": 4, "processing_after_minutes": 5, "processing_minutes": 5}, "seats"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"step_minutes": 25}, "step_minutes"),
        ({"step_minutes": "15"}, "step_minutes"),
        ({"is_active": "true"}, "is_active"),
        ({"is_active": 1}, "is_active"),
        ({"price_cents": 35.0}, "price_cents"),
        ({"other_names": "Schnitt"}, "other_names"),
        ({"other_names": [5]}, "other_names.0"),
        ({"requirements": [{"name": "Platz", "mode": "any"}]}, "requirements.0.resource_ids"),
        ({"id": 7}, "id"),
        ({"tenant_id": 7}, "tenant_id"),
    ],
)
def test_what_does_not_fit_is_named(
    salon: Tenant, program: Program, fields: dict[str, Any], wrong: str
) -> None:
    cut = factories.service_of(salon, "Haarschnitt")

    added = program.post("/api/services", {"name": "Neu", "duration_minutes": 30, **fields})
    changed = program.put(f"/api/services/{cut.pk}", fields)

    for response in (added, changed):
        assert response.status_code == 400, response.content
        assert [each for each in response.json()["errors"] if each.startswith(wrong)]
    with scope.tenant(salon):
        assert Service.objects.count() == 2


def test_a_change_is_held_against_what_stays(salon: Tenant, program: Program) -> None:
    colour = factories.make_service(
        salon,
        name="Tönung",
        duration_minutes=90,
        processing_after_minutes=30,
        processing_minutes=40,
    )

    too_short = program.put(f"/api/services/{colour.pk}", {"duration_minutes": 60})
    without = program.put(
        f"/api/services/{colour.pk}",
        {"duration_minutes": 60, "processing_after_minutes": None, "processing_minutes": 0},
    )

    assert (too_short.status_code, without.status_code) == (400, 200)


def test_a_name_is_given_once(salon: Tenant, neighbour: Tenant, program: Program) -> None:
    response = program.post("/api/services", {"name": "Haarschnitt", "duration_minutes": 30})

    assert (response.status_code, response.json()["code"]) == (409, "already_exists")


def test_what_was_booked_is_deactivated_and_not_deleted(
    salon: Tenant, program: Program, now: datetime
) -> None:
    ids = fill(salon, now=now)

    refused = program.delete(f"/api/services/{ids['used_service_id']}")
    off = program.put(f"/api/services/{ids['used_service_id']}", {"is_active": False})
    gone = program.delete(f"/api/services/{ids['service_id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert (off.json()["is_active"], gone.status_code) == (False, 204)
    assert names(program.get("/api/services", is_active="true")) == ["Färben"]
    with scope.tenant(salon):
        trail = AuditEntry.objects.get(verb="deleted")
    assert trail.object_id == str(ids["service_id"])


def test_a_service_somebody_waits_for_is_not_deleted(
    salon: Tenant, program: Program, now: datetime
) -> None:
    ids = fill(salon, now=now)
    with scope.tenant(salon):
        waiting = WaitingEntry.objects.create(
            tenant=salon,
            branch_id=ids["branch_id"],
            service_id=ids["service_id"],
            staff_member_id=ids["staff_id"],
            customer_id=ids["customer_id"],
            attendee_name="Max",
            first_day=now.date(),
            last_day=now.date(),
            source="api",
        )

    answers = [
        program.delete(f"/api/{kind}/{ids[name]}")
        for kind, name in (("services", "service_id"), ("staff", "staff_id"))
    ]

    assert [each.status_code for each in answers] == [409, 409]
    with scope.tenant(salon):
        assert WaitingEntry.objects.filter(pk=waiting.pk).exists()


def test_services_are_found_by_name_person_and_state(salon: Tenant, program: Program) -> None:
    mira = factories.staff_of(salon, "Mira")

    assert names(program.get("/api/services")) == ["Färben", "Haarschnitt"]
    assert names(program.get("/api/services", search="haar")) == ["Haarschnitt"]
    assert names(program.get("/api/services", staff_id=mira.pk)) == ["Haarschnitt"]
    assert names(program.get("/api/services", is_active="false")) == []
    assert program.get("/api/services", is_active="nein").status_code == 400


def test_unknown_resources_are_named(salon: Tenant, program: Program) -> None:
    response = program.post(
        "/api/services",
        {
            "name": "Neu",
            "duration_minutes": 30,
            "requirements": [{"name": "Platz", "mode": "all", "resource_ids": [2**40]}],
        },
    )

    assert response.status_code == 404
    assert response.json()["errors"].keys() == {"requirements.0.resource_ids"}
    with scope.tenant(salon):
        assert not Requirement.objects.exists()
        assert not Service.objects.filter(name="Neu").exists()


# --- Staff ------------------------------------------------------------------------------------------------


def test_somebody_begins_with_skills_that_end(salon: Tenant, program: Program) -> None:
    cut, branch = factories.service_of(salon, "Haarschnitt"), factories.branch_of(salon)

    response = program.post(
        "/api/staff",
        {
            "name": "Lena",
            "branch_id": branch.pk,
            "max_per_day": 6,
            "skills": [{"service_id": cut.pk, "duration_minutes": 45, "valid_until": "2027-01-31"}],
        },
    )

    shown = response.json()
    assert response.status_code == 201
    assert shown["skills"] == [
        {
            "service_id": cut.pk,
            "valid_until": "2027-01-31",
            "duration_minutes": 45,
            "price_cents": None,
        }
    ]
    assert (shown["max_per_day"], shown["email"], shown["is_active"]) == (6, "", True)
    assert program.get(f"/api/staff/{shown['id']}").json() == shown
    assert names(program.get("/api/staff", service_id=cut.pk)) == ["Jana", "Lena", "Mira"]
    assert names(program.get("/api/staff", search="len")) == ["Lena"]


def test_who_changes_the_branch_takes_the_hours_along(salon: Tenant, program: Program) -> None:
    jana, north = factories.staff_of(salon, "Jana"), factories.make_branch(salon, name="Nord")
    factories.make_hours(factories.branch_of(salon), staff_member=jana, weekdays=(1,))

    shown = program.put(f"/api/staff/{jana.pk}", {"branch_id": north.pk}).json()

    assert shown["branch_id"] == north.pk
    with scope.tenant(salon):
        assert WorkingHours.objects.get(staff_member=jana).branch_id == north.pk


@pytest.mark.parametrize("skills", [[{}, {}], [{"duration_minutes": 30}]])
def test_skills_that_do_not_fit_are_refused(
    salon: Tenant, program: Program, skills: list[dict[str, int]]
) -> None:
    colour = factories.make_service(
        salon,
        name="Tönung",
        duration_minutes=90,
        processing_after_minutes=30,
        processing_minutes=40,
    )
    jana = factories.staff_of(salon, "Jana")

    response = program.put(
        f"/api/staff/{jana.pk}",
        {"skills": [{"service_id": colour.pk, **each} for each in skills]},
    )

    assert response.status_code == 400
    with scope.tenant(salon):
        assert Skill.objects.filter(staff_member=jana).count() == 2


def test_who_has_worked_is_deactivated_and_not_deleted(
    salon: Tenant, program: Program, now: datetime
) -> None:
    ids = fill(salon, now=now)

    refused = program.delete(f"/api/staff/{ids['used_staff_id']}")
    gone = program.delete(f"/api/staff/{ids['staff_id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert gone.status_code == 204
    with scope.tenant(salon):
        assert sorted(each.name for each in StaffMember.objects.all()) == ["Jana", "Mira"]


# --- Resources --------------------------------------------------------------------------------------------


def test_a_resource_that_is_needed_is_not_deleted(
    salon: Tenant, program: Program, now: datetime
) -> None:
    ids = fill(salon, now=now)

    refused = program.delete(f"/api/resources/{ids['used_resource_id']}")
    gone = program.delete(f"/api/resources/{ids['resource_id']}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert gone.status_code == 204
    assert names(program.get("/api/resources", branch_id=ids["branch_id"])) == ["Waschplatz A"]


def test_a_resource_stays_in_its_branch(salon: Tenant, program: Program, now: datetime) -> None:
    ids = fill(salon, now=now)

    response = program.put(f"/api/resources/{ids['resource_id']}", {"branch_id": ids["branch_id"]})

    assert (response.status_code, response.json()["errors"].keys()) == (400, {"branch_id"})


def test_branches_are_read_with_their_holidays(salon: Tenant, program: Program) -> None:
    branch = factories.branch_of(salon)

    shown = program.get(f"/api/branches/{branch.pk}").json()

    assert {name: shown[name] for name in ("name", "state", "municipality", "time_zone")} == {
        "name": "Hauptfiliale",
        "state": "BE",
        "municipality": "",
        "time_zone": "Europe/Berlin",
    }
    assert (shown["closes_on_holidays"], shown["half_day_until_minute"]) == (True, None)
    assert program.put(f"/api/branches/{branch.pk}", {"name": "Neu"}).status_code == 405
