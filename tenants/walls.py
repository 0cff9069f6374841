"""The second wall: row-level security, and foreign keys that cannot leave their tenant. For migrations."""

from django.db import migrations

_POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_wall ON {table}
  USING ({rule}) WITH CHECK ({rule});
"""
# The sub-selects are evaluated once for a statement; without them the settings would be read for every row.
_RULE = (
    "{column} = (SELECT NULLIF(current_setting('app.tenant', true), '')::uuid)"
    " OR (SELECT current_setting('app.platform', true) = 'on')"
)
_DROP = """
DROP POLICY IF EXISTS tenant_wall ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


def raise_wall(table: str, *, column: str = "tenant_id") -> migrations.RunSQL:
    """Return the operation that hides the rows of other tenants in this table."""
    rule = _RULE.format(column=column)
    return migrations.RunSQL(_POLICY.format(table=table, rule=rule), _DROP.format(table=table))


def raise_wall_with_unassigned(table: str) -> migrations.RunSQL:
    """Return the operation for a table whose rows may not know their tenant yet.

    Such a row may be written by anybody and is seen by the platform alone.
    """
    rule = _RULE.format(column="tenant_id")
    unknown_yet = (
        f"CREATE POLICY tenant_unknown_yet ON {table} FOR INSERT WITH CHECK (tenant_id IS NULL);"
    )
    return migrations.RunSQL(
        _POLICY.format(table=table, rule=rule) + unknown_yet,
        f"DROP POLICY IF EXISTS tenant_unknown_yet ON {table};" + _DROP.format(table=table),
    )


def same_tenant(table: str, **targets: str) -> migrations.RunSQL:
    """Return the operation that binds foreign keys to rows of the same tenant.

    ``same_tenant("calls_call", customer_id="booking_customer")`` makes (tenant_id, customer_id) reference
    (tenant_id, id), so that not even a wrong query can link two tenants.
    """
    forward, backward = [], []
    for column, target in targets.items():
        name = f"{table}_{column}_same_tenant"
        forward.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column})"
            f" REFERENCES {target} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;"
        )
        backward.append(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name};")
    return migrations.RunSQL("\n".join(forward), "\n".join(backward))


def can_be_referenced(*tables: str) -> migrations.RunSQL:
    """Return the operation that gives tables the key which `same_tenant` points to."""
    return migrations.RunSQL(
        "\n".join(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_tenant UNIQUE (tenant_id, id);"
            for table in tables
        ),
        "\n".join(
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_of_tenant;" for table in tables
        ),
    )
