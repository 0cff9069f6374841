"""/api/appointments/{id}/…: what can be done to an appointment, what it costs, and what is remembered of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from booking.models import Appointment, Policy
from integrations.models import Message
from tenants import scope
from tenants.models import AuditEntry, Tenant
from tests import factories
from tests.api.conftest import Program

TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday, 10:00 in Berlin; 25 hours ahead
DURING = TEN + timedelta(minutes=10)


def booked(salon: Tenant, *, starts_at: datetime = TEN, status: str = "confirmed") -> Appointment:
    return factories.make_appointment(
        factories.staff_of(salon, "Jana"),
        factories.service_of(salon, "Haarschnitt"),
        factories.make_customer(salon, email="erika@example.org"),
        starts_at=starts_at,
        status=status,
    )


def make_policy(salon: Tenant, **fields: Any) -> int:
    with scope.tenant(salon):
        return Policy.objects.create(tenant=salon, **fields).pk


def do(program: Program, row: Appointment, deed: str, body: Any = None) -> Any:
    return program.post(f"/api/appointments/{row.pk}/{deed}", {} if body is None else body)


def test_a_move_answers_with_its_change_and_keeps_the_identity(
    salon: Tenant, program: Program
) -> None:
    row, mira = booked(salon), factories.staff_of(salon, "Mira")

    response = do(
        program,
        row,
        "move",
        {"starts_at": "2026-11-24T15:00:00+01:00", "staff_id": mira.pk, "reason": "Zug verpasst"},
    )

    shown = response.json()
    assert (response.status_code, shown["id"]) == (200, row.pk)
    assert (shown["starts_at"], shown["staff_name"]) == ("2026-11-24T14:00:00Z", "Mira")
    change = shown["change"]
    assert {name: change[name] for name in ("kind", "reason", "source", "fee_cents")} == {
        "kind": "moved",
        "reason": "Zug verpasst",
        "source": "api",
        "fee_cents": 0,
    }
    assert (change["old_starts_at"], change["new_starts_at"]) == (
        "2026-11-24T09:00:00Z",
        "2026-11-24T14:00:00Z",
    )


def test_a_kept_time_can_be_moved_to(salon: Tenant, program: Program) -> None:
    row, jana = booked(salon), factories.staff_of(salon, "Jana")
    later = {"starts_at": "2026-11-24T15:00:00+01:00"}
    hold = program.post(
        "/api/holds", {**later, "service_id": row.service_id, "staff_id": jana.pk}
    ).json()

    without = do(program, row, "move", later)
    with_it = do(program, row, "move", {**later, "hold_id": hold["id"]})

    assert (without.status_code, without.json()["code"]) == (409, "slot_taken")
    assert with_it.status_code == 200
    assert program.get("/api/holds").json()["data"] == []


def test_the_terms_say_before_what_the_change_costs_after(salon: Tenant, program: Program) -> None:
    row = booked(salon)
    policy = make_policy(
        salon,
        kind="cancel",
        notice_hours=2,
        fee_tiers=[{"under_hours": 24, "cents": 1500}, {"under_hours": 48, "percent": 50}],
        text="Bis 48 Stunden vorher kostenlos.",
    )

    terms = program.get(f"/api/appointments/{row.pk}/terms").json()
    shown = do(program, row, "cancel", {"reason": "krank"}).json()

    # 25 hours ahead: the tier below 48 hours, half of 35 euros.
    assert terms == {
        "cancel": {
            "is_allowed": True,
            "code": None,
            "sentence": "Bis 48 Stunden vorher kostenlos.",
            "fee_cents": 1750,
            "hours_before": 25.0,
            "policy_id": policy,
        },
        "move": {
            "is_allowed": True,
            "code": None,
            "sentence": "",
            "fee_cents": 0,
            "hours_before": 25.0,
            "policy_id": None,
        },
    }
    assert (shown["status"], shown["change"]["reason"]) == ("cancelled", "krank")
    assert (shown["change"]["fee_cents"], shown["change"]["policy_id"]) == (1750, policy)
    assert shown["change"]["hours_before"] == 25.0


def test_what_the_policy_forbids_is_refused_in_the_words_of_the_business(
    salon: Tenant, program: Program
) -> None:
    row = booked(salon)
    make_policy(salon, kind="cancel", notice_hours=26, text="Ruf uns bitte an.")

    terms = program.get(f"/api/appointments/{row.pk}/terms").json()["cancel"]
    refused = do(program, row, "cancel")
    by_delete = program.delete(f"/api/appointments/{row.pk}")

    assert (terms["is_allowed"], terms["code"], terms["sentence"]) == (
        False,
        "too_late_to_cancel",
        "Ruf uns bitte an.",
    )
    for response in (refused, by_delete):
        assert (response.status_code, response.json()["code"]) == (409, "too_late_to_cancel")
        assert response.json()["detail"] == "Ruf uns bitte an."


def test_the_business_sets_a_rule_aside_with_a_reason(salon: Tenant, program: Program) -> None:
    row = booked(salon)
    make_policy(salon, kind="cancel", notice_hours=26)

    unnamed = do(program, row, "cancel", {"override": {"reason": " "}})
    other = do(program, row, "cancel", {"override": {"reason": "Kulanz", "rules": ["too_soon"]}})
    shown = do(program, row, "cancel", {"override": {"reason": "Kulanz"}}).json()

    assert (unnamed.status_code, other.status_code) == (400, 409)
    assert shown["change"]["overridden"] == ["too_late_to_cancel"]
    assert (shown["change"]["reason"], shown["change"]["fee_cents"]) == ("Kulanz", 0)
    with scope.tenant(salon):
        trail = AuditEntry.objects.get(verb="cancelled")
    assert trail.facts["overridden"] == ["too_late_to_cancel"]


def test_a_booking_inside_the_notice_needs_the_will_of_the_business(
    salon: Tenant, program: Program
) -> None:
    body = {
        "service_id": factories.service_of(salon, "Haarschnitt").pk,
        "staff_id": factories.staff_of(salon, "Jana").pk,
        "starts_at": "2026-11-23T09:30:00+01:00",
        "customer": {"name": "Erika"},
    }

    without = program.post("/api/appointments", body)
    with_it = program.post(
        "/api/appointments", {**body, "override": {"reason": "Stammkundin", "rules": ["too_soon"]}}
    )

    assert (without.status_code, without.json()["code"]) == (409, "too_soon")
    assert with_it.status_code == 201
    changes = program.get(f"/api/appointments/{with_it.json()['id']}/changes").json()["data"]
    assert [(each["kind"], each["overridden"]) for each in changes] == [("booked", ["too_soon"])]


def test_a_day_of_a_customer_from_the_door_to_the_end(salon: Tenant, program: Program) -> None:
    row = booked(salon)

    early = do(program, row, "check-in")
    with time_machine.travel(DURING, tick=False):
        arrived = do(program, row, "check-in").json()
        mistaken = do(program, row, "undo-check-in").json()
        back = do(program, row, "check-in").json()
        done = do(program, row, "complete").json()
        after = do(program, row, "no-show")

    assert (early.status_code, early.json()["code"]) == (409, "too_early")
    states = [each["state"] for each in (arrived, mistaken, back, done)]
    assert states == ["checked_in", "confirmed", "checked_in", "completed"]
    assert (arrived["checked_in_at"], mistaken["checked_in_at"]) == ("2026-11-24T09:10:00Z", None)
    assert (after.status_code, after.json()["code"]) == (409, "illegal_transition")
    kinds = [
        each["kind"] for each in program.get(f"/api/appointments/{row.pk}/changes").json()["data"]
    ]
    assert kinds == ["arrived", "updated", "arrived", "completed"]


def test_who_did_not_come_is_forgiven_with_a_reason(salon: Tenant, program: Program) -> None:
    row = booked(salon)
    program.put("/api/diary-rules", {"no_show_fee_cents": 2000})

    with time_machine.travel(DURING, tick=False):
        missed = do(program, row, "no-show").json()
        speechless = do(program, row, "waive")
        waived = do(program, row, "waive", {"reason": "Unfall"}).json()

    assert (missed["status"], missed["change"]["fee_cents"]) == ("no_show", 2000)
    assert (speechless.status_code, speechless.json()["errors"].keys()) == (400, {"reason"})
    assert (waived["is_waived"], waived["change"]["kind"]) == (True, "waived")
    assert waived["change"]["reason"] == "Unfall"


def test_what_is_over_has_no_terms_any_more(salon: Tenant, program: Program) -> None:
    row = booked(salon, status="cancelled")

    terms = program.get(f"/api/appointments/{row.pk}/terms").json()

    assert {each["code"] for each in terms.values()} == {"already_over"}
    assert not any(each["is_allowed"] for each in terms.values())


@pytest.mark.parametrize("deed", ["check-in", "undo-check-in", "complete", "no-show"])
def test_a_deed_takes_nothing_but_itself(salon: Tenant, program: Program, deed: str) -> None:
    row = booked(salon)

    named = do(program, row, deed, {"status": "completed"})
    key = {"Idempotency-Key": "deed"}
    bare = program.client.post(f"/api/appointments/{row.pk}/{deed}", headers=key)

    assert (named.status_code, named.json()["errors"].keys()) == (400, {"status"})
    assert bare.status_code in (409, 415)


def test_cancelling_twice_under_one_key_tells_the_customer_once(
    salon: Tenant, program: Program
) -> None:
    row, key = booked(salon), {"Idempotency-Key": "cancel-1"}
    path = f"/api/appointments/{row.pk}/cancel"

    first, again = (program.post(path, {"reason": "krank"}, **key) for _ in range(2))

    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    with scope.tenant(salon):
        assert Message.objects.count() == 1


def test_appointments_are_found_by_all_they_are_about(salon: Tenant, program: Program) -> None:
    row = booked(salon)

    def found(**query: Any) -> int:
        total: int = program.get("/api/appointments", **query).json()["meta"]["total"]
        return total

    for name in ("service_id", "customer_id", "branch_id"):
        assert (found(**{name: getattr(row, name)}), found(**{name: 2**40})) == (1, 0)
    assert (found(state="confirmed"), found(state="pending")) == (1, 0)
    assert (found(series_id=1), found(visit_id=1), found(session_id=1)) == (0, 0, 0)
