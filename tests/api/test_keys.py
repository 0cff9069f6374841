"""Who may knock at the REST API."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tenants import scope
from tenants.models import ApiKey, Tenant
from tests import factories
from tests.api.conftest import Program


def test_without_a_key_nothing_is_answered(nobody: Program) -> None:
    response = nobody.get("/api/calls")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer ask_live_00000000_unknown"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer ask_live_\x00"},
        {"Authorization": "Bearer ask_live_ÄÖÜ"},
        {"Authorization": "Basic YTpi"},
        {"X-API-Key": "sk_live_something"},
        {"X-API-Key": ""},
    ],
)
def test_a_wrong_key_opens_nothing(db: None, headers: dict[str, str]) -> None:
    response = Client(headers=headers).get("/api/calls")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_key_is_shown_in_either_header(salon: Tenant) -> None:
    secret = factories.make_api_key(salon)

    as_bearer = Client(headers={"Authorization": f"bearer {secret}"}).get("/api/calls")
    as_header = Client(headers={"X-API-Key": secret}).get("/api/calls")

    assert (as_bearer.status_code, as_header.status_code) == (200, 200)


def test_two_different_keys_are_none(salon: Tenant) -> None:
    one, other = factories.make_api_key(salon), factories.make_api_key(salon)

    response = Client(headers={"Authorization": f"Bearer {one}", "X-API-Key": other}).get(
        "/api/calls"
    )

    assert response.status_code == 401


def test_a_key_with_one_wrong_character_opens_nothing(salon: Tenant) -> None:
    secret = factories.make_api_key(salon)

    response = Program(secret[:-1] + ("A" if secret[-1] != "A" else "B")).get("/api/calls")

    assert response.status_code == 401


def test_a_revoked_key_opens_nothing(salon: Tenant, program: Program, now: datetime) -> None:
    with scope.tenant(salon):
        ApiKey.objects.get().revoke(now=now)

    assert program.get("/api/calls").status_code == 401


def test_an_expired_key_opens_nothing(salon: Tenant, program: Program, now: datetime) -> None:
    with scope.tenant(salon):
        ApiKey.objects.update(expires_at=now)

    assert program.get("/api/calls").status_code == 401


def test_the_key_of_a_business_that_left_opens_nothing(salon: Tenant, program: Program) -> None:
    with scope.platform():
        Tenant.objects.filter(pk=salon.pk).update(is_active=False)

    assert program.get("/api/calls").status_code == 401


def test_a_key_for_reading_changes_nothing(salon: Tenant, reader: Program) -> None:
    response = reader.post("/api/customers", {"name": "Erika", "email": "erika@example.org"})

    assert response.status_code == 403
    assert response.json()["code"] == "permission_denied"
    assert reader.get("/api/customers").json()["meta"]["total"] == 0


def test_a_key_for_writing_reads_nothing(salon: Tenant, standing_clock: None) -> None:
    writer = Program(factories.make_api_key(salon, scopes=("write",)))

    assert writer.get("/api/customers").status_code == 403


def test_the_use_of_a_key_is_written_down(salon: Tenant, program: Program, now: datetime) -> None:
    program.get("/api/calls")

    with scope.tenant(salon):
        assert ApiKey.objects.get().last_used_at == now


def test_the_use_of_a_key_is_written_down_every_ten_minutes_only(
    salon: Tenant, program: Program, now: datetime
) -> None:
    shortly_before = now - timedelta(minutes=9)
    with scope.tenant(salon):
        ApiKey.objects.update(last_used_at=shortly_before)

    program.get("/api/calls")

    with scope.tenant(salon):
        assert ApiKey.objects.get().last_used_at == shortly_before


def test_answers_about_people_are_kept_by_nobody(program: Program) -> None:
    assert program.get("/api/customers")["Cache-Control"] == "no-store"
