"""/api/working-hours, /api/special-hours, /api/time-off, /api/policies and /api/diary-rules."""

from typing import Any

import pytest

from booking.models import DiaryRules, TimeOff
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.api.conftest import Program

GOOD: dict[str, dict[str, Any]] = {
    "working-hours": {"weekday": 1, "from_minute": 540, "until_minute": 1020},
    "special-hours": {"day": "2026-12-24", "from_minute": 540, "until_minute": 720},
    "time-off": {
        "starts_at": "2026-12-01T00:00:00+01:00",
        "ends_at": "2026-12-02T00:00:00+01:00",
    },
}


def starts(program: Program, salon: Tenant, day: str, staff: str = "Jana") -> list[str]:
    response = program.get(
        "/api/slots",
        service_id=factories.service_of(salon, "Haarschnitt").pk,
        staff_id=factories.staff_of(salon, staff).pk,
        from_date=day,
        to_date=day,
    )
    return [slot["starts_at"][11:16] for slot in response.json()["data"]]


def test_own_hours_decide_when_somebody_can_be_booked(salon: Tenant, program: Program) -> None:
    jana = factories.staff_of(salon, "Jana")

    response = program.post(
        "/api/working-hours",
        {"staff_id": jana.pk, "weekday": 2, "from_minute": 600, "until_minute": 660},
    )

    shown = response.json()
    assert (response.status_code, shown["branch_id"]) == (201, jana.branch_id)
    # 10:00 to 11:00 in Berlin is 9:00 to 10:00 UTC; the last cut of half an hour begins at 9:30.
    assert starts(program, salon, "2026-11-24") == ["09:00", "09:15", "09:30"]
    program.put(f"/api/working-hours/{shown['id']}", {"until_minute": 630})
    assert starts(program, salon, "2026-11-24") == ["09:00"]
    assert program.delete(f"/api/working-hours/{shown['id']}").status_code == 204
    assert len(starts(program, salon, "2026-11-24")) == 31


def test_hours_of_branch_and_people_are_told_apart(salon: Tenant, program: Program) -> None:
    jana, branch = factories.staff_of(salon, "Jana"), factories.branch_of(salon)
    factories.make_hours(branch, staff_member=jana, weekdays=(1, 2))

    def count(**query: Any) -> int:
        total: int = program.get("/api/working-hours", **query).json()["meta"]["total"]
        return total

    assert (count(), count(whole_branch="true"), count(whole_branch="false")) == (7, 5, 2)
    assert (count(staff_id=jana.pk), count(weekday=1), count(branch_id=branch.pk)) == (2, 2, 7)


def test_time_off_takes_times_away_and_gives_them_back(salon: Tenant, program: Program) -> None:
    jana = factories.staff_of(salon, "Jana")

    response = program.post(
        "/api/time-off",
        {
            "staff_id": jana.pk,
            "starts_at": "2026-11-24T00:00:00+01:00",
            "ends_at": "2026-11-25T00:00:00+01:00",
            "kind": "sick",
        },
    )

    path = f"/api/time-off/{response.json()['id']}"
    assert starts(program, salon, "2026-11-24") == []
    assert len(starts(program, salon, "2026-11-24", staff="Mira")) == 31
    program.put(path, {"ends_at": "2026-11-24T16:30:00+01:00"})
    assert starts(program, salon, "2026-11-24") == ["15:30"]
    program.delete(path)
    assert len(starts(program, salon, "2026-11-24")) == 31


def test_time_off_is_found_by_the_days_it_touches(salon: Tenant, program: Program) -> None:
    branch = factories.branch_of(salon)
    off = program.post(
        "/api/time-off",
        {
            "branch_id": branch.pk,
            "starts_at": "2026-12-23T18:00:00+01:00",
            "ends_at": "2027-01-02T00:00:00+01:00",
            "kind": "closed",
        },
    ).json()

    def found(first: str, last: str, **query: str) -> list[int]:
        response = program.get("/api/time-off", from_date=first, to_date=last, **query)
        return [row["id"] for row in response.json()["data"]]

    assert off["staff_id"] is None
    assert found("2026-12-30", "2026-12-30") == [off["id"]]
    assert found("2027-01-01", "2027-01-05") == [off["id"]]
    assert found("2027-01-02", "2027-01-05") == []
    assert found("2026-12-22", "2026-12-22") == []
    assert found("2026-12-30", "2026-12-30", kind="sick") == []


def test_special_hours_take_the_place_of_the_weekly_ones(salon: Tenant, program: Program) -> None:
    branch = factories.branch_of(salon)

    response = program.post(
        "/api/special-hours",
        {"branch_id": branch.pk, "day": "2026-11-28", "from_minute": 600, "until_minute": 660},
    )
    closed = program.post("/api/special-hours", {"branch_id": branch.pk, "day": "2026-11-24"})

    assert (response.status_code, closed.status_code) == (201, 201)
    assert (closed.json()["from_minute"], closed.json()["until_minute"]) == (None, None)
    listed = program.get("/api/special-hours", from_date="2026-11-25").json()["data"]
    assert [row["day"] for row in listed] == ["2026-11-28"]


@pytest.mark.parametrize(
    ("path", "fields", "wrong"),
    [
        ("working-hours", {"weekday": 8}, "weekday"),
        ("working-hours", {"from_minute": 600, "until_minute": 600}, "until_minute"),
        ("working-hours", {"from_minute": 600, "until_minute": 2041}, "until_minute"),
        ("working-hours", {"valid_from": "2027-01-02", "valid_until": "2027-01-01"}, "valid_until"),
        ("working-hours", {"valid_from": "0001-01-01"}, "valid_from"),
        ("special-hours", {"from_minute": 600, "until_minute": None}, "until_minute"),
        ("special-hours", {"day": "24.12.2026"}, "day"),
        ("time-off", {"ends_at": "2026-12-01T00:00:00+01:00"}, "ends_at"),
        ("time-off", {"kind": "ill"}, "kind"),
    ],
)
def test_hours_that_make_no_sense_are_refused(
    salon: Tenant, program: Program, path: str, fields: dict[str, Any], wrong: str
) -> None:
    good = GOOD[path]
    whose = {"branch_id": factories.branch_of(salon).pk}
    row = program.post(f"/api/{path}", {**whose, **good})

    added = program.post(f"/api/{path}", {**whose, **good, **fields})
    changed = program.put(f"/api/{path}/{row.json()['id']}", fields)

    assert row.status_code == 201
    for response in (added, changed):
        assert (response.status_code, response.json()["errors"].keys()) == (400, {wrong})


def test_a_night_shift_ends_on_the_next_day(salon: Tenant, program: Program) -> None:
    response = program.post(
        "/api/working-hours",
        {
            "branch_id": factories.branch_of(salon).pk,
            "weekday": 6,
            "from_minute": 1320,
            "until_minute": 1560,
        },
    )

    assert response.status_code == 201


@pytest.mark.parametrize("path", ["working-hours", "special-hours", "time-off"])
def test_hours_belong_to_somebody_who_works_there(
    salon: Tenant, program: Program, path: str
) -> None:
    body = GOOD[path]
    jana, north = factories.staff_of(salon, "Jana"), factories.make_branch(salon, name="Nord")

    nobody = program.post(f"/api/{path}", body)
    elsewhere = program.post(f"/api/{path}", {**body, "staff_id": jana.pk, "branch_id": north.pk})
    both = program.post(f"/api/{path}", {**body, "staff_id": jana.pk, "branch_id": jana.branch_id})

    assert (nobody.status_code, nobody.json()["errors"].keys()) == (400, {"branch_id"})
    assert (elsewhere.status_code, elsewhere.json()["errors"].keys()) == (400, {"staff_id"})
    assert both.status_code == 201


def test_hours_do_not_change_hands(salon: Tenant, program: Program) -> None:
    jana, mira = factories.staff_of(salon, "Jana"), factories.staff_of(salon, "Mira")
    row = program.post(
        "/api/working-hours",
        {"staff_id": jana.pk, "weekday": 1, "from_minute": 540, "until_minute": 1020},
    ).json()

    response = program.put(f"/api/working-hours/{row['id']}", {"staff_id": mira.pk})

    assert (response.status_code, response.json()["errors"].keys()) == (400, {"staff_id"})


# --- Policies and rules -----------------------------------------------------------------------------------


def test_a_policy_has_fees_by_tiers(salon: Tenant, program: Program) -> None:
    cut = factories.service_of(salon, "Haarschnitt")
    tiers = [{"under_hours": 24, "percent": 50}, {"under_hours": 48, "cents": 1000}]

    response = program.post(
        "/api/policies",
        {"about": "cancel", "service_id": cut.pk, "notice_hours": 2, "fee_tiers": tiers},
    )

    shown = response.json()
    assert response.status_code == 201
    assert (shown["about"], shown["service_id"], shown["fee_tiers"]) == ("cancel", cut.pk, tiers)
    assert (shown["branch_id"], shown["staff_id"], shown["quota"]) == (None, None, None)
    changed = program.put(f"/api/policies/{shown['id']}", {"quota": 2, "fee_tiers": []}).json()
    assert (changed["quota"], changed["fee_tiers"], changed["notice_hours"]) == (2, [], 2)
    again = program.post("/api/policies", {"about": "cancel", "service_id": cut.pk})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert program.get("/api/policies", about="move").json()["data"] == []
    assert program.delete(f"/api/policies/{shown['id']}").status_code == 204


@pytest.mark.parametrize(
    ("tier", "wrong"),
    [
        ({"under_hours": 24}, "fee_tiers.0"),
        ({"under_hours": 24, "cents": 1, "percent": 1}, "fee_tiers.0"),
        ({"under_hours": 24, "percent": 101}, "fee_tiers.0.percent"),
        ({"under_hours": 0, "cents": 5}, "fee_tiers.0.under_hours"),
        ({"cents": 5}, "fee_tiers.0.under_hours"),
        ({"under_hours": 24, "euros": 5}, "fee_tiers.0.euros"),
    ],
)
def test_a_fee_that_cannot_be_read_is_refused(
    salon: Tenant, program: Program, tier: dict[str, int], wrong: str
) -> None:
    response = program.post("/api/policies", {"about": "cancel", "fee_tiers": [tier]})

    assert (response.status_code, response.json()["errors"].keys()) == (400, {wrong})


def test_two_fees_for_the_same_hours_contradict_each_other(salon: Tenant, program: Program) -> None:
    tiers = [{"under_hours": 24, "cents": 5}, {"under_hours": 24, "cents": 6}]

    response = program.post("/api/policies", {"about": "cancel", "fee_tiers": tiers})

    assert (response.status_code, response.json()["errors"].keys()) == (400, {"fee_tiers.1"})


def test_the_rules_of_the_diary_hold_before_anybody_has_set_them(
    salon: Tenant, program: Program
) -> None:
    before = program.get("/api/diary-rules").json()

    after = program.put("/api/diary-rules", {"no_show_limit": 3, "avoids_gaps": True}).json()
    later = program.put("/api/diary-rules", {"no_show_after_minutes": None}).json()

    assert (before["no_show_after_minutes"], before["no_show_limit"]) == (20, None)
    assert after == {**before, "no_show_limit": 3, "avoids_gaps": True}
    assert later == {**after, "no_show_after_minutes": None}
    with scope.tenant(salon):
        assert DiaryRules.objects.count() == 1
        trail = AuditEntry.objects.filter(object_type="booking.diaryrules").order_by("pk")
        assert [each.verb for each in trail] == ["added", "changed"]


def test_who_may_only_read_changes_nothing(salon: Tenant, reader: Program) -> None:
    branch = factories.branch_of(salon)

    answers = [
        reader.put("/api/diary-rules", {"avoids_gaps": True}),
        reader.post("/api/special-hours", {"branch_id": branch.pk, "day": "2026-12-24"}),
        reader.delete("/api/holds/1"),
    ]

    assert {each.status_code for each in answers} == {403}
    with scope.tenant(salon):
        assert not TimeOff.objects.exists()
