"""Rules of the house that no linter knows."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from tenants import statements
from tenants.models import TenantForeignKey, TenantOwned

ROOT = Path(settings.BASE_DIR)
FLOORS = ("tenants", "integrations", "booking", "calls", "billing", "askpro")
# Who may look over the wall, and why.
PLATFORM_USERS = {
    "tenants/scope.py",  # people of the platform in the back office
    "integrations/inbox.py",  # a delivery does not know its tenant yet
    "integrations/delivery.py",  # carries the outbox of all businesses
    "integrations/messaging/feedback.py",  # a provider names a message, not a business
    "calls/websocket.py",  # a connection names a call, not a business
    "booking/calendars/settling.py",  # finds the answers of the calendars of all businesses
    "askpro/compliance/retention.py",  # deliveries of nobody grow old, too
    "askpro/operations/bench/search.py",  # makes the businesses it searches in
    "askpro/operations/calendar_world.py",  # makes the business of the proof
    "askpro/operations/bench/cast.py",  # makes the business of the benchmark
    "askpro/operations/bench/acknowledgement.py",  # counts what was stored
    "askpro/operations/bench/house.py",  # as above, of many businesses
    "askpro/operations/bench/live.py",  # as above
    "askpro/operations/demo.py",  # makes the demo businesses
}
SOURCES = [
    path
    for floor in FLOORS
    for path in (ROOT / floor).rglob("*.py")
    if "migrations" not in path.parts
]


def _tenant_tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def test_every_table_of_a_business_has_its_wall(db: None) -> None:
    rows = statements.run(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = 'tenant_wall'"
    ).fetchall()

    walled = {row[0] for row in rows}

    assert {model._meta.db_table for model in _tenant_tables()} | {"tenants_tenant"} <= walled


def test_every_link_between_rows_of_a_business_stays_inside_it(db: None) -> None:
    rows = statements.run(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
    ).fetchall()
    held = {(row[0], re.sub(r"\s+", " ", row[1])) for row in rows}

    for model in _tenant_tables():
        for field in model._meta.local_fields:
            if not isinstance(field, models.ForeignKey) or field.name == "tenant":
                continue
            target = field.related_model
            assert isinstance(target, type)
            if not issubclass(target, TenantOwned):
                continue
            assert isinstance(field, TenantForeignKey), field
            assert any(
                table == model._meta.db_table
                and f"FOREIGN KEY (tenant_id, {field.column}) REFERENCES {target._meta.db_table}(tenant_id, id)"
                in definition
                for table, definition in held
            ), field


def test_only_listed_modules_look_over_the_wall() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"scope\.platform\(|^def platform\(", path.read_text(), re.MULTILINE)
    }

    commands = {user for user in users if "/management/commands/" in user}
    assert users - commands - PLATFORM_USERS == set()


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "services", "managers", "signals"])
def test_no_module_has_a_name_that_says_nothing(name: str) -> None:
    assert [path for path in SOURCES if path.stem == name or name in path.parts] == []


def test_every_room_with_personal_data_can_show_and_forget_it() -> None:
    for app in ("tenants", "integrations", "booking", "calls"):
        text = (ROOT / app / "privacy.py").read_text()
        assert "def disclose(" in text, app
        assert "def erase(" in text, app


def test_no_business_hides_in_signals() -> None:
    offenders = [
        path
        for path in SOURCES
        if re.search(r"django\.db\.models\.signals|@receiver", path.read_text())
    ]

    assert offenders == []


def test_long_files_have_a_reason() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text().splitlines())) > 500
    }

    assert long == {}


def test_the_project_names_no_registry_and_no_machine() -> None:
    suspects = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org")
    files = [*ROOT.glob("*.lock"), *ROOT.glob("*.toml"), *ROOT.glob("*.md"), *SOURCES]

    assert [path for path in files if suspects.search(path.read_text(errors="ignore"))] == []
