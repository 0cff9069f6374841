"""The two walls between businesses."""

import pytest
from django.db import DatabaseError, connection, transaction

from booking.models import Customer
from tenants import scope, statements
from tenants.models import AuditEntry, Branch, Tenant
from tests import factories


def test_without_a_scope_a_query_raises(salon: Tenant) -> None:
    with pytest.raises(scope.ScopeError):
        Branch.objects.count()


def test_within_a_scope_only_the_own_rows_exist(salon: Tenant, neighbour: Tenant) -> None:
    with scope.tenant(salon):
        assert {branch.tenant_id for branch in Branch.objects.all()} == {salon.pk}


def test_the_database_hides_the_neighbour_even_from_raw_sql(
    salon: Tenant, neighbour: Tenant
) -> None:
    with scope.tenant(salon):
        rows = statements.run("SELECT DISTINCT tenant_id FROM tenants_branch").fetchall()

    assert rows == [(salon.pk,)]


def test_without_a_scope_the_database_shows_nothing(salon: Tenant) -> None:
    assert statements.run("SELECT count(*) FROM tenants_branch").fetchone() == (0,)


def test_the_setting_does_not_outlive_its_transaction(transactional_db: None) -> None:
    tenant = factories.make_tenant(name="Salon", slug="salon")
    factories.make_branch(tenant, name="Filiale")

    with scope.tenant(tenant):
        assert statements.run("SELECT count(*) FROM tenants_branch").fetchone() == (1,)

    assert statements.run("SELECT count(*) FROM tenants_branch").fetchone() == (0,)
    assert statements.run("SELECT current_setting('app.tenant', true)").fetchone() in [
        ("",),
        (None,),
    ]


def test_a_row_of_the_neighbour_cannot_be_written(salon: Tenant, neighbour: Tenant) -> None:
    with pytest.raises(DatabaseError), scope.tenant(salon), transaction.atomic():
        Customer.objects.create(tenant=neighbour, name="Fremd")


def test_a_row_cannot_point_to_the_neighbour(salon: Tenant, neighbour: Tenant) -> None:
    foreign_branch = factories.branch_of(neighbour)

    with pytest.raises(DatabaseError), scope.tenant(salon), transaction.atomic():
        statements.run(
            "INSERT INTO booking_staffmember (tenant_id, branch_id, name, email, is_active,"
            " created_at, updated_at) VALUES (%s, %s, 'X', '', true, now(), now())",
            (salon.pk, foreign_branch.pk),
        )
        statements.run("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_tenants_scope_is_not_left_for_another_one(salon: Tenant, neighbour: Tenant) -> None:
    with scope.tenant(salon), pytest.raises(scope.ScopeError), scope.tenant(neighbour):
        pass


def test_the_platform_narrows_and_comes_back(salon: Tenant, neighbour: Tenant) -> None:
    with scope.platform():
        with scope.tenant(salon):
            assert Branch.objects.count() == 1
        assert Branch.objects.count() == 2


def test_the_application_cannot_pass_the_wall(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_the_audit_trail_cannot_be_changed(salon: Tenant) -> None:
    factories.make_api_key(salon)

    with pytest.raises(DatabaseError), scope.tenant(salon), transaction.atomic():
        AuditEntry.objects.update(actor="niemand")
